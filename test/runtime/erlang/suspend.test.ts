import { afterEach, describe, expect, test } from '@jest/globals'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { after, on, receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { resume_process, suspend_process } from '../../../runtime/erlang/suspend.ts'
import { _, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time, quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = (): readonly Term[] => process_info(self(), 'messages')![1]

/** Sends on to `whom` what it gets. */
const relay = (whom: Pid) =>
  spawn(async () => {
    for (;;) send(whom, ['relayed', await receive()])
  })

describe('a process that is suspended', () => {
  test('takes no message until it is resumed, and then all in order', async () => {
    await run(async () => {
      const pid = relay(self())
      await quiet()
      expect(suspend_process(pid)).toBe(true)
      send(pid, 1)
      send(pid, 2)
      await quiet()
      expect(queue()).toEqual([])
      expect(process_info(pid, ['status', 'message_queue_len'])).toEqual([
        ['status', 'suspended'],
        ['message_queue_len', 2],
      ])
      resume_process(pid)
      await quiet()
      expect(queue()).toEqual([
        ['relayed', 1],
        ['relayed', 2],
      ])
      expect(process_info(pid, 'status')).toEqual(['status', 'waiting'])
    })
  })

  test('before it began begins when it is resumed', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(() => send(me, 'begun'))
      suspend_process(pid)
      await quiet()
      expect(queue()).toEqual([])
      resume_process(pid)
      expect(await receive()).toBe('begun')
    })
  })

  test('stops at its next receive when it awaits something outside', async () => {
    await run(async () => {
      const me = self()
      let let_on = () => {}
      const outside = new Promise<void>(resolve => {
        let_on = resolve
      })
      const pid = spawn(async () => {
        await outside
        send(me, 'awaited')
        send(me, ['got', await receive()])
      })
      await quiet()
      suspend_process(pid)
      send(pid, 'message')
      let_on()
      await quiet()
      expect(queue()).toEqual(['awaited'])
      resume_process(pid)
      await quiet()
      expect(queue()).toEqual(['awaited', ['got', 'message']])
    })
  })

  test('looks into its mailbox before it finds that its time is over', async () => {
    await in_virtual_time(async () => {
      const me = self()
      const wait = () =>
        spawn(async () => {
          send(
            me,
            await receive(
              on(_, message => message),
              after(10, () => 'too late'),
            ),
          )
        })
      const [served, late] = [wait(), wait()]
      await receive(after(1, () => {}))
      for (const pid of [served, late]) suspend_process(pid)
      await receive(after(50, () => {}))
      send(served, 'in time')
      expect(queue()).toEqual([])
      for (const pid of [served, late]) resume_process(pid)
      expect([await receive(), await receive()].sort()).toEqual(['in time', 'too late'])
    })
  })

  test('sees the reply to its call before it finds that its time is over', async () => {
    await in_virtual_time(async () => {
      const me = self()
      const reply_after = (time: Term) => receive(after(time, () => ['reply', 'in time', undefined] as const))
      const server = ok(await gen_server.start({ init: () => ['ok', undefined], handle_call: reply_after }))
      const caller = spawn(async () => {
        const answer = await gen_server.call(server, 10, 20).catch(() => 'too late')
        send(me, [answer, queue()])
      })
      const late = spawn(async () => {
        send(me, await gen_server.call(server, 1_000, 20).catch(({ reason }) => reason[0]))
      })
      await receive(after(5, () => {}))
      for (const pid of [caller, late]) suspend_process(pid)
      await receive(after(50, () => {}))
      expect(queue()).toEqual([])
      resume_process(caller)
      expect(await receive()).toEqual(['in time', []])
      resume_process(late)
      expect(await receive()).toBe('timeout')
    })
  })

  test('of a behaviour handles nothing', async () => {
    await run(async () => {
      const server = ok(
        await gen_server.start({
          init: () => ['ok', 0],
          handle_call: (_request, _from, count: number) => ['reply', count, count],
          handle_cast: (_request, count: number) => ['noreply', count + 1],
        }),
      )
      suspend_process(server)
      gen_server.cast(server, 'count')
      await expect(gen_server.call(server, 'value', 10)).rejects.toThrow('timeout')
      resume_process(server)
      expect(await gen_server.call(server, 'value')).toBe(1)
    })
  })

  test('is resumed once for each time that it was suspended', async () => {
    await run(async () => {
      const pid = relay(self())
      suspend_process(pid)
      suspend_process(pid)
      expect(suspend_process(pid, { unless_suspending: true })).toBe(false)
      expect(process_info(self(), 'suspending')).toEqual(['suspending', [[pid, 2, 0]]])
      const mortal = relay(self())
      suspend_process(mortal)
      exit(mortal, 'kill')
      expect(process_info(self(), 'suspending')).toEqual(['suspending', [[pid, 2, 0]]])
      send(pid, 1)
      resume_process(pid)
      await quiet()
      expect(queue()).toEqual([])
      resume_process(pid)
      await quiet()
      expect(queue()).toEqual([['relayed', 1]])
      expect(() => resume_process(pid)).toThrow('badarg')
      expect(process_info(self(), 'suspending')).toEqual(['suspending', []])
    })
  })

  test('goes on when all who suspended it have ended', async () => {
    await run(async () => {
      const pid = relay(self())
      const suspend = () =>
        spawn(async () => {
          suspend_process(pid)
          await receive('never')
        })
      const [one, two] = [suspend(), suspend()]
      await quiet()
      send(pid, 1)
      exit(one, 'kill')
      await quiet()
      expect(queue()).toEqual([])
      exit(two, 'kill')
      await quiet()
      expect(queue()).toEqual([['relayed', 1]])
    })
  })

  test('can be ended', async () => {
    await run(async () => {
      const pid = relay(self())
      suspend_process(pid)
      const ref = monitor('process', pid)
      exit(pid, 'enough')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'enough'])
      expect(() => resume_process(pid)).toThrow('badarg')
    })
  })

  test('is told of by message where that is asked for, also when it is gone', async () => {
    await run(async () => {
      const pid = relay(self())
      suspend_process(pid, { asynchronous: 'done' })
      suspend_process(pid, { asynchronous: true })
      exit(pid, 'kill')
      suspend_process(pid, { asynchronous: 'done' })
      suspend_process(pid, { asynchronous: true })
      expect(queue()).toEqual([
        ['done', 'suspended'],
        ['done', 'exited'],
      ])
    })
  })

  test('is another one, alive, and suspended by known options', async () => {
    await run(async () => {
      const gone = spawn(() => {})
      await quiet()
      expect(() => suspend_process(self())).toThrow('badarg')
      expect(() => suspend_process(gone)).toThrow('badarg')
      expect(() => suspend_process(gone, { wrong: 1 } as object)).toThrow('badarg')
    })
  })
})
