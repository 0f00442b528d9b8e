// What users hold of a connection or a listener, and the transport beneath.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Done, Result, Term, Timeout } from '../../runtime/erlang/term.ts'

/** A socket of the transport, whatever it is: a port, a process, an object. It compares by `===`. OTP: `ssl:tls_socket()` */
export type TransportSocket = Term

/**
 * What carries TLS: reliable, in order, in both directions, with the functions of `gen_tcp` and `inet`. What of their
 * promises TLS relies on:
 *
 * - **Sockets are passive first.** They are opened with `{ active: false, mode: 'binary', packet: 0, … }`. After
 *   `setopts(socket, { active: 'once' })` the owner is sent one `[data_tag, socket, bytes]`, as soon as there is
 *   something, and the socket is passive again: so a peer that sends too fast has to wait.
 * - **The end is told like data**, when a socket is active and nothing is left to give: `[closed_tag, socket]`, or first
 *   `[error_tag, socket, reason]` if it was no orderly one. A `setopts` that finds the socket closed gives an error.
 * - **A socket goes with its owner**, who opened it until `controlling_process` names another. Messages that were sent
 *   before stay with the former. A socket that is a port (`is_port`) does so anyhow.
 * - **Bytes that were taken are not changed**, neither those given to `send` nor those in messages.
 * - Functions are called by the owner, but for `getopts`, `peername`, `sockname` and the `close` of a listener. What is
 *   no promise here is done at once. Errors are results; what is thrown ends the connection.
 *
 * An interface instead of OTP's list of functions for `cb_info`.
 */
export interface Transport {
  /**
   * Opens a connection, which the caller owns.
   *
   * @param options - those of the connection that are not TLS's own, and what {@link Transport} says of passive ones
   * @returns the socket; `['error', reason]`, which `ssl.connect` gives back
   * @throws {@link Exit} `'badarg'` for options that there are not: `ssl.connect` says `['options', …]`
   */
  connect(host: Term, port: number, options: Term, timeout?: Timeout): PromiseLike<Result<TransportSocket>>
  /** Listens; a listener that is no port is closed by `close` when its owner's tracker ends. Else as {@link connect}. */
  listen(port: number, options: Term): PromiseLike<Result<TransportSocket>>
  /** Waits for the next connection, which the caller owns. Any number of processes may wait. */
  accept(listener: TransportSocket, timeout?: Timeout): PromiseLike<Result<TransportSocket>>
  /**
   * Sends bytes, behind those of earlier calls, whether these are done or not. May be `'ok'` at once; a promise means
   * that the peer does not keep up, and holds when it does. If it is rejected, the connection counts as closed.
   */
  send(socket: TransportSocket, data: readonly Uint8Array[]): Done | PromiseLike<Done>
  /**
   * Waits for bytes of a passive socket: how the end of the peer is awaited.
   *
   * @param length - 0: what there is
   * @returns `['error', 'closed']` at the end; `['error', 'timeout']`
   */
  recv(socket: TransportSocket, length: number, timeout?: Timeout): PromiseLike<Result<Term>>
  /** Closes a socket or a listener, and may be called again. What was sent before still arrives. */
  close(socket: TransportSocket): Term
  /** Ends one direction: after `'write'` the peer sees the end, and may still send. */
  shutdown(socket: TransportSocket, how: 'read' | 'write' | 'read_write'): Done | PromiseLike<Done>
  /** Makes `owner` the owner. @returns `['error', 'not_owner']` for who is not the owner, `['error', 'closed']` */
  controlling_process(socket: TransportSocket, owner: Pid): Done | PromiseLike<Done>
  /** Sets `active`, and whatever else the transport has. @returns an error once the socket is closed */
  setopts(socket: TransportSocket, options: Term): Done
  /** The values of options; of a socket that is secured later `mode`, `packet`, `packet_size`, `header` and `active`. */
  getopts(socket: TransportSocket, names: readonly string[]): Result<Record<string, Term>>
  /** The peer's address, `[host, port]`: a client that secures a socket verifies that host, and finds sessions by both. */
  peername(socket: TransportSocket): Result<Term>
  /** The own address, `[host, port]`: a server finds sessions by its port. */
  sockname(socket: TransportSocket): Result<Term>
  /** What has gone through it, or the counters named. A transport need not count. OTP: `inet:getstat/1,2` */
  getstat?(socket: TransportSocket, names?: readonly string[]): Result<Term>
}

/**
 * Another transport than TCP, and the tags of its messages.
 *
 * @see OTP: the option `cb_info`
 */
export type CbInfo = readonly [transport: Transport, data_tag: string, closed_tag: string, error_tag: string]

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** One TLS connection. It compares by `===`: what is in messages is what `connect` and `handshake` gave. */
export class SslSocket {
  /** @internal The connection's process. */
  readonly pid: Pid
  /** @internal */
  readonly transport_socket: TransportSocket
  /** @internal */
  readonly cb_info: CbInfo

  constructor(pid: Pid, transport_socket: TransportSocket, cb_info: CbInfo) {
    this.pid = pid
    this.transport_socket = transport_socket
    this.cb_info = cb_info
  }

  toString(): string {
    return `#SslSocket${this.pid}`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** A listener for TLS connections. */
export class SslListenSocket {
  /** @internal The process that keeps the listener's options. */
  readonly tracker: Pid
  /** @internal */
  readonly transport_socket: TransportSocket
  /** @internal */
  readonly cb_info: CbInfo

  constructor(tracker: Pid, transport_socket: TransportSocket, cb_info: CbInfo) {
    this.tracker = tracker
    this.transport_socket = transport_socket
    this.cb_info = cb_info
  }

  toString(): string {
    return `#SslListenSocket${this.tracker}`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** The options under which a connection's process holds its transport: nothing is read unasked. */
export const internal_options = {
  mode: 'binary',
  packet: 0,
  packet_size: 0,
  header: 0,
  active: false,
} as const
