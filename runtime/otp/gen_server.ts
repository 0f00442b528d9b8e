// A server: a process that holds a state, answers calls, and takes casts and any other message, one at a time.

import type { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import type { Reason, Term, Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import type { Callbacks } from './gen_server_callbacks.ts'
import { Server } from './gen_server_loop.ts'
import * as proc_lib from './proc_lib.ts'
import type { Extras } from './sys_debug.ts'

export type {
  From,
  Promised,
  ServerName,
  ServerRef,
  StartMonitorResult,
  StartOptions,
  StartResult,
} from './gen.ts'
export type { Callbacks, InitResult, Next, NoReply, Reply, Status } from './gen_server_callbacks.ts'

// ---- API

/**
 * Starts a server that is linked to nobody.
 *
 * @param asked - `(callbacks, args?, options?)` or `(['local', name], callbacks, args?, options?)`
 * @returns `['ok', pid]` once `init` is done; `'ignore'`; or `['error', reason]`:
 *   - `['already_started', pid]`: the name is taken
 *   - `'timeout'`: `init` took longer than `options.timeout`, and the process was killed
 *   - the reason that `init` gave, or with which it crashed
 * @see OTP: `gen_server:start/3,4`
 */
export const start = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, any, any, Args>, Args>
): Promise<gen.StartResult> => gen.start_behaviour('nolink', init_it, asked)

/**
 * As {@link start}, and linked to the running process, its parent, with which it ends: if it traps exits, after
 * `terminate` was called. A parent that does not trap exits goes down with a server whose `init` fails.
 *
 * @see OTP: `gen_server:start_link/3,4`
 */
export const start_link = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, any, any, Args>, Args>
): Promise<gen.StartResult> => gen.start_behaviour('link', init_it, asked)

/** As {@link start}, and monitored: gives `['ok', [pid, ref]]`. OTP: `gen_server:start_monitor/3,4`. */
export const start_monitor = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, any, any, Args>, Args>
): Promise<gen.StartMonitorResult> => gen.start_behaviour_monitor(init_it, asked)

/**
 * Makes a synchronous call: `handle_call` gets the request.
 *
 * @param timeout - milliseconds. Default: 5000
 * @throws {@link Exit} `[reason, ['gen_server', 'call', [server, request, timeout]]]` (without the timeout, when
 *   none was given), where the reason is `'noproc'`, `'timeout'`, `'calling_self'`, or why the server ended
 * @see OTP: `gen_server:call/2,3`
 */
export function call<Answer = Term>(
  server: gen.ServerRef,
  request: Term,
  timeout?: Timeout,
): Promise<Answer> {
  const args = timeout === undefined ? [server, request] : [server, request, timeout]
  const form = ['gen_server', 'call', args] as const
  return gen.call(server, ['$gen_call', request], timeout ?? 5_000, form) as Promise<Answer>
}

/** Sends a request that is not answered: `handle_cast` gets it, if the server is there. OTP: `gen_server:cast/2`. */
export const cast = (server: gen.ServerRef, request: Term): 'ok' => gen.cast(server, '$gen_cast', request)

/**
 * Answers a call for which `handle_call` gave no reply; any process may do that.
 *
 * @see OTP: `gen_server:reply/2`
 */
export const reply = (from: gen.From, answer: Term): 'ok' => gen.reply(from, answer)

/**
 * Asks the server to end with `reason`, by way of `terminate`, and waits until it has.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 * @see OTP: `gen_server:stop/1,3`
 */
export const stop = (server: gen.ServerRef, reason: Reason = 'normal', timeout?: Timeout): Promise<'ok'> =>
  proc_lib.stop(server, reason, timeout)

// ---- Internals

async function init_it(
  callbacks: Callbacks,
  args: Term,
  parent: Pid | undefined,
  extras: Extras | undefined,
): Promise<void> {
  const process = current()
  const result = await gen.call_init(given => callbacks.init(given), args)
  if (result.length > 3) gen.bad_init(result)
  const server = new Server(process, callbacks, parent, extras)
  const [, state, next] = result
  if (!server.begin(state, result.length === 3 ? next : 'infinity')) gen.bad_init(result)
  gen.started(process)
  process.become(server)
}
