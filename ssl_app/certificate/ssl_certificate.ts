// The chain that one side shows, and the check of the chain that the other side shows.

import type { PublicKey } from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { validate_path } from '../../apps/public_key/pubkey_cert.ts'
import { certified_key } from '../../apps/public_key/pubkey_keys.ts'
import { is_same_name } from '../../apps/public_key/pubkey_names.ts'
import { is_signed_by } from '../../apps/public_key/pubkey_signature.ts'
import { default_verify_fun, type PathError, type VerifyFun } from '../../apps/public_key/verify_fun.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { Alert, type AlertDescription } from '../record/ssl_alert.ts'
import type { Role } from '../record/tls_v1.ts'
import { decode_shown, keep_accepted } from './accepted_certificates.ts'
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
  readonly verify_fun: VerifyFun<Term> | undefined
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

const alerts: Readonly<Record<string, AlertDescription>> = {
  unknown_ca: 'unknown_ca',
  selfsigned_peer: 'bad_certificate',
  cert_expired: 'certificate_expired',
  invalid_issuer: 'bad_certificate',
  invalid_signature: 'bad_certificate',
  name_not_permitted: 'bad_certificate',
  unknown_critical_extension: 'unsupported_certificate',
  revocation_status_undetermined: 'bad_certificate',
}

/** What `verify_none` stands for: whatever is wrong is overlooked. OTP: the option `verify_fun` */
const accept_all: VerifyFun<Term> = [
  (_certificate, event, state) => {
    const unknown = Array.isArray(event) && event[0] === 'extension' && !event[1].critical
    return unknown ? ['unknown', state] : ['valid', state]
  },
  [],
]

/**
 * Checks the peer's chain.
 *
 * @param chain - DER, the peer's own certificate first; not empty
 * @param now - milliseconds since 1970
 * @throws {@link Alert} by cause; `certificate_unknown` for what cannot be decoded
 */
export function validate_peer(
  chain: readonly Uint8Array[],
  trusted: TrustStore,
  options: PathOptions,
  now: number,
): PeerCertificate {
  try {
    const shown = chain.slice(0, longest_chain).map(decode_shown)
    const [anchor, path] = build_path(shown, trusted, options.partial_chain)
    const [tag, answer] = validate_path(anchor, path, {
      now,
      max_path_length: options.depth,
      verify_fun: options.verify_fun ?? (options.verify === 'verify_peer' ? default_verify_fun : accept_all),
      extended_key_usage: options.role === 'client' ? 'serverAuth' : 'clientAuth',
      ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    })
    if (tag === 'error') throw new Alert(alert_of(answer[1]), answer)
    keep_accepted(path)
    return { certificate: shown[0]!.der, public_key: answer.public_key }
  } catch (error) {
    throw error instanceof DecodeError ? new Alert('certificate_unknown', error.message) : error
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

type Path = readonly [anchor: OTPCertificate | PathError, path: readonly OTPCertificate[]]

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

/** What a verify_fun failed for reasons of its own ends the handshake without telling them. */
function alert_of(reason: Term): AlertDescription {
  if (Array.isArray(reason) && reason[0] === 'revoked') return 'certificate_revoked'
  const known = typeof reason === 'string' && Object.hasOwn(alerts, reason)
  return known ? alerts[reason]! : 'handshake_failure'
}
