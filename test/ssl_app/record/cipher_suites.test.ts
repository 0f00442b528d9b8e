import { getCiphers } from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import {
  all_suites,
  implemented,
  known_suites,
  openssl_name,
  type SuiteGroup,
  suite_definition,
  suite_from_erlang,
  suite_from_openssl,
  suites,
} from '../../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'

const names_of = (list: readonly { openssl: string | undefined }[]) => list.map(suite => suite.openssl)

describe('the table', () => {
  const for_version = (version: ProtocolVersion, groups?: readonly SuiteGroup[]) =>
    known_suites().filter(
      suite => is_at_least(version, suite.since) && (!groups || groups.includes(suite.group)),
    )

  test('has the 106 suites of ssl 7.3, each once', () => {
    expect(known_suites()).toHaveLength(106)
    expect(new Set(known_suites().map(suite => suite.code)).size).toBe(106)
    expect(new Set(known_suites().map(suite => suite.erlang.join())).size).toBe(106)
  })

  test.each([
    ['sslv3', 11, 45],
    ['tlsv1', 23, 61],
    ['tlsv1.1', 23, 61],
    ['tlsv1.2', 54, 106],
  ] as const)('has for %s %i suites used by default, of %i', (version, by_default, all) => {
    expect(for_version(version, ['default'])).toHaveLength(by_default)
    expect(for_version(version)).toHaveLength(all)
  })

  test.each([
    ['anonymous', 13],
    ['psk', 24],
    ['srp', 9],
    ['rc4', 6],
  ] as const)('has the group %s with %i suites', (group, count) => {
    expect(for_version('tlsv1.2', [group])).toHaveLength(count)
  })

  test('has a PRF of SHA-384 where the MAC is SHA-384, also where the tuple does not say it', () => {
    for (const suite of known_suites()) if (suite.mac === 'sha384') expect(suite.prf).toBe('sha384')
    expect(suite_definition(0x00af)).toMatchObject({
      erlang: ['psk', 'aes_256_cbc', 'sha384'],
      prf: 'sha384',
    })
  })

  test('has the codes of RFC 7905 for ChaCha20, and none of the draft', () => {
    expect(suite_definition(0xcca8)?.openssl).toBe('ECDHE-RSA-CHACHA20-POLY1305')
    expect(suite_definition(0xcca9)?.openssl).toBe('ECDHE-ECDSA-CHACHA20-POLY1305')
    expect(suite_definition(0xccaa)?.openssl).toBe('DHE-RSA-CHACHA20-POLY1305')
    expect([0xcc13, 0xcc14, 0xcc15].map(suite_definition)).toEqual([undefined, undefined, undefined])
  })
})

describe('the lists of TLS 1.2', () => {
  test('are what is implemented, in the order of preference', () => {
    expect(names_of(suites('tlsv1.2'))).toEqual([
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'ECDHE-RSA-CHACHA20-POLY1305',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-AES256-SHA384',
      'ECDHE-RSA-AES256-SHA384',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'ECDHE-RSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES128-SHA256',
      'ECDHE-RSA-AES128-SHA256',
      'ECDHE-ECDSA-AES256-SHA',
      'ECDHE-RSA-AES256-SHA',
      'ECDHE-ECDSA-AES128-SHA',
      'ECDHE-RSA-AES128-SHA',
    ])
  })

  test('hold nothing that is not implemented', () => {
    expect(all_suites('tlsv1.2').every(implemented)).toBe(true)
    expect(all_suites('tlsv1.2')).not.toContain(suite_definition(0x002f))
  })

  test('bear the names by which OpenSSL knows them', () => {
    const known = new Set(getCiphers())
    for (const suite of suites('tlsv1.2')) expect(known).toContain(suite.openssl?.toLowerCase())
  })
})

test('an older version has no suite that came later', () => {
  expect(names_of(suites('tlsv1'))).toEqual([
    'ECDHE-ECDSA-AES256-SHA',
    'ECDHE-RSA-AES256-SHA',
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-RSA-AES128-SHA',
  ])
})

describe('names', () => {
  test('every suite is found by its tuple', () => {
    for (const suite of known_suites()) expect(suite_from_erlang(suite.erlang)).toBe(suite)
  })

  test('a tuple may leave its PRF out, and may not name another one', () => {
    const suite = suite_definition(0xc030)
    expect(suite_from_erlang(['ecdhe_rsa', 'aes_256_gcm', 'null'])).toBe(suite)
    expect(suite_from_erlang(['ecdhe_rsa', 'aes_256_gcm', 'null', 'sha384'])).toBe(suite)
    expect(suite_from_erlang(['ecdhe_rsa', 'aes_256_gcm', 'null', 'sha256'])).toBeUndefined()
  })

  test.each([[[]], [['rsa']], [['rsa', 'aes_128_cbc']], [['rsa', 'aes_128_cbc', 'md5']]])(
    '%j is no suite',
    tuple => {
      expect(suite_from_erlang(tuple)).toBeUndefined()
    },
  )

  test('a tuple of five is no suite', () => {
    expect(suite_from_erlang(['ecdhe_rsa', 'aes_256_gcm', 'null', 'sha384', 'sha384'])).toBeUndefined()
  })

  test('every OpenSSL name leads back to its suite, but for the PSK suites', () => {
    for (const suite of known_suites()) {
      if (!suite.openssl) continue
      expect(suite_from_openssl(suite.openssl)).toBe(suite.group === 'psk' ? undefined : suite)
    }
    expect(suite_from_openssl('HIGH')).toBeUndefined()
  })

  test('a suite without an OpenSSL name is shown as its tuple', () => {
    expect(openssl_name(suite_definition(0xc014)!)).toBe('ECDHE-RSA-AES256-SHA')
    expect(openssl_name(suite_definition(0x00a6)!)).toEqual(['dh_anon', 'aes_128_gcm', 'null', 'sha256'])
    expect(openssl_name(suite_definition(0x008d)!)).toBe('PSK-AES256-CBC-SHA')
  })
})
