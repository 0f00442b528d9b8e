// The actions of one transition, gathered until the transition is made: replies go out at once.

import { Pid } from '../erlang/pid.ts'
import { Exit, type Term } from '../erlang/term.ts'
import { reply } from './gen.ts'
import type { Actions, EventType, TimeoutAction } from './gen_statem_callbacks.ts'
import { is_timeout_action, is_timeout_type } from './gen_statem_timeouts.ts'

/** An event that waits. */
export interface Event {
  readonly type: EventType
  readonly content: Term
}

/** What is to be done once the transition is made. */
export class Gathered {
  postpone = false
  next_events: Event[] | undefined = undefined
  timeouts: TimeoutAction[] | undefined = undefined

  /**
   * Adds the actions of one callback.
   *
   * @param entering - they come from entering a state, which may not touch the queue of events
   * @throws Exit for what is no action
   */
  add(actions: Actions, entering: boolean): void {
    if (is_list(actions)) for (const action of actions) this.#add(action, entering)
    else this.#add(actions, entering)
  }

  #add(action: Term, entering: boolean): void {
    const [name, first, second] = Array.isArray(action) ? action : expand(action)
    switch (name) {
      case 'reply':
        send_reply(action)
        break
      case 'next_event':
        if (entering) throw bad_enter_action(action)
        if (action.length !== 3 || !is_event_type(first)) throw bad_action(action)
        this.next_events ??= []
        this.next_events.push({ type: first, content: second })
        break
      case 'postpone':
        if (typeof first !== 'boolean') throw bad_action(action)
        if (entering && first) throw bad_enter_action(action)
        this.postpone = first
        break
      case 'hibernate':
        // There is neither a stack to drop nor a heap of its own to compact.
        if (typeof first !== 'boolean') throw bad_action(action)
        break
      default:
        this.#add_timeout(action)
    }
  }

  #add_timeout(action: Term): void {
    const timeout = Array.isArray(action) ? action : expand(action)
    if (!is_timeout_action(timeout)) throw bad_action(action)
    this.timeouts ??= []
    this.timeouts.push(timeout as unknown as TimeoutAction)
  }
}

/** Sends the replies of `stop_and_reply`. */
export function send_replies(replies: Term): void {
  if (!Array.isArray(replies)) throw bad_action(replies)
  if (replies[0] === 'reply') send_reply(replies)
  else for (const one of replies) send_reply(one)
}

function send_reply(action: Term): void {
  const right = Array.isArray(action) && action.length === 3 && action[0] === 'reply' && is_from(action[1])
  if (!right) throw new Exit(['bad_reply_action_from_state_function', action])
  reply(action[1], action[2])
}

/** The long form of an action that is no tuple. */
const expand = (action: Term): readonly Term[] =>
  action === 'postpone' || action === 'hibernate' ? [action, true] : ['timeout', action, action]

const is_from = (from: Term): boolean => Array.isArray(from) && from.length === 2 && from[0] instanceof Pid

const plain_types: readonly Term[] = ['cast', 'info', 'internal']

const is_event_type = (type: Term): boolean =>
  plain_types.includes(type) ||
  is_timeout_type(type) ||
  (Array.isArray(type) && type[0] === 'call' && is_from(type[1]))

const names: readonly Term[] = ['reply', 'next_event', 'postpone', 'hibernate', 'timeout', 'state_timeout']

/**
 * Whether these are several actions. One that is a tuple starts with its name, and only that of a generic
 * timeout is a tuple again, which a time follows.
 */
function is_list(actions: Actions): actions is readonly Term[] {
  if (!Array.isArray(actions)) return false
  const [first, second] = actions
  if (Array.isArray(first)) return !(is_timeout_type(first) && is_time_like(second))
  if (first === 'postpone' || first === 'hibernate') return typeof second !== 'boolean'
  return !names.includes(first)
}

const is_time_like = (term: Term): boolean =>
  typeof term === 'number' || term === 'infinity' || term === 'cancel' || term === 'update'

const bad_action = (action: Term): Exit => new Exit(['bad_action_from_state_function', action])
const bad_enter_action = (action: Term): Exit =>
  new Exit(['bad_state_enter_action_from_state_function', action])
