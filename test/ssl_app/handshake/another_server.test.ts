import { describe, expect, test } from '@jest/globals'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { make_leaf } from '../../support/certificates.ts'
import { converse, exchange, those } from '../../support/engine_pair.ts'
import { make_everybody, suite_for } from '../../support/everybody.ts'
import { config_of, engine, own_identity, type Settings, sessions_of, Walk } from '../../support/walks.ts'

const everybody = await make_everybody()
const leaf = await make_leaf(everybody.ca, { algorithm: 'rsa', subject: 'CN=another' })
const another = { ...own_identity(leaf, 'rsa'), traits: { key: 'rsa', signed_with: 'rsa' } } as const

const settings = (version: ProtocolVersion, server: Partial<HandshakeConfig> = {}): Settings => {
  const both = { versions: [version], ciphers: [suite_for('rsa', version)!] }
  return { client: both, server: { ...both, identities: [everybody.identities.rsa], ...server } }
}

/** A connection to a server, and a new handshake in which that is `then`: how the client refuses it. */
function renegotiated(first: Settings, then: HandshakeConfig, offered?: Session) {
  const [client, server] = [engine('client', everybody, first), engine('server', everybody, first)]
  converse(client, server, first.offered)
  expect(client.established!.resumed).toBe(first.offered !== undefined)

  const hello = those(client.renegotiate(offered), 'transmit').flatMap(([, pieces]) => pieces)
  const heard = server.receive(Buffer.concat(hello))
  expect(those(heard, 'client_hello')).toHaveLength(1)
  const outcome = exchange({ client, server }, { server: server.configure(then) })
  const refused = those(outcome.client_effects, 'own_alert')[0]?.[1].description
  expect(client.connected && server.connected).toBe(refused === undefined)
  return refused
}

describe('in a new handshake, a client', () => {
  const old = settings('sslv3')
  const old_another = config_of('server', everybody, settings('sslv3', { identities: [another] }))

  test('goes on with the server that it had', () => {
    expect(renegotiated(old, config_of('server', everybody, old))).toBeUndefined()
  })

  test('refuses another server, which its server may have put through to it', () => {
    expect(renegotiated(old, old_another)).toBe('illegal_parameter')
  })

  test('refuses another server where it had gone on with a session', () => {
    expect(renegotiated(sessions_of(everybody, old), old_another)).toBe('illegal_parameter')
  })

  test('refuses to go on with the session of another server', () => {
    const others = sessions_of(everybody, settings('sslv3', { identities: [another] }))
    const first = { ...old, kept: others.kept! }
    const then = config_of('server', everybody, first)
    expect(renegotiated(first, then, others.offered)).toBe('illegal_parameter')
  })

  test('takes another server where the secret of the connection is bound to the handshake', () => {
    const then = config_of('server', everybody, settings('tlsv1.2', { identities: [another] }))
    expect(renegotiated(settings('tlsv1.2'), then)).toBeUndefined()
  })
})

describe('a secret that was bound to its handshake', () => {
  const scene = settings('tlsv1.2')

  test('is not followed by one that is not: a server refuses', () => {
    const walk = new Walk('server', everybody, scene, { again: true })
    walk.rogue.replace('client_hello', hello => ({ ...hello, extensions: without(hello.extensions) }))
    expect(walk.flight().refusal).toBe('handshake_failure')
  })

  test('is not followed by one that is not: a client refuses', () => {
    const walk = new Walk('client', everybody, scene, { again: true })
    walk.rogue.replace('server_hello', hello => ({ ...hello, extensions: without(hello.extensions) }))
    expect(walk.flight().refusal).toBe('handshake_failure')
  })
})

const without = <Any extends readonly [unknown, unknown]>(extensions: readonly Any[] = []) =>
  extensions.filter(([name]) => name !== 'extended_master_secret')
