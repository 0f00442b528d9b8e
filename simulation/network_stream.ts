// One end of a simulated connection, as the kernel sees it.

import type { InetStream, SocketAddress, StreamHandlers } from '../apps/kernel/inet_driver.ts'
import type { Arrival, Pipe } from './network_pipe.ts'

/** What an end needs of its connection. */
export interface StreamConnection {
  readonly outgoing: Pipe
  /** The other direction: what is read is told to it. */
  readonly incoming: Pipe
  /** Calls `event` in its turn, outside any process. */
  soon(event: () => void): void
  /** This end sends no more and wants no more. */
  gone(): void
}

/** One end of a simulated connection, as `gen_tcp` sees it. */
export class SimulatedStream implements InetStream {
  readonly sockname: SocketAddress
  readonly peername: SocketAddress
  /** Whether a silent peer is probed. */
  keepalive = false
  #connection!: StreamConnection
  #handlers: StreamHandlers | undefined
  #unread: Uint8Array[] = []
  #input_ended = false
  #told_of_end = false
  #broken: string | undefined
  #destroyed = false
  #gone: (() => void) | undefined

  constructor(sockname: SocketAddress, peername: SocketAddress) {
    this.sockname = sockname
    this.peername = peername
  }

  /** Called once, before all else. */
  connect(connection: StreamConnection): void {
    this.#connection = connection
  }

  get pending(): number {
    return this.#connection.outgoing.pending
  }

  get destroyed(): boolean {
    return this.#destroyed
  }

  // ---- What the kernel asks

  attach(handlers: StreamHandlers): void {
    this.#handlers = handlers
    this.#connection.soon(() => this.#look())
  }

  read(): Uint8Array | undefined {
    const chunk = this.#unread.shift()
    if (chunk === undefined) return undefined
    this.#connection.incoming.taken(chunk.length)
    if (this.#unread.length === 0 && this.#input_ended) this.#connection.soon(() => this.#look())
    return chunk
  }

  write(pieces: readonly Uint8Array[]): boolean {
    if (this.#destroyed) return false
    this.#connection.outgoing.write(pieces)
    return true
  }

  end(): void {
    if (this.#destroyed) return
    this.#connection.outgoing.end()
    this.#end_if_both_have()
  }

  finish(gone: () => void): void {
    this.#handlers = undefined
    this.#gone = gone
    if (this.#destroyed) {
      this.#connection.soon(() => this.#tell_gone())
      return
    }
    this.#connection.outgoing.end()
    if (this.#connection.outgoing.end_sent) this.#let_go()
  }

  destroy(): void {
    this.#handlers = undefined
    if (this.#destroyed) return
    const { outgoing } = this.#connection
    outgoing.drop()
    // Who closes without having read all resets the connection.
    if (this.#unread.length > 0) outgoing.signal('reset')
    else outgoing.end()
    this.#let_go()
  }

  reset(): void {
    this.#handlers = undefined
    if (this.#destroyed) return
    this.#connection.outgoing.drop()
    this.#connection.outgoing.signal('reset')
    this.#let_go()
  }

  /** Nothing is ever held back here. */
  set_nodelay(): void {}

  set_keepalive(on: boolean): void {
    this.keepalive = on
  }

  // ---- What the network tells

  arrives(arrival: Arrival): void {
    if (arrival === 'reset') this.fails('econnreset')
    else if (this.#destroyed) this.#refuse(arrival)
    else if (arrival === 'end') {
      this.#input_ended = true
      this.#look()
    } else if (arrival !== 'opened') {
      this.#unread.push(arrival.bytes)
      this.#handlers?.readable()
    }
  }

  sent(): void {
    if (this.#gone !== undefined && !this.#destroyed && this.#connection.outgoing.end_sent) this.#let_go()
    else if (!this.#destroyed) this.#handlers?.written()
  }

  /** The connection is broken. */
  fails(reason: string): void {
    if (this.#destroyed) return
    this.#broken = reason
    this.#connection.outgoing.drop()
    this.#let_go()
    this.#look()
  }

  /** Tells what there is to be told of the end, once there is somebody to tell. */
  #look(): void {
    const handlers = this.#handlers
    if (handlers === undefined) return
    if (this.#broken !== undefined) {
      this.#handlers = undefined
      handlers.failed(this.#broken)
    } else if (this.#unread.length > 0) {
      handlers.readable()
    } else if (this.#input_ended && !this.#told_of_end) {
      this.#told_of_end = true
      this.#end_if_both_have()
      handlers.ended()
    }
  }

  #end_if_both_have(): void {
    if (this.#told_of_end && this.#connection.outgoing.end_sent && !this.#destroyed) this.#let_go()
  }

  #let_go(): void {
    this.#destroyed = true
    this.#unread = []
    this.#connection.gone()
    if (this.#gone !== undefined) this.#connection.soon(() => this.#tell_gone())
  }

  #tell_gone(): void {
    const gone = this.#gone
    this.#gone = undefined
    gone?.()
  }

  /** Bytes for one who is not there any more: the sender learns that by a reset. */
  #refuse(arrival: Arrival): void {
    if (typeof arrival === 'object') this.#connection.outgoing.signal('reset')
  }
}
