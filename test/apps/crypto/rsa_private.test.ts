import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { number_of } from '../../../apps/crypto/big_numbers.ts'
import { components_of_private, type RsaPrivateNumbers, read_private_key } from '../../../apps/crypto/keys.ts'
import { is_rsa_private_key, private_operation } from '../../../apps/crypto/rsa_private.ts'
import { to_hex } from '../../support/hex.ts'

const key = numbers_of(512)
const input = new Uint8Array(64).fill(0x11)
const random_bytes = (seed: number) => (size: number) => new Uint8Array(size).fill(seed)

function numbers_of(modulusLength: number): RsaPrivateNumbers {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  const read = read_private_key(privateKey.export({ type: 'pkcs8', format: 'der' }))!
  const components = components_of_private(read)
  if (components.type !== 'rsa') throw new Error('not an RSA key')
  return components.numbers
}

test('the numbers of a key belong together', () => {
  expect(is_rsa_private_key(key)).toBe(true)
})

test.each(Object.keys(key) as (keyof RsaPrivateNumbers)[])('with %s of another key they do not', name => {
  const other = numbers_of(512)
  // The public exponent is the same in all.
  const wrong = name === 'exponent' ? Uint8Array.of(3) : other[name]
  expect(is_rsa_private_key({ ...key, [name]: wrong })).toBe(false)
})

test('a prime of one, or none, makes no key', () => {
  const one = Uint8Array.of(1)
  expect(is_rsa_private_key({ ...key, p: one, q: key.modulus })).toBe(false)
  expect(is_rsa_private_key({ ...key, p: key.modulus, q: one })).toBe(false)
  expect(is_rsa_private_key({ ...key, p: new Uint8Array(0) })).toBe(false)
})

describe('the private operation', () => {
  const expected = (() => {
    const modulus = number_of(key.modulus)
    const opened = private_operation(key, input, random_bytes(7))!
    let power = 1n
    for (let count = 0; count < 65_537; count++) power = (power * number_of(opened)) % modulus
    return [power, opened] as const
  })()

  test('is undone by the public one', () => {
    expect(expected[0]).toBe(number_of(input))
  })

  test('gives the same whatever it is blinded with', () => {
    for (const seed of [1, 2, 99]) {
      const result = private_operation(key, input, random_bytes(seed))!
      expect(to_hex(result)).toBe(to_hex(expected[1]))
    }
  })

  test('draws another number where one has no inverse', () => {
    const drawn = [new Uint8Array(64), key.p, Uint8Array.of(5)]
    const result = private_operation(key, input, () => drawn.shift()!)
    expect(to_hex(result!)).toBe(to_hex(expected[1]))
    expect(drawn).toEqual([])
  })

  test('does not go on where no number has one', () => {
    expect(() => private_operation(key, input, random_bytes(0))).toThrow('no random number')
  })
})
