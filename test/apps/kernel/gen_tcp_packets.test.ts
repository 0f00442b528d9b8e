// Packet types of sockets, lines of HTTP above all: what recv gives and what messages come.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { eventually } from '../../support/eventually.ts'
import { in_process, pair } from '../../support/tcp.ts'

afterEach(kill_everybody)

const next = (socket: gen_tcp.Socket, timeout = 2_000) => gen_tcp.recv<gen_tcp.Delivered>(socket, 0, timeout)
const message = () => receive(_, 2_000)

describe('a socket of type http', () => {
  test('gives the first line, the fields, the end, and then a first line again', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { packet: 'http' })
      gen_tcp.send(client, 'POST /form HTTP/1.1\r\nhost: a\r\nX-Own:\r\n\r\nPATCH x HTTP/1.0\n')
      expect(await next(server)).toEqual(['ok', ['http_request', 'POST', ['abs_path', '/form'], [1, 1]]])
      expect(await next(server)).toEqual(['ok', ['http_header', 14, 'Host', 'host', 'a']])
      expect(await next(server)).toEqual(['ok', ['http_header', 0, 'X-Own', 'X-Own', '']])
      expect(await next(server)).toEqual(['ok', 'http_eoh'])
      expect(await next(server)).toEqual(['ok', ['http_request', 'PATCH', ['abs_path', 'x'], [1, 0]]])
      expect(await gen_tcp.recv(server, 3)).toEqual(['error', 'einval'])
    }))

  test('is read as it was wherever it is, when the option is set anew', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { packet: 'http' })
      gen_tcp.send(client, 'junk\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 204\r\n')
      expect(await next(server)).toEqual(['ok', ['http_error', 'junk\r\n']])
      expect(await next(server)).toEqual(['ok', ['http_response', [1, 1], 200, 'OK']])
      inet.setopts(server, { packet: 'http_bin' })
      const length = ['http_header', 38, 'Content-Length', Buffer.from('Content-Length'), Buffer.from('3')]
      expect(await next(server)).toEqual(['ok', length])
      expect(await next(server)).toEqual(['ok', 'http_eoh'])
      inet.setopts(server, { packet: 'raw' })
      expect(await gen_tcp.recv(server, 3)).toEqual(['ok', Buffer.from('abc')])
      inet.setopts(server, { packet: 'http' })
      expect(await next(server)).toEqual(['ok', ['http_response', [1, 1], 204, '']])
    }))

  test('sends messages of its own, and moves them with the socket', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { packet: 'http_bin', active: 3 })
      gen_tcp.send(client, 'GET * HTTP/1.1\r\nvia: x\r\n\r\n')
      await eventually(() => expect(ok(inet.getopts(server, ['active']))).toEqual({ active: false }))
      const parent = self()
      const heir = spawn(async () => {
        const got = []
        for (let count = 0; count < 4; count++) got.push(await message())
        send(parent, got)
      })
      expect(gen_tcp.controlling_process(server, heir)).toBe('ok')
      expect(await message()).toEqual([
        ['http', server, ['http_request', 'GET', '*', [1, 1]]],
        ['http', server, ['http_header', 7, 'Via', Buffer.from('via'), Buffer.from('x')]],
        ['http', server, 'http_eoh'],
        ['tcp_passive', server],
      ])
      gen_tcp.close(client)
    }))

  test('refuses a line that is longer than packet_size, or else than the buffer', () =>
    in_process(async () => {
      for (const limit of [{ packet_size: 40 }, { buffer: 40 }]) {
        const [client, server] = await pair({}, { packet: 'http', active: true, ...limit })
        gen_tcp.send(client, `GET /${'a'.repeat(50)}`)
        expect(await message()).toEqual(['tcp_error', server, 'emsgsize'])
        expect(await message()).toEqual(['tcp_closed', server])
        gen_tcp.close(client)
      }
    }))
})

test.each<[inet.SocketOptions['packet'], number[], number[]]>([
  ['asn1', [0x30, 2, 1, 2], [0x30, 2, 1, 2]],
  ['cdr', [71, 73, 79, 80, 1, 0, 1, 0, 1, 0, 0, 0, 9], [71, 73, 79, 80, 1, 0, 1, 0, 1, 0, 0, 0, 9]],
  ['sunrm', [0x80, 0, 0, 1, 9], [0x80, 0, 0, 1, 9]],
  ['fcgi', [1, 1, 0, 1, 0, 2, 1, 0, 5, 6, 0], [1, 1, 0, 1, 0, 2, 1, 0, 5, 6]],
  ['tpkt', [3, 0, 0, 5, 7], [3, 0, 0, 5, 7]],
])('packets of type %s come one by one, and go out as they are', (type, sent, delivered) =>
  in_process(async () => {
    const [client, server] = await pair({ packet: type }, { packet: type })
    gen_tcp.send(client, [sent, sent])
    gen_tcp.send(client, sent.slice(0, 3))
    expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from(delivered)])
    expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from(delivered)])
    expect(await gen_tcp.recv(server, 0, 0)).toEqual(['error', 'timeout'])
    gen_tcp.send(client, sent.slice(3))
    expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from(delivered)])
  }),
)

test('a line may end with any byte, and what is no packet is an error', () =>
  in_process(async () => {
    const [client, server] = await pair({}, { packet: 'line', line_delimiter: 0x3b })
    gen_tcp.send(client, 'a\nb;GIOQ........')
    expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from('a\nb;')])
    inet.setopts(server, { packet: 'cdr' })
    expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'emsgsize'])
    expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
  }))

describe('unrecv', () => {
  test('puts data in front of what comes next', () =>
    in_process(async () => {
      const [client, server] = await pair()
      gen_tcp.send(client, 'world')
      expect(gen_tcp.unrecv(server, ['hello', 32])).toBe('ok')
      expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from('hello ')])
      expect(gen_tcp.unrecv(server, 'lo ')).toBe('ok')
      expect(await gen_tcp.recv(server, 8)).toEqual(['ok', Buffer.from('lo world')])
      expect(gen_tcp.unrecv(server, 'x')).toBe('ok')
      expect(await gen_tcp.recv(server, 3, 0)).toEqual(['error', 'timeout'])
      inet.setopts(server, { active: true })
      expect(await message()).toEqual(['tcp', server, Buffer.from('x')])
      expect(gen_tcp.unrecv(server, 'y')).toBe('ok')
      expect(await message()).toEqual(['tcp', server, Buffer.from('y')])
      inet.setopts(server, { active: false })
      gen_tcp.close(client)
      expect(gen_tcp.unrecv(server, 'z')).toBe('ok')
      expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from('z')])
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
      expect(gen_tcp.unrecv(server, 'z')).toEqual(['error', 'closed'])
    }))

  test('refuses what is no data, and sockets that have none', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(gen_tcp.unrecv(server, [256])).toEqual(['error', 'einval'])
      gen_tcp.close(server)
      expect(gen_tcp.unrecv(server, 'x')).toEqual(['error', 'closed'])
      const listening = ok(await gen_tcp.listen(0))
      expect(gen_tcp.unrecv(listening, 'x')).toEqual(['error', 'enotconn'])
      gen_tcp.close(client)
    }))
})

test('with deliver: port the messages are those of ports, and move with the socket as well', () =>
  in_process(async () => {
    const [client, server] = await pair({}, { deliver: 'port', packet: 1, header: 1 })
    gen_tcp.send(client, [3, 'abc'])
    inet.setopts(server, { active: 'once' })
    expect(await message()).toEqual([server, ['data', [97, Buffer.from('bc')]]])
    gen_tcp.send(client, [1, 'd'])
    inet.setopts(server, { active: 'once' })
    await eventually(() => expect(ok(inet.getopts(server, ['active']))).toEqual({ active: false }))
    const parent = self()
    gen_tcp.controlling_process(
      server,
      spawn(async () => send(parent, ['moved', await message()])),
    )
    expect(await message()).toEqual(['moved', [server, ['data', [100, Buffer.from('')]]]])
    gen_tcp.close(client)
  }))
