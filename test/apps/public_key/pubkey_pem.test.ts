import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_pem, encode_pem, type PemEntry } from '../../../apps/public_key/pubkey_pem.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { endless, spent } from '../../support/effort.ts'
import { hex, to_hex } from '../../support/hex.ts'

const vector = (name: string) => readFileSync(`test/vectors/pem/${name}.pem`, 'latin1')

const type = fc.constantFrom(
  'Certificate' as const,
  'CertificationRequest' as const,
  'CertificateList' as const,
  'RSAPrivateKey' as const,
  'DSAPrivateKey' as const,
  'ECPrivateKey' as const,
  'SubjectPublicKeyInfo' as const,
  'RSAPublicKey' as const,
  'DHParameter' as const,
  'EcpkParameters' as const,
  'ContentInfo' as const,
  ['no_asn1', 'SOMETHING ELSE'] as const,
)
const bytes = fc.uint8Array({ maxLength: 200 })
const plain = fc.tuple(type, bytes, fc.constant('not_encrypted' as const))
const dek = fc.tuple(
  fc.constantFrom('AES-256-CBC', 'DES-EDE3-CBC'),
  fc.uint8Array({ minLength: 8, maxLength: 16 }),
)
const encrypted = fc.tuple(type, bytes, dek)
const pkcs8 = fc.tuple(
  fc.constant('PrivateKeyInfo' as const),
  bytes,
  fc.constant(['1.2.840.113549.1.5.13', hex('3000')] as const),
)

const comparable = (entries: readonly PemEntry[]) =>
  entries.map(([kind, der, cipher]) => [
    kind,
    to_hex(der),
    cipher === 'not_encrypted' ? cipher : [cipher[0], to_hex(cipher[1])],
  ])

describe('a PEM file', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(plain, encrypted, pkcs8), { maxLength: 4 }), entries => {
        const text = encode_pem(entries)
        expect(comparable(decode_pem(text))).toEqual(comparable(entries))
        expect(encode_pem(decode_pem(new TextEncoder().encode(text)))).toBe(text)
      }),
    )
  })

  test('is written as OpenSSL writes it', () => {
    const text = vector('rsa_pkcs8')
    expect(encode_pem(decode_pem(text)).trim()).toBe(text.trim())
    const with_headers = vector('rsa_pkcs1_aes256')
    expect(encode_pem(decode_pem(with_headers)).trim()).toBe(with_headers.trim())
    const in_pkcs8 = vector('rsa_pbes2_aes256_sha256')
    expect(encode_pem(decode_pem(in_pkcs8)).trim()).toBe(in_pkcs8.trim())
  })

  test('may end its lines in any way, and have text around its entries', () => {
    const pem = encode_pem([['Certificate', hex('3000'), 'not_encrypted']])
    for (const text of [
      pem,
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll('\n', '\r'),
      `subject=x\n${pem}end`,
    ]) {
      expect(decode_pem(text).map(([kind]) => kind)).toEqual(['Certificate'])
    }
  })

  test('may have its Base64 in lines of any length', () => {
    const [entry] = decode_pem('-----BEGIN CERTIFICATE-----\n MA\n\nA= \n-----END CERTIFICATE-----')
    expect(Uint8Array.from(entry![1])).toEqual(hex('3000'))
  })

  test('has several names for some types', () => {
    const of = (label: string) =>
      decode_pem(`-----BEGIN ${label}-----\nMAA=\n-----END ${label}-----\n`)[0]![0]
    expect(of('X509 CERTIFICATE')).toBe('Certificate')
    expect(of('NEW CERTIFICATE REQUEST')).toBe('CertificationRequest')
    expect(of('CMS')).toBe('ContentInfo')
    expect(of('OPENSSH PRIVATE KEY')).toEqual(['no_asn1', 'OPENSSH PRIVATE KEY'])
  })

  test('says how its entries are encrypted', () => {
    const [[, , cipher] = []] = decode_pem(vector('rsa_pkcs1_des3'))
    expect(cipher![0]).toBe('DES-EDE3-CBC')
    expect(cipher![1]).toHaveLength(8)
    const [[type_of_pkcs8, , pbes2] = []] = decode_pem(vector('rsa_pbes2_aes128_sha1'))
    expect(type_of_pkcs8).toBe('PrivateKeyInfo')
    expect(pbes2![0]).toBe('1.2.840.113549.1.5.13')
  })

  test('can hold parameters before the key', () => {
    expect(decode_pem(vector('ec_sec1_with_parameters')).map(([kind]) => kind)).toEqual([
      'EcpkParameters',
      'ECPrivateKey',
    ])
  })

  test('with nothing in it has no entries', () => {
    expect(decode_pem('')).toEqual([])
    expect(decode_pem('no PEM at all\n-----END CERTIFICATE-----\n')).toEqual([])
  })

  test.each([
    ['has no end', '-----BEGIN CERTIFICATE-----\nMAA=\n'],
    ['ends as something else', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END PRIVATE KEY-----\n'],
    ['has another within', '-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nMAA=\n'],
    ['is not Base64', '-----BEGIN CERTIFICATE-----\n$$$$\n-----END CERTIFICATE-----\n'],
    ['is Base64 cut off', '-----BEGIN CERTIFICATE-----\nMAA\n-----END CERTIFICATE-----\n'],
    [
      'has headers without an end',
      '-----BEGIN RSA PRIVATE KEY-----\nA: b\nMAA=\n-----END RSA PRIVATE KEY-----\n',
    ],
    [
      'has a header without a name',
      '-----BEGIN RSA PRIVATE KEY-----\nA: b\nc\n\nMAA=\n-----END RSA PRIVATE KEY-----\n',
    ],
    [
      'has no vector',
      '-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: DES-CBC\n\nMAA=\n-----END RSA PRIVATE KEY-----\n',
    ],
    [
      'is no encrypted key',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n',
    ],
  ])('is refused when an entry %s', (_why, text) => {
    expect(() => decode_pem(text)).toThrow(DecodeError)
  })

  test('may fold its headers', () => {
    const text =
      '-----BEGIN RSA PRIVATE KEY-----\nDEK-Info:\n AES-128-CBC,00112233\n\nMAA=\n-----END RSA PRIVATE KEY-----\n'
    expect(decode_pem(text)[0]![2]![0]).toBe('AES-128-CBC')
  })

  test('of noise is refused or has entries, and nothing else happens', () => {
    const line = fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----',
      '-----END ENCRYPTED PRIVATE KEY-----',
      'DEK-Info: AES-128-CBC,00',
      'MAA=',
      '',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 8 }), lines => {
        try {
          decode_pem(lines.join('\n'))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })
})

test('what has no end within eighty characters is no label, and is not looked at for long', () => {
  const label = 'x'.repeat(81)
  expect(decode_pem(`-----BEGIN ${label}-----\n-----END ${label}-----\n`)).toEqual([])
  const read = () => expect(decode_pem(`-----BEGIN ${'----- '.repeat(200_000)}x`)).toEqual([])
  expect(spent(read)).toBeLessThan(endless)
})
