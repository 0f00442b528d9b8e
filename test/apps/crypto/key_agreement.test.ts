import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  agreement_key,
  type Curve,
  compute_key,
  ec_point,
  generate_key,
  private_key_from_pkcs8,
  public_key_from_spki,
  supports,
  use_provider,
} from '../../../apps/crypto/crypto.ts'
import { all_curves, curve_size, is_montgomery } from '../../../apps/crypto/curves.ts'
import { curve_name } from '../../../apps/crypto/openssl_names.ts'
import { oid, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { agreements, low_order } from '../../vectors/curve_vectors.ts'

const oids = {
  secp256r1: '1.2.840.10045.3.1.7',
  secp224r1: '1.3.132.0.33',
  brainpoolP256r1: '1.3.36.3.3.2.8.1.1.7',
} as const

/** The portable provider has no curves over binary fields. */
const noble_curves = all_curves.filter(curve => !curve.startsWith('sect'))

with_each_provider(provider => {
  const curves = provider === 'node' ? all_curves : noble_curves

  test('the curves are all there that this provider is known to have', () => {
    expect([...supports().curves].sort()).toEqual([...curves].sort())
  })

  test.each(agreements)(
    'on $curve both sides come to the published secret',
    ({ curve, alice, bob, shared }) => {
      const [alice_pair, bob_pair] = [generate_key(curve, hex(alice[0])), generate_key(curve, hex(bob[0]))]
      expect(to_hex(alice_pair.public_key)).toBe(to_hex(hex(alice[1])))
      expect(to_hex(bob_pair.public_key)).toBe(to_hex(hex(bob[1])))
      expect(secret_of(curve, hex(bob[1]), alice_pair)).toBe(to_hex(hex(shared)))
      expect(secret_of(curve, hex(alice[1]), bob_pair)).toBe(to_hex(hex(shared)))
    },
  )

  test.each(curves)('on %s two fresh pairs come to one secret, as long as a coordinate', curve => {
    const [alice, bob] = [generate_key(curve), generate_key(curve)]
    expect(to_hex(alice.public_key)).not.toBe(to_hex(bob.public_key))
    const secret = compute_key(curve, bob.public_key, alice.private_key)
    expect(secret?.length).toBe(curve_size(curve))
    expect(secret && to_hex(secret)).toBe(secret_of(curve, alice.public_key, bob))
  })

  test.each(curves.filter(curve => !is_montgomery(curve)))(
    'on %s a point that is elsewhere is refused',
    curve => {
      const { public_key, private_key } = generate_key(curve)
      const elsewhere = Uint8Array.from(public_key)
      elsewhere[elsewhere.length - 1]! ^= 1
      expect(compute_key(curve, elsewhere, private_key)).toBeUndefined()
      expect(
        compute_key(
          curve,
          public_key.map((byte, at) => (at === 0 ? byte : 0)),
          private_key,
        ),
      ).toBeUndefined()
      expect(
        compute_key(
          curve,
          public_key.map((byte, at) => (at === 0 ? byte : 0xff)),
          private_key,
        ),
      ).toBeUndefined()
    },
  )

  test.each(curves)('on %s a public value of any other form is refused', curve => {
    const { public_key, private_key } = generate_key(curve)
    for (let size = 0; size < public_key.length; size++) {
      expect(compute_key(curve, public_key.subarray(0, size), private_key)).toBeUndefined()
    }
    expect(compute_key(curve, Uint8Array.of(...public_key, 0), private_key)).toBeUndefined()
    if (is_montgomery(curve)) return

    const parity = public_key.at(-1)! & 1
    const compressed = Uint8Array.of(2 + parity, ...public_key.subarray(1, 1 + curve_size(curve)))
    const hybrid = Uint8Array.of(6 + parity, ...public_key.subarray(1))
    expect(compute_key(curve, compressed, private_key)).toBeUndefined()
    expect(compute_key(curve, hybrid, private_key)).toBeUndefined()
    expect(compute_key(curve, Uint8Array.of(0), private_key)).toBeUndefined()
  })

  test.each(low_order)(
    'on %s the value %s, with which everybody knows the secret, is refused',
    (curve, value) => {
      const { private_key } = generate_key(curve)
      expect(compute_key(curve, hex(value), private_key)).toBeUndefined()
    },
  )

  test.each(curves.filter(curve => !is_montgomery(curve)))('a certificate on %s can agree', curve => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve_name(curve) })
    const point = ec_point(public_key_from_spki(publicKey.export({ type: 'spki', format: 'der' }))!)
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
    const key = agreement_key(private_key_from_pkcs8(pkcs8)!)
    const peer = generate_key(curve)
    expect(key.curve).toBe(curve)
    expect(point.length).toBe(1 + 2 * curve_size(curve))
    const secret = compute_key(curve, peer.public_key, key)
    expect(secret && to_hex(secret)).toBe(secret_of(curve, point, peer))
    expect(
      compute_key(
        curve,
        point.map((byte, at) => (at === 0 ? byte : 0)),
        key,
      ),
    ).toBeUndefined()
  })

  test('a point that a certificate compresses is the same point', () => {
    for (const curve of ['secp256r1', 'secp224r1', 'brainpoolP256r1'] as const) {
      const { public_key } = generate_key(curve)
      const size = curve_size(curve)
      const compressed = Uint8Array.of(2 + (public_key.at(-1)! & 1), ...public_key.subarray(1, 1 + size))
      const algorithm = [oid('1.2.840.10045.2.1'), oid(oids[curve])]
      for (const point of [public_key, compressed]) {
        expect(to_hex(ec_point(public_key_from_spki(spki(algorithm, point))!))).toBe(to_hex(public_key))
      }
    }
  })

  test('keys of other types agree on nothing', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const public_key = public_key_from_spki(publicKey.export({ type: 'spki', format: 'der' }))!
    const private_key = private_key_from_pkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }))!
    const badarg = expect.objectContaining({ reason: ['badarg', expect.any(String)] })
    expect(() => ec_point(public_key)).toThrow(badarg)
    expect(() => agreement_key(private_key)).toThrow(badarg)
  })

  test('a private value that the curve does not have is refused', () => {
    const badarg = expect.objectContaining({ reason: ['badarg', expect.any(String)] })
    expect(() => generate_key('secp256r1', new Uint8Array(32))).toThrow(badarg)
    expect(() => generate_key('secp256r1', new Uint8Array(32).fill(0xff))).toThrow(badarg)
    expect(() => generate_key('secp256r1', new Uint8Array(31).fill(1))).toThrow(badarg)
    expect(() => generate_key('x25519', new Uint8Array(33).fill(1))).toThrow(badarg)
  })

  test('a private key does not change when the bytes it was made from are wiped', () => {
    for (const { curve, alice, bob, shared } of agreements) {
      const private_value = hex(alice[0])
      const pair = generate_key(curve, private_value)
      private_value.fill(0)
      expect(secret_of(curve, hex(bob[1]), pair)).toBe(to_hex(hex(shared)))
    }
  })

  test('a private key of one curve is no key on another', () => {
    const { public_key, private_key } = generate_key('secp256r1')
    expect(() => compute_key('secp384r1', public_key, private_key)).toThrow(
      'a key on secp256r1, not secp384r1',
    )
  })

  test('a curve that the provider does not list is refused by name', () => {
    const absent = all_curves.filter(curve => !supports().curves.includes(curve))
    expect(absent.length).toBe(all_curves.length - curves.length)
    for (const curve of absent) {
      expect(() => generate_key(curve)).toThrow(expect.objectContaining({ reason: ['notsup', curve] }))
    }
  })
})

test('a certificate on a curve that the provider has not cannot agree', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'sect283k1' })
  const key = private_key_from_pkcs8(privateKey.export({ type: 'pkcs8', format: 'der' }))!
  expect(agreement_key(key).curve).toBe('sect283k1')
  await use_provider('noble')
  expect(() => agreement_key(key)).toThrow(expect.objectContaining({ reason: ['notsup', 'sect283k1'] }))
  await use_provider('node')
})

describe('the two providers agree', () => {
  test.each(noble_curves)('on the public value and the secret on %s', async curve => {
    const size = curve_size(curve)
    const private_value = fc.uint8Array({ minLength: size, maxLength: size }).map(bytes => {
      // Below the order of each curve, and not zero.
      bytes.fill(0, 0, 2)
      bytes[size - 1]! |= 1
      return bytes
    })
    await fc.assert(
      fc.asyncProperty(private_value, private_value, async (mine, theirs) => {
        await use_provider('noble')
        const peer = generate_key(curve, theirs).public_key
        const noble = generate_key(curve, mine)
        await use_provider('node')
        const node = generate_key(curve, mine)
        expect(to_hex(node.public_key)).toBe(to_hex(noble.public_key))
        expect(secret_of(curve, peer, node)).toBe(secret_of(curve, peer, noble))
      }),
      { numRuns: 5 },
    )
  })

  test('on which strings of bytes are public values on x25519', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async value => {
        await use_provider('noble')
        const noble = generate_key('x25519', new Uint8Array(32).fill(7))
        await use_provider('node')
        const node = generate_key('x25519', new Uint8Array(32).fill(7))
        expect(secret_of('x25519', value, node)).toBe(secret_of('x25519', value, noble))
      }),
      { numRuns: 20 },
    )
  })
})

function secret_of(curve: Curve, peer_public: Uint8Array, mine: ReturnType<typeof generate_key>) {
  const secret = compute_key(curve, peer_public, mine.private_key)
  return secret && to_hex(secret)
}
