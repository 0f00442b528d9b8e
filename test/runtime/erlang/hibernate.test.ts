import { afterEach, describe, expect, test } from '@jest/globals'
import { hibernate } from '../../../runtime/erlang/hibernate.ts'
import { monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { resume_process, suspend_process } from '../../../runtime/erlang/suspend.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** Tells `whom` of each message, and hibernates between them. */
async function tell(whom: Pid, count: number): Promise<void> {
  send(whom, [count, await receive()])
  return hibernate(tell, whom, count + 1)
}

describe('a process that hibernates', () => {
  test('goes on with the function once there is a message, which that one receives', async () => {
    await run(async () => {
      const pid = spawn(tell, self(), 1)
      send(pid, 'a')
      expect(await receive()).toEqual([1, 'a'])
      await quiet()
      expect(process_info(pid, ['status', 'current_function'])).toEqual([
        ['status', 'waiting'],
        ['current_function', ['hibernate']],
      ])
      send(pid, 'b')
      send(pid, 'c')
      expect(await receive()).toEqual([2, 'b'])
      expect(await receive()).toEqual([3, 'c'])
      expect(process_info(pid, 'status')).toBeDefined()
    })
  })

  test('goes on soon when there is a message already', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(() => {
        send(self(), 'here')
        return hibernate(tell, me, 1)
      })
      expect(await receive()).toEqual([1, 'here'])
      expect(process_info(pid, 'message_queue_len')).toEqual(['message_queue_len', 0])
    })
  })

  test('never returns to who called, and runs no finally', async () => {
    await run(async () => {
      const me = self()
      const pid = spawn(async () => {
        try {
          await hibernate(tell, me, 1)
          send(me, 'returned')
        } finally {
          send(me, 'finally')
        }
      })
      send(pid, 'wake up')
      expect(await receive()).toEqual([1, 'wake up'])
      await quiet()
      expect(process_info(me, 'messages')![1]).toEqual([])
    })
  })

  test('ends with its function', async () => {
    await run(async () => {
      const pid = spawn(() => hibernate(() => {}))
      const ref = monitor('process', pid)
      await quiet()
      send(pid, 'wake up')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
    })
  })

  test('and is suspended stays so, with its messages in order', async () => {
    await run(async () => {
      const pid = spawn(() => hibernate(tell, self(), 1))
      await quiet()
      const sleeper = spawn(tell, self(), 1)
      send(sleeper, 0)
      await receive()
      suspend_process(sleeper)
      for (const message of [1, 2]) send(sleeper, message)
      await quiet()
      expect(process_info(self(), 'message_queue_len')).toEqual(['message_queue_len', 0])
      resume_process(sleeper)
      expect([await receive(), await receive()]).toEqual([
        [2, 1],
        [3, 2],
      ])
      expect(process_info(pid, 'status')).toEqual(['status', 'waiting'])
    })
  })
})
