import { afterEach, describe, expect, test } from '@jest/globals'
import {
  count_reductions,
  message_queues,
  process_name,
  process_table,
} from '../../../apps/observer/process_table.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { processes } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register, unregister } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn, spawn_link } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import { pause } from '../../support/behaviours.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

const sleeper = () =>
  spawn(async function sleeper() {
    await receive('never')
  })

/** A server that hangs in a call as soon as it is asked anything. */
const hanging: gen_server.Callbacks = {
  module: 'tar_pit',
  init: () => ['ok', null],
  handle_call: () => new Promise(() => {}),
  handle_cast: () => new Promise(() => {}),
  handle_info: () => new Promise(() => {}),
}

async function hung_server(): Promise<Pid> {
  const server = ok(await gen_server.start(['local', 'tar_pit'], hanging))
  spawn(() => gen_server.call(server, ['sink', 1], 'infinity'))
  return server
}

const messages = (pid: Pid, count: number) => {
  for (let number = 0; number < count; number++) send(pid, ['number', number])
}

describe('The process table', () => {
  test('has a row for each process, the oldest first', () =>
    in_virtual_time(async () => {
      const waiting = spawn_link(async function waiter() {
        await receive('never')
      })
      messages(waiting, 2)
      await pause(5)
      const rows = process_table()
      expect(rows.map(({ pid }) => pid)).toEqual(processes())
      expect(rows.find(({ pid }) => pid === waiting)).toEqual({
        pid: waiting,
        registered_name: undefined,
        name: 'spawn:waiter',
        application: undefined,
        status: 'waiting',
        message_queue_len: 2,
        reductions: 0,
        reductions_since: undefined,
        current_function: 'receive',
        in_callback: undefined,
        links: [self()],
      })
    }))

  test('shows what a server hangs in, and for how long', () =>
    in_virtual_time(async () => {
      const server = await hung_server()
      await pause(1_500)
      const row = process_table().find(({ pid }) => pid === server)
      expect(row).toMatchObject({
        name: 'tar_pit',
        current_function: "handle_call ['sink', 1]",
        in_callback: 1_500,
      })
    }))

  test('shows a cast, or another message, that a server hangs in', () =>
    in_virtual_time(async () => {
      const [cast, info] = [ok(await gen_server.start(hanging)), ok(await gen_server.start(hanging))]
      gen_server.cast(cast, 'sink')
      send(info, 'drown')
      await pause(5)
      const doing = (server: Pid) => process_table().find(({ pid }) => pid === server)?.current_function
      expect([doing(cast), doing(info)]).toEqual(["handle_cast 'sink'", "handle_info 'drown'"])
    }))

  test('is sorted by the messages that wait, and cut', () =>
    in_virtual_time(async () => {
      const [none, three, nine] = [sleeper(), sleeper(), sleeper()]
      messages(three, 3)
      messages(nine, 9)
      await pause(5)
      const pids = (limit: number) =>
        process_table({ sort_by: 'message_queue_len', limit }).map(({ pid }) => pid)
      expect(pids(2)).toEqual([nine, three])
      expect(pids(1)).toEqual([nine])
      expect(pids(0)).toEqual([])
      expect(process_table({ sort_by: 'message_queue_len' })).toHaveLength(processes().length)
      expect(process_table().map(({ pid }) => pid)).toContain(none)
    }))

  test('is sorted by names, with those that have none after them', () =>
    in_virtual_time(async () => {
      const [one, two] = [sleeper(), sleeper()]
      register('zebra', one)
      register('aardvark', two)
      const names = (limit?: number) =>
        process_table({ sort_by: 'name', ...(limit !== undefined && { limit }) }).map(
          ({ registered_name }) => registered_name,
        )
      expect(names(3)).toEqual(['aardvark', 'zebra', undefined])
      expect(names(1)).toEqual(['aardvark'])
      expect(names()).toHaveLength(processes().length)
      unregister('zebra')
      expect(names(2)).toEqual(['aardvark', undefined])
    }))

  test('is sorted by reductions, all of them or those since an earlier moment', () =>
    in_virtual_time(async () => {
      const counter: gen_server.Callbacks = {
        init: () => ['ok', 0],
        handle_cast: (_, n) => ['noreply', n + 1],
      }
      const [busy, lazy] = [ok(await gen_server.start(counter)), ok(await gen_server.start(counter))]
      const work = async (server: Pid, casts: number) => {
        for (let cast = 0; cast < casts; cast++) gen_server.cast(server, 'work')
        await pause(5)
      }
      await work(busy, 500)
      const since = count_reductions()
      await work(lazy, 40)
      const late = ok(await gen_server.start(counter))
      await work(late, 30)
      expect(process_table({ sort_by: 'reductions', limit: 1 })).toMatchObject([
        { pid: busy, reductions: 500, reductions_since: undefined },
      ])
      expect(process_table({ sort_by: 'reductions_since', since, limit: 2 })).toMatchObject([
        { pid: lazy, reductions: 40, reductions_since: 40 },
        { pid: late, reductions: 30, reductions_since: 30 },
      ])
      expect(process_table({ since }).find(({ pid }) => pid === busy)?.reductions_since).toBe(0)
    }))
})

describe('The message queues', () => {
  test('are those of processes in which messages wait, the longest first, with their oldest messages', () =>
    in_virtual_time(async () => {
      const [two, five] = [sleeper(), sleeper()]
      sleeper()
      messages(two, 2)
      messages(five, 5)
      await pause(5)
      expect(message_queues()).toEqual([
        {
          pid: five,
          name: 'spawn:sleeper',
          message_queue_len: 5,
          current_function: 'receive',
          messages: ["['number', 0]", "['number', 1]", "['number', 2]"],
        },
        expect.objectContaining({ pid: two, message_queue_len: 2 }),
      ])
      expect(message_queues({ at_least: 3, messages: 1 })).toMatchObject([
        { pid: five, messages: ["['number', 0]"] },
      ])
      expect(message_queues({ limit: 1 })).toMatchObject([{ pid: five }])
    }))
})

describe('A process is called', () => {
  test('by its registered name, its label, or what it was started with', () =>
    in_virtual_time(async () => {
      const labelled = (label: unknown) =>
        proc_lib.spawn(async () => {
          proc_lib.set_label(label)
          await receive('never')
        })
      const [plain, text, term] = [sleeper(), labelled('till \u{7}'), labelled(['till', 4])]
      await pause(5)
      expect([plain, text, term].map(process_name)).toEqual(['spawn:sleeper', 'till \u{fffd}', "['till', 4]"])
      register('joe', text)
      expect(process_name(text)).toBe('joe')
    }))

  test('nothing, once it has ended', () =>
    in_virtual_time(async () => {
      const gone = spawn(() => {})
      await pause(5)
      expect(process_name(gone)).toBe('')
    }))
})
