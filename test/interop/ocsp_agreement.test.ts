// Random answers about a certificate, judged by us and by `openssl ocsp`: RFC 6960 §3.2, §4.2.2.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import { validate_ocsp } from '../../apps/public_key/pubkey_ocsp.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { make_ca, make_leaf, type TestCertificate, type TestOptions } from '../support/certificates.ts'
import { make_ocsp_response } from '../support/ocsp_responses.ts'
import { openssl } from './support/openssl.ts'
import { type Judgement, type OpensslAuthority, start_authority } from './support/openssl_authority.ts'
import { describe_with } from './support/requires.ts'

const minute = 60_000
const hour = 60 * minute

const responders = ['issuer', 'appointed', 'over', 'server', 'namesake', 'stranger'] as const
const certificates = ['asked', 'other'] as const
type Name = (typeof responders)[number] | (typeof certificates)[number]

/** What is said of one certificate; times in milliseconds from now. */
interface Part {
  readonly about: (typeof certificates)[number]
  readonly status: 'good' | 'unknown' | 'revoked' | number
  readonly this_update: number
  readonly next_update: number | undefined
}

const part: fc.Arbitrary<Part> = fc.record({
  about: fc.constantFrom('asked', 'asked', 'asked', 'other'),
  status: fc.constantFrom<Part['status'][]>('good', 'good', 'good', 'unknown', 'revoked', 1, 6),
  this_update: fc.constantFrom(-30 * hour, -hour, -hour, 0, 0, 4 * minute, 6 * minute),
  next_update: fc.constantFrom(hour, hour, hour, undefined, -4 * minute, -6 * minute),
})

const answer = fc.record({
  responder: fc.constantFrom('issuer', 'appointed', ...responders),
  /** Who signs. Undefined: the responder */
  signer: fc.constantFrom(undefined, undefined, undefined, undefined, 'issuer', 'appointed', 'stranger'),
  named: fc.constantFrom('byName', 'byKey'),
  shown: fc.uniqueArray(fc.constantFrom('other', ...responders), { maxLength: 3 }),
  shows_its_own: fc.constantFrom(true, true, true, false),
  parts: fc.array(part, { minLength: 1, maxLength: 3 }),
})

let authority: OpensslAuthority
let all: Readonly<Record<Name, TestCertificate>>
beforeAll(async () => {
  const issuer = await make_ca()
  const appointed: TestOptions = {
    subject: 'CN=Responder',
    key_usage: ['digitalSignature'],
    ext_key_usage: [oids.id_kp_OCSPSigning],
    subject_alt_names: undefined,
  }
  const [asked, other, server] = [await make_leaf(issuer), await make_leaf(issuer), await make_leaf(issuer)]
  all = {
    ...{ issuer, asked, other, server },
    appointed: await make_leaf(issuer, appointed),
    over: await make_leaf(issuer, { ...appointed, subject: 'CN=Former', not_after: Date.now() - hour }),
    namesake: await make_ca(),
    stranger: await make_ca({ subject: 'CN=Stranger' }),
  }
  authority = await start_authority(issuer, [])
})
afterAll(() => authority.remove())

function kista_says(response: Uint8Array, now: number): Judgement {
  const [asked, issuer] = [all.asked, all.issuer].map(({ cert_der }) => decode_certificate(cert_der))
  const [tag, verdict] = validate_ocsp(asked!, issuer!, response, { now })
  if (tag === 'ok') return 'good'
  const [kind, detail] = verdict[1]
  if (kind === 'revoked') return kind
  return detail === 'unknown' ? detail : 'refused'
}

/** Why the two may differ. */
function is_explained(parts: readonly Part[], shown: readonly Name[]): boolean {
  // OpenSSL tries the first certificate of a name only.
  if (shown.includes('namesake')) return true
  const about_it = parts.filter(({ about }) => about === 'asked')
  // OpenSSL takes the first part about a certificate for the only one.
  if (about_it.length > 1) return true
  // OpenSSL believes for ever what has no end.
  return about_it.some(
    ({ this_update, next_update }) => next_update === undefined && this_update < -24 * hour,
  )
}

describe_with([openssl], 'An answer', () => {
  test('says to us what it says to OpenSSL', async () => {
    const judged = { good: 0, revoked: 0, unknown: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(answer, async ({ responder, signer, named, shown, shows_its_own, parts }) => {
        // OpenSSL goes by the clock.
        const now = Date.now()
        const certs = [...shown.filter(name => name !== responder), ...(shows_its_own ? [responder] : [])]
        const response = make_ocsp_response({
          responder: all[responder],
          signer: all[signer ?? responder],
          named,
          certs: certs.map(name => all[name].cert_der),
          produced_at: now,
          singles: parts.map(({ about, status, this_update, next_update }) => ({
            certificate: all[about].cert_der,
            issuer: all.issuer.cert_der,
            status,
            this_update: now + this_update,
            next_update: next_update === undefined ? undefined : now + next_update,
          })),
        })
        const ours = kista_says(response, now)
        judged[ours]++
        if (is_explained(parts, certs)) return
        expect(ours).toBe(await authority.judge(response, all.asked))
      }),
      { numRuns: Number(process.env.OCSP_RUNS ?? 200) },
    )
    expect(Math.min(judged.good, judged.revoked, judged.refused)).toBeGreaterThan(5)
  }, 120_000)
})
