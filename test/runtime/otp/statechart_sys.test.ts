// A machine of xstate's is a process that `sys` works on.

import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { assign, createMachine, fromPromise } from 'xstate'
import { receive } from '../../../runtime/erlang/receive.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import * as statechart from '../../../runtime/otp/statechart.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const printed: string[] = []
let before: sys.Sink
with_caught_reports()
beforeEach(() => {
  printed.length = 0
  before = sys.use_sink(line => printed.push(line))
})
afterEach(() => {
  sys.use_sink(before)
})

const door = createMachine({
  id: 'door',
  context: { opened: 0 },
  initial: 'closed',
  states: {
    closed: {
      on: { open: { target: 'open', actions: assign({ opened: ({ context }) => context.opened + 1 }) } },
    },
    open: { after: { 1000: 'closed' }, on: { close: 'closed' } },
  },
})

test('its state is what a gen_statem has, and can be replaced by another that it has', () =>
  in_virtual_time(async () => {
    const pid = ok(await statechart.start(door))
    expect(await sys.get_state(pid)).toEqual(['closed', { opened: 0 }])
    await statechart.subscribe(pid)
    expect(await sys.replace_state(pid, ([, { opened }]) => ['open', { opened: opened + 9 }])).toEqual([
      'open',
      { opened: 9 },
    ])
    const [, , snapshot] = await receive(['snapshot', pid, _])
    expect(snapshot.value).toBe('open')
    send(pid, { type: 'close' })
    expect(await sys.get_state(pid)).toEqual(['closed', { opened: 9 }])
    await expect(sys.replace_state(pid, () => ['ajar', {}])).rejects.toMatchObject({
      reason: ['callback_failed', ['statechart', 'system_replace_state'], ['error', expect.any(Error)]],
    })
    await expect(sys.replace_state(pid, () => 'ajar')).rejects.toMatchObject({
      reason: ['callback_failed', expect.anything(), ['exit', ['badmatch', 'ajar']]],
    })
    expect(await sys.get_state(pid)).toEqual(['closed', { opened: 9 }])
  }))

test('it can be held: events and delays wait, and come when it goes on', () =>
  in_virtual_time(async () => {
    const pid = ok(await statechart.start(door))
    send(pid, { type: 'open' })
    await sys.suspend(pid)
    await pause(5_000)
    send(pid, { type: 'open' })
    expect((await sys.get_state(pid))[0]).toBe('open')
    await sys.resume(pid)
    expect(await sys.get_state(pid)).toEqual(['open', { opened: 2 }])
  }))

test('its events can be printed, kept, counted, and given to a function', () =>
  in_virtual_time(async () => {
    const seen: string[] = []
    const pid = ok(await statechart.start(['local', 'the_door'], door, { debug: ['trace', ['log', 3]] }))
    await sys.install(pid, [(count: number, [kind]) => count + seen.push(kind), 0])
    await sys.statistics(pid, true)
    send(pid, { type: 'open', by: 'hand' })
    send(pid, 'nonsense')
    expect(await sys.log(pid, 'get')).toEqual([
      'ok',
      [
        ['consume', { type: 'open', by: 'hand' }, 'closed', 'open'],
        ['in', { type: 'nonsense', message: 'nonsense' }, 'open'],
        ['consume', { type: 'nonsense', message: 'nonsense' }, 'open', 'open'],
      ],
    ])
    expect(printed.slice(0, 2)).toEqual([
      "*DBG* the_door receive open { by: 'hand' } in state 'closed'",
      "*DBG* the_door consume open { by: 'hand' } in state 'closed' => 'open'",
    ])
    expect(seen).toEqual(['in', 'consume', 'in', 'consume'])
    expect(await sys.statistics(pid, 'get')).toMatchObject(['ok', { messages_in: 2, messages_out: 0 }])
  }))

test('its status can be asked for', () =>
  in_virtual_time(async () => {
    const pid = ok(await statechart.start(door))
    const [tag, who, module, [, state, , , items]] = await sys.get_status(pid)
    expect([tag, who, module, state]).toEqual(['status', pid, ['module', 'statechart'], 'running'])
    expect(items[0]).toEqual(['header', `Status for statechart ${pid}`])
    expect(items.at(-1)).toEqual(['data', [['State', ['closed', { opened: 0 }]]]])
  }))

test('it goes on as another version of the machine, in the same state or in the one that is made of it', () =>
  in_virtual_time(async () => {
    const pid = ok(await statechart.start(door))
    send(pid, { type: 'open' })
    await sys.suspend(pid)
    const revolving = createMachine({
      id: 'door',
      context: { opened: 0 },
      initial: 'turning',
      states: { open: { on: { push: 'turning' } }, turning: {} },
    })
    expect(await sys.change_code(pid, revolving, '1', [])).toBe('ok')
    await sys.resume(pid)
    send(pid, { type: 'push' })
    expect(await sys.get_state(pid)).toEqual(['turning', { opened: 1 }])

    await sys.suspend(pid)
    const code_change = (old_vsn: string, state: string, data: object, extra: string) =>
      state === 'turning' ? ['ok', 'closed', { ...data, old_vsn, extra }] : 'what?'
    expect(await sys.change_code(pid, { machine: door, code_change }, '2', 'extra')).toBe('ok')
    expect(await sys.change_code(pid, { machine: door, code_change }, '2', 'extra')).toEqual([
      'error',
      'what?',
    ])
    expect(await sys.change_code(pid, revolving, '3', [])).toEqual(['error', ['EXIT', expect.any(Error)]])
    expect(await sys.change_code(pid, 'door', '3', [])).toEqual([
      'error',
      ['EXIT', ['undef', ['door', 'code_change', 4]]],
    ])
    await sys.resume(pid)
    expect(await sys.get_state(pid)).toEqual(['closed', { opened: 1, old_vsn: '2', extra: 'extra' }])
  }))

test('it can be ended, with what it has started, and that is told with what was kept', () =>
  in_virtual_time(async () => {
    const machine = createMachine({ id: 'busy', invoke: { src: fromPromise(() => pause(100)) } })
    const [pid, ref] = ok(await statechart.start_monitor(machine, { debug: ['log'] }))
    const [[, child]] = (await statechart.which_children(pid)) as [[string, never]]
    send(pid, { type: 'x' })
    expect(await sys.terminate(pid, 'enough')).toBe('ok')
    expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'enough'])
    await expect(sys.get_state(child)).rejects.toMatchObject({ reason: ['noproc', expect.anything()] })
    expect(told[0]!.label).toBe('statechart terminate')
    expect(told[0]!.facts.log).toEqual([
      ['in', { type: 'x' }, {}],
      ['consume', { type: 'x' }, {}, {}],
    ])
  }))
