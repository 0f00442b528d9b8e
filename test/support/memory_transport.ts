// A transport in memory, for the option `cb_info`: whole TLS connections in virtual time, without a socket. It does
// as TCP does: half-closes, back-pressure, resets by who closes with data unread. Each test has its own.

import { Request } from '../../apps/kernel/inet_request.ts'
import { PacketBuffer } from '../../apps/kernel/packet_buffer.ts'
import { unlink } from '../../runtime/erlang/links.ts'
import type { Pid, Port } from '../../runtime/erlang/pid.ts'
import { type Driver, OpenPort, port_close, port_connect } from '../../runtime/erlang/port.ts'
import { current, type Process } from '../../runtime/erlang/process.ts'
import { running } from '../../runtime/erlang/self.ts'
import type { Done, Result, Term, Timeout } from '../../runtime/erlang/term.ts'
import type { CbInfo, Transport } from '../../ssl_app/connection/ssl_socket.ts'

type How = 'read' | 'write' | 'read_write'
type Options = Readonly<Record<string, Term>>

const defaults: Options = {
  active: true,
  mode: 'list',
  packet: 0,
  packet_size: 0,
  header: 0,
  nodelay: false,
}

/** Each network has its own, too: sessions are found by port. */
let last_number = 1_023

const address = (port: number) => [[127, 0, 0, 1], port] as const

/** One side of a connection. */
class End implements Driver {
  readonly number: number
  readonly network: MemoryTransport
  options = { ...defaults }
  peer!: End
  /** How often data was handed to the owner or to a `recv`. */
  reads = 0
  /** How many bytes were sent. */
  sent = 0
  #open_port: OpenPort | undefined
  readonly #arrived = new PacketBuffer()
  readonly #senders = new Set<Request<Done>>()
  #receiver: Request<Result<Term>> | undefined
  /** Why nothing more arrives, once nothing does. */
  #ended: Term = undefined
  #told = false
  #output_ended = false
  #closed = false

  constructor(network: MemoryTransport, number: number) {
    this.network = network
    this.number = number
  }

  open(owner: Process): Port {
    this.#open_port = new OpenPort(owner, this)
    this.network.ends.set(this.#open_port.port, this)
    return this.#open_port.port
  }

  /** Bytes that have arrived and nobody has taken. */
  get waiting(): number {
    return this.#arrived.length
  }

  send(data: readonly Uint8Array[]): Done | Promise<Done> {
    if (this.#output_ended || this.#closed || this.peer.#closed) return ['error', 'closed']
    const bytes = Buffer.concat(data)
    this.sent += bytes.length
    this.peer.#arrive(bytes)
    if (this.#closed) return ['error', 'closed']
    if (this.peer.waiting < this.network.capacity) return 'ok'
    const request = new Request<Done>('infinity', 'ok', () => this.#senders.delete(request))
    this.#senders.add(request)
    return request.answer
  }

  recv(length: number, timeout: Timeout): Result<Term> | Promise<Result<Term>> {
    if (this.options.active !== false) return ['error', 'einval']
    if (this.#receiver !== undefined) return ['error', 'ealready']
    const bytes = this.#take(length)
    if (bytes !== undefined) return ['ok', bytes]
    if (this.#ended !== undefined) return this.#tell_end()
    this.#receiver = new Request<Result<Term>>(timeout, ['error', 'timeout'], () => {
      this.#receiver = undefined
    })
    return this.#receiver.answer
  }

  set(options: Options): Done {
    if (Object.keys(options).some(name => !Object.hasOwn(defaults, name))) return ['error', 'einval']
    this.options = { ...this.options, ...options }
    this.#pump()
    return 'ok'
  }

  shutdown(how: How): Done {
    if (how !== 'read' && !this.#output_ended) {
      this.#output_ended = true
      this.peer.end('closed')
    }
    if (how !== 'write') {
      this.#arrived.clear()
      this.end('closed')
    }
    return 'ok'
  }

  /** The port is closed. What was not read takes what the peer has not read along, as with TCP. */
  close(): void {
    this.network.ends.delete(this.#open_port!.port)
    this.#closed = true
    if (this.waiting > 0) this.peer.#reset()
    else this.peer.end('closed')
    this.#arrived.clear()
    this.#fail_senders()
    this.#receiver?.settle(['error', 'closed'])
  }

  /** Nothing more arrives. */
  end(reason: Term): void {
    this.#ended ??= reason
    this.#pump()
  }

  /** The connection is broken: who waits is told why. */
  break(reason: string): void {
    this.#output_ended = true
    this.#fail_senders()
    this.end(reason)
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return
    this.#arrived.push(bytes)
    this.#pump()
  }

  #reset(): void {
    this.#arrived.clear()
    this.break('closed')
  }

  #fail_senders(): void {
    for (const request of this.#senders) request.settle(['error', 'closed'])
    this.#senders.clear()
  }

  #pump(): void {
    while (this.waiting > 0 && this.#wanted) this.#deliver(this.#take(0)!)
    if (this.#ended !== undefined && this.#wanted && !this.#told) this.#tell_end()
  }

  get #wanted(): boolean {
    return this.#receiver !== undefined || (this.options.active !== false && this.#open_port !== undefined)
  }

  #take(length: number): Uint8Array | undefined {
    const bytes = length === 0 ? this.#arrived.shift() : this.#arrived.take(length)
    if (bytes !== undefined) this.reads++
    if (this.waiting < this.network.capacity) this.peer.#go_on()
    return bytes
  }

  /** The other side has taken enough. */
  #go_on(): void {
    const senders = [...this.#senders]
    this.#senders.clear()
    for (const request of senders) request.settle('ok')
  }

  #deliver(bytes: Uint8Array): void {
    const receiver = this.#receiver
    if (receiver !== undefined) {
      this.#receiver = undefined
      receiver.settle(['ok', bytes])
      return
    }
    if (this.options.active === 'once') this.options.active = false
    this.#tell_owner([this.network.cb_info[1], this.#open_port!.port, bytes])
  }

  #tell_end(): readonly ['error', Term] {
    const reason = this.#ended
    this.#ended = 'closed'
    this.#told = true
    const receiver = this.#receiver
    this.#receiver = undefined
    if (receiver !== undefined) {
      receiver.settle(['error', reason])
    } else if (this.options.active !== false) {
      const [, , closed_tag, error_tag] = this.network.cb_info
      const { port } = this.#open_port!
      if (reason !== 'closed') this.#tell_owner([error_tag, port, reason])
      this.#tell_owner([closed_tag, port])
    }
    return ['error', reason]
  }

  #tell_owner(message: Term): void {
    this.#open_port!.connected.entity?.deliver(message)
  }
}

/** Those who want to connect, and those who accept. */
class Listener implements Driver {
  readonly number: number
  readonly network: MemoryTransport
  readonly options: Options
  readonly #open_port: OpenPort
  readonly #offered: End[] = []
  readonly #acceptors = new Set<Request<Result<Term>>>()

  constructor(network: MemoryTransport, number: number, options: Options) {
    this.network = network
    this.number = number
    this.options = options
    this.#open_port = new OpenPort(current(), this)
    network.listeners.set(this.port, this)
  }

  get port(): Port {
    return this.#open_port.port
  }

  offer(end: End): void {
    end.options = { ...end.options, ...this.options }
    const [acceptor] = this.#acceptors
    if (acceptor === undefined) {
      this.#offered.push(end)
      return
    }
    this.#acceptors.delete(acceptor)
    acceptor.settle(['ok', end.open(acceptor.process)])
  }

  accept(timeout: Timeout): Result<Term> | Promise<Result<Term>> {
    const end = this.#offered.shift()
    if (end !== undefined) return ['ok', end.open(current())]
    const request = new Request<Result<Term>>(timeout, ['error', 'timeout'], () =>
      this.#acceptors.delete(request),
    )
    this.#acceptors.add(request)
    return request.answer
  }

  close(): void {
    this.network.listeners.delete(this.port)
    for (const request of this.#acceptors) request.settle(['error', 'closed'])
    for (const end of this.#offered) end.peer.end('closed')
  }
}

/** A network of its own, with its ports. */
export class MemoryTransport implements Transport {
  readonly cb_info: CbInfo = [this, 'memory', 'memory_closed', 'memory_error']
  /** Bytes that may wait at one end before its peer's sends wait, too. */
  readonly capacity: number
  /** @internal */
  readonly ends = new Map<Port, End>()
  /** @internal */
  readonly listeners = new Map<Port, Listener>()

  constructor(capacity = 65_536) {
    this.capacity = capacity
  }

  // ---- What a transport can do

  async connect(_host: Term, port: number, options: Options): Promise<Result<Port>> {
    const listener = [...this.listeners.values()].find(({ number }) => number === port)
    if (listener === undefined) return ['error', 'econnrefused']
    const [near, far] = this.#ends(port)
    const opened = near.open(current())
    const done = near.set(without_address(options))
    if (done !== 'ok') return done
    listener.offer(far)
    return ['ok', opened]
  }

  async listen(port: number, options: Options): Promise<Result<Port>> {
    const number = port === 0 ? ++last_number : port
    return ['ok', new Listener(this, number, without_address(options)).port]
  }

  async accept(socket: Port, timeout: Timeout = 'infinity'): Promise<Result<Port>> {
    const listener = this.listeners.get(socket)
    return listener === undefined ? ['error', 'closed'] : listener.accept(timeout)
  }

  send(socket: Port, data: readonly Uint8Array[]): Done | Promise<Done> {
    return this.ends.get(socket)?.send(data) ?? ['error', 'closed']
  }

  async recv(socket: Port, length: number, timeout: Timeout = 'infinity'): Promise<Result<Term>> {
    return this.ends.get(socket)?.recv(length, timeout) ?? ['error', 'closed']
  }

  close(socket: Port): 'ok' {
    if (socket.entity === undefined) return 'ok'
    if (running() !== undefined) unlink(socket)
    port_close(socket)
    return 'ok'
  }

  shutdown(socket: Port, how: How): Done {
    return this.ends.get(socket)?.shutdown(how) ?? ['error', 'closed']
  }

  controlling_process(socket: Port, owner: Pid): Done {
    const entity = socket.entity as OpenPort | undefined
    if (entity === undefined) return ['error', 'closed']
    if (entity.connected !== current().pid) return ['error', 'not_owner']
    if (owner.entity === undefined) return ['error', 'badarg']
    if (owner === current().pid) return 'ok'
    port_connect(socket, owner)
    unlink(socket)
    return 'ok'
  }

  setopts(socket: Port, options: Options): Done {
    return this.ends.get(socket)?.set(options) ?? ['error', 'einval']
  }

  getopts(socket: Port, names: readonly string[]): Result<Record<string, Term>> {
    const options = this.ends.get(socket)?.options
    if (options === undefined || !names.every(name => Object.hasOwn(options, name)))
      return ['error', 'einval']
    return ['ok', Object.fromEntries(names.map(name => [name, options[name]]))]
  }

  peername(socket: Port): Result<Term> {
    const end = this.ends.get(socket)
    return end === undefined ? ['error', 'einval'] : ['ok', address(end.peer.number)]
  }

  sockname(socket: Port): Result<Term> {
    const it = this.ends.get(socket) ?? this.listeners.get(socket)
    return it === undefined ? ['error', 'einval'] : ['ok', address(it.number)]
  }

  // ---- What tests can do and see

  /** Two ends of one connection, both the caller's and passive. */
  pair(): [near: Port, far: Port] {
    const [near, far] = this.#ends(++last_number)
    const ports: [Port, Port] = [near.open(current()), far.open(current())]
    for (const end of [near, far]) end.set({ active: false, mode: 'binary' })
    return ports
  }

  /** Breaks a connection at one end, for a reason such as `'etimedout'`. */
  break(socket: Port, reason: string): void {
    this.ends.get(socket)!.break(reason)
  }

  /** How often somebody has taken data at this end. */
  reads(socket: Port): number {
    return this.ends.get(socket)!.reads
  }

  /** Bytes that this end has sent. */
  sent(socket: Port): number {
    return this.ends.get(socket)!.sent
  }

  /** Bytes that wait at this end. */
  waiting(socket: Port): number {
    return this.ends.get(socket)!.waiting
  }

  /** Whether nothing is open. */
  get quiet(): boolean {
    return this.ends.size === 0 && this.listeners.size === 0
  }

  #ends(port: number): [near: End, far: End] {
    const near = new End(this, ++last_number)
    const far = new End(this, port)
    near.peer = far
    far.peer = near
    return [near, far]
  }
}

/** Options of a connection alone. */
const without_address = ({ ip: _ip, backlog: _backlog, ...options }: Options): Options => options
