import { describe, expect, test } from '@jest/globals'
import type { ClientHello } from '../../ssl_app/handshake/hello.ts'
import { decode_handshake, encode_handshake } from '../../ssl_app/handshake/tls_handshake.ts'
import { hex, to_hex } from '../support/hex.ts'
import { recorded_messages } from '../support/recorded.ts'
import * as client_hellos from './client_hellos.ts'
import { all_point_formats, openssl_groups, openssl_schemes } from './openssl_defaults.ts'

const without_data = hex('')

const erlang_groups = [
  ...(['sect571r1', 'sect571k1', 'secp521r1', 'brainpoolP512r1', 'sect409k1', 'sect409r1'] as const),
  ...(['brainpoolP384r1', 'secp384r1', 'sect283k1', 'sect283r1', 'brainpoolP256r1', 'secp256k1'] as const),
  ...(['secp256r1', 'sect239k1', 'sect233k1', 'sect233r1', 'secp224k1', 'secp224r1', 'sect193r1'] as const),
  ...(['sect193r2', 'secp192k1', 'secp192r1', 'sect163k1', 'sect163r1', 'sect163r2', 'secp160k1'] as const),
  ...(['secp160r1', 'secp160r2'] as const),
]

const openssl_suites = suites(`
  1302 1303 1301 c02c c030 009f cca9 cca8 ccaa c02b c02f 009e c024 c028 006b c023 c027 0067 c00a c014 0039
  c009 c013 0033 009d 009c 003d 003c 0035 002f 00ff`)

const expected: Record<keyof typeof client_hellos, ClientHello> = {
  openssl: {
    client_version: 0x0303,
    random: hex('a27968498d291541e56278083364b6bd38bd2ff8e8149942c2ef9e6b3bc520b4'),
    session_id: hex('1df19df305a3ecce5a5feb82c8852363d45f396f6d9ffc9827949f448b314c99'),
    cipher_suites: openssl_suites,
    compression_methods: ['null'],
    extensions: [
      ['server_name', 'localhost'],
      ['ec_point_formats', all_point_formats],
      ['supported_groups', openssl_groups],
      ['session_ticket', without_data],
      ['encrypt_then_mac', true],
      ['extended_master_secret', true],
      ['signature_algorithms', openssl_schemes],
      [43, hex('080304030303020301')],
      [45, hex('0101')],
      [51, hex('0024001d00206cec8b8bbbe7d186f74b40b8fa98e9cf5ef9f29399e2e6d7626944f1d0e1f877')],
    ],
  },
  gnutls: {
    client_version: 0x0303,
    random: hex('3cccf2a140b109e11ab8d4e2e090b6531ff7e7e700710290eb8c676222c1bd7f'),
    session_id: hex('0343cb1067a6615af85d51d156f7c056c021315d53598321e54d3d266b0cd430'),
    cipher_suites: suites(`
      1302 1303 1301 1304 c02c cca9 c0ad c00a c02b c0ac c009 c030 cca8 c014 c02f c013 009d c09d 0035 009c
      c09c 002f 009f ccaa c09f 0039 009e c09e 0033`),
    compression_methods: ['null'],
    extensions: [
      ['status_request', ['ocsp', { responder_ids: hex(''), request_extensions: hex('') }]],
      [
        'supported_groups',
        ['secp256r1', 'secp384r1', 'secp521r1', 'x25519', 'x448', 256, 257, 258, 259, 260],
      ],
      ['ec_point_formats', ['uncompressed']],
      [
        'signature_algorithms',
        [
          'rsa_pkcs1_sha256',
          'rsa_pss_pss_sha256',
          'rsa_pss_rsae_sha256',
          'ecdsa_secp256r1_sha256',
          'ed25519',
          'rsa_pkcs1_sha384',
          'rsa_pss_pss_sha384',
          'rsa_pss_rsae_sha384',
          'ecdsa_secp384r1_sha384',
          'ed448',
          'rsa_pkcs1_sha512',
          'rsa_pss_pss_sha512',
          'rsa_pss_rsae_sha512',
          'ecdsa_secp521r1_sha512',
          'rsa_pkcs1_sha1',
          'ecdsa_sha1',
        ],
      ],
      ['encrypt_then_mac', true],
      ['extended_master_secret', true],
      ['session_ticket', without_data],
      [
        51,
        hex(`00690017004104f0e8e43d6bde51357b65434ef48c47195aefb2049d86bc9d5b894e8d2586eceb9027e1a6eae6dfcd0aeb38
          2b24ba7495604eea3c75cc369d12a651d5d515bd8b001d00200578852b7d97ed66bbfb6fcd1af5f0bb18a9884b1668cee2fdfb
          532003d4d173`),
      ],
      [43, hex('080304030303020301')],
      ['renegotiation_info', without_data],
      ['server_name', 'localhost'],
      [45, hex('020100')],
      ['record_size_limit', 0x4001],
    ],
  },
  curl: {
    client_version: 0x0303,
    random: hex('0cb4fda7f5e2361043a953a00790bbe4133fc920353be8c5f9704945af59b0be'),
    session_id: hex('82483d5e0f203783b5fff55180923754af0688f04f0fa42b3d1b035468fc9ce1'),
    cipher_suites: openssl_suites,
    compression_methods: ['null'],
    extensions: [
      ['server_name', 'localhost'],
      ['ec_point_formats', all_point_formats],
      ['supported_groups', openssl_groups],
      ['alpn', ['h2', 'http/1.1']],
      ['encrypt_then_mac', true],
      ['extended_master_secret', true],
      [49, without_data],
      ['signature_algorithms', openssl_schemes],
      [43, hex('080304030303020301')],
      [45, hex('0101')],
      [51, hex('0024001d0020f8bd894e7e54217cf98c666591a5dccf4959effb1a572753588562d0b166d30e')],
      [21, new Uint8Array(180)],
    ],
  },
  node: {
    client_version: 0x0303,
    random: hex('768770e54a7bb6dc3d4c0ab815905fbfa6dbebf117b09d8d1591f9533cb88fc7'),
    session_id: hex('3d3ff98d1a588f8ea5ef45c9358845e11f9a041f51deea093790b9c4eea6f9bb'),
    cipher_suites: suites(`
      1302 1303 1301 c02f c02b c030 c02c 009e c027 0067 c028 006b 00a3 009f cca9 cca8 ccaa c0af c0ad c0a3
      c09f c05d c061 c057 c053 00a2 c0ae c0ac c0a2 c09e c05c c060 c056 c052 c024 006a c023 0040 c00a c014
      0039 0038 c009 c013 0033 0032 009d c0a1 c09d c051 009c c0a0 c09c c050 003d 003c 0035 002f 00ff`),
    compression_methods: ['null'],
    extensions: [
      ['server_name', 'localhost'],
      ['ec_point_formats', all_point_formats],
      ['supported_groups', openssl_groups],
      ['session_ticket', without_data],
      ['alpn', ['h2', 'http/1.1']],
      ['encrypt_then_mac', true],
      ['extended_master_secret', true],
      ['signature_algorithms', openssl_schemes],
      [43, hex('0403040303')],
      [45, hex('0101')],
      [51, hex('0024001d00204aea22c3e151688d45ea01bd43a96ba2219ce8a141ed984b6703e1552b35fa51')],
    ],
  },
  erlang: {
    client_version: 0x0303,
    random: hex('6b02c6f6ca823495d94c4ae5a17363968d613924e068e7a1382aa3dd1e7e3b58'),
    session_id: without_data,
    cipher_suites: suites(`
      00ff c02c c030 c0ad c0af c024 c028 cca9 cca8 c02b c02f c0ac c0ae c02e c032 c026 c02a c02d c031 c023
      c027 c025 c029 009f 00a3 006b 006a 009e 00a2 ccaa 0067 0040 c00a c014 c005 c00f c009 c013 c004 c00e
      0039 0038 0033 0032`),
    compression_methods: ['null'],
    extensions: [
      ['server_name', 'localhost'],
      [
        'signature_algorithms',
        [
          'dsa_sha1',
          'rsa_pkcs1_sha1',
          'ecdsa_sha1',
          'rsa_pkcs1_sha224',
          'ecdsa_sha224',
          'rsa_pkcs1_sha256',
          'rsa_pss_rsae_sha256',
          'rsa_pss_pss_sha256',
          'ecdsa_secp256r1_sha256',
          'rsa_pkcs1_sha384',
          'rsa_pss_rsae_sha384',
          'rsa_pss_pss_sha384',
          'ecdsa_secp384r1_sha384',
          'rsa_pkcs1_sha512',
          'rsa_pss_rsae_sha512',
          'rsa_pss_pss_sha512',
          'ecdsa_secp521r1_sha512',
        ],
      ],
      ['supported_groups', erlang_groups],
      ['ec_point_formats', ['uncompressed']],
      ['alpn', ['h2']],
    ],
  },
}

describe.each(Object.entries(client_hellos))('the ClientHello of %s', (name, record) => {
  const [message, ...others] = recorded_messages([record])
  const hello = expected[name as keyof typeof expected]

  test('is one message', () => {
    expect(others).toEqual([])
  })

  test('is read field by field', () => {
    expect(decode_handshake(message!, 'tlsv1.2')).toEqual(['client_hello', hello])
  })

  test('is written byte for byte', () => {
    expect(to_hex(encode_handshake(['client_hello', hello], 'tlsv1.2'))).toBe(to_hex(message!))
  })
})

function suites(codes: string): number[] {
  return codes
    .trim()
    .split(/\s+/)
    .map(code => Number.parseInt(code, 16))
}
