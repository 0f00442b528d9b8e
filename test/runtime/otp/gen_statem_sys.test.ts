// `sys` works on a gen_statem. What is printed is what OTP 25 prints of the same machine.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { is_process_alive, process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { obedient } from '../../support/obedient_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const printed: string[] = []
let before: sys.Sink
with_caught_reports()
beforeEach(() => {
  printed.length = 0
  before = sys.use_sink(line => printed.push(line.replace(/\[Function.*?\]|<0\.\d+\.0>/g, '_')))
})
afterEach(() => {
  sys.use_sink(before)
})

const started = async (options?: gen_statem.StartOptions) => ok(await gen_statem.start(obedient, [], options))
const with_enter: gen_statem.Callbacks = {
  ...obedient,
  module: 'with_enter',
  callback_mode: () => ['handle_event_function', 'state_enter'],
  handle_event: (type, content, state, data) =>
    type === 'enter' ? 'keep_state_and_data' : obedient.handle_event!(type, content, state, data),
}

describe('the state of a machine', () => {
  test('is a pair, and can be replaced by another', () =>
    in_virtual_time(async () => {
      const pid = await started()
      expect(await sys.get_state(pid)).toEqual(['idle', []])
      expect(
        await sys.replace_state(pid, ([state, data]) => [
          [state, 1],
          [...data, 2],
        ]),
      ).toEqual([['idle', 1], [2]])
      gen_statem.cast(pid, 3)
      expect(await sys.get_state(pid)).toEqual([
        ['idle', 1],
        [2, ['cast', 3]],
      ])
    }))

  test('stays what it is when it is replaced by none', () =>
    in_virtual_time(async () => {
      const pid = await started()
      const failed = ['callback_failed', ['gen_statem', 'system_replace_state']]
      await expect(sys.replace_state(pid, () => 'none')).rejects.toMatchObject({
        reason: [...failed, ['exit', ['badmatch', 'none']]],
      })
      const fail = () => {
        throw new Exit('no')
      }
      await expect(sys.replace_state(pid, fail)).rejects.toMatchObject({
        reason: [...failed, ['exit', 'no']],
      })
      expect(await sys.get_state(pid)).toEqual(['idle', []])
    }))
})

describe('a machine that is held', () => {
  test('keeps its events and its timeouts for later', () =>
    in_virtual_time(async () => {
      const pid = await started()
      gen_statem.cast(pid, () => ['keep_state_and_data', ['state_timeout', 10, 'late']])
      await sys.suspend(pid)
      gen_statem.cast(pid, 'first')
      await pause(100)
      expect(await sys.get_state(pid)).toEqual(['idle', []])
      await sys.resume(pid)
      expect(await sys.get_state(pid)).toEqual([
        'idle',
        [
          ['cast', 'first'],
          ['state_timeout', 'late'],
        ],
      ])
    }))

  test('ends with its parent, by way of terminate', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const callbacks = { ...obedient, terminate: (...what: Term[]) => send(test_process, what) }
      const trapping = () => {
        process_flag('trap_exit', true)
        return ['ok', 'idle', []]
      }
      const parent = spawn(async () => {
        const pid = ok(await gen_statem.start_link(callbacks, trapping))
        await sys.suspend(pid)
        send(test_process, pid)
        await receive('never')
      })
      const pid = await receive()
      gen_statem.cast(pid, 'unseen')
      exit(parent, 'shutdown')
      expect(await receive()).toEqual(['shutdown', 'idle', []])
      await pause()
      expect(is_process_alive(pid)).toBe(false)
    }))
})

describe('the code of a machine', () => {
  const version_2: gen_statem.Callbacks = {
    ...with_enter,
    module: 'obedient',
    code_change: async (old_vsn, state, data, extra) =>
      extra === 'refuse' ? 'not now' : ['ok', `${state} of ${old_vsn}`, [...data, extra]],
  }

  test('changes with its state, and its mode is asked for anew', () =>
    in_virtual_time(async () => {
      const pid = await started()
      await sys.suspend(pid)
      expect(await sys.change_code(pid, version_2, '1', 'refuse')).toEqual(['error', 'not now'])
      expect(await sys.change_code(pid, version_2, '1', 'extra')).toBe('ok')
      expect(await sys.change_code(pid, 'obedient', '2', 'more')).toBe('ok')
      await sys.resume(pid)
      expect(await sys.get_state(pid)).toEqual(['idle of 1 of 2', ['extra', 'more']])
      gen_statem.cast(pid, () => ['stop', 'boom'])
      await pause()
      expect(told[0]!.facts.callback_mode).toEqual(['handle_event_function', 'state_enter'])
    }))

  test('stays what it is without a code_change, or with one that fails', () =>
    in_virtual_time(async () => {
      const pid = await started()
      await sys.suspend(pid)
      const undef = (name: string) => ['error', ['EXIT', ['undef', [name, 'code_change', 4]]]]
      expect(await sys.change_code(pid, 'obedient', '1', [])).toEqual(undef('obedient'))
      expect(await sys.change_code(pid, 'other', '1', [])).toEqual(undef('other'))
      const bad = { ...version_2, callback_mode: () => 'what' as const as never }
      expect(await sys.change_code(pid, bad, '1', [])).toEqual([
        'error',
        ['EXIT', ['bad_return_from_callback_mode', 'what']],
      ])
      expect(await sys.get_state(pid)).toEqual(['idle', []])
    }))
})

describe('what a machine does', () => {
  test('can be printed, as OTP does', () =>
    in_virtual_time(async () => {
      const init = () => [
        'ok',
        'a',
        'd',
        [
          ['next_event', 'internal', 'first'],
          ['state_timeout', 0, 'zz'],
        ],
      ]
      const simple: gen_statem.Callbacks = {
        ...with_enter,
        handle_event: (type, content) =>
          type === 'enter' || typeof content !== 'function' ? 'keep_state_and_data' : content(type),
      }
      const pid = ok(await gen_statem.start(simple, init, { debug: ['trace'] }))
      const cast = async (event: Term) => {
        gen_statem.cast(pid, event)
        await pause(20)
      }
      const other = { ...simple, module: 'other', callback_mode: () => 'handle_event_function' as const }
      await cast(() => [
        'next_state',
        'b',
        'd',
        [
          ['push_callback_module', other],
          ['state_timeout', 0, 'x'],
          ['timeout', 0, 'y'],
          [['timeout', 'n'], 5, 'z'],
          [['timeout', 'n'], 200, 'z'],
        ],
      ])
      await cast(() => [
        'keep_state',
        'd',
        [[['timeout', 'n'], 'cancel'], [['timeout', 'q'], 'update', 'u'], 'postpone'],
      ])
      await gen_statem.call(pid, ([, from]: Term) => ['keep_state_and_data', ['reply', from, 'answer']])
      send(pid, ['any', 1])
      await pause()
      expect(printed).toEqual([
        "*DBG* _ enter with_enter in state 'a'",
        "*DBG* _ receive internal 'first' in state 'a'",
        "*DBG* _ consume internal 'init_state' in state 'a'",
        "*DBG* _ start_timer [ 'state_timeout', 0, 'zz' ] in state 'a'",
        "*DBG* _ consume internal 'first' in state 'a'",
        "*DBG* _ receive state_timeout 'zz' in state 'a'",
        "*DBG* _ consume state_timeout 'zz' in state 'a'",
        "*DBG* _ receive cast _ in state 'a'",
        "*DBG* _ module other in state 'b'",
        "*DBG* _ consume cast _ in state 'a' => 'b'",
        "*DBG* _ start_timer [ [ 'timeout', 'n' ], 200, 'z' ] in state 'b'",
        "*DBG* _ start_timer [ 'timeout', 0, 'y' ] in state 'b'",
        "*DBG* _ start_timer [ 'state_timeout', 0, 'x' ] in state 'b'",
        "*DBG* _ receive state_timeout 'x' in state 'b'",
        "*DBG* _ consume state_timeout 'x' in state 'b'",

        "*DBG* _ receive cast _ in state 'b'",
        "*DBG* _ postpone cast _ in state 'b'",
        "*DBG* _ receive [ 'timeout', 'q' ] 'u' in state 'b'",
        "*DBG* _ consume [ 'timeout', 'q' ] 'u' in state 'b'",
        "*DBG* _ receive call _ from _ in state 'b'",
        "*DBG* _ send 'answer' to _",
        "*DBG* _ consume call _ from _ in state 'b'",
        "*DBG* _ receive info [ 'any', 1 ] in state 'b'",
        "*DBG* _ consume info [ 'any', 1 ] in state 'b'",
      ])
    }))

  test('can be kept, counted, and is told when it crashes', () =>
    in_virtual_time(async () => {
      const pid = await started({ debug: [['log', 2], 'statistics'] })
      await gen_statem.call(pid, (_data: Term, type: Term) => [
        'keep_state_and_data',
        ['reply', type[1], 'x'],
      ])
      expect(await sys.statistics(pid, 'get')).toMatchObject(['ok', { messages_in: 1, messages_out: 1 }])
      send(pid, 'y')
      const events = [
        ['in', ['info', 'y'], 'idle'],
        ['consume', ['info', 'y'], 'idle', 'idle'],
      ]
      expect(await sys.log(pid, 'get')).toEqual(['ok', events])
      const stop = () => ['stop_and_reply', 'boom', []]
      gen_statem.cast(pid, stop)
      await pause()
      expect(told[0]!.facts.log).toEqual([events[1], ['in', ['cast', stop], 'idle']])
    }))
})

test('the status of a machine is what its format_status lets be told', () =>
  in_virtual_time(async () => {
    const discreet: gen_statem.Callbacks = {
      ...obedient,
      format_status: ({ data, reason }) => ({
        data: reason === undefined ? `${data.length} things` : 'none',
      }),
    }
    const pid = ok(await gen_statem.start(['local', 'discreet'], discreet, ['secret']))
    const later = () => ['keep_state_and_data', ['postpone', [['timeout', 'n'], 100, 'c']]]
    const newer = () => ['keep_state_and_data', 'postpone']
    gen_statem.cast(pid, later)
    gen_statem.cast(pid, newer)
    const [tag, who, module, [, state, parent, debug, items]] = await sys.get_status(pid)
    expect([tag, who, module, state, parent, debug]).toEqual([
      'status',
      pid,
      ['module', 'gen_statem'],
      'running',
      pid,
      [],
    ])
    expect(items).toEqual([
      ['header', 'Status for state machine discreet'],
      [
        'data',
        [
          ['Status', 'running'],
          ['Parent', pid],
          ['Modules', ['obedient']],
          ['Time-outs', [1, [[['timeout', 'n'], 'c']]]],
          ['Logged Events', []],
          [
            'Postponed',
            [
              ['cast', newer],
              ['cast', later],
            ],
          ],
        ],
      ],
      ['data', [['State', ['idle', '1 things']]]],
    ])
    await expect(gen_statem.stop(pid, 'boom')).resolves.toBe('ok')
    expect(told[0]!.facts).toMatchObject({ state: ['idle', 'none'], reason: 'boom' })
  }))

test('a callback that hangs can be found without asking it', () =>
  in_virtual_time(async () => {
    const pid = await started()
    expect(sys.in_callback(pid)).toBeUndefined()
    const hang = () => pause(1_000).then(() => 'keep_state_and_data')
    await pause(5)
    gen_statem.cast(pid, hang)
    await pause(100)
    expect(sys.in_callback(pid)).toEqual({ callback: 'handle_event', message: ['cast', hang], since: 5 })
    await pause(1_000)
    expect(sys.in_callback(pid)).toBeUndefined()
    const slow = ok(await gen_statem.start({ ...obedient, terminate: () => pause(1_000) }, []))
    exit(slow, 'normal')
    gen_statem.cast(slow, () => 'stop')
    await pause(10)
    expect(sys.in_callback(slow)?.callback).toBe('terminate')
  }))
