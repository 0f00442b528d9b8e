// The part of the manual page of OTP's public_key that is about revocation lists.

import type { OTPCertificate } from './otp_certificate.ts'
import { decode_certificate } from './otp_certificate.ts'
import { type CertificateList, decode_crl, is_crl_signed_by } from './pubkey_crl.ts'
import { is_point_in_scope } from './pubkey_crl_scope.ts'
import { type CrlValidationOptions, type RevocationStatus, validate_crls } from './pubkey_crl_validation.ts'
import { type DistributionPoint, select_extension } from './pubkey_extensions.ts'
import { certified_key } from './pubkey_keys.ts'
import { type Name, normalize_name } from './pubkey_names.ts'
import * as oids from './pubkey_oids.ts'

/** A revocation list, decoded or not. */
export type Crl = Uint8Array | CertificateList

/**
 * Whether a certificate is revoked, by RFC 5280 §6.3.
 *
 * @param dps_and_crls - each list with the distribution point that it was found at: one of {@link pkix_dist_points}, or
 *   {@link pkix_dist_point} if it was found otherwise. Deltas among them are used with the lists that they add to
 * @param options - `now` is by default the time of the clock
 * @returns `['bad_cert', 'revocation_status_undetermined']` also when the lists are not enough to tell
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_crls_validate/3`
 */
export function pkix_crls_validate(
  cert: Uint8Array | OTPCertificate,
  dps_and_crls: readonly (readonly [DistributionPoint, Crl])[],
  options: Partial<CrlValidationOptions> = {},
): RevocationStatus {
  const decoded = dps_and_crls.map(([point, crl]) => [point, certificate_list(crl)] as const)
  return validate_crls(otp_cert(cert), decoded, { now: Date.now(), ...options })
}

/**
 * A distribution point for lists of the certificate's issuer that no distribution point of the certificate leads to.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_dist_point/1`
 */
export function pkix_dist_point(cert: Uint8Array | OTPCertificate): DistributionPoint {
  const { issuer, extensions } = otp_cert(cert).tbsCertificate
  const others = select_extension(oids.id_ce_issuerAltName, extensions) ?? []
  return { distributionPoint: ['fullName', [['directoryName', normalize_name(issuer)], ...others]] }
}

/**
 * The distribution points that a certificate names, in its order.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_dist_points/1`
 */
export function pkix_dist_points(cert: Uint8Array | OTPCertificate): readonly DistributionPoint[] {
  const { extensions } = otp_cert(cert).tbsCertificate
  return select_extension(oids.id_ce_cRLDistributionPoints, extensions) ?? []
}

/**
 * Whether the list is for that distribution point: it names one of its names, or none at all.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_match_dist_point/2`
 */
export function pkix_match_dist_point(crl: Crl, point: DistributionPoint): boolean {
  const list = certificate_list(crl)
  return !point.distributionPoint || is_point_in_scope(point, list.tbsCertList.issuer, list)
}

/**
 * Whether the certificate's key has signed the list.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_crl_verify/2`
 */
export function pkix_crl_verify(crl: Crl, cert: Uint8Array | OTPCertificate): boolean {
  const key = certified_key(otp_cert(cert))
  return key !== undefined && is_crl_signed_by(certificate_list(crl), key)
}

/**
 * Who issued the list.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_crl_issuer/1`
 */
export function pkix_crl_issuer(crl: Crl): Name {
  return certificate_list(crl).tbsCertList.issuer
}

function certificate_list(crl: Crl): CertificateList {
  return crl instanceof Uint8Array ? decode_crl(crl) : crl
}

function otp_cert(cert: Uint8Array | OTPCertificate): OTPCertificate {
  return cert instanceof Uint8Array ? decode_certificate(cert) : cert
}
