import { beforeAll, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { integer, octet_string, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { type Staple, type StapleContext, staple_check } from '../../../ssl_app/certificate/ssl_ocsp.ts'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { make_ca, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'
import {
  asked_at,
  make_extension,
  make_ocsp_response,
  type SingleToMake,
} from '../../support/ocsp_responses.ts'

let issuer: TestCertificate
let leaf: TestCertificate
/** Its certificate says that its server staples: RFC 7633. */
let stapler: TestCertificate
beforeAll(async () => {
  issuer = await make_ca()
  leaf = await make_leaf(issuer)
  const must_staple = { extnID: oids.id_pe_tlsfeature, critical: false, extnValue: sequence(integer(5)) }
  stapler = await make_leaf(issuer, { extensions: [must_staple] })
})

function checked(server: TestCertificate, staple: Partial<Staple>, context: Partial<StapleContext> = {}) {
  const [certificate, by] = [server, issuer].map(({ cert_der }) => decode_certificate(cert_der))
  const whole = { response: undefined, nonce: undefined, ...staple }
  return staple_check(certificate!, by!, whole, { now: asked_at, ...context })
}

const answer = (server: TestCertificate, single: Partial<SingleToMake> = {}, extensions: Uint8Array[] = []) =>
  make_ocsp_response({
    responder: issuer,
    singles: [{ certificate: server.cert_der, issuer: issuer.cert_der, ...single }],
    extensions,
  })

const undetermined = (reason: string) => ['bad_cert', ['revocation_status_undetermined', reason]]

test('a staple says of a certificate that it is good', () => {
  for (const server of [leaf, stapler])
    expect(checked(server, { response: answer(server) })).toEqual(['valid', []])
})

test('a staple says of a certificate that it is revoked', () => {
  const response = answer(leaf, { status: 1 })
  expect(checked(leaf, { response })).toEqual(['bad_cert', ['revoked', 'keyCompromise']])
})

test('a server need not staple, and then that is told', () => {
  expect(checked(leaf, {})).toEqual(['valid', [['missing', 'stapling_response']]])
})

test('a server has to staple when its certificate says that it does', () => {
  expect(checked(stapler, {})).toEqual(undetermined('not_stapled'))
})

test('a staple that proves nothing is worse than none', () => {
  expect(checked(leaf, { response: hex('') })).toMatchObject([
    'bad_cert',
    ['revocation_status_undetermined', {}],
  ])
  expect(checked(leaf, { response: answer(stapler) })).toEqual(undetermined('no_matched_response'))
  const late = { now: asked_at + 2 * 24 * 60 * 60_000 }
  expect(checked(leaf, { response: answer(leaf) }, late)).toEqual(undetermined('ocsp_stale_response'))
})

test('the nonce of a staple is the one that was sent, or there is none, and that is told', () => {
  const nonce = hex('0102030405060708')
  const echo = (value: Uint8Array) => make_extension(oids.id_pkix_ocsp_nonce, octet_string(value))
  const [same, other] = [nonce, hex('ff')].map(value => answer(leaf, {}, [echo(value)]))

  expect(checked(leaf, { response: same, nonce })).toEqual(['valid', []])
  expect(checked(leaf, { response: other, nonce })).toEqual(undetermined('nonce_mismatch'))
  expect(checked(leaf, { response: answer(leaf), nonce })).toEqual(['valid', [['missing', 'ocsp_nonce']]])
})

test('a responder can be a certificate that the client trusts', async () => {
  const responder = await make_ca({ subject: 'CN=Somebody' })
  const single = { certificate: leaf.cert_der, issuer: issuer.cert_der }
  const response = make_ocsp_response({ responder, singles: [single] })

  expect(checked(leaf, { response })).toEqual(undetermined('ocsp_responder_cert_not_found'))
  expect(checked(leaf, { response }, { trusted: new TrustStore([issuer.cert_der]) })).toEqual(
    undetermined('ocsp_responder_cert_not_found'),
  )
  expect(checked(leaf, { response }, { trusted: new TrustStore([responder.cert_der]) })).toEqual([
    'valid',
    [],
  ])
})

test('a staple is signed in a way that is allowed', () => {
  const allowed_signatures = [{ algorithm: 'rsa', digest: 'sha256' }] as const
  expect(checked(leaf, { response: answer(leaf) }, { allowed_signatures })).toEqual(
    undetermined('unsupported_signature'),
  )
})
