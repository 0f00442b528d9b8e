// PKITS 4.13: what authorities may give names to.

import { describe } from '@jest/globals'
import type { CertificateRow } from '../../support/chain_maker.ts'
import type { GeneralNameRow } from '../../support/chain_maker_names.ts'
import {
  authority,
  end_entity,
  named,
  type Scenario,
  test_scenarios,
  trust_anchor,
} from '../../support/pkits.ts'

const organization = 'C=US, O=Test Certificates 2011'
const permitted_1 = `${organization}, OU=permittedSubtree1`
const excluded_1 = `${organization}, OU=excludedSubtree1`

const directory = (...names: readonly string[]): readonly GeneralNameRow[] =>
  names.map(name => ['directoryName', name])

const rows = {
  'DN1 CA': authority(trust_anchor, { permitted: directory(permitted_1) }),
  'DN2 CA': authority(trust_anchor, {
    permitted: directory(permitted_1, `${organization}, OU=permittedSubtree2`),
  }),
  'DN3 CA': authority(trust_anchor, { excluded: directory(excluded_1) }),
  'DN4 CA': authority(trust_anchor, {
    excluded: directory(excluded_1, `${organization}, OU=excludedSubtree2`),
  }),
  'DN5 CA': authority(trust_anchor, {
    permitted: directory(permitted_1),
    excluded: directory(`${permitted_1}, OU=excludedSubtree1`),
  }),
  'DN1 subCA1': authority('DN1 CA', {
    subject: `${permitted_1}, CN=DN1 subCA1`,
    permitted: directory(`${permitted_1}, OU=permittedSubtree2`),
  }),
  'DN1 subCA2': authority('DN1 CA', {
    subject: `${permitted_1}, CN=DN1 subCA2`,
    permitted: directory(`${organization}, OU=permittedSubtree2`),
  }),
  'DN1 subCA3': authority('DN1 CA', {
    subject: `${permitted_1}, CN=DN1 subCA3`,
    permitted: [['rfc822Name', 'testcertificates.gov']],
  }),
  'DN1 Self-Issued CA': authority('DN1 CA', { subject: named('DN1 CA') }),
  'DN3 subCA1': authority('DN3 CA', { excluded: directory(`${organization}, OU=excludedSubtree2`) }),
  'DN3 subCA2': authority('DN3 CA', { permitted: directory(organization) }),
  'RFC822 CA1': authority(trust_anchor, { permitted: [['rfc822Name', '.testcertificates.gov']] }),
  'RFC822 CA2': authority(trust_anchor, { permitted: [['rfc822Name', 'testcertificates.gov']] }),
  'RFC822 CA3': authority(trust_anchor, { excluded: [['rfc822Name', 'testcertificates.gov']] }),
  'DNS1 CA': authority(trust_anchor, { permitted: [['dNSName', 'testcertificates.gov']] }),
  'DNS2 CA': authority(trust_anchor, { excluded: [['dNSName', 'invalidcertificates.gov']] }),
  'URI1 CA': authority(trust_anchor, {
    permitted: [['uniformResourceIdentifier', '.testcertificates.gov']],
  }),
  'URI2 CA': authority(trust_anchor, {
    excluded: [['uniformResourceIdentifier', 'invalidcertificates.gov']],
  }),
} as const

/** A peer in these units below the organization. */
const within = (issuer: string, ...units: readonly string[]) => in_units(issuer, units)

function in_units(issuer: string, units: readonly string[], different: CertificateRow = {}): CertificateRow {
  const subject = [organization, ...units.map(unit => `OU=${unit}`), 'CN=EE'].join(', ')
  return end_entity(issuer, { subject, ...different })
}

const also = (issuer: string, unit: string, name: GeneralNameRow) =>
  in_units(issuer, [unit], { alt_names: [name] })

const mail = (issuer: string, address: string) => end_entity(issuer, { alt_names: [['rfc822Name', address]] })
const host = (issuer: string, name: string) => end_entity(issuer, { alt_names: [['dNSName', name]] })
const uri = (issuer: string, text: string) =>
  end_entity(issuer, { alt_names: [['uniformResourceIdentifier', text]] })

const refused = 'name_not_permitted'

const scenarios: readonly Scenario[] = [
  ['4.13.1', 'Valid DN nameConstraints Test1', within('DN1 CA', 'permittedSubtree1'), true],
  ['4.13.2', 'Invalid DN nameConstraints Test2', within('DN1 CA', 'excludedSubtree1'), refused],
  [
    '4.13.3',
    'Invalid DN nameConstraints Test3',
    also('DN1 CA', 'permittedSubtree1', ['directoryName', `${excluded_1}, CN=EE`]),
    refused,
  ],
  [
    '4.13.4',
    'Valid DN nameConstraints Test4',
    also('DN1 CA', 'permittedSubtree1', ['rfc822Name', 'Test4EE@testcertificates.gov']),
    true,
  ],
  [
    '4.13.5',
    'Valid DN nameConstraints Test5',
    also('DN2 CA', 'permittedSubtree1', ['directoryName', `${organization}, OU=permittedSubtree2, CN=EE`]),
    true,
  ],
  ['4.13.6', 'Valid DN nameConstraints Test6', within('DN3 CA', 'permittedSubtree1'), true],
  ['4.13.7', 'Invalid DN nameConstraints Test7', within('DN3 CA', 'excludedSubtree1'), refused],
  ['4.13.8', 'Invalid DN nameConstraints Test8', within('DN4 CA', 'excludedSubtree1'), refused],
  ['4.13.9', 'Invalid DN nameConstraints Test9', within('DN4 CA', 'excludedSubtree2'), refused],
  [
    '4.13.10',
    'Invalid DN nameConstraints Test10',
    within('DN5 CA', 'permittedSubtree1', 'excludedSubtree1'),
    refused,
  ],
  [
    '4.13.11',
    'Valid DN nameConstraints Test11',
    within('DN5 CA', 'permittedSubtree1', 'permittedSubtree2'),
    true,
  ],
  ['4.13.12', 'Invalid DN nameConstraints Test12', within('DN1 subCA1', 'permittedSubtree1'), refused],
  ['4.13.13', 'Invalid DN nameConstraints Test13', within('DN1 subCA2', 'permittedSubtree1'), refused],
  [
    '4.13.14',
    'Valid DN nameConstraints Test14',
    end_entity('DN1 subCA2', {
      subject: '',
      alt_names: [['rfc822Name', 'Test14EE@testcertificates.gov']],
      alt_names_critical: true,
    }),
    true,
  ],
  ['4.13.15', 'Invalid DN nameConstraints Test15', within('DN3 subCA1', 'excludedSubtree1'), refused],
  ['4.13.16', 'Invalid DN nameConstraints Test16', within('DN3 subCA1', 'excludedSubtree2'), refused],
  ['4.13.17', 'Invalid DN nameConstraints Test17', within('DN3 subCA2', 'excludedSubtree1'), refused],
  ['4.13.18', 'Valid DN nameConstraints Test18', within('DN3 subCA2'), true],
  [
    '4.13.19',
    'Valid Self-Issued DN nameConstraints Test19',
    within('DN1 Self-Issued CA', 'permittedSubtree1'),
    true,
  ],
  [
    '4.13.20',
    'Invalid Self-Issued DN nameConstraints Test20',
    end_entity('DN1 CA', { subject: named('DN1 CA') }),
    refused,
  ],
  [
    '4.13.21',
    'Valid RFC822 nameConstraints Test21',
    mail('RFC822 CA1', 'Test21EE@mailserver.testcertificates.gov'),
    true,
  ],
  ['4.13.22', 'Invalid RFC822 nameConstraints Test22', mail('RFC822 CA1', 'E@testcertificates.gov'), refused],
  ['4.13.23', 'Valid RFC822 nameConstraints Test23', mail('RFC822 CA2', 'E@testcertificates.gov'), true],
  [
    '4.13.24',
    'Invalid RFC822 nameConstraints Test24',
    mail('RFC822 CA2', 'Test24EE@mailserver.testcertificates.gov'),
    refused,
  ],
  [
    '4.13.25',
    'Valid RFC822 nameConstraints Test25',
    mail('RFC822 CA3', 'Test25EE@mailserver.testcertificates.gov'),
    true,
  ],
  ['4.13.26', 'Invalid RFC822 nameConstraints Test26', mail('RFC822 CA3', 'E@testcertificates.gov'), refused],
  [
    '4.13.27',
    'Valid DN and RFC822 nameConstraints Test27',
    also('DN1 subCA3', 'permittedSubtree1', ['rfc822Name', 'Test27EE@testcertificates.gov']),
    true,
  ],
  [
    '4.13.28',
    'Invalid DN and RFC822 nameConstraints Test28',
    also('DN1 subCA3', 'permittedSubtree1', ['rfc822Name', 'Test28EE@invalidcertificates.gov']),
    refused,
  ],
  [
    '4.13.29',
    'Invalid DN and RFC822 nameConstraints Test29',
    end_entity('DN1 subCA3', {
      subject: `${permitted_1}, CN=EE, emailAddress=Test29EE@invalidcertificates.gov`,
    }),
    refused,
  ],
  ['4.13.30', 'Valid DNS nameConstraints Test30', host('DNS1 CA', 'testserver.testcertificates.gov'), true],
  [
    '4.13.31',
    'Invalid DNS nameConstraints Test31',
    host('DNS1 CA', 'testserver.invalidcertificates.gov'),
    refused,
  ],
  ['4.13.32', 'Valid DNS nameConstraints Test32', host('DNS2 CA', 'testserver.testcertificates.gov'), true],
  ['4.13.33', 'Invalid DNS nameConstraints Test33', host('DNS2 CA', 'invalidcertificates.gov'), refused],
  [
    '4.13.34',
    'Valid URI nameConstraints Test34',
    uri('URI1 CA', 'http://testserver.testcertificates.gov/index.html'),
    true,
  ],
  [
    '4.13.35',
    'Invalid URI nameConstraints Test35',
    uri('URI1 CA', 'http://testcertificates.gov/invalid.html'),
    refused,
  ],
  [
    '4.13.36',
    'Valid URI nameConstraints Test36',
    uri('URI2 CA', 'http://testserver.invalidcertificates.gov/index.html'),
    true,
  ],
  [
    '4.13.37',
    'Invalid URI nameConstraints Test37',
    uri('URI2 CA', 'ftp://invalidcertificates.gov:21/test37/'),
    refused,
  ],
  ['4.13.38', 'Invalid DNS nameConstraints Test38', host('DNS1 CA', 'mytestcertificates.gov'), refused],
]

describe('PKITS 4.13, name constraints', () => {
  test_scenarios(rows, scenarios)
})
