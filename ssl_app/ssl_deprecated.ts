// What the module ssl has from earlier days, beside what took its place. Part of the module ssl.

import { strong_rand_bytes } from '../apps/crypto/crypto.ts'
import type { Reason, Result } from '../runtime/erlang/term.ts'
import type { SslListenSocket, SslSocket } from './connection/ssl_socket.ts'
import type { ErlangSuite } from './record/cipher_suites.ts'
import type { ProtocolVersion } from './record/tls_version.ts'
import { connection_information, negotiated_protocol } from './ssl_information.ts'

/**
 * The version and the cipher suite of a connection.
 *
 * @returns `['ok', [version, suite]]`; `['error', reason]` as of {@link connection_information}
 * @deprecated in OTP: {@link connection_information} tells more
 * @see OTP: `ssl:connection_info/1`
 */
export async function connection_info(
  socket: SslSocket | SslListenSocket,
): Promise<Result<readonly [ProtocolVersion, ErlangSuite], Reason>> {
  const told = await connection_information(socket, ['protocol', 'cipher_suite'])
  return told[0] === 'ok' ? ['ok', [told[1].protocol, told[1].cipher_suite]] : told
}

/**
 * As {@link negotiated_protocol}, but where no protocol was negotiated it says `'next_protocol_not_negotiated'`.
 *
 * @deprecated in OTP
 * @see OTP: `ssl:negotiated_next_protocol/1`
 */
export async function negotiated_next_protocol(
  socket: SslSocket | SslListenSocket,
): Promise<Result<string, Reason>> {
  const told = await negotiated_protocol(socket)
  return told[1] === 'protocol_not_negotiated' && told[0] === 'error'
    ? ['error', 'next_protocol_not_negotiated']
    : told
}

/** What {@link session_info} tells. */
export interface SessionInfo {
  readonly session_id: Uint8Array
  readonly cipher_suite: ErlangSuite
}

/**
 * The session of a connection.
 *
 * @returns it alone, without an `'ok'`; `['error', reason]` as of {@link connection_information}
 * @deprecated in OTP: {@link connection_information} tells more
 * @see OTP: `ssl:session_info/1`
 */
export async function session_info(
  socket: SslSocket | SslListenSocket,
): Promise<SessionInfo | readonly ['error', Reason]> {
  const told = await connection_information(socket, ['session_id', 'cipher_suite'])
  return told[0] === 'ok' ? (told[1] as unknown as SessionInfo) : told
}

/**
 * Bytes that cannot be guessed.
 *
 * @param size - how many
 * @deprecated in OTP: `strong_rand_bytes` of `crypto`
 * @see OTP: `ssl:random_bytes/1`
 */
export const random_bytes = (size: number): Uint8Array => strong_rand_bytes(size)
