// The actors that a machine invokes or spawns: each is a process, linked to that of the machine.

import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendParent,
  sendTo,
  setup,
  stopChild,
} from 'xstate'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as statechart from '../../../runtime/otp/statechart.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const value_of = async (pid: Term) => (await statechart.get_snapshot(pid)).value
const context_of = async (pid: Term) => (await statechart.get_snapshot(pid)).context
const child_of = async (pid: Pid) => (await statechart.which_children(pid))[0]![1]

/** A machine that invokes something, and goes where that leads it. */
const invoking = (src: Term, input: Term = undefined) =>
  createMachine({
    id: 'invoking',
    context: { got: undefined as Term },
    initial: 'busy',
    states: {
      busy: {
        invoke: {
          id: 'worker',
          src,
          input,
          onDone: { target: 'done', actions: assign({ got: ({ event }) => event.output }) },
          onError: { target: 'failed', actions: assign({ got: ({ event }) => event.error }) },
        },
        on: { leave: 'left', ask: { actions: sendTo('worker', ({ event }) => event) } },
      },
      done: {},
      failed: {},
      left: {},
    },
    on: { told: { actions: assign({ got: ({ event }) => event }) } },
  })

const without_on_error = (src: Term) => createMachine({ invoke: { id: 'worker', src } })

const echo: gen_server.Callbacks = {
  init: () => ['ok', 0],
  handle_call: (request, _from, count) => ['reply', ['echo', request], count],
}

describe('a promise', () => {
  test('runs in a process of its own, which can call others', () =>
    in_virtual_time(async () => {
      const server = ok(await gen_server.start(echo))
      const src = fromPromise(async ({ input }) => {
        await pause(100)
        return [self(), await gen_server.call(server, input)]
      })
      const pid = ok(await statechart.start(invoking(src, 'hello')))
      const worker = await child_of(pid)
      expect(process_info(pid, 'links')).toEqual(['links', [worker]])
      expect(process_info(worker, 'initial_call')).toEqual(['initial_call', ['worker', 'init', 1]])
      await pause(101)
      expect(await value_of(pid)).toBe('done')
      expect(await context_of(pid)).toEqual({ got: [worker, ['echo', 'hello']] })
      expect(is_process_alive(worker)).toBe(false)
      expect(process_info(pid, 'links')).toEqual(['links', []])
      expect(await statechart.await_output(worker)).toEqual([worker, ['echo', 'hello']])
    }))

  test('that fails is an error for its machine to handle', () =>
    in_virtual_time(async () => {
      const failure = new Error('no')
      const pid = ok(await statechart.start(invoking(fromPromise(() => Promise.reject(failure)))))
      await pause()
      expect(await value_of(pid)).toBe('failed')
      expect(await context_of(pid)).toEqual({ got: failure })
      expect(told).toEqual([])
    }))

  test('that fails ends a machine without onError', () =>
    in_virtual_time(async () => {
      const src = fromPromise(async () => {
        await pause(10)
        throw new Exit('sorry')
      })
      const [pid, ref] = ok(await statechart.start_monitor(without_on_error(src)))
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'sorry'])
      expect(told.map(({ label }) => label)).toEqual(['statechart terminate', 'proc_lib crash'])
    }))

  test('is not gone on with when its machine leaves it', () =>
    in_virtual_time(async () => {
      const trace: Term[] = []
      const src = fromPromise(async ({ signal }) => {
        signal.addEventListener('abort', () => trace.push('aborted'))
        await pause(100)
        trace.push('went on')
      })
      const pid = ok(await statechart.start(invoking(src)))
      const worker = await child_of(pid)
      send(pid, { type: 'leave' })
      expect(await value_of(pid)).toBe('left')
      expect(is_process_alive(worker)).toBe(false)
      await pause(200)
      expect(trace).toEqual(['aborted'])
      expect(timer_count()).toBe(0)
    }))

  test('that is killed takes its machine along', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await statechart.start_monitor(invoking(fromPromise(() => pause(100)))))
      exit(await child_of(pid), 'kill')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'killed'])
      expect(timer_count()).toBe(0)
    }))

  test('that is killed is an error for a machine that traps exits', () =>
    in_virtual_time(async () => {
      const machine = invoking(fromPromise(() => pause(100)))
      const trapping = createMachine({ ...machine.config, entry: () => void process_flag('trap_exit', true) })
      const pid = ok(await statechart.start(trapping))
      exit(await child_of(pid), 'kill')
      await pause()
      expect(await value_of(pid)).toBe('failed')
      expect(await context_of(pid)).toEqual({ got: 'killed' })
    }))
})

describe('a callback', () => {
  const trace: Term[] = []
  beforeEach(() => {
    trace.length = 0
  })
  const listener = fromCallback(({ sendBack, receive: on_event, input }) => {
    trace.push(['started', input, self()])
    on_event(event => sendBack({ type: 'told', event, by: self() }))
    return () => trace.push('disposed')
  })

  test('hears its machine and answers it, and is let go when it is left', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(invoking(listener, 'input')))
      const worker = await child_of(pid)
      send(pid, { type: 'ask', question: 'well' })
      await pause()
      expect(await context_of(pid)).toEqual({
        got: { type: 'told', event: { type: 'ask', question: 'well' }, by: worker },
      })
      send(worker, { type: 'direct' })
      await pause()
      expect((await context_of(pid)).got.event).toEqual({ type: 'direct' })
      send(pid, { type: 'leave' })
      expect(await statechart.which_children(pid)).toEqual([])
      expect(trace).toEqual([['started', 'input', worker], 'disposed'])
      expect(is_process_alive(worker)).toBe(false)
    }))

  test.each(['kill', 'shutdown'])('is let go when its machine ends by %s', reason =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await statechart.start_monitor(invoking(listener)))
      const worker = await child_of(pid)
      exit(pid, reason)
      await receive(['DOWN', ref, _, _, _])
      expect(trace.at(-1)).toBe('disposed')
      expect(is_process_alive(worker)).toBe(false)
    }),
  )

  test('is let go when its machine crashes', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        invoke: { src: listener },
        on: {
          crash: {
            actions: () => {
              throw new Error('crash')
            },
          },
        },
      })
      const [pid, ref] = ok(await statechart.start_monitor(machine))
      send(pid, { type: 'crash' })
      await receive(['DOWN', ref, _, _, _])
      expect(trace.at(-1)).toBe('disposed')
    }))

  test('that throws at the start is an error', () =>
    in_virtual_time(async () => {
      const src = fromCallback(() => {
        throw new Error('not even begun')
      })
      const pid = ok(await statechart.start(invoking(src)))
      await pause()
      expect(await value_of(pid)).toBe('failed')
    }))
})

describe('a machine in a machine', () => {
  const child = createMachine({
    id: 'child',
    initial: 'asked',
    states: {
      asked: {
        after: { 50: 'answered' },
        on: { ask: { actions: sendParent({ type: 'told', what: 'wait' }) } },
      },
      answered: { type: 'final' },
    },
    output: 42,
  })

  test('is a process that sys understands, with delays and an output of its own', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(invoking(child)))
      const worker = await child_of(pid)
      expect(await sys.get_state(worker)).toEqual(['asked', {}])
      send(pid, { type: 'ask' })
      await pause(10)
      expect(await context_of(pid)).toEqual({ got: { type: 'told', what: 'wait' } })
      await pause(50)
      expect(await value_of(pid)).toBe('done')
      expect(await context_of(pid)).toEqual({ got: 42 })
      expect(is_process_alive(worker)).toBe(false)
    }))

  test('may have machines in it, and all of them end together', () =>
    in_virtual_time(async () => {
      const middle = createMachine({ id: 'middle', invoke: { id: 'inner', src: child } })
      const pid = ok(await statechart.start(createMachine({ invoke: { id: 'middle', src: middle } })))
      const [[, mid]] = (await statechart.which_children(pid)) as [[string, Pid]]
      const [[, inner]] = (await statechart.which_children(mid)) as [[string, Pid]]
      exit(inner, 'kill')
      await pause()
      expect([pid, mid, inner].map(is_process_alive)).toEqual([false, false, false])
      expect(timer_count()).toBe(0)
    }))
})

describe('other logic', () => {
  test('is a process too: transitions and observables', () =>
    in_virtual_time(async () => {
      const adder = fromTransition((sum: number, event: { type: 'add'; by: number }) => sum + event.by, 0)
      const ticker = fromObservable(() => ({
        subscribe: (observer: Term) => {
          observer.next(1)
          observer.next(2)
          return { unsubscribe: () => {} }
        },
      }))
      const machine = setup({ actors: { adder, ticker } }).createMachine({
        invoke: [
          { id: 'adder', src: 'adder' },
          { id: 'ticker', src: 'ticker' },
        ],
      })
      const pid = ok(await statechart.start(machine))
      const children = new Map(await statechart.which_children(pid))
      send(children.get('adder')!, { type: 'add', by: 4 })
      expect(await sys.get_state(children.get('adder')!)).toEqual(['active', 4])
      expect(await sys.replace_state(children.get('adder')!, ([status]) => [status, 10])).toEqual([
        'active',
        10,
      ])
      expect(await sys.get_state(children.get('ticker')!)).toEqual(['active', 2])
    }))

  test('can be started by itself', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(fromPromise(async () => [self(), await pause(10)])))
      expect(await statechart.await_output(pid)).toEqual([pid, undefined])
    }))
})

describe('a spawned actor', () => {
  const nursery = createMachine({
    context: { children: [] as Term[] },
    on: {
      spawn: {
        actions: assign({
          children: ({ context, spawn }) => [...context.children, spawn(fromPromise(() => pause(1_000)))],
        }),
      },
      stop: { actions: stopChild(({ context }) => context.children[0]) },
    },
  })

  test('is a process from the moment it is in the context, and can be stopped', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(nursery))
      send(pid, { type: 'spawn' })
      send(pid, { type: 'spawn' })
      const [first, second] = (await context_of(pid)).children.map(statechart.pid_of)
      expect(process_info(pid, 'links')).toEqual(['links', [first, second]])
      send(pid, { type: 'stop' })
      await pause()
      expect([first, second].map(is_process_alive)).toEqual([false, true])
      await statechart.stop(pid)
      expect(is_process_alive(second)).toBe(false)
    }))

  test('can be sent to by its reference from anywhere', () =>
    in_virtual_time(async () => {
      const logic = fromTransition((all: Term[], event: Term) => [...all, event.type], [])
      const machine = createMachine({ context: ({ spawn }) => ({ child: spawn(logic, { id: 'all' }) }) })
      const pid = ok(await statechart.start(machine))
      const { child } = await context_of(pid)
      child.send({ type: 'one' })
      child.send({ type: 'two' })
      expect(await sys.get_state(statechart.pid_of(child)!)).toEqual(['active', ['one', 'two']])
      expect(statechart.pid_of({})).toBeUndefined()
    }))
})

test('a machine that goes on from a kept snapshot has its actors again', () =>
  in_virtual_time(async () => {
    const worker = createMachine({ id: 'worker', initial: 'a', states: { a: { on: { ask: 'b' } }, b: {} } })
    const machine = setup({ actors: { worker } }).createMachine({
      invoke: { id: 'worker', src: 'worker' },
      on: { ask: { actions: sendTo('worker', { type: 'ask' }) } },
    })
    const pid = ok(await statechart.start(machine))
    send(pid, { type: 'ask' })
    await pause()
    const snapshot = await statechart.get_persisted_snapshot(pid)
    await statechart.stop(pid)
    const again = ok(await statechart.start(machine, { snapshot }))
    const children = await statechart.which_children(again)
    expect(children).toEqual([['worker', expect.anything()]])
    expect(await sys.get_state(children[0]![1])).toEqual(['b', {}])
  }))
