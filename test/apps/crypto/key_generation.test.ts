// Fresh keys, their public halves, and their DER.

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  generate_private_key,
  type KeyParameters,
  private_decrypt,
  private_key_from_pkcs8,
  private_key_to_pkcs8,
  public_encrypt,
  public_key_of,
  type SignatureScheme,
  sign,
  supports,
  verify,
} from '../../../apps/crypto/crypto.ts'
import { is_montgomery } from '../../../apps/crypto/curves.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'

const message = new TextEncoder().encode('message')
const openssl_key = (pkcs8: Uint8Array) =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
const openssl_half = (pkcs8: Uint8Array) =>
  to_hex(createPublicKey(openssl_key(pkcs8)).export({ format: 'der', type: 'spki' }))

const scheme_of: Readonly<Record<string, SignatureScheme>> = {
  rsa: { algorithm: 'rsa', digest: 'sha256' },
  ec: { algorithm: 'ecdsa', digest: 'sha256' },
  ed25519: { algorithm: 'eddsa', digest: 'none' },
  ed448: { algorithm: 'eddsa', digest: 'none' },
}

/** Whether a key is one for OpenSSL too, and signs for its public half. */
function expect_key(parameters: KeyParameters): void {
  const key = generate_private_key(parameters)
  const scheme = scheme_of[key.type]!
  const signature = sign(scheme, message, key)
  expect(verify(scheme, message, signature, public_key_of(key))).toBe(true)
  expect(verify(scheme, message.subarray(1), signature, public_key_of(key))).toBe(false)
  const half = createPublicKey({ key: Buffer.from(public_key_of(key).spki), format: 'der', type: 'spki' })
  expect(openssl_half(private_key_to_pkcs8(key))).toBe(to_hex(half.export({ format: 'der', type: 'spki' })))
  const other = generate_private_key(parameters)
  expect(verify(scheme, message, signature, public_key_of(other))).toBe(false)
}

with_each_provider(provider => {
  describe('a fresh key', () => {
    test.each([
      ['rsa', 512, 3],
      ['rsa', 768, 65_537],
      ['namedCurve', 'secp256r1'],
      ['namedCurve', 'secp521r1'],
      ['namedCurve', 'secp160r1'],
      ['namedCurve', 'secp224k1'],
      ['namedCurve', 'brainpoolP384r1'],
      ['namedCurve', 'ed25519'],
      ['namedCurve', 'ed448'],
    ] as const)('signs: %s %s', (...parameters) => {
      expect_key(parameters as KeyParameters)
    })

    test('of RSA decrypts, and has as many bits as it should', () => {
      const key = generate_private_key(['rsa', 1024, 17])
      expect(key).toMatchObject({ kind: 'private', type: 'rsa', bits: 1024 })
      expect(to_hex(private_decrypt(public_encrypt(message, public_key_of(key)), key))).toBe(to_hex(message))
      expect(openssl_key(private_key_to_pkcs8(key)).asymmetricKeyDetails).toEqual({
        modulusLength: 1024,
        publicExponent: 17n,
      })
    })

    test.each([
      ['rsa', 511, 3],
      ['rsa', 510, 3],
      ['rsa', 8194, 3],
      ['rsa', 1024.5, 3],
      ['rsa', 512, 4],
      ['rsa', 512, 1],
      ['rsa', 512, Number.NaN],
      ['rsa', 512, 2 ** 32 + 1],
    ] as const)('of a size that there is not is refused: %s %d %d', (...parameters) => {
      expect(() => generate_private_key(parameters as KeyParameters)).toThrow('badarg')
    })

    test('is made on every curve that signs', () => {
      for (const curve of supports().curves) {
        if (is_montgomery(curve)) {
          expect(() => generate_private_key(['namedCurve', curve as never])).toThrow('notsup')
        } else {
          expect(generate_private_key(['namedCurve', curve])).toMatchObject({ type: 'ec', curve })
        }
      }
      if (provider === 'noble') {
        expect(() => generate_private_key(['namedCurve', 'sect283k1'])).toThrow('notsup')
      }
    })
  })

  describe('the public half', () => {
    const pkcs8_of = (type: string, options: object): Buffer =>
      (generateKeyPairSync as (type: string, options: object) => ReturnType<typeof generateKeyPairSync>)(
        type,
        options,
      ).privateKey.export({ format: 'der', type: 'pkcs8' }) as never

    test.each([
      ['rsa', { modulusLength: 512 }],
      ['rsa-pss', { modulusLength: 512 }],
      [
        'rsa-pss',
        { modulusLength: 1024, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 20 },
      ],
      ['dsa', { modulusLength: 1024, divisorLength: 160 }],
      ['ec', { namedCurve: 'secp384r1' }],
      ['ed25519', {}],
      ['ed448', {}],
    ])('of a key that was read is what OpenSSL has: %s %j', (type, options) => {
      const pkcs8 = pkcs8_of(type, options)
      const key = private_key_from_pkcs8(pkcs8)!
      const half = public_key_of(key)
      expect(to_hex(half.spki)).toBe(openssl_half(pkcs8))
      expect(half).toMatchObject({ type: key.type, bits: key.bits })
      expect(public_key_of(key)).toBe(half)
    })
  })
})

test('the DER of a private key is a copy of what it was made of', () => {
  const pem = readFileSync('test/vectors/keys/rsa_2048_1.pem')
  const pkcs8 = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  const key = private_key_from_pkcs8(pkcs8)!
  private_key_to_pkcs8(key).fill(0)
  expect(to_hex(private_key_to_pkcs8(key))).toBe(to_hex(pkcs8))
})
