import { describe, expect, test } from '@jest/globals'
import { ok } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const badarg = (value: unknown) => expect.objectContaining({ reason: ['badarg', value] })

const gcm: ssl.SuiteMap = { key_exchange: 'rsa', cipher: 'aes_128_gcm', mac: 'aead', prf: 'sha256' }
const cbc: ssl.SuiteMap = { key_exchange: 'dhe_rsa', cipher: 'aes_256_cbc', mac: 'sha', prf: 'default_prf' }
const psk: ssl.SuiteMap = { key_exchange: 'psk', cipher: 'aes_128_cbc', mac: 'sha', prf: 'default_prf' }

describe('cipher_suites/2,3 (7.1)', () => {
  const count = (description: ssl.SuiteDescription, version: 'tlsv1.2' | 'tlsv1.1' | 'tlsv1' | 'sslv3') =>
    ssl.cipher_suites(description, version).length

  test('tells the suites of a version, as maps', () => {
    expect(ssl.cipher_suites('default', 'tlsv1.2')[0]).toEqual({
      key_exchange: 'ecdhe_ecdsa',
      cipher: 'chacha20_poly1305',
      mac: 'aead',
      prf: 'sha256',
    })
    expect(ssl.cipher_suites('default', 'tlsv1')).toContainEqual(cbc)
    expect(ssl.cipher_suites('anonymous', 'tlsv1')).toContainEqual(psk)
    expect(ssl.cipher_suites('all', 'tlsv1')).not.toContainEqual(psk)
  })

  test('by their description', () => {
    expect(count('default', 'tlsv1.2')).toBe(ssl.cipher_suites().length)
    expect(count('all', 'tlsv1.2') + count('anonymous', 'tlsv1.2')).toBe(ssl.cipher_suites('all').length)
    expect(count('all', 'tlsv1.1')).toBe(count('all', 'tlsv1'))
    expect(count('exclusive', 'tlsv1.2')).toBe(count('all', 'tlsv1.2') - count('all', 'tlsv1.1'))
    expect(count('exclusive', 'tlsv1.1')).toBe(0)
    expect(count('exclusive', 'sslv3')).toBe(count('all', 'sslv3'))
    const older = count('anonymous', 'tlsv1.1')
    expect(count('exclusive_anonymous', 'tlsv1.2')).toBe(count('anonymous', 'tlsv1.2') - older)
  })

  test('by their names', () => {
    const [first] = ssl.cipher_suites('default', 'tlsv1.2', 'rfc')
    expect(first).toBe('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256')
    expect(ssl.cipher_suites('anonymous', 'tlsv1', 'openssl')).toContain('ADH-AES128-SHA')
    expect(ssl.cipher_suites('all', 'tlsv1.2', 'openssl').every(name => typeof name === 'string')).toBe(true)
  })

  test('of nothing else', () => {
    const asked = ssl.cipher_suites as (...asked: readonly unknown[]) => unknown
    expect(() => asked('some', 'tlsv1.2')).toThrow(badarg('some'))
    expect(() => asked('all', 'tlsv1.9')).toThrow(badarg('tlsv1.9'))
    expect(() => asked('all', 'tlsv1.2', 'iana')).toThrow(badarg('iana'))
    expect(() => asked('exclusive')).toThrow(badarg('exclusive'))
  })
})

describe('lists of suites', () => {
  const tuple: ssl.Suite = ['rsa', 'aes_128_gcm', 'null', 'sha256']

  test('are filtered by all that is asked of their parts', () => {
    const all = ssl.cipher_suites('all', 'tlsv1.2')
    const chosen = ssl.filter_cipher_suites(all, {
      key_exchange: name => name.startsWith('ecdhe'),
      mac: mac => mac === 'aead',
      prf: prf => prf === 'sha384',
    })
    expect(chosen.map(ssl.suite_to_openssl_str)).toEqual([
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-GCM-SHA384',
    ])
    expect(ssl.filter_cipher_suites(all, {})).toEqual(all)
    expect(ssl.filter_cipher_suites([tuple, psk], { cipher: name => name === 'aes_128_gcm' })).toEqual([
      tuple,
    ])
  })

  test('are filtered by nothing that suites do not have', () => {
    const asked = ssl.filter_cipher_suites as (list: unknown, filters: unknown) => unknown
    const filter = () => true
    expect(() => asked([gcm], { bits: filter })).toThrow(badarg(['bits', filter]))
    expect(() => asked([gcm], { mac: 'aead' })).toThrow(badarg(['mac', 'aead']))
    for (const wrong of ['RC4-MD5', null, ['rsa'], { key_exchange: 'rsa' }]) {
      expect(() => asked([wrong], {})).toThrow(badarg(wrong))
    }
  })

  test('get suites in front or behind, which stand there once', () => {
    expect(ssl.prepend_cipher_suites([psk], [gcm, cbc])).toEqual([psk, gcm, cbc])
    expect(ssl.prepend_cipher_suites([cbc], [gcm, cbc])).toEqual([cbc, gcm])
    expect(ssl.append_cipher_suites([gcm], [gcm, cbc])).toEqual([cbc, gcm])
    expect(ssl.append_cipher_suites<ssl.Suite>([tuple], [gcm, cbc])).toEqual([cbc, tuple])
    const is_cbc = { cipher: (name: string) => name.endsWith('cbc') }
    expect(ssl.prepend_cipher_suites(is_cbc, [gcm, cbc, psk])).toEqual([cbc, psk, gcm])
    expect(ssl.append_cipher_suites(is_cbc, [cbc, gcm, psk])).toEqual([gcm, cbc, psk])
  })
})

describe('names of suites', () => {
  test('are made and understood', () => {
    expect(ssl.suite_to_str(gcm)).toBe('TLS_RSA_WITH_AES_128_GCM_SHA256')
    expect(ssl.suite_to_openssl_str(['rsa', 'aes_128_gcm', 'null'])).toBe('AES128-GCM-SHA256')
    expect(ssl.str_to_suite('TLS_RSA_WITH_AES_128_GCM_SHA256')).toEqual(gcm)
    expect(ssl.str_to_suite('DHE-RSA-AES256-SHA')).toEqual(cbc)
    expect(ssl.str_to_suite('HIGH')).toEqual(['error', ['not_recognized', 'HIGH']])
    expect(() => ssl.suite_to_str({ ...gcm, mac: 'sha' })).toThrow(badarg({ ...gcm, mac: 'sha' }))
  })

  test.each<[string, ssl.ConnectOptions['ciphers']]>([
    ['a map', [ssl.str_to_suite('ECDHE-ECDSA-AES128-GCM-SHA256') as ssl.SuiteMap]],
    ['a name of the RFCs', ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']],
    ['names in one string', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:ADH-AES128-SHA'],
  ])('%s can be asked for by the option ciphers', (_name, ciphers) =>
    with_pair(
      pki,
      async ({ server }) => {
        const { cipher_suite } = ok(await ssl.connection_information(server, ['cipher_suite']))
        expect(ssl.suite_to_openssl_str(cipher_suite)).toBe('ECDHE-ECDSA-AES128-GCM-SHA256')
      },
      { ciphers: ciphers! },
    ),
  )
})

describe('signature_algs/2 (7.1)', () => {
  test('tells what is used, and what else there is, all of it good for the option', () => {
    const used = ssl.signature_algs('default', 'tlsv1.2')
    const all = ssl.signature_algs('all', 'tlsv1.2')
    expect(used[0]).toBe('ecdsa_secp256r1_sha256')
    expect(used).not.toContain('rsa_pkcs1_md5')
    expect(all.slice(0, used.length)).toEqual(used)
    expect(all).toContain('rsa_pkcs1_sha1')
    expect(new Set(all).size).toBe(all.length)
    const asked = ssl.signature_algs as (...asked: readonly unknown[]) => unknown
    expect(() => asked('some', 'tlsv1.2')).toThrow(badarg('some'))
    expect(() => asked('all', 'tlsv1')).toThrow(badarg('tlsv1'))
  })

  test('gives the option what it takes', () =>
    with_pair(pki, async ({ client }) => expect((await ssl.getopts(client, []))[0]).toBe('ok'), {
      signature_algs: ssl.signature_algs('all', 'tlsv1.2'),
    }))
})
