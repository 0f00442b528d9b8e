// What a send becomes on its way, and what ends it. Spec 1.9, 4.3, 4.7.

import { describe, expect, test } from '@jest/globals'
import { _, ok, receive, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const bytes = (text: string) => Buffer.from(text)

/** The sizes of the records that a send is received as. */
async function record_sizes(socket: ssl.SslSocket, total: number): Promise<number[]> {
  const sizes: number[] = []
  for (let left = total; left > 0; left -= sizes.at(-1)!) {
    sizes.push((ok(await ssl.recv(socket, 0, 1_000)) as Uint8Array).length)
  }
  return sizes
}

describe('send (spec 1.9)', () => {
  test.each([
    [1, [1]],
    [16_384, [16_384]],
    [16_385, [16_384, 1]],
    [40_000, [16_384, 16_384, 7_232]],
  ])('of %i bytes makes records of at most 16384', (size, records) =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      ok(await ssl.send(client, Buffer.alloc(size)))
      expect(await record_sizes(server, size)).toEqual(records)
    }),
  )

  test.each(['tlsv1', 'sslv3'] as const)('lets the first byte travel alone in %s, with CBC', version =>
    in_memory(async network => {
      const options = {
        versions: [version],
        ciphers: ['ECDHE-ECDSA-AES128-SHA', 'AECDH-AES128-SHA', 'ADH-AES128-SHA'],
      }
      const { client, server } = await pair_in_memory(network, pki(), options, options)
      ok(await ssl.send(client, 'abc'))
      ok(await ssl.send(client, 'd'))
      expect(await record_sizes(server, 4)).toEqual([1, 2, 1])
    }),
  )

  test.each([
    [5],
    [null],
    [undefined],
    [{}],
    [[256]],
    [[-1]],
    ['\u0100'],
    [['a', {}]],
    [Symbol('x')],
    [new Map()],
  ])('of what is no iodata exits badarg in the caller, and the connection goes on: %p', wrong =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      await expect(ssl.send(client, wrong as never)).rejects.toMatchObject({ reason: 'badarg' })
      ok(await ssl.send(client, 'x'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('x')])
    }),
  )

  test('of nothing is seen by nobody, but as an empty packet', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { active: true })
      expect(await ssl.send(client, '')).toBe('ok')
      await settle()
      expect(await receive(_, 0).catch(() => 'nothing')).toBe('nothing')
      ok(await ssl.setopts(client, { packet: 2 }))
      expect(await ssl.send(client, [])).toBe('ok')
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('\0\0')])
    }))

  test('by several processes at once brings each one whole, and those of one in their order', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { packet: 'line' })
      for (const letter of ['a', 'b', 'c', 'd']) {
        spawn(async () => {
          for (let number = 0; number < 20; number++) {
            ok(await ssl.send(client, `${letter.repeat(20_000)} ${number}\n`))
          }
        })
      }
      const last = new Map<string, number>()
      for (let lines = 0; lines < 80; lines++) {
        const line = String(ok(await ssl.recv(server, 0, 10_000)))
        const [, text, number] = /^(\w+) (\d+)\n$/.exec(line)!
        expect(text).toBe(text![0]!.repeat(20_000))
        expect(Number(number)).toBe((last.get(text![0]!) ?? -1) + 1)
        last.set(text![0]!, Number(number))
      }
    }))

  test('and recv may be asked for by a process that does not own the connection (spec 1.1)', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      spawn(async () => {
        ok(await ssl.send(client, 'from a stranger'))
        ok(await ssl.recv(client, 6))
        await ssl.close(client)
      })
      expect(await ssl.recv(server, 15)).toEqual(['ok', bytes('from a stranger')])
      ok(await ssl.send(server, 'answer'))
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
    }))
})

describe('a transport that goes (spec 4.3, 4.7)', () => {
  test('because somebody has closed it is the end, and an active owner is told', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), { active: true })
      network.close(client.transport_socket)
      expect(await receive(_, 100)).toEqual(['ssl_closed', client])
      expect(await ssl.send(client, 'x')).toEqual(['error', 'closed'])
      network.close(server.transport_socket)
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test('tells those who send, receive, and wait for new keys', () =>
    in_memory(async network => {
      const { client } = await pair_in_memory(network, pki())
      const waiting = [
        ssl.renegotiate(client),
        ssl.send(client, 'x'),
        ssl.recv(client, 0),
        ssl.recv(client, 0, 60_000),
      ]
      await settle()
      network.break(client.transport_socket, 'etimedout')
      expect(await Promise.all(waiting)).toEqual(Array(4).fill(['error', 'closed']))
    }))
})
