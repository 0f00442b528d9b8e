// GnuTLS's gnutls-serv and gnutls-cli as a peer of the matrix. The server sends each line back as it is.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CipherSuite, KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { gnutls as gnutls_programs } from '../support/gnutls.ts'
import {
  type Connected,
  exchange_line,
  type Refused,
  type RunningServer,
  report_of,
} from '../support/peer.ts'
import { start_process } from '../support/peer_process.ts'
import { start_confined } from '../support/private_network.ts'
import { missing_program } from '../support/requires.ts'
import { type Call, type MatrixPeer, type Offer, version_names } from './matrix_peer.ts'
import { certificate_kind, type Secrets } from './secrets.ts'
import { gnutls_name, iana_name } from './suite_names.ts'

export const gnutls: MatrixPeer = {
  name: 'gnutls',
  serves_at_once: false,
  missing: () => gnutls_programs.missing() ?? missing_program('srptool'),
  serve,
  connect,
  stop: async () => {}, // each of its programs ends with what it was started for
}

async function serve({ version, suites }: Offer, secrets: Secrets): Promise<RunningServer> {
  const [{ key_exchange }] = suites as [CipherSuite]
  const kind = certificate_kind(key_exchange, version)
  const shown = kind && secrets.certificates[kind]
  const secret_args = await server_secrets(key_exchange, secrets)
  const server = await start_confined('gnutls-serv', port => [
    ...['--echo', '--port', `${port}`, '--noticket', '--disable-client-cert'],
    ...['--dhparams', secrets.dh_params, '--priority', priority(version, suites)],
    ...(shown ? ['--x509certfile', shown.cert, '--x509keyfile', shown.key] : []),
    ...secret_args,
  ])
  return {
    port: server.port,
    answer_to: line => line,
    output: () => server.process.said.output,
    stop: () => server.stop(),
  }
}

function connect(call: Call, secrets: Secrets): Promise<Connected | Refused> {
  const { version, suite, port, line, resume } = call
  const has_certificate = certificate_kind(suite.key_exchange, version) !== undefined
  const client = start_process('gnutls-cli', [
    ...['--port', `${port}`, '--priority', priority(version, [suite]), '--noticket'],
    ...(has_certificate
      ? ['--x509cafile', secrets.cacerts, '--verify-hostname', 'localhost']
      : ['--insecure']),
    ...client_secrets(suite.key_exchange, secrets),
    ...(resume ? ['--resume'] : []),
    '127.0.0.1',
  ])
  return report_of(client, async () => {
    const received = await exchange_line(client, /^- Simple Client Mode:\n\n/m, line)
    return { received, ...described(client.said.stdout, suite) }
  })
}

/** The last of `- Description: (TLS1.2)-(ECDHE-X25519)-(RSA-SHA256)-(AES-128-CBC)-(SHA256)`. */
function described(
  stdout: string,
  suite: CipherSuite,
): Pick<Connected, 'protocol' | 'suite' | 'resumed' | 'alpn'> {
  const description = [...stdout.matchAll(/^- Description: (.*)$/gm)].at(-1)?.[1] ?? ''
  const [, version = '', minor = ''] = /^\(TLS(1)\.(\d)/.exec(description) ?? []
  const { cipher, mac } = gnutls_name(suite)!
  const has_suite = description.endsWith(mac === 'AEAD' ? `-(${cipher})` : `-(${cipher})-(${mac})`)
  return {
    protocol: `TLSv${version}${minor === '0' ? '' : `.${minor}`}`,
    suite: has_suite ? iana_name(suite) : description,
    resumed: /^\*\*\* This is a resumed session$/m.test(stdout),
    alpn: undefined,
  }
}

/** SHA-1 under a key of DSA's is what TLS 1.0 has; GnuTLS wants to be asked for it. */
const signatures = ['SIGN-ALL', 'SIGN-RSA-SHA1', 'SIGN-DSA-SHA1', 'SIGN-DSA-SHA256', 'SIGN-ECDSA-SHA1']

function priority(version: ProtocolVersion, suites: readonly CipherSuite[]): string {
  const names = suites.map(suite => gnutls_name(suite)!)
  const algorithms = names.flatMap(({ key_exchange, cipher, mac }) => [key_exchange, cipher, mac])
  const protocol = `VERS-${version_names[version].replace('v1', '1').replace(/^TLS1$/, 'TLS1.0')}`
  const wanted = ['COMP-NULL', 'GROUP-ALL', ...signatures, protocol, ...new Set(algorithms)]
  return `NONE:${wanted.map(name => `+${name}`).join(':')}:%VERIFY_ALLOW_BROKEN`
}

async function server_secrets(key_exchange: KeyExchange, secrets: Secrets): Promise<readonly string[]> {
  if (key_exchange.endsWith('psk')) {
    const file = join(secrets.folder, 'gnutls_psk')
    await writeFile(file, `${secrets.psk.identity}:${secrets.psk.key.toString('hex')}\n`)
    return ['--pskpasswd', file]
  }
  if (!key_exchange.startsWith('srp')) return []
  const files = srp_files.get(secrets) ?? make_srp_files(secrets)
  srp_files.set(secrets, files)
  return files
}

const srp_files = new WeakMap<Secrets, Promise<readonly string[]>>()

/** The groups, and the user under the one of 2048 bits, which is the third. */
async function make_srp_files({ folder, srp }: Secrets): Promise<readonly string[]> {
  const [groups, users] = [join(folder, 'gnutls_srp_groups'), join(folder, 'gnutls_srp_users')]
  await promisify(execFile)('srptool', ['--create-conf', groups])
  const made = promisify(execFile)('srptool', [
    ...['--username', srp.user, '--passwd', users, '--passwd-conf', groups, '--index', '3'],
  ])
  made.child.stdin?.end(`${srp.password}\n`)
  await made
  return ['--srppasswd', users, '--srppasswdconf', groups]
}

function client_secrets(key_exchange: KeyExchange, { psk, srp }: Secrets): readonly string[] {
  if (key_exchange.endsWith('psk'))
    return ['--pskusername', psk.identity, '--pskkey', psk.key.toString('hex')]
  if (key_exchange.startsWith('srp')) return ['--srpusername', srp.user, '--srppasswd', srp.password]
  return []
}
