// Formatters as they are configured: what OTP 25 writes was tried there.

import { describe, expect, test } from '@jest/globals'
import type * as logger from '../../../apps/kernel/logger.ts'
import * as logger_formatter from '../../../apps/kernel/logger_formatter.ts'
import { rfc3339 } from '../../../apps/kernel/logger_time.ts'
import { Pid } from '../../../runtime/erlang/pid.ts'
import type { Term } from '../../../runtime/erlang/term.ts'

type Message = logger.LogEvent['msg']

const shown = (msg: Message, config: logger_formatter.Config = {}, meta = {}) =>
  logger_formatter.format(
    { level: 'error', msg, meta: { time: 0, ...meta } },
    { time_offset: 'Z', ...config },
  )

const epoch = '1970-01-01T00:00:00.000000Z'
const numbers = Array.from({ length: 300 }, (_none, index) => 1_000 + index)

describe('without a template', () => {
  test('an event stands on one line', () => {
    expect(shown(['string', 'hello\nworld  x'])).toBe(`${epoch} error: hello, world  x\n`)
    expect(shown(['format', '~p-~s', ['a', 'b']])).toBe(`${epoch} error: 'a'-b\n`)
    expect(shown(['format', '~p-~s', ['a']])).toBe(`${epoch} error: FORMAT ERROR: "~p-~s" - [ 'a' ]\n`)
    const report = { label: ['some', 'thing'], report: { a: 1, b: 'x' } }
    expect(shown(['report', report])).toBe(`${epoch} error: some thing, a: 1, b: 'x'\n`)
  })

  test('or on some, if it may', () => {
    expect(shown(['string', 'hello'], { single_line: false })).toBe(`${epoch} error:\nhello\n`)
  })

  test('or under a header as of old, with the title that it brings along', () => {
    const header = { legacy_header: true, single_line: false }
    expect(shown(['string', 'hello'], header)).toBe(
      '=ERROR REPORT==== 1-Jan-1970::00:00:00.000000 UTC ===\nhello\n',
    )
    expect(shown(['string', 'hello'], header, { logger_formatter: { title: 'MY TITLE' } })).toMatch(
      /^=MY TITLE====/,
    )
    expect(shown(['string', 'x'], { ...header, time_offset: '+01:00' })).toMatch(/01:00:00\.000000 ===/)
  })
})

describe('a template', () => {
  test('puts texts and what stands under keys together, and chooses by what is there', () => {
    const template = [
      ['pid'],
      ' ',
      ['mfa'],
      ' ',
      ['file'],
      ':',
      ['line'],
      ' ',
      ['a', 'b'],
      ' ',
      [['x'], ['X:', ['x']], ['no']],
      ' ',
      [['line'], ['L'], []],
      ' ',
      ['domain'],
      ' ',
      ['level'],
      ' ',
      ['msg'],
      ['missing', 'too'],
    ] as const
    const pid = new Pid()
    const meta = { pid, mfa: ['m', 'f', 1], file: 'f.ts', line: 3, a: { b: 'foo' }, domain: ['otp'] }
    expect(shown(['string', 'm'], { template }, meta)).toBe(`${pid} m.f/1 f.ts:3 foo no L [ 'otp' ] error m`)
  })

  test('shows where it was logged as it is told to', () => {
    const template = [['mfa']] as const
    expect(shown(['string', ''], { template }, { mfa: ['m'] })).toBe('m')
    const mfa_to_string = ([module]: readonly [string, ...Term[]]) => module.toUpperCase()
    expect(shown(['string', ''], { template, mfa_to_string }, { mfa: ['m'] })).toBe('M')
  })
})

describe('limits', () => {
  test('cut all of it, or the message, and keep the line break', () => {
    const long = 'x'.repeat(100)
    expect(shown(['string', long], { max_size: 60 })).toBe(`${epoch} error: ${'x'.repeat(21)}...\n`)
    expect(shown(['string', long], { chars_limit: 10 })).toBe(`${epoch} error: xxxxxxx...\n`)
    expect(shown(['string', 'x'], { max_size: 60, chars_limit: 10 })).toBe(`${epoch} error: x\n`)
  })

  test('show terms less deep, and lists less long', () => {
    const template = [['msg']] as const
    const shallow = (msg: Message, depth: number) => shown(msg, { template, depth })
    expect(shallow(['format', '~p', [numbers]], 5)).toBe('[ 1000, 1001, 1002, 1003, ... ]')
    expect(shallow(['format', '~p', [[1, [2, [3, [4]]]]]], 3)).toBe('[ 1, [ 2, ... ] ]')
    expect(shallow(['report', { a: { b: { c: 1 } }, d: 1, e: 2 }], 3)).toBe(
      "{ a: { b: ... }, d: 1, '...': ... }",
    )
    expect(shallow(['format', '~P', [numbers, 2]], 9)).toBe('[ 1000, ... ]')
    const report = { label: ['x', 'y'], report: { list: numbers } }
    expect(shallow(['report', report], 3)).toBe('x y, list: [ 1000, 1001, ... ]')
    expect(shown(['report', [1, 2, 3]], { template })).toBe('[ 1, 2, 3 ]')
  })
})

describe('a callback for reports', () => {
  const template = [['msg']] as const
  const text = (report_cb: logger.ReportCallback, meta = {}) =>
    shown(['report', { a: 1 }], { template, report_cb, depth: 7 }, meta)

  test('makes a text or a format of them, the one of the configuration before that of the event', () => {
    expect(text((report, limits) => `${report.a} ${JSON.stringify(limits)}`)).toBe(
      '1 {"depth":7,"chars_limit":"unlimited","single_line":true}',
    )
    expect(text(({ a }) => ['a is ~p', [a]])).toBe('a is 1')
    const of_event = { report_cb: () => 'of the event' }
    expect(text(() => 'configured', of_event)).toBe('configured')
    expect(shown(['report', { a: 1 }], { template }, of_event)).toBe('of the event')
  })

  test('that fails is told of in the text', () => {
    expect(text(() => 7 as Term)).toBe('REPORT_CB ERROR: { a: 1 }; Returned: 7')
    const failing = () => {
      throw 'oops'
    }
    expect(text(failing)).toBe("REPORT_CB CRASH: { a: 1 }; Reason: 'oops'")
  })
})

describe('a moment', () => {
  test.each<[string | number, string, string]>([
    ['Z', 'T', '2026-01-02T03:04:05.000006Z'],
    ['+02:30', ' ', '2026-01-02 05:34:05.000006+02:30'],
    ['-04:00', 'T', '2026-01-01T23:04:05.000006-04:00'],
    [3_600_000_000, 'T', '2026-01-02T04:04:05.000006+01:00'],
  ])('with offset %j and designator %j', (offset, designator, expected) => {
    expect(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000 + 6, offset, designator)).toBe(expected)
  })

  test('before 1970 is one too', () => {
    expect(rfc3339(-1, 'Z')).toBe('1969-12-31T23:59:59.999999Z')
  })
})

describe('a configuration', () => {
  const { check_config } = logger_formatter
  test.each<logger_formatter.Config>([
    {},
    { depth: 'unlimited', chars_limit: 5, max_size: 10 },
    { time_offset: '' },
    { time_offset: -3_600_000_000, time_designator: ' ' },
    { template: [['a'], 'x', ['a', 'b'], [['a'], ['y'], []]] },
    { report_cb: () => '', mfa_to_string: () => '' },
    logger_formatter.for_people,
  ])('%j is right', config => {
    expect(check_config(config)).toBe('ok')
  })

  test.each<[string, Term]>([
    ['depth', 0],
    ['max_size', 'x'],
    ['chars_limit', -1],
    ['time_offset', 'x'],
    ['time_offset', '+1:00'],
    ['time_designator', 'TT'],
    ['single_line', 1],
    ['legacy_header', 3],
    ['report_cb', 3],
    ['mfa_to_string', 3],
    ['foo', 1],
  ])('with %s %j is wrong', (key, value) => {
    const reason = ['invalid_formatter_config', 'logger_formatter', [key, value]]
    expect(check_config({ [key]: value })).toEqual(['error', reason])
  })

  test.each([['foo'], [[['a', 1]]], [[[]]], [[[['a'], ['b'], 'c']]], [[1]]])(
    'with template %j is wrong',
    template => {
      const reason = ['invalid_formatter_template', 'logger_formatter', template]
      expect(check_config({ template } as Term)).toEqual(['error', reason])
    },
  )

  test('that is no object is wrong', () => {
    expect(check_config([] as Term)).toEqual(['error', ['invalid_formatter_config', 'logger_formatter', []]])
  })
})
