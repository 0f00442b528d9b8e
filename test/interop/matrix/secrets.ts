// Certificates and keys, pre-shared keys and passwords of the matrix, as the files and words that every program takes.
// OpenSSL makes them: among the keys are DSA's, which no library of ours makes certificates for.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'

/** What a server shows, by key and by the authority's key. */
export type CertificateKind = 'rsa' | 'dsa_2048' | 'dsa_1024' | 'ec_by_ec' | 'ec_by_rsa'

/** Paths of PEM files; the key is PKCS#8. The authority is a root, and so is not in `cert`. */
export interface KeyAndCert {
  readonly cert: string
  readonly key: string
}

export interface Secrets {
  readonly folder: string
  readonly certificates: Readonly<Record<CertificateKind, KeyAndCert>>
  /** Both roots: the one with an RSA key, and the one with an EC key. */
  readonly cacerts: string
  /** PKCS#3, 2048 bits. */
  readonly dh_params: string
  readonly psk: { readonly identity: string; readonly key: Buffer }
  readonly srp: { readonly user: string; readonly password: string; readonly salt: Buffer }
  remove(): Promise<void>
}

/** The certificate a server needs. `undefined`: none */
export function certificate_kind(
  key_exchange: KeyExchange,
  version: ProtocolVersion,
): CertificateKind | undefined {
  switch (key_exchange) {
    case 'rsa':
    case 'dhe_rsa':
    case 'ecdhe_rsa':
    case 'rsa_psk':
    case 'srp_rsa':
      return 'rsa'
    case 'dhe_dss':
    case 'srp_dss':
      // SHA-1, which is all there was, asks for no more; and the programs of its day can no more
      return version === 'tlsv1.2' ? 'dsa_2048' : 'dsa_1024'
    case 'ecdhe_ecdsa':
    case 'ecdh_ecdsa':
      return 'ec_by_ec'
    case 'ecdh_rsa':
      return 'ec_by_rsa'
    default:
      return undefined
  }
}

/** Makes all of it in a folder below the system's temporary one. */
export async function make_secrets(): Promise<Secrets> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-matrix-'))
  const [rsa_root, ec_root] = await Promise.all([
    make_root(folder, 'rsa_root', rsa),
    make_root(folder, 'ec_root', p256),
  ])
  const leaf = (name: string, root: KeyAndCert, key: MakeKey) => make_leaf(folder, name, { root, key })
  const [of_rsa, dsa_2048, dsa_1024, ec_by_ec, ec_by_rsa, dh_params] = await Promise.all([
    leaf('rsa', rsa_root, rsa),
    leaf('dsa_2048', rsa_root, dsa(2048)),
    leaf('dsa_1024', rsa_root, dsa(1024)),
    leaf('ec_by_ec', ec_root, p256),
    leaf('ec_by_rsa', rsa_root, p256),
    make_dh_params(folder),
  ])
  const cacerts = join(folder, 'roots.pem')
  await writeFile(cacerts, (await readFile(rsa_root.cert, 'utf8')) + (await readFile(ec_root.cert, 'utf8')))
  return {
    folder,
    certificates: { rsa: of_rsa, dsa_2048, dsa_1024, ec_by_ec, ec_by_rsa },
    cacerts,
    dh_params,
    psk: { identity: 'Client_identity', key: Buffer.from('0123456789abcdef0123456789abcdef', 'hex') },
    srp: { user: 'user', password: 'secret', salt: Buffer.from('0123456789abcdef') },
    remove: () => rm(folder, { recursive: true }),
  }
}

/** Writes a fresh private key into the file. */
type MakeKey = (file: string) => Promise<void>

const rsa: MakeKey = file =>
  openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', file)

const p256: MakeKey = file =>
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file)

function dsa(bits: number): MakeKey {
  return async file => {
    const size = [...['-pkeyopt', `dsa_paramgen_bits:${bits}`]]
    await openssl('genpkey', '-genparam', '-algorithm', 'DSA', ...size, '-out', `${file}.params`)
    await openssl('genpkey', '-paramfile', `${file}.params`, '-out', file)
  }
}

async function make_root(folder: string, name: string, make_key: MakeKey): Promise<KeyAndCert> {
  const made = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  await make_key(made.key)
  await openssl(
    ...['req', '-x509', '-new', '-key', made.key, '-out', made.cert, '-subj', `/CN=${name}`, '-days', '30'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  )
  return made
}

async function make_leaf(
  folder: string,
  name: string,
  { root, key }: { readonly root: KeyAndCert; readonly key: MakeKey },
): Promise<KeyAndCert> {
  const made = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  const extensions = join(folder, `${name}.ext`)
  await writeFile(extensions, `${leaf_extensions.join('\n')}\n`)
  await key(made.key)
  const request = `${made.key}.csr`
  await openssl('req', '-new', '-key', made.key, '-subj', '/CN=localhost', '-out', request)
  await openssl(
    ...['x509', '-req', '-in', request, '-CA', root.cert, '-CAkey', root.key, '-days', '30', '-sha256'],
    ...['-extfile', extensions, '-out', made.cert],
  )
  return made
}

const leaf_extensions = [
  'basicConstraints=CA:FALSE',
  'keyUsage=digitalSignature,keyEncipherment,keyAgreement',
  'extendedKeyUsage=serverAuth,clientAuth',
  'subjectAltName=DNS:localhost,IP:127.0.0.1',
]

async function make_dh_params(folder: string): Promise<string> {
  const file = join(folder, 'dh_params.pem')
  await openssl('genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:modp_2048', '-out', file)
  return file
}

async function openssl(...args: readonly string[]): Promise<void> {
  await promisify(execFile)('openssl', args)
}
