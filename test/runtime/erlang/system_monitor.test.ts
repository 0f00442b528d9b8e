import { afterEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { type Loop, Process } from '../../../runtime/erlang/process.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { system_monitor } from '../../../runtime/erlang/system_monitor.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = (): readonly Term[] => process_info(self(), 'messages')![1]

/** Keeps everybody waiting. */
function block(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

describe('a system monitor of long schedules', () => {
  test('is told who ran for so long, and how long that was', async () => {
    await run(async () => {
      system_monitor(self(), { long_schedule: 60 })
      const pid = spawn(async () => {
        await receive()
        block(80)
        await receive('never')
      })
      const innocent = spawn(() => receive('never'))
      await quiet()
      send(pid, 'begin')
      send(innocent, 'nothing')
      const [, , , { timeout }] = await receive(['monitor', pid, 'long_schedule', _])
      expect(timeout).toBeGreaterThanOrEqual(80)
      expect(queue().filter(message => message[1] === innocent)).toEqual([])
    })
  })

  test('is told of a body, of what comes after an await, and of a callback', async () => {
    await run(async () => {
      system_monitor(self(), { long_schedule: 60 })
      const told = (pid: Pid) => receive(['monitor', pid, 'long_schedule', _])
      await told(spawn(() => block(70)))
      const inner = async () => {
        await null
        await null
        block(70)
      }
      await told(spawn(inner))
      const loop: Loop = { handle: () => block(70) as undefined }
      const process = new Process()
      process.become(loop)
      send(process.pid, 'work')
      await told(process.pid)
    })
  })

  test('is not told of itself', async () => {
    await run(async () => {
      system_monitor(self(), { long_schedule: 30 })
      send(self(), 'go on')
      await receive('go on')
      block(50)
      await quiet()
      expect(queue()).toEqual([])
    })
  })
})

describe('a system monitor of long mailboxes', () => {
  const told = (pid: Pid, is_long: boolean) => ['monitor', pid, 'long_message_queue', is_long]

  test('is told once that one has got long, and once that it is short again', async () => {
    await run(async () => {
      system_monitor(self(), { long_message_queue: [2, 5] })
      const pid = spawn(async () => {
        for (;;) {
          await receive('go')
          await receive('m')
        }
      })
      for (let count = 0; count < 4; count++) send(pid, 'm')
      expect(queue()).toEqual([])
      for (let count = 0; count < 3; count++) send(pid, 'm')
      expect(queue()).toEqual([told(pid, true)])
      for (let left = 6; left >= 3; left--) {
        send(pid, 'go')
        await quiet()
      }
      expect(queue()).toEqual([told(pid, true)])
      send(pid, 'go')
      await quiet()
      expect(process_info(pid, 'message_queue_len')).toEqual(['message_queue_len', 2])
      expect(queue()).toEqual([told(pid, true), told(pid, false)])
      for (let count = 0; count < 3; count++) send(pid, 'm')
      expect(queue()).toHaveLength(3)
    })
  })

  test('hears of behaviours too', async () => {
    await run(async () => {
      system_monitor(self(), { long_message_queue: [0, 100] })
      const process = new Process()
      process.become({ handle: () => undefined })
      for (let count = 0; count < 300; count++) send(process.pid, count)
      await quiet()
      expect(queue()).toEqual([told(process.pid, true), told(process.pid, false)])
    })
  })

  test('is not told of its own', async () => {
    await run(() => {
      system_monitor(self(), { long_message_queue: [0, 2] })
      for (let count = 0; count < 5; count++) send(self(), count)
      expect(queue()).toEqual([0, 1, 2, 3, 4])
    })
  })
})

describe('the system monitor', () => {
  test('is one process, with what it was asked for; each change tells what was before', async () => {
    await run(() => {
      const [one, two] = [spawn(() => receive('never')), spawn(() => receive('never'))]
      expect(system_monitor()).toBeUndefined()
      expect(system_monitor(one, { long_schedule: 50 })).toBeUndefined()
      expect(system_monitor(two, { long_message_queue: [1, 2] })).toEqual([one, { long_schedule: 50 }])
      expect(system_monitor()).toEqual([two, { long_message_queue: [1, 2] }])
      expect(system_monitor(undefined)).toEqual([two, { long_message_queue: [1, 2] }])
      expect(system_monitor()).toBeUndefined()
    })
  })

  test('is none when it has ended', async () => {
    await run(async () => {
      const pid = spawn(() => receive('never'))
      system_monitor(pid, { long_schedule: 10, long_message_queue: [1, 2] })
      exit(pid, 'kill')
      await quiet()
      expect(system_monitor()).toBeUndefined()
    })
  })

  test.each([
    [{ colour: 1 }, 'badarg'],
    [{ long_schedule: -1 }, 'badarg'],
    [{ long_message_queue: [5, 5] }, 'badarg'],
    [{ long_gc: 10 }, ['not_supported', 'long_gc']],
    [{ busy_port: true }, ['not_supported', 'busy_port']],
  ])('is refused %j', async (options, reason) => {
    await run(() => {
      expect(() => system_monitor(self(), options as object)).toThrow(expect.objectContaining({ reason }))
      expect(system_monitor()).toBeUndefined()
    })
  })

  test('is no process that has ended', async () => {
    await run(async () => {
      const pid = spawn(() => {})
      await quiet()
      expect(() => system_monitor(pid, { long_schedule: 10 })).toThrow('badarg')
    })
  })
})
