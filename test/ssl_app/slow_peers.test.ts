// Peers that do not read, over TCP: what waits, for how long, and what is left. Spec 1.7, 1.9, 4.3.

import { describe, expect, test } from '@jest/globals'
import { exit, monotonic_time, ok, receive, self, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

/** More than the systems of both sides keep for a connection. */
const much = 24_000_000
const alphabet = Buffer.from('abcdefghijklmnopqrstuvwxyz')

describe('a send to a peer that does not read (spec 1.9)', () => {
  test('waits, and is done when the peer reads', () =>
    with_pair(pki, async ({ client, server }) => {
      let done = false
      const sending = ssl.send(client, Buffer.alloc(much, alphabet)).then(result => {
        done = true
        return result
      })
      ok(await ssl.recv(server, 1_000, 5_000))
      expect(done).toBe(false)
      const rest = ok(await ssl.recv(server, much - 1_000, 10_000)) as Uint8Array
      expect(await sending).toBe('ok')
      expect(Buffer.alloc(much, alphabet).subarray(1_000).equals(rest)).toBe(true)
    }))

  test('gives up after send_timeout, and leaves a connection whose records are whole', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        expect(await ssl.send(client, Buffer.alloc(much, alphabet))).toEqual(['error', 'timeout'])
        expect((await ssl.getopts(client, ['send_timeout']))[0]).toBe('ok')
        const closing = ssl.close(client)
        const received: Uint8Array[] = []
        for (;;) {
          const [tag, data] = await ssl.recv(server, 0, 5_000)
          if (tag === 'error') {
            expect(data).toBe('closed')
            break
          }
          received.push(data as Uint8Array)
        }
        const all = Buffer.concat(received)
        expect(all.equals(Buffer.alloc(all.length, alphabet))).toBe(true)
        expect(all.length).toBeLessThan(much)
        expect(await closing).toBe('ok')
      },
      { send_timeout: 100 },
    ))

  test('with send_timeout_close closes the connection then', () =>
    with_pair(
      pki,
      async ({ client }) => {
        expect(await ssl.send(client, Buffer.alloc(much))).toEqual(['error', 'timeout'])
        expect(await ssl.send(client, 'x')).toEqual(['error', 'closed'])
      },
      { send_timeout: 100, send_timeout_close: true },
    ))

  test('is done at once below high_watermark, which can be changed', () =>
    with_pair(pki, async ({ client }) => {
      ok(await ssl.setopts(client, { high_watermark: 2 * much, low_watermark: much }))
      expect(await ssl.send(client, Buffer.alloc(much))).toBe('ok')
      ok(await ssl.setopts(client, { high_watermark: 1, low_watermark: 1, send_timeout: 100 }))
      expect(await ssl.send(client, 'x')).toEqual(['error', 'timeout'])
      expect(await ssl.getopts(client, ['high_watermark'])).toEqual(['ok', { high_watermark: 1 }])
    }))
})

describe('the end of a connection whose peer does not read (spec 1.7, 4.3)', () => {
  test('close waits as long as it is told, and tells those who send', () =>
    with_pair(pki, async ({ client, server }) => {
      const sending = [ssl.send(client, Buffer.alloc(much)), ssl.send(client, 'x')]
      ok(await ssl.recv(server, 1, 5_000))
      const before = monotonic_time()
      expect(await ssl.close(client, 200)).toBe('ok')
      expect(monotonic_time() - before).toBeGreaterThanOrEqual(199)
      expect(monotonic_time() - before).toBeLessThan(3_000)
      expect(await Promise.all(sending)).toEqual([
        ['error', 'closed'],
        ['error', 'closed'],
      ])
    }))

  test('what was on its way, and close_notify behind it, reach a peer that reads after all', () =>
    with_pair(pki, async ({ client, server }) => {
      ok(await ssl.setopts(client, { high_watermark: 2 * much }))
      ok(await ssl.send(client, Buffer.alloc(much, alphabet)))
      expect(await ssl.close(client, 50)).toBe('ok')
      const all = ok(await ssl.recv(server, much, 10_000)) as Uint8Array
      expect(Buffer.alloc(much, alphabet).equals(all)).toBe(true)
      expect(await ssl.recv(server, 0, 5_000)).toEqual(['error', 'closed'])
    }))

  test('the end of the owner does not wait', () =>
    with_pair(pki, async ({ client }) => {
      const owner = spawn(() => receive('end'))
      ok(await ssl.controlling_process(client, owner))
      const sending = ssl.send(client, Buffer.alloc(much))
      exit(owner, 'kill')
      expect(await sending).toEqual(['error', 'closed'])
    }))

  test('downgrade waits as long as it is told', () =>
    with_pair(pki, async ({ client, server }) => {
      const sending = ssl.send(client, Buffer.alloc(much))
      ok(await ssl.recv(server, 1, 5_000))
      expect(await ssl.close(client, [self(), 100])).toEqual(['error', 'timeout'])
      expect(await sending).toEqual(['error', 'closed'])
    }))
})
