// OCSP, RFC 6960: whether what a responder says about a certificate may be believed, and what a client asks for.
// Pure: the time comes in as an argument.

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'
import { type HashType, hash, type PublicKey, type SignatureScheme, verify } from '../crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import { is_weak, type LeastKeyBits } from './pubkey_cert.ts'
import type { CrlReason } from './pubkey_crl_extensions.ts'
import { object_identifier, octet_string, sequence } from './pubkey_der_writer.ts'
import { type Extension, select_extension } from './pubkey_extensions.ts'
import { certified_key } from './pubkey_keys.ts'
import { equal_bytes, is_same_name } from './pubkey_names.ts'
import {
  type BasicOcspResponse,
  type CertId,
  decode_basic_ocsp_response,
  decode_ocsp_response,
  type ResponderId,
  type SingleResponse,
} from './pubkey_ocsp_response.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'
import { is_signed_by, signature_scheme } from './pubkey_signature.ts'

/** What an answer is checked against. OTP: the options of `public_key:pkix_ocsp_validate/5`. */
export interface OcspOptions {
  /** Milliseconds since 1970. */
  readonly now: number
  /** What was sent along with the question. An answer with another one is refused, an answer with none is not. */
  readonly nonce?: Uint8Array | undefined
  /** Whether to believe a responder that the issuer has not appointed. Default: never */
  readonly is_trusted_responder?: ((certificate: OTPCertificate) => boolean) | undefined
  /** How responses, and certificates of responders, may be signed. Default: in every way that is known */
  readonly allowed_signatures?: readonly SignatureScheme[] | undefined
  /** How long the keys of responders must be at least, but for the issuer's own. Default: any length */
  readonly least_key_bits?: LeastKeyBits | undefined
}

/** What a good answer lacks. OTP: the `Details` of `public_key:pkix_ocsp_validate/5`. */
export type OcspDetail = readonly ['missing', 'ocsp_nonce']

/** Why a certificate is not known to be good. */
export type OcspBadCert = readonly [
  'bad_cert',
  readonly ['revoked', CrlReason] | readonly ['revocation_status_undetermined', reason: Term],
]

/** Clocks differ, and a responder may say that its news are of this very moment. Milliseconds. */
const skew = 5 * 60_000
/** What an answer that does not say when there will be newer news is good for: else it could be shown for ever. */
const longest_silence = 24 * 60 * 60_000
/** Certificates of an answer that are looked at, to find the responder's. */
const max_responders = 8

/** By which a responder may say which certificate it means. */
const digests: ReadonlyMap<Oid, HashType> = new Map<Oid, HashType>([
  [oids.id_sha1, 'sha'],
  [oids.id_sha224, 'sha224'],
  [oids.id_sha256, 'sha256'],
  [oids.id_sha384, 'sha384'],
  [oids.id_sha512, 'sha512'],
])

/**
 * Whether an OCSP response says that `certificate` is not revoked: signed by its issuer, by a responder whom the
 * issuer has appointed (RFC 6960 §4.2.2.2) or by one that is trusted anyway; about this certificate; of now.
 *
 * @param issuer - who issued `certificate`, itself known to be good
 * @param response - DER of an `OCSPResponse`
 * @returns `['ok', details]`: it is good; else `['error', ['bad_cert', reason]]`, `reason` being
 *   - `['revoked', why]`, in the names of RFC 5280 §5.3.1
 *   - `['revocation_status_undetermined', why]`: `'malformedRequest'`, `'internalError'`, `'tryLater'`,
 *     `'sigRequired'` or `'unauthorized'` as the responder says; `['ocsp_response_type_not_supported', oid]`;
 *     `['ocsp_response_malformed', text]`; `'unknown_critical_extension'`; `'unsupported_signature'`;
 *     `'ocsp_responder_cert_not_found'`; `'ocsp_response_bad_signature'`; `'nonce_mismatch'`;
 *     `'no_matched_response'`; `'ocsp_stale_response'`; `'unknown'`: the responder knows no such certificate
 * @see OTP: `public_key:pkix_ocsp_validate/5`
 */
export function validate_ocsp(
  certificate: OTPCertificate,
  issuer: OTPCertificate,
  response: Uint8Array,
  options: OcspOptions,
): Result<readonly OcspDetail[], OcspBadCert> {
  try {
    const [status, type, answer] = decode_ocsp_response(response)
    if (status !== 'successful') return undetermined(status)
    if (type !== oids.id_pkix_ocsp_basic) return undetermined(['ocsp_response_type_not_supported', type])
    const basic = decode_basic_ocsp_response(answer)
    const flaw = flaw_of(basic, issuer, options)
    return flaw === undefined ? verdict(certificate, issuer, basic, options) : undetermined(flaw)
  } catch (error) {
    if (error instanceof DecodeError) return undetermined(['ocsp_response_malformed', error.message])
    throw error
  }
}

/**
 * What a client tells a responder besides the certificates that it asks about: that it understands basic responses,
 * and the nonce that the answer is to have.
 *
 * @param nonce - 1 to 32 bytes; undefined: any answer will do
 * @returns DER of `Extensions`, as the `request_extensions` of `status_request` have them: RFC 6066 §8
 * @see OTP: `public_key:ocsp_extensions/1`
 */
export function ocsp_request_extensions(nonce: Uint8Array | undefined): Uint8Array {
  const types = extension(oids.id_pkix_ocsp_response, sequence(object_identifier(oids.id_pkix_ocsp_basic)))
  if (nonce === undefined) return sequence(types)
  return sequence(extension(oids.id_pkix_ocsp_nonce, octet_string(nonce)), types)
}

// ---- Whether the answer is one of somebody who may answer

function flaw_of(basic: BasicOcspResponse, issuer: OTPCertificate, options: OcspOptions): Term {
  const { producedAt, responseExtensions } = basic.tbsResponseData
  if (producedAt > options.now + skew) return 'ocsp_stale_response'
  if (responseExtensions.some(is_unknown_critical)) return 'unknown_critical_extension'
  return signature_flaw(basic, issuer, options) ?? nonce_flaw(responseExtensions, options.nonce)
}

function signature_flaw(basic: BasicOcspResponse, issuer: OTPCertificate, options: OcspOptions): Term {
  const scheme = signature_scheme(basic.signatureAlgorithm)
  if (!is_allowed(scheme, options)) return 'unsupported_signature'
  const keys = responder_keys(basic, issuer, options)
  if (keys.length === 0) return 'ocsp_responder_cert_not_found'
  const { der } = basic.tbsResponseData
  const is_signed = keys.some(key => verify(scheme, der, basic.signature, key))
  return is_signed ? undefined : 'ocsp_response_bad_signature'
}

/** The keys that may have signed: mostly it is one. */
function responder_keys(basic: BasicOcspResponse, issuer: OTPCertificate, options: OcspOptions): PublicKey[] {
  const { responderID } = basic.tbsResponseData
  const shown = basic.certs.slice(0, max_responders).flatMap(readable)
  return [issuer, ...shown]
    .filter(candidate => is_responder(responderID, candidate))
    .filter(candidate => is_authorized(candidate, issuer, options))
    .flatMap(candidate => {
      const key = certified_key(candidate)
      return key && (candidate === issuer || !is_weak(key, options.least_key_bits)) ? key : []
    })
}

function is_responder([kind, id]: ResponderId, { tbsCertificate }: OTPCertificate): boolean {
  if (kind === 'byName') return is_same_name(id, tbsCertificate.subject)
  return equal_bytes(id, hash('sha', tbsCertificate.subjectPublicKeyInfo.subjectPublicKey))
}

function is_authorized(candidate: OTPCertificate, issuer: OTPCertificate, options: OcspOptions): boolean {
  if (candidate === issuer) return true
  if (!is_valid_at(candidate, options.now)) return false
  return is_appointed(candidate, issuer, options) || options.is_trusted_responder?.(candidate) === true
}

/** RFC 6960 §4.2.2.2: the issuer itself has said in a certificate that this key is for answers about its own. */
function is_appointed(candidate: OTPCertificate, issuer: OTPCertificate, options: OcspOptions): boolean {
  const { issuer: appointed_by, extensions, signature } = candidate.tbsCertificate
  const key = certified_key(issuer)
  return (
    key !== undefined &&
    is_same_name(appointed_by, issuer.tbsCertificate.subject) &&
    is_for_answers(extensions) &&
    is_allowed(signature_scheme(signature), options) &&
    is_signed_by(candidate, key)
  )
}

function is_for_answers(extensions: readonly Extension[]): boolean {
  const usages = select_extension(oids.id_ce_keyUsage, extensions)
  const may_sign = !usages || usages.includes('digitalSignature') || usages.includes('nonRepudiation')
  const purposes = select_extension(oids.id_ce_extKeyUsage, extensions) ?? []
  return may_sign && purposes.includes(oids.id_kp_OCSPSigning) && !extensions.some(is_unknown_critical)
}

/** What a responder's certificate may insist on. */
const understood: readonly Oid[] = [
  oids.id_ce_keyUsage,
  oids.id_ce_extKeyUsage,
  oids.id_ce_basicConstraints,
  oids.id_ce_subjectAltName,
  oids.id_pkix_ocsp_nonce,
]

function is_unknown_critical({ critical, extnID }: Extension): boolean {
  return critical && !understood.includes(extnID)
}

function is_allowed(
  scheme: SignatureScheme | undefined,
  { allowed_signatures }: OcspOptions,
): scheme is SignatureScheme {
  if (scheme === undefined || allowed_signatures === undefined) return scheme !== undefined
  return allowed_signatures.some(
    ({ algorithm, digest }) => algorithm === scheme.algorithm && digest === scheme.digest,
  )
}

function is_valid_at({ tbsCertificate }: OTPCertificate, now: number): boolean {
  const { notBefore, notAfter } = tbsCertificate.validity
  return notBefore <= now && now < notAfter + 1000
}

/** Nobody has to answer with the nonce, and prepared answers have none: RFC 6960 §4.4.1. */
function nonce_flaw(extensions: readonly Extension[], nonce: Uint8Array | undefined): Term {
  const received = nonce_of(extensions)
  if (nonce === undefined || received === undefined) return undefined
  return equal_bytes(received, octet_string(nonce)) ? undefined : 'nonce_mismatch'
}

function nonce_of(extensions: readonly Extension[]): Uint8Array | undefined {
  const found = extensions.find(({ extnID }) => extnID === oids.id_pkix_ocsp_nonce)
  return found?.extnValue as Uint8Array | undefined
}

/** A certificate that is none does not make the others worse. */
function readable(der: Uint8Array): OTPCertificate[] {
  try {
    return [decode_certificate(der)]
  } catch (error) {
    if (error instanceof DecodeError) return []
    throw error
  }
}

// ---- What it says

function verdict(
  certificate: OTPCertificate,
  issuer: OTPCertificate,
  { tbsResponseData }: BasicOcspResponse,
  { now, nonce }: OcspOptions,
): Result<readonly OcspDetail[], OcspBadCert> {
  const is_meant = meant(certificate, issuer)
  const about_it = tbsResponseData.responses.filter(({ certID }) => is_meant(certID))
  if (about_it.length === 0) return undetermined('no_matched_response')
  const [first, ...others] = about_it.filter(single => is_current(single, now))
  if (first === undefined) return undetermined('ocsp_stale_response')

  const { certStatus, singleExtensions } = others.reduce(newer, first)
  if (certStatus[0] === 'revoked') return ['error', ['bad_cert', ['revoked', certStatus[2]]]]
  if (certStatus[0] === 'unknown') return undetermined('unknown')
  if (singleExtensions.some(is_unknown_critical)) return undetermined('unknown_critical_extension')
  const lacks_nonce = nonce !== undefined && nonce_of(tbsResponseData.responseExtensions) === undefined
  return ['ok', lacks_nonce ? [['missing', 'ocsp_nonce']] : []]
}

/** Which identifiers are those of `certificate`: RFC 6960 §4.1.1. What they hash is hashed once. */
function meant(certificate: OTPCertificate, issuer: OTPCertificate): (id: CertId) => boolean {
  const { serialNumber, issuer: issuer_name } = certificate.tbsCertificate
  const issuer_key = issuer.tbsCertificate.subjectPublicKeyInfo.subjectPublicKey
  const hashes = new Map<Oid, readonly [name: Uint8Array, key: Uint8Array]>()
  return id => {
    const digest = digests.get(id.hashAlgorithm)
    if (id.serialNumber !== serialNumber || digest === undefined) return false
    const [name, key] = hashes.get(id.hashAlgorithm) ?? [
      hash(digest, issuer_name.der),
      hash(digest, issuer_key),
    ]
    hashes.set(id.hashAlgorithm, [name, key])
    return equal_bytes(id.issuerNameHash, name) && equal_bytes(id.issuerKeyHash, key)
  }
}

function is_current({ thisUpdate, nextUpdate }: SingleResponse, now: number): boolean {
  const until = nextUpdate ?? thisUpdate + longest_silence
  return thisUpdate <= until && thisUpdate <= now + skew && now < until + skew
}

/** The newer of two; of two that are as new as each other, the worse. */
function newer(left: SingleResponse, right: SingleResponse): SingleResponse {
  if (left.thisUpdate !== right.thisUpdate) return left.thisUpdate > right.thisUpdate ? left : right
  const worst = [left, right].find(({ certStatus }) => certStatus[0] === 'revoked')
  return worst ?? [left, right].find(({ certStatus }) => certStatus[0] === 'unknown') ?? left
}

function undetermined(reason: Term): Result<never, OcspBadCert> {
  return ['error', ['bad_cert', ['revocation_status_undetermined', reason]]]
}

function extension(id: Oid, value: Uint8Array): Uint8Array {
  return sequence(object_identifier(id), octet_string(value))
}
