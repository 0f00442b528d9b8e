// What can be asked of open sockets: the table, info, counters by name, monitors.

import { afterEach, describe, expect, jest, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { _, ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, listener, loopback, pair, settled } from '../../support/tcp.ts'

afterEach(kill_everybody)
afterEach(() => {
  jest.restoreAllMocks()
})

describe('the table of sockets', () => {
  test('has a row for each, oldest first', () =>
    in_process(async () => {
      const [listening, port] = await listener()
      const client = ok(await gen_tcp.connect(loopback, port, { active: false }))
      const server = ok(await gen_tcp.accept(listening))
      gen_tcp.send(client, 'abc')
      await gen_tcp.recv(server, 0)
      const [row, ...others] = inet.sockets()
      expect(row).toEqual({
        port: listening,
        module: 'inet_tcp',
        recv: 0,
        sent: 0,
        owner: self(),
        local_address: [loopback, port],
        foreign_address: undefined,
        state: 'LN:O',
        type: 'STREAM',
      })
      expect(others).toMatchObject([
        { port: client, sent: 3, foreign_address: [loopback, port], state: 'CONNECTED(O)' },
        { port: server, recv: 3, local_address: [loopback, port], state: 'CONNECTED(O)' },
      ])
      gen_tcp.close(client)
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
      expect(inet.sockets()).toMatchObject([{}, { port: server, state: 'CLOSED', local_address: undefined }])
    }))

  test('is printed in columns, all of them or those asked for', () =>
    in_process(async () => {
      const lines: string[] = []
      jest.spyOn(console, 'log').mockImplementation(line => void lines.push(line))
      const [listening, port] = await listener()
      const accepting = gen_tcp.accept(listening)
      const any = ok(await gen_tcp.listen(0, { inet6: true }))
      expect(inet.i('tcp', ['local_address', 'module', 'state'])).toBe('ok')
      expect(lines).toEqual([
        'Local Address   Module    State',
        `127.0.0.1:${port} inet_tcp  ACCEPTING`,
        `${`*:${ok(inet.port(any))}`.padEnd(15)} inet6_tcp LN:O`,
      ])
      lines.length = 0
      expect(inet.i()).toBe('ok')
      expect(lines).toHaveLength(3)
      expect(lines[0]).toMatch(
        /^Port +Module +Recv +Sent +Owner +Local Address +Foreign Address +State +Type$/,
      )
      gen_tcp.close(listening)
      expect(await accepting).toEqual(['error', 'closed'])
    }))
})

test('info tells of a socket what there is, and of one that is closed, that it is', () =>
  in_process(async () => {
    const [client, server] = await pair()
    gen_tcp.send(client, 'abc')
    expect(inet.info(client)).toMatchObject({
      counters: { send_oct: 3, send_cnt: 1 },
      input: 0,
      output: 3,
      links: [self()],
      owner: self(),
      states: ['connected', 'open'],
    })
    gen_tcp.close(client)
    expect(inet.info(client)).toEqual({ states: ['closed'] })
    gen_tcp.close(server)
  }))

test('getstat gives the counters named, and knows no others', () =>
  in_process(async () => {
    const [client] = await pair()
    gen_tcp.send(client, 'abc')
    expect(inet.getstat(client, ['send_oct', 'recv_oct'])).toEqual(['ok', { send_oct: 3, recv_oct: 0 }])
    expect(inet.getstat(client, [])).toEqual(['ok', {}])
    expect(inet.getstat(client, ['foo' as never])).toEqual(['error', 'einval'])
    expect(inet.getstat(client, 'send_oct' as never)).toEqual(['error', 'einval'])
    gen_tcp.close(client)
    expect(inet.getstat(client, ['send_oct'])).toEqual(['error', 'einval'])
  }))

describe('a monitor of a socket', () => {
  test('tells once that it is closed, and of one that is closed already at once', () =>
    in_process(async () => {
      const [client] = await pair()
      const ref = inet.monitor(client)
      gen_tcp.close(client)
      expect(await receive()).toEqual(['DOWN', ref, 'port', client, 'normal'])
      const late = inet.monitor(client)
      expect(await receive()).toEqual(['DOWN', late, 'port', client, 'noproc'])
      expect(inet.cancel_monitor(ref)).toBe(false)
    }))

  test('tells of what its owner ended', () =>
    in_process(async () => {
      const me = self()
      const owner = spawn(async () => {
        send(me, ['listener', ok(await gen_tcp.listen(0, { ip: loopback }))])
        await receive('never')
      })
      const [, listening] = await receive(['listener', _])
      const ref = inet.monitor(listening)
      exit(owner, 'crash')
      expect(await receive()).toEqual(['DOWN', ref, 'port', listening, 'crash'])
    }))

  test('is silent when it was taken away', () =>
    in_process(async () => {
      const [client] = await pair()
      const ref = inet.monitor(client)
      expect(inet.cancel_monitor(ref)).toBe(true)
      gen_tcp.close(client)
      await settled()
      send(self(), 'end')
      expect(await receive()).toBe('end')
    }))
})
