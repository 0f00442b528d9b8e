// What PEM files hold besides keys, certificates and revocation lists: requests for certificates (PKCS#10, RFC 2986),
// the parameters of curves (RFC 3279 §2.3.5), and the frame of PKCS#7 (RFC 2315 §7).

import { DecodeError } from '../../runtime/binary/reader.ts'
import {
  type AlgorithmIdentifier,
  type OTPSubjectPublicKeyInfo,
  read_algorithm_identifier,
  read_subject_public_key_info,
} from './otp_certificate.ts'
import { write_algorithm, write_name, write_public_key_info } from './pubkey_certificate_writer.ts'
import { context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { bit_string, element, integer, null_value, object_identifier, sequence } from './pubkey_der_writer.ts'
import { type Name, read_name } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'

/** RFC 2986 §4.2. OTP: `#'CertificationRequest'{}`. */
export interface CertificationRequest {
  readonly certificationRequestInfo: CertificationRequestInfo
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

/** RFC 2986 §4.1. OTP: `#'CertificationRequestInfo'{}`. */
export interface CertificationRequestInfo {
  readonly version: 'v1'
  readonly subject: Name
  readonly subjectPKInfo: OTPSubjectPublicKeyInfo
  readonly attributes: readonly RequestAttribute[]
  /** What is signed. */
  readonly der: Uint8Array
}

/** RFC 2986 §4.1; the values are DER. */
export interface RequestAttribute {
  readonly type: Oid
  readonly values: readonly Uint8Array[]
}

/** RFC 3279 §2.3.5: a curve by its name, by its numbers (their DER), or by whoever issued the certificate. */
export type EcpkParameters =
  | readonly ['namedCurve', Oid]
  | readonly ['ecParameters', der: Uint8Array]
  | readonly ['implicitlyCA', 'NULL']

/** RFC 2315 §7; the content is DER. OTP: `#'ContentInfo'{}`. */
export interface ContentInfo {
  readonly contentType: Oid
  readonly content?: Uint8Array
}

/** @throws {@link DecodeError} unless `der` is exactly one request */
export function decode_request(der: Uint8Array): CertificationRequest {
  return read_der(der, from =>
    from.enter(universal.sequence, request => {
      const [info, info_der] = request.with_der(read_request_info)
      return {
        certificationRequestInfo: { ...info, der: info_der },
        signatureAlgorithm: read_algorithm_identifier(request),
        signature: request.bit_string_bytes(),
      }
    }),
  )
}

/** The DER of a request; `der` fields of it are not looked at. */
export function write_request(request: CertificationRequest): Uint8Array {
  const { certificationRequestInfo: info, signatureAlgorithm, signature } = request
  const attributes = info.attributes.map(({ type, values }) =>
    sequence(object_identifier(type), element(universal.set, ...values)),
  )
  const tbs = sequence(
    integer(0),
    write_name(info.subject),
    write_public_key_info(info.subjectPKInfo),
    element(context_constructed(0), ...attributes),
  )
  return sequence(tbs, write_algorithm(signatureAlgorithm), bit_string(signature))
}

/** @throws {@link DecodeError} */
export function decode_ecpk_parameters(der: Uint8Array): EcpkParameters {
  return read_der(der, from => {
    if (from.next_is(universal.object_identifier)) return ['namedCurve', from.object_identifier()]
    if (from.next_is(universal.sequence)) return ['ecParameters', from.element().der]
    if (from.content(universal.null).length > 0) throw new DecodeError('a NULL with something in it')
    return ['implicitlyCA', 'NULL']
  })
}

/** The DER of a curve's parameters. */
export function write_ecpk_parameters([kind, value]: EcpkParameters): Uint8Array {
  if (kind === 'namedCurve') return object_identifier(value)
  return kind === 'ecParameters' ? value : null_value()
}

/** @throws {@link DecodeError} */
export function decode_content_info(der: Uint8Array): ContentInfo {
  return read_der(der, from =>
    from.enter(universal.sequence, inside => {
      const contentType = inside.object_identifier()
      const content = inside.optional(context_constructed(0), explicit => explicit.element().der)
      return { contentType, ...(content && { content }) }
    }),
  )
}

/** The DER of the frame around `content`. */
export function write_content_info({ contentType, content }: ContentInfo): Uint8Array {
  return sequence(
    object_identifier(contentType),
    ...(content ? [element(context_constructed(0), content)] : []),
  )
}

function read_request_info(from: DerReader): Omit<CertificationRequestInfo, 'der'> {
  return from.enter(universal.sequence, info => {
    if (info.small_integer() !== 0) throw new DecodeError('no such version of requests')
    return {
      version: 'v1',
      subject: read_name(info),
      subjectPKInfo: read_subject_public_key_info(info),
      attributes: info.optional(context_constructed(0), inside => inside.until_end(read_attribute)) ?? [],
    }
  })
}

function read_attribute(from: DerReader): RequestAttribute {
  return from.enter(universal.sequence, inside => ({
    type: inside.object_identifier(),
    values: inside.list(universal.set, value => value.element().der),
  }))
}
