// What both sides do in a handshake: write messages, prove who they are, and check the other's proofs.

import {
  hash_equals,
  type IoData,
  type PrivateKey,
  type PublicKey,
  sign,
  verify,
} from '../../apps/crypto/crypto.ts'
import { validate_peer } from '../certificate/ssl_certificate.ts'
import { Alert } from '../record/ssl_alert.ts'
import { finished, handshake_hash, prf_hash, type Role } from '../record/tls_v1.ts'
import type { Certificate } from './certificates.ts'
import type { Facts } from './chart_table.ts'
import type { Action, Environment, HandshakeData, Peer, Step } from './handshake_data.ts'
import {
  can_sign,
  type DigitallySigned,
  hash_sign,
  type SignatureAndHashAlgorithm,
  type SignatureScheme,
} from './hash_signs.ts'
import { encode_handshake, type Handshake } from './tls_handshake.ts'

/** What the charts are asked by. */
export const facts = (data: HandshakeData): Facts => ({
  resumed: data.resumed,
  certificate_not_requested: data.config.path.verify === 'verify_none',
  nothing_to_verify: data.peer === undefined,
})

/** 28 bytes of chance behind the time in seconds. RFC 5246 §7.4.1.2 */
export function hello_random(environment: Environment): Uint8Array {
  const random = new Uint8Array(32)
  new DataView(random.buffer).setUint32(0, Math.floor(environment.system_time() / 1000) % 2 ** 32)
  random.set(environment.random_bytes(28), 4)
  return random
}

/** Writes messages: they become part of the handshake's history, and are to be sent. */
export function write(data: HandshakeData, ...messages: readonly Handshake[]): [HandshakeData, Action[]] {
  const written = messages.map(message => encode_handshake(message, data.version ?? 'tlsv1.2'))
  return [{ ...data, history: [...data.history, ...written] }, written.map(bytes => ['send', bytes] as const)]
}

/** All messages before the one that has just come. */
export const history_before = (data: HandshakeData): readonly Uint8Array[] => data.history.slice(0, -1)

/** The own Finished, behind the `change_cipher_spec` that it is sent under. RFC 5246 §7.4.9 */
export function finish(data: HandshakeData): Step {
  const [written, actions] = write(data, ['finished', verify_data(data, data.role, data.history)])
  return [written, ['change_cipher_spec'], ...actions]
}

/**
 * Checks the peer's Finished.
 *
 * @throws {@link Alert} `decrypt_error`: the two sides have not seen the same handshake
 */
export function check_finished(data: HandshakeData, received: Uint8Array): void {
  const peer = data.role === 'client' ? 'server' : 'client'
  if (!hash_equals(received, verify_data(data, peer, history_before(data))))
    throw new Alert('decrypt_error', 'finished')
}

function verify_data(data: HandshakeData, sender: Role, history: readonly Uint8Array[]): Uint8Array {
  const type = prf_hash(data.version!, data.suite!)
  return finished(type, data.master_secret!, sender, handshake_hash(type, history))
}

/**
 * The peer, once its certificates have been checked.
 *
 * @returns undefined: it has shown none
 * @throws {@link Alert} by cause, as path validation tells
 */
export function certify(data: HandshakeData, { certificate_list }: Certificate): Peer | undefined {
  if (certificate_list.length === 0) return undefined
  const { config, environment } = data
  return validate_peer(certificate_list, config.trusted, config.path, environment.system_time())
}

/**
 * Signs with the own key.
 *
 * @param scheme - as chosen by {@link choose_scheme}
 */
export function sign_with(key: PrivateKey, scheme: SignatureScheme, content: IoData): DigitallySigned {
  return { algorithm: scheme, signature: sign(hash_sign(scheme)!, content, key) }
}

/**
 * Whether a signature of the peer is right.
 *
 * @param offered - the schemes that the peer was told of
 * @throws {@link Alert} `illegal_parameter`: a scheme that was not offered, or not one for this key
 */
export function is_signed(
  signed: DigitallySigned,
  content: IoData,
  key: PublicKey,
  offered: readonly SignatureScheme[],
): boolean {
  const scheme = offered.find(name => name === signed.algorithm)
  const how = scheme && hash_sign(scheme)
  if (how?.key_type !== key.type) throw new Alert('illegal_parameter', ['signature', signed.algorithm])
  return verify(how, content, signed.signature, key)
}

/**
 * The scheme to sign with: the first that the peer lists which the own key can do and is one of ours.
 *
 * @param listed - undefined when the peer has not told: then SHA-1, as RFC 5246 §7.4.1.4.1 has it
 * @returns undefined: none in common
 */
export function find_scheme(
  key: PrivateKey,
  own: readonly SignatureScheme[],
  listed: readonly SignatureAndHashAlgorithm[] | undefined,
): SignatureScheme | undefined {
  const fallback: readonly SignatureScheme[] = ['rsa_pkcs1_sha1', 'ecdsa_sha1', 'dsa_sha1']
  return (listed ?? fallback).find(
    (scheme): scheme is SignatureScheme =>
      typeof scheme === 'string' && own.includes(scheme) && can_sign(scheme, key),
  )
}

/**
 * As {@link find_scheme}, for those who cannot do without.
 *
 * @throws {@link Alert} `handshake_failure`: none in common
 */
export function choose_scheme(...[key, own, listed]: Parameters<typeof find_scheme>): SignatureScheme {
  const found = find_scheme(key, own, listed)
  if (found === undefined) throw new Alert('handshake_failure', 'no common signature algorithm')
  return found
}
