// What a connection with `hibernate_after` lets go of when it is idle, and that nobody else notices. Spec 4.5.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { _, ok, receive, self, timer_count } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, sleep } from '../support/memory_pair.ts'
import { type Pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const bytes = (text: string) => Buffer.from(text)

setFlagsFromString('--expose-gc')
const collect_garbage = runInNewContext('gc') as () => void

/** Bytes of buffers that are still in use. */
function buffers_in_use(): number {
  collect_garbage()
  collect_garbage()
  return process.memoryUsage().arrayBuffers
}

describe('a connection that hibernates (spec 4.5)', () => {
  test('lets go of the record behind the beginning of a packet', () =>
    in_memory(async network => {
      const options = { hibernate_after: 10_000, packet: 2, active: false } as const
      const pairs: Pair[] = []
      for (let number = 0; number < 60; number++) {
        const pair = await pair_in_memory(network, pki(), { packet: 0 }, options)
        // Almost a whole record, and two of the five bytes of the next packet.
        ok(await ssl.send(pair.client, [0x3f, 0xf0, Buffer.alloc(0x3ff0), 0, 5, 'ab']))
        ok(await ssl.recv(pair.server, 0))
        pairs.push(pair)
      }
      const awake = buffers_in_use()
      await sleep(20_000)
      expect(awake - buffers_in_use()).toBeGreaterThan(60 * 15_000)
      for (const { client, server } of pairs) {
        ok(await ssl.send(client, 'cde'))
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('abcde')])
      }
    }))

  /** What wakes it: each has to work as ever. */
  const calls: Readonly<Record<string, (pair: Pair) => Promise<unknown>>> = {
    'the rest of a packet': async ({ client, server }) => {
      ok(await ssl.send(client, 'b\n'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('ab\n')])
    },
    'a receiver who is there already': async ({ client, server }) => {
      const receiving = ssl.recv(server, 0)
      await sleep(20_000)
      ok(await ssl.send(client, 'b\n'))
      expect(await receiving).toEqual(['ok', bytes('ab\n')])
    },
    'an owner who wants messages': async ({ client, server }) => {
      ok(await ssl.setopts(server, { active: true }))
      await sleep(20_000)
      ok(await ssl.send(client, 'b\nc\n'))
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('ab\n')])
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('c\n')])
    },
    send: async ({ client, server }) => {
      ok(await ssl.send(server, 'x'))
      expect(await ssl.recv(client, 0)).toEqual(['ok', bytes('x')])
    },
    'new keys, wanted by either side': async ({ client, server }) => {
      for (const [wanting, other] of [
        [server, client],
        [client, server],
      ] as const) {
        const hearing = ssl.recv(other, 1, 1_000)
        expect(await ssl.renegotiate(wanting)).toBe('ok')
        expect((await hearing)[0]).toBe('error')
        await sleep(20_000)
      }
    },
    'another owner': async ({ server }) => {
      expect(await ssl.controlling_process(server, self())).toBe('ok')
    },
    'a question': async ({ server }) => {
      expect((await ssl.connection_information(server))[0]).toBe('ok')
    },
    'the end': async ({ client, server }) => {
      const closing = ssl.close(client)
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
      expect(await closing).toBe('ok')
    },
  }

  test.each(Object.entries(calls))('is woken by %s, and sleeps again', (what, wake) =>
    in_memory(async network => {
      const options = { hibernate_after: 10_000, packet: 'line', active: false } as const
      const pair = await pair_in_memory(network, pki(), {}, options)
      ok(await ssl.send(pair.client, 'a'))
      if (!what.startsWith('new keys')) {
        expect(await ssl.recv(pair.server, 0, 10)).toEqual(['error', 'timeout'])
      }
      await sleep(20_000)
      const asleep = timer_count()
      await wake(pair)
      await sleep(20_000)
      expect(timer_count()).toBe(asleep)
    }),
  )
})
