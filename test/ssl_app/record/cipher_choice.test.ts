import { describe, expect, test } from '@jest/globals'
import {
  accept_suite,
  type CertificateTraits,
  parse_ciphers,
  select_suite,
  suites_for_certificate,
  suites_for_secrets,
  suites_for_version,
  suites_without_curves,
  suites_without_key_curve,
} from '../../../ssl_app/record/cipher_choice.ts'
import {
  type CipherSuite,
  known_suites,
  openssl_name,
  suites,
} from '../../../ssl_app/record/cipher_suites.ts'
import { suite_from_name } from '../../../ssl_app/record/suite_names.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const named = (...names: string[]): CipherSuite[] => names.map(name => suite_from_name(name)!)
const key_exchanges = (list: readonly CipherSuite[]) =>
  [...new Set(list.map(suite => suite.key_exchange))].sort()
const gcm128 = 'ECDHE-RSA-AES128-GCM-SHA256'
const gcm256 = 'ECDHE-RSA-AES256-GCM-SHA384'
const cbc128 = 'ECDHE-RSA-AES128-SHA'
const defaults = suites('tlsv1.2')

describe('the option ciphers', () => {
  const parse = (value: unknown) => parse_ciphers(value, 'tlsv1.2')
  const refused = (value: unknown) => ['error', ['options', ['ciphers', value]]]

  test('takes OpenSSL names, in a list or in one string, in the order given', () => {
    expect(parse([cbc128, gcm256])).toEqual(['ok', named(cbc128, gcm256)])
    expect(parse(`${cbc128}:${gcm256}`)).toEqual(['ok', named(cbc128, gcm256)])
  })

  test('takes tuples with and without PRF in one list', () => {
    const value = [
      ['ecdhe_rsa', 'aes_128_cbc', 'sha'],
      ['ecdhe_rsa', 'aes_256_gcm', 'null', 'sha384'],
      ['ecdhe_rsa', 'aes_128_gcm', 'null'],
    ]
    expect(parse(value)).toEqual(['ok', named(cbc128, gcm256, gcm128)])
  })

  test('takes wire codes, and leaves out those that stand for nothing', () => {
    const value = [Uint8Array.of(0xc0, 0x2f), Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xc0, 0x30)]
    expect(parse(value)).toEqual(['ok', named(gcm128, gcm256)])
  })

  test('takes back what the lists of suites show', () => {
    expect(parse(defaults.map(suite => suite.erlang))).toEqual(['ok', defaults])
    expect(parse(defaults.map(openssl_name))).toEqual(['ok', defaults])
  })

  test('names a suite once however often it is given', () => {
    expect(parse([gcm128, cbc128, gcm128])).toEqual(['ok', named(gcm128, cbc128)])
  })

  test.each([[[]], [''], [':'], [[Uint8Array.of(0xff, 0xfe)]]])(
    'means the default list when nothing that can be used is named, as in %j',
    value => {
      expect(parse(value)).toEqual(['ok', defaults])
    },
  )

  test.each([
    ['anonymous', ['dh_anon', 'aes_128_gcm', 'null']],
    ['PSK', ['psk', 'aes_256_cbc', 'sha384']],
    ['SRP', ['srp_anon', 'aes_128_cbc', 'sha']],
    ['RC4', ['rsa', 'rc4_128', 'md5']],
    ['single DES', ['rsa', 'des_cbc', 'sha']],
  ])('takes what is used only on request: %s', (_what, tuple) => {
    const [, chosen] = parse([tuple]) as ['ok', CipherSuite[]]
    expect(chosen.map(({ erlang }) => erlang.slice(0, 3))).toEqual([tuple])
  })

  test('takes names, tuples and codes in one list', () => {
    const value = [cbc128, ['ecdhe_rsa', 'aes_128_gcm', 'null'], Uint8Array.of(0xc0, 0x30)]
    expect(parse(value)).toEqual(['ok', named(cbc128, gcm128, gcm256)])
  })

  test('takes ChaCha20 as in the draft by its codes alone', () => {
    const [, chosen] = parse([Uint8Array.of(0xcc, 0x13), gcm128]) as ['ok', CipherSuite[]]
    expect(chosen.map(({ code, draft }) => [code, draft])).toEqual([
      [0xcc13, true],
      [0xc02f, undefined],
    ])
    const [, by_tuple] = parse([chosen[0]!.erlang]) as ['ok', CipherSuite[]]
    expect(by_tuple.map(({ code }) => code)).toEqual([0xcca8])
    expect(parse_ciphers([Uint8Array.of(0xcc, 0x13), cbc128], 'tlsv1.1')).toEqual(['ok', named(cbc128)])
  })

  test('means the defaults when all that is named is newer than the version', () => {
    expect(parse_ciphers([gcm128], 'tlsv1')).toEqual(['ok', suites('tlsv1')])
    expect(parse_ciphers([gcm128, cbc128], 'tlsv1')).toEqual(['ok', named(cbc128)])
  })

  test.each([
    [`${gcm128}:NONSENSE`],
    ['HIGH:!aNULL'],
    [{ key_exchange: 'rsa' }],
    [[{ key_exchange: 'rsa', cipher: 'aes_128_gcm', mac: 'null' }]],
    [[{ key_exchange: 'rsa', cipher: 'aes_128_gcm', mac: 'aead', prf: 'sha384' }]],
    [[{}]],
    [['TLS_RSA_WITH_AES_128_GCM']],
    [[['ecdhe_rsa', 'aes_128_gcm', 'sha384']]],
    [[['ecdhe_rsa']]],
    [[Uint8Array.of(0xc0)]],
    [[Uint8Array.of(0xc0, 0x2f, 0)]],
    [[7]],
    [[null]],
    [undefined],
    [null],
    [42],
    [{}],
  ])('refuses %j', value => {
    expect(parse(value)).toEqual(refused(value))
  })
})

test('a list is cut down to what a version can use', () => {
  expect(suites_for_version(named(gcm128, cbc128, gcm256), 'tlsv1.1')).toEqual(named(cbc128))
  expect(suites_for_version(named(gcm128, cbc128), 'tlsv1.2')).toEqual(named(gcm128, cbc128))
})

describe('what a certificate can be used with', () => {
  const left_by = (certificate: CertificateTraits | undefined, version: 'tlsv1.2' | 'tlsv1' = 'tlsv1.2') =>
    key_exchanges(suites_for_certificate(known_suites(), version, certificate))
  const certless = ['dh_anon', 'dhe_psk', 'ecdh_anon', 'psk', 'srp_anon']
  const with_certless = (...more: string[]) => [...certless, ...more].sort()

  test('is everything without a certificate', () => {
    expect(suites_for_certificate(known_suites(), 'tlsv1.2', undefined)).toEqual(known_suites())
  })

  test('is for an RSA key what signs or encrypts with it', () => {
    expect(left_by({ key: 'rsa', signed_with: 'rsa' })).toEqual(
      with_certless('dhe_rsa', 'ecdhe_rsa', 'rsa', 'rsa_psk', 'srp_rsa'),
    )
  })

  test('is only what signs when the key may not encrypt', () => {
    const certificate = { key: 'rsa', signed_with: 'rsa', key_usage: ['digitalSignature'] } as const
    expect(left_by(certificate)).toEqual(with_certless('dhe_rsa', 'ecdhe_rsa', 'srp_rsa'))
  })

  test('is only what encrypts when the key may not sign', () => {
    const certificate = { key: 'rsa', signed_with: 'rsa', key_usage: ['keyEncipherment'] } as const
    expect(left_by(certificate)).toEqual(with_certless('rsa', 'rsa_psk'))
  })

  test('is for a DSA key the DSS suites', () => {
    expect(left_by({ key: 'dsa', signed_with: 'dsa' })).toEqual(with_certless('dhe_dss', 'srp_dss'))
  })

  test('is for an EC key what signs with it or agrees on a secret with it', () => {
    expect(left_by({ key: 'ec', signed_with: 'ecdsa' })).toEqual(
      with_certless('ecdh_ecdsa', 'ecdh_rsa', 'ecdhe_ecdsa'),
    )
  })

  test('leaves out ecdhe_ecdsa when the EC key may not sign', () => {
    const certificate = { key: 'ec', signed_with: 'ecdsa', key_usage: ['keyAgreement'] } as const
    expect(left_by(certificate)).toEqual(with_certless('ecdh_ecdsa', 'ecdh_rsa'))
  })

  test('leaves out static ECDH when the EC key may not agree on keys', () => {
    const certificate = { key: 'ec', signed_with: 'ecdsa', key_usage: ['digitalSignature'] } as const
    expect(left_by(certificate)).toEqual(with_certless('ecdhe_ecdsa'))
  })

  test('leaves out the DSS suites when the DSA key may not sign', () => {
    const certificate = { key: 'dsa', signed_with: 'dsa', key_usage: ['keyCertSign'] } as const
    expect(left_by(certificate)).toEqual(certless)
  })

  test('is for an EdDSA key what signs, from TLS 1.2 on', () => {
    const certificate = { key: 'eddsa', signed_with: 'ecdsa' } as const
    expect(left_by(certificate)).toEqual(with_certless('ecdhe_ecdsa'))
    expect(left_by(certificate, 'tlsv1')).toEqual(certless)
  })

  test('depends before TLS 1.2 on how the certificate is signed', () => {
    expect(left_by({ key: 'ec', signed_with: 'rsa' }, 'tlsv1')).toEqual(with_certless('ecdh_rsa'))
    expect(left_by({ key: 'ec', signed_with: 'ecdsa' }, 'tlsv1')).toEqual(
      with_certless('ecdh_ecdsa', 'ecdhe_ecdsa'),
    )
    expect(left_by({ key: 'rsa', signed_with: 'ecdsa' }, 'tlsv1')).toEqual(certless)
    expect(left_by({ key: 'rsa', signed_with: 'dsa' }, 'tlsv1')).toContain('dhe_rsa')
  })

  test('does not depend on it in TLS 1.2: a CA of one kind may sign a key of the other', () => {
    expect(left_by({ key: 'ec', signed_with: 'rsa' })).toContain('ecdhe_ecdsa')
    expect(left_by({ key: 'rsa', signed_with: 'ecdsa' })).toContain('ecdhe_rsa')
  })
})

test('without a curve in common every suite on curves is out, ecdhe_rsa too', () => {
  expect(key_exchanges(suites_without_curves(defaults))).toEqual(['dhe_dss', 'dhe_rsa', 'rsa'])
  expect(key_exchanges(suites_without_curves(known_suites()))).toEqual(
    [
      'dh_anon',
      'dhe_dss',
      'dhe_psk',
      'dhe_rsa',
      'psk',
      'rsa',
      'rsa_psk',
      'srp_anon',
      'srp_dss',
      'srp_rsa',
    ].sort(),
  )
})

test('without the curve of the certificate the suites that use its key are out', () => {
  const left = key_exchanges(suites_without_key_curve(known_suites()))
  const all = key_exchanges(known_suites())
  expect(all.filter(name => !left.includes(name))).toEqual(['ecdh_ecdsa', 'ecdh_rsa', 'ecdhe_ecdsa'])
})

test.each([
  [true, true, []],
  [false, true, ['dhe_psk', 'psk', 'rsa_psk']],
  [true, false, ['srp_anon', 'srp_dss', 'srp_rsa']],
])('where PSK can be told: %p, and SRP: %p, the suites of %j are out', (psk, srp, out) => {
  const left = key_exchanges(suites_for_secrets(known_suites(), { psk, srp }))
  expect(key_exchanges(known_suites()).filter(name => !left.includes(name))).toEqual(out)
})

describe('the choice', () => {
  const offered = [0x0a0a, 0xc013, 0xc02f, 0xc030]
  const candidates = named(gcm256, gcm128)

  test('is the first of the client that the server can use', () => {
    expect(select_suite(offered, candidates, false)).toBe(named(gcm128)[0])
  })

  test('is the first of the server that the client has, if the server says so', () => {
    expect(select_suite(offered, candidates, true)).toBe(named(gcm256)[0])
  })

  test.each([true, false])('fails with insufficient_security when nothing is in common', honor => {
    expect(thrown_alert(() => select_suite([0x002f, 0x00ff], candidates, honor))).toBe(
      'insufficient_security',
    )
  })

  test('is accepted by the client that offered it', () => {
    expect(accept_suite(0xc030, candidates, 'tlsv1.2')).toBe(named(gcm256)[0])
  })

  test('is refused when it was not offered, or is not for the version', () => {
    expect(thrown_alert(() => accept_suite(0xc013, candidates, 'tlsv1.2'))).toBe('illegal_parameter')
    expect(thrown_alert(() => accept_suite(0xc030, candidates, 'tlsv1.1'))).toBe('illegal_parameter')
    expect(thrown_alert(() => accept_suite(0xfffe, candidates, 'tlsv1.2'))).toBe('illegal_parameter')
  })
})
