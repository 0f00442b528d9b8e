// What processes of proc_lib are called, how they sleep, and how their crashes read.

import { describe, expect, test } from '@jest/globals'
import { exit, link, monitor } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag, process_info, put } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { obedient, start } from '../../support/obedient_server.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()

const idle = async () => {
  await receive('never')
}
const fail = (reason: Term) => {
  throw new Exit(reason)
}

describe('what a process was started with', () => {
  test('is the init of a behaviour, or the function', () =>
    in_virtual_time(async () => {
      const server = await start()
      const worker = proc_lib.spawn(async function work() {
        await idle()
      })
      expect(proc_lib.initial_call(server)).toEqual(['obedient', 'init', 1])
      expect(proc_lib.translate_initial_call(server)).toEqual(['obedient', 'init', 1])
      expect(proc_lib.initial_call(worker)).toEqual(['proc_lib', 'work'])
    }))

  test('is unknown of one that proc_lib has not started, or that has ended', () =>
    in_virtual_time(async () => {
      const ended = await start()
      exit(ended, 'kill')
      for (const pid of [spawn(idle), ended]) {
        expect(proc_lib.initial_call(pid)).toBe(false)
        expect(proc_lib.translate_initial_call(pid)).toEqual(['proc_lib', 'init_p', 5])
      }
    }))
})

describe('a label', () => {
  test('says what a process is', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(async () => {
        proc_lib.set_label(['connection', 7])
        await idle()
      })
      expect(proc_lib.get_label(pid)).toBeUndefined()
      await pause()
      expect(proc_lib.get_label(pid)).toEqual(['connection', 7])
      exit(pid, 'kill')
      expect(proc_lib.get_label(pid)).toBeUndefined()
    }))

  test('is told by the crash report, and not as a part of the dictionary', () =>
    in_virtual_time(async () => {
      proc_lib.spawn(() => {
        put('mood', 'bad')
        proc_lib.set_label('the one')
        fail('boom')
      })
      await pause()
      expect(told[0]!.facts).toMatchObject({ process_label: 'the one', dictionary: [['mood', 'bad']] })
    }))
})

describe('spawn_opt', () => {
  test('links and monitors, and the crash is reported', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const [pid, ref] = proc_lib.spawn_opt(() => fail('boom'), {
        link: true,
        monitor: true,
        priority: 'high',
      })
      expect([await receive(), await receive()]).toEqual(
        expect.arrayContaining([
          ['EXIT', pid, 'boom'],
          ['DOWN', ref, 'process', pid, 'boom'],
        ]),
      )
      expect(told.map(({ label }) => label)).toEqual(['proc_lib crash'])
    }))

  test('is what start and a behaviour take too, but for links and monitors', () =>
    in_virtual_time(async () => {
      const tell = () => proc_lib.init_ack(process_info(self(), 'priority'))
      expect(await proc_lib.start(tell, [], 'infinity', { priority: 'low' })).toEqual(['priority', 'low'])
      const spawn_opt = { priority: 'high' } as const
      const pid = ok(await gen_server.start(obedient, [], { spawn_opt }))
      expect(process_info(pid, 'priority')).toEqual(['priority', 'high'])
      for (const option of ['link', 'monitor']) {
        const asked = { spawn_opt: { [option]: true } }
        await expect(gen_server.start(obedient, [], asked)).rejects.toMatchObject({
          reason: ['badarg', 'spawn_opt'],
        })
      }
      await expect(gen_server.start(obedient, [], { hibernate_after: -1 })).rejects.toMatchObject({
        reason: ['badarg', 'hibernate_after'],
      })
    }))

  test('refuses what is no option', () => {
    expect(() => proc_lib.spawn_opt(idle, { colour: 'red' } as object)).toThrow(
      expect.objectContaining({ reason: ['badarg', 'colour'] }),
    )
  })
})

describe('a starter that is named', () => {
  test('is who hears of readiness and of failure', () =>
    in_virtual_time(async () => {
      const starter = self()
      const ready = await proc_lib.start(() => proc_lib.init_ack(starter, 'ready'))
      expect(ready).toBe('ready')
      const failed = await proc_lib.start(() => proc_lib.init_fail(starter, 'failed', new Exit('normal')))
      expect(failed).toBe('failed')
      const other = spawn(idle)
      expect(await proc_lib.start(() => proc_lib.init_ack(other, 'ready'))).toEqual(['error', 'normal'])
      expect(mailbox(other)).toEqual([['ack', expect.anything(), 'ready']])
    }))
})

describe('a process that hibernates', () => {
  test('goes on with another function when a message comes', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const pid = proc_lib.spawn(() =>
        proc_lib.hibernate(async (word: string) => {
          send(test_process, [word, await receive()])
        }, 'got'),
      )
      const ref = monitor('process', pid)
      await pause(100)
      send(pid, 'hello')
      expect(await receive()).toEqual(['got', 'hello'])
      expect(await receive()).toEqual(['DOWN', ref, 'process', pid, 'normal'])
    }))

  test('is reported when it crashes after that', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(() => proc_lib.hibernate(fail, 'boom'))
      await pause()
      send(pid, 'wake up')
      await pause()
      expect(told.map(({ label, facts }) => [label, facts.pid])).toEqual([['proc_lib crash', pid]])
    }))
})

describe('a crash report as text', () => {
  test('reads as that of OTP', () =>
    in_virtual_time(async () => {
      const test_process = self()
      const error = new TypeError('no such thing')
      error.stack = 'TypeError: no such thing\n    at there'
      let neighbour: Pid | undefined
      const pid = proc_lib.spawn(async function worker() {
        register('the_worker', self())
        neighbour = proc_lib.spawn_link(idle)
        link(test_process)
        await pause()
        throw error
      })
      process_flag('trap_exit', true)
      await receive(['EXIT', pid, error])
      const text = proc_lib.format(told[0]!.facts)
      expect(text.replace(/reductions: \d+/g, 'reductions: N')).toBe(
        [
          '  crasher:',
          '    initial call: proc_lib:worker',
          `    pid: ${pid}`,
          `    registered_name: 'the_worker'`,
          '    exception error: TypeError: no such thing',
          '    at there',
          `    ancestors: [ ${test_process} ]`,
          '    message_queue_len: 0',
          '    messages: []',
          `    links: [ ${neighbour}, ${test_process} ]`,
          '    trap_exit: false',
          `    status: 'running'`,
          '    reductions: N',
          '    dictionary: []',
          '  neighbours:',
          '    neighbour:',
          '      initial call: proc_lib:idle',
          `      pid: ${neighbour}`,
          '      registered_name: undefined',
          `      ancestors: [ 'the_worker', ${test_process} ]`,
          '      message_queue_len: 0',
          `      links: [ ${pid} ]`,
          `      monitors: []`,
          '      trap_exit: false',
          `      status: 'waiting'`,
          '      reductions: N',
          '',
        ].join('\n'),
      )
    }))

  test('tells where an exit came from', () =>
    in_virtual_time(async () => {
      const pid = proc_lib.spawn(() => fail(['bad', 'thing']))
      await pause()
      const text = proc_lib.format({
        ...told[0]!.facts,
        error_info: ['exit', ['bad', 'thing'], 'Exit\n    at here'],
      })
      expect(text).toContain(`    pid: ${pid}\n`)
      expect(text).toContain("    exception exit: [ 'bad', 'thing' ]\n      at here\n")
    }))
})
