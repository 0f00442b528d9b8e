// When each key of the application's environment is read (spec 3.1), seen from connections.

import { afterEach, describe, expect, test } from '@jest/globals'
import { get_all_env, set_env, unset_env } from '../../apps/kernel/application.ts'
import { ok, sys } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { bearer, in_world, kill, type World } from '../support/crashes.ts'
import { sleep } from '../support/memory_pair.ts'
import { text_cache } from '../support/session_caches.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

afterEach(() => {
  for (const key of Object.keys(get_all_env('ssl'))) unset_env('ssl', key)
})

/** Connects, to a listener of its own at one port always, and tells whether a session went on. */
async function resumes({ listen, connect }: World): Promise<boolean> {
  const listener = await listen(4_000)
  const { client, server } = await connect(listener)
  const { session_resumption } = ok(await ssl.connection_information(client, ['session_resumption']))
  await Promise.all([client, server, listener].map(socket => ssl.close(socket)))
  return session_resumption!
}

async function restart(): Promise<void> {
  ok(await ssl.stop())
  ok(await ssl.start())
}

describe('read whenever it is needed is', () => {
  test('session_lifetime: sessions that are older do not go on', () =>
    in_world(pki, async world => {
      expect(await resumes(world)).toBe(false)
      expect(await resumes(world)).toBe(true)
      set_env('ssl', 'session_lifetime', 10)
      await sleep(11_000)
      expect(await resumes(world)).toBe(false)
    }))

  test('protocol_version: the versions of connections that come after', () =>
    in_world(pki, async ({ listen, connect }) => {
      for (const version of ['tlsv1.1', 'tlsv1', 'tlsv1.2'] as const) {
        set_env('ssl', 'protocol_version', [version])
        const { client } = await connect(await listen())
        const told = await ssl.connection_information(client, ['protocol'])
        expect(told).toEqual(['ok', { protocol: version }])
      }
    }))
})

describe('read when the application starts is', () => {
  test('session_cache_server_max: how many sessions are kept', () =>
    in_world(pki, async world => {
      set_env('ssl', 'session_cache_server_max', 0)
      await resumes(world)
      expect(await resumes(world)).toBe(true)
      await restart()
      await resumes(world)
      expect(await resumes(world)).toBe(false)
    }))

  test('session_cache_client_max: how many a client keeps', () =>
    in_world(pki, async world => {
      set_env('ssl', 'session_cache_client_max', 0)
      await resumes(world)
      expect(await resumes(world)).toBe(true)
      await restart()
      await resumes(world)
      expect(await resumes(world)).toBe(false)
    }))

  test('session_cb with its arguments: what keeps sessions, called once for each role', () =>
    in_world(pki, async world => {
      const module = text_cache()
      set_env('ssl', 'session_cb', module)
      set_env('ssl', 'session_cb_init_args', ['more'])
      await resumes(world)
      expect(module.started).toEqual([])
      await restart()
      const each_role = ['client', 'server'].map(role => [['role', role], 'more'])
      expect(module.started).toEqual(each_role)
      await resumes(world)
      expect(await resumes(world)).toBe(true)
      ok(await ssl.stop())
      expect(module.ended).toHaveLength(2)
      ok(await ssl.start())
    }))

  test.each([
    [250, 250],
    [0, undefined],
    ['often', undefined],
  ])('ssl_pem_cache_clean: %p', async (set, interval) => {
    let usual: unknown
    const interval_now = async () => (await sys.get_state('ssl_pem_cache')).interval
    await in_world(pki, async () => {
      usual = await interval_now()
      set_env('ssl', 'ssl_pem_cache_clean', set)
      expect(await interval_now()).toBe(usual)
      await restart()
      expect(await interval_now()).toBe(interval ?? usual)
    })
  })

  test('all of it once: a server that crashed starts with what was set at the start', () =>
    in_world(pki, async () => {
      const interval_now = async () => (await sys.get_state('ssl_pem_cache')).interval
      set_env('ssl', 'ssl_pem_cache_clean', 250)
      await restart()
      set_env('ssl', 'ssl_pem_cache_clean', 500)
      await kill(bearer('ssl_manager'))
      expect(await interval_now()).toBe(250)
    }))
})
