// What a connection can be asked: its socket options, its peer, what was negotiated. Part of the module ssl.

import type { Address, Statistics } from '../apps/kernel/inet.ts'
import { type Done, Exit, type Reason, type Result, type Term } from '../runtime/erlang/term.ts'
import * as ssl_connection from './connection/ssl_connection.ts'
import * as ssl_listen_tracker from './connection/ssl_listen_tracker.ts'
import { type SslListenSocket, SslSocket } from './connection/ssl_socket.ts'
import type { EmulatedOptions } from './connection/user_data.ts'

// ---- Options

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

// ---- Information

/**
 * The peer's certificate, DER.
 *
 * @returns `['ok', der]`; `['error', reason]`: `'no_peercert'`, `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:peercert/1`
 */
export const peercert = (socket: SslSocket | SslListenSocket): Promise<Result<Uint8Array, Reason>> =>
  call_connected(socket, ['peercert'])

/**
 * The protocol that ALPN or NPN has chosen.
 *
 * @returns `['ok', name]`; `['error', reason]`: `'protocol_not_negotiated'`, `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:negotiated_protocol/1`
 */
export const negotiated_protocol = (socket: SslSocket | SslListenSocket): Promise<Result<string, Reason>> =>
  call_connected(socket, ['negotiated_protocol'])

/**
 * What there is to know of a connection: `protocol` (the version), `cipher_suite`, `selected_cipher_suite` (the same as a
 * map), `sni_hostname`, `session_id`, `session_resumption`, `ecc` (`['named_curve', curve]`, of an exchange on a curve), `srp_username`, and its options,
 * but for keys, passwords and what tells them. `client_random`, `server_random`, `master_secret` and `keylog` (lines for
 * the file by which Wireshark reads a connection) are told only to those who name them.
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

/**
 * What has gone through the transport beneath, or through a listener: nothing. Encrypted bytes are counted, those of
 * handshakes among them.
 *
 * @param names - the counters wanted. Default: all
 * @returns `['ok', counters]`; `['error', reason]`: `'einval'` once it is closed, and for what is no counter; `'enotsup'`
 *   where the transport of `cb_info` does not count
 * @see OTP: `ssl:getstat/1,2`
 */
export function getstat<Name extends keyof Statistics = keyof Statistics>(
  { cb_info, transport_socket }: SslSocket | SslListenSocket,
  names?: readonly Name[],
): Result<Pick<Statistics, Name>, Reason> {
  const [transport] = cb_info
  return transport.getstat?.(transport_socket, names) ?? ['error', 'enotsup']
}

/** What the pseudo random function of a connection begins with: bytes, or what the handshake has made. */
export type PrfSecret = Uint8Array | 'master_secret'

/** What it goes on with. */
export type PrfSeed = readonly (Uint8Array | 'client_random' | 'server_random')[]

/**
 * Bytes from the pseudo random function of a connection, that of its version and cipher suite: both sides can make keys
 * of it that nobody else knows.
 *
 * @param label - what they are for; in a string each code unit is a byte
 * @param seed - in this order
 * @param length - how many bytes, at most 2^20
 * @returns `['ok', bytes]`; `['error', reason]`: `'badarg'`, `'undefined'` for SSL 3.0, which has no such function,
 *   `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:prf/5`; RFC 5246 §5, RFC 5705
 */
export const prf = async (
  socket: SslSocket | SslListenSocket,
  ...asked: readonly [secret: PrfSecret, label: Uint8Array | string, seed: PrfSeed, length: number]
): Promise<Result<Uint8Array, Reason>> => {
  const [secret, label, seed, length] = asked
  const are_bytes = typeof label === 'string' && [...label].every(unit => unit <= '\xff')
  const bytes = are_bytes ? Buffer.from(label, 'latin1') : label
  return call_connected(socket, ['prf', secret, bytes, seed, length])
}

/**
 * Keys for others out of the secret of a connection, which nobody else knows: RFC 5705, for channel bindings (RFC 9266)
 * and protocols that say so. Where both sides do not know extended master secret, RFC 7627, somebody in between can have
 * two connections with the same keys: they prove nothing then.
 *
 * @param labels - what each of the keys is for, at most 1000; in a string each code unit is a byte. Those of TLS itself are refused
 * @param contexts - of each, at most 65535 bytes; `'no_context'` is not the same as an empty one
 * @param lengths - of each, in bytes; all together at most 2^20
 * @param consume_secret - whether it is to be forgotten, which is so from TLS 1.3 on: before, it makes no difference.
 *   Default: true
 * @returns `['ok', keys]`; `['error', reason]`: `'bad_input'`, `'undefined'` for SSL 3.0, which has no such function,
 *   `'closed'`, `'enotconn'` for a listener
 * @see OTP: `ssl:export_key_materials/4,5`
 */
export const export_key_materials = async (
  socket: SslSocket | SslListenSocket,
  ...asked: readonly [
    labels: readonly (Uint8Array | string)[],
    contexts: readonly (Uint8Array | 'no_context')[],
    lengths: readonly number[],
    consume_secret?: boolean,
  ]
): Promise<Result<readonly Buffer[], Reason>> => call_connected(socket, ['export_key_materials', ...asked])

/**
 * Asks the process of a connection.
 *
 * @returns its answer; `['error', 'enotconn']` for a listener
 */
export const call_connected = async (
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
