// A node that lets itself be watched, and what others can do to it.

import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { gen_tcp } from '../../../apps/kernel/index.ts'
import * as observer from '../../../apps/observer/observer.ts'
import { directory, make_directory, socket_path } from '../../../apps/observer/observer_directory.ts'
import { decode_answer, encode_request, longest_request } from '../../../apps/observer/observer_protocol.ts'
import { ask, connect, find, nodes } from '../../../apps/observer/watched_node.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { eventually } from '../../support/eventually.ts'
import { with_own_directory } from '../../support/watched.ts'

with_own_directory()

const everything = {
  views: ['processes', 'queues', 'tree', 'ports', 'timers', 'ets'],
  sort_by: 'pid',
  limit: 50,
} as const

const reason_of_start = async (options?: observer.StartOptions) => {
  const [, reason] = (await observer.start(options)) as ['error', any]
  return reason[0][1][2]
}

/** Listens as a node would. */
const impostor = (name: string): Promise<Server> =>
  new Promise(resolve => {
    const server = createServer().listen(ok(socket_path(name)), () => resolve(server))
  })

/** A connection that can send what it likes. */
const raw = (name: string) =>
  gen_tcp.connect(['local', ok(socket_path(name))], 0, { active: false, mode: 'binary' })

describe('A node that is watched', () => {
  test('tells all there is, with text for pids', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const socket = ok(await connect('shop'))
      const snapshot = ok(await ask(socket, everything, 5_000))
      expect(snapshot).toMatchObject({
        system: { os_pid: process.pid },
        timers: expect.any(Array),
        ets: [],
        queues: expect.any(Array),
      })
      expect(snapshot.processes?.map(({ name }) => name)).toContain('observer_listener')
      expect(snapshot.ports?.map(({ owner_name }) => owner_name)).toContain('observer_listener')
      const app = snapshot.tree?.find(({ application: name }) => name === 'observer')
      expect(app?.trees[0]?.children).toMatchObject([
        { id: 'observer_connection_sup', children: [{ name: 'observer_connection:init/1' }] },
        { id: 'observer_listener', pid: `${whereis('observer_listener')}` },
        { id: 'observer_acceptor', state: 'running' },
      ])
      gen_tcp.close(socket)
    }))

  test('counts reductions from one question for them to the next', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const socket = ok(await connect('shop'))
      const since = async (views: readonly 'processes'[] = ['processes']) => {
        const { processes } = ok(await ask(socket, { views, sort_by: 'reductions_since', limit: 50 }, 5_000))
        return processes?.find(({ name }) => name === 'observer_connection:init/1')?.reductions_since
      }
      expect(await since()).toBeUndefined()
      expect(await since()).toBe(1)
      expect(await since([])).toBeUndefined()
      expect(await since()).toBeUndefined()
      gen_tcp.close(socket)
    }))

  test('is found by its name or its process, or because it is the only one', () =>
    run(async () => {
      expect(await nodes()).toEqual(['ok', []])
      expect(await find(undefined)).toEqual(['error', 'none'])
      ok(await observer.start())
      const me = ['ok', { name: `${process.pid}`, system: expect.anything() }]
      expect([await find(undefined), await find(`${process.pid}`)]).toEqual([me, me])
      ok(await observer.stop())
      expect(await find(undefined)).toEqual(['error', 'none'])
      ok(await observer.start({ name: 'shop' }))
      expect(await find(`${process.pid}`)).toMatchObject(['ok', { name: 'shop' }])
      expect(await find('shops')).toEqual(['error', ['unknown', 'shops']])
      const silent = await impostor('another')
      expect(ok(await nodes())).toMatchObject([{ name: 'another', system: undefined }, { name: 'shop' }])
      expect(await find(undefined)).toEqual(['error', ['several', ['another', 'shop']]])
      silent.close()
    }))

  test('is left by its socket when it stops', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const path = ok(socket_path('shop'))
      expect(existsSync(path)).toBe(true)
      ok(await observer.stop())
      await eventually(() => expect(existsSync(path)).toBe(false))
      expect(await connect('shop')).toEqual(['error', 'enoent'])
    }))

  test('goes on when a part of it is killed', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const before = whereis('observer_listener') as Pid
      exit(before, 'kill')
      await eventually(() => {
        const now = whereis('observer_listener')
        expect(now === undefined || now === before).toBe(false)
      })
      await supervisor.count_children('observer_sup')
      expect(await find(undefined)).toMatchObject(['ok', { name: 'shop', system: {} }])
    }))
})

describe('A node cannot be watched', () => {
  test('by a name that another one has, but by one that was left behind', () =>
    run(async () => {
      ok(make_directory())
      const other = await impostor('shop')
      expect(await reason_of_start({ name: 'shop' })).toBe('eaddrinuse')
      other.close()
      writeFileSync(ok(socket_path('shop')), '')
      expect(ok(await nodes())).toEqual([])
      expect(await observer.start({ name: 'shop' })).toBe('ok')
      expect(await observer.start({ name: 'shop' })).toEqual(['error', ['already_started', 'observer']])
    }))

  test('by what is no name, and in a place where others can come', () =>
    run(async () => {
      expect(await reason_of_start({ name: '../shop' })).toEqual(['bad_name', '../shop'])
      chmodSync(directory(), 0o755)
      const unsafe = ['unsafe_directory', directory()]
      expect(await reason_of_start({ name: 'shop' })).toEqual(unsafe)
      expect(await connect('shop')).toEqual(['error', unsafe])
      expect(await find('shop')).toEqual(['error', ['directory', unsafe]])
    }))
})

describe('Whatever comes over the socket', () => {
  const framed = (payload: Uint8Array) => {
    const packet = Buffer.alloc(4 + payload.length, payload.length === 0 ? undefined : payload)
    packet.writeUInt32BE(payload.length)
    packet.set(payload, 4)
    return packet
  }
  const answer_to = async (bytes: Uint8Array, then: 'wait' | 'end' = 'wait') => {
    const socket = ok(await raw('shop'))
    await gen_tcp.send(socket, bytes)
    if (then === 'end') gen_tcp.shutdown(socket, 'write')
    const [tag, head] = await gen_tcp.recv<Buffer>(socket, 4, 5_000)
    const answer =
      tag === 'ok'
        ? decode_answer(ok(await gen_tcp.recv<Buffer>(socket, head.readUInt32BE(), 5_000)))
        : [tag, head]
    gen_tcp.close(socket)
    return answer
  }

  test('is answered, or ends in a closed socket', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      expect(await answer_to(framed(encode_request(everything)))).toMatchObject(['ok', { system: {} }])
      expect(await answer_to(framed(Buffer.alloc(0)))).toEqual(['error', 'bad_request'])
      expect(await answer_to(framed(Buffer.from('[2,{}]')))).toEqual(['error', 'version'])
      expect(await answer_to(framed(Buffer.alloc(longest_request + 1)))).toEqual(['error', 'closed'])
      expect(await answer_to(Buffer.from('GET / HTTP/1.0\r\n\r\n'))).toEqual(['error', 'closed'])
      expect(await answer_to(Buffer.from([0, 0, 0, 9, 1]), 'end')).toEqual(['error', 'closed'])
      expect(await find('shop')).toMatchObject(['ok', { system: {} }])
    }))

  test('does so, if it is noise', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const noise = fc.uint8Array({ maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(noise, fc.boolean(), async (bytes, with_length) => {
          const [tag] = await answer_to(with_length ? framed(bytes) : bytes, 'end')
          expect(tag).toBe('error')
        }),
        { numRuns: 50 },
      )
      expect(await find('shop')).toMatchObject(['ok', { system: {} }])
    }))

  test('is served to so many at a time, and the next one when one of them has left', () =>
    run(async () => {
      ok(await observer.start({ name: 'shop' }))
      const request = { views: [], sort_by: 'pid', limit: 1 } as const
      const sockets = await Promise.all(Array.from({ length: 16 }, async () => ok(await connect('shop'))))
      for (const socket of sockets) expect((await ask(socket, request, 5_000))[0]).toBe('ok')
      const late = ok(await connect('shop'))
      expect(await gen_tcp.recv(late, 0, 5_000)).toEqual(['error', 'closed'])
      gen_tcp.close(sockets[0]!)
      for (;;) {
        const { active } = await supervisor.count_children('observer_connection_sup')
        if (active < 16) break
      }
      const next = ok(await connect('shop'))
      expect((await ask(next, request, 5_000))[0]).toBe('ok')
      for (const socket of [...sockets, late, next]) gen_tcp.close(socket)
    }))
})
