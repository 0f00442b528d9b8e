import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type HashType,
  type PrivateKey,
  type PublicKey,
  private_key_from_pkcs8,
  public_key_from_spki,
  rsa_private_decrypt_raw,
  rsa_public_encrypt,
  type SignatureScheme,
  sign,
  supports,
  use_provider,
  verify,
} from '../../../apps/crypto/crypto.ts'
import { der, oid, pkcs8, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { ecdsa_sample, eddsa } from '../../vectors/curve_vectors.ts'

interface Encoded {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

const pairs = {
  rsa: encoded(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  // With one bit more than whole bytes, what PSS encodes is an octet shorter than the modulus.
  rsa_odd: encoded(generateKeyPairSync('rsa', { modulusLength: 1025 })),
  rsa_3: encoded(generateKeyPairSync('rsa', { modulusLength: 1024, publicExponent: 3 })),
  dsa: encoded(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })),
  secp256r1: encoded(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })),
  secp384r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp384r1' })),
  secp521r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp521r1' })),
  brainpoolP256r1: encoded(generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })),
  secp224r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp224r1' })),
  ed25519: encoded(generateKeyPairSync('ed25519')),
  ed448: encoded(generateKeyPairSync('ed448')),
} satisfies Record<string, Encoded>

type PairName = keyof typeof pairs

const digests: readonly HashType[] = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']
const short_digests = digests.filter(digest => digest !== 'sha512')

const schemes_of = (algorithm: SignatureScheme['algorithm'], allowed: readonly SignatureScheme['digest'][]) =>
  allowed.map(digest => ({ algorithm, digest }))

const rsa_schemes = [
  ...schemes_of('rsa', [...digests, 'md5sha']),
  // The hash twice and two octets must fit into the modulus.
  ...schemes_of('rsa_pss', short_digests),
]
const ecdsa_schemes = schemes_of('ecdsa', digests)

const schemes: Readonly<Record<PairName, readonly SignatureScheme[]>> = {
  rsa: rsa_schemes,
  rsa_odd: rsa_schemes,
  rsa_3: rsa_schemes,
  dsa: schemes_of(
    'dsa',
    digests.filter(digest => digest !== 'md5'),
  ),
  secp256r1: ecdsa_schemes,
  secp384r1: ecdsa_schemes,
  secp521r1: ecdsa_schemes,
  brainpoolP256r1: ecdsa_schemes,
  secp224r1: ecdsa_schemes,
  ed25519: schemes_of('eddsa', ['none']),
  ed448: schemes_of('eddsa', ['none']),
}

const pair_names = Object.keys(pairs) as PairName[]
/** What the portable provider verifies, and what of that it signs. */
const noble_verifies = pair_names.filter(name => name !== 'dsa' && name !== 'secp224r1')
const noble_signs = noble_verifies.filter(name => !name.startsWith('rsa'))

const message = new TextEncoder().encode('message')
const other_message = new TextEncoder().encode('massage')

with_each_provider(provider => {
  const signs = provider === 'node' ? pair_names : noble_signs
  const verifies = provider === 'node' ? pair_names : noble_verifies

  test.each(signs)('a %s key verifies what it has signed, and nothing else', name => {
    const [public_key, private_key] = keys_of(name)
    for (const scheme of schemes[name]) {
      const signature = sign(scheme, message, private_key)
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
      expect(verify(scheme, other_message, signature, public_key)).toBe(false)
      expect(verify(scheme, message.subarray(1), signature, public_key)).toBe(false)
    }
  })

  test.each(signs)('a %s key signs a list of pieces as their concatenation', name => {
    const [public_key, private_key] = keys_of(name)
    for (const scheme of schemes[name]) {
      const pieces = [message.subarray(0, 3), message.subarray(3)]
      expect(verify(scheme, message, sign(scheme, pieces, private_key), public_key)).toBe(true)
      expect(verify(scheme, pieces, sign(scheme, message, private_key), public_key)).toBe(true)
    }
  })

  test.each(verifies)('a %s key verifies no signature that was changed, cut or lengthened', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    const scheme = schemes[name].find(({ digest }) => digest === 'sha256' || digest === 'none')!
    await use_provider('node')
    const signature = sign(scheme, message, private_key)
    await use_provider(provider)

    expect(verify(scheme, message, signature, public_key)).toBe(true)
    for (let size = 0; size < signature.length; size += 5) {
      expect(verify(scheme, message, signature.subarray(0, size), public_key)).toBe(false)
    }
    expect(verify(scheme, message, Uint8Array.of(...signature, 0), public_key)).toBe(false)
    for (let at = 0; at < signature.length; at += 9) {
      const changed = signature.map((byte, index) => (index === at ? byte ^ 1 : byte))
      expect(verify(scheme, message, changed, public_key)).toBe(false)
    }
  })

  test.each(verifies)('noise is no signature to a %s key, and does not make it throw', name => {
    const [public_key] = keys_of(name)
    const size = provider === 'node' ? 128 : 129
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 150 }),
      fc.uint8Array({ minLength: 64, maxLength: size }),
    )
    fc.assert(
      fc.property(noise, fc.constantFrom(...schemes[name]), (signature, scheme) => {
        expect(verify(scheme, message, signature, public_key)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test.each(verifies)('a %s key neither signs nor verifies by a scheme of another kind of key', name => {
    const [public_key, private_key] = keys_of(name)
    const known = new Set(schemes[name].map(({ algorithm }) => algorithm))
    const foreign = (['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'] as const).filter(kind => !known.has(kind))
    const wrong: SignatureScheme[] = foreign.map(algorithm => ({ algorithm, digest: 'sha256' }))
    if (!known.has('rsa')) wrong.push({ ...schemes[name][0]!, digest: 'md5sha' })
    if (!known.has('eddsa')) wrong.push({ ...schemes[name][0]!, digest: 'none' })
    if (known.has('dsa')) wrong.push({ algorithm: 'dsa', digest: 'md5' })
    for (const scheme of wrong) {
      expect(verify(scheme, message, new Uint8Array(64), public_key)).toBe(false)
      expect(() => sign(scheme, message, private_key)).toThrow(
        expect.objectContaining({ reason: ['badarg', expect.any(String)] }),
      )
    }
  })

  test('the ECDSA signature that RFC 6979 prints is verified', () => {
    const curve = [oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')]
    const key = public_key_from_spki(spki(curve, hex(ecdsa_sample.public_point)))!
    const scheme = { algorithm: 'ecdsa', digest: 'sha256' } as const
    const sample = new TextEncoder().encode('sample')
    expect(verify(scheme, sample, hex(ecdsa_sample.signature), key)).toBe(true)
    expect(verify({ ...scheme, digest: 'sha' }, sample, hex(ecdsa_sample.signature), key)).toBe(false)
  })

  test.each(eddsa)('the $type signature that RFC 8032 prints is made and verified', vector => {
    const algorithm = [oid(vector.type === 'ed25519' ? '1.3.101.112' : '1.3.101.113')]
    const public_key = public_key_from_spki(spki(algorithm, hex(vector.public_value)))!
    const private_key = private_key_from_pkcs8(pkcs8(algorithm, der(0x04, hex(vector.seed))))!
    const scheme = { algorithm: 'eddsa', digest: 'none' } as const
    expect(to_hex(sign(scheme, hex(vector.message), private_key))).toBe(to_hex(hex(vector.signature)))
    expect(verify(scheme, hex(vector.message), hex(vector.signature), public_key)).toBe(true)
  })

  test('signatures that the provider does not list are refused by name', () => {
    const absent = pair_names.filter(name => !signs.includes(name))
    expect(supports().private_keys.includes('rsa')).toBe(provider === 'node')
    for (const name of absent) {
      const private_key = private_key_from_pkcs8(pairs[name].privateKey)!
      expect(() => sign(schemes[name][0]!, message, private_key)).toThrow(
        expect.objectContaining({ reason: ['notsup', expect.any(String)] }),
      )
    }
  })

  test('public keys that the provider cannot use are not made', () => {
    for (const name of pair_names) {
      expect([name, public_key_from_spki(pairs[name].publicKey) !== undefined]).toEqual([
        name,
        verifies.includes(name),
      ])
    }
  })
})

describe('the two providers agree', () => {
  afterEach(() => use_provider('node'))

  test.each(noble_verifies)('that what node signs with %s is a signature', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    for (const scheme of schemes[name]) {
      await use_provider('node')
      const signature = sign(scheme, message, private_key)
      await use_provider('noble')
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
      expect(verify(scheme, other_message, signature, public_key)).toBe(false)
    }
  })

  test.each(noble_signs)('that what noble signs with %s is a signature', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    for (const scheme of schemes[name]) {
      await use_provider('noble')
      const signature = sign(scheme, message, private_key)
      await use_provider('node')
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
    }
  })

  test('that a key made with one verifies nothing where the other has no such keys', async () => {
    for (const name of ['dsa', 'secp224r1'] as const) {
      await use_provider('node')
      const [public_key, private_key] = keys_of(name)
      const signature = sign(schemes[name][0]!, message, private_key)
      await use_provider('noble')
      expect(verify(schemes[name][0]!, message, signature, public_key)).toBe(false)
    }
  })

  test.each(['rsa', 'rsa_odd', 'rsa_3'] as const)('on what is encrypted with %s', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    const size = Math.ceil(public_key.bits / 8)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: size - 11 }), async data => {
        for (const provider of ['noble', 'node'] as const) {
          await use_provider(provider)
          const encrypted = rsa_public_encrypt(public_key, data)
          expect(encrypted.length).toBe(size)
          await use_provider('node')
          const block = rsa_private_decrypt_raw(private_key, encrypted)!
          const padding = block.subarray(2, size - data.length - 1)
          expect([...block.subarray(0, 2), block[size - data.length - 1]]).toEqual([0, 2, 0])
          expect(padding.every(byte => byte !== 0)).toBe(true)
          expect(to_hex(block.subarray(size - data.length))).toBe(to_hex(data))
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('RSA decryption without a look at the padding', () => {
  test('gives undefined for what is too short, too long, or not below the modulus', () => {
    const [public_key, private_key] = keys_of('rsa')
    expect(rsa_private_decrypt_raw(private_key, new Uint8Array(127))).toBeUndefined()
    expect(rsa_private_decrypt_raw(private_key, new Uint8Array(129))).toBeUndefined()
    expect(rsa_private_decrypt_raw(private_key, new Uint8Array(128).fill(0xff))).toBeUndefined()
    expect(rsa_private_decrypt_raw(private_key, new Uint8Array(128))).toEqual(Buffer.alloc(128))
    expect(rsa_private_decrypt_raw(private_key, rsa_public_encrypt(public_key, message))?.length).toBe(128)
  })

  test('is refused by the portable provider', async () => {
    const [public_key, private_key] = keys_of('rsa')
    const encrypted = rsa_public_encrypt(public_key, message)
    await use_provider('noble')
    const notsup = expect.objectContaining({ reason: ['notsup', expect.any(String)] })
    expect(() => rsa_private_decrypt_raw(private_key, encrypted)).toThrow(notsup)
    await use_provider('node')
  })

  test('is for RSA keys only, and so is encryption, of what fits', () => {
    const badarg = expect.objectContaining({ reason: ['badarg', expect.any(String)] })
    const [ec_public, ec_private] = keys_of('secp256r1')
    expect(() => rsa_public_encrypt(ec_public, message)).toThrow(badarg)
    expect(() => rsa_private_decrypt_raw(ec_private, message)).toThrow(badarg)
    expect(() => rsa_public_encrypt(keys_of('rsa')[0], new Uint8Array(118))).toThrow(badarg)
  })
})

function keys_of(name: PairName): readonly [PublicKey, PrivateKey] {
  const public_key = public_key_from_spki(pairs[name].publicKey)
  const private_key = private_key_from_pkcs8(pairs[name].privateKey)
  if (!public_key || !private_key) throw new Error(`no ${name} keys with this provider`)
  return [public_key, private_key]
}

async function keys_made_by_node(name: PairName) {
  await use_provider('node')
  return keys_of(name)
}

function encoded(pair: KeyPairKeyObjectResult): Encoded {
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
  }
}
