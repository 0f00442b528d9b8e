// What the module public_key does with keys, and the certificates that it signs, held against OpenSSL's.

import { constants, createPublicKey, verify as node_verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { dh_group } from '../../../apps/crypto/crypto.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import {
  compute_key,
  decrypt_private,
  decrypt_public,
  der_decode,
  encrypt_private,
  encrypt_public,
  generate_key,
  type PrivateKey,
  pem_decode,
  pem_entry_decode,
  pkix_decode_cert,
  pkix_hash_type,
  pkix_is_fixed_dh_cert,
  pkix_is_issuer,
  pkix_is_self_signed,
  pkix_normalize_name,
  pkix_sign,
  pkix_sign_types,
  pkix_subject_id,
  pkix_test_root_cert,
  pkix_verify,
  public_key_of,
  sign,
  subject_public_key,
  type TbsToEncode,
  verify,
} from '../../../apps/public_key/public_key.ts'
import { make_crl } from '../../../apps/public_key/x509_crl.ts'
import { make_ca, make_leaf, valid_from, valid_until } from '../../support/certificates.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'

const message = new TextEncoder().encode('message')
const key_of = (path: string) =>
  pem_entry_decode(pem_decode(readFileSync(`test/vectors/${path}.pem`)).at(-1)!) as PrivateKey
const rsa = key_of('pem/rsa_pkcs8')
const node_key = createPublicKey({ key: Buffer.from(public_key_of(rsa).spki), format: 'der', type: 'spki' })
const { RSA_PKCS1_PSS_PADDING: padding } = constants
const pss = { rsa_padding: 'rsa_pkcs1_pss_padding' } as const

with_each_provider(() => {
  test.each(['sha1', 'SHA256', 'toString', ''])(
    'nothing is signed with the digest %p, which there is not',
    name => {
      const digest = name as 'sha'
      for (const options of [{}, pss]) {
        expect(() => sign(message, digest, rsa, options)).toThrow('badarg')
        expect(verify(message, digest, sign(message, 'sha256', rsa), public_key_of(rsa), options)).toBe(false)
      }
    },
  )

  describe('a PSS signature', () => {
    test.each([
      [undefined, 2048 / 8 - 32 - 2],
      [-2, 2048 / 8 - 32 - 2],
      [-1, 32],
      [0, 0],
      [20, 20],
    ])('with rsa_pss_saltlen %p has a salt of %i bytes', (rsa_pss_saltlen, saltLength) => {
      const options = rsa_pss_saltlen === undefined ? pss : { ...pss, rsa_pss_saltlen }
      const signature = sign(message, 'sha256', rsa, options)
      expect(node_verify('sha256', message, { key: node_key, padding, saltLength }, signature)).toBe(true)
      expect(verify(message, 'sha256', signature, public_key_of(rsa), options)).toBe(true)
      expect(verify(message, 'sha256', signature, public_key_of(rsa), pss)).toBe(true)
      expect(verify(message, 'sha256', signature, public_key_of(rsa))).toBe(false)
      const other = { ...pss, rsa_pss_saltlen: saltLength + 1 }
      expect(verify(message, 'sha256', signature, public_key_of(rsa), other)).toBe(false)
    })

    test('has another hash for the mask if it is told to', () => {
      const options = { ...pss, rsa_mgf1_md: 'sha' } as const
      const signature = sign(message, 'sha256', rsa, options)
      expect(verify(message, 'sha256', signature, public_key_of(rsa), options)).toBe(true)
      expect(verify(message, 'sha256', signature, public_key_of(rsa), pss)).toBe(false)
    })

    test('has no salt of a length that there is not', () => {
      for (const rsa_pss_saltlen of [-3, 1.5, Number.NaN]) {
        expect(() => sign(message, 'sha256', rsa, { ...pss, rsa_pss_saltlen })).toThrow('badarg')
      }
    })

    test('is what a key makes that is for nothing else', () => {
      const [, der] = pem_decode(readFileSync('test/vectors/certificates/rsa_pss_key.pem'))[0]!
      const key = subject_public_key(pkix_decode_cert(der, 'otp'))
      expect(key.type).toBe('rsa_pss')
      const options = { rsa_padding: 'rsa_pkcs1_padding' } as const
      expect(verify(message, 'sha256', new Uint8Array(256), key)).toBe(false)
      expect(verify(message, 'sha256', new Uint8Array(256), key, options)).toBe(false)
    })
  })

  test('what is encrypted with either half of a key, the other decrypts', () => {
    const encrypted = encrypt_public(message, public_key_of(rsa))
    expect(to_hex(decrypt_private(encrypted, rsa))).toBe(to_hex(message))
    expect(to_hex(decrypt_private(encrypt_public(message, rsa), rsa))).toBe(to_hex(message))
    const oaep = { rsa_padding: 'rsa_pkcs1_oaep_padding' } as const
    expect(to_hex(decrypt_private(encrypt_public(message, rsa, oaep), rsa, oaep))).toBe(to_hex(message))
    const shown = encrypt_private(message, rsa)
    expect(to_hex(decrypt_public(shown, public_key_of(rsa)))).toBe(to_hex(message))
    expect(to_hex(decrypt_public(shown, rsa))).toBe(to_hex(message))
    expect(() => decrypt_public(encrypted, rsa)).toThrow('decrypt_failed')
  })

  describe('a secret is shared', () => {
    test.each(['secp256r1', 'secp521r1', 'brainpoolP256r1'] as const)('on %s', curve => {
      const [mine, yours] = [generate_key(['namedCurve', curve]), generate_key(['namedCurve', curve])]
      const secret = compute_key(public_key_of(yours), mine)
      expect(to_hex(compute_key(public_key_of(mine), yours))).toBe(to_hex(secret))
      const other = generate_key(['namedCurve', curve === 'secp256r1' ? 'secp384r1' : 'secp256r1'])
      expect(() => compute_key(public_key_of(other), mine)).toThrow('badarg')
      expect(() => compute_key(message, mine)).toThrow('badarg')
    })

    test('in a group', () => {
      const group = dh_group('modp1024')
      const [my_value, mine] = generate_key(group)
      const [your_value, yours] = generate_key(group)
      expect(to_hex(compute_key(your_value, mine))).toBe(to_hex(compute_key(my_value, yours)))
      expect(() => compute_key(Uint8Array.of(1), mine)).toThrow('badarg')
      expect(() => compute_key(public_key_of(rsa), mine)).toThrow('badarg')
      expect(() => generate_key({ p: Uint8Array.of(23), g: Uint8Array.of(5) })).toThrow('badarg')
    })

    test.each(['x25519', 'x448'] as const)('on %s', curve => {
      const [my_value, mine] = generate_key(['namedCurve', curve])
      const [your_value, yours] = generate_key(['namedCurve', curve])
      const secret = compute_key(your_value, mine)
      expect(secret).toHaveLength(curve === 'x25519' ? 32 : 56)
      expect(to_hex(compute_key(my_value, yours))).toBe(to_hex(secret))
      expect(() => compute_key(new Uint8Array(32), mine)).toThrow('badarg')
      expect(() => compute_key(public_key_of(rsa), mine)).toThrow('badarg')
    })

    test('by no other keys', () => {
      expect(() => compute_key(message, rsa)).toThrow('badarg')
      expect(() => generate_key(['namedCurve', '1.2.3'])).toThrow('notsup')
    })
  })

  describe('a certificate that is signed', () => {
    const tbs = (signature: TbsToEncode['signature'], key: PrivateKey): TbsToEncode => ({
      version: 'v3',
      serialNumber: 2n ** 127n,
      signature,
      issuer: { rdnSequence: [[{ type: oids.id_at_commonName, value: ['utf8String', 'Root'] }]] },
      subject: { rdnSequence: [[{ type: oids.id_at_commonName, value: ['utf8String', 'Root'] }]] },
      validity: { notBefore: valid_from, notAfter: Date.UTC(2050, 0, 1) },
      subjectPublicKeyInfo: public_key_of(key),
      extensions: [
        { extnID: oids.id_ce_basicConstraints, critical: true, extnValue: { cA: true } },
        { extnID: oids.id_ce_subjectAltName, critical: false, extnValue: [['dNSName', 'a.example']] },
      ],
    })

    test.each([
      ['1.2.840.113549.1.1.11', rsa],
      ['1.2.840.10045.4.3.3', key_of('pem/ec_secp384r1_pkcs8')],
      ['1.3.101.112', key_of('pem/ed25519_pkcs8')],
    ] as const)('is one for OpenSSL too: %s', (algorithm, key) => {
      const cert = pkix_sign(tbs({ algorithm }, key), key)
      const read = new X509Certificate(cert)
      expect(read.subject).toBe('CN=Root')
      expect(read.subjectAltName).toBe('DNS:a.example')
      expect(read.ca).toBe(true)
      expect(read.validTo).toBe('Jan  1 00:00:00 2050 GMT')
      expect(read.verify(read.publicKey)).toBe(true)
      expect(pkix_verify(cert, public_key_of(key))).toBe(true)
      expect(pkix_is_self_signed(cert)).toBe(true)
    })

    test('is none by an algorithm that is not the key’s, or that nobody knows', () => {
      expect(() => pkix_sign(tbs({ algorithm: '1.3.101.112' }, rsa), rsa)).toThrow('badarg')
      expect(() => pkix_sign(tbs({ algorithm: '1.2.3' }, rsa), rsa)).toThrow('badarg')
    })

    test('says something else once it is changed', async () => {
      const root = await make_ca({ subject: 'CN=Root' })
      const { tbsCertificate } = pkix_decode_cert(root.cert_der, 'otp')
      const key = der_decode('PrivateKeyInfo', root.key_pkcs8_der)
      const changed = pkix_sign({ ...tbsCertificate, serialNumber: 5n }, key)
      expect(pkix_decode_cert(changed, 'otp').tbsCertificate).toMatchObject({
        serialNumber: 5n,
        subject: tbsCertificate.subject,
      })
      expect(pkix_verify(changed, public_key_of(key))).toBe(true)
    })
  })
})

describe('what an algorithm is', () => {
  test('is told by its object identifier', () => {
    expect(pkix_sign_types('1.2.840.113549.1.1.11')).toEqual({ algorithm: 'rsa', digest: 'sha256' })
    expect(pkix_sign_types('1.2.3')).toBeUndefined()
    expect(pkix_hash_type('2.16.840.1.101.3.4.2.1')).toBe('sha256')
    expect(pkix_hash_type('1.3.14.3.2.26')).toBe('sha')
    expect(pkix_hash_type('1.2.3')).toBeUndefined()
  })
})

describe('a certificate', () => {
  test('is known by serial number and subject', async () => {
    const leaf = await make_leaf(await make_ca(), { serial_number: 9n, subject: 'CN=A  Leaf' })
    const { subject } = pkix_decode_cert(leaf.cert_der, 'otp').tbsCertificate
    expect(pkix_subject_id(leaf.cert_der)).toEqual([9n, pkix_normalize_name(subject)])
  })

  test('of the issuer of a revocation list is told by its name', async () => {
    const [root, other] = [await make_ca(), await make_ca({ subject: 'CN=Other' })]
    const list = der_decode(
      'CertificateList',
      await make_crl(root, { this_update: 0, next_update: 9, revoked: [] }),
    )
    expect(pkix_is_issuer(list, root.cert_der)).toBe(true)
    expect(pkix_is_issuer(list, other.cert_der)).toBe(false)
  })

  test('for Diffie-Hellman only is told by its key', async () => {
    const leaf = pkix_decode_cert((await make_leaf(await make_ca())).cert_der, 'otp')
    const with_key = (algorithm: string, usage: readonly string[] | undefined) => {
      const { subjectPublicKeyInfo } = leaf.tbsCertificate
      const extensions = usage && [{ extnID: oids.id_ce_keyUsage, critical: true, extnValue: usage as never }]
      return {
        ...leaf,
        tbsCertificate: {
          ...leaf.tbsCertificate,
          subjectPublicKeyInfo: { ...subjectPublicKeyInfo, algorithm: { algorithm } },
          extensions: extensions ?? [],
        },
      }
    }
    expect(pkix_is_fixed_dh_cert(leaf)).toBe(false)
    expect(pkix_is_fixed_dh_cert(with_key('1.2.840.10046.2.1', undefined))).toBe(true)
    expect(pkix_is_fixed_dh_cert(with_key('1.2.840.10046.2.1', ['keyAgreement']))).toBe(true)
    expect(pkix_is_fixed_dh_cert(with_key('1.2.840.10046.2.1', ['digitalSignature']))).toBe(false)
    expect(pkix_is_fixed_dh_cert(with_key('1.2.840.10045.2.1', ['keyAgreement']))).toBe(false)
  })

  test('for tests is a root with its key', async () => {
    const { cert, key } = await pkix_test_root_cert('Root, of tests', { not_after: valid_until })
    const read = pkix_decode_cert(cert, 'otp')
    expect(pkix_is_self_signed(read)).toBe(true)
    expect(read.tbsCertificate.subject.rdnSequence.flat()[0]!.value).toEqual([
      'printableString',
      'Root, of tests',
    ])
    expect(to_hex(public_key_of(der_decode(...key)).spki)).toBe(to_hex(subject_public_key(read).spki))
  })
})
