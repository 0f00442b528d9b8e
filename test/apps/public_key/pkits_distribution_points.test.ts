// PKITS 4.14 and 4.15: distribution points, lists about some certificates or some reasons, indirect lists, deltas.

import { describe } from '@jest/globals'
import type { CertificateRow } from '../../support/chain_maker.ts'
import type { CrlRow } from '../../support/chain_maker_crls.ts'
import type { DistributionPointRow, Reason } from '../../support/chain_maker_extensions.ts'
import { authority, authority_at_end, end_entity, named, trust_anchor } from '../../support/pkits.ts'
import { type RevocationScenario, test_revocation } from '../../support/pkits_revocation.ts'

const unknown = 'revocation_status_undetermined'
const organization = 'C=US, O=Test Certificates 2011'
const signs_crls = { key_usage: { usages: ['cRLSign'] } } as const
const signs_certificates = { key_usage: { usages: ['keyCertSign'] } } as const

/** The name of an authority that is a unit of the organization. */
const unit = (name: string) => `${organization}, OU=${name}`
const in_unit = (name: string, different: CertificateRow = {}) =>
  authority(trust_anchor, { subject: unit(name), ...different })
const full = (...names: readonly string[]): DistributionPointRow => ({
  full_name: names.map(name => ['directoryName', name]),
})
const end = (issuer: string, serial: bigint, ...distribution_points: readonly DistributionPointRow[]) =>
  end_entity(issuer, { serial, ...(distribution_points.length > 0 && { distribution_points }) })

const compromises: readonly Reason[] = ['keyCompromise', 'cACompromise']
const other_reasons: readonly Reason[] = [
  'unused',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
]

describe('PKITS 4.14, distribution points', () => {
  const [dp1, dp2] = ['distributionPoint1 CA', 'distributionPoint2 CA'] as const
  const crl1_of = (name: string) => `${unit(name)}, CN=CRL1 of ${name}`
  const certificates = {
    [dp1]: in_unit(dp1),
    [dp2]: in_unit(dp2),
    'No issuingDistributionPoint CA': in_unit('No issuingDistributionPoint CA'),
    'onlyContainsUserCerts CA': authority(trust_anchor),
    'onlyContainsCACerts CA': authority(trust_anchor),
    'onlyContainsAttributeCerts CA': authority(trust_anchor),
  }
  const crls: Readonly<Record<string, CrlRow>> = {
    'dp1 CRL': {
      signed_by: dp1,
      issuing_distribution_point: full(crl1_of(dp1)),
      entries: [{ serial: 2n }],
    },
    'dp2 CRL': {
      signed_by: dp2,
      issuing_distribution_point: { relative_name: `CN=CRL1 of ${dp2}` },
      entries: [{ serial: 2n }],
    },
    'No issuingDistributionPoint CA CRL': { signed_by: 'No issuingDistributionPoint CA' },
    'onlyContainsUserCerts CA CRL': {
      signed_by: 'onlyContainsUserCerts CA',
      issuing_distribution_point: { only: 'user' },
    },
    'onlyContainsCACerts CA CRL': {
      signed_by: 'onlyContainsCACerts CA',
      issuing_distribution_point: { only: 'authority' },
    },
    'onlyContainsAttributeCerts CA CRL': {
      signed_by: 'onlyContainsAttributeCerts CA',
      issuing_distribution_point: { only: 'attribute' },
    },
  }
  const [relative_1, relative_2] = [dp1, dp2].map(name => ({ relative_name: `CN=CRL1 of ${name}` }))
  const scenarios: readonly RevocationScenario[] = [
    ['4.14.1', 'Valid distributionPoint Test1', end(dp1, 1n, full(crl1_of(dp1))), ['dp1 CRL'], true],
    [
      '4.14.2',
      'Invalid distributionPoint Test2',
      end(dp1, 2n, full(crl1_of(dp1))),
      ['dp1 CRL'],
      'unspecified',
    ],
    [
      '4.14.3',
      'Invalid distributionPoint Test3',
      end(dp1, 3n, full(`${unit(dp1)}, CN=CRLx of ${dp1}`)),
      ['dp1 CRL'],
      unknown,
    ],
    ['4.14.4', 'Valid distributionPoint Test4', end(dp1, 4n, relative_1!), ['dp1 CRL'], true],
    ['4.14.5', 'Valid distributionPoint Test5', end(dp2, 1n, relative_2!), ['dp2 CRL'], true],
    ['4.14.6', 'Invalid distributionPoint Test6', end(dp2, 2n, relative_2!), ['dp2 CRL'], 'unspecified'],
    ['4.14.7', 'Valid distributionPoint Test7', end(dp2, 3n, full(crl1_of(dp2))), ['dp2 CRL'], true],
    ['4.14.8', 'Invalid distributionPoint Test8', end(dp2, 4n, full(unit(dp2))), ['dp2 CRL'], unknown],
    ['4.14.9', 'Invalid distributionPoint Test9', end(dp2, 5n), ['dp2 CRL'], unknown],
    [
      '4.14.10',
      'Valid No issuingDistributionPoint Test10',
      end('No issuingDistributionPoint CA', 1n, full(`${unit('No issuingDistributionPoint CA')}, CN=CRL`)),
      ['No issuingDistributionPoint CA CRL'],
      true,
    ],
    [
      '4.14.11',
      'Invalid onlyContainsUserCerts CRL Test11',
      authority_at_end('onlyContainsUserCerts CA'),
      ['onlyContainsUserCerts CA CRL'],
      unknown,
    ],
    [
      '4.14.12',
      'Invalid onlyContainsCACerts CRL Test12',
      end('onlyContainsCACerts CA', 1n),
      ['onlyContainsCACerts CA CRL'],
      unknown,
    ],
    [
      '4.14.13',
      'Valid onlyContainsCACerts CRL Test13',
      authority_at_end('onlyContainsCACerts CA'),
      ['onlyContainsCACerts CA CRL'],
      true,
    ],
    [
      '4.14.14',
      'Invalid onlyContainsAttributeCerts Test14',
      end('onlyContainsAttributeCerts CA', 1n),
      ['onlyContainsAttributeCerts CA CRL'],
      unknown,
    ],
  ]
  test_revocation({ certificates, crls }, scenarios)
})

describe('PKITS 4.14, lists about some reasons', () => {
  const [ca1, ca2, ca3, ca4] = [1, 2, 3, 4].map(number => `onlySomeReasons CA${number}`)
  const list = (signed_by: string, only_some_reasons: readonly Reason[], at?: string): CrlRow => ({
    signed_by,
    issuing_distribution_point: { only_some_reasons, ...(at && full(`${unit(signed_by)}, CN=${at}`)) },
  })
  const certificates = {
    [ca1!]: authority(trust_anchor),
    [ca2!]: authority(trust_anchor),
    [ca3!]: in_unit(ca3!),
    [ca4!]: in_unit(ca4!),
  }
  const crls: Readonly<Record<string, CrlRow>> = {
    'CA1 compromise': { ...list(ca1!, compromises), entries: [{ serial: 1n, reason: 'keyCompromise' }] },
    'CA1 other': { ...list(ca1!, other_reasons), entries: [{ serial: 2n, reason: 'certificateHold' }] },
    'CA2 CRL1': list(ca2!, ['affiliationChanged', 'superseded']),
    'CA2 CRL2': list(ca2!, ['cessationOfOperation', 'certificateHold']),
    'CA3 compromise': list(ca3!, compromises, 'CRL'),
    'CA3 other': list(ca3!, other_reasons, 'CRL'),
    'CA4 compromise': {
      ...list(ca4!, compromises, 'CRL1'),
      entries: [{ serial: 2n, reason: 'keyCompromise' }],
    },
    'CA4 other': {
      ...list(ca4!, other_reasons, 'CRL2'),
      entries: [{ serial: 3n, reason: 'affiliationChanged' }],
    },
  }
  const both = [
    { ...full(`${unit(ca4!)}, CN=CRL1`), reasons: compromises },
    { ...full(`${unit(ca4!)}, CN=CRL2`), reasons: other_reasons },
  ]
  const of_ca4 = ['CA4 compromise', 'CA4 other']
  const scenarios: readonly RevocationScenario[] = [
    [
      '4.14.15',
      'Invalid onlySomeReasons Test15',
      end(ca1!, 1n),
      ['CA1 compromise', 'CA1 other'],
      'keyCompromise',
    ],
    [
      '4.14.16',
      'Invalid onlySomeReasons Test16',
      end(ca1!, 2n),
      ['CA1 compromise', 'CA1 other'],
      'certificateHold',
    ],
    ['4.14.17', 'Invalid onlySomeReasons Test17', end(ca2!, 1n), ['CA2 CRL1', 'CA2 CRL2'], unknown],
    [
      '4.14.18',
      'Valid onlySomeReasons Test18',
      end(ca3!, 1n, full(`${unit(ca3!)}, CN=CRL`)),
      ['CA3 compromise', 'CA3 other'],
      true,
    ],
    ['4.14.19', 'Valid onlySomeReasons Test19', end(ca4!, 1n, ...both), of_ca4, true],
    ['4.14.20', 'Invalid onlySomeReasons Test20', end(ca4!, 2n, ...both), of_ca4, 'keyCompromise'],
    ['4.14.21', 'Invalid onlySomeReasons Test21', end(ca4!, 3n, ...both), of_ca4, 'affiliationChanged'],
  ]
  test_revocation({ certificates, crls }, scenarios)
})

describe('PKITS 4.14, indirect lists', () => {
  const issuer_of = (name: string) => `${name} cRLIssuer`
  const [ca3, ca4, ca5] = [3, 4, 5].map(number => `indirectCRL CA${number}`)
  const [ca1, ca2, ca6, ca7] = [1, 2, 6, 7].map(number => `indirectCRL CA${number}`)
  /** The point of an authority's certificates, where somebody else's list is. */
  const indirect_for = (name: string, issuer: string): DistributionPointRow =>
    full(`${unit(issuer)}, CN=indirect CRL for ${name}`)
  const by = (name: string) => ({ ...indirect_for(name, issuer_of(name)), crl_issuer: unit(issuer_of(name)) })
  const crl1_of_ca3 = full(`${unit(ca3!)}, CN=CRL1`)
  const crl1_of_ca5 = full(`${unit(ca5!)}, CN=CRL1 for ${ca5}`)
  const certificates: Readonly<Record<string, CertificateRow>> = {
    [ca1!]: authority(trust_anchor),
    [ca2!]: authority(trust_anchor, signs_certificates),
    [ca3!]: in_unit(ca3!),
    [issuer_of(ca3!)]: end_entity(ca3!, {
      ...signs_crls,
      subject: unit(issuer_of(ca3!)),
      distribution_points: [crl1_of_ca3],
    }),
    [ca4!]: in_unit(ca4!, signs_certificates),
    [issuer_of(ca4!)]: end_entity(ca4!, {
      ...signs_crls,
      subject: unit(issuer_of(ca4!)),
      distribution_points: [by(ca4!)],
    }),
    [ca5!]: in_unit(ca5!),
    [ca6!]: authority(trust_anchor),
  }
  const indirect_list = (name: string): CrlRow => ({
    signed_by: issuer_of(name),
    issuing_distribution_point: { ...indirect_for(name, issuer_of(name)), indirect: true },
  })
  const crls: Readonly<Record<string, CrlRow>> = {
    'CA1 CRL': {
      signed_by: ca1!,
      issuing_distribution_point: { indirect: true },
      entries: [{ serial: 2n }],
    },
    'CA3 CRL': { signed_by: ca3!, issuing_distribution_point: crl1_of_ca3 },
    'CA3 cRLIssuer CRL': indirect_list(ca3!),
    'CA4 cRLIssuer CRL': indirect_list(ca4!),
    'CA5 CRL': {
      signed_by: ca5!,
      issuing_distribution_point: {
        full_name: [
          ...indirect_for(ca6!, ca5!).full_name!,
          ...indirect_for(ca7!, ca5!).full_name!,
          ...crl1_of_ca5.full_name!,
        ],
        indirect: true,
      },
      entries: [
        { serial: 1n },
        { serial: 2n, certificate_issuer: named(ca6!) },
        { serial: 3n },
        { serial: 4n },
        { serial: 5n, certificate_issuer: named(ca7!) },
        { serial: 6n },
        { serial: 7n },
        { serial: 8n, certificate_issuer: named(ca6!) },
        { serial: 9n },
        { serial: 10n, certificate_issuer: unit(ca5!) },
        { serial: 11n },
      ],
    },
  }
  const [ca1_crl, ca5_crl] = [['CA1 CRL'], ['CA5 CRL']]
  const ca3_crls = ['CA3 CRL', 'CA3 cRLIssuer CRL']
  const of_ca5 = { ...indirect_for(ca6!, ca5!), crl_issuer: unit(ca5!) }
  const scenarios: readonly RevocationScenario[] = [
    ['4.14.22', 'Valid IDP with indirectCRL Test22', end(ca1!, 1n), ca1_crl, true],
    ['4.14.23', 'Invalid IDP with indirectCRL Test23', end(ca1!, 2n), ca1_crl, 'unspecified'],
    [
      '4.14.24',
      'Valid IDP with indirectCRL Test24',
      end(ca2!, 1n, { crl_issuer: named(ca1!) }),
      ca1_crl,
      true,
    ],
    [
      '4.14.25',
      'Valid IDP with indirectCRL Test25',
      end(ca2!, 2n, { crl_issuer: named(ca1!) }),
      ca1_crl,
      true,
    ],
    [
      '4.14.26',
      'Invalid IDP with indirectCRL Test26',
      end(ca2!, 3n, { crl_issuer: named(`${ca1}x`) }),
      ca1_crl,
      unknown,
    ],
    [
      '4.14.27',
      'Invalid cRLIssuer Test27',
      end(ca2!, 4n, { crl_issuer: named('Good CA') }),
      ['Good CA CRL'],
      unknown,
    ],
    ['4.14.28', 'Valid cRLIssuer Test28', end(ca3!, 2n, by(ca3!)), ca3_crls, true],
    [
      '4.14.29',
      'Valid cRLIssuer Test29',
      end(ca3!, 3n, {
        relative_name: `CN=indirect CRL for ${ca3}`,
        crl_issuer: unit(issuer_of(ca3!)),
      }),
      ca3_crls,
      true,
    ],
    ['4.14.30', 'Valid cRLIssuer Test30', end(ca4!, 2n, by(ca4!)), ['CA4 cRLIssuer CRL'], true],
    ['4.14.31', 'Invalid cRLIssuer Test31', end(ca6!, 2n, of_ca5), ca5_crl, 'unspecified'],
    ['4.14.32', 'Invalid cRLIssuer Test32', end(ca6!, 9n, of_ca5), ca5_crl, 'unspecified'],
    ['4.14.33', 'Valid cRLIssuer Test33', end(ca6!, 7n, of_ca5), ca5_crl, true],
    ['4.14.34', 'Invalid cRLIssuer Test34', end(ca5!, 11n, crl1_of_ca5), ca5_crl, 'unspecified'],
    [
      '4.14.35',
      'Invalid cRLIssuer Test35',
      end(ca5!, 12n, { ...crl1_of_ca5, crl_issuer: named(ca6!) }),
      ca5_crl,
      unknown,
    ],
  ]
  test_revocation({ certificates, crls }, scenarios)
})

describe('PKITS 4.15, deltas', () => {
  const [no_base, ca1, ca2, ca3] = ['No Base CA', 'deltaCRL CA1', 'deltaCRL CA2', 'deltaCRL CA3'] as const
  const certificates = Object.fromEntries(
    [no_base, ca1, ca2, ca3].map(name => [name, authority(trust_anchor)]),
  )
  const freshest = (name: string) => ({ freshest_crl: [full(named(name))] })
  const delta = { this_update: '220101083000Z' }
  const crls: Readonly<Record<string, CrlRow>> = {
    'No Base CRL': { signed_by: no_base, ...delta, number: 5, delta_base: 1 },
    'CA1 CRL': {
      signed_by: ca1,
      ...freshest(ca1),
      entries: [
        { serial: 2n, reason: 'keyCompromise' },
        { serial: 4n, reason: 'certificateHold' },
        { serial: 5n, reason: 'certificateHold' },
      ],
    },
    'CA1 deltaCRL': {
      signed_by: ca1,
      ...delta,
      number: 5,
      delta_base: 1,
      entries: [
        { serial: 3n, reason: 'keyCompromise' },
        { serial: 4n, reason: 'removeFromCRL' },
        { serial: 5n, reason: 'keyCompromise' },
        { serial: 6n, reason: 'removeFromCRL' },
      ],
    },
    'CA2 CRL': {
      signed_by: ca2,
      ...freshest(ca2),
      number: 2,
      entries: [{ serial: 2n, reason: 'keyCompromise' }],
    },
    'CA2 deltaCRL': {
      signed_by: ca2,
      ...delta,
      number: 3,
      delta_base: 1,
      entries: [{ serial: 2n, reason: 'keyCompromise' }],
    },
    'CA3 CRL': { signed_by: ca3, ...freshest(ca3), next_update: '220601083000Z' },
    'CA3 deltaCRL': { signed_by: ca3, ...delta, number: 3, delta_base: 2 },
  }
  const covered = (issuer: string, serial: bigint) =>
    end_entity(issuer, { serial, distribution_points: [full(named(issuer))], ...freshest(issuer) })
  const of_ca1 = ['CA1 CRL', 'CA1 deltaCRL']
  const of_ca2 = ['CA2 CRL', 'CA2 deltaCRL']
  const scenarios: readonly RevocationScenario[] = [
    ['4.15.1', 'Invalid deltaCRLIndicator No Base Test1', end(no_base, 1n), ['No Base CRL'], unknown],
    ['4.15.2', 'Valid delta-CRL Test2', covered(ca1, 1n), of_ca1, true],
    ['4.15.3', 'Invalid delta-CRL Test3', covered(ca1, 2n), of_ca1, 'keyCompromise'],
    ['4.15.4', 'Invalid delta-CRL Test4', covered(ca1, 3n), of_ca1, 'keyCompromise'],
    ['4.15.5', 'Valid delta-CRL Test5', covered(ca1, 4n), of_ca1, true],
    ['4.15.6', 'Invalid delta-CRL Test6', covered(ca1, 5n), of_ca1, 'keyCompromise'],
    ['4.15.7', 'Valid delta-CRL Test7', covered(ca1, 6n), of_ca1, true],
    ['4.15.8', 'Valid delta-CRL Test8', covered(ca2, 1n), of_ca2, true],
    ['4.15.9', 'Invalid delta-CRL Test9', covered(ca2, 2n), of_ca2, 'keyCompromise'],
    ['4.15.10', 'Invalid delta-CRL Test10', covered(ca3, 1n), ['CA3 CRL', 'CA3 deltaCRL'], unknown],
  ]
  test_revocation({ certificates, crls }, scenarios)
})
