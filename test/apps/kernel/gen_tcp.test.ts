// Connections on the loopback interface: what recv gives, and every way in which a socket ends.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import { make_ref, type Pid } from '../../../runtime/erlang/pid.ts'
import { port_info } from '../../../runtime/erlang/port.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, pair, settled } from '../../support/tcp.ts'

afterEach(kill_everybody)

const text = (result: any): string => String(ok(result))
const closed = ['error', 'closed']

/** Ends a process and waits until it has ended. */
async function kill(pid: Pid): Promise<void> {
  const ref = monitor('process', pid)
  exit(pid, 'kill')
  await receive(['DOWN', ref, 'process', pid, _])
}

describe('recv', () => {
  test('gives exactly as many bytes as asked for, and what there is for 0', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(gen_tcp.send(client, 'hello world')).toBe('ok')
      expect(text(await gen_tcp.recv(server, 5))).toBe('hello')
      expect(text(await gen_tcp.recv(server, 1))).toBe(' ')
      expect(text(await gen_tcp.recv(server, 0))).toBe('world')
    }))

  test('waits for bytes that come in pieces, for one process at a time', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const waiting = gen_tcp.recv(server, 6)
      gen_tcp.send(client, 'abc')
      expect(await gen_tcp.recv(server, 1)).toEqual(['error', 'ealready'])
      gen_tcp.send(client, 'def')
      expect(text(await waiting)).toBe('abcdef')
    }))

  test('keeps what has come when it has waited too long', () =>
    in_process(async () => {
      const [client, server] = await pair()
      gen_tcp.send(client, 'abc')
      expect(await gen_tcp.recv(server, 5, 10)).toEqual(['error', 'timeout'])
      gen_tcp.send(client, 'de')
      expect(text(await gen_tcp.recv(server, 5))).toBe('abcde')
    }))

  test('with timeout 0 sees what has reached the machine', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(await gen_tcp.recv(server, 0, 0)).toEqual(['error', 'timeout'])
      gen_tcp.send(client, 'abc')
      expect(text(await gen_tcp.recv(server, 0, 0))).toBe('abc')
    }))

  test('gives what came before the end, then closed, again and again', () =>
    in_process(async () => {
      const [client, server] = await pair()
      gen_tcp.send(client, 'abc')
      gen_tcp.close(client)
      expect(text(await gen_tcp.recv(server, 0))).toBe('abc')
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(gen_tcp.send(server, 'x')).toEqual(closed)
      expect(inet.peername(server)).toEqual(['error', 'enotconn'])
      expect(inet.sockname(server)).toEqual(['error', 'ebadf'])
      expect(gen_tcp.shutdown(server, 'write')).toEqual(['error', 'enotconn'])
    }))

  test('drops fewer bytes than asked for when the end comes before the rest', () =>
    in_process(async () => {
      const [client, server] = await pair()
      gen_tcp.send(client, 'abc')
      gen_tcp.close(client)
      expect(await gen_tcp.recv(server, 5)).toEqual(closed)
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
    }))

  test('refuses what cannot be: an active socket, a length with packets, a listener, a huge length', () =>
    in_process(async () => {
      const [, server] = await pair({}, { active: 'once' })
      const [listening] = await listener()
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'einval'])
      inet.setopts(server, { active: false, packet: 2 })
      expect(await gen_tcp.recv(server, 5)).toEqual(['error', 'einval'])
      inet.setopts(server, { packet: 'raw' })
      expect(await gen_tcp.recv(server, 64 * 1024 * 1024 + 1)).toEqual(['error', 'enomem'])
      expect(await gen_tcp.recv(listening, 0)).toEqual(['error', 'enotconn'])
      expect(() => gen_tcp.recv(server, -1)).toThrow('badarg')
      expect(() => gen_tcp.recv(server, 0, -1)).toThrow('badarg')
    }))

  test('of a process that is killed makes room for another', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const reader = spawn(async () => gen_tcp.recv(server, 3))
      await settled()
      expect(await gen_tcp.recv(server, 3)).toEqual(['error', 'ealready'])
      await kill(reader)
      gen_tcp.send(client, 'abc')
      expect(text(await gen_tcp.recv(server, 3))).toBe('abc')
    }))

  test('gives bytes as a string of code units in list mode, and numbers first with header', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { mode: 'list' })
      const all = Buffer.from(Array.from({ length: 256 }, (_byte, index) => index))
      gen_tcp.send(client, all)
      const list = ok(await gen_tcp.recv(server, 256)) as string
      expect([...list].map(unit => unit.charCodeAt(0))).toEqual([...all])
      inet.setopts(server, { mode: 'binary', header: 2 })
      gen_tcp.send(client, 'abcd')
      expect(ok(await gen_tcp.recv(server, 4))).toEqual([97, 98, Buffer.from('cd')])
    }))

  test('with packets gives one packet each', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 2 }, { packet: 2 })
      const long = Buffer.alloc(60_000, 'x')
      gen_tcp.send(client, 'one')
      gen_tcp.send(client, ['t', Buffer.from('w'), 'o'])
      gen_tcp.send(client, [])
      expect(text(await gen_tcp.recv(server, 0))).toBe('one')
      expect(text(await gen_tcp.recv(server, 0))).toBe('two')
      expect(text(await gen_tcp.recv(server, 0))).toBe('')
      await gen_tcp.send(client, long)
      expect(Buffer.compare(ok(await gen_tcp.recv(server, 0)) as Buffer, long)).toBe(0)
    }))

  test('of a packet above packet_size is emsgsize, and the end', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 4 }, { packet: 4, packet_size: 10 })
      gen_tcp.send(client, 'not above')
      gen_tcp.send(client, 'this one is above')
      expect(text(await gen_tcp.recv(server, 0))).toBe('not above')
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'emsgsize'])
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(await gen_tcp.recv(client, 0)).toEqual(closed)
    }))
})

describe('close', () => {
  test('is ok for whoever calls it however often, and everything else says that it is closed', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(gen_tcp.close(server)).toBe('ok')
      expect(gen_tcp.close(server)).toBe('ok')
      expect(inet.close(server)).toBe('ok')
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(gen_tcp.send(server, 'x')).toEqual(closed)
      expect(await gen_tcp.accept(server)).toEqual(closed)
      expect(gen_tcp.shutdown(server, 'write')).toEqual(closed)
      expect(gen_tcp.controlling_process(server, self())).toEqual(closed)
      const einval = ['error', 'einval']
      expect(inet.peername(server)).toEqual(einval)
      expect(inet.sockname(server)).toEqual(einval)
      expect(inet.port(server)).toEqual(einval)
      expect(inet.setopts(server, { active: true })).toEqual(einval)
      expect(inet.getopts(server, ['active'])).toEqual(einval)
      expect(inet.getstat(server)).toEqual(einval)
      expect(await gen_tcp.recv(client, 0)).toEqual(closed)
    }))

  test('wakes who waits in recv', () =>
    in_process(async () => {
      const [, server] = await pair()
      const waiting = gen_tcp.recv(server, 0)
      gen_tcp.close(server)
      expect(await waiting).toEqual(closed)
    }))

  test('tells an owner that traps exits when another process does it, but not the one that closes', () =>
    in_process(async () => {
      process_flag('trap_exit', true)
      const [client, server] = await pair()
      gen_tcp.close(client)
      spawn(async () => gen_tcp.close(server))
      expect(await receive()).toEqual(['EXIT', server, 'normal'])
      await expect(receive(_, 0)).rejects.toThrow('timeout')
    }))

  test('after an end that recv was told of is told again to one who turns active', () =>
    in_process(async () => {
      const [client, server] = await pair()
      gen_tcp.close(client)
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(inet.setopts(server, { active: 'once' })).toBe('ok')
      expect(await receive()).toEqual(['tcp_closed', server])
      expect(port_info(server)).toBeUndefined()
    }))

  test('with linger 0 resets: closed to most peers, econnreset to one that wants to see it', () =>
    in_process(async () => {
      for (const [show, reason] of [
        [false, 'closed'],
        [true, 'econnreset'],
      ] as const) {
        const [client, server] = await pair({ linger: [true, 0] }, { show_econnreset: show })
        gen_tcp.close(client)
        expect(await gen_tcp.recv(server, 0)).toEqual(['error', reason])
        expect(await gen_tcp.recv(server, 0)).toEqual(closed)
        gen_tcp.close(server)
      }
    }))
})

describe('the owner', () => {
  test('takes its sockets with it, whatever it dies of', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      for (const reason of ['normal', 'kill', 'boom']) {
        const [, ref] = spawn_monitor(async () => {
          const socket = ok(await gen_tcp.connect('localhost', port, { active: false }))
          exit(self(), reason)
          await gen_tcp.recv(socket, 0)
        })
        const server = ok(await gen_tcp.accept(listening))
        expect(await gen_tcp.recv(server, 0)).toEqual(closed)
        await receive(['DOWN', ref, 'process', _, _])
        gen_tcp.close(server)
      }
    }))

  test('is not harmed when a socket closes, nor are others that are linked to it', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const me = self()
      const linked = spawn(async () => {
        link(server)
        send(me, 'linked')
        await receive('go on')
        send(me, 'alive')
      })
      await receive('linked')
      gen_tcp.close(server)
      send(linked, 'go on')
      expect(await receive()).toBe('alive')
      gen_tcp.close(client)
    }))
})

describe('shutdown', () => {
  test('of writing lets the peer read to the end and still answer', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { exit_on_close: false })
      gen_tcp.send(client, 'question')
      expect(gen_tcp.shutdown(client, 'write')).toBe('ok')
      expect(gen_tcp.shutdown(client, 'write')).toBe('ok')
      expect(gen_tcp.send(client, 'more')).toEqual(closed)
      expect(text(await gen_tcp.recv(server, 8))).toBe('question')
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(gen_tcp.send(server, 'answer')).toBe('ok')
      expect(text(await gen_tcp.recv(client, 6))).toBe('answer')
      expect(inet.peername(server)[0]).toBe('ok')
    }))

  test('of reading drops what has come and wakes who waits for more', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { exit_on_close: false })
      gen_tcp.send(client, 'abc')
      expect(text(await gen_tcp.recv(server, 1))).toBe('a')
      const waiting = gen_tcp.recv(server, 3)
      expect(gen_tcp.shutdown(server, 'read')).toBe('ok')
      expect(await waiting).toEqual(closed)
      expect(gen_tcp.send(server, 'still writes')).toBe('ok')
      expect(text(await gen_tcp.recv(client, 12))).toBe('still writes')
    }))

  test('of both ends both', () =>
    in_process(async () => {
      const [client, server] = await pair({ linger: [true, 0] })
      expect(gen_tcp.shutdown(client, 'read_write')).toBe('ok')
      expect(await gen_tcp.recv(server, 0)).toEqual(closed)
      expect(await gen_tcp.recv(client, 0)).toEqual(closed)
      expect(gen_tcp.send(client, 'x')).toEqual(closed)
    }))

  test('refuses a listener and an unknown direction', () =>
    in_process(async () => {
      const [listening] = await listener()
      expect(gen_tcp.shutdown(listening, 'write')).toEqual(['error', 'enotconn'])
      expect(() => gen_tcp.shutdown(listening, 'both' as never)).toThrow('badarg')
    }))
})

test('what is no socket is closed, and invalid', () =>
  in_process(async () => {
    const stranger = make_ref() as never
    expect(gen_tcp.send(stranger, 'x')).toEqual(closed)
    expect(gen_tcp.close(stranger)).toBe('ok')
    expect(inet.peername(stranger)).toEqual(['error', 'einval'])
  }))
