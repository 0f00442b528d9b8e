import { afterEach, describe, expect, test } from '@jest/globals'
import { type Loop, Process } from '../../../runtime/erlang/process.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { bump_reductions, reductions_per_turn, use_policy } from '../../../runtime/erlang/scheduler.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(async () => {
  use_policy('fair')
  kill_everybody()
  await quiet()
})

function started(loop: Loop): Process {
  const process = new Process()
  process.become(loop)
  return process
}

/** A loop that notes what it handles, and who it is meanwhile. */
function noting_loop(): { seen: Term[]; process: Process } {
  const seen: Term[] = []
  const process = started({
    handle(message) {
      seen.push([message, self()])
      return undefined
    },
  })
  return { seen, process }
}

describe('a message whose sender waits for what comes of it', () => {
  test('is handled at once by a loop that is idle, as that loop', async () => {
    await run(() => {
      const me = self()
      const { seen, process } = noting_loop()
      process.deliver_and_wait('now')
      expect(seen).toEqual([['now', process.pid]])
      expect(self()).toBe(me)
    })
  })

  test('waits its turn behind what is in the mailbox', async () => {
    await run(async () => {
      const { seen, process } = noting_loop()
      send(process.pid, 'first')
      process.deliver_and_wait('second')
      expect(seen).toEqual([])
      await quiet()
      expect(seen.map(([message]) => message)).toEqual(['first', 'second'])
    })
  })

  test('waits its turn when the reductions are spent, or another policy is in place', async () => {
    const { seen, process } = noting_loop()
    bump_reductions(reductions_per_turn)
    process.deliver_and_wait('a')
    expect(seen).toEqual([])
    await quiet()
    use_policy({ direct: false, pick: () => 0, defer: next_turn => setImmediate(next_turn) })
    process.deliver_and_wait('b')
    expect(seen).toHaveLength(1)
    await quiet()
    expect(seen.map(([message]) => message)).toEqual(['a', 'b'])
  })

  test('goes to a handler that waits in the middle of something', async () => {
    const seen: Term[] = []
    const process = started({
      async handle(message) {
        seen.push(message, await receive('inner'))
      },
    })
    send(process.pid, 'outer')
    await quiet()
    process.deliver_and_wait('inner')
    await quiet()
    expect(seen).toEqual(['outer', 'inner'])
  })

  test('is lost on the dead', () => {
    const { seen, process } = noting_loop()
    process.end('normal')
    process.deliver_and_wait('late')
    expect(seen).toEqual([])
  })

  test('may be passed on and on, from loop to loop, without end and without a deep stack', async () => {
    let passed = 0
    let next: Process | undefined
    for (let count = 0; count < 10_000; count++) {
      const after = next
      next = started({
        handle(message) {
          passed++
          after?.deliver_and_wait(message)
          return undefined
        },
      })
    }
    next!.deliver_and_wait('token')
    while (passed < 10_000) await quiet()
    expect(passed).toBe(10_000)
  })
})

describe('a loop that has something to do besides its messages', () => {
  const planning = (log: Term[]) => {
    const loop = {
      pending: false,
      handle(message: Term) {
        log.push(message)
        if (message === 'plan') loop.pending = true
        return undefined
      },
      go_on() {
        loop.pending = false
        log.push('went on')
        return undefined
      },
      drop() {
        log.push('dropped')
      },
    }
    return loop
  }

  test('does it before the next message', async () => {
    const log: Term[] = []
    const { pid } = started(planning(log))
    for (const message of ['a', 'plan', 'b']) send(pid, message)
    await quiet()
    expect(log).toEqual(['a', 'plan', 'went on', 'b'])
  })

  test('can be woken for it', async () => {
    const log: Term[] = []
    const loop = planning(log)
    const process = started(loop)
    process.wake()
    await quiet()
    expect(log).toEqual([])
    loop.pending = true
    process.wake()
    process.wake()
    await quiet()
    expect(log).toEqual(['went on'])
  })

  test('lets go, once, of what it holds outside when it ends, and cannot be woken then', async () => {
    const log: Term[] = []
    const process = started(planning(log))
    process.end('normal')
    process.end('again')
    process.wake()
    process.rest()
    await quiet()
    expect(log).toEqual(['dropped'])
    expect(process.exit_reason).toBe('normal')
  })
})
