import { beforeEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import { process_flag } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import * as sys from '../../../runtime/otp/sys.ts'
import { pause } from '../../support/behaviours.ts'
import { with_caught_reports } from '../../support/caught_reports.ts'
import { handler, ids_of, obedient, start_manager, take_log } from '../../support/event_handlers.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()
beforeEach(() => {
  take_log()
})

describe('sys on an event manager', () => {
  test('tells the states of its handlers, and replaces those that can be', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      await gen_event.add_handler(manager, obedient, 'b')
      expect(await sys.get_state(manager)).toEqual([
        [obedient, false, 'b'],
        [obedient, 'a', 'a'],
      ])
      const replace = ([callbacks, id, state]: gen_event.HandlerState) => {
        if (id === false) throw new Error('no')
        return [callbacks, id, `${state}!`]
      }
      const states = [
        [obedient, false, 'b'],
        [obedient, 'a', 'a!'],
      ]
      expect(await sys.replace_state(manager, replace as never)).toEqual(states)
      expect(await sys.replace_state(manager, () => 'what' as never)).toEqual(states)
      expect(await sys.replace_state(manager, () => [obedient, 'other', 'c'] as never)).toEqual(states)
      expect(await sys.get_state(manager)).toEqual(states)
    }))

  test('tells its status, as the handlers let it', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      register('news', manager)
      const secretive: gen_event.Callbacks<string> = {
        module: 'secretive',
        init: () => ['ok', 'password'],
        handle_event: (_event, state) => ['ok', state],
        format_status: () => ({ state: 'hidden' }),
      }
      await gen_event.add_sup_handler(manager, secretive, undefined)
      const [tag, pid, module, [, state, parent, , items]] = await sys.get_status(manager)
      expect([tag, pid, module, state, parent]).toEqual([
        'status',
        manager,
        ['module', 'gen_event'],
        'running',
        self(),
      ])
      expect(items).toEqual([
        ['header', 'Status for event handler news'],
        [
          'data',
          [
            ['Status', 'running'],
            ['Parent', self()],
            ['Logged events', []],
          ],
        ],
        [
          'data',
          [
            [
              'Installed handlers',
              [
                ['secretive', 'hidden', self()],
                [['obedient', 'a'], 'a', false],
              ],
            ],
          ],
        ],
      ])
    }))

  test('holds it, and what comes meanwhile comes after', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      await sys.suspend(manager)
      gen_event.notify(manager, 'tick')
      await pause(10)
      expect(take_log()).toEqual([])
      await sys.resume(manager)
      await gen_event.sync_notify(manager, 'tock')
      expect(take_log()).toEqual(['a event tick', 'a event tock'])
    }))

  test('ends it, held or not', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      for (const held of [false, true]) {
        const manager = await start_manager('a')
        if (held) await sys.suspend(manager)
        await sys.terminate(manager, 'enough')
        expect(await receive()).toEqual(['EXIT', manager, 'enough'])
        expect(take_log()).toEqual(['a terminate "stop"'])
      }
      const manager = await start_manager('a')
      await sys.suspend(manager)
      exit(manager, 'odd')
      expect(await receive()).toEqual(['EXIT', manager, 'odd'])
    }))

  test('shows what comes', () =>
    in_virtual_time(async () => {
      const lines: string[] = []
      const before = sys.use_sink(line => lines.push(line))
      try {
        register('news', await start_manager('a'))
        await sys.trace('news', true)
        gen_event.notify('news', 'tick')
        await gen_event.which_handlers('news')
        await sys.trace('news', false)
        expect(lines).toEqual([
          "*DBG* news got event 'tick'",
          `*DBG* news got call 'which_handlers' from ${self()}`,
        ])
        await sys.log('news', true)
        gen_event.notify('news', 'tock')
        expect(await sys.log('news', 'get')).toEqual(['ok', [['in', ['notify', 'tock']]]])
      } finally {
        sys.use_sink(before)
      }
    }))

  test('can do so from the start on', () =>
    in_virtual_time(async () => {
      const manager = ok(await gen_event.start(['local', 'news'], { debug: ['statistics'] }))
      await gen_event.sync_notify(manager, 'tick')
      gen_event.notify(manager, 'tock')
      expect(await sys.statistics(manager, 'get')).toMatchObject(['ok', { messages_in: 2, messages_out: 0 }])
    }))

  test('knows where it hangs', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      expect(sys.in_callback(manager)).toBeUndefined()
      const event = ['to', 'a', (state: Term) => pause(100).then(() => ['ok', state])] as const
      gen_event.notify(manager, event)
      await pause(50)
      expect(sys.in_callback(manager)).toEqual({ callback: 'handle_event', message: event, since: 0 })
      await pause(100)
      expect(sys.in_callback(manager)).toBeUndefined()
    }))
})

describe('a change of code', () => {
  const version = (number: number): gen_event.Callbacks => ({
    module: 'counter',
    init: args => ['ok', args],
    handle_event: (_event, state) => ['ok', state],
    handle_call: (_request, state) => ['ok', [number, state], state],
    code_change(old_vsn, state, extra) {
      if (extra === 'no') return ['error', 'no']
      if (extra === 'crash') throw new Error('crash')
      return ['ok', [old_vsn, state, extra]]
    },
  })

  test('goes to the handlers of that module, and to no others', () =>
    in_virtual_time(async () => {
      const [one, two] = [version(1), version(2)]
      const manager = await start_manager('a')
      await gen_event.add_handler(manager, one, 'x')
      await gen_event.add_handler(manager, [one, 'id'], 'y')
      await sys.suspend(manager)
      expect(await sys.change_code(manager, 'counter', 'old', 'extra')).toBe('ok')
      expect(await sys.change_code(manager, 'unknown', 'old', 'extra')).toBe('ok')
      expect(await sys.get_state(manager)).toEqual([
        [one, 'id', ['old', 'y', 'extra']],
        [one, false, ['old', 'x', 'extra']],
        [obedient, 'a', 'a'],
      ])
      expect(await sys.change_code(manager, two, 'v1', 'v2')).toBe('ok')
      await sys.resume(manager)
      expect(await gen_event.which_handlers(manager)).toEqual([[two, 'id'], two, handler('a')])
      expect(await gen_event.call(manager, two, 'x')).toEqual([2, ['v1', ['old', 'x', 'extra'], 'v2']])
    }))

  test('that fails is told, and leaves the state as it was', () =>
    in_virtual_time(async () => {
      const one = version(1)
      const manager = await start_manager('a')
      await gen_event.add_handler(manager, one, 'x')
      await sys.suspend(manager)
      expect(await sys.change_code(manager, 'counter', 1, 'no')).toEqual(['error', ['error', 'no']])
      expect(await sys.change_code(manager, 'counter', 1, 'crash')).toEqual([
        'error',
        ['EXIT', expect.any(Error)],
      ])
      expect(await sys.change_code(manager, 'obedient', 1, 2)).toEqual([
        'error',
        ['EXIT', ['undef', ['obedient', 'code_change', 3]]],
      ])
      await sys.resume(manager)
      expect(await ids_of(manager)).toEqual([one, 'a'])
      expect(await gen_event.call(manager, one, 'x')).toEqual([1, 'x'])
    }))
})
