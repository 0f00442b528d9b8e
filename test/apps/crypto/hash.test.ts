import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type HashType,
  hash,
  hash_equals,
  hash_final,
  hash_init,
  hash_update,
  mac,
  provider_name,
  strong_rand_bytes,
  use_provider,
  wipe,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { hashes, macs } from '../../vectors/hash_vectors.ts'

const hash_types = Object.keys(hashes) as HashType[]
const text = (words: string) => new TextEncoder().encode(words)
const digits = (pieces: string) => to_hex(hex(pieces))

with_each_provider(provider => {
  test('the provider that was asked for is the one in use', () => {
    expect(provider_name()).toBe(provider)
  })

  test.each(hash_types)('%s gives the published hashes', type => {
    const [empty, abc, million] = hashes[type]
    expect(to_hex(hash(type, text('')))).toBe(digits(empty))
    expect(to_hex(hash(type, text('abc')))).toBe(digits(abc))
    expect(to_hex(hash(type, text('a'.repeat(1_000_000))))).toBe(digits(million))
  })

  test('a list of pieces has the hash of their concatenation', () => {
    expect(to_hex(hash('sha256', [text('a'), text(''), text('bc')]))).toBe(digits(hashes.sha256[1]))
    expect(to_hex(hash('sha256', []))).toBe(digits(hashes.sha256[0]))
  })

  test('a hash that is fed piece by piece can be asked at any time and fed on', () => {
    const state = hash_init('sha384')
    expect(to_hex(hash_final(state))).toBe(digits(hashes.sha384[0]))
    expect(hash_update(state, text('a'))).toBe(state)
    expect(to_hex(hash_final(state))).toBe(to_hex(hash('sha384', text('a'))))
    hash_update(state, [text('b'), text('c')])
    expect(to_hex(hash_final(state))).toBe(digits(hashes.sha384[1]))
    expect(to_hex(hash_final(state))).toBe(digits(hashes.sha384[1]))
  })

  test.each(macs)('HMAC gives the published answers: $title', vector => {
    for (const [type, expected] of Object.entries(vector.macs)) {
      expect(to_hex(mac('hmac', type as HashType, hex(vector.key), hex(vector.data)))).toBe(digits(expected))
    }
  })

  test('HMAC takes a list of pieces', () => {
    const [first] = macs
    const data = hex(first!.data)
    const pieces = [data.subarray(0, 3), data.subarray(3)]
    expect(to_hex(mac('hmac', 'sha256', hex(first!.key), pieces))).toBe(first!.macs.sha256)
  })

  test('byte strings are equal when all their bytes are', () => {
    expect(hash_equals(hex('0102'), hex('0102'))).toBe(true)
    expect(hash_equals(hex(''), hex(''))).toBe(true)
    expect(hash_equals(hex('0102'), hex('0103'))).toBe(false)
    expect(hash_equals(hex('0102'), hex('8102'))).toBe(false)
    expect(hash_equals(hex('0102'), hex('010200'))).toBe(false)
  })

  test.each([0, 1, 32, 65_536, 65_537, 200_000])(
    '%i random bytes are that many, and not the same twice',
    size => {
      const bytes = strong_rand_bytes(size)
      expect(bytes.length).toBe(size)
      if (size >= 32) {
        expect(hash_equals(bytes, strong_rand_bytes(size))).toBe(false)
        expect(bytes.subarray(-32).some(byte => byte !== 0)).toBe(true)
      }
    },
  )
})

describe('the two providers agree', () => {
  const any_pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })

  test('on hashes, however the data is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hash_types), any_pieces, async (type, pieces) => {
        await use_provider('noble')
        const noble = hash(type, pieces)
        const fed = hash_final(pieces.reduce(hash_update, hash_init(type)))
        await use_provider('node')
        expect(to_hex(noble)).toBe(to_hex(hash(type, Buffer.concat(pieces))))
        expect(to_hex(fed)).toBe(to_hex(noble))
      }),
    )
  })

  test('on HMAC, with keys of any length', async () => {
    const any_key = fc.uint8Array({ maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...hash_types), any_key, any_pieces, async (type, key, pieces) => {
        await use_provider('noble')
        const noble = mac('hmac', type, key, pieces)
        await use_provider('node')
        expect(to_hex(mac('hmac', type, key, pieces))).toBe(to_hex(noble))
      }),
    )
  })
})

test('a wiped secret is all zeros', () => {
  const secret = hex('0102030405')
  wipe(secret)
  expect(to_hex(secret)).toBe('0000000000')
})
