import { once } from 'node:events'
import { connect as node_connect } from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { ok, run } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { with_pair as with_each_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const with_pair = (
  body: Parameters<typeof with_each_pair>[1],
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) => with_each_pair(pki, body, client, server)
const hex = (keys: readonly Uint8Array[]) => keys.map(key => Buffer.from(key).toString('hex'))

describe('export_key_materials (7.1; RFC 5705)', () => {
  test.each(['tlsv1', 'tlsv1.1', 'tlsv1.2'] as const)('gives both sides of %s the same keys', version =>
    with_pair(
      async ({ client, server }) => {
        const asked = [
          ['EXPORTER-one', 'EXPORTER-one', Buffer.from('EXPORTER-one'), 'EXPORTER-two'],
          ['no_context', new Uint8Array(0), new Uint8Array(0), Buffer.from('context')],
          [32, 32, 32, 7],
        ] as const
        const keys = hex(ok(await ssl.export_key_materials(client, ...asked)))
        expect(hex(ok(await ssl.export_key_materials(server, ...asked, false)))).toEqual(keys)
        expect(keys.map(key => key.length / 2)).toEqual([32, 32, 32, 7])
        expect(keys[1]).not.toBe(keys[0])
        expect(keys[2]).toBe(keys[1])
      },
      { versions: [version] },
      { versions: [version] },
    ),
  )

  test('without a context gives what prf gives with both randoms, and can be asked again', () =>
    with_pair(async ({ client, server }) => {
      const randoms = ['client_random', 'server_random'] as const
      const made = ok(await ssl.prf(server, 'master_secret', 'EXPORTER-x', randoms, 16))
      for (const _time of [1, 2]) {
        const keys = ok(await ssl.export_key_materials(client, ['EXPORTER-x'], ['no_context'], [16]))
        expect(hex(keys)).toEqual(hex([made]))
      }
    }))

  test('gives the keys that OpenSSL gives, out of the secret that both would write to a log of keys', () =>
    run(async () => {
      const listener = ok(await ssl.listen(0, { ...pki().server, active: false }))
      const [, port] = ok(ssl.sockname(listener))
      const peer = node_connect({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
      const secured = once(peer, 'secureConnect')
      const logged = once(peer, 'keylog')
      const socket = ok(await ssl.handshake(ok(await ssl.transport_accept(listener, 5_000)), 5_000))
      await secured
      const label = 'EXPORTER-Channel-Binding'
      const context = Buffer.from('of this very channel')
      const asked = [
        [label, label, label],
        ['no_context', context, new Uint8Array(0)],
        [32, 48, 16],
      ] as const
      const keys = hex(ok(await ssl.export_key_materials(socket, ...asked)))
      const theirs = [
        peer.exportKeyingMaterial(32, label, undefined as never),
        peer.exportKeyingMaterial(48, label, context),
        peer.exportKeyingMaterial(16, label, Buffer.alloc(0)),
      ]
      expect(keys).toEqual(hex(theirs))
      const { keylog } = ok(await ssl.connection_information(socket, ['keylog']))
      expect(keylog).toEqual([String((await logged)[0]).trim()])
      peer.destroy()
      await ssl.close(listener)
      await ssl.close(socket)
    }))

  test('refuses what is no list of labels, contexts and lengths, and the labels of TLS itself', () =>
    with_pair(async ({ client, listener }) => {
      const asked = ssl.export_key_materials as (...asked: readonly unknown[]) => Promise<unknown>
      for (const wrong of [
        ['x', ['no_context'], [1]],
        [['x'], [], [1]],
        [['x'], ['no_context'], [1, 2]],
        [['x'], ['none'], [1]],
        [['x'], [new Uint8Array(65_536)], [1]],
        [['x'], ['no_context'], [-1]],
        [['x'], ['no_context'], [1.5]],
        [
          ['x', 'y'],
          ['no_context', 'no_context'],
          [2 ** 20, 1],
        ],
        [['\u0100'], ['no_context'], [1]],
        [['key expansion'], ['no_context'], [1]],
        [[Buffer.from('client finished')], ['no_context'], [1]],
        [['x'], ['no_context'], [1], 'yes'],
      ]) {
        expect(await asked(client, ...wrong)).toEqual(['error', 'bad_input'])
      }
      expect(await asked(client, [], [], [])).toEqual(['ok', []])
      expect(await asked(listener, ['x'], ['no_context'], [1])).toEqual(['error', 'enotconn'])
      await ssl.close(client, 0)
      expect(await asked(client, ['x'], ['no_context'], [1])).toEqual(['error', 'closed'])
    }))

  test('is not there in SSL 3.0', () =>
    with_pair(
      async ({ client }) => {
        const told = await ssl.export_key_materials(client, ['x'], ['no_context'], [1])
        expect(told).toEqual(['error', 'undefined'])
      },
      { versions: ['sslv3'], ciphers: [['dh_anon', 'aes_128_cbc', 'sha']] },
      { versions: ['sslv3'], ciphers: [['dh_anon', 'aes_128_cbc', 'sha']] },
    ))
})

describe('getstat (7.1)', () => {
  test('counts what goes through the transport, encrypted, and nothing through a listener', () =>
    with_pair(async ({ client, server, listener }) => {
      const before = ok(ssl.getstat(client))
      expect(before.send_oct).toBeGreaterThan(100)
      ok(await ssl.send(client, 'x'.repeat(1_000)))
      ok(await ssl.recv(server, 1_000))
      const { send_oct, send_cnt } = ok(ssl.getstat(client, ['send_oct', 'send_cnt']))
      expect(send_oct - before.send_oct).toBeGreaterThan(1_000)
      expect(send_oct - before.send_oct).toBeLessThan(1_100)
      expect(send_cnt).toBe(before.send_cnt + 1)
      expect(ok(ssl.getstat(server)).recv_oct).toBe(send_oct)
      expect(ssl.getstat(listener, ['recv_oct'])).toEqual(['ok', { recv_oct: 0 }])
    }))

  test('knows no other counters, and nothing of what is closed', () =>
    with_pair(async ({ client, listener }) => {
      expect(ssl.getstat(client, ['bytes' as never])).toEqual(['error', 'einval'])
      await ssl.close(client, 0)
      expect(ssl.getstat(client)).toEqual(['error', 'einval'])
      await ssl.close(listener)
      expect(ssl.getstat(listener)).toEqual(['error', 'einval'])
    }))
})
