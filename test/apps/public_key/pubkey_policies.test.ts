import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import type { Extension, PolicyMapping } from '../../../apps/public_key/pubkey_extensions.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import {
  initial_policies,
  type PolicyOptions,
  process_policies,
  valid_policies,
} from '../../../apps/public_key/pubkey_policies.ts'
import type { BadCertReason } from '../../../apps/public_key/verify_fun.ts'
import { type PolicyStatement, policies_by_tree } from '../../support/policy_tree.ts'

const any = oids.anyPolicy
const [a, b, c] = ['1.2.1', '1.2.2', '1.2.3'] as const

const silent: PolicyStatement = {
  self_issued: false,
  policies: undefined,
  mappings: [],
  require_explicit: undefined,
  inhibit_mapping: undefined,
  inhibit_any: undefined,
}

const says = (policies: readonly string[], more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  ...silent,
  policies,
  ...more,
})
const map = (issuerDomainPolicy: string, subjectDomainPolicy: string): PolicyMapping => ({
  issuerDomainPolicy,
  subjectDomainPolicy,
})

/** As far as policies are concerned. */
function certificate(statement: PolicyStatement): OTPCertificate {
  const { policies, mappings, require_explicit, inhibit_mapping, inhibit_any } = statement
  const constraints = {
    ...(require_explicit !== undefined && { requireExplicitPolicy: require_explicit }),
    ...(inhibit_mapping !== undefined && { inhibitPolicyMapping: inhibit_mapping }),
  }
  const has_constraints = Object.keys(constraints).length > 0
  const extension = (extnID: string, extnValue: Extension['extnValue']) => ({
    extnID,
    critical: true,
    extnValue,
  })
  const extensions = [
    ...(policies
      ? [
          extension(
            oids.id_ce_certificatePolicies,
            policies.map(policyIdentifier => ({ policyIdentifier })),
          ),
        ]
      : []),
    ...(mappings.length > 0 ? [extension(oids.id_ce_policyMappings, mappings)] : []),
    ...(has_constraints ? [extension(oids.id_ce_policyConstraints, constraints)] : []),
    ...(inhibit_any === undefined ? [] : [extension(oids.id_ce_inhibitAnyPolicy, inhibit_any)]),
  ]
  return { tbsCertificate: { extensions } } as unknown as OTPCertificate
}

function validate(path: readonly PolicyStatement[], options: PolicyOptions = {}) {
  let state = initial_policies(path.length, options)
  const problems: BadCertReason[] = []
  for (const [index, statement] of path.entries()) {
    const role = index < path.length - 1 ? 'authority' : 'peer'
    const [next, more] = process_policies(
      certificate(statement),
      { role, self_issued: statement.self_issued },
      state,
    )
    state = next
    problems.push(...more)
  }
  return { problems, nodes: valid_policies(state) }
}

function policies(path: readonly PolicyStatement[], options: PolicyOptions = {}): readonly string[] {
  const { problems, nodes } = validate(path, options)
  if (problems.length > 0) return problems.map(problem => String(problem[0]))
  return nodes.map(({ valid_policy }) => valid_policy)
}

const explicit = { explicit_policy: true }
const refused = ['policy_requirement_not_met']

describe('the policies of a path', () => {
  test('are those that all its certificates have', () => {
    expect(policies([says([a, b]), says([b, c])])).toEqual([b])
    expect(policies([says([a]), says([b])])).toEqual([])
    expect(policies([says([a]), silent, says([a])])).toEqual([])
    expect(policies([silent])).toEqual([])
  })

  test('need not be any unless the user or a certificate asks for it', () => {
    expect(policies([says([a]), says([b])], explicit)).toEqual(refused)
    expect(policies([says([a], { require_explicit: 0 }), says([b])])).toEqual(refused)
    expect(policies([says([a]), says([b], { require_explicit: 0 })])).toEqual(refused)
    expect(policies([says([a]), says([b], { require_explicit: 1 })])).toEqual([])
    expect(policies([silent, says([a], { require_explicit: 0 })])).toEqual(refused)
  })

  test('are asked for after as many certificates as a certificate says, those of new keys not counted', () => {
    const asking = (require_explicit: number) => says([a], { require_explicit })
    expect(policies([asking(2), silent, silent])).toEqual(refused)
    expect(policies([asking(3), silent, silent])).toEqual([])
    const renewed = { ...silent, self_issued: true }
    expect(policies([asking(2), renewed, silent])).toEqual([])
  })

  test('must be among those that the user accepts, if one is asked for', () => {
    const path = [says([a, b]), says([a, b])]
    expect(policies(path, { policy_set: [b, c] })).toEqual([b])
    expect(policies(path, { policy_set: [c] })).toEqual([])
    expect(policies(path, { policy_set: [c], ...explicit })).toEqual(refused)
    expect(policies(path, { policy_set: [], ...explicit })).toEqual(refused)
    expect(validate(path, { policy_set: [c], ...explicit }).problems).toEqual([
      ['policy_requirement_not_met', [c]],
    ])
  })

  test('are all that the user accepts when the certificates accept any', () => {
    expect(policies([says([any]), says([any])])).toEqual([any])
    expect(policies([says([any]), says([any])], { policy_set: [a, c] })).toEqual([a, c])
    expect(policies([says([any]), says([a])], { policy_set: [a, c] })).toEqual([a])
  })

  test('come with the qualifiers that the certificate has for them, or for any', () => {
    const qualifier = { policyQualifierId: oids.id_qt_cps, qualifier: new Uint8Array([0x16, 0]) }
    const value = [{ policyIdentifier: a, policyQualifiers: [qualifier] }, { policyIdentifier: any }]
    const extension = { extnID: oids.id_ce_certificatePolicies, critical: false, extnValue: value }
    const named = { tbsCertificate: { extensions: [extension] } } as unknown as OTPCertificate
    const node = { valid_policy: a, qualifier_set: [], expected_policy_set: [a] }
    const before = initial_policies(1, { policy_set: [a, c] })
    const [state] = process_policies(named, { role: 'peer', self_issued: false }, before)
    expect(valid_policies(state)).toEqual([
      { ...node, qualifier_set: [qualifier] },
      { valid_policy: c, qualifier_set: [], expected_policy_set: [c] },
    ])
  })
})

describe('any policy', () => {
  test('counts no more when the user or a certificate says so', () => {
    const path = [says([any]), says([a])]
    expect(policies(path, explicit)).toEqual([a])
    expect(policies(path, { ...explicit, inhibit_any_policy: true })).toEqual(refused)
    expect(policies([says([a], { inhibit_any: 0 }), says([any])], explicit)).toEqual(refused)
    expect(policies([says([a], { inhibit_any: 1 }), says([any])], explicit)).toEqual([a])
  })

  test('counts still where an authority renews its key', () => {
    const renewed = says([any], { self_issued: true })
    expect(policies([says([a], { inhibit_any: 0 }), renewed, says([a])], explicit)).toEqual([a])
    expect(policies([says([a], { inhibit_any: 0 }), renewed], explicit)).toEqual(refused)
  })

  test('is mapped to nothing, and nothing to it', () => {
    for (const mapping of [map(any, a), map(a, any)]) {
      const { problems } = validate([says([a], { mappings: [mapping] }), says([a])])
      expect(problems).toEqual([['invalid_policy_mapping', mapping]])
    }
  })
})

describe('a mapping', () => {
  const mapping = says([a], { mappings: [map(a, b)] })

  test('gives a policy the name that the next certificate has for it', () => {
    expect(policies([mapping, says([b])], explicit)).toEqual([a])
    expect(policies([mapping, says([a])], explicit)).toEqual(refused)
    expect(policies([says([any], { mappings: [map(a, b)] }), says([b])], { policy_set: [a] })).toEqual([a])
  })

  test('is void when the user or a certificate above says so', () => {
    expect(policies([mapping, says([b])], { ...explicit, inhibit_policy_mapping: true })).toEqual(refused)
    const above = says([a], { inhibit_mapping: 0 })
    expect(policies([above, mapping, says([b])], explicit)).toEqual(refused)
    expect(policies([{ ...above, inhibit_mapping: 1 }, mapping, says([b])], explicit)).toEqual([a])
  })
})

test('what was overlooked once is not told again', () => {
  const { problems } = validate([says([a]), silent, silent, silent], explicit)
  expect(problems).toHaveLength(1)
})

test('a graph of many ways is walked once', () => {
  const both = [a, b]
  const mappings = both.flatMap(from => both.map(to => map(from, to)))
  const path = Array.from({ length: 60 }, () => says(both, { mappings }))
  expect(policies(path, explicit)).toEqual([a, b])
})

test('a path has the policies that the tree of RFC 5280 gives it', () => {
  const policy = fc.constantFrom(a, b, c)
  const count = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 2 })
  const statement = fc.record({
    self_issued: fc.boolean(),
    policies: fc.option(fc.uniqueArray(fc.constantFrom(a, b, c, any), { minLength: 1 }), {
      nil: undefined,
      freq: 9,
    }),
    mappings: fc.array(
      fc.tuple(policy, policy).map(([from, to]) => map(from, to)),
      { maxLength: 3 },
    ),
    require_explicit: count,
    inhibit_mapping: count,
    inhibit_any: count,
  })
  const options = fc.record({
    policy_set: fc.option(fc.uniqueArray(fc.constantFrom(a, b, c, any)), { nil: undefined }),
    explicit_policy: fc.boolean(),
    inhibit_policy_mapping: fc.boolean(),
    inhibit_any_policy: fc.boolean(),
  })
  let valid = 0
  const path = fc.array(statement, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(path, options, (statements, wanted) => {
      const { problems, nodes } = validate(statements, wanted)
      const expected = policies_by_tree(statements, wanted)
      if (expected) valid++
      expect(problems.length === 0).toBe(expected !== undefined)
      if (expected) {
        expect(new Set(nodes.map(({ valid_policy }) => valid_policy))).toEqual(new Set(expected))
      }
    }),
    { numRuns: 3000 },
  )
  expect(valid).toBeGreaterThan(300)
})
