// Sending to a peer that has closed its side, once its user knows: with exit_on_close: false, as with gen_tcp.

import { describe, expect, test } from '@jest/globals'
import { is_process_alive, ok } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const half_open = { exit_on_close: false }

describe('A peer that has closed its side', () => {
  test('is still sent to by who was told so, with exit_on_close: false', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        ok(await ssl.shutdown(client, 'write'))
        expect(await ssl.recv(server, 0, 5_000)).toEqual(['error', 'closed'])
        expect(await ssl.recv(server, 0, 5_000)).toEqual(['error', 'closed'])
        expect(await ssl.send(server, 'still here')).toBe('ok')
        expect(await ssl.recv(client, 10, 5_000)).toEqual(['ok', Buffer.from('still here')])
        ok(await ssl.shutdown(server, 'write'))
        expect(await ssl.recv(client, 0, 5_000)).toEqual(['error', 'closed'])
        expect(await ssl.send(server, 'x')).toEqual(['error', 'closed'])
        await ssl.close(server)
        await eventually(() => expect(is_process_alive(server.pid)).toBe(false))
      },
      half_open,
      half_open,
    ))

  test('gets what waited to be sent while that was told', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        const size = 8_000_000
        const sending = ssl.send(server, Buffer.alloc(size, 'y'))
        ok(await ssl.shutdown(client, 'write'))
        expect(await ssl.recv(server, 0, 5_000)).toEqual(['error', 'closed'])
        const received = ok(await ssl.recv(client, size, 5_000))
        expect(Buffer.alloc(size, 'y').equals(received as Uint8Array)).toBe(true)
        expect(await sending).toBe('ok')
      },
      half_open,
      half_open,
    ))

  test('is gone for who was told so without it, and for who hears it by a message', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        ok(await ssl.setopts(server, { active: true }))
        ok(await ssl.shutdown(client, 'write'))
        await eventually(() => expect(is_process_alive(server.pid)).toBe(false))
        expect(await ssl.recv(client, 0, 5_000)).toEqual(['error', 'closed'])
        await eventually(() => expect(is_process_alive(client.pid)).toBe(false))
      },
      {},
      half_open,
    ))

  test('that is lost without a word is not sent to', () =>
    with_pair(
      pki,
      async ({ client, server }) => {
        client.cb_info[0].close(client.transport_socket)
        expect(await ssl.recv(server, 0, 5_000)).toEqual(['error', 'closed'])
        expect(await ssl.send(server, 'x')).toEqual(['error', 'closed'])
      },
      half_open,
      half_open,
    ))
})
