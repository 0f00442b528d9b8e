// Two engines that do all that two engines can do with each other.

import { expect } from '@jest/globals'
import type { TlsEngine } from '../../ssl_app/handshake/tls_engine.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import { converse, exchange, type Outcome, those } from './engine_pair.ts'
import { type Everybody, type Scene, scene_settings } from './everybody.ts'
import { engine, type Settings } from './walks.ts'

type Pair = Pick<Outcome, 'client' | 'server'>

/** Two engines that have shaken hands, if they could. */
export const meet = (everybody: Everybody, settings: Settings): Outcome =>
  converse(engine('client', everybody, settings), engine('server', everybody, settings), settings.offered)

/** What the client and the server keep for later. */
export const sessions_in = ({ client_effects, server_effects }: Outcome): (Session | undefined)[] =>
  [client_effects, server_effects].map(effects => those(effects, 'connected')[0]?.[1])

/** What one engine reads of what the other one sends. */
export const carried = (from: TlsEngine, to: TlsEngine, text: string): string => {
  const data = those(to.receive(Buffer.concat(from.send(Buffer.from(text)))), 'data')
  return Buffer.concat(data.map(([, bytes]) => bytes)).toString()
}

/** Expects that the handshake has come to what the scene says, and that data go both ways. */
export function expect_connection({ client, server }: Pair, played: Scene, resumed: boolean): void {
  const { suite, version, client_certificate, next_protocol } = played
  for (const { connected, data, established } of [client, server]) {
    const protocol = next_protocol ? 'b' : undefined
    expect(connected).toBe(true)
    expect(data).toBe(established)
    expect(data).toMatchObject({ suite, version, resumed, protocol, history: [] })
  }
  if (!resumed) expect(server.data.peer !== undefined).toBe(client_certificate === 'shown')
  expect([carried(client, server, 'ping'), carried(server, client, 'pong')]).toEqual(['ping', 'pong'])
}

/**
 * A handshake; another one that the client wants, and one that the server wants; the session once more over another
 * connection, and then over that one.
 */
export function play(everybody: Everybody, played: Scene): void {
  const settings = scene_settings(everybody, played)
  const first = meet(everybody, settings)
  expect_connection(first, played, false)
  const [offered, kept] = sessions_in(first)
  expect(offered?.ticket !== undefined).toBe(played.ticket)

  exchange(first, { client: first.client.renegotiate() })
  expect_connection(first, played, false)
  exchange(first, { server: first.server.renegotiate() })
  expect_connection(first, played, false)

  const second = meet(everybody, { ...settings, offered, kept: kept ? [kept] : [] })
  expect_connection(second, played, true)
  exchange(second, { client: second.client.renegotiate(offered) })
  expect_connection(second, played, true)
}
