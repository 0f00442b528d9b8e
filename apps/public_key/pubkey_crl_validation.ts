// Whether a certificate is revoked, by the lists that there are: RFC 5280 §6.3, as OTP's public_key has it. Pure: the
// lists come in as arguments, the time too.

import type { Term } from '../../runtime/erlang/term.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import type { CertificateList } from './pubkey_crl.ts'
import type { CrlReason } from './pubkey_crl_extensions.ts'
import type { DistributionPoint } from './pubkey_extensions.ts'
import type { Name } from './pubkey_names.ts'

/** A distribution point, and a list that is to be had there. OTP: `{DistPoint, CRL}`. */
export type DpAndCrl = readonly [DistributionPoint, CertificateList]

/** What the lists say about a certificate. */
export type RevocationStatus = 'valid' | RevocationFailure

/** Why a certificate is refused. OTP: `{bad_cert, …}` of `public_key:pkix_crls_validate/3`. */
export type RevocationFailure = readonly [
  'bad_cert',
  readonly ['revoked', CrlReason] | 'revocation_status_undetermined' | UndeterminedDetails,
]

/** Asked for with `undetermined_details`: why each list could not be used. */
export type UndeterminedDetails = readonly ['revocation_status_undetermined', Term]

/** OTP: the options of `public_key:pkix_crls_validate/3`. */
export interface CrlValidationOptions {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Gives a newer list for one that is out of date, or the same one. Is asked once for each. */
  readonly update_crl?: (distribution_point: DistributionPoint, crl: CertificateList) => CertificateList
  /** Finds who issued a list. Default: nobody does, and nothing can be found out */
  readonly issuer_fun?: CrlIssuerFun
  /** Whether a status that is undetermined comes with its reasons. Default: false */
  readonly undetermined_details?: boolean
}

/**
 * Finds the issuer of a list: the anchor that is trusted, and a path from the certificate that the anchor issued to
 * that of the list's issuer. An empty path: the anchor is the list's issuer. The path may begin with the anchor.
 */
export type CrlIssuerFun = (
  distribution_point: DistributionPoint,
  crl: CertificateList,
  issuer: Name,
) => readonly ['ok', anchor: OTPCertificate, path: readonly OTPCertificate[]] | readonly ['error', Term]
