// The user's side of a connection: starts its process, and asks it.

import type { Pid } from '../../runtime/erlang/pid.ts'
import {
  type Done,
  Exit,
  type Reason,
  type Result,
  type Term,
  type Timeout,
} from '../../runtime/erlang/term.ts'
import * as gen_statem from '../../runtime/otp/gen_statem.ts'
import type { Role } from '../record/tls_v1.ts'
import type { ConnectionStart } from './connection_data.ts'
import type { SslOptions } from './connection_options.ts'
import { Hidden } from './connection_report.ts'
import type { SslSocket } from './ssl_socket.ts'
import * as tls_connection_sup from './tls_connection_sup.ts'

/**
 * Starts a connection's process and hands the transport over to it.
 *
 * @returns `['error', 'ssl_not_started']`, or why the transport could not be handed over, and is still the caller's:
 *   `'not_owner'`, `'closed'`
 */
export async function start(connection: ConnectionStart): Promise<Result<SslSocket>> {
  const started = await tls_connection_sup.start_child(connection)
  if (started[0] === 'error') return started

  const [, pid] = started
  const { options, transport_socket } = connection
  const handed = await options.cb_info[0].controlling_process(transport_socket, pid)
  if (handed === 'ok') return call_pid(pid, ['socket'])
  await call_pid(pid, ['leave'])
  return handed
}

/**
 * Shakes hands.
 *
 * @param options - in place of those that the connection was started with
 */
export const handshake = (
  socket: SslSocket,
  timeout: Timeout,
  options?: SslOptions,
): Promise<Result<SslSocket>> => call(socket, ['start', timeout, options && new Hidden(options)])

/** What options a handshake that stands still goes on with, unless they are said anew. */
export const paused = async (
  socket: SslSocket,
): Promise<
  Result<{ readonly role: Role; readonly host: string | undefined; readonly options: SslOptions }>
> => {
  const [tag, told] = await call(socket, ['paused'])
  return tag === 'ok' ? ['ok', told.value] : [tag, told]
}

/** Goes on with it. */
export const handshake_continue = (
  socket: SslSocket,
  timeout: Timeout,
  options: SslOptions | undefined,
): Promise<Result<SslSocket>> => call(socket, ['continue', timeout, options && new Hidden(options)])

/** Sends data, which no report shows. */
export const send = (socket: SslSocket, pieces: readonly Uint8Array[]): Promise<Done<Reason>> =>
  call(socket, ['send', new Hidden(pieces)])

/**
 * Asks the connection's process; that it has ended means that the connection is closed.
 *
 * @throws Exit `[reason, ['ssl', request, [pid]]]` when the process crashed
 */
export const call = (socket: SslSocket, request: readonly Term[]): Promise<Term> =>
  call_pid(socket.pid, request)

async function call_pid(pid: Pid, request: readonly Term[]): Promise<Term> {
  try {
    return await gen_statem.call(pid, request, 'infinity')
  } catch (error) {
    if (!(error instanceof Exit && Array.isArray(error.reason))) throw error
    const [reason] = error.reason
    if (is_orderly(reason)) return ['error', 'closed']
    // Not the whole request: it may hold keys or data, and the caller's crash report would tell them.
    throw new Exit([reason, ['ssl', request[0], [pid]]])
  }
}

/** How the process of a connection ends when nothing went wrong in it. */
function is_orderly(reason: Reason): boolean {
  if (Array.isArray(reason)) return reason[0] === 'shutdown'
  return reason === 'noproc' || reason === 'normal' || reason === 'shutdown'
}
