// How TLS sockets come to be: options are checked, the transport is opened or taken over, a process is started.

import { ntoa } from '../apps/kernel/inet.ts'
import { is_ip_address } from '../apps/kernel/inet_parse.ts'
import { self } from '../runtime/erlang/self.ts'
import { Exit, type Reason, type Result, type Term, type Timeout } from '../runtime/erlang/term.ts'
import { max_delay } from '../runtime/erlang/timer_wheel.ts'
import type { ConnectionStart } from './connection/connection_data.ts'
import type { ConnectOptions, ListenOptions, SecurityOptions } from './connection/connection_options.ts'
import { countdown } from './connection/countdown.ts'
import * as ssl_connection from './connection/ssl_connection.ts'
import * as ssl_listen_tracker from './connection/ssl_listen_tracker.ts'
import * as ssl_listen_tracker_sup from './connection/ssl_listen_tracker_sup.ts'
import {
  internal_options,
  SslListenSocket,
  type SslSocket,
  type Transport,
  type TransportSocket,
} from './connection/ssl_socket.ts'
import type { Role } from './record/tls_v1.ts'
import { handle_options, merge_after_hello, merge_options } from './ssl_options.ts'

/** A host as OTP has it: a name, an address as text, or its numbers. */
export type Host = string | readonly number[]

/** @throws Exit `'badarg'` unless it is `'infinity'` or whole milliseconds, 0 to 2^32 - 1 */
export function check_timeout(timeout: Timeout): void {
  if (timeout === 'infinity') return
  if (!(Number.isInteger(timeout) && timeout >= 0 && timeout <= max_delay))
    throw new Exit(['badarg', timeout])
}

/** {@link ssl.connect} to a host. */
export async function open(
  host: Host,
  port: number,
  user_options: ConnectOptions,
  timeout: Timeout,
): Promise<Result<SslSocket>> {
  const left = countdown(timeout)
  const name = host_name(host)
  const checked = handle_options('client', user_options, name)
  if (checked[0] === 'error') return checked
  const { ssl, emulated, socket } = checked[1]

  const connected = await open_transport(() =>
    ssl.cb_info[0].connect(host, port, { ...socket, ...internal_options }, timeout),
  )
  if (connected[0] === 'error') return transport_error(connected, socket)
  const started = await start(connected[1], {
    role: 'client',
    host: name,
    session_key: ['client', name, port],
    options: ssl,
    emulated,
  })
  return started[0] === 'ok' ? ssl_connection.handshake(started[1], left()) : started
}

/** {@link ssl.connect} and {@link ssl.handshake} on a socket of the transport. */
export async function upgrade(
  role: Role,
  transport_socket: TransportSocket,
  user_options: ConnectOptions | ListenOptions,
  timeout: Timeout,
): Promise<Result<SslSocket>> {
  const given = handle_options(role, user_options)
  if (given[0] === 'error') return given
  const [transport] = given[1].ssl.cb_info
  const adopted = adopt(transport, transport_socket)
  if (adopted[0] === 'error') return adopted
  const { peer, local_port, emulated } = adopted[1]

  const host = role === 'client' ? host_name(peer[0]) : undefined
  const checked = handle_options(role, { ...emulated, ...user_options }, host)
  if (checked[0] === 'error') return checked
  const started = await ssl_connection.start({
    role,
    host,
    session_key: host === undefined ? ['server', local_port] : ['client', host, peer[1]],
    options: checked[1].ssl,
    emulated: checked[1].emulated,
    transport_socket,
    owner: self(),
  })
  return started[0] === 'ok' ? ssl_connection.handshake(started[1], timeout) : started
}

/** {@link ssl.listen} */
export async function open_listener(
  port: number,
  user_options: ListenOptions,
): Promise<Result<SslListenSocket>> {
  if (Object.keys(user_options ?? {}).length === 0) return ['error', 'nooptions']
  const checked = handle_options('server', user_options)
  if (checked[0] === 'error') return checked
  const { ssl, emulated, socket } = checked[1]
  const [transport] = ssl.cb_info
  const listening = await open_transport(() => transport.listen(port, { ...socket, ...internal_options }))
  if (listening[0] === 'error') return transport_error(listening, socket)
  const tracker = await ssl_listen_tracker_sup.start_child({
    options: ssl,
    emulated,
    transport_socket: listening[1],
  })
  if (tracker[0] === 'ok') return ['ok', new SslListenSocket(tracker[1], listening[1], ssl.cb_info)]
  transport.close(listening[1])
  return tracker
}

/** {@link ssl.close} of a listener */
export function close_listener({ cb_info, transport_socket, tracker }: SslListenSocket): 'ok' {
  cb_info[0].close(transport_socket)
  ssl_listen_tracker.closed(tracker)
  return 'ok'
}

/** {@link ssl.transport_accept} */
export async function accept(listener: SslListenSocket, timeout: Timeout): Promise<Result<SslSocket>> {
  const [transport] = listener.cb_info
  const accepted = await transport.accept(listener.transport_socket, timeout)
  if (accepted[0] === 'error') return accepted
  const listening = await ask_tracker(listener)
  const local = transport.sockname(accepted[1])
  if (listening === undefined || local[0] === 'error') {
    transport.close(accepted[1])
    return ['error', 'closed']
  }
  const role = 'server' as const
  return start(accepted[1], { ...listening, role, host: undefined, session_key: [role, local[1][1]] })
}

/**
 * {@link ssl.handshake} on an accepted socket.
 *
 * @param user_options - override the listener's; undefined: the listener's stand
 */
export async function shake_hands(
  socket: SslSocket,
  user_options: ListenOptions | undefined,
  timeout: Timeout,
): Promise<Result<SslSocket>> {
  if (!user_options || Object.keys(user_options).length === 0) {
    return ssl_connection.handshake(socket, timeout)
  }
  const current = await ssl_connection.call(socket, ['options'])
  if (current[0] === 'error') return current
  const merged = merge_options(current[1], user_options)
  return merged[0] === 'error' ? merged : ssl_connection.handshake(socket, timeout, merged[1])
}

/**
 * {@link ssl.handshake_continue}
 *
 * @param user_options - override those that the handshake was begun with
 */
export async function go_on(
  socket: SslSocket,
  user_options: ConnectOptions | SecurityOptions,
  timeout: Timeout,
): Promise<Result<SslSocket>> {
  const asked = await ssl_connection.paused(socket)
  if (asked[0] === 'error') return asked
  if (Object.keys(user_options ?? {}).length === 0)
    return ssl_connection.handshake_continue(socket, timeout, undefined)
  const merged = merge_after_hello(asked[1], user_options)
  return merged[0] === 'error' ? merged : ssl_connection.handshake_continue(socket, timeout, merged[1])
}

/** Starts a connection on a socket of the transport that was opened for it, and goes if there is none. */
async function start(
  transport_socket: TransportSocket,
  start: Omit<ConnectionStart, 'transport_socket' | 'owner'>,
): Promise<Result<SslSocket>> {
  const started = await ssl_connection.start({ ...start, transport_socket, owner: self() })
  if (started[0] === 'error') start.options.cb_info[0].close(transport_socket)
  return started
}

/** What a socket of the transport has to tell before it is taken over; from then on it is read only when asked for. */
function adopt(transport: Transport, transport_socket: TransportSocket) {
  const options = transport.getopts(transport_socket, ['mode', 'packet', 'packet_size', 'header', 'active'])
  if (options[0] === 'error') return ['error', options[1]] as const
  const peer = transport.peername(transport_socket)
  if (peer[0] === 'error') return ['error', peer[1]] as const
  const local = transport.sockname(transport_socket)
  if (local[0] === 'error') return ['error', local[1]] as const
  const done = transport.setopts(transport_socket, internal_options)
  if (done !== 'ok') return done
  return ['ok', { emulated: options[1], peer: peer[1], local_port: local[1][1] }] as const
}

/** Wrong options are an error of the caller's that OTP gives back, and not an exit. */
async function open_transport(
  open: () => PromiseLike<Result<TransportSocket>>,
): Promise<Result<TransportSocket>> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Exit) return ['error', badarg]
    throw error
  }
}

const badarg = Symbol('badarg')

const transport_error = ([, reason]: readonly ['error', Reason], socket_options: Term) =>
  ['error', reason === badarg ? ['options', ['socket_options', socket_options]] : reason] as const

/** The listener's options, or undefined when it was closed. */
async function ask_tracker({ tracker }: SslListenSocket): Promise<ssl_listen_tracker.Listening | undefined> {
  try {
    return await ssl_listen_tracker.get(tracker)
  } catch (error) {
    if (error instanceof Exit) return undefined
    throw error
  }
}

/** A host as a certificate names it. */
function host_name(host: Host): string {
  if (typeof host === 'string') return host
  if (!is_ip_address(host)) throw new Exit(['badarg', host])
  return String(ntoa(host))
}
