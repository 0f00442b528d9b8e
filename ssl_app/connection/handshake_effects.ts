// What the engine asks for, carried out: bytes to the transport, sessions to the manager, lines to the log.

import { report } from '../../runtime/erlang/report.ts'
import type { Reason } from '../../runtime/erlang/term.ts'
import type { Effect } from '../handshake/tls_engine.ts'
import { Alert, alert_log_text, alert_reason, type TlsAlert } from '../record/ssl_alert.ts'
import * as ssl_manager from '../session/ssl_manager.ts'
import type { Connection } from './connection_data.ts'
import { answer } from './connection_io.ts'

/** Takes what the peer has sent. */
export function receive(connection: Connection, bytes: Uint8Array): void {
  perform(connection, connection.engine!.receive(bytes))
}

/**
 * Carries out effects, in order. What the user is to get is only kept, and what the peer is to get goes in one piece:
 * a flight in several would wait for acknowledgements on its way.
 */
export function perform(connection: Connection, effects: readonly Effect[]): void {
  const flight: Uint8Array[] = []
  for (const effect of effects) {
    if (effect[0] === 'transmit') flight.push(...effect[1])
    else act(connection, effect)
  }
  if (flight.length > 0) answer(connection, flight)
}

function act(connection: Connection, effect: Exclude<Effect, readonly ['transmit', unknown]>): void {
  switch (effect[0]) {
    case 'data':
      connection.user.push(effect[1])
      return
    case 'client_hello':
      connection.asked_name = [effect[1]]
      return
    case 'connected':
      connection.session = effect[1]
      if (effect[1] !== undefined && connection.options.reuse_sessions) {
        ssl_manager.register_session(connection.session_key, effect[1])
      }
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

/** RFC 5246 §7.2.2: after a fatal alert, whoever sent it, the session goes on no more. */
function end_by(connection: Connection, alert: TlsAlert): void {
  connection.ending ??= alert_reason(alert)
  log_alert(connection, alert)
  const { resumed, offered } = connection.engine!.data
  const session = connection.session ?? (resumed ? offered : undefined)
  if (session !== undefined) ssl_manager.invalidate_session(connection.session_key, session)
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
