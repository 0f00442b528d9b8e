// Where a process hangs, and processes of one's own that understand the system.

import { describe, expect, test } from '@jest/globals'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { obedient, start, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const fail = (reason: Term) => () => {
  throw new Exit(reason)
}
const never = () => new Promise(() => {})

describe('a server that hangs in a callback', () => {
  test('does not answer, and can be asked from outside where it hangs', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await pause(7)
      const hang = () => never()
      gen_server.cast(pid, hang)
      await pause(1)
      await expect(sys.get_state(pid, 100)).rejects.toMatchObject({
        reason: ['timeout', ['sys', 'get_state', [pid, 100]]],
      })
      expect(sys.in_callback(pid)).toEqual({
        callback: 'handle_cast',
        message: ['$gen_cast', hang],
        since: 7,
      })
    }))

  test.each<[string, (pid: Pid) => unknown]>([
    ['handle_call', pid => gen_server.send_request(pid, never)],
    ['handle_info', pid => send(pid, never)],
    [
      'handle_continue',
      pid => gen_server.cast(pid, (state: Term) => ['noreply', state, ['continue', never]]),
    ],
  ])('is said to be in %s', (callback, provoke) =>
    in_virtual_time(async () => {
      const pid = await start()
      provoke(pid)
      await pause()
      expect(sys.in_callback(pid)).toMatchObject({ callback })
    }),
  )

  test('is said to be in terminate', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_server.start(['local', 'named'], { ...obedient, terminate: never }, []))
      await sys.terminate(pid, 'shutdown')
      expect(sys.in_callback('named')).toMatchObject({ callback: 'terminate', message: [] })
    }))

  test('is said to be in none once that has come to an end, as is anybody else', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, async (state: Term) => {
        await pause(10)
        return ['noreply', state]
      })
      await pause(5)
      expect(sys.in_callback(pid)).toBeDefined()
      await pause(10)
      expect(sys.in_callback(pid)).toBeUndefined()
      gen_server.cast(pid, (state: Term) => ['noreply', state, 1_000])
      await pause()
      for (const other of [pid, self(), 'nobody']) expect(sys.in_callback(other)).toBeUndefined()
    }))
})

test('what sys does not know is refused, and what is no system message is an info', () =>
  in_virtual_time(async () => {
    const pid = await start()
    send(pid, ['system', [self(), 'tag'], ['dance']])
    expect(await receive()).toEqual(['tag', ['error', ['unknown_system_msg', ['dance']]]])
    send(pid, ['system', 'me', ['dance']])
    expect(await state_of(pid)).toEqual([['system', 'me', ['dance']]])
  }))

describe("a special process of one's own", () => {
  /** Counts what it gets, and understands the system. */
  async function counter(debug: sys.DebugOption[]): Promise<void> {
    let count = 0
    const special: sys.Special = {
      extras: { debug: sys.debug_options(debug) },
      parent: undefined,
      behaviour: 'counter',
      format_event: (event, name) => `*DBG* ${name} ${event[0]}`,
      system_get_state: () => count,
      system_replace_state: replace => {
        count = replace(count)
        return count
      },
      system_code_change: (_module, _old_vsn, extra) => {
        count = extra
        return 'ok'
      },
      system_terminate: reason => fail(reason)(),
      system_status: (sys_state, log) => ({ sys_state, log }),
    }
    for (;;) {
      const message: Term = await receive()
      if (Array.isArray(message) && message[0] === 'system') await sys.handle_system_msg(message, special)
      else {
        count++
        sys.handle_debug(special, ['in', message])
      }
    }
  }

  test('is looked at, held and changed as a behaviour is', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(counter, ['log'])
      send(pid, 'one')
      expect(await sys.get_state(pid)).toBe(1)
      await sys.suspend(pid)
      send(pid, 'two')
      expect(await sys.change_code(pid, 'counter', 1, 10)).toBe('ok')
      expect(await sys.get_state(pid)).toBe(10)
      await sys.resume(pid)
      expect(await sys.replace_state<number>(pid, count => count * 2)).toBe(22)
      expect((await sys.get_status(pid))[3][4]).toEqual({
        sys_state: 'running',
        log: [
          ['in', 'one'],
          ['in', 'two'],
        ],
      })
      expect(sys.in_callback(pid)).toBeUndefined()
      expect(await proc_lib.stop(pid, 'shutdown')).toBe('ok')
    }))

  test('that cannot tell its state says so', () =>
    in_virtual_time(async () => {
      const mute = { system_get_state: fail('no'), behaviour: 'mute' } as unknown as sys.Special
      const pid = proc_lib.spawn(async () => {
        for (;;) await sys.handle_system_msg(await receive(['system', _, _]), mute)
      })
      await expect(sys.get_state(pid)).rejects.toMatchObject({
        reason: ['callback_failed', ['mute', 'system_get_state'], ['exit', 'no']],
      })
    }))
})

test('a server that is suspended keeps for later what only looks like a message of the system', () =>
  in_virtual_time(async () => {
    const pid = await start()
    await sys.suspend(pid)
    send(pid, ['system', undefined, 'get_state'])
    send(pid, ['system', 'x', 'resume'])
    await sys.get_state(pid)
    expect(process_info(pid, 'message_queue_len')).toEqual(['message_queue_len', 2])
  }))
