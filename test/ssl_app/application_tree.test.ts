// The application's supervision tree as a whole: its shape, and its end.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../apps/kernel/application.ts'
import { is_process_alive, ok, supervisor, whereis } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { load_app } from '../support/applications.ts'
import {
  bearer,
  bearers,
  in_another,
  in_world,
  kill,
  servers,
  talk,
  talked,
  type World,
} from '../support/crashes.ts'
import { settle, sleep } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const closed = ['error', 'closed']
const not_started = ['error', 'ssl_not_started']
const running = () => application.which_applications().map(([name]) => name)

/** Expects that there is nothing of ssl any more. */
async function expect_nothing({ client, server, listener, network }: World): Promise<void> {
  expect(running()).not.toContain('ssl')
  expect(bearers()).toEqual(servers.map(() => undefined))
  for (const { pid } of [client, server]) expect(is_process_alive(pid)).toBe(false)
  expect(await ssl.recv(client, 0)).toEqual(closed)
  expect(await ssl.transport_accept(listener)).toEqual(closed)
  expect(await ssl.listen(0, { ...pki().server, cb_info: network.cb_info })).toEqual(not_started)
}

describe("the application's tree", () => {
  test('has the children of spec 3.2, in that order, each with four seconds to end', () =>
    in_world(pki, async () => {
      const children = (await supervisor.which_children('ssl_sup')).toReversed()
      expect(children.map(([id, pid, type]) => [id, pid, type])).toEqual(
        servers.map(name => [name, whereis(name), name.endsWith('_sup') ? 'supervisor' : 'worker']),
      )
      for (const name of servers) {
        const spec = ok(await supervisor.get_childspec('ssl_sup', name))
        expect([spec.restart ?? 'permanent', spec.shutdown]).toEqual(['permanent', 4_000])
      }
    }))

  test('has one temporary child for each connection end, and for each listener', () =>
    in_world(pki, async ({ client, server, listener }) => {
      const children = async (name: string) =>
        (await supervisor.which_children(name)).map(([id, pid, type]) => [id, pid, type])
      expect(await children('tls_connection_sup')).toEqual(
        expect.arrayContaining([client, server].map(({ pid }) => [undefined, pid, 'worker'])),
      )
      expect(await children('ssl_listen_tracker_sup')).toEqual([[undefined, listener.tracker, 'worker']])
    }))

  test('leaves connections and listeners that have ended out of it', () =>
    in_world(pki, async ({ client, server, listener }) => {
      await Promise.all([client, server, listener].map(socket => ssl.close(socket)))
      await settle()
      for (const name of servers.slice(3)) {
        expect(await supervisor.count_children(name)).toMatchObject({ active: 0, workers: 0 })
      }
    }))
})

describe('crashes of its servers', () => {
  test('are borne ten times within an hour, and at the eleventh it ends', () =>
    in_world(pki, async world => {
      for (let crash = 0; crash < 10; crash++) await kill(bearer('ssl_pem_cache'))
      expect(running()).toContain('ssl')
      await kill(bearer('ssl_manager'))
      await expect_nothing(world)
    }))

  test('are forgotten after an hour', () =>
    in_world(pki, async ({ listen, connect }) => {
      for (let crash = 0; crash < 10; crash++) await kill(bearer('ssl_pem_cache'))
      await sleep(3_600_001)
      await kill(bearer('ssl_pem_cache'))
      expect(await talk(await connect(await listen()))).toBe(talked)
    }))

  test('of connections and trackers count for nothing', () =>
    in_world(pki, async ({ listen, connect }) => {
      const before = bearers()
      for (let crash = 0; crash < 20; crash++) {
        const listener = await listen()
        await kill((await connect(listener)).client.pid)
        await kill(listener.tracker)
      }
      expect(bearers()).toEqual(before)
    }))
})

describe('the end of ssl_sup', () => {
  test('is the end of all of it, and a temporary application is just gone', () =>
    in_world(pki, async world => {
      const [, other] = await in_another(async () => {})
      await kill(bearer('ssl_sup'))
      await expect_nothing(world)
      expect(is_process_alive(other)).toBe(true)
      ok(await ssl.start())
      expect(await talk(await world.connect(await world.listen()))).toBe(talked)
    }))

  test('takes all applications along when ssl was started as permanent', () =>
    in_world(pki, async world => {
      await ssl.stop()
      ok(await ssl.start('permanent'))
      load_app('user', { applications: ['kernel', 'ssl'] })
      ok(await application.start('user'))
      await kill(bearer('ssl_sup'))
      await sleep(10_000)
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(process.exitCode).toBe(1)
      await expect_nothing(world)
    }))

  afterEach(() => {
    process.exitCode = undefined
    application.unload('user')
  })
})
