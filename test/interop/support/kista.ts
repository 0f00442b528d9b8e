// Kista's own ssl, in the process of the tests: the same server and client that the other programs are, and besides
// what each side has learnt in Kista's terms.

import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn, spawn_link } from '../../../runtime/erlang/spawn.ts'
import { _, ok, type Reason, type Result, type Term } from '../../../runtime/erlang/term.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { Arrivals } from '../../support/arrivals.ts'
import {
  type ClientOptions,
  type ClientPeer,
  type Connected,
  default_server_name,
  type Refused,
  type RunningServer,
  type ServerOptions,
  type ServerPeer,
} from './peer.ts'
import { from_erlang_suite } from './suites.ts'

/** One connection, as the server saw it. */
export interface Visit {
  /** What the handshake gave, and what was known then. */
  readonly handshake: Result<Facts>
  /** What ended the connection. */
  readonly ended: Reason
}

export interface Facts {
  readonly information: Readonly<Record<string, Term>>
  readonly alpn: string | undefined
  /** DER. Undefined: the peer has shown none. */
  readonly peercert: Uint8Array | undefined
}

export interface KistaServer extends RunningServer {
  /** Who owns the listener. */
  readonly owner: Pid
  /** The next connection that has ended; waits for it. */
  visit(): Promise<Visit>
}

export interface KistaRefused extends Refused {
  readonly reason: Reason
}

interface Kista extends ClientPeer, ServerPeer {
  start_server(options: ServerOptions): Promise<KistaServer>
  run_client(options: ClientOptions): Promise<Connected | KistaRefused>
}

export const kista: Kista = {
  name: 'kista',
  missing: () => undefined,
  start_server: options => serve(server_options(options)),
  run_client: options => run(() => converse(options)),
}

/** How long one step may take, in milliseconds. */
const patience = 10_000

// ---- Server

/** How a server serves. */
interface Manner {
  /** Milliseconds that a handshake may take. */
  readonly patience: number
  readonly note: (visit: Visit) => void
}

/** Serves each connection in a process of its own: by lines, which it sends back, or as a web server. */
export async function serve(options: ssl.ListenOptions, manner: Partial<Manner> = {}): Promise<KistaServer> {
  const visits = new Arrivals<Visit>()
  const [owner, port] = await run(async () => {
    const started = spawn(listen, self(), options, { patience, note: visit => visits.put(visit), ...manner })
    const [, listening] = await receive(['listening', _], patience)
    return [started, listening] as const
  })
  return {
    owner,
    port,
    visit: () => visits.take(),
    answer_to: line => line,
    output: () => '',
    stop: async () => void exit(owner, 'shutdown'),
  }
}

async function listen(starter: Pid, options: ssl.ListenOptions, manner: Manner) {
  const listener = ok(
    await ssl.listen(0, { ip: 'loopback', mode: 'binary', packet: 'line', active: false, ...options }),
  )
  spawn_link(serve_next, listener, manner)
  const [, port] = ok(ssl.sockname(listener))
  send(starter, ['listening', port])
  await receive('stop')
}

/** Serves one connection; the one after it is another process's. */
async function serve_next(listener: ssl.SslListenSocket, manner: Manner): Promise<void> {
  const [tag, accepted] = await ssl.transport_accept(listener)
  if (tag === 'error') return
  spawn(serve_next, listener, manner)
  const [shaken, socket] = await ssl.handshake(accepted, manner.patience)
  if (shaken === 'error') {
    manner.note({ handshake: [shaken, socket], ended: socket })
    return
  }
  const known = await facts(socket)
  manner.note({ handshake: ['ok', known], ended: await answer_lines(socket) })
}

/** @returns why no more came */
async function answer_lines(socket: ssl.SslSocket): Promise<Reason> {
  for (;;) {
    const [tag, line] = await ssl.recv(socket, 0, patience)
    if (tag === 'error') return line
    const path = /^GET (\S+) HTTP/.exec(String(line))?.[1]
    if (path !== undefined) return answer_request(socket, path)
    ok(await ssl.send(socket, line))
  }
}

async function answer_request(socket: ssl.SslSocket, path: string): Promise<Reason> {
  while (String(ok(await ssl.recv(socket, 0, patience))) !== '\r\n');
  ok(await ssl.send(socket, `HTTP/1.0 200 OK\r\n\r\n${decodeURIComponent(path.slice(1))}\n`))
  await ssl.close(socket)
  return 'answered'
}

async function facts(socket: ssl.SslSocket): Promise<Facts> {
  return {
    information: ok(await ssl.connection_information(socket)),
    alpn: value_of(await ssl.negotiated_protocol(socket)),
    peercert: value_of(await ssl.peercert(socket)),
  }
}

function value_of<Value>([tag, value]: Result<Value>): Value | undefined {
  return tag === 'ok' ? value : undefined
}

function server_options(options: ServerOptions): ssl.ListenOptions {
  const { suites, cert, key, cacert, require_client_cert, alpn, sni } = options
  return {
    ...{ certfile: cert, keyfile: key, ciphers: suites.map(({ openssl }) => openssl) },
    ...(cacert !== undefined && { cacertfile: cacert }),
    ...(require_client_cert && { verify: 'verify_peer', fail_if_no_peer_cert: true }),
    ...(alpn !== undefined && { alpn_preferred_protocols: alpn }),
    ...(sni !== undefined && { sni_hosts: { [sni.name]: { certfile: sni.cert, keyfile: sni.key } } }),
  }
}

// ---- Client

/** Sends the line and reads the answer; with `resume`, on two connections, of which the second counts. */
async function converse(options: ClientOptions): Promise<Connected | KistaRefused> {
  const first = await exchange(options)
  return options.resume && first.ok ? exchange(options) : first
}

async function exchange(options: ClientOptions): Promise<Connected | KistaRefused> {
  const [tag, socket] = await ssl.connect('localhost', options.port, client_options(options), patience)
  if (tag === 'error') return refused(socket)
  ok(await ssl.send(socket, `${options.line}\n`))
  const [received, answer] = await ssl.recv(socket, 0, patience)
  if (received === 'error') return refused(answer)
  const { information, alpn } = await facts(socket)
  await ssl.close(socket)
  return {
    ok: true,
    received: String(answer).trimEnd(),
    protocol: information.protocol === 'tlsv1.2' ? 'TLSv1.2' : String(information.protocol),
    suite: from_erlang_suite(information.cipher_suite),
    resumed: information.session_resumption,
    alpn,
    output: '',
  }
}

const refused = (reason: Reason): KistaRefused => ({ ok: false, reason, output: ssl.format_error(reason) })

function client_options(options: ClientOptions): ssl.ConnectOptions {
  const { cacert, suites, identity, alpn, server_name = default_server_name } = options
  return {
    ...{ verify: 'verify_peer', cacertfile: cacert, server_name_indication: server_name },
    ...{ mode: 'binary', packet: 'line', active: false, ciphers: suites.map(({ openssl }) => openssl) },
    ...(identity !== undefined && { certfile: identity.cert, keyfile: identity.key }),
    ...(alpn !== undefined && { alpn_advertised_protocols: alpn }),
  }
}
