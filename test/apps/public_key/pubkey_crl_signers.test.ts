// Who may issue a revocation list about a certificate: RFC 5280 §6.3.3 (b), (f), (g).

import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import type { DistributionPoint, ReasonFlag } from '../../../apps/public_key/pubkey_extensions.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import type { CrlOptions } from '../../../apps/public_key/x509_crl.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import * as crls from '../../support/crl_lists.ts'
import { day, entry_of, here, judged, name_of, now, reasons_of } from '../../support/crl_lists.ts'

const revoked = ['bad_cert', ['revoked', 'unspecified']]

let root: TestCertificate
let ca: TestCertificate
let user: TestCertificate

beforeAll(async () => {
  root = await make_ca({ subject: 'CN=Root' })
  ca = await make_intermediate(root, { subject: 'CN=CA' })
  user = await make_leaf(ca)
})

const details = { undetermined_details: true }

/** What one list says. */
const status = (
  list: ReturnType<typeof crls.crl_of>,
  paths: readonly (readonly TestCertificate[])[] = [[ca]],
  point: DistributionPoint = here,
  of = user,
) => judged(of, [[point, list]], { issuer_fun: crls.issuers(root, ...paths), ...details })

describe('the issuer of a list', () => {
  test('is found, or there is nothing to be said', () => {
    expect(status(crls.crl_of(ca))).toBe('valid')
    expect(reasons_of(status(crls.crl_of(ca), []))).toEqual(['no_issuer_cert_chain'])
    expect(reasons_of(judged(user, [[here, crls.crl_of(ca)]], details))).toEqual(['no_issuer_cert_chain'])
  })

  test('may be the anchor, alone or as the beginning of the path', () => {
    const of_ca = crls.crl_of(root, { revoked: [entry_of(ca)] })
    expect(status(of_ca, [], here, ca)).toEqual(revoked)
    const trusted = decode_certificate(root.cert)
    const issuer_fun = () => ['ok', trusted, [trusted]] as const
    expect(judged(ca, [[here, of_ca]], { issuer_fun })).toEqual(revoked)
    const whole_path = () => ['ok', trusted, [trusted, decode_certificate(ca.cert)]] as const
    expect(judged(user, [[here, crls.crl_of(ca)]], { issuer_fun: whole_path })).toBe('valid')
  })

  test('is sought once for a list, at however many points it is', () => {
    const asked: unknown[] = []
    const find = crls.issuers(root, [ca])
    const issuer_fun: typeof find = (...question) => {
      asked.push(question)
      return find(...question)
    }
    const list = crls.crl_of(ca)
    const at = (...reasons: readonly ReasonFlag[]) => [{ ...here, reasons }, list] as const
    judged(user, [at('keyCompromise'), at('superseded'), at('certificateHold')], { issuer_fun })
    expect(asked).toEqual([[{ ...here, reasons: ['keyCompromise'] }, list, name_of(ca)]])
  })

  test('has an anchor that is trusted, also if the path begins with it and it is out of date', async () => {
    const old = await make_ca({ subject: 'CN=Old', not_after: now - day })
    const below = await make_intermediate(old, { subject: 'CN=CA' })
    const leaf = await make_leaf(below)
    const path = [old, below].map(({ cert }) => decode_certificate(cert))
    const issuer_fun = () => ['ok', path[0]!, path] as const
    expect(judged(leaf, [[here, crls.crl_of(below)]], { issuer_fun })).toBe('valid')
  })

  test('has signed it in a way that can be understood', () => {
    const list = crls.crl_of(ca)
    const signatureAlgorithm = { algorithm: oids.id_RSASSA_PSS, parameters: Uint8Array.of(5, 0) }
    const tbsCertList = { ...list.tbsCertList, signature: signatureAlgorithm }
    for (const allowed_signatures of [undefined, [{ algorithm: 'rsa_pss', digest: 'sha256' }] as const]) {
      const options = { issuer_fun: crls.issuers(root, [ca]), ...details, allowed_signatures }
      const status = judged(user, [[here, { ...list, signatureAlgorithm, tbsCertList }]], options)
      expect(reasons_of(status)).toEqual(['invalid_signature'])
    }
  })

  test('has signed it', async () => {
    const impostor = await make_intermediate(root, { subject: 'CN=CA' })
    expect(reasons_of(status(crls.crl_of(impostor)))).toEqual(['invalid_signature'])
    expect(status(crls.crl_of(impostor), [[impostor]])).toBe('valid')
  })

  test('is who is found, and nobody else whose path is good', () => {
    const trusted = decode_certificate(root.cert)
    const wrong = crls.crl_of(root, { issuer: name_of(ca) })
    const issuer_fun = () => ['ok', trusted, []] as const
    expect(reasons_of(judged(user, [[here, wrong]], { issuer_fun, ...details }))).toEqual([
      'invalid_signature',
    ])
  })

  test.each([
    ['must be for lists', { key_usage: ['keyCertSign'] }, false],
    ['may say nothing of its use', { key_usage: undefined }, true],
    ['may be for lists only', { key_usage: ['cRLSign'] }, true],
    ['must be valid now', { not_after: now - day }, false],
  ] as const)('has a certificate that %s', async (_what, options, is_good) => {
    const of = await make_intermediate(root, { subject: 'CN=CA', ...options })
    expect(reasons_of(status(crls.crl_of(of), [[of]]))).toEqual(is_good ? undefined : ['invalid_signature'])
  })

  test('has a path that is valid', async () => {
    const stranger = await make_ca({ subject: 'CN=Root' })
    const forged = await make_intermediate(stranger, { subject: 'CN=CA' })
    expect(reasons_of(status(crls.crl_of(forged), [[forged]]))).toEqual(['invalid_signature'])
  })

  test('has an anchor whose key is for lists, if it says what it is for', async () => {
    const anchor = await make_ca({ subject: 'CN=Anchor', key_usage: ['keyCertSign'] })
    const leaf = await make_leaf(anchor)
    const issuer_fun = crls.issuers(anchor)
    expect(reasons_of(judged(leaf, [[here, crls.crl_of(anchor)]], { issuer_fun, ...details }))).toEqual([
      'invalid_signature',
    ])
  })
})

describe('a user who minds how things are signed', () => {
  const [sha1, sha256] = (['sha', 'sha256'] as const).map(digest => ({ algorithm: 'ecdsa', digest }) as const)
  const judge = (options: object, hash: 'SHA-1' | 'SHA-256', path = [ca]) =>
    judged(user, [[here, crls.crl_of(path.at(-1)!, { hash })]], {
      issuer_fun: crls.issuers(root, path),
      ...details,
      ...options,
    })

  test('believes lists that are signed that way', () => {
    expect(judge({}, 'SHA-1')).toBe('valid')
    expect(judge({ allowed_signatures: [sha1, sha256] }, 'SHA-1')).toBe('valid')
    expect(judge({ allowed_signatures: [sha256] }, 'SHA-256')).toBe('valid')
    expect(reasons_of(judge({ allowed_signatures: [sha256] }, 'SHA-1'))).toEqual(['invalid_signature'])
  })

  test('believes those whose certificates are', async () => {
    const old = await make_intermediate(root, { subject: 'CN=CA', hash: 'SHA-1' })
    expect(judge({ allowed_signatures: [sha1, sha256] }, 'SHA-256', [old])).toBe('valid')
    expect(reasons_of(judge({ allowed_signatures: [sha256] }, 'SHA-256', [old]))).toEqual([
      'invalid_signature',
    ])
  })

  test('believes those whose keys are long enough', () => {
    expect(judge({ least_key_bits: { ec: 256 } }, 'SHA-256')).toBe('valid')
    expect(reasons_of(judge({ least_key_bits: { ec: 257 } }, 'SHA-256'))).toEqual(['invalid_signature'])
  })

  test('uses no delta that is signed otherwise', () => {
    const base = crls.crl_of(ca, { crl_number: 1n })
    const delta = crls.crl_of(ca, {
      crl_number: 2n,
      delta_crl_indicator: 1n,
      hash: 'SHA-1',
      revoked: [entry_of(user)],
    })
    const lists = [
      [here, base],
      [here, delta],
    ] as const
    const issuer_fun = crls.issuers(root, [ca])
    expect(judged(user, lists, { issuer_fun })).toEqual(revoked)
    expect(judged(user, lists, { issuer_fun, allowed_signatures: [sha256!] })).toBe('valid')
  })
})

describe('an issuer with a key for lists only', () => {
  /** Both are called CA; one signs certificates, the other lists. */
  let signer: TestCertificate
  beforeAll(async () => {
    signer = await make_leaf(root, {
      subject: 'CN=CA',
      key_usage: ['cRLSign'],
      ext_key_usage: undefined,
      subject_alt_names: undefined,
    })
  })
  const judge = (...more: readonly ReturnType<typeof crls.crl_of>[]) =>
    judged(
      user,
      [crls.crl_of(signer), ...more].map(list => [here, list] as const),
      { issuer_fun: crls.issuers(root, [signer]), ...details },
    )

  test('is believed', () => {
    expect(judge()).toBe('valid')
    expect(status(crls.crl_of(signer, { revoked: [entry_of(user)] }), [[signer]])).toEqual(revoked)
  })

  test('is looked up itself in the lists of its own issuer, if they are at hand', () => {
    expect(judge(crls.crl_of(root))).toBe('valid')
    expect(reasons_of(judge(crls.crl_of(root, { revoked: [entry_of(signer)] })))).toEqual([
      'invalid_issuer',
      'invalid_signature',
    ])
    expect(reasons_of(judge(crls.crl_of(root, { next_update: now - day })))).toContain('invalid_signature')
  })

  test('is unlike one that signs certificates too: that has been looked up already', () => {
    const lists = [crls.crl_of(ca), crls.crl_of(root, { next_update: now - day })]
    const issuer_fun = crls.issuers(root, [ca])
    expect(
      judged(
        user,
        lists.map(list => [here, list] as const),
        { issuer_fun },
      ),
    ).toBe('valid')
  })

  test('is not asked about itself, and no longer believed once its issuer has revoked it', async () => {
    const delegate = await make_leaf(ca, { ...lists_only, subject: 'CN=CA' })
    const by_delegate = crls.crl_of(delegate)
    const by_ca = (...entries: readonly TestCertificate[]) =>
      crls.crl_of(ca, { revoked: entries.map(certificate => entry_of(certificate)) })
    const judge_by = (...lists: readonly (typeof by_delegate)[]) => {
      const trusted = decode_certificate(root.cert)
      const issuer_fun = (_point: unknown, crl: typeof by_delegate) => {
        const path = crl === by_delegate ? [ca, delegate] : [ca]
        return ['ok', trusted, path.map(({ cert }) => decode_certificate(cert))] as const
      }
      const at_here = lists.map(list => [here, list] as const)
      return judged(user, at_here, { issuer_fun })
    }
    expect(judge_by(by_delegate)).toBe('valid')
    expect(judge_by(by_delegate, by_ca(user))).toBe('valid')
    expect(judge_by(by_delegate, by_ca(user, delegate))).toEqual(revoked)
  })

  test('of whom two speak for each other does not go on for ever', async () => {
    const [left, right] = await Promise.all(
      ['Left', 'Right'].map(name => make_leaf(root, { ...lists_only, subject: `CN=${name}` })),
    )
    const lists = [left!, right!].flatMap(by => [crls.crl_of(by), crls.crl_of(by, { issuer: name_of(root) })])
    const trusted = decode_certificate(root.cert)
    const issuer_fun = (_point: unknown, crl: (typeof lists)[number]) => {
      const by = lists.indexOf(crl) < 2 ? left! : right!
      return ['ok', trusted, [decode_certificate(by.cert)]] as const
    }
    expect(
      judged(
        user,
        lists.map(list => [here, list] as const),
        { issuer_fun },
      ),
    ).toEqual(['bad_cert', 'revocation_status_undetermined'])
  })
})

const lists_only = { key_usage: ['cRLSign'], ext_key_usage: undefined, subject_alt_names: undefined } as const

describe('an indirect list', () => {
  let other: TestCertificate
  beforeAll(async () => {
    other = await make_intermediate(root, { subject: 'CN=Other' })
  })
  const indirect = (options: Partial<CrlOptions> = {}, by = other) =>
    crls.crl_of(by, { issuing_distribution_point: { indirectCRL: true }, ...options })
  const at_other = (): DistributionPoint => ({ ...here, cRLIssuer: [['directoryName', name_of(other)]] })
  const judge = (list: ReturnType<typeof indirect>, point = at_other()) =>
    status(list, [[ca], [other]], point)
  const by_ca = () => ({ certificate_issuer: [['directoryName', name_of(ca)]] }) as const

  test('is about certificates of others, if their points name its issuer', () => {
    expect(judge(indirect())).toBe('valid')
    expect(judge(indirect({ revoked: [entry_of(user, by_ca())] }))).toEqual(revoked)
    expect(reasons_of(judge(indirect(), here))).toEqual(['invalid_issuer'])
    const at_root: DistributionPoint = { ...here, cRLIssuer: [['directoryName', name_of(root)]] }
    expect(reasons_of(judge(indirect(), at_root))).toEqual(['invalid_issuer'])
  })

  test('says that it is indirect', () => {
    expect(reasons_of(judge(crls.crl_of(other)))).toEqual(['invalid_issuer'])
    expect(reasons_of(judge(indirect({ issuing_distribution_point: { indirectCRL: false } })))).toEqual([
      'invalid_issuer',
    ])
  })

  test('revokes certificates of the issuer that its entries are about', () => {
    const serial = crls.serial_of(user)
    const entry = { serial_number: serial, revocation_date: now - day }
    expect(judge(indirect({ revoked: [entry] }))).toBe('valid')
    const first = { serial_number: 1n, revocation_date: now - day, ...by_ca() }
    expect(judge(indirect({ revoked: [first, entry] }))).toEqual(revoked)
    const then = {
      serial_number: 2n,
      revocation_date: now - day,
      certificate_issuer: [['directoryName', name_of(other)]],
    }
    expect(judge(indirect({ revoked: [first, then as never, entry] }))).toBe('valid')
  })

  test('of the certificate’s own issuer is about its own certificates as well', () => {
    const own = (options: Partial<CrlOptions>) => status(indirect(options, ca), [[ca]])
    expect(own({})).toBe('valid')
    expect(own({ revoked: [entry_of(user)] })).toEqual(revoked)
    const of_other = { certificate_issuer: [['directoryName', name_of(other)]] as const }
    expect(own({ revoked: [entry_of(user, of_other)] })).toBe('valid')
  })

  test('need not be meant when a point names the certificate’s own issuer', () => {
    const point: DistributionPoint = { ...here, cRLIssuer: [['directoryName', name_of(ca)]] }
    expect(status(crls.crl_of(ca), [[ca]], point)).toBe('valid')
  })

  test('has the names of points relative to its own issuer', () => {
    const rdn = (text: string) => [{ type: '2.5.4.3', value: ['utf8String', text] }] as const
    const relative = (text: string) => ['nameRelativeToCRLIssuer', rdn(text)] as const
    const list = indirect({
      issuing_distribution_point: { indirectCRL: true, distributionPoint: relative('1') },
    })
    const cRLIssuer = at_other().cRLIssuer!
    expect(judge(list, { distributionPoint: relative('1'), cRLIssuer })).toBe('valid')
    expect(reasons_of(judge(list, { distributionPoint: relative('2'), cRLIssuer }))).toEqual(['scope_error'])
  })

  test('is found by its issuer where the point has no name', () => {
    const { cRLIssuer } = at_other()
    const point = { cRLIssuer: cRLIssuer! }
    const named = (name: typeof cRLIssuer) =>
      indirect({ issuing_distribution_point: { indirectCRL: true, distributionPoint: ['fullName', name!] } })
    expect(judge(indirect(), point)).toBe('valid')
    expect(judge(named(cRLIssuer), point)).toBe('valid')
    expect(reasons_of(judge(named([crls.uri('http://crl.example/x')]), point))).toEqual(['scope_error'])
  })
})
