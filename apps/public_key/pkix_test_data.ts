// Certificate chains made on the spot, for demonstrations and tests: `public_key:pkix_test_data/1`.

import * as oids from './pubkey_oids.ts'
import type { CertificateOptions, Issuer, KeyAlgorithm } from './x509.ts'

/**
 * Whatever is not given is chosen: a name, the usages that the place in the chain asks for, a validity of a week.
 * What is undefined is left out of the certificate.
 */
export interface TestCertificateOptions extends Partial<CertificateOptions> {
  /** Default: `'secp256r1'` */
  readonly key?: KeyAlgorithm
}

/** From the root downwards. */
export interface TestChainOptions {
  /** May be one that {@link make_test_root} made: several chains then have one root. */
  readonly root?: TestCertificateOptions | TestRoot
  /** Default: none */
  readonly intermediates?: readonly TestCertificateOptions[]
  readonly peer?: TestCertificateOptions
}

/** Options of `ssl:connect` and `ssl:listen`: own certificate and key, and whom to trust. */
export interface TestConfig {
  readonly cert: Uint8Array
  readonly key: readonly ['PrivateKeyInfo', Uint8Array]
  /** First the root of the other side, then the intermediates of the own chain, which are sent to it. */
  readonly cacerts: readonly Uint8Array[]
}

/** Both sides' options for `ssl`, each trusting the other's chain. */
export interface TestData {
  readonly server_config: TestConfig
  readonly client_config: TestConfig
}

/** A certificate signed by itself, and its key. */
export interface TestRoot {
  readonly cert: Uint8Array
  readonly key: readonly ['PrivateKeyInfo', Uint8Array]
}

interface Chain {
  readonly root: Uint8Array
  readonly intermediates: readonly Uint8Array[]
  readonly peer: Issuer
}

const day = 86_400_000

/**
 * A chain for a server and one for a client, each of which trusts the other's root. The server's certificate is
 * for `localhost`, `127.0.0.1` and `::1`.
 *
 * @see OTP: `public_key:pkix_test_data/1`
 */
export async function make_test_data(
  options: { readonly server_chain?: TestChainOptions; readonly client_chain?: TestChainOptions } = {},
): Promise<TestData> {
  const server = await make_chain('server', options.server_chain)
  const client = await make_chain('client', options.client_chain)
  return { server_config: config(server, client), client_config: config(client, server) }
}

/**
 * A root by that name.
 *
 * @see OTP: `public_key:pkix_test_root_cert/2`
 */
export async function make_test_root(name: string, options: TestCertificateOptions): Promise<TestRoot> {
  const { cert, key } = await make({ ...authority(escaped(name)), ...options })
  return { cert, key: ['PrivateKeyInfo', key.pkcs8] }
}

function config(own: Chain, other: Chain): TestConfig {
  const { cert, key } = own.peer
  return { cert, key: ['PrivateKeyInfo', key.pkcs8], cacerts: [other.root, ...own.intermediates] }
}

async function make_chain(role: 'server' | 'client', options: TestChainOptions = {}): Promise<Chain> {
  const root = await root_of(role, options.root)
  const intermediates: Uint8Array[] = []
  let issuer = root
  for (const [index, intermediate] of (options.intermediates ?? []).entries()) {
    issuer = await make({ ...authority(`${role} intermediate ${index + 1}`), ...intermediate }, issuer)
    intermediates.push(issuer.cert)
  }
  const peer = await make({ ...(role === 'server' ? server_peer : client_peer), ...options.peer }, issuer)
  return { root: root.cert, intermediates, peer }
}

async function root_of(role: string, root: TestCertificateOptions | TestRoot = {}): Promise<Issuer> {
  if (!('cert' in root)) return make({ ...authority(`${role} root`), ...root })
  const { import_signing_key } = await import('./x509.ts')
  return { cert: root.cert, key: await import_signing_key(root.key[1]) }
}

async function make(
  options: TestCertificateOptions & { readonly subject: string },
  issuer?: Issuer,
): Promise<Issuer> {
  const { generate_signing_key, make_certificate } = await import('./x509.ts')
  const key = await generate_signing_key(options.key ?? 'secp256r1')
  const now = Date.now()
  const cert = await make_certificate(
    key,
    { not_before: now - day, not_after: now + 7 * day, ...options },
    issuer,
  )
  return { cert, key }
}

/** RFC 4514 §2.4 */
const escaped = (name: string) => name.replace(/[,+"\\<>;=#]/g, '\\$&')

const authority = (name: string) =>
  ({
    subject: `CN=${name}, O=Kista test data`,
    basic_constraints: { cA: true },
    key_usage: ['keyCertSign', 'cRLSign'],
  }) as const

const server_peer = {
  subject: 'CN=localhost, O=Kista test data',
  subject_alt_names: [
    ['dNSName', 'localhost'],
    ['iPAddress', '127.0.0.1'],
    ['iPAddress', '::1'],
  ],
  key_usage: ['digitalSignature', 'keyEncipherment'],
  ext_key_usage: [oids.id_kp_serverAuth],
} as const

const client_peer = {
  subject: 'CN=client, O=Kista test data',
  key_usage: ['digitalSignature'],
  ext_key_usage: [oids.id_kp_clientAuth],
} as const
