import { describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import { end_child, generous, log, running, start, start_worker, worker } from '../../support/supervised.ts'
import { labels, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

const significant = (id: string, restart: supervisor.Restart = 'transient') =>
  worker(id, { restart, significant: true })
const any = { auto_shutdown: 'any_significant' } as const
const all = { auto_shutdown: 'all_significant' } as const

describe('a supervisor ends with', () => {
  test('any of its significant children, if that is what it says', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start(any, worker('a'), significant('b'), significant('c'))
      await end_child(sup, 'b', 'normal')
      expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
      expect(log).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop c', 'stop a'])
      expect(labels()).toEqual([])
    }))

  test('all of them, if that is what it says', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start(all, worker('a'), significant('b'), significant('c', 'temporary'))
      await end_child(sup, 'c', 'boom')
      expect(await running(sup)).toEqual(['a', 'b'])
      await end_child(sup, 'b', ['shutdown', 'x'])
      expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
      expect(labels()).toEqual(['child_terminated'])
    }))

  test('one that is temporary and crashes', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start(any, significant('a', 'temporary'))
      await end_child(sup, 'a', 'boom')
      expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
    }))

  test('none that is restarted', () =>
    in_virtual_time(async () => {
      const sup = await start({ ...any, ...generous }, significant('a'))
      await end_child(sup, 'a', 'boom')
      expect(await running(sup)).toEqual(['a'])
    }))

  test('none that is not significant', () =>
    in_virtual_time(async () => {
      const sup = await start(any, worker('a', { restart: 'transient' }), significant('b'))
      await end_child(sup, 'a', 'normal')
      expect(await running(sup)).toEqual([['a', undefined], 'b'])
    }))

  test('none that it was asked to stop, which counts as ended later', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      for (const flags of [any, all]) {
        const sup = await start(flags, significant('a'), significant('b'))
        expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
        await pause()
        expect(is_process_alive(sup)).toBe(true)
        await end_child(sup, 'b', 'normal')
        expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
      }
    }))

  test('none that it stops itself, to start others anew', () =>
    in_virtual_time(async () => {
      const sup = await start({ ...any, strategy: 'one_for_all' }, worker('a'), significant('b', 'temporary'))
      await end_child(sup, 'a')
      expect(await running(sup)).toEqual(['a'])
    }))

  test('all that it started on demand, or any', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      for (const [flags, ends] of [
        [any, 1],
        [all, 2],
      ] as const) {
        const spec = { ...significant('x'), start: start_worker }
        const sup = await start({ ...flags, strategy: 'simple_one_for_one' }, spec)
        const pids = [ok(await supervisor.start_child(sup, [1])), ok(await supervisor.start_child(sup, [2]))]
        for (let count = 0; count < ends; count++) {
          expect(is_process_alive(sup)).toBe(true)
          gen_server.cast(pids[count] as Pid, 'normal')
          await pause()
        }
        expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
      }
    }))
})

describe('a supervisor that says nothing of that', () => {
  test('takes no significant child, neither at its start nor later', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const wrong = ['bad_combination', { auto_shutdown: 'never', significant: true }]
      const specs = [significant('a')]
      expect(await supervisor.start_link({ init: () => ['ok', [{}, specs]] })).toEqual([
        'error',
        ['start_spec', wrong],
      ])
      const sup = await start({})
      expect(await supervisor.start_child(sup, significant('a'))).toEqual(['error', wrong])
      expect(supervisor.check_childspecs(specs)).toBe('ok')
      expect(supervisor.check_childspecs(specs, 'any_significant')).toBe('ok')
      expect(supervisor.check_childspecs(specs, 'never')).toEqual(['error', wrong])
      expect(supervisor.check_childspecs(specs, 'often' as never)).toEqual(['error', ['badarg', 'often']])
      expect(supervisor.check_childspecs('specs' as never)).toEqual(['error', ['badarg', 'specs']])
      exit(sup, 'shutdown')
    }))
})
