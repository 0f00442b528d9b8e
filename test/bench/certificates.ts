// What it costs to check a peer's chain, a leaf and an intermediate below a root: the first time that its certificates
// are seen, and when they are known already; beside Node's `X509Certificate` doing the same.

import { X509Certificate } from 'node:crypto'

import * as public_key from '../../apps/public_key/public_key.ts'
import type { KeyAlgorithm } from '../../apps/public_key/x509.ts'
import { is_pending } from '../../ssl_app/certificate/awaitable.ts'
import { type PathOptions, validate_peer } from '../../ssl_app/certificate/ssl_certificate.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import { measure, print_table, type Row, rates } from './measure.ts'

const chains = 2_000
const host = 'localhost'

/** DER. */
interface Chain {
  readonly root: Uint8Array
  readonly intermediate: Uint8Array
  readonly leaf: Uint8Array
}

export async function bench_certificates(): Promise<void> {
  const rows: Row[] = []
  for (const [name, key] of [
    ['ECDSA P-256', 'secp256r1'],
    ['RSA 2048', 'rsa'],
  ] as const) {
    const chain = await make_chain(key)
    rows.push(await row(`${name}, never seen before`, kista_cold(chain), node_cold(chain)))
    rows.push(await row(`${name}, known already`, kista_known(chain), node_known(chain)))
  }
  print_table('chains checked: leaf, intermediate, root', 'X509Certificate', rows)
}

async function row(name: string, ours: () => void, theirs: () => void): Promise<Row> {
  const often = (check: () => void) => async () => {
    for (let left = chains; left > 0; left--) check()
  }
  return {
    name,
    unit: 'chains/s',
    kista: rates(await measure(chains, often(ours))),
    other: rates(await measure(chains, often(theirs))),
  }
}

async function make_chain(key: KeyAlgorithm): Promise<Chain> {
  const server_chain = { root: { key }, intermediates: [{ key }], peer: { key } }
  const { server_config, client_config } = await public_key.pkix_test_data({ server_chain })
  const [root] = client_config.cacerts
  const intermediate = server_config.cacerts.at(-1)
  return { root: root!, intermediate: intermediate!, leaf: server_config.cert }
}

// ---- Kista

function kista_cold({ root, intermediate, leaf }: Chain): () => void {
  const anchor = public_key.pkix_decode_cert(root, 'otp')
  const options = { hostname: host, extended_key_usage: 'serverAuth' } as const
  return () => {
    const [tag] = public_key.pkix_path_validation(anchor, [intermediate, leaf], options)
    if (tag !== 'ok') throw new Error('a good chain was refused')
  }
}

function kista_known({ root, intermediate, leaf }: Chain): () => void {
  const trusted = new TrustStore([root])
  const options: PathOptions = {
    role: 'client',
    verify: 'verify_peer',
    verify_fun: undefined,
    partial_chain: undefined,
    depth: 1,
    hostname: host,
  }
  return () => {
    const peer = validate_peer([leaf, intermediate], trusted, options, { now: Date.now() })
    if (is_pending(peer)) throw new Error('nothing here takes time')
  }
}

// ---- Node

function node_cold({ root, intermediate, leaf }: Chain): () => void {
  const anchor = new X509Certificate(root)
  return () => check([anchor, new X509Certificate(intermediate), new X509Certificate(leaf)])
}

function node_known({ root, intermediate, leaf }: Chain): () => void {
  const path = [new X509Certificate(root), new X509Certificate(intermediate), new X509Certificate(leaf)]
  return () => check(path)
}

/** From the root down. */
function check(path: readonly X509Certificate[]): void {
  const now = Date.now()
  for (const [at, certificate] of path.entries()) {
    const issuer = path[at - 1]
    if (issuer === undefined) continue
    const is_good =
      issuer.ca &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey) &&
      Date.parse(certificate.validFrom) <= now &&
      now <= Date.parse(certificate.validTo)
    if (!is_good) throw new Error('a good chain was refused')
  }
  if (path.at(-1)!.checkHost(host) === undefined) throw new Error('a good chain was refused')
}
