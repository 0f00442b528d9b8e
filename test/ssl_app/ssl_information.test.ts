import { describe, expect, test } from '@jest/globals'
import { prf as tls_prf } from '../../ssl_app/record/key_schedule.ts'
import { suite_from_name } from '../../ssl_app/record/suite_names.ts'
import type { ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type Pair, with_pair as with_each_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const with_pair = (
  body: (pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) => with_each_pair(pki, body, client, server)

const old = { versions: ['tlsv1'], ciphers: 'ECDHE-ECDSA-AES128-SHA' } as const

describe('what both sides know', () => {
  test('is told alike to those who name it', () =>
    with_pair(async ({ client, server }) => {
      const items = ['client_random', 'server_random', 'master_secret', 'session_id', 'cipher_suite']
      const [, told] = await ssl.connection_information(client, items)
      expect(Object.keys(told as object).sort()).toEqual(items.sort())
      expect(await ssl.connection_information(server, items)).toEqual(['ok', told])
      const curve = { ecc: ['named_curve', 'x25519'] }
      expect(await ssl.connection_information(server, ['ecc'])).toEqual(['ok', curve])
    }))
})

describe('prf', () => {
  const seed = ['client_random', Buffer.from('context'), 'server_random'] as const

  test.each<[ProtocolVersion, string]>([
    ['tlsv1', 'ECDHE-ECDSA-AES128-SHA'],
    ['tlsv1.1', 'ECDHE-ECDSA-AES128-SHA'],
    ['tlsv1.2', 'ECDHE-ECDSA-AES128-SHA'],
    ['tlsv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ])('is that of %s and %s, on both sides', (version, ciphers) =>
    with_pair(
      async ({ client, server }) => {
        const made = await ssl.prf(client, 'master_secret', 'EXPORTER-Channel-Binding', seed, 40)
        expect(await ssl.prf(server, 'master_secret', 'EXPORTER-Channel-Binding', seed, 40)).toEqual(made)

        const items = ['client_random', 'server_random', 'master_secret']
        const [, told] = (await ssl.connection_information(client, items)) as ['ok', Record<string, Buffer>]
        const { master_secret, client_random, server_random } = told
        const label = Buffer.from('EXPORTER-Channel-Binding')
        const bytes = [label, client_random!, Buffer.from('context'), server_random!]
        const agreed = { version, suite: suite_from_name(ciphers)! }
        const expected = tls_prf(agreed, master_secret!, bytes, 40)
        expect(made).toEqual(['ok', Buffer.from(expected!)])
        expect(await ssl.prf(client, master_secret!, label, bytes.slice(1), 40)).toEqual(made)
      },
      { versions: [version], ciphers },
      { versions: [version] },
    ),
  )

  test('gives as many bytes as it is asked for, also none', () =>
    with_pair(
      async ({ client }) => {
        for (const length of [0, 1, 500]) {
          const [, bytes] = await ssl.prf(client, Buffer.from('secret'), '\xff', [], length)
          expect(bytes).toHaveLength(length)
        }
        expect(await ssl.prf(client, Buffer.from('secret'), Buffer.of(255), [], 9)).toEqual(
          await ssl.prf(client, Buffer.from('secret'), '\xff', [], 9),
        )
      },
      old,
      { versions: ['tlsv1'] },
    ))

  test('refuses what is no secret, no label, no seed and no length', () =>
    with_pair(async ({ client, listener }) => {
      const prf = ssl.prf as (...asked: readonly unknown[]) => Promise<unknown>
      for (const wrong of [
        ['secret', 'label', [], 1],
        ['master_secret', 5, [], 1],
        ['master_secret', 'label', 'client_random', 1],
        ['master_secret', 'label', ['random'], 1],
        ['master_secret', 'label', [], -1],
        ['master_secret', 'label', [], 1.5],
      ]) {
        expect(await prf(client, ...wrong)).toEqual(['error', 'badarg'])
      }
      expect(await prf(listener, 'master_secret', 'label', [], 1)).toEqual(['error', 'enotconn'])
      await ssl.close(client, 0)
      expect(await prf(client, 'master_secret', 'label', [], 1)).toEqual(['error', 'closed'])
    }))
})

describe('renegotiate', () => {
  test('is not for listeners, nor for what is closed', () =>
    with_pair(async ({ client, listener }) => {
      expect(await ssl.renegotiate(listener)).toEqual(['error', 'enotconn'])
      await ssl.close(client, 0)
      expect(await ssl.renegotiate(client)).toEqual(['error', 'closed'])
    }))
})

test('the protocol that NPN chose is negotiated', () =>
  with_pair(
    async ({ client, server }) => {
      expect(await ssl.negotiated_protocol(client)).toEqual(['ok', 'b'])
      expect(await ssl.negotiated_protocol(server)).toEqual(['ok', 'b'])
      expect(await ssl.negotiated_next_protocol(client)).toEqual(['ok', 'b'])
    },
    { client_preferred_next_protocols: ['server', ['a', 'b']] },
    { next_protocols_advertised: ['c', 'b', 'a'] },
  ))
