// Keys for RSASSA-PSS alone, and PSS signatures of every form, held against OpenSSL's.

import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  sign as node_sign,
  verify as node_verify,
} from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  type HashType,
  private_key_from_pkcs8,
  public_key_from_spki,
  rsa_public_encrypt,
  type SignatureScheme,
  sign,
  verify,
} from '../../../apps/crypto/crypto.ts'
import { components_of_private } from '../../../apps/crypto/keys.ts'
import { der, oid, pkcs8, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'

const message = new TextEncoder().encode('message')
const openssl_name: Partial<Record<HashType, string>> = { sha: 'sha1' }
const openssl = (digest: HashType) => openssl_name[digest] ?? digest

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const make = (options: object) =>
  generateKeyPairSync('rsa-pss', {
    modulusLength: 1024,
    publicExponent: 65_537,
    ...options,
  } as never) as unknown as Pair
const restricted = (hashAlgorithm: string, mgf1HashAlgorithm: string, saltLength: number) =>
  make({ hashAlgorithm, mgf1HashAlgorithm, saltLength })

const free = make({})
const plain = generateKeyPairSync('rsa', { modulusLength: 1025 })
const usual = restricted('sha256', 'sha256', 32)
const odd = restricted('sha256', 'sha1', 10)
const sha1 = restricted('sha1', 'sha1', 20)

const public_of = ({ publicKey }: Pair) =>
  public_key_from_spki(publicKey.export({ format: 'der', type: 'spki' }))!
const private_of = ({ privateKey }: Pair) =>
  private_key_from_pkcs8(privateKey.export({ format: 'der', type: 'pkcs8' }))!

const pss = (digest: HashType, more: Partial<SignatureScheme> = {}): SignatureScheme => ({
  algorithm: 'rsa_pss',
  digest,
  ...more,
})
const openssl_signature = (pair: Pair, digest: HashType, saltLength: number) =>
  node_sign(openssl(digest), message, {
    key: pair.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength,
  })
const openssl_accepts = (pair: Pair, digest: HashType, saltLength: number, signature: Uint8Array) =>
  node_verify(
    openssl(digest),
    message,
    {
      key: pair.publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength,
    },
    signature,
  )

with_each_provider(() => {
  describe('a key for PSS alone', () => {
    test('tells what it is restricted to', () => {
      expect(public_of(free)).toMatchObject({ type: 'rsa_pss', bits: 1024 })
      expect(public_of(free)).not.toHaveProperty('pss')
      const pss = { digest: 'sha256', mgf1_digest: 'sha', salt_length: 10 }
      expect(public_of(odd)).toMatchObject({ type: 'rsa_pss', pss })
      expect(private_of(odd)).toMatchObject({ type: 'rsa_pss', pss })
      expect(public_of(sha1).pss).toEqual({ digest: 'sha', mgf1_digest: 'sha', salt_length: 20 })
    })

    test('signs, and its signatures are OpenSSL’s', () => {
      for (const [pair, scheme, size] of [
        [free, pss('sha384'), 48],
        [usual, pss('sha256'), 32],
        [odd, pss('sha256', { mgf1_digest: 'sha', salt_length: 12 }), 12],
        [odd, pss('sha256', { mgf1_digest: 'sha', salt_length: 'auto' }), 94],
        [sha1, pss('sha'), 20],
      ] as const) {
        const signature = sign(scheme, message, private_of(pair))
        expect(openssl_accepts(pair, scheme.digest as HashType, size, signature)).toBe(true)
        expect(verify(scheme, message, signature, public_of(pair))).toBe(true)
        expect(verify(scheme, message.subarray(1), signature, public_of(pair))).toBe(false)
      }
    })

    test('makes no other signatures than it is restricted to, and accepts none', () => {
      for (const scheme of [
        pss('sha384'),
        pss('sha256', { mgf1_digest: 'sha' }),
        pss('sha256', { salt_length: 31 }),
        { algorithm: 'rsa', digest: 'sha256' },
      ] as const) {
        expect(() => sign(scheme, message, private_of(usual))).toThrow('badarg')
        expect(verify(scheme, message, openssl_signature(usual, 'sha256', 32), public_of(usual))).toBe(false)
      }
      expect(() => sign({ algorithm: 'rsa', digest: 'sha256' }, message, private_of(free))).toThrow('badarg')
    })

    test('refuses a salt that is too short, whatever the scheme permits', () => {
      const { pkcs1 } = components_of_private(private_of(usual)) as { pkcs1: Uint8Array }
      const without_restriction = private_key_from_pkcs8(
        pkcs8([oid('1.2.840.113549.1.1.1'), der(0x05)], pkcs1),
      )!
      const any = pss('sha256', { salt_length: 'auto' })
      const made = (salt_length: number) => sign(pss('sha256', { salt_length }), message, without_restriction)
      expect(verify(any, message, made(31), public_of(usual))).toBe(false)
      expect(verify(any, message, made(32), public_of(usual))).toBe(true)
      expect(verify(any, message, made(40), public_of(usual))).toBe(true)
    })

    test('encrypts nothing', () => {
      expect(() => rsa_public_encrypt(public_of(free), message)).toThrow('badarg')
    })

    test.each([
      ['a hash that nobody knows', der(0x30, der(0xa0, der(0x30, oid('1.2.3'))))],
      ['MD5', der(0x30, der(0xa0, der(0x30, oid('1.2.840.113549.2.5'))))],
      ['a mask that is not MGF1', der(0x30, der(0xa1, der(0x30, oid('1.2.3'))))],
      ['MGF1 without a hash', der(0x30, der(0xa1, der(0x30, oid('1.2.840.113549.1.1.8'))))],
      ['another trailer', der(0x30, der(0xa3, der(0x02, [2])))],
      ['a salt of megabytes', der(0x30, der(0xa2, der(0x02, [1, 0, 0])))],
      ['a negative salt', der(0x30, der(0xa2, der(0x02, [0xff])))],
      ['more than there is', der(0x30, der(0xa4, der(0x02, [1])))],
      ['no list', der(0x05)],
    ])('with %s is none', (_, parameters) => {
      const numbers = der(0x30, der(0x02, [0, ...new Uint8Array(64).fill(0xff)]), der(0x02, [3]))
      expect(public_key_from_spki(spki([oid('1.2.840.113549.1.1.10')], numbers))).toBeDefined()
      expect(public_key_from_spki(spki([oid('1.2.840.113549.1.1.10'), parameters], numbers))).toBeUndefined()
    })
  })

  describe('a PSS signature', () => {
    test.each([0, 1, 20, 32, 62, 94])(
      'with a salt of %i bytes is verified by its length, and by any',
      size => {
        const signature = openssl_signature(plain, 'sha256', size)
        const key = public_of(plain)
        expect(verify(pss('sha256', { salt_length: size }), message, signature, key)).toBe(true)
        expect(verify(pss('sha256', { salt_length: 'auto' }), message, signature, key)).toBe(true)
        expect(verify(pss('sha256', { salt_length: size + 1 }), message, signature, key)).toBe(false)
        const mgf1_digest = 'sha512'
        expect(verify(pss('sha256', { salt_length: 'auto', mgf1_digest }), message, signature, key)).toBe(
          false,
        )
      },
    )

    test('has the longest salt that there is room for, if nobody says how long', () => {
      const signature = sign(pss('sha256', { salt_length: 'auto' }), message, private_of(plain))
      expect(verify(pss('sha256', { salt_length: 94 }), message, signature, public_of(plain))).toBe(true)
    })

    test.each(['sha', 'sha256', 'sha512'] as const)('has its own hash for the mask: %s', mgf1_digest => {
      const scheme = pss('sha224', { mgf1_digest, salt_length: 28 })
      const signature = sign(scheme, message, private_of(plain))
      expect(verify(scheme, message, signature, public_of(plain))).toBe(true)
      expect(verify(pss('sha224'), message, signature, public_of(plain))).toBe(false)
      for (const at of [0, 64, 128]) {
        const changed = signature.map((byte, index) => (index === at ? byte ^ 1 : byte))
        expect(verify(scheme, message, changed, public_of(plain))).toBe(false)
      }
    })

    test('does not fit into a key that is too short', () => {
      const scheme = pss('sha256', { mgf1_digest: 'sha', salt_length: 95 })
      expect(() => sign(scheme, message, private_of(plain))).toThrow()
      expect(() => sign(pss('sha512'), message, private_of(free))).toThrow()
      expect(verify(scheme, message, new Uint8Array(129), public_of(plain))).toBe(false)
    })
  })
})
