// Connections of which one direction is closed, over TCP. Spec 1.8.

import { describe, expect, test } from '@jest/globals'
import { _, ok, receive } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type Pair, with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const bytes = (text: string) => Buffer.from(text)

/** Who closes its side first, and who answers. */
const sides: readonly [first: 'client' | 'server', second: 'client' | 'server'][] = [
  ['client', 'server'],
  ['server', 'client'],
]

describe.each(sides)('shutdown of writing by the %s (spec 1.8)', (first, second) => {
  test.each([{ exit_on_close: false }, {}])('is answered by a passive peer, both with %j', options =>
    with_pair(
      pki,
      async ({ [first]: near, [second]: far }: Pair) => {
        ok(await ssl.send(near, 'Hej'))
        ok(await ssl.shutdown(near, 'write'))
        expect(await ssl.recv(far, 3, 5_000)).toEqual(['ok', bytes('Hej')])
        ok(await ssl.send(far, 'Hej hopp'))
        ok(await ssl.shutdown(far, 'write'))
        expect(await ssl.recv(near, 8, 5_000)).toEqual(['ok', bytes('Hej hopp')])
        expect(await ssl.send(near, 'x')).toEqual(['error', 'closed'])
        expect(await ssl.recv(near, 0, 5_000)).toEqual(['error', 'closed'])
        expect(await ssl.recv(far, 0, 5_000)).toEqual(['error', 'closed'])
      },
      options,
      options,
    ),
  )

  test('is answered with more than fits on the way, while it is received', () =>
    with_pair(
      pki,
      async ({ [first]: near, [second]: far }: Pair) => {
        ok(await ssl.send(near, 'all of it'))
        ok(await ssl.shutdown(near, 'write'))
        expect(await ssl.recv(far, 9, 5_000)).toEqual(['ok', bytes('all of it')])
        const size = 5_000_000
        const sending = ssl.send(far, Buffer.alloc(size, 'y'))
        const received = ok(await ssl.recv(near, size, 5_000))
        expect(Buffer.alloc(size, 'y').equals(received as Uint8Array)).toBe(true)
        expect(await sending).toBe('ok')
        expect(await ssl.close(far)).toBe('ok')
        expect(await ssl.recv(near, 0, 5_000)).toEqual(['error', 'closed'])
      },
      { exit_on_close: false },
      { exit_on_close: false },
    ))

  test.each([true, 'once', 5] as const)('ends the other side, when that is active: %p', active =>
    with_pair(pki, async ({ [first]: near, [second]: far }: Pair) => {
      ok(await ssl.setopts(far, { active }))
      ok(await ssl.shutdown(near, 'write'))
      expect(await receive(_, 5_000)).toEqual(['ssl_closed', far])
      expect(await ssl.send(far, 'x')).toEqual(['error', 'closed'])
      expect(await ssl.recv(near, 0, 5_000)).toEqual(['error', 'closed'])
    }),
  )

  test('ends the other side, when that receives', () =>
    with_pair(pki, async ({ [first]: near, [second]: far }: Pair) => {
      const receiving = ssl.recv(far, 0, 5_000)
      ok(await ssl.shutdown(near, 'write'))
      expect(await receiving).toEqual(['error', 'closed'])
      expect(await ssl.recv(near, 0, 5_000)).toEqual(['error', 'closed'])
    }))
})

test('shutdown of both directions tells an active peer, and of reading alone lets it hear (spec 1.8)', () =>
  with_pair(pki, async ({ client, server }) => {
    ok(await ssl.setopts(server, { active: true }))
    ok(await ssl.shutdown(client, 'read'))
    ok(await ssl.send(client, 'still here'))
    expect(await receive(_, 5_000)).toEqual(['ssl', server, bytes('still here')])
    ok(await ssl.shutdown(client, 'read_write'))
    expect(await receive(_, 5_000)).toEqual(['ssl_closed', server])
  }))

test('shutdown of a listener is enotconn, and closed once it is closed (spec 1.8)', () =>
  with_pair(pki, async ({ listener }) => {
    for (const how of ['read', 'write', 'read_write'] as const) {
      expect(await ssl.shutdown(listener, how)).toEqual(['error', 'enotconn'])
    }
    await ssl.close(listener)
    for (const how of ['read', 'write', 'read_write'] as const) {
      expect(await ssl.shutdown(listener, how)).toEqual(['error', 'closed'])
    }
  }))
