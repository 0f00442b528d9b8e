// What two sides that have once agreed on keys can go on with later, without agreeing again; and when they may.

import type { Role } from '../record/tls_v1.ts'
import { type ProtocolVersion, version_codes } from '../record/tls_version.ts'

/** A session, as the caches keep it. It is plain data: an external cache may write it down and read it back. */
export interface Session {
  /** Of a client that got a ticket instead: made up by the client. RFC 5077 §3.4 */
  readonly session_id: Uint8Array
  readonly version: ProtocolVersion
  /** The suite's code on the wire. */
  readonly cipher_suite: number
  readonly master_secret: Uint8Array
  readonly extended_master_secret: boolean
  /** RFC 7366: what the connection had that made it. */
  readonly encrypt_then_mac: boolean
  /** DER; the peer's own certificate, if it sent one. */
  readonly peer_certificate: Uint8Array | undefined
  /** DER; the certificate that this side sent, or would have sent. */
  readonly own_certificate: Uint8Array | undefined
  /** The name that the client asked for. RFC 6066 §3 */
  readonly server_name: string | undefined
  /** As whom the client has logged in, if it has by SRP. UTF-8 */
  readonly srp_user?: Uint8Array | undefined
  /** As whom the client has shown to know a secret, if it has by PSK. */
  readonly psk_identity?: Uint8Array | undefined
  /** Bytes; if less than usual was agreed on. RFC 6066 §4 */
  readonly max_fragment_length?: number | undefined
  /** Client: what the server gave it to keep. RFC 5077 */
  readonly ticket?: Uint8Array | undefined
  /** Client: for how many seconds the server means to know the ticket; 0: it did not say. RFC 5077 §3.3 */
  readonly ticket_lifetime_hint?: number | undefined
  /** Under what policy it was made: it goes on only under the same one. */
  readonly policy: string
  /** False once it was invalidated. */
  readonly is_resumable: boolean
  /** Milliseconds of the monotonic clock at which it was made; in a cache of the user's, of the system's clock. */
  readonly time_stamp: number
}

/** What a connection asks of a session with which it is to go on. */
export interface SessionTerms {
  readonly role: Role
  readonly versions: readonly ProtocolVersion[]
  /** The suites it is configured for. */
  readonly ciphers: readonly { readonly code: number }[]
  /** DER; of what it may show of itself in a handshake. */
  readonly own_certificates: readonly Uint8Array[]
  /** See {@link Session.policy}. */
  readonly policy: string
  /** Whether it talks to nobody who has not shown a certificate: `verify_peer` with `fail_if_no_peer_cert`. */
  readonly peer_certificate_needed: boolean
  /** The name that the client asks for. */
  readonly server_name: string | undefined
  /** Client: as whom it would log in; server: as whom the client says it would; undefined: it does not say. */
  readonly srp_user: Uint8Array | undefined
  /** Client: as whom it would show to know a secret. A server is not told beforehand. */
  readonly psk_identity: Uint8Array | undefined
  /** Client: what it asks for; server: what it is asked for, and would agree to. RFC 6066 §4 */
  readonly max_fragment_length: number | undefined
}

/**
 * Whether a client may offer the session, or a server go on with it: as whom, with whom and how safely it was made
 * is what this connection would accept. What is negotiated anew in each handshake is the handshake's affair: the
 * version and suite, extended master secret (RFC 7627 §5.3) and encrypt-then-MAC (RFC 7366 §3.1).
 */
export function suits(session: Session, terms: SessionTerms): boolean {
  if (session.policy !== terms.policy) return false
  if (session.server_name !== terms.server_name) return false
  if (terms.peer_certificate_needed && session.peer_certificate === undefined) return false
  if (!is_shown_still(session, terms)) return false
  if (!is_of_client(session.srp_user, terms.srp_user, terms.role)) return false
  if (!is_of_client(session.psk_identity, terms.psk_identity, terms.role)) return false
  if (!is_as_long(session, terms)) return false
  if (!terms.versions.includes(session.version)) return false
  return terms.ciphers.some(({ code }) => code === session.cipher_suite)
}

/**
 * A client goes on as nobody else. A server believes the session, in which the client has shown who it is, as long as
 * it is not told otherwise: RFC 5054 §2.5.1.1.
 */
function is_of_client(made: Uint8Array | undefined, wanted: Uint8Array | undefined, role: Role): boolean {
  if (made === undefined) return true
  return is_same(made, wanted) || (role === 'server' && wanted === undefined)
}

function is_shown_still({ own_certificate }: Session, { own_certificates }: SessionTerms): boolean {
  if (own_certificate === undefined) return own_certificates.length === 0
  return own_certificates.some(certificate => is_same(certificate, own_certificate))
}

/** RFC 6066 §4: the length of fragments stays with the session. A client may have asked a server that did not agree. */
function is_as_long({ max_fragment_length: made }: Session, terms: SessionTerms): boolean {
  return made === terms.max_fragment_length || (made === undefined && terms.role === 'client')
}

/**
 * Whether the session is still good at all.
 *
 * @param lifetime - seconds
 * @param now - milliseconds of the monotonic clock
 */
export const is_alive = (session: Session, lifetime: number, now: number): boolean =>
  session.is_resumable && !is_expired(session, lifetime, now)

/**
 * Whether the session has reached the age of `lifetime` seconds, or a ticket the age at which its server has
 * forgotten it; `now` as for {@link is_alive}.
 */
export function is_expired(
  { time_stamp, ticket_lifetime_hint }: Session,
  lifetime: number,
  now: number,
): boolean {
  const allowed = ticket_lifetime_hint ? Math.min(lifetime, ticket_lifetime_hint) : lifetime
  return now - time_stamp >= allowed * 1_000
}

/** Whether it makes no difference, but for their age, which of the two a connection goes on with. */
export function is_equivalent(left: Session, right: Session): boolean {
  return (
    left.version === right.version &&
    left.cipher_suite === right.cipher_suite &&
    left.extended_master_secret === right.extended_master_secret &&
    left.encrypt_then_mac === right.encrypt_then_mac &&
    left.max_fragment_length === right.max_fragment_length &&
    left.policy === right.policy &&
    left.server_name === right.server_name &&
    is_same(left.srp_user, right.srp_user) &&
    is_same(left.psk_identity, right.psk_identity) &&
    is_same(left.peer_certificate, right.peer_certificate) &&
    is_same(left.own_certificate, right.own_certificate)
  )
}

/** Whether it is a session; told of what was kept outside this program. */
export function is_session(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false
  const session = value as Record<string, unknown>
  if (!is_version(session.version) || !kinds.every(([name, is_kind]) => is_kind(session[name]))) return false
  return (session.master_secret as Uint8Array).length === 48
}

const is_version = (value: unknown): boolean =>
  typeof value === 'string' && Object.hasOwn(version_codes, value)
const is_boolean = (value: unknown): boolean => typeof value === 'boolean'
const is_number = (value: unknown): boolean => Number.isFinite(value)
const is_text = (value: unknown): boolean => typeof value === 'string'
const is_bytes = (value: unknown): boolean => value instanceof Uint8Array
const maybe = (is_kind: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || is_kind(value)

const kinds: readonly (readonly [keyof Session, (value: unknown) => boolean])[] = [
  ['session_id', is_bytes],
  ['cipher_suite', is_number],
  ['master_secret', is_bytes],
  ['extended_master_secret', is_boolean],
  ['encrypt_then_mac', is_boolean],
  ['peer_certificate', maybe(is_bytes)],
  ['own_certificate', maybe(is_bytes)],
  ['server_name', maybe(is_text)],
  ['srp_user', maybe(is_bytes)],
  ['psk_identity', maybe(is_bytes)],
  ['max_fragment_length', maybe(is_number)],
  ['ticket', maybe(is_bytes)],
  ['ticket_lifetime_hint', maybe(is_number)],
  ['policy', is_text],
  ['is_resumable', is_boolean],
  ['time_stamp', is_number],
]

function is_same(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return Buffer.compare(left, right) === 0
}
