// Random worlds in which a certificate is revoked or is not, and lists of all kinds tell of it, more or less truly
// dated and more or less to the point. For those who want to compare what is made of them.

import fc from 'fast-check'
import type { IssuingDistributionPoint } from '../../apps/public_key/pubkey_crl_extensions.ts'
import type { DistributionPoint, ReasonFlag } from '../../apps/public_key/pubkey_extensions.ts'
import {
  pkix_crls_validate,
  pkix_dist_point,
  pkix_dist_points,
} from '../../apps/public_key/public_key_crl.ts'
import { type CrlOptions, type EntryToWrite, make_crl } from '../../apps/public_key/x509_crl.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from './certificates.ts'
import { day, entry_of, issuers, name_of, point_at, pointing_to, uri } from './crl_lists.ts'

/** A root, an authority below it whose certificate is looked up, and another one. */
export interface Authorities {
  readonly root: TestCertificate
  readonly ca: TestCertificate
  readonly other: TestCertificate
  /** By the points in them. */
  readonly subjects: Readonly<Record<PointsOf, TestCertificate>>
}

type PointsOf = 'nothing' | 'a' | 'b' | 'a and b' | 'the other' | 'authority'

/** When it is found out, and by what. */
export type Truth = 'good' | 'revoked' | 'revoked since' | 'held' | 'released since'

export interface World {
  readonly subject: PointsOf
  readonly truth: Truth
  readonly lists: readonly ListOfWorld[]
}

/** One list; with `delta`, there is one that adds to it. */
export interface ListOfWorld {
  readonly by: 'ca' | 'other' | 'impostor'
  readonly point: 'a' | 'b' | undefined
  readonly only: 'onlyContainsUserCerts' | 'onlyContainsCACerts' | 'onlyContainsAttributeCerts' | undefined
  readonly reasons: 'some' | 'others' | undefined
  readonly indirect: boolean
  readonly is_old: boolean
  readonly is_unknown: boolean
  readonly delta: 'fresh' | 'old' | 'of another number' | undefined
}

const a = uri('http://crl.example/a')
const b = uri('http://crl.example/b')
const some_reasons: readonly ReasonFlag[] = ['keyCompromise', 'certificateHold']
const other_reasons: readonly ReasonFlag[] = [
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
  'aACompromise',
]

export async function make_authorities(): Promise<Authorities> {
  const root = await make_ca({ subject: 'CN=Root' })
  const ca = await make_intermediate(root, { subject: 'CN=CA' })
  const other = await make_intermediate(root, { subject: 'CN=Other' })
  const with_points = (...points: readonly DistributionPoint[]) =>
    make_leaf(ca, { extensions: points.length > 0 ? [pointing_to(...points)] : [] })
  const at_other: DistributionPoint = { ...point_at(a), cRLIssuer: [['directoryName', name_of(other)]] }
  const subjects = {
    nothing: await with_points(),
    a: await with_points(point_at(a)),
    b: await with_points(point_at(b)),
    'a and b': await with_points(point_at(a), point_at(b)),
    'the other': await with_points(at_other),
    authority: await make_intermediate(ca, { subject: 'CN=Sub', extensions: [pointing_to(point_at(a))] }),
  }
  return { root, ca, other, subjects }
}

const rarely = fc.integer({ min: 0, max: 11 }).map(number => number === 0)
const maybe = <Value>(...values: readonly Value[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 })

const list: fc.Arbitrary<ListOfWorld> = fc.record({
  by: fc.constantFrom('ca', 'ca', 'ca', 'ca', 'other', 'other', 'impostor'),
  point: maybe('a', 'a', 'b'),
  only: maybe(
    'onlyContainsUserCerts',
    'onlyContainsUserCerts',
    'onlyContainsCACerts',
    'onlyContainsAttributeCerts',
  ),
  reasons: maybe('some', 'others'),
  indirect: fc.boolean(),
  is_old: rarely,
  is_unknown: rarely,
  delta: maybe('fresh', 'fresh', 'old', 'of another number'),
})

export const worlds: fc.Arbitrary<World> = fc.record({
  subject: fc.constantFrom('nothing', 'a', 'b', 'a and b', 'the other', 'authority'),
  truth: fc.constantFrom('good', 'good', 'revoked', 'revoked since', 'held', 'released since'),
  lists: fc.array(list, { minLength: 1, maxLength: 4 }),
})

/**
 * DER of the lists of a world, the newest first, deltas last.
 *
 * @param now - milliseconds since 1970
 */
export function lists_of({ subject, truth, lists }: World, people: Authorities, now: number): Uint8Array[] {
  const certificate = people.subjects[subject]
  const whole = lists.map((row, index) => {
    const entries =
      truth === 'good' || truth === 'revoked since' ? [] : [entry(certificate, row, truth, people)]
    const next_update = now + (row.is_old ? -day : 9 * day)
    return made(row, people, { this_update: now - (2 + index) * day, next_update, revoked: entries })
  })
  const deltas = lists.flatMap((row, index) => {
    if (!row.delta) return []
    const is_news = truth === 'revoked since' || truth === 'released since'
    return made({ ...row, is_unknown: false }, people, {
      this_update: now - (lists.length - index) * 1000,
      next_update: now + (row.delta === 'old' ? -500 : day),
      crl_number: 6n,
      delta_crl_indicator: row.delta === 'of another number' ? 6n : 5n,
      revoked: is_news ? [entry(certificate, row, truth, people)] : [],
    })
  })
  return [...whole, ...deltas]
}

function entry(
  certificate: TestCertificate,
  row: ListOfWorld,
  truth: Truth,
  people: Authorities,
): EntryToWrite {
  const reason = {
    good: 'unspecified',
    revoked: 'keyCompromise',
    'revoked since': 'keyCompromise',
    held: 'certificateHold',
    'released since': 'removeFromCRL',
  } as const
  const of_ca = { certificate_issuer: [['directoryName', name_of(people.ca)]] } as const
  return entry_of(certificate, { reason: reason[truth], ...(row.indirect && row.by === 'other' && of_ca) })
}

function made(row: ListOfWorld, people: Authorities, options: CrlOptions): Uint8Array {
  const issuer = row.by === 'impostor' ? { cert: people.ca.cert, key: people.other.key } : people[row.by]
  const scope = scope_of(row)
  return make_crl(issuer, {
    crl_number: 5n,
    freshest_crl: [point_at(uri('http://crl.example/delta'))],
    ...(Object.keys(scope).length > 0 && { issuing_distribution_point: scope }),
    extensions: row.is_unknown ? [{ extnID: '1.2.3', critical: true, extnValue: Uint8Array.of(5, 0) }] : [],
    ...options,
  })
}

function scope_of({ point, only, reasons, indirect }: ListOfWorld): Partial<IssuingDistributionPoint> {
  return {
    ...(point && { distributionPoint: ['fullName', [point === 'a' ? a : b]] }),
    ...(only && { [only]: true }),
    ...(reasons && { onlySomeReasons: reasons === 'some' ? some_reasons : other_reasons }),
    ...(indirect && { indirectCRL: true }),
  }
}

export type Verdict = 'valid' | 'revoked' | 'undetermined'

/**
 * What we make of it. Each list may have been found at each point of the certificate, or because of its issuer.
 *
 * @param now - milliseconds since 1970
 */
export function our_verdict(
  { subject }: World,
  lists: readonly Uint8Array[],
  people: Authorities,
  now: number,
): Verdict {
  const { cert } = people.subjects[subject]
  const points = [...pkix_dist_points(cert), pkix_dist_point(cert)]
  const pairs = points.flatMap(point => lists.map(list => [point, list] as const))
  const issuer_fun = issuers(people.root, [people.ca], [people.other])
  const status = pkix_crls_validate(cert, pairs, { now, issuer_fun })
  if (status === 'valid') return status
  return status[1][0] === 'revoked' ? 'revoked' : 'undetermined'
}
