import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { type PrivateKey, type PublicKey, supports } from '../../../apps/crypto/crypto.ts'
import { provider } from '../../../apps/crypto/current_provider.ts'
import { integer, octet_string, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { decode_private_key } from '../../../apps/public_key/pubkey_keys.ts'
import { pbes2 } from '../../../apps/public_key/pubkey_pbe.ts'
import {
  der_decode,
  pem_decode,
  pem_entry_decode,
  pem_entry_encode,
  sign,
  verify,
} from '../../../apps/public_key/public_key.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'

const vector = (name: string) => readFileSync(`test/vectors/pem/${name}.pem`)
const entry_of = (name: string) => pem_decode(vector(name)).find(([type]) => type !== 'EcpkParameters')!
const key_of = (name: string, password?: string) => pem_entry_decode(entry_of(name), password) as PrivateKey
const public_of = (name: string) => pem_entry_decode(entry_of(name)) as PublicKey
/** Each way of PKCS#8. */
const encrypted_ec = readdirSync('test/vectors/pem').flatMap(
  file => /^(ec_pbe.*)\.pem$/.exec(file)?.[1] ?? [],
)
const message = new TextEncoder().encode('message')

describe('a private key', () => {
  test.each([
    ['rsa_pkcs1', 'rsa'],
    ['rsa_pkcs8', 'rsa'],
    ['rsa_pkcs1_aes128', 'rsa'],
    ['rsa_pkcs1_aes256', 'rsa'],
    ['rsa_pkcs1_des3', 'rsa'],
    ['rsa_pkcs1_des', 'rsa'],
    ['rsa_pkcs1_aes192', 'rsa'],
    ['rsa_pkcs1_rc2', 'rsa'],
    ['rsa_pbes2_aes256_sha256', 'rsa'],
    ['rsa_pbes2_aes128_sha1', 'rsa'],
    ['rsa_pbes2_des3_sha512', 'rsa'],
  ])('of OpenSSL in the form %s is the same key', (name, type) => {
    const key = key_of(name, 'kista')
    expect(key).toMatchObject({ kind: 'private', type, bits: 2048 })
    expect(verify(message, 'sha256', sign(message, 'sha256', key), public_of('rsa_public'))).toBe(true)
    expect(verify(message, 'sha256', sign(message, 'sha256', key), public_of('rsa_public_pkcs1'))).toBe(true)
  })

  test('of a DSA is read in both forms', () => {
    const of_dsa = (name: string) => key_of(name)
    expect(of_dsa('dsa_pkcs8')).toMatchObject({ type: 'dsa', bits: 1024 })
    expect(of_dsa('dsa_traditional')).toMatchObject({ type: 'dsa', bits: 1024 })
  })

  test('of a DSA signs for its public key', () => {
    const spki = createPublicKey(createPrivateKey(vector('dsa_pkcs8'))).export({
      format: 'der',
      type: 'spki',
    })
    const public_key = der_decode('SubjectPublicKeyInfo', spki)
    expect(verify(message, 'sha', sign(message, 'sha', key_of('dsa_traditional')), public_key)).toBe(true)
  })
})

with_each_provider(() => {
  describe('a private key', () => {
    test.each(['ec_sec1', 'ec_sec1_with_parameters', 'ec_pkcs8', 'ec_sec1_aes256', ...encrypted_ec])(
      'of OpenSSL in the form %s is the same key',
      name => {
        const key = key_of(name, 'kista')
        expect(key).toMatchObject({ kind: 'private', type: 'ec', curve: 'secp256r1' })
        expect(verify(message, 'sha256', sign(message, 'sha256', key), public_of('ec_public'))).toBe(true)
      },
    )

    test('is read on other curves', () => {
      expect(key_of('ec_secp384r1_pkcs8')).toMatchObject({ type: 'ec', curve: 'secp384r1' })
      expect(key_of('ed25519_pkcs8')).toMatchObject({ type: 'ed25519' })
    })

    test.each(['ec_scrypt', 'ec_explicit_curve'])(
      'in the form %s is refused, which is not supported',
      name => {
        expect(() => key_of(name, 'kista')).toThrow(DecodeError)
      },
    )

    test.each([...encrypted_ec, 'ec_sec1_aes256'])('with a wrong password, or none, is refused: %s', name => {
      const wrong = /^a wrong password/
      for (const password of ['Kista', '', 'kista ', 'å']) expect(() => key_of(name, password)).toThrow(wrong)
      expect(() => key_of(name)).toThrow(wrong)
    })

    test.each(['rsa_pkcs1_des3', 'rsa_pkcs1_des', 'rsa_pbes2_des3_sha512'])('under DES is read: %s', name => {
      const key = key_of(name, 'kista')
      expect(verify(message, 'sha256', sign(message, 'sha256', key), public_of('rsa_public'))).toBe(true)
    })

    test('is refused when the cipher is one that the provider does not have', () => {
      const listed = jest.spyOn(provider, 'supports')
      listed.mockReturnValue({ ...supports(), ciphers: ['aes_128_cbc'] })
      expect(() => key_of('rsa_pkcs1_des3', 'kista')).toThrow(DecodeError)
      listed.mockRestore()
    })

    test('comes back from each way of PBES1 and PKCS#12', () => {
      const [, pkcs8] = entry_of('ec_pkcs8')
      const older = encrypted_ec.map(entry_of).filter(([, , cipher]) => cipher[0] !== '1.2.840.113549.1.5.13')
      expect(older).toHaveLength(9)
      for (const [, , cipher] of older) {
        if (cipher === 'not_encrypted') continue
        const entry = pem_entry_encode('PrivateKeyInfo', pkcs8, [cipher, 'kísta'])
        expect(pem_entry_decode(entry, 'kísta')).toMatchObject({ type: 'ec' })
        expect(pem_entry_decode(entry, new TextEncoder().encode('kísta'))).toMatchObject({ type: 'ec' })
      }
    })

    test('comes back from both kinds of encryption', () => {
      const [, der] = entry_of('ec_sec1')
      const [, pkcs8] = entry_of('ec_pkcs8')
      const some = { minLength: 16, maxLength: 16 }
      fc.assert(
        fc.property(fc.uint8Array(some), fc.uint8Array(some), fc.string(), (salt, iv, password) => {
          const old = pem_entry_encode('ECPrivateKey', der, [['AES-128-CBC', iv], password])
          expect(pem_entry_decode(old, password)).toMatchObject({ type: 'ec' })
          const info = pem_entry_encode('PrivateKeyInfo', pkcs8, [pbes2(salt, iv, 3), password])
          expect(pem_entry_decode(info, password)).toMatchObject({ type: 'ec' })
        }),
        { numRuns: 20 },
      )
    })
  })
})

describe('an encrypted key', () => {
  const [, pkcs8] = entry_of('ec_pkcs8')
  const cipher = pbes2(new Uint8Array(8), new Uint8Array(16), 2)
  const pbes1 = (salt_size: number, iterations: number) => {
    const parameters = sequence(octet_string(new Uint8Array(salt_size)), integer(iterations))
    return ['1.2.840.113549.1.5.3', parameters] as const
  }

  test('can be read by OpenSSL', () => {
    const entry = pem_entry_encode('PrivateKeyInfo', pkcs8, [cipher, 'kista'])
    const algorithm = hex('06092a864886f70d01050d')
    const seq = (...parts: Uint8Array[]) => {
      const size = parts.reduce((sum, part) => sum + part.length, 0)
      return Buffer.concat([
        size < 128 ? hex(`30${size.toString(16).padStart(2, '0')}`) : Buffer.from([0x30, 0x81, size]),
        ...parts,
      ])
    }
    const encrypted = Buffer.concat([Buffer.from([0x04, 0x81, entry[1].length]), entry[1]])
    const der = seq(seq(algorithm, cipher[1]), encrypted)
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: 'kista' })
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  })

  test.each([
    ['is not of whole blocks', new Uint8Array(15), cipher],
    ['is of no blocks', new Uint8Array(), cipher],
    ['has a vector of the wrong size', new Uint8Array(16), ['AES-128-CBC', new Uint8Array(8)] as const],
    ['has an unknown cipher', new Uint8Array(16), ['IDEA-CBC', new Uint8Array(8)] as const],
    ['has no parameters', new Uint8Array(16), ['1.2.840.113549.1.5.13', new Uint8Array()] as const],
    ['asks for no iterations', new Uint8Array(16), pbes2(new Uint8Array(8), new Uint8Array(16), 0)],
    ['asks for years of them in PBES1', new Uint8Array(16), pbes1(8, 2 ** 31 - 1)],
    ['asks for none of them in PBES1', new Uint8Array(16), pbes1(8, 0)],
    ['has no salt', new Uint8Array(16), pbes1(0, 1)],
    ['has no parameters of PBES1', new Uint8Array(16), ['1.2.840.113549.1.5.3', new Uint8Array()] as const],
    [
      'has no parameters of PKCS#12',
      new Uint8Array(16),
      ['1.2.840.113549.1.12.1.3', new Uint8Array()] as const,
    ],
    ['asks for years of them', new Uint8Array(16), pbes2(new Uint8Array(8), new Uint8Array(16), 2 ** 31 - 1)],
  ])('is refused when it %s', (_why, bytes, info) => {
    expect(() => pem_entry_decode(['PrivateKeyInfo', bytes, info], 'kista')).toThrow(DecodeError)
  })
})

describe('keys of noise', () => {
  test.each(['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey', 'PrivateKeyInfo'] as const)(
    'are no %s',
    type => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), noise => {
          expect(() => decode_private_key(type, noise)).toThrow(DecodeError)
        }),
      )
    },
  )

  test.each(['SubjectPublicKeyInfo', 'RSAPublicKey'] as const)('are no %s', type => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), noise => {
        expect(() => der_decode(type, noise)).toThrow(DecodeError)
      }),
    )
  })

  test('that are cut off are refused', () => {
    for (const name of ['rsa_pkcs1', 'dsa_traditional', 'ec_sec1', 'ec_pkcs8']) {
      const [type, der] = entry_of(name)
      for (let size = 0; size < der.length; size += 7) {
        expect(() => pem_entry_decode([type, der.subarray(0, size), 'not_encrypted'])).toThrow(DecodeError)
      }
    }
  })

  test('that lack what they need are refused', () => {
    expect(() => der_decode('ECPrivateKey', hex('3006 020101 040100'))).toThrow(DecodeError)
    expect(() => der_decode('DSAPrivateKey', hex('3006 020100 020101'))).toThrow(DecodeError)
  })
})

test('an entry of a type that nobody knows is decoded to its DER', () => {
  expect(pem_entry_decode([['no_asn1', 'X'], hex('3000'), 'not_encrypted'])).toEqual(hex('3000'))
})
