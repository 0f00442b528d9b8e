// The paths that lead from a peer up to a trusted root, among what the peer has shown and what is trusted. Peers show
// their certificates in any order, too many or too few, and a few show them to keep others busy: all work has a bound.

import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { is_self_issued } from '../../apps/public_key/pubkey_cert.ts'
import { select_extension } from '../../apps/public_key/pubkey_extensions.ts'
import { certified_key } from '../../apps/public_key/pubkey_keys.ts'
import { equal_bytes, is_same_name, name_key } from '../../apps/public_key/pubkey_names.ts'
import {
  id_ce_authorityKeyIdentifier,
  id_ce_subjectKeyIdentifier,
} from '../../apps/public_key/pubkey_oids.ts'
import { is_signed_by, signature_scheme } from '../../apps/public_key/pubkey_signature.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import type { TrustStore } from './ssl_pkix_db.ts'

/** Chains longer than this are not followed. */
export const longest_chain = 32
/** What the signatures may cost that are verified in one search: one with P-256 costs 1, some 0.1 ms. */
const most_signatures = 64
/** Certificates that are climbed to in one search, and paths that are found in it, or that lead nowhere. */
const most_climbs = 200
const most_paths = 8

/** Bytes of a SubjectPublicKeyInfo. */
const size_of_p256 = 91
const size_of_rsa_2048 = 294

/** From the certificate that has no issuer any more, or is the root, down to the peer. */
export type Chain = readonly OTPCertificate[]

/** What a search has found. Both lists are in the order of the search; the second matters where the first is empty. */
export interface FoundPaths {
  /** Each begins with a trusted root. */
  readonly trusted: readonly Chain[]
  /** Chains that could not be followed any further. */
  readonly dead_ends: readonly Chain[]
}

/**
 * Searches depth first. Of several that may have issued a certificate, those come first that it points to by their
 * key (RFC 5280 §4.2.1.1) and those that hold now; then those that are trusted.
 *
 * @param shown - what the peer has shown, its own certificate first
 * @param now - milliseconds since 1970
 */
export function find_paths(shown: readonly OTPCertificate[], trusted: TrustStore, now: number): FoundPaths {
  const search = new Search(shown, trusted, now)
  search.climb([shown[0]!])
  return search
}

/**
 * The way to a trusted root that is meant: by the names, and by what certificates say of their issuers' keys, whoever
 * has signed them. Where {@link find_paths} finds none, its validation tells what is wrong.
 *
 * @returns undefined: it leads to nobody who is trusted
 */
export function meant_path(shown: readonly OTPCertificate[], trusted: TrustStore): Chain | undefined {
  const upward = [shown[0]!]
  while (upward.length <= longest_chain) {
    const last = upward.at(-1)!
    if (is_self_issued(last) && trusted.has(last)) return upward.toReversed()
    const [next] = [...trusted.issuers(last), ...shown]
      .filter(issuer => likeness(issuer, last) < no_likeness && !is_among(issuer, upward))
      .sort((left, right) => likeness(left, last) - likeness(right, last))
    if (next === undefined) return undefined
    upward.push(next)
  }
  return undefined
}

/** Whether a certificate is signed with the key that it certifies. OTP: `public_key:pkix_is_self_signed/1` */
export const is_self_signed = (certificate: OTPCertificate): boolean =>
  is_self_issued(certificate) && has_signed(certificate, certificate)

/** Whether `issuer` signed `subject`, whatever their names. What cannot be understood was signed by nobody. */
export function has_signed(issuer: OTPCertificate, subject: OTPCertificate): boolean {
  try {
    const key = certified_key(issuer)
    return key !== undefined && is_signed_by(subject, key)
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

class Search implements FoundPaths {
  readonly trusted: Chain[] = []
  readonly dead_ends: Chain[] = []
  readonly #store: TrustStore
  readonly #now: number
  /** By subject; what is in the store too is not among them. */
  readonly #shown = new Map<string, OTPCertificate[]>()
  readonly #verified = new Map<OTPCertificate, Map<OTPCertificate, boolean>>()
  #climbs = 0
  #signatures = 0

  constructor(shown: readonly OTPCertificate[], store: TrustStore, now: number) {
    this.#store = store
    this.#now = now
    for (const certificate of shown.slice(1)) this.#add(certificate)
  }

  /** @param upward - the peer first */
  climb(upward: Chain): void {
    const last = upward.at(-1)!
    if (this.trusted.length === most_paths || ++this.#climbs > most_climbs) return
    const is_root = this.#is_root(last)
    let is_end = true
    for (const issuer of is_root || upward.length >= longest_chain ? [] : this.#issuers(last)) {
      if (is_among(issuer, upward) || !this.#has_issued(issuer, last)) continue
      is_end = false
      this.climb([...upward, issuer])
    }
    if (is_end) this.#end(upward, is_root && this.#store.has(last))
  }

  #add(certificate: OTPCertificate): void {
    if (this.#store.has(certificate)) return
    const key = name_key(certificate.tbsCertificate.subject)
    const same_name = this.#shown.get(key)
    if (same_name === undefined) this.#shown.set(key, [certificate])
    else if (!same_name.some(({ der }) => equal_bytes(der, certificate.der))) same_name.push(certificate)
  }

  #end(upward: Chain, is_trusted: boolean): void {
    const chain = upward.toReversed()
    if (is_trusted) this.trusted.push(chain)
    else if (this.dead_ends.length < most_paths) this.dead_ends.push(chain)
  }

  /** Nobody is above it. A trusted one may be signed in a way that is not known any more: that does not count. */
  #is_root(certificate: OTPCertificate): boolean {
    if (!is_self_issued(certificate)) return false
    return (
      this.#has_issued(certificate, certificate) ||
      (this.#store.has(certificate) && !has_known_signature(certificate))
    )
  }

  #issuers(subject: OTPCertificate): readonly OTPCertificate[] {
    const shown = this.#shown.get(name_key(subject.tbsCertificate.issuer)) ?? []
    const all = [...this.#store.issuers(subject), ...shown]
    if (all.length < 2) return all
    const rank = new Map(all.map(issuer => [issuer, rank_of(issuer, subject, this.#now)]))
    return all.sort((left, right) => rank.get(left)! - rank.get(right)!)
  }

  /** Once the search has cost enough, nobody has issued anything. */
  #has_issued(issuer: OTPCertificate, subject: OTPCertificate): boolean {
    const verified = this.#verified.get(subject) ?? new Map<OTPCertificate, boolean>()
    const known = verified.get(issuer)
    if (known !== undefined) return known
    this.#signatures += cost_of(issuer)
    const answer = this.#signatures <= most_signatures && has_signed(issuer, subject)
    this.#verified.set(subject, verified.set(issuer, answer))
    return answer
  }
}

/** Who is twice in a path, with the same key, has a shorter path without what is between: RFC 4158 §2.4.2. */
function is_among(certificate: OTPCertificate, path: Chain): boolean {
  const { subject, subjectPublicKeyInfo } = certificate.tbsCertificate
  return path.some(
    ({ tbsCertificate: other }) =>
      equal_bytes(other.subjectPublicKeyInfo.der, subjectPublicKeyInfo.der) &&
      equal_bytes(other.subject.der, subject.der),
  )
}

/** The smaller, the likelier: the key that the subject points to counts most. */
function rank_of(issuer: OTPCertificate, subject: OTPCertificate, now: number): number {
  const { notBefore, notAfter } = issuer.tbsCertificate.validity
  return 2 * key_rank(issuer, subject) + (notBefore <= now && now <= notAfter ? 0 : 1)
}

const no_likeness = 3

/** The smaller, the likelier is it that one is meant to have issued the other: name and key, name, or key. */
function likeness(issuer: OTPCertificate, subject: OTPCertificate): number {
  const rank = key_rank(issuer, subject)
  if (is_same_name(issuer.tbsCertificate.subject, subject.tbsCertificate.issuer))
    return rank === 2 ? no_likeness : rank
  return rank === 0 ? 2 : no_likeness
}

/** 0: the subject points to the issuer's key; 1: it points to none; 2: to another one. */
function key_rank(issuer: OTPCertificate, subject: OTPCertificate): number {
  const pointer = select_extension(id_ce_authorityKeyIdentifier, subject.tbsCertificate.extensions)
  const { serialNumber, extensions } = issuer.tbsCertificate
  const key = select_extension(id_ce_subjectKeyIdentifier, extensions)
  const hints = [
    pointer?.keyIdentifier && key && equal_bytes(pointer.keyIdentifier, key),
    pointer?.authorityCertSerialNumber === undefined
      ? undefined
      : pointer.authorityCertSerialNumber === serialNumber,
  ]
  if (hints.includes(true)) return 0
  return hints.includes(false) ? 2 : 1
}

/** By the size of the key: larger curves are slow, and RSA takes four times as long with twice the bits. */
function cost_of({ tbsCertificate }: OTPCertificate): number {
  const size = tbsCertificate.subjectPublicKeyInfo.der.length
  if (size <= size_of_p256) return 1
  return size < size_of_rsa_2048 ? 4 : (size / size_of_rsa_2048) ** 2
}

function has_known_signature({ signatureAlgorithm }: OTPCertificate): boolean {
  try {
    return signature_scheme(signatureAlgorithm) !== undefined
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}
