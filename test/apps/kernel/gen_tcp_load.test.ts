// Many connections at once, and nothing left of them.

import { afterEach, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, loopback } from '../../support/tcp.ts'

afterEach(kill_everybody)

const crowd = 100
const rounds = 10

/** Echoes until the peer is gone, or until it is asked to stop in one of the ways there are. */
async function echo(socket: gen_tcp.Socket): Promise<void> {
  for (;;) {
    inet.setopts(socket, { active: 'once' })
    const [tag, , data] = await receive()
    if (tag === 'tcp_closed') return
    if (String(data) === 'leave') return
    if (String(data) === 'crash') exit('crash')
    await gen_tcp.send(socket, data)
  }
}

async function accept_for_ever(listening: gen_tcp.Socket): Promise<void> {
  for (;;) {
    const [tag, socket] = await gen_tcp.accept(listening)
    if (tag === 'error') return
    const handler = spawn(async () => echo(await receive()))
    gen_tcp.controlling_process(socket, handler)
    send(handler, socket)
  }
}

/** One visit; how it ends depends on `index`. */
async function visit(port: number, index: number): Promise<void> {
  const socket = ok(await gen_tcp.connect(loopback, port, { active: false, mode: 'binary' }))
  const greeting = `hello ${index}`
  await gen_tcp.send(socket, greeting)
  expect(String(ok(await gen_tcp.recv(socket, greeting.length)))).toBe(greeting)
  if (index % 4 === 0) return
  if (index % 4 === 1) return exit('crash')
  await gen_tcp.send(socket, index % 4 === 2 ? 'leave' : 'crash')
  expect(await gen_tcp.recv(socket, 0)).toEqual(['error', 'closed'])
}

test(
  'a thousand connections, dropped in every way, leave no process, socket or timer',
  () =>
    in_process(async () => {
      const [listening, port] = await listener()
      for (let count = 0; count < 5; count++) spawn(accept_for_ever, listening)
      for (let round = 0; round < rounds; round++) {
        for (let index = 0; index < crowd; index++) spawn_monitor(visit, port, index)
        for (let index = 0; index < crowd; index++) {
          const [, , , , reason] = await receive(['DOWN', _, 'process', _, _])
          expect(['normal', 'crash']).toContain(reason)
        }
      }
      gen_tcp.close(listening)
    }),
  60_000,
)

test('a fast sender and a slow reader exchange all bytes in order', () =>
  in_process(async () => {
    const [listening, port] = await listener({ packet: 4 })
    const me = self()
    const packets = 400
    spawn(async () => {
      const socket = ok(await gen_tcp.connect(loopback, port, { packet: 4 }))
      for (let index = 0; index < packets; index++) {
        ok(await gen_tcp.send(socket, [String(index), Buffer.alloc((index * 7919) % 100_000, index % 256)]))
      }
      send(me, 'sent')
      await receive(['tcp_closed', socket])
    })
    const socket = ok(await gen_tcp.accept(listening))
    for (let index = 0; index < packets; index++) {
      const packet = ok(await gen_tcp.recv(socket, 0)) as Buffer
      const number = String(index)
      const wanted = Buffer.alloc((index * 7919) % 100_000, index % 256)
      expect(packet.subarray(0, number.length).toString()).toBe(number)
      expect(packet.subarray(number.length).equals(wanted)).toBe(true)
    }
    gen_tcp.close(socket)
    expect(await receive()).toBe('sent')
  }))

test('a thousand connections that come at once are all taken, by many acceptors or by one', () =>
  in_process(async () => {
    for (const acceptors of [1, 20]) {
      const [listening, port] = await listener()
      const me = self()
      for (let index = 0; index < acceptors; index++) {
        spawn(async () => {
          for (;;) {
            const [tag, socket] = await gen_tcp.accept(listening)
            if (tag === 'error') return
            gen_tcp.send(socket, 'x')
            send(me, 'accepted')
          }
        })
      }
      const coming = Array.from({ length: 1_000 }, () =>
        gen_tcp.connect(loopback, port, { active: false, linger: [true, 0] }),
      )
      const clients = (await Promise.all(coming)).map(ok)
      for (let index = 0; index < clients.length; index++) await receive('accepted')
      for (const client of clients) expect(await gen_tcp.recv(client, 1)).toEqual(['ok', 'x'])
      for (const client of clients) gen_tcp.close(client)
      gen_tcp.close(listening)
    }
  }))

test('a peer that sends without being read has to stop, and costs no memory', () =>
  in_process(async () => {
    const [listening, port] = await listener()
    const me = self()
    const chunk = Buffer.alloc(1_000_000)
    const flooder = spawn(async () => {
      const socket = ok(await gen_tcp.connect(loopback, port, { linger: [true, 0] }))
      for (let sent = 0; ; sent++) {
        const result = gen_tcp.send(socket, chunk)
        if (result !== 'ok') send(me, ['waits', sent])
        await result
      }
    })
    const socket = ok(await gen_tcp.accept(listening))
    const [, before] = await receive(['waits', _])
    expect(before).toBeLessThan(20)
    const { recv_oct } = ok(inet.getstat(socket))
    expect(recv_oct).toBe(0)
    expect(ok(await gen_tcp.recv(socket, 10)).length).toBe(10)
    exit(flooder, 'kill')
    expect(await receive_until_closed(socket)).toBe('closed')
    gen_tcp.close(listening)
    gen_tcp.close(socket)
  }))

/** Reads on. @returns why there was no more */
async function receive_until_closed(socket: gen_tcp.Socket): Promise<unknown> {
  for (;;) {
    const [tag, reason] = await gen_tcp.recv(socket, 0)
    if (tag === 'error') return reason
  }
}
