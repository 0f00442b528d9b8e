import { describe, expect, test } from '@jest/globals'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import {
  get,
  is_process_alive,
  process_flag,
  process_info,
  put,
} from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, type Term } from '../../../runtime/erlang/term.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const idle = () => receive('never')
const mailbox = () => process_info(self(), 'messages')![1]
const pause = (time = 1) => receive(after(time, () => {}))
const fail = (reason: Term) => {
  throw new Exit(reason)
}
const ready = async () => {
  proc_lib.init_ack(['ok', self()])
  await idle()
}

describe('a process that is spawned', () => {
  test('gets its arguments and ends with its function', () =>
    in_virtual_time(async () => {
      const parent = self()
      proc_lib.spawn((one: number, two: number) => send(parent, one + two), 1, 2)
      expect(await receive()).toBe(3)
    }))

  test('knows its ancestors by their names, or by their pids', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const parent = proc_lib.spawn(async () => {
        proc_lib.spawn(() => send(test_process, get('$ancestors')))
        await receive()
        register('named', self())
        proc_lib.spawn(() => send(test_process, get('$ancestors')))
        await idle()
      })
      expect(await receive()).toEqual([parent, test_process])
      send(parent, 'go on')
      expect(await receive()).toEqual(['named', test_process])
    }))

  test('knows by what it was started', () =>
    in_virtual_time(async () => {
      const parent = self()
      proc_lib.spawn(function hard_worker() {
        send(parent, get('$initial_call'))
      })
      expect(await receive()).toEqual(['proc_lib', 'hard_worker'])
    }))

  test('takes its starter along when it is linked', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const pid = proc_lib.spawn_link(() => fail('boom'))
      expect(await receive()).toEqual(['EXIT', pid, 'boom'])
    }))
})

describe('a crash', () => {
  test.each([
    ['an exit', () => fail('boom'), ['exit', 'boom'], 'boom'],
    ['a thrown term', () => Promise.reject('ball'), ['throw', 'ball'], ['nocatch', 'ball']],
    ['nothing at all', () => Promise.reject(undefined), ['throw', undefined], ['nocatch', undefined]],
  ])('by %s is reported once, and ends the process with its reason', (_name, body, [class_, what], reason) =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(body)
      const ref = monitor('process', pid)
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
      expect(told.map(({ level, label }) => `${level} ${label}`)).toEqual(['error proc_lib crash'])
      expect(told[0]!.facts.error_info.slice(0, 2)).toEqual([class_, what])
    }),
  )

  test('by an error has that error as its reason', () =>
    in_virtual_time(async () => {
      const error = new TypeError('no such thing')
      const pid = proc_lib.spawn(() => {
        throw error
      })
      const ref = monitor('process', pid)
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, error])
      expect(told.map(({ facts }) => facts.error_info)).toEqual([['error', error, undefined]])
    }))

  test('tells all about the process', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const pid = proc_lib.spawn(async function worker() {
        register('the_worker', self())
        process_flag('trap_exit', true)
        put('mood', 'bad')
        link(test_process)
        await receive('now')
        fail('boom')
      })
      process_flag('trap_exit', true)
      await pause()
      send(pid, 'unread')
      send(pid, 'now')
      await receive(['EXIT', pid, 'boom'])
      expect(told[0]!.facts).toMatchObject({
        pid,
        registered_name: 'the_worker',
        initial_call: ['proc_lib', 'worker'],
        ancestors: [test_process],
        message_queue_len: 1,
        messages: ['unread'],
        links: [test_process],
        dictionary: [['mood', 'bad']],
        trap_exit: true,
        neighbours: [],
      })
    }))

  test('tells of the neighbours that it takes along', () =>
    in_virtual_time(async () => {
      const neighbours: Pid[] = []
      proc_lib.spawn(async () => {
        neighbours.push(proc_lib.spawn_link(idle))
        const trapping = proc_lib.spawn_link(async () => {
          process_flag('trap_exit', true)
          await idle()
        })
        await receive(after(1, () => {}))
        expect(is_process_alive(trapping)).toBe(true)
        fail('boom')
      })
      await pause(2)
      expect(told[0]!.facts.neighbours.map(({ pid }: { pid: Pid }) => pid)).toEqual(neighbours)
    }))

  test.each<[Term]>([['normal'], ['shutdown'], [['shutdown', 'for a reason']]])(
    'of reason %p is none',
    reason =>
      in_virtual_time(async () => {
        const pid = proc_lib.spawn(() => fail(reason))
        const ref = monitor('process', pid)
        expect(await receive()).toEqual(['DOWN', ref, 'process', pid, reason])
        expect(told).toEqual([])
      }),
  )

  test('by a signal is not reported', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(idle)
      const ref = monitor('process', pid)
      exit(pid, 'go away')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'go away'])
      expect(told).toEqual([])
    }))
})

describe('starting', () => {
  test('waits until the process is ready, and leaves other messages where they are', () =>
    in_virtual_time(async () => {
      send(self(), 'early')
      const parent = self()
      const result = proc_lib.start(async () => {
        send(parent, 'from the child')
        await receive(after(50, () => {}))
        await ready()
      })
      const [tag, pid] = await result
      expect([tag, is_process_alive(pid)]).toEqual(['ok', true])
      expect(mailbox()).toEqual(['early', 'from the child'])
    }))

  test('gives an error when the process ends before it is ready', () =>
    in_virtual_time(async () => {
      expect(await proc_lib.start(() => fail('boom'))).toEqual(['error', 'boom'])
      expect(await proc_lib.start(() => {})).toEqual(['error', 'normal'])
      expect(mailbox()).toEqual([])
    }))

  test('gives what the process says of its failure, once it has ended', () =>
    in_virtual_time(async () => {
      let pid: Pid | undefined
      const result = await proc_lib.start(() => {
        pid = self()
        proc_lib.init_fail('too bad', new Exit('normal'))
      })
      expect(result).toBe('too bad')
      expect(is_process_alive(pid!)).toBe(false)
    }))

  test('with a link gives the failure to one who traps exits, and no message', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      expect(await proc_lib.start_link(() => fail('boom'))).toEqual(['error', 'boom'])
      expect(await proc_lib.start_link(() => proc_lib.init_fail('ignore', new Exit('normal')))).toBe('ignore')
      expect(mailbox()).toEqual([])
    }))

  test('with a link takes one along who does not', () =>
    in_virtual_time(async () => {
      const [starter, ref] = spawn_monitor(() => proc_lib.start_link(() => fail('boom')))
      expect(await receive()).toEqual(['DOWN', ref, 'process', starter, 'boom'])
    }))

  test('with a link survives a failure that is normal', () =>
    in_virtual_time(async () => {
      expect(await proc_lib.start_link(() => fail('normal'))).toEqual(['error', 'normal'])
    }))

  test('stays linked', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const [, pid] = await proc_lib.start_link(ready)
      exit(pid, 'later')
      expect(await receive()).toEqual(['EXIT', pid, 'later'])
    }))

  test('kills a process that is not ready in time', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      let pid: Pid | undefined
      const late = () => {
        pid = self()
        return idle()
      }
      expect(await proc_lib.start(late, [], 100)).toEqual(['error', 'timeout'])
      expect(is_process_alive(pid!)).toBe(false)
      expect(await proc_lib.start_link(late, [], 100)).toEqual(['error', 'timeout'])
      expect(is_process_alive(pid!)).toBe(false)
      expect(mailbox()).toEqual([])
    }))

  test('with a monitor gives its reference too, and DOWN comes whether it starts or not', () =>
    in_virtual_time(async () => {
      const [[, pid], ref] = await proc_lib.start_monitor(ready)
      exit(pid, 'later')
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'later'])
      const [result, other] = await proc_lib.start_monitor(() => fail('boom'))
      expect(result).toEqual(['error', 'boom'])
      expect(await receive()).toEqual(
        ['DOWN', other, 'process', _, 'boom'].map(part => (part === _ ? expect.anything() : part)),
      )
    }))
})

describe('stopping', () => {
  const stoppable = (reason: Term) => async () => {
    proc_lib.init_ack(['ok', self()])
    const [, , [, asked]] = await receive(['system', _, ['terminate', _]])
    fail(reason ?? asked)
  }

  test('waits until the process has ended', () =>
    in_virtual_time(async () => {
      const [, pid] = await proc_lib.start(stoppable(undefined))
      expect(await proc_lib.stop(pid, 'enough')).toBe('ok')
      expect(is_process_alive(pid)).toBe(false)
      expect(mailbox()).toEqual([])
    }))

  test('fails with the reason, when that is another', () =>
    in_virtual_time(async () => {
      const [, pid] = await proc_lib.start(stoppable('broken'))
      await expect(proc_lib.stop(pid)).rejects.toMatchObject({ reason: 'broken' })
    }))

  test('fails when there is no such process', () =>
    in_virtual_time(async () => {
      await expect(proc_lib.stop('nobody')).rejects.toMatchObject({ reason: 'noproc' })
      const [, pid] = await proc_lib.start(stoppable(undefined))
      await proc_lib.stop(pid)
      await expect(proc_lib.stop(pid)).rejects.toMatchObject({ reason: 'noproc' })
    }))

  test('fails when it takes too long, and lets the process be', () =>
    in_virtual_time(async () => {
      const [, pid] = await proc_lib.start(ready)
      await expect(proc_lib.stop(pid, 'normal', 100)).rejects.toMatchObject({ reason: 'timeout' })
      expect(is_process_alive(pid)).toBe(true)
      exit(pid, 'kill')
      await pause()
      expect(mailbox()).toEqual([])
    }))

  test('oneself is refused', () =>
    in_virtual_time(async () => {
      await expect(proc_lib.stop(self())).rejects.toMatchObject({ reason: 'calling_self' })
    }))
})
