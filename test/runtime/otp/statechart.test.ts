import { describe, expect, test } from '@jest/globals'
import { assign, createMachine, raise } from 'xstate'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { is_process_alive, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as statechart from '../../../runtime/otp/statechart.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { counter, traffic_light } from '../../support/machines.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const value_of = async (pid: Term) => (await statechart.get_snapshot(pid)).value

describe('a machine as a process', () => {
  test('goes from state to state by delays, in the time of the runtime', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start_link(traffic_light))
      expect(await value_of(pid)).toBe('green')
      await pause(20_001)
      expect(await value_of(pid)).toBe('yellow')
      await pause(3_000)
      expect(await value_of(pid)).toBe('red')
      send(pid, { type: 'POWER_OUT' })
      expect(await value_of(pid)).toBe('blinking')
      expect(timer_count()).toBe(0)
    }))

  test('takes input, and gives its output when it is done', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await statechart.start_monitor(counter, { input: { count: 40 } }))
      const output = statechart.await_output<number>(pid)
      statechart.send_event(pid, { type: 'add', by: 2 })
      statechart.send_event(pid, { type: 'add', by: -7 })
      statechart.send_event(pid, { type: 'end' })
      expect(await output).toBe(42)
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
      expect(await statechart.await_output(pid)).toBe(42)
      expect(told).toEqual([])
    }))

  test('may be done as soon as it starts', () =>
    in_virtual_time(async () => {
      const machine = createMachine({ initial: 'end', states: { end: { type: 'final' } }, output: 'at once' })
      const [pid, ref] = ok(await statechart.start_monitor(machine))
      expect(await receive(['DOWN', _, _, _, _])).toEqual(['DOWN', ref, 'process', pid, 'normal'])
      expect(await statechart.await_output(pid)).toBe('at once')
    }))

  test('remembers, and does several things at once', () =>
    in_virtual_time(async () => {
      const player = createMachine({
        initial: 'off',
        states: {
          off: { on: { power: 'on' } },
          on: {
            type: 'parallel',
            on: { power: 'off' },
            states: {
              track: { initial: 'paused', states: { paused: { on: { play: 'playing' } }, playing: {} } },
              volume: {
                initial: 'normal',
                states: { normal: { on: { mute: 'muted' } }, muted: {} },
              },
            },
          },
        },
      })
      const pid = ok(await statechart.start(player))
      for (const type of ['power', 'play', 'mute']) send(pid, { type })
      expect(await value_of(pid)).toEqual({ on: { track: 'playing', volume: 'muted' } })
    }))

  test('goes back to where it was by a history state', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        initial: 'work',
        states: {
          work: {
            initial: 'one',
            on: { interrupt: 'break' },
            states: { one: { on: { next: 'two' } }, two: {}, before: { type: 'history' } },
          },
          break: { on: { resume: 'work.before' } },
        },
      })
      const pid = ok(await statechart.start(machine))
      for (const type of ['next', 'interrupt', 'resume']) send(pid, { type })
      expect(await value_of(pid)).toEqual({ work: 'two' })
    }))

  test('has a name, and no other has it', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start_link(['local', 'light'], traffic_light))
      expect(whereis('light')).toBe(pid)
      expect(await value_of('light')).toBe('green')
      expect(await statechart.start(['local', 'light'], traffic_light)).toEqual([
        'error',
        ['already_started', pid],
      ])
      expect(process_info(pid, 'initial_call')).toEqual(['initial_call', ['traffic_light', 'init', 1]])
    }))

  test('is no machine that is none', () =>
    in_virtual_time(async () => {
      expect(() => statechart.start({} as never)).toThrow(Exit)
      await expect(statechart.start(traffic_light, { colour: 'green' } as never)).rejects.toMatchObject({
        reason: ['badarg', 'colour'],
      })
    }))

  test('gets any message as an event', () =>
    in_virtual_time(async () => {
      const seen: Term[] = []
      const machine = createMachine({
        on: {
          '*': {
            actions: ({ event }) => {
              seen.push(event)
            },
          },
        },
      })
      const pid = ok(await statechart.start(machine))
      for (const message of ['stop', ['tcp', 'socket', 'data'], [1, 2], 7]) send(pid, message)
      gen_server.cast(pid, 'cast')
      await statechart.get_snapshot(pid)
      expect(seen).toEqual([
        { type: 'stop', message: 'stop' },
        { type: 'tcp', message: ['tcp', 'socket', 'data'] },
        { type: 'info', message: [1, 2] },
        { type: 'info', message: 7 },
        { type: 'cast', message: 'cast' },
      ])
    }))

  test('answers calls', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        on: { call: { actions: ({ event }) => void statechart.reply(event.from, [event.request, self()]) } },
      })
      const pid = ok(await statechart.start(machine))
      expect(await statechart.call(pid, 'who')).toEqual(['who', pid])
      expect(await gen_server.call(pid, 'who')).toEqual(['who', pid])
    }))
})

describe('a delayed event', () => {
  test('that is cancelled while it waits in the mailbox does not happen', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        initial: 'waiting',
        states: {
          waiting: { after: { 100: 'late' }, on: { again: { target: 'waiting', reenter: true } } },
          late: {},
        },
      })
      const pid = ok(await statechart.start(machine))
      const blocked = spawn(async () => {
        await pause(99)
        await sys.suspend(pid)
        send(pid, { type: 'again' })
        await pause(50)
        await sys.resume(pid)
      })
      await pause(180)
      expect(is_process_alive(blocked)).toBe(false)
      expect(await value_of(pid)).toBe('waiting')
      await pause(100)
      expect(await value_of(pid)).toBe('late')
    }))

  test('that a machine sends itself comes, unless it is cancelled by its id', () =>
    in_virtual_time(async () => {
      const machine = createMachine({
        context: { ticks: 0 },
        entry: raise({ type: 'tick' }, { delay: 10 }),
        on: {
          tick: {
            actions: [
              assign({ ticks: ({ context }) => context.ticks + 1 }),
              raise({ type: 'tick' }, { delay: 10 }),
            ],
          },
        },
      })
      const pid = ok(await statechart.start(machine))
      await pause(35)
      expect((await statechart.get_snapshot(pid)).context).toEqual({ ticks: 3 })
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
    }))
})

describe('watching a machine', () => {
  test('gives each new snapshot, and what it emits', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(counter, { input: { count: 1 } }))
      const [, first] = await statechart.subscribe<typeof counter>(pid)
      expect(first.context).toEqual({ count: 1 })
      for (const event of [{ type: 'add', by: 1 }, { type: 'what' }, { type: 'end' }]) send(pid, event)
      await receive(['snapshot', pid, _], 100).then(([, , { context }]) =>
        expect(context).toEqual({ count: 2 }),
      )
      expect(await receive(['emitted', pid, _])).toEqual(['emitted', pid, { type: 'added', by: 1 }])
      const [, , last] = await receive()
      expect(last).toMatchObject({ status: 'done', output: 2 })
      expect(mailbox()).toEqual([])
    }))

  test('ends when it is no longer wanted', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(counter, { input: { count: 1 } }))
      const other = spawn(() => receive('never'))
      await statechart.subscribe(pid, other)
      await statechart.subscribe(pid)
      await statechart.unsubscribe(pid)
      exit(other, 'kill')
      send(pid, { type: 'add', by: 1 })
      expect((await statechart.get_snapshot(pid)).context).toEqual({ count: 2 })
      expect(mailbox()).toEqual([])
    }))

  test('can wait for what it is waiting for', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(traffic_light))
      expect((await statechart.wait_for(pid, light => light.matches('green'))).value).toBe('green')
      expect((await statechart.wait_for(pid, light => light.matches('red'))).value).toBe('red')
      await expect(statechart.wait_for(pid, light => light.matches('blinking'), 100)).rejects.toMatchObject({
        reason: ['timeout', ['statechart', 'wait_for', [pid]]],
      })
      const failure = new Error('no such light')
      await expect(
        statechart.wait_for(pid, () => {
          throw failure
        }),
      ).rejects.toBe(failure)
      const never = statechart.wait_for(pid, () => false)
      exit(pid, 'kill')
      await expect(never).rejects.toMatchObject({ reason: ['killed', expect.anything()] })
    }))

  test('fails with a machine that comes to no output', () =>
    in_virtual_time(async () => {
      const pid = ok(await statechart.start(traffic_light))
      await expect(statechart.await_output(pid, 10)).rejects.toMatchObject({
        reason: ['timeout', ['statechart', 'await_output', [pid]]],
      })
      const output = statechart.await_output(pid)
      await statechart.stop(pid, 'shutdown')
      await expect(output).rejects.toMatchObject({ reason: ['shutdown', expect.anything()] })
      await expect(statechart.await_output(pid)).rejects.toMatchObject({
        reason: ['noproc', expect.anything()],
      })
    }))
})

test('a machine goes on from a snapshot that was kept', () =>
  in_virtual_time(async () => {
    const pid = ok(await statechart.start(counter, { input: { count: 1 } }))
    send(pid, { type: 'add', by: 8 })
    const snapshot = JSON.parse(JSON.stringify(await statechart.get_persisted_snapshot(pid)))
    await statechart.stop(pid)
    const again = ok(await statechart.start(counter, { snapshot, input: { count: 0 }, id: 'again' }))
    expect((await statechart.get_snapshot(again)).context).toEqual({ count: 9 })
  }))
