// That a renegotiation goes on from the handshake before it, and that nobody has put one in front: both sides tell what
// that handshake has proved. RFC 5746

import { hash_equals } from '../../apps/crypto/crypto.ts'
import { renegotiation_info_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { HandshakeData } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { get_extension } from './hello_extensions.ts'

/**
 * Server: whether the client knows RFC 5746.
 *
 * @throws {@link Alert} `handshake_failure`: it does not go on from the same handshake; `no_renegotiation`: it has to
 *   know, and does not
 * @see RFC 5746 §3.6, §3.7 and §4.4
 */
export function check_client({ previous, config }: HandshakeData, hello: ClientHello): boolean {
  const told = get_extension(hello.extensions, 'renegotiation_info')
  const has_scsv = hello.cipher_suites.includes(renegotiation_info_scsv)
  if (previous === undefined) {
    refuse_unless(told === undefined || told.length === 0)
    return told !== undefined || has_scsv
  }
  refuse_unless(!has_scsv)
  if (previous.secure_renegotiation) {
    refuse_unless(told !== undefined && hash_equals(told, previous.verify_data.client!))
    return true
  }
  refuse_unless(told === undefined)
  if (config.secure_renegotiate) throw new Alert('no_renegotiation', 'not without RFC 5746')
  return false
}

/** Server: what it answers to a client that knows RFC 5746. */
export const server_info = ({ previous }: HandshakeData): Uint8Array =>
  previous ? both_proofs(previous) : new Uint8Array(0)

/**
 * Client: whether the server knows RFC 5746.
 *
 * @throws {@link Alert} `handshake_failure`: it does not go on from the same handshake
 * @see RFC 5746 §3.4, §3.5 and §4.2
 */
export function check_server({ previous }: HandshakeData, hello: ServerHello): boolean {
  const told = get_extension(hello.extensions, 'renegotiation_info')
  if (previous?.secure_renegotiation) {
    refuse_unless(told !== undefined && hash_equals(told, both_proofs(previous)))
    return true
  }
  refuse_unless(told === undefined || (previous === undefined && told.length === 0))
  return told !== undefined
}

function both_proofs({ verify_data: { client, server } }: HandshakeData): Uint8Array {
  return Buffer.concat([client!, server!])
}

function refuse_unless(good: boolean): void {
  if (!good) throw new Alert('handshake_failure', 'renegotiation_info')
}
