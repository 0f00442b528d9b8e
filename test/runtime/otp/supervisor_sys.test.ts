import { describe, expect, test } from '@jest/globals'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { told } from '../../support/caught_reports.ts'
import {
  end_child,
  generous,
  log,
  pid_of,
  running,
  start_worker,
  stop,
  worker,
} from '../../support/supervised.ts'
import { with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

type Plan = readonly [supervisor.SupFlags, readonly supervisor.ChildSpec[]]

/** A supervisor whose `init` gives what `plan` says at that time. */
async function start_changing(first: Plan) {
  const code = { given: ['ok', first] as Term }
  const callbacks: supervisor.Callbacks = { module: 'boss', init: () => code.given }
  const sup = ok(await supervisor.start_link(['local', 'boss'], callbacks))
  const change = async (given: Term, extra?: Term) => {
    code.given = given
    await sys.suspend(sup)
    const result = await sys.change_code(sup, 'supervisor', 'old', extra)
    await sys.resume(sup)
    return result
  }
  return { sup, change }
}

describe('a change of code', () => {
  test('gives children other specifications, and lets them run', () =>
    in_virtual_time(async () => {
      const { sup, change } = await start_changing([{}, [worker('a'), worker('b'), worker('c')]])
      const b = await pid_of(sup, 'b')
      const specs = [worker('z'), worker('b', { restart: 'transient' }), worker('y')]
      expect(await change(['ok', [{ strategy: 'one_for_all', intensity: 7 }, specs]])).toBe('ok')
      expect(await running(sup)).toEqual([['z', undefined], 'b', ['y', undefined], 'a', 'c'])
      expect(await pid_of(sup, 'b')).toBe(b)
      expect(ok(await supervisor.get_childspec(sup, 'b'))).toMatchObject({ restart: 'transient' })
      ok(await supervisor.restart_child(sup, 'y'))
      log.length = 0
      await end_child(sup, 'b')
      expect(log).toEqual([
        'stop b',
        'stop c',
        'stop a',
        'stop y',
        'start z',
        'start b',
        'start y',
        'start a',
        'start c',
      ])
      for (let count = 0; count < 6; count++) await end_child(sup, 'b')
      expect(await running(sup)).toEqual(['z', 'b', 'y', 'a', 'c'])
    }))

  test('comes with other callbacks, if they are given', () =>
    in_virtual_time(async () => {
      const { sup, change } = await start_changing([{}, [worker('a')]])
      const next: supervisor.Callbacks = { init: () => ['ok', [{}, [worker('n')]]] }
      expect(await change(undefined, next)).toBe('ok')
      expect(await running(sup)).toEqual([['n', undefined], 'a'])
      expect(await change(undefined)).toBe('ok')
    }))

  test('may change nothing', () =>
    in_virtual_time(async () => {
      const { sup, change } = await start_changing([{}, [worker('a')]])
      expect(await change('ignore')).toBe('ok')
      expect(await running(sup)).toEqual(['a'])
    }))

  test('changes the one specification of children on demand', () =>
    in_virtual_time(async () => {
      const flags = { strategy: 'simple_one_for_one', ...generous } as const
      const one = { id: 'x', start: start_worker }
      const { sup, change } = await start_changing([flags, [one]])
      const pid = ok(await supervisor.start_child(sup, ['first']))!
      expect(await change(['ok', [flags, [{ ...one, start: [start_worker, ['new']] }]]])).toBe('ok')
      gen_server.cast(pid, 'boom')
      await pause()
      ok(await supervisor.start_child(sup, ['second']))
      expect(log).toEqual(['start first', 'stop first', 'start new first', 'start new second'])
    }))

  test.each<[string, Term, Term]>([
    ['no plan', 'what', ['bad_return', ['boss', 'init', 'what']]],
    ['wrong flags', ['ok', ['flags', []]], ['supervisor_data', ['invalid_type', 'flags']]],
    ['a wrong flag', ['ok', [{ intensity: -1 }, []]], ['supervisor_data', ['invalid_intensity', -1]]],
    ['a wrong specification', ['ok', [{}, [{ id: 'x' }]]], ['start_spec', 'missing_start']],
    [
      'children on demand',
      ['ok', [{ strategy: 'simple_one_for_one' }, [worker('a')]]],
      ['bad_strategy', 'simple_one_for_one'],
    ],
    ['too few of them', ['ok', [{ strategy: 'simple_one_for_one' }, []]], ['bad_start_spec', []]],
  ])('to %s is refused, and nothing changes', (_name, given, reason) =>
    in_virtual_time(async () => {
      const { sup, change } = await start_changing([{}, [worker('a')]])
      expect(await change(given)).toEqual(['error', ['error', reason]])
      expect(await running(sup)).toEqual(['a'])
    }),
  )
})

describe('sys on a supervisor', () => {
  test('tells its flags and its children', () =>
    in_virtual_time(async () => {
      const { sup } = await start_changing([{ intensity: 3 }, [worker('a')]])
      const [, , module, [, , parent, , items]] = await sys.get_status(sup)
      expect([module, parent]).toEqual([['module', 'gen_server'], self()])
      const state = {
        name: ['local', 'boss'],
        strategy: 'one_for_one',
        intensity: 3,
        period: 5,
        auto_shutdown: 'never',
        hibernate_after: 'infinity',
        children: [expect.objectContaining({ id: 'a', pid: await pid_of(sup, 'a') })],
      }
      expect(items.at(-1)).toEqual(['data', [['State', state]]])
    }))

  test('holds it: children that end meanwhile are restarted after that', () =>
    in_virtual_time(async () => {
      const { sup } = await start_changing([{}, [worker('a')]])
      const pid = (await pid_of(sup, 'a'))!
      await sys.suspend(sup)
      gen_server.cast(pid as never, 'boom')
      await pause(100)
      expect(log).toEqual(['start a', 'stop a'])
      await sys.resume(sup)
      expect(await running(sup)).toEqual(['a'])
    }))

  test('ends it, and its children with it', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const { sup } = await start_changing([{}, [worker('a'), worker('b')]])
      await sys.terminate(sup, 'shutdown')
      expect(await receive()).toEqual(['EXIT', sup, 'shutdown'])
      expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a'])
    }))
})

test('the report of a supervisor that crashes tells how many children there were on demand, not all of them', () =>
  in_virtual_time(async () => {
    process_flag('trap_exit', true)
    const flags = { strategy: 'simple_one_for_one' } as const
    const { sup } = await start_changing([flags, [{ id: 'x', start: start_worker }]])
    for (const name of ['a', 'b', 'c']) ok(await supervisor.start_child(sup, [name]))
    expect(await stop(sup, 'odd')).toBe('odd')
    const report = told.find(({ label }) => label === 'gen_server terminate')!
    expect(report.facts.state).toMatchObject({ strategy: 'simple_one_for_one', children: 3 })
  }))
