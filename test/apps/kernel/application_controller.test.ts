// What the end of an application, or of the controller itself, means for the others.

import { describe, expect, test } from '@jest/globals'
import * as application from '../../../apps/kernel/application.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register, whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn_link } from '../../../runtime/erlang/spawn.ts'
import {
  calls,
  load_app,
  load_starting,
  reports,
  start_top,
  with_applications,
} from '../../support/applications.ts'

const running = () => application.which_applications().map(([name]) => name)
const pause = () => receive('never', 1).catch(() => {})

async function end_of(name: string): Promise<void> {
  exit(whereis(name) as Pid, 'kill')
  await pause()
}

describe('an application that ends by itself', () => {
  test('is told of, and if temporary leaves the others alone', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['a'] })
      await application.ensure_all_started('b')
      await end_of('a_sup')
      expect(running()).toEqual(['b', 'stdlib', 'kernel'])
      expect(reports('application_controller', 'exit')).toEqual([
        { application: 'a', exited: 'killed', type: 'temporary' },
      ])
      expect(calls.slice(2)).toEqual([
        ['a', 'prep_stop', 'state of a'],
        ['a', 'stop', 'last state of a'],
      ])
    }))

  test('can be started again, but not be depended on until then', () =>
    with_applications(async () => {
      load_app('a')
      load_app('b', { applications: ['a'] })
      await application.start('a')
      await end_of('a_sup')
      expect(await application.start('b')).toEqual(['error', ['not_running', 'a']])
      expect(await application.start('a')).toBe('ok')
      await end_of('a_sup')
      expect(await application.stop('a')).toBe('ok')
      expect(await application.stop('a')).toEqual(['error', ['not_started', 'a']])
    }))

  test.each([
    ['permanent', 'normal', false],
    ['permanent', 'shutdown', false],
    ['transient', 'normal', true],
    ['transient', 'shutdown', false],
    ['temporary', 'shutdown', true],
  ] as const)('if %s with reason %s: whether the others go on is %s', (type, reason, go_on) =>
    with_applications(async () => {
      load_app('first')
      load_app('second')
      load_starting('a', () => {
        const top = spawn_link(async () => exit(await receive()))
        register('top', top)
        return ['ok', top]
      })
      await application.ensure_all_started(['first', 'second'])
      await application.start('a', type)
      calls.length = 0
      send('top', reason)
      await pause()
      expect(running()).toEqual(go_on ? ['second', 'first', 'stdlib', 'kernel'] : ['stdlib', 'kernel'])
      expect(process.exitCode).toBe(go_on ? undefined : 1)
      expect(reports('application_controller', 'halt')).toEqual(go_on ? [] : [{ application: 'a', reason }])
      const stopped = calls.filter(([, what]) => what === 'stop').map(([name]) => name)
      expect(stopped).toEqual(go_on ? [] : ['second', 'first'])
    }),
  )

  test('and takes all with it tells who waits for one that is still being started', () =>
    with_applications(async () => {
      load_app('a')
      load_starting('slow', () => new Promise(() => {}))
      await application.start('a', 'permanent')
      const starting = application.start('slow')
      await pause()
      await end_of('a_sup')
      expect(await starting).toEqual(['error', 'shutdown'])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(application.info().starting).toEqual([])
    }))

  test('and takes all with it is not disturbed by one that comes up meanwhile', () =>
    with_applications(async () => {
      const wait = (time: number) => receive('never', time).catch(() => {})
      load_app('a')
      load_starting('early', async () => {
        await wait(5)
        return start_top('early_sup')
      })
      load_starting('slow', () => start_top('slow_sup'), { prep_stop: () => wait(10) })
      await application.start('a', 'permanent')
      const starting = application.start('early')
      await pause()
      await application.start('slow')
      await end_of('a_sup')
      expect(await starting).toEqual(['error', 'shutdown'])
      expect(running()).toEqual(['stdlib', 'kernel'])
      expect(await application.start('early')).toBe('ok')
      expect(running()).toEqual(['early', 'stdlib', 'kernel'])
    }))

  test('lets the next one start from the beginning when it is the kernel', () =>
    with_applications(async () => {
      load_app('a')
      await application.start('a')
      await end_of('kernel_sup')
      expect(running()).toEqual([])
      expect(whereis('application_controller')).toBeUndefined()
      expect(await application.start('a')).toBe('ok')
      expect(running()).toEqual(['a', 'stdlib', 'kernel'])
    }))
})

describe('without its controller', () => {
  test('an application stops', () =>
    with_applications(async () => {
      load_app('a')
      await application.start('a')
      await end_of('application_controller')
      expect(running()).toEqual([])
      expect(calls.at(-1)).toEqual(['a', 'stop', 'last state of a'])
      expect(whereis('a_sup')).toBeUndefined()
    }))

  test('one that is being started ends, though its callback never does, and so does who waits for it', () =>
    with_applications(async () => {
      let master: Pid | undefined
      load_starting('a', async () => {
        master = self()
        await start_top('a_sup')
        return new Promise(() => {})
      })
      const starting = application.start('a')
      const failure = expect(starting).rejects.toMatchObject({ reason: ['killed', expect.anything()] })
      await pause()
      await end_of('application_controller')
      await failure
      expect(is_process_alive(master!)).toBe(false)
      expect(whereis('a_sup')).toBeUndefined()
    }))
})
