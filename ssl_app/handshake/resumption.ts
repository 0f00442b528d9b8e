// What a handshake leaves for later connections, and takes from earlier ones.

import type { Session } from '../session/ssl_session.ts'
import type { HandshakeData } from './handshake_data.ts'
import { key_exchange_parts } from './key_exchange_parts.ts'

/** What is left for later of a handshake that has come to its end; undefined when there is nothing new. */
export function session_of(data: HandshakeData): Session | undefined {
  if (data.resumed || data.session_id === undefined || data.session_id.length === 0) return undefined
  return {
    session_id: data.session_id,
    version: data.version!,
    cipher_suite: data.suite!.code,
    master_secret: new Uint8Array(data.master_secret!),
    extended_master_secret: data.extended_master_secret!,
    encrypt_then_mac: data.encrypt_then_mac ?? false,
    server_name: data.role === 'client' ? data.config.server_name : data.server_name,
    ...client_identity(data),
    max_fragment_length: data.max_fragment_length,
    peer_certificate: data.peer?.certificate,
    own_certificate: data.config.identity?.chain[0],
    policy: data.config.policy,
    is_resumable: true,
    time_stamp: data.environment.monotonic_time(),
  }
}

/** As whom the client has logged in or shown to know a secret, if the key exchange asks for that. */
function client_identity({ role, config, identity, suite }: HandshakeData): Partial<Session> {
  const { share, psk } = key_exchange_parts[suite!.key_exchange]
  if (share === 'srp') return { srp_user: role === 'client' ? config.srp_identity?.user : identity }
  return psk ? { psk_identity: role === 'client' ? config.psk_identity : identity } : {}
}

/** Goes on with a session. The connection has the secret for itself, and wipes it in its own time. */
export const go_on_with = (data: HandshakeData, session: Session): HandshakeData => ({
  ...data,
  offered: session,
  resumed: true,
  session_id: session.session_id,
  master_secret: new Uint8Array(session.master_secret),
})
