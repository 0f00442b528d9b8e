// PKITS 4.4, and what of 4.5 and 4.7 is about revocation: lists that are missing, wrong, old, or signed with other keys.

import { describe } from '@jest/globals'
import type { CertificateRow } from '../../support/chain_maker.ts'
import type { CrlRow } from '../../support/chain_maker_crls.ts'
import { authority, end_entity, named, trust_anchor } from '../../support/pkits.ts'
import { type RevocationScenario, test_revocation } from '../../support/pkits_revocation.ts'

const unknown = 'revocation_status_undetermined'
const compromised = (...serials: readonly bigint[]) => ({
  entries: serials.map(serial => ({ serial, reason: 'keyCompromise' }) as const),
})
const private_extension = [['2.16.840.1.101.2.1.12.2', true, Uint8Array.of(0x02, 1, 0)]] as const
const signs_crls = { key_usage: { usages: ['cRLSign'] } } as const
const signs_certificates = { key_usage: { usages: ['keyCertSign'] } } as const
const end = (issuer: string, serial: bigint) => end_entity(issuer, { serial })

describe('PKITS 4.4, revocation', () => {
  const long = 0x7f0102030405060708090a0b0c0d0e0f10111213n
  const certificates: Record<string, CertificateRow> = {
    'Revoked subCA': authority('Good CA', { serial: 14n }),
    'Keys CA1': authority(trust_anchor, signs_certificates),
    'Keys CA1 CRL Signing': end_entity(trust_anchor, { ...signs_crls, subject: named('Keys CA1') }),
    'Keys CA2': authority(trust_anchor, signs_certificates),
    'Keys CA2 CRL Signing': end_entity(trust_anchor, {
      ...signs_crls,
      serial: 104n,
      subject: named('Keys CA2'),
    }),
  }
  const crls: Record<string, CrlRow> = {
    'Trust Anchor Root CRL': { signed_by: trust_anchor, ...compromised(104n) },
    'Good CA CRL': { signed_by: 'Good CA', ...compromised(14n, 15n) },
    'Revoked subCA CRL': { signed_by: 'Revoked subCA' },
    'Keys CA1 CRL': { signed_by: 'Keys CA1 CRL Signing', ...compromised(2n) },
    'Keys CA2 CRL': { signed_by: 'Keys CA2 CRL Signing' },
  }
  /** An authority with a list of its own. */
  const issues = (name: string, list: Omit<CrlRow, 'signed_by'>, also: Omit<CrlRow, 'signed_by'>[] = []) => {
    certificates[name] = authority(trust_anchor)
    for (const [index, row] of [list, ...also].entries()) {
      crls[`${name} CRL${index || ''}`] = { signed_by: name, ...row }
    }
  }
  certificates['No CRL CA'] = authority(trust_anchor)
  issues('Bad CRL Signature CA', { damaged: true })
  issues('Bad CRL Issuer Name CA', { issuer: named('Wrong Name') })
  issues('Wrong CRL CA', {})
  issues('Two CRLs CA', {}, [{ issuer: named('Bad CRL for Two CRLs CA'), ...compromised(1n) }])
  issues('Entry Extension CA', {
    entries: [{ serial: 1n, reason: 'keyCompromise', others: private_extension }],
  })
  issues('CRL Extension CA', { others: private_extension, ...compromised(1n) })
  issues('Old CRL nextUpdate CA', { next_update: '210601083000Z' })
  issues('pre2000 CRL nextUpdate CA', { this_update: '980101120100Z', next_update: '990101120100Z' })
  issues('GeneralizedTime CRL nextUpdate CA', { next_update: '20500101120100Z' })
  issues('Negative Serial Number CA', compromised(-1n))
  issues('Long Serial Number CA', compromised(long))

  const long_ca = 'Long Serial Number CA'
  const negative_ca = 'Negative Serial Number CA'
  const scenarios: readonly RevocationScenario[] = [
    ['4.4.1', 'Missing CRL Test1', end('No CRL CA', 1n), [], unknown],
    [
      '4.4.2',
      'Invalid Revoked CA Test2',
      end('Revoked subCA', 1n),
      ['Good CA CRL', 'Revoked subCA CRL'],
      'an authority: keyCompromise',
    ],
    ['4.4.3', 'Invalid Revoked EE Test3', end('Good CA', 15n), ['Good CA CRL'], 'keyCompromise'],
    [
      '4.4.4',
      'Invalid Bad CRL Signature Test4',
      end('Bad CRL Signature CA', 1n),
      ['Bad CRL Signature CA CRL'],
      unknown,
    ],
    [
      '4.4.5',
      'Invalid Bad CRL Issuer Name Test5',
      end('Bad CRL Issuer Name CA', 1n),
      ['Bad CRL Issuer Name CA CRL'],
      unknown,
    ],
    ['4.4.6', 'Invalid Wrong CRL Test6', end('Wrong CRL CA', 1n), ['Trust Anchor Root CRL'], unknown],
    ['4.4.7', 'Valid Two CRLs Test7', end('Two CRLs CA', 1n), ['Two CRLs CA CRL1', 'Two CRLs CA CRL'], true],
    [
      '4.4.8',
      'Invalid Unknown CRL Entry Extension Test8',
      end('Entry Extension CA', 1n),
      ['Entry Extension CA CRL'],
      'keyCompromise',
    ],
    [
      '4.4.9',
      'Invalid Unknown CRL Extension Test9',
      end('CRL Extension CA', 1n),
      ['CRL Extension CA CRL'],
      'keyCompromise',
    ],
    [
      '4.4.10',
      'Invalid Unknown CRL Extension Test10',
      end('CRL Extension CA', 2n),
      ['CRL Extension CA CRL'],
      unknown,
    ],
    [
      '4.4.11',
      'Invalid Old CRL nextUpdate Test11',
      end('Old CRL nextUpdate CA', 1n),
      ['Old CRL nextUpdate CA CRL'],
      unknown,
    ],
    [
      '4.4.12',
      'Invalid pre2000 CRL nextUpdate Test12',
      end('pre2000 CRL nextUpdate CA', 1n),
      ['pre2000 CRL nextUpdate CA CRL'],
      unknown,
    ],
    [
      '4.4.13',
      'Valid GeneralizedTime CRL nextUpdate Test13',
      end('GeneralizedTime CRL nextUpdate CA', 1n),
      ['GeneralizedTime CRL nextUpdate CA CRL'],
      true,
    ],
    ['4.4.14', 'Valid Negative Serial Number Test14', end(negative_ca, 255n), [`${negative_ca} CRL`], true],
    [
      '4.4.15',
      'Invalid Negative Serial Number Test15',
      end(negative_ca, -1n),
      [`${negative_ca} CRL`],
      'keyCompromise',
    ],
    ['4.4.16', 'Valid Long Serial Number Test16', end(long_ca, long - 1n), [`${long_ca} CRL`], true],
    [
      '4.4.17',
      'Valid Long Serial Number Test17',
      end(long_ca, long - (1n << 152n)),
      [`${long_ca} CRL`],
      true,
    ],
    ['4.4.18', 'Invalid Long Serial Number Test18', end(long_ca, long), [`${long_ca} CRL`], 'keyCompromise'],
    ['4.4.19', 'Valid Separate Certificate and CRL Keys Test19', end('Keys CA1', 1n), ['Keys CA1 CRL'], true],
    [
      '4.4.20',
      'Invalid Separate Certificate and CRL Keys Test20',
      end('Keys CA1', 2n),
      ['Keys CA1 CRL'],
      'keyCompromise',
    ],
    [
      '4.4.21',
      'Invalid Separate Certificate and CRL Keys Test21',
      end('Keys CA2', 1n),
      ['Keys CA2 CRL'],
      unknown,
    ],
  ]
  test_revocation({ certificates, crls }, scenarios)
})

describe('PKITS 4.5, self-issued certificates and revocation', () => {
  const at = (name: string) =>
    ({ full_name: [['directoryName', named(`Self-Issued Cert DP for ${name}`)]] }) as const
  const [old_key, new_key, crl_key] = ['Old Key CA', 'New Key CA', 'CRL Signing Key CA']
  const again = (name: string, different: CertificateRow = {}) =>
    authority(name, { serial: 1n, subject: named(name), ...different })
  const certificates = {
    'New Key CA': authority(trust_anchor),
    'OldWithNew CA': again(new_key),
    'Old Key CA': authority(trust_anchor),
    'NewWithOld CA': again(old_key, { distribution_points: [at(old_key)] }),
    'CRL Signing Key CA': authority(trust_anchor),
    'CRL Signing Key CRL Cert': end_entity(crl_key, {
      ...signs_crls,
      serial: 1n,
      subject: named(crl_key),
      distribution_points: [at(crl_key)],
    }),
  }
  const crls = {
    'New Key CA CRL': { signed_by: new_key, ...compromised(3n) },
    'Old Key Self-Issued Cert CRL': { signed_by: old_key, issuing_distribution_point: at(old_key) },
    'Old Key CA CRL': { signed_by: 'NewWithOld CA', ...compromised(4n) },
    'CRL Cert CRL': { signed_by: crl_key, issuing_distribution_point: at(crl_key) },
    'CRL Signing Key CA CRL': { signed_by: 'CRL Signing Key CRL Cert', ...compromised(3n) },
  }
  const of_old_key = ['Old Key Self-Issued Cert CRL', 'Old Key CA CRL']
  const of_crl_key = ['CRL Cert CRL', 'CRL Signing Key CA CRL']
  const scenarios: readonly RevocationScenario[] = [
    [
      '4.5.1',
      'Valid Basic Self-Issued Old With New Test1',
      end('OldWithNew CA', 2n),
      ['New Key CA CRL'],
      true,
    ],
    [
      '4.5.2',
      'Invalid Basic Self-Issued Old With New Test2',
      end('OldWithNew CA', 3n),
      ['New Key CA CRL'],
      'keyCompromise',
    ],
    ['4.5.3', 'Valid Basic Self-Issued New With Old Test3', end('NewWithOld CA', 2n), of_old_key, true],
    ['4.5.4', 'Valid Basic Self-Issued New With Old Test4', end(old_key, 3n), of_old_key, true],
    ['4.5.5', 'Invalid Basic Self-Issued New With Old Test5', end(old_key, 4n), of_old_key, 'keyCompromise'],
    ['4.5.6', 'Valid Basic Self-Issued CRL Signing Key Test6', end(crl_key, 2n), of_crl_key, true],
    [
      '4.5.7',
      'Invalid Basic Self-Issued CRL Signing Key Test7',
      end(crl_key, 3n),
      of_crl_key,
      'keyCompromise',
    ],
  ]
  test_revocation({ certificates, crls }, scenarios)
})

describe('PKITS 4.7, key usage and revocation', () => {
  const certificates = {
    'Critical cRLSign False CA': authority(trust_anchor, signs_certificates),
    'Not Critical cRLSign False CA': authority(trust_anchor, {
      key_usage: { usages: ['keyCertSign'], critical: false },
    }),
  } as const
  const crls = {
    'Critical cRLSign False CA CRL': { signed_by: 'Critical cRLSign False CA' },
    'Not Critical cRLSign False CA CRL': { signed_by: 'Not Critical cRLSign False CA' },
  }
  const scenarios: readonly RevocationScenario[] = [
    [
      '4.7.4',
      'Invalid keyUsage Critical cRLSign False Test4',
      end('Critical cRLSign False CA', 1n),
      ['Critical cRLSign False CA CRL'],
      unknown,
    ],
    [
      '4.7.5',
      'Invalid keyUsage Not Critical cRLSign False Test5',
      end('Not Critical cRLSign False CA', 1n),
      ['Not Critical cRLSign False CA CRL'],
      unknown,
    ],
  ]
  test_revocation({ certificates, crls }, scenarios)
})
