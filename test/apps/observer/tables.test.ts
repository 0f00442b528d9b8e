// The overview, and the tables of ports, timers and ETS.

import { afterEach, describe, expect, test } from '@jest/globals'
import { gen_tcp, inet } from '../../../apps/kernel/index.ts'
import { ets_table } from '../../../apps/observer/ets_table.ts'
import { port_table } from '../../../apps/observer/port_table.ts'
import { system_info } from '../../../apps/observer/system_info.ts'
import { timer_table } from '../../../apps/observer/timer_table.ts'
import { clear_timer, set_timer } from '../../../runtime/erlang/alarm.ts'
import * as ets from '../../../runtime/erlang/ets.ts'
import { open_port } from '../../../runtime/erlang/port.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { send_after } from '../../../runtime/erlang/timers.ts'
import { pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, loopback, pair } from '../../support/tcp.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

test('The overview counts what there is', () =>
  in_virtual_time(async () => {
    const before = system_info()
    spawn(() => receive('never'))
    send_after(1_000, self(), 'ding')
    ets.new('prices')
    open_port({ close() {} })
    await pause(100)
    const after = system_info()
    expect(after).toMatchObject({
      node: 'nonode@nohost',
      os_pid: process.pid,
      versions: { kista: '0.1.0', node: process.versions.node },
      process_count: before.process_count + 1,
      port_count: before.port_count + 1,
      timer_count: before.timer_count + 1,
      ets_count: before.ets_count + 1,
      uptime: before.uptime + 100,
    })
    expect(after.reductions).toBeGreaterThan(before.reductions)
    expect(after.memory.rss).toBeGreaterThan(after.memory.heap_used)
  }))

describe('The port table', () => {
  test('tells of sockets what inet knows, and whose they are', () =>
    in_process(async () => {
      register('shop', self())
      const [listening, port] = await listener()
      const client = ok(await gen_tcp.connect(loopback, port, { active: false }))
      const server = ok(await gen_tcp.accept(listening))
      gen_tcp.send(client, 'abc')
      await gen_tcp.recv(server, 3)
      const rows = port_table()
      expect(rows).toMatchObject([
        {
          port: listening,
          name: 'tcp_inet',
          owner: self(),
          owner_name: 'shop',
          socket: { states: ['listen', 'open'], local_address: `127.0.0.1:${port}` },
        },
        { port: client, output: 3, socket: { foreign_address: `127.0.0.1:${port}` } },
        { port: server, input: 3, socket: { statistics: { recv_oct: 3, recv_cnt: 1 } } },
      ])
      expect(rows[0]?.socket?.foreign_address).toBeUndefined()
      expect(port_table({ sort_by: 'output', limit: 1 })).toMatchObject([{ port: client }])
      expect(port_table({ sort_by: 'input' }).map(({ port }) => port)).toEqual([server, listening, client])
      expect(port_table({ limit: 2 })).toHaveLength(2)
    }))

  test('writes addresses of IPv6 and of unix domain sockets', () =>
    in_process(async () => {
      const six = ok(await gen_tcp.listen(0, { inet6: true, ip: 'loopback' }))
      const path = `/tmp/kista-port-table-${process.pid}`
      ok(await gen_tcp.listen(0, { ip: ['local', path] }))
      expect(port_table().map(({ socket }) => socket?.local_address)).toEqual([
        `[::1]:${ok(inet.port(six))}`,
        path,
      ])
    }))

  test('has ports too that are no sockets, and sockets whose peer has gone', () =>
    in_process(async () => {
      const { port } = open_port({ close() {} })
      register('door', port)
      const [client, server] = await pair({ active: true })
      gen_tcp.close(server)
      expect(port_table()).toMatchObject([
        { port, name: 'door', input: undefined, socket: undefined },
        { port: client },
      ])
      await receive(['tcp_closed', client])
    }))
})

test('The timer table has the next timer first, with whom it is for', () =>
  in_virtual_time(async () => {
    register('clock', self())
    send_after(5_000, self(), ['ding', 1])
    send_after(2_000, 'somebody', 'dong')
    const asleep = receive(['never'], 9_000).catch(() => 'awake')
    const own = set_timer(9_500, () => {})
    expect(timer_table()).toEqual([
      { left: 2_000, destination: 'somebody', name: 'somebody', message: "'dong'" },
      { left: 5_000, destination: self(), name: 'clock', message: "['ding', 1]" },
      { left: 9_000, destination: self(), name: 'clock', message: '' },
      { left: 9_500, destination: undefined, name: '', message: '' },
    ])
    expect(timer_table({ limit: 1 })).toHaveLength(1)
    clear_timer(own)
    expect(await asleep).toBe('awake')
  }))

test('The table of ETS tables has the oldest first, or the largest', () =>
  in_virtual_time(async () => {
    register('owner', self())
    const small = ets.new('small', { keypos: 2 })
    const large = ets.new('large', { named_table: true, type: 'bag' })
    ets.insert(large, ['a', 1])
    ets.insert(large, ['a', 2])
    const rows = ets_table()
    expect(rows).toEqual([
      {
        id: small,
        name: 'small',
        named_table: false,
        type: 'set',
        protection: 'protected',
        keypos: 2,
        size: 0,
        owner: self(),
        owner_name: 'owner',
      },
      expect.objectContaining({ name: 'large', named_table: true, type: 'bag', size: 2 }),
    ])
    expect(ets_table({ sort_by: 'size', limit: 1 })).toMatchObject([{ name: 'large' }])
    expect(ets_table({ limit: 1 })).toMatchObject([{ name: 'small' }])
  }))
