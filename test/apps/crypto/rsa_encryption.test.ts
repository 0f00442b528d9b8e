// RSA encryption with each padding, held against OpenSSL's.

import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  private_decrypt,
  private_encrypt,
  private_key_from_pkcs8,
  public_decrypt,
  public_encrypt,
  public_key_from_spki,
  type RsaOptions,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
const public_key = public_key_from_spki(publicKey.export({ format: 'der', type: 'spki' }))!
const private_key = private_key_from_pkcs8(privateKey.export({ format: 'der', type: 'pkcs8' }))!
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const ec_public = public_key_from_spki(ec.publicKey.export({ format: 'der', type: 'spki' }))!
const ec_private = private_key_from_pkcs8(ec.privateKey.export({ format: 'der', type: 'pkcs8' }))!

const size = 128
const message = new TextEncoder().encode('message')
const { RSA_NO_PADDING, RSA_PKCS1_PADDING, RSA_PKCS1_OAEP_PADDING } = constants
const oaep = { rsa_padding: 'rsa_pkcs1_oaep_padding' } as const
const bare = { rsa_padding: 'rsa_no_padding' } as const

/** What the public key does to a block. */
const sealed = (block: Uint8Array) => publicEncrypt({ key: publicKey, padding: RSA_NO_PADDING }, block)
/** What the private key does to a block. */
const signed = (block: Uint8Array) => privateEncrypt({ key: privateKey, padding: RSA_NO_PADDING }, block)
/** RFC 8017 §7.2.1 */
const block_of = (...bytes: number[]) => Uint8Array.from({ length: size }, (_, at) => bytes[at] ?? 0x55)

/** What OpenSSL 3.5 gives for 256 times the same byte, by the key rsa_2048_1: draft-irtf-cfrg-rsa-guidance §7.2. */
const rejected: readonly (readonly [byte: number, instead: string])[] = [
  [2, 'cc58f8c5bc781d51fc07090879053e45fd3a1d0f3a0ce2cbbc9d45b8c4b8'],
  [4, '556b590b9f4347d2'],
  [27, 'aad8'],
  [76, '0d'],
  [97, '1ddab172a7527ba79bb9e8f4a25a44522b'],
  [121, 'ac43d8bd0539622c4b83fc679f'],
]

with_each_provider(() => {
  describe('what is encrypted for the owner of a key', () => {
    test.each<readonly [string, RsaOptions]>([
      ['PKCS#1 v1.5', {}],
      ['OAEP', oaep],
      ['OAEP with SHA-256', { ...oaep, rsa_oaep_md: 'sha256' }],
      ['OAEP with two hash functions', { ...oaep, rsa_oaep_md: 'sha256', rsa_mgf1_md: 'sha' }],
      ['OAEP with a label', { ...oaep, rsa_oaep_label: message }],
    ])('comes back, however much it is: %s', (_, options) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 62 }), data => {
          const encrypted = public_encrypt(data, public_key, options)
          expect(encrypted).toHaveLength(size)
          expect(to_hex(private_decrypt(encrypted, private_key, options))).toBe(to_hex(data))
        }),
        { numRuns: 10 },
      )
    })

    test('is what OpenSSL reads, and the other way round', () => {
      for (const oaepHash of ['sha1', 'sha256'] as const) {
        const options = { ...oaep, rsa_oaep_md: oaepHash === 'sha1' ? 'sha' : oaepHash } as const
        const how = { padding: RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel: message }
        const labelled = { ...options, rsa_oaep_label: message }
        const ours = public_encrypt(message, public_key, labelled)
        expect(to_hex(privateDecrypt({ key: privateKey, ...how }, ours))).toBe(to_hex(message))
        const theirs = publicEncrypt({ key: publicKey, ...how }, message)
        expect(to_hex(private_decrypt(theirs, private_key, labelled))).toBe(to_hex(message))
        expect(() => private_decrypt(theirs, private_key, options)).toThrow('decrypt_failed')
      }
      const theirs = publicEncrypt({ key: publicKey, padding: RSA_PKCS1_PADDING }, message)
      expect(to_hex(private_decrypt(theirs, private_key))).toBe(to_hex(message))
    })

    test('without padding is as long as the key, and below its modulus', () => {
      const block = block_of(0, 1)
      expect(to_hex(public_encrypt(block, public_key, bare))).toBe(to_hex(sealed(block)))
      expect(to_hex(private_decrypt(sealed(block), private_key, bare))).toBe(to_hex(block))
      expect(() => public_encrypt(block.subarray(1), public_key, bare)).toThrow('badarg')
      expect(() => public_encrypt(new Uint8Array(size).fill(0xff), public_key, bare)).toThrow('badarg')
    })

    test('has to fit', () => {
      expect(public_encrypt(new Uint8Array(size - 11), public_key)).toHaveLength(size)
      expect(() => public_encrypt(new Uint8Array(size - 10), public_key)).toThrow('badarg')
      expect(public_encrypt(new Uint8Array(size - 42), public_key, oaep)).toHaveLength(size)
      expect(() => public_encrypt(new Uint8Array(size - 41), public_key, oaep)).toThrow('badarg')
      const large = { ...oaep, rsa_oaep_md: 'sha512' } as const
      expect(() => public_encrypt(new Uint8Array(), public_key, large)).toThrow('badarg')
      expect(() => private_decrypt(new Uint8Array(size), private_key, large)).toThrow('decrypt_failed')
    })
  })

  describe('what is decrypted', () => {
    test('under OAEP is all right, or nothing: whatever is wrong looks the same', () => {
      const block = private_decrypt(public_encrypt(message, public_key, oaep), private_key, bare)
      expect(to_hex(private_decrypt(sealed(block), private_key, oaep))).toBe(to_hex(message))
      for (const at of [0, 1, 20, 21, 40, 41, 127]) {
        const changed = block.map((byte, index) => (index === at ? byte ^ 1 : byte))
        expect(() => private_decrypt(sealed(changed), private_key, oaep)).toThrow('decrypt_failed')
      }
    })

    test.each([
      ['another type', block_of(0, 1, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0)],
      ['another first byte', block_of(1, 2, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0)],
      ['seven bytes of padding', block_of(0, 2, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0)],
      ['no end of the padding', block_of(0, 2)],
    ])('with PKCS#1 padding of %s is something else, always the same', (_, block) => {
      const something = private_decrypt(sealed(block), private_key)
      expect(something.length).toBeLessThanOrEqual(size - 11)
      expect(to_hex(private_decrypt(sealed(block), private_key))).toBe(to_hex(something))
      expect(to_hex(block)).not.toContain(to_hex(something).slice(0, 8) || 'nothing')
    })

    test('with PKCS#1 padding of eight bytes is what stands behind it', () => {
      const block = block_of(0, 2, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0)
      expect(private_decrypt(sealed(block), private_key)).toHaveLength(size - 11)
      const empty = block.with(10, 0x55).with(size - 1, 0)
      expect(private_decrypt(sealed(empty), private_key)).toHaveLength(0)
    })

    test.each(rejected)('is what OpenSSL gives instead: byte %i', (byte, instead) => {
      const pem = readFileSync('test/vectors/keys/rsa_2048_1.pem')
      const key = private_key_from_pkcs8(createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' }))!
      expect(to_hex(private_decrypt(new Uint8Array(256).fill(byte), key))).toBe(instead)
    })

    test('has to be a ciphertext', () => {
      for (const data of [new Uint8Array(size - 1), new Uint8Array(), new Uint8Array(size).fill(0xff)]) {
        expect(() => private_decrypt(data, private_key)).toThrow('decrypt_failed')
        expect(() => public_decrypt(data, public_key)).toThrow('decrypt_failed')
      }
    })
  })

  describe('what the private key was applied to', () => {
    test('can be read by everybody, and is OpenSSL’s', () => {
      const ours = private_encrypt(message, private_key)
      expect(to_hex(ours)).toBe(to_hex(privateEncrypt(privateKey, message)))
      expect(to_hex(publicDecrypt(publicKey, ours))).toBe(to_hex(message))
      expect(to_hex(public_decrypt(ours, public_key))).toBe(to_hex(message))
      const block = block_of(0)
      expect(to_hex(private_encrypt(block, private_key, bare))).toBe(to_hex(signed(block)))
      expect(to_hex(public_decrypt(signed(block), public_key, bare))).toBe(to_hex(block))
    })

    test.each([
      ['another type', block_of(0, 2, ...new Array(8).fill(0xff), 0)],
      ['another first byte', block_of(1, 1, ...new Array(8).fill(0xff), 0)],
      ['seven bytes', block_of(0, 1, ...new Array(7).fill(0xff), 0)],
      ['other bytes', block_of(0, 1, ...new Array(8).fill(0xfe), 0)],
      ['no end', new Uint8Array(size).fill(0xff).with(0, 0).with(1, 1)],
    ])('is refused with padding of %s', (_, block) => {
      expect(() => public_decrypt(signed(block), public_key)).toThrow('decrypt_failed')
    })

    test('has to fit', () => {
      expect(() => private_encrypt(new Uint8Array(size - 10), private_key)).toThrow('badarg')
      expect(() => private_encrypt(message, private_key, bare)).toThrow('badarg')
      expect(() => private_encrypt(new Uint8Array(size).fill(0xff), private_key, bare)).toThrow('badarg')
      expect(() => private_encrypt(message, private_key, oaep)).toThrow('badarg')
      expect(() => public_decrypt(message, public_key, oaep)).toThrow('badarg')
    })
  })

  test('other keys, and other paddings, encrypt nothing', () => {
    expect(() => public_encrypt(message, ec_public)).toThrow('badarg')
    expect(() => public_decrypt(message, ec_public)).toThrow('badarg')
    expect(() => private_encrypt(message, ec_private)).toThrow('badarg')
    expect(() => private_decrypt(message, ec_private)).toThrow('badarg')
    const unknown = { rsa_padding: 'rsa_x931_padding' as never }
    expect(() => public_encrypt(message, public_key, unknown)).toThrow('badarg')
    expect(() => private_decrypt(new Uint8Array(size), private_key, unknown)).toThrow('badarg')
  })
})
