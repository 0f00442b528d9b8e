// The end of everything.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import * as init from '../../../apps/kernel/application_init.ts'
import { living } from '../../../runtime/erlang/process.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
import { calls, load_app, load_starting, start_top, with_applications } from '../../support/applications.ts'

afterEach(() => {
  process.exitCode = undefined
})

describe('init.stop', () => {
  test('stops what was started last first, the kernel at the end, and sets the exit status', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['a'] })
      await application.ensure_all_started('b')
      expect(await init.stop(3)).toBe('ok')
      expect(calls.slice(-4)).toEqual([
        ['b', 'prep_stop', 'state of b'],
        ['b', 'stop', 'last state of b'],
        ['a', 'prep_stop', 'state of a'],
        ['a', 'stop', 'last state of a'],
      ])
      expect(application.which_applications()).toEqual([])
      expect([...living()].map(({ pid }) => pid)).toEqual([self()])
      expect(process.exitCode).toBe(3)
      expect(await application.start('a')).toBe('ok')
      expect(application.which_applications().map(([name]) => name)).toEqual(['a', 'stdlib', 'kernel'])
    }))

  test('ends one that is still on its way', () =>
    with_applications(async () => {
      load_starting('a', async () => {
        await start_top('a_sup')
        return new Promise(() => {})
      })
      spawn(() => application.start('a').catch(() => {}))
      await receive('never', 1).catch(() => {})
      expect(whereis('a_sup')).toBeDefined()
      expect(await init.stop()).toBe('ok')
      expect(whereis('a_sup')).toBeUndefined()
      expect(process.exitCode).toBe(0)
    }))

  test('is done at once when nothing runs, where no process is too, and refuses what is no status', async () => {
    expect(await init.stop()).toBe('ok')
    for (const status of [-1, 256, 1.5, 'x']) {
      await expect(init.stop(status as number)).rejects.toThrow(Exit)
    }
  })
})
