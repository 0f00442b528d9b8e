// OTP's module gen_tcp: TCP sockets. A socket is a port: it belongs to a process, and closes when that one ends.
//
// Of OTP's options those that Node cannot set are refused with `['error', 'einval']`: bind_to_device, dontroute, fd,
// netns, nopush, pktoptions, priority, raw, read_packets, recbuf, reuseport, sndbuf, tclass, tos, ttl, and reuseaddr with
// the value false.

import { unlink } from '../../runtime/erlang/links.ts'
import { nothing } from '../../runtime/erlang/mailbox.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { port_connect, port_info } from '../../runtime/erlang/port.ts'
import { current } from '../../runtime/erlang/process.ts'
import { type Done, Exit, type Result, type Term, type Timeout } from '../../runtime/erlang/term.ts'
import * as inet from './inet.ts'
import type { LocalAddress } from './inet_driver.ts'
import type { Host } from './inet_gethost.ts'
import {
  type ConnectOptions,
  check_connect_options,
  check_listen_options,
  is_local_address,
  type ListenOptions,
} from './inet_options.ts'
import type { Data, Delivered } from './inet_packet.ts'
import { check_timeout } from './inet_request.ts'
import { type Socket, socket_of } from './inet_socket.ts'
import { type IoData, pieces_of } from './iodata.ts'
import { Connection } from './tcp_connection.ts'
import { Listener } from './tcp_listener.ts'
import { open_connection, open_listener, open_local_connection } from './tcp_opening.ts'

export type { ConnectOptions, ListenOptions } from './inet_options.ts'
export type { Data, Delivered, HttpPacket, HttpString, HttpUri, HttpVersion } from './inet_packet.ts'
export type { Socket } from './inet_socket.ts'
export type { IoData } from './iodata.ts'

/**
 * Opens a connection. Of a name's addresses (IPv4, with the option `inet6` IPv6) the first that answers is taken.
 *
 * @param host - a name, an address as text, an address such as `[127, 0, 0, 1]`, or a unix domain socket:
 *   `['local', path]`
 * @param port - 0 to 65535; 0 for a unix domain socket
 * @param timeout - milliseconds for all of it, the name's look-up too. Default: no limit
 * @returns `['ok', socket]`, which belongs to the caller; else `['error', reason]`: `'timeout'`, `'einval'` for an
 *   option that Node cannot set or a path too long for the system, or a POSIX code such as `'econnrefused'`, `'nxdomain'`, `'enoent'`
 * @throws {@link Exit} `'badarg'` for an option or value that there is not; its message says which
 * @see OTP: `gen_tcp:connect/4`
 */
export async function connect(
  host: Host | LocalAddress,
  port: number,
  options: ConnectOptions = {},
  timeout: Timeout = 'infinity',
): Promise<Result<Socket>> {
  check_port(port)
  const checked = check_connect_options(options)
  if (checked !== 'ok') return checked
  if (!is_local_address(host)) return open_connection(host, port, options, timeout)
  if (port !== 0 || options.inet || options.inet6) throw new Exit('badarg')
  return open_local_connection(host, options, timeout)
}

/**
 * Listens on a port, or with the option `ip: ['local', path]` on a unix domain socket. Its file goes when the listener is
 * closed, which is Node's way; in OTP it stays.
 *
 * @param port - 0 to 65535; for 0 the system chooses, and `inet.port` tells; 0 for a unix domain socket
 * @param options - those of a connection are what accepted sockets start with
 * @returns `['ok', listener]`, which belongs to the caller; else `['error', reason]`: `'einval'` for an option
 *   that Node cannot set or a path too long for the system, or a POSIX code such as `'eaddrinuse'`, `'eacces'`
 * @throws as {@link connect}
 * @see OTP: `gen_tcp:listen/2`
 */
export async function listen(port: number, options: ListenOptions = {}): Promise<Result<Socket>> {
  check_port(port)
  const checked = check_listen_options(options)
  return checked === 'ok' ? open_listener(port, options) : checked
}

/**
 * Waits for a connection. Any number of processes may wait at one listener; they are served in turn.
 *
 * @param timeout - milliseconds. Default: no limit
 * @returns `['ok', socket]`, which belongs to the caller; else `['error', reason]`: `'closed'` when the listener is
 *   or gets closed, `'timeout'`, `'einval'` for a socket that does not listen, or a POSIX code
 * @throws {@link Exit} `'badarg'` for what is no timeout
 * @see OTP: `gen_tcp:accept/2`
 */
export async function accept(listener: Socket, timeout: Timeout = 'infinity'): Promise<Result<Socket>> {
  check_timeout(timeout)
  const it = socket_of(listener)
  if (it === undefined) return ['error', 'closed']
  return it instanceof Listener ? it.accept(timeout) : ['error', 'einval']
}

/**
 * Sends data, as one packet if the socket has a `packet` option. All pieces go out in one write, none is copied: what
 * has been given to `send` may not be changed any more.
 *
 * @returns `'ok'` at once, and not as a promise, while less than `high_watermark` bytes wait to be taken by the
 *   system; else a promise that holds when fewer than `low_watermark` do, because the peer reads again. Or
 *   `['error', reason]`: `'closed'`; `'timeout'` after `send_timeout`, with an unknown part of the data sent;
 *   `'einval'` for what is no data; `'emsgsize'` for more than the packet's length can say; `'enotconn'` for a listener
 * @see OTP: `gen_tcp:send/2`
 */
export function send(socket: Socket, data: IoData): Done | Promise<Done> {
  const it = socket_of(socket)
  if (it === undefined) return ['error', 'closed']
  return it instanceof Connection ? it.send(data) : ['error', 'enotconn']
}

/**
 * Waits for data on a passive socket.
 *
 * @param length - exactly so many bytes; 0: what there is, but at least one byte. With a `packet` option it must
 *   be 0, and one packet comes
 * @param timeout - milliseconds; what has come meanwhile is kept. Default: no limit
 * @returns `['ok', data]`, in the form that `mode` and `header` say, or with the `packet` types of HTTP a term: say
 *   `recv<HttpPacket>(socket, 0)`; else `['error', reason]`: `'closed'` (fewer than
 *   `length` bytes before it are dropped), `'timeout'`, `'einval'` for a socket that is active or a length that
 *   the packet type does not allow, `'ealready'` while another process waits, `'emsgsize'` for a packet above
 *   `packet_size`, `'enomem'` for a length above 64 MiB, `'enotconn'` for a listener
 * @throws {@link Exit} `'badarg'` for what is no length or no timeout
 * @see OTP: `gen_tcp:recv/3`
 */
export function recv<Received extends Delivered = Data>(
  socket: Socket,
  length: number,
  timeout: Timeout = 'infinity',
): Promise<Result<Received>> {
  return Promise.resolve(try_recv(socket, length, timeout)) as Promise<Result<Received>>
}

/**
 * Puts data back: it is what comes next, before what the peer has sent.
 *
 * @param data - such as `recv` gave; with a `packet` option, as it stood in the stream
 * @returns `['error', 'einval']` for what is no data; `['error', 'enotconn']` for a listener; `['error', 'closed']` when the
 *   socket is, or its end has been told
 * @see OTP: `gen_tcp:unrecv/2`
 */
export function unrecv(socket: Socket, data: IoData): Done {
  const it = socket_of(socket)
  if (it === undefined) return ['error', 'closed']
  if (!(it instanceof Connection)) return ['error', 'enotconn']
  const pieces = pieces_of(data)
  if (pieces === undefined) return ['error', 'einval']
  return it.unrecv(Buffer.concat(pieces))
}

/**
 * Ends one direction or both, and leaves the socket open: the peer gets what has been sent, then the end. After
 * `'read'` nothing more is taken from the network, since Node cannot tell the system.
 *
 * @returns `'ok'`; `['error', 'closed']` when the socket is closed; `['error', 'enotconn']` for a listener, or when
 *   the connection is gone
 * @throws {@link Exit} `'badarg'` when there is no such way
 * @see OTP: `gen_tcp:shutdown/2`
 */
export function shutdown(socket: Socket, how: 'read' | 'write' | 'read_write'): Done {
  if (!['read', 'write', 'read_write'].includes(how)) throw new Exit('badarg')
  const it = socket_of(socket)
  if (it === undefined) return ['error', 'closed']
  return it instanceof Connection ? it.shutdown(how) : ['error', 'enotconn']
}

/** Closes a socket. OTP: `gen_tcp:close/1` */
export const close: (socket: Socket) => 'ok' = inet.close

/**
 * Gives a socket to another process. Messages of the socket that are in the caller's mailbox move over, in order, and
 * none comes to the caller afterwards.
 *
 * @returns `'ok'`; else `['error', reason]`: `'not_owner'` when the caller does not own it, `'badarg'` when the other
 *   process has ended, `'closed'` when the socket is
 * @see OTP: `gen_tcp:controlling_process/2`
 */
export function controlling_process(socket: Socket, owner: Pid): Done {
  const process = current()
  const it = socket_of(socket)
  const connected = port_info(socket)?.connected
  if (it === undefined || connected === undefined) return ['error', 'closed']
  if (connected === owner) return 'ok'
  if (connected !== process.pid) return ['error', 'not_owner']
  if (owner.entity === undefined) return ['error', 'badarg']

  port_connect(socket, owner)
  unlink(socket)
  const is_of_socket = (message: Term) =>
    Array.isArray(message) &&
    (message[0] === socket || (tcp_tags.has(message[0] as string) && message[1] === socket))
  for (;;) {
    const message = process.mailbox.take(is_of_socket)
    if (message === nothing) return 'ok'
    owner.entity?.deliver(message)
  }
}

const tcp_tags: ReadonlySet<string> = new Set(['tcp', 'http', 'tcp_closed', 'tcp_error', 'tcp_passive'])

function try_recv(
  socket: Socket,
  length: number,
  timeout: Timeout,
): Result<Delivered> | Promise<Result<Delivered>> {
  if (!Number.isInteger(length) || length < 0) throw new Exit('badarg')
  check_timeout(timeout)
  const it = socket_of(socket)
  if (it === undefined) return ['error', 'closed']
  return it instanceof Connection ? it.recv(length, timeout) : ['error', 'enotconn']
}

/** @throws Exit `'badarg'` for what is no port number */
function check_port(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Exit('badarg')
}
