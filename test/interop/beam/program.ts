// Random programs for processes: what each of them does, step by step. A step ends when nobody can go on any more, so
// that a program comes out the same each time but for the order in which different senders reach one receiver.

import fc from 'fast-check'

/** Processes, references (monitors and aliases) and timers go by small numbers; not each of them ever comes to be. */
type Id = number
type Name = 'a' | 'b'
export type Reason = 'normal' | 'boom' | 'kill' | 'killed' | 'shutdown' | readonly ['shutdown', 'x'] | 'noproc'
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
  | readonly ['info', 'links' | 'monitors' | 'monitored_by' | 'trap_exit' | 'registered_name' | 'message_queue_len']
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

const op = <Values extends readonly [string, ...unknown[]]>(
  tag: Values[0],
  ...values: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> } extends readonly [unknown, ...infer Rest]
    ? Rest
    : never
): fc.Arbitrary<Values> => fc.tuple(fc.constant(tag), ...(values as never[])) as never

const look: fc.Arbitrary<Look> = fc.oneof(
  { weight: 3, arbitrary: op<['receive_from', Id]>('receive_from', id) },
  { weight: 2, arbitrary: fc.constant(['drain'] as const) },
  op<['put', 'k' | 'l', number]>('put', key, number),
  op<['get', 'k' | 'l']>('get', key),
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
  op<['is_alive', Id]>('is_alive', id),
  op<['whereis', Name]>('whereis', name),
  { weight: 4, arbitrary: op<['trap_exit', boolean]>('trap_exit', flag) },
  op<['read_timer', Id]>('read_timer', ref),
)

const send: fc.Arbitrary<Send> = fc.oneof(
  { weight: 3, arbitrary: op<['send', Id, number]>('send', id, number) },
  op<['send_name', Name, number]>('send_name', name, number),
  op<['send_ref', Id, number]>('send_ref', ref, number),
)

const signal: fc.Arbitrary<Effect> = fc.oneof(
  op<['exit_self' | 'throw', Reason]>('exit_self', reason),
  op<['exit_self' | 'throw', Reason]>('throw', reason),
  op<['error', string]>('error', word),
  fc.constant(['return'] as const),
  { weight: 4, arbitrary: op<['exit', Id, Reason]>('exit', id, reason) },
  { weight: 4, arbitrary: op<['link' | 'unlink', Id]>('link', id) },
  op<['link' | 'unlink', Id]>('unlink', id),
  { weight: 3, arbitrary: op<['monitor', Id, Id]>('monitor', ref, id) },
  op<['monitor_name', Id, Name]>('monitor_name', ref, name),
  fc.tuple(
    fc.constant('monitor_alias' as const),
    ref,
    id,
    fc.constantFrom('explicit_unalias' as const, 'demonitor' as const, 'reply_demonitor' as const),
  ),
  fc.tuple(
    fc.constant('demonitor' as const),
    ref,
    fc.constantFrom('plain' as const, 'flush' as const, 'info' as const, 'flush_info' as const),
  ),
  op<['alias' | 'unalias', Id]>('alias', ref),
  op<['alias' | 'unalias', Id]>('unalias', ref),
)

const making: fc.Arbitrary<Effect> = fc.oneof(
  op<['register', Name, Id]>('register', name, id),
  op<['unregister', Name]>('unregister', name),
  {
    weight: 3,
    arbitrary: op<['spawn', Id, Flavour]>('spawn', new_id, fc.constantFrom('plain', 'link', 'monitor')),
  },
)

const timed: fc.Arbitrary<Effect> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant('send_after' as const), ref, units, id, number) },
  fc.tuple(fc.constant('start_timer' as const), ref, units, id, number),
  op<['cancel_timer', Id]>('cancel_timer', ref),
  fc.tuple(fc.constant('wait_for' as const), id, units),
)

/** What a server does in a handler, for whoever asks; it may wait only for as long as it takes. */
const done_by_server = fc.oneof(
  op<['link' | 'unlink', Id]>('link', id),
  op<['monitor', Id, Id]>('monitor', ref, id),
  op<['exit', Id, Reason]>('exit', id, reason),
  op<['send', Id, number]>('send', id, number),
  fc.tuple(
    fc.constant('call' as const),
    id,
    op<['add', number]>('add', number),
    fc.constant('infinity' as const),
  ),
)

const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 3, arbitrary: op<['add', number]>('add', number) },
  fc.tuple(fc.constantFrom('reply_then_stop' as const, 'stop_silently' as const, 'exit' as const), reason),
  fc.tuple(fc.constant('error' as const), word),
  fc.tuple(fc.constant('throw_reply' as const), number),
  fc.constantFrom(['defer'] as const, ['defer'] as const, ['nonsense'] as const),
  fc.tuple(fc.constant('trap' as const), flag),
  fc.tuple(fc.constant('continue' as const), number),
  fc.tuple(fc.constant('do' as const), done_by_server),
)

const timed_request: fc.Arbitrary<Request> = fc.oneof(
  fc.constant(['defer'] as const),
  fc.tuple(fc.constant('timeout' as const), units),
)

const cast: fc.Arbitrary<Cast> = fc.oneof(
  op<['add', number]>('add', number),
  fc.constantFrom(['release'] as const, ['release'] as const, ['nonsense'] as const),
  fc.tuple(fc.constantFrom('exit' as const, 'stop' as const), reason),
)

const serving: fc.Arbitrary<Effect> = fc.oneof(
  fc.tuple(fc.constant('start_server' as const), new_id, fc.constantFrom('plain' as const, 'link' as const)),
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('call' as const), new_id, request, fc.constant('infinity' as const)),
  },
  fc.tuple(fc.constant('cast' as const), new_id, cast),
)

const timed_serving: fc.Arbitrary<Effect> = fc.tuple(
  fc.constant('call' as const),
  new_id,
  fc.oneof(request, timed_request),
  units,
)

/** At most one effect, at the end: what comes after it in the same step could not be told in advance on the BEAM. */
const acting = (effect: fc.Arbitrary<Effect>): fc.Arbitrary<Step> =>
  fc
    .tuple(id, fc.array(look, { maxLength: 2 }), fc.array(send, { maxLength: 3 }), fc.option(effect))
    .map(([who, looks, sends, last]) => ['act', who, [...looks, ...sends, ...(last === null ? [] : [last])]])

const plain_step = acting(
  fc.oneof({ weight: 3, arbitrary: signal }, { weight: 2, arbitrary: making }, { weight: 2, arbitrary: serving }),
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
