// Applications that may not run, not yet or not any more, and those that may for some time only.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import {
  calls,
  load_app,
  load_starting,
  reports,
  start_top,
  with_applications,
} from '../../support/applications.ts'
import { pause } from '../../support/behaviours.ts'

afterEach(() => {
  application.unset_env('kernel', 'permissions')
})

const running = () => application.which_applications().map(([name]) => name)
const exits = () => reports('application_controller', 'exit')

describe('an application that may not run', () => {
  test('is started when it may', () =>
    with_applications(async () => {
      load_app('a')
      expect(await application.permit('a', false)).toBe('ok')
      expect(await application.start('a', 'transient')).toBe('ok')
      expect(await application.start('a', 'permanent')).toBe('ok')
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(application.info()).toMatchObject({ start_p_false: [['a', 'permanent']], starting: [] })

      expect(await application.permit('a', true)).toBe('ok')
      expect(running()).toEqual(['a', 'stdlib', 'kernel'])
      expect(application.info()).toMatchObject({
        start_p_false: [],
        started: [
          ['a', 'permanent'],
          ['stdlib', 'permanent'],
          ['kernel', 'permanent'],
        ],
      })
      expect(await application.permit('a', true)).toBe('ok')
      expect(calls).toEqual([['a', 'start', 'normal', 'args']])
    }))

  test('counts as not started for those that need it, and for who wants to stop it', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['a'] })
      await application.permit('a', false)
      await application.start('a')
      expect(await application.start('b')).toEqual(['error', ['not_started', 'a']])
      expect(await application.ensure_all_started('b')).toEqual(['error', ['b', ['not_started', 'a']]])
      expect(await application.stop('a')).toEqual(['error', ['not_started', 'a']])
    }))

  test('is not started by the permission if nobody had started it, or if it was unloaded', () =>
    with_applications(async () => {
      load_app('a')
      await application.permit('a', false)
      await application.permit('a', true)
      expect(running()).not.toContain('a')

      await application.permit('a', false)
      await application.start('a')
      application.unload('a')
      load_app('a')
      await application.permit('a', true)
      expect(running()).not.toContain('a')
    }))

  test('gives the reason to who permits it when it fails to start', () =>
    with_applications(async () => {
      load_starting('a', () => ['error', 'no_disk'])
      await application.permit('a', false)
      expect(await application.start('a')).toBe('ok')
      const why = ['no_disk', ['a_app', 'start', ['normal', 'args']]]
      expect(await application.permit('a', true)).toEqual(['error', why])
    }))

  test('may be one of the configuration', () =>
    with_applications(async () => {
      load_app('a')
      application.set_env('kernel', 'permissions', { a: false, b: true })
      await application.start('a')
      expect(running()).not.toContain('a')
      await application.permit('a', true)
      expect(running()).toContain('a')
      expect(application.get_env('kernel', 'permissions')).toEqual(['ok', { a: true, b: true }])
    }))

  test('has to be loaded, and told so by a boolean', () =>
    with_applications(async () => {
      expect(await application.permit('a', true)).toEqual(['error', ['not_loaded', 'a']])
      await expect(application.permit('kernel', 'no' as never)).rejects.toMatchObject({ reason: 'badarg' })
    }))
})

describe('an application that runs and may not any more', () => {
  test('is stopped, whatever its type, and is started again when it may', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['a'] })
      application.load({ application: 'library' })
      await application.start('a', 'permanent')
      await application.start('library')
      expect(await application.permit('a', false)).toBe('ok')
      expect(await application.permit('library', false)).toBe('ok')
      expect(whereis('a_sup')).toBeUndefined()
      expect(calls.slice(1)).toEqual([
        ['a', 'prep_stop', 'state of a'],
        ['a', 'stop', 'last state of a'],
      ])
      expect(exits()).toEqual([{ application: 'a', exited: 'stopped', type: 'permanent' }])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(await application.start('b')).toEqual(['error', ['not_running', 'a']])

      expect(await application.permit('a', true)).toBe('ok')
      expect(await application.permit('library', true)).toBe('ok')
      expect(running()).toEqual(['library', 'a', 'stdlib', 'kernel'])
    }))

  test('stays away if it is stopped meanwhile', () =>
    with_applications(async () => {
      load_app('a')
      await application.start('a')
      await application.permit('a', false)
      await application.start('a')
      expect(await application.stop('a')).toBe('ok')
      await application.permit('a', true)
      expect(running()).not.toContain('a')
    }))

  test('is started again too if it had ended by itself', () =>
    with_applications(async () => {
      load_app('a')
      await application.start('a')
      exit(whereis('a_sup') as Pid, 'kill')
      await pause()
      expect(running()).not.toContain('a')
      expect(await application.permit('a', true)).toBe('ok')
      expect(running()).toContain('a')
    }))
})

describe('an application with a time to run', () => {
  test('ends after it as if by itself, in order, and with reason normal', () =>
    with_applications(async () => {
      load_app('a', { maxT: 200 })
      await application.start('a', 'transient')
      await pause(199)
      expect(running()).toContain('a')
      await pause(2)
      expect(running()).not.toContain('a')
      expect(calls.slice(1)).toEqual([
        ['a', 'prep_stop', 'state of a'],
        ['a', 'stop', 'last state of a'],
      ])
      expect(exits()).toEqual([{ application: 'a', exited: 'normal', type: 'transient' }])
      expect(application.get_key('a', 'maxT')).toEqual(['ok', 200])
    }))

  test('that is over before it has started ends as soon as it has', () =>
    with_applications(async () => {
      const start = async () => {
        await pause(500)
        return start_top('a_sup') as Promise<['ok', Pid]>
      }
      load_app('a', { maxT: 5, mod: [{ start }, []] })
      expect(await application.start('a')).toBe('ok')
      await pause()
      expect(running()).not.toContain('a')
    }))

  test.each([-1, 1.5, 2 ** 32, '5', undefined])('cannot have that of %s', time => {
    const spec = { application: 'a', maxT: time as never }
    expect(application.load(spec)).toEqual(['error', ['bad_application', spec]])
  })
})

describe('a parameter', () => {
  test('can be set with a timeout, which has to be one', () => {
    for (const timeout of [0, 5_000, 'infinity'] as const) {
      expect(application.set_env('kernel', 'k', 1, { timeout, persistent: false })).toBe('ok')
      expect(application.unset_env('kernel', 'k', { timeout })).toBe('ok')
    }
    for (const timeout of [-1, 1.5, 'soon']) {
      const set = () => application.set_env({ kernel: { k: 1 } }, { timeout: timeout as never })
      expect(set).toThrow(expect.objectContaining({ reason: ['badarg', 'timeout'] }))
    }
    const set = () => application.set_env('kernel', 'k', 1, { persistent: 1 as never })
    expect(set).toThrow(expect.objectContaining({ reason: ['badarg', 'persistent'] }))
    expect(application.get_env('kernel', 'k')).toBeUndefined()
  })
})
