// Erlang's module ssl: TLS connections, each a process of its own. The package's entry point `kista/ssl`. What concerns
// the application as a whole and what a connection can be asked is in files of their own.

import type { Data, Delivered } from '../apps/kernel/inet_packet.ts'
import { type IoData, iolist_to_iovec } from '../apps/kernel/iodata.ts'
import { is_pid, type Pid } from '../runtime/erlang/pid.ts'
import { type Done, Exit, type Reason, type Result, type Term, type Timeout } from '../runtime/erlang/term.ts'
import type { ConnectOptions, ListenOptions, PausingConnectOptions } from './connection/connection_options.ts'
import * as ssl_connection from './connection/ssl_connection.ts'
import { SslListenSocket, SslSocket, type TransportSocket } from './connection/ssl_socket.ts'
import type { Paused } from './ssl_hello.ts'
import { call_connected } from './ssl_information.ts'
import * as ssl_opening from './ssl_opening.ts'

export type { Statistics } from '../apps/kernel/inet.ts'
export type { Data, Delivered, HttpPacket } from '../apps/kernel/inet_packet.ts'
export type { SslVerifyFun } from './certificate/path_verdict.ts'
export type { PartialChain } from './certificate/ssl_certificate.ts'
export type {
  CertKeyConf,
  CrlCacheOption,
  KeyOption,
  OldVerifyFun,
  Password,
  SignatureAlg,
} from './connection/certificate_options.ts'
export type { ProtocolExtensions } from './connection/connection_data.ts'
export type {
  ConnectOptions,
  ListenOptions,
  PausingConnectOptions,
  ReuseSessionFun,
  SecurityOptions,
  SniFun,
  UserLookupFun,
} from './connection/connection_options.ts'
export {
  type CbInfo,
  SslListenSocket,
  SslSocket,
  type Transport,
  type TransportSocket,
} from './connection/ssl_socket.ts'
export type { SuiteMap } from './record/suite_names.ts'
export { decode_session, encode_session } from './session/session_codec.ts'
export type { Session } from './session/ssl_session.ts'
export type { SessionCacheApi } from './session/ssl_session_cache_api.ts'
export {
  clear_pem_cache,
  eccs,
  start,
  stop,
  type Versions,
  versions,
} from './ssl_application.ts'
export {
  append_cipher_suites,
  type CipherFilters,
  cipher_suites,
  filter_cipher_suites,
  prepend_cipher_suites,
  type Suite,
  type SuiteDescription,
  signature_algs,
  str_to_suite,
  suite_to_openssl_str,
  suite_to_str,
} from './ssl_cipher_suites.ts'
export { connection_info, negotiated_next_protocol, random_bytes, session_info } from './ssl_deprecated.ts'
export { format_error } from './ssl_format_error.ts'
export { handshake_cancel, handshake_continue, type Paused } from './ssl_hello.ts'
export {
  connection_information,
  export_key_materials,
  getopts,
  getstat,
  negotiated_protocol,
  type PrfSecret,
  type PrfSeed,
  peercert,
  peername,
  prf,
  setopts,
  sockname,
} from './ssl_information.ts'

// ---- Connecting and listening

/**
 * Opens a TCP connection to `host` and secures it; or secures a socket of the transport that the caller owns, which
 * must be passive.
 *
 * @param port - 1 to 65535
 * @param timeout - milliseconds for all of it, TCP and handshake. Default: no limit
 * @returns `['ok', socket]` once both sides have finished the handshake; with `handshake: 'hello'`
 *   `['ok', socket, extensions]` once the server has said hello: see {@link handshake_continue}. Else `['error', reason]`:
 *   - `'timeout'`
 *   - `'closed'`: the peer closed
 *   - `['tls_alert', text]`: one side refused
 *   - `['options', option]`: no such option, or no such value for it, or a file that cannot be used
 *   - `'ssl_not_started'`
 *   - `'not_owner'`: the socket belongs to another process
 *   - a POSIX code of the transport, such as `'econnrefused'`
 * @throws {@link Exit} `'badarg'` for what is no host or no timeout
 *
 * @example
 * const socket = ok(await ssl.connect('localhost', 4433, { cacertfile: 'ca.pem' }))
 * ok(await ssl.send(socket, 'hello'))
 * const [, , answer] = await receive(['ssl', socket, _], 5_000)
 *
 * @see OTP: `ssl:connect/2,3,4`
 */
export function connect(
  host: ssl_opening.Host,
  port: number,
  options?: ConnectOptions,
  timeout?: Timeout,
): Promise<Result<SslSocket, Reason>>
export function connect(
  host: ssl_opening.Host,
  port: number,
  options: PausingConnectOptions,
  timeout?: Timeout,
): Promise<Paused>
export function connect(
  socket: TransportSocket,
  options: PausingConnectOptions,
  timeout?: Timeout,
): Promise<Paused>
export function connect(
  socket: TransportSocket,
  options?: ConnectOptions,
  timeout?: Timeout,
): Promise<Result<SslSocket, Reason>>
export async function connect(...asked: readonly Term[]): Promise<Term> {
  if (typeof asked[1] === 'number') {
    const [host, port, options = {}, timeout = 'infinity'] = asked
    ssl_opening.check_timeout(timeout)
    return ssl_opening.open(host, port, options, timeout)
  }
  const [socket, options = {}, timeout = 'infinity'] = asked
  ssl_opening.check_timeout(timeout)
  return ssl_opening.upgrade('client', socket, options, timeout)
}

/**
 * Listens for TLS connections.
 *
 * @param port - 0 to 65535; for 0 the system chooses, and {@link sockname} tells
 * @param options - of the connections that will be accepted, and of the transport. Certificates are read when the
 *   first connection needs them
 * @returns `['ok', listener]`; else `['error', reason]`: `'nooptions'`, `['options', option]`, `'ssl_not_started'`, or a
 *   POSIX code such as `'eaddrinuse'`
 * @see OTP: `ssl:listen/2`
 */
export const listen = (port: number, options: ListenOptions): Promise<Result<SslListenSocket, Reason>> =>
  ssl_opening.open_listener(port, options)

/**
 * Takes the next connection of a listener; many processes may wait for one. The handshake is still to be done, by
 * {@link handshake}; the caller owns the socket.
 *
 * @param timeout - milliseconds. Default: no limit
 * @returns `['ok', socket]`; else `['error', reason]`: `'timeout'`, `'closed'`, or a POSIX code
 * @throws {@link Exit} `'badarg'` for what is no timeout
 * @see OTP: `ssl:transport_accept/1,2`
 */
export async function transport_accept(
  listener: SslListenSocket,
  timeout: Timeout = 'infinity',
): Promise<Result<SslSocket, Reason>> {
  ssl_opening.check_timeout(timeout)
  return ssl_opening.accept(listener, timeout)
}

/**
 * Does the server's side of the handshake, on an accepted socket or on a socket of the transport that the caller owns.
 *
 * @param socket - of {@link transport_accept}, or a passive socket of the transport
 * @param options - on an accepted socket they override the listener's; on one of the transport they are all
 * @param timeout - milliseconds. Default: no limit, so that a peer that says nothing can hold the caller for ever
 * @returns `['ok', socket]`; with `handshake: 'hello'` `['ok', socket, extensions]` once the client has said hello, see
 *   {@link handshake_continue}: where the listener has that option, name it here as well, and the type is right. Else
 *   `['error', reason]` as of {@link connect}; `'enotconn'` for a listener, `'notsup_on_transport_accept_socket'` where
 *   a handshake stands still
 * @throws {@link Exit} `'badarg'` for what is no timeout
 * @see OTP: `ssl:handshake/1,2,3`
 */
export function handshake(
  socket: SslSocket | TransportSocket,
  options: ListenOptions & { readonly handshake: 'hello' },
  timeout?: Timeout,
): Promise<Paused>
export function handshake(
  socket: SslSocket | TransportSocket,
  ...rest: readonly [ListenOptions | Timeout | undefined, Timeout?] | readonly []
): Promise<Result<SslSocket, Reason>>
export async function handshake(
  socket: SslSocket | TransportSocket,
  ...rest: readonly Term[]
): Promise<Term> {
  const [options, timeout] = options_and_timeout(rest)
  ssl_opening.check_timeout(timeout)
  if (socket instanceof SslListenSocket) return ['error', 'enotconn']
  if (socket instanceof SslSocket) return ssl_opening.shake_hands(socket, options, timeout)
  return ssl_opening.upgrade('server', socket, options ?? {}, timeout)
}

/**
 * As {@link handshake}, but on an accepted socket it gives `'ok'` alone, as it did before it got its later name; unless the
 * handshake stands still after the hello.
 *
 * @see OTP: `ssl:ssl_accept/1,2,3`
 */
export async function ssl_accept(
  socket: SslSocket | TransportSocket,
  ...rest: readonly [ListenOptions | Timeout | undefined, Timeout?] | readonly []
): Promise<'ok' | Result<SslSocket, Reason>> {
  const result = await handshake(socket, ...rest)
  const is_done = result[0] === 'ok' && (result as readonly Term[]).length === 2
  return is_done && socket instanceof SslSocket ? 'ok' : result
}

// ---- Data

/**
 * Sends data; waits while the peer does not take it.
 *
 * @param data - bytes, byte strings, and lists of them
 * @returns `'ok'` once the transport has it; `['error', reason]`: `'closed'`, `'enotconn'` for a listener,
 *   `['badarg', ['packet_to_large', size, max]]`, or what the transport says
 * @throws {@link Exit} `'badarg'` when `data` is none
 * @see OTP: `ssl:send/2`
 */
export async function send(socket: SslSocket, data: IoData): Promise<Done<Reason>> {
  const pieces = iolist_to_iovec(data)
  return socket instanceof SslSocket ? ssl_connection.send(socket, pieces) : ['error', 'enotconn']
}

/**
 * Receives data from a passive socket.
 *
 * @param length - of a raw stream, how many bytes; 0: what the next record brings. Other packet types: not regarded
 * @param timeout - milliseconds; what has come stays for the next call. Default: no limit
 * @returns `['ok', data]`, or with the `packet` types of HTTP a term: say `recv<HttpPacket>(socket, 0)`;
 *   `['error', reason]`: `'timeout'`, `'closed'`, `'einval'` (the socket is active), `'enotconn'` for a listener,
 *   `['tls_alert', text]`, `['invalid_packet', data]`
 * @throws {@link Exit} `'badarg'` for a length below 0, and for what is no timeout
 * @see OTP: `ssl:recv/2,3`
 */
export async function recv<Received extends Delivered = Data>(
  socket: SslSocket,
  length: number,
  timeout: Timeout = 'infinity',
): Promise<Result<Received, Reason>> {
  ssl_opening.check_timeout(timeout)
  if (!Number.isInteger(length) || length < 0) throw new Exit(['badarg', length])
  return socket instanceof SslSocket
    ? ssl_connection.call(socket, ['recv', length, timeout])
    : ['error', 'enotconn']
}

// ---- Ending

/**
 * What {@link close} with a new controller comes to: the socket of the transport, and what the peer has sent behind its
 * last word under TLS, if that has come already.
 */
export type Downgraded =
  | readonly ['ok', TransportSocket]
  | readonly ['ok', TransportSocket, behind: Buffer]
  | readonly ['error', Reason]

/**
 * Closes a connection or a listener; or ends TLS alone, and gives the transport back.
 *
 * @param how - milliseconds that the peer has to close as well, so that our last data reaches it. Default: 5000.
 *   `[new_controller, timeout]`: waits for the peer to end TLS, too, by whatever kind of close, and makes a process the
 *   owner of the transport, which is passive then. Both sides should be passive before: an active peer
 *   takes the end of TLS for the end of it all. What waits to be sent is refused. A listener is just closed
 * @returns `'ok'`, also when it was closed before. With a new controller `['ok', transport_socket]`, or
 *   `['ok', transport_socket, behind]` when the peer was faster: `gen_tcp.unrecv` puts that back to where `recv`, or the
 *   next handshake on the socket, finds it. `['error', reason]`, and then there is no connection any more:
 *   - `'timeout'`: the peer has not said anything
 *   - `'no_tls_close'`: it has said something else, or something before that nobody has received, or a handshake goes on
 *   - `'closed'`: it has closed the transport, or the connection has ended before
 *   - what the transport says, such as `'badarg'` for a new controller that has ended
 *
 *   `['error', 'notsup_on_transport_accept_socket']` before the handshake, which can still be done
 * @throws {@link Exit} `'badarg'` for what is no timeout, or no pid with one
 * @see OTP: `ssl:close/1,2`
 */
export function close(socket: SslSocket | SslListenSocket, timeout?: Timeout): Promise<'ok'>
export function close(socket: SslListenSocket, how: readonly [Pid, Timeout]): Promise<'ok'>
export function close(socket: SslSocket, how: readonly [Pid, Timeout]): Promise<Downgraded>
export async function close(
  socket: SslSocket | SslListenSocket,
  how: Timeout | readonly [Pid, Timeout] = 5_000,
): Promise<'ok' | Downgraded> {
  const [controller, timeout] = Array.isArray(how) ? how : [undefined, how]
  if (Array.isArray(how) && !is_pid(controller)) throw new Exit(['badarg', how])
  ssl_opening.check_timeout(timeout)
  if (!(socket instanceof SslSocket)) return ssl_opening.close_listener(socket)
  if (controller !== undefined) return ssl_connection.call(socket, ['downgrade', controller, timeout])
  await ssl_connection.call(socket, ['close', timeout])
  return 'ok'
}

/**
 * Closes one direction of a connection, or both, at once.
 *
 * @param how - `'write'`: the peer is told that no more data comes; its data can still be received. What waits to be
 *   sent is refused
 * @returns `'ok'`; `['error', reason]`: `'closed'`, `'enotconn'` for a listener, what the transport says
 * @throws {@link Exit} `'badarg'` for another direction
 * @see OTP: `ssl:shutdown/2`
 */
export async function shutdown(
  socket: SslSocket | SslListenSocket,
  how: 'read' | 'write' | 'read_write',
): Promise<Done<Reason>> {
  if (!['read', 'write', 'read_write'].includes(how)) throw new Exit(['badarg', how])
  if (socket instanceof SslSocket) return ssl_connection.call(socket, ['shutdown', how])
  const [tag] = socket.cb_info[0].sockname(socket.transport_socket)
  return ['error', tag === 'ok' ? 'enotconn' : 'closed']
}

/**
 * Makes another process the owner of a connection, which gets its messages and with whose end it ends; or of a
 * listener. Messages that were sent already stay where they are.
 *
 * @returns `'ok'`; `['error', reason]`: `'closed'`; for a listener what the transport says
 * @throws {@link Exit} `'badarg'` when `owner` is no pid
 * @see OTP: `ssl:controlling_process/2`
 */
export async function controlling_process(
  socket: SslSocket | SslListenSocket,
  owner: Pid,
): Promise<Done<Reason>> {
  if (!is_pid(owner)) throw new Exit(['badarg', owner])
  if (socket instanceof SslSocket) return ssl_connection.call(socket, ['new_user', owner])
  return socket.cb_info[0].controlling_process(socket.transport_socket, owner)
}

// ---- A new handshake

/**
 * Agrees on new keys. Data is sent and received meanwhile as far as the peer has it so; the call waits until it is done.
 *
 * @returns `'ok'`; `['error', reason]`: `'renegotiation_rejected'` (the peer does not want to, and the connection goes on
 *   under its old keys), `'already_renegotiating'`, `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:renegotiate/1`
 */
export const renegotiate = (socket: SslSocket | SslListenSocket): Promise<Done<Reason>> =>
  call_connected(socket, ['renegotiate'])

// ---- Internals

function options_and_timeout(rest: readonly Term[]): [ListenOptions | undefined, Timeout] {
  const [first, second = 'infinity'] = rest
  return typeof first === 'object' ? [first, second] : [undefined, first ?? 'infinity']
}
