import { afterEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { process_info } from '../../../runtime/erlang/process_flags.ts'
import { after, on, receive } from '../../../runtime/erlang/receive.ts'
import { bump_reductions } from '../../../runtime/erlang/scheduler.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { send_after } from '../../../runtime/erlang/timers.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const queue = () => process_info(self(), 'messages')![1]

describe('receive without a pattern', () => {
  test('gives the messages in the order in which they came', async () => {
    await run(async () => {
      for (const number of [1, 2, 3]) send(self(), number)
      expect([await receive(), await receive(), await receive()]).toEqual([1, 2, 3])
    })
  })

  test('waits for a message to come', async () => {
    await run(async () => {
      const me = self()
      spawn(() => send(me, 'hello'))
      expect(await receive()).toBe('hello')
    })
  })

  test('takes undefined, null and false as messages like any other', async () => {
    await run(async () => {
      for (const message of [undefined, null, false]) send(self(), message)
      expect([await receive(), await receive(), await receive()]).toEqual([undefined, null, false])
    })
  })
})

describe('receive with a pattern', () => {
  test('takes the oldest message that fits, and leaves the others', async () => {
    await run(async () => {
      for (const message of [['b', 1], 'x', ['a', 2], ['a', 3]]) send(self(), message)
      expect(await receive(['a', _])).toEqual(['a', 2])
      expect(queue()).toEqual([['b', 1], 'x', ['a', 3]])
    })
  })

  test('matches references and pids by who they are, binaries by what is in them', async () => {
    await run(async () => {
      const [mine, other] = [make_ref(), make_ref()]
      for (const message of [[other, 1], [mine, 2], Uint8Array.of(1), Uint8Array.of(1, 2)])
        send(self(), message)
      expect(await receive([mine, _])).toEqual([mine, 2])
      expect(await receive(new Uint8Array([1, 2]))).toEqual(Uint8Array.of(1, 2))
      expect(queue()).toHaveLength(2)
    })
  })

  test('matches a tuple by its length, and _ alone with anything', async () => {
    await run(async () => {
      for (const message of [['a'], ['a', 1, 2], ['a', 1]]) send(self(), message)
      expect(await receive(['a', _])).toEqual(['a', 1])
      expect(await receive(_)).toEqual(['a'])
    })
  })

  test('lets what does not fit wait in the mailbox while it is parked', async () => {
    await run(async () => {
      const me = self()
      spawn(() => {
        send(me, 'not this')
        send(me, 'nor this')
        send(me, 'this')
      })
      expect(await receive('this')).toBe('this')
      expect(queue()).toEqual(['not this', 'nor this'])
    })
  })
})

describe('receive with a time limit', () => {
  test('crashes with timeout when nothing that fits has come', async () => {
    await in_virtual_time(async () => {
      send(self(), 'other')
      await expect(receive('awaited', 1_500)).rejects.toMatchObject({ reason: 'timeout' })
      expect(monotonic_time()).toBe(1_500)
      expect(queue()).toEqual(['other'])
    })
  })

  test('leaves no timer behind when the message has come', async () => {
    await in_virtual_time(async () => {
      send_after(10, self(), 'hello')
      expect(await receive('hello', 1_000)).toBe('hello')
      expect(monotonic_time()).toBe(10)
      expect(timer_count()).toBe(0)
    })
  })

  test('of 0 looks only at what is there', async () => {
    await in_virtual_time(async () => {
      send(self(), 'there')
      await expect(receive('not there', 0)).rejects.toMatchObject({ reason: 'timeout' })
      expect(await receive('there', 0)).toBe('there')
      expect(monotonic_time()).toBe(0)
    })
  })

  test.each([-1, Number.NaN, 2 ** 32])('of %p ms is an error, and leaves nobody waiting', async timeout => {
    await run(async () => {
      await expect(receive('x', timeout)).rejects.toThrow(RangeError)
      send(self(), 'x')
      expect(queue()).toEqual(['x'])
    })
  })

  test('of infinity is none', async () => {
    await in_virtual_time(async () => {
      send_after(2 ** 31, self(), 'late')
      expect(await receive('late', 'infinity')).toBe('late')
    })
  })

  test('of 0, over and over, lets others run', async () => {
    await run(async () => {
      let done = false
      setTimeout(() => {
        done = true
      }, 1)
      while (!done) await receive('never', 0).catch(() => {})
    })
  })
})

describe('receive with clauses', () => {
  test('gives what the body of the first clause that fits gives', async () => {
    await run(async () => {
      send(self(), ['add', 1, 2])
      const sum = await receive(
        on(['add', _, _, _], () => 0),
        on(['add', _, _], ([, one, two]) => one + two),
        on(_, () => 'too late'),
        after(1_000, () => null),
      )
      const of_every_clause: number | string | null = sum
      expect(of_every_clause).toBe(3)
    })
  })

  test('looks at the oldest message first, and at the clauses second', async () => {
    await run(async () => {
      send(self(), 'second clause')
      send(self(), 'first clause')
      const chosen = await receive(
        on('first clause', () => 1),
        on('second clause', () => 2),
      )
      expect(chosen).toBe(2)
    })
  })

  test('waits for a body that is asynchronous, and crashes with one that does', async () => {
    await run(async () => {
      send(self(), 'a')
      expect(await receive(on('a', async () => 'done'))).toBe('done')
      send(self(), 'a')
      const crash = receive(
        on('a', () => {
          throw new Error('in the body')
        }),
      )
      await expect(crash).rejects.toThrow('in the body')
    })
  })

  test('passes over messages whose guard is false, or fails', async () => {
    await run(async () => {
      for (const message of [
        ['n', 1],
        ['n', undefined],
        ['n', 12],
      ])
        send(self(), message)
      const big = await receive(
        on(
          ['n', _],
          ([, number]) => number,
          ([, number]) => number.valueOf() > 10,
        ),
      )
      expect(big).toBe(12)
      expect(queue()).toEqual([
        ['n', 1],
        ['n', undefined],
      ])
    })
  })

  test('evaluates a guard once a message, in the process that receives', async () => {
    await run(async () => {
      const me = self()
      const seen: Term[] = []
      spawn(() => send(me, ['for', me]))
      const message = await receive(
        on(
          ['for', _],
          found => found,
          ([, whom]) => {
            seen.push(self())
            return whom === self()
          },
        ),
        after(1_000, () => 'nothing'),
      )
      expect(message).toEqual(['for', me])
      expect(seen).toEqual([me])
    })
  })

  test('takes the clause that fitted, though its guard would not fit any more', async () => {
    await run(async () => {
      let open = true
      send(self(), 'a')
      const chosen = await receive(
        on(
          'a',
          () => 'guarded',
          () => {
            const was_open = open
            open = false
            return was_open
          },
        ),
      )
      expect(chosen).toBe('guarded')
    })
  })

  test('does what after says when the time is over', async () => {
    await in_virtual_time(async () => {
      const late = receive(
        on('never', () => 'came'),
        after(300, () => `late at ${monotonic_time()}`),
      )
      expect(await late).toBe('late at 300')
      const now = receive(
        on('never', () => 'came'),
        after(0, async () => 'nothing there'),
      )
      expect(await now).toBe('nothing there')
    })
  })

  test('may consist of after alone, which waits', async () => {
    await in_virtual_time(async () => {
      send(self(), 'stays')
      expect(await receive(after(70, () => 'slept'))).toBe('slept')
      expect(monotonic_time()).toBe(70)
      expect(queue()).toEqual(['stays'])
    })
  })
})

describe('several receives at once in one process', () => {
  test('each get what they want', async () => {
    await run(async () => {
      const me = self()
      spawn(() => {
        for (const message of ['x', 'b', 'a', 'c']) send(me, message)
      })
      const all = Promise.all([receive('a'), receive('b'), receive(), receive('c')])
      expect(await all).toEqual(['a', 'b', 'x', 'c'])
    })
  })

  test('of one kind are served in the order in which they began', async () => {
    await run(async () => {
      const me = self()
      const all = Promise.all([receive(), receive(), receive()])
      spawn(() => {
        for (const number of [1, 2, 3]) send(me, number)
      })
      expect(await all).toEqual([1, 2, 3])
    })
  })

  test('may run out of time singly', async () => {
    await in_virtual_time(async () => {
      const first = receive('a', 10).catch(error => error.reason)
      const second = receive('b', 30)
      const third = receive('c', 20).catch(error => error.reason)
      send_after(25, self(), 'b')
      expect(await Promise.all([first, second, third])).toEqual(['timeout', 'b', 'timeout'])
      send(self(), 'a')
      expect(queue()).toEqual(['a'])
      expect(timer_count()).toBe(0)
    })
  })
})

describe('receive elsewhere', () => {
  test('is refused outside any process', async () => {
    await expect(receive()).rejects.toThrow('not in a process')
    await expect(receive('a', 0)).rejects.toThrow('not in a process')
    await expect(receive(on('a', () => 1))).rejects.toThrow('not in a process')
  })

  test('never comes back in a process that has ended', async () => {
    await in_virtual_time(async () => {
      let went_on = false
      const pid = spawn(async () => {
        try {
          await receive('never', 1_000)
        } finally {
          went_on = true
        }
      })
      await receive(after(10, () => {}))
      exit(pid, 'kill')
      await receive(after(5_000, () => {}))
      expect(went_on).toBe(false)
      expect(timer_count()).toBe(0)
    })
  })

  test('gives no message that was on its way to a process when it was killed', async () => {
    await run(async () => {
      let got: Term = 'nothing'
      const pid = spawn(async () => {
        got = await receive()
      })
      await new Promise(resolve => setImmediate(resolve))
      bump_reductions(1_000_000)
      send(pid, 'message')
      exit(pid, 'kill')
      await new Promise(resolve => setImmediate(resolve))
      await new Promise(resolve => setImmediate(resolve))
      expect(got).toBe('nothing')
    })
  })
})
