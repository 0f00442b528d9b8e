import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Hmac,
  is_dsa_private_key,
  is_dsa_public_key,
  sign_dsa,
  verify_dsa,
} from '../../../apps/crypto/dsa.ts'
import { der } from '../../support/der_writer.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { dsa_samples } from '../../vectors/number_vectors.ts'

const names = { sha: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384' } as const

const hash_of = (digest: keyof typeof names, message: string) =>
  createHash(names[digest]).update(message).digest()
const hmac_of = (digest: keyof typeof names): Hmac => {
  return (key, ...pieces) =>
    pieces.reduce((state, piece) => state.update(piece), createHmac(names[digest], key)).digest()
}
const parameters_of = ({ p, q, g }: (typeof dsa_samples)[number]) => ({ p: hex(p), q: hex(q), g: hex(g) })
const integer = (digits: string) => {
  const number = hex(digits)
  return number[0]! < 0x80 ? der(0x02, number) : der(0x02, [0], number)
}

describe.each(dsa_samples)('with the key of $title', sample => {
  const parameters = parameters_of(sample)
  const [x, y] = [hex(sample.x), hex(sample.y)]

  test.each(sample.signatures)('the signature under %s is the one that RFC 6979 prints', (digest, r, s) => {
    const signature = sign_dsa(parameters, x, hash_of(digest, 'sample'), hmac_of(digest))
    expect(to_hex(signature)).toBe(to_hex(der(0x30, integer(r), integer(s))))
  })

  test('every message has a signature that is verified, and each its own', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (message, other) => {
        const signature = sign_dsa(parameters, x, hash_of('sha256', message), hmac_of('sha256'))
        expect(verify_dsa(parameters, y, hash_of('sha256', message), signature)).toBe(true)
        expect(verify_dsa(parameters, y, hash_of('sha256', other), signature)).toBe(message === other)
      }),
      { numRuns: 10 },
    )
  })

  test('the key is one, and its private value belongs to its parameters', () => {
    expect(is_dsa_public_key(parameters, y)).toBe(true)
    expect(is_dsa_private_key(parameters, x)).toBe(true)
    for (const wrong of [new Uint8Array(0), parameters.q, parameters.p]) {
      expect(is_dsa_private_key(parameters, wrong)).toBe(false)
    }
    for (const wrong of [new Uint8Array(0), Uint8Array.of(1), parameters.p]) {
      expect(is_dsa_public_key(parameters, wrong)).toBe(false)
      expect(is_dsa_public_key({ ...parameters, g: wrong }, y)).toBe(false)
      expect(is_dsa_private_key({ ...parameters, g: wrong }, x)).toBe(false)
    }
  })

  test('a modulus of more than 4096 bits is none: to verify would take too long', () => {
    const odd = (...start: number[]) => Uint8Array.of(...start, ...new Uint8Array(510), 1)
    expect(is_dsa_public_key({ ...parameters, p: odd(0x80) }, y)).toBe(true)
    expect(is_dsa_public_key({ ...parameters, p: odd(1, 0) }, y)).toBe(false)
  })

  test('a subgroup of another size is none', () => {
    const q = parameters.q.slice(1)
    expect(is_dsa_public_key({ ...parameters, q }, y)).toBe(false)
    expect(is_dsa_public_key({ ...parameters, q: parameters.p }, y)).toBe(false)
    expect(is_dsa_public_key({ ...parameters, p: parameters.q }, Uint8Array.of(2))).toBe(false)
  })

  test('a signature whose numbers are not below the order is none', () => {
    const [digest, r, s] = sample.signatures[0]!
    const hash = hash_of(digest, 'sample')
    const more = (digits: string) => (BigInt(`0x${digits}`) + BigInt(`0x${sample.q}`)).toString(16)
    const even = (digits: string) => digits.padStart(digits.length + (digits.length % 2), '0')
    expect(verify_dsa(parameters, y, hash, der(0x30, integer(r), integer(s)))).toBe(true)
    expect(verify_dsa(parameters, y, hash, der(0x30, integer(even(more(r))), integer(s)))).toBe(false)
    expect(verify_dsa(parameters, y, hash, der(0x30, integer(r), integer(even(more(s)))))).toBe(false)
    expect(verify_dsa(parameters, y, hash, der(0x30, integer(r), integer(s), integer('01')))).toBe(false)
  })
})

test('an order that is no prime leaves numbers without an inverse, and no signature', () => {
  const [sample] = dsa_samples
  const q = hex(`${'96'.repeat(19)}99`)
  const three = der(0x02, [3])
  const parameters = { ...parameters_of(sample!), q }
  expect(BigInt(`0x${to_hex(q)}`) % 3n).toBe(0n)
  expect(verify_dsa(parameters, hex(sample!.y), new Uint8Array(20), der(0x30, three, three))).toBe(false)
})

test('a key whose parameters are no group makes no signature, and comes to an end', () => {
  const [sample] = dsa_samples
  const p = hex((3n ** 700n).toString(16).padStart(278, '0'))
  const parameters = { ...parameters_of(sample!), p, g: Uint8Array.of(3) }
  expect(() => sign_dsa(parameters, hex(sample!.x), new Uint8Array(20), hmac_of('sha'))).toThrow(
    expect.objectContaining({ reason: ['badarg', expect.any(String)] }),
  )
})
