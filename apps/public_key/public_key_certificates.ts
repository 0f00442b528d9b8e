// Certificates decoded and encoded, signed, and related to one another. Part of the module public_key.

import type { Result } from '../../runtime/erlang/term.ts'
import type { PrivateKey, PublicKey } from '../crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import { is_self_issued } from './pubkey_cert.ts'
import {
  type CertificateToEncode,
  sign_certificate,
  type TbsToEncode,
  write_certificate,
  write_tbs,
} from './pubkey_certificate_writer.ts'
import type { CertificateList } from './pubkey_crl.ts'
import { select_extension } from './pubkey_extensions.ts'
import { is_same_name, type Name, normalize_name } from './pubkey_names.ts'
import { dhpublicnumber, id_ce_authorityKeyIdentifier, id_ce_keyUsage } from './pubkey_oids.ts'
import {
  type Certificate,
  decode_plain_certificate,
  type TBSCertificate,
  write_plain_certificate,
  write_plain_tbs,
} from './pubkey_plain_certificate.ts'
import { is_signed_by } from './pubkey_signature.ts'

/** A certificate, decoded or not. OTP: `cert()`. */
export type Cert = Uint8Array | OTPCertificate

// ---- DER

/**
 * A certificate from its DER. Byte strings in it are views of `der`.
 *
 * @param form - `'otp'`: names, times and the known extensions are decoded; `'plain'`: their values stay DER and text
 * @throws `DecodeError` unless `der` is exactly one certificate
 * @see OTP: `public_key:pkix_decode_cert/2`
 */
export function pkix_decode_cert(der: Uint8Array, form: 'otp'): OTPCertificate
export function pkix_decode_cert(der: Uint8Array, form: 'plain'): Certificate
export function pkix_decode_cert(der: Uint8Array, form: 'otp' | 'plain'): OTPCertificate | Certificate {
  return form === 'otp' ? decode_certificate(der) : decode_plain_certificate(der)
}

/** What {@link pkix_encode} makes DER of. In the form `'otp'`, `der` fields are not looked at. */
export interface Encodable {
  readonly otp: { readonly OTPCertificate: CertificateToEncode; readonly OTPTBSCertificate: TbsToEncode }
  readonly plain: { readonly Certificate: Certificate; readonly TBSCertificate: TBSCertificate }
}

/**
 * The DER of a certificate, or of what is signed of it. What {@link pkix_decode_cert} gave, changed or not, can be given
 * back; the form `'otp'` has no place for unique identifiers of issuer and subject (RFC 5280 §4.1.2.8).
 *
 * @throws `Exit` `['badarg', …]` in the form `'otp'` when one of its times is `NaN`
 * @see OTP: `public_key:pkix_encode/3`
 */
export function pkix_encode<Form extends keyof Encodable, Type extends keyof Encodable[Form]>(
  type: Type,
  entity: Encodable[Form][Type],
  _form: Form,
): Uint8Array {
  return (writers[type as keyof typeof writers] as (entity: Encodable[Form][Type]) => Uint8Array)(entity)
}

const writers = {
  OTPCertificate: write_certificate,
  OTPTBSCertificate: write_tbs,
  Certificate: write_plain_certificate,
  TBSCertificate: write_plain_tbs,
}

// ---- Signatures

/**
 * A certificate, signed as its field `signature` says.
 *
 * @param tbs - what it says; `subjectPublicKeyInfo` may be a public key
 * @returns its DER
 * @throws `Exit` `['badarg', …]` when `signature` is no algorithm, or none of the key's
 * @see OTP: `public_key:pkix_sign/2`
 */
export function pkix_sign(tbs: TbsToEncode, key: PrivateKey): Uint8Array {
  return sign_certificate(tbs, key)
}

/**
 * Whether the owner of `key` signed the certificate.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_verify/2`
 */
export function pkix_verify(cert: Cert, key: PublicKey): boolean {
  return is_signed_by(otp_cert(cert), key)
}

// ---- Relations

/**
 * Whether the certificate names its own subject as its issuer. Signatures are not looked at.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_is_self_signed/1`
 */
export function pkix_is_self_signed(cert: Cert): boolean {
  return is_self_issued(otp_cert(cert))
}

/**
 * Whether `issuer` has the name that `cert`, a certificate or a revocation list, has for its issuer. Signatures are not
 * looked at.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_is_issuer/2`
 */
export function pkix_is_issuer(cert: Cert | CertificateList, issuer: Cert): boolean {
  const named = 'tbsCertList' in cert ? cert.tbsCertList.issuer : otp_cert(cert).tbsCertificate.issuer
  return is_same_name(named, otp_cert(issuer).tbsCertificate.subject)
}

/**
 * Whether the key of the certificate is for Diffie-Hellman agreements, and nothing else.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_is_fixed_dh_cert/1`
 */
export function pkix_is_fixed_dh_cert(cert: Cert): boolean {
  const { subjectPublicKeyInfo, extensions } = otp_cert(cert).tbsCertificate
  if (subjectPublicKeyInfo.algorithm.algorithm !== dhpublicnumber) return false
  return select_extension(id_ce_keyUsage, extensions)?.includes('keyAgreement') ?? true
}

/** Serial number and normalized name of the issuer, which identify a certificate. OTP: `issuer_id()`. */
export type IssuerId = readonly [serial_number: bigint, issuer: Name]

/**
 * What identifies a certificate, or the one of its issuer.
 *
 * @returns `['error', 'issuer_not_found']` when the certificate does not say which one its issuer's is
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_issuer_id/2`
 */
export function pkix_issuer_id(cert: Cert, whose: 'self' | 'other'): Result<IssuerId, 'issuer_not_found'> {
  const { serialNumber, issuer, extensions } = otp_cert(cert).tbsCertificate
  if (whose === 'self') return ['ok', [serialNumber, normalize_name(issuer)]]

  const authority = select_extension(id_ce_authorityKeyIdentifier, extensions)
  const [kind, name] = authority?.authorityCertIssuer?.find(([kind]) => kind === 'directoryName') ?? []
  const serial_number = authority?.authorityCertSerialNumber
  if (kind !== 'directoryName' || serial_number === undefined) return ['error', 'issuer_not_found']
  return ['ok', [serial_number, normalize_name(name)]]
}

/**
 * Serial number and normalized subject of a certificate.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_subject_id/1`
 */
export function pkix_subject_id(cert: Cert): readonly [serial_number: bigint, subject: Name] {
  const { serialNumber, subject } = otp_cert(cert).tbsCertificate
  return [serialNumber, normalize_name(subject)]
}

/**
 * The name with its text in one form, so that equal names are written equally.
 *
 * @see OTP: `public_key:pkix_normalize_name/1`
 */
export function pkix_normalize_name(name: Name): Name {
  return normalize_name(name)
}

function otp_cert(cert: Cert): OTPCertificate {
  return cert instanceof Uint8Array ? decode_certificate(cert) : cert
}
