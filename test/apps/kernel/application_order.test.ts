// Starting several applications, what may be missing, and what is known of all of them.

import { describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { calls, load_app, load_starting, start_top, with_applications } from '../../support/applications.ts'

const running = () => application.which_applications().map(([name]) => name)
const pause = (time: number) => receive('never', time).catch(() => {})

const load_slow = (name: string, time: number, applications: string[] = []) => {
  load_app(name, {
    applications,
    mod: [
      {
        async start() {
          calls.push(`${name} begins`)
          await pause(time)
          calls.push(`${name} runs`)
          return start_top(`${name}_sup`)
        },
        stop: () => calls.push(`${name} stopped`),
      },
      [],
    ],
  })
}

describe('an optional application', () => {
  test('may be missing, but if it is loaded it is started first', () =>
    with_applications(async () => {
      const spec = { applications: ['kernel', 'maybe'], optional_applications: ['maybe'] }
      application.load({ application: 'a', ...spec })
      application.load({ application: 'b', ...spec })
      expect(await application.ensure_all_started('a')).toEqual(['ok', ['a']])
      application.load({ application: 'maybe' })
      expect(await application.start('b')).toEqual(['error', ['not_started', 'maybe']])
      expect(await application.ensure_all_started('b')).toEqual(['ok', ['maybe', 'b']])
    }))
})

describe('starting concurrently', () => {
  test('starts each as soon as those it depends on run', () =>
    with_applications(async () => {
      load_slow('fast', 10)
      load_slow('slow', 100)
      load_slow('after_fast', 10, ['fast'])
      load_slow('last', 10, ['after_fast', 'slow'])
      const started = await application.ensure_all_started('last', 'temporary', 'concurrent')
      expect(started).toEqual(['ok', ['fast', 'after_fast', 'slow', 'last']])
      expect(calls).toEqual([
        'fast begins',
        'slow begins',
        'fast runs',
        'after_fast begins',
        'after_fast runs',
        'slow runs',
        'last begins',
        'last runs',
      ])
    }))

  test('stops all that it has started when one fails, the slow ones too', () =>
    with_applications(async () => {
      load_slow('slow', 100)
      load_slow('fast', 1)
      load_starting('bad', () => ['error', 'no'])
      load_slow('needs_bad', 1, ['bad'])
      const reason = ['bad', ['no', ['bad_app', 'start', ['normal', 'args']]]]
      const names = ['slow', 'fast', 'needs_bad']
      expect(await application.ensure_all_started(names, 'temporary', 'concurrent')).toEqual([
        'error',
        reason,
      ])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(calls.slice(-2)).toEqual(['slow stopped', 'fast stopped'])
    }))

  test('finds a circle instead of waiting in it, and refuses another mode', () =>
    with_applications(async () => {
      load_app('a', { applications: ['b'] })
      load_app('b', { applications: ['a'] })
      const circle = ['error', ['b', ['not_started', 'a']]]
      expect(await application.ensure_all_started('a', 'temporary', 'concurrent')).toEqual(circle)
      expect(await application.ensure_all_started('a')).toEqual(circle)
      expect(await application.ensure_all_started('a', 'temporary', 'parallel' as 'serial')).toEqual([
        'error',
        ['invalid_mode', 'parallel'],
      ])
    }))
})

describe('of all applications', () => {
  test('is known who is loaded, on the way, running, and was started', () =>
    with_applications(async () => {
      load_slow('slow', 100)
      load_app('a')
      await application.start('a', 'transient')
      spawn(() => application.start('slow'))
      await pause(1)
      expect(application.info()).toMatchObject({
        starting: ['slow'],
        running: ['a', 'stdlib', 'kernel'],
        started: [
          ['a', 'transient'],
          ['stdlib', 'permanent'],
          ['kernel', 'permanent'],
        ],
      })
      expect(application.info().loaded).toEqual(application.loaded_applications())
    }))
})

describe('booting', () => {
  test('loads and starts, and is done with what is there already', () =>
    with_applications(async () => {
      expect(await application.start_boot({ application: 'a' })).toBe('ok')
      expect(await application.start_boot({ application: 'a' }, 'permanent')).toBe('ok')
      expect(await application.start_boot('a')).toBe('ok')
      expect(running()[0]).toBe('a')
      expect(await application.start_boot('b')).toEqual(['error', ['not_loaded', 'b']])
      const wrong = { application: '' }
      expect(await application.start_boot(wrong)).toEqual(['error', ['bad_application', wrong]])
      expect(application.ensure_loaded({ application: 'a' })).toBe('ok')
      expect(application.ensure_loaded({ application: 'c' })).toBe('ok')
    }))

  test('does not move applications between nodes', () =>
    with_applications(async () => {
      application.load({ application: 'a' })
      expect(application.takeover('a')).toEqual(['error', ['not_distributed', 'a']])
      expect(application.takeover('b')).toEqual(['error', ['not_loaded', 'b']])
    }))
})
