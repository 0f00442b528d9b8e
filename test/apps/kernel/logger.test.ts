// The logger: which events come to which handler, and that no handler harms who logs.

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import * as logger_formatter from '../../../apps/kernel/logger_formatter.ts'
import { logger_std_h } from '../../../apps/kernel/logger_std_h.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { system_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { report } from '../../../runtime/erlang/report.ts'
import { running, self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const told: logger.LogEvent[] = []
const collector: logger.Handler = { log: event => told.push(event) }
const messages = () => told.map(({ msg }) => msg[1])
const labels = () => told.map(({ msg }) => msg[1].label?.join(' '))
let errors: ReturnType<typeof spy>
let outputs: ReturnType<typeof spy>

function spy(method: 'error' | 'log') {
  return jest.spyOn(console, method).mockImplementation(() => {})
}
/** What the default handler has written, what was still in its queue included. */
const written = () => {
  logger_std_h.filesync('default')
  return errors.mock.calls.map(([text]) => text as string)
}

beforeEach(() => {
  told.length = 0
  errors = spy('error')
  outputs = spy('log')
})

afterEach(() => {
  kill_everybody()
  for (const id of logger.get_handler_ids()) logger.remove_handler(id)
  expect(logger.reconfigure()).toBe('ok')
  jest.restoreAllMocks()
})

describe('an event', () => {
  test('carries its level, who logged it and when, and what else it was given', () =>
    in_virtual_time(() => {
      logger.add_handler('h', collector)
      expect(logger.error('no disk', { disk: 3 })).toBe('ok')
      expect(told).toEqual([
        {
          level: 'error',
          msg: ['string', 'no disk'],
          meta: { pid: self(), time: system_time() * 1_000, disk: 3 },
        },
      ])
    }))

  test('may be logged where no process is', () => {
    logger.add_handler('h', collector)
    logger.notice({ what: 'started' })
    expect(told[0]).toMatchObject({ msg: ['report', { what: 'started' }], meta: { pid: undefined } })
  })

  test('is told from the primary level on, each level by its own function', () => {
    logger.add_handler('h', collector)
    const { emergency, alert, critical, error, warning, notice, info, debug } = logger
    const all = [emergency, alert, critical, error, warning, notice, info, debug]
    const told_at = (level: logger.Threshold) => {
      told.length = 0
      expect(logger.set_primary_config('level', level)).toBe('ok')
      for (const log of all) log('x')
      return told.map(event => event.level)
    }
    expect(logger.get_primary_config()).toEqual({
      level: 'notice',
      filters: [],
      filter_default: 'log',
      metadata: {},
    })
    expect(told_at('notice')).toEqual(['emergency', 'alert', 'critical', 'error', 'warning', 'notice'])
    expect(told_at('all')).toHaveLength(8)
    expect(told_at('debug')).toHaveLength(8)
    expect(told_at('emergency')).toEqual(['emergency'])
    expect(told_at('none')).toEqual([])
  })

  test('of a level that there is not is refused', () => {
    expect(logger.log('fatal' as 'error', 'x')).toEqual(['error', ['invalid_level', 'fatal']])
    expect(logger.set_primary_config('level', 'fatal' as 'error')).toEqual([
      'error',
      ['invalid_level', 'fatal'],
    ])
    expect(logger.set_primary_config('levels' as 'level', 'info')).toEqual([
      'error',
      ['invalid_primary_config', ['levels', 'info']],
    ])
    expect(logger.compare_levels('error', 'info')).toBe('gt')
    expect(logger.compare_levels('all', 'debug')).toBe('lt')
    expect(logger.compare_levels('none', 'emergency')).toBe('gt')
    expect(logger.compare_levels('info', 'info')).toBe('eq')
  })
})

describe('a handler', () => {
  test('is added once, listed, changed and removed', () => {
    const removing_handler = jest.fn()
    expect(logger.add_handler('h', { ...collector, removing_handler }, { level: 'error' })).toBe('ok')
    expect(logger.add_handler('h', collector)).toEqual(['error', ['already_exist', 'h']])
    expect(logger.get_handler_ids()).toEqual(['default', 'h'])
    expect(logger.set_handler_config('h', 'filter_default', 'stop')).toBe('ok')
    const config = {
      id: 'h',
      level: 'error',
      filters: [],
      filter_default: 'stop',
      formatter: [logger_formatter, {}],
      config: {},
    }
    expect(logger.get_handler_config('h')).toEqual(['ok', config])
    expect(logger.set_handler_config('h', { level: 'info' })).toBe('ok')
    const changed = { ...config, level: 'info', filter_default: 'log' }
    expect(logger.get_handler_config('h')).toEqual(['ok', changed])
    expect(logger.remove_handler('h')).toBe('ok')
    expect(removing_handler).toHaveBeenCalledWith(changed)
    for (const result of [
      logger.remove_handler('h'),
      logger.get_handler_config('h'),
      logger.set_handler_config('h', 'level', 'info'),
    ]) {
      expect(result).toEqual(['error', ['not_found', 'h']])
    }
  })

  const picky: logger.Handler = {
    ...collector,
    adding_handler: config =>
      config.config.x ? ['error', ['invalid_config', config.config]] : ['ok', config],
  }
  const broken: logger.Handler = {
    ...collector,
    adding_handler: () => {
      throw 'oops'
    },
  }
  const not_added = (reason: unknown) => ['handler_not_added', reason]
  test.each<[string, any[], any]>([
    ['id', ['', collector], ['invalid_id', '']],
    ['handler', ['h', {}], ['invalid_handler', {}]],
    ['level', ['h', collector, { level: 'loud' }], ['invalid_level', 'loud']],
    ['filters', ['h', collector, { filters: ['f'] }], ['invalid_filters', ['f']]],
    ['filter_default', ['h', collector, { filter_default: 'go' }], ['invalid_filter_default', 'go']],
    ['formatter', ['h', collector, { formatter: {} }], ['invalid_formatter', {}]],
    ['config', ['h', collector, { config: [] }], ['invalid_config', []]],
    ['unknown key', ['h', collector, { colour: 1 }], ['invalid_config', 'colour']],
    ['config of its own', ['h', picky, { config: { x: 1 } }], not_added(['invalid_config', { x: 1 }])],
    ['check', ['h', broken], not_added(['callback_crashed', 'oops'])],
  ])('with a wrong %s is refused', (_what, [id, handler, config], reason) => {
    expect(logger.add_handler(id, handler, config)).toEqual(['error', reason])
    expect(logger.get_handler_ids()).toEqual(['default'])
  })

  test.each([
    ['nothing', undefined],
    ['a number', 3],
    ['ok without a configuration', ['ok']],
    ['a promise', Promise.resolve('ok')],
    ['a configuration without a level', ['ok', {}]],
  ])('whose own check gives %s is refused, and logging goes on', (_what, given) => {
    const check = () => given as any
    const refused = ['error', ['handler_not_added', ['bad_return', given]]]
    const added = logger.add_handler('h', { log: () => {}, adding_handler: check })
    expect(added).toEqual(given === undefined ? 'ok' : refused)
    logger.remove_handler('h')
    logger.add_handler('h', { log: () => {}, changing_config: check })
    const changed = logger.set_handler_config('h', 'level', 'error')
    expect(changed).toEqual(given === undefined ? 'ok' : ['error', ['bad_return', given]])
    expect(logger.error('x')).toBe('ok')
  })

  test('is asked from its own level on, with what its filters let through', () => {
    const only_disks: logger.Filter = event => ('disk' in event.meta ? event : 'ignore')
    const no_floppies: logger.Filter = event => (event.meta.disk === 'floppy' ? 'stop' : 'ignore')
    const shout: logger.Filter = event => ({ ...event, msg: ['string', 'LOUD'] })
    const filters = [
      ['no_floppies', no_floppies],
      ['only_disks', only_disks],
    ] as const
    logger.add_handler('h', collector, { level: 'error', filters, filter_default: 'stop' })
    logger.warning('quiet', { disk: 1 })
    logger.error('not about disks')
    logger.error('floppy', { disk: 'floppy' })
    logger.error('disk', { disk: 1 })
    expect(messages()).toEqual(['disk'])

    logger.set_handler_config('h', 'filters', [...filters, ['shout', shout]])
    logger.error('anything')
    expect(messages()).toEqual(['disk', 'LOUD'])
  })

  test('gets events outside any process, and cannot end who logs', () =>
    in_virtual_time(async () => {
      const seen: unknown[] = []
      logger.add_handler('h', {
        log() {
          seen.push(running())
          return exit('done')
        },
      })
      logger.add_handler('g', collector)
      const pid = spawn(() => {
        logger.error('x')
        return receive()
      })
      await receive('never', 1).catch(() => {})
      expect(seen).toEqual([undefined])
      expect(is_process_alive(pid)).toBe(true)
      expect(labels()).toEqual(['logger removed_failing_handler', undefined])
    }))

  test('that fails is removed and told of, by a promise too', async () => {
    const reason = new Error('disk full')
    logger.add_handler('g', collector)
    logger.add_handler('h', { log: () => Promise.reject(reason) })
    logger.error('one')
    logger.error('two')
    await new Promise(setImmediate)
    expect(logger.get_handler_ids()).toEqual(['default', 'g'])
    const failure = { label: ['logger', 'removed_failing_handler'], report: { handler: 'h', reason } }
    expect(messages()).toEqual(['one', 'two', failure])
  })

  test('that fails as the last one is told of on the console, whatever else fails with it', () => {
    logger.remove_handler('default')
    const fail = () => {
      throw new Error('disk full')
    }
    logger.add_handler('h', { log: fail, removing_handler: fail })
    expect(logger.error('x')).toBe('ok')
    expect(logger.get_handler_ids()).toEqual([])
    expect(written()).toEqual([
      expect.stringContaining('logger: handler h failed to be removed'),
      expect.stringContaining('logger: handler h failed and was removed'),
    ])
    expect(logger.error('nobody hears')).toBe('ok')
  })

  test('keeps going without a filter that fails', () => {
    const failing: logger.Filter = () => {
      throw new Error('no')
    }
    logger.add_handler('h', collector, { filters: [['f', failing]] })
    logger.error('x')
    logger.error('y')
    expect(labels()).toEqual([undefined, undefined])
    expect(messages()).toEqual(['x', 'y'])
    expect(written()[1]).toContain('logger: filter f of handler h failed and was removed')
    expect(logger.get_handler_config('h')).toMatchObject(['ok', { filters: [] }])
  })

  test('may log itself, which is for the others', () => {
    logger.add_handler('g', collector)
    logger.add_handler('h', { log: () => logger.error('from the handler') })
    logger.error('x')
    expect(messages()).toEqual(['x', 'from the handler'])
  })
})

describe('the default handler', () => {
  test('writes to standard error, or to standard output when it is told to', () => {
    logger.error('to the one')
    expect(written()).toHaveLength(1)
    logger.remove_handler('default')
    logger.add_handler('default', logger_std_h, { config: { type: 'standard_io' } })
    logger.error('to the other')
    expect(written()).toEqual([expect.stringMatching(/ error to the one$/)])
    expect(outputs.mock.calls).toEqual([[expect.stringMatching(/ error: to the other$/)]])
  })

  test('writes by the formatter that it is given, and by its own if that one fails', () => {
    logger.set_handler_config('default', 'formatter', ({ level, msg }) => `${level}/${msg[1]}`)
    logger.error('x')
    logger.set_handler_config('default', 'formatter', () => {
      throw new Error('no format')
    })
    logger.error('y')
    expect(written()[0]).toBe('error/x')
    expect(written()[1]).toMatch(/ error y\n {2}the formatter failed: Error: no format/)
    expect(logger.get_handler_ids()).toEqual(['default'])
  })

  test('stays when an event cannot be made a text of at all, and says why', () => {
    const fail = () => {
      throw new Error('no look')
    }
    expect(logger.error(new Proxy({}, { ownKeys: fail, get: fail }))).toBe('ok')
    logger.error('next')
    expect(logger.get_handler_ids()).toEqual(['default'])
    expect(written()[0]).toMatch(/ error an event that no text can be made of: Error: no look/)
    expect(written()[1]).toMatch(/ error next/)
  })

  test('drops what is beyond the limit of a burst, and says how much', () =>
    in_virtual_time(async () => {
      logger.set_handler_config('default', 'formatter', ({ msg }) => msg[1])
      const config = { burst_limit_max_count: 3, burst_limit_window_time: 100 }
      logger.set_handler_config('default', 'config', config)
      const log = (count: number) => {
        for (let index = 1; index <= count; index++) logger.error(`${index}`)
      }
      log(2)
      await receive('never', 60).catch(() => {})
      log(4)
      await receive('never', 39).catch(() => {})
      const first = ['1', '2', '1', 'logger: more than 3 events at once, the next ones are dropped']
      expect(written()).toEqual(first)
      await receive('never', 1).catch(() => {})
      expect(written()).toEqual([...first, 'logger: 3 events were dropped'])
      log(3)
      await receive('never', 100).catch(() => {})
      log(3)
      expect(written().slice(5)).toEqual(['1', '2', '3', '1', '2', '3'])
    }))

  test('lets go of its timer when it is removed', () =>
    in_virtual_time(() => {
      logger.set_handler_config('default', 'config', { burst_limit_max_count: 1 })
      logger.error('1')
      logger.error('2')
      expect(timer_count()).toBe(1)
      logger.remove_handler('default')
      expect(timer_count()).toBe(0)
    }))
})

describe('reports of the runtime', () => {
  test('are told by the logger while the kernel runs, and by the runtime itself else', () =>
    in_virtual_time(async () => {
      logger.add_handler('h', collector)
      const what = { label: ['some', 'thing'], report: { reason: 'why' } }
      report('error', what)
      expect(told).toEqual([])
      expect(written()).toEqual(["error: some thing { reason: 'why' }"])

      application.load({ application: 'a' })
      await application.ensure_started('a')
      report('error', what)
      expect(messages()).toEqual([what])

      exit(whereis('logger') as Pid, 'kill')
      report('error', what)
      expect(messages()).toEqual([what])
      application.unload('a')
    }))
})
