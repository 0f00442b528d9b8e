import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type HashType,
  hash,
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
import { digest_info } from '../../../apps/crypto/rsa_public.ts'
import { der, oid, pkcs8, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { ecdsa_sample, eddsa } from '../../vectors/curve_vectors.ts'
import { dsa_samples } from '../../vectors/number_vectors.ts'

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
  dsa_256: encoded(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })),
  secp256r1: encoded(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })),
  secp384r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp384r1' })),
  secp521r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp521r1' })),
  brainpoolP256r1: encoded(generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })),
  secp224r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp224r1' })),
  // Their orders are longer than their fields.
  secp224k1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp224k1' })),
  secp160r1: encoded(generateKeyPairSync('ec', { namedCurve: 'secp160r1' })),
  sect283k1: encoded(generateKeyPairSync('ec', { namedCurve: 'sect283k1' })),
  ed25519: encoded(generateKeyPairSync('ed25519')),
  ed448: encoded(generateKeyPairSync('ed448')),
} satisfies Record<string, Encoded>

type PairName = keyof typeof pairs

const digests: readonly HashType[] = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']
const short_digests = digests.filter(digest => digest !== 'sha512')

const schemes_of = (algorithm: SignatureScheme['algorithm'], allowed: readonly SignatureScheme['digest'][]) =>
  allowed.map(digest => ({ algorithm, digest }))

const rsa_schemes = [
  ...schemes_of('rsa', [...digests, 'md5sha', 'none']),
  // The hash twice and two octets must fit into the modulus.
  ...schemes_of('rsa_pss', short_digests),
]
const ecdsa_schemes = schemes_of('ecdsa', digests)
const dsa_schemes = schemes_of('dsa', ['sha', 'sha224', 'sha256', 'sha384', 'sha512'])

const schemes: Readonly<Record<PairName, readonly SignatureScheme[]>> = {
  rsa: rsa_schemes,
  rsa_odd: rsa_schemes,
  rsa_3: rsa_schemes,
  dsa: dsa_schemes,
  dsa_256: dsa_schemes,
  secp256r1: ecdsa_schemes,
  secp384r1: ecdsa_schemes,
  secp521r1: ecdsa_schemes,
  brainpoolP256r1: ecdsa_schemes,
  secp224r1: ecdsa_schemes,
  secp224k1: ecdsa_schemes,
  secp160r1: ecdsa_schemes,
  sect283k1: ecdsa_schemes,
  ed25519: schemes_of('eddsa', ['none']),
  ed448: schemes_of('eddsa', ['none']),
}

const pair_names = Object.keys(pairs) as PairName[]
/** The portable provider has no curves over binary fields. */
const noble_names = pair_names.filter(name => name !== 'sect283k1')

const message = new TextEncoder().encode('message')
const sample = new TextEncoder().encode('sample')
const other_message = new TextEncoder().encode('massage')

with_each_provider(provider => {
  const known = provider === 'node' ? pair_names : noble_names

  test.each(known)('a %s key verifies what it has signed, and nothing else', name => {
    const [public_key, private_key] = keys_of(name)
    for (const scheme of schemes[name]) {
      const signature = sign(scheme, message, private_key)
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
      expect(verify(scheme, other_message, signature, public_key)).toBe(false)
      expect(verify(scheme, message.subarray(1), signature, public_key)).toBe(false)
    }
  })

  test.each(known)('a %s key signs a list of pieces as their concatenation', name => {
    const [public_key, private_key] = keys_of(name)
    for (const scheme of schemes[name]) {
      const pieces = [message.subarray(0, 3), message.subarray(3)]
      expect(verify(scheme, message, sign(scheme, pieces, private_key), public_key)).toBe(true)
      expect(verify(scheme, pieces, sign(scheme, message, private_key), public_key)).toBe(true)
    }
  })

  test.each(known)('a %s key verifies no signature that was changed, cut or lengthened', async name => {
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

  test.each(known)('noise is no signature to a %s key, and does not make it throw', name => {
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

  test.each(known)('a %s key neither signs nor verifies by a scheme of another kind of key', name => {
    const [public_key, private_key] = keys_of(name)
    const own = new Set(schemes[name].map(({ algorithm }) => algorithm))
    const foreign = (['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'] as const).filter(kind => !own.has(kind))
    const wrong: SignatureScheme[] = foreign.map(algorithm => ({ algorithm, digest: 'sha256' }))
    if (!own.has('rsa')) wrong.push({ ...schemes[name][0]!, digest: 'md5sha' })
    else wrong.push({ algorithm: 'rsa_pss', digest: 'none' }, { algorithm: 'rsa_pss', digest: 'md5sha' })
    if (!own.has('eddsa') && !own.has('rsa')) wrong.push({ ...schemes[name][0]!, digest: 'none' })
    if (own.has('dsa')) wrong.push({ algorithm: 'dsa', digest: 'md5' })
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

  test.each(dsa_samples)('the DSA signatures of $title that RFC 6979 prints are verified', vector => {
    const numbers = [vector.p, vector.q, vector.g].map(number => integer(hex(number)))
    const key = public_key_from_spki(
      spki([oid('1.2.840.10040.4.1'), der(0x30, ...numbers)], integer(hex(vector.y))),
    )!
    for (const [digest, r, s] of vector.signatures) {
      const signature = der(0x30, integer(hex(r)), integer(hex(s)))
      expect(verify({ algorithm: 'dsa', digest }, sample, signature, key)).toBe(true)
      expect(verify({ algorithm: 'dsa', digest }, message, signature, key)).toBe(false)
    }
  })

  test('a signature of zeros is none to a DSA key', () => {
    const [public_key] = keys_of('dsa')
    for (const numbers of [
      ['00', '00'],
      ['00', '01'],
      ['01', '00'],
    ]) {
      const signature = der(0x30, ...numbers.map(number => der(0x02, hex(number))))
      expect(verify(schemes.dsa[0]!, message, signature, public_key)).toBe(false)
    }
  })

  test('bare data are signed as RSA signs a DigestInfo', () => {
    const [public_key, private_key] = keys_of('rsa')
    const info = digest_info('sha256', hash('sha256', message))
    const signature = sign({ algorithm: 'rsa', digest: 'none' }, info, private_key)
    expect(verify({ algorithm: 'rsa', digest: 'sha256' }, message, signature, public_key)).toBe(true)
    expect(to_hex(sign({ algorithm: 'rsa', digest: 'sha256' }, message, private_key))).toBe(to_hex(signature))
    const both = Uint8Array.of(...hash('md5', message), ...hash('sha', message))
    const bare = sign({ algorithm: 'rsa', digest: 'none' }, both, private_key)
    expect(verify({ algorithm: 'rsa', digest: 'md5sha' }, message, bare, public_key)).toBe(true)
  })

  test('an RSA key that is too short for a digest does not sign with it', () => {
    const short = encoded(generateKeyPairSync('rsa', { modulusLength: 512 }))
    const key = private_key_from_pkcs8(short.privateKey)!
    expect(() => sign({ algorithm: 'rsa', digest: 'sha512' }, message, key)).toThrow()
    expect(() => sign({ algorithm: 'rsa_pss', digest: 'sha256' }, message, key)).toThrow()
    expect(sign({ algorithm: 'rsa', digest: 'sha256' }, message, key).length).toBe(64)
  })

  test('signatures that the provider does not list are refused by name', () => {
    const absent = pair_names.filter(name => !known.includes(name))
    expect(supports().private_keys).toEqual(['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'])
    expect(supports().public_keys).toEqual(supports().private_keys)
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
        known.includes(name),
      ])
    }
  })
})

describe('the two providers agree', () => {
  afterEach(() => use_provider('node'))

  test.each(noble_names)('that what node signs with %s is a signature', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    for (const scheme of schemes[name]) {
      await use_provider('node')
      const signature = sign(scheme, message, private_key)
      await use_provider('noble')
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
      expect(verify(scheme, other_message, signature, public_key)).toBe(false)
    }
  })

  test.each(noble_names)('that what noble signs with %s is a signature', async name => {
    const [public_key, private_key] = await keys_made_by_node(name)
    for (const scheme of schemes[name]) {
      await use_provider('noble')
      const signature = sign(scheme, message, private_key)
      await use_provider('node')
      expect([scheme, verify(scheme, message, signature, public_key)]).toEqual([scheme, true])
    }
  })

  test('that a key made with one verifies nothing where the other has no such keys', async () => {
    const [scheme] = schemes.sect283k1
    const [public_key, private_key] = keys_of('sect283k1')
    const signature = sign(scheme!, message, private_key)
    await use_provider('noble')
    expect(verify(scheme!, message, signature, public_key)).toBe(false)
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
  afterEach(() => use_provider('node'))

  test.each(['node', 'noble'] as const)(
    'gives undefined for what is too short, too long, or not below the modulus: %s',
    async provider => {
      await use_provider(provider)
      const [public_key, private_key] = keys_of('rsa')
      expect(rsa_private_decrypt_raw(private_key, new Uint8Array(127))).toBeUndefined()
      expect(rsa_private_decrypt_raw(private_key, new Uint8Array(129))).toBeUndefined()
      expect(rsa_private_decrypt_raw(private_key, new Uint8Array(128).fill(0xff))).toBeUndefined()
      expect(to_hex(rsa_private_decrypt_raw(private_key, new Uint8Array(128))!)).toBe('00'.repeat(128))
      expect(rsa_private_decrypt_raw(private_key, rsa_public_encrypt(public_key, message))?.length).toBe(128)
    },
  )

  test.each(['rsa', 'rsa_odd', 'rsa_3'] as const)(
    'gives the same with either provider and %s',
    async name => {
      const [public_key, private_key] = await keys_made_by_node(name)
      const size = Math.ceil(public_key.bits / 8)
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: size, maxLength: size }), async data => {
          await use_provider('node')
          const expected = rsa_private_decrypt_raw(private_key, data)
          await use_provider('noble')
          const found = rsa_private_decrypt_raw(private_key, data)
          expect(found && to_hex(found)).toBe(expected && to_hex(expected))
        }),
        { numRuns: 20 },
      )
    },
  )

  test('is for RSA keys only, and so is encryption, of what fits', () => {
    const badarg = expect.objectContaining({ reason: ['badarg', expect.any(String)] })
    const [ec_public, ec_private] = keys_of('secp256r1')
    expect(() => rsa_public_encrypt(ec_public, message)).toThrow(badarg)
    expect(() => rsa_private_decrypt_raw(ec_private, message)).toThrow(badarg)
    const [rsa_public, rsa_private] = keys_of('rsa')
    expect(() => rsa_public_encrypt(rsa_public, new Uint8Array(118))).toThrow(badarg)
    expect(rsa_public_encrypt(rsa_public, new Uint8Array(117)).length).toBe(128)
    const bare = { algorithm: 'rsa', digest: 'none' } as const
    expect(() => sign(bare, new Uint8Array(118), rsa_private)).toThrow(badarg)
    expect(() => sign(bare, [new Uint8Array(100), new Uint8Array(18)], rsa_private)).toThrow(badarg)
    expect(sign(bare, new Uint8Array(117), rsa_private).length).toBe(128)
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

/** An INTEGER that is not negative. */
function integer(number: Uint8Array): Uint8Array {
  return number[0]! < 0x80 ? der(0x02, number) : der(0x02, [0], number)
}

function encoded(pair: KeyPairKeyObjectResult): Encoded {
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
  }
}
