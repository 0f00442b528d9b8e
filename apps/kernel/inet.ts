// OTP's module inet: what can be asked of any socket and told to it, and addresses.

import { demonitor, monitor as monitor_of, unlink } from '../../runtime/erlang/links.ts'
import type { Ref } from '../../runtime/erlang/pid.ts'
import { port_close } from '../../runtime/erlang/port.ts'
import { running } from '../../runtime/erlang/self.ts'
import type { Done, Result } from '../../runtime/erlang/term.ts'
import type { SocketAddress } from './inet_driver.ts'
import { are_socket_options, is_socket_option, type SocketOptions } from './inet_options.ts'
import { type Socket, type Statistics, socket_of } from './inet_socket.ts'

export type { Address, Family, Interface, LocalAddress, SocketAddress } from './inet_driver.ts'
export {
  getaddr,
  getaddrs,
  gethostbyaddr,
  gethostbyname,
  gethostname,
  getifaddrs,
  type Host,
  type Hostent,
} from './inet_gethost.ts'
export { i, info, type SocketInfo, type SocketRow, sockets } from './inet_i.ts'
export type { Active, SocketOptions } from './inet_options.ts'
export {
  type Ip4Address,
  type Ip6Address,
  type IpAddress,
  ipv4_mapped_ipv6_address,
  is_ip_address,
  is_ipv4_address,
  is_ipv6_address,
  ntoa,
  parse_address,
  parse_ipv4_address,
  parse_ipv4strict_address,
  parse_ipv6_address,
  parse_ipv6strict_address,
  parse_strict_address,
} from './inet_parse.ts'
export { format_error } from './inet_posix.ts'
export type { Socket, SocketState, Statistics } from './inet_socket.ts'

/**
 * Sets options of an open socket: all of them, or, when one cannot be set, none. On a listener they are what sockets
 * accepted from now on start with.
 *
 * Turning `active` on delivers at once what has come already. A change of `packet` applies to it too.
 *
 * @returns `['error', 'einval']` when there is no such option or value, or the socket is closed
 * @see OTP: `inet:setopts/2`
 */
export function setopts(socket: Socket, options: Partial<Readonly<SocketOptions>>): Done {
  const it = socket_of(socket)
  if (it === undefined || !are_socket_options(options)) return ['error', 'einval']
  return it.setopts(options)
}

/**
 * The values of the options named.
 *
 * @returns an object with those options, or `['error', 'einval']` as {@link setopts}
 * @see OTP: `inet:getopts/2`
 */
export function getopts<Name extends keyof SocketOptions>(
  socket: Socket,
  names: readonly Name[],
): Result<Pick<SocketOptions, Name>> {
  const it = socket_of(socket)
  if (it === undefined || !Array.isArray(names) || !names.every(is_socket_option)) return ['error', 'einval']
  const values = Object.fromEntries(names.map(name => [name, it.options[name as Name]]))
  return ['ok', values as Pick<SocketOptions, Name>]
}

/**
 * The address of the peer.
 *
 * @returns `['error', 'enotconn']` for a listener, and once the connection is gone; `['error', 'einval']` when the
 *   socket is closed
 * @see OTP: `inet:peername/1`
 */
export const peername = (socket: Socket): Result<SocketAddress> =>
  socket_of(socket)?.peername() ?? ['error', 'einval']

/**
 * The socket's own address.
 *
 * @returns `['error', 'ebadf']` once the connection is gone; `['error', 'einval']` when the socket is closed
 * @see OTP: `inet:sockname/1`
 */
export const sockname = (socket: Socket): Result<SocketAddress> =>
  socket_of(socket)?.sockname() ?? ['error', 'einval']

/** As {@link peername}, in a list: only SCTP has several. OTP: `inet:peernames/1` */
export const peernames = (socket: Socket): Result<readonly [SocketAddress]> => listed(peername(socket))

/** As {@link sockname}, in a list: only SCTP has several. OTP: `inet:socknames/1` */
export const socknames = (socket: Socket): Result<readonly [SocketAddress]> => listed(sockname(socket))

/**
 * The socket's own port number.
 *
 * @returns errors as {@link sockname}; `['error', 'einval']` for a unix domain socket, which has none
 * @see OTP: `inet:port/1`
 */
export function port(socket: Socket): Result<number> {
  const [tag, address] = sockname(socket)
  if (tag === 'error') return [tag, address]
  return address[0] === 'local' ? ['error', 'einval'] : ['ok', address[1] as number]
}

/** What has gone through a socket so far. OTP: `inet:getstat/1`. */
export function getstat(socket: Socket): Result<Statistics>
/** The counters named. OTP: `inet:getstat/2`. */
export function getstat<Name extends keyof Statistics>(
  socket: Socket,
  names: readonly Name[],
): Result<Pick<Statistics, Name>>
/**
 * What has gone through a socket so far; a packet counts with its length in front.
 *
 * @param names - the counters wanted. Default: all
 * @returns `['error', 'einval']` when it is closed, or there is no such counter
 * @see OTP: `inet:getstat/1,2`
 */
export function getstat(socket: Socket, names?: readonly (keyof Statistics)[]): Result<Partial<Statistics>> {
  const counters = socket_of(socket)?.getstat()
  if (counters === undefined) return ['error', 'einval']
  if (names === undefined) return ['ok', counters]
  if (!Array.isArray(names) || !names.every(name => Object.hasOwn(counters, name))) return ['error', 'einval']
  return ['ok', Object.fromEntries(names.map(name => [name, counters[name as keyof Statistics]]))]
}

/**
 * Has the caller be told once when the socket is closed: `['DOWN', ref, 'port', socket, reason]`, at once and with the
 * reason `'noproc'` when it is closed already. The reason is `'normal'`, or that of its owner's end.
 *
 * @see OTP: `inet:monitor/1`
 */
export const monitor = (socket: Socket): Ref => monitor_of('port', socket)

/**
 * Takes a monitor away; its message comes no more.
 *
 * @returns whether it was still there
 * @see OTP: `inet:cancel_monitor/1`
 */
export const cancel_monitor = (ref: Ref): boolean => demonitor(ref, { info: true })

/**
 * Closes a socket of any kind; one that is closed stays so. Who waits at it gets `['error', 'closed']`; the owner,
 * if it is another process that traps exits, gets `['EXIT', socket, 'normal']`. What has been sent is still
 * delivered, in the background, as the option `linger` says.
 *
 * @see OTP: `inet:close/1`
 */
export function close(socket: Socket): 'ok' {
  if (socket_of(socket) === undefined) return 'ok'
  if (running() !== undefined) unlink(socket)
  port_close(socket)
  return 'ok'
}

const listed = ([tag, found]: Result<SocketAddress>): Result<readonly [SocketAddress]> =>
  tag === 'ok' ? ['ok', [found]] : ['error', found]
