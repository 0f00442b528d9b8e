// Debugging a server by sys: trace, log, statistics, and functions that are given its events.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

let printed: string[]
let sink: sys.Sink
with_caught_reports()
beforeEach(() => {
  printed = []
  sink = sys.use_sink(line => printed.push(line))
})
afterEach(() => {
  sys.use_sink(sink)
})

/** Counts what it is given; what it answers and what comes next is for the caller to say. */
const counter: gen_server.Callbacks<number> = {
  init: count => ['ok', count],
  handle_call([answer, next], from, count) {
    if (answer === 'later') gen_server.reply(from, answer)
    return answer === 'later' ? ['noreply', count] : ['reply', answer, count + 1, next]
  },
  handle_cast: (request, count) => (request === 'stop' ? ['stop', 'why', count] : ['noreply', count + 1]),
  handle_info: (_info, count) => ['noreply', count + 1],
  handle_continue: (_content, count) => ['noreply', count],
}
const start = async (...debug: sys.DebugOption[]) =>
  ok(await gen_server.start(['local', 'counted'], counter, 0, { debug }))

/** One of each kind. */
async function traffic(pid: Pid): Promise<void> {
  await gen_server.call(pid, ['hello', 'infinity'])
  gen_server.cast(pid, 'x')
  send(pid, 'info')
  await gen_server.call(pid, ['later'])
  await gen_server.call(pid, ['bye', ['continue', 'work']])
}
const from = [expect.anything(), expect.anything()]
const events = [
  ['in', ['$gen_call', from, ['hello', 'infinity']]],
  ['out', 'hello', from, 1],
  ['in', ['$gen_cast', 'x']],
  ['noreply', 2],
  ['in', 'info'],
  ['noreply', 3],
  ['in', ['$gen_call', from, ['later']]],
  ['noreply', 3],
  ['in', ['$gen_call', from, ['bye', ['continue', 'work']]]],
  ['out', 'bye', from, 4],
  ['continue', 'work'],
  ['noreply', 4],
]
const lines = (me: Pid) => [
  `*DBG* counted got call [ 'hello', 'infinity' ] from ${me}`,
  `*DBG* counted sent 'hello' to ${me}, new state 1`,
  `*DBG* counted got cast 'x'`,
  '*DBG* counted new state 2',
  `*DBG* counted got 'info'`,
  '*DBG* counted new state 3',
  `*DBG* counted got call [ 'later' ] from ${me}`,
  '*DBG* counted new state 3',
  `*DBG* counted got call [ 'bye', [ 'continue', 'work' ] ] from ${me}`,
  `*DBG* counted sent 'bye' to ${me}, new state 4`,
  `*DBG* counted dbg  [ 'continue', 'work' ]`,
  '*DBG* counted new state 4',
]

describe('a trace', () => {
  test('prints each event as OTP does, until it is switched off', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.trace(pid, true)).toBe('ok')
      await traffic(pid)
      expect(printed).toEqual(lines(self()))
      expect(await sys.trace(pid, false)).toBe('ok')
      await traffic(pid)
      expect(printed).toHaveLength(12)
    }))

  test('prints a timeout', () =>
    in_virtual_time(async () => {
      const pid = await start('trace')
      await gen_server.call(pid, ['ok', 10])
      await pause(20)
      expect(printed.slice(2)).toEqual([`*DBG* counted got 'timeout'`, '*DBG* counted new state 2'])
    }))

  test('does not print what is for the system', () =>
    in_virtual_time(async () => {
      const pid = await start('trace')
      await sys.get_state(pid)
      await sys.suspend(pid)
      await sys.resume(pid)
      await gen_server.stop(pid)
      expect(printed).toEqual([])
    }))

  test('prints the last answer', () =>
    in_virtual_time(async () => {
      const last: gen_server.Callbacks = {
        init: () => ['ok', 0],
        handle_call: (request, _from, state) => ['stop', 'normal', request, state],
      }
      const pid = ok(await gen_server.start(last, 0, { debug: ['trace'] }))
      await gen_server.call(pid, 'bye')
      expect(printed).toEqual([
        `*DBG* ${pid} got call 'bye' from ${self()}`,
        `*DBG* ${pid} sent 'bye' to ${self()}, new state 0`,
      ])
    }))
})

describe('a log', () => {
  test('keeps the last events, and prints them when asked to', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.log(pid, 'get')).toEqual(['ok', []])
      expect(await sys.log(pid, [true, 100])).toBe('ok')
      await traffic(pid)
      expect(await sys.log(pid, 'get')).toEqual(['ok', events])
      expect(printed).toEqual([])
      expect(await sys.log(pid, 'print')).toBe('ok')
      expect(printed).toEqual(lines(self()))
    }))

  test('keeps ten, or as many as it is told', () =>
    in_virtual_time(async () => {
      const pid = await start('log')
      await traffic(pid)
      expect(await sys.log(pid, 'get')).toEqual(['ok', events.slice(-10)])
      await sys.log(pid, [true, 2])
      expect(await sys.log(pid, 'get')).toEqual(['ok', events.slice(-2)])
      gen_server.cast(pid, 'x')
      expect(await sys.log(pid, 'get')).toEqual([
        'ok',
        [
          ['in', ['$gen_cast', 'x']],
          ['noreply', 5],
        ],
      ])
      await sys.log(pid, false)
      await traffic(pid)
      expect(await sys.log(pid, 'get')).toEqual(['ok', []])
    }))

  test('is told by the report of a crash', () =>
    in_virtual_time(async () => {
      const pid = await start(['log', 3])
      gen_server.cast(pid, 'x')
      gen_server.cast(pid, 'stop')
      await pause()
      expect(told[0]!.facts.log).toEqual([
        ['in', ['$gen_cast', 'x']],
        ['noreply', 1],
        ['in', ['$gen_cast', 'stop']],
      ])
    }))

  test('is written line by line to whoever takes it, as long as that works', () =>
    in_virtual_time(async () => {
      const written: string[] = []
      const pid = await start(['log_to_file', line => written.push(line)])
      gen_server.cast(pid, 'x')
      await sys.log_to_file(pid, line => {
        written.push(line)
        if (line.includes('new state')) throw new Error('the disk is full')
      })
      gen_server.cast(pid, 'y')
      gen_server.cast(pid, 'z')
      expect(await sys.get_state(pid)).toBe(3)
      const shared = [`*DBG* counted got cast 'x'`, '*DBG* counted new state 1']
      expect(written).toEqual([...shared, `*DBG* counted got cast 'y'`, '*DBG* counted new state 2'])
      await sys.log_to_file(pid, line => written.push(line))
      await sys.log_to_file(pid, false)
      gen_server.cast(pid, 'z')
      await sys.get_state(pid)
      expect(written).toHaveLength(4)
    }))
})

describe('statistics', () => {
  test('count what comes and goes', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.statistics(pid, 'get')).toEqual(['ok', 'no_statistics'])
      expect(await sys.statistics(pid, true)).toBe('ok')
      await traffic(pid)
      await pause(250)
      const [, counted] = (await sys.statistics(pid, 'get')) as ['ok', sys.Statistics]
      expect(counted).toMatchObject({ messages_in: 5, messages_out: 2 })
      expect(counted.current_time - counted.start_time).toBe(250)
      expect(counted.reductions).toBeGreaterThanOrEqual(5)
      expect(await sys.statistics(pid, false)).toBe('ok')
      expect(await sys.statistics(pid, 'get')).toEqual(['ok', 'no_statistics'])
    }))
})

describe('a function that is installed', () => {
  const collect =
    (to: Pid): sys.DebugFunction<number> =>
    (state, event, name) => {
      send(to, [state, event[0], name])
      if (event[1] === 'crash') throw new Exit('crash')
      return event[1] === 'done' ? 'done' : state + 1
    }

  test('is given each event, the state it gave last, and the name', () =>
    in_virtual_time(async () => {
      const pid = await start()
      expect(await sys.install(pid, [collect(self()), 1])).toBe('ok')
      gen_server.cast(pid, 'x')
      gen_server.cast(pid, 'x')
      expect([await receive(), await receive(), await receive(), await receive()]).toEqual([
        [1, 'in', 'counted'],
        [2, 'noreply', 'counted'],
        [3, 'in', 'counted'],
        [4, 'noreply', 'counted'],
      ])
    }))

  test.each(['done', 'crash'])('is removed when it says so or fails: %s', info =>
    in_virtual_time(async () => {
      const pid = await start(['install', [collect(self()), 1]])
      send(pid, info)
      send(pid, 'x')
      await pause()
      expect(mailbox()).toEqual([[1, 'in', 'counted']])
    }),
  )

  test('is there once under its id, and removed by that', () =>
    in_virtual_time(async () => {
      const pid = await start()
      const watch = collect(self())
      await sys.install(pid, [watch, 1])
      await sys.install(pid, [watch, 10])
      await sys.install(pid, ['id', watch, 100])
      gen_server.cast(pid, 'x')
      await pause()
      const first = [await receive(), await receive(), await receive(), await receive()]
      expect(first.map(([state]: Term) => state)).toEqual([1, 100, 2, 101])
      expect(await sys.remove(pid, 'id')).toBe('ok')
      gen_server.cast(pid, 'x')
      await pause()
      expect([(await receive())[0], (await receive())[0]]).toEqual([3, 4])
      expect(await sys.remove(pid, watch)).toBe('ok')
      expect(await sys.remove(pid, 'no such id')).toBe('ok')
      gen_server.cast(pid, 'x')
      await pause()
      expect(mailbox()).toEqual([])
    }))
})

describe('debugging', () => {
  test('ends all at once', () =>
    in_virtual_time(async () => {
      const pid = await start('trace', 'log', 'statistics', ['install', [(state: Term) => state, 1]])
      expect(await sys.no_debug(pid)).toBe('ok')
      await traffic(pid)
      expect(printed).toEqual([])
      expect((await sys.get_status(pid))[3][3]).toEqual([])
    }))

  test('that is none is told', () =>
    in_virtual_time(async () => {
      const pid = await start()
      for (const ask of [
        () => sys.trace(pid, 'loud' as never),
        () => sys.log(pid, 'loud' as never),
        () => sys.log(pid, [true, 0]),
        () => sys.statistics(pid, 'loud' as never),
        () => sys.install(pid, ['no function', 1] as never),
        () => sys.log_to_file(pid, 'a file' as never),
      ]) {
        expect(await ask()).toBe('unknown_debug')
      }
    }))

  test.each<[Term]>([['loud'], [['log', 0]], [['log_to_file', 'a file']], [['install', ['no function', 1]]]])(
    'that is none is refused as an option: %p',
    option =>
      in_virtual_time(async () => {
        await expect(gen_server.start(counter, 0, { debug: [option] })).rejects.toMatchObject({
          reason: ['badarg', ['debug', option]],
        })
        await expect(gen_server.start(counter, 0, { debug: option })).rejects.toMatchObject({
          reason: ['badarg', ['debug', expect.anything()]],
        })
      }),
  )

  test('can be there from the start, before init has an event', () =>
    in_virtual_time(async () => {
      const begun: gen_server.Callbacks = {
        init: () => ['ok', 0, ['continue', 'begin']],
        handle_continue: (_content, state) => ['noreply', state + 1],
      }
      const pid = ok(await gen_server.start(begun, 0, { debug: ['trace'] }))
      await pause()
      expect(printed).toEqual([`*DBG* ${pid} dbg  [ 'continue', 'begin' ]`, `*DBG* ${pid} new state 1`])
    }))
})
