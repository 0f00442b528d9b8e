import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import {
  client_key_exchange,
  server_ecdh_params,
  server_key_exchange,
} from '../../../ssl_app/handshake/key_exchange.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

const params = values.server_ecdh_params

describe.each(['ecdhe_ecdsa', 'ecdhe_rsa'] as const)('server_key_exchange for %s', key_exchange => {
  describe('in TLS 1.2', () => {
    const signed = fc.record({ params, signature: values.digitally_signed })
    test_codec_laws(server_key_exchange['tlsv1.2'][key_exchange], signed)
  })

  describe.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)('in %s', version => {
    const signed = fc.record({ params, signature: values.old_digitally_signed })
    test_codec_laws(server_key_exchange[version][key_exchange], signed)
  })

  test('is the curve, the point, and the signature', () => {
    const digits = '03 001d 02 aabb 0804 0003 010203'
    const body = {
      params: { curve: 'x25519' as const, public: hex('aabb') },
      signature: { algorithm: 'rsa_pss_rsae_sha256' as const, signature: hex('010203') },
    }
    expect(decode(server_key_exchange['tlsv1.2'][key_exchange], hex(digits))).toEqual(body)
    expect(encode(server_key_exchange['tlsv1.2'][key_exchange], body)).toEqual(hex(digits))
  })
})

describe('server_ecdh_params', () => {
  test_codec_laws(server_ecdh_params, params)

  test('on a curve that is spelled out are refused', () => {
    expect(() => decode(server_ecdh_params, hex('01 001d 01 aa'))).toThrow(DecodeError)
  })

  test('without a point are refused', () => {
    expect(() => decode(server_ecdh_params, hex('03 001d 00'))).toThrow(DecodeError)
  })
})

describe.each(['ecdhe_ecdsa', 'ecdhe_rsa'] as const)('client_key_exchange for %s', key_exchange => {
  const codec = client_key_exchange['tlsv1.2'][key_exchange]

  test_codec_laws(codec, fc.record({ public: values.some_bytes(1, 255) }))

  test('is a point', () => {
    expect(decode(codec, hex('02 aabb'))).toEqual({ public: hex('aabb') })
    expect(() => decode(codec, hex('00'))).toThrow(DecodeError)
  })
})
