// Ways to ask a gen_statem, and to become one.

import { describe, expect, test } from '@jest/globals'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { look, obedient } from '../../support/obedient_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const answer = (data: Term, type: Term) => ['keep_state_and_data', ['reply', type[1], data]]
const slow = async (_data: Term, type: Term) => {
  await pause(50)
  return ['keep_state_and_data', ['reply', type[1], 'slow']]
}

describe('a call', () => {
  test.each(['clean_timeout', 'dirty_timeout'] as const)('may have a %s, and leaves nothing behind', kind =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, 'data'))
      expect(await gen_statem.call(pid, answer, [kind, 100])).toBe('data')
      expect(await gen_statem.call(pid, answer, [kind, 'infinity'])).toBe('data')
      await expect(gen_statem.call(pid, slow, [kind, 10])).rejects.toMatchObject({
        reason: ['timeout', ['gen_statem', 'call', [pid, slow, [kind, 10]]]],
      })
      await pause(100)
      expect(mailbox()).toEqual([])
    }),
  )

  test.each<[Term]>([[['soon', 10]], [['clean_timeout', 'soon']], ['soon'], [-1]])(
    'may not take %j',
    timeout =>
      in_virtual_time(async () => {
        const pid = ok(await gen_statem.start(obedient, 'data'))
        await expect(gen_statem.call(pid, answer, timeout)).rejects.toMatchObject({
          reason: ['badarg', ['gen_statem', 'call', [pid, answer, timeout]]],
        })
      }),
  )
})

describe('a request', () => {
  test('is answered when that is looked at', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, 'data'))
      const id = gen_statem.send_request(pid, slow)
      expect(await gen_statem.wait_response(id, 10)).toBe('timeout')
      expect(await gen_statem.receive_response(id)).toEqual(['reply', 'slow'])
      expect(gen_statem.check_response(['any', 'message'], id)).toBe('no_reply')
    }))

  test('may be one of many', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, 'data'))
      const none = gen_statem.reqids_new()
      const one = gen_statem.send_request(pid, answer, 'first', none)
      const both = gen_statem.send_request('nobody', answer, 'second', one)
      expect(gen_statem.reqids_size(both)).toBe(2)
      const [response, label, left] = (await gen_statem.wait_response(both, 100, true)) as Term
      const [other, other_label] = (await gen_statem.wait_response(left, 100, true)) as Term
      const all = new Map([
        [label, response],
        [other_label, other],
      ])
      expect(all.get('first')).toEqual(['reply', 'data'])
      expect(all.get('second')).toEqual(['error', ['noproc', 'nobody']])
    }))
})

describe('a process that becomes a machine', () => {
  const with_enter: gen_statem.Callbacks = {
    ...obedient,
    callback_mode: () => ['handle_event_function', 'state_enter'],
  }

  test('enters its state, and does the actions it came with', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(() =>
        gen_statem.enter_loop(with_enter, {}, 'here', [], [['next_event', 'internal', 'x']]),
      )
      expect(await look(pid)).toEqual([
        'here',
        [
          ['enter', 'here'],
          ['internal', 'x'],
        ],
      ])
    }))

  test('may have a name, which it has to have', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(() => {
        register('becoming', self())
        return gen_statem.enter_loop(obedient, {}, 'here', [], ['local', 'becoming'], [['timeout', 0, 't']])
      })
      expect(await look(pid)).toEqual(['here', [['timeout', 't']]])
      const named_by_pid = proc_lib.spawn(() => gen_statem.enter_loop(obedient, {}, 'here', [], self()))
      expect(await look(named_by_pid)).toEqual(['here', []])
      const unheard = () => gen_statem.enter_loop(obedient, {}, 'here', [], ['local', 'unheard'])
      expect(await proc_lib.start(unheard)).toEqual(['error', 'process_not_registered'])
    }))

  test('has to be one that proc_lib has started, and callbacks of a known mode', () =>
    in_virtual_time(async () => {
      const becoming = (callbacks: gen_statem.Callbacks) => () =>
        gen_statem.enter_loop(callbacks, {}, 'a', 'd')
      spawn_monitor(becoming(obedient))
      expect((await receive())[4]).toBe('process_was_not_started_by_proc_lib')
      const odd = becoming({ ...obedient, callback_mode: () => 'odd' as never })
      expect(await proc_lib.start(odd)).toEqual(['error', ['bad_return_from_callback_mode', 'odd']])
    }))

  test('has the parent that started it', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn_link(() => gen_statem.enter_loop(obedient, { debug: ['log'] }, 'a', []))
      await look(pid)
      expect(process_info(pid, 'links')).toEqual(['links', [self()]])
    }))
})
