// Makes certificate chains for tests. RSA keys are files, since a fresh one costs a tenth of a second; the others
// are made anew.

import { readFile } from 'node:fs/promises'
import { id_kp_clientAuth, id_kp_serverAuth } from '../../apps/public_key/pubkey_oids.ts'
import { decode_pem, encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { CertificateOptions, Issuer, KeyAlgorithm, SigningKey } from '../../apps/public_key/x509.ts'
import { generate_signing_key, import_signing_key, make_certificate } from '../../apps/public_key/x509.ts'

/** Whatever is not given is chosen to make a good certificate of its kind; what is undefined is left out. */
export interface TestOptions extends Partial<CertificateOptions> {
  /** Default: `'secp256r1'` */
  readonly algorithm?: KeyAlgorithm
  /** Default: a fresh one */
  readonly key?: SigningKey
}

export interface TestCertificate extends Issuer {
  readonly cert_der: Uint8Array
  readonly key_pkcs8_der: Uint8Array
  readonly cert_pem: string
  readonly key_pem: string
}

/** When all test certificates are valid, unless told otherwise. */
export const valid_from = Date.UTC(2024, 0, 1)
export const valid_until = Date.UTC(2035, 0, 1)

const rsa_keys = 'test/vectors/keys'
const rsa_key_count = 4
const imported = new Map<number, Promise<SigningKey>>()
let rsa_keys_used = 0

/** A root: signed by itself. */
export function make_ca(options: TestOptions = {}): Promise<TestCertificate> {
  return make(undefined, { ...authority, subject: 'CN=Test Root', ...options })
}

/** A certificate authority below another. */
export function make_intermediate(issuer: Issuer, options: TestOptions = {}): Promise<TestCertificate> {
  return make(issuer, { ...authority, subject: 'CN=Test Intermediate', ...options })
}

/** The certificate of a peer. Default: a server and client called `localhost`, `127.0.0.1` and `::1`. */
export function make_leaf(issuer: Issuer, options: TestOptions = {}): Promise<TestCertificate> {
  return make(issuer, { ...peer, ...options })
}

/** As {@link make_leaf}, signed by itself. */
export function make_self_signed(options: TestOptions = {}): Promise<TestCertificate> {
  return make(undefined, { ...peer, ...options })
}

/** A key; of RSA keys there are four, given in turn. */
export function test_key(algorithm: KeyAlgorithm): Promise<SigningKey> {
  return algorithm === 'rsa' ? rsa_key(rsa_keys_used++ % rsa_key_count) : generate_signing_key(algorithm)
}

const authority = {
  basic_constraints: { cA: true },
  key_usage: ['keyCertSign', 'cRLSign'],
} as const

const peer = {
  subject: 'CN=localhost',
  subject_alt_names: [
    ['dNSName', 'localhost'],
    ['iPAddress', '127.0.0.1'],
    ['iPAddress', '::1'],
  ],
  key_usage: ['digitalSignature', 'keyEncipherment'],
  ext_key_usage: [id_kp_serverAuth, id_kp_clientAuth],
} as const

async function make(issuer: Issuer | undefined, options: TestOptions & { readonly subject: string }) {
  const key = options.key ?? (await test_key(options.algorithm ?? 'secp256r1'))
  const cert = await make_certificate(
    key,
    { not_before: valid_from, not_after: valid_until, ...options },
    issuer,
  )
  return {
    cert,
    key,
    cert_der: cert,
    key_pkcs8_der: key.pkcs8,
    cert_pem: encode_pem([['Certificate', cert, 'not_encrypted']]),
    key_pem: encode_pem([['PrivateKeyInfo', key.pkcs8, 'not_encrypted']]),
  }
}

function rsa_key(index: number): Promise<SigningKey> {
  const known = imported.get(index)
  if (known) return known
  const key = read_rsa_key(`${rsa_keys}/rsa_2048_${index + 1}.pem`)
  imported.set(index, key)
  return key
}

async function read_rsa_key(file: string): Promise<SigningKey> {
  const [entry] = decode_pem(await readFile(file))
  return import_signing_key(entry![1])
}
