import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as application from '../../apps/kernel/application.ts'
import * as logger from '../../apps/kernel/logger.ts'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import type { SessionCacheApi } from '../../ssl_app/session/ssl_session_cache_api.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { load } from '../../ssl_app/ssl_app.ts'
import { make_ca, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { list_cache, module_with, type Recorded, text_cache } from '../support/session_caches.ts'
import { steady_port } from '../support/steady_port.ts'

let ca: TestCertificate
let leaf: TestCertificate

beforeAll(async () => {
  ca = await make_ca()
  leaf = await make_leaf(ca)
  await run(load)
  logger.set_primary_config('level', 'none')
})
afterAll(() => {
  application.unset_env('ssl', 'session_cb')
})

const passive = { active: false, mode: 'binary' } as const

/** Starts the application with that module, and a server; `body` connects to it. */
const with_module = (
  session_cb: SessionCacheApi,
  body: (connect: (options?: ssl.ConnectOptions) => Promise<Term>) => Promise<unknown>,
  options: ssl.ListenOptions = {},
  asked_port = 0,
): Promise<number> =>
  run(async () => {
    application.set_env('ssl', 'session_cb', session_cb)
    ok(await ssl.start())
    const own = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] } as const
    const listener = ok(await ssl.listen(asked_port, { ...passive, ...own, reuseaddr: true, ...options }))
    const [, port] = ok(ssl.sockname(listener))
    spawn(() => serve(listener))
    try {
      await body(more => connect(port, { ...passive, cacerts: [ca.cert_der], ...more }))
    } finally {
      await ssl.close(listener)
      await ssl.stop()
    }
    return port
  })

async function serve(listener: ssl.SslListenSocket): Promise<void> {
  const [tag, accepted] = await ssl.transport_accept(listener)
  if (tag === 'error') return
  spawn(() => serve(listener))
  const shaken = await ssl.handshake(accepted)
  if (shaken[0] === 'ok') await ssl.send(shaken[1], 'hello')
}

/** Whether a session goes on, once data has come. */
async function connect(port: number, options: ssl.ConnectOptions): Promise<Term> {
  const [tag, socket] = await ssl.connect('localhost', port, options, 5_000)
  if (tag === 'error') return socket
  expect(ok(await ssl.recv(socket, 5, 5_000))).toEqual(Buffer.from('hello'))
  const { session_resumption } = ok(await ssl.connection_information(socket))
  await ssl.close(socket)
  return session_resumption
}

describe.each<[string, () => Recorded<any>]>([
  ['that writes sessions down as text', text_cache],
  ['that asks another process', list_cache],
])('a module of the user %s', (_name, make_module) => {
  test('keeps what a second connection goes on with', () =>
    with_module(make_module(), async connect => {
      expect([await connect(), await connect(), await connect()]).toEqual([false, true, true])
      expect(await connect({ reuse_sessions: false })).toBe(false)
    }))

  test("keeps a client's tickets", () =>
    with_module(
      make_module(),
      async connect => {
        const options = { session_tickets: 'auto' } as const
        expect([await connect(options), await connect(options)]).toEqual([false, true])
      },
      { session_tickets: 'stateless' },
    ))
})

test('sessions that are written down outlive the application', async () => {
  const disks = new Map<string, Map<string, string>>()
  const session_cb = {
    ...text_cache(),
    init([[, role]]: Parameters<SessionCacheApi['init']>[0]) {
      const disk = disks.get(role) ?? new Map()
      disks.set(role, disk)
      return disk
    },
  }
  const port = steady_port()
  await with_module(session_cb, async connect => expect(await connect()).toBe(false), {}, port)
  await with_module(session_cb, async connect => expect(await connect()).toBe(true), {}, port)
  disks.get('server')!.clear()
  await with_module(session_cb, async connect => expect(await connect()).toBe(false), {}, port)
})

test('tickets do not outlive the application: its keys do not', async () => {
  const disk = new Map<string, string>()
  const session_cb = { ...text_cache(), init: () => disk }
  const stateless = { session_tickets: 'stateless' } as const
  const port = await with_module(session_cb, async connect => expect(await connect()).toBe(false), stateless)
  await with_module(
    session_cb,
    async connect => expect([await connect(), await connect()]).toEqual([false, true]),
    stateless,
    port,
  )
})

test.each([
  ['at once', () => fail('no cache today')],
  ['later', () => Promise.reject(new Error('no cache today'))],
])('where every callback fails %s, every connection begins anew', (_name, broken) => {
  const callbacks = ['lookup', 'update', 'delete', 'foldl', 'select_session', 'size', 'terminate']
  const session_cb = module_with(Object.fromEntries(callbacks.map(name => [name, broken])))
  return with_module(session_cb, async connect => {
    expect([await connect(), await connect()]).toEqual([false, false])
  })
})

function fail(message: string): never {
  throw new Error(message)
}
