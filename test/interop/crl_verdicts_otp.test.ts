// Random revocation lists, of which we and OTP's public_key have to make the same: RFC 5280 §6.3.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Authorities,
  lists_of,
  make_authorities,
  our_verdict,
  type Verdict,
  type World,
  worlds,
} from '../support/crl_worlds.ts'
import { describe_with, missing_program } from './support/requires.ts'

const world_count = 400
const judge = 'test/interop/peers/crl_judge.escript'

let people: Authorities
let folder: string

beforeAll(async () => {
  people = await make_authorities()
  folder = await mkdtemp(join(tmpdir(), 'kista-crls-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What OTP makes of all worlds, at this moment: it looks at the clock itself. */
async function their_verdicts(
  cases: readonly (readonly [World, readonly Uint8Array[]])[],
): Promise<string[]> {
  const { root, ca, other, subjects } = people
  for (const [name, { cert }] of Object.entries({ root, ca, other, ...subjects }))
    await writeFile(join(folder, name), cert)
  const terms: string[] = []
  for (const [index, [{ subject }, lists]] of cases.entries()) {
    const names = lists.map((_, at) => `${index}.${at}`)
    for (const [at, list] of lists.entries()) await writeFile(join(folder, names[at]!), list)
    terms.push(`{"${subject}", [${names.map(name => `"${name}"`)}]}.\n`)
  }
  await writeFile(join(folder, 'cases'), terms.join(''))
  const { stdout } = await promisify(execFile)('escript', [judge, folder])
  return stdout.trim().split('\n')
}

/** At which points the certificate says that its lists are. */
const points = {
  nothing: [],
  a: ['a'],
  b: ['b'],
  'a and b': ['a', 'b'],
  'the other': ['a'],
  authority: ['a'],
} as const

/** Why OTP may come to something else. */
const explanations: Readonly<Record<string, (world: World, ours: Verdict, theirs: string) => boolean>> = {
  'OTP takes all URIs of one host for the same point': ({ lists, subject }, ours) =>
    lists.some(({ point }) => point && !points[subject].some(own => own === point)) &&
    ours === 'undetermined',
  'OTP counts the reasons of a list that it does not believe': ({ lists }, ours, theirs) =>
    lists.some(({ is_unknown }) => is_unknown) && ours !== theirs && ours !== 'valid',
  'OTP does not use a list that is out of date with a delta that is not': ({ lists }, ours, theirs) =>
    lists.some(({ is_old, delta }) => is_old && delta === 'fresh') &&
    ours !== 'undetermined' &&
    theirs !== 'revoked',
  'OTP does without a list because of a delta of which it is not known who has signed it': (
    { lists },
    _,
    theirs,
  ) => lists.some(({ by, delta }) => by === 'impostor' && delta) && theirs === 'undetermined',
}

const explained = (world: World, ours: Verdict, theirs: string) =>
  Object.entries(explanations).find(([, explains]) => explains(world, ours, theirs))?.[0]

describe_with([{ missing: () => missing_program('escript') }], 'OTP', () => {
  test('makes the same of random lists, but for what there is a reason for', async () => {
    const now = Date.now()
    const random = fc.sample(worlds, { numRuns: world_count, seed: 7 })
    const cases = random.map(world => [world, lists_of(world, people, now)] as const)
    const ours = cases.map(([world, lists]) => our_verdict(world, lists, people, now))
    const theirs = await their_verdicts(cases)
    expect(theirs).toHaveLength(world_count)
    const tally: Record<string, number> = {}
    for (const [index, world] of random.entries()) {
      const [our, their] = [ours[index]!, theirs[index]!]
      const outcome = our === their ? our : explained(world, our, their)
      expect({ world, our, their, outcome }).toMatchObject({ outcome: expect.any(String) })
      tally[outcome!] = (tally[outcome!] ?? 0) + 1
    }
    for (const verdict of ['valid', 'revoked', 'undetermined'])
      expect(tally[verdict]).toBeGreaterThan(world_count / 15)
  }, 120_000)
})
