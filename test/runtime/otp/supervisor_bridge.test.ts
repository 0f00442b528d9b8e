import { describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_link } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as supervisor_bridge from '../../../runtime/otp/supervisor_bridge.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { told } from '../../support/caught_reports.ts'
import { log, pid_of, start, stop } from '../../support/supervised.ts'
import { with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

const subsystem = () =>
  spawn(async () => {
    exit(await receive())
  })

const bridge_to = (init: () => Term): supervisor_bridge.Callbacks => ({
  module: 'bridge',
  init,
  terminate(reason, state) {
    log.push(`terminate ${reason} ${state}`)
    if (state === 'bad') throw new Exit('foo')
  },
})

async function start_bridge(state: Term = 'state'): Promise<[bridge: Pid, main: Pid]> {
  process_flag('trap_exit', true)
  const main = subsystem()
  const bridge = ok(await supervisor_bridge.start_link(bridge_to(() => ['ok', main, state])))
  return [bridge, main]
}

describe('a supervisor bridge', () => {
  test('starts what it is told to, under a name, and tells of it', () =>
    in_virtual_time(async () => {
      const main = subsystem()
      const callbacks: supervisor_bridge.Callbacks<string, number> = {
        ...bridge_to(() => 'ignore'),
        init: async count => ['ok', main, `state ${count}`],
      }
      const bridge = ok(await supervisor_bridge.start_link(['local', 'br'], callbacks, 7))
      expect(whereis('br')).toBe(bridge)
      expect(process_info(bridge, 'initial_call')).toEqual([
        'initial_call',
        ['supervisor_bridge', 'bridge', 1],
      ])
      expect(told).toEqual([
        {
          level: 'info',
          label: 'supervisor progress',
          facts: { supervisor: ['local', 'br'], started: { pid: main, mfa: ['bridge', 'init', [7]] } },
        },
      ])
      expect(await supervisor_bridge.start_link(['local', 'br'], callbacks, 8)).toEqual([
        'error',
        ['already_started', bridge],
      ])
    }))

  test.each<[string, () => Term, Term]>([
    ['nothing', () => 'ignore', 'ignore'],
    ['an error', () => ['error', 'no'], ['error', 'no']],
    ['nonsense', () => 'what', ['error', ['bad_return_value', 'what']]],
    ['no pid', () => ['ok', 'pid', 1], ['error', ['bad_return_value', ['ok', 'pid', 1]]]],
    ['too little', () => ['ok', self()], ['error', ['bad_return_value', ['ok', expect.anything()]]]],
    ['a crash', () => exit('crash'), ['error', 'crash']],
  ])('whose init gives %s gives that', (_name, init, result) =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      expect(await supervisor_bridge.start_link(bridge_to(init))).toEqual(result)
    }),
  )

  test('looks like a supervisor without children', () =>
    in_virtual_time(async () => {
      const [bridge] = await start_bridge()
      expect(await supervisor.which_children(bridge)).toEqual([])
      expect(await supervisor.count_children(bridge)).toEqual(['error', 'badcall'])
      expect(await gen_server.call(bridge, null)).toEqual(['error', 'badcall'])
      gen_server.cast(bridge, 'hello')
      send(bridge, 'hello')
      expect(await sys.get_state(bridge)).toMatchObject({ state: 'state' })
      expect(await sys.suspend(bridge)).toBe('ok')
      expect(await sys.resume(bridge)).toBe('ok')
    }))

  test.each<[Term, boolean]>([
    ['boom', true],
    ['normal', false],
    ['shutdown', false],
    [['shutdown', 'x'], false],
  ])('ends as its subsystem does: %j; is that reported? %p', (reason, reported) =>
    in_virtual_time(async () => {
      const [bridge, main] = await start_bridge()
      send(main, reason)
      expect(await receive()).toEqual(['EXIT', bridge, reason])
      expect(log).toEqual([])
      const report = told.filter(({ label }) => label === 'supervisor error')
      expect(report.map(({ facts }) => facts)).toEqual(
        reported
          ? [
              {
                supervisor: [bridge, 'bridge'],
                errorContext: 'child_terminated',
                reason,
                offender: { pid: main, mod: 'bridge' },
              },
            ]
          : [],
      )
    }),
  )

  test('stops its subsystem when it is to end itself', () =>
    in_virtual_time(async () => {
      const [bridge, main] = await start_bridge()
      exit(bridge, 'shutdown')
      expect(await receive()).toEqual(['EXIT', bridge, 'shutdown'])
      expect(log).toEqual(['terminate shutdown state'])
      await pause()
      expect(is_process_alive(main)).toBe(false)
    }))

  test('that fails to stop it ends with that', () =>
    in_virtual_time(async () => {
      const [bridge] = await start_bridge('bad')
      exit(bridge, 'shutdown')
      expect(await receive()).toEqual(['EXIT', bridge, 'foo'])
    }))

  test('does not care for other processes that it is linked to', () =>
    in_virtual_time(async () => {
      const init = () => {
        spawn_link(() => exit('other'))
        return ['ok', subsystem(), 'state']
      }
      const bridge = ok(await supervisor_bridge.start_link(bridge_to(init)))
      await pause()
      expect(is_process_alive(bridge)).toBe(true)
    }))

  test('is started anew by the supervisor above, with its subsystem', () =>
    in_virtual_time(async () => {
      const mains: Pid[] = []
      const init = () => {
        mains.push(subsystem())
        return ['ok', mains.at(-1), 'state']
      }
      const child = {
        id: 'br',
        start: () => supervisor_bridge.start_link(bridge_to(init)),
        type: 'supervisor',
      } as const
      const sup = await start({}, child)
      const before = await pid_of(sup, 'br')
      send(mains[0]!, 'boom')
      await pause()
      expect(await pid_of(sup, 'br')).not.toBe(before)
      expect(mains.map(is_process_alive)).toEqual([false, true])
      await stop(sup)
      expect(mains.map(is_process_alive)).toEqual([false, false])
    }))
})
