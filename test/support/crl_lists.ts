// Certificates that point to revocation lists, and lists about them, judged at one moment.

import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { type CertificateList, decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import {
  type CrlIssuerFun,
  type CrlValidationOptions,
  type RevocationStatus,
  validate_crls,
} from '../../apps/public_key/pubkey_crl_validation.ts'
import { write_distribution_points } from '../../apps/public_key/pubkey_crl_writer.ts'
import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName, Name } from '../../apps/public_key/pubkey_names.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import type { Issuer } from '../../apps/public_key/x509.ts'
import { type CrlOptions, type EntryToWrite, make_crl } from '../../apps/public_key/x509_crl.ts'

/** When the certificates are looked up. */
export const now = Date.UTC(2026, 5, 1)
export const day = 86_400_000

export const uri = (text: string): GeneralName => ['uniformResourceIdentifier', text]

/** The point with these names. */
export const point_at = (...names: readonly GeneralName[]): DistributionPoint => ({
  distributionPoint: ['fullName', names],
})

export const here = point_at(uri('http://crl.example/here'))

/** The extension of a certificate that says where lists are. */
export const pointing_to = (...points: readonly DistributionPoint[]) => ({
  extnID: oids.id_ce_cRLDistributionPoints,
  critical: false,
  extnValue: write_distribution_points(points),
})

export const name_of = ({ cert }: Issuer): Name => decode_certificate(cert).tbsCertificate.subject

export const serial_of = ({ cert }: Pick<Issuer, 'cert'>): bigint =>
  decode_certificate(cert).tbsCertificate.serialNumber

/** The entry that revokes a certificate. */
export const entry_of = (
  certificate: Pick<Issuer, 'cert'>,
  more: Partial<EntryToWrite> = {},
): EntryToWrite => ({
  serial_number: serial_of(certificate),
  revocation_date: now - 2 * day,
  ...more,
})

/** A list that is a day old and holds for nine more; by default nothing is in it. */
export function crl_of(issuer: Issuer, options: Partial<CrlOptions> = {}): CertificateList {
  return decode_crl(
    make_crl(issuer, { this_update: now - day, next_update: now + 9 * day, revoked: [], ...options }),
  )
}

/** Knows the way to each certificate: by the names of their subjects. */
export function issuers(
  anchor: Issuer,
  ...paths: readonly (readonly Pick<Issuer, 'cert'>[])[]
): CrlIssuerFun {
  const trusted = decode_certificate(anchor.cert)
  const decoded = paths.map(path => path.map(({ cert }) => decode_certificate(cert)))
  const by_name = new Map<string, readonly OTPCertificate[]>([
    [key_of(trusted.tbsCertificate.subject), []],
    ...decoded.map(path => [key_of(path.at(-1)!.tbsCertificate.subject), path] as const),
  ])
  return (_point, _crl, issuer) => {
    const path = by_name.get(key_of(issuer))
    return path ? ['ok', trusted, path] : ['error', 'issuer_not_found']
  }
}

const key_of = (name: Name) => Buffer.from(name.der).toString('hex')

/** What these lists say about a certificate. */
export function judged(
  certificate: Pick<Issuer, 'cert'>,
  crls: readonly (readonly [DistributionPoint, CertificateList])[],
  options: Partial<CrlValidationOptions>,
): RevocationStatus {
  return validate_crls(decode_certificate(certificate.cert), crls, { now, ...options })
}

/** Why the lists were not enough to tell, the last one first; undefined if they were. */
export function reasons_of(status: RevocationStatus): readonly string[] | 'no_relevant_crls' | undefined {
  if (status === 'valid' || typeof status[1] === 'string' || status[1][0] === 'revoked') return undefined
  const [, [, details]] = status[1]
  return typeof details === 'string' ? details : details.map(([[, reason]]) => reason)
}
