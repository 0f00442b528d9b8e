// What every peer can do, whichever program it is: be a server, be a client, and say what it got.

import { PeerFailed, type PeerProcess } from './peer_process.ts'
import type { Suite } from './suites.ts'

/** Paths of PEM files. */
export interface Identity {
  /** The certificate, and behind it the issuer's. */
  readonly cert: string
  readonly key: string
  /** The issuer's alone, for programs that read only one from `cert`. It is no root. */
  readonly issuer: string
}

export interface ServerOptions extends Identity {
  readonly suites: readonly Suite[]
  /** Whom it trusts to vouch for clients. */
  readonly cacert?: string
  readonly require_client_cert?: boolean
  /** The protocols it picks from. */
  readonly alpn?: readonly string[]
  /** A second identity, for the clients that ask for it by name. */
  readonly sni?: Identity & { readonly name: string }
}

/** A server on 127.0.0.1 that answers each line with one line, on any number of connections. */
export interface RunningServer {
  readonly port: number
  /** The line it sends back for `line`. */
  answer_to(line: string): string
  output(): string
  stop(): Promise<void>
}

export interface ClientOptions {
  readonly port: number
  readonly cacert: string
  readonly suites: readonly Suite[]
  /** The line to send once connected. */
  readonly line: string
  /** Its certificate, for servers that ask. */
  readonly identity?: Identity
  readonly alpn?: readonly string[]
  /** The name it asks for and insists on. Default: `localhost` */
  readonly server_name?: string
  /** Connect twice, and offer the first connection's session on the second, which is then reported. */
  readonly resume?: boolean
}

/** What a client says of its connection. */
export interface Connected {
  readonly ok: true
  readonly received: string
  /** As OpenSSL writes it: `TLSv1.2` */
  readonly protocol: string
  /** As IANA registers it. */
  readonly suite: string
  /** `undefined`: it does not tell */
  readonly resumed: boolean | undefined
  /** `undefined`: none negotiated */
  readonly alpn: string | undefined
  readonly output: string
}

/** The handshake failed, or no answer came. */
export interface Refused {
  readonly ok: false
  readonly output: string
}

export interface ClientPeer {
  readonly name: string
  /** The program that is not installed, or `undefined` if all is there. */
  missing(): string | undefined
  run_client(options: ClientOptions): Promise<Connected | Refused>
}

export interface ServerPeer {
  readonly name: string
  missing(): string | undefined
  start_server(options: ServerOptions): Promise<RunningServer>
}

/** @throws the output of a client that was refused */
export function connected(report: Connected | Refused): Connected {
  if (!report.ok) throw new Error(report.output)
  return report
}

export const default_server_name = 'localhost'

/**
 * Speaks with `client` until `converse` has its report, and sees to its end.
 *
 * @returns the report, or the refusal if the program failed on the way
 */
export async function report_of(
  client: PeerProcess,
  converse: () => Promise<Omit<Connected, 'ok' | 'output'>>,
): Promise<Connected | Refused> {
  try {
    const report = await converse()
    await client.finish()
    return { ok: true, ...report, output: client.said.output }
  } catch (error) {
    if (error instanceof PeerFailed) return { ok: false, output: error.message }
    throw error
  } finally {
    await client.stop()
  }
}

/**
 * For a program that passes its stdin on to the server: waits for `ready` in its stdout and sends `line`.
 *
 * @returns the line it prints then
 */
export async function exchange_line(client: PeerProcess, ready: RegExp, line: string): Promise<string> {
  const start = await client.wait_for(({ stdout }) => end_of(ready, stdout))
  client.write(`${line}\n`)
  return client.wait_for(({ stdout }) => /^(.+?)\r?\n/m.exec(stdout.slice(start))?.[1])
}

/** @returns the first group of `pattern` in `text` */
export function found(pattern: RegExp, text: string): string | undefined {
  return pattern.exec(text)?.[1]
}

function end_of(pattern: RegExp, text: string): number | undefined {
  const match = pattern.exec(text)
  return match ? match.index + match[0].length : undefined
}
