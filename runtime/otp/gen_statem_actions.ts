// The actions of one transition, gathered until the transition is made: replies go out at once.

import { lie_down } from '../erlang/drowsiness.ts'
import { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { Exit, matches, type Term } from '../erlang/term.ts'
import { type From, reply } from './gen.ts'
import type { Actions, Callbacks, EventType, TimeoutAction } from './gen_statem_callbacks.ts'
import { is_timeout_action, is_timeout_type } from './gen_statem_timeouts.ts'

/** An event that waits. */
export interface Event {
  readonly type: EventType
  readonly content: Term
}

/** The machine whose actions these are. */
export interface Actor {
  /** Puts callbacks in the place of those that are called, and asks them for their mode. */
  change_callback_module(callbacks: Callbacks): void
  /** As `change_callback_module`, and keeps those that are called for later. */
  push_callback_module(callbacks: Callbacks): void
  /** Goes back to those that were kept last, unless a state is entered. @returns false when there are none */
  pop_callback_module(entering: boolean): boolean
  /** Tells those who debug the machine of an event that it has got, or of an answer that it gave. */
  tell_in(type: EventType, content: Term): void
  tell_out(answer: Term, to: From): void
}

/** What is to be done once the transition is made. */
export class Gathered {
  readonly #actor: Actor
  /** While a state is entered: whether it is another than before, which was `state_before`, with its data. */
  entering: undefined | 'same' | 'changed' = undefined
  state_before: Term = undefined
  data_before: Term = undefined
  postpone = false
  next_events: Event[] | undefined = undefined
  timeouts: TimeoutAction[] | undefined = undefined

  constructor(actor: Actor) {
    this.#actor = actor
  }

  /** From now on a state is entered, so that the queue of events may not be touched. */
  enter(state_before: Term, data_before: Term, changed: boolean): void {
    if (this.entering === undefined) {
      this.state_before = state_before
      this.data_before = data_before
    }
    if (changed) this.entering = 'changed'
    else this.entering ??= 'same'
  }

  /**
   * Adds the actions of one callback.
   *
   * @throws Exit for what is no action
   */
  add(actions: Actions): void {
    const entering = this.entering !== undefined
    if (is_list(actions)) for (const action of actions) this.#add(action, entering)
    else this.#add(actions, entering)
  }

  #add(action: Term, entering: boolean): void {
    const [name, first, second] = Array.isArray(action) ? action : expand(action)
    switch (name) {
      case 'reply':
        if (!is_reply(action)) throw bad_action(action)
        reply(first, second)
        this.#actor.tell_out(second, first)
        break
      case 'next_event':
        if (entering) throw bad_enter_action(action)
        if (action.length !== 3 || !is_event_type(first)) throw bad_action(action)
        this.next_events ??= []
        this.next_events.push({ type: first, content: second })
        this.#actor.tell_in(first, second)
        break
      case 'postpone':
        if (entering && action === name) throw bad_enter_action(action)
        if (typeof first !== 'boolean' || (entering && first)) throw bad_action(action)
        this.postpone = first
        break
      case 'hibernate':
        if (typeof first !== 'boolean') throw bad_action(action)
        if (first) lie_down(current())
        break
      case 'change_callback_module':
      case 'push_callback_module':
        if (action.length !== 2 || !is_module(first)) throw bad_action(action)
        if (entering) throw bad_enter_action(action)
        this.#actor[name as 'push_callback_module'](first)
        break
      case 'pop_callback_module':
        if (Array.isArray(action) || !this.#actor.pop_callback_module(entering)) throw bad_action(action)
        if (entering) throw bad_enter_action(action)
        break
      default:
        this.#add_timeout(action)
    }
  }

  #add_timeout(action: Term): void {
    const timeout = Array.isArray(action) ? action : expand(action)
    if (!is_timeout_action(timeout)) throw bad_action(action)
    // Of several for the same timeout only the last one counts, as if the others had not been there.
    const others = this.timeouts?.filter(([type]) => !matches(type, timeout[0])) ?? []
    this.timeouts = [...others, timeout as unknown as TimeoutAction]
  }
}

/** Sends the replies of `stop_and_reply`. */
export function send_replies(replies: Term, actor: Actor): void {
  const one_by_one = Array.isArray(replies) && replies[0] !== 'reply' ? replies : [replies]
  for (const action of one_by_one) {
    if (!is_reply(action)) throw new Exit(['bad_reply_action_from_state_function', action])
    const [, from, answer] = action
    reply(from, answer)
    actor.tell_out(answer, from)
  }
}

const is_reply = (action: Term): boolean =>
  Array.isArray(action) && action.length === 3 && action[0] === 'reply' && is_from(action[1])

/** The long form of an action that is no tuple. */
const expand = (action: Term): readonly Term[] =>
  plain_actions.includes(action) ? [action, true] : ['timeout', action, action]

const plain_actions: readonly Term[] = ['postpone', 'hibernate', 'pop_callback_module']

/** Callbacks are an object, as a module is an atom; what is in it shows when it is called. */
const is_module = (term: Term): term is Callbacks =>
  typeof term === 'object' && term !== null && !Array.isArray(term)

const is_from = (from: Term): boolean => Array.isArray(from) && from.length === 2 && from[0] instanceof Pid

const plain_types: readonly Term[] = ['cast', 'info', 'internal']

const is_event_type = (type: Term): boolean =>
  plain_types.includes(type) ||
  is_timeout_type(type) ||
  (Array.isArray(type) && type[0] === 'call' && is_from(type[1]))

const names: readonly Term[] = [
  'reply',
  'next_event',
  'postpone',
  'hibernate',
  'timeout',
  'state_timeout',
  'change_callback_module',
  'push_callback_module',
]

/**
 * Whether these are several actions. One that is a tuple starts with its name, and only that of a generic
 * timeout is a tuple again, which a time follows.
 */
function is_list(actions: Actions): actions is readonly Term[] {
  if (!Array.isArray(actions)) return false
  const [first, second] = actions
  if (Array.isArray(first)) {
    const long_enough = actions.length > 2 || second === 'cancel'
    const seems_one = is_timeout_type(first) && is_time_like(second) && long_enough
    // What reads as the name of a timeout may be an action too, which cancels the event timeout.
    return !seems_one || (first[1] === 'cancel' && !is_timeout_action(actions))
  }
  if (first === 'postpone' || first === 'hibernate') return typeof second !== 'boolean'
  return !names.includes(first)
}

const is_time_like = (term: Term): boolean =>
  typeof term === 'number' || term === 'infinity' || term === 'cancel' || term === 'update'

const bad_action = (action: Term): Exit => new Exit(['bad_action_from_state_function', action])
const bad_enter_action = (action: Term): Exit =>
  new Exit(['bad_state_enter_action_from_state_function', action])
