import 'reflect-metadata'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import { sign, verify } from '../../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { read_der, universal } from '../../../apps/public_key/pubkey_der.ts'
import { select_extension } from '../../../apps/public_key/pubkey_extensions.ts'
import {
  decode_private_key,
  decode_public_key,
  subject_public_key,
} from '../../../apps/public_key/pubkey_keys.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import {
  generate_signing_key,
  import_signing_key,
  make_certificate,
  make_request,
} from '../../../apps/public_key/x509.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { make_ca, make_leaf, test_key } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

const times = { not_before: Date.UTC(2025, 0, 1), not_after: Date.UTC(2060, 0, 1) }
const message = new TextEncoder().encode('message')

describe('a certificate that is made', () => {
  test.each([
    ['rsa', '1.2.840.113549.1.1.5', '1.2.840.113549.1.1.12'],
    ['secp256r1', '1.2.840.10045.4.1', '1.2.840.10045.4.3.3'],
  ] as const)(
    'is signed with the hash that was asked for, by a key of %s',
    async (algorithm, sha1, sha384) => {
      const key = await generate_signing_key(algorithm)
      for (const [hash, oid] of [
        ['SHA-1', sha1],
        ['SHA-384', sha384],
      ] as const) {
        const der = await make_certificate(key, { ...times, subject: 'CN=x', hash })
        expect(decode_certificate(der).signatureAlgorithm.algorithm).toBe(oid)
        const read = new X509Certificate(der)
        expect(read.verify(read.publicKey)).toBe(true)
        const request = new Pkcs10CertificateRequest(await make_request(key, { subject: 'CN=x', hash }))
        expect(request.signatureAlgorithm).toMatchObject({ hash: { name: hash } })
        expect(await request.verify()).toBe(true)
      }
    },
  )

  test('has what was asked for, as Node reads it', async () => {
    const ca = await make_ca({ subject: 'CN=Root, O=Kista' })
    const key = await generate_signing_key('secp384r1')
    const der = await make_certificate(
      key,
      {
        ...times,
        subject: 'CN=server.example, O=Kista',
        subject_alt_names: [
          ['dNSName', 'server.example'],
          ['iPAddress', '10.0.0.1'],
          ['rfc822Name', 'a@server.example'],
          ['uniformResourceIdentifier', 'https://server.example/'],
          ['directoryName', 'CN=x'],
        ],
        serial_number: 0x1234n,
        key_usage: ['digitalSignature', 'cRLSign', 'decipherOnly'],
      },
      ca,
    )
    const read = new X509Certificate(der)
    expect(read.subject).toBe('CN=server.example\nO=Kista')
    expect(read.issuer).toBe('CN=Root\nO=Kista')
    expect(read.serialNumber).toBe('1234')
    expect(Date.parse(read.validTo)).toBe(times.not_after)
    expect(read.subjectAltName?.replaceAll(' ', '')).toBe(
      'DNS:server.example,IPAddress:10.0.0.1,email:a@server.example,URI:https://server.example/,DirName:CN=x',
    )
    expect(read.verify(new X509Certificate(ca.cert).publicKey)).toBe(true)
    expect(
      read.checkPrivateKey(createPrivateKey({ key: Buffer.from(key.pkcs8), format: 'der', type: 'pkcs8' })),
    ).toBe(true)
    const { extensions } = decode_certificate(der).tbsCertificate
    expect(select_extension(oids.id_ce_keyUsage, extensions)).toEqual([
      'digitalSignature',
      'cRLSign',
      'decipherOnly',
    ])
  })

  test('points to the key of its issuer', async () => {
    const ca = await make_ca()
    const of_ca = decode_certificate(ca.cert).tbsCertificate.extensions
    const of_leaf = decode_certificate((await make_leaf(ca)).cert).tbsCertificate.extensions
    const authority = select_extension(oids.id_ce_authorityKeyIdentifier, of_leaf)
    expect(authority?.keyIdentifier).toEqual(select_extension(oids.id_ce_subjectKeyIdentifier, of_ca))
  })

  test('has name constraints and distribution points', async () => {
    const ca = await make_ca({
      name_constraints: {
        permitted: [['dNSName', 'example.com']],
        excluded: [['iPAddress', hex('0a000000ff000000')]],
      },
      crl_distribution_points: ['http://example.com/crl'],
    })
    const { extensions } = decode_certificate(ca.cert).tbsCertificate
    expect(select_extension(oids.id_ce_nameConstraints, extensions)).toEqual({
      permittedSubtrees: [{ base: ['dNSName', 'example.com'], minimum: 0 }],
      excludedSubtrees: [{ base: ['iPAddress', hex('0a000000ff000000')], minimum: 0 }],
    })
    expect(select_extension(oids.id_ce_cRLDistributionPoints, extensions)).toEqual([
      { distributionPoint: ['fullName', [['uniformResourceIdentifier', 'http://example.com/crl']]] },
    ])
  })

  test('is given a serial number that is positive and random', async () => {
    const serial = async () => decode_certificate((await make_ca()).cert).tbsCertificate.serialNumber
    const [one, other] = [await serial(), await serial()]
    expect(one).not.toBe(other)
    expect(one).toBeGreaterThan(2n ** 120n)
    expect(one).toBeLessThan(2n ** 127n)
  })

  test('is not made for an address that is none', async () => {
    await expect(make_ca({ subject_alt_names: [['iPAddress', '1.2.3']] })).rejects.toThrow(RangeError)
  })
})

describe('a key', () => {
  test.each(['rsa', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519'] as const)(
    'of the algorithm %s that exists already signs for its public key',
    async algorithm => {
      const made = await test_key(algorithm)
      const imported = await import_signing_key(made.pkcs8)
      const der = await make_certificate(imported, { ...times, subject: 'CN=x' })
      const digest = algorithm === 'ed25519' ? 'none' : 'sha256'
      const scheme = {
        algorithm: algorithm === 'rsa' ? 'rsa' : digest === 'none' ? 'eddsa' : 'ecdsa',
        digest,
      } as const
      const signature = sign(scheme, message, decode_private_key('PrivateKeyInfo', made.pkcs8))
      expect(verify(scheme, message, signature, subject_public_key(decode_certificate(der)))).toBe(true)
    },
  )

  test('that is fresh has 2048 bits if it is for RSA', async () => {
    const { pkcs8 } = await generate_signing_key('rsa')
    expect(decode_private_key('PrivateKeyInfo', pkcs8)).toMatchObject({ type: 'rsa', bits: 2048 })
  })

  test('that is none is refused', async () => {
    await expect(import_signing_key(hex('3000'))).rejects.toThrow(DecodeError)
  })
})

describe('a request', () => {
  test('is signed by its key, and says what is wanted', async () => {
    const key = await generate_signing_key('secp256r1')
    const der = await make_request(key, {
      subject: 'CN=wanted',
      subject_alt_names: [['dNSName', 'wanted.example']],
    })
    const request = new Pkcs10CertificateRequest(der)
    expect(request.subject).toBe('CN=wanted')
    expect(request.extensions.map(({ type }) => type)).toEqual([oids.id_ce_subjectAltName])
    const spki = decode_public_key(new Uint8Array(request.publicKey.rawData))
    const [tbs, , signature] = read_der(der, from => from.list(universal.sequence, part => part.element()))
    expect(
      verify({ algorithm: 'ecdsa', digest: 'sha256' }, tbs!.der, signature!.content.subarray(1), spki),
    ).toBe(true)
  })
})
