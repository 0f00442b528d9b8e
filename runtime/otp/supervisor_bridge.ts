// A supervisor's stand-in for what does not follow the rules of supervision: to the supervisor above it behaves like
// a supervisor, and it starts and stops by callbacks what is below.

import { link } from '../erlang/links.ts'
import { is_pid, type Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import type { Reason, Term } from '../erlang/term.ts'
import { is_orderly } from './crash_report.ts'
import { module_of, type Promised, type ServerName, type StartResult } from './gen.ts'
import * as gen_server from './gen_server.ts'
import { report_progress, type SupName, sup_name } from './supervisor_reports.ts'

/** The callbacks of a bridge. OTP: the callback functions of `supervisor_bridge`. */
export interface Callbacks<State = Term, Args = Term> {
  /** What reports call these callbacks. */
  readonly module?: string
  /** Starts the subsystem: `pid` is its main process, which the bridge links itself to. */
  init(args: Args): Promised<readonly ['ok', Pid, State] | 'ignore' | readonly ['error', Reason]>
  /**
   * Stops the subsystem: called when the bridge is to end while the main process is there still.
   *
   * @param reason - `'shutdown'`, when the supervisor above ends it
   */
  terminate(reason: Reason, state: State): unknown
}

/** What a bridge knows; `pid` is undefined once the main process has ended. */
interface Bridge {
  readonly callbacks: Callbacks
  readonly name: SupName
  readonly pid: Pid | undefined
  readonly state: Term
}

// ---- API

/**
 * Starts a bridge and the subsystem below it, and links it to the running process. It ends when the main process of
 * the subsystem does, with the same reason.
 *
 * @param asked - `(callbacks, args?)` or `(name, callbacks, args?)`, where the name is `['local', name]`,
 *   `['global', name]` or `['via', module, name]`
 * @returns `['ok', pid]` once `init` is done; `'ignore'`; or `['error', reason]` with that of `init`
 * @see OTP: `supervisor_bridge:start_link/2,3`
 */
export function start_link<Args = Term>(
  ...asked:
    | readonly [callbacks: Callbacks<any, Args>, args?: Args]
    | readonly [name: ServerName, callbacks: Callbacks<any, Args>, args?: Args]
): Promise<StartResult> {
  const given = asked as Term
  if (!Array.isArray(given[0])) return gen_server.start_link(behaviour, given)
  const [name, callbacks, args] = given
  return gen_server.start_link(name, behaviour, [callbacks, args, name])
}

// ---- Callbacks

const behaviour: gen_server.Callbacks<Bridge, Term, Term, readonly Term[]> = {
  module: 'supervisor_bridge',

  async init([callbacks, args, name]) {
    const process = current()
    process.trap_exit = true
    process.initial_call = ['supervisor_bridge', module_of(callbacks), 1]
    const given = await callbacks.init(args)
    if (given === 'ignore') return given
    if (!Array.isArray(given)) return ['stop', ['bad_return_value', given]]
    if (given[0] === 'error' && given.length === 2) return ['stop', given[1]]
    const [tag, pid, state] = given
    if (tag !== 'ok' || !is_pid(pid) || given.length !== 3) return ['stop', ['bad_return_value', given]]

    link(pid)
    const bridge = { callbacks, name: sup_name(name, module_of(callbacks)), pid, state }
    report_progress(bridge.name, { pid, mfa: [module_of(callbacks), 'init', [args]] })
    return ['ok', bridge]
  },

  // To the world it is a supervisor without children.
  handle_call(request, _from, bridge) {
    const asks_for_children = Array.isArray(request) && request[0] === 'which_children'
    return ['reply', asks_for_children ? [] : ['error', 'badcall'], bridge]
  },

  handle_cast: (_request, bridge) => ['noreply', bridge],

  handle_info(message, bridge) {
    const ended = Array.isArray(message) && message[0] === 'EXIT' && message[1] === bridge.pid
    if (!ended) return ['noreply', bridge]
    const [, pid, reason] = message
    if (!is_orderly(reason)) report_end(bridge, pid, reason)
    return ['stop', reason, { ...bridge, pid: undefined }]
  },

  terminate: (reason, { callbacks, pid, state }) =>
    pid === undefined ? 'ok' : callbacks.terminate(reason, state),
}

// ---- Internals

function report_end({ name, callbacks }: Bridge, pid: Pid, reason: Reason): void {
  const offender = { pid, mod: module_of(callbacks) }
  const facts = { supervisor: name, errorContext: 'child_terminated', reason, offender }
  report('error', { label: ['supervisor', 'error'], report: facts })
}
