// Applications: how they are described, started and stopped, and their parameters.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { crypto_app } from '../../../apps/crypto/crypto_app.ts'
import * as application from '../../../apps/kernel/application.ts'
import * as logger from '../../../apps/kernel/logger.ts'
import { public_key_app } from '../../../apps/public_key/public_key_app.ts'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register, whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import {
  calls,
  load_app,
  load_starting,
  reports,
  start_top,
  with_applications,
} from '../../support/applications.ts'

const running = () => application.which_applications().map(([name]) => name)
const pause = (time = 1) => receive('never', time).catch(() => {})

describe('a specification', () => {
  test('is loaded once, listed and forgotten', () =>
    with_applications(async () => {
      expect(application.load({ application: 'a', description: 'an A', vsn: '2' })).toBe('ok')
      expect(application.load({ application: 'a' })).toEqual(['error', ['already_loaded', 'a']])
      expect(application.loaded_applications()[0]).toEqual(['a', 'an A', '2'])
      expect(application.get_key('a', 'registered')).toEqual(['ok', []])
      expect(application.unload('a')).toBe('ok')
      expect(application.unload('a')).toEqual(['error', ['not_loaded', 'a']])
      expect(application.get_key('a', 'vsn')).toBeUndefined()
    }))

  test.each<[string, any]>([
    ['no object', 'a'],
    ['undefined', undefined],
    ['without a name', { description: 'nameless' }],
    ['with an unknown key', { application: 'a', start_phase: [] }],
    ['with a phase that is none', { application: 'a', start_phases: ['go'] }],
    [
      'with phases and no callback for them',
      { application: 'a', start_phases: [['go', 1]], mod: [{ start() {} }, []] },
    ],
    ['with a name that is no string', { application: 7 }],
    ['with dependencies that are no names', { application: 'a', applications: [1] }],
    ['with callbacks that cannot start', { application: 'a', mod: [{}, []] }],
    ['with a callback that is no function', { application: 'a', mod: [{ start() {}, stop: 1 }, []] }],
    ['with parameters that are a list', { application: 'a', env: [] }],
  ])('%s is refused', (_what, spec) => {
    expect(application.load(spec)).toEqual(['error', ['bad_application', spec]])
  })

  test('tells its keys, the parameters as they stand now', () =>
    with_applications(async () => {
      load_app('a', { env: { port: 1 }, applications: ['kernel'] })
      application.set_env('a', 'port', 2)
      expect(application.get_key('a', 'env')).toEqual(['ok', { port: 2 }])
      expect(application.get_key('a', 'toString' as 'vsn')).toBeUndefined()
      const [, all] = application.get_all_key('a')!
      expect(all).toMatchObject({ application: 'a', applications: ['kernel'], registered: [], vsn: '1' })
    }))

  test('of the library applications that come along are right, and tell the version of the package', () =>
    with_applications(async () => {
      const version = JSON.parse(readFileSync('package.json', 'utf8')).version
      for (const app of [crypto_app, public_key_app]) expect(application.load(app)).toBe('ok')
      expect(await application.ensure_all_started('public_key')).toEqual(['ok', ['crypto', 'public_key']])
      for (const [, , vsn] of application.which_applications()) expect(vsn).toBe(version)
      expect(running()).toEqual(['public_key', 'crypto', 'stdlib', 'kernel'])
    }))
})

describe('starting', () => {
  test('calls the callback in a master that traps exits and leads the group of all its processes', () =>
    with_applications(async () => {
      let master: Pid | undefined
      load_starting('a', () => {
        master = self()
        return start_top('a_sup')
      })
      expect(await application.start('a')).toBe('ok')
      const top = whereis('a_sup') as Pid
      expect(process_info(top, 'group_leader')).toEqual(['group_leader', master])
      expect(process_info(master!)).toMatchObject({ trap_exit: true, group_leader: master })
      expect(process_info(master!)!.links).toEqual([whereis('application_controller'), top])
    }))

  test('boots the kernel, lists the latest first, and reports progress', () =>
    with_applications(async () => {
      logger.set_primary_config('level', 'info')
      load_app('a')
      expect(running()).toEqual([])
      expect(await application.start('a')).toBe('ok')
      expect(application.which_applications()[0]).toEqual(['a', 'the a', '1'])
      expect(running()).toEqual(['a', 'stdlib', 'kernel'])
      expect(calls).toEqual([['a', 'start', 'normal', 'args']])
      expect(reports('application_controller', 'progress').at(-1)).toEqual({
        application: 'a',
        started_at: 'nonode@nohost',
      })
    }))

  test('is refused when it runs already, is not known, or misses what it depends on', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['kernel', 'a', 'c'] })
      await application.start('a')
      expect(await application.start('a')).toEqual(['error', ['already_started', 'a']])
      expect(await application.ensure_started('a')).toBe('ok')
      expect(await application.start('b')).toEqual(['error', ['not_started', 'c']])
      expect(await application.ensure_started('b')).toEqual(['error', ['not_started', 'c']])
      expect(await application.start('c')).toEqual(['error', ['not_loaded', 'c']])
      expect(await application.start('a', 'for_ever' as 'permanent')).toEqual([
        'error',
        ['invalid_restart_type', 'for_ever'],
      ])
      expect(application.unload('a')).toEqual(['error', ['running', 'a']])
    }))

  const boom = new Error('boom')
  const call = ['a_app', 'start', ['normal', 'args']]
  test.each<[string, () => any, any]>([
    ['an error', () => ['error', 'why'], ['why', call]],
    ['an exit', () => exit('why'), ['bad_return', [call, ['EXIT', 'why']]]],
    ['a crash', () => Promise.reject(boom), ['bad_return', [call, ['EXIT', boom]]]],
    ['ignore', () => 'ignore', ['bad_return', [call, 'ignore']]],
    ['no pid', () => ['ok', 'pid'], ['bad_return', [call, ['ok', 'pid']]]],
    ['too much', () => ['ok', self(), 1, 2], ['bad_return', [call, ['ok', expect.anything(), 1, 2]]]],
  ])('fails with %s', (_what, start, reason) =>
    with_applications(async () => {
      load_starting('a', start)
      expect(await application.start('a', 'permanent')).toEqual(['error', reason])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(reports('application_controller', 'exit')).toEqual([
        { application: 'a', exited: reason, type: 'permanent' },
      ])
      expect(process.exitCode).toBeUndefined()
    }),
  )

  test('fails with a top supervisor whose child fails, and leaves no process behind', () =>
    with_applications(async () => {
      const failing: supervisor.Callbacks = {
        init: () => ['ok', [{}, [{ id: 'child', start: () => ['error', 'no_disk'] }]]],
      }
      let stray: Pid | undefined
      load_starting('a', () => {
        stray = spawn(() => receive())
        return supervisor.start_link(failing)
      })
      const why = ['shutdown', ['failed_to_start_child', 'child', 'no_disk']]
      expect(await application.start('a')).toEqual(['error', [why, ['a_app', 'start', ['normal', 'args']]]])
      expect(is_process_alive(stray!)).toBe(false)
    }))

  test('of one application by two processes at once is one start, and good for both', () =>
    with_applications(async () => {
      load_starting('slow', async () => {
        calls.push('start')
        await pause(100)
        return start_top('slow_sup')
      })
      load_app('other', { applications: ['slow'] })
      const me = self()
      for (let index = 0; index < 2; index++) spawn(async () => send(me, await application.start('slow')))
      await pause()
      expect(await application.stop('slow')).toEqual(['error', ['not_started', 'slow']])
      expect(await application.start('other')).toEqual(['error', ['not_started', 'slow']])
      expect(application.unload('slow')).toEqual(['error', ['running', 'slow']])
      expect([await receive(), await receive()]).toEqual(['ok', 'ok'])
      expect(calls).toEqual(['start'])
    }))

  test('works where no process is, and keeps no timer', async () => {
    await with_applications(async () => {
      load_app('a')
      await application.start('a')
      expect(timer_count()).toBe(0)
      await application.stop('a')
    })
    application.load({ application: 'a' })
    expect(await application.ensure_all_started('a')).toEqual(['ok', ['a']])
    await with_applications(async () => {})
  })
})

describe('ensure_all_started', () => {
  test('starts what is missing in the order of dependence, and tells what it had to start', () =>
    with_applications(async () => {
      load_app('a', { applications: ['kernel', 'b', 'c'] })
      load_app('b', { applications: ['c', 'stdlib'] })
      load_app('c')
      load_app('d')
      expect(await application.ensure_all_started(['a', 'd'])).toEqual(['ok', ['c', 'b', 'a', 'd']])
      expect(await application.ensure_all_started('a')).toEqual(['ok', []])
    }))

  test('stops what it has started when one fails', () =>
    with_applications(async () => {
      load_app('before')
      await application.start('before')
      load_app('a', { applications: ['before', 'b', 'bad'] })
      load_app('b')
      load_starting('bad', () => ['error', 'no'])
      const reason = ['no', ['bad_app', 'start', ['normal', 'args']]]
      expect(await application.ensure_all_started('a')).toEqual(['error', ['bad', reason]])
      expect(running()).toEqual(['before', 'stdlib', 'kernel'])
    }))

  test('names the application that is not known, or that waits for itself', () =>
    with_applications(async () => {
      load_app('a', { applications: ['unknown'] })
      load_app('b', { applications: ['c'] })
      load_app('c', { applications: ['b'] })
      expect(await application.ensure_all_started('a')).toEqual([
        'error',
        ['unknown', ['not_loaded', 'unknown']],
      ])
      expect(await application.ensure_all_started('b')).toEqual(['error', ['c', ['not_started', 'b']]])
    }))
})

describe('stopping', () => {
  test('asks first, takes the tree down, then tells; what is left of the processes is killed', () =>
    with_applications(async () => {
      load_starting(
        'a',
        async () => {
          spawn(async () => {
            register('stray', self())
            await receive()
          })
          const [, top] = (await start_top('a_sup')) as ['ok', Pid]
          return ['ok', top, 'state']
        },
        {
          prep_stop(state: string) {
            calls.push(['prep_stop', state, !!whereis('a_sup')])
            return 'prepared'
          },
          stop: (state: string) => calls.push(['stop', state, !!whereis('a_sup'), !!whereis('stray')]),
        },
      )
      await application.start('a')
      await pause()
      expect(await application.stop('a')).toBe('ok')
      expect(calls).toEqual([
        ['prep_stop', 'state', true],
        ['stop', 'prepared', false, true],
      ])
      expect(whereis('stray')).toBeUndefined()
      expect(await application.stop('a')).toEqual(['error', ['not_started', 'a']])
      const exited = { application: 'a', exited: 'stopped', type: 'temporary' }
      expect(reports('application_controller', 'exit')).toEqual([exited])
    }))

  test('is not held up by callbacks that fail, which are told of', () =>
    with_applications(async () => {
      const failing = (reason: string) => () => {
        throw new Exit(reason)
      }
      const callbacks = { prep_stop: failing('one'), stop: failing('two') }
      load_starting('a', () => start_top('a_sup'), callbacks)
      await application.start('a')
      expect(await application.stop('a')).toBe('ok')
      expect(reports('application_master', 'callback')).toEqual([
        { application: 'a', callback: 'prep_stop', reason: 'one' },
        { application: 'a', callback: 'stop', reason: 'two' },
      ])
    }))

  test('does without the callbacks that are not there', () =>
    with_applications(async () => {
      load_starting('a', () => start_top('a_sup'))
      await application.start('a')
      expect(await application.stop('a')).toBe('ok')
      expect(whereis('a_sup')).toBeUndefined()
    }))
})

describe('parameters', () => {
  test('come from the specification, are set and unset', () =>
    with_applications(async () => {
      load_app('a', { env: { port: 8443, constructor: 1 } })
      expect(application.get_env('a', 'port')).toEqual(['ok', 8443])
      expect(application.get_env('a', 'toString')).toBeUndefined()
      expect(application.get_env('a', 'host', 'localhost')).toBe('localhost')
      expect(application.get_env('unknown', 'port')).toBeUndefined()
      expect(application.set_env('a', 'host', undefined)).toBe('ok')
      expect(application.get_env('a', 'host')).toEqual(['ok', undefined])
      expect(application.unset_env('a', 'host')).toBe('ok')
      expect(application.unset_env('unknown', 'host')).toBe('ok')
      expect(application.get_all_env('a')).toEqual({ port: 8443, constructor: 1 })
      expect(application.get_all_env('unknown')).toEqual({})
    }))

  test('that are set before a load outlast it only if they are persistent', () =>
    with_applications(async () => {
      application.set_env('a', 'port', 1)
      application.set_env('a', 'host', 'x', { persistent: true })
      load_app('a', { env: { port: 2, host: 'y' } })
      expect(application.get_all_env('a')).toEqual({ port: 2, host: 'x' })
      application.unload('a')
      expect(application.get_all_env('a')).toEqual({})
      expect(() => application.set_env('a', 'k', 1, { forever: true } as {})).toThrow(Exit)
    }))

  test('that were set before a load stay if neither specification nor configuration has them', () =>
    with_applications(async () => {
      application.set_env('a', 'port', 1)
      application.set_env('a', 'session_cb', 'mine')
      load_app('a', { env: { port: 2 } })
      expect(application.get_all_env('a')).toEqual({ port: 2, session_cb: 'mine' })
      application.unload('a')
      expect(application.get_all_env('a')).toEqual({})
    }))

  test('of its own application are found by any process of it, in the start callback too', () =>
    with_applications(async () => {
      const found: unknown[] = []
      load_app('a', { env: { port: 5 } })
      load_starting('b', async () => {
        found.push(application.get_env('key'), application.get_application())
        spawn(() => found.push(application.get_env('key')))
        return start_top('b_sup')
      })
      application.set_env('b', 'key', 'value')
      await application.ensure_all_started(['a', 'b'])
      expect(found).toEqual([
        ['ok', 'value'],
        ['ok', 'b'],
        ['ok', 'value'],
      ])
      expect(application.get_application(whereis('a_sup') as Pid)).toEqual(['ok', 'a'])
      expect(application.get_application()).toBeUndefined()
      expect(application.get_env('key')).toBeUndefined()
    }))
})
