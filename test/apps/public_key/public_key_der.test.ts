// DER in both directions: what was decoded is encoded to the same bytes, and OpenSSL reads it.

import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Decoded,
  der_decode,
  der_encode,
  generate_key,
  type PkiType,
  type PrivateKey,
  pem_decode,
  pem_entry_decode,
  pem_entry_encode,
  pkix_decode_cert,
  pkix_encode,
  public_key_of,
} from '../../../apps/public_key/public_key.ts'
import { make_request } from '../../../apps/public_key/x509.ts'
import { make_crl } from '../../../apps/public_key/x509_crl.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import { make_ca, make_leaf, test_key } from '../../support/certificates.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'

const files = (folder: string) =>
  readdirSync(`test/vectors/${folder}`)
    .filter(file => file.endsWith('.pem'))
    .map(file => [file, pem_decode(readFileSync(`test/vectors/${folder}/${file}`))] as const)

const first_der = (path: string) => pem_decode(readFileSync(`test/vectors/${path}.pem`)).at(-1)![1]

/** Whether each shorter prefix is refused, and what is changed is refused or decoded. */
function expect_robust(type: PkiType, der: Uint8Array): void {
  for (let size = 0; size < der.length; size += Math.max(1, der.length >> 6)) {
    expect(() => der_decode(type, der.subarray(0, size))).toThrow(DecodeError)
  }
  expect(() => der_decode(type, Uint8Array.of(...der, 0))).toThrow(DecodeError)
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
      const changed = der.with(at, byte)
      try {
        der_decode(type, changed)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }),
  )
}

describe('a certificate', () => {
  const certificates = files('certificates').map(([file, [entry]]) => [file, entry![1]] as const)

  test('whose times are none is decoded, and cannot be encoded', () => {
    const [, der] = certificates[0]!
    const { tbsCertificate, ...certificate } = pkix_decode_cert(der, 'otp')
    for (const notAfter of [Number.NaN, 9e15]) {
      const validity = { ...tbsCertificate.validity, notAfter }
      const otp = { ...certificate, tbsCertificate: { ...tbsCertificate, validity } }
      expect(() => pkix_encode('OTPCertificate', otp, 'otp')).toThrow(Exit)
    }
  })

  test.each(certificates)('of OpenSSL comes back in both forms: %s', (_, der) => {
    expect(to_hex(pkix_encode('OTPCertificate', pkix_decode_cert(der, 'otp'), 'otp'))).toBe(to_hex(der))
    const plain = pkix_decode_cert(der, 'plain')
    expect(to_hex(pkix_encode('Certificate', plain, 'plain'))).toBe(to_hex(der))
    const { tbsCertificate } = pkix_decode_cert(der, 'otp')
    expect(to_hex(pkix_encode('OTPTBSCertificate', tbsCertificate, 'otp'))).toBe(to_hex(tbsCertificate.der))
    expect(to_hex(pkix_encode('TBSCertificate', plain.tbsCertificate, 'plain'))).toBe(
      to_hex(tbsCertificate.der),
    )
    expect(to_hex(der_encode('Certificate', der_decode('Certificate', der)))).toBe(to_hex(der))
  })

  test('in plain form has its values as they were written', async () => {
    const { cert_der } = await make_leaf(await make_ca({ subject: 'CN=Root' }), { serial_number: 7n })
    const { tbsCertificate } = pkix_decode_cert(cert_der, 'plain')
    expect(tbsCertificate).toMatchObject({
      version: 'v3',
      serialNumber: 7n,
      validity: { notBefore: ['utcTime', '240101000000Z'], notAfter: ['utcTime', '350101000000Z'] },
    })
    expect(to_hex(tbsCertificate.issuer.rdnSequence[0]![0]!.value)).toMatch(/^..04526f6f74$/)
    const usage = tbsCertificate.extensions!.find(({ extnID }) => extnID === '2.5.29.15')!
    expect(usage).toMatchObject({ critical: true })
    expect(to_hex(usage.extnValue)).toBe('030205a0')
  })

  test('in plain form keeps what the other leaves out: unique identifiers', () => {
    const [, der] = certificates[0]!
    const { tbsCertificate, ...rest } = pkix_decode_cert(der, 'plain')
    const issuerUniqueID = hex('0055')
    const encoded = pkix_encode(
      'Certificate',
      { ...rest, tbsCertificate: { ...tbsCertificate, issuerUniqueID, subjectUniqueID: issuerUniqueID } },
      'plain',
    )
    expect(pkix_decode_cert(encoded, 'plain').tbsCertificate).toMatchObject({
      issuerUniqueID,
      subjectUniqueID: issuerUniqueID,
    })
  })

  test('that is cut off or changed is refused, or is another', () => {
    const [, der] = certificates[0]!
    for (let size = 0; size < der.length; size += 13) {
      expect(() => pkix_decode_cert(der.subarray(0, size), 'plain')).toThrow(DecodeError)
    }
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
        try {
          pkix_decode_cert(der.with(at, byte), 'plain')
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error
        }
      }),
    )
  })
})

describe('a key in a file', () => {
  const names = [
    'rsa_pkcs1',
    'rsa_pkcs8',
    'ec_sec1',
    'ec_pkcs8',
    'dsa_traditional',
    'dsa_pkcs8',
    'ed25519_pkcs8',
  ]

  test.each([...names, 'ec_secp384r1_pkcs8', 'rsa_public', 'rsa_public_pkcs1', 'ec_public'])(
    'of OpenSSL comes back: %s',
    name => {
      const [type, der] = pem_decode(readFileSync(`test/vectors/pem/${name}.pem`)).at(-1)!
      const entity = der_decode(type as PkiType, der)
      expect(to_hex(der_encode(type as PkiType, entity as never))).toBe(to_hex(der))
    },
  )

  test('has other forms, if keys of its type have them', () => {
    const key = (name: string) => der_decode('PrivateKeyInfo', first_der(`pem/${name}`))
    expect(to_hex(der_encode('RSAPrivateKey', key('rsa_pkcs8')))).toBe(to_hex(first_der('pem/rsa_pkcs1')))
    expect(to_hex(der_encode('ECPrivateKey', key('ec_pkcs8')))).toBe(to_hex(first_der('pem/ec_sec1')))
    expect(to_hex(der_encode('DSAPrivateKey', key('dsa_pkcs8')))).toBe(
      to_hex(first_der('pem/dsa_traditional')),
    )
    for (const type of ['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey'] as const) {
      expect(() => der_encode(type, key('ed25519_pkcs8'))).toThrow('badarg')
    }
    expect(() => der_encode('RSAPublicKey', public_key_of(key('ec_pkcs8')))).toThrow('badarg')
  })
})

with_each_provider(() => {
  test.each([
    ['rsa', 512, 65_537],
    ['namedCurve', 'secp256r1'],
    ['namedCurve', '1.3.132.0.34'],
    ['namedCurve', '1.3.101.112'],
  ] as const)('a fresh key can be kept in a file that OpenSSL reads: %s %s', (...parameters) => {
    const key = generate_key(parameters)
    const der = der_encode('PrivateKeyInfo', key)
    const read = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    expect(to_hex(read.export({ format: 'der', type: 'pkcs8' }))).toBe(to_hex(der))
    const [type, , cipher] = pem_entry_encode('PrivateKeyInfo', key)
    expect([type, cipher]).toEqual(['PrivateKeyInfo', 'not_encrypted'])
    const forms = { rsa: 'RSAPrivateKey', ec: 'ECPrivateKey' } as const
    const form = forms[key.type as keyof typeof forms]
    if (!form) return
    const again = pem_entry_decode(pem_entry_encode(form, key)) as PrivateKey
    expect(to_hex(public_key_of(again).spki)).toBe(to_hex(public_key_of(key).spki))
  })
})

describe('what else is in PEM files', () => {
  const round_trip = <Type extends keyof Decoded>(type: Type, der: Uint8Array) => {
    const decoded = der_decode(type, der)
    expect(to_hex(der_encode(type, decoded as never))).toBe(to_hex(der))
    expect_robust(type, der)
    return decoded
  }

  test('a request for a certificate', async () => {
    const key = await test_key('secp256r1')
    const der = await make_request(key, {
      subject: 'CN=Ask, O=Kista',
      subject_alt_names: [['dNSName', 'a.example']],
    })
    const { certificationRequestInfo } = round_trip('CertificationRequest', der)
    expect(certificationRequestInfo.subject.rdnSequence.flat().map(({ value }) => value[1])).toEqual([
      'Ask',
      'Kista',
    ])
    expect(certificationRequestInfo.attributes.map(({ type }) => type)).toEqual(['1.2.840.113549.1.9.14'])
  })

  test('a revocation list', async () => {
    const der = await make_crl(await make_ca(), { this_update: 0, next_update: 1000, revoked: [] })
    expect(to_hex(der_encode('CertificateList', der_decode('CertificateList', der)))).toBe(to_hex(der))
    expect(pem_entry_decode(['CertificateList', der, 'not_encrypted'])).toHaveProperty('tbsCertList')
  })

  test.each([
    ['06082a8648ce3d030107', ['namedCurve', '1.2.840.10045.3.1.7']],
    ['3003020101', ['ecParameters', hex('3003020101')]],
    ['0500', ['implicitlyCA', 'NULL']],
  ])('the parameters of a curve: %s', (digits, value) => {
    expect(round_trip('EcpkParameters', hex(digits))).toEqual(value)
  })

  test('a frame of PKCS#7', () => {
    const data = hex('3010 06092a864886f70d010701 a003 040100')
    expect(round_trip('ContentInfo', data)).toEqual({
      contentType: '1.2.840.113549.1.7.1',
      content: hex('040100'),
    })
    expect(round_trip('ContentInfo', hex('300b 06092a864886f70d010701'))).not.toHaveProperty('content')
  })

  test('a Diffie-Hellman group', () => {
    const group = round_trip('DHParameter', hex('3007 020200ff 020102'))
    expect(group).toEqual({ p: hex('ff'), g: hex('02') })
  })
})
