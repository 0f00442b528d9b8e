import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { write_distribution_points } from '../../../apps/public_key/pubkey_crl_writer.ts'
import type { DistributionPoint, ReasonFlag } from '../../../apps/public_key/pubkey_extensions.ts'
import { id_ce_cRLDistributionPoints, id_ce_freshestCRL } from '../../../apps/public_key/pubkey_oids.ts'
import type { CrlOptions } from '../../../apps/public_key/x509_crl.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { is_pending, run } from '../../../ssl_app/certificate/awaitable.ts'
import { patience } from '../../../ssl_app/certificate/crl_inquiries.ts'
import { type CrlContext, crl_check } from '../../../ssl_app/certificate/ssl_crl.ts'
import type { CrlCacheApi } from '../../../ssl_app/certificate/ssl_crl_cache_api.ts'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { Cache } from '../../support/crl_cache.ts'
import { at_uris, crl_of, now, subject_of } from '../../support/crls.ts'
import { in_manual_time } from '../../support/manual_time.ts'

const here = 'http://example.com/a.crl'
const there = 'http://example.com/b.crl'
const undetermined = ['bad_cert', 'revocation_status_undetermined']
const revoked = ['bad_cert', ['revoked', 'keyCompromise']]

let root: TestCertificate
let ca: TestCertificate
let leaf: TestCertificate
let leaf_here: TestCertificate
let other: TestCertificate
let reports: Report[]

beforeAll(async () => {
  root = await make_ca()
  ca = await make_intermediate(root)
  leaf = await make_leaf(ca)
  leaf_here = await make_leaf(ca, { crl_distribution_points: [here] })
  other = await make_leaf(ca)
})

beforeEach(() => {
  reports = []
  use_report_handler((_level, report) => reports.push(report))
})

afterEach(() => {
  use_report_handler()
})

type Facts = Partial<Omit<CrlContext, 'crl'>> & {
  readonly check?: true | 'peer' | 'best_effort'
  readonly who?: 'valid' | 'valid_peer'
}

function check(
  { cert }: { readonly cert: Uint8Array },
  module: CrlCacheApi<Term>,
  { check = true, who = 'valid_peer', ...context }: Facts = {},
) {
  return run(
    crl_check(decode_certificate(cert), who, {
      crl: { check, cache: [module, 'the handle'] },
      trusted: new TrustStore([root.cert]),
      known: [decode_certificate(ca.cert)],
      now,
      ...context,
    }),
  )
}

/** A leaf with these distribution points. */
const leaf_with = (points: readonly DistributionPoint[], extnID = id_ce_cRLDistributionPoints, issuer = ca) =>
  make_leaf(issuer, {
    extensions: [{ extnID, critical: false, extnValue: write_distribution_points(points) }],
  })

describe('which lists are asked for', () => {
  test('of a certificate without distribution points, those of its issuer', () => {
    const cache = new Cache({}, [crl_of(ca, [other])])
    expect(check(leaf, cache)).toBe('valid')
    const { issuer } = decode_certificate(leaf.cert).tbsCertificate
    expect(cache.asked).toEqual([['select', issuer, 'the handle']])
    expect(check(other, cache)).toEqual(revoked)
  })

  test('of one with a distribution point, those that are there, and no others', () => {
    const cache = new Cache({ [here]: [crl_of(ca, [leaf_here])] }, [crl_of(ca)])
    expect(check(leaf_here, cache)).toEqual(revoked)
    const { issuer } = decode_certificate(leaf.cert).tbsCertificate
    expect(cache.asked).toEqual([['lookup', here, 'the handle', issuer]])
    expect(check(leaf_here, new Cache({ [here]: [crl_of(ca)] }, [crl_of(ca, [leaf_here])]))).toBe('valid')
  })

  test('of one with a distribution point where nothing is to be had, those of its issuer', () => {
    const cache = new Cache({}, [crl_of(ca, [leaf_here])])
    expect(check(leaf_here, cache)).toEqual(revoked)
    expect(cache.asked_for).toEqual([here, 'select'])
  })

  test('those of its issuer too where those that are there do not tell enough', async () => {
    const stranger = await make_ca()
    const cache = new Cache({ [here]: [crl_of(stranger)] }, [crl_of(ca, [leaf_here])])
    expect(check(leaf_here, cache)).toEqual(revoked)
  })

  test('of several distribution points, the first, and those after it as long as not enough is known', async () => {
    const two = await leaf_with([at_uris(here), at_uris(there)])
    const first = new Cache({ [here]: [crl_of(ca)], [there]: [crl_of(ca, [two])] })
    expect(check(two, first)).toBe('valid')
    expect(first.asked_for).toEqual([here])
    const second = new Cache({ [there]: [crl_of(ca, [two])] })
    expect(check(two, second)).toEqual(revoked)
    expect(second.asked_for).toEqual([here, there])
  })

  test('of points that are for some reasons each, all', async () => {
    const few: readonly ReasonFlag[] = ['keyCompromise', 'cACompromise', 'superseded']
    const most: readonly ReasonFlag[] = [
      ...(['affiliationChanged', 'cessationOfOperation', 'certificateHold'] as const),
      ...(['privilegeWithdrawn', 'aACompromise'] as const),
    ]
    const two = await leaf_with([
      { ...at_uris(here), reasons: few },
      { ...at_uris(there), reasons: most },
    ])
    const partial = (uri: string, onlySomeReasons: readonly ReasonFlag[], list: readonly TestCertificate[]) =>
      crl_of(ca, list, {
        issuing_distribution_point: { ...at_uris(uri), onlySomeReasons },
      })
    const good = { [here]: [partial(here, few, [])], [there]: [partial(there, most, [])] }
    expect(check(two, new Cache(good))).toBe('valid')
    expect(check(two, new Cache({ [here]: good[here]! }))).toEqual(undetermined)
    expect(check(two, new Cache({ ...good, [there]: [partial(there, most, [two])] }))).toEqual(revoked)
  })

  test('that are for a distribution point also when they came from elsewhere', () => {
    const for_here = (list: readonly TestCertificate[]) =>
      crl_of(ca, list, { issuing_distribution_point: at_uris(here) })
    expect(check(leaf_here, new Cache({}, [for_here([])]))).toBe('valid')
    expect(check(leaf_here, new Cache({}, [for_here([leaf_here])]))).toEqual(revoked)
    expect(check(leaf, new Cache({}, [for_here([])]))).toEqual(undetermined)
  })

  test('of a certificate with very many distribution points, at eight', async () => {
    const points = Array.from({ length: 100 }, (_, number) => at_uris(`http://example.com/${number}`))
    const cache = new Cache({ 'http://example.com/8': [crl_of(ca)] })
    expect(check(await leaf_with(points), cache)).toEqual(undetermined)
    expect(cache.asked_for.length).toBe(9)
  })
})

describe('the option crl_check', () => {
  const nothing = new Cache({})
  const bad = () => new Cache({}, [crl_of(ca, [leaf]), crl_of(root, [ca])])

  test('true is about every certificate', () => {
    expect(check(leaf, nothing)).toEqual(undetermined)
    expect(check(ca, nothing, { who: 'valid' })).toEqual(undetermined)
    expect(check(ca, bad(), { who: 'valid', known: [] })).toEqual(revoked)
  })

  test("'peer' is about the peer's only", () => {
    const cache = bad()
    expect(check(ca, cache, { who: 'valid', check: 'peer' })).toBe('valid')
    expect(cache.asked).toEqual([])
    expect(check(leaf, cache, { check: 'peer' })).toEqual(revoked)
    expect(check(leaf, nothing, { check: 'peer' })).toEqual(undetermined)
  })

  test("'best_effort' accepts one of which nothing can be found out", () => {
    expect(check(leaf, nothing, { check: 'best_effort' })).toBe('valid')
    expect(check(leaf_here, nothing, { check: 'best_effort' })).toBe('valid')
    expect(check(leaf, bad(), { check: 'best_effort' })).toEqual(revoked)
    expect(check(ca, bad(), { who: 'valid', check: 'best_effort', known: [] })).toEqual(revoked)
  })
})

describe('whose list it is', () => {
  test('is found among what the peer has shown, and among what is trusted', () => {
    const cache = new Cache({}, [crl_of(ca)])
    expect(check(leaf, cache, { known: [] })).toEqual(undetermined)
    expect(check(leaf, cache, { known: [], trusted: new TrustStore([root.cert, ca.cert]) })).toBe('valid')
    expect(check(leaf, cache)).toBe('valid')
  })

  test('is nobody whom no root leads to', async () => {
    const trusted = new TrustStore([(await make_ca({ subject: 'CN=Another' })).cert])
    expect(check(leaf, new Cache({}, [crl_of(ca)]), { trusted })).toEqual(undetermined)
  })

  test('may be whom the user has declared trusted', () => {
    const trusted = new TrustStore([])
    const anchor = decode_certificate(ca.cert)
    const cache = new Cache({}, [crl_of(ca, [other])])
    expect(check(leaf, cache, { trusted, known: [], anchor })).toBe('valid')
    expect(check(other, cache, { trusted, known: [], anchor })).toEqual(revoked)
    expect(check(leaf, cache, { trusted, known: [], anchor: decode_certificate(root.cert) })).toEqual(
      undetermined,
    )
  })

  test('is nobody with the same name and another key', async () => {
    const impostor = await make_intermediate(root)
    expect(check(leaf, new Cache({}, [crl_of(impostor)]))).toEqual(undetermined)
    expect(check(leaf, new Cache({}, [crl_of(impostor), crl_of(ca, [leaf])]))).toEqual(revoked)
  })

  test('of several with one name is the one that has signed it', async () => {
    const before = await make_intermediate(root)
    const known = [before, ca].map(({ cert }) => decode_certificate(cert))
    expect(check(leaf, new Cache({}, [crl_of(ca, [leaf])]), { known })).toEqual(revoked)
  })

  test('may be somebody else, whom the certificate names', async () => {
    const clerk = await make_leaf(root, {
      subject: 'CN=Clerk',
      key_usage: ['cRLSign'],
      ext_key_usage: undefined,
    })
    const cRLIssuer = [['directoryName', subject_of(clerk)]] as const
    const indirect = await leaf_with([{ ...at_uris(here), cRLIssuer }])
    const entries = (list: readonly TestCertificate[]) =>
      list.map(({ cert }) => ({
        serial_number: decode_certificate(cert).tbsCertificate.serialNumber,
        revocation_date: 0,
        certificate_issuer: [['directoryName', subject_of(ca)]] as const,
      }))
    const list = (of: readonly TestCertificate[]) =>
      crl_of(clerk, [], {
        issuing_distribution_point: { ...at_uris(here), indirectCRL: true },
        revoked: entries(of),
      })
    const trusted = new TrustStore([root.cert, clerk.cert])
    const gone = ['bad_cert', ['revoked', 'unspecified']]
    const at = (crl: Uint8Array) => new Cache({ [here]: [crl] })
    expect(check(indirect, at(list([])), { trusted })).toBe('valid')
    expect(check(indirect, at(list([indirect])), { trusted })).toEqual(gone)
    const by_name = new Cache({}, [list([indirect])])
    expect(check(indirect, by_name, { trusted })).toEqual(gone)
    expect(by_name.asked[1]).toEqual(['select', cRLIssuer, 'the handle'])
    expect(check(leaf, by_name, { trusted })).toEqual(undetermined)
  })
})

test('a list that is signed in a way that is not wanted, or with too short a key, says nothing', () => {
  const cache = new Cache({ [here]: [crl_of(ca)] })
  const allowed_signatures = [{ algorithm: 'ecdsa', digest: 'sha384' }] as const
  expect(check(leaf_here, cache)).toBe('valid')
  expect(check(leaf_here, cache, { allowed_signatures })).toEqual(undetermined)
  expect(check(leaf_here, cache, { least_key_bits: { ec: 384 } })).toEqual(undetermined)
})

describe('newer lists', () => {
  const old = { this_update: now - 2_000, next_update: now - 1_000 }

  test('are asked for when one is out of date, once', () => {
    const stale = crl_of(ca, [], old)
    const cache = new Cache({ [here]: [stale] })
    expect(check(leaf_here, cache)).toEqual(undetermined)
    expect(cache.asked.filter(([callback]) => callback === 'fresh_crl')).toEqual([
      [
        'fresh_crl',
        decode_certificate(leaf_here.cert).tbsCertificate.extensions.find(
          ({ extnID }) => extnID === id_ce_cRLDistributionPoints,
        )!.extnValue[0 as never],
        stale,
      ],
    ])
    const fresh = new Cache({ [here]: [stale] })
    fresh.fresh_crl = () => crl_of(ca, [leaf_here])
    expect(check(leaf_here, fresh)).toEqual(revoked)
    fresh.fresh_crl = async () => crl_of(ca)
    return expect(check(leaf_here, fresh)).resolves.toBe('valid')
  })

  test.each<readonly [string, Partial<CrlOptions>, Partial<CrlOptions>]>([
    ['time', { this_update: now - 2_000 }, { this_update: now - 1_000 }],
    ['number', { crl_number: 7n }, { crl_number: 8n }],
    ['number, which older ones need not have', {}, { crl_number: 0n }],
  ])(
    'count before older ones that hold still, by their %s, in whatever order they are',
    (_what, older, newer) => {
      const taken_back = [crl_of(ca, [], older), crl_of(ca, [leaf_here], newer)]
      const on_hold_no_more = [crl_of(ca, [leaf_here], older), crl_of(ca, [], newer)]
      for (const order of [(lists: Uint8Array[]) => lists, (lists: Uint8Array[]) => lists.toReversed()]) {
        expect(check(leaf_here, new Cache({ [here]: order(taken_back) }))).toEqual(revoked)
        expect(check(leaf_here, new Cache({}, order(taken_back)))).toEqual(revoked)
        expect(check(leaf_here, new Cache({}, order(on_hold_no_more)))).toBe('valid')
      }
    },
  )

  test('are not asked for when it is not', () => {
    const cache = new Cache({ [here]: [crl_of(ca)] })
    check(leaf_here, cache)
    expect(cache.asked_for).toEqual([here])
  })

  test('that add to a list are looked up where the list says, or the certificate', async () => {
    const delta = (list: readonly TestCertificate[]) =>
      crl_of(ca, list, { crl_number: 8n, delta_crl_indicator: 7n })
    const base = crl_of(ca, [], { crl_number: 7n, freshest_crl: [at_uris(there)] })
    const plain = crl_of(ca, [], { crl_number: 7n })
    const said_by_list = new Cache({ [here]: [base], [there]: [delta([leaf_here])] })
    expect(check(leaf_here, said_by_list)).toEqual(revoked)
    expect(said_by_list.asked_for).toEqual([here, there])
    expect(check(leaf_here, new Cache({ [here]: [base], [there]: [delta([])] }))).toBe('valid')
    expect(check(leaf_here, new Cache({ [here]: [base] }))).toBe('valid')

    const pointing = await leaf_with([at_uris(there)], id_ce_freshestCRL)
    const said_by_certificate = new Cache({ [there]: [delta([pointing])] }, [plain])
    expect(check(pointing, said_by_certificate)).toEqual(revoked)
    expect(said_by_certificate.asked_for).toEqual(['select', there])
  })

  test('that add to one are looked up at no more than eight places', () => {
    const freshest_crl = Array.from({ length: 50 }, (_, number) => at_uris(`http://example.com/${number}`))
    const cache = new Cache({ [here]: [crl_of(ca, [], { crl_number: 7n, freshest_crl })] })
    expect(check(leaf_here, cache)).toBe('valid')
    expect(cache.asked_for.length).toBe(9)
  })
})

describe('a cache that is no good', () => {
  const failures: readonly (readonly [string, () => Term])[] = [
    [
      'throws',
      () => {
        throw new TypeError('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('later'))],
    ['gives nothing', () => undefined],
    ['gives another term', () => ['ok', 7]],
    ['promises another term', async () => 'not a list'],
    ['gives a list of texts', () => ['-----BEGIN X509 CRL-----']],
  ]

  test.each(failures)('because it %s has found nothing, and that is told', async (_what, answer) => {
    const cache = new Cache({ [here]: [crl_of(ca)] }, [crl_of(ca)])
    cache.lookup = answer
    expect(await check(leaf_here, cache)).toBe('valid')
    expect(reports).toMatchObject([{ label: ['ssl', 'crl_cache'], report: { callback: 'lookup' } }])
    cache.select = answer
    expect(await check(leaf_here, cache)).toEqual(undetermined)
    expect(await check(leaf_here, cache, { check: 'best_effort' })).toBe('valid')
  })

  test.each(failures)('because it %s has no newer list either', async (_what, answer) => {
    const cache = new Cache({ [here]: [crl_of(ca, [], { this_update: 0, next_update: 1_000 })] })
    cache.fresh_crl = answer
    expect(await check(leaf_here, cache)).toEqual(undetermined)
    expect(reports.map(({ report }) => report.callback)).toContain('fresh_crl')
  })

  test('has some lists that are none, and others that count', () => {
    const cache = new Cache({}, [new Uint8Array(0), ca.cert, crl_of(ca, [leaf])])
    expect(check(leaf, cache)).toEqual(revoked)
    expect(reports.length).toBe(2)
  })

  test('because it never answers is left in time', () =>
    in_manual_time(async clock => {
      const cache = new Cache({ [here]: [crl_of(ca)] }, [crl_of(ca, [leaf_here])])
      cache.lookup = () => new Promise(() => {})
      const answer = check(leaf_here, cache)
      expect(is_pending(answer)).toBe(true)
      clock.pass(patience)
      expect(await answer).toEqual(revoked)
      expect(reports).toMatchObject([{ report: { callback: 'lookup', reason: 'timeout' } }])
    }))

  test('because it never answers is left in time, however many distribution points there are', () =>
    in_manual_time(async clock => {
      const points = Array.from({ length: 8 }, (_, number) => at_uris(`http://example.com/${number}`))
      const many = await leaf_with(points)
      const cache = new Cache({})
      const never = () => new Promise<never>(() => {})
      Object.assign(cache, { lookup: never, select: never })
      const answer = check(many, cache)
      clock.pass(patience)
      expect(await answer).toEqual(undetermined)
      expect(reports.length).toBe(9)
    }))

  test('and is good in the end leaves no timer', () =>
    in_manual_time(async () => {
      const cache = new Cache({})
      const answered = Promise.resolve([crl_of(ca)])
      cache.lookup = () => answered
      const answer = check(leaf_here, cache)
      expect(timer_count()).toBe(1)
      expect(await answer).toBe('valid')
      expect(timer_count()).toBe(0)
    }))
})
