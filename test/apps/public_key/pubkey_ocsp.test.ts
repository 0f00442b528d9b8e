import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { octet_string, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import {
  type OcspOptions,
  ocsp_request_extensions,
  validate_ocsp,
} from '../../../apps/public_key/pubkey_ocsp.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import {
  make_ca,
  make_intermediate,
  make_leaf,
  type TestCertificate,
  type TestOptions,
  valid_from,
} from '../../support/certificates.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'
import {
  type AnswerToMake,
  asked_at,
  make_extension,
  make_ocsp_response,
  refusal,
  type SingleToMake,
  successful,
} from '../../support/ocsp_responses.ts'

const hour = 60 * 60_000

/** Of an issuer and a certificate; others of the same issuer. */
interface Cast {
  readonly issuer: TestCertificate
  readonly leaf: TestCertificate
  readonly sibling: TestCertificate
  readonly responder: TestCertificate
  readonly stranger: TestCertificate
}

const responder_options: TestOptions = {
  subject: 'CN=Responder',
  key_usage: ['digitalSignature'],
  ext_key_usage: [oids.id_kp_OCSPSigning],
  subject_alt_names: undefined,
}

let cast: Cast
beforeAll(async () => {
  const issuer = await make_ca()
  cast = {
    issuer,
    leaf: await make_leaf(issuer),
    sibling: await make_leaf(issuer),
    responder: await make_leaf(issuer, responder_options),
    stranger: await make_ca({ subject: 'CN=Stranger' }),
  }
})

const about = (certificate: TestCertificate, more: Partial<SingleToMake> = {}): SingleToMake => ({
  certificate: certificate.cert_der,
  issuer: cast.issuer.cert_der,
  ...more,
})

/** An answer about the leaf by its issuer, unless told otherwise. */
const answer = (more: Partial<AnswerToMake> = {}) =>
  make_ocsp_response({ responder: cast.issuer, singles: [about(cast.leaf)], ...more })

const answer_about = (...singles: readonly Partial<SingleToMake>[]) =>
  answer({ singles: singles.map(single => about(cast.leaf, single)) })

function judged(response: Uint8Array, options: Partial<OcspOptions> = {}) {
  const [leaf, issuer] = [cast.leaf, cast.issuer].map(({ cert_der }) => decode_certificate(cert_der))
  return validate_ocsp(leaf!, issuer!, response, { now: asked_at, ...options })
}

const good = ['ok', []]
const revoked = (reason: string) => ['error', ['bad_cert', ['revoked', reason]]]
const undetermined = (reason: unknown) => ['error', ['bad_cert', ['revocation_status_undetermined', reason]]]

with_each_provider(() => {
  describe('An answer of the issuer', () => {
    test('says that a certificate is good, by the name of the issuer and by its key', () => {
      expect(judged(answer())).toEqual(good)
      expect(judged(answer({ named: 'byKey' }))).toEqual(good)
    })

    test('can name the certificate by each hash function', () => {
      for (const digest of ['sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const)
        expect(judged(answer_about({ digest }))).toEqual(good)
      expect(judged(answer_about({ digest: 'md5' }))).toEqual(undetermined('no_matched_response'))
    })

    test('says that a certificate is revoked, and why', () => {
      expect(judged(answer_about({ status: 'revoked' }))).toEqual(revoked('unspecified'))
      expect(judged(answer_about({ status: 1 }))).toEqual(revoked('keyCompromise'))
      expect(judged(answer_about({ status: 10 }))).toEqual(revoked('aACompromise'))
    })

    test('revokes also for a reason that there is not', () => {
      for (const status of [7, 11]) expect(judged(answer_about({ status }))).toEqual(revoked('unspecified'))
    })

    test('can be that there is no such certificate', () => {
      expect(judged(answer_about({ status: 'unknown' }))).toEqual(undetermined('unknown'))
    })

    test('is found among answers about other certificates', () => {
      const others = [about(cast.sibling, { status: 'revoked' }), about(cast.responder)]
      expect(judged(answer({ singles: [...others, about(cast.leaf)] }))).toEqual(good)
      expect(judged(answer({ singles: others }))).toEqual(undetermined('no_matched_response'))
      expect(judged(answer({ singles: [] }))).toEqual(undetermined('no_matched_response'))
    })

    test('means the certificate of this issuer, and not one of the same number of another', async () => {
      const of_another = about(cast.leaf, { issuer: cast.stranger.cert_der })
      expect(judged(answer({ singles: [of_another] }))).toEqual(undetermined('no_matched_response'))

      const twin = await make_ca({ subject: 'CN=Twin', key: cast.issuer.key })
      const serial_number = decode_certificate(cast.leaf.cert_der).tbsCertificate.serialNumber
      const of_twin = about(await make_leaf(twin, { serial_number }))
      expect(judged(answer({ singles: [of_twin] }))).toEqual(undetermined('no_matched_response'))
    })

    test('counts as its newest part says; of two as new as each other the worse counts', () => {
      const older = asked_at - hour
      expect(judged(answer_about({ status: 6, this_update: older }, {}))).toEqual(good)
      expect(judged(answer_about({ this_update: older }, { status: 6 }))).toEqual(revoked('certificateHold'))
      expect(judged(answer_about({}, { status: 'unknown' }, { status: 1 }))).toEqual(revoked('keyCompromise'))
      expect(judged(answer_about({ status: 'unknown' }, {}))).toEqual(undetermined('unknown'))
    })
  })

  describe('The time of an answer', () => {
    const at = (minutes: number) => judged(answer(), { now: asked_at + minutes * 60_000 })
    const stale = undetermined('ocsp_stale_response')

    test('is from thisUpdate to nextUpdate, with five minutes for clocks that differ', () => {
      expect(at(-5)).toEqual(good)
      expect(at(-6)).toEqual(stale)
      expect(at(24 * 60 + 4)).toEqual(good)
      expect(at(24 * 60 + 5)).toEqual(stale)
    })

    test('is a day when no nextUpdate is told', () => {
      const open = answer_about({ next_update: undefined })
      expect(judged(open, { now: asked_at + 24 * hour })).toEqual(good)
      expect(judged(open, { now: asked_at + 25 * hour })).toEqual(stale)
    })

    test('is over for a part, and another part still counts', () => {
      const over = { this_update: asked_at - 2 * hour, next_update: asked_at - hour }
      expect(judged(answer_about({ ...over, status: 1 }, {}))).toEqual(good)
      expect(judged(answer_about({ ...over, status: 1 }))).toEqual(stale)
    })

    test('is none where the news to come are older than the news', () => {
      const backwards = { this_update: asked_at + 60_000, next_update: asked_at - 60_000 }
      expect(judged(answer_about(backwards))).toEqual(stale)
    })

    test('is not before it was made', () => {
      expect(judged(answer({ produced_at: asked_at + hour }))).toEqual(stale)
      expect(judged(answer_about({ this_update: asked_at + hour }))).toEqual(stale)
    })
  })

  describe('A responder', () => {
    test('is believed when the issuer has appointed it, by name and by key', () => {
      const { responder } = cast
      expect(judged(answer({ responder }))).toEqual(good)
      expect(judged(answer({ responder, named: 'byKey' }))).toEqual(good)
    })

    test('has to show its certificate, among up to eight', () => {
      const { responder, sibling } = cast
      const others = (count: number) => Array.from({ length: count }, () => sibling.cert_der)
      const with_certs = (certs: readonly Uint8Array[]) => judged(answer({ responder, certs }))
      expect(with_certs([])).toEqual(undetermined('ocsp_responder_cert_not_found'))
      expect(with_certs(others(1))).toEqual(undetermined('ocsp_responder_cert_not_found'))
      expect(with_certs([...others(7), responder.cert_der])).toEqual(good)
      expect(with_certs([...others(8), responder.cert_der])).toEqual(
        undetermined('ocsp_responder_cert_not_found'),
      )
      expect(with_certs([sequence(octet_string(hex('00'))), responder.cert_der])).toEqual(good)
    })

    test.each<readonly [string, TestOptions]>([
      ['not for answers', { ext_key_usage: [oids.id_kp_serverAuth] }],
      ['for every purpose, which does not mean answers', { ext_key_usage: [oids.anyExtendedKeyUsage] }],
      ['for no purpose in particular', { ext_key_usage: undefined }],
      ['not for signatures', { key_usage: ['keyEncipherment'] }],
      ['over', { not_before: valid_from, not_after: asked_at - hour }],
      ['not yet valid', { not_before: asked_at + hour }],
      ['with something critical that nobody knows', { extensions: [unknown_extension(true)] }],
    ])('is not believed when its certificate is %s', async (_flaw, options) => {
      const responder = await make_leaf(cast.issuer, { ...responder_options, ...options })
      expect(judged(answer({ responder }))).toEqual(undetermined('ocsp_responder_cert_not_found'))
    })

    test('is believed with an extension that nobody needs to know, and with no usages told', async () => {
      const options = { extensions: [unknown_extension(false)], key_usage: undefined }
      const responder = await make_leaf(cast.issuer, { ...responder_options, ...options })
      expect(judged(answer({ responder }))).toEqual(good)
    })

    test('needs a key as long as keys must be, as the issuer does elsewhere', () => {
      const least_key_bits = { ec: 257 }
      const response = answer({ responder: cast.responder })
      expect(judged(response, { least_key_bits })).toEqual(undetermined('ocsp_responder_cert_not_found'))
      expect(judged(response, { least_key_bits: { ec: 256 } })).toEqual(good)
      expect(judged(answer(), { least_key_bits })).toEqual(good)
    })

    test('is not believed when somebody else has appointed it, were it under the name of the issuer', async () => {
      const impostor = await make_ca()
      const below = await make_intermediate(cast.issuer)
      const twin = await make_ca({ subject: 'CN=Twin', key: cast.issuer.key })
      for (const appointing of [cast.stranger, impostor, below, twin]) {
        const responder = await make_leaf(appointing, responder_options)
        expect(judged(answer({ responder }))).toEqual(undetermined('ocsp_responder_cert_not_found'))
      }
    })

    test('is not the certificate itself, nor one that has signed its own', async () => {
      const own = await make_ca({ ...responder_options, basic_constraints: undefined })
      for (const responder of [cast.leaf, cast.sibling, own])
        expect(judged(answer({ responder }))).toEqual(undetermined('ocsp_responder_cert_not_found'))
    })

    test('can be one that is trusted anyway, in its time', async () => {
      const { stranger: responder } = cast
      const is_trusted_responder: OcspOptions['is_trusted_responder'] = ({ der }) =>
        Buffer.compare(der, responder.cert_der) === 0
      expect(judged(answer({ responder }))).toEqual(undetermined('ocsp_responder_cert_not_found'))
      expect(judged(answer({ responder }), { is_trusted_responder })).toEqual(good)

      const late = await make_ca({ not_after: asked_at - hour })
      expect(judged(answer({ responder: late }), { is_trusted_responder: () => true })).toEqual(
        undetermined('ocsp_response_bad_signature'),
      )
    })
  })

  describe('A signature', () => {
    test('is by the key of who is said to answer', () => {
      const bad = undetermined('ocsp_response_bad_signature')
      expect(judged(answer({ signer: cast.stranger }))).toEqual(bad)
      expect(judged(answer({ signer: cast.responder }))).toEqual(bad)
      expect(judged(answer({ responder: cast.responder, signer: cast.issuer }))).toEqual(bad)
    })

    test('is of everything that is said: no byte of it can be another', () => {
      const response = answer({ certs: [] })
      for (let at = 0; at < response.length; at += 7) {
        const damaged = response.slice()
        damaged[at]! ^= 1
        expect(judged(damaged)).not.toEqual(good)
      }
    })

    test('is made in a way that is allowed, also the one below the certificate of the responder', async () => {
      const only_sha256 = { allowed_signatures: [{ algorithm: 'ecdsa', digest: 'sha256' }] } as const
      expect(judged(answer({ digest: 'sha' }))).toEqual(good)
      expect(judged(answer({ digest: 'sha' }), only_sha256)).toEqual(undetermined('unsupported_signature'))
      expect(judged(answer(), only_sha256)).toEqual(good)

      const responder = await make_leaf(cast.issuer, { ...responder_options, hash: 'SHA-384' })
      expect(judged(answer({ responder }))).toEqual(good)
      expect(judged(answer({ responder }), only_sha256)).toEqual(
        undetermined('ocsp_responder_cert_not_found'),
      )
    })
  })

  describe('A nonce', () => {
    const nonce = hex('0102030405060708')
    const with_nonce = (value: Uint8Array) =>
      answer({ extensions: [make_extension(oids.id_pkix_ocsp_nonce, octet_string(value))] })

    test('that comes back is the one that was sent', () => {
      expect(judged(with_nonce(nonce), { nonce })).toEqual(good)
      expect(judged(with_nonce(hex('0102030405060709')), { nonce })).toEqual(undetermined('nonce_mismatch'))
    })

    test('that does not come back is told', () => {
      expect(judged(answer(), { nonce })).toEqual(['ok', [['missing', 'ocsp_nonce']]])
    })

    test('that nobody asked for does not matter', () => {
      expect(judged(with_nonce(nonce))).toEqual(good)
    })
  })

  describe('An extension', () => {
    test('that nobody knows is passed over unless it is critical', () => {
      const [plain, critical] = [false, true].map(is_critical =>
        make_extension('1.2.3', hex('0500'), is_critical),
      )
      const unknown = undetermined('unknown_critical_extension')
      expect(judged(answer({ extensions: [plain!] }))).toEqual(good)
      expect(judged(answer({ extensions: [critical!] }))).toEqual(unknown)
      expect(judged(answer_about({ extensions: [plain!] }))).toEqual(good)
      expect(judged(answer_about({ extensions: [critical!] }))).toEqual(unknown)
    })
  })
})

describe('What is no answer', () => {
  test.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('is told: %i is %s', (status, reason) => {
    expect(judged(refusal(status))).toEqual(undetermined(reason))
  })

  test('is one of a type that nobody reads', () => {
    expect(judged(successful(hex('0500'), '1.2.3'))).toEqual(
      undetermined(['ocsp_response_type_not_supported', '1.2.3']),
    )
  })

  test('is malformed', () => {
    for (const response of [hex(''), refusal(4), refusal(7), refusal(0), successful(hex('0500'))])
      expect(judged(response)).toEqual(undetermined(['ocsp_response_malformed', expect.any(String)]))
  })
})

describe('What a client asks for', () => {
  test('is a basic response', () => {
    expect(ocsp_request_extensions(undefined)).toEqual(
      hex('301c 301a 06092b0601050507300104 040d 300b 06092b0601050507300101'),
    )
  })

  test('is a basic response with this nonce', () => {
    expect(ocsp_request_extensions(hex('aabbccdd'))).toEqual(
      hex(
        '3031 3013 06092b0601050507300102 0406 0404aabbccdd 301a 06092b0601050507300104 040d 300b 06092b0601050507300101',
      ),
    )
  })
})

function unknown_extension(critical: boolean) {
  return { extnID: '1.2.3', critical, extnValue: hex('0500') }
}
