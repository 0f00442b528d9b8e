// New handshakes over a connection that there is: wanted by its user, by its peer, or because its keys are old.

import type { From } from '../../runtime/otp/gen.ts'
import type { ReplyAction, StateResult } from '../../runtime/otp/gen_statem.ts'
import type { Connection } from './connection_data.ts'
import { send_close_notify } from './connection_end.ts'
import { pump } from './connection_io.ts'
import { go_on, keep } from './connection_turn.ts'
import { perform } from './handshake_effects.ts'
import { session_to_offer } from './handshake_environment.ts'

type Result = StateResult<Connection>

/** OTP: `ssl:renegotiate/1` */
export async function renegotiate(from: From, data: Connection): Promise<Result> {
  if (data.ending !== undefined || data.closing) return keep(data, [['reply', from, ['error', 'closed']]])
  if (data.renegotiation !== undefined || !data.engine!.connected) {
    return keep(data, [['reply', from, ['error', 'already_renegotiating']]])
  }
  await begin(data, from)
  return after_handshake(data)
}

/** OTP: the option `renegotiate_at` */
export async function renew_keys(data: Connection): Promise<Result> {
  const going_on = data.renegotiation !== undefined || !data.engine!.connected
  if (going_on || data.ending !== undefined || data.closing) return keep(data)
  await begin(data, undefined)
  return after_handshake(data)
}

/** Client: the server has asked. Once it is under way, further requests mean the same. RFC 5246 §7.4.1.1 */
export async function obey_hello_request(data: Connection): Promise<void> {
  data.hello_requested = false
  const { engine } = data
  if (!engine!.connected || data.ending !== undefined || data.closing) return
  perform(data, engine!.renegotiate(await session_to_offer(data, engine!.data.config)))
}

/** Whoever waited is told what came of it; and what waited to be sent goes out. */
export function after_handshake(data: Connection): Result {
  return go_on(data, [...concluded(data), ...pump(data)])
}

async function begin(data: Connection, from: From | undefined): Promise<void> {
  const { engine } = data
  data.renegotiation = { from, outcome: undefined }
  perform(data, engine!.renegotiate(await session_to_offer(data, engine!.data.config)))
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
