// Signatures that are right but for the padding: the private key was applied to something a little different.

import { constants, createHash, generateKeyPairSync, privateEncrypt, publicDecrypt, sign } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { public_key_from_spki, type SignatureScheme, verify } from '../../../apps/crypto/crypto.ts'
import { der, oid } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'

const message = new TextEncoder().encode('message')
const padding = constants.RSA_NO_PADDING

with_each_provider(() => {
  // An encoded PSS message fills whole bytes, lacks one bit, or lacks seven.
  describe.each([1024, 1025, 1031])('with a modulus of %i bits', modulusLength => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const size = Math.ceil(modulusLength / 8)
    const pss = { algorithm: 'rsa_pss', digest: 'sha256' } as const
    const pkcs1 = { algorithm: 'rsa', digest: 'sha256' } as const

    const accepts = (scheme: SignatureScheme, encoded: Uint8Array) =>
      verify(
        scheme,
        message,
        privateEncrypt({ key: privateKey, padding }, encoded),
        public_key_from_spki(spki)!,
      )
    const opened = (signature: Uint8Array) => publicDecrypt({ key: publicKey, padding }, signature)
    const pss_encoded = (saltLength: number) =>
      opened(
        sign('sha256', message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
      )

    /** RFC 8017 §9.2, with anything in the place of the DigestInfo. */
    const pkcs1_encoded = (signed: Uint8Array, fill = 0xff) => {
      const encoded = new Uint8Array(size).fill(fill)
      encoded.set([0, 1])
      encoded.set([0, ...signed], size - signed.length - 1)
      return encoded
    }
    const hash = createHash('sha256').update(message).digest()
    const digest_info = (...algorithm: Uint8Array[]) => der(0x30, der(0x30, ...algorithm), der(0x04, hash))
    const sha256 = oid('2.16.840.1.101.3.4.2.1')

    test('the padding is accepted as the standard has it', () => {
      expect(accepts(pss, pss_encoded(32))).toBe(true)
      expect(accepts(pkcs1, pkcs1_encoded(digest_info(sha256, der(0x05))))).toBe(true)
    })

    test('a salt of another length is refused', () => {
      for (const length of [0, 20, 31, 33, 62]) expect(accepts(pss, pss_encoded(length))).toBe(false)
    })

    test('no bit of what PSS encodes may differ', () => {
      const encoded = pss_encoded(32)
      for (let at = 0; at < size; at += 3) {
        for (const bit of at < 3 ? [0x01, 0x02, 0x80] : [0x01]) {
          const changed = encoded.map((byte, index) => (index === at ? byte ^ bit : byte))
          // What is not below the modulus cannot be signed at all.
          if ((changed[0] ?? 0) >= 0x40 || (size > 128 && changed[0] !== 0)) continue
          expect(accepts(pss, changed)).toBe(false)
        }
      }
      const other_trailer = encoded.map((byte, index) => (index === size - 1 ? 0xcc : byte))
      expect(accepts(pss, other_trailer)).toBe(false)
    })

    test('PKCS#1 padding must be whole, of ones, and come before exactly the DigestInfo', () => {
      const right = digest_info(sha256, der(0x05))
      const trailing_garbage = new Uint8Array(size)
      trailing_garbage.set([0, 1, ...new Uint8Array(8).fill(0xff), 0, ...right])
      expect(accepts(pkcs1, trailing_garbage)).toBe(false)
      expect(accepts(pkcs1, pkcs1_encoded(right, 0xfe))).toBe(false)
      expect(
        accepts(
          pkcs1,
          pkcs1_encoded(right).map((byte, at) => (at === 1 ? 2 : byte)),
        ),
      ).toBe(false)
      expect(
        accepts(
          pkcs1,
          pkcs1_encoded(right).map((byte, at) => (at === 9 ? 0 : byte)),
        ),
      ).toBe(false)
      expect(accepts(pkcs1, pkcs1_encoded(hash))).toBe(false)
      expect(accepts(pkcs1, pkcs1_encoded(digest_info(oid('1.3.14.3.2.26'), der(0x05))))).toBe(false)
      expect(accepts(pkcs1, pkcs1_encoded(digest_info(sha256, der(0x05), der(0x05))))).toBe(false)
    })
  })

  test('a modulus too short for the digest verifies nothing', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 512 })
    const key = public_key_from_spki(publicKey.export({ type: 'spki', format: 'der' }))!
    for (const algorithm of ['rsa', 'rsa_pss'] as const) {
      for (const fill of [0, 1]) {
        const signature = new Uint8Array(64).fill(fill)
        expect(verify({ algorithm, digest: 'sha512' }, message, signature, key)).toBe(false)
      }
    }
  })
})
