// Serving as node:tls does: an emitter of connections.

import { EventEmitter } from 'node:events'
import { run_outside } from '../runtime/erlang/self.ts'
import { ok, type Result, type Term } from '../runtime/erlang/term.ts'
import type { ListenOptions, SecurityOptions } from './connection/connection_options.ts'
import type { SslListenSocket, SslSocket } from './connection/ssl_socket.ts'
import { SecureContext } from './node_connect.ts'
import { tls_error } from './node_error.ts'
import { facts_of, type NodeAddress, node_address } from './node_facts.ts'
import { Host } from './node_host.ts'
import { context_names, context_options, protocols, type SecureContextOptions } from './node_options.ts'
import { check_names, refuse } from './node_refusals.ts'
import { as_streams_want, type Opened, type StreamOptions, TlsStream } from './node_stream.ts'
import { certificate_error, overlooking } from './node_verification.ts'
import * as ssl from './ssl.ts'

/** Tells by `done` which context is for a name; none: that of the server. */
export type SniCallback = (
  servername: string,
  done: (error: Error | null, context?: SecureContext) => void,
) => void

/** Options with the names and meanings of `tls.createServer()`. What that knows besides is refused, and not ignored. */
export interface NodeServerOptions extends SecureContextOptions, StreamOptions {
  readonly ALPNProtocols?: readonly (string | Uint8Array)[] | Uint8Array | undefined
  /** Whether clients are asked for a certificate, by one of `ca`. Default: false */
  readonly requestCert?: boolean | undefined
  /** Whether one that cannot be trusted, or none, is an error. If false, `authorizationError` tells of it. Default: true */
  readonly rejectUnauthorized?: boolean | undefined
  readonly SNICallback?: SniCallback | undefined
  /** Milliseconds that a handshake may take. Default: 120000 */
  readonly handshakeTimeout?: number | undefined
  readonly noDelay?: boolean | undefined
  readonly keepAlive?: boolean | undefined
}

/** Where to listen. */
export interface ListenAt {
  /** Default: 0, the system chooses */
  readonly port?: number | undefined
  /** An address. Default: all there are, of IPv6 and IPv4 */
  readonly host?: string | undefined
  readonly backlog?: number | undefined
  readonly ipv6Only?: boolean | undefined
  /** Closes the server when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

const server_names: readonly string[] = [
  ...context_names,
  ...(['ALPNProtocols', 'requestCert', 'rejectUnauthorized', 'SNICallback'] satisfies Names),
  ...(['handshakeTimeout', 'noDelay', 'keepAlive', 'allowHalfOpen', 'highWaterMark'] satisfies Names),
]

type Names = readonly (keyof NodeServerOptions)[]

/**
 * Makes a server, which then has to `listen()`. The application `ssl` is started with that if it is not.
 *
 * @param listener - of `'secureConnection'`
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for options that cannot be used
 *
 * @example
 * const web = http.createServer((_request, response) => response.end('hello'))
 * createServer({ key, cert }, stream => web.emit('connection', stream)).listen(8443)
 */
export function createServer(options: NodeServerOptions, listener?: (stream: TlsStream) => void): Server {
  const server = new Server(options)
  return listener === undefined ? server : server.on('secureConnection', listener)
}

/**
 * A server as `tls.Server` is one. Events: `'listening'`; `'secureConnection'` with a {@link TlsStream};
 * `'tlsClientError'` with an error and the stream that did not come to be; `'drop'` of a connection beyond
 * `maxConnections`; `'close'` once it does not listen and its connections have ended; `'error'` when it cannot listen.
 */
export class Server extends EventEmitter {
  /** Connections beyond that are closed at once. Default: no limit */
  maxConnections = Number.POSITIVE_INFINITY
  readonly #given: NodeServerOptions
  readonly #options: ListenOptions
  readonly #contexts: (readonly [name: RegExp, options: SecurityOptions])[] = []
  readonly #streams = new Set<TlsStream>()
  #host: Host | undefined
  #listener: SslListenSocket | undefined

  constructor(options: NodeServerOptions) {
    super()
    check_names(options, server_names)
    this.#given = options
    this.#options = { ...server_options(options), sni_fun: name => this.#context_for(name) }
  }

  get listening(): boolean {
    return this.#listener !== undefined
  }

  /** Where it listens; null if it does not. */
  address(): NodeAddress | null {
    return (this.#listener && node_address(ssl.sockname(this.#listener))) ?? null
  }

  /**
   * Other options for clients that ask for a name, where `SNICallback` has none. The last that fits counts.
   *
   * @param name - `*` in it stands for one label
   */
  addContext(name: string, context: SecureContext | SecureContextOptions): void {
    const labels = name.split('.').map(label => (label === '*' ? '[^.]+' : label.replace(/[^\w-]/g, '\\$&')))
    this.#contexts.push([new RegExp(`^${labels.join('\\.')}$`, 'i'), sni_options(context)])
  }

  /**
   * Begins to listen: `listen(port?, host?, backlog?, listener?)`, or with an object.
   *
   * @throws Error `ERR_SERVER_ALREADY_LISTEN`
   */
  listen(...asked: readonly (number | string | ListenAt | (() => void) | undefined)[]): this {
    if (this.#host !== undefined) {
      throw Object.assign(new Error('The server listens already'), { code: 'ERR_SERVER_ALREADY_LISTEN' })
    }
    const at = listen_at(asked)
    const listener = asked.find(argument => typeof argument === 'function')
    if (listener !== undefined) this.once('listening', listener)
    run_outside(() => {
      const host = new Host(false)
      this.#host = host
      host.when_gone(() => this.#closed(host))
      host.perform(
        () => this.#accept_all(at),
        ended => this.#failed(ended),
      )
      at.signal?.addEventListener('abort', () => this.close(), { once: true })
      if (at.signal?.aborted) this.close()
    })
    return this
  }

  /** Listens no more. `'close'` comes, and `listener` is called, when the last connection has ended. */
  close(listener?: (error?: Error) => void): this {
    if (this.#host === undefined) {
      const error = Object.assign(new Error('The server does not listen'), { code: 'ERR_SERVER_NOT_RUNNING' })
      if (listener !== undefined) process.nextTick(listener, error)
      return this
    }
    if (listener !== undefined) this.once('close', listener)
    this.#host.leave()
    return this
  }

  getConnections(told: (error: Error | null, count: number) => void): this {
    process.nextTick(told, null, this.#streams.size)
    return this
  }

  /** Listens no more, and waits for the connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#host !== undefined) await new Promise<void>(resolve => this.close(() => resolve()))
  }

  // ---- Internals

  /** @returns why it has come to an end */
  async #accept_all(at: ListenAt): Promise<readonly ['error', Term]> {
    ok(await ssl.start())
    const listening = await ssl.listen(at.port ?? 0, { ...this.#options, ...place(at) })
    if (listening[0] === 'error') return listening
    const listener = listening[1]
    this.#listener = listener
    run_outside(() => this.emit('listening'))
    for (;;) {
      const accepted = await ssl.transport_accept(listener)
      if (accepted[0] === 'ok') await this.#admit(accepted[1])
      else if (ssl.sockname(listener)[0] === 'error') return accepted
    }
  }

  async #admit(socket: SslSocket): Promise<void> {
    if (this.#streams.size >= this.maxConnections) {
      run_outside(() => this.emit('drop', node_address(ssl.peername(socket))))
      await ssl.close(socket, 0)
      return
    }
    const host = run_outside(() => new Host(false))
    if ((await ssl.controlling_process(socket, host.pid)) !== 'ok') host.leave()
    else run_outside(() => this.#serve(new TlsStream(host, () => this.#shake_hands(socket), this.#given)))
  }

  #serve(stream: TlsStream): void {
    const failed = (error: Error) => this.emit('tlsClientError', error, stream)
    this.#streams.add(stream)
    stream.once('error', failed)
    stream.once('secure', () => {
      stream.removeListener('error', failed)
      this.emit('secureConnection', stream)
    })
    stream.once('close', () => {
      this.#streams.delete(stream)
      this.#emit_close()
    })
  }

  async #shake_hands(socket: SslSocket): Promise<Result<Opened>> {
    const { requestCert = false, rejectUnauthorized = true, handshakeTimeout = 120_000 } = this.#given
    const overlooked = overlooking(() => true)
    const own = requestCert && !rejectUnauthorized ? { verify_fun: overlooked.verify_fun } : {}
    const shaken = await ssl.handshake(socket, own, handshakeTimeout)
    if (shaken[0] === 'error') {
      const late = shaken[1] === 'timeout'
      return late ? ['error', tls_error(shaken[1], 'ERR_TLS_HANDSHAKE_TIMEOUT')] : shaken
    }
    const facts = await facts_of(socket)
    if (facts[0] === 'error') return facts
    if (!requestCert || facts[1].authorized) {
      if (overlooked.wrong() === undefined) return ['ok', { socket, facts: facts[1] }]
    }
    const authorizationError = certificate_error(overlooked.wrong() ?? 'no_peercert')
    return ['ok', { socket, facts: { ...facts[1], authorized: false, authorizationError } }]
  }

  async #context_for(name: string): Promise<SecurityOptions | undefined> {
    const { SNICallback } = this.#given
    const found = SNICallback && (await called_back(SNICallback, name))
    return found ? sni_options(found) : this.#contexts.findLast(([names]) => names.test(name))?.[1]
  }

  #failed(ended: readonly ['error', Term]): void {
    const never_listened = this.#listener === undefined
    const host = this.#host
    if (never_listened) this.#host = undefined
    host?.leave()
    if (never_listened) this.emit('error', tls_error(ended[1]))
  }

  #closed(host: Host): void {
    if (host !== this.#host) return
    this.#host = undefined
    this.#listener = undefined
    process.nextTick(() => this.#emit_close())
  }

  #emit_close(): void {
    if (this.#host === undefined && this.#streams.size === 0) this.emit('close')
  }
}

const called_back = (callback: SniCallback, name: string): Promise<SecureContext | undefined> =>
  new Promise((resolve, reject) => {
    run_outside(() => callback(name, (error, context) => (error ? reject(error) : resolve(context))))
  })

function server_options(given: NodeServerOptions): ListenOptions {
  const { ALPNProtocols, requestCert, rejectUnauthorized = true, noDelay, keepAlive } = given
  const security = context_options('server', given)
  if (requestCert && security.cacerts === undefined)
    refuse('requestCert', 'say ca: whose certificates are good')
  return {
    ...security,
    ...(requestCert && { verify: 'verify_peer', fail_if_no_peer_cert: rejectUnauthorized }),
    ...(ALPNProtocols !== undefined && { alpn_preferred_protocols: protocols(ALPNProtocols) }),
    ...(noDelay !== undefined && { nodelay: noDelay }),
    ...(keepAlive !== undefined && { keepalive: keepAlive }),
    ...as_streams_want,
  }
}

/** What the server's own options say of all names, the others do not say anew. */
function sni_options(context: SecureContext | SecureContextOptions): SecurityOptions {
  const options = context instanceof SecureContext ? context.options : context
  check_names(options, context_names)
  return context_options('server', options)
}

function listen_at(asked: readonly Term[]): ListenAt {
  const at = asked.find(argument => typeof argument === 'object' && argument !== null)
  if (at !== undefined) {
    check_names(at, ['port', 'host', 'backlog', 'ipv6Only', 'signal'])
    return at
  }
  const [port, ...more] = asked
  const host = more.find(argument => typeof argument === 'string')
  const backlog = more.find(argument => typeof argument === 'number')
  return { port: typeof port === 'number' ? port : 0, host, backlog }
}

/** All addresses of IPv6 take those of IPv4 as well. */
function place({ host, backlog, ipv6Only }: ListenAt): ListenOptions {
  return {
    ...(host === undefined ? { inet6: true } : { ip: host === 'localhost' ? '127.0.0.1' : host }),
    ...(backlog !== undefined && { backlog }),
    ...(ipv6Only !== undefined && { ipv6_v6only: ipv6Only }),
  }
}
