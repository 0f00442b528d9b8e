// A client whose sessions are kept by a module that takes its time.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../../apps/kernel/application.ts'
import {
  _,
  exit,
  monotonic_time,
  ok,
  receive,
  run,
  self,
  send,
  spawn,
  type Term,
} from '../../../runtime/index.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { load } from '../../../ssl_app/ssl_app.ts'
import { in_memory, pair_in_memory, settle, sleep } from '../../support/memory_pair.ts'
import type { MemoryTransport } from '../../support/memory_transport.ts'
import { rogue_server } from '../../support/rogues.ts'
import { module_with } from '../../support/session_caches.ts'
import { with_ssl } from '../../support/tls_pair.ts'

let kept: Session[] = []
let slow = false
/** What waits for an answer, when `slow`. */
let asked: (() => void)[] = []

const answer = () => {
  for (const go_on of asked.splice(0)) go_on()
}

const session_cb = module_with({
  update: (_cache, _key, session) => kept.push(session),
  select_session: () => (slow ? new Promise(resolve => asked.push(() => resolve(kept))) : kept),
})

beforeAll(async () => {
  await run(load)
  set_env('ssl', 'client_session_cb', session_cb)
})
afterAll(() => {
  unset_env('ssl', 'client_session_cb')
})
beforeEach(() => {
  kept = []
  asked = []
  slow = false
})

const pki = with_ssl()

const resumed = async (socket: ssl.SslSocket): Promise<Term> =>
  ok(await ssl.connection_information(socket, ['session_resumption'])).session_resumption

/** A client that waits for its session, before it has said anything. */
function waiting_client(network: MemoryTransport, timeout?: number) {
  slow = true
  const [near, far] = network.pair()
  const options = { mode: 'binary', active: false, cb_info: network.cb_info, ...pki().client } as const
  return { far, connecting: ssl.connect(near, options, timeout) }
}

test('says nothing before it has its session, and then goes on with it', () =>
  in_memory(async network => {
    const { client, port, listener } = await pair_in_memory(network, pki())
    expect(await resumed(client)).toBe(false)
    await settle()
    expect(kept).toHaveLength(1)

    slow = true
    const { cb_info } = network
    const connecting = ssl.connect('localhost', port, { active: false, cb_info, ...pki().client })
    const accepted = ok(await ssl.transport_accept(listener))
    const shaking = ssl.handshake(accepted)
    await sleep(60_000)
    expect(network.waiting(accepted.transport_socket)).toBe(0)
    answer()
    ok(await shaking)
    expect(await resumed(ok(await connecting))).toBe(true)
  }))

test('waits for it no longer than the handshake may take', () =>
  in_memory(async network => {
    const { connecting, far } = waiting_client(network, 2_000)
    expect(await connecting).toEqual(['error', 'timeout'])
    expect(monotonic_time()).toBe(2_000)
    expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    answer()
  }))

test('does not mind a server that speaks before it is spoken to', () =>
  in_memory(async network => {
    const { connecting, far } = waiting_client(network)
    network.send(far, [Buffer.of(22, 3, 3, 0, 4, 14, 0, 0, 0)])
    await settle()
    answer()
    expect(await connecting).toEqual(['error', ['tls_alert', 'unexpected message']])
  }))

test('ends with its owner meanwhile', () =>
  in_memory(async network => {
    slow = true
    const parent = self()
    const owner = spawn(async () => {
      const { far, connecting } = waiting_client(network)
      send(parent, ['far', far])
      await connecting
    })
    const [, far] = await receive(['far', _])
    await settle()
    expect(asked).toHaveLength(1)
    exit(owner, 'kill')
    expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    answer()
  }))

test('renegotiates when it has it; until then data comes, and what is sent waits', () =>
  in_memory(async network => {
    const { client, server } = await pair_in_memory(network, pki(), {}, { active: true })
    await settle()
    slow = true
    const renegotiating = ssl.renegotiate(client)
    const sending = ssl.send(client, 'new keys')
    await sleep(60_000)
    expect(await ssl.renegotiate(client)).toEqual(['error', 'already_renegotiating'])
    ok(await ssl.send(server, 'old keys'))
    expect(await ssl.recv(client, 0)).toEqual(['ok', Buffer.from('old keys')])
    await expect(receive(_, 1_000)).rejects.toMatchObject({ reason: 'timeout' })
    answer()
    expect([await renegotiating, await sending]).toEqual(['ok', 'ok'])
    expect(await receive(_, 0)).toEqual(['ssl', server, Buffer.from('new keys')])
    expect(await resumed(client)).toBe(true)
  }))

test.each([
  ['closed', (socket: ssl.SslSocket) => ssl.close(socket, 0)],
  ['closed for sending', (socket: ssl.SslSocket) => ssl.shutdown(socket, 'write')],
])('does not renegotiate when it was %s meanwhile', (_how, end) =>
  in_memory(async network => {
    const rogue = await rogue_server({ network, pki: pki() })
    const { socket, peer } = rogue
    slow = true
    const waiting = [ssl.renegotiate(socket), ssl.send(socket, 'late')]
    await settle()
    await end(socket)
    expect(await Promise.all(waiting)).toEqual(Array(2).fill(['error', 'closed']))
    answer()
    expect(await rogue.alerts()).toEqual(['warning close_notify', 'closed'])
    expect(peer.heard_messages.filter(([type]) => type === 'client_hello')).toHaveLength(1)
  }),
)

test('is asked once by a server that asks often', () =>
  in_memory(async network => {
    const rogue = await rogue_server({ network, pki: pki(), options: { active: true } })
    const { socket, peer } = rogue
    slow = true
    for (let times = 0; times < 3; times++) {
      rogue.say(peer.say(['hello_request', true]))
      await settle()
    }
    expect(asked).toHaveLength(1)
    expect(await ssl.renegotiate(socket)).toEqual(['error', 'already_renegotiating'])
    expect(await ssl.send(socket, 'meanwhile')).toBe('ok')
    answer()
    await rogue.shake_hands()
    expect(peer.heard).toBe('meanwhile')
  }))
