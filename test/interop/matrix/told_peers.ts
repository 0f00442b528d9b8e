// The peers of the matrix that are told programs of ours: Java, Erlang, an old Node and BouncyCastle.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CipherSuite } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { erlang_ssl } from '../support/erlang_ssl.ts'
import { start_process } from '../support/peer_process.ts'
import { missing_program } from '../support/requires.ts'
import { type MatrixPeer, version_names } from './matrix_peer.ts'
import { old_node } from './old_node.ts'
import { certificate_kind, type Secrets } from './secrets.ts'
import { iana_name, java_name, openssl_name } from './suite_names.ts'
import { ToldProgram, type Words } from './told_program.ts'

/** How one of them is started, and what it calls things. */
interface Kind {
  readonly name: string
  missing(): string | undefined
  readonly command: () => readonly string[]
  readonly suite_name: (suite: CipherSuite) => string
  readonly version_name: (version: ProtocolVersion) => string
  /** What stands between the names of several suites. */
  readonly between?: string
}

/** One that has not ended by itself after so many seconds is ended. */
const lifetime = 1200

const program = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url))

function missing_java(): string | undefined {
  return missing_program('java') ?? missing_program('javac')
}

/** Sessions by their ids and not by tickets, and with peers that have no extended master secret too. */
const java_properties = [
  'server.enableSessionTicketExtension=false',
  'client.enableSessionTicketExtension=false',
  'allowLegacyResumption=true',
  'allowUnsafeServerCertChange=true',
]

export const java: MatrixPeer = told_peer({
  name: 'java',
  missing: missing_java,
  command: () => ['java', ...java_properties.map(name => `-Djdk.tls.${name}`), program('JavaPeer.java')],
  suite_name: java_name,
  version_name: version => version_names[version],
})

export const erlang: MatrixPeer = told_peer({
  name: 'erlang',
  missing: () => erlang_ssl.missing(),
  command: () => ['escript', program('told_peer.escript')],
  suite_name: iana_name,
  version_name: version => version,
})

/** Where Debian puts BouncyCastle. */
const bouncy_jars = ['bctls', 'bcprov', 'bcutil'].map(name => `/usr/share/java/${name}.jar`)

export const bouncy_castle: MatrixPeer = told_peer({
  name: 'bouncy castle',
  missing: () => missing_java() ?? bouncy_jars.find(jar => !existsSync(jar)),
  command: () => ['java', '-cp', bouncy_jars.join(':'), program('BouncyPeer.java')],
  suite_name: iana_name,
  version_name: version => (version === 'sslv3' ? 'SSLv3' : `TLSv1${version.at(6) ?? 0}`),
})

export const node_0_12: MatrixPeer = told_peer({
  name: 'old node',
  missing: () => old_node.missing(),
  command: () => [old_node.path, '--enable-ssl3', program('old_node_peer.js')],
  suite_name: openssl_name,
  version_name: version => `${version_names[version].replace('.', '_')}_method`,
  between: ':',
})

function told_peer({ name, missing, command, ...names }: Kind): MatrixPeer {
  let running: ToldProgram | undefined
  const told = () => {
    const [first = '', ...args] = command()
    running ??= new ToldProgram(start_process(first, args, lifetime))
    return running
  }
  const common = (version: ProtocolVersion, suites: readonly CipherSuite[], secrets: Secrets): Words => ({
    version: names.version_name(version),
    suites: suites.map(names.suite_name).join(names.between ?? ','),
    ...known_to_both(suites[0]!, secrets),
  })
  return {
    name,
    serves_at_once: false,
    missing,
    serve({ version, suites, client_certificate: asks }, secrets) {
      const kind = certificate_kind(suites[0]!.key_exchange, version)
      const shown = kind && secrets.certificates[kind]
      const trusts = asks && { asks, cacerts: secrets.cacerts }
      return told().listen({
        ...common(version, suites, secrets),
        ...shown,
        ...trusts,
        dh: secrets.dh_params,
      })
    },
    async connect({ version, suite, port, line, resume, shows }, secrets) {
      const report = await told().connect({
        ...common(version, [suite], secrets),
        ...{ port, line, times: resume ? 2 : 1, protocol: version_names[version], cacerts: secrets.cacerts },
        ...(shows && secrets.certificates[shows]),
      })
      const own_name = report.ok && report.suite === openssl_name(suite)
      return own_name ? { ...report, suite: iana_name(suite) } : report
    },
    async stop() {
      await running?.stop()
      running = undefined
    },
  }
}

/** What client and server share, if the key exchange has such a thing. */
function known_to_both({ key_exchange }: CipherSuite, { psk, srp }: Secrets): Words {
  if (key_exchange.endsWith('psk')) return { psk: psk.key.toString('hex'), psk_identity: psk.identity }
  if (!key_exchange.startsWith('srp')) return {}
  return { srp_user: srp.user, srp_password: srp.password, srp_salt: srp.salt.toString('hex') }
}
