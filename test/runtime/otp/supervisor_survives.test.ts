// What a supervisor must survive, or give up in the face of, without harm to anybody else.

import { describe, expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { run, spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import { log, pid_of, running, start, start_worker, stop, worker } from '../../support/supervised.ts'
import { labels, troubles, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

/** A child that is gone as soon as it is there. */
const start_mayfly = async () => ['ok', spawn_link(() => exit('gone'))] as const

/**
 * Milliseconds for which the event loop was kept from a timer of 1 ms at the most, while `body` runs: those in which
 * this program was at work, for a busy machine may delay it as well.
 */
async function longest_delay(body: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let [before, used] = [performance.now(), process.cpuUsage()]
  const ticker = setInterval(() => {
    const { user, system } = process.cpuUsage(used)
    longest = Math.max(longest, Math.min(performance.now() - before, (user + system) / 1_000))
    before = performance.now()
    used = process.cpuUsage()
  }, 1)
  await body()
  clearInterval(ticker)
  return longest
}

describe('a child that dies at once, for ever', () => {
  test.each<[string, supervisor.StartFunction, string[]]>([
    ['after it was started', start_mayfly, ['child_terminated', 'shutdown']],
    [
      'while it is started',
      () => proc_lib.start_link(() => exit('gone')),
      ['child_terminated', 'start_error', 'shutdown'],
    ],
  ])('%s, makes its supervisor give up, as its intensity says', (_name, start_it, reports) =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      let starts = 0
      const dies = () => (++starts === 1 ? start_mayfly() : start_it())
      const sup = await start({ intensity: 500, period: 10 }, worker('a'), { id: 'b', start: dies })
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(starts).toBe(501)
      expect(monotonic_time()).toBeLessThan(10_000)
      expect(new Set(labels())).toEqual(new Set(reports))
      expect(troubles().at(-1)!.facts).toMatchObject({ reason: 'reached_max_restart_intensity' })
      expect(log).toEqual(['start a', 'stop a'])
      expect(processes()).toEqual([self()])
    }),
  )

  test.each<[string, supervisor.StartFunction]>([
    ['after it was started', start_mayfly],
    ['while it is started', () => ['error', 'gone']],
  ])(
    '%s, keeps no timer and no other process waiting, even if its supervisor never gives up',
    (_name, start_it) =>
      run(async () => {
        process_flag('trap_exit', true)
        let starts = 0
        const dies = () => (++starts === 1 ? start_mayfly() : start_it())
        const sup = await start({ intensity: 1e9, period: 1 }, worker('a'), { id: 'b', start: dies })
        const worker_pid = (await pid_of(sup, 'a')) as Pid
        const delay = await longest_delay(async () => {
          const until = performance.now() + 300
          while (performance.now() < until) expect(await gen_server.call(worker_pid, 'name')).toBe('a')
        })
        expect(delay).toBeLessThan(200)
        expect(starts).toBeGreaterThan(5)
        expect(await stop(sup)).toBe('shutdown')
        expect(is_process_alive(worker_pid)).toBe(false)
      }),
  )
})

describe('a storm', () => {
  /** A supervisor of three others, and so on, down to ten workers each. */
  const nested = (id: Term, depth: number, flags: supervisor.SupFlags): supervisor.ChildSpec => {
    const below = () =>
      depth === 0
        ? [...Array(10).keys()].map(index => worker(`w ${index}`))
        : [1, 2, 3].map(index => nested(index, depth - 1, flags))
    const start_it = () => supervisor.start_link({ init: () => ['ok', [flags, below()]] })
    return { id, type: 'supervisor', start: start_it }
  }

  const workers_below = async (sup: Pid): Promise<Pid[]> => {
    const children = await supervisor.which_children(sup)
    const pids = children.map(([, pid, type]) =>
      type === 'worker' ? [pid as Pid] : workers_below(pid as Pid),
    )
    return (await Promise.all(pids)).flat()
  }

  test.each(['one_for_all', 'rest_for_one', 'one_for_one'] as const)(
    'in which all workers of a tree die is over when all are there again: %s',
    strategy =>
      in_virtual_time(async () => {
        const flags = { strategy, intensity: 10 }
        const top = await start(flags, ...[1, 2, 3].map(index => nested(index, 1, flags)))
        const before = await workers_below(top)
        expect(before.length).toBe(90)
        for (const pid of before) exit(pid, 'kill')
        await pause(10)
        const now = await workers_below(top)
        expect(now.length).toBe(90)
        expect(now.filter(pid => before.includes(pid))).toEqual([])
        expect(now.every(is_process_alive)).toBe(true)
        await stop(top)
        expect(processes()).toEqual([self()])
      }),
  )

  test('that is too much for one level is for the next one, up to the top', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const top = await start({ intensity: 1 }, nested('middle', 1, { intensity: 0 }))
      const [[, middle]] = (await supervisor.which_children(top)) as [supervisor.ChildInfo]
      for (const pid of await workers_below(top)) exit(pid, 'kill')
      await pause(10)
      expect(is_process_alive(middle as Pid)).toBe(false)
      expect(is_process_alive(top)).toBe(true)
      expect((await workers_below(top)).length).toBe(30)
      for (const pid of await workers_below(top)) exit(pid, 'kill')
      expect(await receive(['EXIT', top, _])).toEqual(['EXIT', top, 'shutdown'])
      expect(processes()).toEqual([self()])
    }))

  test('among children that are linked to one another takes them down once', () =>
    in_virtual_time(async () => {
      const pids: Pid[] = []
      const start_linked = async () => {
        const pid = spawn_link(async () => {
          for (const other of pids) spawn_link(() => receive(['never', other]))
          await receive('never')
        })
        pids.push(pid)
        return ['ok', pid] as const
      }
      const sup = await start(
        { strategy: 'one_for_all' },
        ...[1, 2, 3, 4].map(id => ({ id, start: start_linked })),
      )
      exit(pids[2]!, 'kill')
      await pause()
      expect(labels()).toEqual(['child_terminated'])
      expect(pids.length).toBe(8)
      expect(await running(sup)).toEqual([1, 2, 3, 4])
    }))
})

describe('a start function', () => {
  test('that never returns holds its supervisor up, until the one above has had enough', () =>
    in_virtual_time(async () => {
      const hanging = { id: 'h', start: () => receive('never') as Promise<never> }
      const below = {
        id: 'below',
        type: 'supervisor',
        shutdown: 1_000,
        start: () => supervisor.start_link(['local', 'below'], { init: () => ['ok', [{}, [worker('a')]]] }),
      } as const
      const top = await start({}, below, worker('b'))
      const [caller, ref] = spawn_monitor(() => supervisor.start_child('below', hanging))
      await pause()
      expect(await supervisor.terminate_child(top, 'below')).toBe('ok')
      expect(monotonic_time()).toBe(1_001)
      expect((await receive(['DOWN', ref, 'process', caller, _]))[4]).toEqual([
        'killed',
        ['gen_server', 'call', ['below', ['start_child', hanging], 'infinity']],
      ])
      expect(labels()).toEqual(['shutdown_error'])
      expect(ok(await supervisor.restart_child(top, 'below'))).toBeDefined()
      expect(await running(top)).toEqual(['below', 'b'])
    }))

  const frozen = Object.freeze({ frozen: true })
  const cold = Object.freeze(new Error('cold'))
  test.each<[string, unknown, Term]>([
    ['undefined', undefined, undefined],
    ['null', null, null],
    ['a string', 'text', 'text'],
    ['a frozen object', frozen, frozen],
    ['a frozen error', cold, ['EXIT', cold]],
    ['a result', ['error', 'thrown'], 'thrown'],
    ['an exit with undefined', new Exit(undefined), ['EXIT', undefined]],
  ])('that throws %s fails with that, at the start, on demand and again', (_name, thrown, reason) =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const failing: supervisor.StartFunction = () => {
        throw thrown
      }
      const spec = { id: 'x', start: failing }
      expect(await supervisor.start_link({ init: () => ['ok', [{}, [worker('a'), spec]]] })).toEqual([
        'error',
        ['shutdown', ['failed_to_start_child', 'x', reason]],
      ])
      const simple = await start({ strategy: 'simple_one_for_one' }, spec)
      expect(await supervisor.start_child(simple, [])).toEqual(['error', reason])
      const sup = await start({ intensity: 2 })
      expect(await supervisor.start_child(sup, spec)).toEqual([
        'error',
        [reason, supervisor.child_spec(spec)],
      ])

      let starts = 0
      const once = { id: 'y', start: (name: string) => (++starts === 1 ? start_worker(name) : failing()) }
      const pid = ok(await supervisor.start_child(sup, once)) as Pid
      gen_server.cast(pid, 'boom')
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(starts).toBe(3)
      expect(troubles().at(-2)!.facts).toMatchObject({ errorContext: 'start_error', reason })
    }),
  )

  test('that gives a process which has ended already is as good as one whose child ends', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const gone = spawn(() => {})
      await pause()
      const unlinked = { id: 'x', start: () => ['ok', gone] as const }
      const sup = await start({}, unlinked)
      expect(await supervisor.terminate_child(sup, 'x')).toBe('ok')
      expect(labels()).toEqual(['shutdown_error'])
      expect(troubles()[0]!.facts.reason).toBe('noproc')
    }))
})

describe('an init of a supervisor', () => {
  test.each<[unknown, Term]>([
    [undefined, ['bad_return_value', undefined]],
    ['text', ['bad_return_value', 'text']],
    [Object.freeze({ a: 1 }), ['bad_return_value', { a: 1 }]],
    [new Exit('no'), 'no'],
  ])('that throws %j fails', (thrown, reason) =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const init = () => {
        throw thrown
      }
      const [tag, why] = (await supervisor.start_link({ module: 'boss', init })) as Term
      expect([tag, why]).toEqual(['error', reason])
    }),
  )
})
