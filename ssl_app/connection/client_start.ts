// How a client begins a handshake, the first or a new one: it asks for a session to go on with, which may take time.

import type { Session } from '../session/ssl_session.ts'
import type { Connection } from './connection_data.ts'
import { tell_when_done, transmit } from './connection_io.ts'
import { perform } from './handshake_effects.ts'
import { session_to_offer } from './handshake_environment.ts'

/** Tells the connection's process which session there is to offer. */
export const session_found = Symbol('session_found')

/** Begins, at once or when {@link session_found} has come. */
export function start_client(connection: Connection): void {
  const found = session_to_offer(connection, connection.engine!.data.config)
  if (found === undefined || !('then' in found)) {
    start_with(connection, found)
    return
  }
  connection.seeking = true
  tell_when_done(found, session_found)
}

/** Begins, unless the connection has come to its end meanwhile. */
export function start_with(connection: Connection, session: Session | undefined): void {
  const { engine } = connection
  connection.seeking = false
  if (connection.ending !== undefined || connection.closing) return
  connection.offered = session
  const effects = engine!.established ? engine!.renegotiate(session) : engine!.start(session)
  perform(connection, effects, transmit)
}
