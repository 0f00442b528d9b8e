import { describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { labels, told, with_caught_reports } from '../../support/caught_reports.ts'
import { append, obedient, start, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

describe('a cast', () => {
  test('comes in order with other messages', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, append(1))
      send(pid, 2)
      gen_server.cast(pid, append(3))
      expect(await state_of(pid)).toEqual([1, 2, 3])
    }))

  test('to nobody is lost without a word', () =>
    in_virtual_time(async () => {
      expect(gen_server.cast('nobody', 'x')).toBe('ok')
    }))

  test('cannot be answered', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_server.start_monitor(obedient, []))
      gen_server.cast(pid, (state: Term) => ['reply', 'to whom', state])
      expect(await receive()).toEqual([
        'DOWN',
        ref,
        'process',
        pid,
        ['bad_return_value', ['reply', 'to whom', []]],
      ])
    }))
})

describe('any other message', () => {
  test('is reported and dropped when nobody handles it', () =>
    in_virtual_time(async () => {
      const pid = ok(
        await gen_server.start(
          { ...obedient, handle_info: undefined } as unknown as gen_server.Callbacks,
          [],
        ),
      )
      send(pid, 'hello')
      expect(await state_of(pid)).toEqual([])
      expect(told).toEqual([
        {
          level: 'warning',
          label: 'gen_server no_handle_info',
          facts: { module: 'obedient', name: pid, message: 'hello' },
        },
      ])
    }))

  test.each<[Term]>([[['system', 'me', ['dance']]], [['EXIT', 'nobody', 'x']], [undefined], [null], [0]])(
    'is an info, whatever it is: %p',
    message =>
      in_virtual_time(async () => {
        const pid = await start()
        send(pid, message)
        expect(await state_of(pid)).toEqual([message])
      }),
  )
})

describe('what comes next', () => {
  test('is handle_continue, before any message, and again if that says so', () =>
    in_virtual_time(async () => {
      const again = (state: Term) => ['noreply', [...state, 'first'], ['continue', 'second']]
      const pid = ok(
        await gen_server.start({
          ...obedient,
          init: () => ['ok', [], ['continue', 'begun']],
        } as gen_server.Callbacks),
      )
      gen_server.cast(pid, (state: Term) => ['noreply', state, ['continue', again]])
      gen_server.cast(pid, append('last'))
      expect(await state_of(pid)).toEqual(['begun', 'first', 'second', 'last'])
    }))

  test('is a timeout, when no message comes in time', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await gen_server.call(pid, (state: Term) => ['reply', 1, state, 100])).toBe(1)
      await pause(99)
      expect(await state_of(pid)).toEqual([])
      await pause(500)
      expect(await state_of(pid)).toEqual([])
      gen_server.cast(pid, (state: Term) => ['noreply', state, 100])
      await pause(101)
      expect(await state_of(pid)).toEqual(['timeout'])
      expect(timer_count()).toBe(0)
    }))

  test('is not a timeout, when a message has come that is not handled yet', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, async (state: Term) => {
        await pause(50)
        return ['noreply', state, 0]
      })
      gen_server.cast(pid, append('message'))
      await pause(100)
      expect(await state_of(pid)).toEqual(['message'])
    }))

  test('is a timeout at once for 0, when no message is there', () =>
    in_virtual_time(async () => {
      const pid = ok(
        await gen_server.start({ ...obedient, init: () => ['ok', [], 0] } as gen_server.Callbacks),
      )
      await pause()
      expect(await state_of(pid)).toEqual(['timeout'])
    }))

  test.each<[Term]>([['infinity'], ['hibernate']])('is just the next message for %s', next =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, (state: Term) => ['noreply', state, next])
      await pause(1_000_000)
      expect(await state_of(pid)).toEqual([])
    }),
  )

  test('can be a continuation for ever without keeping others from running', () =>
    in_virtual_time(async () => {
      const for_ever = (state: Term): Term => ['noreply', state, ['continue', for_ever]]
      const busy = await start()
      gen_server.cast(busy, for_ever)
      const pid = await start(['fine'])
      expect(await state_of(pid)).toEqual(['fine'])
      exit(busy, 'kill')
    }))
})

describe('the end of a server', () => {
  const noisy = (test_process: Pid, terminate: () => Term = () => 'done'): gen_server.Callbacks => ({
    ...obedient,
    init: trap => {
      process_flag('trap_exit', trap)
      return ['ok', []]
    },
    terminate(reason, state) {
      send(test_process, ['terminate', reason, state])
      return terminate()
    },
  })

  test('is preceded by terminate, and stop waits for it', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const pid = ok(
        await gen_server.start(
          noisy(test_process, () => pause(100)),
          false,
        ),
      )
      expect(await gen_server.stop(pid, 'shutdown')).toBe('ok')
      expect(monotonic_time()).toBe(100)
      expect(mailbox()).toEqual([['terminate', 'shutdown', []]])
      expect(told).toEqual([])
    }))

  test('comes when its parent ends, if it traps exits with terminate', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const parent = spawn(async () => {
        const pid = ok(await gen_server.start_link(noisy(test_process), true))
        send(test_process, pid)
        await receive('never')
      })
      const pid = await receive()
      const ref = monitor('process', pid)
      exit(parent, 'shutdown')
      expect(await receive()).toEqual(['terminate', 'shutdown', []])
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'shutdown'])
    }))

  test('comes without terminate by a signal that it does not trap', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_server.start_monitor(noisy(self()), false))
      exit(pid, 'shutdown')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'shutdown'])
    }))

  test('does not come by the exit of another, if it traps exits', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_server.start(noisy(self()), true))
      exit(pid, 'boom')
      expect(await state_of(pid)).toEqual([['EXIT', self(), 'boom']])
    }))

  test('by a crash is reported with message, state and client', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_server.start_monitor(noisy(self()), false))
      const crash = () => {
        throw new Exit('boom')
      }
      const test_process = self()
      const [caller] = spawn_monitor(() => gen_server.call(pid, crash))
      expect(await receive()).toEqual(['terminate', 'boom', []])
      expect(await receive(['DOWN', ref, _, _, _])).toEqual(['DOWN', ref, 'process', pid, 'boom'])
      expect(labels()).toEqual(['gen_server terminate', 'proc_lib crash'])
      expect(told[0]!.facts).toMatchObject({
        name: pid,
        last_message: ['$gen_call', [caller, expect.anything()], crash],
        state: [],
        reason: 'boom',
        client_info: [caller, caller],
      })
      expect(told[1]!.facts).toMatchObject({
        pid,
        initial_call: ['obedient', 'init', 1],
        ancestors: [test_process],
      })
    }))

  const frozen = Object.freeze({ some: 'thing' })
  const frozen_error = Object.freeze(new Error('frozen'))
  const frozen_exit = Object.freeze(new Exit('frozen'))
  test.each<[string, Term, Term]>([
    ['nothing', undefined, ['bad_return_value', undefined]],
    ['null', null, ['bad_return_value', null]],
    ['a string', 'ball', ['bad_return_value', 'ball']],
    ['a frozen object', frozen, ['bad_return_value', frozen]],
    ['a frozen error', frozen_error, frozen_error],
    ['a frozen exit', frozen_exit, 'frozen'],
  ])('comes when a callback throws %s, at once or later', (_name, thrown, reason) =>
    in_virtual_time(async () => {
      const at_once = () => {
        throw thrown
      }
      for (const way of [at_once, async () => at_once()]) {
        const [pid, ref] = ok(await gen_server.start_monitor(obedient, []))
        gen_server.cast(pid, way)
        expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
      }
      expect(labels()).toHaveLength(4)
    }),
  )

  test('does not come when a callback throws what it could have returned', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, () => {
        throw ['noreply', ['thrown']]
      })
      expect(await state_of(pid)).toEqual(['thrown'])
    }))

  test('by a crash in terminate has that reason', () =>
    in_virtual_time(async () => {
      for (const way of [
        () => {
          throw new Exit('worse')
        },
        async () => {
          throw new Exit('worse')
        },
      ]) {
        const [pid, ref] = ok(await gen_server.start_monitor(noisy(self(), way), false))
        gen_server.cast(pid, (state: Term) => ['stop', 'normal', state])
        expect(await receive()).toEqual(['terminate', 'normal', []])
        expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'worse'])
      }
      expect(labels()).toEqual([
        'gen_server terminate',
        'proc_lib crash',
        'gen_server terminate',
        'proc_lib crash',
      ])
    }))

  test('leaves nothing of a handler that was waiting', () =>
    in_virtual_time(async () => {
      const pid = await start()
      let ran_on = false
      gen_server.cast(pid, async (state: Term) => {
        await receive('never', 1_000)
        ran_on = true
        return ['noreply', state]
      })
      await pause()
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
      await pause(2_000)
      expect(ran_on).toBe(false)
    }))

  test('takes its timeout along', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, (state: Term) => ['noreply', state, 10_000])
      await pause()
      expect(timer_count()).toBe(1)
      exit(pid, 'kill')
      expect(timer_count()).toBe(0)
    }))

  test('stops waiting for it after the timeout of stop', () =>
    in_virtual_time(async () => {
      const pid = ok(
        await gen_server.start(
          noisy(self(), () => pause(1_000)),
          false,
        ),
      )
      await expect(gen_server.stop(pid, 'normal', 10)).rejects.toMatchObject({ reason: 'timeout' })
    }))
})
