// Which certificates a revocation list is about, and which lists belong together: RFC 5280 §6.3.3 (b) to (e).

import type { OTPCertificate } from './otp_certificate.ts'
import type { CertificateList } from './pubkey_crl.ts'
import { type IssuingDistributionPoint, select_crl_extension } from './pubkey_crl_extensions.ts'
import {
  type AuthorityKeyIdentifier,
  type DistributionPoint,
  type DistributionPointName,
  type ReasonFlag,
  reason_flags,
  select_extension,
} from './pubkey_extensions.ts'
import { type GeneralName, is_same_name, type Name, name_key } from './pubkey_names.ts'
import * as oids from './pubkey_oids.ts'

/** What a list has to cover, before no entry in it means that a certificate is not revoked. */
export const all_reasons: readonly ReasonFlag[] = reason_flags.filter(reason => reason !== 'unused')

/** The extension of a list that says what it is about, if it is not about all that its issuer has issued. */
export function issuing_distribution_point(crl: CertificateList): IssuingDistributionPoint | undefined {
  return select_crl_extension(oids.id_ce_issuingDistributionPoint, crl.tbsCertList.crlExtensions)
}

/** Whether it has only what is new since another list: RFC 5280 §5.2.4. */
export function is_delta(crl: CertificateList): boolean {
  return number_of(crl, oids.id_ce_deltaCRLIndicator) !== undefined
}

/**
 * Whether the issuer of a list may speak about the certificate: it has issued it itself, or is named in the
 * distribution point and says that its list is an indirect one. RFC 5280 §6.3.3 (b)(1)
 */
export function is_issuer_authorized(
  certificate: OTPCertificate,
  point: DistributionPoint,
  crl: CertificateList,
): boolean {
  const { issuer } = crl.tbsCertList
  const is_own = is_same_name(certificate.tbsCertificate.issuer, issuer)
  if (!point.cRLIssuer) return is_own
  const is_named = point.cRLIssuer.some(
    ([kind, name]) => kind === 'directoryName' && is_same_name(name, issuer),
  )
  return is_named && (is_own || issuing_distribution_point(crl)?.indirectCRL === true)
}

/** Whether a list is about certificates like this one: RFC 5280 §6.3.3 (b)(2). */
export function is_in_scope(
  certificate: OTPCertificate,
  point: DistributionPoint,
  crl: CertificateList,
): boolean {
  const scope = issuing_distribution_point(crl)
  if (!scope) return true
  if (scope.onlyContainsAttributeCerts) return false
  const { extensions } = certificate.tbsCertificate
  const is_authority = select_extension(oids.id_ce_basicConstraints, extensions)?.cA === true
  if (is_authority ? scope.onlyContainsUserCerts : scope.onlyContainsCACerts) return false
  return is_point_in_scope(point, certificate.tbsCertificate.issuer, crl)
}

/**
 * Whether the distribution point is one of those that the list says it is for.
 *
 * @param issuer - of the certificate: names that are relative begin with it, unless the point names the list's issuer
 */
export function is_point_in_scope(point: DistributionPoint, issuer: Name, crl: CertificateList): boolean {
  const wanted = issuing_distribution_point(crl)?.distributionPoint
  if (!wanted) return true
  const names = point.distributionPoint
    ? full_names(point.distributionPoint, relative_to(point, issuer))
    : (point.cRLIssuer ?? [])
  const keys = new Set(names.map(general_name_key))
  return full_names(wanted, crl.tbsCertList.issuer).some(name => keys.has(general_name_key(name)))
}

/** For which reasons the list can say that a certificate is not revoked: RFC 5280 §6.3.3 (d). */
export function covered_reasons(point: DistributionPoint, crl: CertificateList): readonly ReasonFlag[] {
  const in_list = issuing_distribution_point(crl)?.onlySomeReasons ?? all_reasons
  const at_point = point.reasons ?? all_reasons
  return all_reasons.filter(reason => in_list.includes(reason) && at_point.includes(reason))
}

/** Whether a delta adds to this very list: RFC 5280 §5.2.4, §6.3.3 (c). */
export function does_update(delta: CertificateList, crl: CertificateList): boolean {
  const number = number_of(crl, oids.id_ce_cRLNumber)
  const delta_number = number_of(delta, oids.id_ce_cRLNumber)
  const base = number_of(delta, oids.id_ce_deltaCRLIndicator)
  if (number === undefined || delta_number === undefined || base === undefined) return false
  return base <= number && number < delta_number && family_key(delta) === family_key(crl)
}

const family_keys = new WeakMap<CertificateList, string>()

/** A text that lists share that are about the same certificates: the issuer, its key, what the list is about. */
function family_key(crl: CertificateList): string {
  const known = family_keys.get(crl)
  if (known !== undefined) return known
  const { issuer, crlExtensions } = crl.tbsCertList
  const authority = select_crl_extension(oids.id_ce_authorityKeyIdentifier, crlExtensions)
  const scope = issuing_distribution_point(crl)
  const parts = [name_key(issuer), authority && authority_key(authority), scope && scope_key(scope, issuer)]
  const key = JSON.stringify(parts)
  family_keys.set(crl, key)
  return key
}

function authority_key(authority: AuthorityKeyIdentifier) {
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = authority
  return [
    keyIdentifier && [...keyIdentifier],
    authorityCertIssuer?.map(general_name_key),
    authorityCertSerialNumber?.toString(),
  ]
}

function scope_key({ distributionPoint, ...rest }: IssuingDistributionPoint, issuer: Name) {
  return [distributionPoint && full_names(distributionPoint, issuer).map(general_name_key), rest]
}

function number_of(
  crl: CertificateList,
  id: typeof oids.id_ce_cRLNumber | typeof oids.id_ce_deltaCRLIndicator,
): bigint | undefined {
  return select_crl_extension(id, crl.tbsCertList.crlExtensions)
}

// ---- Names of distribution points

/** Where the names begin that are relative: RFC 5280 §4.2.1.13. */
function relative_to({ cRLIssuer }: DistributionPoint, issuer: Name): Name {
  const named = cRLIssuer?.find(name => name[0] === 'directoryName')
  return named?.[0] === 'directoryName' ? named[1] : issuer
}

function full_names(name: DistributionPointName, parent: Name): readonly GeneralName[] {
  if (name[0] === 'fullName') return name[1]
  const rdnSequence = [...parent.rdnSequence, name[1]]
  // A name that stands nowhere has no encoding: it is compared by its parts.
  return [['directoryName', { rdnSequence, der: new Uint8Array() }]]
}

/** A text that two general names share exactly when they are the same. */
function general_name_key([kind, name]: GeneralName): string {
  if (typeof name === 'string') return `${kind}:${kind === 'dNSName' ? name.toLowerCase() : name}`
  return name instanceof Uint8Array ? `${kind}:${name.join()}` : `${kind}:${name_key(name)}`
}
