// What comes of a path: each event of its validation is put to the verify_fun, and the first refusal ends it. In ssl
// a verify_fun may take its time.

import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { type PathChecks, path_events } from '../../apps/public_key/pubkey_cert.ts'
import {
  type BadCert,
  conclude,
  default_verify_fun,
  type PathError,
  type VerifyAnswer,
  type VerifyEvent,
} from '../../apps/public_key/verify_fun.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'
import type { AlertDescription } from '../record/ssl_alert.ts'
import { type Awaitable, type Steps, wait } from './awaitable.ts'

/**
 * As the `VerifyFun` of `public_key`, but its answer may be a promise: the handshake waits for it.
 *
 * OTP: the option `verify_fun` of `ssl`
 */
export type SslVerifyFun<State = Term> = readonly [
  fun: (
    certificate: OTPCertificate,
    event: VerifyEvent,
    state: NoInfer<State>,
  ) => Awaitable<VerifyAnswer<NoInfer<State>>>,
  initial_state: State,
]

/** From whom to trust, or why there is nobody, down to the peer. */
export type Path = readonly [anchor: OTPCertificate | PathError, path: readonly OTPCertificate[]]

/** Fails at every error, and knows no extension. */
export const verify_peer_fun: SslVerifyFun = default_verify_fun

/** What `verify_none` stands for: whatever is wrong is overlooked. OTP: the option `verify_fun` */
export const verify_none_fun: SslVerifyFun = [
  (_certificate, event, state) => {
    const unknown = Array.isArray(event) && event[0] === 'extension' && !event[1].critical
    return unknown ? ['unknown', state] : ['valid', state]
  },
  [],
]

const alerts: Readonly<Record<string, AlertDescription>> = {
  unknown_ca: 'unknown_ca',
  selfsigned_peer: 'bad_certificate',
  cert_expired: 'certificate_expired',
  invalid_issuer: 'bad_certificate',
  invalid_signature: 'bad_certificate',
  name_not_permitted: 'bad_certificate',
  unknown_critical_extension: 'unsupported_certificate',
  unsupported_signature: 'unsupported_certificate',
  revocation_status_undetermined: 'bad_certificate',
  revoked: 'certificate_revoked',
  weak_key: 'bad_certificate',
}

/** What is found out about a certificate that is good otherwise: `valid`, or for the peer `valid_peer`. */
export type Inquest = (
  certificate: OTPCertificate,
  issuer: OTPCertificate,
  who: 'valid' | 'valid_peer',
) => Steps<readonly BadCert[]>

/**
 * Validates a path. What the inquest finds out about a certificate below the anchor is put to the verify_fun too, once
 * that has said that the certificate is good.
 *
 * @returns why the path is refused; undefined: it is not
 */
export function* verdict(
  [anchor, path]: Path,
  checks: PathChecks,
  verify_fun: SslVerifyFun,
  inquest: Inquest | undefined,
): Steps<BadCert | undefined> {
  const [fun, initial_state] = verify_fun
  const issuers = issuers_in(typeof anchor === 'string' ? path : [anchor, ...path])
  let state = initial_state
  for (const [certificate, event] of path_events(anchor, path, checks)) {
    const events = [event]
    for (let said = events.shift(); said !== undefined; said = events.shift()) {
      const [tag, answer] = yield* ask([fun, state], certificate, said)
      if (tag === 'error') return answer
      state = answer
      const issuer = issuers.get(certificate)
      if (typeof said !== 'string' || issuer === undefined || inquest === undefined) continue
      events.push(...((yield* inquest(certificate, issuer, said)) as readonly VerifyEvent[]))
    }
  }
  return undefined
}

/** By whom each certificate was issued, but for the first of them. */
const issuers_in = (chain: readonly OTPCertificate[]): ReadonlyMap<OTPCertificate, OTPCertificate> =>
  new Map(chain.slice(1).map((certificate, index) => [certificate, chain[index]!]))

/**
 * Of several paths the one that least is wrong with, the first of those. Neither users nor lists of revoked
 * certificates are asked, and no host is looked for: the peer is the same at the end of each.
 *
 * @param paths - at least one
 */
export function soundest(paths: readonly Path[], checks: PathChecks): Path {
  let best = paths[0]!
  let fewest = Number.POSITIVE_INFINITY
  if (paths.length === 1) return best
  for (const path of paths) {
    const faults = faults_of(path, checks)
    if (faults < fewest) [best, fewest] = [path, faults]
    if (faults === 0) break
  }
  return best
}

function faults_of([anchor, path]: Path, { hostname: _, ...checks }: PathChecks): number {
  let faults = 0
  try {
    for (const [, event] of path_events(anchor, path, checks)) {
      if (typeof event !== 'string' && (event[0] === 'bad_cert' || event[1].critical)) faults++
    }
    return faults
  } catch (error) {
    if (error instanceof DecodeError) return Number.POSITIVE_INFINITY
    throw error
  }
}

/** RFC 5246 §7.2.2. What a verify_fun failed for reasons of its own ends the handshake without telling them. */
export function alert_of([, reason]: BadCert): AlertDescription {
  const cause = Array.isArray(reason) ? reason[0] : reason
  return typeof cause === 'string' && Object.hasOwn(alerts, cause) ? alerts[cause]! : 'handshake_failure'
}

function* ask(
  [fun, state]: SslVerifyFun,
  certificate: OTPCertificate,
  event: VerifyEvent,
): Steps<Result<Term, BadCert>> {
  try {
    return conclude(event, yield* wait(fun(certificate, event, state)))
  } catch (error) {
    return ['error', ['bad_cert', ['EXIT', error]]]
  }
}
