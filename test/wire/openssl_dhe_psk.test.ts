import { describe, expect, test } from '@jest/globals'
import { client_key_exchange, server_key_exchange } from '../../ssl_app/handshake/key_exchange.ts'
import { hex } from '../support/hex.ts'
import { expect_body, expect_written_again, read, recorded_messages, type_of } from '../support/recorded.ts'
import { client_records, server_records } from './openssl_dhe_psk.ts'

const from_client = recorded_messages(client_records)
const from_server = recorded_messages(server_records)
const ascii = (text: string) => Uint8Array.from(Buffer.from(text))

describe('OpenSSL with OpenSSL, dhe_psk, with NPN and a maximum fragment length', () => {
  test('both send their messages in order', () => {
    expect(from_client.map(type_of)).toEqual(['client_hello', 'client_key_exchange'])
    expect(from_server.map(type_of)).toEqual([
      'server_hello',
      'server_key_exchange',
      'server_hello_done',
      'new_session_ticket',
    ])
  })

  test('client_hello', () => {
    expect(read(from_client[0])).toMatchObject([
      'client_hello',
      {
        cipher_suites: [0x00b2, 0x00ff],
        extensions: [
          ['server_name', 'localhost'],
          ['max_fragment_length', 512],
          ['session_ticket', hex('')],
          ['next_protocol_negotiation', true],
          ['encrypt_then_mac', true],
          ['extended_master_secret', true],
          ['signature_algorithms', expect.arrayContaining(['dsa_sha1', 'dsa_sha224', 'dsa_sha256'])],
        ],
      },
    ])
  })

  test('server_hello', () => {
    expect(read(from_server[0])).toMatchObject([
      'server_hello',
      {
        cipher_suite: 0x00b2,
        extensions: [
          ['renegotiation_info', hex('')],
          ['max_fragment_length', 512],
          ['session_ticket', true],
          ['next_protocol_negotiation', ['h2', 'http/1.1']],
          ['encrypt_then_mac', true],
          ['extended_master_secret', true],
        ],
      },
    ])
  })

  test('server_key_exchange', () => {
    expect_body(from_server[1], server_key_exchange('tlsv1.2', 'dhe_psk'), {
      hint: ascii('kista'),
      params: [
        'dh',
        {
          p: hex(`
            aa4492a030c8d89151c1496ad0aa3b5bf584244c14fd8c1d5fe4e98e0f89ba3eb2d0ceb4e140c133a59db9ab52f9aa49
            b3c5d301c53ddf346449a5fdc16dec6262948857570a21acc1284dfffbe9ae9d1613cbc25b0528e68a9a74ac8148520e
            270bf9c05a72f97039c66dccbc9bdae840cd92801d6bff2b4bd820177dc6edc7`),
          g: hex('02'),
          public: hex(`
            9384bf45620ff0ef7fe891a284c3145a1da0ef96003c8c52ee73f1a35a560f22349cb0a7bb2e2fd2765e560e6d61f406
            06e2c7e004021ec1c300022d892ec81887b66d473227f47d1467d51c12cd73a966d78f2288c5d8a39731059686e2364f
            14a6c9d29ca0eea5c6b3112ca93bcfa4e47e1383235ea69031278487e7672854`),
        },
      ],
    })
  })

  test('client_key_exchange', () => {
    expect_body(from_client[1], client_key_exchange('tlsv1.2', 'dhe_psk'), {
      identity: ascii('alice'),
      share: hex(`
        6fcbaddfb09b76453aea0f74cb622fea90d68316dbe31de0dea74ff62b625c34f79992b71c5f6d08263674261e7692f4
        32b6171412182a2db5e0476e048d00f1c8974f8babc33d1884a64fe02b413a42f8bd7e479306f8f883c62191d27eb27b
        cf15bb630aaec8bb7c8ed5df42ff7069cdb7c42eede8caeb1ce804d82725c7af`),
    })
  })

  test('new_session_ticket', () => {
    const [, body] = read(from_server[3])
    expect(body).toMatchObject({ ticket_lifetime_hint: 7200 })
    expect((body as { ticket: Uint8Array }).ticket).toHaveLength(176)
  })

  test.each([...from_client, ...from_server].map(message => [type_of(message), message] as const))(
    '%s is written again byte for byte',
    (_type, message) => expect_written_again(message),
  )
})
