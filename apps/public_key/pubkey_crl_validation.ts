// Whether a certificate is revoked, by the lists that there are: RFC 5280 §6.3, as OTP's public_key has it. Pure: the
// lists come in as arguments, the time too.

import type { Term } from '../../runtime/erlang/term.ts'
import type { SignatureScheme } from '../crypto/crypto.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import type { LeastKeyBits } from './pubkey_cert.ts'
import type { CertificateList } from './pubkey_crl.ts'
import {
  type CrlReason,
  has_unknown_critical_extension,
  select_crl_extension,
} from './pubkey_crl_extensions.ts'
import {
  all_reasons,
  covered_reasons,
  does_update,
  is_delta,
  is_in_scope,
  is_issuer_authorized,
} from './pubkey_crl_scope.ts'
import {
  type CrlSigner,
  crl_signer,
  has_signed,
  is_signature_allowed,
  type SignerChecks,
  signs_crls_only,
} from './pubkey_crl_signer.ts'
import { type DistributionPoint, type ReasonFlag, select_extension } from './pubkey_extensions.ts'
import { is_same_name, type Name } from './pubkey_names.ts'
import { id_ce_cRLDistributionPoints, id_ce_cRLReasons } from './pubkey_oids.ts'

/** A distribution point, and a list that is to be had there. OTP: `{DistPoint, CRL}`. */
export type DpAndCrl = readonly [DistributionPoint, CertificateList]

/** What the lists say about a certificate. */
export type RevocationStatus = 'valid' | RevocationFailure

/** Why a certificate is refused. OTP: `{bad_cert, …}` of `public_key:pkix_crls_validate/3`. */
export type RevocationFailure = readonly [
  'bad_cert',
  readonly ['revoked', CrlReason] | 'revocation_status_undetermined' | UndeterminedDetails,
]

/** With `undetermined_details`: why each list could not be used; `'no_relevant_crls'`: there were none. */
export type UndeterminedDetails = readonly [
  'revocation_status_undetermined',
  readonly ['bad_crls', 'no_relevant_crls' | readonly BadCrl[]],
]

/** A list that could not be used, and why. */
export type BadCrl = readonly [readonly ['bad_crl', BadCrlReason], CertificateList]

/**
 * Why a list could not be used: it is out of date; it is of somebody else; it is about other certificates; it is
 * about no reason that others are not about; nobody knows its issuer; its issuer has not signed it or must not; what its
 * issuer has signed is no list of entries; it has a critical extension that nobody knows.
 */
export type BadCrlReason =
  | 'no_fresh_crl'
  | 'invalid_issuer'
  | 'scope_error'
  | 'mask_error'
  | 'no_issuer_cert_chain'
  | 'invalid_signature'
  | 'malformed_entries'
  | 'unknown_critical_extension'

/** OTP: the options of `public_key:pkix_crls_validate/3`. */
export interface CrlValidationOptions extends SignerChecks {
  /** Milliseconds since 1970. */
  readonly now: number
  /** How lists, and the certificates of those who issue them, may be signed. Default: in any way */
  readonly allowed_signatures?: readonly SignatureScheme[] | undefined
  /** How long the keys of those who issue lists must be at least. Default: any length */
  readonly least_key_bits?: LeastKeyBits | undefined
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

/**
 * Whether a certificate is revoked. Lists are tried in their order, until one says that the certificate is revoked, or
 * those that do not have been about all reasons that there are; deltas are used with the lists that they add to, the
 * newest first. A list with a critical extension that nobody knows can say that a certificate is revoked, and not that
 * it is none.
 *
 * @param certificate - its path is valid, which is not checked here
 * @param dps_and_crls - each list with the point of the certificate that it was found at. A list of the certificate's
 *   own issuer that was found elsewhere belongs to the point that `pkix_dist_point` makes
 * @see OTP: `public_key:pkix_crls_validate/3`
 */
export function validate_crls(
  certificate: OTPCertificate,
  dps_and_crls: readonly DpAndCrl[],
  options: CrlValidationOptions,
): RevocationStatus {
  const [outcome, bad_crls] = consult_all(certificate, gather(dps_and_crls, options))
  if (outcome === 'unrevoked') return 'valid'
  if (outcome !== 'undetermined') return ['bad_cert', outcome]
  if (!options.undetermined_details) return ['bad_cert', 'revocation_status_undetermined']
  const details = bad_crls.length > 0 ? bad_crls : 'no_relevant_crls'
  return ['bad_cert', ['revocation_status_undetermined', ['bad_crls', details]]]
}

// ---- The lists

/** The lists that there are, and what has been found out about them. */
interface Lists {
  readonly complete: readonly DpAndCrl[]
  /** The newest first. */
  readonly deltas: readonly DpAndCrl[]
  readonly options: CrlValidationOptions
  /** What there is instead of those that are out of date. */
  readonly updated: Map<CertificateList, CertificateList>
  /** Who has signed each list, or why nobody may have. */
  readonly signers: Map<CertificateList, CrlSigner | BadCrlReason>
  /** Whether those are revoked themselves that sign lists only. */
  readonly revoked_signers: Map<OTPCertificate, boolean>
}

function gather(dps_and_crls: readonly DpAndCrl[], options: CrlValidationOptions): Lists {
  return {
    complete: dps_and_crls.filter(([, crl]) => !is_delta(crl)),
    deltas: dps_and_crls.filter(([, crl]) => is_delta(crl)).sort(newest_first),
    options,
    updated: new Map(),
    signers: new Map(),
    revoked_signers: new Map(),
  }
}

const newest_first = ([, left]: DpAndCrl, [, right]: DpAndCrl) =>
  right.tbsCertList.thisUpdate - left.tbsCertList.thisUpdate

/** RFC 5280 §6.3.3, the loop around it. */
function consult_all(
  certificate: OTPCertificate,
  lists: Lists,
): readonly [Revoked | 'unrevoked' | 'undetermined', readonly BadCrl[]] {
  const reasons = new Set<ReasonFlag>()
  const bad_crls: BadCrl[] = []
  for (const dp_and_crl of lists.complete) {
    const outcome = consult(certificate, dp_and_crl, reasons, lists)
    if (outcome[0] === 'revoked') return [outcome, bad_crls]
    if (outcome[0] === 'bad_crl') bad_crls.unshift([outcome, dp_and_crl[1]])
    else for (const reason of outcome[1]) reasons.add(reason)
    if (reasons.size === all_reasons.length) return ['unrevoked', bad_crls]
  }
  return ['undetermined', bad_crls]
}

// ---- One list

type Revoked = readonly ['revoked', CrlReason]

type Outcome = Revoked | readonly ['bad_crl', BadCrlReason] | readonly ['unrevoked', readonly ReasonFlag[]]

/** RFC 5280 §6.3.3 (a) to (l). What is cheap comes first. */
function consult(
  certificate: OTPCertificate,
  [point, known]: DpAndCrl,
  reasons: ReadonlySet<ReasonFlag>,
  lists: Lists,
): Outcome {
  const why_not = unsuitable(certificate, point, known)
  if (why_not) return ['bad_crl', why_not]
  const crl = current(point, known, lists)
  const why_no_more = crl === known ? undefined : unsuitable(certificate, point, crl)
  if (why_no_more) return ['bad_crl', why_no_more]
  const covered = covered_reasons(point, crl)
  if (covered.every(reason => reasons.has(reason))) return ['bad_crl', 'mask_error']

  const signer = signer_of(point, crl, lists)
  if (typeof signer === 'string') return ['bad_crl', signer]
  // Not before, since it is much work for a list that anybody may have written.
  if (!crl.tbsCertList.revokedCertificates.are_well_formed) return ['bad_crl', 'malformed_entries']
  const delta = newest_delta(crl, signer, lists)
  if (!delta && !is_fresh(crl, lists.options.now)) return ['bad_crl', 'no_fresh_crl']
  return judge(certificate, delta ? [delta, crl] : [crl], covered)
}

function unsuitable(
  certificate: OTPCertificate,
  point: DistributionPoint,
  crl: CertificateList,
): BadCrlReason | undefined {
  if (!is_issuer_authorized(certificate, point, crl)) return 'invalid_issuer'
  return is_in_scope(certificate, point, crl) ? undefined : 'scope_error'
}

/** The deltas first. An entry with a reason to be taken out of the list means that there is none any more. */
function judge(
  { tbsCertificate }: OTPCertificate,
  crls: readonly CertificateList[],
  covered: readonly ReasonFlag[],
): Outcome {
  const { serialNumber, issuer } = tbsCertificate
  for (const { tbsCertList } of crls) {
    const entry = tbsCertList.revokedCertificates.find(serialNumber, issuer)
    const reason =
      entry && (select_crl_extension(id_ce_cRLReasons, entry.crlEntryExtensions) ?? 'unspecified')
    if (reason === 'removeFromCRL') break
    if (reason) return ['revoked', reason]
  }
  return crls.some(is_unknown) ? ['bad_crl', 'unknown_critical_extension'] : ['unrevoked', covered]
}

function is_unknown({ tbsCertList }: CertificateList): boolean {
  const { crlExtensions, revokedCertificates } = tbsCertList
  return has_unknown_critical_extension(crlExtensions) || revokedCertificates.has_unknown_critical_extension
}

// ---- How old lists are

function is_fresh({ tbsCertList }: CertificateList, now: number): boolean {
  return tbsCertList.thisUpdate <= now && now < (tbsCertList.nextUpdate ?? Infinity)
}

/** The list itself, or what there is instead of it if it is out of date. */
function current(point: DistributionPoint, crl: CertificateList, lists: Lists): CertificateList {
  const { options, updated } = lists
  if (is_fresh(crl, options.now) || !options.update_crl) return crl
  const known = updated.get(crl)
  if (known) return known
  const newer = options.update_crl(point, crl)
  const instead = is_delta(newer) === is_delta(crl) ? newer : crl
  updated.set(crl, instead)
  return instead
}

/** RFC 5280 §5.2.4: the list may be out of date itself. */
function newest_delta(crl: CertificateList, signer: CrlSigner, lists: Lists): CertificateList | undefined {
  const { options } = lists
  // A list from the future would not be one from now with what is newer.
  if (crl.tbsCertList.thisUpdate > options.now) return undefined
  for (const [point, known] of lists.deltas) {
    if (!does_update(known, crl)) continue
    const delta = current(point, known, lists)
    if (!is_fresh(delta, options.now) || !does_update(delta, crl)) continue
    if (!is_signature_allowed(delta, options) || !has_signed(delta, signer.key)) continue
    if (delta.tbsCertList.revokedCertificates.are_well_formed) return delta
  }
  return undefined
}

// ---- Whose lists they are

/** Each list comes from one, whichever point it was found at. */
function signer_of(point: DistributionPoint, crl: CertificateList, lists: Lists): CrlSigner | BadCrlReason {
  const known = lists.signers.get(crl)
  if (known) return known
  const signer = find_signer(point, crl, lists)
  lists.signers.set(crl, signer)
  return signer
}

/** RFC 5280 §6.3.3 (f), (g) */
function find_signer(point: DistributionPoint, crl: CertificateList, lists: Lists): CrlSigner | BadCrlReason {
  const { issuer_fun } = lists.options
  const found = issuer_fun?.(point, crl, crl.tbsCertList.issuer) ?? ['error', 'issuer_not_found']
  if (found[0] === 'error') return 'no_issuer_cert_chain'
  const signer = crl_signer(crl, found[1], found[2], lists.options)
  return signer && !is_signer_revoked(signer, lists) ? signer : 'invalid_signature'
}

/**
 * A certificate that is for lists only is in nobody's path, so that it has not been looked up yet. It is, in those lists
 * of its issuer that it has not signed itself; if there are none, nothing is held against it.
 */
function is_signer_revoked(signer: CrlSigner, lists: Lists): boolean {
  const { certificate } = signer
  if (!signs_crls_only(certificate)) return false
  const known = lists.revoked_signers.get(certificate)
  if (known !== undefined) return known

  const { issuer } = certificate.tbsCertificate
  const is_relevant = ([, crl]: DpAndCrl) =>
    is_same_name(crl.tbsCertList.issuer, issuer) && !has_signed(crl, signer.key)
  const crls = [...new Set(lists.complete.filter(is_relevant).map(([, crl]) => crl))]
  const complete = points_of(certificate).flatMap(point => crls.map((crl): DpAndCrl => [point, crl]))
  const deltas = lists.deltas.filter(is_relevant)
  // This ends: each such inquiry is about fewer lists than the one that it is made for.
  const is_revoked =
    complete.length > 0 && consult_all(certificate, { ...lists, complete, deltas })[0] !== 'unrevoked'
  lists.revoked_signers.set(certificate, is_revoked)
  return is_revoked
}

/** Where there are lists about the certificate: if it names no points, its issuer is one. */
function points_of({ tbsCertificate }: OTPCertificate): readonly DistributionPoint[] {
  const { issuer, extensions } = tbsCertificate
  const points = select_extension(id_ce_cRLDistributionPoints, extensions)
  return points ?? [{ distributionPoint: ['fullName', [['directoryName', issuer]]] }]
}
