import { describe, expect, test } from '@jest/globals'
import { gen_tcp } from '../../apps/kernel/index.ts'
import { ok, run } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

type Call = (sockets: Sockets, timeout: number) => Promise<unknown>

interface Sockets {
  readonly client: ssl.SslSocket
  readonly listener: ssl.SslListenSocket
  readonly port: number
}

const calls: Readonly<Record<string, Call>> = {
  'connect/4': ({ port }, timeout) => ssl.connect('localhost', port, pki().client, timeout),
  'connect/3, of a TCP socket': async ({ port }, timeout) => {
    const tcp = ok(await gen_tcp.connect('localhost', port, { active: false }))
    return ssl.connect(tcp, pki().client, timeout)
  },
  'transport_accept/2': ({ listener }, timeout) => ssl.transport_accept(listener, timeout),
  'handshake/2': ({ client }, timeout) => ssl.handshake(client, timeout),
  'handshake/3': ({ client }, timeout) => ssl.handshake(client, {}, timeout),
  'ssl_accept/2': ({ client }, timeout) => ssl.ssl_accept(client, timeout),
  'handshake_continue/3': ({ client }, timeout) => ssl.handshake_continue(client, {}, timeout),
  'recv/3': ({ client }, timeout) => ssl.recv(client, 1, timeout),
  'close/2': ({ client }, timeout) => ssl.close(client, timeout),
}

describe.each(Object.entries(calls))('the time limit of %s (1.1.3)', (_name, call) => {
  test('is whole milliseconds that a timer can have, or none', () =>
    with_pair(pki, async pair => {
      for (const wrong of [
        -1,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 32,
        '5' as never,
        5n as never,
      ]) {
        await expect(call(pair, wrong)).rejects.toMatchObject({ reason: ['badarg', wrong] })
      }
      expect(await ssl.send(pair.client, 'still here')).toBe('ok')
    }))
})

test('a limit of 0 is one (1.1.3)', () =>
  with_pair(pki, async ({ client, listener, port }) => {
    const late = ['error', 'timeout']
    expect(await ssl.recv(client, 1, 0)).toEqual(late)
    expect(await ssl.transport_accept(listener, 0)).toEqual(late)
    expect(await ssl.connect('localhost', port, pki().client, 0)).toEqual(late)
  }))

test('a recv that is late leaves what has come for the next one (1.10)', () =>
  with_pair(pki, async ({ client, server }) => {
    ok(await ssl.send(server, 'abc'))
    expect(await ssl.recv(client, 4, 50)).toEqual(['error', 'timeout'])
    ok(await ssl.send(server, 'd'))
    expect(await ssl.recv(client, 4, 5_000)).toEqual(['ok', Buffer.from('abcd')])
  }))

test('recv of what is no length is refused in the caller (1.10)', () =>
  with_pair(pki, async ({ client }) => {
    for (const wrong of [-1, 0.5, Number.NaN, '1' as never]) {
      await expect(ssl.recv(client, wrong)).rejects.toMatchObject({ reason: ['badarg', wrong] })
    }
    expect(await ssl.recv(client, 1, 0)).toEqual(['error', 'timeout'])
  }))

test('a handshake with nothing in the place of options has those there are', () =>
  with_pair(pki, async ({ client }) => {
    expect(await ssl.handshake(client, null as never, 5_000)).toEqual(['ok', client])
    expect(await ssl.handshake_continue(client, null as never)).toEqual(['error', 'einval'])
  }))

test('nothing in the place of options is nothing, and no options at all are none', () =>
  run(async () => {
    expect(await ssl.connect('localhost', 1, null as never)).toEqual(['error', ['options', null]])
    expect(await ssl.listen(0, null as never)).toEqual(['error', 'nooptions'])
  }))
