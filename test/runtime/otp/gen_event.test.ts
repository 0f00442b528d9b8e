import { beforeEach, describe, expect, test } from '@jest/globals'
import { exit } from '../../../runtime/erlang/links.ts'
import type { Pid } from '../../../runtime/erlang/pid.ts'
import { is_process_alive, process_flag, process_info } from '../../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../../runtime/erlang/receive.ts'
import { register, whereis } from '../../../runtime/erlang/registry.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_event from '../../../runtime/otp/gen_event.ts'
import { mailbox, pause } from '../../support/behaviours.ts'
import { told, with_caught_reports } from '../../support/caught_reports.ts'
import { handler, ids_of, note, obedient, start_manager, take_log } from '../../support/event_handlers.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

with_caught_reports()
beforeEach(() => {
  take_log()
})

const reason_of = async (promise: Promise<unknown>) => {
  const thrown = await promise.then(
    value => value,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(Exit)
  return (thrown as Exit).reason
}

describe('an event manager', () => {
  test('is started under a name, or none, and stopped', () =>
    in_virtual_time(async () => {
      const manager = ok(await gen_event.start(['local', 'news']))
      expect(whereis('news')).toBe(manager)
      expect(await gen_event.start_link(['local', 'news'])).toEqual(['error', ['already_started', manager]])
      expect(process_info(manager, 'initial_call')).toEqual(['initial_call', ['gen_event', 'init_it', 6]])
      expect(await gen_event.stop('news')).toBe('ok')
      expect(whereis('news')).toBeUndefined()
      const [second, ref] = ok(await gen_event.start_monitor({ timeout: 100 }))
      exit(second, 'kill')
      expect(await receive()).toEqual(['DOWN', ref, 'process', second, 'killed'])
      await expect(gen_event.start({ colour: 'red' } as never)).rejects.toMatchObject({
        reason: ['badarg', 'colour'],
      })
      await expect(gen_event.start(['locall', 'x'] as never)).rejects.toMatchObject({
        reason: ['badarg', ['locall', 'x']],
      })
    }))

  test('tells all its handlers of an event, the newest first', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      expect(await gen_event.add_handler(manager, obedient, 'plain')).toBe('ok')
      expect(await gen_event.which_handlers(manager)).toEqual([obedient, handler('b'), handler('a')])
      expect(await gen_event.sync_notify(manager, 'tick')).toBe('ok')
      expect(take_log()).toEqual(['plain event tick', 'b event tick', 'a event tick'])
      expect(gen_event.notify(manager, 'tock')).toBe('ok')
      send(manager, 'hello')
      send(manager, ['notify', 1, 2])
      await pause()
      expect(take_log()).toEqual([
        ...['plain event tock', 'b event tock', 'a event tock'],
        ...['plain info hello', 'b info hello', 'a info hello'],
        ...['plain info notify', 'b info notify', 'a info notify'],
      ])
    }))

  test('lets a handler wait, and the others after it, and what comes next', () =>
    in_virtual_time(async () => {
      const slow: gen_event.Callbacks<string[], string, string> = {
        init: () => pause(5).then(() => ['ok', []]),
        async handle_event(event, state) {
          await pause(10)
          note(`slow event ${event} ${self() === manager}`)
          return ['ok', [...state, event]]
        },
        handle_call: async (_request, state) => ['ok', await pause(1).then(() => state), state],
      }
      const manager = await start_manager('a')
      await gen_event.add_handler(manager, slow, undefined)
      gen_event.notify(manager, 'one')
      gen_event.notify(manager, 'two')
      expect(await gen_event.call(manager, slow, 'state')).toEqual(['one', 'two'])
      expect(take_log()).toEqual(['slow event one true', 'a event one', 'slow event two true', 'a event two'])
      expect(await gen_event.sync_notify(manager, 'three')).toBe('ok')
      expect(await gen_event.call(manager, slow, 'state')).toEqual(['one', 'two', 'three'])
      expect(await gen_event.delete_handler(manager, slow, 'why')).toBe('ok')
    }))

  test('says when there is nobody', () =>
    in_virtual_time(async () => {
      expect(await reason_of(gen_event.add_handler('nobody', obedient, 1))).toBe('noproc')
      expect(await reason_of(gen_event.sync_notify('nobody', 'tick'))).toBe('noproc')
      expect(await reason_of(gen_event.stop('nobody'))).toBe('noproc')
      expect(await reason_of(gen_event.call('nobody', obedient, () => 1))).toEqual([
        'noproc',
        ['gen_event', 'call', ['nobody', obedient, expect.any(Function)]],
      ])
      expect(() => gen_event.notify('nobody', 'tick')).toThrow(expect.objectContaining({ reason: 'badarg' }))
      expect(gen_event.notify(['nobody', 'elsewhere@host'], 'tick')).toBe('ok')
      const gone = spawn(() => {})
      await pause()
      expect(gen_event.notify(gone, 'tick')).toBe('ok')
    }))

  test('ends with its parent, and its handlers before it', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const manager = await start_manager('a', 'b')
      exit(manager, 'enough')
      expect(await receive()).toEqual(['EXIT', manager, 'enough'])
      expect(take_log()).toEqual(['b terminate "stop"', 'a terminate "stop"'])
      expect(told.map(({ label }) => label)).toEqual(['proc_lib crash'])
      expect(is_process_alive(manager)).toBe(false)
    }))

  test('stops however many handlers it has', () =>
    in_virtual_time(async () => {
      const manager = await start_manager()
      let stopped = 0
      const callbacks: gen_event.Callbacks = {
        init: () => ['ok', 0],
        handle_event: () => ['ok', 0],
        terminate: () => stopped++,
      }
      for (let id = 0; id < 4_000; id++) await gen_event.add_handler(manager, [callbacks, id], undefined)
      expect(await gen_event.stop(manager)).toBe('ok')
      expect(stopped).toBe(4_000)
    }))

  test('waits for its handlers when it is stopped, and ends with the reason that was asked for', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      await gen_event.add_handler(manager, obedient, ['last', () => pause(100)])
      const done = gen_event.stop(manager, 'shutdown')
      await pause(50)
      expect(is_process_alive(manager)).toBe(true)
      process_flag('trap_exit', true)
      expect(await done).toBe('ok')
      expect(take_log()).toEqual(['last terminate "stop"', 'a terminate "stop"'])
      expect(told).toEqual([])
    }))

  test('that is killed while a handler waits does nothing more', () =>
    in_virtual_time(async () => {
      process_flag('trap_exit', true)
      const manager = await start_manager('a', 'b')
      gen_event.notify(manager, ['to', 'b', () => pause(10).then(() => 'remove_handler')])
      await pause(5)
      exit(manager, 'kill')
      await pause(20)
      expect(take_log()).toEqual([])
      expect(told).toEqual([])
    }))
})

describe('adding a handler', () => {
  test.each<[string, () => Term, Term]>([
    ['an error', () => ['error', 'no'], ['error', 'no']],
    ['nonsense', () => 'what', 'what'],
    ['too much', () => ['ok', 1, 'more'], ['ok', 1, 'more']],
    ['what it throws', () => nothing_but(['error', 'thrown']), ['error', 'thrown']],
    ['an exit', () => nothing_but(new Exit('no')), ['EXIT', 'no']],
    ['undefined', () => nothing_but(undefined), undefined],
    ['a promise of an exit', () => Promise.reject(new Exit('later')), ['EXIT', 'later']],
  ])('gives %s of its init, and there is no such handler', (_name, init, result) =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      expect(await gen_event.add_handler(manager, handler('b'), ['init', init])).toEqual(result)
      expect(await gen_event.add_sup_handler(manager, handler('b'), ['init', init])).toEqual(result)
      expect(await ids_of(manager)).toEqual(['a'])
      expect(told).toEqual([])
    }),
  )
  const nothing_but = (thrown: unknown): never => {
    throw thrown
  }

  test('may be followed by hibernation', () =>
    in_virtual_time(async () => {
      const manager = await start_manager()
      const init = () => ['ok', 'a', 'hibernate']
      expect(await gen_event.add_handler(manager, handler('a'), ['init', init])).toBe('ok')
      const does = (state: Term) => ['ok', 'yes', `${state}!`, 'hibernate']
      expect(await gen_event.call(manager, handler('a'), does)).toBe('yes')
      gen_event.notify(manager, ['to', 'a!', () => ['ok', 'b', 'hibernate']])
      await gen_event.sync_notify(manager, 'tick')
      expect(take_log()).toEqual(['b event tick'])
    }))

  test('that is no handler fails, and harms nobody', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      expect(await gen_event.add_handler(manager, 'none' as never, 1)).toEqual([
        'EXIT',
        expect.any(TypeError),
      ])
      expect(await ids_of(manager)).toEqual(['a'])
    }))

  test('is possible twice: the newest is asked and removed first', () =>
    in_virtual_time(async () => {
      const manager = await start_manager()
      await gen_event.add_handler(manager, handler(['a', 1]), 'old')
      await gen_event.add_handler(manager, handler(['a', 1]), 'new')
      expect(await gen_event.call(manager, handler(['a', 1]), state => ['ok', state, state])).toBe('new')
      expect(await gen_event.delete_handler(manager, handler(['a', 1]), 'x')).toBe('end of new')
      expect(await gen_event.delete_handler(manager, handler(['a', 1]), 'x')).toBe('end of old')
      expect(await gen_event.delete_handler(manager, handler(['a', 1]), 'x')).toEqual([
        'error',
        'module_not_found',
      ])
      expect(take_log()).toEqual(['new terminate "x"', 'old terminate "x"'])
    }))

  test('that crashes when it is deleted gives that, and is gone', () =>
    in_virtual_time(async () => {
      const manager = await start_manager()
      const crash = () => {
        throw new Exit('bye')
      }
      await gen_event.add_handler(manager, obedient, ['last', crash])
      expect(await gen_event.delete_handler(manager, obedient, 'x')).toEqual(['EXIT', 'bye'])
      expect(await gen_event.which_handlers(manager)).toEqual([])
      expect(told).toEqual([])
    }))
})

describe('a call to a handler', () => {
  test('changes only its own state', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      expect(await gen_event.call(manager, handler('a'), state => ['ok', [state], 'c'])).toEqual(['a'])
      await gen_event.sync_notify(manager, 'tick')
      expect(take_log()).toEqual(['b event tick', 'c event tick'])
      expect(await gen_event.call(manager, handler('nobody'), () => 1)).toEqual(['error', 'bad_module'])
      expect(await gen_event.call(manager, obedient, () => 1)).toEqual(['error', 'bad_module'])
    }))

  test('may remove it', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      expect(await gen_event.call(manager, handler('a'), () => ['remove_handler', 'gone'])).toBe('gone')
      expect(await ids_of(manager)).toEqual(['b'])
      expect(take_log()).toEqual(['a terminate "remove_handler"'])
    }))

  test('can be sent now, and its answer waited for later', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b')
      const one = gen_event.send_request(manager, handler('a'), state => ['ok', `of ${state}`, state])
      expect(await gen_event.wait_response(one, 100)).toEqual(['reply', 'of a'])
      let requests = gen_event.reqids_new()
      for (const id of ['a', 'b', 'c']) {
        const does = (state: Term) => ['ok', `of ${state}`, state]
        requests = gen_event.send_request(manager, handler(id), does, `label ${id}`, requests)
      }
      const responses: Term[] = []
      while (gen_event.reqids_size(requests) > 0) {
        const [response, label, rest] = (await gen_event.wait_response(requests, 100, true)) as Term
        responses.push([label, response])
        requests = rest
      }
      expect(responses).toEqual([
        ['label a', ['reply', 'of a']],
        ['label b', ['reply', 'of b']],
        ['label c', ['reply', ['error', 'bad_module']]],
      ])
    }))

  test('takes no longer than its timeout, and leaves no late answer', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      const slow = (state: Term) => pause(100).then(() => ['ok', 'late', state])
      const form = ['gen_event', 'call', [manager, handler('a'), slow, 50]]
      expect(await reason_of(gen_event.call(manager, handler('a'), slow, 50))).toEqual(['timeout', form])
      await pause(100)
      expect(mailbox()).toEqual([])
    }))

  test('to one that has no handle_call fails and removes it', () =>
    in_virtual_time(async () => {
      const mute: gen_event.Callbacks<number> = {
        init: () => ['ok', 0],
        handle_event: () => 'remove_handler',
      }
      const manager = await start_manager()
      await gen_event.add_handler(manager, mute, undefined)
      expect(await gen_event.call(manager, mute, 'x')).toEqual(['error', ['EXIT', expect.any(TypeError)]])
      expect(await gen_event.which_handlers(manager)).toEqual([])
    }))

  test('of its own makes no deadlock', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      const does = async (state: Term) => {
        const reason = await reason_of(gen_event.which_handlers(manager))
        return ['ok', reason, state]
      }
      expect(await gen_event.call(manager, handler('a'), does)).toBe('calling_self')
    }))

  test('of a kind that nobody knows is a message like any other', () =>
    in_virtual_time(async () => {
      const manager = await start_manager('a')
      send(manager, ['$gen_call', [self(), 1], 'what'])
      send(manager, ['$gen_call', [self(), 1], ['what']])
      await gen_event.which_handlers(manager)
      expect(take_log()).toEqual(['a info $gen_call', 'a info $gen_call'])
    }))
})

describe('a handler that fails', () => {
  const boom = () => {
    throw new Exit('boom')
  }
  const broken = new TypeError('broken')

  test.each<[string, () => Term, Term]>([
    ['exits', boom, ['EXIT', 'boom']],
    ['throws an error', () => Promise.reject(broken), ['EXIT', broken]],
    ['gives nonsense', () => 'what', 'what'],
    ['gives nothing', () => undefined, undefined],
    ['gives a tuple that is none', () => ['remove_handler'], ['remove_handler']],
    ['throws nonsense', () => Promise.reject(Object.freeze({ a: 1 })), { a: 1 }],
  ])('and %s is removed and reported, and the others go on', (_name, does, why) =>
    in_virtual_time(async () => {
      const manager = await start_manager('a', 'b', 'c')
      await gen_event.sync_notify(manager, ['to', 'b', does])
      expect(await ids_of(manager)).toEqual(['c', 'a'])
      expect(take_log()).toEqual([`b terminate ${JSON.stringify(['error', why])}`])
      expect(told).toEqual([
        {
          level: 'error',
          label: 'gen_event terminate',
          facts: {
            handler: ['obedient', 'b'],
            name: manager,
            last_message: ['to', 'b', does],
            state: 'b',
            log: [],
            reason: why,
          },
        },
      ])
    }),
  )

  test.each<[string, (state: Term) => Term, Term]>([
    ['exits', boom, ['EXIT', 'boom']],
    ['gives nonsense', () => 'what', 'what'],
    ['gives too much', state => ['ok', 'answer', state, 'more'], ['ok', 'answer', 'a', 'more']],
    ['removes itself badly', () => ['remove_handler'], ['remove_handler']],
    ['swaps badly', () => ['swap_handler', 'answer'], ['swap_handler', 'answer']],
  ])('in a call and %s gives that to the caller', (_name, does, why) =>
    in_virtual_time(async () => {
      register('news', await start_manager('a'))
      expect(await gen_event.call('news', handler('a'), does)).toEqual(['error', why])
      expect(await gen_event.which_handlers('news')).toEqual([])
      expect(told.map(({ facts }) => [facts.name, facts.reason])).toEqual([['news', why]])
    }),
  )

  test('tells in the report what its format_status lets it', () =>
    in_virtual_time(async () => {
      const secretive: gen_event.Callbacks<string> = {
        module: 'secretive',
        init: () => ['ok', 'password'],
        handle_event: boom,
        format_status: () => ({ state: 'hidden' }),
      }
      const manager = await start_manager()
      await gen_event.add_handler(manager, secretive, undefined)
      await gen_event.sync_notify(manager, 'tick')
      expect(told[0]!.facts).toMatchObject({ handler: 'secretive', state: 'hidden', last_message: 'tick' })
    }))

  test('and has no handle_info is told of, when there is a message for it', () =>
    in_virtual_time(async () => {
      const deaf: gen_event.Callbacks<number> = {
        module: 'deaf',
        init: () => ['ok', 0],
        handle_event: (_event, state) => ['ok', state],
      }
      const manager: Pid = await start_manager('a')
      await gen_event.add_handler(manager, deaf, undefined)
      send(manager, 'hello')
      await receive(after(1, () => 'ok'))
      expect(take_log()).toEqual(['a info hello'])
      expect(told).toEqual([
        { level: 'warning', label: 'gen_event no_handle_info', facts: { module: 'deaf', message: 'hello' } },
      ])
    }))
})
