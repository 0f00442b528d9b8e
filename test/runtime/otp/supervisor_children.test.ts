import { describe, expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import {
  end_child,
  log,
  pid_of,
  running,
  start,
  start_worker,
  stop,
  stubborn,
  worker,
} from '../../support/supervised.ts'
import { labels, troubles, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

describe('children that come and go', () => {
  test('are started, terminated, started again and deleted', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      const pid = ok(await supervisor.start_child(sup, worker('a')))
      expect(await supervisor.start_child(sup, worker('a'))).toEqual(['error', ['already_started', pid]])
      expect(await supervisor.delete_child(sup, 'a')).toEqual(['error', 'running'])
      expect(await supervisor.restart_child(sup, 'a')).toEqual(['error', 'running'])
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.start_child(sup, worker('a'))).toEqual(['error', 'already_present'])
      const again = ok(await supervisor.restart_child(sup, 'a'))
      expect(await pid_of(sup, 'a')).toBe(again)
      await supervisor.terminate_child(sup, 'a')
      expect(await supervisor.delete_child(sup, 'a')).toBe('ok')
      expect(await supervisor.which_children(sup)).toEqual([])
      expect(log).toEqual(['start a', 'stop a', 'start a', 'stop a'])
      expect(labels()).toEqual([])
    }))

  test('that nobody knows are not found', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      for (const ask of [
        supervisor.terminate_child,
        supervisor.restart_child,
        supervisor.delete_child,
        supervisor.get_childspec,
      ]) {
        expect(await ask(sup, 'nobody')).toEqual(['error', 'not_found'])
        expect(await ask(sup, ['no', 'body'])).toEqual(['error', 'not_found'])
      }
      expect(await supervisor.get_childspec(sup, self())).toEqual(['error', 'not_found'])
    }))

  test('are found by ids that are tuples, too', () =>
    in_virtual_time(async () => {
      const sup = await start({}, { id: ['worker', 1], start: [start_worker, ['one']] })
      expect(await supervisor.start_child(sup, { id: ['worker', 1], start: start_worker })).toMatchObject([
        'error',
        ['already_started', expect.anything()],
      ])
      expect(await supervisor.terminate_child(sup, ['worker', 1])).toBe('ok')
      expect(await supervisor.delete_child(sup, ['worker', 1])).toBe('ok')
    }))

  test('are told of one by one', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a', { modules: ['child'] }), worker('b'))
      await supervisor.terminate_child(sup, 'b')
      const a = await pid_of(sup, 'a')
      expect(await supervisor.which_child(sup, 'a')).toEqual(['ok', ['a', a, 'worker', ['child']]])
      expect(await supervisor.which_child(sup, 'b')).toEqual(['ok', ['b', undefined, 'worker', []]])
      expect(await supervisor.which_child(sup, 'c')).toEqual(['error', 'not_found'])
      const simple = await start({ strategy: 'simple_one_for_one' }, worker('x'))
      const pid = ok(await supervisor.start_child(simple, [])) as Pid
      expect(await supervisor.which_child(simple, pid)).toEqual(['ok', [undefined, pid, 'worker', []]])
      expect(await supervisor.which_child(simple, a)).toEqual(['error', 'not_found'])
      expect(await supervisor.which_child(simple, 'x')).toEqual(['error', 'simple_one_for_one'])
    }))

  test('are forgotten when they are temporary', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      ok(await supervisor.start_child(sup, worker('a', { restart: 'temporary' })))
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.terminate_child(sup, 'a')).toEqual(['error', 'not_found'])
      expect(
        await supervisor.start_child(sup, { id: 'b', start: () => 'ignore', restart: 'temporary' }),
      ).toEqual(['ok', undefined])
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('may ignore to be started, and are kept', () =>
    in_virtual_time(async () => {
      const sup = await start({}, { id: 'a', start: () => 'ignore' })
      expect(await supervisor.start_child(sup, { id: 'b', start: () => 'ignore' })).toEqual(['ok', undefined])
      expect(await supervisor.restart_child(sup, 'a')).toEqual(['ok', undefined])
      expect(await running(sup)).toEqual([
        ['a', undefined],
        ['b', undefined],
      ])
    }))

  test('may tell more than their pid', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      const start_it = async () => [...ok_tuple(await start_worker('a')), 'more'] as const
      expect(
        await supervisor.start_child(sup, { id: 'a', start: start_it as supervisor.StartFunction }),
      ).toEqual(['ok', await pid_of(sup, 'a'), 'more'])
    }))
  const ok_tuple = (result: Term): readonly ['ok', Pid] => ['ok', ok(result)]

  test.each<[string, () => Term, Term]>([
    ['an error', () => ['error', 'no'], 'no'],
    ['nonsense', () => 'what', 'what'],
    ['no pid', () => ['ok', 'not a pid'], ['ok', 'not a pid']],
    [
      'what it throws',
      () => {
        throw ['error', 'thrown']
      },
      'thrown',
    ],
    [
      'a crash',
      () => {
        throw new Exit('crashed')
      },
      ['EXIT', 'crashed'],
    ],
  ])('that fail to start with %s give that and their specification', (_name, start_it, reason) =>
    in_virtual_time(async () => {
      const sup = await start({})
      const spec = { id: 'a', start: start_it as supervisor.StartFunction }
      expect(await supervisor.start_child(sup, spec)).toEqual([
        'error',
        [reason, supervisor.child_spec(spec)],
      ])
      expect(await supervisor.which_children(sup)).toEqual([])
    }),
  )

  test('with a wrong specification are refused', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      expect(await supervisor.start_child(sup, { id: 'a' } as supervisor.ChildSpec)).toEqual([
        'error',
        'missing_start',
      ])
      expect(supervisor.check_childspecs([worker('a'), worker('b')])).toBe('ok')
      expect(supervisor.check_childspecs([worker('a'), worker('a')])).toEqual([
        'error',
        ['duplicate_child_name', 'a'],
      ])
    }))

  test('are counted and described', () =>
    in_virtual_time(async () => {
      const sup = await start(
        {},
        worker('a', { modules: ['child'] }),
        { id: 'b', start: () => supervisor.start_link({ init: () => ['ok', [{}, []]] }), type: 'supervisor' },
        worker('c', { restart: 'transient' }),
      )
      await end_child(sup, 'c', 'normal')
      const [c, b, a] = await supervisor.which_children(sup)
      expect(c).toEqual(['c', undefined, 'worker', []])
      expect(b).toEqual(['b', expect.any(Object), 'supervisor', []])
      expect(a).toEqual(['a', expect.any(Object), 'worker', ['child']])
      expect(await supervisor.count_children(sup)).toEqual({
        specs: 3,
        active: 2,
        supervisors: 1,
        workers: 2,
      })
      const spec = supervisor.child_spec(worker('a', { modules: ['child'] }))
      expect(await supervisor.get_childspec(sup, 'a')).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, a![1])).toEqual(['ok', spec])
    }))
})

describe('simple_one_for_one', () => {
  const simple = (more: Partial<supervisor.ChildSpec> = {}, flags: supervisor.SupFlags = {}) =>
    start({ strategy: 'simple_one_for_one', ...flags }, { id: 'any', start: [start_worker, ['x']], ...more })

  test('starts none by itself, and on demand with more arguments', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      expect(log).toEqual([])
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      ok(await supervisor.start_child(sup, [2]))
      expect(await gen_server.call(pid, 'name')).toBe('x 1')
      expect(await supervisor.which_children(sup)).toEqual([
        [undefined, expect.any(Object), 'worker', []],
        [undefined, pid, 'worker', []],
      ])
      expect(await supervisor.count_children(sup)).toEqual({
        specs: 1,
        active: 2,
        supervisors: 0,
        workers: 2,
      })
    }))

  test('restarts a child with the same arguments', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      gen_server.cast(pid, 'boom')
      await pause()
      const [[, again]] = (await supervisor.which_children(sup)) as [supervisor.ChildInfo]
      expect(again).not.toBe(pid)
      expect(await gen_server.call(again as Pid, 'name')).toBe('x 1')
      expect(labels()).toEqual(['child_terminated'])
    }))

  test('tries again to restart a child, and gives up when that is too often', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      let starts = 0
      const once = (name: string) => (++starts === 1 ? start_worker(name) : (['error', 'worn out'] as const))
      const sup = await simple({ start: [once, ['x']] }, { intensity: 2 })
      gen_server.cast(ok(await supervisor.start_child(sup, [])) as Pid, 'boom')
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(starts).toBe(3)
    }))

  test('knows a child by the pid it had, while it is being restarted, and can be told to give it up', () =>
    in_virtual_time(async () => {
      let starts = 0
      const moody = async () => {
        if (++starts === 1) return start_worker('x')
        await pause(30)
        return ['error', 'moody'] as const
      }
      const sup = await simple({ start: moody }, { intensity: 100 })
      const pid = ok(await supervisor.start_child(sup, [])) as Pid
      gen_server.cast(pid, 'boom')
      await pause(45)
      expect(await supervisor.which_children(sup)).toEqual([[undefined, 'restarting', 'worker', []]])
      expect(await supervisor.which_child(sup, pid)).toEqual(['ok', [undefined, 'restarting', 'worker', []]])
      expect(await supervisor.count_children(sup)).toMatchObject({ active: 0, workers: 1 })
      expect((await supervisor.get_childspec(sup, pid))[0]).toBe('ok')
      expect(await supervisor.terminate_child(sup, pid)).toBe('ok')
      expect(await supervisor.count_children(sup)).toMatchObject({ active: 0, workers: 0 })
      expect(await supervisor.terminate_child(sup, pid)).toEqual(['error', 'not_found'])
      const tried = starts
      await pause(100)
      expect(starts).toBe(tried)
      expect(is_process_alive(sup)).toBe(true)
    }))

  test('forgets a child that ends in an orderly way and is not permanent', () =>
    in_virtual_time(async () => {
      const sup = await simple({ restart: 'transient' })
      gen_server.cast(ok(await supervisor.start_child(sup, [1])) as Pid, 'normal')
      await pause()
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('knows its children by their pids, not by ids', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      expect(await supervisor.terminate_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.delete_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.restart_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.terminate_child(sup, self())).toEqual(['error', 'not_found'])
      const spec = supervisor.child_spec({ id: 'any', start: [start_worker, ['x']] })
      expect(await supervisor.get_childspec(sup, pid)).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, 'any')).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, 'other')).toEqual(['error', 'not_found'])
      expect(await supervisor.terminate_child(sup, pid)).toBe('ok')
      expect(is_process_alive(pid)).toBe(false)
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('gives the bare reason when a child fails to start, and keeps none that ignores it', () =>
    in_virtual_time(async () => {
      const sup = await simple({ start: (what: Term) => what })
      expect(await supervisor.start_child(sup, [['error', 'no']])).toEqual(['error', 'no'])
      expect(await supervisor.start_child(sup, ['ignore'])).toEqual(['ok', undefined])
      expect(await supervisor.which_children(sup)).toEqual([])
      expect(await supervisor.start_child(sup, worker('a'))).toEqual([
        'error',
        ['invalid_child_spec', expect.anything()],
      ])
    }))

  test('stops all children at once, and tells of those that did not end well together', () =>
    in_virtual_time(async () => {
      const sup = await simple({ start: [stubborn, []], shutdown: 1_000 })
      for (let count = 0; count < 10; count++) ok(await supervisor.start_child(sup, []))
      expect(await stop(sup)).toBe('shutdown')
      expect(monotonic_time()).toBe(1_000)
      expect(labels()).toEqual(['shutdown_error'])
      expect(troubles()[0]!.facts.offender).toMatchObject({ nb_children: 10, id: 'any' })
      expect(processes()).toEqual([self()])
    }))
})
