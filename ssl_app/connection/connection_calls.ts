// What a connection does for those who call it, once the handshake is done.

import { packet_header } from '../../apps/kernel/inet_packet.ts'
import { demonitor, monitor } from '../../runtime/erlang/links.ts'
import type { Pid, Ref } from '../../runtime/erlang/pid.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send as send_message } from '../../runtime/erlang/send.ts'
import type { Done, Term, Timeout } from '../../runtime/erlang/term.ts'
import { start_timer } from '../../runtime/erlang/timers.ts'
import type { From, Promised } from '../../runtime/otp/gen.ts'
import { type ReplyAction, reply, type StateResult } from '../../runtime/otp/gen_statem.ts'
import { peer_certificate } from '../handshake/resumption.ts'
import type { Connection } from './connection_data.ts'
import { begin_downgrade } from './connection_downgrade.ts'
import { linger, send_close_notify } from './connection_end.ts'
import { connection_information } from './connection_info.ts'
import { has_hearer, pump, refuse_all, refuse_senders } from './connection_io.ts'
import { get_options, set_options } from './connection_opts.ts'
import { export_key_materials, prf } from './connection_prf.ts'
import { renegotiate } from './connection_renegotiation.ts'
import type { Hidden } from './connection_report.ts'
import { go_on, keep } from './connection_turn.ts'
import type { EmulatedOptions } from './user_data.ts'

type Result = StateResult<Connection>

/** Bytes that are encrypted and handed to the transport at a time. */
const piece_size = 1 << 18

export function serve(from: From, request: Term, data: Connection): Promised<Result> {
  const [name, argument, timeout] = request
  switch (name) {
    case 'send':
      return send(from, argument, data)
    case 'recv':
      return recv(from, argument, timeout, data)
    case 'setopts':
      return go_on(data, [['reply', from, setopts(data, argument)]])
    case 'shutdown':
      return shutdown(from, argument, data)
    case 'close':
      return close(from, argument, data)
    case 'downgrade':
      return begin_downgrade(from, argument, timeout, data)
    case 'new_user':
      return new_user(from, argument, data)
    case 'renegotiate':
      return renegotiate(from, data)
    case 'export_key_materials':
      return keep(data, [['reply', from, export_key_materials(data.engine!.established!, request.slice(1))]])
    case 'prf':
      return keep(data, [['reply', from, prf(data.engine!.established!, request.slice(1))]])
    default:
      return keep(data, [['reply', from, tell(name, argument, data)]])
  }
}

/** Questions that change nothing. */
function tell(name: string, argument: Term, data: Connection): Term {
  const { protocol } = data.engine!.established!
  switch (name) {
    case 'getopts':
      return get_options(data.user.options, data.socket.cb_info[0], data.socket.transport_socket, argument)
    case 'peercert': {
      const certificate = peer_certificate(data.engine!.established!)
      return certificate === undefined ? ['error', 'no_peercert'] : ['ok', Buffer.from(certificate)]
    }
    case 'negotiated_protocol':
      return protocol === undefined ? ['error', 'protocol_not_negotiated'] : ['ok', protocol]
    case 'connection_information':
      return ['ok', connection_information(data, argument)]
    case 'paused':
    case 'cancel':
      return ['error', 'einval']
    case 'options':
      return ['ok', data.options]
    case 'start':
      return ['ok', data.socket]
    default:
      return ['error', 'badarg']
  }
}

function setopts(data: Connection, options: Term): Done {
  const { cb_info, transport_socket } = data.socket
  const change = (changes: Partial<EmulatedOptions>) => {
    data.user.change(changes)
    const counted_down = changes.active === false && typeof options.active === 'number'
    if (counted_down) send_message(data.owner, ['ssl_passive', data.socket])
  }
  return set_options({ transport: cb_info[0], transport_socket, own: data.user.options, change }, options)
}

// ---- Data

function send(from: From, { value: content }: Hidden<readonly Uint8Array[]>, data: Connection): Result {
  if (data.closing || !has_hearer(data)) return keep(data, [['reply', from, ['error', 'closed']]])
  const size = content.reduce((sum, piece) => sum + piece.length, 0)
  const [tag, header] = packet_header(data.user.options.packet, size)
  if (tag === 'error') return keep(data, [['reply', from, ['error', ['badarg', header]]]])

  const pieces = split(header === undefined ? content : [header, ...content])
  data.senders.push({ from, pieces })
  return keep(data, pump(data))
}

/** Pieces of a size that is worth a record, and does not keep others waiting. */
function split(content: readonly Uint8Array[]): Uint8Array[] {
  const [only] = content
  const whole = content.length === 1 ? only! : Buffer.concat(content)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < whole.length; at += piece_size) pieces.push(whole.subarray(at, at + piece_size))
  return pieces
}

function recv(from: From, length: number, timeout: Timeout, data: Connection): Result {
  if (data.user.options.active !== false) return keep(data, [['reply', from, ['error', 'einval']]])
  const timer = timeout === 'infinity' ? undefined : start_timer(timeout, self(), 'recv')
  data.receivers.push({ from, length, timer })
  return go_on(data)
}

/** A receiver has waited long enough; what is there stays for the next one. */
export function receiver_late(data: Connection, timer: Ref): ReplyAction[] {
  const late = data.receivers.find(receiver => receiver.timer === timer)
  data.receivers = data.receivers.filter(receiver => receiver !== late)
  return late === undefined ? [] : [['reply', late.from, ['error', 'timeout']]]
}

// ---- Ending and changing hands

async function shutdown(from: From, how: 'read' | 'write' | 'read_write', data: Connection): Promise<Result> {
  const refused = how === 'read' ? [] : refuse_senders(data, ['error', 'closed'])
  if (how !== 'read') send_close_notify(data)
  const { cb_info, transport_socket } = data.socket
  const done = await cb_info[0].shutdown(transport_socket, how)
  if (done !== 'ok') return ['stop_and_reply', 'normal', [['reply', from, done], ...refused]]
  return keep(data, [['reply', from, 'ok'], ...refused])
}

/** Tells the peer, and gives it time to close as well; whoever waits is told before that. */
export async function close(from: From, timeout: Timeout, data: Connection): Promise<Result> {
  send_close_notify(data)
  data.ending ??= 'closed'
  reply(refuse_all(data))
  if (data.engine?.established) await linger(data.socket, timeout)
  return ['stop_and_reply', 'normal', ['reply', from, 'ok']]
}

/** The messages already sent stay with the old owner. */
export function new_user(from: From, owner: Pid, data: Connection): Result {
  demonitor(data.owner_monitor, { flush: true })
  data.owner = owner
  data.owner_monitor = monitor('process', owner)
  return keep(data, [['reply', from, 'ok']])
}
