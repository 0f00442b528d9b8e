// The policies that a path is valid for: RFC 5280 §6.1.3 (d)-(f), §6.1.4 and §6.1.5. They form the graph of RFC
// 9618, which has one node for each policy of a certificate, where the tree of RFC 5280 has as many as there are
// ways to it. Its outcome is the same.

import type { OTPCertificate } from './otp_certificate.ts'
import { type PolicyMapping, type PolicyQualifierInfo, select_extension } from './pubkey_extensions.ts'
import * as oids from './pubkey_oids.ts'
import { anyPolicy, type Oid } from './pubkey_oids.ts'
import type { BadCertReason } from './verify_fun.ts'

/** What a user wants of policies: RFC 5280 §6.1.1 (c), (e), (f), (g). OTP: the options of `pkix_path_validation/3`. */
export interface PolicyOptions {
  /** Those that are acceptable. Default: any */
  readonly policy_set?: readonly Oid[] | undefined
  /** Whether one of them must be valid. Default: only if a certificate asks for it */
  readonly explicit_policy?: boolean | undefined
  /** Whether authorities may not map policies. Default: they may */
  readonly inhibit_policy_mapping?: boolean | undefined
  /** Whether `anyPolicy` in a certificate stands for none. Default: it stands for any */
  readonly inhibit_any_policy?: boolean | undefined
}

/** A policy that holds. OTP: `policy_tree_node()`. */
export interface PolicyNode {
  readonly valid_policy: Oid
  /** Those of the certificate nearest to the anchor that names the policy. */
  readonly qualifier_set: readonly PolicyQualifierInfo[]
  /** What the policy is called in the next certificate. */
  readonly expected_policy_set: readonly Oid[]
}

/** A node with those of the certificate before that lead to it. */
interface GraphNode {
  readonly valid_policy: Oid
  readonly qualifier_set: readonly PolicyQualifierInfo[]
  readonly expected: ReadonlySet<Oid>
  readonly parents: readonly GraphNode[]
}

/** The nodes of one certificate. None: no policy is valid any more. */
type Level = ReadonlyMap<Oid, GraphNode>

/** What the certificates so far say about policies: RFC 5280 §6.1.2. */
export interface PolicyState {
  readonly policy_set: readonly Oid[]
  readonly level: Level
  /** After how many more certificates a policy must be valid, mappings count no more, `anyPolicy` counts no more. */
  readonly explicit_policy: number
  readonly policy_mapping: number
  readonly inhibit_any_policy: number
}

type Step = readonly [PolicyState, problems: readonly BadCertReason[]]

/** What holds before the first certificate. */
export function initial_policies(path_length: number, options: PolicyOptions): PolicyState {
  const after = (inhibit: boolean | undefined) => (inhibit ? 0 : path_length + 1)
  return {
    policy_set: options.policy_set ?? [anyPolicy],
    level: new Map([[anyPolicy, node(anyPolicy, [], [])]]),
    explicit_policy: after(options.explicit_policy),
    policy_mapping: after(options.inhibit_policy_mapping),
    inhibit_any_policy: after(options.inhibit_any_policy),
  }
}

/** What one more certificate makes of the policies, and what is wrong with that. */
export function process_policies(
  certificate: OTPCertificate,
  { role, self_issued }: { readonly role: 'authority' | 'peer'; readonly self_issued: boolean },
  before: PolicyState,
): Step {
  const any_counts = before.inhibit_any_policy > 0 || (role === 'authority' && self_issued)
  const state = { ...before, level: next_level(certificate, before.level, any_counts) }
  return role === 'peer' ? wrap_up(certificate, state) : prepare(certificate, state, self_issued)
}

/** The policies that hold, of those that the user accepts: RFC 9618 §5, replacing RFC 5280 §6.1.5 (g). */
export function valid_policies({ policy_set, level }: PolicyState): readonly PolicyNode[] {
  const any = level.get(anyPolicy)
  if (policy_set.includes(anyPolicy)) return any ? [shown(any)] : authority_nodes(level).map(shown)

  const constrained = new Map(authority_nodes(level).map(node => [node.valid_policy, node]))
  return [...new Set(policy_set)].flatMap(policy => {
    const found = constrained.get(policy) ?? (any && node(policy, any.qualifier_set, []))
    return found ? shown(found) : []
  })
}

// ---- The nodes of a certificate: RFC 5280 §6.1.3 (d), (e)

function next_level(certificate: OTPCertificate, before: Level, any_counts: boolean): Level {
  const policies = select_extension(oids.id_ce_certificatePolicies, certificate.tbsCertificate.extensions)
  const level = new Map<Oid, GraphNode>()
  if (!policies || before.size === 0) return level

  const expecting = by_expected_policy(before)
  const any_before = expecting.get(anyPolicy)
  for (const { policyIdentifier: policy, policyQualifiers = [] } of policies) {
    const parents = expecting.get(policy) ?? any_before
    if (policy !== anyPolicy && parents) level.set(policy, node(policy, policyQualifiers, parents))
  }
  const any = policies.find(({ policyIdentifier }) => policyIdentifier === anyPolicy)
  if (!any || !any_counts) return level

  for (const [policy, parents] of expecting) {
    if (!level.has(policy)) level.set(policy, node(policy, any.policyQualifiers ?? [], parents))
  }
  return level
}

function by_expected_policy(level: Level): Map<Oid, GraphNode[]> {
  const expecting = new Map<Oid, GraphNode[]>()
  for (const parent of level.values()) {
    for (const policy of parent.expected) {
      const parents = expecting.get(policy)
      if (parents) parents.push(parent)
      else expecting.set(policy, [parent])
    }
  }
  return expecting
}

// ---- Before the next certificate: RFC 5280 §6.1.4

function prepare(certificate: OTPCertificate, state: PolicyState, self_issued: boolean): Step {
  const { extensions } = certificate.tbsCertificate
  const mappings = select_extension(oids.id_ce_policyMappings, extensions) ?? []
  const constraints = select_extension(oids.id_ce_policyConstraints, extensions)
  const inhibit_any = select_extension(oids.id_ce_inhibitAnyPolicy, extensions)
  const [checked, unmet] = require_policy(state)
  const left = (count: number) => (self_issued ? count : Math.max(count - 1, 0))
  const next = {
    ...checked,
    level: map_policies(mappings.filter(is_mappable), checked),
    explicit_policy: Math.min(left(checked.explicit_policy), constraints?.requireExplicitPolicy ?? Infinity),
    policy_mapping: Math.min(left(checked.policy_mapping), constraints?.inhibitPolicyMapping ?? Infinity),
    inhibit_any_policy: Math.min(left(checked.inhibit_any_policy), inhibit_any ?? Infinity),
  }
  const wrong = mappings.find(mapping => !is_mappable(mapping))
  return [next, wrong ? [...unmet, ['invalid_policy_mapping', wrong]] : unmet]
}

function is_mappable({ issuerDomainPolicy, subjectDomainPolicy }: PolicyMapping): boolean {
  return issuerDomainPolicy !== anyPolicy && subjectDomainPolicy !== anyPolicy
}

/** RFC 5280 §6.1.4 (b) */
function map_policies(mappings: readonly PolicyMapping[], { level, policy_mapping }: PolicyState): Level {
  if (mappings.length === 0) return level
  const mapped = new Map(level)
  for (const [policy, expected] of by_issuer_policy(mappings)) {
    const found = level.get(policy)
    const any = level.get(anyPolicy)
    if (policy_mapping === 0) mapped.delete(policy)
    else if (found) mapped.set(policy, { ...found, expected })
    else if (any) mapped.set(policy, { ...any, valid_policy: policy, expected })
  }
  return mapped
}

function by_issuer_policy(mappings: readonly PolicyMapping[]): Map<Oid, Set<Oid>> {
  const by_issuer = new Map<Oid, Set<Oid>>()
  for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
    const subjects = by_issuer.get(issuerDomainPolicy)
    if (subjects) subjects.add(subjectDomainPolicy)
    else by_issuer.set(issuerDomainPolicy, new Set([subjectDomainPolicy]))
  }
  return by_issuer
}

// ---- After the last certificate: RFC 5280 §6.1.5

function wrap_up(certificate: OTPCertificate, state: PolicyState): Step {
  const { extensions } = certificate.tbsCertificate
  const constraints = select_extension(oids.id_ce_policyConstraints, extensions)
  const left = Math.max(state.explicit_policy - 1, 0)
  const explicit_policy = constraints?.requireExplicitPolicy === 0 ? 0 : left
  const [checked, unmet] = require_policy(state)
  if (unmet.length > 0) return [checked, unmet]
  const is_met = explicit_policy > 0 || valid_policies(state).length > 0
  return [state, is_met ? [] : [not_met(state)]]
}

/** RFC 5280 §6.1.3 (f). What is overlooked is not asked for again. */
function require_policy(state: PolicyState): Step {
  if (state.explicit_policy > 0 || state.level.size > 0) return [state, []]
  return [{ ...state, explicit_policy: Infinity }, [not_met(state)]]
}

const not_met = ({ policy_set }: PolicyState) => ['policy_requirement_not_met', policy_set] as const

// ---- The graph

function node(
  policy: Oid,
  qualifier_set: readonly PolicyQualifierInfo[],
  parents: readonly GraphNode[],
): GraphNode {
  return { valid_policy: policy, qualifier_set, expected: new Set([policy]), parents }
}

/** Those nodes on the way to the last certificate's that stem from `anyPolicy`, and are not that: RFC 9618 §5. */
function authority_nodes(level: Level): GraphNode[] {
  const seen = new Set(level.values())
  // What is added to a set while it is walked is walked too.
  for (const { parents } of seen) {
    for (const parent of parents) seen.add(parent)
  }
  return [...seen].filter(
    ({ valid_policy, parents }) =>
      valid_policy !== anyPolicy && parents.some(parent => parent.valid_policy === anyPolicy),
  )
}

function shown({ valid_policy, qualifier_set, expected }: GraphNode): PolicyNode {
  return { valid_policy, qualifier_set, expected_policy_set: [...expected] }
}
