// Kista in the matrix, through what users see of it: `ssl.connect` and `ssl.listen`.

import { createHash } from 'node:crypto'
import { run } from '../../../runtime/erlang/spawn.ts'
import { ok, type Reason, type Result, type Term } from '../../../runtime/erlang/term.ts'
import type { CipherSuite } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { serve as serve_lines } from '../support/kista.ts'
import type { Connected, Refused } from '../support/peer.ts'
import { type Call, type MatrixPeer, type MatrixServer, type Offer, version_names } from './matrix_peer.ts'
import { certificate_kind, type Secrets } from './secrets.ts'
import { iana_name } from './suite_names.ts'

/** Its application is the test's to start. */
export const kista: MatrixPeer = {
  name: 'kista',
  serves_at_once: true,
  missing: () => undefined,
  serve,
  connect: (call, secrets) => run(() => converse(call, secrets)),
  stop: async () => {},
}

async function serve(
  { version, suites, client_certificate }: Offer,
  secrets: Secrets,
): Promise<MatrixServer> {
  const kind = certificate_kind(suites[0]!.key_exchange, version)
  const shown = kind && secrets.certificates[kind]
  const own = shown && { certfile: shown.cert, keyfile: shown.key }
  const asking = client_certificate && {
    ...{ verify: 'verify_peer', cacertfile: secrets.cacerts },
    fail_if_no_peer_cert: client_certificate === 'needed',
  }
  const options = { ...common_options(version, suites, secrets), ...own, ...asking }
  const server = await serve_lines(options as ssl.ListenOptions, { patience })
  return {
    ...server,
    async visit() {
      const { handshake } = await server.visit()
      const [tag, facts] = handshake
      if (tag === 'error') return { ok: false, output: `Kista's server: ${JSON.stringify(facts)}` }
      return { ok: true, peercert: facts.peercert, ...described(facts.information, suites) }
    },
  }
}

/** What a connection came to be, in the words that the peers use. */
function described(information: Readonly<Record<string, Term>>, suites: readonly CipherSuite[]) {
  const { protocol, cipher_suite, session_resumption } = information
  const suite = suites.find(({ erlang }) => String(erlang) === String(cipher_suite))
  return {
    protocol: version_names[protocol as ProtocolVersion] ?? String(protocol),
    suite: suite ? iana_name(suite) : String(cipher_suite),
    resumed: session_resumption === true,
  }
}

/** How long one step may take, in milliseconds. */
const patience = 8000

/** On two connections with `resume`, of which the second counts. */
async function converse(call: Call, secrets: Secrets): Promise<Connected | Refused> {
  const first = await exchange(call, secrets)
  return call.resume && first.ok ? exchange(call, secrets) : first
}

async function exchange(call: Call, secrets: Secrets): Promise<Connected | Refused> {
  const { port, version, suite, line, shows } = call
  const shown = shows && secrets.certificates[shows]
  const own: ssl.ConnectOptions = { verify: 'verify_peer', cacertfile: secrets.cacerts }
  const options = {
    ...{ ...own, ...common_options(version, [suite], secrets), ...client_secrets(suite, secrets) },
    ...(shown && { certfile: shown.cert, keyfile: shown.key }),
    ...{ mode: 'binary', packet: 'line', active: false },
  }
  const [tag, socket] = await ssl.connect('localhost', port, options as ssl.ConnectOptions, patience)
  if (tag === 'error') return refused(socket)
  const facts = described(ok(await ssl.connection_information(socket)), [suite])
  ok(await ssl.send(socket, `${line}\n`))
  const [received, answer] = (await ssl.recv(socket, 0, patience)) as Result<Uint8Array>
  if (received === 'error') return refused(answer)
  await ssl.close(socket)
  return { ok: true, received: String(answer).trimEnd(), ...facts, alpn: undefined, output: '' }
}

function refused(reason: Reason): Refused {
  return { ok: false, output: `Kista's client: ${ssl.format_error(reason)} ${JSON.stringify(reason)}` }
}

/** What both sides are told. */
function common_options(version: ProtocolVersion, suites: readonly CipherSuite[], secrets: Secrets) {
  const [{ key_exchange }] = suites as [CipherSuite]
  const common = { versions: [version], ciphers: suites.map(({ erlang }) => erlang) }
  const is_secret = key_exchange.endsWith('psk') || key_exchange.startsWith('srp')
  return is_secret ? { ...common, user_lookup_fun: [lookup_of(secrets), undefined] } : common
}

function client_secrets({ key_exchange }: CipherSuite, { psk, srp }: Secrets) {
  if (key_exchange.endsWith('psk')) return { psk_identity: psk.identity }
  return key_exchange.startsWith('srp') ? { srp_identity: [srp.user, srp.password] } : {}
}

type Lookup = (kind: 'psk' | 'srp') => Term

const lookups = new WeakMap<Secrets, Lookup>()

/** Always the same function: a session goes on only with the one it began with. */
function lookup_of(secrets: Secrets): Lookup {
  const { psk, srp } = secrets
  const user = ['srp_2048', srp.salt, srp_derived_key(srp)]
  const lookup = lookups.get(secrets) ?? (kind => ['ok', kind === 'psk' ? psk.key : user])
  lookups.set(secrets, lookup)
  return lookup
}

/** RFC 5054 §2.4 */
function srp_derived_key({ user, password, salt }: Secrets['srp']): Uint8Array {
  const inner = createHash('sha1').update(`${user}:${password}`).digest()
  return createHash('sha1').update(salt).update(inner).digest()
}
