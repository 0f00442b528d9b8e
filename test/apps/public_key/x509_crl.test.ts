import 'reflect-metadata'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { X509Crl } from '@peculiar/x509'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { decode_crl, is_crl_signed_by } from '../../../apps/public_key/pubkey_crl.ts'
import { select_crl_extension } from '../../../apps/public_key/pubkey_crl_extensions.ts'
import { select_extension } from '../../../apps/public_key/pubkey_extensions.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { type CrlOptions, make_crl } from '../../../apps/public_key/x509_crl.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'

const this_update = Date.UTC(2026, 0, 1)
const next_update = Date.UTC(2051, 1, 1)
const revocation_date = Date.UTC(2025, 11, 1)
const times = { this_update, next_update, revoked: [] }

let ca: TestCertificate

beforeAll(async () => {
  ca = await make_ca()
})

const made = (options: Partial<CrlOptions>) => decode_crl(make_crl(ca, { ...times, ...options })).tbsCertList

describe('a revocation list that is made', () => {
  test('says which certificates are revoked, as others read it', () => {
    const revoked = [
      { serial_number: 0x0102n, revocation_date, reason: 'keyCompromise' },
      { serial_number: 0xffn, revocation_date },
    ] as const
    const crl = new X509Crl(make_crl(ca, { this_update, next_update, revoked }))
    expect(crl.issuer).toBe('CN=Test Root')
    expect([crl.thisUpdate.getTime(), crl.nextUpdate?.getTime()]).toEqual([this_update, next_update])
    expect(crl.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([
      ['0102', 1],
      ['ff', undefined],
    ])
  })

  test.each(['rsa', 'secp256r1', 'secp384r1', 'ed25519'] as const)(
    'is signed with a key of the algorithm %s',
    async algorithm => {
      const [issuer, other] = [await make_ca({ algorithm }), await make_ca({ algorithm })]
      const crl = decode_crl(make_crl(issuer, times))
      expect(is_crl_signed_by(crl, subject_public_key(decode_certificate(issuer.cert)))).toBe(true)
      expect(is_crl_signed_by(crl, subject_public_key(decode_certificate(other.cert)))).toBe(false)
    },
  )

  test.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const)('is signed over a hash of %s', hash => {
    const crl = decode_crl(make_crl(ca, { ...times, hash }))
    expect(is_crl_signed_by(crl, subject_public_key(decode_certificate(ca.cert)))).toBe(true)
  })

  test('says what it is about', () => {
    const rdn = [
      { type: '2.5.4.3', value: ['bmpString', 'Å'] },
      { type: '2.5.4.10', value: ['utf8String', 'Å'] },
      { type: '2.5.4.11', value: ['universalString', '𝄞'] },
    ] as const
    const issuing_distribution_point = {
      distributionPoint: ['nameRelativeToCRLIssuer', rdn],
      onlyContainsUserCerts: true,
      onlyContainsCACerts: false,
      onlySomeReasons: ['keyCompromise', 'aACompromise'],
      indirectCRL: true,
      onlyContainsAttributeCerts: false,
    } as const
    const { crlExtensions } = made({ issuing_distribution_point })
    expect(select_crl_extension(oids.id_ce_issuingDistributionPoint, crlExtensions)).toEqual(
      issuing_distribution_point,
    )
  })

  test('names each kind of name', () => {
    const { subject } = decode_certificate(ca.cert).tbsCertificate
    const names = [
      ['rfc822Name', 'a@example.com'],
      ['dNSName', 'example.com'],
      ['directoryName', subject],
      ['uniformResourceIdentifier', 'http://example.com/crl'],
      ['iPAddress', hex('7f000001')],
      ['registeredID', '1.2.3'],
      ['otherName', hex('a00706032a0304a000')],
    ] as const
    const points = [{ distributionPoint: ['fullName', names], cRLIssuer: names }] as const
    const { crlExtensions } = made({ freshest_crl: points, issuer_alt_names: names })
    expect(select_crl_extension(oids.id_ce_freshestCRL, crlExtensions)).toEqual(points)
    expect(select_crl_extension(oids.id_ce_issuerAltName, crlExtensions)).toEqual(names)
  })

  test('has its number, that of the list that it adds to, and the key of its issuer', () => {
    const { crlExtensions } = made({ crl_number: 2n ** 150n, delta_crl_indicator: 0n })
    const of_ca = decode_certificate(ca.cert).tbsCertificate.extensions
    expect(select_crl_extension(oids.id_ce_cRLNumber, crlExtensions)).toBe(2n ** 150n)
    expect(select_crl_extension(oids.id_ce_deltaCRLIndicator, crlExtensions)).toBe(0n)
    expect(select_crl_extension(oids.id_ce_authorityKeyIdentifier, crlExtensions)).toEqual({
      keyIdentifier: select_extension(oids.id_ce_subjectKeyIdentifier, of_ca),
    })
  })

  test('says of each entry what there is to say', () => {
    const { subject } = decode_certificate(ca.cert).tbsCertificate
    const { revokedCertificates } = made({
      revoked: [
        {
          serial_number: -129n,
          revocation_date,
          reason: 'aACompromise',
          invalidity_date: revocation_date - 1000,
          certificate_issuer: [['directoryName', subject]],
          extensions: [{ extnID: '1.2.3', critical: true, extnValue: hex('0500') }],
        },
      ],
    })
    expect([...revokedCertificates]).toEqual([
      {
        userCertificate: -129n,
        revocationDate: revocation_date,
        crlEntryExtensions: [
          { extnID: '2.5.29.21', critical: false, extnValue: 'aACompromise' },
          { extnID: '2.5.29.24', critical: false, extnValue: revocation_date - 1000 },
          { extnID: '2.5.29.29', critical: true, extnValue: [['directoryName', subject]] },
          { extnID: '1.2.3', critical: true, extnValue: hex('0500') },
        ],
      },
    ])
  })

  test('need not say when the next one comes', () => {
    expect(decode_crl(make_crl(ca, { this_update, revoked: [] })).tbsCertList.nextUpdate).toBeUndefined()
  })
})
