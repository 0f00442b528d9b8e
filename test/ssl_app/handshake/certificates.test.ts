import { describe, expect, test } from '@jest/globals'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { certificate, certificate_request } from '../../../ssl_app/handshake/certificates.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

describe('certificate', () => {
  test_codec_laws(certificate, values.certificate)

  test('is a list of certificates in order', () => {
    const digits = '000009 000001 30 000002 3131'
    const message = { certificate_list: [hex('30'), hex('3131')] }
    expect(decode(certificate, hex(digits))).toEqual(message)
    expect(encode(certificate, message)).toEqual(hex(digits))
  })

  test('may be empty, but not hold an empty certificate', () => {
    expect(decode(certificate, hex('000000'))).toEqual({ certificate_list: [] })
    expect(() => decode(certificate, hex('000003 000000'))).toThrow(DecodeError)
  })
})

describe('certificate_request', () => {
  describe('in TLS 1.2', () => test_codec_laws(certificate_request['tlsv1.2'], values.certificate_request))
  describe.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)('in %s', version => {
    test_codec_laws(certificate_request[version], values.old_certificate_request)
  })

  test('tells signature algorithms since TLS 1.2', () => {
    const request = {
      certificate_types: ['ecdsa_sign', 'rsa_sign', 'dss_sign', 5] as const,
      supported_signature_algorithms: ['rsa_pkcs1_sha256'] as const,
      certificate_authorities: [hex('3000')],
    }
    const { supported_signature_algorithms: _, ...old } = request
    const digits = '04 40010205 0002 0401 0004 0002 3000'
    expect(decode(certificate_request['tlsv1.2'], hex(digits))).toEqual(request)
    expect(encode(certificate_request['tlsv1.2'], request)).toEqual(hex(digits))
    expect(decode(certificate_request['tlsv1.1'], hex('04 40010205 0004 0002 3000'))).toEqual(old)
  })

  test('knows the types of all certificates that there were', () => {
    expect(decode(certificate_request.sslv3, hex('08 0102030440414214 0000')).certificate_types).toEqual([
      'rsa_sign',
      'dss_sign',
      'rsa_fixed_dh',
      'dss_fixed_dh',
      'ecdsa_sign',
      'rsa_fixed_ecdh',
      'ecdsa_fixed_ecdh',
      20,
    ])
  })

  test('wants some type of certificate', () => {
    expect(() => decode(certificate_request['tlsv1.2'], hex('00 0002 0401 0000'))).toThrow(DecodeError)
  })
})
