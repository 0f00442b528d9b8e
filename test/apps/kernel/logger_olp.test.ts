// Overload: whatever is logged, a handler holds and writes a bounded part of it, and says what is missing.

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as logger from '../../../apps/kernel/logger.ts'
import type { OverloadInfo } from '../../../apps/kernel/logger_olp.ts'
import { type Config, logger_std_h } from '../../../apps/kernel/logger_std_h.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import type { Report } from '../../../runtime/erlang/report.ts'
import { use_report_handler } from '../../../runtime/erlang/report.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const written: string[] = []
const device = ['device', { write: (text: string) => written.push(...text.trimEnd().split('\n')) }] as const
const reports: Report[] = []
const pause = (time: number) => receive('never', time).catch(() => {})
const info = (): OverloadInfo => ok(logger_std_h.info('h'))
/** The event loop turns, so that what waits is written. */
const turn = () => new Promise(resolve => setImmediate(resolve))

function add(config: Config): void {
  const formatter = ({ msg }: logger.LogEvent) => String(msg[1])
  expect(logger.add_handler('h', logger_std_h, { formatter, config: { type: device, ...config } })).toBe('ok')
}

function log(count: number, size = 0): void {
  for (let index = 1; index <= count; index++) logger.error(`${index}${' '.repeat(size)}`)
}

const unlimited: Config = { burst_limit_enable: false }
const never_sync: Config = { ...unlimited, sync_mode_qlen: 20, drop_mode_qlen: 20, flush_qlen: 30 }
let before: ReturnType<typeof use_report_handler>

beforeEach(() => {
  written.length = reports.length = 0
  logger.remove_handler('default')
  before = use_report_handler((_level, what) => {
    reports.push(what)
  })
})

afterEach(() => {
  use_report_handler(before)
  expect(logger.reconfigure()).toBe('ok')
  jest.restoreAllMocks()
})

describe('events', () => {
  test('are written when the event loop turns, all in one go', async () => {
    const write = jest.fn()
    add({ ...unlimited, type: ['device', { write }] })
    log(3)
    expect(write).not.toHaveBeenCalled()
    await turn()
    expect(write.mock.calls).toEqual([['1\n2\n3\n']])
    expect(info()).toMatchObject({ mode: 'async', qlen: 0, max_qlen: 3, casts: 3, calls: 0, writes: 3 })
  })

  test('are written at once by whoever logs when too many wait, in their order', () => {
    add({ ...unlimited, sync_mode_qlen: 3 })
    log(3)
    expect(written).toEqual([])
    log(1)
    expect(written).toEqual(['1', '2', '3', '1'])
    expect(info()).toMatchObject({ qlen: 0, casts: 3, calls: 1 })
  })

  test('are each written at once if none may wait', () => {
    add({ ...unlimited, sync_mode_qlen: 0 })
    log(2)
    expect(written).toEqual(['1', '2'])
    expect(info()).toMatchObject({ casts: 0, calls: 2, mode: 'async' })
  })

  test('are dropped when too many wait and nobody may be held up, without a text being made', async () => {
    add(never_sync)
    const formatter = jest.fn(() => 'x')
    logger.set_handler_config('h', 'formatter', formatter)
    log(1_000)
    expect(formatter).toHaveBeenCalledTimes(20)
    expect(info()).toMatchObject({ mode: 'drop', qlen: 20, max_qlen: 20, drops: 980 })
    await turn()
    expect(written).toEqual([...Array(20).fill('x'), 'logger: 980 events were dropped'])
    expect(info()).toMatchObject({ mode: 'async', qlen: 0, writes: 21 })
    log(1)
    await turn()
    expect(written).toHaveLength(22)
  })

  test('that wait are thrown away when that is to come before dropping', async () => {
    add({ ...never_sync, flush_qlen: 20 })
    log(25)
    expect(info()).toMatchObject({ flushes: 1, flushed: 20, drops: 0, qlen: 6 })
    await turn()
    expect(written).toEqual(['logger: 20 events were thrown away', '21', '22', '23', '24', '25'])
  })

  test('that wait are written before the handler goes', () => {
    add(unlimited)
    log(2)
    logger.remove_handler('h')
    expect(written).toEqual(['1', '2'])
  })
})

describe('an endless loop', () => {
  test.each<[string, Config, number]>([
    ['as it is configured at first', {}, 500 + 1],
    ['without a limit of bursts', unlimited, 100_000],
    ['without waiting', never_sync, 20 + 1],
  ])('holds no more than the queue, %s', (_how, config, expected) =>
    in_virtual_time(() => {
      add(config)
      log(100_000)
      expect(info().max_qlen).toBeLessThanOrEqual(21)
      logger_std_h.filesync('h')
      expect(written).toHaveLength(expected)
    }),
  )

  test('that never lets timers run may write again in the next window', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000)
    add({ burst_limit_max_count: 2, burst_limit_window_time: 100, sync_mode_qlen: 0 })
    log(5)
    now.mockReturnValue(1_100)
    log(1)
    expect(written).toEqual([
      '1',
      '2',
      'logger: more than 2 events at once, the next ones are dropped',
      'logger: 3 events were dropped',
      '1',
    ])
    expect(info().burst_drops).toBe(3)
  })
})

describe('a handler with too much in its queue', () => {
  const killing: Config = { ...never_sync, overload_kill_enable: true, overload_kill_restart_after: 5_000 }

  test('is ended, which is told, and begins again after a while', () =>
    in_virtual_time(async () => {
      add({ ...killing, overload_kill_qlen: 4 })
      log(10)
      expect(info()).toMatchObject({ kills: 1, qlen: 0, drops: 5 })
      const facts = { handler: 'h', qlen: 5, mem: 10, restart_after: 5_000 }
      expect(reports).toEqual([{ label: ['logger_std_h', 'overloaded'], report: facts }])
      await pause(4_999)
      log(1)
      await pause(1)
      expect(written).toEqual([])
      log(2)
      await pause(1)
      expect(written).toEqual(['1', '2'])
    }))

  test('is ended for its size too', () => {
    add({ ...killing, overload_kill_mem_size: 1_000 })
    log(2, 400)
    expect(info().kills).toBe(0)
    log(1, 400)
    expect(info().kills).toBe(1)
  })

  test('is removed for good if it is not to begin again, which is told', () => {
    const told: logger.LogEvent[] = []
    logger.add_handler('other', { log: event => told.push(event) })
    add({ ...killing, overload_kill_qlen: 4, overload_kill_restart_after: 'infinity' })
    log(6)
    expect(logger.get_handler_ids()).toEqual(['other'])
    const failure = told.map(({ msg }) => msg[1]).find(what => what.label !== undefined)
    expect(failure).toMatchObject({
      label: ['logger', 'removed_failing_handler'],
      report: { handler: 'h', reason: { reason: ['overloaded', { qlen: 5 }] } },
    })
  })

  test('lets go of its timer when it is removed', () =>
    in_virtual_time(() => {
      add({ ...killing, overload_kill_qlen: 4 })
      log(5)
      expect(timer_count()).toBe(1)
      logger.remove_handler('h')
      expect(timer_count()).toBe(0)
    }))
})

describe('the configuration', () => {
  test.each<[string, unknown]>([
    ['sync_mode_qlen', -1],
    ['drop_mode_qlen', 1],
    ['flush_qlen', 'many'],
    ['burst_limit_enable', 1],
    ['burst_limit_max_count', 0],
    ['burst_limit_window_time', 0.5],
    ['overload_kill_enable', 'yes'],
    ['overload_kill_qlen', 0],
    ['overload_kill_mem_size', 0],
    ['overload_kill_restart_after', -1],
    ['type', 'nowhere'],
    ['type', ['device', {}]],
    ['filesync_repeat_interval', 0],
    ['max_no_bytes', 5],
    ['colour', 'red'],
  ])('with %s %j is refused', (key, value) => {
    expect(logger.add_handler('h', logger_std_h, { config: { [key]: value } })).toEqual([
      'error',
      ['handler_not_added', ['invalid_config', 'logger_std_h', { [key]: value }]],
    ])
  })

  test('has its limits in order', () => {
    const config = { sync_mode_qlen: 100, drop_mode_qlen: 50 }
    const limits = { ...config, flush_qlen: 1_000 }
    expect(logger.add_handler('h', logger_std_h, { config })).toEqual([
      'error',
      ['handler_not_added', ['invalid_olp_levels', limits]],
    ])
  })

  test('is changed while events come, and cannot be what it was not', () => {
    add({ sync_mode_qlen: 5 })
    expect(logger.update_handler_config('h', 'config', { drop_mode_qlen: 6 })).toBe('ok')
    expect(ok(logger.get_handler_config('h')).config).toMatchObject({ sync_mode_qlen: 5, drop_mode_qlen: 6 })
    expect(logger.set_handler_config('h', 'config', { sync_mode_qlen: 1 })).toBe('ok')
    const { config } = ok(logger.get_handler_config('h'))
    expect(config).toMatchObject({ type: device, sync_mode_qlen: 1, drop_mode_qlen: 200 })
    log(2)
    expect(written).toEqual(['1', '2'])
    expect(logger.set_handler_config('h', 'config', { type: 'standard_io' })).toEqual([
      'error',
      ['illegal_config_change', 'logger_std_h', { type: device }, { type: 'standard_io' }],
    ])
    expect(logger.update_handler_config('h', 'config', { sync_mode_qlen: 'x' })).toMatchObject(['error', {}])
  })

  test('of a handler that is not there has nothing to tell', () => {
    expect(logger_std_h.info('nobody')).toEqual(['error', ['not_found', 'nobody']])
    expect(logger_std_h.filesync('nobody')).toEqual(['error', ['not_found', 'nobody']])
  })
})
