// The chain that one side shows, and the check of the chain that the other side shows.

import type { PublicKey } from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { certified_key, subject_public_key } from '../../apps/public_key/pubkey_keys.ts'
import { is_same_name } from '../../apps/public_key/pubkey_names.ts'
import { is_signed_by } from '../../apps/public_key/pubkey_signature.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Role } from '../record/tls_v1.ts'
import { decode_shown, keep_accepted } from './accepted_certificates.ts'
import { type Awaitable, run, type Steps } from './awaitable.ts'
import {
  alert_of,
  type Path,
  type PathChecks,
  type SslVerifyFun,
  verdict,
  verify_none_fun,
  verify_peer_fun,
} from './path_verdict.ts'
import { TrustStore } from './ssl_pkix_db.ts'

/** OTP: the option `partial_chain`. The chain is DER, the one nearest the root first. */
export type PartialChain = (
  chain: readonly Uint8Array[],
) => readonly ['trusted_ca', Uint8Array] | 'unknown_ca'

/** How a peer's certificates are checked. */
export interface PathOptions {
  /** Who checks. */
  readonly role: Role
  readonly verify: 'verify_none' | 'verify_peer'
  /** Undefined: what the mode `verify` stands for. */
  readonly verify_fun: SslVerifyFun | undefined
  readonly partial_chain: PartialChain | undefined
  /** How many certificates that are not self-issued may stand between the peer's and the root. */
  readonly depth: number
  /** Client: the name or address that the certificate must be for; undefined: any. */
  readonly hostname: string | undefined
}

/** The peer, once its certificates are accepted. */
export interface PeerCertificate {
  /** DER */
  readonly certificate: Uint8Array
  readonly public_key: PublicKey
}

/** Chains longer than this are not followed. */
const longest_chain = 32
/** Signatures that are verified to build one path: a peer may show many certificates that all have one name. */
const max_signature_checks = 100

/**
 * Checks the peer's chain.
 *
 * @param chain - DER, the peer's own certificate first; not empty
 * @param now - milliseconds since 1970
 * @returns a promise only where a verify_fun takes its time
 * @throws {@link Alert} by cause; `certificate_unknown` for what cannot be decoded. Where there is a promise, it is
 *   rejected with that.
 */
export const validate_peer = (
  chain: readonly Uint8Array[],
  trusted: TrustStore,
  options: PathOptions,
  now: number,
): Awaitable<PeerCertificate> => run(validation(chain, trusted, options, now))

function* validation(
  chain: readonly Uint8Array[],
  trusted: TrustStore,
  options: PathOptions,
  now: number,
): Steps<PeerCertificate> {
  try {
    const shown = chain.slice(0, longest_chain).map(decode_shown)
    const path = build_path(shown, trusted, options.partial_chain)
    const refusal = yield* verdict(path, checks_of(options, now), verify_fun_of(options))
    if (refusal !== undefined) throw new Alert(alert_of(refusal), refusal)
    const [peer] = shown
    const public_key = subject_public_key(peer!)
    keep_accepted(path[1])
    return { certificate: peer!.der, public_key }
  } catch (error) {
    throw error instanceof DecodeError ? new Alert('certificate_unknown', error.message) : error
  }
}

const verify_fun_of = ({ verify, verify_fun }: PathOptions): SslVerifyFun =>
  verify_fun ?? (verify === 'verify_peer' ? verify_peer_fun : verify_none_fun)

function checks_of({ role, depth, hostname }: PathOptions, now: number): PathChecks {
  return {
    now,
    max_path_length: depth,
    extended_key_usage: role === 'client' ? 'serverAuth' : 'clientAuth',
    ...(hostname === undefined ? {} : { hostname }),
  }
}

/**
 * The chain to show: the own certificate, and whoever issued it, as far as they are known.
 *
 * @param own - DER
 * @param more - DER: certificates that came along with the own one; what cannot be decoded is left out
 * @throws {@link DecodeError} for the own one
 */
export function certificate_chain(
  own: Uint8Array,
  more: readonly Uint8Array[],
  trusted: TrustStore,
): Uint8Array[] {
  const known = new TrustStore(more)
  const chain = [decode_certificate(own)]
  while (chain.length < longest_chain) {
    const last = chain.at(-1)!
    if (is_self_signed(last)) break
    const issuer = issuer_among(known.issuers(last), last) ?? issuer_among(trusted.issuers(last), last)
    if (issuer === undefined || chain.includes(issuer)) break
    chain.push(issuer)
  }
  return chain.map(({ der }) => der)
}

/** Whether a certificate is signed with the key that it certifies. OTP: `public_key:pkix_is_self_signed/1` */
export const is_self_signed = (certificate: OTPCertificate): boolean => issued(certificate, certificate)

/**
 * From a trusted root down to the peer. The peer may have shown its chain in any order, with too many certificates
 * or without those in between that are in the store.
 */
function build_path(
  shown: readonly OTPCertificate[],
  trusted: TrustStore,
  partial_chain: PartialChain | undefined,
): Path {
  const upward = [shown[0]!]
  const others = new Set(shown.slice(1))
  let checks = 0
  const is_issuer: IsIssuer = (issuer, subject) =>
    names_issuer(issuer, subject) && ++checks <= max_signature_checks && has_signed(issuer, subject)
  for (;;) {
    const last = upward.at(-1)!
    if (is_self_signed(last)) {
      if (upward.length === 1) return ['selfsigned_peer', upward]
      if (trusted.has(last)) return [last, upward.slice(0, -1).reverse()]
      break
    }
    const issuer =
      issuer_among(trusted.issuers(last), last, is_issuer) ?? issuer_among(others, last, is_issuer)
    if (issuer === undefined || upward.length >= longest_chain) break
    others.delete(issuer)
    upward.push(issuer)
  }
  return claim_trust(upward.reverse(), partial_chain)
}

/** A chain without a trusted root: the user may trust one of its certificates. */
function claim_trust(path: readonly OTPCertificate[], partial_chain: PartialChain | undefined): Path {
  const answer = ask(
    partial_chain,
    path.map(({ der }) => der),
  )
  const [tag, claimed] = Array.isArray(answer) ? answer : []
  if (tag !== 'trusted_ca' || !(claimed instanceof Uint8Array)) return ['unknown_ca', path]
  const at = path.findIndex(({ der }) => Buffer.compare(der, claimed) === 0)
  return at === -1 ? ['unknown_ca', path] : [path[at]!, path.slice(at + 1)]
}

/** A function that fails has claimed nothing. */
function ask(partial_chain: PartialChain | undefined, chain: readonly Uint8Array[]): Term {
  try {
    return partial_chain?.(chain)
  } catch {
    return 'unknown_ca'
  }
}

type IsIssuer = (issuer: OTPCertificate, subject: OTPCertificate) => boolean

function issuer_among(
  candidates: Iterable<OTPCertificate>,
  subject: OTPCertificate,
  is_issuer: IsIssuer = issued,
): OTPCertificate | undefined {
  for (const candidate of candidates) {
    if (is_issuer(candidate, subject)) return candidate
  }
  return undefined
}

const names_issuer: IsIssuer = (issuer, subject) =>
  is_same_name(issuer.tbsCertificate.subject, subject.tbsCertificate.issuer)

const has_signed: IsIssuer = (issuer, subject) => {
  const key = certified_key(issuer)
  return key !== undefined && is_signed_by(subject, key)
}

const issued: IsIssuer = (issuer, subject) => names_issuer(issuer, subject) && has_signed(issuer, subject)
