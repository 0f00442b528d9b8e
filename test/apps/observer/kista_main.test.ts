// The command kista, against a node in the same process.

import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { main } from '../../../apps/observer/kista_main.ts'
import * as observer from '../../../apps/observer/observer.ts'
import { directory, make_directory, socket_path } from '../../../apps/observer/observer_directory.ts'
import type { Size } from '../../../apps/observer/top_screen.ts'
import type { Terminal, TerminalEvent } from '../../../apps/observer/top_terminal.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { eventually } from '../../support/eventually.ts'
import { worker } from '../../support/supervised.ts'
import { with_own_directory } from '../../support/watched.ts'

with_own_directory()

let printed: string[]
let complaints: string[]

beforeEach(() => {
  printed = []
  complaints = []
})

const output = (terminal?: Terminal) => ({
  print: (text: string) => void printed.push(text),
  complain: (text: string) => void complaints.push(text),
  terminal,
})
/** The command, in a process of its own. */
const kista = (line: string, terminal?: Terminal) => {
  const words = line.split(' ').filter(word => word !== '')
  return run(() => main(words, output(terminal)))
}

/** A terminal of which the test is the user. */
class Seat implements Terminal {
  /** What is on the screen now, line by line. */
  lines: string[] = []
  is_open = false
  press: (event: TerminalEvent) => void = () => {}
  size = (): Size => ({ columns: 90, rows: 30 })
  open(told: (event: TerminalEvent) => void): () => void {
    this.is_open = true
    this.press = told
    return () => {
      this.is_open = false
    }
  }
  write(text: string): void {
    this.lines = text.replace(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '').split('\r\n')
  }
  key(...keys: string[]): void {
    for (const key of keys) this.press(['key', key])
  }
  shows(text: string): Promise<void> {
    return eventually(() => expect(this.lines.join('\n')).toContain(text))
  }
}

const top_sup: supervisor.Callbacks = {
  module: 'shop_sup',
  init: () => ['ok', [{ strategy: 'rest_for_one' }, [worker('till'), worker('clerk')]]],
}

/** A node with a tree, that is watched as `shop`. */
async function shop(): Promise<void> {
  ok(await observer.start({ name: 'shop' }))
  ok(await supervisor.start_link(['local', 'shop_sup'], top_sup))
  const sleeper = spawn(() => receive('never'))
  register('sleeper', sleeper)
}

/** A node that answers every request with the same bytes, or never. */
function odd_node(name: string, answer?: string): Promise<Server> {
  ok(make_directory())
  const payload = Buffer.from(answer ?? '')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(payload.length)
  return new Promise(resolve => {
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.on('data', () => answer && socket.write(Buffer.concat([length, payload])))
      socket.on('end', () => socket.end())
    })
    server.listen(ok(socket_path(name)), () => resolve(server))
  })
}

describe('kista', () => {
  test('says how it is used, and what is wrong with how it was', () =>
    run(async () => {
      expect(await kista('')).toBe(0)
      expect(printed.join('\n')).toMatch(/^Usage:\n {2}kista top/)
      expect(await kista('--version')).toBe(0)
      expect(printed.at(-1)).toBe('0.1.0')
      expect(await kista('top --sort \u{1b}')).toBe(2)
      expect(complaints[0]).toMatch(/^kista: --sort cannot be \u{fffd}\n\nUsage:/u)
    }))

  test('lists the nodes that can be watched', () =>
    run(async () => {
      expect(await kista('list')).toBe(0)
      expect(printed).toEqual([`there is no node to be watched in ${directory()}; see kista --help`])
      printed = []
      await shop()
      const silent = await odd_node('late')
      expect(await kista('list')).toBe(0)
      expect(printed.map(line => line.split(/ {2,}/))).toEqual([
        ['NAME', 'PID', 'PROCESSES', 'UP PROGRAM'],
        ['late', 'does not answer'],
        ['shop', `${process.pid}`, expect.any(String), expect.stringContaining('jest')],
      ])
      printed = []
      expect(await kista('list --json')).toBe(0)
      expect(JSON.parse(printed[0]!)).toMatchObject([{ name: 'late' }, { name: 'shop', system: {} }])
      silent.close()
    }))

  test('trusts no directory that others can enter', () =>
    run(async () => {
      ok(make_directory())
      chmodSync(directory(), 0o777)
      expect([await kista('list'), await kista('top')]).toEqual([1, 1])
      expect(complaints[1]).toMatch(/sockets is not yours, or not closed to all others \(mode 0700\)/)
    }))
})

describe('kista top --once', () => {
  test('prints one table', () =>
    run(async () => {
      await shop()
      expect(await kista('top --once --sort name --limit 4')).toBe(0)
      expect(printed[0]).toMatch(new RegExp(`^shop {2}pid ${process.pid} {2}up `))
      expect(printed.slice(4).map(line => line.split(/ +/)[1])).toEqual([
        'NAME',
        'application_controller',
        'kernel_sup',
        'logger',
        'observer_connection_sup',
      ])
      printed = []
      expect(await kista('top shop --view tree')).toBe(0)
      const tree = printed.slice(printed.findIndex(line => line.startsWith('(no application)')))
      expect(tree.map(line => line.split(/ {2,}|(?<=─) /).filter(word => word !== '')[1])).toEqual([
        'running',
        'shop_sup',
        'till',
        'clerk',
      ])
    }))

  test('prints JSON, of all views or of one', () =>
    run(async () => {
      await shop()
      expect(await kista('top --json')).toBe(0)
      const all = JSON.parse(printed[0]!)
      expect(Object.keys(all)).toEqual([
        ...['name', 'system', 'processes', 'queues', 'tree', 'ports', 'timers', 'ets'],
      ])
      expect(all.processes).toContainEqual(expect.objectContaining({ name: 'sleeper', status: 'waiting' }))
      expect(await kista('top --json --view ports --limit 1')).toBe(0)
      const ports = JSON.parse(printed[1]!)
      expect(Object.keys(ports)).toEqual(['name', 'system', 'ports'])
      expect(ports.ports).toHaveLength(1)
    }))

  test('says which nodes there are when it is not clear which is meant', () =>
    run(async () => {
      expect(await kista('top')).toBe(1)
      await shop()
      expect(await kista('top other')).toBe(1)
      const silent = await odd_node('late')
      expect(await kista('top')).toBe(1)
      expect(complaints).toEqual([
        `kista: there is no node to be watched in ${directory()}; see kista --help`,
        'kista: there is no node other; kista list tells which there are',
        'kista: there are several nodes, say which one: late, shop',
      ])
      silent.close()
    }))

  test.each([
    ['[2,"ok",{}]', 'odd is of another version of kista'],
    ['[1,"error","too_large"]', "odd answers 'too_large'"],
    ['hello', "odd answers 'bad_answer'"],
  ])('says what is wrong with a node that answers %s', (answer, text) =>
    run(async () => {
      const odd = await odd_node('odd', answer)
      expect(await kista('top odd')).toBe(1)
      expect(complaints).toEqual([`kista: ${text}`])
      odd.close()
    }),
  )
})

describe('kista top in a terminal', () => {
  test('shows the processes, other views, and ends with q', () =>
    run(async () => {
      await shop()
      const seat = new Seat()
      const watching = kista('top --interval 0.1', seat)
      await seat.shows('sleeper')
      seat.key('3')
      await seat.shows('├─ till')
      seat.press(['resize', { columns: 20, rows: 7 }])
      await eventually(() => expect(seat.lines).toHaveLength(7))
      expect(Math.max(...seat.lines.map(line => line.length))).toBeLessThanOrEqual(20)
      seat.press(['resize', { columns: 120, rows: 40 }])
      seat.key('n')
      await seat.shows('REDS')
      seat.key('q')
      expect(await watching).toBe(0)
      expect([seat.is_open, printed, complaints]).toEqual([false, [], []])
    }))

  test('is up to date: what happens in the node comes with the next answer', () =>
    run(async () => {
      await shop()
      const seat = new Seat()
      const watching = kista('top --interval 0.1 --sort name', seat)
      await seat.shows('sleeper')
      register(
        'aardvark',
        spawn(() => receive('never')),
      )
      await seat.shows('aardvark')
      await seat.shows('/s') // rates, from two snapshots
      seat.key('ctrl_c')
      expect(await watching).toBe(0)
    }))

  test('ends with a message when the node does', () =>
    run(async () => {
      await shop()
      const seat = new Seat()
      const watching = kista('top', seat)
      await seat.shows('sleeper')
      ok(await observer.stop())
      expect(await watching).toBe(1)
      expect(seat.is_open).toBe(false)
      expect(complaints).toEqual(['kista: shop has ended, or is watched by too many'])
    }))

  test('says so when a node is silent, and stops when it answers nonsense', () =>
    run(async () => {
      const late = await odd_node('late')
      const seat = new Seat()
      const watching = kista('top --interval 0.5', seat)
      await seat.shows('waiting')
      await seat.shows('no answer for 2.')
      seat.key('q')
      expect(await watching).toBe(0)
      late.close()
      const odd = await odd_node('odd', '[1,"ok",{}]')
      expect(await kista('top odd', new Seat())).toBe(1)
      expect(complaints).toEqual(["kista: odd answers 'bad_answer'"])
      odd.close()
    }))
})
