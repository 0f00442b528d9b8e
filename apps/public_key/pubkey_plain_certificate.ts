// A certificate as its ASN.1 has it and no further, `#'Certificate'{}` of OTP: values of names and of extensions stay
// DER, and times text. RFC 5280 §4.1

import { DecodeError } from '../../runtime/binary/reader.ts'
import { type AlgorithmIdentifier, read_algorithm_identifier } from './otp_certificate.ts'
import { write_algorithm, write_public_key_info } from './pubkey_certificate_writer.ts'
import { big_integer, write_extension } from './pubkey_crl_writer.ts'
import { context, context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { bit_string, element, integer, object_identifier, sequence } from './pubkey_der_writer.ts'
import type { Oid } from './pubkey_oids.ts'

/** RFC 5280 §4.1. OTP: `#'Certificate'{}`. */
export interface Certificate {
  readonly tbsCertificate: TBSCertificate
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

/** RFC 5280 §4.1.2. OTP: `#'TBSCertificate'{}`. */
export interface TBSCertificate {
  readonly version: PlainVersion
  readonly serialNumber: bigint
  readonly signature: AlgorithmIdentifier
  readonly issuer: PlainName
  readonly validity: { readonly notBefore: PlainTime; readonly notAfter: PlainTime }
  readonly subject: PlainName
  readonly subjectPublicKeyInfo: SubjectPublicKeyInfo
  /** The content of a bit string, beginning with the number of bits that are not used. */
  readonly issuerUniqueID?: Uint8Array
  readonly subjectUniqueID?: Uint8Array
  readonly extensions?: readonly PlainExtension[]
}

/** RFC 5280 §4.1.2.1 */
export type PlainVersion = (typeof versions)[number]

/** RFC 5280 §4.1.2.4; the value of an attribute is its DER. OTP: `{rdnSequence, _}`. */
export interface PlainName {
  readonly rdnSequence: readonly (readonly { readonly type: Oid; readonly value: Uint8Array }[])[]
}

/** `YYMMDDHHMMSSZ`, or with four digits for the year: RFC 5280 §4.1.2.5. */
export type PlainTime = readonly ['utcTime' | 'generalTime', string]

/** RFC 5280 §4.1.2.7. OTP: `#'SubjectPublicKeyInfo'{}`. */
export interface SubjectPublicKeyInfo {
  readonly algorithm: AlgorithmIdentifier
  readonly subjectPublicKey: Uint8Array
}

/** RFC 5280 §4.1. OTP: `#'Extension'{}`, its value not decoded. */
export interface PlainExtension {
  readonly extnID: Oid
  readonly critical: boolean
  readonly extnValue: Uint8Array
}

const versions = ['v1', 'v2', 'v3'] as const

/** @throws {@link DecodeError} unless `der` is exactly one certificate */
export function decode_plain_certificate(der: Uint8Array): Certificate {
  return read_der(der, from =>
    from.enter(universal.sequence, certificate => ({
      tbsCertificate: read_tbs(certificate),
      signatureAlgorithm: read_algorithm_identifier(certificate),
      signature: certificate.bit_string_bytes(),
    })),
  )
}

/** The DER of a certificate. */
export function write_plain_certificate(certificate: Certificate): Uint8Array {
  const { tbsCertificate, signatureAlgorithm, signature } = certificate
  return sequence(write_plain_tbs(tbsCertificate), write_algorithm(signatureAlgorithm), bit_string(signature))
}

/** The DER of what is signed. */
export function write_plain_tbs(tbs: TBSCertificate): Uint8Array {
  const { issuerUniqueID, subjectUniqueID, extensions } = tbs
  const version = versions.indexOf(tbs.version)
  return sequence(
    ...(version === 0 ? [] : [element(context_constructed(0), integer(version))]),
    big_integer(tbs.serialNumber),
    write_algorithm(tbs.signature),
    write_plain_name(tbs.issuer),
    sequence(write_plain_time(tbs.validity.notBefore), write_plain_time(tbs.validity.notAfter)),
    write_plain_name(tbs.subject),
    write_public_key_info(tbs.subjectPublicKeyInfo),
    ...(issuerUniqueID ? [element(context(1), issuerUniqueID)] : []),
    ...(subjectUniqueID ? [element(context(2), subjectUniqueID)] : []),
    ...(extensions
      ? [element(context_constructed(3), sequence(...extensions.map(write_plain_extension)))]
      : []),
  )
}

// ---- Reading

function read_tbs(from: DerReader): TBSCertificate {
  return from.enter(universal.sequence, tbs => ({
    version: tbs.optional(context_constructed(0), read_version) ?? 'v1',
    serialNumber: tbs.integer(),
    signature: read_algorithm_identifier(tbs),
    issuer: read_plain_name(tbs),
    validity: tbs.enter(universal.sequence, inside => ({
      notBefore: read_plain_time(inside),
      notAfter: read_plain_time(inside),
    })),
    subject: read_plain_name(tbs),
    subjectPublicKeyInfo: tbs.enter(universal.sequence, inside => ({
      algorithm: read_algorithm_identifier(inside),
      subjectPublicKey: inside.bit_string_bytes(),
    })),
    ...(tbs.next_is(context(1)) && { issuerUniqueID: tbs.content(context(1)) }),
    ...(tbs.next_is(context(2)) && { subjectUniqueID: tbs.content(context(2)) }),
    ...(tbs.next_is(context_constructed(3)) && {
      extensions: tbs.enter(context_constructed(3), inside =>
        inside.list(universal.sequence, read_plain_extension),
      ),
    }),
  }))
}

function read_version(from: DerReader): PlainVersion {
  const version = versions[from.small_integer()]
  if (version === undefined) throw new DecodeError('no such version of certificates')
  return version
}

function read_plain_name(from: DerReader): PlainName {
  const rdnSequence = from.list(universal.sequence, rdn =>
    rdn.list(universal.set, attribute =>
      attribute.enter(universal.sequence, inside => ({
        type: inside.object_identifier(),
        value: inside.element().der,
      })),
    ),
  )
  return { rdnSequence }
}

function read_plain_time(from: DerReader): PlainTime {
  const { tag, content, der } = from.element()
  read_der(der, time => time.time())
  const text = new TextDecoder('latin1').decode(content)
  return [tag === universal.utc_time ? 'utcTime' : 'generalTime', text]
}

function read_plain_extension(from: DerReader): PlainExtension {
  return from.enter(universal.sequence, inside => ({
    extnID: inside.object_identifier(),
    critical: inside.next_is(universal.boolean) ? inside.boolean() : false,
    extnValue: inside.octet_string(),
  }))
}

// ---- Writing

function write_plain_name({ rdnSequence }: PlainName): Uint8Array {
  const attributes = (rdn: PlainName['rdnSequence'][number]) =>
    rdn.map(({ type, value }) => sequence(object_identifier(type), value))
  return sequence(...rdnSequence.map(rdn => element(universal.set, ...attributes(rdn))))
}

function write_plain_time([kind, text]: PlainTime): Uint8Array {
  const tag = kind === 'utcTime' ? universal.utc_time : universal.generalized_time
  return element(tag, new TextEncoder().encode(text))
}

function write_plain_extension({ extnID, critical, extnValue }: PlainExtension): Uint8Array {
  return write_extension(extnID, critical, extnValue)
}
