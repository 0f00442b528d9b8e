import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  generate_key,
  private_key_from_pkcs8,
  public_key_from_spki,
  sign,
  verify,
} from '../../../apps/crypto/crypto.ts'
import { der, oid, pkcs8, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { ecdsa_sample } from '../../vectors/curve_vectors.ts'

const rsa_algorithm = [oid('1.2.840.113549.1.1.1'), der(0x05)]
const dsa_oid = oid('1.2.840.10040.4.1')
const p256_algorithm = [oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')]
const ed25519_algorithm = [oid('1.3.101.112')]

const point = hex(ecdsa_sample.public_point)
const scalar = hex(ecdsa_sample.private_value)
const modulus = Uint8Array.of(0, 0xc1, ...new Uint8Array(126).fill(0x5a), 0x01)

const integer = (...bytes: number[]) => der(0x02, bytes)
const rsa_public = (n: Uint8Array, e: Uint8Array) =>
  spki(rsa_algorithm, der(0x30, der(0x02, n), der(0x02, e)))
const ec_private = (version: number, key: Uint8Array) =>
  pkcs8(p256_algorithm, der(0x30, integer(version), der(0x04, key)))

with_each_provider(provider => {
  test('an RSA key tells its size', () => {
    const key = public_key_from_spki(rsa_public(modulus, Uint8Array.of(1, 0, 1)))
    expect(key).toMatchObject({ kind: 'public', type: 'rsa', bits: 1024 })
    expect(key).not.toHaveProperty('curve')
  })

  test('an RSA key needs no NULL parameters', () => {
    const numbers = der(0x30, der(0x02, modulus), integer(3))
    expect(public_key_from_spki(spki([rsa_algorithm[0]!], numbers))?.bits).toBe(1024)
  })

  test.each([
    ['an even modulus', modulus.map((byte, at) => (at === 128 ? 2 : byte)), [3]],
    ['a modulus of zero', Uint8Array.of(0), [3]],
    ['a negative modulus', modulus.subarray(1), [3]],
    ['a modulus with too many zeros before it', Uint8Array.of(0, ...modulus), [3]],
    ['a modulus of more than 16384 bits', Uint8Array.of(1, ...new Uint8Array(2048).fill(1)), [3]],
    ['an even exponent', modulus, [4]],
    ['an exponent of one', modulus, [1]],
    ['an exponent of zero', modulus, [0]],
    ['an exponent of more than 64 bits', modulus, [1, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])('an RSA key with %s is none', (_, n, e) => {
    expect(public_key_from_spki(rsa_public(n, Uint8Array.from(e)))).toBeUndefined()
  })

  test('an EC key tells its curve, and may be compressed', () => {
    const whole = public_key_from_spki(spki(p256_algorithm, point))
    expect(whole).toMatchObject({ kind: 'public', type: 'ec', curve: 'secp256r1', bits: 256 })
    const compressed = Uint8Array.of(2 + (point.at(-1)! & 1), ...point.subarray(1, 33))
    const key = public_key_from_spki(spki(p256_algorithm, compressed))!
    const scheme = { algorithm: 'ecdsa', digest: 'sha256' } as const
    const sample = new TextEncoder().encode('sample')
    expect(verify(scheme, sample, hex(ecdsa_sample.signature), key)).toBe(true)
  })

  test.each([
    ['off the curve', point.map((byte, at) => (at === 64 ? byte ^ 1 : byte))],
    ['of the hybrid form', point.map((byte, at) => (at === 0 ? 6 + (point[64]! & 1) : byte))],
    ['at infinity', Uint8Array.of(0)],
    ['cut short', point.subarray(0, 64)],
    ['of no bytes', new Uint8Array(0)],
    ['compressed, with an x that no point has', Uint8Array.of(2, ...new Uint8Array(31), 7)],
    ['beyond the field', Uint8Array.of(4, ...new Uint8Array(64).fill(0xff))],
  ])('an EC key whose point is %s is none', (_, bytes) => {
    expect(public_key_from_spki(spki(p256_algorithm, bytes))).toBeUndefined()
  })

  test('keys of unknown kinds, on unknown curves, or of another size are none', () => {
    const explicit_curve = der(0x30, integer(1))
    expect(public_key_from_spki(spki([oid('1.2.3.4')], point))).toBeUndefined()
    expect(public_key_from_spki(spki([p256_algorithm[0]!, oid('1.2.3.4')], point))).toBeUndefined()
    expect(public_key_from_spki(spki([p256_algorithm[0]!, explicit_curve], point))).toBeUndefined()
    expect(public_key_from_spki(spki(ed25519_algorithm, new Uint8Array(31)))).toBeUndefined()
    expect(private_key_from_pkcs8(pkcs8([oid('1.2.3.4')], scalar))).toBeUndefined()
    expect(private_key_from_pkcs8(pkcs8(ed25519_algorithm, der(0x04, new Uint8Array(33))))).toBeUndefined()
    expect(private_key_from_pkcs8(pkcs8(ed25519_algorithm, new Uint8Array(32)))).toBeUndefined()
  })

  test('a DSA key with parameters that are not three numbers is none', () => {
    const two = der(0x30, integer(23), integer(11))
    expect(public_key_from_spki(spki([dsa_oid, two], integer(4)))).toBeUndefined()
    expect(public_key_from_spki(spki([dsa_oid], integer(4)))).toBeUndefined()
  })

  test('a private EC key tells its curve, and signs', () => {
    const key = private_key_from_pkcs8(ec_private(1, scalar))!
    expect(key).toMatchObject({ kind: 'private', type: 'ec', curve: 'secp256r1', bits: 256 })
    const scheme = { algorithm: 'ecdsa', digest: 'sha256' } as const
    const signature = sign(scheme, point, key)
    expect(verify(scheme, point, signature, public_key_from_spki(spki(p256_algorithm, point))!)).toBe(true)
  })

  test.each([
    ['without its leading zeros', Uint8Array.of(5)],
    ['with one zero too many', Uint8Array.of(...new Uint8Array(32), 5)],
  ])('a private EC key that was written %s is the same key', (_, written) => {
    const { public_key } = generate_key('secp256r1', Uint8Array.of(...new Uint8Array(31), 5))
    const private_key = private_key_from_pkcs8(ec_private(1, written))!
    const scheme = { algorithm: 'ecdsa', digest: 'sha256' } as const
    const signature = sign(scheme, scalar, private_key)
    expect(verify(scheme, scalar, signature, public_key_from_spki(spki(p256_algorithm, public_key))!)).toBe(
      true,
    )
  })

  test.each([
    ['zero', ec_private(1, new Uint8Array(32))],
    ['not below the order of the curve', ec_private(1, new Uint8Array(32).fill(0xff))],
    ['longer than the curve', ec_private(1, Uint8Array.of(1, ...scalar))],
    ['of another version', ec_private(2, scalar)],
    ['no ECPrivateKey', pkcs8(p256_algorithm, scalar)],
  ])('a private EC key that is %s is none', (_, bytes) => {
    expect(private_key_from_pkcs8(bytes)).toBeUndefined()
  })

  test('a private RSA key of another version is none', () => {
    const numbers = [integer(1), der(0x02, modulus)]
    expect(private_key_from_pkcs8(pkcs8(rsa_algorithm, der(0x30, ...numbers)))).toBeUndefined()
    expect(private_key_from_pkcs8(pkcs8(rsa_algorithm, numbers[1]!))).toBeUndefined()
  })

  test.each(['rsa', 'ec', 'ed25519', 'ed448', 'dsa'])(
    'each shorter beginning of a %s key is none, nor is a longer one',
    kind => {
      const { public_der, private_der } = fresh(kind)
      for (let size = 0; size < public_der.length; size++) {
        expect(public_key_from_spki(public_der.subarray(0, size))).toBeUndefined()
      }
      for (let size = 0; size < private_der.length; size += 3) {
        expect(private_key_from_pkcs8(private_der.subarray(0, size))).toBeUndefined()
      }
      expect(public_key_from_spki(Uint8Array.of(...public_der, 0))).toBeUndefined()
      expect(private_key_from_pkcs8(Uint8Array.of(...private_der, 0))).toBeUndefined()
      expect(public_key_from_spki(private_der)).toBeUndefined()
      expect(private_key_from_pkcs8(public_der)).toBeUndefined()
    },
  )

  test('bytes that are changed anywhere give a key or none, and never throw', () => {
    for (const kind of ['rsa', 'ec', 'ed25519', 'dsa']) {
      const { public_der, private_der } = fresh(kind)
      fc.assert(
        fc.property(fc.nat(private_der.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = (bytes: Uint8Array) =>
            bytes.map((byte, index) => (index === at ? byte ^ change : byte))
          const public_key = public_key_from_spki(changed(public_der))
          expect(public_key === undefined || public_key.kind === 'public').toBe(true)
          const private_key = private_key_from_pkcs8(changed(private_der))
          expect(private_key === undefined || private_key.kind === 'private').toBe(true)
        }),
        { numRuns: 50 },
      )
    }
  })

  test('a private key does not show what is secret in it, and outlives the bytes it was made from', () => {
    const bytes = ec_private(1, scalar)
    const key = private_key_from_pkcs8(bytes)!
    bytes.fill(0)
    expect(inspect(key, { depth: null, showHidden: true })).not.toContain('pkcs8')
    expect(JSON.stringify(key)).toBe('{"kind":"private","type":"ec","bits":256,"curve":"secp256r1"}')
    expect(sign({ algorithm: 'ecdsa', digest: 'sha256' }, point, key).length).toBeGreaterThan(64)
  })

  test('a public key keeps the bytes that it was made from', () => {
    const bytes = spki(p256_algorithm, point)
    const key = public_key_from_spki(bytes)!
    const before = to_hex(bytes)
    bytes.fill(0)
    expect(to_hex(key.spki)).toBe(before)
  })

  if (provider === 'noble') return

  test('what is not a key handle is a mistake of the caller', () => {
    const forged = { kind: 'public', type: 'rsa', bits: 1024, spki: new Uint8Array(0) } as const
    expect(() => verify({ algorithm: 'rsa', digest: 'sha256' }, point, point, forged)).toThrow(
      expect.objectContaining({ reason: ['badarg', expect.any(String)] }),
    )
  })
})

function fresh(kind: string) {
  const pair = generate(kind)
  return {
    public_der: Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' })),
    private_der: Uint8Array.from(pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  }
}

function generate(kind: string) {
  switch (kind) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 1024 })
    case 'dsa':
      return generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    case 'ec':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    case 'ed25519':
      return generateKeyPairSync('ed25519')
    default:
      return generateKeyPairSync('ed448')
  }
}
