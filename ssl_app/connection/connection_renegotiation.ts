// New handshakes over a connection that there is: wanted by its user, by its peer, or because its keys are old.

import type { From } from '../../runtime/otp/gen.ts'
import type { ReplyAction, StateResult } from '../../runtime/otp/gen_statem.ts'
import { start_client } from './client_start.ts'
import type { Connection } from './connection_data.ts'
import { send_close_notify } from './connection_end.ts'
import { are_keys_old, pump, refuse_senders, transmit } from './connection_io.ts'
import { go_on, keep } from './connection_turn.ts'
import { perform } from './handshake_effects.ts'

type Result = StateResult<Connection>

/** OTP: `ssl:renegotiate/1` */
export function renegotiate(from: From, data: Connection): Result {
  if (is_ending(data)) return keep(data, [['reply', from, ['error', 'closed']]])
  if (is_under_way(data)) return keep(data, [['reply', from, ['error', 'already_renegotiating']]])
  begin(data, from)
  return after_handshake(data)
}

/** OTP: the option `renegotiate_at` */
export function renew_keys(data: Connection): Result {
  if (is_ending(data)) return keep(data, refuse_senders(data, ['error', 'closed']))
  if (!is_under_way(data) && are_keys_old(data)) begin(data, undefined)
  return after_handshake(data)
}

/** Client: the server has asked. Once it is under way, further requests mean the same. RFC 5246 §7.4.1.1 */
export function obey_hello_request(data: Connection): void {
  data.hello_requested = false
  if (!is_ending(data) && !is_under_way(data)) start_client(data)
}

/** Whoever waited is told what came of it; and what waited to be sent goes out. */
export function after_handshake(data: Connection): Result {
  return go_on(data, [...concluded(data), ...pump(data)])
}

const is_ending = ({ ending, closing }: Connection): boolean => ending !== undefined || closing

const is_under_way = ({ renegotiation, seeking, engine }: Connection): boolean =>
  renegotiation !== undefined || seeking || !engine!.connected

function begin(data: Connection, from: From | undefined): void {
  data.renegotiation = { from, outcome: undefined }
  if (data.role === 'client') start_client(data)
  else perform(data, data.engine!.renegotiate(), transmit)
}

function concluded(data: Connection): ReplyAction[] {
  const { renegotiation } = data
  if (renegotiation?.outcome === undefined) return []
  data.renegotiation = undefined
  const { from, outcome } = renegotiation
  if (outcome === 'done') return from ? [['reply', from, 'ok']] : []
  if (from) return [['reply', from, ['error', 'renegotiation_rejected']]]
  // Without new keys nothing more can be sent.
  send_close_notify(data)
  data.ending ??= 'closed'
  return []
}
