// The rows of docs/erlang_in_typescript.md on time, tables, sockets and running systems, tried as they are written there.

import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { decode_packet, gen_tcp, inet } from '../../apps/kernel/index.ts'
import {
  _,
  cancel_timer,
  convert_time_unit,
  ets,
  gen_server,
  i,
  monotonic_time,
  ok,
  port_info,
  process_info,
  read_timer,
  receive,
  regs,
  run,
  self,
  send,
  send_after,
  spawn,
  start_timer,
  statistics,
  supervision_tree,
  supervisor,
  sys,
  system_info,
  system_monitor,
  timer,
  unique_integer,
} from '../../runtime/index.ts'
import { end_of, row } from '../support/rows.ts'

describe('Time', () => {
  row('timers send messages', async () => {
    send_after(10, self(), 'ding')
    const ref = start_timer(monotonic_time() + 20, self(), 'dong', { abs: true })
    const never = send_after(1_000, self(), 'never')
    expect([read_timer(never), cancel_timer(never), cancel_timer(never)]).toEqual([1_000, 1_000, false])
    expect([await receive(), await receive()]).toEqual(['ding', ['timeout', ref, 'dong']])
    expect(cancel_timer(never, { async: true })).toBe('ok')
    expect(await receive()).toEqual(['cancel_timer', never, false])
  })

  row('timer has functions called, and messages sent, again and again', async () => {
    const began = monotonic_time()
    await timer.sleep(100)
    expect(monotonic_time() - began).toBe(100)
    const interval = ok(timer.send_interval(10, 'tick'))
    expect([await receive(), await receive()]).toEqual(['tick', 'tick'])
    expect(timer.cancel(interval)).toEqual(['ok', 'cancel'])
    const me = self()
    timer.apply_after(5, () => send(me, 'called'))
    expect(await receive()).toBe('called')
    expect(timer.tc(() => 'value')).toEqual([expect.any(Number), 'value'])
  })

  row('times have units, and integers are unique', () => {
    expect(convert_time_unit(1, 'second', 'native')).toBe(1_000)
    expect(monotonic_time('microsecond')).toBe(Math.floor(monotonic_time() * 1_000))
    expect(unique_integer({ positive: true })).not.toBe(unique_integer({ positive: true }))
  })
})

describe('Tables', () => {
  const ages = () => {
    const table = ets.new<['user', string, number]>('ages', {
      type: 'ordered_set',
      keypos: 2,
      access: 'public',
    })
    ets.insert(table, ['user', 'mike', 4])
    ets.insert_list(table, [
      ['user', 'joe', 62],
      ['user', 'robert', 30],
    ])
    return table
  }

  row('rows are found by their key, and by patterns', () => {
    const table = ages()
    expect(ets.lookup(table, 'joe')).toEqual([['user', 'joe', 62]])
    expect([ets.member(table, 'jane'), ets.first(table), ets.next(table, 'joe')]).toEqual([
      false,
      'joe',
      'mike',
    ])
    expect(ets.match_object(table, ['user', _, 62])).toEqual([['user', 'joe', 62]])
    expect(ets.update_counter(table, 'joe', [3, 1])).toBe(63)
    expect(ets.foldl(([, , age], sum) => sum + age, 0, table)).toBe(97)
  })

  row('rows are selected by a clause, or by a match specification, all or some', () => {
    const table = ages()
    const old = ets.select(table, {
      match: ['user', _, _],
      when: ([, , age]) => age > 5,
      give: ([, name]) => name,
    })
    expect(old).toEqual(['joe', 'robert'])
    const spec = [[['user', '$1', '$2'], [['>', '$2', 5]], ['$1']]] as const
    expect(ets.select(table, spec)).toEqual(old)
    const [first, continuation] = ets.select(table, spec, 1) as [unknown[], ets.Continuation]
    expect(first).toEqual(['joe'])
    expect(ets.select(continuation)).toEqual([['robert'], expect.anything()])
  })

  row('a table is given away, or inherited', async () => {
    const me = self()
    const owner = spawn(async () => {
      const table = ets.new('heirloom', { heir: [me, 'yours now'] })
      const given = ets.new('gift', {})
      ets.give_away(given, me, 'take it')
      send(me, [table, given])
    })
    expect(await receive(['ETS-TRANSFER', _, owner, 'take it'])).toHaveLength(4)
    const [table] = (await receive()) as [ets.Tid]
    expect(await receive()).toEqual(['ETS-TRANSFER', table, owner, 'yours now'])
    expect(ets.info(table, 'owner')).toBe(me)
  })
})

describe('Data outside', () => {
  test('gen_tcp takes options as an object and sends messages', () =>
    run(async () => {
      const listener = ok(await gen_tcp.listen(0, { ip: 'loopback', active: false, mode: 'binary' }))
      const client = ok(await gen_tcp.connect('127.0.0.1', ok(inet.port(listener)), { mode: 'list' }))
      const server = ok(await gen_tcp.accept(listener))
      gen_tcp.send(server, ['é', [33], Uint8Array.of(63)])
      expect(await receive()).toEqual(['tcp', client, 'é!?'])
      gen_tcp.send(client, 'x')
      expect(ok(await gen_tcp.recv(server, 1))).toBeInstanceOf(Buffer)
    }))
})

describe('Sockets and packets', () => {
  test('a unix domain socket is an address, and packets are cut', () =>
    run(async () => {
      const path = join(tmpdir(), `kista-docs-${process.pid}`)
      const listener = ok(await gen_tcp.listen(0, { ip: ['local', path], active: false, packet: 'line' }))
      const client = ok(await gen_tcp.connect(['local', path], 0, { packet: 'line' }))
      const server = ok(await gen_tcp.accept(listener))
      gen_tcp.send(client, 'one\ntwo\n')
      expect(ok(await gen_tcp.recv(server, 0))).toBe('one\n')
      inet.setopts(server, { active: 1 })
      expect([await receive(), await receive()]).toEqual([
        ['tcp', server, 'two\n'],
        ['tcp_passive', server],
      ])
      expect(ok(inet.getstat(server)).recv_oct).toBe(8)
      expect(port_info(server, 'connected')).toEqual(['connected', self()])
      gen_tcp.close(server)
      expect(await receive()).toEqual(['tcp_closed', client])
      gen_tcp.close(listener)
      rmSync(path, { force: true })
    }))

  row('bytes are cut into packets without a socket', () => {
    expect(decode_packet('line', Buffer.from('a\nb'))).toEqual(['ok', Buffer.from('a\n'), Buffer.from('b')])
    expect(decode_packet(2, Uint8Array.of(0, 3, 1))).toEqual(['more', 5])
    expect(decode_packet(2, Uint8Array.of(0, 3, 1), { packet_size: 2 })).toEqual(['error', 'invalid'])
  })

  test('names and addresses', async () => {
    expect(inet.parse_address('127.0.0.1')).toEqual(['ok', [127, 0, 0, 1]])
    expect(inet.ntoa([0, 0, 0, 0, 0, 0, 0, 1])).toBe('::1')
    expect(await inet.getaddr('127.0.0.1')).toEqual(['ok', [127, 0, 0, 1]])
    expect(inet.getifaddrs()[0]).toBe('ok')
  })
})

describe('Looking at a running system', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  const echo: gen_server.Callbacks = {
    module: 'echo',
    init: () => ['ok', 'idle'],
    handle_call: request => (request === 'hang' ? new Promise(() => {}) : ['reply', request, 'busy']),
  }

  row('i and regs print tables', async () => {
    const print = jest.spyOn(console, 'log').mockImplementation(() => {})
    ok(await gen_server.start_link(['local', 'echo'], echo))
    expect([i(), regs()]).toEqual(['ok', 'ok'])
    expect(print.mock.calls.join('\n')).toMatch(/echo:init\/1.*Registered procs.*echo/s)
  })

  row('process_info and statistics tell of processes', async () => {
    const pid = spawn(() => receive())
    await timer.sleep(0)
    expect(process_info(pid, ['status', 'links'])).toEqual([
      ['status', 'waiting'],
      ['links', []],
    ])
    expect(process_info(pid)?.current_function).toEqual(['receive'])
    expect([system_info('process_count'), statistics('reductions')]).toEqual([
      2,
      [expect.any(Number), expect.any(Number)],
    ])
  })

  row('system_monitor tells who holds up the others', async () => {
    system_monitor(self(), { long_schedule: 10 })
    const busy = spawn(() => {
      const end = performance.now() + 15
      while (performance.now() < end);
    })
    expect(await receive()).toEqual(['monitor', busy, 'long_schedule', { timeout: expect.any(Number) }])
    system_monitor(undefined)
  })

  row('sys looks at a server, holds it, and knows where it hangs', async () => {
    const pid = ok(await gen_server.start_link(echo))
    expect(await sys.replace_state(pid, state => [state])).toEqual(['idle'])
    await sys.suspend(pid)
    const answer = gen_server.call(pid, 'late')
    expect(await sys.get_state(pid)).toEqual(['idle'])
    await sys.resume(pid)
    expect(await answer).toBe('late')
    const lines: string[] = []
    await sys.log_to_file(pid, line => lines.push(line))
    const hanging = spawn(() => gen_server.call(pid, 'hang', 10))
    expect(await end_of(hanging)).toMatchObject(['timeout', expect.anything()])
    const { callback, message } = sys.in_callback(pid) ?? {}
    expect([callback, (message as unknown[]).at(-1)]).toEqual(['handle_call', 'hang'])
    expect(lines[0]).toContain('hang')
  })

  row('supervision_tree is a tree of data', async () => {
    const child = { id: 'echo', start: [gen_server.start_link, [['local', 'echo'], echo]] } as const
    const sup = ok(await supervisor.start_link(['local', 'top'], { init: () => ['ok', [{}, [child]]] }))
    const tree = await supervision_tree(sup)
    expect(tree?.children.map(({ id, name, type }) => [id, name, type])).toEqual([['echo', 'echo', 'worker']])
  })
})
