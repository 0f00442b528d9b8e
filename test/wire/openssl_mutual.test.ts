import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { client_key_exchange, server_key_exchange } from '../../ssl_app/handshake/key_exchange.ts'
import { hex } from '../support/hex.ts'
import { expect_body, expect_written_again, read, recorded_messages, type_of } from '../support/recorded.ts'
import { all_point_formats, openssl_groups, openssl_schemes } from './openssl_defaults.ts'
import { client_records, server_records } from './openssl_mutual.ts'

const from_client = recorded_messages(client_records)
const from_server = recorded_messages(server_records)

describe('OpenSSL with OpenSSL, ecdhe_ecdsa with a client certificate', () => {
  test('the client sends its messages in order', () => {
    expect(from_client.map(type_of)).toEqual([
      'client_hello',
      'certificate',
      'client_key_exchange',
      'certificate_verify',
    ])
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
        client_version: 0x0303,
        session_id: hex(''),
        compression_methods: ['null'],
        extensions: [
          ['server_name', 'localhost'],
          ['ec_point_formats', all_point_formats],
          ['supported_groups', openssl_groups.slice(0, 5)],
          ['session_ticket', hex('')],
          ['alpn', ['h2', 'http/1.1']],
          ['encrypt_then_mac', true],
          ['extended_master_secret', true],
          ['signature_algorithms', openssl_schemes],
        ],
      },
    ])
  })

  test('server_hello', () => {
    expect(read(from_server[0])).toEqual([
      'server_hello',
      {
        server_version: 0x0303,
        random: hex('ca1981efc092b46ecbb7111e927f2202ddc23e4c69f7d3cc2dba0011906f772c'),
        session_id: hex(''),
        cipher_suite: 0xc02c,
        compression_method: 'null',
        extensions: [
          ['renegotiation_info', hex('')],
          ['ec_point_formats', all_point_formats],
          ['session_ticket', true],
          ['alpn', 'h2'],
          ['extended_master_secret', true],
        ],
      },
    ])
  })

  test.each([
    ['client', from_client[1], ['CN=client', 'CN=Kista test CA']],
    ['server', from_server[1], ['CN=localhost', 'CN=Kista test CA']],
  ])('the %s sends its certificate and that of the authority', (_side, message, subjects) => {
    const [type, body] = read(message)
    if (type !== 'certificate') throw new Error('another message')
    expect(body.certificate_list.map(der => new X509Certificate(der).subject)).toEqual(subjects)
  })

  test('server_key_exchange', () => {
    expect_body(from_server[2], server_key_exchange('tlsv1.2', 'ecdhe_ecdsa'), {
      params: [
        'ecdh',
        {
          curve: 'x25519',
          public: hex('6118a7f0bf9b7039060e17b25bedfa3adbd571b7ed28c959b7e4ffb297a7cf73'),
        },
      ],
      signature: {
        algorithm: 'ecdsa_secp256r1_sha256',
        signature: hex(`
          3045022100bbca6e18c6d19fabefdb5a01294c584ddd5a30f911b2c76d1d0b557738fde8f0
          02202ff9802904a9ad3d009ff6a4f3f5377dc8daaf9bd2e2e876fe6cef91a0a312c0`),
      },
    })
  })

  test('certificate_request', () => {
    expect(read(from_server[3])).toEqual([
      'certificate_request',
      {
        certificate_types: ['rsa_sign', 'dss_sign', 'ecdsa_sign'],
        supported_signature_algorithms: openssl_schemes,
        certificate_authorities: [hex('30183116301406035504030c0d4b697374612074657374204341')],
      },
    ])
  })

  test('client_key_exchange', () => {
    expect_body(from_client[2], client_key_exchange('tlsv1.2', 'ecdhe_ecdsa'), {
      share: hex('df21c34177d28462afdd076653d50bfcdb9469a51fdfbf38d6b08960f90d2b11'),
    })
  })

  test('certificate_verify', () => {
    expect(read(from_client[3])).toEqual([
      'certificate_verify',
      {
        algorithm: 'ecdsa_secp256r1_sha256',
        signature: hex(`
          3044022059468e0692d35c5764250c846e864e2bd0460a1e925a608963b7f4b80b659c4e
          02202fde022970f2d224e4e26c7d55359789b96acd7450da03cecd7aa2acac15fed3`),
      },
    ])
  })

  test('server_hello_done', () => {
    expect(read(from_server[4])).toEqual(['server_hello_done', true])
  })

  test.each([...from_client, ...from_server].map(message => [type_of(message), message] as const))(
    '%s is written again byte for byte',
    (_type, message) => expect_written_again(message),
  )
})
