import { describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../../runtime/erlang/clock.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import {
  get,
  is_process_alive,
  process_flag,
  process_info,
  processes,
} from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told } from '../../support/caught_reports.ts'
import {
  child_callbacks,
  log,
  pid_of,
  running,
  start,
  stop,
  stubborn,
  worker,
} from '../../support/supervised.ts'
import { labels, troubles, with_supervision_reports } from '../../support/supervision_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_supervision_reports()

describe('a supervisor', () => {
  test('starts its children in order and stops them in the reverse order', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a'), worker('b'), worker('c'))
      expect(await running(sup)).toEqual(['a', 'b', 'c'])
      expect(await stop(sup)).toBe('shutdown')
      expect(log).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
      expect(processes()).toEqual([self()])
      expect(told.map(({ level, label }) => `${level} ${label}`)).toEqual(
        Array(3).fill('info supervisor progress'),
      )
    }))

  test('tells of each child that it starts', () =>
    in_virtual_time(async () => {
      const sup = ok(
        await supervisor.start_link(['local', 'boss'], { init: args => ['ok', [{}, args]] }, [
          worker('a', { restart: 'transient' }),
        ]),
      )
      expect(told).toEqual([
        {
          level: 'info',
          label: 'supervisor progress',
          facts: {
            supervisor: ['local', 'boss'],
            started: {
              pid: await pid_of(sup, 'a'),
              id: 'a',
              mfargs: ['start_worker', ['a']],
              restart_type: 'transient',
              significant: false,
              shutdown: 5_000,
              child_type: 'worker',
            },
          },
        },
      ])
    }))

  test('can be named by any registry, and is called so in reports', () =>
    in_virtual_time(async () => {
      const names = new Map<Term, Pid>()
      const registry: gen_server.ViaModule = {
        register_name(name, pid) {
          names.set(name, pid)
          return 'yes'
        },
        unregister_name: name => names.delete(name),
        whereis_name: name => names.get(name),
        send: () => exit('unused'),
      }
      const name = ['via', registry, ['boss', 1]] as const
      const sup = ok(await supervisor.start_link(name, { init: args => ['ok', [{}, args]] }, [worker('a')]))
      expect(names.get(name[2])).toBe(sup)
      expect(await supervisor.count_children(name)).toMatchObject({ active: 1 })
      expect(told[0]!.facts.supervisor).toBe(name)
      expect(await supervisor.start_link(name, { init: () => 'ignore' })).toEqual([
        'error',
        ['already_started', sup],
      ])
    }))

  test('is an ancestor of its children', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const curious = () =>
        proc_lib.start_link(async () => {
          proc_lib.init_ack(['ok', self()])
          send(test_process, get('$ancestors'))
          await receive('never')
        })
      const sup = await start({}, { id: 'a', start: curious })
      expect(await receive()).toEqual([sup, test_process])
      expect(process_info(sup, 'initial_call')).toEqual(['initial_call', ['supervisor', 'boss', 1]])
    }))

  test('that cannot start a child stops the others and fails', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const failing = worker('c', { start: () => ['error', 'no luck'] })
      const result = await supervisor.start_link({
        init: () => ['ok', [{}, [worker('a'), worker('b'), failing, worker('d')]]],
      })
      expect(result).toEqual(['error', ['shutdown', ['failed_to_start_child', 'c', 'no luck']]])
      expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a'])
      expect(labels()).toEqual(['start_error'])
      expect(troubles()[0]!.facts).toMatchObject({
        errorContext: 'start_error',
        reason: 'no luck',
        offender: { id: 'c' },
      })
      expect(mailbox()).toEqual([])
    }))

  test.each<[Term, Term]>([
    ['ignore', 'ignore'],
    ['what', ['error', ['bad_return', ['boss', 'init', 'what']]]],
    [
      ['ok', [{ strategy: 'x' }, []]],
      ['error', ['supervisor_data', ['invalid_strategy', 'x']]],
    ],
    [
      ['ok', [{}, [{ id: 'a' }]]],
      ['error', ['start_spec', 'missing_start']],
    ],
    [
      ['ok', [{ strategy: 'simple_one_for_one' }, []]],
      ['error', ['bad_start_spec', []]],
    ],
  ])('whose init gives %j gives %j', (given, result) =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      expect(await supervisor.start_link({ module: 'boss', init: () => given })).toEqual(result)
    }),
  )

  test('reports messages that it does not expect, and carries on', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a'))
      send(sup, 'hello')
      send(sup, ['EXIT', proc_lib.spawn(() => {}), 'not my child'])
      expect(await running(sup)).toEqual(['a'])
      expect(labels()).toEqual(['unexpected_msg'])
      expect(troubles()[0]!.facts).toEqual({ supervisor: [sup, 'boss'], message: 'hello' })
    }))

  test('ends with its parent', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const parent = proc_lib.spawn(async () => {
        send(test_process, await start({}, worker('a')))
        await receive('never')
      })
      const sup = await receive()
      exit(parent, 'kill')
      await pause()
      expect(is_process_alive(sup)).toBe(false)
      expect(log).toEqual(['start a', 'stop a'])
    }))

  test('that is killed takes its children along', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start({}, worker('a'))
      exit(sup, 'kill')
      await receive(['EXIT', sup, 'killed'])
      await pause()
      expect(processes()).toEqual([self()])
    }))
})

describe('stopping a child', () => {
  test('waits as long as its specification says, then kills it', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a'), { id: 'b', start: stubborn, shutdown: 2_000 })
      expect(await stop(sup)).toBe('shutdown')
      expect(monotonic_time()).toBe(2_000)
      expect(labels()).toEqual(['shutdown_error'])
      expect(troubles()[0]!.facts).toMatchObject({
        errorContext: 'shutdown_error',
        reason: 'killed',
        offender: { id: 'b' },
      })
      expect(processes()).toEqual([self()])
      expect(timer_count()).toBe(0)
    }))

  test('waits without end, if that is what it says', () =>
    in_virtual_time(async () => {
      const slow: gen_server.Callbacks = { ...child_callbacks, terminate: () => pause(3_600_000) }
      const sup = await start({}, { id: 'a', start: () => gen_server.start_link(slow), shutdown: 'infinity' })
      await stop(sup)
      expect(monotonic_time()).toBe(3_600_000)
      expect(labels()).toEqual([])
    }))

  test('brutally gives it no time', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a', { shutdown: 'brutal_kill' }), {
        id: 'b',
        start: stubborn,
        shutdown: 'brutal_kill',
      })
      await stop(sup)
      expect(log).toEqual(['start a'])
      expect(labels()).toEqual([])
      expect(processes()).toEqual([self()])
    }))

  test('tells when it ends with another reason than it should', () =>
    in_virtual_time(async () => {
      const odd = (reason: Term): gen_server.Callbacks => ({
        ...child_callbacks,
        terminate: () => {
          throw new Exit(reason)
        },
      })
      const child = (id: string, restart: supervisor.Restart, reason: Term) =>
        worker(id, { restart, start: () => gen_server.start_link(odd(reason), id) })
      const sup = await start(
        {},
        child('a', 'permanent', 'odd'),
        child('b', 'permanent', 'normal'),
        child('c', 'transient', 'normal'),
        child('d', 'temporary', ['shutdown', 'x']),
        child('e', 'permanent', ['shutdown', 'x']),
      )
      await stop(sup)
      expect(troubles().map(({ facts }) => [facts.offender.id, facts.reason])).toEqual([
        ['e', ['shutdown', 'x']],
        ['b', 'normal'],
        ['a', 'odd'],
      ])
    }))

  test('that ended just before, with others, loses no message', () =>
    in_virtual_time(async () => {
      const ids = ['a', 'b', 'c']
      const sup = await start({ strategy: 'one_for_all' }, ...ids.map(id => worker(id)))
      const pids = await Promise.all(ids.map(id => pid_of(sup, id)))
      await sys.suspend(sup)
      for (const pid of pids) exit(pid as Pid, 'kill')
      const counted = supervisor.count_children(sup)
      await sys.resume(sup)
      expect(await counted).toMatchObject({ active: 3 })
      expect(labels()).toEqual(['child_terminated', 'shutdown_error', 'shutdown_error'])
      expect(troubles().map(({ facts }) => facts.reason)).toEqual(['killed', 'killed', 'killed'])
      expect(await running(sup)).toEqual(ids)
    }))

  test('that asks for what no supervisor does is its end', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const sup = await start({}, worker('a'))
      const asked = gen_server.call(sup, ['what', 1])
      await expect(asked).rejects.toMatchObject({ reason: [['bad_request', 'what', 1], expect.anything()] })
      expect(log).toEqual(['start a', 'stop a'])
    }))

  test('that ended just before finds its reason', () =>
    in_virtual_time(async () => {
      const sup = await start({}, worker('a'), worker('b'))
      const [a, b] = [(await pid_of(sup, 'a')) as Pid, (await pid_of(sup, 'b')) as Pid]
      const slow = supervisor.start_child(sup, {
        id: 'slow',
        start: () => receive(after(100, () => 'ignore' as const)),
      })
      const stopping = supervisor.terminate_child(sup, 'a')
      exit(a, 'kill')
      expect([await slow, await stopping]).toEqual([['ok', undefined], 'ok'])
      expect(troubles().map(({ facts }) => [facts.offender.pid, facts.reason])).toEqual([[a, 'killed']])
      expect(await pid_of(sup, 'b')).toBe(b)
      expect(await running(sup)).toEqual([['a', undefined], 'b', ['slow', undefined]])
    }))
})
