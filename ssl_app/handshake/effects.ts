// What the owner of an engine is to do about what has come.

import type { Alert, TlsAlert } from '../record/ssl_alert.ts'
import type { Session } from '../session/ssl_session.ts'
import type { HandshakeData } from './handshake_data.ts'

/** To be done in order. */
export type Effect =
  /** Bytes for the peer. */
  | readonly ['transmit', readonly Uint8Array[]]
  /** The content of one application data record, never empty. */
  | readonly ['data', Uint8Array]
  /** Server: a ClientHello came; nothing goes on before {@link TlsEngine.configure}. */
  | readonly ['client_hello', server_name: string | undefined]
  /** Somebody takes time to answer, or to refuse; nothing goes on before {@link TlsEngine.answered}. */
  | readonly ['inquiry', PromiseLike<HandshakeData>]
  /** A handshake is done; the session, if it may go on later, is new. */
  | readonly ['connected', Session | undefined]
  /** Client: the server asks for a new handshake; {@link TlsEngine.renegotiate} begins it. */
  | readonly ['hello_request']
  /** The peer does not want the new handshake that it was asked for; all stays as it is. */
  | readonly ['renegotiation_rejected']
  /** The peer sent a warning, or the end: `close_notify`. */
  | readonly ['warning', TlsAlert]
  /** The peer sent a fatal alert: the connection is over. */
  | readonly ['fatal', TlsAlert]
  /** What the peer sent cannot be accepted; it is told by the alert that was transmitted: the connection is over. */
  | readonly ['own_alert', Alert]
