import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { current_function_text, i, initial_call_text, regs } from '../../../runtime/erlang/c.ts'
import { open_port } from '../../../runtime/erlang/port.ts'
import { processes } from '../../../runtime/erlang/process_flags.ts'
import { receive, yield_ } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

let lines: string[]

beforeEach(() => {
  lines = []
  jest.spyOn(console, 'log').mockImplementation(line => void lines.push(line))
})
afterEach(() => {
  jest.restoreAllMocks()
  kill_everybody()
})

const server = { module: 'bank', init: () => ['ok', 0] as const }

/** A server called bank, a process that waits with two messages, and one that has ended. */
async function three() {
  const bank = ok(await gen_server.start(['local', 'bank'], server))
  const waiting = spawn(async function sleeper() {
    await receive('never')
  })
  const gone = spawn(() => {})
  send(waiting, 'a')
  send(waiting, 'b')
  await yield_()
  await yield_()
  return { bank, waiting, gone }
}

describe('i', () => {
  test('prints two lines for each process that is alive, and what they are together', () =>
    run(async () => {
      const { bank, waiting, gone } = await three()
      expect(i([bank, waiting, gone])).toBe('ok')
      expect(lines.slice(0, 2)).toEqual([
        'Pid                   Initial Call                               Reds     Msgs',
        'Registered            Current Function',
      ])
      expect(lines.slice(2).map(line => line.split(/ {2,}/))).toEqual([
        [`${bank}`, 'bank:init/1', expect.stringMatching(/^\d+$/), '0'],
        ['bank', 'loop'],
        [`${waiting}`, 'spawn:sleeper', expect.stringMatching(/^\d+$/), '2'],
        ['', 'receive'],
        ['Total', expect.stringMatching(/^\d+$/), '2'],
        [''],
      ])
    }))

  test('prints all there are when it is not told which', () =>
    run(async () => {
      await three()
      i()
      expect(lines).toHaveLength(4 + 2 * processes().length)
      expect(lines).toContain(`${' '.repeat(22)}run:fun`)
    }))
})

test('regs prints the names of processes and of ports', () =>
  run(async () => {
    const { bank } = await three()
    register('abacus', self())
    const { port } = open_port({ close() {}, info: () => ({ name: 'tcp_inet' }) })
    register('door', port)
    expect(regs()).toBe('ok')
    expect(lines.map(line => line.split(/ {2,}/))).toEqual([
      ['\n** Registered procs on node nonode@nohost **'],
      ['Name', 'Pid', 'Initial Call', 'Reds', 'Msgs'],
      ['abacus', `${self()}`, 'run:fun', expect.any(String), '0'],
      ['bank', `${bank}`, 'bank:init/1', expect.any(String), '0'],
      ['\n** Registered ports on node nonode@nohost **'],
      ['Name', 'Id', 'Command'],
      ['door', `${port}`, 'tcp_inet'],
    ])
  }))

describe('As text', () => {
  test.each([
    [['bank', 'init', 1], 'bank:init/1'],
    [['spawn', 'main'], 'spawn:main'],
    [['spawn', ''], 'spawn:fun'],
    [['spawn', '\u{1b}[2J'], 'spawn:\u{fffd}[2J'],
    ['other', "'other'"],
    [undefined, ''],
  ])('%p, what a process was started with, is %s', (call, text) => {
    expect(initial_call_text(call)).toBe(text)
  })

  test.each([
    [['loop'], 'loop'],
    [['receive'], 'receive'],
    [['run', ['spawn', 'main']], 'spawn:main'],
    [['handle', ['add', 1], 5], "handle ['add', 1]"],
    [['call', ['gen_server', 'call', ['bank', 'balance']]], "gen_server:call('bank', 'balance')"],
    [['call', 'other'], "call 'other'"],
  ] as const)('%p, what a process does, is %s', (doing, text) => {
    expect(current_function_text(doing)).toBe(text)
  })
})
