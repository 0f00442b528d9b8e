// Whether a certificate of the peer's is revoked, by the lists that a cache has. Which lists to ask for, and in which
// order, is said here; what they mean, in public_key. OTP: the module `ssl_crl`, and `ssl_handshake:crl_check`

import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { CertificateList, TBSCertList } from '../../apps/public_key/pubkey_crl.ts'
import { select_crl_extension } from '../../apps/public_key/pubkey_crl_extensions.ts'
import { crl_signer, type SignerChecks } from '../../apps/public_key/pubkey_crl_signer.ts'
import {
  type CrlIssuerFun,
  type DpAndCrl,
  type RevocationStatus,
  validate_crls,
} from '../../apps/public_key/pubkey_crl_validation.ts'
import { type DistributionPoint, select_extension } from '../../apps/public_key/pubkey_extensions.ts'
import { equal_bytes, is_same_name, type Name } from '../../apps/public_key/pubkey_names.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { pkix_crl_verify, pkix_dist_point, pkix_dist_points } from '../../apps/public_key/public_key_crl.ts'
import type { BadCert } from '../../apps/public_key/verify_fun.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Steps } from './awaitable.ts'
import { CrlInquiries } from './crl_inquiries.ts'
import { find_paths } from './path_search.ts'
import type { CrlCheck } from './ssl_crl_cache_api.ts'
import type { TrustStore } from './ssl_pkix_db.ts'

/** What is known beside the certificate that is checked; and when, and how lists may be signed. */
export interface CrlContext extends SignerChecks {
  readonly crl: CrlCheck
  /** Whoever issued a list is sought among these, and so is the way from there to a root, which is one of them. */
  readonly trusted: TrustStore
  /** What else the peer has shown. */
  readonly known: readonly OTPCertificate[]
  /**
   * With whom the path of the certificate begins, in `trusted` or not: to nobody else may the issuer of a list lead
   * (RFC 5280 §6.3.3 (f)). Undefined: there is none, and anybody in `trusted` will do
   */
  readonly anchor?: OTPCertificate | undefined
}

/** Distribution points of a certificate that are looked at, and of those for deltas. */
const most_points = 8
/** Certificates of one name that may have issued a list. */
const most_issuers = 8

/**
 * Checks one certificate, whose path is valid otherwise. First the distribution points are asked for that are in the
 * certificate, one after the other, until their lists say enough; then those lists that its issuer has made.
 *
 * @param who - what path validation says of it: with `'peer'` it is all about the last one
 * @returns a promise, in the end, only where the cache takes its time
 */
export function* crl_check(
  certificate: OTPCertificate,
  who: 'valid' | 'valid_peer',
  context: CrlContext,
): Steps<'valid' | BadCert> {
  const { check } = context.crl
  if (check === 'peer' && who === 'valid') return 'valid'

  const inquiry = new CrlInquiries(context.crl.cache, certificate.tbsCertificate.issuer)
  const points = pkix_dist_points(certificate).slice(0, most_points)
  const at_points: DpAndCrl[] = []
  for (const point of points) {
    const crls = yield* lists_at(point, inquiry)
    if (crls.length === 0) continue
    at_points.push(...crls.map((crl): DpAndCrl => [point, crl]))
    const status = yield* judge(certificate, at_points, inquiry, context)
    if (is_determined(status)) return status
  }
  const crls = yield* inquiry.select(certificate.tbsCertificate.issuer)
  // A list may be said to be at a place, and have come another way.
  const everywhere = [pkix_dist_point(certificate), ...points].flatMap(point =>
    crls.map((crl): DpAndCrl => [point, crl]),
  )
  const status = yield* judge(certificate, everywhere, inquiry, context)
  if (is_determined(status)) return status
  return check === 'best_effort' ? 'valid' : status
}

/** Somebody else's lists can be known by whose they are. */
function* lists_at(point: DistributionPoint, inquiry: CrlInquiries): Steps<readonly CertificateList[]> {
  const crls = yield* inquiry.lookup(point)
  return crls.length > 0 || point.cRLIssuer === undefined ? crls : yield* inquiry.select(point.cRLIssuer)
}

const is_determined = (status: RevocationStatus): boolean =>
  status === 'valid' || (Array.isArray(status[1]) && status[1][0] === 'revoked')

// ---- What the lists say

function* judge(
  certificate: OTPCertificate,
  found: readonly DpAndCrl[],
  inquiry: CrlInquiries,
  context: CrlContext,
): Steps<RevocationStatus> {
  const { now, allowed_signatures, least_key_bits } = context
  const all = [...found, ...(yield* deltas_of(certificate, found, inquiry))]
  const newer = new Map<CertificateList, CertificateList>()
  for (const [point, crl] of all) {
    if (newer.has(crl) || is_current(crl, now)) continue
    newer.set(crl, yield* inquiry.fresh_crl(point, crl))
  }
  return validate_crls(certificate, all.sort(newest_first), {
    now,
    allowed_signatures,
    least_key_bits,
    update_crl: (_point, crl) => newer.get(crl) ?? crl,
    issuer_fun: (_point, crl, issuer) => issuer_of(crl, issuer, context),
  })
}

/** The first list that holds decides. There may be older ones that hold as well, as where a new one was put in. */
function newest_first([, left]: DpAndCrl, [, right]: DpAndCrl): number {
  const [one, other] = [left.tbsCertList, right.tbsCertList]
  if (one.thisUpdate !== other.thisUpdate) return other.thisUpdate - one.thisUpdate
  return Number(number_of(other) - number_of(one))
}

const number_of = ({ crlExtensions }: TBSCertList): bigint =>
  select_crl_extension(oids.id_ce_cRLNumber, crlExtensions) ?? -1n

/** What there is of newer lists, where the certificate or its lists say that they are. RFC 5280 §4.2.1.15, §5.2.6 */
function* deltas_of(
  { tbsCertificate: { extensions } }: OTPCertificate,
  found: readonly DpAndCrl[],
  inquiry: CrlInquiries,
): Steps<readonly DpAndCrl[]> {
  if (found.length === 0) return []
  const points = new Set(select_extension(oids.id_ce_freshestCRL, extensions))
  for (const [, { tbsCertList }] of found) {
    const more = select_crl_extension(oids.id_ce_freshestCRL, tbsCertList.crlExtensions) ?? []
    for (const point of more) points.add(point)
  }
  const deltas: DpAndCrl[] = []
  for (const point of [...points].slice(0, most_points)) {
    for (const crl of yield* inquiry.lookup(point)) deltas.push([point, crl])
  }
  return deltas
}

function is_current({ tbsCertList: { thisUpdate, nextUpdate } }: CertificateList, now: number): boolean {
  return thisUpdate <= now && (nextUpdate === undefined || now < nextUpdate)
}

// ---- Whose lists they are

/** The certificate of the one who has signed the list, and the way to it from a root. */
function issuer_of(crl: CertificateList, name: Name, context: CrlContext): ReturnType<CrlIssuerFun> {
  const { trusted, known, anchor } = context
  const shown = (anchor === undefined ? known : [anchor, ...known]).filter(({ tbsCertificate }) =>
    is_same_name(tbsCertificate.subject, name),
  )
  const chains = [...trusted.named(name), ...shown]
    .slice(0, most_issuers)
    .filter(issuer => has_signed(issuer, crl))
    .flatMap(issuer => chains_to(issuer, context))
  const [first] = chains
  if (first === undefined) return ['error', 'unknown_ca']
  const chain = chains.length === 1 ? first : (chains.find(each => may_sign(each, crl, context)) ?? first)
  return ['ok', chain[0]!, chain.slice(1)]
}

/** Whether the last one of the chain may have signed the list, now. */
function may_sign(chain: Chain, crl: CertificateList, checks: SignerChecks): boolean {
  return crl_signer(crl, chain[0]!, chain.slice(1), checks) !== undefined
}

type Chain = readonly OTPCertificate[]

/** The ways from what is trusted down to that certificate. */
function chains_to(
  certificate: OTPCertificate,
  { trusted, known, anchor, now }: CrlContext,
): readonly Chain[] {
  const { trusted: chains, dead_ends } = find_paths([certificate, ...known], trusted, now)
  if (anchor === undefined) return chains
  return [...chains, ...dead_ends].flatMap(chain => {
    const at = chain.findIndex(one => is_same_authority(one, anchor))
    return at === -1 ? [] : [chain.slice(at)]
  })
}

/** An authority may have several certificates for its key. */
const is_same_authority = (
  { tbsCertificate: one }: OTPCertificate,
  { tbsCertificate: other }: OTPCertificate,
) =>
  is_same_name(one.subject, other.subject) &&
  equal_bytes(one.subjectPublicKeyInfo.der, other.subjectPublicKeyInfo.der)

function has_signed(issuer: OTPCertificate, crl: CertificateList): boolean {
  try {
    return pkix_crl_verify(crl, issuer)
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}
