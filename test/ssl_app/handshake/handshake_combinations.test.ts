// Two engines, with each combination of what decides the way through the charts. Each step of theirs is written down:
// together they have passed through all there is, and xstate would have gone the same way.

import { describe, expect, test } from '@jest/globals'
import { type AnyStateMachine, getNextSnapshot } from 'xstate'
import { client_chart } from '../../../ssl_app/handshake/client_chart.ts'
import { key_exchange_parts } from '../../../ssl_app/handshake/key_exchange_parts.ts'
import { server_chart } from '../../../ssl_app/handshake/server_chart.ts'
import { finish, write } from '../../../ssl_app/handshake/ssl_handshake.ts'
import { decode_handshake } from '../../../ssl_app/handshake/tls_handshake.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { state_name, state_value } from '../../support/charts.ts'
import { exchange, those } from '../../support/engine_pair.ts'
import {
  key_exchanges,
  make_everybody,
  type Scene,
  scene_settings,
  suite_for,
} from '../../support/everybody.ts'
import { expect_connection, meet, play } from '../../support/plays.ts'
import { branches, branches_of, type Move, record_moves, tables } from '../../support/recorded_moves.ts'
import { all_ways, scene } from '../../support/scenes.ts'
import { roles, sessions_of, Walk, walk_on } from '../../support/walks.ts'

const everybody = await make_everybody()
const moves = record_moves()

const both = [false, true]

/** All that a key exchange can be combined with in a version. SSL 3.0 knows neither tickets nor NPN. */
function scenes_of(key_exchange: KeyExchange, version: ProtocolVersion): Scene[] {
  const { certificate, server_key_exchange } = key_exchange_parts[key_exchange]
  const asked = certificate ? [undefined, 'shown' as const, 'none' as const] : [undefined]
  const with_extensions = version === 'sslv3' ? [false] : both
  return asked.flatMap(client_certificate =>
    (server_key_exchange === 'optional' ? both : [false]).flatMap(hint =>
      with_extensions.flatMap(ticket =>
        with_extensions.map(next_protocol =>
          scene(key_exchange, { client_certificate, hint, ticket, next_protocol }, version),
        ),
      ),
    ),
  )
}

describe('two engines come to connection, again and again', () => {
  test.each(key_exchanges)('with %s, whatever else there is', key_exchange => {
    for (const played of scenes_of(key_exchange, 'tlsv1.2')) play(everybody, played)
  })

  const old = key_exchanges.filter(name => suite_for(name, 'sslv3'))
  test.each(old)('with %s in SSL 3.0', key_exchange => {
    for (const played of scenes_of(key_exchange, 'sslv3')) play(everybody, played)
  })
})

describe('a renegotiation', () => {
  const plain = scene('ecdhe_ecdsa')

  test('that the server does not want leaves all as it is', () => {
    const settings = scene_settings(everybody, plain)
    const unwilling = { ...settings.server, client_renegotiation: false }
    const { client, server } = meet(everybody, { ...settings, server: unwilling })
    const { client_effects } = exchange({ client, server }, { client: client.renegotiate() })
    expect(client_effects.map(([tag]) => tag)).toEqual(['transmit', 'renegotiation_rejected'])
    expect_connection({ client, server }, plain, false)
  })

  test('that both sides want at once is one', () => {
    const { client, server } = meet(everybody, scene_settings(everybody, plain))
    const outcome = exchange(
      { client, server },
      { client: client.renegotiate(), server: server.renegotiate() },
    )
    expect(those(outcome.client_effects, 'connected')).toHaveLength(1)
    expect(those(outcome.client_effects, 'hello_request')).toHaveLength(0)
    expect_connection(outcome, plain, false)
  })
})

describe('a client with a server that does what ours does not', () => {
  test.each(all_ways.map(way => [way.name, way] as const))('overhears HelloRequests: %s', (_name, way) => {
    const walk = walk_on('client', way, everybody)
    while (['hello', 'certify'].includes(walk.victim.state_name) && walk.rogue.plan.length > 0) {
      walk.give(walk.rogue.say(['hello_request', true])).steps(1)
    }
    expect(walk.finish().victim.connected).toBe(true)
  })

  test('takes a new ticket in a session that goes on', () => {
    const settings = sessions_of(everybody, scene_settings(everybody, scene('rsa', { ticket: true })))
    const walk = new Walk('client', everybody, settings)
    renew_ticket(walk, Buffer.from('a new one'))
    walk.finish()
    expect(walk.victim.connected).toBe(true)
    expect(walk.victim.data.resumed).toBe(true)
    const [, session] = those(walk.effects, 'connected')[0]!
    expect(session).toMatchObject({ ticket: Buffer.from('a new one'), ticket_lifetime_hint: 60 })
    expect(session!.master_secret).toEqual(settings.offered!.master_secret)
  })
})

/** RFC 5077 §3.3 */
function renew_ticket({ rogue }: Walk, ticket: Uint8Array): void {
  const [client_hello, server_hello] = rogue.data.history
  const [, old] = decode_handshake(server_hello!, 'tlsv1.2') as Extract<
    ReturnType<typeof decode_handshake>,
    readonly ['server_hello', unknown]
  >
  const extensions = [...(old.extensions ?? []), ['session_ticket', true] as const]
  const [written, messages] = write(
    { ...rogue.data, history: [client_hello!] },
    ['server_hello', { ...old, extensions }],
    ['new_session_ticket', { ticket_lifetime_hint: 60, ticket }],
  )
  const [finished, ...last] = finish(written)
  rogue.data = finished
  rogue.plan = [...messages, ...last]
}

describe('all these together', () => {
  const charts: Readonly<Record<string, AnyStateMachine>> = { client: client_chart, server: server_chart }

  test.each(roles)('have led a %s through every state by every branch of its chart', role => {
    const own = moves.filter(move => move.role === role)
    const states = new Set(own.flatMap(({ from, to }) => [from, to]))
    const passed = new Set(own.flatMap(branches_of))
    const { rows } = tables[role]
    expect([...rows.keys()].filter(state => !states.has(state) && !is_passed_through(state, passed))).toEqual(
      [],
    )
    expect(branches(tables[role]).filter(branch => !passed.has(branch))).toEqual([])
  })

  test('have gone where xstate goes', () => {
    const known = new Map<string, Move>(moves.map(move => [JSON.stringify(move), move]))
    expect(known.size).toBeGreaterThan(200)
    for (const move of known.values()) {
      const chart = charts[move.role]!
      const snapshot = chart.resolveState({ value: state_value(move.from), context: move.facts })
      const next = getNextSnapshot(chart, snapshot, { type: move.message })
      expect({ ...move, to: state_name(next.value) }).toEqual(move)
    }
  })
})

/** Some states are left as soon as they are come to. */
const is_passed_through = (state: string, passed: ReadonlySet<string>) =>
  [...passed].some(branch => branch.startsWith(`${state} always`))
