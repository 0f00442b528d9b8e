// PKITS 4.1 to 4.3, 4.5 to 4.7 and 4.16: signatures, validity, names, self-issued certificates, basic constraints, key
// usage, extensions that nobody knows. What these have of revocation is in pkits_crls.test.ts.

import { describe } from '@jest/globals'
import {
  authority,
  authority_at_end,
  end_entity,
  named,
  type Scenario,
  test_scenarios,
  trust_anchor,
} from '../../support/pkits.ts'

describe('PKITS 4.1, signatures', () => {
  const rows = {
    'Bad Signed CA': authority(trust_anchor, { damaged: true }),
    'DSA CA': authority(trust_anchor, { key: 'dsa' }),
    'DSA Parameters Inherited CA': authority('DSA CA', { key: 'dsa_inherited' }),
  } as const
  const scenarios: readonly Scenario[] = [
    ['4.1.1', 'Valid Signatures Test1', end_entity('Good CA'), true],
    ['4.1.2', 'Invalid CA Signature Test2', end_entity('Bad Signed CA'), 'invalid_signature'],
    ['4.1.3', 'Invalid EE Signature Test3', end_entity('Good CA', { damaged: true }), 'invalid_signature'],
    ['4.1.4', 'Valid DSA Signatures Test4', end_entity('DSA CA', { key: 'dsa' }), true],
    [
      '4.1.5',
      'Valid DSA Parameter Inheritance Test5',
      end_entity('DSA Parameters Inherited CA', { key: 'dsa_inherited' }),
      true,
    ],
    [
      '4.1.6',
      'Invalid DSA Signature Test6',
      end_entity('DSA CA', { key: 'dsa', damaged: true }),
      'invalid_signature',
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.2, validity', () => {
  const late = { not_before: '340101000000Z', not_after: '350101000000Z' }
  const rows = {
    'Bad notBefore Date CA': authority(trust_anchor, late),
    'Bad notAfter Date CA': authority(trust_anchor, { not_after: '210101083000Z' }),
  } as const
  const scenarios: readonly Scenario[] = [
    ['4.2.1', 'Invalid CA notBefore Date Test1', end_entity('Bad notBefore Date CA'), 'cert_expired'],
    ['4.2.2', 'Invalid EE notBefore Date Test2', end_entity('Good CA', late), 'cert_expired'],
    [
      '4.2.3',
      'Valid pre2000 UTC notBefore Date Test3',
      end_entity('Good CA', { not_before: '500101120100Z' }),
      true,
    ],
    [
      '4.2.4',
      'Valid GeneralizedTime notBefore Date Test4',
      end_entity('Good CA', { not_before: '20220101120100Z' }),
      true,
    ],
    ['4.2.5', 'Invalid CA notAfter Date Test5', end_entity('Bad notAfter Date CA'), 'cert_expired'],
    [
      '4.2.6',
      'Invalid EE notAfter Date Test6',
      end_entity('Good CA', { not_after: '210101083000Z' }),
      'cert_expired',
    ],
    [
      '4.2.7',
      'Invalid pre2000 UTC EE notAfter Date Test7',
      end_entity('Good CA', { not_before: '970101120100Z', not_after: '990101120100Z' }),
      'cert_expired',
    ],
    [
      '4.2.8',
      'Valid GeneralizedTime notAfter Date Test8',
      end_entity('Good CA', { not_after: '20500101120100Z' }),
      true,
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.3, names that lead from one to the next', () => {
  const utf8 = (name: string) => `C=US, O=utf8:Test Certificates, CN=utf8:${name}`
  const rows = {
    'Name Ordering CA': authority(trust_anchor, {
      subject:
        'C=US, O=Test Certificates 2011, OU=Organizational Unit Name 1, OU=Organizational Unit Name 2, CN=CA',
    }),
    'UID CA': authority(trust_anchor, { subject_unique_id: Uint8Array.of(1, 2, 3) }),
    'RFC3280 Mandatory Attribute Types CA': authority(trust_anchor, {
      subject:
        'C=US, O=Test Certificates 2011, DC=gov, DC=testcertificates, ST=Maryland, serialNumber=345, dnQualifier=CA',
    }),
    'RFC3280 Optional Attribute Types CA': authority(trust_anchor, {
      subject:
        'C=US, O=Test Certificates 2011, L=Gaithersburg, givenName=John, initials=Q, pseudonym=Fictitious, surname=CA, generationQualifier=III, title=M.D.',
    }),
    'UTF8String Encoded Names CA': authority(trust_anchor, { subject: utf8('UTF8String CA') }),
    'Rollover from PrintableString to UTF8String CA': authority(trust_anchor, {
      subject: 'C=US, O=Test Certificates, CN=Rollover CA',
    }),
    'UTF8String Case Insensitive Match CA': authority(trust_anchor, {
      subject: utf8('UTF8String Case Insensitive Match CA'),
    }),
  } as const
  const good = (issuer: string) => end_entity('Good CA', { issuer })
  const scenarios: readonly Scenario[] = [
    ['4.3.1', 'Invalid Name Chaining EE Test1', good(named('Good CA Root')), 'invalid_issuer'],
    [
      '4.3.2',
      'Invalid Name Chaining Order Test2',
      end_entity('Name Ordering CA', {
        issuer:
          'C=US, O=Test Certificates 2011, OU=Organizational Unit Name 2, OU=Organizational Unit Name 1, CN=CA',
      }),
      'invalid_issuer',
    ],
    ['4.3.3', 'Valid Name Chaining Whitespace Test3', good(named('Good     CA')), true],
    [
      '4.3.4',
      'Valid Name Chaining Whitespace Test4',
      good('C=US, O=  Test Certificates 2011, CN=   Good CA   '),
      true,
    ],
    ['4.3.5', 'Valid Name Chaining Capitalization Test5', good(named('GOOD CA')), true],
    [
      '4.3.6',
      'Valid Name Chaining UIDs Test6',
      end_entity('UID CA', { issuer_unique_id: Uint8Array.of(1, 2, 3) }),
      true,
    ],
    [
      '4.3.7',
      'Valid RFC3280 Mandatory Attribute Types Test7',
      end_entity('RFC3280 Mandatory Attribute Types CA'),
      true,
    ],
    [
      '4.3.8',
      'Valid RFC3280 Optional Attribute Types Test8',
      end_entity('RFC3280 Optional Attribute Types CA'),
      true,
    ],
    [
      '4.3.9',
      'Valid UTF8String Encoded Names Test9',
      end_entity('UTF8String Encoded Names CA', { subject: utf8('Test9') }),
      true,
    ],
    [
      '4.3.10',
      'Valid Rollover from PrintableString to UTF8String Test10',
      end_entity('Rollover from PrintableString to UTF8String CA', { issuer: utf8('Rollover CA') }),
      true,
    ],
    [
      '4.3.11',
      'Valid UTF8String Case Insensitive Match Test11',
      end_entity('UTF8String Case Insensitive Match CA', {
        issuer: 'C=US, O=utf8:  test certificates  , CN=utf8:utf8string case  insensitive match CA',
      }),
      true,
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.5, self-issued certificates', () => {
  const again = (name: string, different = {}) => authority(name, { subject: named(name), ...different })
  const signs_crls = {
    basic_constraints: undefined,
    key_usage: { usages: ['cRLSign'] },
    subject: named('Basic Self-Issued CRL Signing Key CA'),
  } as const
  const rows = {
    'Basic Self-Issued New Key CA': authority(trust_anchor),
    'Basic Self-Issued New Key OldWithNew CA': again('Basic Self-Issued New Key CA'),
    'Basic Self-Issued Old Key CA': authority(trust_anchor),
    'Basic Self-Issued Old Key NewWithOld CA': again('Basic Self-Issued Old Key CA'),
    'Basic Self-Issued CRL Signing Key CA': authority(trust_anchor),
    'Basic Self-Issued CRL Signing Key CRL Cert': end_entity(
      'Basic Self-Issued CRL Signing Key CA',
      signs_crls,
    ),
  }
  const scenarios: readonly Scenario[] = [
    [
      '4.5.1',
      'Valid Basic Self-Issued Old With New Test1',
      end_entity('Basic Self-Issued New Key OldWithNew CA'),
      true,
    ],
    [
      '4.5.3',
      'Valid Basic Self-Issued New With Old Test3',
      end_entity('Basic Self-Issued Old Key NewWithOld CA'),
      true,
    ],
    ['4.5.4', 'Valid Basic Self-Issued New With Old Test4', end_entity('Basic Self-Issued Old Key CA'), true],
    [
      '4.5.6',
      'Valid Basic Self-Issued CRL Signing Key Test6',
      end_entity('Basic Self-Issued CRL Signing Key CA'),
      true,
    ],
    [
      '4.5.8',
      'Invalid Basic Self-Issued CRL Signing Key Test8',
      end_entity('Basic Self-Issued CRL Signing Key CRL Cert'),
      'invalid_key_usage',
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.6, basic constraints', () => {
  const length = (path_length: number) => ({ basic_constraints: { cA: true, path_length } })
  const again = (name: string) => authority(name, { subject: named(name) })
  const rows = {
    'Missing basicConstraints CA': authority(trust_anchor, { basic_constraints: undefined }),
    'Critical cA False CA': authority(trust_anchor, { basic_constraints: { cA: false } }),
    'Not Critical cA False CA': authority(trust_anchor, {
      basic_constraints: { cA: false, critical: false },
    }),
    'Not Critical CA': authority(trust_anchor, { basic_constraints: { cA: true, critical: false } }),
    'pathLenConstraint0 CA': authority(trust_anchor, length(0)),
    'pathLenConstraint0 subCA': authority('pathLenConstraint0 CA'),
    'pathLenConstraint6 CA': authority(trust_anchor, length(6)),
    'pathLenConstraint6 subCA0': authority('pathLenConstraint6 CA', length(0)),
    'pathLenConstraint6 subsubCA00': authority('pathLenConstraint6 subCA0', length(0)),
    'pathLenConstraint6 subCA1': authority('pathLenConstraint6 CA', length(1)),
    'pathLenConstraint6 subsubCA11': authority('pathLenConstraint6 subCA1', length(1)),
    'pathLenConstraint6 subsubsubCA11X': authority('pathLenConstraint6 subsubCA11'),
    'pathLenConstraint6 subCA4': authority('pathLenConstraint6 CA', length(4)),
    'pathLenConstraint6 subsubCA41': authority('pathLenConstraint6 subCA4', length(1)),
    'pathLenConstraint6 subsubsubCA41X': authority('pathLenConstraint6 subsubCA41'),
    'pathLenConstraint0 Self-Issued CA': again('pathLenConstraint0 CA'),
    'pathLenConstraint0 subCA2': authority('pathLenConstraint0 Self-Issued CA'),
    'pathLenConstraint1 CA': authority(trust_anchor, length(1)),
    'pathLenConstraint1 Self-Issued CA': again('pathLenConstraint1 CA'),
    'pathLenConstraint1 subCA': authority('pathLenConstraint1 Self-Issued CA'),
    'pathLenConstraint1 Self-Issued subCA': again('pathLenConstraint1 subCA'),
  } as const
  const missing = 'missing_basic_constraint'
  const too_long = 'max_path_length_reached'
  const [end, ca] = [end_entity, authority_at_end]
  const scenarios: readonly Scenario[] = [
    ['4.6.1', 'Invalid Missing basicConstraints Test1', end('Missing basicConstraints CA'), missing],
    ['4.6.2', 'Invalid cA False Test2', end('Critical cA False CA'), missing],
    ['4.6.3', 'Invalid cA False Test3', end('Not Critical cA False CA'), missing],
    ['4.6.4', 'Valid basicConstraints Not Critical Test4', end('Not Critical CA'), true],
    ['4.6.5', 'Invalid pathLenConstraint Test5', end('pathLenConstraint0 subCA'), too_long],
    ['4.6.6', 'Invalid pathLenConstraint Test6', ca('pathLenConstraint0 subCA'), too_long],
    ['4.6.7', 'Valid pathLenConstraint Test7', end('pathLenConstraint0 CA'), true],
    ['4.6.8', 'Valid pathLenConstraint Test8', ca('pathLenConstraint0 CA'), true],
    ['4.6.9', 'Invalid pathLenConstraint Test9', end('pathLenConstraint6 subsubCA00'), too_long],
    ['4.6.10', 'Invalid pathLenConstraint Test10', ca('pathLenConstraint6 subsubCA00'), too_long],
    ['4.6.11', 'Invalid pathLenConstraint Test11', end('pathLenConstraint6 subsubsubCA11X'), too_long],
    ['4.6.12', 'Invalid pathLenConstraint Test12', ca('pathLenConstraint6 subsubsubCA11X'), too_long],
    ['4.6.13', 'Valid pathLenConstraint Test13', end('pathLenConstraint6 subsubsubCA41X'), true],
    ['4.6.14', 'Valid pathLenConstraint Test14', ca('pathLenConstraint6 subsubsubCA41X'), true],
    ['4.6.15', 'Valid Self-Issued pathLenConstraint Test15', end('pathLenConstraint0 Self-Issued CA'), true],
    ['4.6.16', 'Invalid Self-Issued pathLenConstraint Test16', end('pathLenConstraint0 subCA2'), too_long],
    [
      '4.6.17',
      'Valid Self-Issued pathLenConstraint Test17',
      end('pathLenConstraint1 Self-Issued subCA'),
      true,
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.7, key usage', () => {
  const rows = {
    'keyUsage Critical keyCertSign False CA': authority(trust_anchor, { key_usage: { usages: ['cRLSign'] } }),
    'keyUsage Not Critical keyCertSign False CA': authority(trust_anchor, {
      key_usage: { usages: ['cRLSign'], critical: false },
    }),
    'keyUsage Not Critical CA': authority(trust_anchor, {
      key_usage: { usages: ['keyCertSign', 'cRLSign'], critical: false },
    }),
  } as const
  const scenarios: readonly Scenario[] = [
    [
      '4.7.1',
      'Invalid keyUsage Critical keyCertSign False Test1',
      end_entity('keyUsage Critical keyCertSign False CA'),
      'invalid_key_usage',
    ],
    [
      '4.7.2',
      'Invalid keyUsage Not Critical keyCertSign False Test2',
      end_entity('keyUsage Not Critical keyCertSign False CA'),
      'invalid_key_usage',
    ],
    ['4.7.3', 'Valid keyUsage Not Critical Test3', end_entity('keyUsage Not Critical CA'), true],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.16, extensions that nobody knows', () => {
  const others = (critical: boolean) =>
    [['2.16.840.1.101.2.1.12.2', critical, Uint8Array.of(0x02, 1, 0)]] as const
  const scenarios: readonly Scenario[] = [
    [
      '4.16.1',
      'Valid Unknown Not Critical Certificate Extension Test1',
      end_entity(trust_anchor, { others: others(false) }),
      true,
    ],
    [
      '4.16.2',
      'Invalid Unknown Critical Certificate Extension Test2',
      end_entity(trust_anchor, { others: others(true) }),
      'unknown_critical_extension',
    ],
  ]
  test_scenarios({}, scenarios)
})
