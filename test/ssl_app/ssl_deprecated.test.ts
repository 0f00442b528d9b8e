import { describe, expect, test } from '@jest/globals'
import * as ssl from '../../ssl_app/ssl.ts'
import { type Pair, with_pair as with_each_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const with_pair = (
  body: (pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) => with_each_pair(pki, body, client, server)

const suite = ['ecdhe_ecdsa', 'aes_128_gcm', 'null', 'sha256']

describe('what is left from earlier days', () => {
  test('tells what its successors tell, in its own way', () =>
    with_pair(
      async ({ client, server }) => {
        const [, told] = await ssl.connection_information(client)
        expect(await ssl.connection_info(client)).toEqual(['ok', ['tlsv1.2', suite]])
        const { session_id } = told as { session_id: Uint8Array }
        expect(await ssl.session_info(client)).toEqual({ session_id, cipher_suite: suite })
        expect(session_id).toHaveLength(32)
        expect(await ssl.negotiated_next_protocol(server)).toEqual(['ok', 'h2'])
      },
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', alpn_advertised_protocols: ['h2'] },
      { alpn_preferred_protocols: ['h2'] },
    ))

  test('has a word of its own for a protocol that was not negotiated', () =>
    with_pair(async ({ client }) => {
      expect(await ssl.negotiated_next_protocol(client)).toEqual(['error', 'next_protocol_not_negotiated'])
    }))

  test('says like others what cannot be asked, or asked any more', () =>
    with_pair(async ({ client, listener }) => {
      await ssl.close(client, 0)
      for (const ask of [ssl.connection_info, ssl.session_info, ssl.negotiated_next_protocol]) {
        expect(await ask(listener)).toEqual(['error', 'enotconn'])
        expect(await ask(client)).toEqual(['error', 'closed'])
      }
    }))

  test('gives bytes that nobody can guess', () => {
    const [one, another] = [ssl.random_bytes(32), ssl.random_bytes(32)]
    expect(one).toHaveLength(32)
    expect(one).not.toEqual(another)
  })
})
