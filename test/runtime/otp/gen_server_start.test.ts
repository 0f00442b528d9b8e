import { describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { labels, told, with_caught_reports } from '../../support/caught_reports.ts'
import { obedient, start, state_of } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

describe('starting a server', () => {
  const starting = (init: () => Term, options?: gen_server.StartOptions) =>
    gen_server.start({ init } as gen_server.Callbacks, undefined, options)

  test('gives its arguments to init, and its pid to the starter', () =>
    in_virtual_time(async () => {
      const pid = await start(['given'])
      expect(await state_of(pid)).toEqual(['given'])
      expect(process_info(pid, 'initial_call')).toEqual(['initial_call', ['obedient', 'init', 1]])
    }))

  test('under a name registers it, and frees it in the end', () =>
    in_virtual_time(async () => {
      const pid = ok(await gen_server.start(['local', 'the_server'], obedient, []))
      expect(whereis('the_server')).toBe(pid)
      expect(await gen_server.start(['local', 'the_server'], obedient, [])).toEqual([
        'error',
        ['already_started', pid],
      ])
      await gen_server.stop('the_server')
      expect(whereis('the_server')).toBeUndefined()
    }))

  test('twice at once under a name gives it to one of them', () =>
    in_virtual_time(async () => {
      const results = await Promise.all([1, 2].map(() => gen_server.start(['local', 'wanted'], obedient, [])))
      const pid = whereis('wanted')
      expect(results).toEqual([
        ['ok', pid],
        ['error', ['already_started', pid]],
      ])
      expect(told).toEqual([])
    }))

  test.each<[string, Term, Term, string[]]>([
    ['ignore', 'ignore', 'ignore', []],
    ['an error', ['error', 'no'], ['error', 'no'], []],
    ['a stop', ['stop', 'no'], ['error', 'no'], ['proc_lib crash']],
    ['an orderly stop', ['stop', 'shutdown'], ['error', 'shutdown'], []],
    ['nonsense', 'what', ['error', ['bad_return_value', 'what']], ['proc_lib crash']],
    ['too much', ['ok', 1, 2, 3], ['error', ['bad_return_value', ['ok', 1, 2, 3]]], ['proc_lib crash']],
    [
      'a bad next step',
      ['ok', 1, 'next'],
      ['error', ['bad_return_value', ['ok', 1, 'next']]],
      ['proc_lib crash'],
    ],
  ])(
    'whose init gives %s is told so, and leaves neither process nor name',
    (_name, given, result, reported) =>
      in_virtual_time(async () => {
        for (const init of [() => given, async () => given]) {
          told.length = 0
          expect(await gen_server.start(['local', 'shy'], { init } as gen_server.Callbacks)).toEqual(result)
          expect(whereis('shy')).toBeUndefined()
          expect(labels()).toEqual(reported)
          expect(mailbox()).toEqual([])
        }
      }),
  )

  test('whose init crashes gives the reason', () =>
    in_virtual_time(async () => {
      const error = new Error('broken')
      const crash = (thrown: unknown) => () => {
        throw thrown
      }
      expect(await starting(crash(error))).toEqual(['error', error])
      expect(await starting(crash(new Exit('boom')))).toEqual(['error', 'boom'])
      expect(await starting(crash('ignore'))).toBe('ignore')
      expect(labels()).toEqual(['proc_lib crash', 'proc_lib crash'])
    }))

  test('whose init takes too long kills it', () =>
    in_virtual_time(async () => {
      let pid: Pid | undefined
      const init = async () => {
        pid = self()
        await pause(200)
        return ['ok', 1]
      }
      expect(await starting(init, { timeout: 100 })).toEqual(['error', 'timeout'])
      expect(is_process_alive(pid!)).toBe(false)
      expect(await starting(init, { timeout: 300 })).toEqual(['ok', pid])
    }))

  test('with an unknown option or name is refused', () =>
    in_virtual_time(async () => {
      const options = { tiemout: 5 } as gen_server.StartOptions
      await expect(starting(() => 'ignore', options)).rejects.toMatchObject({ reason: ['badarg', 'tiemout'] })
      const name = ['universal', 'x'] as unknown as gen_server.ServerName
      await expect(gen_server.start(name, obedient)).rejects.toMatchObject({ reason: ['badarg', name] })
    }))

  test('with a link links it', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const pid = ok(await gen_server.start_link(obedient, []))
      exit(pid, 'boom')
      expect(await receive()).toEqual(['EXIT', pid, 'boom'])
    }))

  test('with a monitor monitors it', () =>
    in_virtual_time(async () => {
      const [pid, ref] = ok(await gen_server.start_monitor(obedient, []))
      exit(pid, 'boom')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'boom'])
      const failing = await gen_server.start_monitor(['local', 'x'], { init: () => ['stop', 'no'] })
      expect(failing).toEqual(['error', 'no'])
      expect(mailbox()).toEqual([])
      const named = ok(await gen_server.start(['local', 'x'], obedient))
      expect(await gen_server.start_monitor(['local', 'x'], obedient)).toEqual([
        'error',
        ['already_started', named],
      ])
    }))
})
