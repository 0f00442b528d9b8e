// OpenSSL's s_server and s_client. The server sends each line back reversed.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ClientOptions,
  type ClientPeer,
  type Connected,
  default_server_name,
  exchange_line,
  found,
  type Identity,
  type Refused,
  type RunningServer,
  report_of,
  type ServerOptions,
  type ServerPeer,
} from './peer.ts'
import { start_process } from './peer_process.ts'
import { missing_program } from './requires.ts'
import { from_openssl_name, type Suite } from './suites.ts'

export const openssl: ClientPeer & ServerPeer = {
  name: 'openssl',
  missing: () => missing_program('openssl'),
  start_server,
  run_client,
}

async function start_server(options: ServerOptions): Promise<RunningServer> {
  const server = start_process('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-rev', '-tls1_2', '-no_ticket'],
    ...['-cipher', cipher_list(options.suites), '-cert', options.cert, '-key', options.key],
    // without a CA to trust it still takes the issuer from here, to send it with either certificate
    ...['-CAfile', options.cacert ?? options.issuer],
    ...(options.require_client_cert ? ['-Verify', '5', '-verify_return_error'] : []),
    ...(options.alpn ? ['-alpn', options.alpn.join()] : []),
    ...(options.sni
      ? ['-servername', options.sni.name, '-cert2', options.sni.cert, '-key2', options.sni.key]
      : []),
  ])
  const port = await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout))
  return {
    port: Number(port),
    answer_to: line => [...line].reverse().join(''),
    output: () => server.said.output,
    stop: () => server.stop(),
  }
}

async function run_client(options: ClientOptions): Promise<Connected | Refused> {
  if (!options.resume) return connect(options, [])
  const folder = await mkdtemp(join(tmpdir(), 'kista-session-'))
  const session = join(folder, 'session.pem')
  try {
    const first = await connect(options, ['-sess_out', session])
    return first.ok ? await connect(options, ['-sess_in', session]) : first
  } finally {
    await rm(folder, { recursive: true })
  }
}

function connect(options: ClientOptions, session: readonly string[]): Promise<Connected | Refused> {
  const server_name = options.server_name ?? default_server_name
  const client = start_process('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${options.port}`, '-tls1_2', '-nocommands'],
    ...['-cipher', cipher_list(options.suites), '-servername', server_name],
    ...['-CAfile', options.cacert, '-verify_hostname', server_name, '-verify_return_error'],
    ...identity_args(options.identity),
    ...(options.alpn ? ['-alpn', options.alpn.join()] : []),
    ...session,
  ])
  return report_of(client, async () => {
    const received = await exchange_line(client, /^ +Extended master secret: .*\n---\n/m, options.line)
    const { stdout } = client.said
    return {
      received,
      protocol: found(/^ +Protocol +: (\S+)$/m, stdout) ?? '',
      suite: from_openssl_name(found(/^ +Cipher +: (\S+)$/m, stdout) ?? ''),
      resumed: /^Reused, /m.test(stdout),
      alpn: found(/^ALPN protocol: (\S+)$/m, stdout),
    }
  })
}

function identity_args(identity: Identity | undefined): readonly string[] {
  if (!identity) return []
  return ['-cert', identity.cert, '-key', identity.key, '-chainCAfile', identity.issuer]
}

function cipher_list(suites: readonly Suite[]): string {
  return suites.map(suite => suite.openssl).join(':')
}
