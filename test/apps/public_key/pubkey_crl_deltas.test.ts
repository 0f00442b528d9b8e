// Deltas, which add to other lists: RFC 5280 §5.2.4 and §6.3.3 (c), (h), (i).

import { beforeAll, describe, expect, test } from '@jest/globals'
import { null_value } from '../../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import type { CrlOptions } from '../../../apps/public_key/x509_crl.ts'
import { make_ca, make_leaf, type TestCertificate, test_key } from '../../support/certificates.ts'
import * as crls from '../../support/crl_lists.ts'
import { day, entry_of, here, judged, now, point_at, reasons_of, uri } from '../../support/crl_lists.ts'

const revoked = ['bad_cert', ['revoked', 'unspecified']]

let root: TestCertificate
let user: TestCertificate

beforeAll(async () => {
  root = await make_ca({ subject: 'CN=Root' })
  user = await make_leaf(root)
})

type Options = Partial<CrlOptions>

const base = (options: Options = {}) => crls.crl_of(root, { crl_number: 5n, ...options })
const delta = (options: Options = {}, issuer = root) =>
  crls.crl_of(issuer, {
    crl_number: 6n,
    delta_crl_indicator: 5n,
    this_update: now - 1000,
    revoked: [entry_of(user)],
    ...options,
  })

const status = (...lists: readonly ReturnType<typeof base>[]) =>
  judged(
    user,
    lists.map(list => [here, list] as const),
    { issuer_fun: crls.issuers(root), undetermined_details: true },
  )

describe('a delta', () => {
  test('says what is new', () => {
    expect(status(base())).toBe('valid')
    expect(status(base(), delta())).toEqual(revoked)
    expect(status(delta(), base())).toEqual(revoked)
    expect(status(base(), delta({ revoked: [] }))).toBe('valid')
  })

  test('says nothing alone', () => {
    expect(reasons_of(status(delta()))).toBe('no_relevant_crls')
    expect(reasons_of(status(delta({ revoked: [] })))).toBe('no_relevant_crls')
  })

  test('takes certificates out of the list again', () => {
    const held = base({ revoked: [entry_of(user, { reason: 'certificateHold' })] })
    expect(status(held)).toEqual(['bad_cert', ['revoked', 'certificateHold']])
    expect(status(held, delta({ revoked: [] }))).toEqual(['bad_cert', ['revoked', 'certificateHold']])
    expect(status(held, delta({ revoked: [entry_of(user, { reason: 'removeFromCRL' })] }))).toBe('valid')
  })

  test('says why a certificate is revoked now', () => {
    const held = base({ revoked: [entry_of(user, { reason: 'certificateHold' })] })
    const worse = delta({ revoked: [entry_of(user, { reason: 'keyCompromise' })] })
    expect(status(held, worse)).toEqual(['bad_cert', ['revoked', 'keyCompromise']])
  })

  test.each([
    ['is older than the list that it adds to', { crl_number: 4n }, 'valid'],
    ['is as old as the list that it adds to', { crl_number: 5n }, 'valid'],
    ['adds to a newer list', { delta_crl_indicator: 6n, crl_number: 7n }, 'valid'],
    ['adds to an older list', { delta_crl_indicator: 3n }, revoked],
    ['is out of date', { next_update: now }, 'valid'],
    ['is not valid yet', { this_update: now + 1000 }, 'valid'],
    ['is about users only', { issuing_distribution_point: { onlyContainsUserCerts: true } }, 'valid'],
  ] as const)('that %s', (_what, options: Options, expected) => {
    expect(status(base(), delta(options))).toEqual(expected)
  })

  test('does not add to a list without a number, and has to have one itself', () => {
    expect(status(crls.crl_of(root), delta())).toBe('valid')
    const numberless = crls.crl_of(root, { delta_crl_indicator: 5n, revoked: [entry_of(user)] })
    expect(status(base(), numberless)).toBe('valid')
  })

  test('of another issuer, or of another key, does not count', async () => {
    const [other, same_name] = [await make_ca({ subject: 'CN=Other' }), await make_ca({ subject: 'CN=Root' })]
    expect(status(base(), delta({}, other))).toBe('valid')
    expect(status(base(), delta({}, same_name))).toBe('valid')
    const forged = delta({}, { ...same_name, cert: root.cert })
    expect(status(base(), forged)).toBe('valid')
  })

  test('that has been forged does not hide one that is good', async () => {
    const same_name = { ...root, key: await test_key('secp256r1') }
    const forged = delta({ revoked: [], this_update: now - 500, crl_number: 9n }, same_name)
    expect(status(base(), forged, delta())).toEqual(revoked)
  })

  test('is about what its list is about', () => {
    const about = (path: string) =>
      ({
        issuing_distribution_point: {
          distributionPoint: ['fullName', [uri(`http://crl.example/${path}`)]],
          onlyContainsUserCerts: true,
        },
      }) as const
    const at = point_at(uri('http://crl.example/a'))
    const judge = (path: string) =>
      judged(
        user,
        [
          [at, base(about('a'))],
          [here, delta(about(path))],
        ],
        { issuer_fun: crls.issuers(root) },
      )
    expect([judge('a'), judge('b')]).toEqual([revoked, 'valid'])
  })

  test('with something in it that is no entry says nothing', () => {
    const extensions = [{ extnID: oids.id_ce_cRLReasons, critical: false, extnValue: null_value() }]
    const malformed = delta({ revoked: [entry_of(user), { ...entry_of(root), extensions }] })
    expect(status(base(), malformed)).toBe('valid')
    expect(status(base(), malformed, delta({ this_update: now - 2000 }))).toEqual(revoked)
  })

  test('that is the newest counts', () => {
    const older = delta({ this_update: now - 2000 })
    const newer = delta({ this_update: now - 1000, crl_number: 7n, revoked: [] })
    expect(status(base(), older, newer)).toBe('valid')
    expect(status(base(), newer, older)).toBe('valid')
  })

  test('with a critical extension that nobody knows says only who is revoked', () => {
    const extensions = [{ extnID: '1.2.3', critical: true, extnValue: null_value() }]
    expect(status(base(), delta({ extensions }))).toEqual(revoked)
    expect(reasons_of(status(base(), delta({ extensions, revoked: [] })))).toEqual([
      'unknown_critical_extension',
    ])
  })

  test('keeps a list in use that is out of date', () => {
    const old = base({ next_update: now - day })
    expect(reasons_of(status(old))).toEqual(['no_fresh_crl'])
    expect(status(old, delta({ revoked: [] }))).toBe('valid')
    expect(status(old, delta())).toEqual(revoked)
    expect(reasons_of(status(old, delta({ next_update: now - 1 })))).toEqual(['no_fresh_crl'])
  })

  test('does not bring a list into use that is not valid yet', () => {
    expect(reasons_of(status(base({ this_update: now + 1000 }), delta()))).toEqual(['no_fresh_crl'])
  })

  test('names the same key as its list', () => {
    const { tbsCertList, ...rest } = delta()
    const crlExtensions = tbsCertList.crlExtensions.filter(
      ({ extnID }) => extnID !== oids.id_ce_authorityKeyIdentifier,
    )
    expect(status(base(), { ...rest, tbsCertList })).toEqual(revoked)
    expect(status(base(), { ...rest, tbsCertList: { ...tbsCertList, crlExtensions } })).toBe('valid')
  })

  test('that has come instead of an old one adds to the list too', () => {
    const [old, newer] = [
      delta({ next_update: now - 1000 }),
      delta({ delta_crl_indicator: 6n, crl_number: 7n }),
    ]
    const lists = [
      [here, base()],
      [here, old],
    ] as const
    const update_crl = () => newer
    expect(judged(user, lists, { issuer_fun: crls.issuers(root), update_crl })).toBe('valid')
  })

  test('that is out of date is asked for again', () => {
    const [old, newer] = [delta({ next_update: now - 1000, revoked: [] }), delta()]
    const update_crl = (_point: unknown, crl: typeof old) => (crl === old ? newer : crl)
    const lists = [
      [here, base()],
      [here, old],
    ] as const
    expect(judged(user, lists, { issuer_fun: crls.issuers(root), update_crl })).toEqual(revoked)
  })
})
