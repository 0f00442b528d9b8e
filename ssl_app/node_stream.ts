// A TLS connection as a stream of Node's, with what the sockets of node:net and node:tls have besides. A process of its
// own owns the connection; it is read when the stream is, so that a peer that sends too fast has to wait.

import { Duplex } from 'node:stream'
import { run_outside } from '../runtime/erlang/self.ts'
import type { Reason, Result, Term } from '../runtime/erlang/term.ts'
import type { SslSocket } from './connection/ssl_socket.ts'
import { type TlsError, tls_error } from './node_error.ts'
import { type Facts, no_facts } from './node_facts.ts'
import type { Host } from './node_host.ts'
import * as ssl from './ssl.ts'

/** How a stream deals with what is written, and with the end of what the peer sends. */
export interface StreamOptions {
  /** Whether what is written still goes out when the peer has sent its last. Default: false, the stream ends as well */
  readonly allowHalfOpen?: boolean | undefined
  /** Bytes that wait in either direction before the other side has to. Default: Node's */
  readonly highWaterMark?: number | undefined
}

/** A connection that is there, and what was received of it before. */
export interface Opened {
  readonly socket: SslSocket
  readonly facts: Facts
  readonly early?: readonly Uint8Array[]
}

/** Socket options of a connection that becomes a stream: what was written still goes out when the peer has ended. */
export const as_streams_want = { active: false, mode: 'binary', exit_on_close: false } as const

type Callback = (error?: Error | null) => void

/**
 * A TLS connection as a `stream.Duplex`, with what people know from `tls.TLSSocket`. What is said of the handshake, such
 * as `getProtocol()`, stands as it was at first.
 *
 * Events besides those of a stream: `'secure'` once the handshake is done, of a client also `'connect'` and
 * `'secureConnect'`; `'timeout'`. Errors are {@link TlsError}s.
 */
export class TlsStream extends Duplex {
  /** As `tls.TLSSocket` has it. */
  readonly encrypted = true
  /** Until the handshake is done. */
  connecting = true
  /** Milliseconds of {@link setTimeout}; 0: none. */
  timeout = 0
  bytesRead = 0
  bytesWritten = 0
  readonly #host: Host
  readonly #open: () => Promise<Result<Opened>>
  #constructed: Callback | undefined
  #socket: SslSocket | undefined
  #facts = no_facts
  #early: Uint8Array[] = []
  #wishes: Readonly<Record<string, Term>> = {}
  #reading = false
  #idle: NodeJS.Timeout | undefined

  /**
   * @internal
   * @param host - owns the connection, and opens it
   */
  constructor(host: Host, open: () => Promise<Result<Opened>>, options: StreamOptions = {}) {
    const { allowHalfOpen = false, highWaterMark } = options
    super({ allowHalfOpen, ...(highWaterMark !== undefined && { highWaterMark }) })
    this.#host = host
    this.#open = open
    host.when_gone(reason => this.#abandoned(reason))
  }

  // ---- What is known of the connection

  /** The connection as `ssl` has it, for its functions; undefined until the handshake is done. */
  get ssl_socket(): SslSocket | undefined {
    return this.#socket
  }

  /** Whether the peer has shown a certificate that holds. */
  get authorized(): boolean {
    return this.#facts.authorized
  }

  /** What is wrong with the peer's certificate, where that was overlooked. */
  get authorizationError(): Error | null {
    return this.#facts.authorizationError
  }

  /** What ALPN has chosen; false: nothing. */
  get alpnProtocol(): string | false {
    return this.#facts.alpnProtocol
  }

  /** Of a server: the name that the client has asked for, if there is a context for it; else false. */
  get servername(): string | false {
    return this.#facts.servername
  }

  get remoteAddress(): string | undefined {
    return this.#facts.remote?.address
  }

  get remotePort(): number | undefined {
    return this.#facts.remote?.port
  }

  get remoteFamily(): 'IPv4' | 'IPv6' | undefined {
    return this.#facts.remote?.family
  }

  get localAddress(): string | undefined {
    return this.#facts.local?.address
  }

  get localPort(): number | undefined {
    return this.#facts.local?.port
  }

  get localFamily(): 'IPv4' | 'IPv6' | undefined {
    return this.#facts.local?.family
  }

  /** The own address; an empty object until there is one. */
  address(): Facts['local'] | Record<string, never> {
    return this.#facts.local ?? {}
  }

  /** The version as Node writes it, `'TLSv1.2'`; null until the handshake is done. */
  getProtocol(): string | null {
    return this.#facts.protocol
  }

  /** The cipher suite by OpenSSL's name and by that of the RFCs, and the version it is used in. */
  getCipher(): Facts['cipher'] {
    return this.#facts.cipher
  }

  /** The peer's certificate as Node describes one, alone; an empty object if it has shown none. */
  getPeerCertificate(): Facts['certificate'] {
    return this.#facts.certificate
  }

  isSessionReused(): boolean {
    return this.#facts.resumed
  }

  // ---- Socket options

  /** Whether small pieces are sent at once. */
  setNoDelay(on = true): this {
    return this.#wish({ nodelay: on })
  }

  /** Whether a silent peer is probed. When is the system's affair. */
  setKeepAlive(on = false): this {
    return this.#wish({ keepalive: on })
  }

  /**
   * Has `'timeout'` emitted when nothing has been sent or received for so many milliseconds; 0: never. The connection
   * stays.
   */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.timeout = milliseconds
    clearTimeout(this.#idle)
    const expired = () => this.emit('timeout')
    this.#idle = milliseconds > 0 ? run_outside(() => setTimeout(expired, milliseconds).unref()) : undefined
    if (listener !== undefined && milliseconds > 0) this.once('timeout', listener)
    else if (listener !== undefined) this.removeListener('timeout', listener)
    return this
  }

  /** Does nothing: a connection keeps its program running. It is there since what is written for sockets calls it. */
  ref(): this {
    return this
  }

  /** As {@link ref}. */
  unref(): this {
    return this
  }

  // ---- Ending

  /** Closes the connection once all is sent. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  override destroy(error?: Error): this {
    super.destroy(error)
    // One that is still being opened need not be waited for.
    this.#finish_opening()
    return this
  }

  /** Sends what is written, and closes. */
  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return
    const closed = new Promise<void>(resolve => this.once('close', resolve))
    this.once('error', () => {})
    this.resume()
    this.destroySoon()
    await closed
  }

  // ---- As streams want it

  override _construct(constructed: Callback): void {
    this.#constructed = constructed
    if (this.destroyed) this.#finish_opening()
    else this.#host.perform(this.#open, opened => this.#opened(opened))
  }

  override _read(): void {
    const early = this.#early.shift()
    if (early !== undefined) {
      this.#received(early)
      return
    }
    if (this.#reading) return
    this.#reading = true
    this.#host.perform(
      () => ssl.recv(this.#socket!, 0),
      ([tag, data]) => {
        this.#reading = false
        if (this.destroyed) return
        if (tag === 'ok') this.#received(data as Uint8Array)
        else if (data !== 'closed') this.destroy(tls_error(data))
        else {
          this.push(null)
          this.#look_ahead()
        }
      },
    )
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, written: Callback): void {
    this.#send([chunk], written)
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], written: Callback): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      written,
    )
  }

  /** The peer is told that there is no more; it may go on. */
  override _final(done: Callback): void {
    this.#host.perform(
      () => ssl.shutdown(this.#socket!, 'write'),
      // That the peer has gone before matters to nobody who has sent all there was.
      outcome => done(outcome === 'ok' || outcome[1] === 'closed' ? null : tls_error(outcome[1])),
    )
  }

  override _destroy(error: Error | null, destroyed: Callback): void {
    clearTimeout(this.#idle)
    this.#host.leave()
    destroyed(error)
  }

  // ---- Internals

  #opened(opened: Result<Opened>): void {
    const [tag, value] = opened
    if (this.#constructed === undefined) return
    if (tag === 'error') {
      this.#finish_opening(value instanceof Error ? value : tls_error(value))
      return
    }
    this.#socket = value.socket
    this.#facts = value.facts
    this.#early = [...(value.early ?? [])]
    this.#finish_opening()
    if (Object.keys(this.#wishes).length > 0) this.#wish(this.#wishes)
    this.emit('connect')
    this.emit('secure')
    this.emit('secureConnect')
    this.#look_ahead()
  }

  /** Reads what the stream has room for, so that the peer's end is noticed also where nobody reads. */
  #look_ahead(): void {
    if (!this.destroyed) this.read(0)
  }

  #finish_opening(error?: Error): void {
    const constructed = this.#constructed
    if (constructed === undefined) return
    this.#constructed = undefined
    this.connecting = false
    constructed(error)
  }

  #received(data: Uint8Array): void {
    this.#idle?.refresh()
    this.bytesRead += data.length
    this.push(data)
  }

  #send(pieces: readonly Uint8Array[], written: Callback): void {
    for (const { length } of pieces) this.bytesWritten += length
    this.#host.perform(
      () => ssl.send(this.#socket!, pieces),
      outcome => {
        this.#idle?.refresh()
        written(
          outcome === 'ok' ? null : tls_error(outcome[1], outcome[1] === 'closed' ? 'EPIPE' : undefined),
        )
      },
    )
  }

  /** Options of the transport; before there is one they are kept for it. One that has closed needs none. */
  #wish(options: Readonly<Record<string, Term>>): this {
    const socket = this.#socket
    if (socket === undefined) this.#wishes = { ...this.#wishes, ...options }
    else
      this.#host.perform(
        () => ssl.setopts(socket, options),
        () => {},
      )
    return this
  }

  /** The process has ended, and with it the connection. If nobody listens, its crash is not one of the program. */
  #abandoned(reason: Reason): void {
    if (this.destroyed) return
    this.destroy(this.listenerCount('error') > 0 ? tls_error(reason, 'ECONNABORTED') : undefined)
  }
}
