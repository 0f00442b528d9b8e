// OpenSSL's s_server and s_client as a peer of the matrix. The server sends each line back reversed.

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CipherSuite, KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { openssl as openssl_program } from '../support/openssl.ts'
import {
  type Connected,
  exchange_line,
  found,
  type Refused,
  type RunningServer,
  report_of,
} from '../support/peer.ts'
import { start_process } from '../support/peer_process.ts'
import type { Call, MatrixPeer, Offer } from './matrix_peer.ts'
import { certificate_kind, type Secrets } from './secrets.ts'
import { iana_name, openssl_name } from './suite_names.ts'

export const openssl: MatrixPeer = {
  name: 'openssl',
  serves_at_once: false,
  missing: () => openssl_program.missing(),
  serve,
  connect,
  stop: async () => {}, // each of its programs ends with what it was started for
}

async function serve(
  { version, suites, client_certificate }: Offer,
  secrets: Secrets,
): Promise<RunningServer> {
  const [{ key_exchange }] = suites as [CipherSuite]
  const kind = certificate_kind(key_exchange, version)
  const shown = kind && secrets.certificates[kind]
  const server = start_process('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-rev', '-no_ticket', '-dhparam', secrets.dh_params],
    ...common_args(version, suites),
    ...(shown ? ['-cert', shown.cert, '-key', shown.key] : ['-nocert']),
    ...psk_args(key_exchange, secrets),
    ...(client_certificate ? ['-CAfile', secrets.cacerts, '-verify_return_error'] : []),
    ...(client_certificate ? [client_certificate === 'needed' ? '-Verify' : '-verify', '1'] : []),
  ])
  const port = await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout))
  return {
    port: Number(port),
    answer_to: line => [...line].reverse().join(''),
    output: () => server.said.output,
    stop: () => server.stop(),
  }
}

async function connect(call: Call, secrets: Secrets): Promise<Connected | Refused> {
  if (!call.resume) return connect_once(call, secrets, [])
  const folder = await mkdtemp(join(secrets.folder, 'session-'))
  const session = join(folder, 'session.pem')
  try {
    const first = await connect_once(call, secrets, ['-sess_out', session])
    return first.ok ? await connect_once(call, secrets, ['-sess_in', session]) : first
  } finally {
    await rm(folder, { recursive: true })
  }
}

function connect_once(
  { version, suite, port, line, shows }: Call,
  secrets: Secrets,
  session: readonly string[],
): Promise<Connected | Refused> {
  const shown = shows && secrets.certificates[shows]
  const client = start_process('openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-nocommands', '-servername', 'localhost', '-no_ticket'],
    ...common_args(version, [suite]),
    ...(certificate_kind(suite.key_exchange, version) ? ['-verify_return_error'] : []),
    ...['-CAfile', secrets.cacerts, ...psk_args(suite.key_exchange, secrets), ...session],
    ...(shown ? ['-cert', shown.cert, '-key', shown.key] : []),
  ])
  return report_of(client, async () => {
    const received = await exchange_line(client, /^ +Extended master secret: .*\n---\n/m, line)
    const { stdout } = client.said
    const cipher = found(/^ +Cipher +: (\S+)$/m, stdout) ?? ''
    return {
      received,
      protocol: found(/^ +Protocol +: (\S+)$/m, stdout) ?? '',
      suite: cipher === openssl_name(suite) ? iana_name(suite) : cipher,
      resumed: /^Reused, /m.test(stdout),
      alpn: undefined,
    }
  })
}

function common_args(version: ProtocolVersion, suites: readonly CipherSuite[]): readonly string[] {
  const flag = `-${version.replace('v', '').replace('.', '_')}`
  return [flag, '-cipher', `${suites.map(openssl_name).join(':')}:@SECLEVEL=0`]
}

function psk_args(key_exchange: KeyExchange, { psk }: Secrets): readonly string[] {
  if (!key_exchange.endsWith('psk')) return []
  return ['-psk', psk.key.toString('hex'), '-psk_identity', psk.identity]
}
