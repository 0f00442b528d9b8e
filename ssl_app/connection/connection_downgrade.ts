// How a connection ends and its transport goes on: both sides say close_notify, and who wants it gets the transport back.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Reason, Timeout } from '../../runtime/erlang/term.ts'
import type { From, Promised } from '../../runtime/otp/gen.ts'
import { reply, type StateResult } from '../../runtime/otp/gen_statem.ts'
import type { Connection, Downgrade } from './connection_data.ts'
import { handed_back, send_close_notify } from './connection_end.ts'
import { refuse_all } from './connection_io.ts'
import { internal_options } from './ssl_socket.ts'

type Result = StateResult<Connection>

/**
 * Tells the peer that this side says no more under TLS, and waits for the same of the peer; whoever waits is told before
 * that. OTP: `ssl:close/2` with a new controller.
 */
export function begin_downgrade(
  from: From,
  owner: Pid,
  timeout: Timeout,
  data: Connection,
): Promised<Result> {
  const engine = data.engine!
  send_close_notify(data)
  reply(refuse_all(data))
  data.downgrade = { from, owner }
  // What the peer has said and nobody has asked for would be lost.
  if (!engine.connected || !data.user.empty) return give_nothing(data, 'no_tls_close')
  if (engine.behind_close !== undefined) return hand_back(data, engine.behind_close)
  if (data.ending !== undefined || !ask_transport(data)) return give_nothing(data, 'closed')
  return ['next_state', 'downgrade', data, [[['timeout', 'downgrade'], timeout, timeout]]]
}

/** The transport has brought something: of the records in it, the first that says anything must be the end. */
export function hear_close_notify(data: Connection, bytes: Uint8Array): Promised<Result> {
  const engine = data.engine!
  data.reading = false
  const [first] = engine.receive(bytes)
  if (first === undefined) return ask_transport(data) ? 'keep_state_and_data' : give_nothing(data, 'closed')
  const is_end = first[0] === 'warning' && first[1].description === 'close_notify'
  return is_end ? hand_back(data, engine.behind_close!) : give_nothing(data, 'no_tls_close')
}

/** Ends the connection, and its transport with it. */
export const give_nothing = ({ downgrade }: Connection, reason: Reason): Result => [
  'stop_and_reply',
  'normal',
  [['reply', (downgrade as Downgrade).from, ['error', reason]]],
]

/** @returns false when the transport has gone */
function ask_transport(data: Connection): boolean {
  const { cb_info, transport_socket } = data.socket
  data.reading ||= cb_info[0].setopts(transport_socket, { active: 'once' }) === 'ok'
  return data.reading
}

async function hand_back(data: Connection, behind: Uint8Array): Promise<Result> {
  const { cb_info, transport_socket } = data.socket
  const { from, owner } = data.downgrade as Downgrade
  cb_info[0].setopts(transport_socket, internal_options)
  const handed = await cb_info[0].controlling_process(transport_socket, owner)
  if (handed !== 'ok') return give_nothing(data, handed[1])
  const given = ['ok', transport_socket, ...(behind.length === 0 ? [] : [Buffer.from(behind)])]
  return ['stop_and_reply', handed_back, [['reply', from, given]]]
}
