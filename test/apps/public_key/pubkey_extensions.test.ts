import { describe, expect, test } from '@jest/globals'
import { read_der } from '../../../apps/public_key/pubkey_der.ts'
import { object_identifier, octet_string, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import {
  type Extension,
  read_extensions,
  select_extension,
} from '../../../apps/public_key/pubkey_extensions.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { hex } from '../../support/hex.ts'

function read(oid: string, digits: string): readonly Extension[] {
  return read_der(sequence(sequence(object_identifier(oid), octet_string(hex(digits)))), read_extensions)
}

const value_of = (oid: string, digits: string) => read(oid, digits)[0]!.extnValue

describe('the value of an extension', () => {
  test('basicConstraints says whether it is an authority, and how long a path may be', () => {
    expect(value_of(oids.id_ce_basicConstraints, '3000')).toEqual({ cA: false })
    expect(value_of(oids.id_ce_basicConstraints, '3003 0101ff')).toEqual({ cA: true })
    expect(value_of(oids.id_ce_basicConstraints, '3006 0101ff 020103')).toEqual({
      cA: true,
      pathLenConstraint: 3,
    })
    expect(value_of(oids.id_ce_basicConstraints, '3003 020100')).toEqual({ cA: false, pathLenConstraint: 0 })
  })

  test('keyUsage names its bits, and passes over those without a name', () => {
    expect(value_of(oids.id_ce_keyUsage, '0302 0780')).toEqual(['digitalSignature'])
    expect(value_of(oids.id_ce_keyUsage, '0303 07ff80')).toHaveLength(9)
    expect(value_of(oids.id_ce_keyUsage, '0303 000001')).toEqual([])
  })

  test('extKeyUsage lists purposes', () => {
    expect(value_of(oids.id_ce_extKeyUsage, '3006 0604551d2500')).toEqual([oids.anyExtendedKeyUsage])
  })

  test('subjectKeyIdentifier is bytes', () => {
    expect(value_of(oids.id_ce_subjectKeyIdentifier, '0402 0102')).toEqual(hex('0102'))
  })

  test('authorityKeyIdentifier can have an identifier, or a name and a serial number', () => {
    expect(value_of(oids.id_ce_authorityKeyIdentifier, '3000')).toEqual({})
    expect(value_of(oids.id_ce_authorityKeyIdentifier, '3004 8002 0102')).toEqual({
      keyIdentifier: hex('0102'),
    })
    expect(value_of(oids.id_ce_authorityKeyIdentifier, '300b a106 8204 61626364 8201 07')).toEqual({
      authorityCertIssuer: [['dNSName', 'abcd']],
      authorityCertSerialNumber: 7n,
    })
  })

  test('nameConstraints has subtrees that are permitted and excluded', () => {
    expect(value_of(oids.id_ce_nameConstraints, '300a a008 3006 8201 61 8101 05')).toEqual({
      permittedSubtrees: [{ base: ['dNSName', 'a'], minimum: 0, maximum: 5 }],
    })
    expect(value_of(oids.id_ce_nameConstraints, '300a a108 3006 8201 61 8001 01')).toEqual({
      excludedSubtrees: [{ base: ['dNSName', 'a'], minimum: 1 }],
    })
  })

  test('cRLDistributionPoints says where, for which reasons and from whom', () => {
    const full_name = '300b a005 a003 8601 61 8102 0106'
    expect(value_of(oids.id_ce_cRLDistributionPoints, `300d ${full_name}`)).toEqual([
      {
        distributionPoint: ['fullName', [['uniformResourceIdentifier', 'a']]],
        reasons: ['cessationOfOperation', 'certificateHold'],
      },
    ])
    expect(value_of(oids.id_ce_cRLDistributionPoints, '3007 3005 a203 8201 61')).toEqual([
      { cRLIssuer: [['dNSName', 'a']] },
    ])
    expect(value_of(oids.id_ce_cRLDistributionPoints, '3010 300e a00c a10a 3008 0603550403 130161')).toEqual([
      {
        distributionPoint: [
          'nameRelativeToCRLIssuer',
          [{ type: '2.5.4.3', value: ['printableString', 'a'] }],
        ],
      },
    ])
  })

  test('freshestCRL is as cRLDistributionPoints', () => {
    expect(value_of(oids.id_ce_freshestCRL, '3007 3005 a203 8201 61')).toEqual([
      { cRLIssuer: [['dNSName', 'a']] },
    ])
  })

  test('certificatePolicies lists policies and where they can be read', () => {
    expect(value_of(oids.id_ce_certificatePolicies, '3008 3006 0604551d2000')).toEqual([
      { policyIdentifier: oids.anyPolicy },
    ])
    const qualifier = '300d 06082b06010505070201 160161'
    expect(value_of(oids.id_ce_certificatePolicies, `3017 3015 06022a03 300f ${qualifier}`)).toEqual([
      {
        policyIdentifier: '1.2.3',
        policyQualifiers: [{ policyQualifierId: oids.id_qt_cps, qualifier: hex('160161') }],
      },
    ])
  })

  test('policyMappings pairs policies of issuer and subject', () => {
    expect(value_of(oids.id_ce_policyMappings, '300a 3008 06022a03 06022a04')).toEqual([
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
    ])
  })

  test('policyConstraints and inhibitAnyPolicy count certificates', () => {
    expect(value_of(oids.id_ce_policyConstraints, '3003 800105')).toEqual({ requireExplicitPolicy: 5 })
    expect(value_of(oids.id_ce_policyConstraints, '3003 810100')).toEqual({ inhibitPolicyMapping: 0 })
    expect(value_of(oids.id_ce_policyConstraints, '3006 800101 810102')).toEqual({
      requireExplicitPolicy: 1,
      inhibitPolicyMapping: 2,
    })
    expect(value_of(oids.id_ce_inhibitAnyPolicy, '020107')).toBe(7)
  })

  test.each([oids.id_pe_authorityInfoAccess, oids.id_pe_subjectInfoAccess])(
    '%s says where something can be had',
    oid => {
      expect(value_of(oid, '300f 300d 06082b06010505073001 860161')).toEqual([
        { accessMethod: oids.id_ad_ocsp, accessLocation: ['uniformResourceIdentifier', 'a'] },
      ])
    },
  )

  test('tlsfeature lists TLS extensions', () => {
    expect(value_of(oids.id_pe_tlsfeature, '3006 020105 020111')).toEqual([5, 17])
  })

  test.each([
    [oids.id_ce_basicConstraints, '3003 010101'],
    [oids.id_ce_basicConstraints, '3003 0201ff'],
    [oids.id_ce_basicConstraints, '3000 00'],
    [oids.id_ce_keyUsage, '0300'],
    [oids.id_ce_extKeyUsage, '3002 0500'],
    [oids.id_ce_subjectAltName, '3000'],
    [oids.id_ce_issuerAltName, '0500'],
    [oids.id_ce_nameConstraints, '3004 a202 3000'],
    [oids.id_ce_authorityKeyIdentifier, '3002 8300'],
    [oids.id_ce_cRLDistributionPoints, '3004 3002 a000'],
    [oids.id_ce_subjectKeyIdentifier, ''],
    [oids.id_ce_extKeyUsage, '3000'],
    [oids.id_ce_cRLDistributionPoints, '3000'],
    [oids.id_ce_freshestCRL, '3000'],
    [oids.id_ce_certificatePolicies, '3000'],
    [oids.id_ce_certificatePolicies, '3006 3004 06022a03 3000'],
    [oids.id_ce_certificatePolicies, '3008 3006 06022a03 3000'],
    [oids.id_ce_policyMappings, '3006 3004 06022a03'],
    [oids.id_ce_policyConstraints, '3003 8001ff'],
    [oids.id_ce_policyConstraints, '3006 810100 800100'],
    [oids.id_ce_inhibitAnyPolicy, '0201ff'],
    [oids.id_ce_inhibitAnyPolicy, '0205 0100000000'],
    [oids.id_pe_authorityInfoAccess, '3000'],
    [oids.id_pe_authorityInfoAccess, '3004 3002 0600'],
    [oids.id_pe_tlsfeature, '3003 0601ff'],
  ])('%s is refused as %p', (oid, digits) => {
    expect(() => read(oid, digits)).toThrow(DecodeError)
  })

  test('of any other kind is bytes, whatever its name', () => {
    expect(value_of('1.2.3', 'ffff')).toEqual(hex('ffff'))
  })
})

test('more extensions than anybody has are refused', () => {
  const list = (count: number) =>
    sequence(
      ...Array.from({ length: count }, (_, index) =>
        sequence(object_identifier(`1.2.${index}`), octet_string(hex(''))),
      ),
    )
  expect(read_der(list(256), read_extensions)).toHaveLength(256)
  expect(() => read_der(list(257), read_extensions)).toThrow(DecodeError)
  expect(() => read_der(sequence(), read_extensions)).toThrow(DecodeError)
})

test('an extension is found by its identifier', () => {
  const extensions = read(oids.id_ce_keyUsage, '0302 0780')
  expect(select_extension(oids.id_ce_keyUsage, extensions)).toEqual(['digitalSignature'])
  expect(select_extension(oids.id_ce_basicConstraints, extensions)).toBeUndefined()
})
