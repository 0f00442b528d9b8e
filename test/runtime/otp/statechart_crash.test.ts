// How the process of a machine ends when something goes wrong in it.

import { describe, expect, test } from '@jest/globals'
import { createMachine } from 'xstate'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as statechart from '../../../runtime/otp/statechart.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import { labels, told, with_caught_reports } from '../../support/caught_reports.ts'
import { counter, traffic_light } from '../../support/machines.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

describe('a crash', () => {
  test('in an action is a crash of the process, and told', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await statechart.start_monitor(counter, { input: { count: 5 } }))
      send(pid, { type: 'fail' })
      const reason = new RangeError('too much')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
      expect(labels()).toEqual(['statechart terminate', 'proc_lib crash'])
      expect(told[0]!.facts).toMatchObject({
        name: pid,
        modules: ['counter'],
        last_message: { type: 'fail' },
        state: ['counting', { count: 5 }],
        reason,
      })
    }))

  test.each<[string, Term, Term]>([
    ['an exit', () => new Exit(['shutdown', 'enough']), ['shutdown', 'enough']],
    ['something else', () => 'what', ['nocatch', 'what']],
  ])('by %s has its reason', (_name, thrown, reason) =>
    in_virtual_time(async () => {
      const machine = createMachine({
        on: {
          go: {
            actions: () => {
              throw thrown()
            },
          },
        },
      })
      const [pid, ref] = ok(await statechart.start_monitor(machine))
      send(pid, { type: 'go' })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
    }),
  )

  test('in a guard names the guard', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        on: {
          go: {
            guard: () => {
              throw new Error('unguarded')
            },
          },
        },
      })
      const [pid] = ok(await statechart.start_monitor(machine))
      send(pid, { type: 'go' })
      const [, , , , reason] = await receive(['DOWN', _, 'process', pid, _])
      expect(reason.message).toMatch(/guard.*\n?.*unguarded/)
    }))

  test('at the start is a failure to start', () =>
    in_virtual_time(async () => {
      const failure = new Error('not today')
      const machine = createMachine({
        entry: () => {
          throw failure
        },
      })
      const bad_context = createMachine({
        context: () => {
          throw failure
        },
      })
      expect(await statechart.start(['local', 'early'], machine)).toEqual(['error', failure])
      expect(await statechart.start(['local', 'early'], bad_context)).toEqual(['error', failure])
      expect(labels()).toEqual(['proc_lib crash', 'proc_lib crash'])
    }))

  test('makes a supervisor start another one', () =>
    in_virtual_time(async () => {
      const child: supervisor.ChildSpec = {
        id: 'counter',
        start: [statechart.start_link, [['local', 'counted'], counter, { input: { count: 7 } }]],
        restart: 'transient',
      }
      ok(await supervisor.start_link({ init: () => ['ok', [{ strategy: 'one_for_one' }, [child]]] }))
      const first = whereis('counted')
      statechart.send_event('counted', { type: 'add', by: 1 })
      statechart.send_event('counted', { type: 'fail' })
      await pause()
      expect(whereis('counted')).not.toBe(first)
      expect((await statechart.get_snapshot('counted')).context).toEqual({ count: 7 })
      statechart.send_event('counted', { type: 'end' })
      await pause()
      expect(whereis('counted')).toBeUndefined()
    }))

  test('of its parent is its end', () =>
    in_virtual_time(async () => {
      const parent = spawn(async () => {
        ok(await statechart.start_link(['local', 'child'], traffic_light))
        await receive('never')
      })
      await pause()
      const ref = monitor('process', 'child')
      exit(parent, 'boom')
      expect(await receive()).toEqual(['DOWN', ref, 'process', ['child', 'nonode@nohost'], 'boom'])
      expect(timer_count()).toBe(0)
    }))
})
