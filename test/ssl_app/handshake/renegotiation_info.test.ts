import { describe, expect, test } from '@jest/globals'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello, ServerHello } from '../../../ssl_app/handshake/hello.ts'
import { check_client, check_server, server_info } from '../../../ssl_app/handshake/renegotiation_info.ts'
import { renegotiation_info_scsv } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const client_proof = new Uint8Array(12).fill(1)
const server_proof = new Uint8Array(12).fill(2)
const both_proofs = Uint8Array.of(...client_proof, ...server_proof)

/** `previous`: what the handshake before has found out about the peer; undefined: there was none. */
function data(
  role: Role,
  previous?: 'secure' | 'insecure',
  changes: Partial<HandshakeConfig> = {},
): HandshakeData {
  const fresh = nothing_known(role, config(role, changes), environment())
  if (previous === undefined) return fresh
  const verify_data = { client: client_proof, server: server_proof }
  return { ...fresh, previous: { ...fresh, verify_data, secure_renegotiation: previous === 'secure' } }
}

const client_hello = (told?: Uint8Array, scsv = false): ClientHello => ({
  client_version: 0x0303,
  random: new Uint8Array(32),
  session_id: hex(''),
  cipher_suites: scsv ? [0xc02b, renegotiation_info_scsv] : [0xc02b],
  compression_methods: ['null'],
  extensions: told && [['renegotiation_info', told]],
})

const server_hello = (told?: Uint8Array): ServerHello => ({
  server_version: 0x0303,
  random: new Uint8Array(32),
  session_id: hex(''),
  cipher_suite: 0xc02b,
  compression_method: 'null',
  extensions: told && [['renegotiation_info', told]],
})

const wrong_proofs = [hex(''), hex('00'), client_proof.subarray(1), new Uint8Array(12), both_proofs]

describe('a server, in a first handshake', () => {
  const first = data('server')

  test('sees by extension or SCSV that a client knows RFC 5746', () => {
    expect(check_client(first, client_hello(hex('')))).toBe(true)
    expect(check_client(first, client_hello(undefined, true))).toBe(true)
    expect(check_client(first, client_hello(hex(''), true))).toBe(true)
    expect(check_client(first, client_hello())).toBe(false)
    expect(server_info(first)).toEqual(hex(''))
  })

  test('refuses a client that goes on from another one', () => {
    expect(thrown_alert(() => check_client(first, client_hello(client_proof)))).toBe('handshake_failure')
  })
})

describe('a server, in a renegotiation', () => {
  const secure = data('server', 'secure')
  const refusal = (known: HandshakeData, hello: ClientHello) => thrown_alert(() => check_client(known, hello))

  test('expects what the client has proved', () => {
    expect(check_client(secure, client_hello(client_proof))).toBe(true)
    expect(server_info(secure)).toEqual(Buffer.from(both_proofs))
  })

  test.each(wrong_proofs)('refuses another proof: %j', told => {
    expect(refusal(secure, client_hello(told))).toBe('handshake_failure')
  })

  test('refuses none', () => {
    expect(refusal(secure, client_hello())).toBe('handshake_failure')
  })

  test('refuses the SCSV, which is for first handshakes', () => {
    expect(refusal(secure, client_hello(client_proof, true))).toBe('handshake_failure')
    expect(refusal(data('server', 'insecure'), client_hello(undefined, true))).toBe('handshake_failure')
  })

  test('refuses a client that has only now heard of it', () => {
    for (const told of [hex(''), client_proof]) {
      expect(refusal(data('server', 'insecure'), client_hello(told))).toBe('handshake_failure')
    }
  })

  test('refuses a client that does not know RFC 5746, unless it may do without', () => {
    expect(refusal(data('server', 'insecure'), client_hello())).toBe('no_renegotiation')
    const lenient = data('server', 'insecure', { secure_renegotiate: false })
    expect(check_client(lenient, client_hello())).toBe(false)
  })
})

describe('a client', () => {
  test('sees in a first handshake whether the server knows RFC 5746', () => {
    expect(check_server(data('client'), server_hello(hex('')))).toBe(true)
    expect(check_server(data('client'), server_hello())).toBe(false)
  })

  test('expects in a renegotiation what both have proved', () => {
    expect(check_server(data('client', 'secure'), server_hello(both_proofs))).toBe(true)
    expect(check_server(data('client', 'insecure'), server_hello())).toBe(false)
  })

  test.each<[string, 'secure' | 'insecure' | undefined, Uint8Array | undefined]>([
    ['goes on from another handshake in a first one', undefined, both_proofs],
    ['forgets about it', 'secure', undefined],
    ['proves nothing', 'secure', hex('')],
    ['gives back only what the client proved', 'secure', client_proof],
    ['proves something else', 'secure', new Uint8Array(24)],
    ['proves too much', 'secure', Uint8Array.of(...both_proofs, 0)],
    ['has only now heard of it', 'insecure', hex('')],
    ['has only now heard of it, and proves it', 'insecure', both_proofs],
  ])('refuses a server that %s', (_what, previous, told) => {
    const known = data('client', previous)
    expect(thrown_alert(() => check_server(known, server_hello(told)))).toBe('handshake_failure')
  })
})
