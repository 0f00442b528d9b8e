// What two sides that have once agreed on keys can go on with later, without agreeing again; and when they may.

import type { ProtocolVersion } from '../record/tls_version.ts'

/** A session, as the caches keep it. It is plain data: an external cache may write it down and read it back. */
export interface Session {
  readonly session_id: Uint8Array
  readonly version: ProtocolVersion
  /** The suite's code on the wire. */
  readonly cipher_suite: number
  readonly master_secret: Uint8Array
  readonly extended_master_secret: boolean
  /** DER; the peer's own certificate, if it sent one. */
  readonly peer_certificate: Uint8Array | undefined
  /** DER; the certificate that this side sent, if it did. */
  readonly own_certificate: Uint8Array | undefined
  /** Under what policy it was made: it goes on only under the same one. */
  readonly policy: string
  /** False once it was invalidated. */
  readonly is_resumable: boolean
  /** Milliseconds of the monotonic clock at which it was made. */
  readonly time_stamp: number
}

/** What a connection asks of a session with which it is to go on. */
export interface SessionTerms {
  readonly versions: readonly ProtocolVersion[]
  /** The suites it is configured for. */
  readonly ciphers: readonly { readonly code: number }[]
  /** DER; what it would show of itself in a handshake. */
  readonly own_certificate: Uint8Array | undefined
  /** See {@link Session.policy}. */
  readonly policy: string
  /** Whether it talks to nobody who has not shown a certificate: `verify_peer` with `fail_if_no_peer_cert`. */
  readonly peer_certificate_needed: boolean
}

/**
 * Whether a client may offer the session, or a server go on with it: as whom, with whom and how safely it was made
 * is what this connection would accept. What the other side has to say in the matter is the handshake's affair.
 */
export function suits(session: Session, terms: SessionTerms): boolean {
  if (session.policy !== terms.policy) return false
  if (terms.peer_certificate_needed && session.peer_certificate === undefined) return false
  if (!is_same(session.own_certificate, terms.own_certificate)) return false
  if (!terms.versions.includes(session.version)) return false
  return terms.ciphers.some(({ code }) => code === session.cipher_suite)
}

/**
 * Whether the session is still good at all.
 *
 * @param lifetime - seconds
 * @param now - milliseconds of the monotonic clock
 */
export const is_alive = (session: Session, lifetime: number, now: number): boolean =>
  session.is_resumable && !is_expired(session, lifetime, now)

/** Whether the session has reached the age of `lifetime` seconds; `now` as for {@link is_alive}. */
export const is_expired = (session: Session, lifetime: number, now: number): boolean =>
  now - session.time_stamp >= lifetime * 1_000

/** Whether it makes no difference, but for their age, which of the two a connection goes on with. */
export function is_equivalent(left: Session, right: Session): boolean {
  return (
    left.version === right.version &&
    left.cipher_suite === right.cipher_suite &&
    left.extended_master_secret === right.extended_master_secret &&
    left.policy === right.policy &&
    is_same(left.peer_certificate, right.peer_certificate) &&
    is_same(left.own_certificate, right.own_certificate)
  )
}

function is_same(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return Buffer.compare(left, right) === 0
}
