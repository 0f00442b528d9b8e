// The receiving half of a connection. It reads from the network only while somebody wants data: a `recv`, or an owner
// for whom the socket is active; so a peer that sends faster than it is read has to wait.

import type { Pid, Port } from '../../runtime/erlang/pid.ts'
import type { Done, Reason, Result, Term, Timeout } from '../../runtime/erlang/term.ts'
import type { InetStream } from './inet_driver.ts'
import { packet_limits, type SocketOptions } from './inet_options.ts'
import { as_delivered, type Delivered, is_raw, type Packet } from './inet_packet.ts'
import { Request } from './inet_request.ts'
import { PacketBuffer } from './packet_buffer.ts'

/** The connection that this is the receiving half of. */
export interface Receiving {
  readonly port: Port
  readonly owner: Pid
  readonly options: SocketOptions
  /** Whoever wants data has been told that there is no more: why. */
  input_ended(): void
}

/** The most bytes that one `recv` can ask for. OTP: 64 MiB */
const longest_recv = 0x400_0000

/** What comes in: bytes become packets, and these messages or answers of `recv`. */
export class Incoming {
  readonly #connection: Receiving
  readonly #stream: InetStream
  readonly #buffer = new PacketBuffer()
  #receiver: { readonly length: number; readonly request: Request<Result<Delivered>> } | undefined
  /** Why nothing more comes, once nothing does. */
  #ended: Reason = undefined
  /** Whether the owner or a receiver knows that. */
  #told = false
  #octets = 0
  #count = 0
  #largest = 0
  #deviation = 0

  constructor(connection: Receiving, stream: InetStream) {
    this.#connection = connection
    this.#stream = stream
  }

  recv(length: number, timeout: Timeout): Result<Delivered> | Promise<Result<Delivered>> {
    const { active, packet } = this.#connection.options
    if (active !== false || (length > 0 && !is_raw(packet))) return ['error', 'einval']
    if (length > longest_recv) return ['error', 'enomem']
    if (this.#receiver !== undefined) return ['error', 'ealready']

    const ready = this.#next(length)
    if (ready !== undefined) return ['ok', this.#in_its_form(ready)]
    if (this.#ended !== undefined) return ['error', this.#tell_the_end()]
    const request = new Request<Result<Delivered>>(timeout, ['error', 'timeout'], () => {
      this.#receiver = undefined
    })
    this.#receiver = { length, request }
    return request.answer
  }

  /** Delivers what there is as long as somebody wants it. */
  pump(): void {
    while (this.#wanted) {
      const packet = this.#next(this.#receiver?.length ?? 0)
      if (packet === undefined) break
      this.#deliver(packet)
    }
    if (this.#ended !== undefined && this.#wanted && !this.#told) this.#tell_the_end()
  }

  /** Puts data back in front of what is still to be read, unless the end has been told. */
  unrecv(data: Uint8Array): Done {
    if (this.#told) return ['error', 'closed']
    this.#buffer.unshift(data)
    this.pump()
    return 'ok'
  }

  /** Nothing more comes from the network. */
  end(reason: Reason): void {
    this.#ended ??= reason
    this.pump()
  }

  /** The socket is closed, here: who waits is told. */
  close(): void {
    this.#ended = 'closed'
    this.#told = true
    this.#buffer.clear()
    this.#receiver?.request.settle(['error', 'closed'])
    this.#receiver = undefined
  }

  /** What has come and was not wanted yet is dropped, and nothing more is read. OTP: `shutdown(Socket, read)` */
  shutdown(): void {
    this.#buffer.clear()
    this.end('closed')
  }

  /** The options that say where a packet ends have changed. */
  reinterpret(): void {
    this.#buffer.reinterpret()
  }

  statistics(): { octets: number; count: number; largest: number; deviation: number } {
    return {
      octets: this.#octets,
      count: this.#count,
      largest: this.#largest,
      deviation: this.#deviation,
    }
  }

  /** Whether a process waits for data. */
  get receiving(): boolean {
    return this.#receiver !== undefined
  }

  /** Whether somebody knows that nothing more comes. */
  get told(): boolean {
    return this.#told
  }

  get #wanted(): boolean {
    return this.#receiver !== undefined || this.#connection.options.active !== false
  }

  /** The next packet, or `length` bytes of a raw stream, if it is all there; if not, it is asked for. */
  #next(length: number): Packet | undefined {
    for (;;) {
      const before = this.#buffer.length
      const packet = this.#from_buffer(length)
      if (packet === 'invalid') {
        this.#buffer.clear()
        this.#ended = 'emsgsize'
        return undefined
      }
      if (packet !== undefined) this.#tally(before - this.#buffer.length)
      if (packet !== undefined || this.#ended !== undefined) return packet
      const chunk = this.#stream.read()
      if (chunk === undefined) return undefined
      this.#buffer.push(chunk)
    }
  }

  #from_buffer(length: number): Packet | undefined | 'invalid' {
    const { options } = this.#connection
    if (!is_raw(options.packet)) return this.#buffer.take_packet(options.packet, packet_limits(options))
    return length > 0 ? this.#buffer.take(length) : this.#buffer.shift(options.buffer)
  }

  #deliver(packet: Packet): void {
    const data = this.#in_its_form(packet)
    if (this.#receiver !== undefined) {
      const { request } = this.#receiver
      this.#receiver = undefined
      request.settle(['ok', data])
      return
    }
    const { options, port } = this.#connection
    const { active } = options
    if (active === 'once') options.active = false
    if (typeof active === 'number') options.active = active > 1 && active - 1
    this.#tell_owner(this.#message(packet, data))
    if (active === 1) this.#tell_owner(['tcp_passive', port])
  }

  #message(packet: Packet, data: Delivered): Term {
    const { options, port } = this.#connection
    if (!(packet instanceof Uint8Array)) return ['http', port, data]
    return options.deliver === 'term' ? ['tcp', port, data] : [port, ['data', data]]
  }

  #tell_owner(message: Term): void {
    this.#connection.owner.entity?.deliver(message)
  }

  #in_its_form(packet: Packet): Delivered {
    const { mode, header } = this.#connection.options
    return as_delivered(packet, mode, header)
  }

  /** The first to ask learns why; later it is just closed. */
  #tell_the_end(): Reason {
    const reason = this.#ended
    const { options, port } = this.#connection
    this.#ended = 'closed'
    this.#told = true
    this.#buffer.clear()
    if (this.#receiver !== undefined) {
      this.#receiver.request.settle(['error', reason])
      this.#receiver = undefined
    } else if (options.active !== false) {
      if (reason !== 'closed') this.#tell_owner(['tcp_error', port, reason])
      this.#tell_owner(['tcp_closed', port])
    }
    this.#connection.input_ended()
    return reason
  }

  #tally(size: number): void {
    this.#octets += size
    this.#count++
    if (size > this.#largest) this.#largest = size
    const average = this.#octets / this.#count
    this.#deviation += (Math.abs(size - average) - this.#deviation) / this.#count
  }
}
