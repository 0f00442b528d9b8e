import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { public_key_from_spki, verify } from '../../apps/crypto/crypto.ts'
import { decode, encode } from '../../runtime/binary/codec.ts'
import { scheme_of_key } from '../../ssl_app/handshake/hash_signs.ts'
import {
  client_key_exchange,
  encode_server_params,
  server_key_exchange,
} from '../../ssl_app/handshake/key_exchange.ts'
import type { Handshake } from '../../ssl_app/handshake/tls_handshake.ts'
import { hex, to_hex } from '../support/hex.ts'
import { expect_written_again, read, recorded_messages, type_of } from '../support/recorded.ts'
import { client_records, server_records } from './gnutls_srp_rsa.ts'

const from_client = recorded_messages(client_records)
const from_server = recorded_messages(server_records)

/** The body of the message of that type. */
function body_of<Type extends Handshake[0]>(messages: readonly Uint8Array[], type: Type) {
  const found = messages.map(read).find(([name]) => name === type)
  return found![1] as Extract<Handshake, readonly [Type, unknown]>[1]
}

describe('GnuTLS with GnuTLS, srp_rsa in TLS 1.1', () => {
  const client_hello = body_of(from_client, 'client_hello')
  const server_hello = body_of(from_server, 'server_hello')
  const server_bytes = body_of(from_server, 'server_key_exchange')
  const exchange = decode(server_key_exchange('tlsv1.1', 'srp_rsa'), server_bytes)

  test('the client tells its name', () => {
    expect(client_hello.client_version).toBe(0x0302)
    expect(client_hello.extensions).toContainEqual(['srp', hex('616c696365')])
    expect(server_hello).toMatchObject({ server_version: 0x0302, cipher_suite: 0xc01e })
  })

  test('the server tells group, salt and B', () => {
    const [share, params] = exchange.params!
    if (share !== 'srp') throw new Error('another share')
    expect(params.n).toHaveLength(192)
    expect(to_hex(params.n)).toMatch(/^9def3cafb939277a.*99a234dcf76e3fed135f9bb$/)
    expect(params.g).toEqual(hex('02'))
    expect(params.salt).toEqual(hex('0dce8e8747bf800e53cb54ad62573d43'))
    expect(params.public).toHaveLength(192)
    expect(encode(server_key_exchange('tlsv1.1', 'srp_rsa'), exchange)).toEqual(server_bytes)
  })

  test('and signs that, behind both randoms', () => {
    const { certificate_list } = body_of(from_server, 'certificate')
    const { publicKey } = new X509Certificate(certificate_list[0]!)
    const key = public_key_from_spki(publicKey.export({ format: 'der', type: 'spki' }))!
    const content = [client_hello.random, server_hello.random, encode_server_params(exchange.params!)]
    expect(exchange.signature!.algorithm).toBeUndefined()
    expect(verify(scheme_of_key('rsa')!, content, exchange.signature!.signature, key)).toBe(true)
  })

  test('the client answers with A', () => {
    const bytes = body_of(from_client, 'client_key_exchange')
    const { share } = decode(client_key_exchange('tlsv1.1', 'srp_rsa'), bytes)
    expect(share).toHaveLength(192)
    expect(encode(client_key_exchange('tlsv1.1', 'srp_rsa'), { share: share! })).toEqual(bytes)
  })

  test.each([...from_client, ...from_server].map(message => [type_of(message), message] as const))(
    '%s is written again byte for byte',
    (_type, message) => expect_written_again(message),
  )
})
