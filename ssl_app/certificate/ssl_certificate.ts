// The chain that one side shows, and the check of the chain that the other side shows.

import type { PublicKey } from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { PathChecks } from '../../apps/public_key/pubkey_cert.ts'
import type { KeyUsage } from '../../apps/public_key/pubkey_extensions.ts'
import { subject_public_key } from '../../apps/public_key/pubkey_keys.ts'
import type { PolicyOptions } from '../../apps/public_key/pubkey_policies.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Role } from '../record/tls_v1.ts'
import { decode_shown, keep_accepted } from './accepted_certificates.ts'
import { type Awaitable, run, type Steps } from './awaitable.ts'
import { find_paths, has_signed, is_self_signed, longest_chain, meant_path } from './path_search.ts'
import {
  alert_of,
  type Inquest,
  type Path,
  type SslVerifyFun,
  soundest,
  verdict,
  verify_none_fun,
  verify_peer_fun,
} from './path_verdict.ts'
import { type RevocationContext, revocation_problems } from './revocation.ts'
import type { CrlCheck } from './ssl_crl_cache_api.ts'
import type { Staple } from './ssl_ocsp.ts'
import { TrustStore } from './ssl_pkix_db.ts'

/** OTP: the option `partial_chain`. The chain is DER, the one nearest the root first. */
export type PartialChain = (
  chain: readonly Uint8Array[],
) => readonly ['trusted_ca', Uint8Array] | 'unknown_ca'

/** How a peer's certificates are checked. What is undefined or absent is not asked of them. */
export interface PathOptions
  extends Pick<
    PathChecks,
    'allow_any_ca_purpose' | 'allowed_signatures' | 'least_key_bits' | 'customize_hostname_check'
  > {
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
  /** Which policies the path must be valid for. */
  readonly policies?: PolicyOptions | undefined
  /** Where it is looked up whether they are revoked. */
  readonly crl?: CrlCheck | undefined
}

/** What a check goes by that is another one each time. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Client: what came of asking the server for an OCSP response. Undefined: it was not asked for it. */
  readonly staple?: Staple | undefined
  /** What the peer's key is used for: its certificate must not forbid that. Undefined: that does not matter */
  readonly key_usage?: KeyUsage | undefined
}

/** The peer, once its certificates are accepted. */
export interface PeerCertificate {
  /** DER */
  readonly certificate: Uint8Array
  readonly public_key: PublicKey
}

/**
 * Checks the peer's chain.
 *
 * @param chain - DER, the peer's own certificate first; not empty
 * @param moment - when, and what an OCSP responder says
 * @returns a promise only where a verify_fun, or who has the lists of revoked certificates, takes its time
 * @throws {@link Alert} by cause; `certificate_unknown` for what cannot be decoded. Where there is a promise, it is
 *   rejected with that.
 */
export function validate_peer(
  chain: readonly Uint8Array[],
  trusted: TrustStore,
  options: PathOptions,
  moment: Moment,
): Awaitable<PeerCertificate> {
  return run(validation(chain, trusted, options, moment))
}

function* validation(
  chain: readonly Uint8Array[],
  trusted: TrustStore,
  options: PathOptions,
  { now, staple, key_usage }: Moment,
): Steps<PeerCertificate> {
  try {
    const shown = chain.slice(0, longest_chain).map(decode_shown)
    const checks = { ...checks_of(options, now), key_usage }
    const path = choose_path(shown, trusted, options.partial_chain, checks)
    const [peer, ...known] = shown
    const context = { checks, crl: options.crl, staple, trusted, known, anchor: anchor_of(path) }
    const refusal = yield* verdict(path, checks, verify_fun_of(options), inquest_of(options, context))
    if (refusal !== undefined) throw new Alert(alert_of(refusal), refusal)
    const public_key = subject_public_key(peer!)
    keep_accepted(path[1])
    return { certificate: peer!.der, public_key }
  } catch (error) {
    throw error instanceof DecodeError ? new Alert('certificate_unknown', error.message) : error
  }
}

const anchor_of = ([anchor]: Path): OTPCertificate | undefined =>
  typeof anchor === 'string' ? undefined : anchor

const verify_fun_of = ({ verify, verify_fun }: PathOptions): SslVerifyFun =>
  verify_fun ?? (verify === 'verify_peer' ? verify_peer_fun : verify_none_fun)

/** Nobody is asked whose answer would be overlooked. */
function inquest_of({ verify, verify_fun }: PathOptions, context: RevocationContext): Inquest | undefined {
  if (verify === 'verify_none' && verify_fun === undefined) return undefined
  if (context.crl === undefined && context.staple === undefined) return undefined
  return (certificate, issuer, who) => revocation_problems([certificate, issuer], who, context)
}

function checks_of(options: PathOptions, now: number): PathChecks {
  const { role, depth, hostname, customize_hostname_check, policies } = options
  const { allow_any_ca_purpose, allowed_signatures, least_key_bits } = options
  return {
    ...policies,
    now,
    max_path_length: depth,
    extended_key_usage: role === 'client' ? 'serverAuth' : 'clientAuth',
    allow_any_ca_purpose,
    allowed_signatures,
    least_key_bits,
    ...(hostname === undefined ? {} : { hostname, customize_hostname_check }),
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
    const issuer = [...known.issuers(last), ...trusted.issuers(last)].find(one => has_signed(one, last))
    if (issuer === undefined || chain.includes(issuer)) break
    chain.push(issuer)
  }
  return chain.map(({ der }) => der)
}

// ---- Which path

/**
 * The path to validate. If there are several, it is the first that nothing is wrong with, or else the one that least
 * is wrong with; if there is none, but for signatures or names that are wrong, that one.
 */
function choose_path(
  shown: readonly OTPCertificate[],
  trusted: TrustStore,
  partial_chain: PartialChain | undefined,
  checks: PathChecks,
): Path {
  const [peer] = shown
  if (is_self_signed(peer!)) return ['selfsigned_peer', [peer!]]
  const found = find_paths(shown, trusted, checks.now)
  const paths = found.trusted.map(([root, ...path]): Path => [root!, path])
  if (paths.length > 0) return soundest(paths, checks)
  const claimed = claimed_path(found.dead_ends, partial_chain)
  if (claimed !== undefined) return claimed
  const meant = meant_path(shown, trusted)
  return meant === undefined ? ['unknown_ca', found.dead_ends[0]!] : [meant[0]!, meant.slice(1)]
}

/** The user may trust a certificate of a chain without a trusted root. */
function claimed_path(
  chains: readonly (readonly OTPCertificate[])[],
  partial_chain: PartialChain | undefined,
): Path | undefined {
  if (partial_chain === undefined) return undefined
  for (const chain of chains) {
    const claimed = ask(
      partial_chain,
      chain.map(({ der }) => der),
    )
    const at = chain.findIndex(({ der }) => claimed !== undefined && Buffer.compare(der, claimed) === 0)
    if (at !== -1) return [chain[at]!, chain.slice(at + 1)]
  }
  return undefined
}

/** A function that fails has claimed nothing. */
function ask(partial_chain: PartialChain, chain: readonly Uint8Array[]): Uint8Array | undefined {
  try {
    const answer: Term = partial_chain(chain)
    const [tag, claimed] = Array.isArray(answer) ? answer : []
    return tag === 'trusted_ca' && claimed instanceof Uint8Array ? claimed : undefined
  } catch {
    return undefined
  }
}
