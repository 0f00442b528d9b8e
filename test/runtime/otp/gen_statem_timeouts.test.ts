import { describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import { pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { look, obedient } from '../../support/obedient_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

describe('timeouts', () => {
  test('of different names run side by side, and names that are tuples are compared by content', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      gen_statem.cast(pid, () => [
        'keep_state_and_data',
        [
          [['timeout', 'a'], 30, 'a'],
          [['timeout', ['b', 1]], 20, 'b'],
          [['timeout', ['b', 2]], 10, 'c'],
          [['timeout', 7], 5, 'd'],
        ],
      ])
      gen_statem.cast(pid, () => ['keep_state_and_data', [['timeout', ['b', 1]], 'cancel']])
      await pause(50)
      expect(await look(pid)).toEqual([
        'idle',
        [
          [['timeout', 7], 'd'],
          [['timeout', ['b', 2]], 'c'],
          [['timeout', 'a'], 'a'],
        ],
      ])
    }))

  test('can be set for a moment', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      await pause(100)
      gen_statem.cast(pid, () => ['keep_state_and_data', ['state_timeout', 130, 'at 130', { abs: true }]])
      gen_statem.cast(pid, () => ['keep_state_and_data', [['timeout', 'past'], -5, 'at once', { abs: true }]])
      await pause(1)
      expect(await look(pid)).toEqual(['idle', [[['timeout', 'past'], 'at once']]])
      await pause(28)
      expect((await look(pid))[1].length).toBe(1)
      await pause(2)
      expect((await look(pid))[1][1]).toEqual(['state_timeout', 'at 130'])
      expect(monotonic_time()).toBeLessThan(140)
    }))

  test('that fired but were cancelled before they were handled do not come', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      gen_statem.cast(pid, () => ['keep_state_and_data', ['state_timeout', 10, 'late']])
      gen_statem.cast(pid, async () => {
        await pause(20)
        return ['keep_state_and_data', ['state_timeout', 'cancel']]
      })
      await pause(50)
      expect(await look(pid)).toEqual(['idle', []])
    }))

  test.each<[Term]>([
    [['state_timeout', -1, 'x']],
    [['state_timeout', 10]],
    [['state_timeout', 'update']],
    [['state_timeout', 'cancel', 'x']],
    [['state_timeout', 10, 'x', { absolute: true }]],
    [[['timer', 'x'], 10, 'x']],
    ['soon'],
    [-1],
  ])('that are none end the machine: %j', action =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_statem.start_monitor(obedient, []))
      gen_statem.cast(pid, () => ['keep_state_and_data', [action]])
      expect(await receive()).toEqual([
        'DOWN',
        ref,
        'process',
        pid,
        ['bad_action_from_state_function', action],
      ])
      expect(timer_count()).toBe(0)
    }),
  )

  test('go with the machine', () =>
    in_virtual_time(async () => {
      const pid = ok(
        await gen_statem.start(obedient, () => ['ok', 'idle', [], [10_000, ['state_timeout', 10_000, 'x']]]),
      )
      await pause()
      expect(timer_count()).toBe(2)
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
    }))
})
