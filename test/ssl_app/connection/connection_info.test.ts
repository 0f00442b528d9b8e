import { describe, expect, test } from '@jest/globals'
import { ok } from '../../../runtime/erlang/term.ts'
import type { Connection } from '../../../ssl_app/connection/connection_data.ts'
import { connection_information } from '../../../ssl_app/connection/connection_info.ts'
import { known_suites } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { handle_options } from '../../../ssl_app/ssl_options.ts'

const randoms = {
  client_random: Buffer.alloc(32, 1),
  server_random: Buffer.alloc(32, 2),
  master_secret: Buffer.alloc(48, 3),
}

const user = Buffer.from('alice')

/** A connection that has negotiated a suite of that key exchange. */
function connection(role: Role, key_exchange: string, given: object = {}, data: object = {}): Connection {
  const suite = known_suites().find(suite => suite.key_exchange === key_exchange)
  const negotiated = { version: 'tlsv1.2', suite, session_id: Buffer.alloc(32, 4), resumed: false, role }
  const options = ok(handle_options(role, given)).ssl
  const established = { config: {}, ...negotiated, ...randoms, ...data }
  return { options, engine: { established }, role } as unknown as Connection
}

const told = (connection: Connection, items?: readonly string[]) => connection_information(connection, items)

describe('what is told of a connection', () => {
  test('has a line for whoever is to read it, only if it is named', () => {
    const here = connection('client', 'rsa')
    expect(told(here)).not.toHaveProperty('keylog')
    const line = `CLIENT_RANDOM ${'01'.repeat(32)} ${'03'.repeat(48)}`
    expect(told(here, ['keylog'])).toEqual({ keylog: [line] })
  })

  test('begins with what was negotiated', () => {
    expect(told(connection('client', 'rsa'))).toMatchObject({
      protocol: 'tlsv1.2',
      cipher_suite: ['rsa', 'aes_256_gcm', 'null', 'sha384'],
      session_id: Buffer.alloc(32, 4),
      session_resumption: false,
    })
  })

  test('has the suite as a map, too', () => {
    const { selected_cipher_suite } = told(connection('client', 'rsa'))
    const map = { key_exchange: 'rsa', cipher: 'aes_256_gcm', mac: 'aead', prf: 'sha384' }
    expect(selected_cipher_suite).toEqual(map)
  })

  test('goes on with the options, versions and suites as users write them', () => {
    const given = { versions: ['tlsv1.1', 'sslv3'], ciphers: 'AES128-SHA', protocol: 'tls' }
    expect(told(connection('server', 'rsa', given))).toMatchObject({
      protocol: 'tlsv1.2',
      versions: ['tlsv1.1', 'sslv3'],
      ciphers: [['rsa', 'aes_128_cbc', 'sha']],
      secure_renegotiate: false,
      renegotiate_at: 2 ** 28,
    })
  })

  test('has nothing that is undefined, and no secrets', () => {
    const given = {
      key: ['PrivateKeyInfo', Buffer.from('key')],
      password: 'password',
      user_lookup_fun: [() => 'error', 'state'],
      srp_identity: ['alice', 'password'],
      ssl_imp: 'new',
      cacerts: [Buffer.from('ca')],
    }
    const all = told(connection('client', 'srp_rsa', given))
    for (const name of ['key', 'password', 'user_lookup_fun', 'srp_identity', 'ssl_imp', 'erl_dist']) {
      expect(all).not.toHaveProperty(name)
      expect(told(connection('client', 'srp_rsa', given), [name])).toEqual({})
    }
    for (const name of Object.keys(randoms)) expect(all).not.toHaveProperty(name)
    expect(Object.values(all)).not.toContain(undefined)
  })

  test('are the secrets of the handshake for who names them, as copies', () => {
    const here = connection('client', 'rsa')
    const items = [...Object.keys(randoms), 'nonsense']
    expect(told(here, items)).toEqual(randoms)
    const copy = told(here, ['master_secret']).master_secret
    copy.fill(0)
    expect(told(here, ['master_secret'])).toEqual({ master_secret: randoms.master_secret })
  })

  test('is nothing where nothing is asked for', () => {
    expect(told(connection('client', 'rsa'), [])).toEqual({})
  })
})

describe('the curve', () => {
  const ecc = (connection: Connection) => told(connection, ['ecc']).ecc

  test('is that of the exchange', () => {
    const curve = { curve: 'x25519' }
    for (const role of ['client', 'server'] as const) {
      expect(ecc(connection(role, 'ecdhe_rsa', {}, curve))).toEqual(['named_curve', 'x25519'])
      expect(ecc(connection(role, 'ecdh_anon', {}, curve))).toEqual(['named_curve', 'x25519'])
    }
  })

  test('is that of the certificate where its key is agreed with', () => {
    const own = { key: { curve: 'secp384r1' } }
    const data = { curve: 'x25519', own }
    expect(ecc(connection('server', 'ecdh_ecdsa', {}, data))).toEqual(['named_curve', 'secp384r1'])
    const peer = { public_key: { curve: 'secp256r1' } }
    expect(ecc(connection('client', 'ecdh_rsa', {}, { peer }))).toEqual(['named_curve', 'secp256r1'])
  })

  test('is not told of other exchanges, or of sessions that go on', () => {
    const curve = { curve: 'x25519' }
    expect(ecc(connection('server', 'dhe_rsa', {}, curve))).toBe(undefined)
    expect(ecc(connection('server', 'ecdhe_rsa', {}, { ...curve, resumed: true }))).toBe(undefined)
  })
})

describe('the user of SRP', () => {
  const name = (connection: Connection) => told(connection, ['srp_username']).srp_username

  test('is who the client is', () => {
    const config = { srp_identity: { user, password: user } }
    expect(name(connection('client', 'srp_anon', {}, { config }))).toEqual(user)
    expect(name(connection('client', 'rsa', {}, { config }))).toBe(undefined)
  })

  test('is who the server believes it is, now or when the session was made', () => {
    expect(name(connection('server', 'srp_anon', {}, { identity: user }))).toEqual(user)
    const resumed = { resumed: true, offered: { srp_user: user } }
    expect(name(connection('server', 'srp_rsa', {}, resumed))).toEqual(user)
    expect(name(connection('server', 'psk', {}, { identity: user }))).toBe(undefined)
  })
})
