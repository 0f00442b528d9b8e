// Random revocation lists, of which we and OpenSSL have to make the same: RFC 5280 §6.3.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import { now } from '../support/crl_lists.ts'
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

const world_count = 250

let people: Authorities
let folder: string

beforeAll(async () => {
  people = await make_authorities()
  folder = await mkdtemp(join(tmpdir(), 'kista-crls-'))
  await writeFile(join(folder, 'root.pem'), people.root.cert_pem)
  await writeFile(join(folder, 'others.pem'), people.ca.cert_pem + people.other.cert_pem)
  for (const [name, { cert_pem }] of Object.entries(people.subjects))
    await writeFile(join(folder, `${name}.pem`), cert_pem)
})
afterAll(() => rm(folder, { recursive: true }))

interface TheirVerdict {
  readonly verdict: Verdict
  readonly errors: readonly number[]
}

const revoked_error = 23
const signature_error = 8
/** Those about times, after which OpenSSL goes on. */
const time_errors = [11, 12]

async function their_verdict({ subject }: World, lists: readonly Uint8Array[]): Promise<TheirVerdict> {
  const file = join(folder, `${Math.random()}.crls`)
  await writeFile(file, encode_pem(lists.map(list => ['CertificateList', list, 'not_encrypted'])))
  const output = await openssl([
    ...['verify', '-attime', String(now / 1000), '-crl_check', '-extended_crl', '-use_deltas'],
    ...['-no-CApath', '-CAfile', join(folder, 'root.pem'), '-untrusted', join(folder, 'others.pem')],
    ...['-CRLfile', file, join(folder, `${subject}.pem`)],
  ])
  await rm(file)
  const errors = [...output.matchAll(/^error (\d+) at/gm)].map(([, number]) => Number(number))
  if (errors.length === 0 && output.trim().endsWith('OK')) return { verdict: 'valid', errors }
  const is_revoked = errors.includes(revoked_error) && !errors.some(error => time_errors.includes(error))
  return { verdict: is_revoked ? 'revoked' : 'undetermined', errors }
}

function openssl(args: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    execFile('openssl', args, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

/** Why OpenSSL may come to something else. */
const explanations: Readonly<Record<string, (world: World, ours: Verdict, theirs: TheirVerdict) => boolean>> =
  {
    'OpenSSL settles for the best list of a name, before it knows who has signed it': (
      { lists },
      ours,
      theirs,
    ) =>
      lists.some(({ by }) => by === 'impostor') &&
      theirs.errors.includes(signature_error) &&
      ours !== 'undetermined',
    'whom a list revokes is revoked, though it has an extension that nobody knows': (
      { lists },
      ours,
      theirs,
    ) =>
      lists.some(({ is_unknown }) => is_unknown) && ours === 'revoked' && theirs.verdict === 'undetermined',
    'OpenSSL uses a delta that is out of date with a list that is not': ({ lists, truth }, ours, theirs) =>
      lists.some(({ delta }) => delta === 'old') &&
      truth === 'revoked since' &&
      ours !== 'revoked' &&
      theirs.verdict === 'revoked',
    'OpenSSL asks the list first that is for most reasons, even if another has news': (
      { truth },
      ours,
      theirs,
    ) => truth === 'revoked since' && ours === 'revoked' && theirs.verdict === 'valid',
  }

const explained = (world: World, ours: Verdict, theirs: TheirVerdict) =>
  Object.entries(explanations).find(([, explains]) => explains(world, ours, theirs))?.[0]

describe_with([{ missing: () => missing_program('openssl') }], 'OpenSSL', () => {
  test('makes the same of random lists, but for what there is a reason for', async () => {
    const tally: Record<string, number> = {}
    for (const world of fc.sample(worlds, { numRuns: world_count, seed: 5 })) {
      const lists = lists_of(world, people, now)
      const ours = our_verdict(world, lists, people, now)
      const theirs = await their_verdict(world, lists)
      const outcome = ours === theirs.verdict ? ours : explained(world, ours, theirs)
      expect({ world, ours, theirs, outcome }).toMatchObject({ outcome: expect.any(String) })
      tally[outcome!] = (tally[outcome!] ?? 0) + 1
    }
    for (const verdict of ['valid', 'revoked', 'undetermined'])
      expect(tally[verdict]).toBeGreaterThan(world_count / 15)
  }, 120_000)
})
