import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { decode_crl } from '../../../apps/public_key/pubkey_crl.ts'
import { write_general_names } from '../../../apps/public_key/pubkey_crl_writer.ts'
import type { DistributionPoint } from '../../../apps/public_key/pubkey_extensions.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { pkix_is_issuer } from '../../../apps/public_key/public_key.ts'
import {
  pkix_crl_issuer,
  pkix_crl_verify,
  pkix_crls_validate,
  pkix_dist_point,
  pkix_dist_points,
  pkix_match_dist_point,
} from '../../../apps/public_key/public_key_crl.ts'
import { make_crl } from '../../../apps/public_key/x509_crl.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { make_ca, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import * as crls from '../../support/crl_lists.ts'
import { entry_of, here, point_at, uri } from '../../support/crl_lists.ts'

const there = point_at(uri('http://crl.example/there'))

let root: TestCertificate
let stranger: TestCertificate
let user: TestCertificate
let crl: Uint8Array

beforeAll(async () => {
  root = await make_ca({ subject: 'CN=The  Root' })
  stranger = await make_ca({ subject: 'CN=Stranger' })
  user = await make_leaf(root, { extensions: [crls.pointing_to(here, there)] })
  const this_update = Date.now() - 60_000
  crl = make_crl(root, { this_update, next_update: this_update + 3_600_000, revoked: [entry_of(user)] })
})

describe('public_key', () => {
  test('looks certificates up in lists, decoded or not, at the time of the clock', () => {
    const issuer_fun = crls.issuers(root)
    const revoked = ['bad_cert', ['revoked', 'unspecified']]
    expect(pkix_crls_validate(user.cert, [[here, crl]], { issuer_fun })).toEqual(revoked)
    const now = Date.now() + 3_600_000
    const undetermined = ['bad_cert', 'revocation_status_undetermined']
    expect(pkix_crls_validate(user.cert, [[here, crl]], { issuer_fun, now })).toEqual(undetermined)
    expect(pkix_crls_validate(user.cert, [[here, crl]])).toEqual(undetermined)
    expect(() => pkix_crls_validate(user.cert, [[here, Uint8Array.of(0x30)]])).toThrow(DecodeError)
    expect(() => pkix_crls_validate(Uint8Array.of(0x30), [])).toThrow(DecodeError)
  })

  test('gives the distribution points of a certificate', () => {
    expect(pkix_dist_points(user.cert)).toEqual([here, there])
    expect(pkix_dist_points(root.cert)).toEqual([])
  })

  test('makes a point for lists that are found by their issuer', async () => {
    const alternative = uri('http://issuer.example')
    const extnValue = write_general_names([alternative])
    const leaf = await make_leaf(root, {
      extensions: [{ extnID: oids.id_ce_issuerAltName, critical: false, extnValue }],
    })
    const { distributionPoint, ...rest } = pkix_dist_point(leaf.cert)
    expect(rest).toEqual({})
    expect(distributionPoint).toMatchObject([
      'fullName',
      [['directoryName', { rdnSequence: [[{ value: ['utf8String', 'the root'] }]] }], alternative],
    ])
    expect(pkix_dist_point(user.cert).distributionPoint?.[1]).toHaveLength(1)
    expect(pkix_match_dist_point(of_point(pkix_dist_point(user.cert)), pkix_dist_point(user.cert))).toBe(true)
  })

  test('tells which lists are for a distribution point', () => {
    expect(pkix_match_dist_point(of_point(here), here)).toBe(true)
    expect(pkix_match_dist_point(of_point(here), there)).toBe(false)
    expect(pkix_match_dist_point(of_point(here), { reasons: ['keyCompromise'] })).toBe(true)
    expect(pkix_match_dist_point(crl, there)).toBe(true)
  })

  test('tells who issued a list, and who signed it', async () => {
    const namesake = await make_ca({ subject: 'CN=the root' })
    expect(pkix_crl_issuer(crl)).toEqual(decode_certificate(root.cert).tbsCertificate.subject)
    const certificates = [root, namesake, stranger]
    expect(certificates.map(({ cert }) => pkix_is_issuer(decode_crl(crl), cert))).toEqual([true, true, false])
    expect(certificates.map(({ cert }) => pkix_crl_verify(crl, cert))).toEqual([true, false, false])
  })
})

/** A list for that point. */
function of_point({ distributionPoint }: DistributionPoint): Uint8Array {
  const revoked = [] as const
  return make_crl(root, {
    this_update: 0,
    revoked,
    issuing_distribution_point: distributionPoint ? { distributionPoint } : {},
  })
}
