// Answers about certificates: what OpenSSL's responder says is understood, and of what others say it believes the same.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import { ocsp_request_extensions, validate_ocsp } from '../../apps/public_key/pubkey_ocsp.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { make_ca, make_leaf, type TestCertificate, type TestOptions } from '../support/certificates.ts'
import { hex } from '../support/hex.ts'
import {
  type AnswerToMake,
  make_ocsp_request,
  make_ocsp_response,
  refusal,
  type SingleToMake,
} from '../support/ocsp_responses.ts'
import { openssl } from './support/openssl.ts'
import { type OpensslAuthority, type ResponderOptions, start_authority } from './support/openssl_authority.ts'
import { describe_with } from './support/requires.ts'

/** Why OpenSSL revokes, and what RFC 5280 calls that. */
const reasons = [
  ['unspecified', 'unspecified'],
  ['keyCompromise', 'keyCompromise'],
  ['CACompromise', 'cACompromise'],
  ['affiliationChanged', 'affiliationChanged'],
  ['superseded', 'superseded'],
  ['cessationOfOperation', 'cessationOfOperation'],
  ['certificateHold', 'certificateHold'],
] as const

const hour = 60 * 60_000
const responder_options: TestOptions = {
  subject: 'CN=Responder',
  key_usage: ['digitalSignature'],
  ext_key_usage: [oids.id_kp_OCSPSigning],
  subject_alt_names: undefined,
}

let issuer: TestCertificate
let good: TestCertificate
let unheard_of: TestCertificate
let responder: TestCertificate
let revoked: readonly TestCertificate[]
let authority: OpensslAuthority
beforeAll(async () => {
  issuer = await make_ca()
  good = await make_leaf(issuer)
  unheard_of = await make_leaf(issuer)
  responder = await make_leaf(issuer, responder_options)
  revoked = await Promise.all(reasons.map(() => make_leaf(issuer)))
  const entries = revoked.map((certificate, index) => ({ certificate, revoked: reasons[index]![0] }))
  authority = await start_authority(issuer, [{ certificate: good }, ...entries])
})
afterAll(() => authority.remove())

async function answer_about(certificate: TestCertificate, options?: ResponderOptions): Promise<Uint8Array> {
  return authority.answer(await authority.request(certificate), options)
}

function judged(response: Uint8Array, of: TestCertificate, nonce?: Uint8Array, now = Date.now()) {
  const [certificate, by] = [of, issuer].map(({ cert_der }) => decode_certificate(cert_der))
  return validate_ocsp(certificate!, by!, response, { now, nonce })
}

describe_with([openssl], "OpenSSL's responder", () => {
  test('says that a certificate is good', async () => {
    expect(judged(await answer_about(good), good)).toEqual(['ok', []])
  })

  test.each(reasons.map(([theirs, name], index) => [theirs, name, index] as const))(
    'says that a certificate is revoked: %s',
    async (_theirs, name, index) => {
      const certificate = revoked[index]!
      expect(judged(await answer_about(certificate), certificate)).toEqual([
        'error',
        ['bad_cert', ['revoked', name]],
      ])
    },
  )

  test('does not know a certificate', async () => {
    expect(judged(await answer_about(unheard_of), unheard_of)).toEqual([
      'error',
      ['bad_cert', ['revocation_status_undetermined', 'unknown']],
    ])
  })

  test.each<readonly [string, readonly string[]]>([
    ['by the key of who answers', ['-resp_key_id', '-ndays', '1']],
    ['without saying when there will be news', []],
    ['with another hash function', ['-rmd', 'sha512', '-ndays', '1']],
    ['for ten minutes', ['-nmin', '10']],
  ])('answers %s', async (_how, args) => {
    for (const by of [{ args }, { args, responder }])
      expect(judged(await answer_about(good, by), good)).toEqual(['ok', []])
  })

  test('names a certificate as it is asked', async () => {
    const answer = await authority.answer(await authority.request(good, 'sha256'))
    expect(judged(answer, good)).toEqual(['ok', []])
  })

  test('can have a key of RSA, and is somebody whom the authority has appointed', async () => {
    const of_rsa = await make_leaf(issuer, { ...responder_options, algorithm: 'rsa' })
    expect(judged(await answer_about(good, { responder: of_rsa }), good)).toEqual(['ok', []])

    const server = await make_leaf(issuer)
    expect(judged(await answer_about(good, { responder: server }), good)).toEqual([
      'error',
      ['bad_cert', ['revocation_status_undetermined', 'ocsp_responder_cert_not_found']],
    ])
  })

  test('reads what a client asks for, and gives its nonce back', async () => {
    const nonce = hex('000102030405060708090a0b0c0d0e0f')
    const about = { certificate: good.cert_der, issuer: issuer.cert_der }
    const answer = (sent: Uint8Array | undefined) =>
      authority.answer(make_ocsp_request(about, ocsp_request_extensions(sent)))

    expect(judged(await answer(nonce), good, nonce)).toEqual(['ok', []])
    expect(judged(await answer(undefined), good, nonce)).toEqual(['ok', [['missing', 'ocsp_nonce']]])
    expect(judged(await answer(nonce.subarray(1)), good, nonce)).toEqual([
      'error',
      ['bad_cert', ['revocation_status_undetermined', 'nonce_mismatch']],
    ])
  })
})

/** What is told of an answer: who gives it, what is in it; and what comes of it. */
type Case = readonly [
  string,
  expected: 'good' | 'revoked' | 'unknown' | 'refused',
  answer: () => Promise<Partial<AnswerToMake>> | Partial<AnswerToMake>,
  single?: Partial<SingleToMake> | 'of another',
]

const now = Date.now()
const made_by = (options: TestOptions) => async () => ({
  responder: await make_leaf(issuer, { ...responder_options, ...options }),
})

const cases: readonly Case[] = [
  ['of the issuer', 'good', () => ({})],
  ['by the key of the issuer', 'good', () => ({ named: 'byKey' })],
  ['that it is revoked', 'revoked', () => ({}), { status: 1 }],
  ['that nothing is known', 'unknown', () => ({}), { status: 'unknown' }],
  ['without an end', 'good', () => ({}), { next_update: undefined }],
  ['that is over', 'refused', () => ({}), { this_update: now - 3 * hour, next_update: now - hour }],
  ['of tomorrow', 'refused', () => ({}), { this_update: now + hour }],
  ['within the five minutes', 'good', () => ({}), { this_update: now + 4 * 60_000 }],
  ['about another certificate', 'refused', () => ({}), 'of another'],
  ['of an appointed responder', 'good', made_by({})],
  ['of an appointed responder that shows no certificate', 'refused', () => ({ responder, certs: [] })],
  ['of a responder not for answers', 'refused', made_by({ ext_key_usage: [oids.id_kp_serverAuth] })],
  ['of a responder for everything', 'refused', made_by({ ext_key_usage: [oids.anyExtendedKeyUsage] })],
  ['of a responder that is over', 'refused', made_by({ not_after: now - hour })],
  ['of somebody else', 'refused', async () => ({ responder: await make_ca({ subject: 'CN=Else' }) })],
  ['of somebody of the same name', 'refused', async () => ({ responder: await make_ca() })],
  ['signed by somebody else', 'refused', () => ({ signer: responder })],
]

describe_with([openssl], 'OpenSSL and Kista agree on an answer', () => {
  test.each(cases)('%s: %s', async (_name, expected, answer, single = {}) => {
    const { cert_der } = single === 'of another' ? unheard_of : good
    const about = { certificate: cert_der, issuer: issuer.cert_der, this_update: now }
    const singles = [single === 'of another' ? about : { ...about, ...single }]
    const response = make_ocsp_response({
      ...{ responder: issuer, singles, produced_at: now, ...(await answer()) },
    })

    const [tag, verdict] = judged(response, good, undefined, now)
    const said = tag === 'ok' ? 'good' : kind_of(verdict)

    expect([said, await authority.judge(response, good)]).toEqual([expected, expected])
  })

  test('that is none', async () => {
    expect(await authority.judge(refusal(3), good)).toBe('refused')
    expect(judged(refusal(3), good)[0]).toBe('error')
  })
})

function kind_of([, reason]: readonly [string, unknown]): string {
  const [kind, detail] = Array.isArray(reason) ? reason : []
  if (kind === 'revoked') return kind
  return detail === 'unknown' ? detail : 'refused'
}
