// Asking for a process to be started, and being told by message.

import { Ref } from './pid.ts'
import { current, type Monitor } from './process.ts'
import { type Body, check_spawn_options, type SpawnOptions, start } from './spawn.ts'
import { Exit, type Term } from './term.ts'

/** OTP: the options of `erlang:spawn_request/5`. */
export interface SpawnRequestOptions extends SpawnOptions {
  /** Whether word is sent of a process that has been started, and of one that has not. Default: `'yes'`, of both */
  readonly reply?: 'yes' | 'no' | 'error_only' | 'success_only'
  /** What that message begins with. Default: `'spawn_reply'` */
  readonly reply_tag?: Term
}

/**
 * As `spawn_opt`, but what comes of it arrives as a message: `[reply_tag, ref, 'ok', pid]`, or
 * `[reply_tag, ref, 'error', reason]`, with reason `'badopt'` for options that there are not and `'notsup'` for one of
 * OTP's that has no meaning here. It comes before any other signal of the new process.
 *
 * @returns a reference for the request, which with `monitor` is that of the monitor
 * @throws {@link Exit} `'badarg'` for a `reply` that is none
 * @see OTP: `erlang:spawn_request/2`
 */
export function spawn_request(body: Body<[]>, options: SpawnRequestOptions = {}): Ref {
  const { reply = 'yes', reply_tag = 'spawn_reply', ...rest } = options
  if (!replies.has(reply)) throw new Exit('badarg')
  const starter = current()
  const refusal = refused(rest)
  if (refusal !== undefined) {
    const ref = new Ref()
    if (reply === 'yes' || reply === 'error_only') starter.deliver([reply_tag, ref, 'error', refusal])
    return ref
  }
  const process = start(body, [], rest)
  const ref = rest.monitor ? (process.monitored_by as Monitor) : new Ref()
  if (reply === 'yes' || reply === 'success_only') starter.deliver([reply_tag, ref, 'ok', process.pid])
  return ref
}

/**
 * Gives up a request. On the one node that there is a process is started within the request, so that there is never
 * anything left to give up.
 *
 * @returns false: the process has been started or refused, and word of it has been sent
 * @throws {@link Exit} `'badarg'` when it is no reference
 * @see OTP: `erlang:spawn_request_abandon/1`
 */
export function spawn_request_abandon(ref: Ref): false {
  if (!(ref instanceof Ref)) throw new Exit('badarg')
  return false
}

const replies: ReadonlySet<string> = new Set(['yes', 'no', 'error_only', 'success_only'])

function refused(options: SpawnOptions): 'badopt' | 'notsup' | undefined {
  try {
    check_spawn_options(options)
    return undefined
  } catch (error) {
    return (error as Exit).reason[0] === 'not_supported' ? 'notsup' : 'badopt'
  }
}
