import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { client_key_exchange, server_key_exchange } from '../../ssl_app/handshake/key_exchange.ts'
import { hex } from '../support/hex.ts'
import { expect_body, expect_written_again, read, recorded_messages, type_of } from '../support/recorded.ts'
import { client_records, server_records } from './gnutls_rsa.ts'

const from_client = recorded_messages(client_records)
const from_server = recorded_messages(server_records)

const schemes = [
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
]

describe('GnuTLS with GnuTLS, ecdhe_rsa, the client without a certificate', () => {
  test('the client sends its messages in order', () => {
    expect(from_client.map(type_of)).toEqual(['client_hello', 'certificate', 'client_key_exchange'])
  })

  test('the server sends its messages in order', () => {
    expect(from_server.map(type_of)).toEqual([
      'server_hello',
      'certificate',
      'server_key_exchange',
      'certificate_request',
      'server_hello_done',
      'new_session_ticket',
    ])
  })

  test('client_hello', () => {
    expect(read(from_client[0])).toMatchObject([
      'client_hello',
      {
        random: hex('0cce6425d96542ee58ba8b7a1e440c1c5cb7de11c1d1caed6ade07ae4ae24fe9'),
        extensions: [
          ['status_request', ['ocsp', { responder_ids: hex(''), request_extensions: hex('') }]],
          [
            'supported_groups',
            ['secp256r1', 'secp384r1', 'secp521r1', 'x25519', 'x448', 256, 257, 258, 259, 260],
          ],
          ['ec_point_formats', ['uncompressed']],
          ['signature_algorithms', schemes],
          ['alpn', ['h2']],
          ['encrypt_then_mac', true],
          ['extended_master_secret', true],
          ['session_ticket', hex('')],
          ['renegotiation_info', hex('')],
          ['server_name', 'localhost'],
          ['record_size_limit', 0x4000],
        ],
      },
    ])
  })

  test('server_hello', () => {
    expect(read(from_server[0])).toEqual([
      'server_hello',
      {
        server_version: 0x0303,
        random: hex('419e5ec6739475ab95d14ed1c3619abf2bf19ea417a84772afd10f44bfb9bebc'),
        session_id: hex('b5830824a76f6e665bda792fea1798ef42cb6ba48e07ad037e645873490a2225'),
        cipher_suite: 0xc030,
        compression_method: 'null',
        extensions: [
          ['ec_point_formats', ['uncompressed']],
          ['extended_master_secret', true],
          ['session_ticket', true],
          ['renegotiation_info', hex('')],
          ['record_size_limit', 0x4000],
        ],
      },
    ])
  })

  test('the server sends its certificate, the client an empty list', () => {
    const [type, body] = read(from_server[1])
    if (type !== 'certificate') throw new Error('another message')
    expect(body.certificate_list.map(der => new X509Certificate(der).publicKey.asymmetricKeyType)).toEqual([
      'rsa',
    ])
    expect(read(from_client[1])).toEqual(['certificate', { certificate_list: [] }])
  })

  test('server_key_exchange', () => {
    expect_body(from_server[2], server_key_exchange('tlsv1.2', 'ecdhe_rsa'), {
      params: [
        'ecdh',
        {
          curve: 'secp256r1',
          public: hex(`
          0496b004c9db815c484e200f3474a4ce92b923217003a6f199968d080df0b4ea36
          c0d6037600eca62537c8fdaa0cc318d0310b5e8c3302e6d32d1140e0ff022ebb`),
        },
      ],
      signature: {
        algorithm: 'rsa_pkcs1_sha256',
        signature: hex(`
          7ea38acc1931762e526e5f16bd3d3c4e4ad25552f0045781b854249a61abf8bb0dda899ed3742b9e2f29f8f9b1f7ebf1
          c390fe42f07de112059f437d08c7f33f09f9b4956f3776aba8b911d616f284c69fff962e6a3a9ea36bea77ddedf556f9
          ea3330f35fc3a0db497875bf20139b28e2622dc908a7c85963d15b9ba968d167cd9a07be472df427d7051a349f813fd0
          ebdcaa2897d085b1b65f5d54988baa132393243a8e8f8ab7a603915fce06a7c8e2f29a812badc98777ee0eb187d74a69
          9fbb098e81a01e6da18e3ad507434df657d075f7399ed8ef623839ddb017e6d74dcc46615444b0e531871650288cb507
          99fcfa8c7d31c817139fedf4a01843e1`),
      },
    })
  })

  test('certificate_request without authorities', () => {
    expect(read(from_server[3])).toEqual([
      'certificate_request',
      {
        certificate_types: ['rsa_sign', 'ecdsa_sign'],
        supported_signature_algorithms: schemes,
        certificate_authorities: [],
      },
    ])
  })

  test('client_key_exchange', () => {
    expect_body(from_client[2], client_key_exchange('tlsv1.2', 'ecdhe_rsa'), {
      share: hex(`
        042b17dda679323e7711c728ed55a532ca727b943105f22d11a0eacc27efb6aad5
        c36764aec3dbf66605534ab713b00743211a4d763347dff54535f0981be608cf`),
    })
  })

  test.each([...from_client, ...from_server].map(message => [type_of(message), message] as const))(
    '%s is written again byte for byte',
    (_type, message) => expect_written_again(message),
  )
})
