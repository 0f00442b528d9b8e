// The logger as a whole: primary filters, configurations, what it says of itself, and what a configuration file says.

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import * as logger_filters from '../../../apps/kernel/logger_filters.ts'
import * as logger_formatter from '../../../apps/kernel/logger_formatter.ts'
import { logger_std_h } from '../../../apps/kernel/logger_std_h.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'

const told: logger.LogEvent[] = []
const collector: logger.Handler = { module: 'collector', log: event => told.push(event) }
const texts = () => told.map(({ msg }) => msg[1])

beforeEach(() => {
  told.length = 0
  logger.remove_handler('default')
})

afterEach(() => {
  application.unset_env('kernel', 'logger')
  application.unset_env('kernel', 'logger_level')
  expect(logger.reconfigure()).toBe('ok')
  jest.restoreAllMocks()
})

describe('primary filters', () => {
  test('are asked before those of handlers', () => {
    logger.add_handler('h', collector)
    const mark: logger.Filter = [(event, text) => ({ ...event, msg: ['string', text] }), 'marked']
    expect(logger.add_primary_filter('mark', mark)).toBe('ok')
    expect(logger.add_primary_filter('mark', mark)).toEqual(['error', ['already_exist', 'mark']])
    expect(logger.add_primary_filter('x', 7 as Term)).toEqual(['error', ['invalid_filter', ['x', 7]]])
    logger.error('x')
    expect(logger.remove_primary_filter('mark')).toBe('ok')
    expect(logger.remove_primary_filter('mark')).toEqual(['error', ['not_found', 'mark']])
    logger.error('y')
    logger.set_primary_config('filter_default', 'stop')
    logger.error('z')
    expect(texts()).toEqual(['marked', 'y'])
  })

  test('that fail, or give what is no event, are removed and told of', () => {
    logger.add_handler('h', collector)
    const failing = () => {
      throw 'oops'
    }
    logger.set_primary_config({
      filters: [
        ['throws', failing],
        ['seven', (() => 7) as Term],
      ],
    })
    logger.error('x')
    expect(logger.get_primary_config().filters).toEqual([])
    expect(told.map(({ msg }) => msg[1].report?.filter)).toEqual(['seven', 'throws', undefined])
  })
})

describe('the primary configuration', () => {
  test('is set as a whole, or only in part', () => {
    expect(logger.set_primary_config({ level: 'info', metadata: { a: 1 } })).toBe('ok')
    expect(logger.update_primary_config({ level: 'error' })).toBe('ok')
    expect(logger.get_primary_config()).toMatchObject({ level: 'error', metadata: { a: 1 } })
    expect(logger.set_primary_config({ level: 'info' })).toBe('ok')
    expect(logger.get_primary_config()).toMatchObject({ level: 'info', metadata: {} })
  })

  test.each<[string, Term, Term]>([
    ['level', 'foo', ['invalid_level', 'foo']],
    ['filters', 'foo', ['invalid_filters', 'foo']],
    ['filter_default', 'foo', ['invalid_filter_default', 'foo']],
    ['metadata', 'foo', ['invalid_primary_config', ['metadata', 'foo']]],
    ['foo', 'foo', ['invalid_primary_config', ['foo', 'foo']]],
  ])('with a wrong %s is refused', (key, value, reason) => {
    expect(logger.set_primary_config(key as 'level', value)).toEqual(['error', reason])
    expect(logger.update_primary_config({ [key]: value })).toEqual(['error', reason])
    expect(logger.get_primary_config().level).toBe('notice')
  })
})

describe('a handler', () => {
  test('gets and loses filters while it runs', () => {
    logger.add_handler('h', collector)
    expect(logger.add_handler_filter('h', 'f', [logger_filters.level, ['stop', 'eq', 'error']])).toBe('ok')
    expect(logger.add_handler_filter('h', 'f', () => 'ignore')).toEqual(['error', ['already_exist', 'f']])
    expect(logger.add_handler_filter('h', 'g', 'x' as Term)).toEqual([
      'error',
      ['invalid_filter', ['g', 'x']],
    ])
    expect(logger.add_handler_filter('x', 'g', () => 'stop')).toEqual(['error', ['not_found', 'x']])
    logger.error('stopped')
    logger.critical('told')
    expect(logger.remove_handler_filter('h', 'f')).toBe('ok')
    expect(logger.remove_handler_filter('h', 'f')).toEqual(['error', ['not_found', 'f']])
    expect(logger.remove_handler_filter('x', 'f')).toEqual(['error', ['not_found', 'x']])
    logger.error('told')
    expect(texts()).toEqual(['told', 'told'])
  })

  test('is changed in part, its own configuration and that of its formatter too', () => {
    const changing_config = jest.fn<NonNullable<logger.Handler['changing_config']>>((_how, _old, config) => [
      'ok',
      config,
    ])
    logger.add_handler('h', { ...collector, changing_config }, { level: 'error', config: { a: 1, b: 1 } })
    expect(logger.update_handler_config('h', { config: { b: 2 } })).toBe('ok')
    expect(changing_config).toHaveBeenCalledWith('update', expect.anything(), expect.anything())
    expect(logger.update_handler_config('h', 'level', 'info')).toBe('ok')
    expect(logger.update_formatter_config('h', { depth: 5 })).toBe('ok')
    expect(logger.update_formatter_config('h', { single_line: false })).toBe('ok')
    expect(logger.get_handler_config('h')).toMatchObject([
      'ok',
      {
        level: 'info',
        config: { a: 1, b: 2 },
        formatter: [logger_formatter, { depth: 5, single_line: false }],
      },
    ])
    expect(logger.update_formatter_config('h', { depth: 0 })).toEqual([
      'error',
      ['invalid_formatter_config', 'logger_formatter', ['depth', 0]],
    ])
    const formatter = () => ''
    logger.set_handler_config('h', 'formatter', formatter)
    expect(logger.update_formatter_config('h', {})).toEqual(['error', ['invalid_formatter', formatter]])
    expect(logger.update_formatter_config('x', {})).toEqual(['error', ['not_found', 'x']])
    expect(logger.update_handler_config('x', {})).toEqual(['error', ['not_found', 'x']])
    expect(logger.set_handler_config('h', { id: 'other' } as Term)).toEqual([
      'error',
      ['illegal_config_change', { id: 'h' }, { id: 'other' }],
    ])
    changing_config.mockReturnValue(['error', 'no'])
    expect(logger.update_handler_config('h', 'level', 'debug')).toEqual(['error', 'no'])
    expect(logger.get_handler_config('h')).toMatchObject(['ok', { level: 'info' }])
  })

  test('shows of its configuration what it wants to', () => {
    const hiding: logger.Handler = { ...collector, filter_config: config => ({ ...config, config: {} }) }
    logger.add_handler('h', hiding, { config: { password: 'secret' } })
    expect(ok(logger.get_handler_config('h')).config).toEqual({})
    expect(logger.get_config().handlers[0]?.config).toEqual({})
  })
})

describe('all of it', () => {
  test('is written for people', () => {
    const output = jest.spyOn(console, 'log').mockImplementation(() => {})
    logger.add_handler('h', collector, { config: { a: 1 } })
    logger.set_module_level('m', 'debug')
    expect(logger.i()).toBe('ok')
    const text = String(output.mock.calls[0]?.[0])
    for (const line of [
      'Primary configuration:',
      "    level: 'notice'",
      'Handler configuration:',
      '    Id: h',
      '        Module: collector',
      '        formatter:',
      '            a: 1',
      'Level set per module:',
      '    Module: m',
      '        Level: debug',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    logger.unset_module_level()
    logger.i('module_levels')
    expect(output.mock.calls[1]).toEqual(['Level set per module:\n    (none)'])
    expect(() => logger.i('proxy' as 'primary')).toThrow(Exit)
  })

  test('is known as data', () => {
    logger.add_handler('h', collector)
    logger.set_module_level('m', 'debug')
    expect(logger.get_config()).toMatchObject({
      primary: { level: 'notice' },
      handlers: [{ id: 'h', level: 'all' }],
      module_levels: [['m', 'debug']],
    })
  })

  test('a report is a line for each of its keys', () => {
    expect(logger.format_report({ a: 1, b: 'x', c: ['y'] })).toBe("    a: 1\n    b: x\n    c: [ 'y' ]")
  })
})

describe('the parameters of the kernel', () => {
  test('say what the logger does, in a form that fits into JSON', () => {
    application.set_env('kernel', 'logger_level', 'info')
    application.set_env('kernel', 'logger', [
      ['handler', 'default', 'logger_std_h', { level: 'error', config: { sync_mode_qlen: 3 } }],
      [
        'handler',
        'more',
        'logger_std_h',
        {
          formatter: ['logger_formatter', { depth: 3 }],
          filters: [['no_ssl', ['logger_filters.domain', ['stop', 'sub', ['otp', 'ssl']]]]],
        },
      ],
      ['filters', 'log', [['no_progress', ['logger_filters.progress', 'stop']]]],
      ['module_level', 'debug', ['m']],
    ])
    expect(logger.reconfigure()).toBe('ok')
    expect(logger.get_config()).toMatchObject({
      primary: { level: 'info', filters: [['no_progress', [logger_filters.progress, 'stop']]] },
      handlers: [
        {
          id: 'default',
          level: 'error',
          formatter: [logger_formatter, logger_formatter.for_people],
          config: { sync_mode_qlen: 3 },
        },
        {
          id: 'more',
          formatter: [logger_formatter, { depth: 3 }],
          filters: [['no_ssl', [logger_filters.domain, ['stop', 'sub', ['otp', 'ssl']]]]],
        },
      ],
      module_levels: [['m', 'debug']],
    })
  })

  test('may do without the default handler, and with one that is code', () => {
    application.set_env('kernel', 'logger', [
      ['handler', 'default', 'undefined'],
      ['handler', 'h', collector],
    ])
    expect(logger.reconfigure()).toBe('ok')
    expect(logger.get_handler_ids()).toEqual(['h'])
  })

  test.each<[string, Term, Term]>([
    ['no list', 7, ['bad_config', ['logger', 7]]],
    ['an unknown item', [['proxy', {}]], ['bad_config', ['logger', ['proxy', {}]]]],
    ['no item', ['x'], ['bad_config', ['logger', 'x']]],
    ['an unknown handler', [['handler', 'h', 'disk_log_h']], ['invalid_handler', 'disk_log_h']],
    ['a wrong level', [['module_level', 'loud', ['m']]], ['invalid_level', 'loud']],
    [
      'an unknown filter',
      [['filters', 'log', [['f', ['mine', 1]]]]],
      ['invalid_filters', [['f', ['mine', 1]]]],
    ],
    ['a wrong configuration', [['handler', 'h', 'logger_std_h', 7]], ['invalid_config', 7]],
  ])('with %s are refused', (_what, config, reason) => {
    expect(logger.add_handlers(config)).toEqual(['error', reason])
  })

  test('are there for any application', () => {
    application.load({ application: 'a', env: { logger: [['handler', 'of_a', collector]] } })
    expect(logger.add_handlers('a')).toBe('ok')
    expect(logger.add_handlers('unknown')).toBe('ok')
    application.unload('a')
    expect(logger.get_handler_ids()).toEqual(['of_a'])
  })
})

test('the handler default is back after a reconfiguration, as it was at first', () => {
  expect(logger.reconfigure()).toBe('ok')
  const { formatter, config } = ok(logger.get_handler_config('default'))
  expect(formatter).toEqual([logger_formatter, logger_formatter.for_people])
  expect(config).toEqual(logger_std_h.defaults)
})
