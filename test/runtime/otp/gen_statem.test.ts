import { describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { labels, told, with_caught_reports } from '../../support/caught_reports.ts'
import { look, obedient } from '../../support/obedient_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

/** A door that locks itself again a second after it was opened. */
type Door = 'locked' | 'open'
const door: gen_statem.Callbacks<number, string, Door> = {
  module: 'door',
  callback_mode: () => 'state_functions',
  init: code => ['ok', 'locked', code.length],
  states: {
    locked(type, content, opened) {
      if (typeof type !== 'object' || type[0] !== 'call') return 'keep_state_and_data'
      if (content !== 'open') return ['keep_state_and_data', ['reply', type[1], 'locked']]
      return [
        'next_state',
        'open',
        opened + 1,
        [
          ['reply', type[1], 'ok'],
          ['state_timeout', 1_000, 'lock'],
        ],
      ]
    },
    async open(type, content, opened) {
      if (type === 'state_timeout') return ['next_state', 'locked', opened]
      if (typeof type !== 'object' || type[0] !== 'call') return 'keep_state_and_data'
      return ['keep_state', opened, ['reply', type[1], [content, opened]]]
    },
  },
}

describe('a state machine in state functions', () => {
  test('does what the state it is in says', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(door, 'x'))
      expect(await gen_statem.call(pid, 'knock')).toBe('locked')
      expect(await gen_statem.call(pid, 'open')).toBe('ok')
      expect(await gen_statem.call(pid, 'knock')).toEqual(['knock', 2])
      await pause(1_001)
      expect(await gen_statem.call(pid, 'knock')).toBe('locked')
      expect(timer_count()).toBe(0)
    }))

  test('ends in a state that it does not have', () =>
    in_virtual_time(async () => {
      const lost: gen_statem.Callbacks = { ...door, init: () => ['ok', 'nowhere', 0] }
      const [pid, ref] = ok(await gen_statem.start_monitor(lost))
      gen_statem.cast(pid, 'hello')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, ['undef', ['door', 'nowhere', 3]]])
    }))
})

describe('starting a machine', () => {
  test('under a name registers it', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start_link(['local', 'the_door'], door, ''))
      expect(whereis('the_door')).toBe(pid)
      expect(await gen_statem.call('the_door', 'knock')).toBe('locked')
      expect(await gen_statem.start(['local', 'the_door'], door, '')).toEqual([
        'error',
        ['already_started', pid],
      ])
    }))

  test.each<[Term, Term]>([
    ['ignore', 'ignore'],
    [
      ['stop', 'no'],
      ['error', 'no'],
    ],
    [
      ['error', 'no'],
      ['error', 'no'],
    ],
    [
      ['ok', 'state'],
      ['error', ['bad_return_from_init', ['ok', 'state']]],
    ],
    ['what', ['error', ['bad_return_from_init', 'what']]],
  ])('whose init gives %j gives %j', (given, result) =>
    in_virtual_time(async () => {
      expect(await gen_statem.start(obedient, () => given)).toEqual(result)
      expect(mailbox()).toEqual([])
    }),
  )

  test.each<[Term]>([['functions'], [['state_functions', 'enter']], [undefined]])('in mode %j fails', mode =>
    in_virtual_time(async () => {
      const odd = { ...obedient, callback_mode: () => mode }
      expect(await gen_statem.start(odd, [])).toEqual(['error', ['bad_return_from_callback_mode', mode]])
    }),
  )

  test('that fails with a monitor leaves nothing of it', () =>
    in_virtual_time(async () => {
      expect(await gen_statem.start_monitor(obedient, () => ['stop', 'no'])).toEqual(['error', 'no'])
      expect(mailbox()).toEqual([])
    }))
})

describe('an event', () => {
  test('is a call, a cast or an info, in order of arrival', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      gen_statem.cast(pid, 1)
      send(pid, 2)
      send(pid, ['timeout', 'not', 'mine'])
      send(pid, ['EXIT', 'stranger', 'x'])
      gen_statem.cast(pid, 3)
      expect(await look(pid)).toEqual([
        'idle',
        [
          ['cast', 1],
          ['info', 2],
          ['info', ['timeout', 'not', 'mine']],
          ['info', ['EXIT', 'stranger', 'x']],
          ['cast', 3],
        ],
      ])
    }))

  test('waits while another is handled by a promise', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      gen_statem.cast(pid, async (data: Term) => {
        await pause(50)
        return ['keep_state', [...data, 'slow']]
      })
      gen_statem.cast(pid, 'next')
      expect(await look(pid)).toEqual(['idle', ['slow', ['cast', 'next']]])
    }))

  test('can be inserted for ever without keeping others from running', () =>
    in_virtual_time(async () => {
      const busy = ok(await gen_statem.start(obedient, []))
      const for_ever = (): Term => ['keep_state_and_data', ['next_event', 'internal', for_ever]]
      gen_statem.cast(busy, for_ever)
      const pid = ok(await gen_statem.start(obedient, ['fine']))
      expect(await look(pid)).toEqual(['idle', ['fine']])
      exit(busy, 'kill')
    }))
})

describe('a call', () => {
  const form = (...args: Term[]) => ['gen_statem', 'call', args]

  test('may be answered later, by hand, and several at once', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      const keep_caller = (data: Term, type: Term) => ['keep_state', [...data, type[1]]]
      const answers = [1, 2, 3].map(() => gen_statem.call(pid, keep_caller))
      gen_statem.cast(pid, ([first, second, third]: gen_statem.From[]) => {
        gen_statem.reply(first!, 'a')
        gen_statem.reply(['reply', second!, 'b'])
        gen_statem.reply([['reply', third!, 'c']])
        return 'keep_state_and_data'
      })
      expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'])
    }))

  test('that is postponed is answered in the other state', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      const when_busy = (_data: Term, type: Term, state: Term) =>
        state === 'busy'
          ? ['keep_state_and_data', ['reply', type[1], 'now']]
          : ['keep_state_and_data', 'postpone']
      const answer = gen_statem.call(pid, when_busy)
      await pause(100)
      gen_statem.cast(pid, (data: Term) => ['next_state', 'busy', data])
      expect(await answer).toBe('now')
    }))

  test('waits without end, unless told otherwise', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      const slow = async (_data: Term, type: Term) => {
        await pause(3_600_000)
        return ['keep_state_and_data', ['reply', type[1], 'slow']]
      }
      expect(await gen_statem.call(pid, slow)).toBe('slow')
      await expect(gen_statem.call(pid, slow, 100)).rejects.toMatchObject({
        reason: ['timeout', form(pid, slow, 100)],
      })
      await pause(7_200_000)
      expect(mailbox()).toEqual([])
    }))

  test('of a machine that is not there, or ends, fails', () =>
    in_virtual_time(async () => {
      await expect(gen_statem.call('nobody', 'x')).rejects.toMatchObject({
        reason: ['noproc', form('nobody', 'x', 'infinity')],
      })
      const pid = ok(await gen_statem.start(obedient, []))
      const end = () => ['stop', 'shutdown']
      await expect(gen_statem.call(pid, end)).rejects.toMatchObject({
        reason: ['shutdown', form(pid, end, 'infinity')],
      })
    }))
})

describe('the end of a machine', () => {
  const noisy = (test_process: Pid): gen_statem.Callbacks => ({
    ...obedient,
    init: trap => {
      process_flag('trap_exit', trap)
      return ['ok', 'idle', []]
    },
    terminate: async (reason, state, data) => {
      await pause(10)
      send(test_process, ['terminate', reason, state, data])
    },
  })

  test('by stop is preceded by terminate', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(noisy(self()), false))
      expect(await gen_statem.stop(pid, ['shutdown', 'enough'])).toBe('ok')
      expect(mailbox()).toEqual([['terminate', ['shutdown', 'enough'], 'idle', []]])
      expect(told).toEqual([])
    }))

  test('comes when its parent ends', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const parent = spawn(async () => {
        ok(await gen_statem.start_link(noisy(test_process), true))
        await receive('never')
      })
      await pause()
      exit(parent, 'shutdown')
      expect(await receive()).toEqual(['terminate', 'shutdown', 'idle', []])
    }))

  test('sends the replies of stop_and_reply before terminate', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(noisy(self()), false))
      const order: Term[] = []
      const end = (_data: Term, type: Term) => [
        'stop_and_reply',
        'normal',
        [['reply', type[1], 'bye']],
        ['new'],
      ]
      order.push(await gen_statem.call(pid, end), is_process_alive(pid), await receive())
      expect(order).toEqual(['bye', true, ['terminate', 'normal', 'idle', ['new']]])
    }))

  test('by a crash is reported with all that was waiting', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_statem.start_monitor(['local', 'statem'], obedient, []))
      const crash = () => {
        throw new Exit('boom')
      }
      gen_statem.cast(pid, () => ['keep_state_and_data', 'postpone'])
      gen_statem.cast(pid, () => [
        'keep_state_and_data',
        [
          [['timeout', 'n'], 100, 'c'],
          ['next_event', 'internal', crash],
          ['next_event', 'cast', 'later'],
        ],
      ])
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'boom'])
      expect(labels()).toEqual(['gen_statem terminate', 'proc_lib crash'])
      expect(told[0]!.facts).toMatchObject({
        name: 'statem',
        queue: [
          ['internal', crash],
          ['cast', 'later'],
        ],
        postponed: [['cast', expect.any(Function)]],
        modules: ['obedient'],
        callback_mode: 'handle_event_function',
        state: ['idle', []],
        timeouts: [[['timeout', 'n'], 'c']],
        reason: 'boom',
        client_info: undefined,
      })
    }))

  test('by a crash in terminate has that reason', () =>
    in_virtual_time(async () => {
      const worse: gen_statem.Callbacks = {
        ...obedient,
        terminate: () => {
          throw new Exit('worse')
        },
      }
      const [pid, ref] = ok(await gen_statem.start_monitor(worse, []))
      gen_statem.cast(pid, () => 'stop')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'worse'])
    }))

  test('while it handles an event is the end of that', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(obedient, []))
      let ran_on = false
      gen_statem.cast(pid, async () => {
        await receive('never', 100)
        ran_on = true
        return 'keep_state_and_data'
      })
      await pause()
      exit(pid, 'kill')
      await pause(200)
      expect(ran_on).toBe(false)
    }))

  test('by what an event does to it is obeyed', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_statem.start_monitor(obedient, []))
      const answer = gen_statem.call(pid, (_data: Term, type: Term) => {
        exit(pid, 'kill')
        return ['keep_state_and_data', ['reply', type[1], 'from the grave']]
      })
      await expect(answer).rejects.toMatchObject({ reason: ['killed', expect.anything()] })
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'killed'])
    }))
})
