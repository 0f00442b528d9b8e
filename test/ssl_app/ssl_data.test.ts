import { describe, expect, test } from '@jest/globals'
import type { Delivered } from '../../apps/kernel/inet_packet.ts'
import { _, ok, receive } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type Pair, with_pair as with_each_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const with_pair = (
  body: (pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) => with_each_pair(pki, body, client, server)
const bytes = (text: string) => Buffer.from(text)

describe('recv', () => {
  test('with length 0 gives what one record brought', () =>
    with_pair(async ({ client, server }) => {
      expect(await ssl.send(client, 'one')).toBe('ok')
      expect(await ssl.send(client, ['t', [119, bytes('o')]])).toBe('ok')
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('one')])
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('two')])
    }))

  test('with a length gives exactly that many bytes, across records', () =>
    with_pair(async ({ client, server }) => {
      await ssl.send(client, 'abc')
      await ssl.send(client, 'defg')
      expect(await ssl.recv(server, 5)).toEqual(['ok', bytes('abcde')])
      expect(await ssl.recv(server, 2)).toEqual(['ok', bytes('fg')])
    }))

  test('that is too late keeps what has come', () =>
    with_pair(async ({ client, server }) => {
      await ssl.send(client, 'ab')
      expect(await ssl.recv(server, 3, 20)).toEqual(['error', 'timeout'])
      await ssl.send(client, 'c')
      expect(await ssl.recv(server, 3)).toEqual(['ok', bytes('abc')])
    }))

  test('by several callers is served in their order', () =>
    with_pair(async ({ client, server }) => {
      const both = Promise.all([ssl.recv(server, 2), ssl.recv(server, 1)])
      await ssl.send(client, 'xyz')
      expect(await both).toEqual([
        ['ok', bytes('xy')],
        ['ok', bytes('z')],
      ])
    }))

  test('of a list gives a string of bytes', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, Uint8Array.of(104, 233))
        expect(await ssl.recv(server, 0)).toEqual(['ok', 'h\u00e9'])
      },
      {},
      { mode: 'list' },
    ))

  test('is refused in active mode, and for a listener, and by a length below 0', () =>
    with_pair(
      async ({ client, listener }) => {
        expect(await ssl.recv(client, 0)).toEqual(['error', 'einval'])
        expect(await ssl.recv(listener as never, 0)).toEqual(['error', 'enotconn'])
        await expect(ssl.recv(client, -1)).rejects.toMatchObject({ reason: ['badarg', -1] })
      },
      { active: true },
    ))
})

describe('active mode', () => {
  test('true brings each record as a message, and the end', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(server, 'a')
        await ssl.send(server, 'b')
        expect(await receive(['ssl', client, _], 2_000)).toEqual(['ssl', client, bytes('a')])
        expect(await receive(['ssl', client, _], 2_000)).toEqual(['ssl', client, bytes('b')])
        await ssl.close(server)
        expect(await receive(['ssl_closed', client], 2_000)).toBeTruthy()
        expect(await ssl.send(client, 'late')).toEqual(['error', 'closed'])
      },
      { active: true },
    ))

  test('once brings one message, and data before the end', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(server, 'a')
        await ssl.send(server, 'b')
        expect(await receive(['ssl', client, _], 2_000)).toEqual(['ssl', client, bytes('a')])
        expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: false }])
        const closed = ssl.close(server, 100)
        await expect(receive(['ssl', client, _], 20)).rejects.toMatchObject({ reason: 'timeout' })
        await ssl.setopts(client, { active: 'once' })
        expect(await receive(['ssl', client, _], 2_000)).toEqual(['ssl', client, bytes('b')])
        await ssl.setopts(client, { active: 'once' })
        expect(await receive(['ssl_closed', client], 2_000)).toBeTruthy()
        await closed
      },
      { active: 'once' },
    ))

  test('a number counts down to passive, and is added to', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.setopts(client, { active: 1 })
        expect(await ssl.getopts(client, ['active'])).toEqual(['ok', { active: 3 }])
        for (const text of ['1', '2', '3', '4']) await ssl.send(server, text)
        for (const text of ['1', '2', '3']) {
          expect(await receive(_, 2_000)).toEqual(['ssl', client, bytes(text)])
        }
        expect(await receive(_, 2_000)).toEqual(['ssl_passive', client])
        expect(await ssl.recv(client, 0)).toEqual(['ok', bytes('4')])
      },
      { active: 2 },
    ))
})

describe('packets', () => {
  test.each([1, 2, 4] as const)('of type %i have their length in front', packet =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'hello')
        await ssl.send(client, '')
        await ssl.send(client, 'x')
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('hello')])
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('')])
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('x')])
      },
      { packet },
      { packet },
    ),
  )

  test('that are too long for their header are refused', () =>
    with_pair(
      async ({ client }) => {
        const refused = ['error', ['badarg', ['packet_to_large', 256, 255]]]
        expect(await ssl.send(client, Buffer.alloc(256))).toEqual(refused)
      },
      { packet: 1 },
    ))

  test('of a line end with it, and the rest can be read raw', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'one\ntwo')
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('one\n')])
        await ssl.setopts(server, { packet: 'raw' })
        expect(await ssl.recv(server, 3)).toEqual(['ok', bytes('two')])
      },
      {},
      { packet: 'line' },
    ))

  test('larger than packet_size end the connection', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'abcdef\n')
        expect(await ssl.recv(server, 0)).toEqual(['error', ['invalid_packet', bytes('abcdef\n')]])
        expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
      },
      {},
      { packet: 'line', packet_size: 3 },
    ))

  test('with a header come as numbers and the rest', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'abcd')
        expect(await ssl.recv(server, 0)).toEqual(['ok', [97, 98, bytes('cd')]])
      },
      {},
      { header: 2 },
    ))

  test.each<[NonNullable<ssl.ConnectOptions['packet']>, number[], number[]]>([
    ['asn1', [0x30, 2, 1, 2], [0x30, 2, 1, 2]],
    ['cdr', [71, 73, 79, 80, 1, 0, 1, 0, 1, 0, 0, 0, 9], [71, 73, 79, 80, 1, 0, 1, 0, 1, 0, 0, 0, 9]],
    ['sunrm', [0x80, 0, 0, 1, 9], [0x80, 0, 0, 1, 9]],
    ['fcgi', [1, 1, 0, 1, 0, 2, 1, 0, 5, 6, 0], [1, 1, 0, 1, 0, 2, 1, 0, 5, 6]],
    ['tpkt', [3, 0, 0, 5, 7], [3, 0, 0, 5, 7]],
  ])('of type %s end where they say themselves', (packet, sent, delivered) =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, [sent, sent.slice(0, 3)])
        expect(await ssl.recv(server, 0)).toEqual(['ok', Buffer.from(delivered)])
        expect(await ssl.recv(server, 0, 20)).toEqual(['error', 'timeout'])
        await ssl.send(client, sent.slice(3))
        expect(await ssl.recv(server, 0)).toEqual(['ok', Buffer.from(delivered)])
      },
      { packet },
      { packet },
    ),
  )
})

describe('lines of HTTP', () => {
  test('come as terms: first line, fields, end, and then a first line again', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'GET /a HTTP/1.1\r\nhost: b\r\n')
        await ssl.send(client, '\r\njunk\r\n')
        const next = async () => ok(await ssl.recv<Delivered>(server, 0))
        expect(await next()).toEqual(['http_request', 'GET', ['abs_path', '/a'], [1, 1]])
        expect(await ssl.getopts(server, ['packet'])).toEqual(['ok', { packet: 'http' }])
        expect(await next()).toEqual(['http_header', 14, 'Host', 'host', 'b'])
        expect(await next()).toBe('http_eoh')
        expect(await next()).toEqual(['http_error', 'junk\r\n'])
      },
      {},
      { packet: 'http' },
    ))

  test('come as messages of ssl, and the body after them raw', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody')
        const next = async () => {
          await ssl.setopts(server, { active: 'once' })
          const [, , data] = await receive(['ssl', server, _], 5_000)
          return data
        }
        expect(await next()).toEqual(['http_response', [1, 1], 200, bytes('OK')])
        const name = 'Content-Length'
        expect(await next()).toEqual(['http_header', 38, name, bytes(name), bytes('4')])
        expect(await next()).toBe('http_eoh')
        await ssl.setopts(server, { packet: 'raw' })
        expect(await next()).toEqual(bytes('body'))
      },
      {},
      { packet: 'http_bin' },
    ))

  test('of fields alone need no first line; setting the type anew expects one', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'a: b\r\nGET /\r\nc: d\r\n\r\n')
        expect(await ssl.recv<Delivered>(server, 0)).toEqual(['ok', ['http_header', 0, 'A', 'a', 'b']])
        await ssl.setopts(server, { packet: 'http' })
        const request = ['http_request', 'GET', ['abs_path', '/'], [0, 9]]
        expect(await ssl.recv<Delivered>(server, 0)).toEqual(['ok', request])
        await ssl.setopts(server, { packet: 'http' })
        expect(await ssl.recv<Delivered>(server, 0)).toEqual(['ok', ['http_error', 'c: d\r\n']])
      },
      {},
      { packet: 'httph' },
    ))

  test('above packet_size end the connection', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'GET /long')
        expect(await ssl.recv(server, 0)).toEqual(['error', ['invalid_packet', bytes('GET /long')]])
      },
      {},
      { packet: 'http', packet_size: 5 },
    ))
})

test('the form of the transport messages is not for users to change', () =>
  with_pair(async ({ client }) => {
    const refused = ['error', ['options', ['socket_options', ['deliver', 'port']]]]
    expect(await ssl.setopts(client, { deliver: 'port' } as never)).toEqual(refused)
  }))
