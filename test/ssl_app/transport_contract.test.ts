// What `ssl.Transport` says that a transport keeps: TCP does, and so do those of the examples.

import { describe, expect, test } from '@jest/globals'
import { cb_info as over_line } from '../../examples/line_transport.ts'
import { pair } from '../../examples/memory_line.ts'
import { secure_pair } from '../../examples/tls_in_memory.ts'
import { over_tls } from '../../examples/tls_in_tls.ts'
import { _, ok, receive, run, send } from '../../runtime/index.ts'
import { internal_options } from '../../ssl_app/connection/ssl_socket.ts'
import { tcp } from '../../ssl_app/connection/tcp_transport.ts'
import type * as ssl from '../../ssl_app/ssl.ts'
import { idler } from '../support/memory_pair.ts'
import { pair as tcp_pair } from '../support/tcp.ts'
import { with_ssl } from '../support/tls_pair.ts'
import { websockets } from '../support/transports.ts'

const pki = with_ssl()
const closed = ['error', 'closed']
const text = (value: string) => Buffer.from(value)

type Pair = readonly [near: ssl.TransportSocket, far: ssl.TransportSocket]

const tls = () => over_tls(pki().client, pki().server)
const tls_pair = () =>
  secure_pair({ ...internal_options, ...pki().client }, { ...internal_options, ...pki().server })

const kinds: readonly (readonly [string, () => ssl.CbInfo, () => Promise<Pair>])[] = [
  ['TCP', () => tcp, tcp_pair],
  ['a line in memory', () => over_line, pair],
  ['a WebSocket', () => over_line, websockets],
  ['ssl itself', tls, tls_pair],
]

/** Two sockets of a transport, and its functions and tags. */
interface Scene {
  readonly transport: ssl.Transport
  readonly near: ssl.TransportSocket
  readonly far: ssl.TransportSocket
  readonly tags: readonly [data: string, closed: string]
}

describe.each(kinds)('%s', (_name, cb_info, open) => {
  const scene = (body: (scene: Scene) => Promise<unknown>) =>
    run(async () => {
      const [near, far] = await open()
      const [transport, data_tag, closed_tag] = cb_info()
      await body({ transport, near, far, tags: [data_tag, closed_tag] })
      for (const socket of [near, far]) transport.close(socket)
    })

  /** What comes while a socket is active for one message. */
  const once = async ({ transport }: Scene, socket: ssl.TransportSocket) => {
    expect(transport.setopts(socket, { active: 'once' })).toBe('ok')
    return receive(_, 5_000)
  }

  const nothing_comes = () => expect(receive(_, 20)).rejects.toMatchObject({ reason: 'timeout' })

  test('gives what comes once for each time it is asked, and the end behind it', () =>
    scene(async it => {
      const { transport, near, far, tags } = it
      for (const word of ['one', 'two']) await transport.send(near, [text(word)])
      await nothing_comes()
      let heard = ''
      while (heard.length < 6) {
        const [tag, socket, bytes] = await once(it, far)
        expect([tag, socket]).toEqual([tags[0], far])
        heard += bytes
      }
      expect(heard).toBe('onetwo')
      transport.close(near)
      await nothing_comes()
      expect(await once(it, far)).toEqual([tags[1], far])
      await nothing_comes()
    }))

  test('joins the pieces that it is given, and keeps their order', () =>
    scene(async ({ transport, near, far }) => {
      const sending = ['a', 'b', 'c'].map(letter => transport.send(near, [text(letter), text('-')]))
      let heard = ''
      while (heard.length < 6) heard += ok(await transport.recv(far, 0, 5_000))
      expect(heard).toBe('a-b-c-')
      expect(await Promise.all(sending)).toEqual(['ok', 'ok', 'ok'])
    }))

  test('tells who waits for data of the end, and of what takes too long', () =>
    scene(async ({ transport, near, far }) => {
      expect(await transport.recv(far, 0, 10)).toEqual(['error', 'timeout'])
      await transport.send(near, [text('late')])
      expect(await transport.recv(far, 0, 5_000)).toEqual(['ok', text('late')])
      const waiting = transport.recv(far, 0, 5_000)
      transport.close(near)
      expect(await waiting).toEqual(closed)
    }))

  test('belongs to whom its owner gives it, and goes with that one', () =>
    scene(async ({ transport, near, far }) => {
      const owner = idler()
      expect(await transport.controlling_process(near, owner)).toBe('ok')
      const waiting = transport.recv(far, 0, 5_000)
      send(owner, 'end')
      expect(await waiting).toEqual(closed)
      expect(await transport.send(near, [text('x')])).toEqual(closed)
    }))

  test('can be closed twice, and then does nothing more', () =>
    scene(async ({ transport, near, far }) => {
      // The far one too: an end of ssl waits for the other.
      for (const socket of [near, near, far]) transport.close(socket)
      expect(await transport.recv(near, 0, 5_000)).toEqual(closed)
      expect(await transport.send(near, [text('x')])).toEqual(closed)
    }))

  test('tells who asks for data that the socket has been closed', () =>
    scene(async ({ transport, near, far, tags }) => {
      for (const socket of [near, far]) transport.close(socket)
      expect(await transport.recv(near, 0, 5_000)).toEqual(closed)
      const done = transport.setopts(near, { active: 'once' })
      if (done === 'ok') expect(await receive(_, 5_000)).toEqual([tags[1], near])
      else expect(done).toEqual(['error', expect.any(String)])
    }))

  test('tells what a socket is like that is to be secured, and where it is', () =>
    scene(async ({ transport, near }) => {
      const names = ['mode', 'packet', 'packet_size', 'header', 'active']
      expect(transport.getopts(near, names)).toEqual(['ok', internal_options])
      expect(ok(transport.peername(near))).toHaveLength(2)
      expect(ok(transport.sockname(near))).toHaveLength(2)
    }))
})
