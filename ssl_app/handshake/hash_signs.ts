// Signature schemes: the numbers that TLS gives to pairs of hash and signature, and what a signature looks like
// in a message.

import type * as provider from '../../apps/crypto/provider.ts'
import { type Codec, names, opaque, struct, uint16 } from '../../runtime/binary/codec.ts'
import { is_at_least } from '../record/tls_version.ts'
import { by_version } from './by_version.ts'

/** What a scheme is made of: how its signatures are computed, and the keys that can. */
export interface HashSign extends provider.SignatureScheme {
  readonly code: number
  readonly key_type: provider.KeyType
}

/**
 * RFC 5246 §7.4.1.4.1 (hash in the high byte, signature in the low one), RFC 8422 §5.1.3, RFC 8446 §4.2.3.
 * Those that the last one names have its name. In TLS 1.2 an ECDSA scheme does not determine the curve.
 */
const schemes = {
  rsa_pkcs1_md5: { code: 0x0101, algorithm: 'rsa', digest: 'md5', key_type: 'rsa' },
  rsa_pkcs1_sha1: { code: 0x0201, algorithm: 'rsa', digest: 'sha', key_type: 'rsa' },
  dsa_sha1: { code: 0x0202, algorithm: 'dsa', digest: 'sha', key_type: 'dsa' },
  ecdsa_sha1: { code: 0x0203, algorithm: 'ecdsa', digest: 'sha', key_type: 'ec' },
  rsa_pkcs1_sha224: { code: 0x0301, algorithm: 'rsa', digest: 'sha224', key_type: 'rsa' },
  dsa_sha224: { code: 0x0302, algorithm: 'dsa', digest: 'sha224', key_type: 'dsa' },
  ecdsa_sha224: { code: 0x0303, algorithm: 'ecdsa', digest: 'sha224', key_type: 'ec' },
  rsa_pkcs1_sha256: { code: 0x0401, algorithm: 'rsa', digest: 'sha256', key_type: 'rsa' },
  dsa_sha256: { code: 0x0402, algorithm: 'dsa', digest: 'sha256', key_type: 'dsa' },
  ecdsa_secp256r1_sha256: { code: 0x0403, algorithm: 'ecdsa', digest: 'sha256', key_type: 'ec' },
  rsa_pkcs1_sha384: { code: 0x0501, algorithm: 'rsa', digest: 'sha384', key_type: 'rsa' },
  ecdsa_secp384r1_sha384: { code: 0x0503, algorithm: 'ecdsa', digest: 'sha384', key_type: 'ec' },
  rsa_pkcs1_sha512: { code: 0x0601, algorithm: 'rsa', digest: 'sha512', key_type: 'rsa' },
  ecdsa_secp521r1_sha512: { code: 0x0603, algorithm: 'ecdsa', digest: 'sha512', key_type: 'ec' },
  rsa_pss_rsae_sha256: { code: 0x0804, algorithm: 'rsa_pss', digest: 'sha256', key_type: 'rsa' },
  rsa_pss_rsae_sha384: { code: 0x0805, algorithm: 'rsa_pss', digest: 'sha384', key_type: 'rsa' },
  rsa_pss_rsae_sha512: { code: 0x0806, algorithm: 'rsa_pss', digest: 'sha512', key_type: 'rsa' },
  ed25519: { code: 0x0807, algorithm: 'eddsa', digest: 'none', key_type: 'ed25519' },
  ed448: { code: 0x0808, algorithm: 'eddsa', digest: 'none', key_type: 'ed448' },
  rsa_pss_pss_sha256: { code: 0x0809, algorithm: 'rsa_pss', digest: 'sha256', key_type: 'rsa_pss' },
  rsa_pss_pss_sha384: { code: 0x080a, algorithm: 'rsa_pss', digest: 'sha384', key_type: 'rsa_pss' },
  rsa_pss_pss_sha512: { code: 0x080b, algorithm: 'rsa_pss', digest: 'sha512', key_type: 'rsa_pss' },
} as const satisfies Record<string, HashSign>

/** The name of a scheme that this implementation knows. */
export type SignatureScheme = keyof typeof schemes

/** All of them. */
export const signature_scheme_names = Object.keys(schemes) as readonly SignatureScheme[]

/** A scheme; one that has no name here stays its number. */
export type SignatureAndHashAlgorithm = SignatureScheme | number

/**
 * The struct `digitally-signed`. Before TLS 1.2 it has no `algorithm`: the key alone decides.
 * RFC 5246 §4.7, RFC 4346 §4.7
 */
export interface DigitallySigned {
  readonly algorithm?: SignatureAndHashAlgorithm
  readonly signature: Uint8Array
}

/** A scheme as it is written in messages; one without a name here stays its number. */
export const signature_scheme: Codec<SignatureAndHashAlgorithm> = names(
  uint16,
  Object.fromEntries(signature_scheme_names.map(name => [name, schemes[name].code])) as Record<
    SignatureScheme,
    number
  >,
)

/** What follows the parameters of a ServerKeyExchange, and all that a CertificateVerify is. */
export const digitally_signed = by_version<Codec<DigitallySigned>>(version =>
  is_at_least(version, 'tlsv1.2')
    ? struct({ algorithm: signature_scheme, signature: opaque(uint16) })
    : struct({ signature: opaque(uint16) }),
)

/** What a scheme is made of; undefined for a number without a name. */
export function hash_sign(scheme: SignatureAndHashAlgorithm): HashSign | undefined {
  return typeof scheme === 'number' ? undefined : schemes[scheme]
}

const schemes_before_tls_1_2: Readonly<Partial<Record<provider.KeyType, provider.SignatureScheme>>> = {
  rsa: { algorithm: 'rsa', digest: 'md5sha' },
  dsa: { algorithm: 'dsa', digest: 'sha' },
  ec: { algorithm: 'ecdsa', digest: 'sha' },
}

/**
 * How a key signs before TLS 1.2, where nothing else is negotiated.
 *
 * @returns undefined: it does not, EdDSA is newer
 * @see RFC 4346 §4.7, RFC 8422 §5.4
 */
export function scheme_of_key(type: provider.KeyType): provider.SignatureScheme | undefined {
  return schemes_before_tls_1_2[type]
}

const hash_sizes = { md5: 16, sha: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const

/**
 * Whether a key makes such signatures. An RSA key must have room for the hash and what stands around it, and one for
 * PSS may be restricted to a hash, and to salts that are longer than the scheme's (RFC 4055 §3.3).
 */
export function can_sign(
  scheme: SignatureScheme,
  key: Pick<provider.PrivateKey, 'type' | 'bits' | 'pss'>,
): boolean {
  const { algorithm, digest, key_type } = schemes[scheme]
  if (key_type !== key.type) return false
  if (key.pss && !is_unrestricted(key.pss, digest)) return false
  // RFC 8017 §9.1.1: two hashes and two bytes; §9.2: a DigestInfo of 19 bytes and 11 bytes of padding.
  if (algorithm === 'rsa_pss') return key.bits >= 8 * (2 * hash_sizes[digest] + 2)
  return algorithm !== 'rsa' || key.bits >= 8 * (hash_sizes[digest] + 19 + 11)
}

/** RFC 8446 §4.2.3: one hash for all, and a salt as long as that. */
const is_unrestricted = (pss: provider.PssParameters, digest: HashSign['digest']): boolean =>
  pss.digest === digest && pss.mgf1_digest === digest && pss.salt_length <= hash_sizes[digest]

/** What is offered and accepted in TLS 1.2, the preferred first. No MD5; SHA-1 and DSA, for those who have no more, last. */
export const default_signature_algs: readonly SignatureScheme[] = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  'ecdsa_sha224',
  'rsa_pkcs1_sha224',
  'ecdsa_sha1',
  'rsa_pkcs1_sha1',
  'dsa_sha256',
  'dsa_sha224',
  'dsa_sha1',
]
