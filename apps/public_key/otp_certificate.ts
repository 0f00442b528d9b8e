// A certificate as OTP's public_key decodes it, `#'OTPCertificate'{}`: RFC 5280 §4.1. Read by hand, since each
// handshake decodes a chain of them.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { context, context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { type Extension, read_extensions } from './pubkey_extensions.ts'
import { type Name, read_name } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'

/** RFC 5280 §4.1. OTP: `#'OTPCertificate'{}`. */
export interface OTPCertificate {
  readonly tbsCertificate: OTPTBSCertificate
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  /** All of it, as it was decoded. */
  readonly der: Uint8Array
}

/** What the issuer signs: RFC 5280 §4.1.2. OTP: `#'OTPTBSCertificate'{}`. */
export interface OTPTBSCertificate {
  readonly version: 'v1' | 'v2' | 'v3'
  readonly serialNumber: bigint
  /** Which algorithm the issuer says that it signed with. */
  readonly signature: AlgorithmIdentifier
  readonly issuer: Name
  readonly validity: Validity
  readonly subject: Name
  readonly subjectPublicKeyInfo: OTPSubjectPublicKeyInfo
  /** In the order of the certificate; none in versions 1 and 2. */
  readonly extensions: readonly Extension[]
  /** What is signed. */
  readonly der: Uint8Array
}

/** Both ends belong to it. Milliseconds since 1970; `NaN` for what is not a time in the form of RFC 5280 §4.1.2.5. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/** RFC 5280 §4.1.2.7. OTP: `#'OTPSubjectPublicKeyInfo'{}`. */
export interface OTPSubjectPublicKeyInfo {
  readonly algorithm: AlgorithmIdentifier
  /** The key in its algorithm's own encoding. */
  readonly subjectPublicKey: Uint8Array
  /** All of it, as `crypto.public_key_from_spki` takes it. */
  readonly der: Uint8Array
}

/** RFC 5280 §4.1.1.2 */
export interface AlgorithmIdentifier {
  readonly algorithm: Oid
  /** DER of whatever the algorithm needs to be told. */
  readonly parameters?: Uint8Array
}

/**
 * A certificate from its DER. Names, times and the common extensions are decoded; byte strings are views of `der`.
 *
 * @throws {@link DecodeError} unless `der` is exactly one certificate
 * @see OTP: `public_key:pkix_decode_cert/2` with `otp`
 */
export function decode_certificate(der: Uint8Array): OTPCertificate {
  return read_der(der, from =>
    from.enter(universal.sequence, certificate => {
      const [tbs, tbs_der] = certificate.with_der(read_tbs_certificate)
      const signatureAlgorithm = read_algorithm_identifier(certificate)
      const signature = certificate.bit_string_bytes()
      return { tbsCertificate: { ...tbs, der: tbs_der }, signatureAlgorithm, signature, der }
    }),
  )
}

/** RFC 5280 §4.1.1.2 */
export function read_algorithm_identifier(from: DerReader): AlgorithmIdentifier {
  return from.enter(universal.sequence, inside => {
    const algorithm = inside.object_identifier()
    return inside.at_end ? { algorithm } : { algorithm, parameters: inside.element().der }
  })
}

/** RFC 5280 §4.1.2.7 */
export function read_subject_public_key_info(from: DerReader): OTPSubjectPublicKeyInfo {
  const [key, der] = from.with_der(whole =>
    whole.enter(universal.sequence, inside => ({
      algorithm: read_algorithm_identifier(inside),
      subjectPublicKey: inside.bit_string_bytes(),
    })),
  )
  return { ...key, der }
}

function read_tbs_certificate(from: DerReader): Omit<OTPTBSCertificate, 'der'> {
  return from.enter(universal.sequence, tbs => {
    const version = tbs.optional(context_constructed(0), read_version) ?? 'v1'
    const serialNumber = tbs.integer()
    const signature = read_algorithm_identifier(tbs)
    const issuer = read_name(tbs)
    const validity = tbs.enter(universal.sequence, read_validity)
    const subject = read_name(tbs)
    const subjectPublicKeyInfo = read_subject_public_key_info(tbs)
    if (version !== 'v1') skip_unique_ids(tbs)
    const extensions = version === 'v3' ? tbs.optional(context_constructed(3), read_extensions) : undefined
    return {
      version,
      serialNumber,
      signature,
      issuer,
      validity,
      subject,
      subjectPublicKeyInfo,
      extensions: extensions ?? [],
    }
  })
}

function read_version(from: DerReader): 'v1' | 'v2' | 'v3' {
  const version = (['v1', 'v2', 'v3'] as const)[from.small_integer()]
  if (version === undefined) throw new DecodeError('no such version of certificates')
  return version
}

function read_validity(from: DerReader): Validity {
  return { notBefore: read_time(from), notAfter: read_time(from) }
}

/** What is not a time is for path validation to say, and for a verify_fun to overlook. */
function read_time(from: DerReader): number {
  const { tag, der } = from.element()
  if (tag !== universal.utc_time && tag !== universal.generalized_time) throw new DecodeError('not a time')
  try {
    return read_der(der, time => time.time())
  } catch (error) {
    if (error instanceof DecodeError) return Number.NaN
    throw error
  }
}

/** Of issuer and subject, from the days when a name could pass to another. */
function skip_unique_ids(from: DerReader): void {
  for (const tag of [context(1), context(2)]) {
    if (from.next_is(tag)) from.content(tag)
  }
}
