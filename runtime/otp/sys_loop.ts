// What a behaviour's loop uses of `sys`: system messages are handled here, and its events are told from here.
//
// How a loop joins in. It implements `Special` (it keeps its `Extras` in one field, which is undefined until
// somebody needs it), and in its `handle`, after the common messages:
//   case 'system': if (is_system_msg(message)) return handle_system_msg(message, this)
// The promise that it may give lasts as long as the process is suspended: other messages stay in the mailbox, and the
// process is parked as by an async handler. The loop stops its own timers before, and sets them anew after that.
// Where something happens that debugging can show, it says `if (this.extras !== undefined) handle_debug(this, event)`.

import { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { process_info } from '../erlang/process_flags.ts'
import { on, receive } from '../erlang/receive.ts'
import { _, type Reason, type Term } from '../erlang/term.ts'
import { error_info, name_or_pid } from './crash_report.ts'
import { type Promised, reply } from './gen.ts'
import { Debug, debug_command, type Extras, type SystemEvent } from './sys_debug.ts'

/** Whether a process goes about its work. */
export type SysState = 'running' | 'suspended'

/** A callback that has given a promise which has not settled: what the process hangs in. */
export interface InCallback {
  /** Such as `'handle_call'`, or the name of a state. */
  readonly callback: string
  /** What it was called for. */
  readonly message: Term
  /** When that was, by `monotonic_time`. */
  readonly since: number
}

/** A process that understands system messages. OTP: the callbacks `system_*` of special processes. */
export interface Special {
  extras: Extras | undefined
  /** Its parent, with which it ends also while it is suspended. */
  readonly parent: Pid | undefined
  /** What `get_status` names as its module: `'gen_server'`. */
  readonly behaviour: string
  /** An event as text for `trace`, in one line that starts with `*DBG*`. */
  format_event(event: SystemEvent, name: Term): string
  system_get_state(): Term
  /** Goes on with what `replace` makes of its state, unless that throws. @returns that */
  system_replace_state(replace: (state: Term) => Term): Term
  /**
   * Goes on with the state that the callback `code_change` makes of its own.
   *
   * @param module - the name of its callbacks, or the callbacks of the new version, with which it goes on
   * @returns `'ok'`, or what else the callback gave
   */
  system_code_change(module: Term, old_vsn: Term, extra: Term): Promised<Term>
  /** Ends the process. */
  system_terminate(reason: Reason): undefined | PromiseLike<void>
  /** The last element of what `get_status` gives: {@link status_items}, or what it likes. */
  system_status(sys_state: SysState, log: readonly SystemEvent[]): Term
  /** The callback whose promise has not settled, if there is one. */
  in_callback?(): InCallback | undefined
}

/** Whether a message that starts with `'system'` is what OTP sends: anybody may send something like it. */
export const is_system_msg = (message: readonly Term[]): boolean =>
  message.length === 3 && Array.isArray(message[1]) && message[1][0] instanceof Pid

/**
 * Does and answers what the message `['system', from, request]` asks for.
 *
 * @returns a promise when the process is suspended, which settles when it goes on; or that of `system_terminate`
 * @see OTP: `sys:handle_system_msg/6`
 */
export function handle_system_msg(message: readonly Term[], special: Special): undefined | PromiseLike<void> {
  const [, from, request] = message
  if (request === 'suspend') {
    reply(from, 'ok')
    return stay_suspended(special)
  }
  if (asks_for(request, 'terminate', 2)) {
    reply(from, 'ok')
    return special.system_terminate(request[1])
  }
  reply(from, answer_to(request, special, 'running'))
  return undefined
}

/** Tells those who debug the process that something happened. OTP: `sys:handle_debug/4`. */
export function handle_debug(special: Special, event: SystemEvent): void {
  const { extras } = special
  if (extras?.debug === undefined) return
  extras.debug.handle(event, name_of(special), (one, name) => special.format_event(one, name))
  if (extras.debug.idle) extras.debug = undefined
}

/** The events that are logged, oldest first. OTP: `sys:get_log/1`. */
export const get_log = ({ extras }: Special): readonly SystemEvent[] => extras?.debug?.events ?? []

/** What a process is called in reports: the name that it was started with, or its pid. */
export const name_of = ({ extras }: Pick<Special, 'extras'>): Term =>
  extras?.name ?? name_or_pid(current().pid)

/**
 * The usual end of what `get_status` gives.
 *
 * @param header - such as `'Status for generic server cs'`
 * @param data - what the behaviour tells besides: `[['State', state]]`
 */
export const status_items = (
  header: string,
  sys_state: SysState,
  { parent, log, data }: { parent: Pid | undefined; log: readonly SystemEvent[]; data: Term },
): Term => [
  ['header', header],
  [
    'data',
    [
      ['Status', sys_state],
      ['Parent', parent ?? current().pid],
      ['Logged events', log],
    ],
  ],
  ['data', data],
]

// ---- Internals

/** Handles what is for the system only, until it is resumed. */
async function stay_suspended(special: Special): Promise<void> {
  for (;;) {
    const message = await receive(
      on(['system', _, _], asked => asked as Term, is_system_msg),
      on(['EXIT', special.parent, _], exited => exited as Term),
    )
    if (message[0] === 'EXIT') return await special.system_terminate(message[2])
    const [, from, request] = message
    if (asks_for(request, 'change_code', 4)) {
      reply(from, await change_code(special, request))
    } else if (request === 'resume') {
      reply(from, 'ok')
      return
    } else if (asks_for(request, 'terminate', 2)) {
      reply(from, 'ok')
      return await special.system_terminate(request[1])
    } else {
      reply(from, request === 'suspend' ? 'ok' : answer_to(request, special, 'suspended'))
    }
  }
}

const asks_for = (request: Term, what: string, length: number): boolean =>
  Array.isArray(request) && request[0] === what && request.length === length

function answer_to(request: Term, special: Special, sys_state: SysState): Term {
  if (request === 'resume') return 'ok'
  if (request === 'get_state') {
    return guarded(special, 'system_get_state', () => special.system_get_state())
  }
  if (asks_for(request, 'replace_state', 2)) {
    return guarded(special, 'system_replace_state', () => special.system_replace_state(request[1]))
  }
  if (request === 'get_status') return status(special, sys_state)
  if (asks_for(request, 'debug', 2)) return obey_debug(special, request[1])
  return ['error', ['unknown_system_msg', request]]
}

function guarded(special: Special, callback: string, body: () => Term): Term {
  try {
    return ['ok', body()]
  } catch (thrown) {
    const [class_, reason] = error_info(thrown)
    return ['error', ['callback_failed', [special.behaviour, callback], [class_, reason]]]
  }
}

function status(special: Special, sys_state: SysState): Term {
  const { pid } = current()
  const dictionary = [...(process_info(pid, 'dictionary')?.[1] ?? [])]
  const log = get_log(special)
  const asked = special.extras?.debug?.list() ?? []
  const told = special.system_status(sys_state, log)
  return [
    'status',
    pid,
    ['module', special.behaviour],
    [dictionary, sys_state, special.parent ?? pid, asked, told],
  ]
}

function obey_debug(special: Special, what: Term): Term {
  const kept = special.extras?.debug ?? new Debug()
  const answer = debug_command(kept, what, current().reductions)
  if (special.extras !== undefined) special.extras.debug = kept.idle ? undefined : kept
  else if (!kept.idle) special.extras = { debug: kept }
  return answer
}

async function change_code(special: Special, request: readonly Term[]): Promise<Term> {
  const [, module, old_vsn, extra] = request
  try {
    const result = await special.system_code_change(module, old_vsn, extra)
    return result === 'ok' ? 'ok' : ['error', result]
  } catch (thrown) {
    return ['error', ['EXIT', error_info(thrown)[1]]]
  }
}
