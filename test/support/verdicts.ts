// Vectors that carry a verdict: values that must be taken, and values that must be refused.

import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { type ProviderName, provider_name } from '../../apps/crypto/crypto.ts'

/** What every vector of `test/vectors/verdicts` and `test/vectors/wycheproof` says, beside its values. */
export interface Judged {
  readonly comment: string
  /** `acceptable`: the standards leave it open, and `verdict` says what is done here, `because` why. */
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly verdict?: Verdict | Readonly<Record<ProviderName, Verdict>>
  readonly because?: string
}

type Verdict = 'accepted' | 'refused'

/** Vectors of one kind. What is said of the group holds for each of them. */
export interface Group<Vector> {
  readonly name: string
  readonly tests: readonly (Vector & Judged)[]
}

interface Written<Vector> {
  readonly name: string
  readonly common?: Partial<Vector>
  readonly tests: readonly (Partial<Vector> & Judged)[]
}

/** The groups of `test/vectors/<path>.json`, each vector with all its values. */
export function read_verdicts<Vector>(path: string): readonly Group<Vector>[] {
  const file = new URL(`../vectors/${path}.json`, import.meta.url)
  const { groups }: { groups: readonly Written<Vector>[] } = JSON.parse(readFileSync(file, 'utf8'))
  return groups.map(({ name, common, tests, ...of_group }) => {
    return { name, tests: tests.map(vector => ({ ...of_group, ...common, ...vector }) as Vector & Judged) }
  })
}

/** Whether the value is to be taken, by the provider in use. */
export function is_taken({ result, verdict }: Judged): boolean {
  if (result !== 'acceptable') return result === 'valid'
  return (typeof verdict === 'object' ? verdict[provider_name()] : verdict) === 'accepted'
}

/** Holds what `takes` says of each vector against its verdict. */
export function hold_verdicts<Vector>(
  group: Group<Vector>,
  takes: (vector: Vector & Judged) => boolean,
): void {
  const found = group.tests.map(vector => [vector.comment, said(takes(vector))])
  expect(found).toEqual(group.tests.map(vector => [vector.comment, said(is_taken(vector))]))
}

const said = (taken: boolean): string => (taken ? 'taken' : 'refused')
