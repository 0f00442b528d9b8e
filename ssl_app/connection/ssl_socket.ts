// What users hold of a connection or a listener, and the transport beneath.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Done, Result, Term, Timeout } from '../../runtime/erlang/term.ts'

/** A socket of the transport, whatever it is. */
export type TransportSocket = Term

/**
 * A reliable transport, with the functions of `gen_tcp` and `inet`. While it is active it sends its owner
 * `[data_tag, socket, bytes]`, `[closed_tag, socket]` and `[error_tag, socket, reason]`.
 */
export interface Transport {
  connect(host: Term, port: number, options: Term, timeout?: Timeout): PromiseLike<Result<TransportSocket>>
  listen(port: number, options: Term): PromiseLike<Result<TransportSocket>>
  accept(listener: TransportSocket, timeout?: Timeout): PromiseLike<Result<TransportSocket>>
  /** May be `'ok'` at once; a promise means that the peer does not keep up. */
  send(socket: TransportSocket, data: readonly Uint8Array[]): Done | PromiseLike<Done>
  recv(socket: TransportSocket, length: number, timeout?: Timeout): PromiseLike<Result<Term>>
  close(socket: TransportSocket): Term
  shutdown(socket: TransportSocket, how: 'read' | 'write' | 'read_write'): Done | PromiseLike<Done>
  controlling_process(socket: TransportSocket, owner: Pid): Done | PromiseLike<Done>
  setopts(socket: TransportSocket, options: Term): Done
  getopts(socket: TransportSocket, names: readonly string[]): Result<Record<string, Term>>
  peername(socket: TransportSocket): Result<Term>
  sockname(socket: TransportSocket): Result<Term>
}

/** OTP: the option `cb_info`. */
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
