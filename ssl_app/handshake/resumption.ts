// What a handshake leaves for later connections, and takes from earlier ones.

import type { Session } from '../session/ssl_session.ts'
import type { HandshakeData, Ticket } from './handshake_data.ts'
import { key_exchange_parts } from './key_exchange_parts.ts'

const session_id_size = 32

/** What is left for later of a handshake that has come to its end; undefined when there is nothing new. */
export function session_of(data: HandshakeData): Session | undefined {
  const { role, resumed, offered, session_id, ticket } = data
  if (ticket !== undefined) return ticket_session(resumed ? offered! : made_session(data), data, ticket)
  if (resumed || session_id!.length === 0) return undefined
  // Who has a ticket to wait for is told nothing else.
  return role === 'server' && data.ticket_expected ? undefined : made_session(data)
}

/** DER: what the peer has shown, now or when the session was made that goes on. */
export const peer_certificate = ({ peer, resumed, offered }: HandshakeData): Uint8Array | undefined =>
  resumed ? offered!.peer_certificate : peer?.certificate

/** Server: what it gives its client to keep. */
export const session_to_seal = (data: HandshakeData): Session => made_session(data)

/** Goes on with a session. The connection has the secret for itself, and wipes it in its own time. */
export const go_on_with = (data: HandshakeData, session: Session): HandshakeData => ({
  ...data,
  offered: session,
  resumed: true,
  master_secret: new Uint8Array(session.master_secret),
})

/** RFC 5077 §3.4: a session that is known by its ticket has an id of the client's own making. */
function ticket_session(
  session: Session,
  { environment }: HandshakeData,
  { bytes, lifetime_hint }: Ticket,
): Session {
  return {
    ...session,
    session_id: environment.random_bytes(session_id_size),
    master_secret: new Uint8Array(session.master_secret),
    ticket: bytes,
    ticket_lifetime_hint: lifetime_hint,
  }
}

function made_session(data: HandshakeData): Session {
  return {
    session_id: data.session_id!,
    version: data.version!,
    cipher_suite: data.suite!.code,
    master_secret: new Uint8Array(data.master_secret!),
    extended_master_secret: data.extended_master_secret!,
    encrypt_then_mac: data.encrypt_then_mac!,
    server_name: data.role === 'client' ? data.config.server_name : data.server_name,
    ...client_identity(data),
    max_fragment_length: data.max_fragment_length,
    peer_certificate: data.peer?.certificate,
    own_certificate: (data.own ?? data.config.identities[0])?.chain[0],
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
