import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { catch_reports, release_reports, type Told } from '../../support/reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

let told: Told[]
beforeEach(() => {
  told = catch_reports()
})
afterEach(() => {
  release_reports()
  kill_everybody()
})

const mailbox = (pid: Pid = self()) => process_info(pid, 'messages')![1]
const pause = (time = 1) => receive(after(time, () => {}))
const labels = () => told.map(({ label }) => label)

/** A server whose requests are functions of its state that give the result. */
const obedient: gen_server.Callbacks = {
  module: 'obedient',
  init: state => ['ok', state],
  handle_call: (request, from, state) => request(state, from),
  handle_cast: (request, state) => request(state),
  handle_info: (info, state) => (typeof info === 'function' ? info(state) : ['noreply', [...state, info]]),
  handle_continue: (content, state) =>
    typeof content === 'function' ? content(state) : ['noreply', [...state, content]],
}
const start = async (state: Term = []) => ok(await gen_server.start(obedient, state))
const state_of = (server: Pid) => gen_server.call(server, (state: Term) => ['reply', state, state])
const append = (item: Term) => (state: Term[]) => ['noreply', [...state, item]]

describe('starting a server', () => {
  const starting = (init: () => Term, options?: gen_server.StartOptions) =>
    gen_server.start({ init } as gen_server.Callbacks, undefined, options)

  test('gives its arguments to init, and its pid to the starter', () =>
    in_virtual_time(async () => {
      const pid = await start(['given'])
      expect(await state_of(pid)).toEqual(['given'])
      expect(process_info(pid, 'initial_call')).toEqual(['initial_call', ['obedient', 'init', 1]])
    }))

  test('under a name registers it, and frees it in the end', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_server.start(['local', 'the_server'], obedient, []))
      expect(whereis('the_server')).toBe(pid)
      expect(await gen_server.start(['local', 'the_server'], obedient, [])).toEqual([
        'error',
        ['already_started', pid],
      ])
      await gen_server.stop('the_server')
      expect(whereis('the_server')).toBeUndefined()
    }))

  test('twice at once under a name gives it to one of them', () =>
    in_virtual_time(async () => {
      const results = await Promise.all([1, 2].map(() => gen_server.start(['local', 'wanted'], obedient, [])))
      const pid = whereis('wanted')
      expect(results).toEqual([
        ['ok', pid],
        ['error', ['already_started', pid]],
      ])
      expect(told).toEqual([])
    }))

  test.each<[string, Term, Term, string[]]>([
    ['ignore', 'ignore', 'ignore', []],
    ['an error', ['error', 'no'], ['error', 'no'], []],
    ['a stop', ['stop', 'no'], ['error', 'no'], ['proc_lib crash']],
    ['an orderly stop', ['stop', 'shutdown'], ['error', 'shutdown'], []],
    ['nonsense', 'what', ['error', ['bad_return_value', 'what']], ['proc_lib crash']],
    ['too much', ['ok', 1, 2, 3], ['error', ['bad_return_value', ['ok', 1, 2, 3]]], ['proc_lib crash']],
    [
      'a bad next step',
      ['ok', 1, 'next'],
      ['error', ['bad_return_value', ['ok', 1, 'next']]],
      ['proc_lib crash'],
    ],
  ])(
    'whose init gives %s is told so, and leaves neither process nor name',
    (_name, given, result, reported) =>
      in_virtual_time(async () => {
        for (const init of [() => given, async () => given]) {
          told.length = 0
          expect(await gen_server.start(['local', 'shy'], { init } as gen_server.Callbacks)).toEqual(result)
          expect(whereis('shy')).toBeUndefined()
          expect(labels()).toEqual(reported)
          expect(mailbox()).toEqual([])
        }
      }),
  )

  test('whose init crashes gives the reason', () =>
    in_virtual_time(async () => {
      const error = new Error('broken')
      const crash = (thrown: unknown) => () => {
        throw thrown
      }
      expect(await starting(crash(error))).toEqual(['error', error])
      expect(await starting(crash(new Exit('boom')))).toEqual(['error', 'boom'])
      expect(await starting(crash('ignore'))).toBe('ignore')
      expect(labels()).toEqual(['proc_lib crash', 'proc_lib crash'])
    }))

  test('whose init takes too long kills it', () =>
    in_virtual_time(async () => {
      let pid: Pid | undefined
      const init = async () => {
        pid = self()
        await pause(200)
        return ['ok', 1]
      }
      expect(await starting(init, { timeout: 100 })).toEqual(['error', 'timeout'])
      expect(is_process_alive(pid!)).toBe(false)
      expect(await starting(init, { timeout: 300 })).toEqual(['ok', pid])
    }))

  test('with an unknown option or name is refused', () =>
    in_virtual_time(async () => {
      const options = { tiemout: 5 } as gen_server.StartOptions
      await expect(starting(() => 'ignore', options)).rejects.toMatchObject({ reason: ['badarg', 'tiemout'] })
      const name = ['global', 'x'] as unknown as gen_server.ServerName
      await expect(gen_server.start(name, obedient)).rejects.toMatchObject({ reason: ['badarg', name] })
    }))

  test('with a link links it', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const pid = ok(await gen_server.start_link(obedient, []))
      exit(pid, 'boom')
      expect(await receive()).toEqual(['EXIT', pid, 'boom'])
    }))

  test('with a monitor monitors it', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_server.start_monitor(obedient, []))
      exit(pid, 'boom')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'boom'])
      const failing = await gen_server.start_monitor(['local', 'x'], { init: () => ['stop', 'no'] })
      expect(failing).toEqual(['error', 'no'])
      expect(mailbox()).toEqual([])
      const named = ok(await gen_server.start(['local', 'x'], obedient))
      expect(await gen_server.start_monitor(['local', 'x'], obedient)).toEqual([
        'error',
        ['already_started', named],
      ])
    }))
})

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
