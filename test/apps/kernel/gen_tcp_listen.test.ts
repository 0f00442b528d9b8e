// Listening, accepting and connecting: who gets which connection, and what is refused.

import { type ChildProcess, spawn as spawn_program } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { ports } from '../../../runtime/erlang/port.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, loopback, pair, settled } from '../../support/tcp.ts'

afterEach(kill_everybody)

describe('accept', () => {
  test('hands connections to many waiting processes, each one to one, in the order they came to wait', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const me = self()
      for (let index = 0; index < 10; index++) {
        spawn(async () => {
          const socket = ok(await gen_tcp.accept(listening))
          await gen_tcp.send(socket, String(index))
          await gen_tcp.recv(socket, 0)
          send(me, 'gone')
        })
      }
      for (let index = 0; index < 10; index++) {
        const client = ok(await gen_tcp.connect(loopback, port, { active: true }))
        expect(await receive(['tcp', client, _])).toEqual(['tcp', client, String(index)])
        gen_tcp.close(client)
        await receive('gone')
      }
    }))

  test('gives up after its timeout, and with 0 takes only what is there', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      expect(await gen_tcp.accept(listening, 5)).toEqual(['error', 'timeout'])
      expect(await gen_tcp.accept(listening, 0)).toEqual(['error', 'timeout'])
      const client = ok(await gen_tcp.connect(loopback, port))
      const server = ok(await gen_tcp.accept(listening, 0))
      expect(inet.peername(server)).toEqual(inet.sockname(client))
      await expect(gen_tcp.accept(listening, -1)).rejects.toThrow('badarg')
    }))

  test('is closed when the listener closes, or its owner ends', () =>
    in_process(async () => {
      const me = self()
      const owner = spawn(async () => {
        send(me, (await listener())[0])
        await receive('stop')
      })
      const theirs = await receive()
      const [mine] = await listener()
      const waiting = [gen_tcp.accept(theirs), gen_tcp.accept(mine), gen_tcp.accept(mine)]
      gen_tcp.close(mine)
      exit(owner, 'kill')
      expect(await Promise.all(waiting)).toEqual(Array(3).fill(['error', 'closed']))
      expect(await gen_tcp.accept(mine)).toEqual(['error', 'closed'])
    }))

  test('of a process that is killed leaves the connection to the next', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const [killed, ref] = spawn_monitor(async () => gen_tcp.accept(listening))
      await settled()
      exit(killed, 'kill')
      await receive(['DOWN', ref, 'process', killed, 'killed'])
      const waiting = gen_tcp.accept(listening)
      const client = ok(await gen_tcp.connect(loopback, port))
      expect(inet.peername(ok(await waiting))).toEqual(inet.sockname(client))
    }))

  test('is not for connections', () =>
    in_process(async () => {
      const [client] = await pair()
      expect(await gen_tcp.accept(client)).toEqual(['error', 'einval'])
    }))

  test('passes the options of the listener on, as they are by then', () =>
    in_process(async () => {
      const [listening, port] = await listener({ packet: 4, nodelay: true, send_timeout: 7 })
      inet.setopts(listening, { packet: 2, active: 3, keepalive: true })
      await gen_tcp.connect(loopback, port)
      const server = ok(await gen_tcp.accept(listening))
      const names = ['packet', 'active', 'mode', 'nodelay', 'keepalive', 'send_timeout'] as const
      const expected = {
        packet: 2,
        active: 3,
        mode: 'binary',
        nodelay: true,
        keepalive: true,
        send_timeout: 7,
      }
      expect(inet.getopts(server, names)).toEqual(['ok', expected])
      inet.setopts(server, { packet: 1 })
      expect(ok(inet.getopts(listening, ['packet']))).toEqual({ packet: 2 })
      expect(inet.setopts(listening, { active: 32_767 })).toEqual(['error', 'einval'])
    }))
})

describe('a listener', () => {
  test('keeps as many connections as backlog says, unread, and closes those beyond', () =>
    in_process(async () => {
      const [listening, port] = await listener({ backlog: 2 })
      const clients: gen_tcp.Socket[] = []
      for (let count = 0; count < 3; count++) {
        clients.push(ok(await gen_tcp.connect(loopback, port, { active: false })))
        gen_tcp.send(clients[count]!, 'hello')
      }
      expect(await gen_tcp.recv(clients[2]!, 0)).toEqual(['error', 'closed'])
      for (const client of clients.slice(0, 2)) {
        const server = ok(await gen_tcp.accept(listening))
        expect(inet.peername(server)).toEqual(inet.sockname(client))
        expect(String(ok(await gen_tcp.recv(server, 5)))).toBe('hello')
      }
      expect(await gen_tcp.accept(listening, 0)).toEqual(['error', 'timeout'])
    }))

  test('closes what nobody has accepted when it closes', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const client = ok(await gen_tcp.connect(loopback, port, { active: false }))
      await settled()
      gen_tcp.close(listening)
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'closed'])
    }))

  test('has its port to itself, until it closes', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      expect(await gen_tcp.listen(port, { ip: loopback })).toEqual(['error', 'eaddrinuse'])
      gen_tcp.close(listening)
      const again = ok(await gen_tcp.listen(port, { ip: 'loopback', reuseaddr: true }))
      expect(inet.sockname(again)).toEqual(['ok', [loopback, port]])
    }))

  test('listens on all addresses unless told otherwise, and has no peer', () =>
    in_process(async () => {
      const listening = ok(await gen_tcp.listen(0))
      expect(ok(inet.sockname(listening))[0]).toEqual([0, 0, 0, 0])
      expect(inet.peername(listening)).toEqual(['error', 'enotconn'])
      expect(ok(inet.getstat(listening)).recv_oct).toBe(0)
    }))

  test('has the port of the options before that of the argument', () =>
    in_process(async () => {
      const [first, port] = await listener()
      gen_tcp.close(first)
      const listening = ok(await gen_tcp.listen(0, { ifaddr: loopback, port, reuseaddr: true }))
      expect(inet.sockname(listening)).toEqual(['ok', [loopback, port]])
    }))

  test('on an address that is not ours is refused by the system', () =>
    in_process(async () => {
      expect(await gen_tcp.listen(0, { ip: '192.0.2.1' })).toEqual(['error', 'eaddrnotavail'])
    }))

  test('of a process that is killed meanwhile is not there afterwards', () =>
    in_process(async () => {
      const [starting, ref] = spawn_monitor(async () => gen_tcp.listen(0, { ip: loopback }))
      spawn(async () => exit(starting, 'kill'))
      await receive(['DOWN', ref, 'process', starting, 'killed'])
      await settled()
      expect(ports()).toEqual([])
    }))
})

describe('connect', () => {
  test('takes names, addresses as text and as numbers', () =>
    in_process(async () => {
      const [, port] = await listener()
      for (const host of ['localhost', '127.0.0.1', [127, 0, 0, 1]] as const) {
        const client = ok(await gen_tcp.connect(host, port))
        expect(inet.peername(client)).toEqual(['ok', [[127, 0, 0, 1], port]])
        gen_tcp.close(client)
      }
    }))

  test('speaks IPv6 by address or option', async () => {
    const has_ip6 = Object.values(networkInterfaces()).some(list =>
      list?.some(({ address }) => address === '::1'),
    )
    if (!has_ip6) return console.warn('skipped: this machine has no ::1')
    await in_process(async () => {
      const listening = ok(await gen_tcp.listen(0, { inet6: true, ip: 'loopback', ipv6_v6only: true }))
      const port = ok(inet.port(listening))
      for (const host of ['::1', [0, 0, 0, 0, 0, 0, 0, 1]] as const) {
        const client = ok(await gen_tcp.connect(host, port, { ip: '::1' }))
        expect(inet.peername(client)).toEqual(['ok', [[0, 0, 0, 0, 0, 0, 0, 1], port]])
      }
      expect(await gen_tcp.connect('127.0.0.1', port)).toEqual(['error', 'econnrefused'])
    })
  })

  test('comes from the address and port that the options say', () =>
    in_process(async () => {
      const [free, local_port] = await listener()
      const [, port] = await listener()
      gen_tcp.close(free)
      const client = ok(await gen_tcp.connect(loopback, port, { ip: [127, 0, 0, 2], port: local_port }))
      expect(inet.sockname(client)).toEqual(['ok', [[127, 0, 0, 2], local_port]])
    }))

  test('says why it fails, in POSIX codes', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      gen_tcp.close(listening)
      expect(await gen_tcp.connect('localhost', port)).toEqual(['error', 'econnrefused'])
      expect(await gen_tcp.connect('', port)).toEqual(['error', 'nxdomain'])
      expect(await gen_tcp.connect('no.such.host.invalid', port)).toEqual(['error', 'nxdomain'])
      expect(await gen_tcp.connect({} as never, port)).toEqual(['error', 'nxdomain'])
    }))

  test('refuses with einval what Node cannot set', () =>
    in_process(async () => {
      const refused = ['priority', 'tos', 'tclass', 'ttl', 'fd', 'recbuf', 'sndbuf', 'raw', 'netns', 'nopush']
      for (const name of refused) {
        expect(await gen_tcp.connect('localhost', 1, { [name]: 1 })).toEqual(['error', 'einval'])
        expect(await gen_tcp.listen(0, { [name]: 1 })).toEqual(['error', 'einval'])
      }
      expect(await gen_tcp.listen(0, { reuseaddr: false } as never)).toEqual(['error', 'einval'])
    }))

  test('refuses options that there are not, and names them', () =>
    in_process(async () => {
      const connect = (options: object) => gen_tcp.connect('localhost', 1, options)
      await expect(connect({ recbug: 1 })).rejects.toMatchObject({ reason: 'badarg' })
      await expect(connect({ recbug: 1 })).rejects.toThrow('badarg: no option recbug')
      await expect(connect({ packet: 3 })).rejects.toThrow('badarg: no such value for the option packet')
      await expect(connect({ backlog: 3 })).rejects.toThrow('no option backlog')
      await expect(connect([])).rejects.toThrow('badarg')
      await expect(gen_tcp.listen(70_000)).rejects.toThrow('badarg')
      await expect(gen_tcp.connect('localhost', -1)).rejects.toThrow('badarg')
      await expect(gen_tcp.connect('localhost', 1, {}, -1)).rejects.toThrow('badarg')
    }))
})

describe('a machine that does not answer', () => {
  test('is given up after the timeout, and when the process is killed', async () => {
    const silent = await silent_listener()
    try {
      await in_process(async () => {
        expect(await gen_tcp.connect(loopback, silent.port, {}, 20)).toEqual(['error', 'timeout'])
        const [waiting, ref] = spawn_monitor(async () => gen_tcp.connect(loopback, silent.port))
        await settled()
        exit(waiting, 'kill')
        await receive(['DOWN', ref, 'process', waiting, 'killed'])
      })
    } finally {
      silent.program.kill('SIGKILL')
    }
  })
})

/** A program that listens, never accepts, and whose queue is full. */
async function silent_listener(): Promise<{ program: ChildProcess; port: number }> {
  const script = `
    import { createServer, connect } from 'node:net'
    import { writeSync } from 'node:fs'
    const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      const { port } = server.address()
      for (let count = 0; count < 8; count++) connect({ port, host: '127.0.0.1' }).on('error', () => {})
      process.nextTick(() => {
        writeSync(1, port + '\\n')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      })
    })`
  const program = spawn_program(process.execPath, ['--input-type=module', '-e', script])
  const port = await new Promise<string>(resolve => program.stdout.once('data', resolve))
  return { program, port: Number(port) }
}
