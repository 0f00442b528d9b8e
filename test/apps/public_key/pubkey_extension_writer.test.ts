// Each extension that is decoded is encoded to what decodes to the same.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { read_der } from '../../../apps/public_key/pubkey_der.ts'
import { sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { write_decoded_extension } from '../../../apps/public_key/pubkey_extension_writer.ts'
import { type Extension, key_usages, read_extensions } from '../../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName } from '../../../apps/public_key/pubkey_names.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import {
  generate_key,
  pkix_decode_cert,
  pkix_sign,
  public_key_of,
} from '../../../apps/public_key/public_key.ts'
import { hex, to_hex } from '../../support/hex.ts'

const again = (extension: Extension) => {
  const der = sequence(write_decoded_extension(extension))
  return { der, read: read_der(der, read_extensions)[0]! }
}

const name = pkix_decode_cert(
  pkix_sign(
    {
      version: 'v3',
      serialNumber: 1n,
      signature: { algorithm: oids.id_Ed25519 },
      issuer: { rdnSequence: [] },
      subject: {
        rdnSequence: [
          [{ type: '2.5.4.6', value: ['printableString', 'SE'] }],
          [
            { type: '2.5.4.3', value: ['utf8String', 'Åsa 🦉'] },
            { type: '2.5.4.10', value: ['bmpString', 'Åsa'] },
          ],
          [{ type: '2.5.4.11', value: ['universalString', '🦉'] }],
          [{ type: '2.5.4.5', value: ['any', hex('0401ff')] }],
        ],
      },
      validity: { notBefore: 0, notAfter: 1000 },
      subjectPublicKeyInfo: public_key_of(generate_key(['namedCurve', 'ed25519'])),
      extensions: [],
    },
    generate_key(['namedCurve', 'ed25519']),
  ),
  'otp',
).tbsCertificate.subject

const names: readonly GeneralName[] = [
  ['otherName', hex('a00a 06032a0304 a0030c0141'.replaceAll(' ', ''))],
  ['rfc822Name', 'a@b.example'],
  ['dNSName', 'b.example'],
  ['directoryName', name],
  ['uniformResourceIdentifier', 'http://b.example/'],
  ['iPAddress', hex('7f000001')],
  ['registeredID', '1.2.3.4'],
]
const subtrees = names.map(base => ({ base, minimum: 0 }))
const point = {
  distributionPoint: ['fullName', names],
  reasons: ['keyCompromise', 'aACompromise'],
  cRLIssuer: [['directoryName', name]],
} as const
const relative = { distributionPoint: ['nameRelativeToCRLIssuer', name.rdnSequence[1]!] } as const
const qualifier = { policyQualifierId: '1.3.6.1.5.5.7.2.1', qualifier: hex('160161') }

const values: readonly (readonly [string, Extension['extnValue']])[] = [
  [oids.id_ce_subjectKeyIdentifier, hex('0102')],
  [oids.id_ce_keyUsage, ['digitalSignature']],
  [oids.id_ce_keyUsage, [...key_usages]],
  [oids.id_ce_subjectAltName, names],
  [oids.id_ce_issuerAltName, names.slice(0, 1)],
  [oids.id_ce_basicConstraints, { cA: false }],
  [oids.id_ce_basicConstraints, { cA: true, pathLenConstraint: 0 }],
  [oids.id_ce_nameConstraints, { permittedSubtrees: subtrees, excludedSubtrees: subtrees }],
  [oids.id_ce_nameConstraints, { excludedSubtrees: [{ base: names[2]!, minimum: 1, maximum: 300 }] }],
  [oids.id_ce_cRLDistributionPoints, [point, relative, {}]],
  [oids.id_ce_freshestCRL, [relative]],
  [
    oids.id_ce_authorityKeyIdentifier,
    { keyIdentifier: hex('01'), authorityCertIssuer: names, authorityCertSerialNumber: -129n },
  ],
  [oids.id_ce_authorityKeyIdentifier, { authorityCertSerialNumber: 2n ** 159n }],
  [oids.id_ce_extKeyUsage, [oids.anyExtendedKeyUsage, oids.id_kp_serverAuth]],
  [
    oids.id_ce_certificatePolicies,
    [{ policyIdentifier: '1.2.3' }, { policyIdentifier: '2.999.3', policyQualifiers: [qualifier] }],
  ],
  [oids.id_ce_policyMappings, [{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }]],
  [oids.id_ce_policyConstraints, { requireExplicitPolicy: 0, inhibitPolicyMapping: 200 }],
  [oids.id_ce_policyConstraints, { inhibitPolicyMapping: 1 }],
  [oids.id_ce_inhibitAnyPolicy, 128],
  [oids.id_pe_authorityInfoAccess, [{ accessMethod: '1.3.6.1.5.5.7.48.1', accessLocation: names[4]! }]],
  [
    oids.id_pe_subjectInfoAccess,
    [{ accessMethod: '1.3.6.1.5.5.7.48.5', accessLocation: ['directoryName', name] }],
  ],
  [oids.id_pe_tlsfeature, [5, 17]],
  ['1.2.3.4', hex('0500')],
]

describe('an extension', () => {
  test.each(values)('comes back: %s', (extnID, extnValue) => {
    for (const critical of [false, true]) {
      const { der, read } = again({ extnID, critical, extnValue })
      expect(read).toEqual({ extnID, critical, extnValue })
      expect(to_hex(again(read).der)).toBe(to_hex(der))
    }
  })

  test('of key usages comes back, whichever they are', () => {
    fc.assert(
      fc.property(fc.subarray([...key_usages]), extnValue => {
        const extension = { extnID: oids.id_ce_keyUsage, critical: true, extnValue }
        expect(again(extension).read).toEqual(extension)
      }),
    )
  })

  test('of long names has lengths of several bytes', () => {
    for (const size of [127, 128, 255, 256, 70_000]) {
      const extnValue = [['dNSName', 'a'.repeat(size)]] as const
      const extension = { extnID: oids.id_ce_subjectAltName, critical: false, extnValue }
      expect(again(extension).read).toEqual(extension)
      const access = [{ accessMethod: '1.2.3', accessLocation: extnValue[0] }]
      const other = { extnID: oids.id_pe_authorityInfoAccess, critical: false, extnValue: access }
      expect(again(other).read).toEqual(other)
    }
  })
})
