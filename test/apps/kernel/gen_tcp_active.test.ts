// Sockets that send messages to their owner: active true, once and N, and giving a socket away.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import { port_info } from '../../../runtime/erlang/port.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, pair } from '../../support/tcp.ts'

afterEach(kill_everybody)

const bytes = (text: string): Buffer => Buffer.from(text)
const active = (socket: gen_tcp.Socket): Term => ok(inet.getopts(socket, ['active'])).active

async function nothing_came(): Promise<void> {
  await expect(receive(_, 0)).rejects.toThrow('timeout')
}

describe('active true', () => {
  test('delivers all, then tcp_closed, and the socket is closed', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { active: true })
      gen_tcp.send(client, 'abc')
      expect(await receive()).toEqual(['tcp', server, bytes('abc')])
      gen_tcp.close(client)
      expect(await receive()).toEqual(['tcp_closed', server])
      expect(port_info(server)).toBeUndefined()
      expect(inet.peername(server)).toEqual(['error', 'einval'])
    }))

  test('is the default, with strings', () =>
    in_process(async () => {
      const listening = ok(await gen_tcp.listen(0))
      const client = ok(await gen_tcp.connect('127.0.0.1', ok(inet.port(listening))))
      const server = ok(await gen_tcp.accept(listening))
      gen_tcp.send(client, 'ping')
      expect(await receive()).toEqual(['tcp', server, 'ping'])
      gen_tcp.send(server, 'pong')
      expect(await receive()).toEqual(['tcp', client, 'pong'])
    }))

  test('keeps its own half open with exit_on_close false, and says so once', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { active: true, exit_on_close: false })
      gen_tcp.shutdown(client, 'write')
      expect(await receive()).toEqual(['tcp_closed', server])
      expect(gen_tcp.send(server, 'answer')).toBe('ok')
      expect(String(ok(await gen_tcp.recv(client, 6)))).toBe('answer')
      expect(inet.setopts(server, { active: false })).toBe('ok')
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
      expect(inet.setopts(server, { active: true })).toBe('ok')
      await nothing_came()
    }))

  test('tells of a reset, and with show_econnreset by what', () =>
    in_process(async () => {
      const [client, server] = await pair({ linger: [true, 0] }, { active: true })
      gen_tcp.close(client)
      expect(await receive()).toEqual(['tcp_closed', server])
      const [client_2, server_2] = await pair({ linger: [true, 0] }, { active: true, show_econnreset: true })
      gen_tcp.close(client_2)
      expect(await receive()).toEqual(['tcp_error', server_2, 'econnreset'])
      expect(await receive()).toEqual(['tcp_closed', server_2])
      expect(port_info(server_2)).toBeUndefined()
    }))

  test('tells of a packet that is too long, and closes', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 4 }, { packet: 4, packet_size: 3, active: true })
      gen_tcp.send(client, 'abc')
      gen_tcp.send(client, 'abcd')
      expect(await receive()).toEqual(['tcp', server, bytes('abc')])
      expect(await receive()).toEqual(['tcp_error', server, 'emsgsize'])
      expect(await receive()).toEqual(['tcp_closed', server])
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'closed'])
    }))
})

describe('active once', () => {
  test('delivers one message each time, whatever more has come', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { packet: 'line', active: 'once' })
      gen_tcp.send(client, 'one\ntwo\nthree\nfo')
      for (const line of ['one\n', 'two\n', 'three\n']) {
        expect(await receive()).toEqual(['tcp', server, bytes(line)])
        expect(active(server)).toBe(false)
        await nothing_came()
        expect(inet.setopts(server, { active: 'once' })).toBe('ok')
      }
      gen_tcp.send(client, 'ur\n')
      expect(await receive()).toEqual(['tcp', server, bytes('four\n')])
    }))

  test('counts tcp_closed as the message', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { active: 'once' })
      gen_tcp.send(client, 'last')
      gen_tcp.close(client)
      expect(await receive()).toEqual(['tcp', server, bytes('last')])
      await nothing_came()
      inet.setopts(server, { active: 'once' })
      expect(await receive()).toEqual(['tcp_closed', server])
    }))

  test('lets a recv that already waits have the data first', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const waiting = gen_tcp.recv(server, 2)
      inet.setopts(server, { active: 'once' })
      gen_tcp.send(client, 'abcd')
      expect(ok(await waiting)).toEqual(bytes('ab'))
      expect(await receive()).toEqual(['tcp', server, bytes('cd')])
    }))

  test('applies a new packet type to what has come', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { packet: 'line' })
      gen_tcp.send(client, 'head\n\0\x03abc')
      expect(ok(await gen_tcp.recv(server, 0))).toEqual(bytes('head\n'))
      expect(await gen_tcp.recv(server, 0, 5)).toEqual(['error', 'timeout'])
      inet.setopts(server, { packet: 2, active: 'once' })
      expect(await receive()).toEqual(['tcp', server, bytes('abc')])
    }))
})

describe('active N', () => {
  test('delivers N messages, says so, and turns passive', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 1 }, { packet: 1, active: 2 })
      for (const data of ['a', 'b', 'c']) gen_tcp.send(client, data)
      expect(await receive()).toEqual(['tcp', server, bytes('a')])
      expect(await receive()).toEqual(['tcp', server, bytes('b')])
      expect(await receive()).toEqual(['tcp_passive', server])
      expect(active(server)).toBe(false)
      expect(ok(await gen_tcp.recv(server, 0))).toEqual(bytes('c'))
    }))

  test('adds up, within 16 bits, and turns passive at 0', () =>
    in_process(async () => {
      const [, server] = await pair()
      inet.setopts(server, { active: 5 })
      inet.setopts(server, { active: 4 })
      expect(active(server)).toBe(9)
      expect(inet.setopts(server, { active: 32_767 })).toEqual(['error', 'einval'])
      expect(inet.setopts(server, { active: 40_000 })).toEqual(['error', 'einval'])
      expect(active(server)).toBe(9)
      inet.setopts(server, { active: -10 })
      expect(await receive()).toEqual(['tcp_passive', server])
      expect(active(server)).toBe(false)
      inet.setopts(server, { active: true })
      inet.setopts(server, { active: 3 })
      expect(active(server)).toBe(3)
    }))

  test('of 0 when connecting says at once that the socket is passive', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const client = ok(await gen_tcp.connect('localhost', port, { active: 0 }))
      expect(await receive()).toEqual(['tcp_passive', client])
      gen_tcp.close(listening)
    }))
})

describe('controlling_process', () => {
  test('moves the messages that have come, and those to come, in order', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 1 }, { packet: 1, active: true })
      const me = self()
      gen_tcp.send(client, 'one')
      gen_tcp.send(client, 'two')
      send(me, 'mine')
      await receive(['tcp', server, bytes('two')])
      const other = spawn(async () => {
        for (let left = 3; left > 0; left--) send(me, ['got', await receive()])
      })
      gen_tcp.send(client, 'three')
      expect(gen_tcp.controlling_process(server, other)).toBe('ok')
      expect(port_info(server)).toMatchObject({ connected: other, links: [other] })
      gen_tcp.close(client)
      expect(await receive()).toBe('mine')
      expect(await receive()).toEqual(['got', ['tcp', server, bytes('one')]])
      expect(await receive()).toEqual(['got', ['tcp', server, bytes('three')]])
      expect(await receive()).toEqual(['got', ['tcp_closed', server]])
      await nothing_came()
    }))

  test('ties the socket to the life of the new owner and not of the old one', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const me = self()
      const keeper = spawn(async () => receive('stop'))
      const opener = spawn(async () => {
        const socket = ok(await gen_tcp.connect('localhost', port, {}))
        send(me, [socket, gen_tcp.controlling_process(socket, keeper)])
      })
      const ref = monitor('process', opener)
      const server = ok(await gen_tcp.accept(listening))
      const [socket, given] = await receive([_, 'ok'])
      expect(given).toBe('ok')
      await receive(['DOWN', ref, 'process', opener, 'normal'])
      expect(port_info(socket)?.connected).toBe(keeper)
      exit(keeper, 'kill')
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test('is for the owner, and gives to the living only', () =>
    in_process(async () => {
      const [client] = await pair()
      const me = self()
      const [thief, ref] = spawn_monitor(async () => {
        send(me, gen_tcp.controlling_process(client, self()))
      })
      expect(await receive()).toEqual(['error', 'not_owner'])
      await receive(['DOWN', ref, 'process', thief, 'normal'])
      expect(gen_tcp.controlling_process(client, thief)).toEqual(['error', 'badarg'])
      expect(gen_tcp.controlling_process(client, me)).toBe('ok')
      expect(port_info(client)?.connected).toBe(me)
    }))

  test('gives a listener away too', () =>
    in_process(async () => {
      const [listening] = await listener()
      const keeper = spawn(async () => receive('stop'))
      expect(gen_tcp.controlling_process(listening, keeper)).toBe('ok')
      const waiting = gen_tcp.accept(listening)
      exit(keeper, 'kill')
      expect(await waiting).toEqual(['error', 'closed'])
    }))
})
