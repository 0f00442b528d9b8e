// RFC 5280 §6.3.3 with one issuer, which signs its lists itself.

import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { null_value } from '../../../apps/public_key/pubkey_der_writer.ts'
import type { DistributionPoint } from '../../../apps/public_key/pubkey_extensions.ts'
import { id_ce_cRLReasons } from '../../../apps/public_key/pubkey_oids.ts'
import type { CrlOptions, EntryToWrite } from '../../../apps/public_key/x509_crl.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import * as crls from '../../support/crl_lists.ts'
import { day, entry_of, here, judged, now, point_at, reasons_of, uri } from '../../support/crl_lists.ts'

const undetermined = ['bad_cert', 'revocation_status_undetermined']

let root: TestCertificate
let user: TestCertificate
let authority: TestCertificate
let stranger: TestCertificate

beforeAll(async () => {
  root = await make_ca({ subject: 'CN=Root' })
  user = await make_leaf(root)
  authority = await make_intermediate(root)
  stranger = await make_ca({ subject: 'CN=Stranger' })
})

const from_root = () => ({ issuer_fun: crls.issuers(root) })

/** What one list of the root says, at one point. */
const status = (options: Partial<CrlOptions>, point: DistributionPoint = here, certificate = user) =>
  judged(certificate, [[point, crls.crl_of(root, options)]], from_root())

const why_not = (options: Partial<CrlOptions>, point: DistributionPoint = here, certificate = user) =>
  reasons_of(
    judged(certificate, [[point, crls.crl_of(root, options)]], {
      ...from_root(),
      undetermined_details: true,
    }),
  )

const unknown = (critical: boolean) => ({ extnID: '1.2.3', critical, extnValue: null_value() })

describe('a certificate', () => {
  test('is valid when the list of its issuer does not have it', () => {
    expect(status({ revoked: [] })).toBe('valid')
    expect(status({ revoked: [entry_of(authority), entry_of(stranger)] })).toBe('valid')
  })

  test('is revoked when the list has it, for the reason that is given', () => {
    expect(status({ revoked: [entry_of(user)] })).toEqual(['bad_cert', ['revoked', 'unspecified']])
    expect(status({ revoked: [entry_of(authority), entry_of(user, { reason: 'keyCompromise' })] })).toEqual([
      'bad_cert',
      ['revoked', 'keyCompromise'],
    ])
  })

  test('is revoked by any of the lists', () => {
    const [clean, dirty] = [crls.crl_of(root), crls.crl_of(root, { revoked: [entry_of(user)] })]
    const elsewhere = crls.crl_of(stranger)
    const about = (...lists: readonly (typeof clean)[]) =>
      judged(
        user,
        lists.map(list => [here, list] as const),
        from_root(),
      )
    expect(about(elsewhere, dirty)).toEqual(['bad_cert', ['revoked', 'unspecified']])
    expect(about(elsewhere, clean, dirty)).toBe('valid')
    expect(about(dirty, clean)).toEqual(['bad_cert', ['revoked', 'unspecified']])
  })

  test('is no longer revoked when it is to be taken out of the list', () => {
    expect(status({ revoked: [entry_of(user, { reason: 'removeFromCRL' })] })).toBe('valid')
  })

  test('is of unknown status when there are no lists', () => {
    expect(judged(user, [], from_root())).toEqual(undetermined)
    expect(judged(user, [], { ...from_root(), undetermined_details: true })).toEqual([
      'bad_cert',
      ['revocation_status_undetermined', ['bad_crls', 'no_relevant_crls']],
    ])
  })

  test('comes with each list that did not do, and why, if that is asked for', () => {
    const [foreign, old] = [crls.crl_of(stranger), crls.crl_of(root, { next_update: now - 1000 })]
    const lists = [
      [here, foreign],
      [here, old],
    ] as const
    expect(judged(user, lists, { ...from_root(), undetermined_details: true })).toEqual([
      'bad_cert',
      [
        'revocation_status_undetermined',
        [
          'bad_crls',
          [
            [['bad_crl', 'no_fresh_crl'], old],
            [['bad_crl', 'invalid_issuer'], foreign],
          ],
        ],
      ],
    ])
  })
})

describe('a list', () => {
  test('holds from the moment it was made until the next one is there', () => {
    expect(status({ this_update: now })).toBe('valid')
    expect(why_not({ this_update: now + 1000 })).toEqual(['no_fresh_crl'])
    expect(status({ next_update: now + 1000 })).toBe('valid')
    expect(why_not({ next_update: now })).toEqual(['no_fresh_crl'])
  })

  test('that does not say when the next one comes holds', () => {
    const list = crls.crl_of(root)
    const tbsCertList = { ...list.tbsCertList, nextUpdate: undefined }
    expect(judged(user, [[here, { ...list, tbsCertList }]], from_root())).toBe('valid')
  })

  test('that is out of date says nothing, not even that a certificate is revoked', () => {
    expect(why_not({ next_update: now - day, revoked: [entry_of(user)] })).toEqual(['no_fresh_crl'])
  })

  test('with a critical extension that nobody knows says only who is revoked', () => {
    expect(status({ extensions: [unknown(false)] })).toBe('valid')
    expect(why_not({ extensions: [unknown(true)] })).toEqual(['unknown_critical_extension'])
    expect(status({ extensions: [unknown(true)], revoked: [entry_of(user)] })).toEqual([
      'bad_cert',
      ['revoked', 'unspecified'],
    ])
  })

  test('with something in it that is no entry says nothing, not even that a certificate is revoked', () => {
    const malformed = { extnID: id_ce_cRLReasons, critical: false, extnValue: null_value() }
    const revoked = [entry_of(user), entry_of(authority, { extensions: [malformed] })]
    expect(why_not({ revoked })).toEqual(['malformed_entries'])
    expect(status({ revoked })).toEqual(undetermined)
    expect(why_not({ revoked: revoked.slice(1) })).toEqual(['malformed_entries'])
  })

  test('is not looked into before it is known who has signed it', () => {
    const list = crls.crl_of(root, { revoked: [entry_of(user)] })
    const { revokedCertificates } = list.tbsCertList
    const looked = jest.spyOn(revokedCertificates, 'are_well_formed', 'get')
    const forged = { ...list, signature: list.signature.map(byte => byte ^ 1) }
    const judge = (crl: typeof list) =>
      judged(user, [[here, crl]], { ...from_root(), undetermined_details: true })
    expect(reasons_of(judge(forged))).toEqual(['invalid_signature'])
    expect(looked).not.toHaveBeenCalled()
    expect(judge(list)).toEqual(['bad_cert', ['revoked', 'unspecified']])
    expect(looked).toHaveBeenCalled()
  })

  test('with an entry that has such an extension says only that as well', () => {
    const with_unknown = (entry: EntryToWrite) => ({ ...entry, extensions: [unknown(true)] })
    expect(why_not({ revoked: [with_unknown(entry_of(authority))] })).toEqual(['unknown_critical_extension'])
    expect(status({ revoked: [with_unknown(entry_of(user))] })).toEqual([
      'bad_cert',
      ['revoked', 'unspecified'],
    ])
  })
})

describe('a list that is out of date', () => {
  const update = (newer: ReturnType<typeof crls.crl_of>) => {
    const asked: unknown[] = []
    const update_crl = (...question: unknown[]) => {
      asked.push(question)
      return newer
    }
    return { asked, update_crl }
  }

  test('is used as the newer one that there is', () => {
    const old = crls.crl_of(root, { next_update: now - day })
    const newer = crls.crl_of(root, { revoked: [entry_of(user)] })
    const { asked, update_crl } = update(newer)
    expect(judged(user, [[here, old]], { ...from_root(), update_crl })).toEqual([
      'bad_cert',
      ['revoked', 'unspecified'],
    ])
    expect(asked).toEqual([[here, old]])
  })

  test('is asked for once only, and not again when what came is old too, of another issuer or a delta', () => {
    const old = crls.crl_of(root, { next_update: now - day })
    for (const newer of [
      old,
      crls.crl_of(stranger),
      crls.crl_of(root, { crl_number: 2n, delta_crl_indicator: 1n }),
    ]) {
      const { asked, update_crl } = update(newer)
      const lists = [
        [here, old],
        [point_at(uri('http://crl.example/there')), old],
      ] as const
      expect(judged(user, lists, { ...from_root(), update_crl })).toEqual(undetermined)
      expect(asked).toHaveLength(1)
    }
  })

  test('is not used as one that is about other certificates', () => {
    const { update_crl } = update(
      crls.crl_of(root, { issuing_distribution_point: { onlyContainsCACerts: true } }),
    )
    const old = crls.crl_of(root, { next_update: now - day })
    const options = { ...from_root(), update_crl, undetermined_details: true }
    expect(reasons_of(judged(user, [[here, old]], options))).toEqual(['scope_error'])
  })

  test('is not asked for when it would not be about the certificate', () => {
    const { asked, update_crl } = update(crls.crl_of(root))
    const old = crls.crl_of(root, {
      next_update: now - day,
      issuing_distribution_point: { onlyContainsCACerts: true },
    })
    judged(user, [[here, old]], { ...from_root(), update_crl })
    judged(user, [[here, crls.crl_of(root)]], { ...from_root(), update_crl })
    expect(asked).toEqual([])
  })
})

describe('a list that is about some certificates only', () => {
  test.each([
    ['onlyContainsUserCerts', true, false],
    ['onlyContainsCACerts', false, true],
    ['onlyContainsAttributeCerts', false, false],
    ['indirectCRL', true, true],
  ] as const)('with %s: about a user? %s, about an authority? %s', (flag, about_user, about_authority) => {
    const options = { issuing_distribution_point: { [flag]: true } }
    const expected = (about: boolean) => (about ? undefined : ['scope_error'])
    expect(why_not(options, here, user)).toEqual(expected(about_user))
    expect(why_not(options, here, authority)).toEqual(expected(about_authority))
  })

  const rdn = (text: string) => [{ type: '2.5.4.3', value: ['utf8String', text] }] as const
  const [a, b, c] = ['a', 'b', 'c'].map(path => uri(`http://crl.example/${path}`)) as [never, never, never]
  const relative = (text: string): DistributionPoint => ({
    distributionPoint: ['nameRelativeToCRLIssuer', rdn(text)],
  })

  test('is for the points of which it has a name', () => {
    const for_names = (...names: readonly (typeof a)[]) => ({
      issuing_distribution_point: { distributionPoint: ['fullName', names] as const },
    })
    expect(status(for_names(a), point_at(a))).toBe('valid')
    expect(status(for_names(c, b), point_at(a, b))).toBe('valid')
    expect(why_not(for_names(a, b), point_at(c))).toEqual(['scope_error'])
    const host = (text: string) => ['dNSName', text] as const
    expect(status(for_names(host('crl.EXAMPLE') as never), point_at(host('CRL.example')))).toBe('valid')
  })

  test('is for the points with the name that it has relative to its issuer', () => {
    const options = {
      issuing_distribution_point: { distributionPoint: relative('CRL 1').distributionPoint! },
    }
    const full = (text: string): DistributionPoint => {
      const { rdnSequence } = crls.name_of(root)
      const name = { rdnSequence: [...rdnSequence, rdn(text)], der: new Uint8Array() }
      return point_at(['directoryName', name])
    }
    expect(status(options, relative('CRL 1'))).toBe('valid')
    expect(status(options, relative('crl  1'))).toBe('valid')
    expect(status(options, full('CRL 1'))).toBe('valid')
    expect(why_not(options, relative('CRL 2'))).toEqual(['scope_error'])
    expect(why_not(options, full('CRL 2'))).toEqual(['scope_error'])
  })

  test('is for no point that has no name', () => {
    const options = { issuing_distribution_point: { distributionPoint: ['fullName', [a]] as const } }
    expect(why_not(options, { reasons: ['keyCompromise'] })).toEqual(['scope_error'])
  })

  test('that names no points is for each', () => {
    expect(status({ issuing_distribution_point: { onlyContainsUserCerts: true } }, relative('x'))).toBe(
      'valid',
    )
  })
})

describe('lists that are about some reasons only', () => {
  const [some, others] = [
    ['keyCompromise', 'cACompromise'],
    [
      'affiliationChanged',
      'superseded',
      'cessationOfOperation',
      'certificateHold',
      'privilegeWithdrawn',
      'aACompromise',
    ],
  ] as const
  const about = (
    onlySomeReasons: readonly never[] | typeof some | typeof others,
    more: Partial<CrlOptions> = {},
  ) => crls.crl_of(root, { issuing_distribution_point: { onlySomeReasons }, ...more })
  const both = (left: ReturnType<typeof about>, right: ReturnType<typeof about>) =>
    judged(
      user,
      [
        [here, left],
        [here, right],
      ],
      { ...from_root(), undetermined_details: true },
    )

  test('are enough together', () => {
    expect(both(about(some), about(others))).toBe('valid')
    expect(reasons_of(both(about(some), about(some)))).toEqual(['mask_error'])
    expect(reasons_of(both(about(others), about(others)))).toEqual(['mask_error'])
    expect(judged(user, [[here, about(some)]], from_root())).toEqual(undetermined)
  })

  test('say each that the certificate is revoked', () => {
    const revoked = [entry_of(user, { reason: 'superseded' })]
    for (const lists of [
      [about(some), about(others, { revoked })],
      [about(others, { revoked }), about(some)],
    ] as const) {
      expect(both(...lists)).toEqual(['bad_cert', ['revoked', 'superseded']])
    }
  })

  test('are about what their points are about as well', () => {
    const list = crls.crl_of(root)
    const at = (reasons: typeof some | typeof others) => [{ ...here, reasons }, list] as const
    expect(judged(user, [at(some)], from_root())).toEqual(undetermined)
    expect(judged(user, [at(some), at(others)], from_root())).toBe('valid')
    expect(judged(user, [[{ ...here, reasons: some }, about(others)]], from_root())).toEqual(undetermined)
  })
})
