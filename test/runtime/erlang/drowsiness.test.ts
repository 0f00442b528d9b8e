// What a behaviour lets go of when it hibernates: at its own wish, or after a time without messages.

import { afterEach, describe, expect, test } from '@jest/globals'
import { timer_count } from '../../../runtime/erlang/alarm.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import type { Process } from '../../../runtime/erlang/process.ts'
import { put } from '../../../runtime/erlang/process_flags.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import type { StartOptions, StartResult } from '../../../runtime/otp/gen.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { handler } from '../../support/event_handlers.ts'
import { look, obedient as machine } from '../../support/obedient_statem.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const process_of = (pid: Pid) => pid.entity as Process
/** Whether it keeps its way in, which is what hibernation lets go of. */
const is_awake = (pid: Pid): boolean => process_of(pid).entrance !== undefined

/** A server that gives what it is called with, and lies down if that says so. */
const server: gen_server.Callbacks<Term[]> = {
  module: 'server',
  init: () => ['ok', []],
  handle_call: (next, _from, seen) => ['reply', seen.length, [...seen, next], next],
  async handle_cast(does, seen) {
    await undefined
    does()
    return ['noreply', seen]
  },
}

const start = async (options: StartOptions = {}): Promise<Pid> =>
  ok(await gen_server.start(server, [], options))

describe('a server that hibernates', () => {
  test('lets go of its way in, and goes on as before', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await gen_server.call(pid, 'infinity')).toBe(0)
      expect(is_awake(pid)).toBe(true)
      expect(await gen_server.call(pid, 'hibernate')).toBe(1)
      expect(is_awake(pid)).toBe(false)
      expect(await gen_server.call(pid, 'infinity')).toBe(2)
      expect(is_awake(pid)).toBe(true)
    }))

  test('keeps it if there is a message already', () =>
    in_virtual_time(async () => {
      const pid = await start()
      await gen_server.call(pid, 'infinity')
      const { entrance } = process_of(pid)
      gen_server.cast(pid, () => {})
      const answer = gen_server.call(pid, 'hibernate')
      gen_server.cast(pid, () => {})
      await answer
      await pause()
      expect(process_of(pid).entrance).toBe(entrance)
    }))

  test('lets go of what asynchronous callbacks left behind, but of nothing that is in use', () =>
    in_virtual_time(async () => {
      const pid = await start()
      gen_server.cast(pid, () => {})
      await pause()
      expect(process_of(pid).rarities).toBeDefined()
      await gen_server.call(pid, 'hibernate')
      expect(process_of(pid).rarities).toBeUndefined()

      gen_server.cast(pid, () => put('key', 'value'))
      await pause()
      await gen_server.call(pid, 'hibernate')
      expect(process_of(pid).dictionary?.get('key')).toBe('value')
    }))
})

test('a machine hibernates by an action, and not by one that says false', () =>
  in_virtual_time(async () => {
    const pid = ok(await gen_statem.start(machine, []))
    const does = (hibernate: Term) => (_data: Term, type: Term) => [
      'keep_state_and_data',
      [['reply', type[1], 'done'], hibernate],
    ]
    await look(pid)
    expect(await gen_statem.call(pid, does(['hibernate', false]))).toBe('done')
    expect(is_awake(pid)).toBe(true)
    expect(await gen_statem.call(pid, does('hibernate'))).toBe('done')
    expect(is_awake(pid)).toBe(false)
    expect(await look(pid)).toEqual(['idle', []])
  }))

test('a manager of events hibernates if one of its handlers says so', () =>
  in_virtual_time(async () => {
    const pid = ok(await gen_event.start())
    await gen_event.add_handler(pid, handler('a'), 'a')
    await gen_event.sync_notify(pid, 'news')
    expect(is_awake(pid)).toBe(true)
    await gen_event.call(pid, handler('a'), (state: Term) => ['ok', 'yes', state, 'hibernate'])
    expect(is_awake(pid)).toBe(false)
    await gen_event.sync_notify(pid, 'news')
    expect(is_awake(pid)).toBe(true)
    await gen_event.add_handler(pid, handler('b'), ['init', () => ['ok', 'b', 'hibernate']])
    expect(is_awake(pid)).toBe(false)
  }))

/** Everything that can be told to hibernate after some time, started so. */
const drowsy: Readonly<Record<string, (time: number) => Promise<StartResult>>> = {
  gen_server: time => gen_server.start(server, [], { hibernate_after: time }),
  gen_statem: time => gen_statem.start(machine, [], { hibernate_after: time }),
  gen_event: time => gen_event.start({ hibernate_after: time }),
  supervisor: time =>
    supervisor.start_link({ init: () => ['ok', [{ hibernate_after: time }, []]] }) as Promise<StartResult>,
  'gen_server.enter_loop': async time =>
    proc_lib.start_link(() => {
      proc_lib.init_ack(['ok', self()])
      return gen_server.enter_loop(server, { hibernate_after: time }, [])
    }),
  'gen_statem.enter_loop': async time =>
    proc_lib.start_link(() => {
      proc_lib.init_ack(['ok', self()])
      return gen_statem.enter_loop(machine, { hibernate_after: time }, 'idle', [])
    }),
}

describe('hibernate_after', () => {
  test.each(Object.entries(drowsy))('sends an idle %s to sleep, each time', (_kind, start_drowsy) =>
    in_virtual_time(async () => {
      const pid = ok(await start_drowsy(100))
      for (let round = 0; round < 3; round++) {
        await sys.get_state(pid)
        await pause(99)
        expect(is_awake(pid)).toBe(true)
        await pause(101)
        expect(is_awake(pid)).toBe(false)
      }
    }),
  )

  test('leaves one alone that is at work, or gets messages', () =>
    in_virtual_time(async () => {
      const pid = await start({ hibernate_after: 100 })
      for (let round = 0; round < 10; round++) {
        await sys.get_state(pid)
        await pause(90)
        expect(is_awake(pid)).toBe(true)
      }
      await pause(200)
      expect(is_awake(pid)).toBe(false)
      await sys.replace_state(pid, state => state)
      expect(is_awake(pid)).toBe(true)
    }))

  test('of 0 is as soon as there is nothing to do', () =>
    in_virtual_time(async () => {
      const pid = await start({ hibernate_after: 0 })
      await sys.get_state(pid)
      await pause(3)
      expect(is_awake(pid)).toBe(false)
    }))

  test('leaves no timer running while it sleeps, nor when it has ended', () =>
    in_virtual_time(async () => {
      const pid = await start({ hibernate_after: 100 })
      await pause(201)
      expect(timer_count()).toBe(0)
      await sys.get_state(pid)
      expect(timer_count()).toBe(1)
      await gen_server.stop(pid)
      expect(timer_count()).toBe(0)
    }))

  test('of a supervisor can be changed by its code', () =>
    in_virtual_time(async () => {
      let time: number | 'infinity' = 100
      const callbacks: supervisor.Callbacks = { init: () => ['ok', [{ hibernate_after: time }, []]] }
      const pid = ok(await supervisor.start_link(callbacks)) as Pid
      time = 'infinity'
      await sys.suspend(pid)
      expect(await sys.change_code(pid, 'supervisor', '1', [])).toBe('ok')
      await sys.resume(pid)
      await pause(500)
      expect(is_awake(pid)).toBe(true)
      expect(timer_count()).toBe(0)
    }))
})
