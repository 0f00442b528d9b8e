import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { private_key_from_pkcs8, sign } from '../../../apps/crypto/crypto.ts'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import {
  can_sign,
  default_signature_algs,
  digitally_signed,
  hash_sign,
  type SignatureScheme,
  scheme_of_key,
  signature_scheme,
  signature_scheme_names,
} from '../../../ssl_app/handshake/hash_signs.ts'
import { pss_key } from '../../support/certificates_of_other_keys.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

/** RFC 5246 §7.4.1.4.1: these two bytes are the code of a pair. */
const hashes: Record<string, number> = { md5: 1, sha: 2, sha224: 3, sha256: 4, sha384: 5, sha512: 6 }
const signatures: Record<string, number> = { rsa: 1, dsa: 2, ecdsa: 3 }

describe('signature_scheme', () => {
  test_codec_laws(signature_scheme, values.signature_scheme)

  test('is hash and signature, for the schemes that RFC 5246 has', () => {
    const pairs = signature_scheme_names.filter(name => hash_sign(name)!.code < 0x0700)
    expect(pairs).toHaveLength(14)
    for (const name of pairs) {
      const { algorithm, digest } = hash_sign(name)!
      expect(encode(signature_scheme, name)).toEqual(Uint8Array.of(hashes[digest]!, signatures[algorithm]!))
    }
  })

  test('has the numbers of RFC 8446 for the others', () => {
    const others = hex('0804 0805 0806 0807 0808 0809 080a 080b')
    const names = [0, 2, 4, 6, 8, 10, 12, 14].map(at => decode(signature_scheme, others.subarray(at, at + 2)))
    expect(names).toEqual([
      'rsa_pss_rsae_sha256',
      'rsa_pss_rsae_sha384',
      'rsa_pss_rsae_sha512',
      'ed25519',
      'ed448',
      'rsa_pss_pss_sha256',
      'rsa_pss_pss_sha384',
      'rsa_pss_pss_sha512',
    ])
  })

  test('without a name stays a number', () => {
    expect(decode(signature_scheme, hex('fefe'))).toBe(0xfefe)
  })
})

describe('hash_sign', () => {
  test('tells how to sign and with what key', () => {
    expect(hash_sign('rsa_pss_rsae_sha384')).toMatchObject({
      algorithm: 'rsa_pss',
      digest: 'sha384',
      key_type: 'rsa',
    })
    expect(hash_sign('ed448')).toMatchObject({ algorithm: 'eddsa', digest: 'none', key_type: 'ed448' })
  })

  test('is undefined for a number', () => {
    expect(hash_sign(0xfefe)).toBeUndefined()
  })
})

describe('scheme_of_key', () => {
  test('is how a key signs before TLS 1.2', () => {
    expect(scheme_of_key('rsa')).toEqual({ algorithm: 'rsa', digest: 'md5sha' })
    expect(scheme_of_key('dsa')).toEqual({ algorithm: 'dsa', digest: 'sha' })
    expect(scheme_of_key('ec')).toEqual({ algorithm: 'ecdsa', digest: 'sha' })
  })

  test('is undefined for keys that came later', () => {
    expect(scheme_of_key('ed25519')).toBeUndefined()
    expect(scheme_of_key('ed448')).toBeUndefined()
    expect(scheme_of_key('rsa_pss')).toBeUndefined()
  })
})

describe('default_signature_algs', () => {
  test('are all but MD5, each once, with SHA-1 and DSA behind the others', () => {
    expect([...default_signature_algs].sort()).toEqual(
      signature_scheme_names.filter(name => name !== 'rsa_pkcs1_md5').sort(),
    )
    const first_old = default_signature_algs.findIndex(name => /sha1$|^dsa/.test(name))
    expect(default_signature_algs.slice(first_old).every(name => /sha1$|^dsa/.test(name))).toBe(true)
  })
})

describe('can_sign', () => {
  test.each([512, 528, 624, 744, 768, 1024, 1032, 1040, 2048])(
    'tells what an RSA key of %i bits has room for',
    modulusLength => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
      const key = private_key_from_pkcs8(privateKey.export({ format: 'der', type: 'pkcs8' }))!
      for (const name of signature_scheme_names) {
        const scheme = hash_sign(name)!
        const signs = scheme.key_type === 'rsa' && succeeds(() => sign(scheme, hex('00'), key))
        expect({ name, can: can_sign(name, key) }).toEqual({ name, can: signs })
      }
    },
  )

  test.each([
    ['nothing', {}, ['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512']],
    ['a hash', { hashAlgorithm: 'sha256', saltLength: 32 }, ['rsa_pss_pss_sha256']],
    ['shorter salts or longer ones', { hashAlgorithm: 'sha512', saltLength: 20 }, ['rsa_pss_pss_sha512']],
    ['longer salts', { hashAlgorithm: 'sha256', saltLength: 33 }, []],
    ['another hash for the mask', { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha384' }, []],
  ])('tells what a key for PSS makes that is restricted to %s', (_what, restrictions, names) => {
    const key = private_key_from_pkcs8(pss_key(restrictions).export({ format: 'der', type: 'pkcs8' }))!
    expect(signature_scheme_names.filter(name => can_sign(name, key))).toEqual(names)
    for (const name of names) sign(hash_sign(name as SignatureScheme)!, hex('00'), key)
  })

  test('goes by the type of other keys', () => {
    const names = (type: 'ec' | 'dsa' | 'ed25519') =>
      signature_scheme_names.filter(name => can_sign(name, { type, bits: 255 }))
    expect(names('ed25519')).toEqual(['ed25519'])
    expect(names('dsa')).toEqual(['dsa_sha1', 'dsa_sha224', 'dsa_sha256'])
    expect(names('ec')).toHaveLength(5)
  })
})

function succeeds(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
}

describe('digitally_signed', () => {
  describe('in TLS 1.2', () => test_codec_laws(digitally_signed['tlsv1.2'], values.digitally_signed))
  describe.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)('in %s', version => {
    test_codec_laws(digitally_signed[version], values.old_digitally_signed)
  })

  test('says its algorithm since TLS 1.2', () => {
    const signed = { algorithm: 'ecdsa_sha1', signature: hex('aabb') } as const
    expect(decode(digitally_signed['tlsv1.2'], hex('0203 0002 aabb'))).toEqual(signed)
    expect(decode(digitally_signed['tlsv1.1'], hex('0002 aabb'))).toEqual({ signature: hex('aabb') })
  })
})
