// What peers send that mean no good, or that have lost their way.

import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Effect } from '../../../ssl_app/handshake/effects.ts'
import { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import type { TlsAlert } from '../../../ssl_app/record/ssl_alert.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { environment, path, serve, those } from '../../support/engine_pair.ts'
import { RoguePeer } from '../../support/rogue_peer.ts'
import { config_of, make_world, type Settings, Walk, type World } from '../../support/walks.ts'

const roles: readonly Role[] = ['client', 'server']

let world: World
let mutual: Settings
beforeAll(async () => {
  world = await make_world()
  mutual = {
    client: { identities: [world.client] },
    server: { path: path('server', { verify: 'verify_peer' }), trusted: world.trusted },
  }
})

/** A walk that stands before `message`. */
function walk_to(role: Role, message: string, settings: Settings = {}): Walk {
  const walk = new Walk(role, world, settings)
  while (walk.rogue.upcoming !== message) walk.steps(1)
  return walk
}

/** A record in the clear. */
const record = (type: number, ...content: number[]): Uint8Array =>
  Uint8Array.of(type, 3, 3, content.length >> 8, content.length, ...content)

const repeated = (count: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => bytes))

describe.each(roles)('change_cipher_spec, to a %s', role => {
  test.each([
    ['nothing in it', []],
    ['a 0', [0]],
    ['a 2', [2]],
    ['two bytes', [1, 1]],
  ])('is refused with %s', (_what, content) => {
    const walk = walk_to(role, 'change_cipher_spec')
    expect(walk.give(record(20, ...content)).refusal).toBe('illegal_parameter')
  })

  test('is refused inside a message', () => {
    const walk = walk_to(role, 'change_cipher_spec')
    walk.give(walk.rogue.raw('handshake', Uint8Array.of(20, 0, 0)))
    expect(walk.give(walk.rogue.change_cipher_spec()).refusal).toBe('unexpected_message')
  })

  test('is refused a second time', () => {
    const walk = walk_to(role, 'change_cipher_spec').steps(1)
    walk.give(walk.rogue.raw('change_cipher_spec', Uint8Array.of(1)))
    expect(walk.refusal).toBe('unexpected_message')
  })
})

describe.each(roles)('a handshake message, to a %s', role => {
  test('may come byte by byte', () => {
    const walk = new Walk(role, world, mutual)
    while (walk.rogue.upcoming !== 'change_cipher_spec') {
      const [, message] = walk.rogue.plan.shift() as ['send', Uint8Array]
      for (const byte of message) walk.give(walk.rogue.raw('handshake', Uint8Array.of(byte)))
    }
    expect(walk.finish().victim.connected).toBe(true)
  })

  test('may announce 256 KiB and no more', () => {
    const type = role === 'client' ? 2 : 1
    expect(new Walk(role, world).give(record(22, type, 4, 0, 0)).refusal).toBeUndefined()
    expect(new Walk(role, world).give(record(22, type, 4, 0, 1)).refusal).toBe('handshake_failure')
    expect(new Walk(role, world).give(record(22, type, 255, 255, 255)).refusal).toBe('handshake_failure')
  })

  test('is refused for its type before what is in it is looked at', () => {
    expect(new Walk(role, world).give(record(22, 11, 0, 0, 1, 0xff)).refusal).toBe('unexpected_message')
  })
})

const unwilling: Settings = { server: { client_renegotiation: false } }

describe('floods are cut off', () => {
  test.each(roles)('of empty records, to a %s', role => {
    for (const type of [21, 22]) {
      expect(new Walk(role, world).give(repeated(32, record(type))).refusal).toBeUndefined()
      expect(new Walk(role, world).give(repeated(33, record(type))).refusal).toBe('unexpected_message')
    }
  })

  test.each(roles)('of warnings, to a %s', role => {
    const { victim, rogue } = new Walk(role, world).finish()
    const warning = () => rogue.alert({ level: 'warning', description: 'user_canceled' })
    for (let count = 0; count < 100; count++) {
      expect(victim.receive(warning())).toEqual([
        ['warning', { level: 'warning', description: 'user_canceled' }],
      ])
    }
    expect(refusal_in(victim.receive(warning()))).toBe('unexpected_message')
  })

  test('of HelloRequests in a handshake', () => {
    const walk = new Walk('client', world)
    for (let count = 0; count < 100; count++) walk.give(walk.rogue.say(['hello_request', true]))
    expect(walk.refusal).toBeUndefined()
    expect(walk.give(walk.rogue.say(['hello_request', true])).refusal).toBe('unexpected_message')
  })

  test('of requests to renegotiate, each of which the owner of a client overhears', () => {
    const walk = new Walk('client', world).finish()
    const request = request_of(walk.rogue)
    for (let count = 1; count <= 100; count++) {
      expect(those(walk.give(request()).effects, 'hello_request')).toHaveLength(count)
    }
    expect(walk.victim.state_name).toBe('connection')
    expect(walk.give(request()).refusal).toBe('unexpected_message')
  })

  test('of requests to renegotiate, each of which a server refuses', () => {
    const walk = new Walk('server', world, unwilling).finish()
    const { rogue } = walk
    const request = request_of(rogue)
    for (let count = 1; count <= 100; count++) {
      walk.give(request())
      expect(rogue.alerts).toHaveLength(count)
    }
    expect(rogue.alerts.at(-1)).toEqual({ level: 'warning', description: 'no_renegotiation' })
    expect(walk.victim.state_name).toBe('connection')
    expect(walk.victim.data.history).toEqual([])
    expect(walk.give(request()).refusal).toBe('unexpected_message')
  })

  test.each(roles)('but a %s that gets data in between does not take offence', role => {
    const walk = new Walk(role, world, unwilling).finish()
    const request = request_of(walk.rogue)
    for (let round = 0; round < 4; round++) {
      for (let count = 0; count < 60; count++) walk.give(request())
      walk.give(walk.rogue.raw('application_data', Uint8Array.of(round)))
    }
    expect(walk.refusal).toBeUndefined()
    expect(those(walk.effects, 'data')).toHaveLength(4)
  })
})

/** How a peer asks for a new handshake. */
function request_of(rogue: RoguePeer): () => Uint8Array {
  if (rogue.role === 'server') return () => rogue.say(['hello_request', true])
  const again = new RoguePeer('client', rogue.data.config, rogue.data.environment)
  again.start()
  const [, hello] = again.plan[0] as ['send', Uint8Array]
  return () => rogue.raw('handshake', hello)
}

const refusal_in = (effects: readonly Effect[]) => those(effects, 'own_alert')[0]?.[1].description

describe.each(roles)('alerts, to a %s', role => {
  /** A walk before each step of the handshake, and one behind the last. */
  const everywhere = (check: (walk: Walk) => void) => {
    const steps = role === 'client' ? 8 : 6
    for (let count = 0; count < steps; count++) check(new Walk(role, world, mutual).steps(count))
    check(new Walk(role, world, mutual).finish())
  }

  const last_effects = (walk: Walk, bytes: Uint8Array): readonly Effect[] => {
    const before = walk.effects.length
    return walk.give(bytes).effects.slice(before)
  }

  test.each<TlsAlert>([
    { level: 'fatal', description: 'handshake_failure' },
    { level: 'fatal', description: 199 },
    { level: 'fatal', description: 'close_notify' },
    { level: 'fatal', description: 'no_renegotiation' },
  ])('end the connection in every state: %j', alert => {
    everywhere(walk => {
      const last_words = Buffer.concat([
        walk.rogue.alert(alert),
        walk.rogue.raw('handshake', Uint8Array.of(99)),
      ])
      expect(last_effects(walk, last_words)).toEqual([['fatal', alert]])
      expect(walk.victim.receive(Uint8Array.of(1, 2, 3))).toEqual([])
    })
  })

  test('end it in every state when they say so: close_notify', () => {
    const alert = { level: 'warning', description: 'close_notify' } as const
    everywhere(walk => {
      const last_words = Buffer.concat([
        walk.rogue.alert(alert),
        walk.rogue.raw('handshake', Uint8Array.of(99)),
      ])
      expect(last_effects(walk, last_words)).toEqual([['warning', alert]])
      expect(walk.victim.receive(Uint8Array.of(1, 2, 3))).toEqual([])
    })
  })

  test.each<TlsAlert>([
    { level: 'warning', description: 'unrecognized_name' },
    { level: 'warning', description: 'no_renegotiation' },
    { level: 'warning', description: 'no_certificate' },
    { level: 'warning', description: 200 },
  ])('are told and no more in every state: %j', alert => {
    everywhere(walk => {
      expect(last_effects(walk, walk.rogue.alert(alert))).toEqual([['warning', alert]])
      expect(walk.finish().victim.connected).toBe(true)
    })
  })

  test('come several in a record, of which the first fatal one is the last', () => {
    everywhere(walk => {
      const bytes = walk.rogue.raw('alert', Uint8Array.of(1, 90, 1, 112, 2, 40, 1, 0))
      expect(last_effects(walk, bytes)).toEqual([
        ['warning', { level: 'warning', description: 'user_canceled' }],
        ['warning', { level: 'warning', description: 'unrecognized_name' }],
        ['fatal', { level: 'fatal', description: 'handshake_failure' }],
      ])
    })
  })

  test.each([
    ['of an unknown level', [3, 0], 'illegal_parameter'],
    ['of which a half is missing', [1], 'decode_error'],
    ['twelve in a record', Array.from({ length: 12 }, () => [1, 90]).flat(), 'decode_error'],
  ] as const)('are refused %s', (_what, content, description) => {
    everywhere(walk => {
      expect(walk.give(walk.rogue.raw('alert', Uint8Array.from(content))).refusal).toBe(description)
    })
  })

  test('leave the other direction open: close_notify', () => {
    const { victim, rogue } = new Walk(role, world).finish()
    victim.receive(rogue.alert({ level: 'warning', description: 'close_notify' }))
    rogue.hear(victim.send(Buffer.from('and yet')))
    rogue.hear(victim.alert({ level: 'warning', description: 'close_notify' }))
    expect(rogue.heard).toBe('and yet')
    expect(rogue.alerts).toEqual([{ level: 'warning', description: 'close_notify' }])
  })
})

describe.each(roles)('records, to a %s', role => {
  test('must have the version that was chosen', () => {
    const walk = new Walk(role, world).finish()
    const bytes = walk.rogue.raw('application_data', Uint8Array.of(1))
    bytes[2] = 2
    expect(walk.give(bytes).refusal).toBe('protocol_version')
  })

  test('must not be changed, repeated, left out or reordered', () => {
    const meddled: readonly ((first: Uint8Array, second: Uint8Array) => readonly Uint8Array[])[] = [
      first => [first.map((byte, at) => (at === first.length - 1 ? byte ^ 1 : byte))],
      first => [first, first],
      (_first, second) => [second],
      (first, second) => [second, first],
    ]
    for (const meddle of meddled) {
      const walk = new Walk(role, world).finish()
      const [first, second] = ['1', '2'].map(text => walk.rogue.raw('application_data', Buffer.from(text)))
      expect(walk.give(Buffer.concat(meddle(first!, second!))).refusal).toBe('bad_record_mac')
    }
  })

  test('that are whole are taken before what comes behind them is refused', () => {
    const walk = new Walk(role, world).finish()
    const good = walk.rogue.raw('application_data', Buffer.from('good'))
    walk.give(Buffer.concat([good, Buffer.from('GET / HTTP/1.1')]))
    expect(those(walk.effects, 'data')).toEqual([['data', Buffer.from('good')]])
    expect(walk.refusal).toBe('unexpected_message')
  })

  test.each([
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'unexpected_message'],
    ['an SSL 2.0 ServerHello', Buffer.from('802e040002', 'hex'), 'unexpected_message'],
    ['another major version', Uint8Array.of(22, 2), 'protocol_version'],
    ['too much', Uint8Array.of(22, 3, 1, 0x48, 0x01), 'record_overflow'],
  ] as const)('are refused when they are none: %s', (_what, bytes, description) => {
    expect(new Walk(role, world).give(bytes).refusal).toBe(description)
  })
})

describe.each(roles)('whatever is changed in what a %s gets', role => {
  const last_step = role === 'client' ? 6 : 5
  const change = fc.record({
    step: fc.integer({ min: 0, max: last_step }),
    at: fc.nat(),
    mask: fc.integer({ min: 1, max: 255 }),
  })

  const flipped = (bytes: Uint8Array, at: number, mask: number): Uint8Array => {
    const changed = Uint8Array.from(bytes)
    changed[at % changed.length]! ^= mask
    return changed
  }

  /** Gives bytes to the engine alone. */
  const take = (victim: TlsEngine, bytes: Uint8Array): readonly Effect[] =>
    victim.role === 'server' ? serve(victim, bytes) : victim.receive(bytes)

  test('a changed message never leads to a connection', () => {
    fc.assert(
      fc.property(change, ({ step, at, mask }) => {
        const walk = new Walk(role, world, mutual).steps(step)
        const [kind, message] = walk.rogue.plan[0]!
        if (kind !== 'send') return
        walk.rogue.plan[0] = ['send', flipped(message as Uint8Array, at, mask)]
        take(walk.victim, walk.rogue.all())
        expect(walk.victim.connected).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test('nothing worse than an alert comes of a changed byte anywhere', () => {
    fc.assert(
      fc.property(change, ({ step, at, mask }) => {
        const walk = new Walk(role, world, mutual).steps(step)
        const effects = take(walk.victim, flipped(walk.rogue.all(), at, mask))
        expect(effects.filter(([kind]) => kind === 'data')).toEqual([])
        if (refusal_in(effects) !== undefined) expect(walk.victim.receive(Uint8Array.of(0))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('noise never throws out of an engine', () => {
  const bytes = fc.uint8Array({ maxLength: 80 })
  const handshake_types = [0, 1, 2, 4, 11, 12, 13, 14, 15, 16, 20, 22, 67, 99]
  const message = fc.tuple(fc.constantFrom(...handshake_types), bytes).map(([type, body]) => {
    return Uint8Array.of(22, 3, 3, 0, body.length + 4, type, 0, 0, body.length, ...body)
  })
  const any_record = fc
    .tuple(fc.constantFrom(20, 21, 22, 23), bytes)
    .map(([type, content]) => record(type, ...content))

  test.each([
    ['of bytes', bytes],
    ['of records', any_record],
    ['of messages', message],
  ] as const)('be it %s', (_what, noise) => {
    const step = fc.integer({ min: 0, max: 5 })
    fc.assert(
      fc.property(fc.constantFrom(...roles), step, fc.array(noise), (role, count, pieces) => {
        const { victim } = new Walk(role, world, mutual).steps(count)
        for (const piece of pieces) victim.role === 'server' ? serve(victim, piece) : victim.receive(piece)
      }),
      { numRuns: 150 },
    )
  })
})

test('a mistake of our own is no alert: it is thrown', () => {
  const no_chance = () => {
    throw new TypeError('no chance')
  }
  const walk = new Walk('server', world)
  const server = new TlsEngine('server', config_of('server', world), {
    ...environment(),
    random_bytes: no_chance,
  })
  expect(() => serve(server, walk.rogue.all())).toThrow(TypeError)
})
