// How both sides prove that a key is theirs. From TLS 1.2 on a message says by which scheme; before, the key's type
// decides.

import { type IoData, type PrivateKey, type PublicKey, sign, verify } from '../../apps/crypto/crypto.ts'
import type * as provider from '../../apps/crypto/provider.ts'
import { signed_messages } from '../record/key_schedule.ts'
import { Alert } from '../record/ssl_alert.ts'
import { is_at_least } from '../record/tls_version.ts'
import type { HandshakeData, OwnIdentity } from './handshake_data.ts'
import {
  can_sign,
  type DigitallySigned,
  hash_sign,
  type SignatureAndHashAlgorithm,
  type SignatureScheme,
  scheme_of_key,
} from './hash_signs.ts'

/** What is signed, and how where that depends on more than the key. */
interface Signable {
  readonly content: IoData
  readonly digest?: 'none' | undefined
}

// ---- Shares

/** Signs a server's share, together with both randoms. RFC 5246 §7.4.3 */
export const sign_params = (data: HandshakeData, params: Uint8Array): DigitallySigned =>
  sign_with(data, { content: with_randoms(data, params) })

/**
 * Whether the server has signed its share.
 *
 * @throws {@link Alert} `illegal_parameter`: by a scheme that was not offered, or not one for its key
 */
export const are_signed = (data: HandshakeData, signed: DigitallySigned, params: Uint8Array): boolean =>
  is_signed(data, signed, { content: with_randoms(data, params) })

// ---- The handshake

/**
 * Signs all messages so far with the own key.
 *
 * @see RFC 5246 §7.4.8; RFC 6101 §5.6.8
 */
export function sign_handshake(data: HandshakeData): DigitallySigned {
  const { type } = data.own!.key
  return sign_with(data, signed_messages(data.version!, data.master_secret!, data.history, type))
}

/**
 * Whether the peer has signed all messages before the last one.
 *
 * @throws {@link Alert} as {@link are_signed}
 */
export function is_handshake_signed(data: HandshakeData, signed: DigitallySigned): boolean {
  const { type } = data.peer!.public_key
  const before = data.history.slice(0, -1)
  return is_signed(data, signed, signed_messages(data.version!, data.master_secret!, before, type))
}

// ---- Schemes

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
 * How somebody signs in this handshake.
 *
 * @param listed - what the peer understands, from TLS 1.2 on
 * @returns undefined: not at all; else the scheme, itself undefined before TLS 1.2
 */
export function own_scheme(
  own: OwnIdentity,
  { version, config }: HandshakeData,
  listed: readonly SignatureAndHashAlgorithm[] | undefined,
): Pick<HandshakeData, 'own' | 'scheme'> | undefined {
  if (is_at_least(version!, 'tlsv1.2')) {
    const scheme = find_scheme(own.key, config.signature_algs, listed)
    return scheme && { own, scheme }
  }
  return scheme_of_key(own.key.type) && { own, scheme: undefined }
}

// ---- Internals

const with_randoms = ({ client_random, server_random }: HandshakeData, params: Uint8Array): Uint8Array[] => [
  client_random!,
  server_random!,
  params,
]

function sign_with({ own, scheme }: HandshakeData, { content, digest }: Signable): DigitallySigned {
  const { key } = own!
  if (scheme) return { algorithm: scheme, signature: sign(hash_sign(scheme)!, content, key) }
  return { signature: sign(legacy_scheme(key, digest), content, key) }
}

function is_signed(data: HandshakeData, signed: DigitallySigned, { content, digest }: Signable): boolean {
  const key = data.peer!.public_key
  const how = is_at_least(data.version!, 'tlsv1.2')
    ? offered_scheme(data.config.signature_algs, signed, key)
    : legacy_scheme(key, digest)
  return verify(how, content, signed.signature, key)
}

function offered_scheme(
  offered: readonly SignatureScheme[],
  { algorithm }: DigitallySigned,
  key: PublicKey,
): provider.SignatureScheme {
  const scheme = offered.find(name => name === algorithm)
  const how = scheme && hash_sign(scheme)
  if (how?.key_type !== key.type) throw new Alert('illegal_parameter', ['signature', algorithm])
  return how
}

/** RFC 4346 §7.4.3 */
function legacy_scheme(key: PrivateKey | PublicKey, digest: 'none' | undefined): provider.SignatureScheme {
  const scheme = scheme_of_key(key.type)
  if (scheme === undefined) throw new Alert('unsupported_certificate', ['key', key.type])
  return digest === undefined ? scheme : { ...scheme, digest }
}
