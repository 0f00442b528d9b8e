// Connecting as node:tls does: at once a stream, and what comes of it later.

import { addAbortSignal } from 'node:stream'
import { run_outside } from '../runtime/erlang/self.ts'
import { ok, type Result, type Term } from '../runtime/erlang/term.ts'
import type { ConnectOptions } from './connection/connection_options.ts'
import { facts_of } from './node_facts.ts'
import { Host } from './node_host.ts'
import { context_names, context_options, protocols, type SecureContextOptions } from './node_options.ts'
import { check_names, refuse } from './node_refusals.ts'
import { as_streams_want, type Opened, type StreamOptions, TlsStream } from './node_stream.ts'
import { certificate_error, overlooking } from './node_verification.ts'
import * as ssl from './ssl.ts'

/** Options with the names and meanings of `tls.connect()`. What that knows besides is refused, and not ignored. */
export interface NodeConnectOptions extends SecureContextOptions, StreamOptions {
  /** Name or address. A name is looked up for IPv4 unless `family` is 6. Default: `'localhost'` */
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  /** The name to ask for, and that the certificate must be for. Default: `host` */
  readonly servername?: string | undefined
  readonly ALPNProtocols?: readonly (string | Uint8Array)[] | Uint8Array | undefined
  /** Whether a certificate that cannot be trusted is an error. If false, `authorizationError` tells of it. Default: true */
  readonly rejectUnauthorized?: boolean | undefined
  /** Decides about the name in the certificate, in place of RFC 6125: an error, or undefined. */
  readonly checkServerIdentity?: ((host: string, certificate: Term) => Error | undefined) | undefined
  /** Whether the server is asked for what its OCSP responder says, which is then checked. Default: false */
  readonly requestOCSP?: boolean | undefined
  /** What {@link createSecureContext} has made: in place of the options that it takes. */
  readonly secureContext?: SecureContext | undefined
  /** Milliseconds without a sign of life after which the stream tells so. */
  readonly timeout?: number | undefined
  /** Destroys the stream when it is aborted, connected already or not. */
  readonly signal?: AbortSignal | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly family?: 0 | 4 | 6 | undefined
  readonly noDelay?: boolean | undefined
  readonly keepAlive?: boolean | undefined
}

/** The names of what {@link NodeConnectOptions} has. */
export const connect_names: readonly string[] = [
  ...context_names,
  ...(['host', 'port', 'servername', 'ALPNProtocols', 'rejectUnauthorized'] satisfies Names),
  ...(['checkServerIdentity', 'requestOCSP', 'secureContext', 'timeout', 'signal'] satisfies Names),
  ...(['localAddress', 'localPort', 'family', 'noDelay', 'keepAlive'] satisfies Names),
  ...(['allowHalfOpen', 'highWaterMark'] satisfies Names),
]

type Names = readonly (keyof NodeConnectOptions)[]

/** What decides about security, kept to be used for many connections. */
export class SecureContext {
  /** @internal */
  readonly options: SecureContextOptions

  constructor(options: SecureContextOptions) {
    check_names(options, context_names)
    this.options = options
  }
}

/**
 * Keeps options for `secureContext` and for the servers' `SNICallback` and `addContext`.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for one that there is not
 */
export const createSecureContext = (options: SecureContextOptions = {}): SecureContext =>
  new SecureContext(options)

/**
 * Opens a TLS connection, as `tls.connect()` does. `'secureConnect'` tells that it is there; what goes wrong is `'error'`.
 * The application `ssl` is started if it is not.
 *
 * @param listener - of `'secureConnect'`
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for options that cannot be used
 *
 * @example
 * const stream = connect({ host: 'example.org', port: 443 }, () => stream.write('GET / HTTP/1.0\r\n\r\n'))
 * stream.pipe(process.stdout)
 */
export function connect(options: NodeConnectOptions, listener?: () => void): TlsStream
export function connect(
  port: number,
  host?: string,
  options?: NodeConnectOptions,
  listener?: () => void,
): TlsStream
export function connect(port: number, options?: NodeConnectOptions, listener?: () => void): TlsStream
export function connect(...asked: readonly Term[]): TlsStream {
  const listener = asked.find(argument => typeof argument === 'function')
  const objects = asked.filter(argument => typeof argument === 'object' && argument !== null)
  const [port, host] = asked
  const given: NodeConnectOptions = Object.assign(
    {},
    typeof port === 'object' ? {} : { port },
    typeof host === 'string' && { host },
    ...objects,
  )
  const open = prepare(given)
  return run_outside(() => {
    const stream = new TlsStream(new Host(false), open, given)
    if (listener !== undefined) stream.once('secureConnect', listener)
    if (given.timeout !== undefined) stream.setTimeout(given.timeout)
    if (given.signal !== undefined) addAbortSignal(given.signal, stream)
    return stream
  })
}

/** Looks at the options now, and connects later. */
function prepare(given: NodeConnectOptions): () => Promise<Result<Opened>> {
  check_names(given, connect_names)
  const { host = 'localhost', port, servername, rejectUnauthorized = true, checkServerIdentity } = given
  const number = Number(port)
  if (!(Number.isInteger(number) && number > 0 && number < 65_536)) refuse('port', 'it must be 1 to 65535')
  const whom = servername || host
  const overlooked = overlooking(
    reason =>
      !rejectUnauthorized || (checkServerIdentity !== undefined && reason === 'hostname_check_failed'),
  )
  const asks = !rejectUnauthorized || checkServerIdentity !== undefined
  const options = { ...connect_options(given), ...(asks && { verify_fun: overlooked.verify_fun }) }

  return async () => {
    ok(await ssl.start())
    const connected = await ssl.connect(host, number, options)
    if (connected[0] === 'error') return connected
    const socket = connected[1]
    const facts = await facts_of(socket)
    if (facts[0] === 'error') return facts
    const error = wrong_with(
      overlooked.wrong(),
      () => checkServerIdentity?.(whom, facts[1].certificate),
      given,
    )
    if (error !== undefined && rejectUnauthorized) return ['error', error]
    const seen = { authorized: facts[1].authorized && error === undefined, authorizationError: error ?? null }
    return ['ok', { socket, facts: { ...facts[1], ...seen } }]
  }
}

/** @param identity - says what is wrong with the name, where that is the user's affair */
function wrong_with(
  wrong: unknown,
  identity: () => Error | undefined,
  { checkServerIdentity }: NodeConnectOptions,
): Error | undefined {
  const is_users = checkServerIdentity !== undefined && wrong === 'hostname_check_failed'
  if (wrong !== undefined && !is_users) return certificate_error(wrong)
  return run_outside(identity)
}

function connect_options(given: NodeConnectOptions): ConnectOptions {
  const { ALPNProtocols, servername, requestOCSP, secureContext, family } = given
  const { localAddress, localPort, noDelay, keepAlive } = given
  const security = context_options('client', secureContext?.options ?? given)
  return {
    ...security,
    ...(security.cacerts !== undefined && { verify: 'verify_peer' }),
    ...(servername && { server_name_indication: servername }),
    ...(ALPNProtocols !== undefined && { alpn_advertised_protocols: protocols(ALPNProtocols) }),
    ...(requestOCSP && { stapling: { ocsp_nonce: false } }),
    ...(localAddress !== undefined && { ip: localAddress }),
    ...(localPort !== undefined && { port: localPort }),
    ...(family === 6 && { inet6: true }),
    ...(noDelay !== undefined && { nodelay: noDelay }),
    ...(keepAlive !== undefined && { keepalive: keepAlive }),
    ...as_streams_want,
  }
}
