// The option cb_info: TLS over other transports does what it does over TCP.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { _, exit, is_process_alive, ok, receive, run, self, send, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { left_over } from '../support/left_over.ts'
import { idler } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'
import { type ConnectBoth, transports } from '../support/transports.ts'

const pki = with_ssl()
const passive = { mode: 'binary', active: false } as const
const closed = ['error', 'closed']
const kinds = Object.entries(transports(pki))

interface Ends {
  readonly client: ssl.SslSocket
  readonly server: ssl.SslSocket
}

let before: { readonly processes: number; readonly ports: number }

beforeAll(() => {
  before = left_over()
})

/** Expects that soon nothing is left of any connection. */
const nothing_left = () =>
  eventually(() => {
    const { processes, ports } = left_over()
    expect([processes, ports]).toEqual([before.processes, before.ports])
  })

/** Runs `body` with both ends of a connection. */
async function with_ends(connect: ConnectBoth, body: (ends: Ends) => Promise<unknown>) {
  await run(async () => {
    const [client, server] = await connect({ ...passive, ...pki().client }, { ...passive, ...pki().server })
    await body({ client: ok(client), server: ok(server) })
  })
  await nothing_left()
}

/** Bytes that tell where they stand. */
const counted = (length: number) => Buffer.from(Array.from({ length }, (_byte, at) => at % 251))

describe.each(kinds)('over %s', (_name, connect) => {
  test('a megabyte each way at the same time arrives whole and in order', () =>
    with_ends(connect, async ({ client, server }) => {
      const data = counted(1_000_000)
      const [, , there, back] = await Promise.all([
        ssl.send(client, data),
        ssl.send(server, data),
        ssl.recv(server, data.length, 15_000),
        ssl.recv(client, data.length, 15_000),
      ])
      expect(data.equals(ok(there) as Buffer)).toBe(true)
      expect(data.equals(ok(back) as Buffer)).toBe(true)
    }))

  test('a peer that does not read makes who sends wait', () =>
    with_ends(connect, async ({ client, server }) => {
      let sent = false
      const data = counted(8_000_000)
      const sending = ssl.send(client, data).then(done => {
        sent = true
        return done
      })
      expect(ok(await ssl.recv(server, 1_000))).toEqual(data.subarray(0, 1_000))
      expect(sent).toBe(false)
      expect(data.subarray(1_000).equals(ok(await ssl.recv(server, data.length - 1_000)) as Buffer)).toBe(
        true,
      )
      expect(await sending).toBe('ok')
    }))

  test('data comes as messages, as many as were asked for', () =>
    with_ends(connect, async ({ client, server }) => {
      ok(await ssl.setopts(server, { active: 2, packet: 2 }))
      ok(await ssl.setopts(client, { packet: 2 }))
      for (const text of ['one', 'two', 'three']) ok(await ssl.send(client, text))
      expect(await receive(_, 5_000)).toEqual(['ssl', server, Buffer.from('one')])
      expect(await receive(_, 5_000)).toEqual(['ssl', server, Buffer.from('two')])
      expect(await receive(_, 5_000)).toEqual(['ssl_passive', server])
      expect(await ssl.recv(server, 0, 5_000)).toEqual(['ok', Buffer.from('three')])
    }))

  test('the end of one side is the end of the other', () =>
    with_ends(connect, async ({ client, server }) => {
      ok(await ssl.setopts(server, { active: true }))
      ok(await ssl.send(client, 'last words'))
      expect(await ssl.close(client)).toBe('ok')
      expect(await receive(['ssl', server, _], 5_000)).toEqual(['ssl', server, Buffer.from('last words')])
      expect(await receive(_, 5_000)).toEqual(['ssl_closed', server])
      expect(await ssl.send(client, 'x')).toEqual(closed)
    }))

  test('the end of the owner of one side is the end of the other', () =>
    with_ends(connect, async ({ client, server }) => {
      const owner = idler()
      ok(await ssl.controlling_process(client, owner))
      const waiting = ssl.recv(server, 0, 5_000)
      send(owner, 'end')
      expect(await waiting).toEqual(closed)
    }))

  test('a connection that is killed leaves no transport open', () =>
    with_ends(connect, async ({ client, server }) => {
      const waiting = ssl.recv(server, 0, 5_000)
      exit(client.pid, 'kill')
      expect(await waiting).toEqual(closed)
      expect(is_process_alive(client.pid)).toBe(false)
    }))

  test('a client that trusts others is told so, and so is the server', async () => {
    const stranger = await make_ca()
    await run(async () => {
      const outcomes = await connect(
        { ...passive, cacerts: [stranger.cert_der] },
        { ...passive, ...pki().server },
      )
      const unknown_ca = ['error', ['tls_alert', 'unknown ca']]
      expect(outcomes).toEqual([unknown_ca, unknown_ca])
    })
    await nothing_left()
  })

  test('new keys are agreed on while data flows', () =>
    with_ends(connect, async ({ client, server }) => {
      const echo = spawn(async () => {
        for (;;) {
          const [tag, data] = await ssl.recv(server, 0)
          if (tag === 'error') return
          await ssl.send(server, data as Buffer)
        }
      })
      for (const [who, text] of [
        [client, 'asked by the client'],
        [server, 'asked by the server'],
      ] as const) {
        const asked = [ssl.renegotiate(who), ssl.send(client, text)] as const
        expect(await ssl.recv(client, text.length, 5_000)).toEqual(['ok', Buffer.from(text)])
        // A passive peer hears that new keys are wanted only while somebody waits for its data.
        const reading = ssl.recv(client, 1)
        expect(await Promise.all(asked)).toEqual(['ok', 'ok'])
        ok(await ssl.send(client, '!'))
        expect(await reading).toEqual(['ok', Buffer.from('!')])
      }
      exit(echo, 'kill')
    }))

  test('both sides can leave TLS, and go on with the transport', () =>
    with_ends(connect, async ({ client, server }) => {
      const left = [client, server].map(socket => ssl.close(socket, [self(), 5_000]))
      const [near, far] = [client.transport_socket, server.transport_socket]
      expect(await Promise.all(left)).toEqual([
        ['ok', near],
        ['ok', far],
      ])
      const [transport] = client.cb_info
      await transport.send(near, [Buffer.from('in the clear')])
      expect(await transport.recv(far, 0, 5_000)).toEqual(['ok', Buffer.from('in the clear')])
      for (const socket of [near, far]) transport.close(socket)
    }))

  test('both sides know an address of each', () =>
    with_ends(connect, async ({ client, server }) => {
      for (const socket of [client, server]) {
        expect(ok(ssl.peername(socket))).toHaveLength(2)
        expect(ok(ssl.sockname(socket))).toHaveLength(2)
      }
    }))
})
