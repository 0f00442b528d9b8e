import { afterEach, describe, expect, test } from '@jest/globals'
import { system_time } from '../../../runtime/erlang/clock.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import {
  client_session,
  invalidate_session,
  register_session,
  server_session,
  start_link,
} from '../../../ssl_app/session/ssl_manager.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { ssl_session_cache } from '../../../ssl_app/session/ssl_session_cache.ts'
import type { SessionCacheApi } from '../../../ssl_app/session/ssl_session_cache_api.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { list_cache, module_with, text_cache } from '../../support/session_caches.ts'
import {
  client,
  make,
  of_client,
  of_server,
  server,
  settle,
  sleep,
  with_manager,
} from '../../support/session_manager.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

describe.each([
  ['that writes sessions down as text', text_cache],
  ['that asks another process', list_cache],
])('a module of the user %s', (_name, make_module) => {
  test('is started for clients and then for servers, with its arguments after the role, and ended', async () => {
    const session_cb = make_module()
    await in_virtual_time(async () => {
      const manager = ok(await start_link({ session_cb, session_cb_init_args: ['one', { two: 2 }] }))
      expect(session_cb.started).toEqual([
        [['role', 'client'], 'one', { two: 2 }],
        [['role', 'server'], 'one', { two: 2 }],
      ])
      await gen_server.stop(manager)
      expect(session_cb.ended).toHaveLength(2)
    })
  })

  test("keeps a server's sessions", () =>
    with_manager({ session_cb: make_module() }, async () => {
      const session = make({ server_name: 'one.example', srp_user: Buffer.from('alice') })
      const other = make()
      register_session(server, session)
      register_session(client, other)
      await settle()
      expect(await of_server(session)).toEqual(session)
      expect(await of_server(other)).toBeUndefined()
      expect(await server_session(4434, session.session_id)).toBeUndefined()
    }))

  test("keeps a client's sessions, of equivalent ones the last", () =>
    with_manager({ session_cb: make_module() }, async () => {
      const [first, other, second] = [make(), make({ policy: 'lax' }), make()]
      for (const session of [first, other, second]) register_session(client, session)
      await settle()
      const offered: Session[] = []
      expect(await of_client(session => offered.push(session) < 0)).toBeUndefined()
      expect(offered).toHaveLength(2)
      expect(offered).toEqual(expect.arrayContaining([second, other]))
      expect(await of_client(({ policy }) => policy === 'lax')).toEqual(other)
      expect(await client_session('localhost', 443, () => true)).toBeUndefined()
    }))

  test('gives no session that was invalidated, and loses it after a while', () =>
    with_manager({ session_cb: make_module(), session_delay_cleanup_time: 1_000 }, async () => {
      const [session, other] = [make(), make()]
      register_session(server, session)
      register_session(server, other)
      invalidate_session(server, session)
      await settle()
      expect([await of_server(session), await of_server(other)]).toEqual([undefined, other])
      await sleep(1_000)
      register_session(server, session)
      await settle()
      expect(await of_server(session)).toEqual(session)
    }))

  test('loses the sessions that are too old', async () => {
    const session_cb = make_module()
    const environment = { session_cb, session_lifetime: 10, session_delay_cleanup_time: 5 }
    let left: Term
    const count = (cache: Term) => session_cb.size!(cache)
    const caches: Term[] = []
    const { init } = session_cb
    const watched = {
      ...session_cb,
      async init(args: Parameters<typeof init>[0]) {
        caches.push(await init(args))
        return caches.at(-1)
      },
    }
    await with_manager({ ...environment, session_cb: watched }, async () => {
      const session = make()
      register_session(server, session)
      await sleep(9_999)
      expect(await of_server(session)).toEqual(session)
      await sleep(1)
      expect(await of_server(session)).toBeUndefined()
      expect(await count(caches[1])).toBe(1)
      await sleep(5_006)
      left = await count(caches[1])
    })
    expect(left).toBe(0)
  })

  test.each([
    ['client', client, 'session_cache_client_max'],
    ['server', server, 'session_cache_server_max'],
  ] as const)('that tells its size keeps as many sessions of a %s as it is to', (_role, key, max) =>
    with_manager({ session_cb: make_module(), [max]: 2 }, async () => {
      const sessions = [3, 1, 4, 2].map(age => make({ time_stamp: -age, policy: String(age) }))
      for (const session of sessions) register_session(key, session)
      await settle()
      const found: (Session | undefined)[] = []
      for (const session of sessions) {
        const by_policy = ({ policy }: Session) => policy === session.policy
        found.push(await (key === client ? of_client(by_policy) : of_server(session)))
      }
      // The last one pushed out the oldest of the rest, though it was not the youngest itself.
      expect(found).toEqual([undefined, sessions[1], undefined, sessions[3]])
    }),
  )

  test('that tells its size keeps no session when it is to keep none', () =>
    with_manager({ session_cb: make_module(), session_cache_server_max: 0 }, async () => {
      const session = make()
      register_session(server, session)
      await settle()
      expect(await of_server(session)).toBeUndefined()
    }))

  test('that does not tell its size keeps what it likes', () => {
    const { size: _size, ...session_cb } = make_module()
    return with_manager({ session_cb, session_cache_server_max: 1 }, async () => {
      const sessions = [make(), make(), make()]
      for (const session of sessions) register_session(server, session)
      await settle()
      expect(await Promise.all(sessions.map(of_server))).toEqual(sessions)
    })
  })
})

test('when there are too many, an eighth goes at once: nobody looks through all of them for each new one', async () => {
  let folds = 0
  const module = text_cache()
  const session_cb: SessionCacheApi = {
    ...module,
    foldl(fun, acc, cache) {
      folds++
      return module.foldl(fun, acc, cache)
    },
  }
  await with_manager({ session_cb, session_cache_server_max: 80 }, async () => {
    const sessions = Array.from({ length: 100 }, (_each, index) => make({ time_stamp: index }))
    for (const session of sessions) register_session(server, session)
    await settle()
    const found = await Promise.all(sessions.map(of_server))
    expect(found.findIndex(session => session !== undefined)).toBe(22)
    expect(folds).toBe(2)
  })
})

test('each role may have its own module', async () => {
  const [for_clients, for_servers, for_both] = [text_cache(), list_cache(), text_cache()]
  const environment = {
    client_session_cb: for_clients,
    client_session_cb_init_args: ['c'],
    session_cb: for_both,
    session_cb_init_args: 'no list',
  }
  await with_manager(environment, async () => {
    expect([for_clients.started, for_both.started]).toEqual([
      [[['role', 'client'], 'c']],
      [[['role', 'server']]],
    ])
  })
  kill_everybody()
  await with_manager({ server_session_cb: for_servers }, async () => {
    expect(for_servers.started).toEqual([[['role', 'server']]])
    const session = make()
    register_session(client, session)
    await settle()
    expect(of_client()).toBe(session)
  })
})

test('the module that is there anyway answers at once, and is held to its number by whichever name', () =>
  with_manager({ session_cb: ssl_session_cache, session_cache_server_max: 1 }, async () => {
    const [old, young] = [make(), make()]
    register_session(server, old)
    register_session(server, young)
    await settle()
    expect([of_server(old), of_server(young)]).toEqual([undefined, young])
  }))

test("outside the program, a session's age is by the clock that others have too", () => {
  const kept: Session[] = []
  const session_cb = module_with({
    update: (_cache, _key, session) => kept.push(session),
    lookup: () => kept[0],
  })
  return with_manager({ session_cb, session_lifetime: 10 }, async () => {
    await sleep(5_000)
    const session = make()
    const made_at = system_time()
    register_session(server, session)
    await settle()
    expect(kept[0]!.time_stamp).toBe(Math.round(made_at))
    expect(await of_server(session)).toEqual(session)
    // As somebody else has put it there, long before this program was started.
    kept[0] = { ...kept[0]!, time_stamp: made_at - 9_000 }
    expect(await of_server(session)).toMatchObject({ time_stamp: session.time_stamp - 9_000 })
    kept[0] = { ...kept[0]!, time_stamp: made_at - 10_000 }
    expect(await of_server(session)).toBeUndefined()
  })
})
