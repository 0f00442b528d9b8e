// What gen_tcp and inet need of the machine: connections, listeners and names. The machine itself is one such driver
// (inet_tcp.ts, inet_gethost_native.ts); a simulated network is another. See `use_inet_driver` in inet_db.ts.

import type { Result } from '../../runtime/erlang/term.ts'
import type { IpAddress } from './inet_parse.ts'

/** OTP: `{Address, Port}` */
export type Address = readonly [ip: IpAddress, port: number]

/** The path of a unix domain socket; `''` for an end that has none. OTP: `{local, Path}` */
export type LocalAddress = readonly ['local', path: string]

/** Where a socket is, or its peer. OTP: `inet:socket_address()` */
export type SocketAddress = Address | LocalAddress

/** OTP: `inet` and `inet6` */
export type Family = 'inet' | 'inet6'

/** Where to connect to, and from. */
export interface Destination {
  readonly to: SocketAddress
  /** The local address; undefined: any. */
  readonly from_ip: IpAddress | undefined
  /** The local port; undefined: any. */
  readonly from_port: number | undefined
}

/** Where to listen. */
export interface Endpoint {
  /** A port of 0 is for the driver to choose. */
  readonly at: SocketAddress
  /** How many connections the driver may hold back while it cannot hand them over. */
  readonly backlog: number
  /** For an IPv6 address: takes no IPv4 connections. */
  readonly ipv6_v6only: boolean
  /** Whether a program with nothing else to do waits for connections, and for what comes on them. */
  readonly keeps_alive: boolean
}

/**
 * The machine, as the kernel sees it. A contract for both sides:
 *
 * - The kernel may call any function from within a process or outside any.
 * - A driver calls handlers and `done` outside any process (`run_outside`), one at a time, and never from within a call
 *   that the kernel makes to it: always later, when that call has returned.
 * - A `done` is called exactly once, also when nobody is interested any more.
 * - Reasons are POSIX codes in OTP's lower case: `'econnrefused'`.
 * - Nothing throws.
 */
export interface InetDriver {
  /**
   * Opens a connection.
   *
   * @param done - without a reason once it is open, which is when `attach` and all else may be called on the stream;
   *   with the reason when it fails. Until then only `destroy` may be called; `done` need not come after that
   * @returns the stream at once, so that the attempt can be given up
   */
  connect(destination: Destination, done: (reason?: string) => void): InetStream

  /**
   * Listens.
   *
   * @returns the listener at once; `handlers` tell when it listens, or that it cannot. Until then only `close` may be
   *   called on it
   */
  listen(endpoint: Endpoint, handlers: ListenHandlers): InetListener

  /**
   * The addresses of a name, at least one of them.
   *
   * @param name - not empty, and not an address written as text
   * @param done - with `['error', 'nxdomain']` when it has none in that family
   */
  resolve(name: string, family: Family, done: (found: Result<readonly IpAddress[]>) => void): void

  /** The names of an address, at least one. @param done - with `['error', 'nxdomain']` when it has none */
  reverse(ip: IpAddress, done: (found: Result<readonly string[]>) => void): void

  /**
   * Calls `done` once everything that has reached this host by now has been told. With it a request that is out of time
   * looks once more before it gives up.
   */
  poll(done: () => void): void

  /** The name of this host, without its domain. */
  gethostname(): string

  /** The network interfaces of this host. */
  getifaddrs(): readonly Interface[]
}

/** One network interface. OTP: an element of what `inet:getifaddrs/0` gives. */
export interface Interface {
  readonly name: string
  readonly flags: readonly ('up' | 'broadcast' | 'loopback' | 'running')[]
  readonly addresses: readonly { readonly addr: IpAddress; readonly netmask: IpAddress }[]
  /** Six bytes; none when the interface has no hardware address. */
  readonly hwaddr?: readonly number[]
}

/** A listener of a driver. */
export interface InetListener {
  /** Where it listens, with the port that was chosen; undefined until it does. */
  readonly sockname: SocketAddress | undefined
  /** Takes no more connections. Those that were handed over go on; no handler is called any more. */
  close(): void
}

/** What a listener is told. */
export interface ListenHandlers {
  /** It listens. Called once at most, and first of all but `failed`. */
  listening(): void
  /** A connection has come. It is open, and nothing has been read from it. */
  connection(stream: InetStream): void
  /** Listening failed; or later, accepting one connection did, and it goes on listening. */
  failed(reason: string): void
}

/**
 * One end of a connection: a stream of bytes in each direction, which end independently.
 *
 * Nothing is read ahead of being asked for but for one chunk: a peer that sends more has to wait, as the window of TCP
 * makes it do.
 */
export interface InetStream {
  /** Undefined before it is open, and may be once it is gone. */
  readonly sockname: SocketAddress | undefined
  /** Undefined before it is open, and may be once it is gone. */
  readonly peername: SocketAddress | undefined
  /** Bytes that were given to `write` and that the system has not taken yet. */
  readonly pending: number
  /** Whether it is gone: destroyed, broken, or ended in both directions. */
  readonly destroyed: boolean

  /** Says whom to tell from now on. Called once, when the stream is open, and before anything is read or written. */
  attach(handlers: StreamHandlers): void

  /**
   * The next bytes in order, in a chunk of any size above 0, which the kernel then owns.
   *
   * @returns undefined when there are none now: then `readable` is called once there are, or `ended` or `failed`
   */
  read(): Uint8Array | undefined

  /**
   * Sends the pieces, in order and after all that was written before. They are not changed afterwards. `written` is
   * called each time that `pending` has become smaller.
   *
   * @param pieces - at least one, none of them empty
   * @returns false when the stream is known to be broken already: `failed` has been or will be called
   */
  write(pieces: readonly Uint8Array[]): boolean

  /** Ends the sending direction, once what was written has gone. Nothing is written afterwards. */
  end(): void

  /**
   * Lets the stream go once what was written has been sent: ends sending, and does not wait for the peer's end. No handler
   * is called any more. `destroy` may still cut it short.
   *
   * @param gone - called once when it is gone, also when it broke or `destroy` was called
   */
  finish(gone: () => void): void

  /** Closes both directions at once. What is still pending is dropped, no handler is called any more. */
  destroy(): void

  /** As `destroy`, and the peer sees a reset (`econnreset`) instead of an end. */
  reset(): void

  /** Whether small pieces go out at once. Without a meaning where there are no segments. */
  set_nodelay(on: boolean): void

  /** Whether a peer that is silent is probed. */
  set_keepalive(on: boolean): void
}

/** What the kernel is told of a stream. */
export interface StreamHandlers {
  /** There are bytes again after `read` had none. May also come when nobody asked. */
  readable(): void
  /** All that the peer sent has been read, and it sends no more. Sending still works. Called once at most. */
  ended(): void
  /** `pending` has become smaller. */
  written(): void
  /** The connection is broken, for both directions: `'econnreset'`, `'epipe'`, `'etimedout'`, … Called once at most. */
  failed(reason: string): void
}
