// The machine of a random program: it notes what it is called for, and gives what stands next on its tape.

import * as kista from '../../../runtime/index.ts'
import { Exit, exit, type gen_statem, type Term } from '../../../runtime/index.ts'
import type { ManualClock } from '../../support/manual_time.ts'
import {
  type Action,
  type Actions,
  type Reaction,
  type StatemProgram,
  slot,
  slots_in_a_pause,
  type Timer,
} from './statem_program.ts'
import type { Written } from './trace.ts'

/** What a program knows. */
export class World {
  readonly program: StatemProgram
  readonly clock: ManualClock
  readonly modules: readonly gen_statem.Callbacks[]
  readonly notes: Written[] = []
  readonly tapes: { readonly [Which in 'tape' | 'enters']: StatemProgram['tape'][number][] }
  readonly seen = new Set<Term>()
  /** Who waits for an answer. */
  froms: gen_statem.From[] = []
  #number = 0

  constructor(program: StatemProgram, clock: ManualClock) {
    this.program = program
    this.clock = clock
    this.modules = [1, 2, 3].map(module => callbacks(this, module))
    this.tapes = { tape: [...program.tape], enters: [...program.enters] }
  }

  note(...what: Term[]): void {
    this.notes.push(what.map(written))
  }

  fresh(): number {
    return ++this.#number
  }
}

/** The callbacks of one of the modules; they differ by name, and in how they want to be called. */
function callbacks(world: World, module: number): gen_statem.Callbacks {
  const called = (how: 'any' | 'own', type: gen_statem.EventType, ...more: readonly [Term, Term, Term]) => {
    world.note(module, how, type_name(type), ...more)
    if (typeof type === 'object' && type[0] === 'call') remember(world, type[1])
    const [, transition, data, actions, thrown] =
      world.tapes[type === 'enter' ? 'enters' : 'tape'].shift() ?? rest
    const result = result_of(world, transition, data, actions)
    if (thrown) throw result
    return result
  }
  const own = (state: string): gen_statem.StateFunction => {
    return (type, content, data) => called('own', type, content, state, data)
  }
  return {
    module: `statem_${module}`,
    callback_mode: () => {
      const [, mode, enter] = world.program.modes[module - 1]!
      return enter ? [mode, 'state_enter'] : mode
    },
    init: () => begin(world),
    states: { a: own('a'), b: own('b'), c: own('c') },
    handle_event: (type, content, state, data) => called('any', type, content, state, data),
    terminate: (reason, state, data) => world.note(module, 'terminate', reason, state, data),
  }
}

/** What is given at the end of the tape. */
const rest: Reaction = ['reaction', ['keep_state_and_data'], 0, ['none'], false]

function begin(world: World): gen_statem.InitResult {
  const { init, trap } = world.program
  kista.process_flag('trap_exit', trap)
  switch (init[0]) {
    case 'ok':
      return with_actions(['ok', init[1], 0], world, init[2])
    case 'stop':
      return ['stop', 'boom']
    case 'ignore':
      return 'ignore'
    default:
      return 'nonsense' as Term
  }
}

function remember(world: World, from: gen_statem.From): void {
  if (world.seen.has(from[1])) return
  world.seen.add(from[1])
  world.froms.push(from)
}

function result_of(world: World, transition: Reaction[1], data: number, actions: Actions): Term {
  const [tag, what] = transition
  switch (tag) {
    case 'next_state':
      return with_actions([tag, what, data], world, actions)
    case 'keep_state':
    case 'repeat_state':
      return with_actions([tag, data], world, actions)
    case 'keep_state_and_data':
    case 'repeat_state_and_data':
      return actions[0] === 'none' ? tag : with_actions([tag], world, actions)
    case 'plain_stop':
      return 'stop'
    case 'stop':
      return [tag, what]
    case 'stop_with':
      return ['stop', what, data]
    case 'stop_and_reply':
      return [tag, what, replies(world)]
    case 'stop_and_reply_with':
      return ['stop_and_reply', what, replies(world), data]
    case 'exit':
      return exit(what)
    case 'error':
      throw new Error(what)
    case 'bad':
      return what
  }
}

function replies(world: World): Term[] {
  const froms = world.froms
  world.froms = []
  return froms.map(from => ['reply', from, world.fresh()])
}

function with_actions(result: readonly Term[], world: World, asked: Actions): Term {
  if (asked[0] === 'none') return result
  if (asked[0] === 'list') return [...result, asked[1].flatMap(one => action(world, one))]
  const [only = []] = action(world, asked[1])
  return [...result, only]
}

/** @returns the action in an array, or nothing when nobody waits for an answer */
function action(world: World, asked: Action): readonly [] | readonly [Term] {
  switch (asked[0]) {
    case 'zero':
      return [0]
    case 'postpone_if':
      return [['postpone', asked[1]]]
    case 'hibernate_if':
      return [['hibernate', asked[1]]]
    case 'reply': {
      const from = world.froms.shift()
      return from === undefined ? [] : [['reply', from, world.fresh()]]
    }
    case 'next_event': {
      if (asked[1] !== 'call') return [['next_event', event_type(asked[1]), world.fresh()]]
      const [from] = world.froms
      return from === undefined ? [] : [['next_event', ['call', from], world.fresh()]]
    }
    case 'change_callback_module':
    case 'push_callback_module':
      return [[asked[0], world.modules[asked[1] - 1]]]
    case 'bad_action':
      return [asked[1]]
    case 'postpone':
    case 'hibernate':
    case 'infinity':
    case 'pop_callback_module':
      return [asked[0]]
    default:
      return [timeout(world, asked)]
  }
}

function timeout(world: World, asked: Extract<Action, readonly [string, Timer, ...unknown[]]>): Term {
  const [how, [name, position], laps = 0] = asked
  const type = type_of(name)
  const now = world.clock.now / slot
  const wait = (((position - now - 1) % slots_in_a_pause) + slots_in_a_pause) % slots_in_a_pause
  const due = now + 1 + wait + laps * slots_in_a_pause
  switch (how) {
    case 'after':
      return [type, (due - now) * slot, ['due', due]]
    case 'at':
      return [type, due * slot, ['due', due], { abs: true }]
    case 'now':
      return [type, 0, world.fresh()]
    case 'never':
      return [type, 'infinity', world.fresh()]
    case 'cancel':
      return [type, 'cancel']
    case 'update':
      return [type, 'update', world.fresh()]
  }
}

const event_type = (asked: 'cast' | 'info' | 'internal' | Timer): gen_statem.EventType =>
  typeof asked === 'string' ? asked : type_of(asked[0])

export const type_of = (name: Timer[0]): gen_statem.TimeoutType =>
  name === 'x' || name === 'y' ? ['timeout', name] : name

export const type_name = (type: gen_statem.EventType): Term =>
  typeof type === 'object' && type[0] === 'call' ? 'call' : type

/** The stack is nobody's business, neither is what was called that is not there, nor how long a timeout still takes. */
function written(term: Term): Written {
  if (Array.isArray(term) && Array.isArray(term[2]) && term[2][0] === 'due') return written(term[2])
  if (Array.isArray(term)) return term[0] === 'undef' ? 'undef' : term.map(written)
  if (term instanceof Error) return term instanceof Exit ? written(term.reason) : term.message
  if (kista.is_pid(term)) return 'pid'
  if (typeof term !== 'object') return term
  return 'module' in term ? term.module : 'ref'
}
