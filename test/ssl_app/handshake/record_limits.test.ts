import { describe, expect, test } from '@jest/globals'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello, ServerHello } from '../../../ssl_app/handshake/hello.ts'
import type {
  ClientHelloExtension,
  ServerHelloExtension,
} from '../../../ssl_app/handshake/hello_extensions.ts'
import {
  accepted_limits,
  granted_length,
  granted_limits,
  wished_limits,
} from '../../../ssl_app/handshake/record_limits.ts'
import type { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { config, exchange, those } from '../../support/engine_pair.ts'
import { every_suite, make_everybody, scene_settings } from '../../support/everybody.ts'
import { meet } from '../../support/plays.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { Walk } from '../../support/walks.ts'
import { records_of } from '../../support/wire_view.ts'

const everybody = await make_everybody()

const client_hello = (...extensions: ClientHelloExtension[]) => ({ extensions }) as unknown as ClientHello
const server_hello = (...extensions: ServerHelloExtension[]) => ({ extensions }) as unknown as ServerHello

const by_length = ['max_fragment_length', 1024] as const
const by_size = ['record_size_limit', 500] as const

describe('a client', () => {
  test('asks for what it is set to', () => {
    expect(wished_limits(config('client'))).toEqual([])
    const limited = config('client', { max_fragment_length: 512, record_size_limit: 100 })
    expect(wished_limits(limited)).toEqual([
      ['max_fragment_length', 512],
      ['record_size_limit', 100],
    ])
  })

  test('takes what it asked for', () => {
    const limited = config('client', { max_fragment_length: 1024 })
    expect(accepted_limits(limited, server_hello(by_length))).toEqual({ send: 1024, receive: 1024 })
    expect(accepted_limits(limited, server_hello())).toBeUndefined()
  })

  test('and the server each tell what they can receive', () => {
    const limited = config('client', { record_size_limit: 200 })
    const expected = { send: 500, receive: 200, protected_only: true }
    expect(accepted_limits(limited, server_hello(by_size))).toEqual(expected)
    const generous = server_hello(['record_size_limit', 0xffff])
    expect(accepted_limits(limited, generous)).toEqual({ ...expected, send: 2 ** 14 })
  })

  test('refuses another length than it asked for, and two answers', () => {
    const limited = config('client', { max_fragment_length: 512, record_size_limit: 200 })
    const refusal = (...extensions: ServerHelloExtension[]) =>
      thrown_alert(() => accepted_limits(limited, server_hello(...extensions)))
    expect(refusal(by_length)).toBe('illegal_parameter')
    expect(refusal(['max_fragment_length', 512], by_size)).toBe('illegal_parameter')
    expect(refusal(['max_fragment_length', 512])).toBe('none')
  })
})

describe('a server', () => {
  test('grants the length that a client wants', () => {
    expect(granted_limits(config('server'), client_hello(by_length))).toEqual([
      by_length,
      { send: 1024, receive: 1024 },
    ])
    expect(granted_length([by_length])).toBe(1024)
    expect(granted_limits(config('server'), client_hello())).toBeUndefined()
  })

  test('tells its own limit to a client that has one, and nothing of lengths', () => {
    const limited = config('server', { record_size_limit: 300 })
    const both = client_hello(by_length, by_size)
    const expected = { send: 500, receive: 300, protected_only: true }
    expect(granted_limits(limited, both)).toEqual([['record_size_limit', 300], expected])
    expect(granted_limits(config('server'), both)).toEqual([
      ['record_size_limit', 2 ** 14],
      { ...expected, receive: 2 ** 14 },
    ])
    expect(granted_length(both.extensions)).toBeUndefined()
  })
})

/** Two engines; and the sizes of the records in which each sends as many bytes. */
function record_sizes(
  changes: Record<'client' | 'server', Partial<HandshakeConfig>>,
  version: ProtocolVersion = 'tlsv1.2',
) {
  // RC4 adds nothing but its MAC, so that sizes can be told from outside.
  const suite = every_suite.find(
    ({ cipher, key_exchange }) => cipher === 'rc4_128' && key_exchange === 'rsa',
  )!
  const settings = scene_settings(everybody, { suite, version })
  const outcome = meet(everybody, {
    client: { ...settings.client, ...changes.client },
    server: { ...settings.server, ...changes.server },
  })
  const { client, server } = outcome
  expect([client.connected, server.connected]).toEqual([true, true])
  return { ...outcome, of_client: largest(client, server), of_server: largest(server, client) }
}

/** The most content in a record, and that all of it is read. */
function largest(from: TlsEngine, to: TlsEngine): number {
  const bytes = Buffer.concat(from.send(new Uint8Array(20_000).fill(5)))
  const read = those(to.receive(bytes), 'data').map(([, data]) => data.length)
  expect(read.reduce((sum, length) => sum + length, 0)).toBe(20_000)
  return Math.max(...read)
}

describe('between two engines', () => {
  const most = 2 ** 14

  test.each([512, 1024, 2048, 4096] as const)(
    'records have at most %i bytes if that was agreed on',
    length => {
      const changes = { client: { max_fragment_length: length }, server: {} }
      expect(record_sizes(changes)).toMatchObject({ of_client: length, of_server: length })
      const { client, server } = record_sizes(changes)
      expect([client.data.max_fragment_length, server.data.max_fragment_length]).toEqual([length, length])
    },
  )

  test('handshake messages are cut, too', () => {
    const { client_effects, server_effects } = record_sizes({
      client: { max_fragment_length: 512 },
      server: {},
    })
    for (const effects of [client_effects, server_effects]) {
      const bytes = Buffer.concat(those(effects, 'transmit').flatMap(([, pieces]) => pieces))
      const sizes = records_of(bytes).map(({ fragment }) => fragment.length)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(512 + 20)
    }
  })

  test('each tells what it can receive', () => {
    const changes = { client: { record_size_limit: 64 }, server: { record_size_limit: 3000 } }
    expect(record_sizes(changes)).toMatchObject({ of_client: 3000, of_server: 64 })
    const one_sided = { client: { record_size_limit: 700 }, server: {} }
    expect(record_sizes(one_sided)).toMatchObject({ of_client: most, of_server: 700 })
    const unasked = { client: {}, server: { record_size_limit: 700 } }
    expect(record_sizes(unasked)).toMatchObject({ of_client: most, of_server: most })
  })

  test('SSL 3.0 knows nothing of it', () => {
    const changes = { client: { max_fragment_length: 512, record_size_limit: 100 }, server: {} } as const
    expect(record_sizes(changes, 'sslv3')).toMatchObject({ of_client: most, of_server: most })
  })

  test('a renegotiation agrees anew', () => {
    const outcome = record_sizes({ client: { record_size_limit: 200 }, server: {} })
    exchange(outcome, { client: outcome.client.renegotiate() })
    expect(outcome.client.connected).toBe(true)
    expect(largest(outcome.server, outcome.client)).toBe(200)
  })

  test.each<[string, Partial<HandshakeConfig>]>([
    ['a length', { max_fragment_length: 512 }],
    ['a limit', { record_size_limit: 512 }],
  ])('a peer that does not keep to %s is refused with record_overflow', (_what, client) => {
    const walk = new Walk('client', everybody, { client }).finish()
    const content = (size: number) => walk.rogue.unlimited('application_data', new Uint8Array(size))
    expect(walk.give(content(512)).refusal).toBeUndefined()
    expect(walk.give(content(513)).refusal).toBe('record_overflow')
  })
})
