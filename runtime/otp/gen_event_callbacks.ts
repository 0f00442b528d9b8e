// What the handlers of a gen_event are made of: their callbacks and what they may return.

import type { Pid } from '../erlang/pid.ts'
import type { Reason, Term } from '../erlang/term.ts'
import type { FormatsStatus } from './format_status.ts'
import type { Promised } from './gen.ts'
import type { SystemEvent } from './sys_debug.ts'

/** A handler: its callbacks, or, where there may be several with the same ones, these and an id. */
export type Handler<State = any, Event = any, Call = any, Args = any> =
  | Callbacks<State, Event, Call, Args>
  | readonly [Callbacks<State, Event, Call, Args>, id: Term]

/** `['error', reason]`, and anything else, is given to who wanted to add the handler, which is not added then. */
export type InitResult<State> =
  | readonly ['ok', State]
  | readonly ['ok', State, 'hibernate']
  | readonly ['error', Reason]

/**
 * What a handler does next: goes on; gives its place to another one, whose `init` gets `[args2, result]` with what
 * `terminate(args1, state)` of this one gave; or leaves, after `terminate('remove_handler', state)`. Hibernating is the
 * same as waiting here, as it is for a `gen_server`.
 */
export type Next<State> =
  | readonly ['ok', State]
  | readonly ['ok', State, 'hibernate']
  | readonly ['swap_handler', args1: Term, State, Handler, args2: Term]
  | 'remove_handler'

/** The same with an answer to a call. */
export type Reply<State, Answer = Term> =
  | readonly ['ok', Answer, State]
  | readonly ['ok', Answer, State, 'hibernate']
  | readonly ['swap_handler', Answer, args1: Term, State, Handler, args2: Term]
  | readonly ['remove_handler', Answer]

/**
 * Why a handler is terminated: with what `delete_handler` or a swap says; `'stop'`, as the manager ends;
 * `'remove_handler'`, as it said so itself; `['stop', reason]`, as the process that it was added for has ended;
 * `['error', term]`, as a callback gave what it may not, and `['error', ['EXIT', reason]]`, as it crashed.
 */
export type TerminateArgs = Term

/** What is told of a handler, by reports and by `sys.get_status`. OTP: `gen_event:format_status()`. */
export interface Status {
  readonly state: Term
  /** What it was called for, when it crashed. */
  readonly message?: Term
  readonly reason?: Reason
  /** The last events of the manager, if they are logged. */
  readonly log: readonly SystemEvent[]
}

/**
 * The callbacks of a handler. They run in the manager's process, one after the other, and each may give its result by
 * a promise: the manager then waits. What is thrown and is neither an `Exit` nor an `Error` counts as the result.
 * Anything else that is thrown, and any result that is none, removes the handler with a report; the others go on.
 *
 * @see OTP: the callback functions of `gen_event`
 */
export interface Callbacks<State = Term, Event = Term, Call = Term, Args = Term>
  extends FormatsStatus<Status> {
  /** What reports call these callbacks. */
  readonly module?: string
  /** @param args - those of `add_handler`; after a swap `[args, result]`, where the result is what `terminate` of the
   * one before gave, or `'error'` if there was none */
  init(args: Args): Promised<InitResult<State>>
  handle_event(event: Event, state: State): Promised<Next<State>>
  handle_call?(request: Call, state: State): Promised<Reply<State>>
  /** Any other message. Without it, they are reported and dropped. */
  handle_info?(info: Term, state: State): Promised<Next<State>>
  /** Called before the handler is removed. What it gives is what `delete_handler` gives. */
  terminate?(args: TerminateArgs, state: State): unknown
  /**
   * Called for `sys.change_code`: the state for a new version, made of that of the old one.
   *
   * @returns `['ok', state]`; anything else is told to who asked
   */
  code_change?(
    old_vsn: Term,
    state: State,
    extra: Term,
  ): Promised<readonly ['ok', State] | readonly ['error', Reason]>
}

/** A handler that has been added. */
export interface Installed {
  readonly handler: Handler
  readonly callbacks: Callbacks
  readonly id: Term
  /** The process that it was added for, which is linked to the manager. */
  readonly supervisor: Pid | undefined
  state: Term
}

/** Takes a handler apart. */
export const parts_of = (handler: Handler): readonly [Callbacks, id: Term] =>
  Array.isArray(handler) ? (handler as readonly [Callbacks, Term]) : [handler as Callbacks, undefined]
