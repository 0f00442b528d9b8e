// A gen_statem hands over to other callbacks. What happens in which order is what OTP 25 shows for the same actions.

import { beforeEach, describe, expect, test } from '@jest/globals'
import { receive } from '../../../runtime/erlang/receive.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import { pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

let trace: string[]
with_caught_reports()
beforeEach(() => {
  trace = []
})

/** What entering a state gives, by its name. */
let on_enter: Readonly<Record<string, Term>>
beforeEach(() => {
  on_enter = {}
})

/** Callbacks that tell of all that they are called for, and do what an event is. */
const callbacks = (module: string, mode: Term): gen_statem.Callbacks => ({
  module,
  callback_mode: () => {
    trace.push(`${module} callback_mode`)
    return mode
  },
  init: given => given,
  handle_event: (type, content, state, data) => see(module, [type, content], state, data),
  states: {
    a: (type, content, data) => see(module, [type, content], 'a', data),
    b: (type, content, data) => see(module, [type, content], 'b', data),
  },
  terminate: (reason, state) => trace.push(`${module} terminate ${reason} in ${state}`),
})

function see(module: string, [type, content]: [Term, Term], state: Term, _data: Term): Term {
  const what = Array.isArray(content) ? 'action' : content
  trace.push(`${module} ${type} ${what} in ${state}`)
  if (type === 'enter') return on_enter[state] ?? 'keep_state_and_data'
  return Array.isArray(content) ? content : 'keep_state_and_data'
}

const entering = callbacks('entering', ['handle_event_function', 'state_enter'])
const plain = callbacks('plain', 'handle_event_function')
const functions = callbacks('functions', ['state_functions', 'state_enter'])
const broken = callbacks('broken', 'what')

const keep = (...actions: Term[]) => ['keep_state_and_data', actions]
const change = (...actions: Term[]) => ['next_state', 'b', 'd', actions]

/** What the callbacks saw of these events, and of the end. */
async function trace_of(first: gen_statem.Callbacks, events: readonly Term[], init: Term = ['ok', 'a', 'd']) {
  await in_virtual_time(async () => {
    const [pid, ref] = ok(await gen_statem.start_monitor(first, init))
    for (const event of events) {
      gen_statem.cast(pid, event)
      await pause()
    }
    await gen_statem.stop(pid).catch(() => {})
    await receive(['DOWN', ref, _, _, _])
  })
  return trace
}

describe('other callbacks', () => {
  test('take the place of those that were, and there is no way back', async () => {
    expect(
      await trace_of(entering, [keep(['change_callback_module', plain]), 'x', keep('pop_callback_module')]),
    ).toEqual([
      'entering callback_mode',
      'entering enter a in a',
      'entering cast action in a',
      'plain callback_mode',
      'plain cast x in a',
      'plain cast action in a',
      'plain terminate bad_action_from_state_function,pop_callback_module in a',
    ])
  })

  test('are called until they are taken away again', async () => {
    const events = [
      keep(['push_callback_module', plain]),
      'x',
      ['keep_state_and_data', 'pop_callback_module'],
      'y',
    ]
    expect(await trace_of(entering, events)).toEqual([
      'entering callback_mode',
      'entering enter a in a',
      'entering cast action in a',
      'plain callback_mode',
      'plain cast x in a',
      'plain cast action in a',
      'entering callback_mode',
      'entering cast y in a',
      'entering terminate normal in a',
    ])
  })

  test('enter the state that the machine goes to with them', async () => {
    expect(await trace_of(plain, [change(['push_callback_module', entering]), 'x'])).toEqual([
      'plain callback_mode',
      'plain cast action in a',
      'entering callback_mode',
      'entering enter a in b',
      'entering cast x in b',
      'entering terminate normal in b',
    ])
  })

  test('can be changed several times at once', async () => {
    const both = change(['change_callback_module', plain], ['change_callback_module', functions])
    expect(await trace_of(entering, [both, 'x'])).toEqual([
      'entering callback_mode',
      'entering enter a in a',
      'entering cast action in a',
      'plain callback_mode',
      'functions callback_mode',
      'functions enter a in b',
      'functions cast x in b',
      'functions terminate normal in b',
    ])
  })

  test('can come with the first state, which they enter', async () => {
    expect(await trace_of(plain, ['x'], ['ok', 'a', 'd', ['push_callback_module', functions]])).toEqual([
      'plain callback_mode',
      'functions callback_mode',
      'functions enter a in a',
      'functions cast x in a',
      'functions terminate normal in a',
    ])
  })

  test('of no mode are the end, before they are called', async () => {
    expect(await trace_of(plain, [change(['change_callback_module', broken])])).toEqual([
      'plain callback_mode',
      'plain cast action in a',
      'broken callback_mode',
      'plain terminate bad_return_from_callback_mode,what in b',
    ])
  })

  test('that are none are the end', async () => {
    await in_virtual_time(async () => {
      for (const [module, reason] of [
        ['plain', ['bad_action_from_state_function', ['change_callback_module', 'plain']]],
        [{}, ['undef', ['callbacks', 'callback_mode', 0]]],
      ] as const) {
        const [pid, ref] = ok(await gen_statem.start_monitor(plain, ['ok', 'a', 'd']))
        gen_statem.cast(pid, keep(['change_callback_module', module]))
        expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
      }
    })
  })

  test.each<[Term, string]>([
    [['change_callback_module', plain], 'bad_state_enter_action_from_state_function'],
    [['push_callback_module', plain], 'bad_state_enter_action_from_state_function'],
    [['push_callback_module', 'plain'], 'bad_action_from_state_function'],
    ['pop_callback_module', 'bad_action_from_state_function'],
  ])('may not come from entering a state: %#', async (action, reason) => {
    on_enter = { b: ['keep_state', 'd', [action]] }
    const last = (await trace_of(entering, [change()])).at(-1)
    expect(last).toMatch(new RegExp(`^entering terminate ${reason},.* in b$`))
  })

  test('may not go as a state is entered either', async () => {
    on_enter = { b: ['keep_state', 'd', ['pop_callback_module']] }
    expect((await trace_of(plain, [change(['push_callback_module', entering])])).at(-1)).toBe(
      'entering terminate bad_state_enter_action_from_state_function,pop_callback_module in b',
    )
  })

  test('are told of in the last report, the last ones first', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_statem.start(entering, ['ok', 'a', 'd']))
      gen_statem.cast(pid, keep(['push_callback_module', plain], ['push_callback_module', functions]))
      gen_statem.cast(pid, ['stop', 'boom'])
      await pause()
      expect(told[0]!.facts).toMatchObject({
        modules: ['functions', 'plain', 'entering'],
        callback_mode: ['state_functions', 'state_enter'],
        reason: 'boom',
      })
    }))
})

describe('an action that is none', () => {
  test('ends the machine in the state that it was to go to', async () => {
    expect((await trace_of(plain, [['next_state', 'b', 'd', ['nonsense']]])).at(-1)).toBe(
      'plain terminate bad_action_from_state_function,nonsense in b',
    )
  })

  test.each<[Term, Term]>([
    [[['reply', 'x', 'y']], ['reply', 'x', 'y']],
    ['nonsense', 'nonsense'],
    [['nonsense'], 'nonsense'],
  ])('of the replies before the end is another reason: %j', (replies, what) =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_statem.start_monitor(plain, ['ok', 'a', 'd']))
      gen_statem.cast(pid, ['stop_and_reply', 'normal', replies])
      const reason = ['bad_reply_action_from_state_function', what]
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
    }),
  )
})

test('callbacks that throw when they are asked for their mode are the end', () =>
  in_virtual_time(async () => {
    const angry: gen_statem.Callbacks = {
      ...plain,
      callback_mode: () => {
        throw new Exit('do not ask')
      },
    }
    expect(await gen_statem.start(angry, ['ok', 'a', 'd'])).toEqual(['error', 'do not ask'])
    const [pid, ref] = ok(await gen_statem.start_monitor(plain, ['ok', 'a', 'd']))
    gen_statem.cast(pid, keep(['push_callback_module', angry]))
    expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'do not ask'])
  }))
