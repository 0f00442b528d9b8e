import { afterEach, describe, expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { open_port } from '../../../runtime/erlang/port.ts'
import { receive, yield_ } from '../../../runtime/erlang/receive.ts'
import { bump_reductions } from '../../../runtime/erlang/scheduler.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { statistics, system_info, unique_integer } from '../../../runtime/erlang/statistics.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

describe('statistics', () => {
  test('tell how many are ready', async () => {
    await run(() => {
      expect(statistics('run_queue')).toBe(0)
      for (let count = 0; count < 3; count++) spawn(() => {})
      expect(statistics('run_queue')).toBe(3)
      expect(statistics('total_run_queue_lengths')).toBe(3)
      expect(statistics('total_active_tasks')).toBe(4)
    })
  })

  test('tell reductions in all, and since they were asked for', async () => {
    await quiet()
    const [before] = statistics('reductions')
    bump_reductions(5_000)
    const [total, since] = statistics('reductions')
    expect([total - before, since]).toEqual([5_000, 5_000])
    await quiet()
    expect(statistics('reductions')).toEqual([total, 0])
  })

  test('tell the time that has passed, and that of the CPU', () => {
    const [wall] = statistics('wall_clock')
    const [cpu] = statistics('runtime')
    const until = performance.now() + 30
    while (performance.now() < until);
    expect(statistics('wall_clock')[0] - wall).toBeGreaterThanOrEqual(29)
    const [total, since] = statistics('runtime')
    expect(since).toBe(total - cpu)
    expect(since).toBeGreaterThan(0)
  })

  test.each(['garbage_collection', 'toString'])('tell nothing of %p', item => {
    expect(() => statistics(item as 'reductions')).toThrow('badarg')
  })
})

describe('system_info', () => {
  test('tells what there is', async () => {
    await run(() => {
      spawn(() => receive())
      open_port({ close: () => {} })
      expect(system_info('process_count')).toBe(2)
      expect(system_info('port_count')).toBe(1)
      expect([system_info('schedulers'), system_info('schedulers_online')]).toEqual([1, 1])
      expect(system_info('start_time')).toBeLessThan(monotonic_time())
      expect(system_info('time_offset')).toBe('volatile')
    })
  })

  test('tells nothing else', () => {
    expect(() => system_info('atom_limit' as 'schedulers')).toThrow('badarg')
  })
})

describe('unique_integer', () => {
  test('gives a greater one each time', () => {
    const integers = [
      unique_integer(),
      unique_integer({ positive: true }),
      unique_integer({ monotonic: true }),
    ]
    expect(integers).toEqual([...integers].sort((one, other) => one - other))
    expect(new Set(integers).size).toBe(3)
    expect(integers[0]).toBeGreaterThan(0)
  })

  test('knows no other option', () => {
    expect(() => unique_integer({ even: true } as object)).toThrow('badarg')
  })
})

test('who yields lets those run that are ready', async () => {
  await run(async () => {
    const order: string[] = []
    for (const name of ['a', 'b']) spawn(() => order.push(name))
    expect(await yield_()).toBe(true)
    expect(order).toEqual(['a', 'b'])
  })
})
