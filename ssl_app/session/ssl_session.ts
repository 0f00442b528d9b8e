// What two sides that have once agreed on keys can go on with later, without agreeing again.

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
