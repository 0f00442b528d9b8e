// OpenSSL and Erlang's ssl, as clients and as servers that show a chain, check one, or both; and what came of it.

import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { ToldProgram } from '../matrix/told_program.ts'
import { erlang_ssl } from './erlang_ssl.ts'
import { openssl } from './openssl.ts'
import { found } from './peer.ts'
import { type PeerProcess, type Said, start_process } from './peer_process.ts'

/** Paths of PEM files. */
export interface ChainFiles {
  /** What it shows, its own certificate first, and the key. */
  readonly chain?: string
  /** By whom it checks what it is shown. Default: it takes anything, and a server asks for nothing */
  readonly trusted?: string
  /** As who signs it is asked for; and the only way in which the other may sign. Default: any */
  readonly signs?: 'rsa' | 'ecdsa'
}

/** One handshake or, of a server, the next. */
export interface Meeting {
  /**
   * Waits for its end.
   *
   * @returns `'none'`; the text of the alert that the peer heard, as Kista's users have it; or `'refused'`, if it was
   *   the peer who sent one
   */
  outcome(): Promise<string>
  /** What key it was shown, once it is content. */
  shown_key(): 'rsa' | 'ecdsa' | 'none'
  stop(): Promise<void>
}

export interface ChainPeer {
  readonly name: string
  missing(): string | undefined
  /** A server for one client. */
  serve(files: ChainFiles): Promise<Meeting & { readonly port: number }>
  /** Asks for `localhost`. */
  call(port: number, files: ChainFiles): Meeting
}

/** RFC 5246 §7.2 */
const alert_numbers: Readonly<Record<number, string>> = {
  40: 'handshake failure',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  48: 'unknown ca',
}

// ---- OpenSSL: a process each

export const openssl_peer: ChainPeer = {
  name: 'openssl',
  missing: () => openssl.missing(),
  async serve({ chain, trusted, signs }) {
    const server = start_process('openssl', [
      ...['s_server', '-accept', '127.0.0.1:0', '-tls1_2', '-rev', '-no_ticket', ...lax, ...identity(chain)],
      ...(trusted === undefined ? [] : ['-Verify', '5', '-verify_return_error', '-CAfile', trusted]),
      ...(signs === undefined ? [] : ['-client_sigalgs', `${signs.toUpperCase()}+SHA256`]),
    ])
    const port = await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout))
    return { port: Number(port), ...meeting(server) }
  },
  call: (port, { chain, trusted, signs }) =>
    meeting(
      start_process('openssl', [
        ...[
          's_client',
          '-connect',
          `127.0.0.1:${port}`,
          '-servername',
          'localhost',
          '-tls1_2',
          '-nocommands',
        ],
        ...lax,
        ...identity(chain),
        ...(trusted === undefined
          ? []
          : ['-verify', '5', '-verify_return_error', '-verify_hostname', 'localhost', '-CAfile', trusted]),
        ...(signs === undefined ? [] : ['-sigalgs', `${signs.toUpperCase()}+SHA256`]),
      ]),
    ),
}

/** It shows old signatures and short keys too. */
const lax = ['-cipher', 'DEFAULT:@SECLEVEL=0']

const identity = (chain: string | undefined) =>
  chain === undefined ? [] : ['-cert', chain, '-cert_chain', chain, '-key', chain]

function meeting(process: PeerProcess): Meeting {
  return {
    outcome: () => process.wait_for(openssl_outcome),
    shown_key() {
      const type = found(/^(?:Peer s|S)ignature type: (\S+)$/m, process.said.output)
      if (type === undefined) return 'none'
      return type === 'ECDSA' ? 'ecdsa' : 'rsa'
    },
    stop: () => process.stop(),
  }
}

function openssl_outcome({ output }: Said): string | undefined {
  const number = found(/SSL alert number (\d+)/, output)
  if (number !== undefined) return alert_numbers[Number(number)] ?? `alert ${number}`
  if (/certificate verify failed/.test(output)) return 'refused'
  return /^CONNECTION ESTABLISHED$|^ +Verify return code: .*$/m.test(output) ? 'none' : undefined
}

// ---- Erlang: one process for all

let told: ToldProgram | undefined

afterAll(() => told?.stop())

export const erlang_peer: ChainPeer = {
  name: "Erlang's ssl",
  missing: () => erlang_ssl.missing(),
  async serve(files) {
    const server = program().tell('listen', { ...files })
    const port = await server.wait_for(said => found(/^port (\d+)$/m, said))
    return { port: Number(port), ...answered(server) }
  },
  call: (port, files) => answered(program().tell('connect', { port, ...files })),
}

function program(): ToldProgram {
  told ??= new ToldProgram(start_process('escript', [path_of_program]))
  return told
}

const path_of_program = fileURLToPath(new URL('../peers/chain_peer.escript', import.meta.url))

function answered({ wait_for, said }: ReturnType<ToldProgram['tell']>): Meeting {
  return {
    outcome: () => wait_for(erlang_outcome),
    shown_key: () => (found(/^came to ok (\w+)$/m, said()) ?? 'none') as 'rsa' | 'ecdsa' | 'none',
    stop: async () => {},
  }
}

function erlang_outcome(said: string): string | undefined {
  const [, verdict, alert] = /^came to (\S+)(?: (\S+))?$/m.exec(said) ?? []
  if (verdict === 'ok') return 'none'
  if (verdict === 'said') return 'refused'
  return verdict === 'heard' ? alert?.replaceAll('_', ' ') : verdict
}
