import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { type Loop, Process } from '../../../runtime/erlang/process.ts'
import { process_flag, processes } from '../../../runtime/erlang/process_flags.ts'
import { after, on, receive } from '../../../runtime/erlang/receive.ts'
import {
  bump_reductions,
  enqueue,
  may_continue,
  type Policy,
  queue_length,
  reductions_per_turn,
  use_policy,
} from '../../../runtime/erlang/scheduler.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { quiet } from '../../support/virtual_time.ts'

afterEach(async () => {
  use_policy('fair')
  kill_everybody()
  await quiet()
})

/** All goes through the run queue, in an order that `seed` decides. */
function seeded_policy(seed: number): Policy {
  let state = seed
  const pick = (length: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % length
  }
  return { direct: false, pick, defer: next_turn => setImmediate(next_turn) }
}

const policy = fc.oneof(fc.constant('fair' as const), fc.nat().map(seeded_policy))

type Action = 'send' | 'signal' | 'yield' | 'receive' | 'spend'
const program = fc.array(fc.constantFrom<Action>('send', 'send', 'signal', 'yield', 'receive', 'spend'), {
  maxLength: 40,
})

/** Does what the program says; what it sends to `whom` is numbered. */
async function perform(program: readonly Action[], whom: Pid): Promise<void> {
  let number = 0
  for (const action of program) {
    if (action === 'send') send(whom, ['message', self(), number++])
    else if (action === 'signal') exit(whom, ['signal', self(), number++])
    else if (action === 'yield') await null
    else if (action === 'receive') await receive('never', 0).catch(() => {})
    else bump_reductions(reductions_per_turn)
  }
}

/** Puts down what comes, by sender, until all senders have ended. */
async function take_down(senders: number): Promise<Map<Pid, Term[]>> {
  const seen = new Map<Pid, Term[]>()
  const note = (from: Pid, what: Term) => seen.set(from, [...(seen.get(from) ?? []), what])
  let ended = 0
  while (ended < senders) {
    await receive(
      on(['message', _, _], ([, from, number]) => note(from, number)),
      on(['EXIT', _, ['signal', _, _]], ([, from, [, , number]]) => note(from, number)),
      on(['EXIT', _, _], ([, from, reason]) => note(from, reason)),
      on(['DOWN', _, _, _, _], ([, , , from, reason]) => {
        note(from, reason)
        ended++
      }),
    )
  }
  return seen
}

describe('signals between two processes', () => {
  test('arrive in the order in which they were sent, whatever the schedule', async () => {
    const programs = fc.array(program, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(programs, policy, async (programs, policy) => {
        use_policy(policy)
        await run(async () => {
          const me = self()
          process_flag('trap_exit', true)
          const senders = programs.map(program =>
            spawn(async () => {
              await receive('go')
              await perform(program, me)
              exit('done')
            }),
          )
          for (const sender of senders) {
            link(sender)
            monitor('process', sender)
            send(sender, 'go')
          }
          const seen = await take_down(senders.length)
          for (const [index, program] of programs.entries()) {
            const sent = program.filter(action => action === 'send' || action === 'signal')
            expect(seen.get(senders[index]!)).toEqual([...sent.keys(), 'done', 'done'])
          }
        })
      }),
      { numRuns: 150 },
    )
  })

  test('arrive in order at an idle loop as well', async () => {
    await fc.assert(
      fc.asyncProperty(program, policy, async (program, policy) => {
        use_policy(policy)
        const seen: Term[] = []
        const process = new Process()
        process.trap_exit = true
        process.become({
          handle(message) {
            seen.push(message[0] === 'EXIT' ? message[2][2] : message[2])
            return seen.length % 3 === 0 ? Promise.resolve() : undefined
          },
        })
        await run(() => perform(program, process.pid))
        await quiet()
        const sent = program.filter(action => action === 'send' || action === 'signal')
        expect(seen).toEqual([...sent.keys()])
        process.end('normal')
      }),
    )
  })
})

describe('a loop', () => {
  const started = (loop: Loop) => {
    const process = new Process()
    process.become(loop)
    return process
  }

  test('handles one message at a time, though its handler waits', async () => {
    const log: string[] = []
    const { pid } = started({
      async handle(message) {
        log.push(`begins ${message}`)
        await new Promise(resolve => setImmediate(resolve))
        log.push(`ends ${message}`)
      },
    })
    send(pid, 1)
    send(pid, 2)
    await quiet()
    await quiet()
    expect(log).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2'])
  })

  test('runs as its own process', async () => {
    const seen: Term[] = []
    const { pid } = started({
      async handle() {
        seen.push(self())
        await null
        seen.push(self())
      },
    })
    await run(() => send(pid, 'x'))
    await quiet()
    expect(seen).toEqual([pid, pid])
  })

  test('may receive in the middle of a handler, and leaves the rest for later', async () => {
    const seen: Term[] = []
    const { pid } = started({
      async handle(message) {
        seen.push(message, await receive('inner'))
      },
    })
    for (const message of ['first', 'second', 'inner']) send(pid, message)
    await quiet()
    send(pid, 'inner')
    await quiet()
    expect(seen).toEqual(['first', 'inner', 'second', 'inner'])
  })

  test.each<[string, Loop['handle']]>([
    [
      'throws',
      () => {
        throw new Error('handler')
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler'))],
  ])('ends when its handler %s', async (_how, handle) => {
    await run(async () => {
      const process = started({ handle })
      const ref = monitor('process', process.pid)
      send(process.pid, 'x')
      send(process.pid, 'never handled')
      expect(await receive()).toEqual(['DOWN', ref, 'process', process.pid, new Error('handler')])
    })
  })

  test('handles nothing more once it was killed from within its handler', async () => {
    const seen: Term[] = []
    const process = started({
      handle(message) {
        seen.push(message)
        if (message === 2) process.end('enough')
        return undefined
      },
    })
    for (const message of [1, 2, 3]) send(process.pid, message)
    await quiet()
    expect(seen).toEqual([1, 2])
  })

  test('handles nothing more once it was killed while its handler waited', async () => {
    const log: Term[] = []
    let go_on = () => {}
    const process = started({
      async handle(message) {
        log.push(message)
        await new Promise<void>(resolve => {
          go_on = resolve
        })
      },
    })
    send(process.pid, 1)
    send(process.pid, 2)
    await quiet()
    process.end('killed')
    go_on()
    await quiet()
    expect(log).toEqual([1])
  })
})

describe('the run queue', () => {
  test('lets the event loop on when the budget is spent', async () => {
    await run(async () => {
      bump_reductions(reductions_per_turn)
      expect(may_continue()).toBe(false)
      let turned = false
      setImmediate(() => {
        turned = true
      })
      send(self(), 'x')
      await receive()
      expect(turned).toBe(true)
      expect(may_continue()).toBe(true)
    })
  })

  test('runs in order, however long it gets', async () => {
    const seen: number[] = []
    const count = 10_000
    for (let number = 0; number < count; number++) enqueue({ run: () => seen.push(number) })
    expect(queue_length()).toBe(count)
    while (queue_length() > 0) await new Promise(resolve => setImmediate(resolve))
    expect(seen).toEqual(Array.from({ length: count }, (_, number) => number))
  })

  test('is ordered by the policy that is in place, the same each time', async () => {
    const order_of = async (seed: number) => {
      const seen: number[] = []
      use_policy(seeded_policy(seed))
      for (let number = 0; number < 20; number++) enqueue({ run: () => seen.push(number) })
      await quiet()
      return seen
    }
    const first = await order_of(7)
    expect(await order_of(7)).toEqual(first)
    expect(first).not.toEqual(first.toSorted((one, other) => one - other))
    expect(await order_of(8)).not.toEqual(first)
  })
})

describe('fairness', () => {
  /**
   * How late a timer of 5 ms of Node's own is, in ms: the median of several. Only what this program does by itself
   * counts, by its own use of the processor, and not what other programs of a busy machine delay.
   */
  async function median_delay(): Promise<number> {
    const delays: number[] = []
    for (let round = 0; round < 7; round++) {
      const [started, used] = [performance.now(), process.cpuUsage()]
      await new Promise(resolve => setTimeout(resolve, 5))
      const { user, system } = process.cpuUsage(used)
      delays.push(Math.min(performance.now() - started, (user + system) / 1_000) - 5)
    }
    return delays.sort((one, other) => one - other)[3]!
  }

  const echo = async () => {
    for (;;) {
      const from = await receive()
      send(from, self())
    }
  }

  test('lets timers fire while two processes play ping-pong without end', async () => {
    const one = spawn(echo)
    const two = spawn(echo)
    send(one, two)
    expect(await median_delay()).toBeLessThan(20)
    expect(processes()).toEqual([one, two])
  })

  test('lets timers fire while two loops play ping-pong without end', async () => {
    const loop = (): Process => {
      const process: Process = new Process()
      process.become({
        handle(from) {
          send(from, process.pid)
          return undefined
        },
      })
      return process
    }
    const [one, two] = [loop(), loop()]
    send(one.pid, two.pid)
    expect(await median_delay()).toBeLessThan(20)
    expect(one.alive && two.alive).toBe(true)
  })

  test('lets timers fire while processes spawn each other, look around, and send to themselves', async () => {
    const spawner = () => void spawn(spawner)
    spawn(spawner)
    spawn(async () => {
      for (;;) await receive('never', 0).catch(() => {})
    })
    spawn(async () => {
      for (;;) {
        send(self(), 'x')
        await receive(on('x', () => {}))
      }
    })
    expect(await median_delay()).toBeLessThan(20)
  })

  test('lets a process that is ready run while others play ping-pong', async () => {
    const one = spawn(echo)
    const two = spawn(echo)
    send(one, two)
    const turns = await run(async () => {
      let turns = 0
      for (; turns < 50; turns++) await receive(after(1, () => {}))
      return turns
    })
    expect(turns).toBe(50)
  })
})
