// Sending: what may be sent, peers that do not read, and what becomes of unsent data.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { port_info, ports } from '../../../runtime/erlang/port.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, pair, settled } from '../../support/tcp.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** More than the system buffers between two sockets, so that it can only be sent while the peer reads. */
const flood = Buffer.alloc(32 * 1024 * 1024, 'x')

async function read(socket: gen_tcp.Socket, size: number): Promise<void> {
  const piece = 1024 * 1024
  for (let left = size; left > 0; left -= piece) ok(await gen_tcp.recv(socket, Math.min(left, piece)))
}

describe('send', () => {
  test('takes strings of bytes, binaries, and lists of them and of bytes, in order', () =>
    in_process(async () => {
      const [client, server] = await pair()
      expect(gen_tcp.send(client, ['a', [Buffer.from('b'), [99, 100, 'e']], new Uint8Array([102]), []])).toBe(
        'ok',
      )
      expect(gen_tcp.send(client, '')).toBe('ok')
      expect(gen_tcp.send(client, '\xff')).toBe('ok')
      expect(ok(await gen_tcp.recv(server, 7))).toEqual(Buffer.from('abcdef\xff', 'latin1'))
    }))

  test('refuses what is no data, a packet longer than its length can say, and a listener', () =>
    in_process(async () => {
      const [client, server] = await pair({ packet: 1 })
      const [listening] = await listener()
      for (const data of ['\u0100', [256], [-1], [1.5], [{}], null, 7]) {
        expect(gen_tcp.send(client, data as never)).toEqual(['error', 'einval'])
      }
      expect(gen_tcp.send(client, Buffer.alloc(256))).toEqual(['error', 'emsgsize'])
      expect(gen_tcp.send(listening, 'x')).toEqual(['error', 'enotconn'])
      expect(gen_tcp.send(client, 'only this')).toBe('ok')
      expect(String(ok(await gen_tcp.recv(server, 0)))).toBe('\x09only this')
    }))

  test('to a peer that is gone is closed, and tells an active owner', () =>
    in_process(async () => {
      const [client, server] = await pair({ active: 'once' }, { linger: [true, 0] })
      inet.setopts(client, { active: false })
      gen_tcp.close(server)
      await settled()
      expect(await gen_tcp.send(client, 'x')).toEqual(['error', 'closed'])
      expect(gen_tcp.send(client, 'y')).toEqual(['error', 'closed'])
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'closed'])
      inet.setopts(client, { active: true })
      expect(await receive()).toEqual(['tcp_closed', client])
      expect(port_info(client)).toBeUndefined()
    }))
})

test("a process that was killed can send nothing more, on nobody's socket", () =>
  in_process(async () => {
    const [client, server] = await pair()
    const attempt = new Promise<unknown>(resolve => {
      const killed = spawn(async () => {
        await new Promise(go_on => setImmediate(go_on))
        try {
          resolve(gen_tcp.send(client, 'from beyond'))
        } catch (error) {
          resolve(error)
        }
      })
      spawn(async () => exit(killed, 'kill'))
    })
    expect(await attempt).toMatchObject({ reason: 'killed' })
    gen_tcp.send(client, 'mine')
    expect(String(ok(await gen_tcp.recv(server, 0)))).toBe('mine')
  }))

describe('a peer that does not read', () => {
  test('makes senders wait, until it reads', () =>
    in_process(async () => {
      const [client, server] = await pair()
      const waiting = gen_tcp.send(client, flood)
      expect(waiting).toBeInstanceOf(Promise)
      const me = self()
      spawn(async () => send(me, [await gen_tcp.send(client, 'end')]))
      await settled()
      await expect(receive(_, 0)).rejects.toThrow('timeout')
      expect(ok(inet.getstat(server)).recv_oct).toBe(0)
      expect(ok(inet.getstat(client)).send_pend).toBeGreaterThan(8_192)
      await read(server, flood.length)
      expect(await waiting).toBe('ok')
      expect(await receive()).toEqual(['ok'])
      expect(String(ok(await gen_tcp.recv(server, 3)))).toBe('end')
    }))

  test('is given up after send_timeout, and the socket lives unless send_timeout_close says otherwise', () =>
    in_process(async () => {
      const [client, server] = await pair({ send_timeout: 20 })
      const waiting = gen_tcp.send(client, flood)
      expect(await waiting).toEqual(['error', 'timeout'])
      expect(inet.peername(client)[0]).toBe('ok')
      inet.setopts(client, { send_timeout_close: true, active: true })
      expect(await gen_tcp.send(client, flood)).toEqual(['error', 'timeout'])
      expect(await receive()).toEqual(['tcp_closed', client])
      expect(port_info(client)).toBeUndefined()
      gen_tcp.close(server)
    }))

  test('does not keep a sender from being killed, nor a closed socket from waking it', () =>
    in_process(async () => {
      const [client] = await pair({ linger: [true, 0] })
      const waiting = gen_tcp.send(client, flood)
      const sender = spawn(async () => gen_tcp.send(client, 'x'))
      await settled()
      exit(sender, 'kill')
      gen_tcp.close(client)
      expect(await waiting).toEqual(['error', 'closed'])
    }))

  test('that resets wakes the senders', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { linger: [true, 0] })
      const waiting = gen_tcp.send(client, flood)
      gen_tcp.close(server)
      expect(await waiting).toEqual(['error', 'closed'])
    }))
})

describe('what waits to be sent', () => {
  const roomy = { high_watermark: 2 ** 30 }

  test('is still delivered after close', () =>
    in_process(async () => {
      const [client, server] = await pair(roomy)
      expect(gen_tcp.send(client, flood)).toBe('ok')
      expect(ok(inet.getstat(client)).send_pend).toBeGreaterThan(0)
      gen_tcp.close(client)
      expect(ports()).toEqual([server])
      await read(server, flood.length)
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test('is dropped when linger has passed', () =>
    in_virtual_time(async () => {
      const [client, server] = await pair({ ...roomy, linger: [true, 60] })
      gen_tcp.send(client, flood)
      gen_tcp.close(client)
      expect(timer_count()).toBe(1)
      await expect(receive('nothing', 60_001)).rejects.toThrow('timeout')
      expect(timer_count()).toBe(0)
      let size = 0
      for (;;) {
        const [tag, data] = await gen_tcp.recv(server, 0)
        if (tag === 'error') break
        size += data.length
      }
      expect(size).toBeLessThan(flood.length)
      gen_tcp.close(server)
    }))
})

test('statistics count what goes through', () =>
  in_process(async () => {
    const [client, server] = await pair({ packet: 2 }, { packet: 2 })
    gen_tcp.send(client, 'abc')
    gen_tcp.send(client, 'abcde')
    await gen_tcp.recv(server, 0)
    await gen_tcp.recv(server, 0)
    expect(ok(inet.getstat(client))).toMatchObject({
      send_oct: 12,
      send_cnt: 2,
      send_max: 7,
      send_avg: 6,
      send_pend: 0,
    })
    expect(ok(inet.getstat(server))).toMatchObject({ recv_oct: 12, recv_cnt: 2, recv_max: 7, recv_avg: 6 })
    expect(ok(inet.getstat(client))).toMatchObject({ recv_oct: 0, recv_cnt: 0, recv_avg: 0, recv_dvi: 0 })
  }))

describe('with delay_send', () => {
  test('what one process sends in one turn leaves as one, and counts as pending until then', () =>
    in_process(async () => {
      const [client, server] = await pair({ delay_send: true, nodelay: true })
      gen_tcp.send(client, 'abc')
      gen_tcp.send(client, 'def')
      expect(ok(inet.getstat(client, ['send_pend']))).toEqual({ send_pend: 6 })
      expect(await gen_tcp.recv(server, 0)).toEqual(['ok', Buffer.from('abcdef')])
      expect(ok(inet.getstat(client, ['send_pend']))).toEqual({ send_pend: 0 })
    }))

  test('it goes out before the end, and before what is sent without', () =>
    in_process(async () => {
      const [client, server] = await pair({ delay_send: true })
      gen_tcp.send(client, 'abc')
      inet.setopts(client, { delay_send: false })
      gen_tcp.send(client, 'def')
      gen_tcp.close(client)
      expect(await gen_tcp.recv(server, 6)).toEqual(['ok', Buffer.from('abcdef')])
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test('a sender waits for a peer that does not read, as without', () =>
    in_process(async () => {
      const [client, server] = await pair({ delay_send: true, send_timeout: 20 })
      expect(await gen_tcp.send(client, Buffer.alloc(20_000_000))).toEqual(['error', 'timeout'])
      gen_tcp.close(server)
      inet.setopts(client, { linger: [true, 0] })
      gen_tcp.close(client)
    }))
})
