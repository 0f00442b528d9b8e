// The process of one connection: it runs the engine, is the only one that touches the transport, and serves whoever
// calls. Its states: `initial` until the handshake is begun, `handshake`, `user_hello` while that stands still,
// `connection`, and `downgrade` while a peer is to agree that the transport goes on without TLS.

import { monitor } from '../../runtime/erlang/links.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { report } from '../../runtime/erlang/report.ts'
import { self } from '../../runtime/erlang/self.ts'
import type { Done, Reason, Term, Timeout } from '../../runtime/erlang/term.ts'
import type { From, Promised, StartResult } from '../../runtime/otp/gen.ts'
import type { Action, EventType, StateResult } from '../../runtime/otp/gen_statem.ts'
import * as gen_statem from '../../runtime/otp/gen_statem.ts'
import type { HandshakeData } from '../handshake/handshake_data.ts'
import type { Session } from '../session/ssl_session.ts'
import { session_found, start_with } from './client_start.ts'
import { close, new_user, receiver_late, serve } from './connection_calls.ts'
import type { Connection, ConnectionStart } from './connection_data.ts'
import { give_nothing, hear_close_notify } from './connection_downgrade.ts'
import { close_down } from './connection_end.ts'
import { begin, choose_options, find_options, options_found } from './connection_handshake.ts'
import {
  answer_taken,
  keys_are_old,
  pump,
  read_on,
  refuse_senders,
  transport_ready,
} from './connection_io.ts'
import type { SslOptions } from './connection_options.ts'
import { after_handshake, obey_hello_request, renew_keys } from './connection_renegotiation.ts'
import { format_status, type Hidden } from './connection_report.ts'
import { go_on, keep } from './connection_turn.ts'
import { countdown } from './countdown.ts'
import { inquiry_answered, log_broken_off, receive, take_answer } from './handshake_effects.ts'
import { cancel, resume, tell_paused, under_way } from './hello_pause.ts'
import { SslSocket } from './ssl_socket.ts'
import { UserData } from './user_data.ts'

type Result = StateResult<Connection>

// ---- API

/** Starts the process of a connection; the transport is to be handed over to it before the handshake is begun. */
export const start_link = (start: ConnectionStart): Promise<StartResult> =>
  gen_statem.start_link(callbacks, start)

// ---- Callbacks

const callbacks: gen_statem.Callbacks<Connection, ConnectionStart> = {
  module: 'tls_connection',
  callback_mode: () => 'state_functions',
  init,
  states: { initial, handshake, user_hello, connection, downgrade },
  format_status,
  terminate: (reason, _state, data) => (reason === not_mine ? undefined : close_down(data, reason)),
}

function init(start: ConnectionStart): gen_statem.InitResult<Connection> {
  process_flag('trap_exit', true)
  const { role, host, session_key, options, emulated, owner, transport_socket } = start
  return [
    'ok',
    'initial',
    {
      role,
      host,
      session_key,
      options,
      base: options,
      owner,
      socket: new SslSocket(self(), transport_socket, options.cb_info),
      user: new UserData(emulated),
      owner_monitor: monitor('process', owner),
      engine: undefined,
      starter: undefined,
      receivers: [],
      senders: [],
      congested: false,
      answering: false,
      heard: false,
      reading: false,
      ending: undefined,
      failed: false,
      closing: false,
      asked_name: undefined,
      inquiring: false,
      pausing: false,
      paused: undefined,
      seeking: false,
      hello_requested: false,
      renegotiation: undefined,
      downgrade: undefined,
      sni_hostname: undefined,
      records_before: 0,
      session: undefined,
      offered: undefined,
    },
  ]
}

/** Why a connection ends whose transport stays with the one who wanted to hand it over. */
const not_mine = ['shutdown', 'not_owner'] as const

/** OTP: what is said to those who want something of a connection that is not there yet. */
const not_supported = ['error', 'notsup_on_transport_accept_socket'] as const

/** Nothing is read before the handshake is asked for; what a socket has brought before it was upgraded is kept. */
function initial(type: EventType, content: Term, data: Connection): Promised<Result> {
  if (is_data(content, data)) return ['keep_state_and_data', 'postpone']
  if (!is_call(type)) return in_any_state(content, data)
  const [, from] = type
  switch (content[0]) {
    case 'socket':
      return keep(data, [['reply', from, ['ok', data.socket]]])
    case 'leave':
      return ['stop_and_reply', not_mine, ['reply', from, 'ok']]
    case 'options':
      return keep(data, [['reply', from, ['ok', data.options]]])
    case 'start':
      return start_handshake(from, content, data)
    case 'new_user':
      return new_user(from, content[1], data)
    case 'close':
      return close(from, content[1], data)
    default:
      return keep(data, [['reply', from, not_supported]])
  }
}

/** Whoever wants something of the connection waits until there is one. */
function handshake(type: EventType, content: Term, data: Connection): Promised<Result> {
  if (is_timeout(type)) return give_up(data, ['error', 'timeout'])
  if (!is_call(type)) return in_any_state(content, data)
  const [, from] = type
  switch (content[0]) {
    case 'recv':
    case 'new_user':
    case 'close':
      return serve(from, content, data)
    default:
      return ['keep_state_and_data', 'postpone']
  }
}

/** Only the user can go on with a handshake that stands still. */
function user_hello(type: EventType, content: Term, data: Connection): Promised<Result> {
  if (is_data(content, data)) return ['keep_state_and_data', 'postpone']
  if (!is_call(type)) return in_any_state(content, data)
  const [, from] = type
  switch (content[0]) {
    case 'paused':
      return keep(data, [['reply', from, ['ok', under_way(data)]]])
    case 'continue':
      return go_on_from_hello(from, content, data)
    case 'cancel':
      cancel(data)
      return ['stop_and_reply', ['shutdown', 'own_alert'], ['reply', from, 'ok']]
    case 'new_user':
    case 'close':
      return serve(from, content, data)
    default:
      return keep(data, [['reply', from, not_supported]])
  }
}

function connection(type: EventType, content: Term, data: Connection): Promised<Result> {
  if (is_call(type)) return serve(type[1], content, data)
  if (type === 'internal') return progress(data)
  if (type === 'timeout') return hibernate(data)
  return in_any_state(content, data)
}

/** The peer's close_notify is all that is still wanted; who calls off the wait may do so. */
function downgrade(type: EventType, content: Term, data: Connection): Promised<Result> {
  if (is_timeout(type)) return give_nothing(data, 'timeout')
  if (is_call(type)) {
    const [, from] = type
    const may_go_on = content[0] === 'close' || content[0] === 'new_user'
    return may_go_on ? serve(from, content, data) : keep(data, [['reply', from, ['error', 'closed']]])
  }
  if (is_data(content, data)) return hear_close_notify(data, content[2])
  if (is_end_of_transport(content, data)) return give_nothing(data, 'closed')
  const [tag, subject] = Array.isArray(content) ? content : []
  return tag === 'DOWN' && subject === data.owner_monitor ? ['stop', 'normal'] : 'keep_state_and_data'
}

/** What comes from elsewhere than a caller. */
function in_any_state(content: Term, data: Connection): Promised<Result> {
  const [tag, subject, more] = Array.isArray(content) ? content : []
  const { socket, owner_monitor } = data
  const [, , closed_tag, error_tag] = socket.cb_info
  if (is_data(content, data)) return take(data, more)
  if (subject === socket.transport_socket) {
    if (tag === closed_tag || tag === 'EXIT') return transport_gone(data)
    if (tag === error_tag) return transport_failed(data, more)
  }
  if (tag === transport_ready) return transport_takes_more(data, subject)
  if (tag === answer_taken) return peer_may_go_on(data)
  if (tag === options_found) return choose_options(data, subject).then(() => progress(data))
  if (tag === inquiry_answered) return answered(data, subject)
  if (tag === session_found) return started(data, subject)
  if (content === keys_are_old) return renew_keys(data)
  if (tag === 'timeout') return keep(data, receiver_late(data, subject))
  if (tag === 'DOWN' && subject === owner_monitor) return ['stop', 'normal']
  if (tag === 'EXIT') return keep(data)
  report('info', { label: ['ssl', 'unexpected_info'], report: { connection: self(), info: content } })
  return keep(data)
}

// ---- The handshake

async function start_handshake(from: From, content: Term, data: Connection): Promise<Result> {
  const [, timeout, options] = content as readonly ['start', Timeout, Hidden<SslOptions> | undefined]
  const left = countdown(timeout)
  const refused = await begin(data, options?.value ?? data.options)
  if (refused !== undefined) return ['stop_and_reply', 'normal', [['reply', from, refused]]]
  data.starter = from
  const result = await progress(data)
  return result === 'keep_state_and_data' ? in_handshake(data, left()) : result
}

async function go_on_from_hello(from: From, content: Term, data: Connection): Promise<Result> {
  const [, timeout, options] = content as readonly ['continue', Timeout, Hidden<SslOptions> | undefined]
  const left = countdown(timeout)
  data.starter = from
  const refused = await resume(data, options?.value)
  return refused === undefined ? in_handshake(data, left()) : give_up(data, refused)
}

const in_handshake = (data: Connection, left: Timeout): Result => [
  'next_state',
  'handshake',
  data,
  [[['timeout', 'handshake'], left, 'handshake']],
]

/** The peer has said something, or somebody has answered for it: whatever comes of it. */
function progress(data: Connection): Promised<Result> {
  if (data.asked_name !== undefined && !data.inquiring) {
    const found = find_options(data)
    if (found) return choose_options(data, found).then(() => progress(data))
  }
  if (data.starter !== undefined) return progress_at_first(data)
  if (data.hello_requested) obey_hello_request(data)
  return after_handshake(data)
}

function progress_at_first(data: Connection): Result {
  if (data.engine!.established) return connected(data)
  if (data.paused !== undefined) return stand_still(data)
  read_on(data)
  return data.ending === undefined ? 'keep_state_and_data' : give_up(data, ['error', data.ending])
}

function connected(data: Connection): Result {
  const reply: Action = ['reply', data.starter!, ['ok', data.socket]]
  data.starter = undefined
  const no_limit: Action = [['timeout', 'handshake'], 'cancel']
  return ['next_state', 'connection', data, [reply, no_limit, ['next_event', 'internal', 'progress']]]
}

/** However long the user takes. */
function stand_still(data: Connection): Result {
  const told = tell_paused(data)
  data.starter = undefined
  return ['next_state', 'user_hello', data, [told, [['timeout', 'handshake'], 'cancel']]]
}

function give_up(data: Connection, error: readonly ['error', Reason]): Result {
  log_broken_off(data, error[1])
  const reason = data.failed ? ['shutdown', 'own_alert'] : 'normal'
  return ['stop_and_reply', reason, data.starter === undefined ? [] : [['reply', data.starter, error]]]
}

// ---- What the transport brings

function take(data: Connection, bytes: Uint8Array): Promised<Result> {
  data.heard = true
  data.reading = false
  receive(data, bytes)
  return progress(data)
}

function peer_may_go_on(data: Connection): Promised<Result> {
  data.answering = false
  return progress(data)
}

function answered(data: Connection, known: () => HandshakeData): Promised<Result> {
  take_answer(data, known)
  return progress(data)
}

function started(data: Connection, session: Session | undefined): Promised<Result> {
  start_with(data, session)
  return progress(data)
}

function transport_gone(data: Connection): Result {
  data.reading = false
  data.ending ??= 'closed'
  if (data.starter !== undefined) return give_up(data, ['error', data.ending])
  if (!data.engine?.established) return ['stop', ['shutdown', 'transport_closed']]
  return go_on(data)
}

function transport_failed(data: Connection, reason: Reason): Result {
  report('info', { label: ['ssl', 'socket_error'], report: { connection: self(), reason } })
  return transport_gone(data)
}

function transport_takes_more(data: Connection, result: Done): Result {
  data.congested = false
  return keep(data, result === 'ok' ? pump(data) : refuse_senders(data, result))
}

// ---- Idleness

/** Lets go of what an idle connection does not need. */
function hibernate(data: Connection): Result {
  data.engine!.compact()
  data.user.compact()
  return ['keep_state_and_data', ['hibernate']]
}

const is_data = (content: Term, { socket: { cb_info, transport_socket } }: Connection): boolean =>
  Array.isArray(content) && content[0] === cb_info[1] && content[1] === transport_socket

function is_end_of_transport(content: Term, { socket: { cb_info, transport_socket } }: Connection): boolean {
  const [, , closed_tag, error_tag] = cb_info
  const [tag, subject] = Array.isArray(content) ? content : []
  return subject === transport_socket && [closed_tag, error_tag, 'EXIT'].includes(tag)
}

const is_call = (type: EventType): type is readonly ['call', From] => type[0] === 'call'

const is_timeout = (type: EventType): boolean => Array.isArray(type) && type[0] === 'timeout'
