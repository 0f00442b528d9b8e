// Random event managers: clients add, remove and swap handlers, tell and ask them, and end. What the n-th call of a
// callback gives is written on a tape.

import fc from 'fast-check'

type Reason = 'normal' | 'shutdown' | 'boom'
/** One that has no id, or one of several. */
export type HandlerName = readonly ['handler'] | readonly ['handler', id: 'x' | 'y' | readonly ['z', 1]]

/** What a callback does; what it gives instead of a result it can also throw. */
export type Reaction =
  | readonly ['ok' | 'hibernate' | 'remove' | 'bad' | 'bad_ok' | 'throw_ok' | 'throw_bad', number]
  | readonly ['swap', args1: number, HandlerName, args2: number]
  | readonly ['exit' | 'error', Reason]

export type Callback = 'init' | 'event' | 'call' | 'terminate'

export type Request =
  | readonly ['add_handler' | 'add_sup_handler' | 'delete_handler' | 'call', HandlerName, number]
  | readonly ['swap_handler' | 'swap_sup_handler', HandlerName, number, HandlerName, number]
  | readonly ['notify' | 'sync_notify' | 'info', number]
  /** Sends the manager an exit signal. */
  | readonly ['exit', Reason]

export type EventOp =
  | readonly ['ask', client: number, Request]
  | readonly ['end', client: number, Reason]
  | readonly ['get_state']
  | readonly ['stop' | 'exit', Reason]

export interface EventProgram {
  /** Which clients trap exits. */
  readonly trap: readonly boolean[]
  readonly tapes: { readonly [Name in Callback]: readonly Reaction[] }
  readonly ops: readonly EventOp[]
}

export const clients = 3

const client = fc.integer({ min: 0, max: clients - 1 })
const number = fc.integer({ min: 0, max: 9 })
const reason = fc.constantFrom<Reason>('normal', 'shutdown', 'boom')
const name = fc.constantFrom<HandlerName>(
  ['handler'],
  ['handler', 'x'],
  ['handler', 'y'],
  ['handler', ['z', 1]],
)
const ok: fc.Arbitrary<Reaction> = fc.tuple(fc.constantFrom('ok', 'ok', 'hibernate', 'throw_ok'), number)
const crash: fc.Arbitrary<Reaction> = fc.oneof(
  fc.tuple(fc.constantFrom('exit', 'error'), reason),
  fc.tuple(fc.constantFrom('bad', 'bad_ok', 'throw_bad'), number),
)
const leaving: fc.Arbitrary<Reaction> = fc.oneof(
  fc.tuple(fc.constant('remove' as const), number),
  fc.tuple(fc.constant('swap' as const), number, name, number),
)
const tape = (leaves: number) =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: ok },
      { weight: leaves, arbitrary: leaving },
      { weight: 1, arbitrary: crash },
    ),
    { maxLength: 15, size: 'max' },
  )

const adding: fc.Arbitrary<Request> = fc.tuple(
  fc.constantFrom('add_handler', 'add_sup_handler', 'add_sup_handler'),
  name,
  number,
)
const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 5, arbitrary: adding },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('delete_handler', 'call'), name, number) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('swap_handler', 'swap_sup_handler'), name, number, name, number),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('notify', 'sync_notify', 'info'), number) },
  fc.tuple(fc.constant('exit' as const), reason),
)

const op: fc.Arbitrary<EventOp> = fc.oneof(
  { weight: 14, arbitrary: fc.tuple(fc.constant('ask' as const), client, request) },
  fc.tuple(fc.constant('end' as const), client, reason),
  fc.constant(['get_state'] as const),
)

const last_op: fc.Arbitrary<readonly EventOp[]> = fc.oneof(
  fc.constant([]),
  fc.tuple(fc.tuple(fc.constantFrom('stop', 'exit'), reason)),
)

export const event_program: fc.Arbitrary<EventProgram> = fc.record({
  trap: fc.array(fc.boolean(), { minLength: clients, maxLength: clients }),
  tapes: fc.record({ init: tape(0), event: tape(3), call: tape(2), terminate: tape(0) }),
  ops: fc
    .tuple(fc.array(op, { maxLength: 25, size: 'max' }), last_op)
    .map(([ops, last]): readonly EventOp[] => [...ops, ...last]),
})

/** The program as arrays, which the BEAM's side gets as tuples and lists. */
export const terms_of = ({ trap, tapes, ops }: EventProgram): unknown => [
  'events',
  trap,
  Object.entries(tapes),
  ops,
]
