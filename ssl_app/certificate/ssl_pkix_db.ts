// The certificates that a connection trusts, found by the name of their subject.

import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { is_self_issued } from '../../apps/public_key/pubkey_cert.ts'
import { type Name, name_key } from '../../apps/public_key/pubkey_names.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'

/** Immutable; many connections share one. */
export class TrustStore {
  /** How many of the given certificates could not be decoded, and are left out. */
  readonly ignored: number
  readonly #by_subject = new Map<string, OTPCertificate[]>()
  readonly #subjects: Uint8Array[] = []

  /** @param ders - DER, in any order */
  constructor(ders: readonly Uint8Array[]) {
    let ignored = 0
    for (const der of ders) {
      const certificate = decoded(der)
      if (certificate === undefined) ignored++
      else this.#add(certificate)
    }
    this.ignored = ignored
  }

  /** Those that may have issued `certificate`, going by the names; those that end a path first. */
  issuers(certificate: OTPCertificate): readonly OTPCertificate[] {
    return this.named(certificate.tbsCertificate.issuer)
  }

  /** Those whose subject has that name; those that end a path first. */
  named(name: Name): readonly OTPCertificate[] {
    return this.#by_subject.get(name_key(name)) ?? []
  }

  /** Whether this very certificate is one of them. */
  has(certificate: OTPCertificate): boolean {
    const same_name = this.#by_subject.get(name_key(certificate.tbsCertificate.subject)) ?? []
    return same_name.some(({ der }) => Buffer.compare(der, certificate.der) === 0)
  }

  /** DER of all of them; of the same list always in the same order. */
  ders(): readonly Uint8Array[] {
    return [...this.#by_subject.values()].flat().map(({ der }) => der)
  }

  /** DER of all their names: what a server tells a client that it accepts. */
  subjects(): readonly Uint8Array[] {
    return this.#subjects
  }

  #add(certificate: OTPCertificate): void {
    const { subject } = certificate.tbsCertificate
    const key = name_key(subject)
    const same_name = this.#by_subject.get(key)
    if (same_name === undefined) {
      this.#by_subject.set(key, [certificate])
      this.#subjects.push(subject.der)
    } else if (!this.has(certificate)) {
      if (is_self_issued(certificate)) same_name.unshift(certificate)
      else same_name.push(certificate)
    }
  }
}

/** Trusts nobody. */
export const empty_trust_store = new TrustStore([])

function decoded(der: Uint8Array): OTPCertificate | undefined {
  try {
    return decode_certificate(der)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
