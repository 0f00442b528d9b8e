// Keys from their DER, in each of the forms that files have: PKCS#1, SEC 1, PKCS#8, SubjectPublicKeyInfo.
// crypto takes PKCS#8 and SubjectPublicKeyInfo only, so that the other forms are wrapped into these.

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { PrivateKey, PublicKey } from '../crypto/crypto.ts'
import { private_key_from_pkcs8, public_key_from_spki } from '../crypto/crypto.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import {
  bit_string,
  element,
  integer,
  null_value,
  object_identifier,
  octet_string,
  sequence,
} from './pubkey_der_writer.ts'
import * as oids from './pubkey_oids.ts'

/** OTP: the ASN.1 types of private keys. */
export type PrivateKeyType = 'RSAPrivateKey' | 'DSAPrivateKey' | 'ECPrivateKey' | 'PrivateKeyInfo'

/**
 * A private key.
 *
 * @throws {@link DecodeError} also for a kind of key that crypto does not know, such as one on an unnamed curve
 */
export function decode_private_key(type: PrivateKeyType, der: Uint8Array): PrivateKey {
  const key = private_key_from_pkcs8(pkcs8[type](der))
  if (!key) throw new DecodeError(`not a ${type} that crypto knows`)
  return key
}

/**
 * A public key from its SubjectPublicKeyInfo, RFC 5280 §4.1.2.7.
 *
 * @throws {@link DecodeError} as of {@link decode_private_key}
 */
export function decode_public_key(spki: Uint8Array): PublicKey {
  const key = public_key_from_spki(spki)
  if (!key) throw new DecodeError('not a public key that crypto knows')
  return key
}

/** As {@link decode_public_key}, from PKCS#1's RSAPublicKey: RFC 8017 appendix A.1.1. */
export function decode_rsa_public_key(der: Uint8Array): PublicKey {
  return decode_public_key(
    sequence(sequence(object_identifier(oids.rsaEncryption), null_value()), bit_string(der)),
  )
}

const certified_keys = new WeakMap<OTPCertificate, PublicKey>()

/** The key that a certificate certifies, taken apart once only; undefined when crypto does not know such keys. */
export function certified_key(certificate: OTPCertificate): PublicKey | undefined {
  const known = certified_keys.get(certificate)
  if (known) return known
  const key = public_key_from_spki(certificate.tbsCertificate.subjectPublicKeyInfo.der)
  if (key) certified_keys.set(certificate, key)
  return key
}

/**
 * The key that a certificate certifies. The parameters of a DSA key may be left to the issuer's key, if that is one too:
 * RFC 5280 §6.1.4 (d) to (f).
 *
 * @returns undefined when crypto does not know such keys
 */
export function certified_key_below(
  certificate: OTPCertificate,
  issuer_key: PublicKey | undefined,
): PublicKey | undefined {
  return certified_key(certificate) ?? with_parameters_of(issuer_key, certificate)
}

/**
 * The key that the last certificate of a path certifies.
 *
 * @param path - from the anchor on; not empty
 * @throws {@link DecodeError} as of {@link decode_public_key}
 */
export function path_public_key(path: readonly OTPCertificate[]): PublicKey {
  let key: PublicKey | undefined
  for (const certificate of path) key = certified_key_below(certificate, key)
  if (!key) throw new DecodeError('not a public key that crypto knows')
  return key
}

function with_parameters_of(
  issuer_key: PublicKey | undefined,
  { tbsCertificate }: OTPCertificate,
): PublicKey | undefined {
  const { algorithm: own, subjectPublicKey } = tbsCertificate.subjectPublicKeyInfo
  if (issuer_key?.type !== 'dsa' || own.algorithm !== oids.id_dsa || own.parameters) return undefined
  const [algorithm] = read_der(issuer_key.spki, from => from.list(universal.sequence, part => part.element()))
  return public_key_from_spki(sequence(algorithm!.der, bit_string(subjectPublicKey)))
}

/**
 * The key that a certificate certifies.
 *
 * @throws {@link DecodeError} as of {@link decode_public_key}
 */
export function subject_public_key(certificate: OTPCertificate): PublicKey {
  const key = certified_key(certificate)
  if (!key) throw new DecodeError('not a public key that crypto knows')
  return key
}

const pkcs8: { readonly [Type in PrivateKeyType]: (der: Uint8Array) => Uint8Array } = {
  PrivateKeyInfo: der => der,
  RSAPrivateKey: der => private_key_info(sequence(object_identifier(oids.rsaEncryption), null_value()), der),
  DSAPrivateKey: der => read_der(der, wrap_dsa),
  ECPrivateKey: der =>
    private_key_info(sequence(object_identifier(oids.id_ecPublicKey), read_der(der, read_curve)), der),
}

/** RFC 5958 §2 */
function private_key_info(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return sequence(integer(0), algorithm, octet_string(key))
}

/** OpenSSL's own form: version, p, q, g, y and x in a row. */
function wrap_dsa(from: DerReader): Uint8Array {
  const [, p, q, g, , x] = from.list(universal.sequence, number =>
    element(universal.integer, number.integer_bytes()),
  )
  if (!p || !q || !g || !x) throw new DecodeError('not a DSAPrivateKey')
  return private_key_info(sequence(object_identifier(oids.id_dsa), sequence(p, q, g)), x)
}

/** RFC 5915 §3: the curve may stand outside of it, but then nobody can tell it from here. */
function read_curve(from: DerReader): Uint8Array {
  return from.enter(universal.sequence, key => {
    key.small_integer()
    key.octet_string()
    const curve = key.optional(context_constructed(0), parameters => parameters.element().der)
    if (!curve) throw new DecodeError('an ECPrivateKey without its curve')
    key.until_end(rest => rest.element())
    return curve
  })
}
