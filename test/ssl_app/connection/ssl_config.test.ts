import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { dh_group, supports } from '../../../apps/crypto/crypto.ts'
import { all_curves } from '../../../apps/crypto/curves.ts'
import { universal } from '../../../apps/public_key/pubkey_der.ts'
import { element, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { ok, run, type Term } from '../../../runtime/index.ts'
import { handshake_config } from '../../../ssl_app/connection/ssl_config.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { handle_options } from '../../../ssl_app/ssl_options.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { pem_files } from '../../support/pem_files.ts'
import { reports_during } from '../../support/reports.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const file = pem_files()
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

const utf8 = (text: string) => new TextEncoder().encode(text)

const options_of = (role: Role, options: object) => ok(handle_options(role, options)).ssl

/** What options come to, or why they cannot be used. */
const config_of = (options: object, role: Role = 'server'): Promise<Term> =>
  run(async () => (await handshake_config(options_of(role, options), role))[1])

const key = ({ key_pkcs8_der }: TestCertificate) => ['PrivateKeyInfo', key_pkcs8_der]

describe('what cannot be used', () => {
  const none = '/there/is/no/such/file'
  const does_not_fit = ['options', ['key', 'is not the key of the certificate']]

  test('are files that are not there', async () => {
    const missing = (option: string) => ['options', [option, none, ['error', 'enoent']]]
    const certfile = await file(leaf.cert_pem)
    expect(await config_of({ certfile: none })).toEqual(missing('certfile'))
    expect(await config_of({ certfile, keyfile: none })).toEqual(missing('keyfile'))
    expect(await config_of({ cacertfile: none })).toEqual(missing('cacertfile'))
    expect(await config_of({ cacertfile: none }, 'client')).toEqual(missing('cacertfile'))
    expect(await config_of({ certfile: none, cacerts: [root.cert_der] }, 'client')).toEqual(
      missing('certfile'),
    )
  })

  test('are files that are no PEM', async () => {
    const garbled = await file('-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n')
    const wrong = (option: string) => [option, ['decode_error', expect.any(String)]]
    const certfile = await file(leaf.cert_pem)
    expect(await config_of({ certfile: garbled })).toEqual(wrong('certfile'))
    expect(await config_of({ certfile, keyfile: garbled })).toEqual(wrong('keyfile'))
    expect(await config_of({ cacertfile: garbled })).toEqual(wrong('cacertfile'))
  })

  test('are files without a certificate, or without just one key', async () => {
    const certfile = await file(leaf.cert_pem)
    const keys = await file(leaf.key_pem + rsa.key_pem)
    expect(await config_of({ certfile: await file(leaf.key_pem) })).toEqual(['certfile', ['badmatch', []]])
    expect(await config_of({ certfile })).toEqual(['keyfile', ['badmatch', []]])
    expect(await config_of({ certfile, keyfile: keys })).toEqual([
      'keyfile',
      ['badmatch', ['PrivateKeyInfo', 'PrivateKeyInfo']],
    ])
  })

  test('is a certificate without a key', async () => {
    expect(await config_of({ cert: leaf.cert_der })).toEqual(['options', ['keyfile', '']])
  })

  test('is DER that is none', async () => {
    const garbage = Buffer.from('garbage')
    const wrong = (option: string) => ['options', [option, ['error', expect.any(String)]]]
    expect(await config_of({ cert: garbage, key: key(leaf) })).toEqual(wrong('cert'))
    for (const type of ['PrivateKeyInfo', 'RSAPrivateKey', 'ECPrivateKey', 'DSAPrivateKey']) {
      expect(await config_of({ cert: leaf.cert_der, key: [type, garbage] })).toEqual(wrong('key'))
    }
    const certfile = await file(encode_pem([['Certificate', garbage, 'not_encrypted']]))
    expect(await config_of({ certfile })).toEqual([
      'options',
      ['certfile', certfile, ['error', expect.any(String)]],
    ])
  })

  test('is the key of another certificate', async () => {
    for (const [cert, other] of [
      [leaf, issuer],
      [leaf, rsa],
      [rsa, leaf],
    ]) {
      expect(await config_of({ cert: cert!.cert_der, key: key(other!) })).toEqual(does_not_fit)
    }
  })
})

describe('the group for Diffie-Hellman', () => {
  const number = (bytes: Uint8Array) => element(universal.integer, Uint8Array.of(0, ...bytes))
  const { p } = dh_group('modp1536')
  const params = sequence(number(p), element(universal.integer, Uint8Array.of(2)))
  const group = { p, g: Uint8Array.of(2) }
  const file_of = (der: Uint8Array) => file(encode_pem([['DHParameter', der, 'not_encrypted']]))
  const dh_of = async (options: object) => (await config_of(options)).dh
  const wrong = ['error', expect.any(String)]

  test('has 2048 bits where nobody has said anything', async () => {
    expect(await dh_of({})).toBe(dh_group('modp2048'))
    expect(await dh_of({ dhfile: await file(leaf.cert_pem) })).toBe(dh_group('modp2048'))
  })

  test('comes as DER or from a file, the DER before the file', async () => {
    expect(await dh_of({ dh: params })).toEqual(group)
    expect(
      await dh_of({ dhfile: await file(leaf.cert_pem + (await readFile(await file_of(params)))) }),
    ).toEqual(group)
    expect(await dh_of({ dh: params, dhfile: '/there/is/no/such/file' })).toEqual(group)
  })

  test('cannot come from a file that is not there, or is no PEM', async () => {
    const none = '/there/is/no/such/file'
    expect(await config_of({ dhfile: none })).toEqual(['options', ['dhfile', none, ['error', 'enoent']]])
    const garbled = await file('-----BEGIN DH PARAMETERS-----\n????\n-----END DH PARAMETERS-----\n')
    expect(await config_of({ dhfile: garbled })).toEqual(['dhfile', ['decode_error', expect.any(String)]])
  })

  test.each([
    ['that is no DER', Buffer.from('garbage')],
    ['that is too small', sequence(number(Uint8Array.of(251)), number(Uint8Array.of(2)))],
    ['whose generator generates nothing', sequence(number(p), element(universal.integer, Uint8Array.of(1)))],
  ])('cannot be one %s', async (_what, der) => {
    expect(await config_of({ dh: der })).toEqual(['options', ['dh', wrong]])
    const dhfile = await file_of(der)
    expect(await config_of({ dhfile })).toEqual(['options', ['dhfile', dhfile, wrong]])
  })
})

describe('a configuration', () => {
  test('is made once for the same options, until a file is read anew', async () => {
    const options = options_of('server', { certfile: await file(leaf.cert_pem), key: key(leaf) })
    const config = () => run(async () => ok(await handshake_config(options, 'server')))
    const first = await config()
    expect(await config()).toBe(first)
    await run(() => ssl.clear_pem_cache())
    expect(await config()).not.toBe(first)
  })

  test('is not kept when it cannot be used', async () => {
    const certfile = `${await file('')}.later`
    const options = options_of('server', { certfile, key: key(leaf) })
    const config = () => run(() => handshake_config(options, 'server'))
    expect((await config())[0]).toBe('error')
    await writeFile(certfile, leaf.cert_pem)
    expect((await config())[0]).toBe('ok')
  })

  test('leaves out authorities that cannot be decoded, and says so once', async () => {
    const cacerts = [Buffer.from('garbage'), root.cert_der]
    const told = await reports_during(async () => {
      for (let times = 0; times < 2; times++) {
        const { trusted } = await config_of({ cacerts }, 'client')
        expect(trusted.subjects()).toHaveLength(1)
      }
    })
    expect(told.map(({ level, label }) => [level, label])).toEqual([['warning', 'ssl cacerts']])
  })

  test('of a client without authorities trusts the platform’s, unless it does not verify', async () => {
    const { trusted } = await config_of({}, 'client')
    expect(trusted.subjects().length).toBeGreaterThan(10)
    const none = await config_of({ verify: 'verify_none' }, 'client')
    expect(none.trusted.subjects()).toEqual([])
  })

  test('of a client has what it asks for', async () => {
    const options = {
      cacerts: [root.cert_der],
      fallback: true,
      psk_identity: 'Zoë',
      srp_identity: ['üser', 'pass'],
      user_lookup_fun: [() => 'error', undefined],
      client_preferred_next_protocols: ['server', ['a', 'b'], 'c'],
      max_fragment_length: 1024,
      record_size_limit: 1000,
      padding_check: false,
      secure_renegotiate: true,
    }
    expect(await config_of(options, 'client')).toMatchObject({
      fallback: true,
      psk_identity: utf8('Zoë'),
      srp_identity: { user: utf8('üser'), password: utf8('pass') },
      has_user_lookup: true,
      next_protocol_selector: { precedence: 'server', protocols: ['a', 'b'], otherwise: 'c' },
      next_protocols_advertised: undefined,
      max_fragment_length: 1024,
      record_size_limit: 1000,
      padding_check: false,
      secure_renegotiate: true,
      session_tickets: true,
    })
  })

  test('of a server has what it grants', async () => {
    const options = {
      psk_identity: 'hint',
      session_tickets: 'stateless',
      client_renegotiation: false,
      next_protocols_advertised: ['a'],
    }
    expect(await config_of(options)).toMatchObject({
      psk_identity: utf8('hint'),
      session_tickets: true,
      client_renegotiation: false,
      next_protocols_advertised: ['a'],
    })
  })

  test('of those who say nothing says what OTP says', async () => {
    const unasked = {
      fallback: false,
      srp_identity: undefined,
      has_user_lookup: false,
      next_protocol_selector: undefined,
      next_protocols_advertised: undefined,
      max_fragment_length: undefined,
      record_size_limit: undefined,
      padding_check: true,
      secure_renegotiate: false,
      client_renegotiation: true,
    }
    const client = await config_of({ cacerts: [root.cert_der] }, 'client')
    expect(client).toMatchObject({ ...unasked, session_tickets: true, psk_identity: utf8('psk_identity') })
    const server = await config_of({})
    expect(server).toMatchObject({ ...unasked, session_tickets: false, psk_identity: undefined })
  })

  test('has every curve that is no weaker than those in use today, which come first', async () => {
    const { groups } = await config_of({})
    expect(groups.slice(0, 5)).toEqual(['x25519', 'secp256r1', 'x448', 'secp521r1', 'secp384r1'])
    const strong = all_curves.filter(curve => !/(163|193|233|239|160|192|224)/.test(curve))
    expect(groups.toSorted()).toEqual(strong.filter(curve => supports().curves.includes(curve)).toSorted())
  })

  test('has the curves that are asked for, and no others', async () => {
    const eccs = ['secp160r1', 'x448', 'secp256r1']
    expect(await config_of({ eccs })).toMatchObject({ groups: eccs, honor_ecc_order: true })
    expect(await config_of({ honor_ecc_order: false })).toMatchObject({ honor_ecc_order: false })
  })

  test('has the protocols of its role', async () => {
    const client = await config_of({ alpn_advertised_protocols: ['a'], cacerts: [root.cert_der] }, 'client')
    const server = await config_of({ alpn_preferred_protocols: ['b'] })
    expect([client.alpn, server.alpn]).toEqual([['a'], ['b']])
  })
})

test('what cannot be used is the answer to connect and to handshake', () =>
  run(async () => {
    const none = '/there/is/no/such/file'
    const missing = ['error', ['options', ['certfile', none, ['error', 'enoent']]]]
    const listener = ok(await ssl.listen(0, { certfile: none }))
    const [, port] = ok(ssl.sockname(listener))
    const options = { ...pki().client, certfile: none }
    expect(await ssl.connect('localhost', port, options)).toEqual(missing)
    const accepted = ok(await ssl.transport_accept(listener))
    expect(await ssl.handshake(accepted)).toEqual(missing)
    expect(await ssl.handshake(accepted)).toEqual(['error', 'closed'])
    await ssl.close(listener)
  }))
