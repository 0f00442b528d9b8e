// Whether the certificates of a path are revoked: what the peer brings along of a responder, and lists.

import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { PathChecks } from '../../apps/public_key/pubkey_cert.ts'
import type { BadCert } from '../../apps/public_key/verify_fun.ts'
import type { Steps } from './awaitable.ts'
import { crl_check } from './ssl_crl.ts'
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
  /** What else the peer has shown. */
  readonly known: readonly OTPCertificate[]
  /** With whom the path begins. Undefined: with nobody who is trusted, which was overlooked */
  readonly anchor: OTPCertificate | undefined
}

/**
 * What is wrong with a certificate that is good otherwise.
 *
 * @param who - `valid_peer`: it is the peer's own, the only one that there may be a staple for
 */
export function* revocation_problems(
  [certificate, issuer]: readonly [OTPCertificate, issuer: OTPCertificate],
  who: 'valid' | 'valid_peer',
  context: RevocationContext,
): Steps<readonly BadCert[]> {
  const { crl, staple, checks, ...trust } = context
  const { now, allowed_signatures, least_key_bits } = checks
  const signers = { now, allowed_signatures, least_key_bits }
  const stapled =
    staple === undefined || who === 'valid'
      ? 'valid'
      : staple_check(certificate, issuer, staple, { ...signers, trusted: trust.trusted })
  const listed =
    crl === undefined ? 'valid' : yield* crl_check(certificate, who, { crl, ...signers, ...trust })
  return [stapled, listed].filter((status): status is BadCert => status[0] === 'bad_cert')
}
