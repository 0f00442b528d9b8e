import { beforeEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { handler, ids_of, obedient, start_manager, take_log } from '../../support/event_handlers.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()
beforeEach(() => {
  take_log()
})

const boom = () => {
  throw new Exit('boom')
}
const failing = ['init', boom]

describe('a handler is swapped', () => {
  test('by anybody: the new one gets what the old one left, and comes first', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b', 'c')
      const done = await gen_event.swap_handler(manager, [handler('b'), 'bye'], [handler('B'), ['new']])
      expect(done).toBe('ok')
      expect(await ids_of(manager)).toEqual(['B', 'c', 'a'])
      expect(take_log()).toEqual(['b terminate "bye"', 'init new after "end of b"'])
    }))

  test('though it is not there', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      expect(await gen_event.swap_handler(manager, [handler('x'), 1], [handler('b'), 'new'])).toBe('ok')
      expect(take_log()).toEqual(['init new after "error"'])
      expect(await ids_of(manager)).toEqual(['b', 'a'])
    }))

  test('for one that does not start, and is gone all the same', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      const broken: gen_event.Callbacks = { init: boom, handle_event: (_event, state) => ['ok', state] }
      expect(await gen_event.swap_handler(manager, [handler('b'), 1], [broken, 2])).toEqual([
        'error',
        ['EXIT', 'boom'],
      ])
      expect(await ids_of(manager)).toEqual(['a'])
      expect(told).toEqual([])
    }))

  test('by itself, at an event: the new one takes its place, and is not told of that event', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b', 'c')
      const does = () => ['swap_handler', 'bye', 'b2', handler('B'), 'new']
      await gen_event.sync_notify(manager, ['to', 'b', does])
      expect(await ids_of(manager)).toEqual(['c', 'B', 'a'])
      expect(take_log()).toEqual(['b2 terminate "bye"', 'init new after "end of b2"'])
      await gen_event.sync_notify(manager, 'tick')
      expect(take_log()).toEqual(['c event tick', 'new event tick', 'a event tick'])
    }))

  test('by itself, in a call', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b', 'c')
      const does = async () => ['swap_handler', 'answer', 'bye', 'b2', handler('B'), 'new']
      expect(await gen_event.call(manager, handler('b'), does)).toBe('answer')
      expect(await ids_of(manager)).toEqual(['c', 'B', 'a'])
    }))

  test('by itself for one that does not start: that is reported', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      const broken: gen_event.Callbacks = { module: 'broken', init: boom, handle_event: boom }
      const does = () => ['swap_handler', 'answer', 'bye', 'b', [broken, 1], 'new']
      expect(await gen_event.call(manager, handler('b'), does)).toBe('answer')
      expect(await ids_of(manager)).toEqual(['a'])
      expect(told.map(({ facts }) => [facts.handler, facts.reason])).toEqual([
        [
          ['broken', 1],
          ['EXIT', 'boom'],
        ],
      ])
    }))
})

describe('a handler that is supervised', () => {
  const supervised = async (...ids: string[]) => {
    const manager = ok(await gen_event.start())
    for (const id of ids) await gen_event.add_sup_handler(manager, handler(id), id)
    return manager
  }

  test.each<[string, (manager: Pid) => Promise<Term>, Term]>([
    ['is deleted', manager => gen_event.delete_handler(manager, handler('a'), 1), 'normal'],
    [
      'removes itself',
      manager => gen_event.sync_notify(manager, ['to', 'a', () => 'remove_handler']),
      'normal',
    ],
    [
      'removes itself in a call',
      manager => gen_event.call(manager, handler('a'), () => ['remove_handler', 1]),
      'normal',
    ],
    ['crashes', manager => gen_event.sync_notify(manager, ['to', 'a', boom]), ['EXIT', 'boom']],
    ['fails', manager => gen_event.sync_notify(manager, ['to', 'a', () => 'what']), 'what'],
    ['crashes in a call', manager => gen_event.call(manager, handler('a'), boom), ['EXIT', 'boom']],
    ['goes with its manager', manager => gen_event.stop(manager), 'shutdown'],
  ])('and %s tells that to its supervisor', (_name, happens, reason) =>
    in_virtual_time(async () => {
      const manager = await supervised('a')
      await happens(manager)
      expect(await receive()).toEqual(['gen_event_EXIT', handler('a'), reason])
      expect(mailbox()).toEqual([])
    }),
  )

  test('is supervised still when it is swapped', () =>
    in_virtual_time(async () => {
      const manager = await supervised('a')
      await gen_event.swap_handler(manager, [handler('a'), 1], [handler('b'), 'b'])
      expect(await receive()).toEqual(['gen_event_EXIT', handler('a'), ['swapped', handler('b'), self()]])
      const does = () => ['swap_handler', 1, 'b', handler('c'), 'c']
      await gen_event.sync_notify(manager, ['to', 'b', does])
      expect(await receive()).toEqual(['gen_event_EXIT', handler('b'), ['swapped', handler('c'), self()]])
      const bad = () => ['swap_handler', 1, 'c', [{ init: boom, handle_event: boom }, 1], 'd']
      await gen_event.sync_notify(manager, ['to', 'c', bad])
      expect(await receive()).toMatchObject(['gen_event_EXIT', handler('c'), ['swapped', [{}, 1], self()]])
      expect(await receive()).toMatchObject(['gen_event_EXIT', [{}, 1], ['EXIT', 'boom']])
    }))

  test('can be taken over by another process', () =>
    in_virtual_time(async () => {
      const manager = await supervised('a')
      const other = spawn(async () => {
        await gen_event.swap_sup_handler(manager, [handler('a'), 1], [handler('b'), 'b'])
        await receive('end')
      })
      expect(await receive()).toEqual(['gen_event_EXIT', handler('a'), ['swapped', handler('b'), other]])
      take_log()
      exit(other, 'enough')
      await pause()
      expect(take_log()).toEqual(['b terminate ["stop","enough"]'])
    }))

  test('goes with its supervisor, and the others hear of that', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      const owner = spawn(async () => {
        await gen_event.add_sup_handler(manager, handler('b'), ['last', () => pause(10)])
        await gen_event.add_sup_handler(manager, handler('c'), 'c')
        exit('enough')
      })
      await pause(50)
      expect(await ids_of(manager)).toEqual(['a'])
      expect(take_log()).toEqual([
        'c terminate ["stop","enough"]',
        'last terminate ["stop","enough"]',
        'a info EXIT',
      ])
      expect(is_process_alive(owner)).toBe(false)
      expect(told).toEqual([])
    }))

  test('links its supervisor and the manager, even if it does not start, as in OTP', () =>
    in_virtual_time(async () => {
      const manager = ok(await gen_event.start())
      const links = () => process_info(manager, 'links')![1]
      await gen_event.add_sup_handler(manager, handler('a'), failing)
      expect(links()).toEqual([self()])
      process_flag('trap_exit', true)
      await gen_event.add_sup_handler(manager, obedient, 'a')
      await gen_event.stop(manager, 'odd')
      expect(await receive()).toEqual(['gen_event_EXIT', obedient, 'shutdown'])
      expect(mailbox()).toEqual([])
    }))

  test('by the parent of the manager leaves them linked', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const manager = ok(await gen_event.start_link())
      await gen_event.add_sup_handler(manager, handler('a'), 'a')
      await gen_event.stop(manager, 'odd')
      expect(await receive()).toEqual(['gen_event_EXIT', handler('a'), 'shutdown'])
      expect(await receive()).toEqual(['EXIT', manager, 'odd'])
    }))
})
