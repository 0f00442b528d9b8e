// The rows of docs/erlang_in_typescript.md on behaviours, tried as they are written there.

import { describe, expect } from '@jest/globals'
import { createMachine } from 'xstate'
import {
  _,
  format_term,
  gen_event,
  gen_server,
  gen_statem,
  is_process_alive,
  ok,
  proc_lib,
  process_flag,
  receive,
  self,
  send,
  sys,
} from '../../runtime/index.ts'
import * as statechart from '../../runtime/otp/statechart.ts'
import { row, told } from '../support/rows.ts'

describe('Behaviours', () => {
  const counter: gen_server.Callbacks<number, 'next' | 'stop', number> = {
    init: first => ['ok', first, ['continue', 'go']],
    handle_continue: (_go, n) => ['noreply', n * 10],
    handle_call: async (request, _from, n) =>
      request === 'stop' ? ['stop', 'normal', 'bye', n] : ['reply', n, n + 1],
    handle_cast: (by, n) => ['noreply', n + by],
  }

  row('a gen_server answers calls, takes casts, continues and stops', async () => {
    const pid = ok(await gen_server.start_link(['local', 'counter'], counter, 1))
    expect(await gen_server.call('counter', 'next')).toBe(10)
    gen_server.cast(pid, 5)
    expect(await gen_server.call(pid, 'next', 1_000)).toBe(16)
    expect(await gen_server.call(pid, 'stop')).toBe('bye')
    await expect(gen_server.call(pid, 'next')).rejects.toMatchObject({
      reason: ['noproc', expect.anything()],
    })
  })

  row('a gen_statem postpones, replies and has timeouts by name', async () => {
    const door: gen_statem.Callbacks<null> = {
      callback_mode: () => 'state_functions',
      init: () => ['ok', 'locked', null],
      states: {
        locked: (type, content, data) => {
          if (typeof type === 'object' && type[0] === 'call') return ['keep_state_and_data', 'postpone']
          return ['next_state', 'open', data, [['timeout', 'bell'], 100, content]]
        },
        open: (type, content, data) => {
          if (typeof type === 'object' && type[0] === 'call')
            return ['keep_state', data, ['reply', type[1], 'in']]
          return ['stop', ['shutdown', [type, content]]]
        },
      },
    }
    const [pid, ref] = ok(await gen_statem.start_monitor(door, null))
    const pushed = gen_statem.call(pid, 'push')
    gen_statem.cast(pid, 'key')
    expect(await pushed).toBe('in')
    const [, , , , reason] = await receive(['DOWN', ref, 'process', pid, _])
    expect(reason).toEqual(['shutdown', [['timeout', 'bell'], 'key']])
  })

  row('proc_lib starts a process that says when it is ready, and reports its crash', async () => {
    const body = () => {
      proc_lib.init_ack(['ok', self()])
      throw new Error('soon after')
    }
    const [tag, pid] = await proc_lib.start(body)
    expect([tag, is_process_alive(pid)]).toEqual(['ok', false])
    expect(told.map(({ label }) => label)).toContain('proc_lib crash')
  })

  row('options of the start are an object', async () => {
    const slow: gen_server.Callbacks = { init: () => new Promise(() => {}) }
    expect(await gen_server.start(slow, null, { timeout: 10 })).toEqual(['error', 'timeout'])
    const pid = ok(await gen_server.start(counter, 1, { debug: ['log'], spawn_opt: { priority: 'high' } }))
    await gen_server.call(pid, 'next')
    const [, events] = await sys.log(pid, 'get')
    expect(events).toContainEqual(['in', ['$gen_call', expect.anything(), 'next']])
  })

  row('a protocol types calls and casts', async () => {
    interface Sum {
      calls: { add(by: number): 'ok'; read(): number }
      casts: { reset(): void }
    }
    const callbacks: gen_server.CallbacksOf<Sum, number> = {
      init: () => ['ok', 0],
      ...gen_server.clauses<Sum, number>({
        calls: {
          add: ([by], n) => ['reply', 'ok', n + by],
          read: (_args, n) => ['reply', n, n],
        },
        casts: { reset: () => ['noreply', 0] },
      }),
    }
    const sum = gen_server.ref<Sum>('sum')
    ok(await gen_server.start_link(['local', 'sum'], callbacks))
    const added: 'ok' = await gen_server.call(sum, ['add', 5])
    const five: number = await gen_server.call(sum, 'read')
    gen_server.cast(sum, 'reset')
    expect([added, five, await gen_server.call(sum, 'read')]).toEqual(['ok', 5, 0])
  })

  row('requests are sent, and their answers waited for later', async () => {
    const pid = ok(await gen_server.start_link(counter, 1))
    const first = gen_server.send_request(pid, 'next')
    const many = gen_server.send_request(pid, 'next', 'second', gen_server.reqids_new())
    expect(await gen_server.wait_response(first, 100)).toEqual(['reply', 10])
    expect(await gen_server.receive_response(many, 100, true)).toEqual([
      ['reply', 11],
      'second',
      gen_server.reqids_new(),
    ])
    const third = gen_server.send_request(pid, 'next')
    expect(gen_server.check_response(await receive(), third)).toEqual(['reply', 12])
  })

  row(
    'a gen_statem has one function for all states, is told of entering, and takes other callbacks',
    async () => {
      const seen: unknown[] = []
      const quiet: gen_statem.Callbacks = {
        callback_mode: () => 'handle_event_function',
        init: () => 'ignore',
        handle_event: () => ['keep_state_and_data', 'pop_callback_module'],
      }
      const machine: gen_statem.Callbacks = {
        callback_mode: () => ['handle_event_function', 'state_enter'],
        init: () => ['ok', 'a', null],
        handle_event(type, content, state) {
          seen.push([type, content, state])
          if (content === 'hush') return ['keep_state_and_data', ['push_callback_module', quiet]]
          if (content === 'more') return ['keep_state_and_data', ['next_event', 'internal', 'now']]
          return 'keep_state_and_data'
        },
      }
      const pid = ok(await gen_statem.start_link(machine))
      for (const event of ['hush', 'unseen', 'more']) gen_statem.cast(pid, event)
      await sys.get_state(pid)
      expect(seen).toEqual([
        ['enter', 'a', 'a'],
        ['cast', 'hush', 'a'],
        ['cast', 'more', 'a'],
        ['internal', 'now', 'a'],
      ])
    },
  )

  row('a gen_event has handlers, each with a state, which come, are swapped and go', async () => {
    const sum: gen_event.Callbacks<number, number, 'sum', number> = {
      init: first => ['ok', first],
      handle_event: (by, n) => ['ok', n + by],
      handle_call: (_request, n) => ['ok', n, n],
      terminate: (why, n) => [why, n],
    }
    const manager = ok(await gen_event.start_link(['local', 'events']))
    expect(await gen_event.add_handler('events', [sum, 1], 0)).toBe('ok')
    expect(await gen_event.add_sup_handler('events', [sum, 2], 10)).toBe('ok')
    gen_event.notify(manager, 5)
    expect(await gen_event.sync_notify(manager, 1)).toBe('ok')
    expect(await gen_event.call(manager, [sum, 2], 'sum')).toBe(16)
    expect(await gen_event.delete_handler(manager, [sum, 2], 'enough')).toEqual(['enough', 16])
    expect(await receive()).toEqual(['gen_event_EXIT', [sum, 2], 'normal'])
    expect(await gen_event.which_handlers(manager)).toEqual([[sum, 1]])
  })

  row('callbacks may mask their state, and make another of it for new code', async () => {
    const masked: gen_server.Callbacks = {
      init: () => ['ok', 'secret'],
      format_status: () => ({ state: 'masked' }),
      code_change: (_old, state, extra) => ['ok', [state, extra]],
    }
    const pid = ok(await gen_server.start_link(masked))
    expect(format_term(await sys.get_status(pid))).toMatch(/'State', 'masked'/)
    await sys.suspend(pid)
    expect(await sys.change_code(pid, masked, '1', 'more')).toBe('ok')
    await sys.resume(pid)
    expect(await sys.get_state(pid)).toEqual(['secret', 'more'])
  })

  row('a process that could not start says so, and may have a label', async () => {
    process_flag('trap_exit', true)
    const failing = () => proc_lib.init_fail(['error', 'no room'], new Error('full'))
    expect(await proc_lib.start_link(failing)).toEqual(['error', 'no room'])
    const pid = proc_lib.spawn_link(async () => {
      proc_lib.set_label('the one')
      await receive()
    })
    await proc_lib.start(() => proc_lib.init_ack('started'))
    expect(proc_lib.get_label(pid)).toBe('the one')
  })
})

describe('A machine of xstate', () => {
  const door = createMachine({
    id: 'door',
    initial: 'open',
    states: {
      open: {
        on: { close: 'closed', call: { actions: ({ event }) => statechart.reply(event.from, 'open') } },
      },
      closed: {
        after: { 1000: 'open' },
        on: {
          break: {
            actions: () => {
              throw new Error('broken')
            },
          },
        },
      },
    },
  })

  row('is a process: events are messages, delays are timers, calls are answered', async () => {
    const pid = ok(await statechart.start_link(['local', 'door'], door))
    expect(await statechart.call('door', 'state')).toBe('open')
    ok(await statechart.subscribe('door'))
    send(pid, { type: 'close' })
    const [, , closed] = await receive(['snapshot', pid, _])
    const [, , open] = await receive(['snapshot', pid, _])
    expect([closed.value, open.value]).toEqual(['closed', 'open'])
  })

  row('crashes when it throws', async () => {
    const [pid, ref] = ok(await statechart.start_monitor(door))
    statechart.send_event(pid, { type: 'close' })
    statechart.send_event(pid, { type: 'break' })
    const [, , , , reason] = await receive(['DOWN', ref, _, _, _])
    expect(reason).toEqual(new Error('broken'))
    expect(told.map(({ level }) => level)).toContain('error')
  })
})
