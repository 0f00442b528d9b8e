import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, jest, test } from '@jest/globals'
import { compute_key, generate_key } from '../../../apps/crypto/crypto.ts'

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
