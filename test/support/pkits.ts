// The scenarios of NIST's Public Key Interoperability Test Suite (PKITS, 2011), made anew: what all of its certificates
// have in common, and how a table of scenarios becomes tests. The numbers and names are those of the suite's document.

import { expect, test } from '@jest/globals'
import { validate_path } from '../../apps/public_key/pubkey_cert.ts'
import { anyPolicy } from '../../apps/public_key/pubkey_oids.ts'
import type { PolicyOptions } from '../../apps/public_key/pubkey_policies.ts'
import { type CertificateRow, make_pki } from './chain_maker.ts'
import type { NameText } from './chain_maker_names.ts'

/** When the paths are validated. All that is to be valid is, for ten years before and after. */
export const pkits_now = Date.UTC(2026, 5, 1)

/** `true`: it is to be valid, and the outcome of the policies is of no interest; a list: so many are valid. */
export type Expected = true | readonly Policy[] | string

/** What it is validated with besides the defaults of the suite: any policy, none needed, nothing inhibited. */
export interface Inputs extends Omit<PolicyOptions, 'policy_set'> {
  readonly policy_set?: readonly Policy[]
}

/** The number of a test policy, or all of them. */
export type Policy = number | 'any'

/** The number and the name of a scenario, the end of its path, the outcome, and other inputs than the defaults. */
export type Scenario = readonly [
  number: string,
  name: string,
  peer: CertificateRow,
  expected: Expected,
  inputs?: Inputs,
]

export const trust_anchor = 'Trust Anchor'

/** The object identifier of a test policy of the suite. */
export function policy(number: Policy): string {
  return number === 'any' ? anyPolicy : `2.16.840.1.101.3.2.1.48.${number}`
}

/** The name that the suite gives to what is called so. */
export function named(common_name: string, unit?: string): NameText {
  const units = unit === undefined ? '' : `, OU=${unit}`
  return `C=US, O=Test Certificates 2011${units}, CN=${common_name}`
}

/** The certificate of an intermediate authority, with what is different about it. */
export function authority(signed_by: string, different: CertificateRow = {}): CertificateRow {
  return {
    signed_by,
    basic_constraints: { cA: true },
    key_usage: { usages: ['keyCertSign', 'cRLSign'] },
    policies: [policy(1)],
    ...different,
  }
}

/** The certificate at the end of a path, with what is different about it. */
export function end_entity(signed_by: string, different: CertificateRow = {}): CertificateRow {
  return {
    signed_by,
    key_usage: { usages: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment'] },
    policies: [policy(1)],
    ...different,
  }
}

/** An authority that is the end of a path. */
export function authority_at_end(signed_by: string, different: CertificateRow = {}): CertificateRow {
  const usages = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment'] as const
  return authority(signed_by, { key_usage: { usages: [...usages, 'keyCertSign', 'cRLSign'] }, ...different })
}

/** The rows that every group of scenarios has, and its own; each is called as the suite calls it. */
export function pkits_rows(
  own: Readonly<Record<string, CertificateRow>>,
): Readonly<Record<string, CertificateRow>> {
  const rows: Record<string, CertificateRow> = {
    [trust_anchor]: {
      basic_constraints: { cA: true },
      key_usage: { usages: ['keyCertSign', 'cRLSign'] },
    },
    'Good CA': authority(trust_anchor),
    ...own,
  }
  const with_names = Object.entries(rows).map(([name, row]) => [name, { subject: named(name), ...row }])
  return Object.fromEntries(with_names)
}

/** A test for each scenario: the path that leads to its peer is validated. */
export function test_scenarios(
  own: Readonly<Record<string, CertificateRow>>,
  scenarios: readonly Scenario[],
): void {
  const rows = pkits_rows(own)
  test.each(scenarios.map(scenario => [title(scenario), scenario] as const))('%s', (_title, scenario) => {
    const [number, name, peer, expected, inputs] = scenario
    const pki = make_pki({ ...rows, [number]: { subject: named(`${name} EE`), ...peer } })
    const [anchor, ...path] = pki.path(number)
    const { policy_set, ...others } = inputs ?? {}
    const wanted = policy_set && { policy_set: policy_set.map(policy) }
    const result = validate_path(anchor!, path, { now: pkits_now, ...others, ...wanted })
    expect(outcome(result, expected)).toEqual(expected)
  })
}

function title([number, name, , , inputs]: Scenario): string {
  return `${number} ${name}${inputs ? `, ${JSON.stringify(inputs)}` : ''}`
}

/** The result in the words of the table. */
function outcome(result: ReturnType<typeof validate_path>, expected: Expected): Expected {
  if (result[0] === 'error') {
    const [, reason] = result[1]
    return typeof reason === 'string' ? reason : String((reason as readonly unknown[])[0])
  }
  if (!Array.isArray(expected)) return true
  const policies = result[1].policies.map(({ valid_policy }) => number_of(valid_policy))
  return policies.sort()
}

function number_of(oid: string): Policy {
  return oid === anyPolicy ? 'any' : Number(oid.split('.').at(-1))
}
