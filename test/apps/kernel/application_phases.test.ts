// Start phases and included applications; what OTP 25 does was tried there.

import { describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { spawn_link } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { calls, load_app, start_top, with_applications } from '../../support/applications.ts'

const running = () => application.which_applications().map(([name]) => name)

/** Callbacks that note each phase with the application that is found to be the own one, and the start type. */
const phased = (name: string, answer: (args: Term) => Term = () => 'ok'): application.Callbacks => ({
  module: `${name}_app`,
  start: () => start_top(`${name}_sup`),
  start_phase(phase, type, args) {
    calls.push([name, phase, type, args, application.get_application()?.[1], application.start_type()])
    return answer(args)
  },
  prep_stop: state => calls.push([name, 'prep_stop']) && state,
})

describe('start phases', () => {
  test('are gone through in their order once the top supervisor runs, and before the start is done', () =>
    with_applications(async () => {
      load_app('a', {
        start_phases: [
          ['init', 1],
          ['go', 2],
        ],
        mod: [phased('a'), []],
      })
      expect(await application.start('a')).toBe('ok')
      expect(calls).toEqual([
        ['a', 'init', 'normal', 1, 'a', 'normal'],
        ['a', 'go', 'normal', 2, 'a', 'normal'],
      ])
      expect(application.start_type()).toBeUndefined()
    }))

  const failure = new Error('boom')
  const call = ['a_app', 'start_phase', ['go', 'normal', 'args']]
  test.each<[string, () => Term, Term]>([
    ['an error', () => ['error', 'why'], ['why', call]],
    ['something else', () => 'weird', ['bad_return_value', [call, 'weird']]],
    ['an exit', () => exit('oops'), ['bad_return_value', [call, ['EXIT', 'oops']]]],
    ['a crash', () => Promise.reject(failure), ['bad_return_value', [call, ['EXIT', failure]]]],
  ])('that end with %s fail the start, and the tree is taken down in order', (_what, answer, reason) =>
    with_applications(async () => {
      const ends: Term[] = []
      const callbacks: application.Callbacks = {
        ...phased('a', answer),
        start: () => [
          'ok',
          spawn_link(async () => {
            process_flag('trap_exit', true)
            ends.push((await receive())[2])
          }),
        ],
      }
      load_app('a', { start_phases: [['go', 'args']], mod: [callbacks, []] })
      expect(await application.start('a')).toEqual(['error', reason])
      expect(ends).toEqual(['shutdown'])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(calls.map(([, what]) => what)).toEqual(['go'])
    }),
  )

  test('go through included applications too, as far as they know them, with application_starter', () =>
    with_applications(async () => {
      const phases = [['go', 'inner']] as const
      load_app('deep', { start_phases: phases, mod: [phased('deep'), []] })
      load_app('other', { mod: [phased('other'), []] })
      load_app('inner', {
        start_phases: [...phases, ['never', 1]],
        included_applications: ['deep'],
        mod: [application.application_starter, [phased('inner'), []]],
      })
      load_app('outer', {
        start_phases: [
          ['init', 1],
          ['go', 2],
        ],
        included_applications: ['inner', 'other'],
        mod: [application.application_starter, [phased('outer'), []]],
      })
      expect(await application.start('outer')).toBe('ok')
      expect(calls.map(([name, phase, , args, own]) => [name, phase, args, own])).toEqual([
        ['outer', 'init', 1, 'outer'],
        ['outer', 'go', 2, 'outer'],
        ['inner', 'go', 'inner', 'outer'],
        ['deep', 'go', 'inner', 'outer'],
      ])
      expect(running()).toEqual(['outer', 'stdlib', 'kernel'])
      expect(whereis('inner_sup')).toBeUndefined()
      await application.stop('outer')
      expect(calls.at(-1)).toEqual(['outer', 'prep_stop'])
    }))

  test('stay in the application itself without it', () =>
    with_applications(async () => {
      load_app('inner', { start_phases: [['go', 1]], mod: [phased('inner'), []] })
      load_app('outer', {
        start_phases: [['go', 2]],
        included_applications: ['inner'],
        mod: [phased('outer'), []],
      })
      expect(await application.start('outer')).toBe('ok')
      expect(calls.map(([name]) => name)).toEqual(['outer'])
    }))
})

describe('an included application', () => {
  test('has to be loaded before the one that includes it', () =>
    with_applications(async () => {
      const spec = { application: 'a', included_applications: ['b'] }
      expect(application.load(spec)).toEqual(['error', ['not_loaded', 'b']])
      application.load({ application: 'b' })
      expect(application.load(spec)).toBe('ok')
      expect(application.get_key('a', 'included_applications')).toEqual(['ok', ['b']])
    }))

  test('is not running for itself, but may be started so', () =>
    with_applications(async () => {
      load_app('b')
      load_app('a', { included_applications: ['b'] })
      await application.start('a')
      expect(running()).toEqual(['a', 'stdlib', 'kernel'])
      expect(await application.start('b')).toBe('ok')
    }))
})

test('the top supervisor of an application is known while it runs', () =>
  with_applications(async () => {
    load_app('a')
    expect(application.get_supervisor('a')).toBeUndefined()
    await application.start('a')
    expect(application.get_supervisor('a')).toEqual(['ok', whereis('a_sup')])
    expect(application.get_supervisor('stdlib')).toBeUndefined()
    exit(whereis('a_sup') as Pid, 'kill')
    await receive('never', 1).catch(() => {})
    expect(application.get_supervisor('a')).toBeUndefined()
  }))
