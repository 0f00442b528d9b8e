import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { suites } from '../../../ssl_app/record/cipher_suites.ts'
import { make_ca, make_leaf, type TestCertificate } from '../../support/certificates.ts'
import { config, converse, environment, identity, path, those } from '../../support/engine_pair.ts'

let ca: TestCertificate
let rsa: TestCertificate
let ec: TestCertificate
let trusted: TrustStore

beforeAll(async () => {
  ca = await make_ca()
  rsa = await make_leaf(ca, { algorithm: 'rsa' })
  ec = await make_leaf(ca)
  trusted = new TrustStore([ca.cert_der])
})

const pair = (client = {}, server = {}, sessions = {}) => {
  const { client_sessions = [], server_sessions = [] } = sessions as never
  return [
    new TlsEngine('client', config('client', { trusted, ...client }), environment(client_sessions)),
    new TlsEngine(
      'server',
      config('server', { identity: identity(rsa, 'rsa'), ...server }),
      environment(server_sessions),
    ),
  ] as const
}

describe('two engines', () => {
  test.each(suites('tlsv1.2').map(suite => [suite.openssl, suite] as const))('speak %s', (_name, suite) => {
    const own = suite.key_exchange === 'ecdhe_rsa' ? identity(rsa, 'rsa') : identity(ec, 'ec')
    const [client, server] = pair({ ciphers: [suite] }, { identity: own })
    converse(client, server)
    expect([client.state_name, server.state_name]).toEqual(['connection', 'connection'])
    const [[, data]] = those(
      server.receive(Buffer.concat(client.send(Buffer.from('hello')))),
      'data',
    ) as never
    expect(Buffer.from(data).toString()).toBe('hello')
  })

  test('come to the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), sizes => {
        const [client, server] = pair()
        converse(client, server, undefined, bytes => {
          const pieces: Uint8Array[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!
            pieces.push(bytes.subarray(at, at + size))
            at += size
          }
          return pieces
        })
        expect([client.connected, server.connected]).toEqual([true, true])
      }),
      { numRuns: 20 },
    )
  })

  test('show certificates to each other', () => {
    const client_leaf = identity(ec, 'ec')
    const [client, server] = pair(
      { identity: client_leaf },
      { path: path('server', { verify: 'verify_peer' }), trusted, fail_if_no_peer_cert: true },
    )
    converse(client, server)
    expect(server.connected).toBe(true)
    expect(server.data.peer!.certificate).toEqual(ec.cert_der)
  })

  test('go on with a session', () => {
    const [client, server] = pair()
    const first = converse(client, server)
    const session = those(first.client_effects, 'connected')[0]![1]!
    const kept = those(first.server_effects, 'connected')[0]![1]!
    const [again, server_again] = pair({}, {}, { server_sessions: [kept] })
    converse(again, server_again, session)
    expect([again.data.resumed, server_again.data.resumed]).toEqual([true, true])
    expect([again.connected, server_again.connected]).toEqual([true, true])
  })
})
