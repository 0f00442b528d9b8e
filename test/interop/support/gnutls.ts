// GnuTLS's gnutls-serv and gnutls-cli. The server sends each line back as it is.

import {
  type ClientOptions,
  type ClientPeer,
  type Connected,
  default_server_name,
  exchange_line,
  type Identity,
  type Refused,
  type RunningServer,
  report_of,
  type ServerOptions,
  type ServerPeer,
} from './peer.ts'
import { start_process } from './peer_process.ts'
import { start_confined } from './private_network.ts'
import { missing_program } from './requires.ts'
import { type Suite, suites } from './suites.ts'

export const gnutls: ClientPeer & ServerPeer = {
  name: 'gnutls',
  missing: () => missing_program('gnutls-serv') ?? missing_program('gnutls-cli'),
  start_server,
  run_client,
}

async function start_server(options: ServerOptions): Promise<RunningServer> {
  const server = await start_confined('gnutls-serv', port => [
    ...['--echo', '--port', `${port}`, '--priority', priority(options.suites), '--noticket'],
    ...identity_args(options),
    ...(options.sni ? [...identity_args(options.sni), '--sni-hostname', options.sni.name] : []),
    ...(options.cacert ? ['--x509cafile', options.cacert, '--verify-client-cert'] : []),
    options.require_client_cert ? '--require-client-cert' : '--disable-client-cert',
    ...alpn_args(options.alpn),
  ])
  return {
    port: server.port,
    answer_to: line => line,
    output: () => server.process.said.output,
    stop: () => server.stop(),
  }
}

function run_client(options: ClientOptions): Promise<Connected | Refused> {
  const server_name = options.server_name ?? default_server_name
  const client = start_process('gnutls-cli', [
    ...['--port', `${options.port}`, '--priority', priority(options.suites), '--noticket'],
    ...['--sni-hostname', server_name, '--verify-hostname', server_name, '--x509cafile', options.cacert],
    ...(options.identity ? identity_args(options.identity) : []),
    ...alpn_args(options.alpn),
    ...(options.resume ? ['--resume'] : []),
    '127.0.0.1',
  ])
  return report_of(client, async () => {
    const received = await exchange_line(client, /^- Simple Client Mode:\n\n/m, options.line)
    return { received, ...described(client.said.stdout) }
  })
}

/** `- Description: (TLS1.2-X.509)-(ECDHE-X25519)-(RSA-SHA256)-(AES-128-CBC)-(SHA256)`, per connection. */
const description = /^- Description: \((.+?)-X\.509\)-\(ECDHE-[^)]+\)(?:-\((RSA|ECDSA)[^)]*\))?-(.*)$/gm

function described(stdout: string): Pick<Connected, 'protocol' | 'suite' | 'resumed' | 'alpn'> {
  const connections = [...stdout.matchAll(description)]
  const signature = connections[0]?.[2] // a resumed connection has none: it is the first one's
  const [, version = '', , cipher] = connections.at(-1) ?? []
  const suite = suites.find(
    ({ gnutls }) => gnutls.key_exchange === `ECDHE-${signature}` && described_cipher(gnutls) === cipher,
  )
  return {
    protocol: version.replace(/^TLS/, 'TLSv'),
    suite: suite?.name ?? `${signature} ${cipher}`,
    resumed: /^\*\*\* This is a resumed session$/m.test(stdout),
    alpn: [...stdout.matchAll(/^- Application protocol: (\S+)$/gm)].at(-1)?.[1],
  }
}

function described_cipher({ cipher, mac }: Suite['gnutls']): string {
  return mac === 'AEAD' ? `(${cipher})` : `(${cipher})-(${mac})`
}

function priority(suites: readonly Suite[]): string {
  const algorithms = suites.flatMap(({ gnutls }) => [gnutls.key_exchange, gnutls.cipher, gnutls.mac])
  return ['NONE:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+VERS-TLS1.2', ...new Set(algorithms)].join(':+')
}

function identity_args({ cert, key }: Identity): readonly string[] {
  return ['--x509certfile', cert, '--x509keyfile', key]
}

function alpn_args(protocols: readonly string[] = []): readonly string[] {
  return protocols.flatMap(protocol => ['--alpn', protocol])
}
