import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, jest, test } from '@jest/globals'
import { compute_key, generate_key, strong_rand_bytes } from '../../../apps/crypto/crypto.ts'

describe.each(['x25519', 'x448'] as const)('a fresh key on %s', curve => {
  test('is not exported, in which Node 20 can block for ever', () => {
    const { privateKey } = generateKeyPairSync('x25519')
    const class_of_public_keys = Object.getPrototypeOf(createPublicKey(privateKey))
    const exported = jest.spyOn(class_of_public_keys, 'export')
    const { public_key, private_key } = generate_key(curve)
    expect(exported).not.toHaveBeenCalled()
    exported.mockRestore()

    const other = generate_key(curve)
    expect(compute_key(curve, other.public_key, private_key)).toEqual(
      compute_key(curve, public_key, other.private_key),
    )
  })
})

describe('random bytes', () => {
  test.each([0, 1, 28, 255, 256, 257, 5000])('are as many as asked for: %i', size => {
    for (let count = 0; count < 50; count++) expect(strong_rand_bytes(size)).toHaveLength(size)
  })

  test('are never given out twice, and share no memory', () => {
    const given = Array.from({ length: 1000 }, (_, index) => strong_rand_bytes(16 + (index % 7)))
    const distinct = new Set(given.map(bytes => Buffer.from(bytes.subarray(0, 16)).toString('hex')))
    expect(distinct.size).toBe(given.length)
    for (const bytes of given) expect(bytes.buffer.byteLength).toBe(bytes.length)
  })

  test('take every value', () => {
    const seen = new Set(Array.from({ length: 200 }, () => [...strong_rand_bytes(200)]).flat())
    expect(seen.size).toBe(256)
  })
})
