// Revocation lists for tests, and where they are to be had.

import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName } from '../../apps/public_key/pubkey_names.ts'
import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { Issuer } from '../../apps/public_key/x509.ts'
import { type CrlOptions, make_crl } from '../../apps/public_key/x509_crl.ts'

/** When these lists hold, unless told otherwise. */
export const this_update = Date.UTC(2025, 0, 1)
export const next_update = Date.UTC(2034, 0, 1)
/** A moment when they do, and the test certificates too. */
export const now = Date.UTC(2026, 0, 1)

/** A list in which these certificates are. */
export function crl_of(
  issuer: Issuer,
  revoked: readonly { readonly cert: Uint8Array }[] = [],
  options: Partial<CrlOptions> = {},
): Uint8Array {
  const entries = revoked.map(({ cert }) => ({
    serial_number: decode_certificate(cert).tbsCertificate.serialNumber,
    revocation_date: this_update,
    reason: 'keyCompromise' as const,
  }))
  return make_crl(issuer, { this_update, next_update, revoked: entries, ...options })
}

export const crl_pem = (...crls: readonly Uint8Array[]): string =>
  encode_pem(crls.map(crl => ['CertificateList', crl, 'not_encrypted']))

export const at_uris = (...uris: readonly string[]): DistributionPoint => ({
  distributionPoint: ['fullName', uris.map((uri): GeneralName => ['uniformResourceIdentifier', uri])],
})

export const subject_of = (certificate: OTPCertificate | Issuer) =>
  ('cert' in certificate ? decode_certificate(certificate.cert) : certificate).tbsCertificate.subject
