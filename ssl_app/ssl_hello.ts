// A handshake that stands still once the peer's hello has come, and goes on or is given up. Part of the module ssl.

import type { Reason, Result, Timeout } from '../runtime/erlang/term.ts'
import type { ProtocolExtensions } from './connection/connection_data.ts'
import type { ConnectOptions, SecurityOptions } from './connection/connection_options.ts'
import * as ssl_connection from './connection/ssl_connection.ts'
import { type SslListenSocket, SslSocket } from './connection/ssl_socket.ts'
import * as ssl_opening from './ssl_opening.ts'

/** What the option `handshake: 'hello'` makes of the answer of `connect` and `handshake`: what the peer says, as well. */
export type Paused = readonly ['ok', SslSocket, extensions: ProtocolExtensions] | readonly ['error', Reason]

/**
 * Goes on with a handshake that stands still after the hello, because of the option `handshake: 'hello'`. Any process may do
 * that; until then the connection waits, however long it takes, and ends with its owner.
 *
 * @param options - override those there are, as on `handshake` of an accepted socket: one's own certificate, whom one
 *   trusts, and so on. A client cannot say anew what its hello has told: versions, suites, curves, names, protocols. A
 *   server's stand above those that its `sni_hosts` or `sni_fun` has for the name, and count for every name from then on
 * @param timeout - milliseconds for what remains of the handshake. Default: no limit
 * @returns `['ok', socket]`; else `['error', reason]` as of `connect`, and then there is no connection any more. Two of
 *   them leave it waiting: `['options', option]` for an option that cannot be said anew, or has no such value;
 *   `'notsup_on_transport_accept_socket'` where the handshake was not begun. `'einval'` where it is done, `'enotconn'`
 *   for a listener
 * @throws Exit `'badarg'` for what is no timeout
 * @see OTP: `ssl:handshake_continue/2,3`
 */
export async function handshake_continue(
  socket: SslSocket | SslListenSocket,
  options: ConnectOptions | SecurityOptions = {},
  timeout: Timeout = 'infinity',
): Promise<Result<SslSocket, Reason>> {
  ssl_opening.check_timeout(timeout)
  return socket instanceof SslSocket ? ssl_opening.go_on(socket, options, timeout) : ['error', 'enotconn']
}

/**
 * Gives up a handshake that stands still after the hello: the peer is told `user_canceled`, and the connection is closed.
 *
 * @returns `'ok'`; `['error', reason]`: `'closed'`, `'notsup_on_transport_accept_socket'` where the handshake was not
 *   begun, `'einval'` where it is done, `'enotconn'` for a listener
 * @see OTP: `ssl:handshake_cancel/1`
 */
export const handshake_cancel = async (
  socket: SslSocket | SslListenSocket,
): Promise<'ok' | readonly ['error', Reason]> =>
  socket instanceof SslSocket ? ssl_connection.call(socket, ['cancel']) : ['error', 'enotconn']
