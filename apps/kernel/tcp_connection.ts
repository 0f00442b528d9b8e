// A TCP connection as a port: its two halves, its options, and the ways in which it ends. OTP: the driver tcp_inet

import type { Pid, Port } from '../../runtime/erlang/pid.ts'
import { type Driver, OpenPort } from '../../runtime/erlang/port.ts'
import type { Process } from '../../runtime/erlang/process.ts'
import type { Done, Result, Timeout } from '../../runtime/erlang/term.ts'
import type { InetStream, SocketAddress, StreamHandlers } from './inet_driver.ts'
import { assign_options, next_active, recuts, type SocketOptions } from './inet_options.ts'
import type { Delivered } from './inet_packet.ts'
import { enter, type InetSocket, leave, type SocketState, type Statistics } from './inet_socket.ts'
import type { IoData } from './iodata.ts'
import { Incoming, type Receiving } from './tcp_incoming.ts'
import { Outgoing } from './tcp_outgoing.ts'

/** The port of a connection: what comes in and what goes out are two parts of it. */
export class Connection implements Driver, InetSocket, Receiving, StreamHandlers {
  readonly options: SocketOptions
  readonly port: Port
  readonly #open_port: OpenPort
  readonly #stream: InetStream
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #peername: SocketAddress | undefined
  readonly #sockname: SocketAddress | undefined
  /** Whether Node's socket is still there; it can go before the port does. */
  #connected = true

  /**
   * Makes a port of a stream that is connected and from which nothing has been read.
   *
   * @param options - become the connection's own
   */
  constructor(owner: Process, stream: InetStream, options: SocketOptions) {
    this.options = options
    this.#stream = stream
    this.#peername = stream.peername
    this.#sockname = stream.sockname
    this.#open_port = new OpenPort(owner, this)
    this.port = this.#open_port.port
    enter(this.port, this)
    this.#incoming = new Incoming(this, stream)
    this.#outgoing = new Outgoing(stream, options, () => this.#fail('closed'))
    stream.attach(this)
    if (options.nodelay) stream.set_nodelay(true)
    if (options.keepalive) stream.set_keepalive(true)
    this.#incoming.pump()
  }

  get owner(): Pid {
    return this.#open_port.connected
  }

  // ---- Data

  send(data: IoData): Done | Promise<Done> {
    return this.#outgoing.send(data)
  }

  recv(length: number, timeout: Timeout): Result<Delivered> | Promise<Result<Delivered>> {
    return this.#incoming.recv(length, timeout)
  }

  unrecv(data: Uint8Array): Done {
    return this.#incoming.unrecv(data)
  }

  shutdown(how: 'read' | 'write' | 'read_write'): Done {
    if (!this.#connected) return ['error', 'enotconn']
    if (how !== 'read') this.#outgoing.end()
    if (how !== 'write') this.#incoming.shutdown()
    return 'ok'
  }

  // ---- What the stream tells

  readable(): void {
    this.#incoming.pump()
  }

  ended(): void {
    this.#incoming.end('closed')
  }

  written(): void {
    this.#outgoing.written()
  }

  failed(code: string): void {
    const is_close = code === 'epipe' || (code === 'econnreset' && !this.options.show_econnreset)
    this.#fail(is_close ? 'closed' : code)
  }

  // ---- What inet asks

  setopts(options: Partial<SocketOptions>): Done {
    const active =
      options.active === undefined ? this.options.active : next_active(this.options.active, options.active)
    if (active === undefined) return ['error', 'einval']

    assign_options(this.options, options)
    this.options.active = active
    if (options.nodelay !== undefined) this.#stream.set_nodelay(options.nodelay)
    if (options.keepalive !== undefined) this.#stream.set_keepalive(options.keepalive)
    if (recuts(options)) this.#incoming.reinterpret()
    if (active === false && typeof options.active === 'number') this.#tell_owner(['tcp_passive', this.port])
    if (active !== false && !this.#connected && this.#incoming.told) this.#close_late()
    else this.#incoming.pump()
    return 'ok'
  }

  peername(): Result<SocketAddress> {
    if (!this.#connected || this.#peername === undefined) return ['error', 'enotconn']
    return ['ok', this.#peername]
  }

  sockname(): Result<SocketAddress> {
    if (!this.#connected || this.#sockname === undefined) return ['error', 'ebadf']
    return ['ok', this.#sockname]
  }

  getstat(): Statistics {
    const received = this.#incoming.statistics()
    const sent = this.#outgoing.statistics()
    return {
      recv_oct: received.octets,
      recv_cnt: received.count,
      recv_max: received.largest,
      recv_avg: average(received),
      recv_dvi: Math.trunc(received.deviation),
      send_oct: sent.octets,
      send_cnt: sent.count,
      send_max: sent.largest,
      send_avg: average(sent),
      send_pend: sent.pending,
    }
  }

  states(): readonly SocketState[] {
    return this.#connected ? ['connected', 'open'] : ['open']
  }

  /** For `port_info`. */
  info(): { name: string; input: number; output: number } {
    const { recv_oct, send_oct } = this.getstat()
    return { name: 'tcp_inet', input: recv_oct, output: send_oct }
  }

  // ---- The end

  /** The port is closed, by `close` or because its owner has ended. */
  close(): void {
    leave(this.port)
    this.#incoming.close()
    if (this.#connected) this.#outgoing.close()
    this.#connected = false
  }

  /** The peer sends no more, and whoever wanted data knows. */
  input_ended(): void {
    if (!this.options.exit_on_close && !this.#stream.destroyed) return
    const { active } = this.options
    this.#let_go()
    if (active !== false && this.options.exit_on_close) this.#open_port.close('normal')
  }

  /** The connection is broken, for both directions. */
  #fail(reason: string): void {
    if (!this.#connected) return
    this.#let_go()
    this.#incoming.end(reason)
  }

  /** Node's socket goes, the port stays until it is closed. */
  #let_go(): void {
    if (!this.#connected) return
    this.#connected = false
    this.#outgoing.fail()
    this.#stream.destroy()
  }

  /** It became active after its end had been told to a `recv`: the owner is told as well. */
  #close_late(): void {
    this.#tell_owner(['tcp_closed', this.port])
    this.#open_port.close('normal')
  }

  #tell_owner(message: readonly unknown[]): void {
    this.owner.entity?.deliver(message)
  }
}

const average = ({ octets, count }: { octets: number; count: number }): number =>
  count === 0 ? 0 : Math.trunc(octets / count)
