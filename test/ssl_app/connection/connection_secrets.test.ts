// What a connection knows that nobody else should, and that it is gone when it has served.

import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { ok, supervisor, sys } from '../../../runtime/index.ts'
import type { Connection } from '../../../ssl_app/connection/connection_data.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle } from '../../support/memory_pair.ts'
import { rogue_client } from '../../support/rogues.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const engine_of = async (socket: ssl.SslSocket) => {
  const [, data] = await sys.get_state<readonly [string, Connection]>(socket.pid)
  return data.engine!
}

const is_wiped = (secret: Uint8Array): boolean => secret.every(byte => byte === 0)

const ends: readonly (readonly [string, (socket: ssl.SslSocket) => unknown])[] = [
  ['is closed', socket => ssl.close(socket, 0)],
  ['loses its transport', ({ cb_info, transport_socket }) => cb_info[0].close(transport_socket)],
  ['is shut down', ({ pid }) => supervisor.terminate_child('tls_connection_sup', pid)],
]

describe('the master secret of a connection', () => {
  test.each(ends)('is overwritten when it %s', (_how, end) =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      ok(await ssl.setopts(client, { active: true }))
      const engine = await engine_of(client)
      const secret = engine.established!.master_secret!
      expect(is_wiped(secret)).toBe(false)
      await end(client)
      await settle()
      expect(is_wiped(secret)).toBe(true)
      expect(engine.established!.master_secret).toBe(undefined)
    }),
  )

  test('is overwritten when there is another one', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { active: true })
      const secrets = []
      for (const socket of [client, server]) {
        const engine = await engine_of(socket)
        secrets.push(engine.established!.master_secret!)
      }
      expect(await ssl.renegotiate(client)).toBe('ok')
      await settle()
      expect(secrets.map(is_wiped)).toEqual([true, true])
      for (const socket of [client, server]) {
        const engine = await engine_of(socket)
        expect(is_wiped(engine.established!.master_secret!)).toBe(false)
      }
    }))

  test('is overwritten when it ends in the midst of a new handshake', () =>
    in_memory(async network => {
      const rogue = await rogue_client({ network, pki: pki(), options: { active: true } })
      const engine = await engine_of(rogue.socket)
      const secret = engine.established!.master_secret!
      rogue.peer.begin_again()
      rogue.say(rogue.peer.next())
      await settle()
      expect(engine.connected).toBe(false)
      expect(is_wiped(secret)).toBe(false)
      await ssl.close(rogue.socket, 0)
      expect(is_wiped(secret)).toBe(true)
      expect([engine.established, engine.data].map(data => data!.master_secret)).toEqual([
        undefined,
        undefined,
      ])
    }))

  test('stays as it is in a session that can go on', () =>
    in_memory(async network => {
      const { client, server, port, listener } = await pair_in_memory(network, pki())
      await Promise.all([client, server].map(socket => ssl.close(socket, 0)))
      const { cb_info } = network
      const connecting = ssl.connect('localhost', port, { active: false, cb_info, ...pki().client })
      ok(await ssl.handshake(ok(await ssl.transport_accept(listener))))
      const told = ok(await ssl.connection_information(ok(await connecting), ['session_resumption']))
      expect(told).toEqual({ session_resumption: true })
    }))
})

test('a connection tells of itself, also in a new handshake, without secrets', () =>
  in_memory(async network => {
    const { client } = await pair_in_memory(network, pki(), { password: 'open sesame' })
    await settle()
    const renegotiating = ssl.renegotiate(client)
    await settle()
    const status = inspect(await sys.get_status(client.pid), { depth: 12, maxArrayLength: 1_000 })
    expect(status).not.toContain('open sesame')
    expect(status).not.toContain('master_secret')
    expect(status).toContain('has_offered')
    await ssl.close(client, 0)
    await renegotiating
  }))
