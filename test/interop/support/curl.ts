// curl, for servers that speak HTTP: it sends the line as the path of a GET, and receives the body's first line.
// It offers no ALPN protocol but http/1.1, and does not tell whether a session was resumed.

import {
  type ClientOptions,
  type ClientPeer,
  type Connected,
  default_server_name,
  found,
  type Refused,
  report_of,
} from './peer.ts'
import { PeerFailed, start_process } from './peer_process.ts'
import { missing_program } from './requires.ts'
import { from_openssl_name } from './suites.ts'

export const curl: ClientPeer = {
  name: 'curl',
  missing: () => missing_program('curl'),
  run_client,
}

async function run_client(options: ClientOptions): Promise<Connected | Refused> {
  if (options.resume) throw new Error('curl does not tell whether a session was resumed')
  const server_name = options.server_name ?? default_server_name
  const client = start_process('curl', [
    ...['--silent', '--show-error', '--verbose', '--max-time', '10', '--http1.1'],
    ...['--tlsv1.2', '--tls-max', '1.2', '--ciphers', options.suites.map(suite => suite.openssl).join(':')],
    ...['--resolve', `${server_name}:${options.port}:127.0.0.1`, '--cacert', options.cacert],
    ...(options.identity ? ['--cert', options.identity.cert, '--key', options.identity.key] : []),
    ...alpn_args(options.alpn),
    `https://${server_name}:${options.port}/${encodeURIComponent(options.line)}`,
  ])
  return report_of(client, async () => {
    await client.finish()
    const { stdout, output } = client.said
    const received = found(/^(.+?)\r?$/m, stdout)
    if (received === undefined) throw new PeerFailed(output)
    const [, protocol = '', suite = ''] = /^\* SSL connection using (\S+) \/ (\S+)/m.exec(output) ?? []
    return {
      received,
      protocol,
      suite: from_openssl_name(suite),
      resumed: undefined,
      alpn: found(/^\* ALPN[:,] server accepted (?:to use )?(\S+)$/m, output),
    }
  })
}

function alpn_args(protocols: readonly string[] = []): readonly string[] {
  if (protocols.length === 0) return ['--no-alpn']
  if (protocols.join() === 'http/1.1') return []
  throw new Error('curl offers no ALPN protocol but http/1.1')
}
