// PKITS 4.8 to 4.10: policies, whether one must be valid, and which one is as good as which.

import { describe } from '@jest/globals'
import type { CertificateRow } from '../../support/chain_maker.ts'
import {
  authority,
  authority_at_end,
  end_entity,
  named,
  type Policy,
  policy,
  type Scenario,
  test_scenarios,
  trust_anchor,
} from '../../support/pkits.ts'

const unmet = 'policy_requirement_not_met'
const now_explicit = { policy_constraints: { require_explicit_policy: 0, critical: false } } as const

const policies = (...numbers: readonly Policy[]) => ({ policies: numbers.map(policy) })
const mapping = (...pairs: readonly (readonly [Policy, Policy])[]) => ({
  mappings: pairs.map(([from, to]) => [policy(from), policy(to)] as const),
})
const explicit_after = (require_explicit_policy: number) => ({
  policy_constraints: { require_explicit_policy },
})
const none = { policies: undefined }
const again = (name: string) => authority(name, { subject: named(name) })
const notice = (number: Policy, text: string) => [policy(number), 'notice', text] as const

describe('PKITS 4.8, policies', () => {
  const rows: Readonly<Record<string, CertificateRow>> = {
    'No Policies CA': authority(trust_anchor, none),
    'P2 subCA': authority('Good CA', policies(2)),
    'Good subCA': authority('Good CA', now_explicit),
    'P2 subCA2': authority('Good CA', { ...policies(2), ...now_explicit }),
    'P1234 CA': authority(trust_anchor, { ...policies(1, 2, 3, 4), ...now_explicit }),
    'P1234 subCAP123': authority('P1234 CA', policies(1, 2, 3)),
    'P1234 subsubCAP123P12': authority('P1234 subCAP123', policies(1, 2)),
    'P123 CA': authority(trust_anchor, { ...policies(1, 2, 3), ...now_explicit }),
    'P123 subCAP12': authority('P123 CA', policies(1, 2)),
    'P123 subsubCAP12P1': authority('P123 subCAP12', policies(1)),
    'P123 subsubCAP12P2': authority('P123 subCAP12', policies(2)),
    'P123 subsubsubCAP12P2P1': authority('P123 subsubCAP12P2', policies(1)),
    'P12 CA': authority(trust_anchor, { ...policies(1, 2), ...now_explicit }),
    'P12 subCAP1': authority('P12 CA', policies(1)),
    'P12 subsubCAP1P2': authority('P12 subCAP1', policies(2)),
    'anyPolicy CA': authority(trust_anchor, { ...policies('any'), ...now_explicit }),
    'P3 CA': authority(trust_anchor, { ...policies(3), ...now_explicit }),
  }
  const explicit_policy = true
  const same = end_entity('Good CA')
  const same_10 = end_entity('P12 CA', policies(1, 2))
  const same_13 = end_entity('P123 CA', policies(1, 2, 3))
  const test_3 = end_entity('P2 subCA', policies(2))
  const test_6 = authority_at_end('P1234 subsubCAP123P12', policies(1))
  const test_18 = end_entity('P12 CA', { policies: [notice(1, 'q4'), notice('any', 'q5')] })
  const any = end_entity('anyPolicy CA', policies('any'))
  const long_notice = end_entity(trust_anchor, { policies: [notice(1, 'q6 '.repeat(100))] })
  const scenarios: readonly Scenario[] = [
    ['4.8.1', 'All Certificates Same Policy Test1', same, [1], { explicit_policy }],
    ['4.8.1', 'All Certificates Same Policy Test1', same, [1], { explicit_policy, policy_set: [1] }],
    ['4.8.1', 'All Certificates Same Policy Test1', same, unmet, { explicit_policy, policy_set: [2] }],
    ['4.8.1', 'All Certificates Same Policy Test1', same, [1], { explicit_policy, policy_set: [1, 2] }],
    ['4.8.2', 'All Certificates No Policies Test2', end_entity('No Policies CA', none), []],
    [
      '4.8.2',
      'All Certificates No Policies Test2',
      end_entity('No Policies CA', none),
      unmet,
      { explicit_policy },
    ],
    ['4.8.3', 'Different Policies Test3', test_3, []],
    ['4.8.3', 'Different Policies Test3', test_3, unmet, { explicit_policy }],
    ['4.8.3', 'Different Policies Test3', test_3, unmet, { explicit_policy, policy_set: [1, 2] }],
    ['4.8.4', 'Different Policies Test4', end_entity('Good subCA', policies(2)), unmet],
    ['4.8.5', 'Different Policies Test5', end_entity('P2 subCA2'), unmet],
    ['4.8.6', 'Overlapping Policies Test6', test_6, [1]],
    ['4.8.6', 'Overlapping Policies Test6', test_6, [1], { policy_set: [1] }],
    ['4.8.6', 'Overlapping Policies Test6', test_6, unmet, { policy_set: [2] }],
    ['4.8.7', 'Different Policies Test7', authority_at_end('P123 subsubCAP12P1', policies(2)), unmet],
    ['4.8.8', 'Different Policies Test8', authority_at_end('P12 subsubCAP1P2', policies(2)), unmet],
    ['4.8.9', 'Different Policies Test9', end_entity('P123 subsubsubCAP12P2P1'), unmet],
    ['4.8.10', 'All Certificates Same Policies Test10', same_10, [1, 2]],
    ['4.8.10', 'All Certificates Same Policies Test10', same_10, [1], { policy_set: [1] }],
    ['4.8.10', 'All Certificates Same Policies Test10', same_10, [2], { policy_set: [2] }],
    ['4.8.11', 'All Certificates AnyPolicy Test11', any, ['any']],
    ['4.8.11', 'All Certificates AnyPolicy Test11', any, [1], { policy_set: [1] }],
    ['4.8.12', 'Different Policies Test12', end_entity('P3 CA', policies(4)), unmet],
    ['4.8.13', 'All Certificates Same Policies Test13', same_13, [1], { policy_set: [1] }],
    ['4.8.13', 'All Certificates Same Policies Test13', same_13, [2], { policy_set: [2] }],
    ['4.8.13', 'All Certificates Same Policies Test13', same_13, [3], { policy_set: [3] }],
    ['4.8.14', 'AnyPolicy Test14', end_entity('anyPolicy CA'), [1], { policy_set: [1] }],
    ['4.8.14', 'AnyPolicy Test14', end_entity('anyPolicy CA'), unmet, { policy_set: [2] }],
    [
      '4.8.15',
      'User Notice Qualifier Test15',
      end_entity(trust_anchor, { policies: [notice(1, 'q1')] }),
      [1],
    ],
    [
      '4.8.16',
      'User Notice Qualifier Test16',
      end_entity('Good CA', { policies: [notice(1, 'q1'), notice(2, 'q2')] }),
      [1],
    ],
    [
      '4.8.17',
      'User Notice Qualifier Test17',
      end_entity('Good CA', { policies: [notice('any', 'q3')] }),
      [1],
    ],
    ['4.8.18', 'User Notice Qualifier Test18', test_18, [1], { policy_set: [1] }],
    ['4.8.18', 'User Notice Qualifier Test18', test_18, [2], { policy_set: [2] }],
    ['4.8.19', 'User Notice Qualifier Test19', long_notice, [1]],
    [
      '4.8.20',
      'CPS Pointer Qualifier Test20',
      end_entity('Good CA', { policies: [[policy(1), 'cps', 'http://example.com/cps']] }),
      [1],
      { explicit_policy },
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.9, after how many certificates a policy must be valid', () => {
  const below = (name: string): Readonly<Record<string, CertificateRow>> => ({
    [`${name} subCA`]: authority(`${name} CA`),
    [`${name} subsubCA`]: authority(`${name} subCA`),
    [`${name} subsubsubCA`]: authority(`${name} subsubCA`),
  })
  const rows: Readonly<Record<string, CertificateRow>> = {
    'requireExplicitPolicy10 CA': authority(trust_anchor, explicit_after(10)),
    ...below('requireExplicitPolicy10'),
    'requireExplicitPolicy5 CA': authority(trust_anchor, explicit_after(5)),
    ...below('requireExplicitPolicy5'),
    'requireExplicitPolicy4 CA': authority(trust_anchor, explicit_after(4)),
    ...below('requireExplicitPolicy4'),
    'requireExplicitPolicy0 CA': authority(trust_anchor, explicit_after(0)),
    ...below('requireExplicitPolicy0'),
    'requireExplicitPolicy7 CA': authority(trust_anchor, explicit_after(7)),
    'requireExplicitPolicy7 subCARE2': authority('requireExplicitPolicy7 CA', explicit_after(2)),
    'requireExplicitPolicy7 subsubCARE2RE4': authority('requireExplicitPolicy7 subCARE2', explicit_after(4)),
    'requireExplicitPolicy7 subsubsubCARE2RE4': authority('requireExplicitPolicy7 subsubCARE2RE4'),
    'requireExplicitPolicy2 CA': authority(trust_anchor, explicit_after(2)),
    'requireExplicitPolicy2 Self-Issued CA': again('requireExplicitPolicy2 CA'),
    'requireExplicitPolicy2 subCA': authority('requireExplicitPolicy2 Self-Issued CA'),
    'requireExplicitPolicy2 Self-Issued subCA': again('requireExplicitPolicy2 subCA'),
  }
  const without = (issuer: string) => end_entity(`requireExplicitPolicy${issuer}`, none)
  const scenarios: readonly Scenario[] = [
    ['4.9.1', 'Valid RequireExplicitPolicy Test1', without('10 subsubsubCA'), []],
    ['4.9.2', 'Valid RequireExplicitPolicy Test2', without('5 subsubsubCA'), []],
    ['4.9.3', 'Invalid RequireExplicitPolicy Test3', without('4 subsubsubCA'), unmet],
    ['4.9.4', 'Valid RequireExplicitPolicy Test4', end_entity('requireExplicitPolicy0 subsubsubCA'), [1]],
    ['4.9.5', 'Invalid RequireExplicitPolicy Test5', without('7 subsubsubCARE2RE4'), unmet],
    ['4.9.6', 'Valid Self-Issued requireExplicitPolicy Test6', without('2 Self-Issued CA'), []],
    ['4.9.7', 'Invalid Self-Issued requireExplicitPolicy Test7', without('2 subCA'), unmet],
    ['4.9.8', 'Invalid Self-Issued requireExplicitPolicy Test8', without('2 Self-Issued subCA'), unmet],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.10, policies mapped', () => {
  const rows: Readonly<Record<string, CertificateRow>> = {
    'Mapping 1to2 CA': authority(trust_anchor, { ...mapping([1, 2]), ...now_explicit }),
    'P12 Mapping 1to3 CA': authority(trust_anchor, {
      ...policies(1, 2),
      ...mapping([1, 3]),
      ...now_explicit,
    }),
    'P12 Mapping 1to3 subCA': authority('P12 Mapping 1to3 CA', {
      ...policies(2, 5),
      ...mapping([2, 4], [5, 7]),
    }),
    'P12 Mapping 1to3 subsubCA': authority('P12 Mapping 1to3 subCA', {
      ...policies(3, 4),
      ...mapping([4, 8]),
    }),
    'P1 Mapping 1to234 CA': authority(trust_anchor, {
      ...mapping([1, 2], [1, 3], [1, 4]),
      ...now_explicit,
    }),
    'P1 Mapping 1to234 subCA': authority('P1 Mapping 1to234 CA', {
      ...policies(2, 4),
      ...mapping([2, 5], [4, 6]),
    }),
    'Mapping From anyPolicy CA': authority(trust_anchor, {
      ...policies('any'),
      ...mapping(['any', 1]),
      ...explicit_after(0),
    }),
    'Mapping To anyPolicy CA': authority(trust_anchor, { ...mapping([1, 'any']), ...explicit_after(0) }),
    'PanyPolicy Mapping 1to2 CA': authority(trust_anchor, {
      ...policies('any'),
      ...mapping([1, 2]),
      ...now_explicit,
    }),
    'Good subCA PanyPolicy Mapping 1to2 CA': authority('Good CA', {
      ...policies('any'),
      ...mapping([1, 2]),
      ...now_explicit,
    }),
    'P1anyPolicy Mapping 1to2 CA': authority(trust_anchor, {
      policies: [notice(1, 'q9'), notice('any', 'q10')],
      ...mapping([1, 2]),
      ...now_explicit,
    }),
  }
  const inhibit_policy_mapping = true
  const from_any = 'Good subCA PanyPolicy Mapping 1to2 CA'
  const test_12 = end_entity('P12 Mapping 1to3 CA', { policies: [notice(3, 'q7'), notice('any', 'q8')] })
  const end = (issuer: string, number: Policy) => end_entity(issuer, policies(number))
  const test_3 = end('P12 Mapping 1to3 subsubCA', 8)
  const scenarios: readonly Scenario[] = [
    ['4.10.1', 'Valid Policy Mapping Test1', end('Mapping 1to2 CA', 2), [1], { policy_set: [1] }],
    ['4.10.1', 'Valid Policy Mapping Test1', end('Mapping 1to2 CA', 2), unmet, { policy_set: [2] }],
    ['4.10.1', 'Valid Policy Mapping Test1', end('Mapping 1to2 CA', 2), unmet, { inhibit_policy_mapping }],
    ['4.10.2', 'Invalid Policy Mapping Test2', end('Mapping 1to2 CA', 1), unmet],
    ['4.10.2', 'Invalid Policy Mapping Test2', end('Mapping 1to2 CA', 1), unmet, { inhibit_policy_mapping }],
    ['4.10.3', 'Valid Policy Mapping Test3', test_3, unmet, { policy_set: [1] }],
    ['4.10.3', 'Valid Policy Mapping Test3', test_3, [2], { policy_set: [2] }],
    ['4.10.4', 'Invalid Policy Mapping Test4', end('P12 Mapping 1to3 subsubCA', 3), unmet],
    ['4.10.5', 'Valid Policy Mapping Test5', end('P1 Mapping 1to234 subCA', 6), [1], { policy_set: [1] }],
    ['4.10.5', 'Valid Policy Mapping Test5', end('P1 Mapping 1to234 subCA', 6), unmet, { policy_set: [6] }],
    ['4.10.6', 'Valid Policy Mapping Test6', end('P1 Mapping 1to234 subCA', 5), [1], { policy_set: [1] }],
    ['4.10.6', 'Valid Policy Mapping Test6', end('P1 Mapping 1to234 subCA', 5), unmet, { policy_set: [6] }],
    [
      '4.10.7',
      'Invalid Mapping From anyPolicy Test7',
      end('Mapping From anyPolicy CA', 1),
      'invalid_policy_mapping',
    ],
    [
      '4.10.8',
      'Invalid Mapping To anyPolicy Test8',
      end('Mapping To anyPolicy CA', 'any'),
      'invalid_policy_mapping',
    ],
    ['4.10.9', 'Valid Policy Mapping Test9', end('PanyPolicy Mapping 1to2 CA', 1), [1]],
    ['4.10.10', 'Invalid Policy Mapping Test10', end(from_any, 1), unmet],
    ['4.10.11', 'Valid Policy Mapping Test11', end(from_any, 2), [1]],
    ['4.10.12', 'Valid Policy Mapping Test12', test_12, [1], { policy_set: [1] }],
    ['4.10.12', 'Valid Policy Mapping Test12', test_12, [2], { policy_set: [2] }],
    ['4.10.13', 'Valid Policy Mapping Test13', end('P1anyPolicy Mapping 1to2 CA', 2), [1]],
    ['4.10.14', 'Valid Policy Mapping Test14', end('P1anyPolicy Mapping 1to2 CA', 1), [1]],
  ]
  test_scenarios(rows, scenarios)
})
