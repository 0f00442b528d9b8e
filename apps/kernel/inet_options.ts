// The options of TCP sockets: which there are, which values they take, and what they are when nobody says.
//
// What OTP can set and Node cannot is refused with `einval`: see `refused_options`.

import { type Done, Exit } from '../../runtime/erlang/term.ts'
import type { LocalAddress } from './inet_driver.ts'
import { is_packet_type, type Mode, type PacketLimits, type PacketType } from './inet_packet.ts'
import { type IpAddress, is_ip_address, parse_address } from './inet_parse.ts'

/** How data reaches the owner: as messages, as one message, as so many messages, or only by `recv`. */
export type Active = boolean | 'once' | number

/** The options that a socket has as long as it lives: `setopts` changes them and `getopts` tells them. */
export interface SocketOptions {
  /**
   * `true`: everything comes as messages; `'once'`: one message; a number of -32768 to 32767: added to how many
   * messages are still to come, and `['tcp_passive', socket]` tells when they have; `false`: nothing is read
   * from the network but what `recv` asks for. Default: `true`
   */
  active: Active
  /** Data is a `Buffer`, or a string of code units 0 to 255. Default: `'list'` */
  mode: Mode
  /** The form of a message with data: `['tcp', socket, data]`, or `[socket, ['data', data]]`. Default: `'term'` */
  deliver: 'term' | 'port'
  /** How the stream is cut into packets; 1, 2 and 4 are added to what is sent too. Default: 0 */
  packet: PacketType
  /** Longest packet, in bytes; a longer one is the error `'emsgsize'`. 0: no limit. Default: 0 */
  packet_size: number
  /** In mode `'binary'`: as many bytes come as numbers in front of the rest. Default: 0 */
  header: number
  /** The byte that ends a line. Default: 10 */
  line_delimiter: number
  /**
   * The most bytes that come at once from a stream that is not cut into packets; a longer line comes in
   * pieces of this size. Default: 65536, which is what Node reads at once
   */
  buffer: number
  /** Whether the end of what the peer sends closes the socket both ways. Default: true */
  exit_on_close: boolean
  /** Whether what is sent waits until those that run now have had their turn, and then goes out as one. Default: false */
  delay_send: boolean
  /** Milliseconds that a send waits for the peer to read. Default: no limit */
  send_timeout: number | 'infinity'
  /** Whether a send that has waited too long closes the socket. Default: false */
  send_timeout_close: boolean
  /** Bytes that wait to be sent from which on a send waits with them. Default: 8192 */
  high_watermark: number
  /** Bytes that still wait when the sends go on. Default: 4096 */
  low_watermark: number
  /** Whether a reset by the peer is the error `'econnreset'` and not just `'closed'`. Default: false */
  show_econnreset: boolean
  /** Whether small pieces are sent at once. Default: false */
  nodelay: boolean
  /** Whether a peer that is silent is probed, as the system is set up to do. Default: false */
  keepalive: boolean
  /**
   * `[true, seconds]`: how long what waits to be sent may still take after `close`; `[true, 0]` drops it and
   * resets the connection. Default: `[false, 0]`, which gives it three minutes
   */
  linger: readonly [on: boolean, seconds: number]
}

/** The local address: of a host, or with `['local', path]` a unix domain socket, which only listeners can be bound to. */
export type BoundTo = IpAddress | string | 'any' | 'loopback' | LocalAddress

/** Where a socket is bound. */
interface Binding {
  /** The local address. Default: any */
  readonly ip?: BoundTo
  /** The same as `ip`, and counts when both are given. */
  readonly ifaddr?: BoundTo
  /** The local port. Of a listener it counts, and not the argument. Default: any */
  readonly port?: number
  /** IPv4; this is the default. */
  readonly inet?: true
  /** IPv6. An address that is given decides by itself. */
  readonly inet6?: true
  /** A unix domain socket. An address that is given decides by itself. */
  readonly local?: true
  /** Node always sets it: `false` is refused. */
  readonly reuseaddr?: true
}

/** OTP: `gen_tcp:connect_option()` */
export interface ConnectOptions extends Partial<Readonly<SocketOptions>>, Binding {}

/** OTP: `gen_tcp:listen_option()` */
export interface ListenOptions extends Partial<Readonly<SocketOptions>>, Binding {
  /** Connections that may wait to be accepted; those beyond it are closed. Default: 1024 */
  readonly backlog?: number
  /** With `inet6`: no IPv4 on the same socket. Default: false */
  readonly ipv6_v6only?: boolean
  /** False: neither the listener nor what it accepts keeps a program that is done from ending. Default: true */
  readonly keeps_alive?: boolean
}

type Check = (value: any) => boolean
type Checks<Options> = { readonly [Name in keyof Required<Options>]: Check }

const defaults: SocketOptions = {
  active: true,
  deliver: 'term',
  mode: 'list',
  packet: 0,
  packet_size: 0,
  header: 0,
  line_delimiter: 0x0a,
  buffer: 65_536,
  exit_on_close: true,
  delay_send: false,
  send_timeout: 'infinity',
  send_timeout_close: false,
  high_watermark: 8_192,
  low_watermark: 4_096,
  show_econnreset: false,
  nodelay: false,
  keepalive: false,
  linger: [false, 0],
}

const whole = (least: number, most: number): Check => {
  return value => Number.isInteger(value) && value >= least && value <= most
}
const boolean: Check = value => typeof value === 'boolean'
const size = whole(0, 2 ** 31 - 1)
const milliseconds = whole(0, 2 ** 32 - 1)

const socket_checks: Checks<SocketOptions> = {
  active: value => boolean(value) || value === 'once' || whole(-32_768, 32_767)(value),
  deliver: value => value === 'term' || value === 'port',
  mode: value => value === 'binary' || value === 'list',
  packet: is_packet_type,
  packet_size: size,
  header: size,
  line_delimiter: whole(0, 255),
  buffer: whole(1, 2 ** 31 - 1),
  exit_on_close: boolean,
  delay_send: boolean,
  send_timeout: value => value === 'infinity' || milliseconds(value),
  send_timeout_close: boolean,
  high_watermark: size,
  low_watermark: size,
  show_econnreset: boolean,
  nodelay: boolean,
  keepalive: boolean,
  linger: value =>
    Array.isArray(value) && value.length === 2 && boolean(value[0]) && whole(0, 65_535)(value[1]),
}

const yes: Check = value => value === true

const bound_to: Check = value =>
  value === 'any' ||
  value === 'loopback' ||
  is_ip_address(value) ||
  is_local_address(value) ||
  (typeof value === 'string' && parse_address(value)[0] === 'ok')

const binding_checks: Checks<Binding> = {
  ip: bound_to,
  ifaddr: bound_to,
  port: whole(0, 65_535),
  inet: yes,
  inet6: yes,
  local: yes,
  reuseaddr: yes,
}

const connect_checks: Checks<ConnectOptions> = { ...socket_checks, ...binding_checks }

const listen_checks: Checks<ListenOptions> = {
  ...socket_checks,
  ...binding_checks,
  backlog: whole(0, 2 ** 31 - 1),
  ipv6_v6only: boolean,
  keeps_alive: boolean,
}

/** What OTP has and Node has no way to set. */
const refused_options: ReadonlySet<string> = new Set(
  `bind_to_device debug dontroute exclusiveaddruse fd high_msgq_watermark inet_backend low_msgq_watermark netns nopush
  pktoptions priority raw read_packets recbuf recvtclass recvtos recvttl reuseport reuseport_lb sndbuf tclass tos
  ttl`.split(/\s+/),
)

/** Whether it is the address of a unix domain socket, with a path. */
export const is_local_address = (term: unknown): term is LocalAddress =>
  Array.isArray(term) &&
  term.length === 2 &&
  term[0] === 'local' &&
  typeof term[1] === 'string' &&
  term[1] !== ''

/**
 * @returns `['error', 'einval']` when one of the options is OTP's, and Node cannot set it to its value
 * @throws {@link Exit} `'badarg'`, whose message names the option that is not known or cannot have its value
 */
export const check_connect_options = (options: ConnectOptions): Done => check(options, connect_checks)

/** @returns and throws as {@link check_connect_options} */
export const check_listen_options = (options: ListenOptions): Done => check(options, listen_checks)

/** Whether all of these can be set on an open socket. */
export const are_socket_options = (options: object): options is Partial<SocketOptions> =>
  is_object(options) && wrong_option(options, socket_checks) === undefined

/** Whether there is a socket option of that name. */
export const is_socket_option = (name: PropertyKey): name is keyof SocketOptions =>
  Object.hasOwn(socket_checks, name)

/** What a new socket has: the options that were given, and the defaults. */
export function socket_options(given: Partial<Readonly<SocketOptions>>): SocketOptions {
  const options = { ...defaults }
  assign_options(options, given)
  return options
}

/** Changes those of `options` for which `given` has a value. */
export function assign_options(options: SocketOptions, given: Partial<Readonly<SocketOptions>>): void {
  const target = options as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries(given)) {
    if (is_socket_option(name) && value !== undefined) target[name] = value
  }
}

/** Whether the packets of what has come may have to be looked at anew. */
export const recuts = (given: Partial<Readonly<SocketOptions>>): boolean =>
  given.packet !== undefined ||
  given.packet_size !== undefined ||
  given.buffer !== undefined ||
  given.line_delimiter !== undefined

/** The limits that the options set for packets. */
export const packet_limits = (options: SocketOptions): PacketLimits => ({
  packet_size: options.packet_size,
  line_length: options.buffer,
  line_delimiter: options.line_delimiter,
})

/**
 * The value of `active` once `asked` has been set: a number counts on from the one that is there.
 *
 * @returns undefined when the number gets out of range
 */
export function next_active(now: Active, asked: Active): Active | undefined {
  if (typeof asked !== 'number') return asked
  const count = (typeof now === 'number' ? now : 0) + asked
  if (count > 32_767) return undefined
  return count > 0 && count
}

function check(options: object, checks: Readonly<Record<string, Check>>): Done {
  const wrong = is_object(options) ? wrong_option(options, checks) : 'options'
  if (wrong === undefined) return 'ok'
  if (is_object(options) && is_refused(options)) return ['error', 'einval']
  const refusal = new Exit('badarg')
  Object.defineProperty(refusal, 'message', { value: `badarg: ${wrong}` })
  throw refusal
}

const is_object = (term: unknown): term is object =>
  typeof term === 'object' && term !== null && !Array.isArray(term)

const is_refused = (options: object): boolean =>
  Object.entries(options).some(
    ([name, value]) =>
      value !== undefined && (refused_options.has(name) || (name === 'reuseaddr' && value === false)),
  )

function wrong_option(options: object, checks: Readonly<Record<string, Check>>): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (!Object.hasOwn(checks, name)) return `no option ${name}`
    if (!checks[name]!(value)) return `no such value for the option ${name}`
  }
  return undefined
}
