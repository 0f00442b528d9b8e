import { getDiffieHellman } from 'node:crypto'
import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type DhGroup,
  type DhGroupName,
  type DhKeyPair,
  dh_compute_key,
  dh_generate_key,
  dh_group,
  dh_group_bits,
  is_dh_group,
  use_provider,
} from '../../../apps/crypto/crypto.ts'
import { provider } from '../../../apps/crypto/current_provider.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { dh_agreements } from '../../vectors/number_vectors.ts'

const names = {
  modp1024: 'modp2',
  modp1536: 'modp5',
  modp2048: 'modp14',
  modp3072: 'modp15',
  modp4096: 'modp16',
  modp6144: 'modp17',
  modp8192: 'modp18',
} as const satisfies Record<DhGroupName, string>
const group_names = Object.keys(names) as DhGroupName[]

const small = { p: hex(dh_agreements[1]!.p), g: hex(dh_agreements[1]!.g) }
const modp2048 = dh_group('modp2048')
const bytes = (...values: number[]) => Uint8Array.from(values)
const add = (number: Uint8Array, more: number) => {
  const sum = BigInt(`0x${to_hex(number)}`) + BigInt(more)
  return hex(sum.toString(16).padStart(number.length * 2, '0'))
}

const pair_of = (group: DhGroup, private_value?: Uint8Array): DhKeyPair => {
  const pair = dh_generate_key(group, private_value)
  if (!pair) throw new Error('no keys in this group')
  return pair
}
const secret_of = (group: DhGroup, peer_public: Uint8Array, { private_key }: DhKeyPair) => {
  const secret = dh_compute_key(group, peer_public, private_key)
  return secret && to_hex(secret)
}

describe('the groups that have a name', () => {
  test.each(group_names)('%s has the prime and generator that OpenSSL has', name => {
    const group = dh_group(name)
    const openssl = getDiffieHellman(names[name])
    expect(to_hex(group.p)).toBe(openssl.getPrime('hex'))
    expect(to_hex(group.g)).toBe(openssl.getGenerator('hex'))
    expect(dh_group(name)).toBe(group)
  })

  test.each(group_names)('%s has as many bits as its name says', name => {
    expect(`modp${dh_group_bits(dh_group(name))}`).toBe(name)
    expect(is_dh_group(dh_group(name))).toBe(true)
  })
})

describe('no group', () => {
  const all_ones = (bits: number) => bytes(1, ...new Uint8Array(bits / 8).fill(0xff))
  const no_groups: readonly (readonly [string, DhGroup])[] = [
    ['without a prime', { p: bytes(), g: bytes(2) }],
    ['with a prime of zero', { p: bytes(0), g: bytes(2) }],
    ['with an even prime', { p: add(modp2048.p, -1), g: bytes(2) }],
    ['with a prime of 511 bits', { p: bytes(0x7f, ...new Uint8Array(63).fill(0xff)), g: bytes(2) }],
    ['with a prime of 8193 bits', { p: all_ones(8192), g: bytes(2) }],
    ['with the generator zero', { p: modp2048.p, g: bytes(0) }],
    ['without a generator', { p: modp2048.p, g: bytes() }],
    ['with the generator one', { p: modp2048.p, g: bytes(0, 1) }],
    ['with a generator of order two', { p: modp2048.p, g: add(modp2048.p, -1) }],
    ['with the prime for a generator', { p: modp2048.p, g: modp2048.p }],
    ['with a generator above the prime', { p: modp2048.p, g: add(modp2048.p, 2) }],
  ]

  test.each(no_groups)('is one %s', (_, group) => {
    expect(is_dh_group(group)).toBe(false)
    expect(dh_generate_key(group)).toBeUndefined()
  })
})

with_each_provider(() => {
  test.each(dh_agreements)('both sides come to the computed secret: $title', vector => {
    const group = { p: hex(vector.p), g: hex(vector.g) }
    const [alice, bob] = [pair_of(group, hex(vector.alice[0])), pair_of(group, hex(vector.bob[0]))]
    expect(to_hex(alice.public_key)).toBe(to_hex(hex(vector.alice[1])))
    expect(to_hex(bob.public_key)).toBe(to_hex(hex(vector.bob[1])))
    expect(secret_of(group, bob.public_key, alice)).toBe(to_hex(hex(vector.shared)))
    expect(secret_of(group, alice.public_key, bob)).toBe(to_hex(hex(vector.shared)))
  })

  test.each(['modp1024', 'modp2048', 'modp3072', 'modp8192'] as const)(
    'two fresh pairs of %s agree',
    name => {
      const group = dh_group(name)
      const [alice, bob] = [pair_of(group), pair_of(group)]
      expect(to_hex(alice.public_key)).not.toBe(to_hex(bob.public_key))
      expect(alice.public_key.length).toBe(group.p.length)
      expect(secret_of(group, bob.public_key, alice)).toHaveLength(2 * group.p.length)
      expect(secret_of(group, bob.public_key, alice)).toBe(secret_of(group, alice.public_key, bob))
    },
  )

  test('leading zeros make no other number, in groups and public values', () => {
    const padded = { p: bytes(0, 0, ...small.p), g: bytes(0, ...small.g) }
    const [alice, bob] = [pair_of(padded), pair_of(small)]
    expect(alice.public_key.length).toBe(small.p.length)
    const secret = secret_of(small, bytes(0, 0, 0, ...alice.public_key), bob)
    expect(secret).toBe(secret_of(padded, bob.public_key, alice))
    expect(secret).toHaveLength(2 * small.p.length)
  })

  test.each([
    ['nothing', bytes()],
    ['zero', bytes(0, 0)],
    ['one', bytes(1)],
    ['the prime less one', add(modp2048.p, -1)],
    ['the prime', modp2048.p],
    ['above the prime', add(modp2048.p, 2)],
    ['longer than the prime', bytes(...modp2048.p, 5)],
  ])('a public value that is %s is refused', (_, value) => {
    const { private_key } = pair_of(modp2048)
    expect(dh_compute_key(modp2048, value, private_key)).toBeUndefined()
  })

  test('the least and the greatest public value are accepted', () => {
    const pair = pair_of(modp2048, bytes(3))
    expect(secret_of(modp2048, bytes(2), pair)).toBe('08'.padStart(512, '0'))
    expect(secret_of(modp2048, add(modp2048.p, -2), pair)).toBe(to_hex(add(modp2048.p, -8)))
  })

  test('a secret that everybody knows is none', () => {
    // The generator has the order q, so that the prime less one, and what else is of small order, are left.
    const q = (BigInt(`0x${to_hex(modp2048.p)}`) - 1n) / 2n
    expect(dh_generate_key(modp2048, hex(q.toString(16)))).toBeUndefined()
    expect(dh_generate_key(modp2048, bytes(0))).toBeUndefined()
  })

  test('in a group whose generator is a zero divisor, no keys are made', () => {
    const p = hex((3n ** 400n).toString(16).padStart(160, '0'))
    expect(is_dh_group({ p, g: bytes(3) })).toBe(true)
    expect(dh_generate_key({ p, g: bytes(3) })).toBeUndefined()
  })

  test('a private key does not change when the bytes it was made from are wiped', () => {
    const { alice, bob, shared } = dh_agreements[0]!
    const private_value = hex(alice[0])
    const pair = pair_of(modp2048, private_value)
    private_value.fill(0)
    expect(secret_of(modp2048, hex(bob[1]), pair)).toBe(to_hex(hex(shared)))
  })

  test('a private key of one group is no key of another', () => {
    const { private_key } = pair_of(small)
    expect(() => dh_compute_key(modp2048, bytes(2), private_key)).toThrow(
      expect.objectContaining({ reason: ['badarg', 'a key of another group'] }),
    )
  })

  test.each([
    ['as long as the group wishes', { ...small, privateValueLength: 200 }, 200],
    ['no shorter than is safe', { ...small, privateValueLength: 3 }, 160],
    ['no longer than the prime', { ...small, privateValueLength: 4096 }, 511],
    ['nearly as long as the prime by default', small, 511],
  ])('a private value is %s', (_, group, bits) => {
    const { modular_power } = provider
    const lengths: number[] = []
    const exponents: Uint8Array[] = []
    const asked = jest.spyOn(provider, 'modular_power').mockImplementation((exponent, modulus) => {
      lengths.push(exponent.length * 8 - Math.clz32(exponent[0]!) + 24)
      exponents.push(exponent)
      return modular_power(exponent, modulus)
    })
    pair_of(group)
    asked.mockRestore()
    expect(lengths).toEqual([bits])
    // Nobody needs it any more.
    expect(exponents[0]!.every(byte => byte === 0)).toBe(true)
  })
})

describe('the two providers agree', () => {
  test('with whatever odd modulus, base and exponent', async () => {
    const any_modulus = fc.uint8Array({ minLength: 65, maxLength: 80 }).map(modulus => {
      modulus[0]! |= 0x80
      modulus[modulus.length - 1]! |= 1
      return modulus
    })
    const any_number = fc.uint8Array({ minLength: 1, maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(any_modulus, any_number, any_number, any_number, async (p, g, exponent, peer) => {
        const answers: unknown[] = []
        for (const name of ['node', 'noble'] as const) {
          await use_provider(name)
          const pair = dh_generate_key({ p, g }, exponent)
          answers.push([pair && to_hex(pair.public_key), pair && secret_of({ p, g }, peer, pair)])
        }
        await use_provider('node')
        expect(answers[1]).toEqual(answers[0])
      }),
      { numRuns: 100 },
    )
  })
})
