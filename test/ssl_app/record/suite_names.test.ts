import { describe, expect, test } from '@jest/globals'
import { known_suites } from '../../../ssl_app/record/cipher_suites.ts'
import {
  full_openssl_name,
  rfc_name,
  suite_from_map,
  suite_from_name,
  suite_map,
} from '../../../ssl_app/record/suite_names.ts'

const of_code = (code: number) => known_suites().find(suite => suite.code === code)!

describe('every suite of the table', () => {
  test('is found again by its map, its name in the RFCs and its name in OpenSSL', () => {
    for (const suite of known_suites()) {
      expect(suite_from_map({ ...suite_map(suite) })).toBe(suite)
      expect(suite_from_name(rfc_name(suite))).toBe(suite)
      expect(suite_from_name(full_openssl_name(suite))).toBe(suite)
    }
  })

  test('has a name that no other has', () => {
    const names = known_suites().flatMap(suite => [rfc_name(suite), full_openssl_name(suite)])
    expect(new Set(names).size).toBe(2 * known_suites().length)
    expect(names.filter(name => /undefined|null/i.test(name))).toEqual([])
  })
})

test.each<[number, string, string]>([
  [0x0018, 'TLS_DH_anon_WITH_RC4_128_MD5', 'ADH-RC4-MD5'],
  [0x001a, 'TLS_DH_anon_WITH_DES_CBC_SHA', 'ADH-DES-CBC-SHA'],
  [0x001b, 'TLS_DH_anon_WITH_3DES_EDE_CBC_SHA', 'ADH-DES-CBC3-SHA'],
  [0xc016, 'TLS_ECDH_anon_WITH_RC4_128_SHA', 'AECDH-RC4-SHA'],
  [0xc01a, 'TLS_SRP_SHA_WITH_3DES_EDE_CBC_SHA', 'SRP-3DES-EDE-CBC-SHA'],
  [0xc022, 'TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA', 'SRP-DSS-AES-256-CBC-SHA'],
  [0x00b6, 'TLS_RSA_PSK_WITH_AES_128_CBC_SHA256', 'RSA-PSK-AES128-CBC-SHA256'],
  [0x0093, 'TLS_RSA_PSK_WITH_3DES_EDE_CBC_SHA', 'RSA-PSK-3DES-EDE-CBC-SHA'],
  [0x008e, 'TLS_DHE_PSK_WITH_RC4_128_SHA', 'DHE-PSK-RC4-SHA'],
])('the suite %i is %s, and %s', (code, rfc, openssl) => {
  expect([rfc_name(of_code(code)), full_openssl_name(of_code(code))]).toEqual([rfc, openssl])
})

test('a map need not say what the PRF is, but may not say something else', () => {
  const map = { key_exchange: 'rsa', cipher: 'aes_128_gcm', mac: 'aead' }
  expect(suite_from_map(map)?.code).toBe(0x009c)
  expect(suite_from_map({ ...map, prf: 'default_prf' })?.code).toBe(0x009c)
  expect(suite_from_map({ ...map, prf: 'sha256' })?.code).toBe(0x009c)
  expect(suite_from_map({ ...map, prf: 'sha384' })).toBeUndefined()
  expect(suite_from_map({ ...map, mac: 'null' })).toBeUndefined()
})
