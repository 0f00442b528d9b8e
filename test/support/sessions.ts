// Sessions for tests that care about a thing or two of them.

import type { Session } from '../../ssl_app/session/ssl_session.ts'

let made = 0

/** A session unlike any other, made at time 0. */
export function make_session(changes: Partial<Session> = {}): Session {
  return {
    session_id: Buffer.from(`session ${++made}`),
    version: 'tlsv1.2',
    cipher_suite: 0xc02f,
    master_secret: new Uint8Array(48).fill(made),
    extended_master_secret: true,
    encrypt_then_mac: false,
    peer_certificate: Buffer.from('peer'),
    own_certificate: undefined,
    server_name: undefined,
    policy: 'strict',
    is_resumable: true,
    time_stamp: 0,
    ...changes,
  }
}
