// What the runtime must survive, in numbers that take their time.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import { make_ref, type Pid } from '../../../runtime/erlang/pid.ts'
import { current, process_count } from '../../../runtime/erlang/process.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { cancel_timer, send_after } from '../../../runtime/erlang/timers.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

const million = 1_000_000
const minutes = 60_000

afterEach(kill_everybody)

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

test(
  'a million processes are spawned and end, and leave nothing behind',
  async () => {
    await run(async () => {
      const spawn_many = async (count: number) => {
        for (let left = count; left > 0; left--) {
          const [, ref] = spawn_monitor(() => {})
          await receive(['DOWN', ref, 'process', _, 'normal'])
        }
      }
      await spawn_many(50_000)
      const before = await heap()
      await spawn_many(million)
      expect((await heap()) - before).toBeLessThan(4e6)
      expect(process_count()).toBe(1)
      expect(current().monitors).toBeUndefined()
    })
  },
  5 * minutes,
)

test(
  'a hundred thousand timers are started, some cancelled, and the others fire',
  async () => {
    await run(async () => {
      const count = 100_000
      const refs = Array.from({ length: count }, (_each, index) =>
        send_after(50 + (index % 500), self(), index),
      )
      expect(timer_count()).toBe(count)
      for (let index = 0; index < count; index += 2) expect(cancel_timer(refs[index]!)).not.toBe(false)
      const seen = new Set<number>()
      while (seen.size < count / 2) seen.add(await receive())
      expect([...seen].every(index => index % 2 === 1)).toBe(true)
      expect(timer_count()).toBe(0)
    })
  },
  minutes,
)

describe('a mailbox of a million messages', () => {
  /** Milliseconds that 2000 calls take, each of which waits for an answer that names its reference. */
  const time_of = async (call: () => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    for (let left = 2_000; left > 0; left--) await call()
    return performance.now() - started
  }

  test(
    'does not hold up those who wait for what names a new reference',
    async () => {
      await run(async () => {
        const echo = spawn(async () => {
          for (;;) {
            const [from, ref] = await receive([_, _])
            send(from, [ref, 'answer'])
          }
        })
        const server = ok(
          await gen_server.start({ init: () => ['ok', 0], handle_call: () => ['reply', 'answer', 0] }),
        )
        for (let count = 0; count < million; count++) send(self(), ['noise', count])
        const calls = [
          () => gen_server.call(server, 'x'),
          async () => {
            const ref = monitor('process', echo)
            send(echo, [self(), ref])
            await receive([ref, _])
          },
          async () => {
            const ref = make_ref()
            send(echo, [self(), ref])
            await receive([ref, 'answer'])
          },
        ]
        // One look at all of the mailbox takes some milliseconds.
        for (const call of calls) expect(await time_of(call)).toBeLessThan(2_000)
      })
    },
    2 * minutes,
  )

  test(
    'gives them in order, also those in the middle',
    async () => {
      await run(async () => {
        for (let count = 0; count < million; count++) send(self(), count)
        expect(await receive(million - 1)).toBe(million - 1)
        expect(await receive(million / 2)).toBe(million / 2)
        for (let count = 0; count < million - 1; count++) {
          if (count === million / 2) continue
          if ((await receive()) !== count) throw new Error(`not ${count}`)
        }
        expect(current().mailbox.length).toBe(0)
      })
    },
    2 * minutes,
  )
})

test(
  'a chain of a hundred thousand links dies from end to end',
  async () => {
    await run(async () => {
      const chain: Pid[] = []
      const idle = () => receive('never')
      const [first, down] = spawn_monitor(idle)
      for (let last = first, left = 100_000; left > 0; left--) {
        const before = last
        last = spawn(() => {
          link(before)
          return idle()
        })
        chain.push(last)
      }
      process_flag('trap_exit', true)
      const ended = spawn_link(() => exit('ready'))
      await receive(['EXIT', ended, 'ready'])
      exit(chain.at(-1)!, 'broken')
      expect((await receive(['DOWN', down, 'process', first, _]))[4]).toBe('broken')
      expect(process_count()).toBe(1)
    })
  },
  minutes,
)
