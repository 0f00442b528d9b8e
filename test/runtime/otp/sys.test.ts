// What sys shows of a server and does to it: the same as OTP's, tried with `erl`.

import { describe, expect, test } from '@jest/globals'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, put } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { append, obedient, start, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const fail = (reason: Term) => () => {
  throw new Exit(reason)
}

describe('the state of a server', () => {
  test('is told as it is', () =>
    in_virtual_time(async () => {
      const pid = await start(['a', 'state'])
      expect(await sys.get_state(pid)).toEqual(['a', 'state'])
    }))

  test('can be replaced', () =>
    in_virtual_time(async () => {
      const pid = await start(['old'])
      expect(await sys.replace_state<string[]>(pid, state => [...state, 'new'])).toEqual(['old', 'new'])
      expect(await state_of(pid)).toEqual(['old', 'new'])
    }))

  test('stays as it was when what should replace it fails', () =>
    in_virtual_time(async () => {
      const pid = await start(['old'])
      await expect(sys.replace_state(pid, fail('bad'))).rejects.toMatchObject({
        reason: ['callback_failed', ['gen_server', 'system_replace_state'], ['exit', 'bad']],
      })
      expect(await state_of(pid)).toEqual(['old'])
    }))

  test('cannot be had of nobody, of oneself, or of one that does not answer', () =>
    in_virtual_time(async () => {
      await expect(sys.get_state('nobody')).rejects.toMatchObject({
        reason: ['noproc', ['sys', 'get_state', ['nobody']]],
      })
      await expect(sys.log('nobody', true, 100)).rejects.toMatchObject({
        reason: ['noproc', ['sys', 'log', ['nobody', true, 100]]],
      })
      await expect(sys.suspend(self())).rejects.toMatchObject({
        reason: ['calling_self', ['sys', 'suspend', [self()]]],
      })
      const deaf = spawn(() => receive('never'))
      await expect(sys.get_status(deaf)).rejects.toMatchObject({
        reason: ['timeout', ['sys', 'get_status', [deaf]]],
      })
      expect(monotonic_time()).toBe(5_000)
      expect(mailbox()).toEqual([])
    }))
})

describe('the status of a server', () => {
  const status_of = (parent: Pid, state: Term, log: Term[] = []) => [
    ['header', 'Status for generic server named'],
    [
      'data',
      [
        ['Status', 'running'],
        ['Parent', parent],
        ['Logged events', log],
      ],
    ],
    ['data', [['State', state]]],
  ]

  test('tells all about it', () =>
    in_virtual_time(async () => {
      const pid = ok(
        await gen_server.start_link(['local', 'named'], {
          ...obedient,
          init: state => {
            put('mood', 'good')
            return ['ok', state]
          },
        }),
      )
      const [tag, of, module, [dictionary, state, parent, debug, rest]] = await sys.get_status('named')
      expect([tag, of, module]).toEqual(['status', pid, ['module', 'gen_server']])
      expect(new Map(dictionary)).toEqual(
        new Map<Term, Term>([
          ['$ancestors', [self()]],
          ['$initial_call', ['obedient', 'init', 1]],
          ['mood', 'good'],
        ]),
      )
      expect([state, parent, debug]).toEqual(['running', self(), []])
      expect(rest).toEqual(status_of(self(), undefined))
    }))

  test('tells what its format_status lets it tell', () =>
    in_virtual_time(async () => {
      const secretive: gen_server.Callbacks = {
        ...obedient,
        format_status: ({ state, log, ...others }) => {
          expect(others).toEqual({})
          return { state: [...state, '***'], log: log.map(() => 'an event') }
        },
      }
      const pid = ok(await gen_server.start(['local', 'named'], secretive, ['x'], { debug: ['log'] }))
      gen_server.cast(pid, append('y'))
      const [, , , [, , parent, , rest]] = await sys.get_status('named')
      expect(parent).toBe(pid)
      expect(rest).toEqual(status_of(pid, ['x', 'y', '***'], ['an event', 'an event']))
    }))

  test('tells how it is debugged', () =>
    in_virtual_time(async () => {
      const silent = sys.use_sink(() => {})
      const watch = (state: number) => state + 1
      const debug = ['trace', ['log', 1], 'statistics', ['install', ['id', watch, 7]]] as const
      const pid = ok(await gen_server.start(obedient, [], { debug: [...debug] }))
      gen_server.cast(pid, append('y'))
      const [, , , [, , , asked]] = await sys.get_status(pid)
      expect(asked).toEqual([
        ['id', 9],
        ['statistics', expect.objectContaining({ in: 1, out: 0 })],
        ['log', [['noreply', ['y']]]],
        ['trace', true],
      ])
      sys.use_sink(silent)
    }))
})

describe('a server that is suspended', () => {
  test('keeps what comes for later, in order, and handles it when it is resumed', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.suspend(pid)).toBe('ok')
      for (const item of [1, 2, 3]) gen_server.cast(pid, append(item))
      send(pid, 'info')
      await expect(gen_server.call(pid, append('late'), 100)).rejects.toMatchObject({
        reason: ['timeout', expect.anything()],
      })
      expect(mailbox(pid)).toHaveLength(5)
      expect(await sys.get_state(pid)).toEqual([])
      expect(await sys.suspend(pid)).toBe('ok')
      expect(await sys.resume(pid)).toBe('ok')
      expect(await state_of(pid)).toEqual([1, 2, 3, 'info', 'late'])
    }))

  test('says so, and its state can be replaced', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await sys.suspend(pid)
      expect((await sys.get_status(pid))[3][1]).toBe('suspended')
      await sys.replace_state(pid, () => ['replaced'])
      await sys.resume(pid)
      expect((await sys.get_status(pid))[3][1]).toBe('running')
      expect(await state_of(pid)).toEqual(['replaced'])
    }))

  test('is left as it is by a resume when it is running', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.resume(pid)).toBe('ok')
      expect(await state_of(pid)).toEqual([])
    }))

  test('ends with its parent, by way of terminate', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const parent = spawn(async () => {
        const pid = ok(
          await gen_server.start_link({
            init: () => {
              process_flag('trap_exit', true)
              return ['ok', 'state']
            },
            terminate: (reason, state) => send(test_process, ['terminate', reason, state]),
          }),
        )
        await sys.suspend(pid)
        send(test_process, pid)
        await receive('never')
      })
      const pid = await receive()
      const other = spawn(async () => {
        link(pid)
        await receive('never')
      })
      await pause()
      exit(other, 'another')
      await pause()
      expect(mailbox(pid)).toEqual([['EXIT', other, 'another']])
      exit(parent, 'shutdown')
      expect(await receive()).toEqual(['terminate', 'shutdown', 'state'])
      await pause()
      expect(is_process_alive(pid)).toBe(false)
    }))

  test('can be stopped', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await sys.suspend(pid)
      expect(await gen_server.stop(pid)).toBe('ok')
    }))

  test('counts its timeout anew when it goes on', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, (state: Term) => ['noreply', state, 100])
      await pause(90)
      await sys.suspend(pid)
      await pause(1_000)
      await sys.resume(pid)
      await pause(90)
      expect(await sys.get_state(pid)).toEqual([])
      await pause(99)
      expect(await sys.get_state(pid)).toEqual([])
      await pause(100)
      expect(await sys.get_state(pid)).toEqual(['timeout'])
    }))

  test('still has a timeout of 0 when it goes on', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const asked = sys.get_state(pid)
      gen_server.cast(pid, (state: Term) => ['noreply', state, 0])
      const then = sys.get_state(pid)
      expect(await asked).toEqual([])
      await then
      await pause()
      expect(await sys.get_state(pid)).toEqual(['timeout'])
    }))
})

describe('a change of code', () => {
  const upgrading = (code_change?: gen_server.Callbacks['code_change']) =>
    gen_server.start({ ...obedient, ...(code_change && { code_change }) }, ['state'])

  test('is made by code_change, while the server is suspended', () =>
    in_virtual_time(async () => {
      const pid = ok(await upgrading((old_vsn, state, extra) => ['ok', [old_vsn, ...state, extra]]))
      expect(await sys.change_code(pid, 'obedient', 1, 'x')).toEqual([
        'error',
        ['unknown_system_msg', ['change_code', 'obedient', 1, 'x']],
      ])
      await sys.suspend(pid)
      expect(await sys.change_code(pid, 'obedient', 1, 'x')).toBe('ok')
      expect(await sys.get_state(pid)).toEqual([1, 'state', 'x'])
    }))

  test('to new callbacks goes on with these', () =>
    in_virtual_time(async () => {
      const pid = await start(['old'])
      const next: gen_server.Callbacks = {
        ...obedient,
        handle_call: (_request, _from, state) => ['reply', 'new', state],
        code_change: async (_old_vsn, state) => ['ok', state.length],
      }
      await sys.suspend(pid)
      expect(await sys.change_code(pid, next, ['down', 1], undefined)).toBe('ok')
      await sys.resume(pid)
      expect(await gen_server.call(pid, 'anything')).toBe('new')
      expect(await sys.get_state(pid)).toBe(1)
    }))

  test.each<[string, gen_server.Callbacks['code_change'], Term]>([
    ['refuses', () => ['error', 'nope'], ['error', 'nope']],
    ['gives nothing of use', () => 'whatever' as never, 'whatever'],
    ['exits', fail('x'), ['EXIT', 'x']],
    ['fails later', async () => fail('x')() as never, ['EXIT', 'x']],
    ['is missing', undefined, ['EXIT', ['undef', ['obedient', 'code_change', 3]]]],
  ])('that %s is told, and changes nothing', (_name, code_change, reason) =>
    in_virtual_time(async () => {
      const pid = ok(await upgrading(code_change))
      await sys.suspend(pid)
      expect(await sys.change_code(pid, 'obedient', 1, 'x')).toEqual(['error', reason])
      await sys.resume(pid)
      expect(await state_of(pid)).toEqual(['state'])
    }),
  )
})

describe('terminate', () => {
  test('ends a server without waiting for that', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const ref = monitor('process', pid)
      expect(await sys.terminate(pid, 'shutdown')).toBe('ok')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'shutdown'])
      expect(told).toEqual([])
    }))

  test('with a reason that is none is reported, with no last message', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await sys.terminate(pid, 'bad')
      await pause()
      expect(told.map(({ label }) => label)).toEqual(['gen_server terminate', 'proc_lib crash'])
      expect(told[0]!.facts).toMatchObject({ last_message: [], reason: 'bad', log: [] })
    }))
})
