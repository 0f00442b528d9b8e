import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { type Cut, converse, those } from '../../support/engine_pair.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import {
  config_of,
  engine,
  make_world,
  type Settings,
  sessions_of,
  Walk,
  type World,
  ways,
} from '../../support/walks.ts'

const roles: readonly Role[] = ['client', 'server']

let ec: World
beforeAll(async () => {
  ec = await make_world()
})

/** Two engines that have shaken hands. */
function connected_pair(world: World, settings: Settings = {}, cut?: Cut) {
  return converse(engine('client', world, settings), engine('server', world, settings), settings.offered, cut)
}

const text_of = (bytes: readonly Uint8Array[]): string => Buffer.concat(bytes).toString()

/** What one engine reads of what the other one sends. */
const carried = (from: TlsEngine, to: TlsEngine, text: string): string =>
  text_of(those(to.receive(Buffer.concat(from.send(Buffer.from(text)))), 'data').map(([, data]) => data))

describe('two engines', () => {
  with_each_provider(() => {
    test.each(ways.map(way => [way.name, way] as const))(
      'come to the same however %s is cut',
      (_name, way) => {
        const settings = way.settings(ec)
        const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 })
        const cut_by = (given: readonly number[]) => (bytes: Uint8Array) => {
          const pieces: Uint8Array[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = given[turn % given.length]!
            pieces.push(bytes.subarray(at, at + size))
            at += size
          }
          return pieces
        }
        const check = (given: readonly number[]) => {
          const { client, server } = connected_pair(ec, settings, cut_by(given))
          expect([client.connected, server.connected]).toEqual([true, true])
          expect(client.data.resumed).toBe(settings.offered !== undefined)
          expect(carried(client, server, 'ping')).toBe('ping')
        }
        check([1])
        fc.assert(fc.property(sizes, check), { numRuns: 10 })
      },
    )
  })

  test('send messages larger than a record', () => {
    const { client, server } = connected_pair(ec)
    expect(carried(client, server, 'x'.repeat(100_000))).toHaveLength(100_000)
  })

  test('take data that comes with the last message of the handshake', () => {
    const client = engine('client', ec)
    const server = engine('server', ec)
    const flight = (effects: ReturnType<TlsEngine['receive']>) =>
      Buffer.concat(those(effects, 'transmit').flatMap(([, pieces]) => pieces))
    server.receive(flight(client.start()))
    const answer = client.receive(flight(server.configure(config_of('server', ec))))
    const end = server.receive(flight(answer))
    const together = Buffer.concat([flight(end), ...server.send(Buffer.from('at once'))])
    expect(client.receive(together).map(([kind]) => kind)).toEqual(['connected', 'data'])
  })
})

describe('a server', () => {
  const asked = (world: World) => {
    const client = engine('client', world, { client: { server_name: 'example.com' } })
    const server = engine('server', world)
    const hello = Buffer.concat(those(client.start(), 'transmit').flatMap(([, pieces]) => pieces))
    return { server, hello, effects: server.receive(hello) }
  }

  test('tells the name that it is asked for, and waits', () => {
    const { server, effects } = asked(ec)
    expect(effects).toEqual([['client_hello', 'example.com']])
    expect(server.receive(new Uint8Array(0))).toEqual([])
    expect(server.state_name).toBe('hello')
  })

  test('goes on with the options that it is given', () => {
    const { server } = asked(ec)
    const other = { ...config_of('server', ec), signature_algs: ['ecdsa_sha1'] as const }
    expect(server.configure(other).map(([kind]) => kind)).toEqual(['transmit'])
    expect(server.data.config).toBe(other)
    expect(server.data.scheme).toBe('ecdsa_sha1')
  })

  test('refuses when it is told to', () => {
    const { server } = asked(ec)
    const effects = server.refuse(new Alert('unrecognized_name'))
    expect(effects).toEqual([
      ['transmit', [Buffer.of(21, 3, 3, 0, 2, 2, 112)]],
      ['own_alert', new Alert('unrecognized_name')],
    ])
    expect(server.configure(config_of('server', ec))).toEqual([])
  })

  test('hears what came in the meantime afterwards', () => {
    const { server } = asked(ec)
    expect(server.receive(Uint8Array.of(21, 3, 1, 0, 2, 1, 0))).toEqual([])
    expect(server.configure(config_of('server', ec)).map(([kind]) => kind)).toEqual(['warning', 'transmit'])
  })

  test('does not keep all that a client may send in the meantime', () => {
    const { server } = asked(ec)
    const alert = Uint8Array.of(21, 3, 1, 0, 2, 1, 90)
    for (let count = 0; count < 8; count++) expect(server.receive(alert)).toEqual([])
    const [, [, refusal]] = server.receive(alert) as [unknown, [unknown, Alert]]
    expect(refusal.description).toBe('unexpected_message')
  })
})

describe('an engine that is done with its handshake', () => {
  test.each(roles)('has forgotten what it needs no more, as %s', role => {
    const { data } = connected_pair(ec)[role]
    expect(data).toMatchObject({
      history: [],
      client_hello: undefined,
      own_share: undefined,
      peer_share: undefined,
    })
  })

  test.each(roles)('gives its owner a session of its own, as %s', role => {
    const settings = sessions_of(ec)
    const { client, server } = connected_pair(ec, settings)
    for (const { data } of [client, server]) expect(data.resumed).toBe(true)
    const kept = role === 'client' ? settings.offered! : settings.kept![0]!
    const before = Buffer.from(kept.master_secret)
    client.wipe()
    server.wipe()
    expect(Buffer.from(kept.master_secret)).toEqual(before)
    expect(before.some(byte => byte !== 0)).toBe(true)
  })

  test('makes no session of a resumed one', () => {
    const { client_effects } = connected_pair(ec, sessions_of(ec))
    expect(those(client_effects, 'connected')).toEqual([['connected', undefined]])
  })

  test('has a session whose secret outlives the connection', () => {
    const { client, client_effects } = connected_pair(ec)
    const session = those(client_effects, 'connected')[0]![1]!
    const secret = client.data.master_secret!
    expect(secret).toEqual(session.master_secret)
    client.wipe()
    expect(secret.every(byte => byte === 0)).toBe(true)
    expect(session.master_secret.some(byte => byte !== 0)).toBe(true)
  })

  test('can be compacted at any time', () => {
    const { client, server } = connected_pair(ec)
    const record = Buffer.concat(client.send(Buffer.from('ping')))
    server.receive(record.subarray(0, 9))
    server.compact()
    expect(those(server.receive(record.subarray(9)), 'data')).toEqual([['data', Buffer.from('ping')]])
    server.compact()
    expect(carried(client, server, 'pong')).toBe('pong')
  })
})

describe('a wiped engine', () => {
  test('sends nothing and takes nothing', () => {
    const { client, server } = connected_pair(ec)
    const record = Buffer.concat(client.send(Buffer.from('ping')))
    server.wipe()
    expect(server.receive(record)).toEqual([])
    expect(thrown_alert(() => server.send(Buffer.from('ping')))).toBe('internal_error')
    expect(thrown_alert(() => server.alert(new Alert('internal_error')))).toBe('internal_error')
    expect(server.data.master_secret).toBeUndefined()
  })

  test('may be wiped at any time, and again', () => {
    for (let step = 0; step < 6; step++) {
      const { victim } = new Walk('client', ec).steps(step)
      victim.wipe()
      victim.wipe()
      expect(victim.receive(Uint8Array.of(22))).toEqual([])
    }
  })
})
