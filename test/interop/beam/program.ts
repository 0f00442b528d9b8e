// Random programs for processes: what each of them does, step by step. A step ends when nobody can go on any more, so
// that a program comes out the same each time but for the order in which different senders reach one receiver.

import fc from 'fast-check'

/** Processes, references (monitors and aliases) and timers go by small numbers; not each of them ever comes to be. */
type Id = number
type Name = 'a' | 'b'
export type Reason =
  | 'normal'
  | 'boom'
  | 'kill'
  | 'killed'
  | 'shutdown'
  | readonly ['shutdown', 'x']
  | 'noproc'
type Flavour = 'plain' | 'link' | 'monitor'
export type Units = 1 | 3 | 5

/** What a server is asked for. */
export type Request =
  | readonly ['add', number]
  | readonly ['reply_then_stop' | 'stop_silently' | 'exit', Reason]
  | readonly ['error', string]
  | readonly ['throw_reply', number]
  | readonly ['defer' | 'nonsense']
  | readonly ['trap', boolean]
  | readonly ['continue', number]
  | readonly ['timeout', Units]
  | readonly ['do', Op]

export type Cast =
  | readonly ['add', number]
  | readonly ['release' | 'nonsense']
  | readonly ['exit' | 'stop', Reason]

/** What a process sees of itself and of others, and what only it can notice. */
type Look =
  | readonly ['receive_from', Id]
  | readonly ['drain']
  | readonly ['put', 'k' | 'l', number]
  | readonly ['get', 'k' | 'l']
  | readonly [
      'info',
      'links' | 'monitors' | 'monitored_by' | 'trap_exit' | 'registered_name' | 'message_queue_len',
    ]
  | readonly ['is_alive', Id]
  | readonly ['whereis', Name]
  | readonly ['trap_exit', boolean]
  | readonly ['read_timer', Id]

type Send =
  | readonly ['send', Id, number]
  | readonly ['send_name', Name, number]
  | readonly ['send_ref', Id, number]

/** What reaches others. */
type Effect =
  | readonly ['exit_self' | 'throw', Reason]
  | readonly ['error', string]
  | readonly ['return']
  | readonly ['exit', Id, Reason]
  | readonly ['link' | 'unlink', Id]
  | readonly ['monitor', Id, Id]
  | readonly ['monitor_name', Id, Name]
  | readonly ['monitor_alias', Id, Id, 'explicit_unalias' | 'demonitor' | 'reply_demonitor']
  | readonly ['demonitor', Id, 'plain' | 'flush' | 'info' | 'flush_info']
  | readonly ['alias' | 'unalias', Id]
  | readonly ['register', Name, Id]
  | readonly ['unregister', Name]
  | readonly ['spawn', Id, Flavour]
  | readonly ['send_after' | 'start_timer', Id, Units, Id, number]
  | readonly ['cancel_timer', Id]
  | readonly ['wait_for', Id, Units]
  | readonly ['start_server', Id, 'plain' | 'link']
  | readonly ['call', Id, Request, Units | 'infinity']
  | readonly ['cast', Id, Cast]

export type Op = Look | Send | Effect

/** One process does some things without a pause, or time passes: two units, so that a timer never ends with a step. */
export type Step = readonly ['act', Id, readonly Op[]] | readonly ['pass']
export type Program = readonly Step[]

/** Milliseconds in a unit: on the BEAM they really pass, so short enough to wait for, and long enough to tell apart. */
export const unit = 40

/** Processes that are there from the start; those that are made later have the ids that follow. */
export const born = 3
const later = 3

const id = fc.integer({ min: 0, max: born + later - 1 })
const new_id = fc.integer({ min: born, max: born + later - 1 })
const ref = fc.integer({ min: 0, max: 3 })
const name = fc.constantFrom('a' as const, 'b' as const)
const units = fc.constantFrom(1 as const, 3 as const, 5 as const)
const number = fc.integer({ min: 0, max: 9 })
const word = fc.constantFrom('oops', 'ouch')
const reason = fc.oneof(
  fc.constantFrom('normal' as const, 'boom' as const, 'kill' as const, 'shutdown' as const),
  fc.constantFrom('killed' as const, 'noproc' as const, ['shutdown', 'x'] as const),
)
const flag = fc.boolean()
const key = fc.constantFrom('k' as const, 'l' as const)

const op = <const Tag extends string, Rest extends readonly unknown[]>(
  tag: Tag,
  ...rest: { [Index in keyof Rest]: fc.Arbitrary<Rest[Index]> }
): fc.Arbitrary<readonly [Tag, ...Rest]> =>
  fc.tuple<unknown[]>(fc.constant(tag), ...rest) as fc.Arbitrary<readonly unknown[]> as never

const look: fc.Arbitrary<Look> = fc.oneof(
  { weight: 3, arbitrary: op('receive_from', id) },
  { weight: 2, arbitrary: fc.constant(['drain'] as const) },
  op('put', key, number),
  op('get', key),
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ['info', 'links'] as const,
      ['info', 'monitors'] as const,
      ['info', 'monitored_by'] as const,
      ['info', 'trap_exit'] as const,
      ['info', 'registered_name'] as const,
      ['info', 'message_queue_len'] as const,
    ),
  },
  op('is_alive', id),
  op('whereis', name),
  { weight: 4, arbitrary: op('trap_exit', flag) },
  op('read_timer', ref),
)

const send: fc.Arbitrary<Send> = fc.oneof(
  { weight: 3, arbitrary: op('send', id, number) },
  op('send_name', name, number),
  op('send_ref', ref, number),
)

const signal: fc.Arbitrary<Effect> = fc.oneof(
  op('exit_self', reason),
  op('throw', reason),
  op('error', word),
  fc.constant(['return'] as const),
  { weight: 4, arbitrary: op('exit', id, reason) },
  { weight: 4, arbitrary: op('link', id) },
  op('unlink', id),
  { weight: 3, arbitrary: op('monitor', ref, id) },
  op('monitor_name', ref, name),
  op(
    'monitor_alias',
    ref,
    id,
    fc.constantFrom('explicit_unalias' as const, 'demonitor' as const, 'reply_demonitor' as const),
  ),
  op(
    'demonitor',
    ref,
    fc.constantFrom('plain' as const, 'flush' as const, 'info' as const, 'flush_info' as const),
  ),
  op('alias', ref),
  op('unalias', ref),
)

const making: fc.Arbitrary<Effect> = fc.oneof(op('register', name, id), op('unregister', name), {
  weight: 3,
  arbitrary: op('spawn', new_id, fc.constantFrom('plain', 'link', 'monitor')),
})

const timed: fc.Arbitrary<Effect> = fc.oneof(
  { weight: 2, arbitrary: op('send_after', ref, units, id, number) },
  op('start_timer', ref, units, id, number),
  op('cancel_timer', ref),
  op('wait_for', id, units),
)

/** What a server does in a handler, for whoever asks; it may wait only for as long as it takes. */
const done_by_server = fc.oneof(
  op('link', id),
  op('monitor', ref, id),
  op('exit', id, reason),
  op('send', id, number),
  op('call', id, op('add', number), fc.constant('infinity' as const)),
)

const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 3, arbitrary: op('add', number) },
  fc.tuple(fc.constantFrom('reply_then_stop' as const, 'stop_silently' as const, 'exit' as const), reason),
  op('error', word),
  op('throw_reply', number),
  fc.constantFrom(['defer'] as const, ['defer'] as const, ['nonsense'] as const),
  op('trap', flag),
  op('continue', number),
  op('do', done_by_server),
)

const timed_request: fc.Arbitrary<Request> = fc.oneof(fc.constant(['defer'] as const), op('timeout', units))

const cast: fc.Arbitrary<Cast> = fc.oneof(
  op('add', number),
  fc.constantFrom(['release'] as const, ['release'] as const, ['nonsense'] as const),
  fc.tuple(fc.constantFrom('exit' as const, 'stop' as const), reason),
)

const serving: fc.Arbitrary<Effect> = fc.oneof(
  op('start_server', new_id, fc.constantFrom('plain' as const, 'link' as const)),
  {
    weight: 3,
    arbitrary: op('call', new_id, request, fc.constant('infinity' as const)),
  },
  op('cast', new_id, cast),
)

const timed_serving: fc.Arbitrary<Effect> = op('call', new_id, fc.oneof(request, timed_request), units)

/** At most one effect, at the end: what comes after it in the same step could not be told in advance on the BEAM. */
const acting = (effect: fc.Arbitrary<Effect>): fc.Arbitrary<Step> =>
  fc
    .tuple(id, fc.array(look, { maxLength: 2 }), fc.array(send, { maxLength: 3 }), fc.option(effect))
    .map(([who, looks, sends, last]) => ['act', who, [...looks, ...sends, ...(last === null ? [] : [last])]])

const plain_step = acting(
  fc.oneof(
    { weight: 3, arbitrary: signal },
    { weight: 2, arbitrary: making },
    { weight: 2, arbitrary: serving },
  ),
)
const timed_step = fc.oneof(
  { weight: 4, arbitrary: plain_step },
  { weight: 2, arbitrary: acting(fc.oneof(timed, timed_serving)) },
  { weight: 2, arbitrary: fc.constant(['pass'] as const) },
)

/** Programs in which no time passes. */
export const timeless_program: fc.Arbitrary<Program> = fc.array(plain_step, { minLength: 1, maxLength: 25 })

/** Programs with timers, and with calls and receives that give up. */
export const timed_program: fc.Arbitrary<Program> = fc
  .array(timed_step, { minLength: 1, maxLength: 20 })
  .map(steps => [...steps, ['pass'], ['pass'], ['pass']])
