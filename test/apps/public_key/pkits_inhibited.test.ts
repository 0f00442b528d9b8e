// PKITS 4.11 and 4.12: from where on mappings count no more, and `anyPolicy` counts no more.

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

const policies = (...numbers: readonly Policy[]) => ({ policies: numbers.map(policy) })
const mapping = (...pairs: readonly (readonly [Policy, Policy])[]) => ({
  mappings: pairs.map(([from, to]) => [policy(from), policy(to)] as const),
})
const end = (issuer: string, ...numbers: readonly Policy[]) => end_entity(issuer, policies(...numbers))
const again = (name: string, different: CertificateRow = {}) =>
  authority(name, { subject: named(name), ...different })

describe('PKITS 4.11, policy mapping inhibited', () => {
  const explicit_and = (inhibit_policy_mapping: number) => ({
    policy_constraints: { require_explicit_policy: 0, inhibit_policy_mapping },
  })
  const inhibit = (inhibit_policy_mapping: number) => ({ policy_constraints: { inhibit_policy_mapping } })
  const rows: Readonly<Record<string, CertificateRow>> = {
    'Mapping0 CA': authority(trust_anchor, explicit_and(0)),
    'Mapping0 subCA': authority('Mapping0 CA', mapping([1, 2])),
    'Mapping1 P12 CA': authority(trust_anchor, { ...explicit_and(1), ...policies(1, 2) }),
    'Mapping1 P12 subCA': authority('Mapping1 P12 CA', { ...policies(1, 2), ...mapping([1, 3], [2, 4]) }),
    'Mapping1 P12 subsubCA': authority('Mapping1 P12 subCA', { ...policies(3, 4), ...mapping([3, 5]) }),
    'Mapping5 CA': authority(trust_anchor, explicit_and(5)),
    'Mapping5 subCA': authority('Mapping5 CA', inhibit(1)),
    'Mapping5 subsubCA': authority('Mapping5 subCA'),
    'Mapping5 subsubsubCA': authority('Mapping5 subsubCA', mapping([1, 2])),
    'Mapping1 P12 subCAIPM5': authority('Mapping1 P12 CA', { ...policies(1, 2), ...inhibit(5) }),
    'Mapping1 P12 subsubCAIPM5': authority('Mapping1 P12 subCAIPM5', {
      ...policies(1, 2),
      ...mapping([1, 3]),
    }),
    'Mapping1 P1 CA': authority(trust_anchor, explicit_and(1)),
    'Mapping1 P1 Self-Issued CA': again('Mapping1 P1 CA'),
    'Mapping1 P1 subCA': authority('Mapping1 P1 Self-Issued CA', mapping([1, 2])),
    'Mapping1 P1 subsubCA': authority('Mapping1 P1 subCA', { ...policies(2), ...mapping([2, 3]) }),
    'Mapping1 P1 Self-Issued subCA': again('Mapping1 P1 subCA', { ...policies(2), ...mapping([2, 3]) }),
  }
  const scenarios: readonly Scenario[] = [
    ['4.11.1', 'Invalid inhibitPolicyMapping Test1', end('Mapping0 subCA', 1, 2), unmet],
    ['4.11.2', 'Valid inhibitPolicyMapping Test2', end('Mapping1 P12 subCA', 3), [1]],
    ['4.11.3', 'Invalid inhibitPolicyMapping Test3', end('Mapping1 P12 subsubCA', 5), unmet],
    ['4.11.4', 'Valid inhibitPolicyMapping Test4', end('Mapping1 P12 subsubCA', 4), [2]],
    ['4.11.5', 'Invalid inhibitPolicyMapping Test5', end('Mapping5 subsubsubCA', 2), unmet],
    ['4.11.6', 'Invalid inhibitPolicyMapping Test6', end('Mapping1 P12 subsubCAIPM5', 3), unmet],
    ['4.11.7', 'Valid Self-Issued inhibitPolicyMapping Test7', end('Mapping1 P1 subCA', 2), [1]],
    ['4.11.8', 'Invalid Self-Issued inhibitPolicyMapping Test8', end('Mapping1 P1 subsubCA', 3), unmet],
    ['4.11.9', 'Invalid Self-Issued inhibitPolicyMapping Test9', end('Mapping1 P1 subsubCA', 2), unmet],
    [
      '4.11.10',
      'Invalid Self-Issued inhibitPolicyMapping Test10',
      end('Mapping1 P1 Self-Issued subCA', 3),
      unmet,
    ],
    [
      '4.11.11',
      'Invalid Self-Issued inhibitPolicyMapping Test11',
      end('Mapping1 P1 Self-Issued subCA', 2),
      unmet,
    ],
  ]
  test_scenarios(rows, scenarios)
})

describe('PKITS 4.12, anyPolicy inhibited', () => {
  const explicit = { policy_constraints: { require_explicit_policy: 0, critical: false } } as const
  const rows: Readonly<Record<string, CertificateRow>> = {
    'Any0 CA': authority(trust_anchor, { ...explicit, inhibit_any_policy: 0 }),
    'Any1 CA': authority(trust_anchor, { ...explicit, inhibit_any_policy: 1 }),
    'Any1 subCA1': authority('Any1 CA', policies('any')),
    'Any5 CA': authority(trust_anchor, { ...explicit, inhibit_any_policy: 5 }),
    'Any5 subCA': authority('Any5 CA', { inhibit_any_policy: 1 }),
    'Any5 subsubCA': authority('Any5 subCA'),
    'Any1 subCAIAP5': authority('Any1 CA', { inhibit_any_policy: 5 }),
    'Any1 Self-Issued CA': again('Any1 CA'),
    'Any1 subCA2': authority('Any1 Self-Issued CA', policies('any')),
    'Any1 subsubCA2': authority('Any1 subCA2', policies('any')),
    'Any1 Self-Issued subCA2': again('Any1 subCA2', policies('any')),
  }
  const last = authority_at_end('Any1 subCA2', { ...policies('any'), subject: named('Any1 subCA2') })
  const inhibit_any_policy = true
  const scenarios: readonly Scenario[] = [
    ['4.12.1', 'Invalid inhibitAnyPolicy Test1', end('Any0 CA', 'any'), unmet],
    ['4.12.2', 'Valid inhibitAnyPolicy Test2', end('Any0 CA', 'any', 1), [1]],
    ['4.12.3', 'inhibitAnyPolicy Test3', end('Any1 subCA1', 1), [1]],
    ['4.12.3', 'inhibitAnyPolicy Test3', end('Any1 subCA1', 1), unmet, { inhibit_any_policy }],
    ['4.12.4', 'Invalid inhibitAnyPolicy Test4', end('Any1 subCA1', 'any'), unmet],
    ['4.12.5', 'Invalid inhibitAnyPolicy Test5', end('Any5 subsubCA', 'any'), unmet],
    ['4.12.6', 'Invalid inhibitAnyPolicy Test6', end('Any1 subCAIAP5', 'any'), unmet],
    ['4.12.7', 'Valid Self-Issued inhibitAnyPolicy Test7', end('Any1 subCA2', 1), [1]],
    ['4.12.8', 'Invalid Self-Issued inhibitAnyPolicy Test8', end('Any1 subsubCA2', 1), unmet],
    ['4.12.9', 'Valid Self-Issued inhibitAnyPolicy Test9', end('Any1 Self-Issued subCA2', 1), [1]],
    ['4.12.10', 'Invalid Self-Issued inhibitAnyPolicy Test10', last, unmet],
  ]
  test_scenarios(rows, scenarios)
})
