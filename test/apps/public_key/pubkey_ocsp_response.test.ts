import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hash } from '../../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import { validate_ocsp } from '../../../apps/public_key/pubkey_ocsp.ts'
import {
  decode_basic_ocsp_response,
  decode_ocsp_response,
} from '../../../apps/public_key/pubkey_ocsp_response.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { make_ca, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { hex } from '../../support/hex.ts'
import { asked_at, make_extension, make_ocsp_response, refusal } from '../../support/ocsp_responses.ts'

let issuer: TestCertificate
let leaf: TestCertificate
let response: Uint8Array
let basic: Uint8Array
beforeAll(async () => {
  issuer = await make_ca()
  leaf = await make_leaf(issuer, { serial_number: 0x8012n })
  const single = { certificate: leaf.cert_der, issuer: issuer.cert_der }
  const extensions = [make_extension('1.2.3', hex('0500'))]
  response = make_ocsp_response({
    responder: issuer,
    singles: [
      { ...single, extensions },
      { ...single, status: 4 },
      { ...single, next_update: undefined },
    ],
    extensions,
    named: 'byKey',
  })
  const [tag, , answer] = decode_ocsp_response(response)
  basic = tag === 'successful' ? answer : hex('')
})

describe('A response', () => {
  test('is a status, and behind a good one an answer and its type', () => {
    expect(decode_ocsp_response(response)).toEqual(['successful', oids.id_pkix_ocsp_basic, basic])
    expect(decode_ocsp_response(refusal(3))).toEqual(['tryLater'])
  })

  test('that is basic says who answers, when, about what, and how it is signed', () => {
    const { tbsResponseData, signatureAlgorithm, signature, certs } = decode_basic_ocsp_response(basic)

    const { subjectPublicKey } = decode_certificate(issuer.cert_der).tbsCertificate.subjectPublicKeyInfo
    const key_hash = hash('sha', subjectPublicKey)
    expect(tbsResponseData.responderID).toEqual(['byKey', key_hash])
    expect(tbsResponseData.producedAt).toBe(asked_at)
    expect(tbsResponseData.responseExtensions).toEqual([
      { extnID: '1.2.3', critical: false, extnValue: hex('0500') },
    ])
    expect(signatureAlgorithm.algorithm).toBe('1.2.840.10045.4.3.2')
    expect(signature.length).toBeGreaterThan(64)
    expect(certs).toEqual([issuer.cert_der])
  })

  test('has a part for each certificate', () => {
    const { responses } = decode_basic_ocsp_response(basic).tbsResponseData
    const day = 24 * 60 * 60_000

    expect(responses.map(({ certID }) => [certID.hashAlgorithm, certID.serialNumber])).toEqual(
      Array(3).fill([oids.id_sha1, 0x8012n]),
    )
    expect(responses.map(({ certStatus }) => certStatus)).toEqual([
      ['good'],
      ['revoked', asked_at - day, 'superseded'],
      ['good'],
    ])
    expect(responses.map(({ thisUpdate, nextUpdate }) => [thisUpdate, nextUpdate])).toEqual([
      [asked_at, asked_at + day],
      [asked_at, asked_at + day],
      [asked_at, undefined],
    ])
    expect(responses.map(({ singleExtensions }) => singleExtensions.length)).toEqual([1, 0, 0])
  })
})

describe('What is no response', () => {
  test('is every shorter prefix, and what has a byte too many', () => {
    for (const [bytes, decode] of [
      [response, decode_ocsp_response],
      [basic, decode_basic_ocsp_response],
    ] as const) {
      for (let length = 0; length < bytes.length; length++)
        expect(() => decode(bytes.subarray(0, length))).toThrow(DecodeError)
      expect(() => decode(Uint8Array.of(...bytes, 0))).toThrow(DecodeError)
    }
  })

  test.each([
    ['a version that there is not', '3003 a0 03 020101'],
    ['a status that there is not', '3003 0a0104'],
    ['a good status without an answer', '3003 0a0100'],
    ['a status below zero', '3003 0a01ff'],
  ])('is one with %s', (_what, digits) => {
    const bytes = hex(digits)
    expect(() => decode_ocsp_response(bytes)).toThrow(DecodeError)
    expect(() => decode_basic_ocsp_response(sequence(bytes))).toThrow(DecodeError)
  })

  test('throws nothing but a DecodeError, whatever it is', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) }), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(damage, fc.uint8Array({ maxLength: 80 }), (damages, noise) => {
        const damaged = basic.slice()
        for (const { at, to } of damages) damaged[at % damaged.length] = to
        for (const bytes of [damaged, noise, sequence(noise)]) expect(thrown_by(bytes)).toBe('nothing else')
      }),
      { numRuns: 500 },
    )
  })

  test('is never believed, and never an exception, when bytes of a good one are others', () => {
    const [certificate, by] = [leaf, issuer].map(({ cert_der }) => decode_certificate(cert_der))
    const all = response.length - issuer.cert_der.length
    fc.assert(
      fc.property(fc.nat(all - 1), fc.integer({ min: 1, max: 255 }), (at, by_how_much) => {
        const damaged = response.slice()
        damaged[at]! ^= by_how_much
        expect(validate_ocsp(certificate!, by!, damaged, { now: asked_at })[0]).toBe('error')
      }),
      { numRuns: 500 },
    )
  })
})

function thrown_by(bytes: Uint8Array): unknown {
  try {
    decode_basic_ocsp_response(bytes)
  } catch (error) {
    if (!(error instanceof DecodeError)) return error
  }
  return 'nothing else'
}
