import { getCiphers } from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import {
  all_suites,
  implemented,
  is_suite_of,
  known_suites,
  openssl_name,
  type SuiteGroup,
  suite_definition,
  suite_from_erlang,
  suites,
} from '../../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'

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
    ['sslv3', 6, 43],
    ['tlsv1', 14, 59],
    ['tlsv1.1', 14, 59],
    ['tlsv1.2', 45, 106],
  ] as const)('has for %s %i suites used by default, of %i', (version, by_default, all) => {
    expect(for_version(version, ['default'])).toHaveLength(by_default)
    expect(for_version(version)).toHaveLength(all)
  })

  test.each([
    ['anonymous', 13],
    ['psk', 24],
    ['srp', 9],
    ['rc4', 6],
    ['des', 9],
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

  test('has the codes of RFC 7905 for ChaCha20', () => {
    expect(suite_definition(0xcca8)?.openssl).toBe('ECDHE-RSA-CHACHA20-POLY1305')
    expect(suite_definition(0xcca9)?.openssl).toBe('ECDHE-ECDSA-CHACHA20-POLY1305')
    expect(suite_definition(0xccaa)?.openssl).toBe('DHE-RSA-CHACHA20-POLY1305')
  })

  test.each([
    [0xcc13, 0xcca8],
    [0xcc14, 0xcca9],
    [0xcc15, 0xccaa],
  ])('has the code %i of the draft beside it, shown as %i and never listed', (draft, code) => {
    const suite = suite_definition(draft)!
    const { erlang, key_exchange } = suite_definition(code)!
    expect(suite).toMatchObject({ code: draft, draft: true, erlang, key_exchange, openssl: undefined })
    expect(suite_definition(code)!.draft).toBe(undefined)
    expect(suite_from_erlang(erlang)!.code).toBe(code)
    expect(openssl_name(suite)).toEqual(erlang)
    for (const list of [known_suites(), all_suites('tlsv1.2')]) expect(list).not.toContain(suite)
    expect([is_suite_of(suite, 'tlsv1.2'), is_suite_of(suite, 'tlsv1.1')]).toEqual([true, false])
  })
})

with_each_provider(() => {
  test('the lists hold the whole table, since all of it is implemented', () => {
    expect(all_suites('tlsv1.2')).toEqual(known_suites())
    expect(known_suites().every(implemented)).toBe(true)
  })

  test('the lists of suites used unasked hold nothing weak, and nothing that needs more than certificates', () => {
    for (const version of ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2'] as const) {
      const unasked = suites(version)
      expect(unasked).toEqual(all_suites(version).filter(({ group }) => group === 'default'))
      for (const { key_exchange, cipher, since } of unasked) {
        expect(key_exchange).not.toMatch(/anon|psk|srp/)
        expect(['rc4_128', 'des_cbc']).not.toContain(cipher)
        expect(is_at_least(version, since)).toBe(true)
      }
    }
  })

  test('the lists begin with what is preferred', () => {
    expect(names_of(suites('tlsv1.2')).slice(0, 3)).toEqual([
      'ECDHE-ECDSA-CHACHA20-POLY1305',
      'ECDHE-RSA-CHACHA20-POLY1305',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
    ])
    expect(names_of(suites('tlsv1')).slice(0, 3)).toEqual([
      'ECDHE-ECDSA-AES256-SHA',
      'ECDHE-RSA-AES256-SHA',
      'DHE-RSA-AES256-SHA',
    ])
    expect(names_of(suites('sslv3'))).toEqual([
      ...['DHE-RSA-AES256-SHA', 'DHE-DSS-AES256-SHA', 'AES256-SHA'],
      ...['DHE-RSA-AES128-SHA', 'DHE-DSS-AES128-SHA', 'AES128-SHA'],
    ])
  })
})

test('the suites that OpenSSL still has bear its names', () => {
  const known = new Set(getCiphers())
  const modern = suites('tlsv1.2').filter(
    ({ key_exchange, cipher }) => /^(ecdhe|dhe_rsa|rsa)/.test(key_exchange) && cipher !== '3des_ede_cbc',
  )
  expect(modern.length).toBeGreaterThan(25)
  for (const { openssl } of modern) expect(known).toContain(openssl!.toLowerCase())
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

  test('a suite without an OpenSSL name is shown as its tuple', () => {
    expect(openssl_name(suite_definition(0xc014)!)).toBe('ECDHE-RSA-AES256-SHA')
    expect(openssl_name(suite_definition(0x00a6)!)).toEqual(['dh_anon', 'aes_128_gcm', 'null', 'sha256'])
    expect(openssl_name(suite_definition(0x008d)!)).toBe('PSK-AES256-CBC-SHA')
  })
})
