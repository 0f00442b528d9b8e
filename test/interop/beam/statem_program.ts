// Random state machines: what the n-th call of a state gives is written on a tape, and events come from outside, one
// batch after another. So a machine ends with its tape, whatever it does with its events.

import fc from 'fast-check'

/** Milliseconds in a slot. Each timeout runs out in a slot of its own, and a pause goes from one slot 0 to the next. */
export const slot = 20
export const slots_in_a_pause = 5

type State = 'a' | 'b' | 'c' | 'd' | readonly ['t', 1 | 2]
type Reason = 'normal' | 'shutdown' | 'boom'
type Module = 1 | 2 | 3
export type Timer = readonly [name: 'timeout' | 'state_timeout' | 'x' | 'y', position: number]

export type Transition =
  | readonly ['next_state', State]
  | readonly ['keep_state' | 'keep_state_and_data' | 'repeat_state' | 'repeat_state_and_data' | 'plain_stop']
  | readonly ['stop' | 'stop_with' | 'stop_and_reply' | 'stop_and_reply_with' | 'exit' | 'error', Reason]
  | readonly ['bad', 'nonsense' | readonly ['next_state', 'a']]

export type Action =
  | readonly ['postpone' | 'hibernate' | 'zero' | 'infinity' | 'pop_callback_module']
  | readonly ['postpone_if' | 'hibernate_if', boolean]
  | readonly ['next_event', 'cast' | 'info' | 'internal' | 'call' | Timer]
  /** At the timer's place in this pause or the next one, and then so many pauses later; `at` says when, `after` how long. */
  | readonly ['after' | 'at', Timer, laps: number]
  | readonly ['now' | 'never' | 'cancel' | 'update', Timer]
  | readonly ['reply']
  | readonly ['change_callback_module' | 'push_callback_module', Module]
  | readonly ['bad_action', 'nonsense' | readonly ['reply', 'nobody']]

export type Actions = readonly ['none'] | readonly ['bare', Action] | readonly ['list', readonly Action[]]

/** What a state gives; thrown or returned. */
export type Reaction = readonly ['reaction', Transition, data: number, Actions, thrown: boolean]

export type StatemOp =
  | readonly ['send', readonly (readonly ['call' | 'cast' | 'info'])[]]
  | readonly ['pass' | 'get_state' | 'get_status' | 'suspend' | 'resume' | 'replace_state']
  | readonly ['stop' | 'exit', Reason]

export interface StatemProgram {
  /** How each of the modules wants to be called. */
  readonly modes: readonly (readonly [
    'mode',
    mode: 'state_functions' | 'handle_event_function',
    enter: boolean,
  ])[]
  readonly trap: boolean
  readonly init: readonly ['ok', State, Actions] | readonly ['ignore' | 'stop' | 'bad']
  readonly tape: readonly Reaction[]
  /** The same for the calls that say that a state is entered. */
  readonly enters: readonly Reaction[]
  readonly ops: readonly StatemOp[]
}

const timer = fc.constantFrom<Timer>(['timeout', 1], ['state_timeout', 2], ['x', 3], ['y', 4])
const reason = fc.constantFrom<Reason>('normal', 'shutdown', 'boom')
const one = <const Term>(...terms: readonly Term[]) => fc.constantFrom(...terms)
const laps = fc.integer({ min: 0, max: 2 })

const timed: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(one('after', 'after', 'at'), timer, laps) },
  { weight: 4, arbitrary: fc.tuple(one('now', 'now', 'never', 'cancel', 'update', 'update'), timer) },
  one(['zero'], ['infinity']),
)

const enter_action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: timed },
  { weight: 3, arbitrary: one(['reply']) },
  { weight: 1, arbitrary: one(['hibernate'], ['hibernate_if', true], ['postpone_if', false]) },
)

const event_action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: enter_action },
  { weight: 8, arbitrary: one(['postpone'], ['postpone_if', true]) },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constant('next_event' as const),
      fc.oneof(one('cast', 'info', 'internal', 'call'), timer),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(
          one('change_callback_module', 'push_callback_module'),
          fc.constantFrom<Module>(1, 2, 3),
        ),
      },
      { weight: 1, arbitrary: one(['pop_callback_module']) },
    ),
  },
)

/** Now and then what does not belong there. */
const nearly = <Usual>(usual: fc.Arbitrary<Usual>, rare: fc.Arbitrary<Usual>): fc.Arbitrary<Usual> =>
  fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: rare })

const bad_action: fc.Arbitrary<Action> = fc.tuple(
  fc.constant('bad_action' as const),
  fc.constantFrom('nonsense' as const, ['reply', 'nobody'] as const),
)

/** `[['timeout', 'cancel'], 0, 0]` is one timeout with that name in Kista, where Erlang tells a list from a tuple. */
const is_clear = ([first, second]: readonly Action[]): boolean =>
  !(
    first?.[0] === 'cancel' &&
    first[1][0] === 'timeout' &&
    (second?.[0] === 'zero' || second?.[0] === 'infinity')
  )

const actions = (action: fc.Arbitrary<Action>): fc.Arbitrary<Actions> =>
  fc.oneof(
    one(['none']),
    fc.tuple(fc.constant('bare' as const), action),
    fc.tuple(fc.constant('list' as const), fc.array(action, { maxLength: 4 }).filter(is_clear)),
  )

const keeping = one<Transition>(['keep_state'], ['keep_state_and_data'])
const repeating = one<Transition>(['repeat_state'], ['repeat_state_and_data'])
const ending: fc.Arbitrary<Transition> = fc.oneof(
  fc.tuple(one('stop', 'stop_with', 'stop_and_reply', 'stop_and_reply_with', 'exit', 'error'), reason),
  one(['plain_stop'], ['bad', 'nonsense'], ['bad', ['next_state', 'a']]),
)

const reaction = (
  transition: fc.Arbitrary<Transition>,
  action: fc.Arbitrary<Action>,
): fc.Arbitrary<Reaction> =>
  fc.tuple(
    fc.constant('reaction' as const),
    transition,
    fc.integer({ min: 0, max: 9 }),
    actions(action),
    nearly(one(false), one(true)),
  )

const of_event = (changing: fc.Arbitrary<Transition>): fc.Arbitrary<Reaction> =>
  reaction(
    nearly(
      fc.oneof(
        { weight: 4, arbitrary: keeping },
        { weight: 4, arbitrary: changing },
        { weight: 1, arbitrary: repeating },
      ),
      ending,
    ),
    nearly(event_action, bad_action),
  )

const of_enter = (changing: fc.Arbitrary<Transition>): fc.Arbitrary<Reaction> =>
  reaction(
    nearly(
      fc.oneof({ weight: 5, arbitrary: keeping }, { weight: 1, arbitrary: repeating }),
      fc.oneof(ending, changing),
    ),
    nearly(enter_action, event_action),
  )

const op: fc.Arbitrary<StatemOp> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constant('send' as const),
      fc.array(one(['call'], ['cast'], ['info']), { minLength: 1, maxLength: 4 }),
    ),
  },
  { weight: 4, arbitrary: one(['pass']) },
  {
    weight: 3,
    arbitrary: one(['get_state'], ['get_status'], ['suspend'], ['resume'], ['resume'], ['replace_state']),
  },
)

const last_op: fc.Arbitrary<readonly StatemOp[]> = fc.oneof(
  one([], [['get_status']]),
  fc.tuple(fc.tuple(one('stop', 'exit'), reason)),
)

/** @param state - one of them mostly; not every one has a function */
const program = (
  state: fc.Arbitrary<State>,
  mode: fc.Arbitrary<StatemProgram['modes'][number][1]>,
): fc.Arbitrary<StatemProgram> => {
  const changing = fc.tuple(fc.constant('next_state' as const), state)
  return fc.record({
    modes: fc.array(fc.tuple(one('mode'), mode, fc.boolean()), { minLength: 3, maxLength: 3 }),
    trap: fc.boolean(),
    init: nearly<StatemProgram['init']>(
      fc.tuple(fc.constant('ok' as const), state, actions(nearly(event_action, bad_action))),
      one(['ignore'], ['stop'], ['bad']),
    ),
    tape: fc.array(of_event(changing), { maxLength: 25, size: 'max' }),
    enters: fc.array(of_enter(changing), { maxLength: 10, size: 'max' }),
    ops: fc
      .tuple(fc.array(op, { maxLength: 12 }), last_op)
      .map(([ops, last]): readonly StatemOp[] => [...ops, ...last]),
  })
}

const names = nearly(fc.constantFrom<State>('a', 'b', 'c'), fc.constantFrom<State>('d', ['t', 1]))
const terms = fc.constantFrom<State>('a', 'b', ['t', 1], ['t', 2])

export const statem_program: fc.Arbitrary<StatemProgram> = fc.oneof(
  { weight: 3, arbitrary: program(names, fc.constantFrom('state_functions', 'handle_event_function')) },
  { weight: 1, arbitrary: program(terms, fc.constant('handle_event_function')) },
)

/** The program as arrays, which the BEAM's side gets as tuples and lists. */
export const terms_of = ({ modes, trap, init, tape, enters, ops }: StatemProgram): unknown => [
  'statem',
  modes,
  trap,
  init,
  tape,
  enters,
  ops,
]
