import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Codec, decode, encode } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import type { DigitallySigned } from '../../../ssl_app/handshake/hash_signs.ts'
import {
  type ClientKeyExchange,
  client_key_exchange,
  encode_server_params,
  type ServerKeyExchange,
  type ServerParams,
  server_key_exchange,
} from '../../../ssl_app/handshake/key_exchange.ts'
import { key_exchange_parts } from '../../../ssl_app/handshake/key_exchange_parts.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex, to_hex } from '../../support/hex.ts'

const { dh, ecdh, srp } = values.server_params
const hint = values.some_bytes(0, 20)
const identity = values.some_bytes(0, 20)
const large_number = values.some_bytes(1, 40)
const point = values.some_bytes(1, 40)
const encrypted = values.some_bytes(0, 40)

type Parts<Body> = { readonly [Name in keyof Body]?: fc.Arbitrary<NonNullable<Body[Name]>> }

/** What is in each message besides a signature, written down a second time. */
const server_parts: Readonly<Record<KeyExchange, Parts<ServerKeyExchange>>> = {
  rsa: {},
  ecdh_rsa: {},
  ecdh_ecdsa: {},
  dhe_rsa: { params: dh },
  dhe_dss: { params: dh },
  dh_anon: { params: dh },
  ecdhe_rsa: { params: ecdh },
  ecdhe_ecdsa: { params: ecdh },
  ecdh_anon: { params: ecdh },
  srp_rsa: { params: srp },
  srp_dss: { params: srp },
  srp_anon: { params: srp },
  psk: { hint },
  rsa_psk: { hint },
  dhe_psk: { hint, params: dh },
}

const client_parts: Readonly<Record<KeyExchange, Parts<ClientKeyExchange>>> = {
  rsa: { share: encrypted },
  ecdh_rsa: { share: point },
  ecdh_ecdsa: { share: point },
  dhe_rsa: { share: large_number },
  dhe_dss: { share: large_number },
  dh_anon: { share: large_number },
  ecdhe_rsa: { share: point },
  ecdhe_ecdsa: { share: point },
  ecdh_anon: { share: point },
  srp_rsa: { share: large_number },
  srp_dss: { share: large_number },
  srp_anon: { share: large_number },
  psk: { identity },
  rsa_psk: { identity, share: encrypted },
  dhe_psk: { identity, share: large_number },
}

const signed: readonly KeyExchange[] = [
  'dhe_rsa',
  'dhe_dss',
  'ecdhe_rsa',
  'ecdhe_ecdsa',
  'srp_rsa',
  'srp_dss',
]
const key_exchanges = Object.keys(key_exchange_parts) as KeyExchange[]

/** One for each format that there is. */
const server_formats: readonly KeyExchange[] = ['rsa', 'dh_anon', 'ecdhe_rsa', 'srp_dss', 'psk', 'dhe_psk']
const client_formats: readonly KeyExchange[] = ['rsa', 'ecdh_rsa', 'psk', 'rsa_psk']

const versions = ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2'] as const
const old_versions = ['sslv3', 'tlsv1', 'tlsv1.1'] as const

describe.each(key_exchanges)('server_key_exchange for %s', name => {
  if (server_formats.includes(name)) {
    test_codec_laws(server_key_exchange('tlsv1.2', name), server_body(name, values.digitally_signed))
  }

  test('is the same in all versions before TLS 1.2, up to how it is signed', () => {
    fc.assert(
      fc.property(server_body(name, values.old_digitally_signed), body => {
        const bytes = old_versions.map(version => encode(server_key_exchange(version, name), body))
        expect(new Set(bytes.map(to_hex)).size).toBe(1)
        const read = old_versions.map(version => decode(server_key_exchange(version, name), bytes[0]!))
        expect(read).toEqual([body, body, body])
      }),
      { numRuns: 25 },
    )
  })
})

describe.each(key_exchanges)('client_key_exchange for %s', name => {
  const body = fc.record(client_parts[name]) as fc.Arbitrary<ClientKeyExchange>
  if (client_formats.includes(name)) test_codec_laws(client_key_exchange('tlsv1.2', name), body)

  test('is the same in all versions, but for SSL 3.0', () => {
    fc.assert(
      fc.property(body, value => {
        const codecs = versions.map(version => client_key_exchange(version, name))
        for (const codec of codecs) expect(decode(codec, encode(codec, value))).toEqual(value)
        const bytes = codecs.slice(1).map(codec => to_hex(encode(codec, value)))
        expect(new Set(bytes).size).toBe(1)
      }),
      { numRuns: 25 },
    )
  })
})

const signature = { algorithm: 'rsa_pss_rsae_sha256', signature: hex('010203') } as const
const dh_params: ServerParams = ['dh', { p: hex('00fb'), g: hex('02'), public: hex('0a0b') }]
const ecdh_params: ServerParams = ['ecdh', { curve: 'x25519', public: hex('aabb') }]
const srp_params: ServerParams = [
  'srp',
  { n: hex('fb'), g: hex('02'), salt: hex('5a17'), public: hex('0a0b') },
]

describe('server_key_exchange', () => {
  const digits_and_bodies: readonly [KeyExchange, string, ServerKeyExchange][] = [
    ['dhe_rsa', '0002 00fb 0001 02 0002 0a0b 0804 0003 010203', { params: dh_params, signature }],
    ['dh_anon', '0002 00fb 0001 02 0002 0a0b', { params: dh_params }],
    ['ecdhe_ecdsa', '03 001d 02 aabb 0804 0003 010203', { params: ecdh_params, signature }],
    ['ecdh_anon', '03 001d 02 aabb', { params: ecdh_params }],
    ['srp_rsa', '0001 fb 0001 02 02 5a17 0002 0a0b 0804 0003 010203', { params: srp_params, signature }],
    ['srp_anon', '0001 fb 0001 02 02 5a17 0002 0a0b', { params: srp_params }],
    ['psk', '0002 6869', { hint: hex('6869') }],
    ['rsa_psk', '0000', { hint: hex('') }],
    ['dhe_psk', '0000 0002 00fb 0001 02 0002 0a0b', { hint: hex(''), params: dh_params }],
    ['rsa', '', {}],
  ]

  test.each(digits_and_bodies)('for %s: %s', (name, digits, body) => {
    const codec = server_key_exchange('tlsv1.2', name)
    expect(decode(codec, hex(digits))).toEqual(body)
    expect(encode(codec, body)).toEqual(hex(digits))
  })

  test('before TLS 1.2 does not tell how it is signed', () => {
    const codec = server_key_exchange('tlsv1.1', 'dhe_dss')
    const body = { params: dh_params, signature: { signature: hex('010203') } }
    expect(decode(codec, hex('0002 00fb 0001 02 0002 0a0b 0003 010203'))).toEqual(body)
  })

  test.each<[what: string, KeyExchange, digits: string]>([
    ['no modulus', 'dh_anon', '0000 0001 02 0001 0a'],
    ['no generator', 'dh_anon', '0001 fb 0000 0001 0a'],
    ['no public value', 'dh_anon', '0001 fb 0001 02 0000'],
    ['a curve that is spelled out', 'ecdh_anon', '01 001d 01 aa'],
    ['no point', 'ecdh_anon', '03 001d 00'],
    ['no salt', 'srp_anon', '0001 fb 0001 02 00 0001 0a'],
    ['no B', 'srp_anon', '0001 fb 0001 02 01 5a 0000'],
    ['no signature', 'dhe_rsa', '0001 fb 0001 02 0001 0a'],
    ['a signature, unsigned', 'dh_anon', '0001 fb 0001 02 0001 0a 0804 0001 01'],
    ['something, where there is nothing', 'rsa', '00'],
  ])('with %s is refused', (_what, name, digits) => {
    expect(() => decode(server_key_exchange('tlsv1.2', name), hex(digits))).toThrow(DecodeError)
  })
})

describe('encode_server_params', () => {
  test.each<[digits: string, ServerParams]>([
    ['0002 00fb 0001 02 0002 0a0b', dh_params],
    ['03 001d 02 aabb', ecdh_params],
    ['0001 fb 0001 02 02 5a17 0002 0a0b', srp_params],
  ])('is what stands in the message: %s', (digits, params) => {
    expect(encode_server_params(params)).toEqual(hex(digits))
  })
})

describe('client_key_exchange', () => {
  const digits_and_bodies: readonly [KeyExchange, string, ClientKeyExchange][] = [
    ['rsa', '0002 aabb', { share: hex('aabb') }],
    ['dhe_dss', '0002 aabb', { share: hex('aabb') }],
    ['ecdh_rsa', '02 aabb', { share: hex('aabb') }],
    ['srp_dss', '0002 aabb', { share: hex('aabb') }],
    ['psk', '0002 6964', { identity: hex('6964') }],
    ['dhe_psk', '0002 6964 0002 aabb', { identity: hex('6964'), share: hex('aabb') }],
    ['rsa_psk', '0002 6964 0002 aabb', { identity: hex('6964'), share: hex('aabb') }],
  ]

  test.each(digits_and_bodies)('for %s: %s', (name, digits, body) => {
    const codec: Codec<ClientKeyExchange> = client_key_exchange('tlsv1.2', name)
    expect(decode(codec, hex(digits))).toEqual(body)
    expect(encode(codec, body)).toEqual(hex(digits))
  })

  test.each<[KeyExchange, digits: string]>([
    ['dhe_rsa', '0000'],
    ['ecdhe_rsa', '00'],
    ['srp_anon', '0000'],
    ['psk', ''],
    ['rsa', ''],
  ])('for %s without a value is refused', (name, digits) => {
    expect(() => decode(client_key_exchange('tlsv1.2', name), hex(digits))).toThrow(DecodeError)
  })

  test('in SSL 3.0 has no length in front of an encrypted premaster secret', () => {
    const rsa = client_key_exchange('sslv3', 'rsa')
    expect(decode(rsa, hex('aabb'))).toEqual({ share: hex('aabb') })
    expect(encode(rsa, { share: hex('aabb') })).toEqual(hex('aabb'))
    const rsa_psk = client_key_exchange('sslv3', 'rsa_psk')
    expect(decode(rsa_psk, hex('0001 69 aabb'))).toEqual({ identity: hex('69'), share: hex('aabb') })
    expect(() => decode(rsa_psk, hex('0002 69'))).toThrow(DecodeError)
  })
})

function server_body(
  name: KeyExchange,
  signature: fc.Arbitrary<DigitallySigned>,
): fc.Arbitrary<ServerKeyExchange> {
  const parts = server_parts[name]
  return fc.record(signed.includes(name) ? { ...parts, signature } : parts) as fc.Arbitrary<ServerKeyExchange>
}
