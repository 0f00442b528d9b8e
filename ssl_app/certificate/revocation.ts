// Whether the certificates of a path are revoked: what the peer brings along of a responder, and lists.

import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { PathChecks } from '../../apps/public_key/pubkey_cert.ts'
import type { BadCert } from '../../apps/public_key/verify_fun.ts'
import type { Steps } from './awaitable.ts'
import type { CrlCheck } from './ssl_crl_cache_api.ts'
import { type Staple, staple_check } from './ssl_ocsp.ts'
import type { TrustStore } from './ssl_pkix_db.ts'

/** What is known of revocations, and where more can be found out. */
export interface RevocationContext {
  readonly checks: PathChecks
  /** Undefined: lists do not matter. */
  readonly crl: CrlCheck | undefined
  /** Client: what came of asking the server for one. Undefined: it was not asked */
  readonly staple: Staple | undefined
  readonly trusted: TrustStore
  /** What the peer has shown, its own certificate first. */
  readonly shown: readonly OTPCertificate[]
}

/**
 * What is wrong with a certificate that is good otherwise.
 *
 * @param who - `valid_peer`: it is the peer's own, the only one that there may be a staple for
 */
// biome-ignore lint/correctness/useYield: lists take time
export function* revocation_problems(
  [certificate, issuer]: readonly [OTPCertificate, issuer: OTPCertificate],
  who: 'valid' | 'valid_peer',
  context: RevocationContext,
): Steps<readonly BadCert[]> {
  const { staple, trusted, checks } = context
  const problems: BadCert[] = []
  if (staple !== undefined && who === 'valid_peer') {
    const { now, allowed_signatures } = checks
    const stapled = staple_check(certificate, issuer, staple, { now, trusted, allowed_signatures })
    if (stapled[0] === 'bad_cert') problems.push(stapled)
  }
  return problems
}
