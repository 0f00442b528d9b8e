import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import { system_time } from '../../../runtime/erlang/clock.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { invalidate_session, register_session, start_link } from '../../../ssl_app/session/ssl_manager.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import type { Key } from '../../../ssl_app/session/ssl_session_cache_api.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { load } from '../../../ssl_app/ssl_app.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { reports_during, type Told } from '../../support/reports.ts'
import { module_with } from '../../support/session_caches.ts'
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

afterEach(kill_everybody)

describe('a module that fails', () => {
  const failure = new Error('no cache today')
  const fail = () => {
    throw failure
  }

  /** Both kinds of failing. */
  const ways = [
    ['at once', fail],
    ['later', () => Promise.reject(failure)],
  ] as const

  const failures = (told: Told[]) => told.filter(({ label }) => label === 'ssl session_cb')

  test.each(ways)('has found nothing, %s, and is told to the logger', async (_name, broken) => {
    const session_cb = module_with({ lookup: broken, select_session: broken })
    const told = await reports_during(() =>
      with_manager({ session_cb }, async () => {
        expect([await of_server(make()), await of_client()]).toEqual([undefined, undefined])
      }),
    )
    expect(failures(told)).toEqual([
      {
        level: 'error',
        label: 'ssl session_cb',
        facts: { role: 'server', callback: 'lookup', reason: failure },
      },
      {
        level: 'error',
        label: 'ssl session_cb',
        facts: { role: 'client', callback: 'select_session', reason: failure },
      },
    ])
  })

  test.each(ways)('does not take the manager with it, %s', async (_name, broken) => {
    const found = make_session()
    const session_cb = module_with({
      lookup: () => ({ ...found, is_resumable: true }),
      select_session: () => [found],
      update: broken,
      delete: broken,
      foldl: broken,
      size: broken,
    })
    const told = await reports_during(() =>
      with_manager({ session_cb, session_lifetime: 10 }, async () => {
        const manager = whereis('ssl_manager')
        register_session(client, { ...found, session_id: Buffer.from('another') })
        invalidate_session(client, found)
        await sleep(16_000)
        register_session(server, make())
        await settle()
        expect(await of_client()).toBeUndefined()
        expect(whereis('ssl_manager')).toBe(manager)
        await gen_server.stop('ssl_manager')
      }),
    )
    const callbacks = failures(told).map(({ facts }) => facts.callback)
    for (const name of ['delete', 'update', 'size', 'foldl']) expect(callbacks).toContain(name)
    expect(told).toEqual(failures(told))
  })

  test.each(ways)('fails unheard when it ends, %s', async (_name, broken) => {
    const told = await reports_during(() =>
      in_virtual_time(async () => {
        const manager = ok(await start_link({ session_cb: module_with({ terminate: broken }) }))
        await gen_server.stop(manager)
      }),
    )
    expect(told).toEqual([])
  })

  test.each<[string, Term, Partial<Session> | null]>([
    ['nothing', null, null],
    ['a text', 'session', null],
    ['what was a session once', JSON.parse(JSON.stringify(make_session())), null],
    ['a session with no secret to speak of', make_session({ master_secret: new Uint8Array(5) }), null],
    ['a session of an unknown version', make_session({ version: 'tlsv1.3' as never }), null],
    ['a session that was made at no time', make_session({ time_stamp: Number.NaN }), null],
  ])('has not found a session either when it gives %s', async (_name, given) => {
    const session_cb = module_with({ lookup: () => given, select_session: () => [given] })
    const told = await reports_during(() =>
      with_manager({ session_cb }, async () => {
        expect([await of_server(make()), await of_client()]).toEqual([undefined, undefined])
      }),
    )
    expect(failures(told).map(({ facts }) => facts.reason)).toEqual(
      given === null ? [] : ['not a session', 'not a session'],
    )
  })

  test('has selected nothing when it gives no list', async () => {
    const session_cb = module_with({ select_session: () => 'nothing' as never })
    const told = await reports_during(() =>
      with_manager({ session_cb }, async () => {
        expect(await of_client()).toBeUndefined()
      }),
    )
    expect(failures(told).map(({ facts }) => facts.reason)).toEqual(['not a list'])
  })

  test('has not found the session when it gives another', async () => {
    const session_cb = module_with({ lookup: () => make_session() })
    const told = await reports_during(() =>
      with_manager({ session_cb }, async () => {
        expect(await of_server(make())).toBeUndefined()
      }),
    )
    expect(failures(told).map(({ facts }) => facts.reason)).toEqual(['another session'])
  })

  test.each<[string, Term]>([
    ['no tuple', 'entry'],
    ['without a key', [4433, make_session()]],
    ['with a key that has no id', [[4433, 'id'], make_session()]],
  ])('has an entry that is none: %s', async (_name, entry) => {
    const session_cb = module_with({ foldl: (fun, acc) => fun(entry, acc) })
    const told = await reports_during(() =>
      with_manager({ session_cb, session_lifetime: 0 }, async () => {
        await sleep(5_001)
      }),
    )
    expect(told.map(({ facts }) => facts)).toEqual(
      ['client', 'server'].map(role => ({ role, callback: 'foldl', reason: 'not an entry' })),
    )
  })

  test('for servers does not leave the one for clients running', () =>
    in_virtual_time(async () => {
      let ended = 0
      const for_clients = module_with({ terminate: () => ended++ })
      const for_servers = module_with({ init: fail })
      process_flag('trap_exit', true)
      const started = await start_link({ client_session_cb: for_clients, server_session_cb: for_servers })
      expect(started).toEqual(['error', ['session_cb', ['init', failure]]])
      expect(ended).toBe(1)
    }))

  test('has no part in the others that are kept', () => {
    const good = make_session({ time_stamp: system_time() })
    const entries: (readonly [Key, Term])[] = [
      [[4433, Buffer.from('bad')], { no: 'session' }],
      [[4433, good.session_id], good],
    ]
    let deleted: Key[] = []
    const session_cb = module_with({
      foldl: (fun, acc) => entries.reduce((result, entry) => fun(entry, result), acc),
      size: () => 3,
      delete: (_cache, key) => {
        deleted = [...deleted, key]
      },
    })
    return reports_during(() =>
      with_manager({ session_cb, session_cache_server_max: 2 }, async () => {
        register_session(server, make())
        await settle()
        expect(deleted).toEqual([[4433, good.session_id]])
      }),
    )
  })
})

describe('the application does not start', () => {
  beforeAll(async () => {
    await run(load)
    logger.set_primary_config('level', 'none')
  })

  test.each<[string, Term, Term]>([
    ['with what is no module', 'my_cache', ['undef', expect.arrayContaining(['init', 'select_session'])]],
    ['with what is nothing', null, ['undef', expect.arrayContaining(['init', 'select_session'])]],
    [
      'with a module that lacks functions',
      module_with({ delete: undefined as never, foldl: 7 as never }),
      ['undef', ['delete', 'foldl']],
    ],
    [
      'with a module that does not start',
      module_with({ init: () => Promise.reject(new Error('no disk')) }),
      ['init', new Error('no disk')],
    ],
  ])('%s', (_name, session_cb, why) =>
    run(async () => {
      application.set_env('ssl', 'session_cb', session_cb)
      try {
        const started = await ssl.start()
        const child = ['shutdown', ['failed_to_start_child', 'ssl_manager', ['session_cb', why]]]
        expect(started).toEqual(['error', ['ssl', [child, expect.anything()]]])
      } finally {
        application.unset_env('ssl', 'session_cb')
      }
      expect(await ssl.start()).toBe('ok')
      await ssl.stop()
    }),
  )
})
