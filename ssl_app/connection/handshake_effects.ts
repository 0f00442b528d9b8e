// What the engine asks for, carried out: bytes to the transport, sessions to the manager, lines to the log.

import { report } from '../../runtime/erlang/report.ts'
import type { Reason } from '../../runtime/erlang/term.ts'
import type { Effect } from '../handshake/effects.ts'
import { forget_secrets, type HandshakeData } from '../handshake/handshake_data.ts'
import { Alert, alert_log_text, alert_reason, type TlsAlert } from '../record/ssl_alert.ts'
import * as ssl_manager from '../session/ssl_manager.ts'
import type { Session } from '../session/ssl_session.ts'
import type { Connection } from './connection_data.ts'
import { answer } from './connection_io.ts'

/** Takes what the peer has sent. */
export function receive(connection: Connection, bytes: Uint8Array): void {
  perform(connection, connection.engine!.receive(bytes))
}

/**
 * Carries out effects, in order. What the user is to get is only kept, and what the peer is to get goes in one piece:
 * a flight in several would wait for acknowledgements on its way.
 *
 * @param say - how that is sent: unless we have begun by ourselves, the peer has to take it before it is heard again
 */
export function perform(connection: Connection, effects: readonly Effect[], say: Say = answer): void {
  const flight: Uint8Array[] = []
  for (const effect of effects) {
    if (effect[0] === 'transmit') flight.push(...effect[1])
    else act(connection, effect)
  }
  if (flight.length > 0) say(connection, flight)
}

type Say = (connection: Connection, bytes: readonly Uint8Array[]) => unknown

function act(connection: Connection, effect: Exclude<Effect, readonly ['transmit', unknown]>): void {
  switch (effect[0]) {
    case 'data':
      connection.user.push(effect[1])
      return
    case 'client_hello':
      connection.asked_name = [effect[1]]
      return
    case 'inquiry':
      await_answer(connection, effect[1])
      return
    case 'hello_request':
      connection.hello_requested = true
      return
    case 'connected':
      connection.records_before = connection.engine!.records_sent
      take_session(connection, effect[1])
      conclude(connection, 'done')
      return
    case 'renegotiation_rejected':
      log_alert(connection, { level: 'warning', description: 'no_renegotiation' })
      conclude(connection, 'rejected')
      return
    case 'warning':
      if (effect[1].description === 'close_notify') connection.ending ??= 'closed'
      else log_alert(connection, effect[1])
      return
    case 'own_alert':
      connection.failed = true
      end_by(connection, effect[1])
      return
    case 'fatal':
      end_by(connection, effect[1])
  }
}

/** Tells the connection's process what came of an inquiry. */
export const inquiry_answered = Symbol('inquiry_answered')

function await_answer(connection: Connection, answer: PromiseLike<HandshakeData>): void {
  const { pid } = connection.socket
  connection.inquiring = true
  // Not `send`, which is for processes that still live.
  const tell = (known: () => HandshakeData) => pid.entity?.deliver([inquiry_answered, known])
  answer.then(
    known => {
      if (pid.entity) tell(() => known)
      else forget_secrets(known)
    },
    error => {
      tell(() => {
        throw error
      })
    },
  )
}

/** Goes on with what somebody has answered; what is wrong with it is told when it is called. */
export function take_answer(connection: Connection, known: () => HandshakeData): void {
  connection.inquiring = false
  perform(connection, connection.engine!.answered(known))
}

function take_session(connection: Connection, session: Session | undefined): void {
  connection.session = session ?? connection.session
  if (session !== undefined && connection.options.reuse_sessions) {
    ssl_manager.register_session(connection.session_key, session)
  }
}

function conclude(connection: Connection, outcome: 'done' | 'rejected'): void {
  if (connection.renegotiation) connection.renegotiation = { ...connection.renegotiation, outcome }
}

/** RFC 5246 §7.2.2: after a fatal alert, whoever sent it, the session goes on no more. */
function end_by(connection: Connection, alert: TlsAlert): void {
  connection.ending ??= alert_reason(alert)
  log_alert(connection, alert)
  for (const session of sessions_of(connection)) {
    ssl_manager.invalidate_session(connection.session_key, session)
  }
}

/** What this connection has made, and what it went on with or would have. */
function sessions_of({ role, session, offered, engine }: Connection): readonly Session[] {
  const gone_on_with = [engine!.established, engine!.data].map(data =>
    data?.resumed ? data.offered : undefined,
  )
  const all = role === 'client' ? [session, offered] : [session, ...gone_on_with]
  return all.filter(one => one !== undefined)
}

function log_alert({ options, engine, role }: Connection, alert: TlsAlert): void {
  if (!options.log_alert) return
  report(alert.level === 'fatal' ? 'error' : 'notice', {
    label: ['ssl', 'alert'],
    report: {
      role,
      message: alert_log_text(engine!.state_name, alert),
      detail: alert instanceof Alert ? alert.detail : undefined,
    },
  })
}

/** A handshake that ends without an alert is told of too, unless the peer only looked whether somebody is there. */
export function log_broken_off({ options, engine, role, heard }: Connection, reason: Reason): void {
  if (!options.log_alert || !heard || typeof reason !== 'string') return
  const message = `SSL: ${engine!.state_name}: handshake broken off: ${reason}`
  report('notice', { label: ['ssl', 'handshake'], report: { role, message } })
}
