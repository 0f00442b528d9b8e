import { describe, expect, test } from '@jest/globals'
import { _, monotonic_time, ok, receive, spawn_monitor, timer_count } from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, rogue_server, settle, sleep } from '../../support/memory_pair.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const close_notify = { level: 'warning', description: 'close_notify' } as const
const longest = 2 ** 32 - 1

describe('recv', () => {
  test('waits as long as it says, and no longer', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      expect(await ssl.recv(server, 1, 60_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(60_000)
      ok(await ssl.send(client, 'abc'))
      expect(await ssl.recv(server, 4, 60_000)).toEqual(['error', 'timeout'])
      expect(await ssl.recv(server, 4, 0)).toEqual(['error', 'timeout'])
      ok(await ssl.send(client, 'd'))
      expect(await ssl.recv(server, 4, longest)).toEqual(['ok', bytes('abcd')])
      expect(monotonic_time()).toBeLessThan(120_100)
    }))

  test('that was served waits no more', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const before = timer_count()
      const receiving = ssl.recv(server, 0, 60_000)
      expect(timer_count()).toBe(before + 1)
      ok(await ssl.send(client, 'x'))
      expect(await receiving).toEqual(['ok', bytes('x')])
      expect(timer_count()).toBe(before)
    }))

  test('that waits in line may be too late before those in front of it', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const first = ssl.recv(server, 1)
      const second = ssl.recv(server, 1, 1_000)
      const third = ssl.recv(server, 1, 5_000)
      expect(await second).toEqual(['error', 'timeout'])
      ok(await ssl.send(client, 'ab'))
      expect([await first, await third]).toEqual([
        ['ok', bytes('a')],
        ['ok', bytes('b')],
      ])
    }))

  test('with a limit that no timer can have is refused, and harms nobody', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      for (const limit of [longest + 1, -1, 1.5, Number.NaN, '1']) {
        await expect(ssl.recv(server, 0, limit as never)).rejects.toMatchObject({ reason: ['badarg', limit] })
        await expect(ssl.close(server, limit as never)).rejects.toMatchObject({ reason: ['badarg', limit] })
      }
      ok(await ssl.send(client, 'x'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('x')])
    }))

  test('reads what it needs and no more, and nothing is read unless somebody asks', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const reads = () => network.reads(server.transport_socket)
      const before = reads()
      for (let times = 0; times < 5; times++) ok(await ssl.send(client, '0123456789'))
      await sleep(60_000)
      expect(reads()).toBe(before)
      expect(await ssl.recv(server, 5)).toEqual(['ok', bytes('01234')])
      expect(reads()).toBe(before + 1)
      expect(await ssl.recv(server, 5)).toEqual(['ok', bytes('56789')])
      expect(reads()).toBe(before + 1)
      expect(await ssl.recv(server, 25)).toEqual(['ok', bytes('0123456789012345678901234')])
      expect(reads()).toBe(before + 4)
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('56789')])
      expect(reads()).toBe(before + 4)
    }))

  test('of a process that has ended loses nothing that others wait for', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const [, ref] = spawn_monitor(() => ssl.recv(server, 0, 1_000))
      await receive(['DOWN', ref, _, _, _])
      ok(await ssl.send(client, 'x'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('x')])
    }))
})

describe('close', () => {
  test.each([
    ['five seconds', undefined, 5_000],
    ['as long as it is told', 60_000, 60_000],
    ['not at all, if it is told so', 0, 0],
  ])('waits %s for a peer that does not close', (_name, limit, waited) =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      expect(await ssl.close(socket, limit)).toBe('ok')
      expect(monotonic_time()).toBe(waited)
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }),
  )

  test('without a limit waits until the peer closes, whatever it sends before', () =>
    in_memory(async network => {
      const { socket, say, far } = await rogue_server(network, pki())
      const closing = ssl.close(socket, 'infinity')
      for (let times = 0; times < 10; times++) {
        await sleep(60_000)
        say(Buffer.alloc(100_000))
      }
      network.close(far)
      expect(await closing).toBe('ok')
      expect(monotonic_time()).toBe(600_000)
    }))

  test('waits no longer than the peer', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { active: true })
      expect(await ssl.close(client)).toBe('ok')
      expect(await receive(_, 0)).toEqual(['ssl_closed', server])
      expect(monotonic_time()).toBeLessThan(100)
    }))

  test('tells at once whoever waits', () =>
    in_memory(async network => {
      const { socket } = await rogue_server(network, pki())
      const receiving = [ssl.recv(socket, 0), ssl.recv(socket, 0, 60_000)]
      const sending = [ssl.send(socket, Buffer.alloc(1_000_000)), ssl.send(socket, 'x')]
      await settle()
      const closing = ssl.close(socket)
      for (const answer of [...receiving, ...sending]) expect(await answer).toEqual(['error', 'closed'])
      expect(monotonic_time()).toBeLessThan(100)
      expect(await closing).toBe('ok')
    }))

  test('may be asked for by several, and later', () =>
    in_memory(async network => {
      const { socket } = await rogue_server(network, pki())
      const closing = [ssl.close(socket), ssl.close(socket), ssl.recv(socket, 0)]
      expect(await Promise.all(closing)).toEqual(['ok', 'ok', ['error', 'closed']])
      expect(await ssl.close(socket)).toBe('ok')
    }))

  test('gives the owner no message', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), { active: true })
      const closing = ssl.close(client)
      await ssl.close(server)
      expect(await closing).toBe('ok')
      await expect(receive(_, 1_000)).rejects.toMatchObject({ reason: 'timeout' })
    }))
})

describe('shutdown', () => {
  test('of writing tells the peer, and leaves reading', () =>
    in_memory(async network => {
      const { socket, hear, say, peer } = await rogue_server(network, pki())
      expect(await ssl.shutdown(socket, 'write')).toBe('ok')
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
      expect(await ssl.send(socket, 'x')).toEqual(['error', 'closed'])
      say(peer.raw('application_data', bytes('answer')))
      expect(await ssl.recv(socket, 0)).toEqual(['ok', bytes('answer')])
    }))

  test('of writing refuses what waits to be sent', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      const sending = ssl.send(socket, Buffer.alloc(1_000_000))
      await settle()
      expect(await ssl.shutdown(socket, 'write')).toBe('ok')
      expect(await sending).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test('of reading tells the peer nothing, and leaves writing', () =>
    in_memory(async network => {
      const { socket, hear, peer } = await rogue_server(network, pki())
      expect(await ssl.shutdown(socket, 'read')).toBe('ok')
      ok(await ssl.send(socket, 'x'))
      expect(await hear()).toEqual({ alerts: [], closed: false })
      expect(peer.heard).toBe('x')
      expect(await ssl.recv(socket, 0)).toEqual(['error', 'closed'])
    }))

  test('of both tells the peer', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      expect(await ssl.shutdown(socket, 'read_write')).toBe('ok')
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
      expect(await ssl.recv(socket, 0)).toEqual(['error', 'closed'])
    }))

  test('that the transport refuses ends the connection', () =>
    in_memory(async network => {
      const { socket } = await rogue_server(network, pki())
      network.close(socket.transport_socket)
      expect(await ssl.shutdown(socket, 'write')).toEqual(['error', 'closed'])
      expect(await ssl.getopts(socket, ['mode'])).toEqual(['error', 'closed'])
    }))
})

describe('handshake on a connection', () => {
  test('gives it as it is, with options or without', () =>
    in_memory(async network => {
      const { server } = await pair_in_memory(network, pki())
      expect(await ssl.handshake(server)).toEqual(['ok', server])
      expect(await ssl.handshake(server, { depth: 2 }, 1_000)).toEqual(['ok', server])
    }))
})

describe('active', () => {
  test('as a number is added to what is left, as long as it is a small one', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki(), { active: 32_000 })
      const wrong = ['error', ['options', ['socket_options', ['active', 1_000]]]]
      expect(await ssl.setopts(client, { active: 1_000 })).toEqual(wrong)
      expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: 32_000 }])
      ok(await ssl.setopts(client, { active: -31_999 }))
      expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: 1 }])
    }))

  test('that comes down to nothing makes the socket passive, and says so', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki(), { active: 2 })
      ok(await ssl.setopts(client, { active: -2 }))
      expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: false }])
      expect(await receive(_, 0)).toEqual(['ssl_passive', client])
    }))
})
