import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { type DerReader, read_der, universal } from '../../../apps/public_key/pubkey_der.ts'
import { sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { decode_pem, encode_pem, type PemEntry } from '../../../apps/public_key/pubkey_pem.ts'
import { pbes2, pem_entry_encode } from '../../../apps/public_key/public_key.ts'
import { ok, run, type Term } from '../../../runtime/index.ts'
import { handshake_config } from '../../../ssl_app/connection/ssl_config.ts'
import type { OwnIdentity } from '../../../ssl_app/handshake/handshake_data.ts'
import { handle_options } from '../../../ssl_app/ssl_options.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { pem_files } from '../../support/pem_files.ts'
import { with_ssl } from '../../support/tls_pair.ts'

with_ssl()

const file = pem_files()
const none = '/there/is/no/such/file'

let root: TestCertificate
let issuer: TestCertificate
let leaf: TestCertificate
let rsa: TestCertificate

beforeAll(async () => {
  root = await make_ca()
  issuer = await make_intermediate(root)
  leaf = await make_leaf(issuer)
  rsa = await make_leaf(root, { algorithm: 'rsa' })
})

/** What options come to, or why they cannot be used. */
const config_of = (options: object): Promise<Term> =>
  run(async () => (await handshake_config(ok(handle_options('server', options)).ssl, 'server'))[1])

const identities_of = async (options: object): Promise<readonly OwnIdentity[]> =>
  (await config_of(options)).identities

const identity_of = async (options: object): Promise<OwnIdentity> => (await identities_of(options))[0]!

/** The certificate of the leaf with the key of a PEM in it; nobody looks at its signature here. */
function certificate_for(pem: string | Buffer): Uint8Array {
  const own = decode_certificate(leaf.cert_der).tbsCertificate.subjectPublicKeyInfo.der
  const other = createPublicKey(pem).export({ format: 'der', type: 'spki' })
  const children = (from: DerReader) => from.list(universal.sequence, child => child.element().der)
  const [tbs, ...signature] = read_der(leaf.cert_der, children)
  const fields = read_der(tbs!, children).map(field => (Buffer.compare(field, own) === 0 ? other : field))
  return sequence(sequence(...fields), ...signature)
}

const key = ({ key_pkcs8_der }: TestCertificate) => ['PrivateKeyInfo', key_pkcs8_der]

describe('a certificate and its key', () => {
  test('come as DER', async () => {
    const { chain, key: private_key, traits } = await identity_of({ cert: leaf.cert_der, key: key(leaf) })
    expect(chain).toEqual([leaf.cert_der])
    expect(private_key).toMatchObject({ kind: 'private', type: 'ec', curve: 'secp256r1' })
    expect(traits).toMatchObject({ key: 'ec', signed_with: 'ecdsa' })
  })

  test('come from files, or from one', async () => {
    const certfile = await file(leaf.cert_pem)
    const keyfile = await file(leaf.key_pem)
    const both = await file(leaf.key_pem + leaf.cert_pem)
    for (const options of [{ certfile, keyfile }, { certfile: both }, { certfile: Buffer.from(both) }]) {
      expect((await identity_of(options)).chain).toEqual([leaf.cert_der])
    }
  })

  test('as DER take precedence over files', async () => {
    const options = { cert: leaf.cert_der, key: key(leaf), certfile: none, keyfile: none }
    expect((await identity_of(options)).chain).toEqual([leaf.cert_der])
  })

  test('may be of RSA', async () => {
    const { traits } = await identity_of({ cert: rsa.cert_der, key: key(rsa) })
    expect(traits).toMatchObject({ key: 'rsa', signed_with: 'ecdsa' })
  })

  test.each([
    ['secp384r1', 'ec'],
    ['ed25519', 'eddsa'],
  ] as const)('may be of %s', async (algorithm, kind) => {
    const other = await make_leaf(root, { algorithm, key_usage: ['keyAgreement'] })
    const { traits } = await identity_of({ cert: other.cert_der, key: key(other) })
    expect(traits).toEqual({ key: kind, signed_with: 'ecdsa', key_usage: ['keyAgreement'] })
  })

  test('may be of DSA', async () => {
    const pem = await readFile('test/vectors/pem/dsa_traditional.pem')
    const [[, der]] = decode_pem(pem) as [PemEntry]
    const cert = certificate_for(pem)
    for (const type of ['DSAPrivateKey', 'dsa']) {
      const { traits, key: private_key } = await identity_of({ cert, key: [type, der] })
      expect([traits.key, private_key.type]).toEqual(['dsa', 'dsa'])
    }
  })

  test('may be of RSA with the key as PKCS#1, under both its names', async () => {
    const pem = await readFile('test/vectors/pem/rsa_pkcs1.pem')
    const [[, der]] = decode_pem(pem) as [PemEntry]
    for (const type of ['RSAPrivateKey', 'rsa']) {
      expect((await identity_of({ cert: certificate_for(pem), key: [type, der] })).key.type).toBe('rsa')
    }
  })

  test.each<[string, object]>([
    ['any', {}],
    ['one', { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 40 }],
  ])('may be of RSA for PSS alone, in %s way, and do not decrypt', async (_how, restrictions) => {
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...restrictions })
    const cert = certificate_for(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const { traits, key: private_key } = await identity_of({ cert, key: ['PrivateKeyInfo', der] })
    expect(private_key.type).toBe('rsa_pss')
    expect(traits).toEqual({ key: 'rsa', signed_with: 'ecdsa', key_usage: ['digitalSignature'] })
  })

  test('are not needed', async () => {
    expect(await identities_of({})).toEqual([])
    expect(await identities_of({ key: key(leaf) })).toEqual([])
  })

  test('come with the names of those who issued them', async () => {
    const { issuers } = await identity_of({ cert: [leaf.cert_der, issuer.cert_der], key: key(leaf) })
    const name = ({ cert_der }: TestCertificate) => decode_certificate(cert_der).tbsCertificate.subject.der
    expect(issuers).toEqual([name(issuer), name(root)])
  })

  test('come with those who issued it, in a list or from behind it or from the authorities', async () => {
    const certfile = await file(leaf.cert_pem + rsa.cert_pem + issuer.cert_pem)
    const both = [leaf.cert_der, issuer.cert_der]
    expect((await identity_of({ certfile, key: key(leaf) })).chain).toEqual(both)
    const cert = [leaf.cert_der, rsa.cert_der, issuer.cert_der]
    expect((await identity_of({ cert, key: key(leaf) })).chain).toEqual(both)
    const cacerts = [root.cert_der, issuer.cert_der]
    expect((await identity_of({ cert: leaf.cert_der, key: key(leaf), cacerts })).chain).toEqual([
      ...both,
      root.cert_der,
    ])
  })
})

describe('a key that is encrypted', () => {
  const encrypted = () => {
    const cipher = pbes2(Buffer.alloc(8, 1), Buffer.alloc(16, 2), 1_000)
    return encode_pem([pem_entry_encode('PrivateKeyInfo', leaf.key_pkcs8_der, [cipher, 'open sesame'])])
  }

  const wrong = (keyfile: string) => ['options', ['keyfile', keyfile, ['error', expect.any(String)]]]

  test.each<[string, Term]>([
    ['a text', 'open sesame'],
    ['bytes', Buffer.from('open sesame')],
    ['a function', () => 'open sesame'],
    ['a function that gives bytes', () => new TextEncoder().encode('open sesame')],
    ['a function that takes its time', async () => 'open sesame'],
  ])('is decrypted with the password: %s', async (_form, password) => {
    const options = { cert: leaf.cert_der, keyfile: await file(encrypted()) }
    expect((await identity_of({ ...options, password })).key).toMatchObject({ type: 'ec' })
    expect(await identity_of({ certs_keys: [{ ...options, password }] })).toMatchObject({
      key: { type: 'ec' },
    })
  })

  test.each<[string, Term]>([
    ['another one', 'abracadabra'],
    ['none', ''],
    ['that nobody has said', undefined],
    ['bytes', Buffer.from('abracadabra')],
    ['told by a function', () => 'abracadabra'],
    ['told by a function that fails', () => assert.fail('abracadabra')],
    ['told by a function that is at a loss', () => undefined],
    ['told by a promise that is rejected', async () => assert.fail('abracadabra')],
    ['that is no text', () => ['abracadabra']],
  ])('is not decrypted with a password %s, and the reason does not tell that', async (_what, password) => {
    const keyfile = await file(encrypted())
    const reason = await config_of({ cert: leaf.cert_der, keyfile, password })
    expect(reason).toEqual(wrong(keyfile))
    expect(inspect(reason, { depth: 9 })).not.toContain('abracadabra')
  })

  test('alone is a reason to ask for a password', async () => {
    let asked = 0
    const password = () => {
      asked++
      return 'open sesame'
    }
    const certfile = await file(leaf.cert_pem)
    await identity_of({ certfile, keyfile: await file(leaf.key_pem), password })
    await identity_of({ certfile, key: key(leaf), password })
    expect(asked).toBe(0)
    await identity_of({ certfile, keyfile: await file(encrypted()), password })
    expect(asked).toBe(1)
  })
})

describe('several certificates', () => {
  const conf = (own: TestCertificate) => ({ cert: own.cert_der, key: key(own) })
  const types = async (options: object) => (await identities_of(options)).map(identity => identity.key.type)

  test('are preferred by the kind of their keys, then as they are listed', async () => {
    const ed25519 = await make_leaf(root, { algorithm: 'ed25519' })
    const other = await make_leaf(root)
    const certs_keys = [rsa, leaf, ed25519, other].map(conf)
    expect(await types({ certs_keys })).toEqual(['ed25519', 'ec', 'ec', 'rsa'])
    const ec = (await identities_of({ certs_keys })).slice(1, 3)
    expect(ec.map(({ chain }) => chain[0])).toEqual([leaf.cert_der, other.cert_der])
  })

  test('come from files, and have their own chains and passwords', async () => {
    const both = await file(leaf.key_pem + leaf.cert_pem + issuer.cert_pem)
    const identities = await identities_of({ certs_keys: [{ certfile: both }, conf(rsa)] })
    expect(identities.map(({ chain }) => chain)).toEqual([[leaf.cert_der, issuer.cert_der], [rsa.cert_der]])
  })

  test('take precedence over one, though there be none', async () => {
    const single = { ...conf(leaf), certfile: none, keyfile: none }
    expect(await types({ ...single, certs_keys: [conf(rsa)] })).toEqual(['rsa'])
    expect(await types({ ...single, certs_keys: [] })).toEqual([])
  })

  test('are unusable when one of them is', async () => {
    const wrong = { cert: leaf.cert_der, key: key(rsa) }
    expect(await config_of({ certs_keys: [conf(leaf), wrong] })).toEqual([
      'options',
      ['key', 'is not the key of the certificate'],
    ])
    expect(await config_of({ certs_keys: [conf(leaf), { certfile: none }] })).toEqual([
      'options',
      ['certfile', none, ['error', 'enoent']],
    ])
  })

  test('without a certificate among them are as many less', async () => {
    expect(await types({ certs_keys: [{}, conf(leaf), { key: key(rsa) }] })).toEqual(['ec'])
  })
})
