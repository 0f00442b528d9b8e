// The policies of a path by the letter of RFC 5280 §6.1: a tree with as many nodes as there are ways to a policy. What
// the graph of pubkey_policies is held against.

import type { PolicyMapping } from '../../apps/public_key/pubkey_extensions.ts'
import { anyPolicy, type Oid } from '../../apps/public_key/pubkey_oids.ts'
import type { PolicyOptions } from '../../apps/public_key/pubkey_policies.ts'

/** What a certificate says of policies. */
export interface PolicyStatement {
  readonly self_issued: boolean
  readonly policies: readonly Oid[] | undefined
  readonly mappings: readonly PolicyMapping[]
  readonly require_explicit: number | undefined
  readonly inhibit_mapping: number | undefined
  readonly inhibit_any: number | undefined
}

interface TreeNode {
  readonly policy: Oid
  expected: readonly Oid[]
  readonly parent: TreeNode | undefined
  children: TreeNode[]
}

interface Counters {
  explicit: number
  mapping: number
  any: number
}

/** The policies that hold for a path and its user; undefined when the path is not valid. */
export function policies_by_tree(
  path: readonly PolicyStatement[],
  options: PolicyOptions,
): readonly Oid[] | undefined {
  const from = (inhibit: boolean | undefined) => (inhibit ? 0 : path.length + 1)
  const counters = {
    explicit: from(options.explicit_policy),
    mapping: from(options.inhibit_policy_mapping),
    any: from(options.inhibit_any_policy),
  }
  const root: TreeNode = { policy: anyPolicy, expected: [anyPolicy], parent: undefined, children: [] }
  for (const [index, statement] of path.entries()) {
    const is_last = index === path.length - 1
    grow(root, index, statement, counters.any > 0 || (!is_last && statement.self_issued))
    if (counters.explicit === 0 && at_depth(root, index + 1).length === 0) return undefined
    if (!is_last) prepare(root, index + 1, statement, counters)
  }
  if (counters.explicit > 0) counters.explicit--
  if (path.at(-1)!.require_explicit === 0) counters.explicit = 0
  const policies = constrained(root, path.length, options.policy_set ?? [anyPolicy])
  return counters.explicit > 0 || policies.length > 0 ? policies : undefined
}

/** §6.1.3 (d), (e) */
function grow(root: TreeNode, depth: number, { policies }: PolicyStatement, any_counts: boolean): void {
  const parents = at_depth(root, depth)
  for (const policy of (policies ?? []).filter(other => other !== anyPolicy)) {
    const expecting = parents.filter(({ expected }) => expected.includes(policy))
    const any = parents.filter(parent => parent.policy === anyPolicy)
    for (const parent of expecting.length > 0 ? expecting : any) add(parent, policy)
  }
  if (policies?.includes(anyPolicy) && any_counts) {
    for (const parent of parents) {
      for (const policy of parent.expected) {
        if (!parent.children.some(child => child.policy === policy)) add(parent, policy)
      }
    }
  }
  cut(root, depth + 1)
}

/** §6.1.4 */
function prepare(root: TreeNode, depth: number, statement: PolicyStatement, counters: Counters): void {
  const mapped = new Set(statement.mappings.map(({ issuerDomainPolicy }) => issuerDomainPolicy))
  for (const policy of mapped) map_policy(at_depth(root, depth), policy, statement, counters.mapping > 0)
  cut(root, depth)
  if (!statement.self_issued) {
    counters.explicit = Math.max(counters.explicit - 1, 0)
    counters.mapping = Math.max(counters.mapping - 1, 0)
    counters.any = Math.max(counters.any - 1, 0)
  }
  counters.explicit = Math.min(counters.explicit, statement.require_explicit ?? Infinity)
  counters.mapping = Math.min(counters.mapping, statement.inhibit_mapping ?? Infinity)
  counters.any = Math.min(counters.any, statement.inhibit_any ?? Infinity)
}

function map_policy(
  leaves: readonly TreeNode[],
  policy: Oid,
  { mappings }: PolicyStatement,
  may_map: boolean,
): void {
  const found = leaves.filter(leaf => leaf.policy === policy)
  const expected = mappings
    .filter(({ issuerDomainPolicy }) => issuerDomainPolicy === policy)
    .map(({ subjectDomainPolicy }) => subjectDomainPolicy)
  if (!may_map) {
    for (const leaf of found) leaf.parent!.children = leaf.parent!.children.filter(child => child !== leaf)
    return
  }
  for (const leaf of found) leaf.expected = expected
  const any = leaves.find(leaf => leaf.policy === anyPolicy)
  if (found.length === 0 && any) add(any.parent!, policy).expected = expected
}

/** §6.1.5 (g), and PKITS on what comes out of it. */
function constrained(root: TreeNode, depth: number, policy_set: readonly Oid[]): readonly Oid[] {
  const any_leaf = at_depth(root, depth).some(leaf => leaf.policy === anyPolicy)
  if (any_leaf) return [...new Set(policy_set.includes(anyPolicy) ? [anyPolicy] : policy_set)]
  const of_authorities = nodes(root)
    .filter(({ policy, parent }) => policy !== anyPolicy && parent?.policy === anyPolicy)
    .map(({ policy }) => policy)
  return [...new Set(of_authorities)].filter(
    policy => policy_set.includes(policy) || policy_set.includes(anyPolicy),
  )
}

function add(parent: TreeNode, policy: Oid): TreeNode {
  const child: TreeNode = { policy, expected: [policy], parent, children: [] }
  parent.children.push(child)
  return child
}

/** Takes away what has no descendant at `depth`. */
function cut(root: TreeNode, depth: number): void {
  if (depth === 0) return
  for (const child of root.children) cut(child, depth - 1)
  if (depth > 1) root.children = root.children.filter(child => child.children.length > 0)
}

function at_depth(root: TreeNode, depth: number): TreeNode[] {
  return depth === 0 ? [root] : root.children.flatMap(child => at_depth(child, depth - 1))
}

function nodes(root: TreeNode): TreeNode[] {
  return [root, ...root.children.flatMap(nodes)]
}
