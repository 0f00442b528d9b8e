// An iterator over the messages of a connection.

import { describe, expect, test } from '@jest/globals'
import { gen_statem, ok, receive, run, spawn } from '../../runtime/index.ts'
import { messages } from '../../ssl_app/node.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

async function all(socket: ssl.SslSocket): Promise<string[]> {
  const heard: string[] = []
  for await (const message of messages(socket)) heard.push(String(message))
  return heard
}

describe('Iterating over the messages of a connection', () => {
  test('gives one packet after the other until the peer closes', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        spawn(async () => {
          for (const line of ['one\n', 'two\n', 'three\n']) ok(await ssl.send(server, line))
          await ssl.close(server)
        })
        expect(await all(client)).toEqual(['one\n', 'two\n', 'three\n'])
        expect(await all(client)).toEqual([])
      },
      { packet: 'line' },
    ))

  test.each([true, 'once', 2] as const)(
    'begins with what has come already, of a socket that was active: %p',
    active =>
      with_pair(
        pki,
        async ({ client, server }) => {
          ok(await ssl.send(server, ['1\n', '2\n', '3\n', '4\n']))
          const closing = run(() => ssl.close(server))
          const first = await receive(['ssl', client, Buffer.from('1\n')], 5_000)
          expect(String(first[2])).toBe('1\n')
          expect(await all(client)).toEqual(['2\n', '3\n', '4\n'])
          await closing
        },
        { packet: 'line', active },
      ),
  )

  test('asks for a message only when it is wanted', () =>
    with_pair(pki, async ({ client, server }) => {
      ok(await ssl.send(server, 'first'))
      const iterator = messages(client)
      expect(String((await iterator.next()).value)).toBe('first')
      ok(await ssl.send(server, 'second'))
      expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: false }])
      await expect(receive(['ssl', client, Buffer.from('second')], 0)).rejects.toThrow('timeout')
      expect(String((await iterator.next()).value)).toBe('second')
      await iterator.return()
    }))

  test('leaves a passive socket to who leaves the loop', () =>
    with_pair(pki, async ({ client, server }) => {
      ok(await ssl.send(server, 'first'))
      for await (const message of messages(client)) {
        expect(String(message)).toBe('first')
        break
      }
      ok(await ssl.send(server, 'second'))
      expect(String(ok(await ssl.recv(client, 6)))).toBe('second')
    }))

  test('fails with the connection', () =>
    with_pair(pki, async ({ client, server }) => {
      spawn(() => gen_statem.stop(server.pid, 'broken', 5_000).catch(() => {}))
      await expect(all(client)).rejects.toMatchObject({
        reason: ['ssl_error', ['tls_alert', expect.any(String)]],
      })
    }))
})
