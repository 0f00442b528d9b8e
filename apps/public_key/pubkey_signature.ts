// What the algorithm identifiers in certificates stand for, and whether a certificate is signed by a key.

import type { HashType, PublicKey, SignatureScheme } from '../crypto/crypto.ts'
import { verify } from '../crypto/crypto.ts'
import type { AlgorithmIdentifier, OTPCertificate } from './otp_certificate.ts'
import { read_algorithm_identifier } from './otp_certificate.ts'
import { context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { equal_bytes } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'

/** RFC 3279 §2.2, RFC 4055 §5, RFC 5758 §3, RFC 8410 §3 */
const schemes: ReadonlyMap<Oid, SignatureScheme> = new Map<Oid, SignatureScheme>([
  ['1.2.840.113549.1.1.4', { algorithm: 'rsa', digest: 'md5' }],
  ['1.2.840.113549.1.1.5', { algorithm: 'rsa', digest: 'sha' }],
  ['1.2.840.113549.1.1.14', { algorithm: 'rsa', digest: 'sha224' }],
  ['1.2.840.113549.1.1.11', { algorithm: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { algorithm: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { algorithm: 'rsa', digest: 'sha512' }],
  ['1.2.840.10040.4.3', { algorithm: 'dsa', digest: 'sha' }],
  ['2.16.840.1.101.3.4.3.1', { algorithm: 'dsa', digest: 'sha224' }],
  ['2.16.840.1.101.3.4.3.2', { algorithm: 'dsa', digest: 'sha256' }],
  ['1.2.840.10045.4.1', { algorithm: 'ecdsa', digest: 'sha' }],
  ['1.2.840.10045.4.3.1', { algorithm: 'ecdsa', digest: 'sha224' }],
  ['1.2.840.10045.4.3.2', { algorithm: 'ecdsa', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { algorithm: 'ecdsa', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { algorithm: 'ecdsa', digest: 'sha512' }],
  [oids.id_Ed25519, { algorithm: 'eddsa', digest: 'none' }],
  [oids.id_Ed448, { algorithm: 'eddsa', digest: 'none' }],
])

const hashes: ReadonlyMap<Oid, HashType> = new Map<Oid, HashType>([
  [oids.id_md5, 'md5'],
  [oids.id_sha1, 'sha'],
  [oids.id_sha224, 'sha224'],
  [oids.id_sha256, 'sha256'],
  [oids.id_sha384, 'sha384'],
  [oids.id_sha512, 'sha512'],
])

/** In bytes: no key has room for a longer one. */
const max_salt_length = 2048

const hash_size = { md5: 16, sha: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const

/**
 * How such signatures are made; undefined for an algorithm that is unknown, or whose parameters are.
 *
 * @throws {@link DecodeError} when the parameters of RSASSA-PSS are malformed
 */
export function signature_scheme({
  algorithm,
  parameters,
}: AlgorithmIdentifier): SignatureScheme | undefined {
  if (algorithm === oids.id_RSASSA_PSS) return parameters && read_der(parameters, read_pss_parameters)
  return schemes.get(algorithm)
}

/** The hash function with this object identifier. RFC 3279 §2.1, RFC 4055 §2.1 */
export function hash_type(oid: Oid): HashType | undefined {
  return hashes.get(oid)
}

/** By whose key each certificate is known to be signed: whoever builds a path and then validates it asks twice. */
const proven = new WeakMap<OTPCertificate, PublicKey>()

/** Whether the owner of `key` signed `certificate`. Errors as of {@link signature_scheme}. */
export function is_signed_by(certificate: OTPCertificate, key: PublicKey): boolean {
  if (proven.get(certificate) === key) return true
  if (!has_signature_of(certificate, key)) return false
  proven.set(certificate, key)
  return true
}

function has_signature_of(certificate: OTPCertificate, key: PublicKey): boolean {
  const { tbsCertificate, signatureAlgorithm, signature } = certificate
  // RFC 5280 §4.1.1.2: only the inner one is signed, so that the outer one counts for nothing unless it agrees.
  if (!is_same_algorithm(tbsCertificate.signature, signatureAlgorithm)) return false
  const scheme = signature_scheme(signatureAlgorithm)
  return scheme !== undefined && verify(scheme, tbsCertificate.der, signature, key)
}

function is_same_algorithm(left: AlgorithmIdentifier, right: AlgorithmIdentifier): boolean {
  const none = new Uint8Array()
  return left.algorithm === right.algorithm && equal_bytes(left.parameters ?? none, right.parameters ?? none)
}

/** RFC 4055 §3.1 */
function read_pss_parameters(from: DerReader): SignatureScheme | undefined {
  return from.enter(universal.sequence, inside => {
    const hash = inside.optional(context_constructed(0), read_algorithm_identifier)
    const mask = inside.optional(context_constructed(1), read_algorithm_identifier)
    const salt_length = inside.optional(context_constructed(2), size => size.small_integer()) ?? 20
    const trailer = inside.optional(context_constructed(3), field => field.small_integer()) ?? 1

    const digest = hashes.get(hash?.algorithm ?? oids.id_sha1)
    const mgf1_digest = mask_digest(mask)
    if (!digest || !mgf1_digest || trailer !== 1 || salt_length > max_salt_length) return undefined
    return {
      algorithm: 'rsa_pss',
      digest,
      ...(mgf1_digest !== digest && { mgf1_digest }),
      ...(salt_length !== hash_size[digest] && { salt_length }),
    }
  })
}

function mask_digest(mask: AlgorithmIdentifier | undefined): HashType | undefined {
  if (!mask) return 'sha'
  if (mask.algorithm !== oids.id_mgf1 || !mask.parameters) return undefined
  return hashes.get(read_der(mask.parameters, read_algorithm_identifier).algorithm)
}
