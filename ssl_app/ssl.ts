// Erlang's module ssl: TLS connections, each a process of its own. The package's entry point `kista/ssl`.

import * as application from '../apps/kernel/application.ts'
import type { Address } from '../apps/kernel/inet.ts'
import type { Data, Delivered } from '../apps/kernel/inet_packet.ts'
import { type IoData, iolist_to_iovec } from '../apps/kernel/iodata.ts'
import { is_pid, type Pid } from '../runtime/erlang/pid.ts'
import { type Done, Exit, type Reason, type Result, type Term, type Timeout } from '../runtime/erlang/term.ts'
import * as ssl_pem_cache from './certificate/ssl_pem_cache.ts'
import type { ConnectOptions, ListenOptions } from './connection/connection_options.ts'
import * as ssl_connection from './connection/ssl_connection.ts'
import * as ssl_listen_tracker from './connection/ssl_listen_tracker.ts'
import { SslListenSocket, SslSocket, type TransportSocket } from './connection/ssl_socket.ts'
import type { EmulatedOptions } from './connection/user_data.ts'
import { all_suites, type ErlangSuite, openssl_name, suites } from './record/cipher_suites.ts'
import { highest_version, type ProtocolVersion } from './record/tls_version.ts'
import { load, ssl_version } from './ssl_app.ts'
import * as ssl_opening from './ssl_opening.ts'
import { default_versions } from './ssl_options.ts'

export type { Data, Delivered, HttpPacket } from '../apps/kernel/inet_packet.ts'
export type { ConnectOptions, ListenOptions } from './connection/connection_options.ts'
export { SslListenSocket, SslSocket } from './connection/ssl_socket.ts'
export { format_error } from './ssl_format_error.ts'

// ---- The application

/**
 * Starts the application and those it needs.
 *
 * @param type - what happens to the others when it ends by itself. Default: `'temporary'`, nothing
 * @returns `'ok'`, also when it was started before; `['error', [application, reason]]`
 * @see OTP: `ssl:start/0,1`
 */
export async function start(type: application.RestartType = 'temporary'): Promise<Done> {
  await load()
  const started = await application.ensure_all_started('ssl', type)
  return started[0] === 'ok' ? 'ok' : started
}

/**
 * Stops the application: all connections and listeners are closed, and the owners of listeners get an exit signal
 * `'shutdown'`.
 *
 * @returns `'ok'`; `['error', ['not_started', 'ssl']]`
 * @see OTP: `ssl:stop/0`
 */
export const stop = (): Promise<Done> => application.stop('ssl')

/** What {@link versions} tells. */
export interface Versions {
  /** Of this application. */
  readonly ssl_app: string
  /** The protocol versions that are used unless the option `versions` says otherwise. */
  readonly supported: readonly ProtocolVersion[]
  /** The protocol versions that can be used. */
  readonly available: readonly ProtocolVersion[]
}

/** Which versions there are, of the application and the protocol. OTP: `ssl:versions/0`. */
export const versions = (): Versions => ({
  ssl_app: ssl_version,
  supported: default_versions,
  available: default_versions,
})

/**
 * The cipher suites, the preferred first.
 *
 * @param type - `'erlang'`: those used by default; `'openssl'`: the same by OpenSSL's names; `'all'`: also those that
 *   are only used when the option `ciphers` asks for them
 * @throws {@link Exit} `'badarg'` for another type
 * @see OTP: `ssl:cipher_suites/0,1`
 */
export function cipher_suites(type?: 'erlang' | 'all'): ErlangSuite[]
export function cipher_suites(type: 'openssl'): (string | ErlangSuite)[]
export function cipher_suites(type: 'erlang' | 'openssl' | 'all' = 'erlang'): (string | ErlangSuite)[] {
  if (type === 'all') return all_suites(highest).map(({ erlang }) => erlang)
  if (type === 'openssl') return suites(highest).map(openssl_name)
  if (type !== 'erlang') throw new Exit(['badarg', type])
  return suites(highest).map(({ erlang }) => erlang)
}

/** Forgets the PEM files that were read: the next connection reads them anew. OTP: `ssl:clear_pem_cache/0`. */
export const clear_pem_cache = (): Promise<'ok'> => ssl_pem_cache.clear()

// ---- Connecting and listening

/**
 * Opens a TCP connection to `host` and secures it; or secures a socket of the transport that the caller owns, which
 * must be passive.
 *
 * @param port - 1 to 65535
 * @param timeout - milliseconds for all of it, TCP and handshake. Default: no limit
 * @returns `['ok', socket]` once both sides have finished the handshake; else `['error', reason]`:
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
  socket: TransportSocket,
  options?: ConnectOptions,
  timeout?: Timeout,
): Promise<Result<SslSocket, Reason>>
export async function connect(...asked: readonly Term[]): Promise<Result<SslSocket, Reason>> {
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
 * @returns `['ok', socket]`; else `['error', reason]` as of {@link connect}, and `'enotconn'` for a listener
 * @throws {@link Exit} `'badarg'` for what is no timeout
 * @see OTP: `ssl:handshake/1,2,3`
 */
export async function handshake(
  socket: SslSocket | TransportSocket,
  ...rest: readonly [ListenOptions | Timeout | undefined, Timeout?] | readonly []
): Promise<Result<SslSocket, Reason>> {
  const [options, timeout] = options_and_timeout(rest)
  ssl_opening.check_timeout(timeout)
  if (socket instanceof SslListenSocket) return ['error', 'enotconn']
  if (socket instanceof SslSocket) return ssl_opening.shake_hands(socket, options, timeout)
  return ssl_opening.upgrade('server', socket, options ?? {}, timeout)
}

/**
 * As {@link handshake}, but on an accepted socket it gives `'ok'` alone, as it did before it got its later name.
 *
 * @see OTP: `ssl:ssl_accept/1,2,3`
 */
export async function ssl_accept(
  socket: SslSocket | TransportSocket,
  ...rest: readonly [ListenOptions | Timeout | undefined, Timeout?] | readonly []
): Promise<'ok' | Result<SslSocket, Reason>> {
  const result = await handshake(socket, ...rest)
  return result[0] === 'ok' && socket instanceof SslSocket ? 'ok' : result
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
 * Closes a connection or a listener.
 *
 * @param timeout - milliseconds that the peer has to close as well, so that our last data reaches it. Default: 5000
 * @returns `'ok'`, also when it was closed before
 * @throws {@link Exit} `'badarg'` for what is no timeout
 * @see OTP: `ssl:close/1,2`
 */
export async function close(socket: SslSocket | SslListenSocket, timeout: Timeout = 5_000): Promise<'ok'> {
  ssl_opening.check_timeout(timeout)
  if (socket instanceof SslSocket) await ssl_connection.call(socket, ['close', timeout])
  else ssl_opening.close_listener(socket)
  return 'ok'
}

/**
 * Closes one direction of a connection, or both, at once.
 *
 * @param how - `'write'`: the peer is told that no more data comes; its data can still be received. What waits to be
 *   sent is refused
 * @returns `'ok'`; `['error', reason]`: `'closed'`, `'enotconn'` for a listener
 * @throws {@link Exit} `'badarg'` for another direction
 * @see OTP: `ssl:shutdown/2`
 */
export async function shutdown(
  socket: SslSocket | SslListenSocket,
  how: 'read' | 'write' | 'read_write',
): Promise<Done<Reason>> {
  if (!['read', 'write', 'read_write'].includes(how)) throw new Exit(['badarg', how])
  return socket instanceof SslSocket ? ssl_connection.call(socket, ['shutdown', how]) : ['error', 'enotconn']
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

// ---- Options and information

/**
 * Sets socket options: `mode`, `packet`, `packet_size`, `header`, `active`, and those of the transport. On a listener
 * they count for the connections that it will accept.
 *
 * @returns `'ok'`; `['error', reason]`: `'closed'`, `['options', ['not_a_proplist', options]]`,
 *   `['options', ['socket_options', option]]`. Options in front of a wrong one stay set
 * @see OTP: `ssl:setopts/2`
 */
export async function setopts(
  socket: SslSocket | SslListenSocket,
  options: Partial<EmulatedOptions> & Readonly<Record<string, Term>>,
): Promise<Done<Reason>> {
  if (socket instanceof SslSocket) return ssl_connection.call(socket, ['setopts', options])
  return ask(() => ssl_listen_tracker.setopts(socket.tracker, options))
}

/**
 * The values of socket options.
 *
 * @returns `['ok', values]`; `['error', reason]`: `'closed'`, `['options', ['socket_options', name, reason]]`
 * @see OTP: `ssl:getopts/2`
 */
export async function getopts(
  socket: SslSocket | SslListenSocket,
  names: readonly string[],
): Promise<Result<Record<string, Term>, Reason>> {
  if (socket instanceof SslSocket) return ssl_connection.call(socket, ['getopts', names])
  return ask(() => ssl_listen_tracker.getopts(socket.tracker, names))
}

/**
 * The peer's certificate, DER.
 *
 * @returns `['ok', der]`; `['error', reason]`: `'no_peercert'`, `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:peercert/1`
 */
export const peercert = (socket: SslSocket | SslListenSocket): Promise<Result<Uint8Array, Reason>> =>
  call_connected(socket, ['peercert'])

/**
 * The protocol that ALPN has chosen.
 *
 * @returns `['ok', name]`; `['error', reason]`: `'protocol_not_negotiated'`, `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:negotiated_protocol/1`
 */
export const negotiated_protocol = (socket: SslSocket | SslListenSocket): Promise<Result<string, Reason>> =>
  call_connected(socket, ['negotiated_protocol'])

/**
 * What there is to know of a connection: `protocol` (the version), `cipher_suite`, `sni_hostname`, `session_id`,
 * `session_resumption`, and its options, but for keys and passwords.
 *
 * @param items - names; those that are not known are left out. Default: everything
 * @returns `['ok', information]`; `['error', reason]`: `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:connection_information/1,2`
 */
export const connection_information = (
  socket: SslSocket | SslListenSocket,
  items?: readonly string[],
): Promise<Result<Readonly<Record<string, Term>>, Reason>> =>
  call_connected(socket, ['connection_information', items])

/**
 * The peer's address.
 *
 * @returns `['ok', [ip, port]]`; `['error', reason]`: `'einval'` once it is closed, `'enotconn'` for a listener
 * @see OTP: `ssl:peername/1`
 */
export const peername = (socket: SslSocket | SslListenSocket): Result<Address, Reason> =>
  socket instanceof SslSocket ? socket.cb_info[0].peername(socket.transport_socket) : ['error', 'enotconn']

/**
 * The own address.
 *
 * @returns `['ok', [ip, port]]`; `['error', 'einval']` once it is closed
 * @see OTP: `ssl:sockname/1`
 */
export const sockname = ({
  cb_info,
  transport_socket,
}: SslSocket | SslListenSocket): Result<Address, Reason> => cb_info[0].sockname(transport_socket)

// ---- Internals

const highest = highest_version(default_versions)

const call_connected = async (
  socket: SslSocket | SslListenSocket,
  request: readonly Term[],
): Promise<Term> =>
  socket instanceof SslSocket ? ssl_connection.call(socket, request) : ['error', 'enotconn']

/** The tracker ends with the listener. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | readonly ['error', 'closed']> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof Exit) return ['error', 'closed']
    throw error
  }
}

function options_and_timeout(
  rest: readonly [ListenOptions | Timeout | undefined, Timeout?] | readonly [],
): [ListenOptions | undefined, Timeout] {
  const [first, second = 'infinity'] = rest
  return typeof first === 'object' ? [first, second] : [undefined, first ?? 'infinity']
}
