// What a handshake leaves for later connections, and takes from earlier ones.

import type { Session } from '../session/ssl_session.ts'
import type { HandshakeData } from './handshake_data.ts'

/** What is left for later of a handshake that has come to its end; undefined when there is nothing new. */
export function session_of(data: HandshakeData): Session | undefined {
  if (data.resumed || data.session_id === undefined || data.session_id.length === 0) return undefined
  return {
    session_id: data.session_id,
    version: data.version!,
    cipher_suite: data.suite!.code,
    master_secret: new Uint8Array(data.master_secret!),
    extended_master_secret: data.extended_master_secret!,
    peer_certificate: data.peer?.certificate,
    own_certificate: data.config.identity?.chain[0],
    policy: data.config.policy,
    is_resumable: true,
    time_stamp: data.environment.monotonic_time(),
  }
}

/** Goes on with a session. The connection has the secret for itself, and wipes it in its own time. */
export const go_on_with = (data: HandshakeData, session: Session): HandshakeData => ({
  ...data,
  offered: session,
  resumed: true,
  session_id: session.session_id,
  master_secret: new Uint8Array(session.master_secret),
})
