import { describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { is_process_alive, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { append, obedient, start, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

describe('a call', () => {
  const form = (...args: Term[]) => ['gen_server', 'call', args]

  test('gives the reply, and changes the state', () =>
    in_virtual_time(async () => {
      const pid = await start(['a'])
      expect(await gen_server.call(pid, (state: Term) => ['reply', 'answer', [...state, 'b']])).toBe('answer')
      expect(await state_of(pid)).toEqual(['a', 'b'])
    }))

  test('reaches a server by its name', () =>
    in_virtual_time(async () => {
      ok(await gen_server.start(['local', 'the_server'], obedient, ['x']))
      expect(await gen_server.call('the_server', (state: Term) => ['reply', state, state])).toEqual(['x'])
    }))

  test('may be answered later, and by another process', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const answer = await gen_server.call(pid, (state: Term, from: gen_server.From) => {
        spawn(async () => {
          await pause(100)
          gen_server.reply(from, 'late but here')
        })
        return ['noreply', state]
      })
      expect(answer).toBe('late but here')
      expect(await state_of(pid)).toEqual([])
    }))

  test('may be answered by a promise, and other messages wait until then', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const slow = gen_server.call(pid, async (state: Term) => {
        await pause(50)
        return ['reply', 'slow', [...state, 1]]
      })
      gen_server.cast(pid, append(2))
      expect(await slow).toBe('slow')
      expect(await state_of(pid)).toEqual([1, 2])
    }))

  test('finds its reply among any messages, and leaves them', () =>
    in_virtual_time(async () => {
      const pid = await start()
      send(self(), 'before')
      const reply = gen_server.call(pid, (state: Term) => ['reply', 1, state])
      send(self(), 'after')
      expect(await reply).toBe(1)
      expect(mailbox()).toEqual(['before', 'after'])
    }))

  test('does not keep others of the same process from being answered first', () =>
    in_virtual_time(async () => {
      const [slow, fast] = [await start(), await start()]
      const order: string[] = []
      await Promise.all([
        gen_server
          .call(slow, async (state: Term) => {
            await pause(50)
            return ['reply', 1, state]
          })
          .then(() => order.push('slow')),
        gen_server.call(fast, (state: Term) => ['reply', 2, state]).then(() => order.push('fast')),
      ])
      expect(order).toEqual(['fast', 'slow'])
    }))

  test('of a server that is not there fails', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await gen_server.stop(pid)
      await expect(gen_server.call(pid, 'x')).rejects.toMatchObject({ reason: ['noproc', form(pid, 'x')] })
      await expect(gen_server.call('nobody', 'x', 100)).rejects.toMatchObject({
        reason: ['noproc', form('nobody', 'x', 100)],
      })
    }))

  test('of oneself fails', () =>
    in_virtual_time(async () => {
      await expect(gen_server.call(self(), 'x')).rejects.toMatchObject({
        reason: ['calling_self', form(self(), 'x')],
      })
    }))

  test('that takes too long fails, and its reply does not come later', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const slow = async (state: Term) => {
        await pause(200)
        return ['reply', 'too late', state]
      }
      const begun = monotonic_time()
      await expect(gen_server.call(pid, slow, 100)).rejects.toMatchObject({
        reason: ['timeout', form(pid, slow, 100)],
      })
      expect(monotonic_time() - begun).toBe(100)
      await pause(500)
      expect(mailbox()).toEqual([])
      expect(process_info(self(), 'monitors')).toEqual(['monitors', []])
    }))

  test('waits five seconds unless told otherwise, or without end', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const sleep = (time: number) => async (state: Term) => {
        await pause(time)
        return ['reply', 'rested', state]
      }
      expect(await gen_server.call(pid, sleep(4_999))).toBe('rested')
      const begun = monotonic_time()
      await expect(gen_server.call(pid, sleep(6_000))).rejects.toMatchObject({
        reason: ['timeout', expect.anything()],
      })
      expect(monotonic_time() - begun).toBe(5_000)
      expect(await gen_server.call(pid, sleep(3_600_000), 'infinity')).toBe('rested')
    }))

  test('with no timeout that is one is refused', () =>
    in_virtual_time(async () => {
      const pid = await start()
      for (const timeout of [-1, Number.NaN, 2 ** 33, 'never' as unknown as number]) {
        await expect(gen_server.call(pid, 'x', timeout)).rejects.toMatchObject({
          reason: ['badarg', form(pid, 'x', timeout)],
        })
      }
    }))

  test('leaves no timer behind', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await gen_server.call(pid, async (state: Term) => ['reply', 1, state])
      await expect(
        gen_server.call(pid, async () => {
          await pause(1)
          throw new Exit('boom')
        }),
      ).rejects.toBeInstanceOf(Exit)
      expect(timer_count()).toBe(0)
    }))

  test.each<[string, (state: Term) => Term, Term]>([
    ['stops', state => ['stop', 'enough', state], 'enough'],
    ['stops as it should', state => ['stop', 'normal', state], 'normal'],
    [
      'crashes',
      () => {
        throw new Exit('boom')
      },
      'boom',
    ],
    ['is killed', () => exit(self(), 'kill'), 'killed'],
    ['gives nonsense', () => 'what', ['bad_return_value', 'what']],
    ['gives nothing', () => undefined, ['bad_return_value', undefined]],
    ['gives a bad reply', state => ['reply', state], ['bad_return_value', ['reply', ['s']]]],
    [
      'gives a bad next step',
      state => ['reply', 1, state, -1],
      ['bad_return_value', ['reply', 1, ['s'], -1]],
    ],
    [
      'waits longer than any timer can',
      state => ['reply', 1, state, 2 ** 32],
      ['bad_return_value', ['reply', 1, ['s'], 2 ** 32]],
    ],
  ])('of a server that %s meanwhile fails at once with its reason', (_name, request, reason) =>
    in_virtual_time(async () => {
      for (const way of [request, async (state: Term) => request(state)]) {
        const pid = await start(['s'])
        await expect(gen_server.call(pid, way)).rejects.toMatchObject({ reason: [reason, form(pid, way)] })
        expect(mailbox()).toEqual([])
      }
    }),
  )

  test('that is answered as the server stops gives the answer', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await gen_server.call(pid, (state: Term) => ['stop', 'normal', 'farewell', state])).toBe(
        'farewell',
      )
      await pause()
      expect(is_process_alive(pid)).toBe(false)
    }))

  test('may be answered by what is thrown', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const answer = await gen_server.call(pid, (state: Term) => {
        throw ['reply', 'thrown', state]
      })
      expect(answer).toBe('thrown')
    }))

  test('of a process that dies is forgotten', () =>
    in_virtual_time(async () => {
      const pid = await start()
      let from: Term
      const caller = spawn(() =>
        gen_server.call(pid, (state: Term, of: Term) => {
          from = of
          return ['noreply', state]
        }),
      )
      await pause()
      exit(caller, 'kill')
      expect(gen_server.reply(from, 'too late')).toBe('ok')
      expect(process_info(pid, 'monitored_by')).toEqual(['monitored_by', []])
      expect(timer_count()).toBe(0)
    }))

  test('made by hand with a tag of one’s own is answered by a message', () =>
    in_virtual_time(async () => {
      const pid = await start()
      send(pid, ['$gen_call', [self(), 'my tag'], (state: Term) => ['reply', 'answer', state]])
      expect(await receive()).toEqual(['my tag', 'answer'])
    }))
})
