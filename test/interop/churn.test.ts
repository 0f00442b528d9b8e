// Many connections that come and go in every way: nothing of them may stay.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { exit } from '../../runtime/erlang/links.ts'
import { receive } from '../../runtime/erlang/receive.ts'
import { run, spawn, spawn_monitor } from '../../runtime/erlang/spawn.ts'
import { _, ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { left_over } from '../support/left_over.ts'
import { openssl as client_hello } from '../wire/client_hellos.ts'
import { type KistaServer, kista } from './support/kista.ts'
import { connected } from './support/peer.ts'
import { say } from './support/raw_client.ts'
import { with_kista } from './support/setting.ts'
import { suites } from './support/suites.ts'

const { pki } = with_kista()
let server: KistaServer

beforeAll(async () => {
  server = await kista.start_server({ ...pki().server.ecdsa, suites })
})

afterAll(async () => {
  await server.stop()
})

const connect = () =>
  ssl.connect(
    'localhost',
    server.port,
    { cacertfile: pki().cacert, reuse_sessions: false, active: false },
    10_000,
  )

/** Runs `body` in a process, and waits for its end, whatever that is. */
const in_passing = (body: () => Promise<unknown>) =>
  run(async () => {
    const [, ref] = spawn_monitor(body)
    await receive(['DOWN', ref, 'process', _, _])
  })

/** How connections come and go that never begin to shake hands, or only begin. */
const brief = [
  () => say(server.port, '', 'leaves'),
  () => say(server.port, '', 'resets'),
  () => say(server.port, 'GET / HTTP/1.1\r\n\r\n', 'leaves'),
  () => say(server.port, client_hello.subarray(0, 100), 'resets'),
  () => say(server.port, client_hello, 'resets'),
  () => say(server.port, client_hello, 'leaves'),
]

/** Those that shake hands and then go in order, with their owner, or without a word; and one killed on the way. */
const longer = [
  () => in_passing(async () => ssl.close(ok(await connect()))),
  () => in_passing(connect),
  () => in_passing(async () => exit(ok(await connect()).pid, 'kill')),
  () =>
    in_passing(async () => {
      const client = spawn(connect)
      await receive('never sent', 5).catch(() => exit(client, 'kill'))
    }),
]

const lives: readonly (() => Promise<unknown>)[] = [...brief, ...brief, ...longer]

test('A thousand connections that were dropped leave no process, port or timer behind', async () => {
  const line = 'hello'
  const asked = { port: server.port, cacert: pki().cacert, suites, line }
  connected(await kista.run_client(asked))
  const before = left_over()

  for (let round = 0; round < 20; round++) {
    const fifty = Array.from({ length: 50 }, (_value, index) => lives[index % lives.length]!())
    await Promise.all(fifty)
  }

  await eventually(() => expect(left_over()).toEqual(before))
  expect(connected(await kista.run_client(asked))).toMatchObject({ received: line })
}, 60_000)
