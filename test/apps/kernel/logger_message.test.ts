// The forms in which events are logged, what they cost when nobody wants them, and where they were logged.

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import { log_report } from '../../../apps/kernel/logger_backend.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, type Term } from '../../../runtime/erlang/term.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const told: logger.LogEvent[] = []
const messages = () => told.map(({ msg }) => msg)

beforeEach(() => {
  told.length = 0
  logger.remove_handler('default')
  logger.add_handler('h', { log: event => told.push(event) })
})

afterEach(() => {
  expect(logger.reconfigure()).toBe('ok')
  jest.restoreAllMocks()
})

describe('what is logged', () => {
  test('is a text, a format with its arguments, or a report, each with metadata if there are any', () => {
    logger.error('100 ~p')
    logger.error('100 ~p', { a: 1 })
    logger.error('~p', [1])
    logger.error('~p', [1], { a: 2 })
    logger.error({ what: 'x' }, { a: 3 })
    logger.log('error', '~p', [1], { a: 4 })
    expect(messages()).toEqual([
      ['string', '100 ~p'],
      ['string', '100 ~p'],
      ['format', '~p', [1]],
      ['format', '~p', [1]],
      ['report', { what: 'x' }],
      ['format', '~p', [1]],
    ])
    expect(told.map(({ meta }) => meta.a)).toEqual([undefined, 1, undefined, 2, 3, 4])
  })

  test('is made by a function only if somebody wants to know', () => {
    const lazy = jest.fn((name: Term) => `made for ${name}`)
    expect(logger.debug(lazy, 'you')).toBe('ok')
    expect(lazy).not.toHaveBeenCalled()
    logger.error(lazy, 'you', { a: 1 })
    expect(told[0]).toMatchObject({ msg: ['string', 'made for you'], meta: { a: 1 } })
  })

  test('may be made as a format, a report, with metadata, or not at all', () => {
    logger.error(() => ['~p', [1]])
    logger.error(() => ({ what: 'x' }))
    logger.error(() => ['text', { a: 2, b: 2 }], undefined, { a: 1 })
    logger.error(() => [['~p', [3]], { a: 3 }])
    logger.error(() => 'ignore')
    expect(messages()).toEqual([
      ['format', '~p', [1]],
      ['report', { what: 'x' }],
      ['string', 'text'],
      ['format', '~p', [3]],
    ])
    expect(told[2]?.meta).toMatchObject({ a: 2, b: 2 })
    expect(told[3]?.meta).toMatchObject({ a: 3 })
  })

  test('is told of too if the function fails, which does not harm who logs', () => {
    logger.error(function broken() {
      throw new Exit('oops')
    }, 7)
    logger.error((() => 7) as Term)
    expect(messages()).toEqual([
      ['format', 'LAZY_FUN CRASH: ~tp; Reason: ~tp', [['broken', 7], 'oops']],
      ['format', 'LAZY_FUN ERROR: ~tp; Returned: ~tp', [['a function', undefined], 7]],
    ])
  })

  test('costs one comparison while the level is off', () => {
    const traps = new Proxy({}, { get: () => expect(true).toBe(false), ownKeys: () => [] })
    logger.set_module_level('loud', 'info')
    expect(logger.debug(traps, traps)).toBe('ok')
    expect(told).toEqual([])
  })
})

describe('metadata', () => {
  test('of everybody, of the process and of the event come together, the nearest first', () =>
    in_virtual_time(() => {
      logger.set_primary_config('metadata', { a: 'all', b: 'all', c: 'all' })
      expect(logger.get_process_metadata()).toBeUndefined()
      logger.set_process_metadata({ b: 'process' })
      logger.update_process_metadata({ c: 'process' })
      expect(logger.get_process_metadata()).toEqual({ b: 'process', c: 'process' })
      logger.error('x', { c: 'event' })
      expect(told[0]?.meta).toMatchObject({ a: 'all', b: 'process', c: 'event', pid: self() })
      logger.unset_process_metadata()
      logger.error('x')
      expect(told[1]?.meta).toMatchObject({ a: 'all', b: 'all', c: 'all' })
      expect(() => logger.set_process_metadata(7 as Term)).toThrow(Exit)
      expect(() => logger.update_process_metadata([] as Term)).toThrow(Exit)
    }))

  test('of a process are its own', () =>
    in_virtual_time(async () => {
      logger.set_process_metadata({ who: 'I' })
      spawn(() => logger.error('x'))
      await receive('never', 1).catch(() => {})
      expect(told[0]?.meta).not.toHaveProperty('who')
    }))

  test('can be given a time', () => {
    const time = logger.timestamp()
    logger.error('x', { time })
    expect(told[0]?.meta.time).toBe(time)
    expect(Math.abs(time / 1_000 - Date.now())).toBeLessThan(10_000)
  })
})

describe('levels of modules', () => {
  test('hold instead of the primary one', () => {
    const { LOG_DEBUG, LOG_ERROR } = logger.macros('chatty')
    const quiet = logger.macros('quiet')
    LOG_DEBUG('not yet')
    logger.set_module_level(['chatty'], 'debug')
    logger.set_module_level('quiet', 'none')
    LOG_DEBUG('told')
    LOG_ERROR('told')
    quiet.LOG_EMERGENCY('not told')
    logger.debug('not told')
    logger.debug('told', { mfa: ['chatty'] })
    expect(messages().map(([, text]) => text)).toEqual(['told', 'told', 'told'])
    expect([logger.allow('debug', 'chatty'), logger.allow('debug', 'other'), logger.allow('debug')]).toEqual([
      true,
      false,
      false,
    ])
    expect(logger.get_module_level('chatty')).toEqual([['chatty', 'debug']])
    expect(logger.get_module_level()).toEqual([
      ['chatty', 'debug'],
      ['quiet', 'none'],
    ])
    logger.unset_module_level('chatty')
    LOG_DEBUG('not told')
    expect(told).toHaveLength(3)
    logger.unset_module_level()
    expect(logger.get_module_level()).toEqual([])
  })

  test('are set for all modules that an application names', () => {
    application.load({ application: 'a', modules: ['one', 'two'] })
    expect(logger.set_application_level('a', 'debug')).toBe('ok')
    expect(logger.get_module_level(['two'])).toEqual([['two', 'debug']])
    expect(logger.unset_application_level('a')).toBe('ok')
    expect(logger.get_module_level()).toEqual([])
    application.unload('a')
    expect(logger.set_application_level('a', 'debug')).toEqual(['error', ['not_loaded', 'a']])
    expect(logger.unset_application_level('a')).toEqual(['error', ['not_loaded', 'a']])
  })

  test('are refused if they are none, or if it is not said for whom', () => {
    expect(logger.set_module_level('a', 'loud' as 'error')).toEqual(['error', ['invalid_level', 'loud']])
    const no_modules = ['error', ['not_a_list_of_modules', 1]]
    expect(logger.set_module_level(1 as Term, 'error')).toEqual(no_modules)
    expect(logger.unset_module_level(1 as Term)).toEqual(no_modules)
  })

  test('hold for what the runtime reports, by the first part of the label', () => {
    logger.set_module_level('supervisor', 'info')
    const labels = ['supervisor progress', 'application_controller progress', 'ssl alert', 'proc_lib crash']
    for (const label of labels)
      log_report(label.endsWith('progress') ? 'info' : 'error', { label: label.split(' '), report: {} })
    expect(told.map(({ msg, meta }) => [msg[1].label[0], meta.domain, meta.mfa])).toEqual([
      ['supervisor', ['otp', 'sasl'], ['supervisor']],
      ['ssl', ['otp', 'ssl'], ['ssl']],
      ['proc_lib', ['otp', 'sasl'], ['proc_lib']],
    ])
    logger.unset_module_level()
    log_report('info', { label: ['supervisor', 'progress'], report: {} })
    expect(told).toHaveLength(3)
  })
})

describe('a macro', () => {
  test('adds the place where it was called', () => {
    const { LOG_NOTICE } = logger.macros('my_module')
    function here() {
      LOG_NOTICE('x', { a: 1 })
    }
    here()
    expect(told[0]?.meta).toMatchObject({
      a: 1,
      // Jest, which follows the source map, gives the function the name of what it calls.
      mfa: ['my_module', expect.stringMatching(/^(here|LOG_NOTICE)$/)],
      file: expect.stringMatching(/^[^:]*logger_message\.test\.ts$/),
      line: expect.any(Number),
    })
  })

  test('is there for each level', () => {
    logger.set_module_level('m', 'all')
    const macros = logger.macros('m')
    for (const log of Object.values<logger.Log>({ ...macros })) log('x')
    expect(told.map(({ level }) => `LOG_${level.toUpperCase()}`)).toEqual(Object.keys(macros))
    expect(told).toHaveLength(8)
  })
})
