// The filters that come along.

import { describe, expect, test } from '@jest/globals'
import type * as logger from '../../../apps/kernel/logger.ts'
import * as logger_filters from '../../../apps/kernel/logger_filters.ts'
import type { Level } from '../../../runtime/erlang/report.ts'
import { Exit, type Term } from '../../../runtime/erlang/term.ts'

const event = (level: Level, domain?: string[], msg: Term = ['string', 'x']): logger.LogEvent => ({
  level,
  msg,
  meta: { time: 0, ...(domain && { domain }) },
})

describe('by domain', () => {
  const domains = [undefined, [], ['otp'], ['otp', 'sasl'], ['otp', 'sasl', 'more'], ['app']]
  const concerned = (comparison: logger_filters.DomainComparison, wanted: string[]) =>
    domains.filter(domain => {
      const given = event('error', domain)
      const verdicts = (['log', 'stop'] as const).map(action =>
        logger_filters.domain(given, [action, comparison, wanted]),
      )
      const is_concerned = verdicts[0] !== 'ignore'
      expect(verdicts).toEqual(is_concerned ? [given, 'stop'] : ['ignore', 'ignore'])
      return is_concerned
    })

  test('an event is let through or stopped if its domain is as the filter says, else ignored', () => {
    const wanted = ['otp', 'sasl']
    expect(concerned('equal', wanted)).toEqual([wanted])
    expect(concerned('sub', wanted)).toEqual([wanted, ['otp', 'sasl', 'more']])
    expect(concerned('super', wanted)).toEqual([[], ['otp'], wanted])
    expect(concerned('not_equal', wanted)).toEqual([undefined, [], ['otp'], ['otp', 'sasl', 'more'], ['app']])
    expect(concerned('undefined', [])).toEqual([undefined])
  })

  test.each<[string, Term]>([
    ['action', ['go', 'sub', []]],
    ['comparison', ['log', 'near', []]],
    ['domain', ['log', 'sub', 'otp']],
    ['domain of no domain', ['log', 'undefined', ['otp']]],
  ])('a wrong %s is refused', (_what, argument) => {
    expect(() => logger_filters.domain(event('error'), argument)).toThrow(Exit)
  })
})

describe('by level', () => {
  const levels: Level[] = ['critical', 'error', 'warning']
  test.each<[logger_filters.LevelComparison, Level[]]>([
    ['gt', ['critical']],
    ['gteq', ['critical', 'error']],
    ['eq', ['error']],
    ['neq', ['critical', 'warning']],
    ['lteq', ['error', 'warning']],
    ['lt', ['warning']],
  ])('%s compares how severe an event is', (comparison, expected) => {
    const found = levels.filter(
      level => logger_filters.level(event(level), ['stop', comparison, 'error']) === 'stop',
    )
    expect(found).toEqual(expected)
  })

  test.each<[string, Term]>([
    ['action', ['go', 'eq', 'error']],
    ['comparison', ['log', '>', 'error']],
    ['level', ['log', 'eq', 'all']],
  ])('a wrong %s is refused', (_what, argument) => {
    expect(() => logger_filters.level(event('error'), argument)).toThrow(Exit)
  })
})

describe('progress reports', () => {
  test('are found, and nothing else', () => {
    const report = (...label: string[]) => event('info', undefined, ['report', { label, report: {} }])
    expect(logger_filters.progress(report('supervisor', 'progress'), 'stop')).toBe('stop')
    expect(logger_filters.progress(report('supervisor', 'shutdown'), 'stop')).toBe('ignore')
    expect(logger_filters.progress(event('info'), 'log')).toBe('ignore')
    expect(() => logger_filters.progress(event('info'), 'x' as 'log')).toThrow(Exit)
  })
})

test('no event is of another node', () => {
  expect(logger_filters.remote_gl(event('info'), 'stop')).toBe('ignore')
  expect(() => logger_filters.remote_gl(event('info'), 'x' as 'log')).toThrow(Exit)
})
