// What a gen_statem is made of: its callbacks, the events they are called with, and what they may return.

import type { Reason, Term, Timeout } from '../erlang/term.ts'
import type { From, Promised } from './gen.ts'

/** How states are written: one function each, or all in one. OTP: `gen_statem:callback_mode()`. */
export type CallbackMode = 'state_functions' | 'handle_event_function'

/**
 * Of what kind an event is, and for a call and a generic timeout which one: `typeof type === 'object'` tells these two
 * from the others. OTP: `gen_statem:event_type()`.
 */
export type EventType =
  | readonly ['call', From]
  | 'cast'
  | 'info'
  | 'internal'
  | TimeoutType
  /** Not an event, but the call on entering a state; its content is the state before. */
  | 'enter'

/**
 * Which timeout: `'timeout'` until any event comes, `'state_timeout'` until the state changes, `['timeout', name]` until
 * it is cancelled.
 */
export type TimeoutType = 'timeout' | 'state_timeout' | readonly ['timeout', name: Term]

/**
 * - time: milliseconds from now; or, with `abs`, the moment by `monotonic_time`. 0 comes before any message that
 *   has not been received yet; `'infinity'` cancels
 * - `'update'`: a running timeout goes on with another content; if it does not run, it comes at once
 */
export type TimeoutAction =
  | readonly [type: TimeoutType, time: Timeout, content: Term, options?: { readonly abs?: boolean }]
  | readonly [type: TimeoutType, 'update', content: Term]
  | readonly [type: TimeoutType, 'cancel']

/** Answers a call. OTP: `gen_statem:reply_action()`. */
export type ReplyAction = readonly ['reply', From, Term]

/** What may be done on entering a state: no event may be added or put off. OTP: `gen_statem:enter_action()`. */
export type EnterAction =
  | 'hibernate'
  | readonly ['hibernate', boolean]
  | TimeoutAction
  /** The event timeout, with the time as its content. */
  | Timeout
  | ReplyAction

/** What a transition does besides. OTP: `gen_statem:action()`. */
export type Action =
  | EnterAction
  /** Once the state changes, the event is handled again, before those that came after it. */
  | 'postpone'
  | readonly ['postpone', boolean]
  /** Handled before anything that has been received; several in the order given. */
  | readonly ['next_event', EventType, content: Term]
  /**
   * From the next event on, these callbacks are called instead of those that were; they are asked for their mode, and
   * the state is not entered anew for it. With `push`, the callbacks before are kept, until `pop` goes back to them.
   */
  | readonly ['change_callback_module', Callbacks<any, any, any>]
  | readonly ['push_callback_module', Callbacks<any, any, any>]
  | 'pop_callback_module'

/** One, or several in order; of the same timeout the last one counts. */
export type Actions = Action | readonly Action[]

/** What `init` gives. OTP: `gen_statem:init_result/1`. */
export type InitResult<Data = Term, State = Term> =
  | readonly ['ok', State, Data]
  | readonly ['ok', State, Data, Actions]
  | readonly ['stop', Reason]
  | readonly ['error', Reason]
  | 'ignore'

/** What a state makes of an event. OTP: `gen_statem:event_handler_result()`. */
export type StateResult<Data = Term, State = Term> =
  | readonly ['next_state', State, Data]
  | readonly ['next_state', State, Data, Actions]
  | readonly ['keep_state', Data]
  | readonly ['keep_state', Data, Actions]
  | 'keep_state_and_data'
  | readonly ['keep_state_and_data', Actions]
  /** As `keep_state`, and the state is entered anew. */
  | readonly ['repeat_state', Data]
  | readonly ['repeat_state', Data, Actions]
  | 'repeat_state_and_data'
  | readonly ['repeat_state_and_data', Actions]
  | 'stop'
  | readonly ['stop', Reason]
  | readonly ['stop', Reason, Data]
  | readonly ['stop_and_reply', Reason, ReplyAction | readonly ReplyAction[]]
  | readonly ['stop_and_reply', Reason, ReplyAction | readonly ReplyAction[], Data]

/** A state, in mode `state_functions`. */
export type StateFunction<Data = Term, State = Term> = (
  type: EventType,
  content: Term,
  data: Data,
) => Promised<StateResult<Data, State>>

/**
 * What a report, or `sys.get_status`, tells of a machine: `format_status` may mask it. Events are pairs.
 *
 * @see OTP: `gen_statem:format_status()`
 */
export interface Status {
  readonly state: Term
  readonly data: Term
  /** The event that is handled, and those that come before any message. */
  readonly queue: readonly (readonly [EventType, content: Term])[]
  /** Those that wait for another state, the newest first, as OTP tells them. */
  readonly postponed: readonly (readonly [EventType, content: Term])[]
  readonly timeouts: readonly Term[]
  /** What `sys.log` has kept, the oldest first. */
  readonly log: readonly Term[]
  /** Why the machine ends, in a report of its end. */
  readonly reason?: Reason
}

/**
 * The callbacks of a state machine. Each may give its result by a promise. What is thrown and is neither an
 * `Exit` nor an `Error` counts as the result.
 *
 * @see OTP: the callback functions of `gen_statem`
 */
export interface Callbacks<Data = Term, Args = Term, State = Term> {
  /** What reports call these callbacks. */
  readonly module?: string
  /** With `'state_enter'`, a state is called with the event type `'enter'` whenever it is entered. */
  callback_mode(): CallbackMode | readonly [CallbackMode] | readonly [CallbackMode, 'state_enter']
  init(args: Args): Promised<InitResult<Data, State>>
  /** For `state_functions`: the states by name. OTP: `Module:StateName/3`. */
  readonly states?: { readonly [Name in State & string]: StateFunction<Data, State> }
  /** For `handle_event_function`: a state can then be any term; tuples are the same when what is in them is. */
  handle_event?(type: EventType, content: Term, state: State, data: Data): Promised<StateResult<Data, State>>
  /** Called before the machine ends by itself: what it returns is ignored. Not called when a signal ends it. */
  terminate?(reason: Reason, state: State, data: Data): unknown
  /**
   * Makes state and data those of another version, for `sys.change_code`; then `callback_mode` is asked anew.
   *
   * @returns what is neither `'ok'` nor has three elements is a refusal, and the machine goes on as it is
   */
  code_change?(
    old_vsn: Term,
    state: State,
    data: Data,
    extra: Term,
  ): Promised<readonly ['ok', State, Data] | Reason>
  /** What reports may tell: gives the keys that are to be told otherwise. */
  format_status?(status: Status): Partial<Status>
}
