import { describe, expect, test } from '@jest/globals'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag } from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { pause } from '../../support/behaviours.ts'
import {
  end_child,
  generous,
  log,
  pid_of,
  running,
  start,
  start_worker,
  worker,
} from '../../support/supervised.ts'
import { labels, troubles, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

describe('when a child ends', () => {
  test.each([
    ['one_for_one', ['start b'], ['a', 'c']],
    ['rest_for_one', ['stop c', 'start b', 'start c'], ['a']],
    ['one_for_all', ['stop c', 'stop a', 'start a', 'start b', 'start c'], []],
  ] as const)('%s restarts those concerned, in order', (strategy, events, untouched) =>
    in_virtual_time(async () => {
      const sup = await start({ strategy }, worker('a'), worker('b'), worker('c'))
      const before = await supervisor.which_children(sup)
      log.length = 0
      await end_child(sup, 'b')
      expect(log).toEqual(['stop b', ...events])
      const now = await supervisor.which_children(sup)
      expect(await running(sup)).toEqual(['a', 'b', 'c'])
      expect(
        now.filter(([id, pid]) => before.some(old => old[0] === id && old[1] === pid)).map(([id]) => id),
      ).toEqual([...untouched].reverse())
      expect(labels()).toEqual(['child_terminated'])
    }),
  )

  const shut_down = ['shutdown', 'x']
  test.each<[supervisor.Restart, Term, boolean, string[]]>([
    ['permanent', 'boom', true, ['child_terminated']],
    ['permanent', 'normal', true, ['child_terminated']],
    ['permanent', 'shutdown', true, ['child_terminated']],
    ['transient', 'boom', true, ['child_terminated']],
    ['transient', 'normal', false, []],
    ['transient', 'shutdown', false, []],
    ['transient', shut_down, false, []],
    ['temporary', 'boom', false, ['child_terminated']],
    ['temporary', 'normal', false, []],
  ])('that is %s, with %j: is it restarted? %p', (restart, reason, restarted, reported) =>
    in_virtual_time(async () => {
      const sup = await start(generous, worker('a', { restart }), worker('b'))
      await end_child(sup, 'a', reason)
      const stays = restart === 'temporary' ? [] : [['a', undefined]]
      expect(await running(sup)).toEqual([...(restarted ? ['a'] : stays), 'b'])
      expect(labels()).toEqual(reported)
    }),
  )

  test('the report says which, and why', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a'))
      const pid = await pid_of(sup, 'a')
      await end_child(sup, 'a', ['complicated', 'reason'])
      expect(troubles()).toEqual([
        {
          level: 'error',
          label: 'supervisor child_terminated',
          facts: {
            supervisor: [sup, 'boss'],
            errorContext: 'child_terminated',
            reason: ['complicated', 'reason'],
            offender: expect.objectContaining({ pid, id: 'a', restart_type: 'permanent' }),
          },
        },
      ])
    }))

  test('temporary children that go down with it are forgotten', () =>
    in_virtual_time(async () => {
      const sup = await start({ strategy: 'one_for_all' }, worker('a'), worker('b', { restart: 'temporary' }))
      await end_child(sup, 'a')
      expect(await running(sup)).toEqual(['a'])
    }))

  test('too often, the supervisor gives up and takes all along', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start({ intensity: 2, period: 5 }, worker('a'), worker('b'))
      await end_child(sup, 'b')
      await end_child(sup, 'b')
      expect(is_process_alive(sup)).toBe(true)
      log.length = 0
      await end_child(sup, 'b')
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(log).toEqual(['stop b', 'stop a'])
      expect(labels()).toEqual(['child_terminated', 'child_terminated', 'child_terminated', 'shutdown'])
      expect(troubles()[3]!.facts).toMatchObject({
        errorContext: 'shutdown',
        reason: 'reached_max_restart_intensity',
        offender: { id: 'b' },
      })
    }))

  test('rarely enough, it is restarted for ever', () =>
    in_virtual_time(async () => {
      const sup = await start({ intensity: 1, period: 5 }, worker('a'))
      for (let times = 0; times < 20; times++) {
        await end_child(sup, 'a')
        await pause(5_000)
      }
      expect(await running(sup)).toEqual(['a'])
    }))

  test('and cannot be started again, that is tried until it is too often', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      let starts = 0
      const once = (name: string) => (++starts === 1 ? start_worker(name) : (['error', 'worn out'] as const))
      const sup = await start({ intensity: 3 }, { id: 'a', start: [once, ['a']] }, worker('b'))
      const pid = await pid_of(sup, 'a')
      await end_child(sup, 'a')
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(starts).toBe(4)
      expect(labels()).toEqual(['child_terminated', 'start_error', 'start_error', 'start_error', 'shutdown'])
      expect(troubles().map(({ facts }) => facts.offender.pid)).toEqual([
        pid,
        pid,
        ['restarting', pid],
        ['restarting', pid],
        ['restarting', pid],
      ])
      expect(log).toEqual(['start a', 'start b', 'stop a', 'stop b'])
    }))

  test.each(['one_for_one', 'rest_for_one', 'one_for_all'] as const)(
    'and can be started again only later, that is found out: %s',
    strategy =>
      in_virtual_time(async () => {
        let starts = 0
        const moody = (name: string) =>
          ++starts % 3 === 1 ? start_worker(name) : (['error', 'moody'] as const)
        const sup = await start(
          { intensity: 9, strategy },
          worker('a'),
          { id: 'b', start: [moody, ['b']] },
          worker('c'),
        )
        await end_child(sup, 'b')
        expect(starts).toBe(4)
        expect(await running(sup)).toEqual(['a', 'b', 'c'])
        expect(labels()).toEqual(['child_terminated', 'start_error', 'start_error'])
      }),
  )

  test('and one before it cannot be started again, that is tried again, and it is not stopped once more', () =>
    in_virtual_time(async () => {
      let starts = 0
      const moody = async (name: string) => {
        if (++starts !== 2) return start_worker(name)
        return ['error', 'moody'] as const
      }
      const sup = await start(
        { intensity: 9, strategy: 'one_for_all' },
        { id: 'a', start: [moody, ['a']] },
        worker('b'),
      )
      await end_child(sup, 'b')
      expect(await running(sup)).toEqual(['a', 'b'])
      expect(labels()).toEqual(['child_terminated', 'start_error'])
    }))

  test('while it is being restarted, it can be terminated, and is not tried again', () =>
    in_virtual_time(async () => {
      let starts = 0
      const once = (name: string) =>
        ++starts === 1
          ? start_worker(name)
          : (receive(after(10, () => ['error', 'slow'] as const)) as Promise<never>)
      const sup = await start({ intensity: 9 }, { id: 'a', start: [once, ['a']] })
      gen_server.cast((await pid_of(sup, 'a')) as Pid, 'boom')
      await pause(5)
      expect(await supervisor.which_children(sup)).toEqual([['a', 'restarting', 'worker', []]])
      expect(await supervisor.restart_child(sup, 'a')).toEqual(['error', 'restarting'])
      expect(await supervisor.delete_child(sup, 'a')).toEqual(['error', 'restarting'])
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      const tried = starts
      await pause(100)
      expect(starts).toBe(tried)
      expect(await running(sup)).toEqual([['a', undefined]])
      expect(await supervisor.count_children(sup)).toMatchObject({ specs: 1, active: 0 })
    }))
})
