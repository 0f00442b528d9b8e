import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
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
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { catch_reports, release_reports, type Told } from '../../support/reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

let told: Told[]
beforeEach(() => {
  told = catch_reports()
})
afterEach(() => {
  release_reports()
  kill_everybody()
})

const pause = (time = 1) => receive(after(time, () => {}))
const troubles = () => told.filter(({ level, label }) => level === 'error' && label.startsWith('supervisor'))
const labels = () => troubles().map(({ label }) => label.slice('supervisor '.length))
const mailbox = () => process_info(self(), 'messages')![1]

/** What happened to the children, in order. */
let log: string[] = []
beforeEach(() => {
  log = []
})

/** A child that logs its start and its end, and ends with the reason it is cast. */
const child_callbacks: gen_server.Callbacks = {
  module: 'child',
  init(name) {
    process_flag('trap_exit', true)
    log.push(`start ${name}`)
    return ['ok', name]
  },
  handle_call: (_request, _from, name) => ['reply', name, name],
  handle_cast: (reason, name) => ['stop', reason, name],
  terminate: (_reason, name) => log.push(`stop ${name}`),
}
const start_child_ = (...names: Term[]) => gen_server.start_link(child_callbacks, names.join(' '))
const worker = (id: string, more: Partial<supervisor.ChildSpec> = {}): supervisor.ChildSpec => ({
  id,
  start: [start_child_, [id]],
  ...more,
})

/** A child that does not end when it is asked to. */
const stubborn = () =>
  proc_lib.start_link(async () => {
    process_flag('trap_exit', true)
    proc_lib.init_ack(['ok', self()])
    for (;;) await receive()
  })

const start = async (flags: supervisor.SupFlags, ...specs: supervisor.ChildSpec[]) =>
  ok(await supervisor.start_link({ module: 'boss', init: () => ['ok', [flags, specs]] }))
const generous = { intensity: 100 }

const pid_of = async (sup: Pid, id: Term) =>
  (await supervisor.which_children(sup)).find(child => child[0] === id)?.[1]
const end_child = async (sup: Pid, id: Term, reason: Term = 'boom') => {
  gen_server.cast((await pid_of(sup, id)) as Pid, reason)
  await pause()
}
const running = async (sup: Pid) => {
  const children = await supervisor.which_children(sup)
  return children.map(([id, pid]) => (typeof pid === 'object' ? id : [id, pid])).reverse()
}
const stop = async (sup: Pid, reason: Term = 'shutdown') => {
  process_flag('trap_exit', true)
  exit(sup, reason)
  return (await receive(['EXIT', sup, _]))[2]
}

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
              mfargs: ['start_child_', ['a']],
              restart_type: 'transient',
              shutdown: 5_000,
              child_type: 'worker',
            },
          },
        },
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
      const once = (name: string) => (++starts === 1 ? start_child_(name) : (['error', 'worn out'] as const))
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
          ++starts % 3 === 1 ? start_child_(name) : (['error', 'moody'] as const)
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

  test('while it is being restarted, it can be terminated, and is not tried again', () =>
    in_virtual_time(async () => {
      let starts = 0
      const once = (name: string) =>
        ++starts === 1
          ? start_child_(name)
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

describe('children that come and go', () => {
  test('are started, terminated, started again and deleted', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      const pid = ok(await supervisor.start_child(sup, worker('a')))
      expect(await supervisor.start_child(sup, worker('a'))).toEqual(['error', ['already_started', pid]])
      expect(await supervisor.delete_child(sup, 'a')).toEqual(['error', 'running'])
      expect(await supervisor.restart_child(sup, 'a')).toEqual(['error', 'running'])
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.start_child(sup, worker('a'))).toEqual(['error', 'already_present'])
      const again = ok(await supervisor.restart_child(sup, 'a'))
      expect(await pid_of(sup, 'a')).toBe(again)
      await supervisor.terminate_child(sup, 'a')
      expect(await supervisor.delete_child(sup, 'a')).toBe('ok')
      expect(await supervisor.which_children(sup)).toEqual([])
      expect(log).toEqual(['start a', 'stop a', 'start a', 'stop a'])
      expect(labels()).toEqual([])
    }))

  test('that nobody knows are not found', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      for (const ask of [
        supervisor.terminate_child,
        supervisor.restart_child,
        supervisor.delete_child,
        supervisor.get_childspec,
      ]) {
        expect(await ask(sup, 'nobody')).toEqual(['error', 'not_found'])
        expect(await ask(sup, ['no', 'body'])).toEqual(['error', 'not_found'])
      }
      expect(await supervisor.get_childspec(sup, self())).toEqual(['error', 'not_found'])
    }))

  test('are found by ids that are tuples, too', () =>
    in_virtual_time(async () => {
      const sup = await start({}, { id: ['worker', 1], start: [start_child_, ['one']] })
      expect(await supervisor.start_child(sup, { id: ['worker', 1], start: start_child_ })).toMatchObject([
        'error',
        ['already_started', expect.anything()],
      ])
      expect(await supervisor.terminate_child(sup, ['worker', 1])).toBe('ok')
      expect(await supervisor.delete_child(sup, ['worker', 1])).toBe('ok')
    }))

  test('are forgotten when they are temporary', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      ok(await supervisor.start_child(sup, worker('a', { restart: 'temporary' })))
      expect(await supervisor.terminate_child(sup, 'a')).toBe('ok')
      expect(await supervisor.terminate_child(sup, 'a')).toEqual(['error', 'not_found'])
      expect(
        await supervisor.start_child(sup, { id: 'b', start: () => 'ignore', restart: 'temporary' }),
      ).toEqual(['ok', undefined])
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('may ignore to be started, and are kept', () =>
    in_virtual_time(async () => {
      const sup = await start({}, { id: 'a', start: () => 'ignore' })
      expect(await supervisor.start_child(sup, { id: 'b', start: () => 'ignore' })).toEqual(['ok', undefined])
      expect(await supervisor.restart_child(sup, 'a')).toEqual(['ok', undefined])
      expect(await running(sup)).toEqual([
        ['a', undefined],
        ['b', undefined],
      ])
    }))

  test('may tell more than their pid', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      const start_it = async () => [...ok_tuple(await start_child_('a')), 'more'] as const
      expect(
        await supervisor.start_child(sup, { id: 'a', start: start_it as supervisor.StartFunction }),
      ).toEqual(['ok', await pid_of(sup, 'a'), 'more'])
    }))
  const ok_tuple = (result: Term): readonly ['ok', Pid] => ['ok', ok(result)]

  test.each<[string, () => Term, Term]>([
    ['an error', () => ['error', 'no'], 'no'],
    ['nonsense', () => 'what', 'what'],
    ['no pid', () => ['ok', 'not a pid'], ['ok', 'not a pid']],
    [
      'what it throws',
      () => {
        throw ['error', 'thrown']
      },
      'thrown',
    ],
    [
      'a crash',
      () => {
        throw new Exit('crashed')
      },
      ['EXIT', 'crashed'],
    ],
  ])('that fail to start with %s give that and their specification', (_name, start_it, reason) =>
    in_virtual_time(async () => {
      const sup = await start({})
      const spec = { id: 'a', start: start_it as supervisor.StartFunction }
      expect(await supervisor.start_child(sup, spec)).toEqual([
        'error',
        [reason, supervisor.child_spec(spec)],
      ])
      expect(await supervisor.which_children(sup)).toEqual([])
    }),
  )

  test('with a wrong specification are refused', () =>
    in_virtual_time(async () => {
      const sup = await start({})
      expect(await supervisor.start_child(sup, { id: 'a' } as supervisor.ChildSpec)).toEqual([
        'error',
        'missing_start',
      ])
      expect(supervisor.check_childspecs([worker('a'), worker('b')])).toBe('ok')
      expect(supervisor.check_childspecs([worker('a'), worker('a')])).toEqual([
        'error',
        ['duplicate_child_name', 'a'],
      ])
    }))

  test('are counted and described', () =>
    in_virtual_time(async () => {
      const sup = await start(
        {},
        worker('a', { modules: ['child'] }),
        { id: 'b', start: () => supervisor.start_link({ init: () => ['ok', [{}, []]] }), type: 'supervisor' },
        worker('c', { restart: 'transient' }),
      )
      await end_child(sup, 'c', 'normal')
      const [c, b, a] = await supervisor.which_children(sup)
      expect(c).toEqual(['c', undefined, 'worker', []])
      expect(b).toEqual(['b', expect.any(Object), 'supervisor', []])
      expect(a).toEqual(['a', expect.any(Object), 'worker', ['child']])
      expect(await supervisor.count_children(sup)).toEqual({
        specs: 3,
        active: 2,
        supervisors: 1,
        workers: 2,
      })
      const spec = supervisor.child_spec(worker('a', { modules: ['child'] }))
      expect(await supervisor.get_childspec(sup, 'a')).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, a![1])).toEqual(['ok', spec])
    }))
})

describe('simple_one_for_one', () => {
  const simple = (more: Partial<supervisor.ChildSpec> = {}, flags: supervisor.SupFlags = {}) =>
    start({ strategy: 'simple_one_for_one', ...flags }, { id: 'any', start: [start_child_, ['x']], ...more })

  test('starts none by itself, and on demand with more arguments', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      expect(log).toEqual([])
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      ok(await supervisor.start_child(sup, [2]))
      expect(await gen_server.call(pid, 'name')).toBe('x 1')
      expect(await supervisor.which_children(sup)).toEqual([
        [undefined, expect.any(Object), 'worker', []],
        [undefined, pid, 'worker', []],
      ])
      expect(await supervisor.count_children(sup)).toEqual({
        specs: 1,
        active: 2,
        supervisors: 0,
        workers: 2,
      })
    }))

  test('restarts a child with the same arguments', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      gen_server.cast(pid, 'boom')
      await pause()
      const [[, again]] = (await supervisor.which_children(sup)) as [supervisor.ChildInfo]
      expect(again).not.toBe(pid)
      expect(await gen_server.call(again as Pid, 'name')).toBe('x 1')
      expect(labels()).toEqual(['child_terminated'])
    }))

  test('tries again to restart a child, and gives up when that is too often', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      let starts = 0
      const once = (name: string) => (++starts === 1 ? start_child_(name) : (['error', 'worn out'] as const))
      const sup = await simple({ start: [once, ['x']] }, { intensity: 2 })
      gen_server.cast(ok(await supervisor.start_child(sup, [])) as Pid, 'boom')
      expect(await receive(['EXIT', sup, _])).toEqual(['EXIT', sup, 'shutdown'])
      expect(starts).toBe(3)
    }))

  test('forgets a child that ends in an orderly way and is not permanent', () =>
    in_virtual_time(async () => {
      const sup = await simple({ restart: 'transient' })
      gen_server.cast(ok(await supervisor.start_child(sup, [1])) as Pid, 'normal')
      await pause()
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('knows its children by their pids, not by ids', () =>
    in_virtual_time(async () => {
      const sup = await simple()
      const pid = ok(await supervisor.start_child(sup, [1])) as Pid
      expect(await supervisor.terminate_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.delete_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.restart_child(sup, 'any')).toEqual(['error', 'simple_one_for_one'])
      expect(await supervisor.terminate_child(sup, self())).toEqual(['error', 'not_found'])
      const spec = supervisor.child_spec({ id: 'any', start: [start_child_, ['x']] })
      expect(await supervisor.get_childspec(sup, pid)).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, 'any')).toEqual(['ok', spec])
      expect(await supervisor.get_childspec(sup, 'other')).toEqual(['error', 'not_found'])
      expect(await supervisor.terminate_child(sup, pid)).toBe('ok')
      expect(is_process_alive(pid)).toBe(false)
      expect(await supervisor.which_children(sup)).toEqual([])
    }))

  test('gives the bare reason when a child fails to start, and keeps none that ignores it', () =>
    in_virtual_time(async () => {
      const sup = await simple({ start: (what: Term) => what })
      expect(await supervisor.start_child(sup, [['error', 'no']])).toEqual(['error', 'no'])
      expect(await supervisor.start_child(sup, ['ignore'])).toEqual(['ok', undefined])
      expect(await supervisor.which_children(sup)).toEqual([])
      expect(await supervisor.start_child(sup, worker('a'))).toEqual([
        'error',
        ['invalid_child_spec', expect.anything()],
      ])
    }))

  test('stops all children at once, and tells of those that did not end well together', () =>
    in_virtual_time(async () => {
      const sup = await simple({ start: [stubborn, []], shutdown: 1_000 })
      for (let count = 0; count < 10; count++) ok(await supervisor.start_child(sup, []))
      expect(await stop(sup)).toBe('shutdown')
      expect(monotonic_time()).toBe(1_000)
      expect(labels()).toEqual(['shutdown_error'])
      expect(troubles()[0]!.facts.offender).toMatchObject({ nb_children: 10, id: 'any' })
      expect(processes()).toEqual([self()])
    }))

  test('has room for many: starting, ending and stopping them takes time in proportion', () =>
    in_virtual_time(async () => {
      const idle = () =>
        proc_lib.start_link(() => {
          proc_lib.init_ack(['ok', self()])
          return receive('never')
        })
      const sup = await simple({ start: [idle, []], restart: 'temporary' })
      const many = 20_000
      const pids: Pid[] = []
      for (let count = 0; count < many; count++) pids.push(ok(await supervisor.start_child(sup, [])) as Pid)
      const begun = performance.now()
      for (const pid of pids.slice(0, many / 2)) exit(pid, 'shutdown')
      expect((await supervisor.count_children(sup)).active).toBe(many / 2)
      await stop(sup)
      expect(processes()).toEqual([self()])
      // A scan of all for each of them would take minutes.
      expect(performance.now() - begun).toBeLessThan(10_000)
    }))
})
