import { describe, expect, test } from '@jest/globals'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ServerHelloExtension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { converse, exchange, those } from '../../support/engine_pair.ts'
import { make_everybody, suite_for } from '../../support/everybody.ts'
import { engine, type Settings, Walk } from '../../support/walks.ts'

const everybody = await make_everybody()
const ciphers = [suite_for('rsa', 'sslv3')!]

/** A client that can do better, and a server that cannot. */
const settings = (
  client: Partial<HandshakeConfig>,
  server: Partial<HandshakeConfig> = {},
): Settings & Required<Pick<Settings, 'client' | 'server'>> => ({
  client: { versions: ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3'], ciphers, ...client },
  server: { versions: ['sslv3'], ciphers, identities: [everybody.identities.rsa], ...server },
})

const selector = { precedence: 'server', protocols: ['b'], otherwise: undefined } as const

const wishes: readonly (readonly [string, ReturnType<typeof settings>])[] = [
  ['a ticket', settings({ session_tickets: true }, { session_tickets: true })],
  ['small fragments', settings({ max_fragment_length: 512 })],
  ['small records', settings({ record_size_limit: 100 }, { record_size_limit: 100 })],
  ['a protocol', settings({ alpn: ['b'] }, { alpn: ['b'] })],
  [
    'what there is to choose',
    settings({ next_protocol_selector: selector }, { next_protocols_advertised: ['b'] }),
  ],
]

test.each(wishes)('a server that speaks SSL 3.0 does not hear that its client wants %s', (_name, set) => {
  const sides = { client: engine('client', everybody, set), server: engine('server', everybody, set) }
  converse(sides.client, sides.server)
  for (const side of [sides.client, sides.server]) {
    const { version, protocol, max_fragment_length } = side.established!
    expect({ version, protocol, max_fragment_length }).toEqual({ version: 'sslv3' })
  }

  const large = new Uint8Array(5_000)
  const said = exchange(sides, { client: [['transmit', sides.client.send(large)]] })
  expect(those(said.server_effects, 'data').reduce((sum, [, { length }]) => sum + length, 0)).toBe(5_000)
})

const answers: readonly ServerHelloExtension[] = [
  ['extended_master_secret', true],
  ['encrypt_then_mac', true],
  ['session_ticket', true],
  ['alpn', 'b'],
  ['next_protocol_negotiation', ['b']],
  ['max_fragment_length', 512],
  ['ec_point_formats', ['uncompressed']],
]

describe('a client refuses a server that speaks SSL 3.0 and', () => {
  test.each(answers)('answers its extension %s', (...answer) => {
    const asked = { session_tickets: true, alpn: ['b'], next_protocol_selector: selector } as const
    const walk = new Walk('client', everybody, settings({ ...asked, max_fragment_length: 512 }))
    walk.rogue.replace('server_hello', hello => ({
      ...hello,
      extensions: [...(hello.extensions ?? []), answer],
    }))
    walk.flight()
    expect(walk.refusal).toBe('unsupported_extension')
  })
})
