// Certificates looked up in random lists of a cache: what comes of it is so, and is what comes of it with OpenSSL.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CertificateList, decode_crl } from '../../apps/public_key/pubkey_crl.ts'
import { type GeneralName, is_same_name, type Name } from '../../apps/public_key/pubkey_names.ts'
import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { run } from '../../ssl_app/certificate/awaitable.ts'
import { crl_check } from '../../ssl_app/certificate/ssl_crl.ts'
import type { CrlCacheApi } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import { type CertificateRow, make_pki } from '../support/chain_maker.ts'
import type { CrlRow, EntryRow } from '../support/chain_maker_crls.ts'
import type { DistributionPointRow, Reason } from '../support/chain_maker_extensions.ts'
import { openssl } from './support/openssl.ts'
import { describe_with } from './support/requires.ts'

const now = Date.UTC(2026, 5, 1)

// ---- The certificates

const authority: CertificateRow = {
  basic_constraints: { cA: true },
  key_usage: { usages: ['keyCertSign', 'cRLSign'] },
}
const first: DistributionPointRow = { full_name: [['uniformResourceIdentifier', 'http://127.0.0.1/1']] }
const second: DistributionPointRow = { full_name: [['uniformResourceIdentifier', 'http://127.0.0.1/2']] }
const compromised: readonly Reason[] = ['keyCompromise', 'cACompromise']
const other_reasons: readonly Reason[] = [
  ...(['affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold'] as const),
  ...(['privilegeWithdrawn', 'aACompromise'] as const),
]

/** What the certificates that are judged say of where their lists are. */
const leaves: readonly (readonly DistributionPointRow[] | undefined)[] = [
  undefined,
  [first],
  [second],
  [first, second],
  [{ ...first, reasons: compromised }],
  [
    { ...first, reasons: compromised },
    { ...second, reasons: other_reasons },
  ],
  [{ crl_issuer: 'CN=lister' }],
  [{ ...first, crl_issuer: 'CN=lister' }],
]
const leaf_name = (index: number) => `leaf ${index}`
const serial_of = (index: number) => BigInt(index + 1)

const pki = make_pki({
  root: authority,
  issuer: { ...authority, signed_by: 'root' },
  lister: { signed_by: 'root', key_usage: { usages: ['cRLSign'] } },
  ...Object.fromEntries(
    leaves.map((distribution_points, index) => [
      leaf_name(index),
      { signed_by: 'issuer', serial: serial_of(index), distribution_points },
    ]),
  ),
})

// ---- The lists

/** Why each of the leaves is revoked, if it is: all lists say the same, as far as they say anything about it. */
type Truth = readonly (NonNullable<EntryRow['reason']> | 'not')[]

const truth: fc.Arbitrary<Truth> = fc.tuple(
  ...leaves.map(() => fc.constantFrom('not', 'not', 'certificateHold', 'keyCompromise', 'superseded')),
)

/** How a list is made; which entries it has follows. */
const list: fc.Arbitrary<CrlRow> = fc
  .record({
    signed_by: fc.constantFrom('issuer', 'issuer', 'issuer', 'lister'),
    this_update: fc.constantFrom(undefined, undefined, undefined, undefined, '270101000000Z'),
    next_update: fc.constantFrom(undefined, undefined, undefined, undefined, '260515000000Z'),
    number: fc.integer({ min: 1, max: 4 }),
    delta_base: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3),
    issuing_distribution_point: fc.option(
      fc
        .record({
          full_name: fc.constantFrom(undefined, first.full_name, second.full_name),
          only: fc.constantFrom(undefined, undefined, undefined, undefined, 'user', 'authority', 'attribute'),
          only_some_reasons: fc.constantFrom(undefined, undefined, compromised, other_reasons),
          indirect: fc.boolean(),
        })
        .map(present),
      { nil: undefined, freq: 2 },
    ),
    damaged: fc.constantFrom(false, false, false, false, false, true),
  })
  .map(present)

/** What a list about those reasons has to say; one of another issuer says whose certificates it is about. */
function entries_of(row: CrlRow, revoked: Truth): readonly EntryRow[] {
  const point = row.issuing_distribution_point
  const some: readonly string[] | undefined = point?.only_some_reasons
  const whose = row.signed_by === 'lister' && point?.indirect ? { certificate_issuer: 'CN=issuer' } : {}
  return revoked.flatMap((reason, index) => {
    if (reason === 'not' || (some && !some.includes(reason))) return []
    return [{ serial: serial_of(index), ...whose, reason }]
  })
}

/** The same without what is undefined. */
function present<Row extends object>(row: Row): { [Key in keyof Row]: Exclude<Row[Key], undefined> } {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as never
}

// ---- The judges

const of_rest = ['issuer', 'lister'].map(name => pki.certificate(name))
const trusted = new TrustStore([pki.certificate('root').der])

type Verdict = readonly [kind: 'valid' | 'revoked' | 'undetermined', reason?: Term]

/** What the lists say that a cache has, in which they are found by their issuers. */
async function kista_says(crls: readonly CertificateList[], index: number): Promise<Verdict> {
  const by_issuer = (issuer: Name) =>
    crls.filter(({ tbsCertList }) => is_same_name(tbsCertList.issuer, issuer)).map(({ der }) => der)
  const cache: CrlCacheApi = {
    lookup: () => 'not_available',
    select: issuer => names_of(issuer).flatMap(by_issuer),
    fresh_crl: (_point, crl) => crl,
  }
  const { certificate } = pki.certificate(leaf_name(index))
  const known = of_rest.map(of => of.certificate)
  const crl = { check: 'peer', cache: [cache, []] } as const
  const status = await run(crl_check(certificate, 'valid_peer', { crl, trusted, known, now }))
  if (status === 'valid') return [status]
  const [, reason] = status
  return Array.isArray(reason) ? ['revoked', reason[1]] : ['undetermined']
}

const names_of = (issuer: Name | readonly GeneralName[]): readonly Name[] =>
  'rdnSequence' in issuer
    ? [issuer]
    : issuer.flatMap(([kind, name]) => (kind === 'directoryName' ? [name] : []))

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-lists-'))
  const write = (name: string, ders: readonly Uint8Array[]) =>
    writeFile(file(name), encode_pem(ders.map(der => ['Certificate', der, 'not_encrypted'])))
  await write('root', [pki.certificate('root').der])
  await write(
    'between',
    of_rest.map(({ der }) => der),
  )
  for (const index of leaves.keys()) await write(leaf_name(index), [pki.certificate(leaf_name(index)).der])
})
afterAll(() => rm(folder, { recursive: true }))

/** What it says about each of the leaves: `OK`, or the numbers of its errors. */
async function openssl_says(crls: readonly Uint8Array[]): Promise<readonly string[]> {
  await writeFile(file('lists'), encode_pem(crls.map(der => ['CertificateList', der, 'not_encrypted'])))
  const lists = ['-CRLfile', file('lists'), '-crl_check', '-extended_crl', '-use_deltas']
  const trust = ['-CAfile', file('root'), '-no-CApath', '-no-CAstore', '-untrusted', file('between')]
  const judged = [...leaves.keys()].map(index => file(leaf_name(index)))
  const output = await new Promise<string>(resolve =>
    execFile(
      'openssl',
      ['verify', '-attime', `${now / 1000}`, ...trust, ...lists, ...judged],
      (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`),
    ),
  )
  return judged.map(path => {
    if (output.includes(`${path}: OK`)) return 'OK'
    const about = output.slice(0, output.indexOf(`error ${path}: verification failed`))
    return about.match(/error \d+ at 0 depth lookup: .*/g)?.at(-1) ?? 'nothing'
  })
}

// ---- Where they differ

/** A certificate that is judged, and the lists by which it is. */
interface Case {
  readonly points: readonly DistributionPointRow[]
  readonly lists: readonly CrlRow[]
}

/** Kista: whether it accepts. OpenSSL: `OK`, or its last error. */
type Difference = readonly [accepted: boolean, theirs: RegExp, rule: string, applies: (of: Case) => boolean]

const differences: readonly Difference[] = [
  [
    true,
    /^error 8 .*signature/,
    'OpenSSL settles for one list before it looks at signatures; RFC 5280 §6.3.3 goes on to the next',
    ({ lists }) => lists.some(({ damaged }) => damaged),
  ],
  [
    true,
    /^error (3|11|12|44) /,
    'OpenSSL counts no reasons but those of the first point; RFC 5280 §6.3.3 ends with the lists of the issuer',
    ({ points }) => points.some(({ reasons }) => reasons),
  ],
  [
    true,
    /^error 12 .*expired/,
    'a list that is out of date is made new by a delta: RFC 5280 §5.2.4',
    ({ lists }) => lists.some(({ delta_base }) => delta_base !== undefined),
  ],
  [
    false,
    /^OK$/,
    'a point without a name is that of a list with the name of the issuer only: RFC 5280 §6.3.3 (b) (2) (i)',
    ({ points }) => points.some(({ crl_issuer, full_name }) => crl_issuer && !full_name),
  ],
]

function is_explained(accepted: boolean, theirs: string, of: Case): boolean {
  return differences.some(
    ([which, said, , applies]) => which === accepted && said.test(theirs) && applies(of),
  )
}

describe_with([openssl], 'Revocation lists', () => {
  test('say to us what they say to OpenSSL, and what is so', async () => {
    const judged = { valid: 0, revoked: 0, undetermined: 0 }
    await fc.assert(
      fc.asyncProperty(truth, fc.array(list, { minLength: 1, maxLength: 3 }), async (revoked, plain) => {
        const lists = plain.map(row => ({ ...row, entries: entries_of(row, revoked) }))
        const ders = lists.map(row => pki.crl(row))
        const crls = ders.map(decode_crl)
        for (const [index, theirs] of (await openssl_says(ders)).entries()) {
          const [kind, reason] = await kista_says(crls, index)
          judged[kind]++
          if (kind === 'valid') expect(revoked[index]).toBe('not')
          if (kind === 'revoked') expect(reason).toBe(revoked[index])

          const accepted = kind === 'valid'
          if (accepted === (theirs === 'OK')) continue
          const of = { points: leaves[index] ?? [], lists }
          expect({ theirs, ...(is_explained(accepted, theirs, of) ? {} : { ours: kind, ...of }) }).toEqual({
            theirs,
          })
        }
      }),
      { numRuns: Number(process.env.LISTS_RUNS ?? 100) },
    )
    expect(Math.min(...Object.values(judged))).toBeGreaterThan(10)
  }, 120_000)
})
