// Certificates with which peers were accepted, decoded. Most peers come again, and what costs most of a check, to
// decode a certificate, to import its key and to verify its signature, is then done already.

import { hash } from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'

/** How many are kept, and bytes that each may have. */
const most_kept = 256
const largest_kept = 8 * 1024

/** By the digest of their DER, the one that was used longest ago first. */
const kept = new Map<string, OTPCertificate>()

/**
 * A certificate that a peer shows.
 *
 * @param der - may be part of something larger, which the certificate does not keep in memory
 * @throws {@link DecodeError}
 */
export const decode_shown = (der: Uint8Array): OTPCertificate =>
  kept.get(key_of(der)) ?? decode_certificate(new Uint8Array(der))

/** The peer that showed these was accepted. */
export function keep_accepted(certificates: readonly OTPCertificate[]): void {
  for (const certificate of certificates) {
    if (certificate.der.length > largest_kept) continue
    const key = key_of(certificate.der)
    kept.delete(key)
    kept.set(key, certificate)
  }
  for (const key of kept.keys()) {
    if (kept.size <= most_kept) return
    kept.delete(key)
  }
}

const key_of = (der: Uint8Array): string => Buffer.from(hash('sha256', der)).toString('latin1')
