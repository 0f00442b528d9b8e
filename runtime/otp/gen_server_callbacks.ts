// What a gen_server is made of: its callbacks and what they may return.

import type { Reason, Term, Timeout } from '../erlang/term.ts'
import type * as gen from './gen.ts'
import type { SystemEvent } from './sys_debug.ts'

/**
 * What a server does next: waits at most so many milliseconds for a message and then handles the info `'timeout'`
 * (0: unless a message is there already); hibernates; or calls `handle_continue` before any other message.
 * Hibernating is the same as waiting here: there is no stack to drop and no heap of its own to compact.
 */
export type Next = Timeout | 'hibernate' | readonly ['continue', Term]

/** What `init` gives. OTP: the callback `init/1`. */
export type InitResult<State> =
  | readonly ['ok', State]
  | readonly ['ok', State, Next]
  | readonly ['stop', Reason]
  | readonly ['error', Reason]
  | 'ignore'

/** What the callbacks give that answer nobody. OTP: the callback `handle_cast/2`. */
export type NoReply<State> =
  | readonly ['noreply', State]
  | readonly ['noreply', State, Next]
  | readonly ['stop', Reason, State]

/** What `handle_call` gives. OTP: the callback `handle_call/3`. */
export type Reply<State, Answer = Term> =
  | readonly ['reply', Answer, State]
  | readonly ['reply', Answer, State, Next]
  | readonly ['stop', Reason, Answer, State]
  | NoReply<State>

/**
 * What is told of a server, by reports and by `sys.get_status`: `format_status` may mask it. There is a message and a
 * reason when it ends. OTP: `gen_server:format_status()`.
 */
export interface Status {
  readonly state: Term
  readonly message?: Term
  readonly reason?: Reason
  /** The last events, if they are logged. */
  readonly log: readonly SystemEvent[]
}

/**
 * The callbacks of a server. Each may give its result by a promise. What is thrown and is neither an `Exit` nor
 * an `Error` counts as the result.
 *
 * @see OTP: the callback functions of `gen_server`
 */
export interface Callbacks<State = Term, Call = Term, Cast = Term, Args = Term> {
  /** What reports call these callbacks. */
  readonly module?: string
  /** @returns `['stop', reason]` crashes with `reason`; `['error', reason]` and `'ignore'` end without a report */
  init(args: Args): gen.Promised<InitResult<State>>
  handle_call?(request: Call, from: gen.From, state: State): gen.Promised<Reply<State>>
  handle_cast?(request: Cast, state: State): gen.Promised<NoReply<State>>
  /** Any other message, and `'timeout'`. Without it, they are reported and dropped. */
  handle_info?(info: Term, state: State): gen.Promised<NoReply<State>>
  handle_continue?(continuation: Term, state: State): gen.Promised<NoReply<State>>
  /** Called before the server ends by itself: what it returns is ignored. Not called when a signal ends it. */
  terminate?(reason: Reason, state: State): unknown
  /**
   * Called for `sys.change_code`: the state for a new version, made of that of the old one.
   *
   * @returns `['ok', state]`; anything else is told to who asked, and the server keeps what it has
   */
  code_change?(
    old_vsn: Term,
    state: State,
    extra: Term,
  ): gen.Promised<readonly ['ok', State] | readonly ['error', Reason]>
  /** What reports and `sys.get_status` may tell: gives the keys that are to be told otherwise. */
  format_status?(status: Status): Partial<Status>
}
