import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import {
  client_session,
  invalidate_session,
  register_session,
  server_session,
  start_link,
} from '../../../ssl_app/session/ssl_manager.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { reports_during } from '../../support/reports.ts'
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
import { make_session } from '../../support/sessions.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const any = () => true

afterEach(() => {
  kill_everybody()
  for (const key of ['session_lifetime', 'session_delay_cleanup_time']) application.unset_env('ssl', key)
})

describe("a server's session", () => {
  test('is found by its port and id', async () => {
    await with_manager({}, async () => {
      const session = make()
      register_session(server, session)
      await settle()
      expect(of_server(session)).toBe(session)
      expect(server_session(4434, session.session_id)).toBeUndefined()
      expect(of_server(make())).toBeUndefined()
    })
  })

  test('is no session of a client', async () => {
    await with_manager({}, async () => {
      const [one, other] = [make(), make()]
      register_session(server, one)
      register_session(client, other)
      await settle()
      expect(of_client()).toBe(other)
      expect(of_server(other)).toBeUndefined()
    })
  })

  test('without an id is not kept', async () => {
    await with_manager({}, async () => {
      const session = make({ session_id: new Uint8Array(0) })
      register_session(server, session)
      await settle()
      expect(of_server(session)).toBeUndefined()
    })
  })
})

describe("a client's session", () => {
  test('is the latest that is acceptable', async () => {
    await with_manager({}, async () => {
      const sessions = ['one', 'two', 'three'].map(policy => make({ policy }))
      for (const session of sessions) register_session(client, session)
      await settle()
      expect(of_client()).toBe(sessions[2])
      expect(of_client(({ policy }) => policy !== 'three')).toBe(sessions[1])
      expect(of_client(() => false)).toBeUndefined()
      expect(client_session('localhost', 443, any)).toBeUndefined()
      expect(client_session('127.0.0.1', 4433, any)).toBeUndefined()
    })
  })

  test('takes the place of an equivalent one, and of no other', async () => {
    await with_manager({}, async () => {
      const [first, other, second] = [make(), make({ policy: 'lax' }), make()]
      for (const session of [first, other, second]) register_session(client, session)
      await settle()
      const offered: Session[] = []
      of_client(session => offered.push(session) < 0)
      expect(offered).toEqual([second, other])
    })
  })

  test('that was used stays longer than one that was not', async () => {
    await with_manager({ session_cache_client_max: 2 }, async () => {
      const [used, unused, last] = ['one', 'two', 'three'].map(policy => make({ policy }))
      register_session(client, used!)
      register_session(client, unused!)
      await settle()
      expect(of_client(({ policy }) => policy === 'one')).toBe(used)
      register_session(client, last!)
      await settle()
      expect(of_client(({ policy }) => policy !== 'three')).toBe(used)
    })
  })
})

test.each([
  ['client', client, 'session_cache_client_max'],
  ['server', server, 'session_cache_server_max'],
] as const)('sessions of a %s are kept up to their number', async (_role, key, name) => {
  await with_manager({ [name]: 2 }, async () => {
    const sessions = ['one', 'two', 'three'].map(policy => make({ policy }))
    for (const session of sessions) register_session(key, session)
    await settle()
    const found = sessions.filter(session =>
      key === client ? of_client(({ policy }) => policy === session.policy) : of_server(session),
    )
    expect(found).toEqual(sessions.slice(1))
  })
})

describe('an invalidated session', () => {
  test.each([
    ['client', client],
    ['server', server],
  ] as const)('of a %s is not found any more', async (_role, key) => {
    await with_manager({}, async () => {
      const [session, other] = [make(), make({ policy: 'lax' })]
      register_session(key, session)
      register_session(key, other)
      invalidate_session(key, session)
      await settle()
      expect(of_client(({ policy }) => policy === 'strict') ?? of_server(session)).toBeUndefined()
      expect(of_client() ?? of_server(other)).toBe(other)
    })
  })

  test('is deleted after the delay, unless it was registered anew', async () => {
    await with_manager({ session_delay_cleanup_time: 1_000 }, async () => {
      const session = make()
      register_session(server, session)
      const running = timer_count()
      invalidate_session(server, session)
      invalidate_session(server, session)
      await settle()
      expect(timer_count()).toBe(running + 1)
      register_session(server, session)
      await sleep(2_000)
      expect(timer_count()).toBe(running)
      expect(of_server(session)).toBe(session)
    })
  })

  test('makes room after the delay', async () => {
    await with_manager({ session_cache_server_max: 2, session_delay_cleanup_time: 1_000 }, async () => {
      const [one, bad, other] = [make(), make(), make()]
      register_session(server, one)
      register_session(server, bad)
      invalidate_session(server, bad)
      await sleep(1_001)
      register_session(server, other)
      await settle()
      expect([of_server(one), of_server(other)]).toEqual([one, other])
    })
  })

  test('that nobody knows is nothing', async () => {
    await with_manager({}, async () => {
      invalidate_session(server, make())
      const session = make()
      register_session(server, session)
      await settle()
      expect(of_server(session)).toBe(session)
    })
  })
})

describe('a session that is too old', () => {
  test('is not found, whether or not the validation has come', async () => {
    await with_manager({ session_lifetime: 10 }, async () => {
      const session = make()
      register_session(client, session)
      register_session(server, session)
      await sleep(9_999)
      expect([of_client(), of_server(session)]).toEqual([session, session])
      await sleep(1)
      expect([of_client(), of_server(session)]).toEqual([undefined, undefined])
    })
  })

  test('is deleted by the validation, the first five seconds after its time and then every minute', async () => {
    const environment = { session_lifetime: 10, session_delay_cleanup_time: 5, session_cache_server_max: 2 }
    await with_manager(environment, async () => {
      for (const validation of [15_000, 75_000, 135_000]) {
        const session = make()
        register_session(server, session)
        await sleep(validation - 1 - monotonic_time())
        // One timer is for the next validation; a second one comes with what that finds.
        expect([monotonic_time(), timer_count()]).toEqual([validation - 1, 1])
        await sleep(2)
        expect(timer_count()).toBe(2)
        await sleep(5)
        expect(timer_count()).toBe(1)
      }
    })
  })

  test('is marked and deleted once, however often the validation finds it', async () => {
    await with_manager({ session_lifetime: 10, session_delay_cleanup_time: 300_000 }, async () => {
      register_session(client, make())
      await sleep(15_001)
      expect(timer_count()).toBe(2)
      await sleep(60_000)
      expect(timer_count()).toBe(2)
    })
  })
})

describe('the environment of the application', () => {
  const { set_env } = application

  test('tells the lifetime whenever a session is looked up', () =>
    with_manager({ session_lifetime: 10 }, async () => {
      const session = make()
      register_session(server, session)
      await sleep(12_000)
      expect(of_server(session)).toBeUndefined()
      set_env('ssl', 'session_lifetime', 30)
      expect(of_server(session)).toBe(session)
      set_env('ssl', 'session_lifetime', 12)
      expect(of_server(session)).toBeUndefined()
      set_env('ssl', 'session_lifetime', 13)
      expect(of_server(session)).toBe(session)
      set_env('ssl', 'session_lifetime', 'nonsense')
      expect(of_server(session)).toBeUndefined()
    }))

  test('tells how long an invalidated session stays when it is invalidated', () =>
    with_manager({ session_delay_cleanup_time: 1_000 }, async () => {
      const session = make()
      register_session(server, session)
      const running = timer_count()
      set_env('ssl', 'session_delay_cleanup_time', 5_000)
      invalidate_session(server, session)
      await sleep(4_000)
      expect(timer_count()).toBe(running + 1)
      await sleep(1_001)
      expect(timer_count()).toBe(running)
    }))
})

describe('the manager', () => {
  test.each([
    ['nothing', {}],
    ['what is no whole number', { session_lifetime: '5', session_cache_server_max: -1 } as never],
    ['a lifetime beyond any timer', { session_lifetime: Number.MAX_SAFE_INTEGER }],
  ])('is content with %s in its environment', async (_name, environment) => {
    await with_manager(environment, async () => {
      const session = make()
      register_session(server, session)
      await sleep(86_399_000)
      expect(of_server(session)).toBe(session)
    })
  })

  test('need not be there', async () => {
    await in_virtual_time(async () => {
      const session = make()
      register_session(server, session)
      invalidate_session(server, session)
      expect([of_client(), of_server(session)]).toEqual([undefined, undefined])
    })
    expect(of_server(make_session())).toBeUndefined()
  })

  test('takes its sessions with it', async () => {
    await in_virtual_time(async () => {
      const manager = ok(await start_link())
      const session = make()
      register_session(server, session)
      await settle()
      await gen_server.stop(manager)
      expect(of_server(session)).toBeUndefined()
      ok(await start_link())
      expect(of_server(session)).toBeUndefined()
    })
  })

  test('takes no notice of what is not for it', async () => {
    await with_manager({}, async () => {
      send('ssl_manager', 'nonsense')
      send('ssl_manager', ['EXIT', 'somebody', 'normal'])
      for (const message of [null, undefined, 42]) send('ssl_manager', message)
      const session = make()
      register_session(server, session)
      await settle()
      expect(of_server(session)).toBe(session)
    })
  })

  test('tells in its last report what it was asked for, and no sessions', async () => {
    await in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const manager = ok(await start_link())
      const session = make()
      register_session(server, session)
      const told = await reports_during(async () => {
        gen_server.cast(manager, ['nonsense', null, session])
        await receive(['EXIT', manager, _])
      })
      const report = told.find(({ label }) => label === 'gen_server terminate')
      expect(report!.facts).toMatchObject({
        last_message: 'nonsense',
      })
      expect(report!.facts.state).toEqual({
        session_lifetime: 86_400,
        session_cache_client_max: 1_000,
        session_cache_server_max: 1_000,
        session_delay_cleanup_time: 60_000,
      })
    })
  })
})
