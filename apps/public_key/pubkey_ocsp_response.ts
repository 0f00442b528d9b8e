// What an OCSP responder says about certificates, as it is encoded: RFC 6960 §4.2.1. Whether it may be believed is
// said by pubkey_ocsp.ts.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { type AlgorithmIdentifier, read_algorithm_identifier } from './otp_certificate.ts'
import { type CrlReason, read_reason } from './pubkey_crl_extensions.ts'
import { context, context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { type Extension, read_extensions } from './pubkey_extensions.ts'
import { type Name, read_name } from './pubkey_names.ts'
import type { Oid } from './pubkey_oids.ts'

/** OTP: `#'OCSPResponse'{}`. */
export type OcspResponse =
  | readonly ['successful', responseType: Oid, response: Uint8Array]
  | readonly [OcspFailure]

/** Why a responder does not answer, in the order of their numbers; the fourth is not used. */
const response_statuses = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
] as const

/** Why a responder does not answer: RFC 6960 §4.2.1. */
export type OcspFailure = Exclude<(typeof response_statuses)[number], 'successful' | undefined>

/** A signed answer. OTP: `#'BasicOCSPResponse'{}`. */
export interface BasicOcspResponse {
  readonly tbsResponseData: OcspResponseData
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  /** DER of certificates that may help to verify the signature. */
  readonly certs: readonly Uint8Array[]
}

/** What the responder signs. OTP: `#'ResponseData'{}`. Times are milliseconds since 1970. */
export interface OcspResponseData {
  readonly responderID: ResponderId
  readonly producedAt: number
  readonly responses: readonly SingleResponse[]
  readonly responseExtensions: readonly Extension[]
  /** What is signed. */
  readonly der: Uint8Array
}

/** Who answers: by the name of its certificate, or by the SHA-1 of its key. */
export type ResponderId = readonly ['byName', Name] | readonly ['byKey', Uint8Array]

/** What is said of one certificate. OTP: `#'SingleResponse'{}`. Times are milliseconds since 1970. */
export interface SingleResponse {
  readonly certID: CertId
  readonly certStatus: CertStatus
  readonly thisUpdate: number
  /** When there will be newer news. Absent: always. */
  readonly nextUpdate?: number
  readonly singleExtensions: readonly Extension[]
}

/** Which certificate is meant: RFC 6960 §4.1.1. */
export interface CertId {
  readonly hashAlgorithm: Oid
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serialNumber: bigint
}

/** OTP: the choice `CertStatus`. */
export type CertStatus =
  | readonly ['good']
  | readonly ['unknown']
  | readonly ['revoked', revocationTime: number, reason: CrlReason]

/** The identifier octet of an ENUMERATED, X.680 §8.4. */
const enumerated = 0x0a

/**
 * An answer of a responder, its envelope: RFC 6960 §4.2.1.
 *
 * @throws {@link DecodeError} unless `der` is exactly one
 */
export function decode_ocsp_response(der: Uint8Array): OcspResponse {
  return read_der(der, from =>
    from.enter(universal.sequence, response => {
      const status = response_statuses[response.small_integer(enumerated)]
      if (status === undefined) throw new DecodeError('no such status of responses')
      const bytes = response.optional(context_constructed(0), read_response_bytes)
      if (status !== 'successful') return [status]
      if (!bytes) throw new DecodeError('a successful response without an answer')
      return [status, ...bytes]
    }),
  )
}

/**
 * What is in an answer of the type `id-pkix-ocsp-basic`. Byte strings are views of `der`.
 *
 * @throws {@link DecodeError} unless `der` is exactly one
 */
export function decode_basic_ocsp_response(der: Uint8Array): BasicOcspResponse {
  return read_der(der, from =>
    from.enter(universal.sequence, basic => {
      const [data, data_der] = basic.with_der(read_response_data)
      const signatureAlgorithm = read_algorithm_identifier(basic)
      const signature = basic.bit_string_bytes()
      const certs = basic.optional(context_constructed(0), read_certificates) ?? []
      return { tbsResponseData: { ...data, der: data_der }, signatureAlgorithm, signature, certs }
    }),
  )
}

function read_response_bytes(from: DerReader): readonly [Oid, Uint8Array] {
  return from.enter(universal.sequence, bytes => [bytes.object_identifier(), bytes.octet_string()])
}

function read_certificates(from: DerReader): Uint8Array[] {
  return from.list(universal.sequence, certificate => certificate.element().der)
}

function read_response_data(from: DerReader): Omit<OcspResponseData, 'der'> {
  return from.enter(universal.sequence, data => {
    const version = data.optional(context_constructed(0), number => number.small_integer()) ?? 0
    if (version !== 0) throw new DecodeError('no such version of responses')
    return {
      responderID: read_responder_id(data),
      producedAt: generalized_time(data),
      responses: data.list(universal.sequence, read_single_response),
      responseExtensions: data.optional(context_constructed(1), read_extensions) ?? [],
    }
  })
}

function read_responder_id(from: DerReader): ResponderId {
  if (from.next_is(context_constructed(1))) return ['byName', from.enter(context_constructed(1), read_name)]
  return ['byKey', from.enter(context_constructed(2), key => key.octet_string())]
}

function read_single_response(from: DerReader): SingleResponse {
  return from.enter(universal.sequence, single => {
    const certID = single.enter(universal.sequence, read_cert_id)
    const certStatus = read_cert_status(single)
    const thisUpdate = generalized_time(single)
    const nextUpdate = single.optional(context_constructed(0), generalized_time)
    const singleExtensions = single.optional(context_constructed(1), read_extensions) ?? []
    const said = { certID, certStatus, thisUpdate, singleExtensions }
    return nextUpdate === undefined ? said : { ...said, nextUpdate }
  })
}

function read_cert_id(from: DerReader): CertId {
  return {
    hashAlgorithm: read_algorithm_identifier(from).algorithm,
    issuerNameHash: from.octet_string(),
    issuerKeyHash: from.octet_string(),
    serialNumber: from.integer(),
  }
}

function read_cert_status(from: DerReader): CertStatus {
  if (from.next_is(context_constructed(1))) return from.enter(context_constructed(1), read_revoked_info)
  const status = from.next_is(context(0)) ? 'good' : 'unknown'
  const nothing = from.content(context(status === 'good' ? 0 : 2))
  if (nothing.length > 0) throw new DecodeError('a status with something in it')
  return [status]
}

function read_revoked_info(from: DerReader): CertStatus {
  const revocationTime = generalized_time(from)
  return ['revoked', revocationTime, from.optional(context_constructed(0), read_reason) ?? 'unspecified']
}

function generalized_time(from: DerReader): number {
  if (!from.next_is(universal.generalized_time)) throw new DecodeError('not a GeneralizedTime')
  return from.time()
}
