import { describe, expect, test } from '@jest/globals'
import { _, monotonic_time, ok, receive } from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle, sleep } from '../../support/memory_pair.ts'
import type { MemoryTransport } from '../../support/memory_transport.ts'
import type { RoguePeer } from '../../support/rogue_peer.ts'
import { rogue_client } from '../../support/rogues.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const small = 8_192

/** Receives so many bytes, and says which runs of the same byte there are. */
async function runs(socket: ssl.SslSocket, size: number): Promise<string> {
  const data = ok(await ssl.recv(socket, size))
  return String(data).replace(/(.)\1*/g, '$1')
}

describe('sends', () => {
  test('that find the transport full wait, and go out in their order', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const done: string[] = []
      const sending = ['a', 'b', 'c'].map(async text => {
        ok(await ssl.send(client, Buffer.alloc(300_000, text)))
        done.push(text)
      })
      await sleep(60_000)
      expect(done).toEqual([])
      expect(await runs(server, 200_000)).toBe('a')
      await settle()
      expect(done).toEqual([])
      expect(await runs(server, 700_000)).toBe('abc')
      await Promise.all(sending)
      expect(done).toEqual(['a', 'b', 'c'])
    }, small))

  test('hand the transport no more than it takes', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const before = network.sent(client.transport_socket)
      const sending = ssl.send(client, Buffer.alloc(10_000_000))
      await settle()
      expect(network.sent(client.transport_socket) - before).toBeLessThan(300_000)
      const receiving = ssl.recv(server, 10_000_000)
      expect(await sending).toBe('ok')
      ok(await receiving)
    }, small))

  test('that wait are refused when the transport fails, and so are later ones', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      const sending = ['a', 'b'].map(text => ssl.send(client, Buffer.alloc(300_000, text)))
      await settle()
      network.break(client.transport_socket, 'etimedout')
      expect(await Promise.all(sending)).toEqual([
        ['error', 'closed'],
        ['error', 'closed'],
      ])
      expect(await ssl.send(client, 'c')).toEqual(['error', 'closed'])
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
    }, small))

  test('that the transport refuses do not end what can still be received', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      ok(await ssl.send(server, 'left over'))
      network.shutdown(client.transport_socket, 'write')
      expect(await ssl.send(client, 'x')).toEqual(['error', 'closed'])
      expect(await ssl.recv(client, 0)).toEqual(['ok', bytes('left over')])
    }))

  test('that the transport fails at later are refused', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      network.send = () => Promise.reject(new Error('no'))
      expect(await ssl.send(client, 'x')).toEqual(['error', 'closed'])
      await ssl.close(client, 0)
    }))

  test('of nothing are done at once', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      const before = network.sent(client.transport_socket)
      for (const nothing of ['', [], Buffer.alloc(0), [['']]])
        expect(await ssl.send(client, nothing)).toBe('ok')
      expect(network.sent(client.transport_socket)).toBe(before)
    }))

  test('that are large leave others their turn', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      const order: string[] = []
      const sending = ssl.send(client, Buffer.alloc(20_000_000)).then(() => order.push('large send'))
      const asking = ssl.getopts(client, ['mode']).then(() => order.push('question'))
      const turn = new Promise(resolve => setImmediate(resolve)).then(() => order.push('event loop'))
      await Promise.all([sending, asking, turn])
      expect(order.at(-1)).toBe('large send')
      expect(order).toHaveLength(3)
    }, Number.POSITIVE_INFINITY))

  test('of both sides at once, more than the transport takes, all come to an end', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), { active: true }, { active: true })
      const sending = [client, server].map(socket => ssl.send(socket, Buffer.alloc(1_000_000)))
      const left = new Map([
        [client, 1_000_000],
        [server, 1_000_000],
      ])
      while ([...left.values()].some(size => size > 0)) {
        const [, socket, data] = await receive(['ssl', _, _], 1_000)
        left.set(socket, left.get(socket)! - data.length)
      }
      expect(await Promise.all(sending)).toEqual(['ok', 'ok'])
    }, small))
})

/** A client that asks for new handshakes, which it cannot have, and says `x` after each so many. */
async function pest(network: MemoryTransport) {
  let hello: Uint8Array | undefined
  const meddle = ({ plan }: RoguePeer) => {
    hello ??= plan[0]![1] as Uint8Array
  }
  const options = { active: true, client_renegotiation: false }
  const rogue = await rogue_client({ network, pki: pki(), options }, { meddle })
  const { peer } = rogue
  const ask = (times: number) => {
    const requests = Array.from({ length: times }, () => peer.raw('handshake', hello!))
    rogue.say(...requests, peer.raw('application_data', bytes('x')))
  }
  return { rogue, socket: rogue.socket, ask }
}

describe('what a peer makes us say', () => {
  test('waits for it to listen, before it is heard again', () =>
    in_memory(async network => {
      const { rogue, socket, ask } = await pest(network)
      const before = network.sent(socket.transport_socket)
      for (let times = 0; times < 500; times++) {
        ask(5)
        await settle()
      }
      expect(network.sent(socket.transport_socket) - before).toBeLessThan(2 * small)
      expect(network.waiting(socket.transport_socket)).toBeGreaterThan(2 * small)
      expect(await rogue.alerts()).toEqual(Array(2_500).fill('warning no_renegotiation'))
      for (let times = 0; times < 500; times++) {
        expect(await receive(_, 0)).toEqual(['ssl', socket, bytes('x')])
      }
    }, small))

  test('is no reason to stop hearing it while it listens', () =>
    in_memory(async network => {
      const { socket, ask } = await pest(network)
      for (let times = 0; times < 10; times++) ask(1)
      for (let times = 0; times < 10; times++) {
        expect(await receive(_, 1_000)).toEqual(['ssl', socket, bytes('x')])
      }
    }))

  test('harms nobody when the transport fails at it', () =>
    in_memory(async network => {
      const { rogue, socket, ask } = await pest(network)
      const send = network.send.bind(network)
      network.send = (port, data) =>
        port === socket.transport_socket ? Promise.reject(new Error('no')) : send(port, data)
      ask(1)
      expect(await receive(_, 1_000)).toEqual(['ssl', socket, bytes('x')])
      rogue.say(Buffer.of(23, 3, 3, 0, 1, 0))
      expect(await receive(_, 1_000)).toEqual(['ssl_error', socket, ['tls_alert', 'bad record mac']])
    }))

  test('may be more than the transport takes at a time', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const sending = ssl.send(client, 'x')
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('x')])
      expect(await sending).toBe('ok')
    }, 10))
})

describe('active mode', () => {
  test('reads on as long as there is somebody to tell', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { active: 3 })
      for (const text of ['a', 'b', 'c', 'd', 'e']) ok(await ssl.send(client, text))
      for (const text of ['a', 'b', 'c']) {
        expect(await receive(_, 0)).toEqual(['ssl', server, bytes(text)])
      }
      expect(await receive(_, 0)).toEqual(['ssl_passive', server])
      const reads = network.reads(server.transport_socket)
      await sleep(60_000)
      expect(network.reads(server.transport_socket)).toBe(reads)
      ok(await ssl.setopts(server, { active: true }))
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('d')])
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('e')])
    }))

  test('ends by a packet that can be none, and tells which bytes those are', () =>
    in_memory(async network => {
      const options = { packet: 'line', packet_size: 3, active: true } as const
      const { client, server } = await pair_in_memory(network, pki(), {}, options)
      ok(await ssl.send(client, 'ab\ncdefgh\n'))
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('ab\n')])
      const invalid = ['invalid_packet', bytes('cdefgh\n')]
      expect(await receive(_, 1_000)).toEqual(['ssl_error', server, invalid])
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
      expect(monotonic_time()).toBeLessThan(100)
    }))
})
