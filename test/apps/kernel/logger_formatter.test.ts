// How events look to a person.

import { afterEach, describe, expect, test } from '@jest/globals'
import type * as logger from '../../../apps/kernel/logger.ts'
import * as logger_formatter from '../../../apps/kernel/logger_formatter.ts'
import { rfc3339 } from '../../../apps/kernel/logger_time.ts'
import { exit } from '../../../runtime/erlang/links.ts'
import { make_ref, type Pid } from '../../../runtime/erlang/pid.ts'
import { process_flag, put } from '../../../runtime/erlang/process_flags.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { register } from '../../../runtime/erlang/registry.ts'
import { use_report_handler } from '../../../runtime/erlang/report.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { spawn } from '../../../runtime/erlang/spawn.ts'
import { Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import * as gen_statem from '../../../runtime/otp/gen_statem.ts'
import * as proc_lib from '../../../runtime/otp/proc_lib.ts'
import * as supervisor from '../../../runtime/otp/supervisor.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

afterEach(kill_everybody)

/** As the handler that is there from the beginning writes it. */
const format = (event: logger.LogEvent) =>
  logger_formatter.format(event, logger_formatter.for_people).trimEnd()

/** A text without what varies: its time, the numbers of processes, and the places in files. */
const essence = (text: string): string =>
  text
    .replace(/^\S+ /, '')
    .replace(/<0\.\d+\.0>/g, '<pid>')
    .replace(/(\n {2}reductions: )\d+/, '$1<many>')
    .replace(/^( +at )[^\n]*?([\w.]+\.ts):[^\n]*$/gm, '$1$2')

const shown = (msg: logger.LogEvent['msg'], meta = {}) =>
  essence(format({ level: 'error', msg, meta: { time: 0, ...meta } }))

const shown_report = (label: string[], facts: Record<string, Term>) =>
  shown(['report', { label, report: facts }])

/** The texts of what is reported while `body` runs. */
async function texts_of(body: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = []
  const before = use_report_handler((level, what) => {
    texts.push(essence(format({ level, msg: ['report', what], meta: { time: 0 } })))
  })
  try {
    await in_virtual_time(async () => {
      await body()
      await receive('never', 1).catch(() => {})
    })
  } finally {
    use_report_handler(before)
  }
  return texts
}

describe('a message', () => {
  test('stands on one line with time, level and process', () =>
    in_virtual_time(() => {
      const time = 1_700_000_000_123_456
      const text = format({ level: 'warning', msg: ['string', '100 %s full'], meta: { time, pid: self() } })
      expect(text).toBe(`${rfc3339(time)} warning ${self()} 100 %s full`)
    }))

  test('tells the time of the place, which can be read back', () => {
    for (const time of [0, 1_700_000_000_123, 1_720_000_000_999]) {
      const text = rfc3339(time * 1_000)
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d$/)
      expect(Date.parse(text)).toBe(time)
      expect(text.slice(11, 13)).toBe(String(new Date(time).getHours()).padStart(2, '0'))
    }
  })

  test('of several lines keeps them together', () => {
    expect(shown(['string', 'one\ntwo'])).toBe('error one\n    two')
  })

  test('that is a report is shown as a term, and one that is an error with its stack and cause', () => {
    expect(shown(['report', { what: 'disk', free: 3 }])).toBe("error { what: 'disk', free: 3 }")
    const error = new TypeError('cannot', { cause: new Error('because') })
    expect(shown(['report', error])).toMatch(
      /^error TypeError: cannot\n {6}at .*\n(.*\n)*? {4}caused by Error: because\n {6}at /,
    )
  })
})

describe('a report of no known kind', () => {
  test('gives its label, and each fact a line', () => {
    const facts = { reason: ['why', new Error('because')], more: { a: 1 }, nothing: undefined }
    expect(shown_report(['my', 'disk'], facts)).toMatch(
      /^error my disk\n {2}reason: \[ 'why', \[Error: because\] \]\n {4}Error: because\n {6}at .*(\n {6}at .*)*\n {2}more: \{ a: 1 \}$/,
    )
  })

  test('of ssl begins with the text that it brings along, if it does', () => {
    const message = 'SSL: certify: Fatal error: unknown ca'
    expect(shown_report(['ssl', 'alert'], { role: 'server', message })).toBe(
      `error ${message}\n  role: 'server'`,
    )
    expect(shown_report(['ssl', 'info'], { message: ['tcp', 1] })).toBe(
      "error ssl info\n  message: [ 'tcp', 1 ]",
    )
    expect(shown_report(['other', 'info'], { message: 'hello' })).toBe("error other info\n  message: 'hello'")
  })

  test('cuts what is too long, and survives what cannot be shown', () => {
    const long = shown_report(['x'], { text: Array.from({ length: 40 }, () => 'y'.repeat(1_000)) })
    expect(long.length).toBeLessThan(5_200)
    expect(long).toMatch(/… \(\d+ more characters\)$/)
    const { proxy: hostile, revoke } = Proxy.revocable({}, {})
    revoke()
    const text = shown_report(['x'], { hostile, reason: hostile })
    expect(text).toMatch(
      /^error x\n {2}hostile: <a term that cannot be shown: .*>\n {2}reason: <a term that .*>$/,
    )
    const without_stack = Object.assign(new Error(''), { stack: undefined })
    expect(shown_report(['x'], { reason: without_stack })).toBe('error x\n  reason: Error')
  })
})

const counter: gen_server.Callbacks<{ count: number }> = {
  module: 'counter',
  init: count => ['ok', { count }],
  handle_cast(request, state) {
    if (request === 'crash') throw new TypeError('cannot count that')
    return ['stop', request, state]
  },
  handle_call: (_request, _from, state) => ['stop', 'no_calls', state],
}

const start_counter = (count: number) => gen_server.start_link(['local', 'counter'], counter, count)

const counter_sup: supervisor.Callbacks = {
  init: () => ['ok', [{ intensity: 1 }, [{ id: 'counter', start: [start_counter, [3]] }]]],
}

describe('a supervised server', () => {
  test('that crashes is told of by itself, by proc_lib and by its supervisor, which starts it again', async () => {
    const [first, ...texts] = await texts_of(async () => {
      await supervisor.start_link(['local', 'counter_sup'], counter_sup)
      gen_server.cast('counter', 'crash')
    })
    const progress = [
      'info PROGRESS REPORT: counter_sup started counter as <pid>',
      '  start: start_counter(3)',
      '  child: permanent worker, shutdown 5000 ms',
    ]
    const reason = ['  reason: TypeError: cannot count that', '      at logger_formatter.test.ts']
    expect(first).toBe(progress.join('\n'))
    expect(texts).toEqual([
      [
        'error gen_server counter terminates',
        ...reason,
        "  last message: [ '$gen_cast', 'crash' ]",
        '  state: { count: 3 }',
      ].join('\n'),
      [
        'error <pid> CRASH REPORT: counter crashed',
        ...reason,
        '  initial call: counter.init',
        '  ancestors: counter_sup, <pid>',
        '  links: [ <pid> ]',
        '  reductions: <many>',
      ].join('\n'),
      [
        'error SUPERVISOR REPORT: counter_sup: child counter terminated',
        '  reason: TypeError: cannot count that',
        '  pid: <pid>',
        '  start: start_counter(3)',
        '  child: permanent worker, shutdown 5000 ms',
      ].join('\n'),
      progress.join('\n'),
    ])
  })

  test.each([
    ['lives', undefined, '<pid>'],
    ['has a name', 'teller', '<pid> (teller)'],
    ['has ended', 'nobody', '<pid> (dead)'],
  ])('that crashes in a call is told of with who called, who %s', async (_how, name, client) => {
    const texts = await texts_of(async () => {
      const pid = ok(await gen_server.start(counter, 0))
      const caller = spawn(() => receive())
      if (name === 'teller') register(name, caller)
      if (name === 'nobody') exit(caller, 'kill')
      send(pid, ['$gen_call', [caller, make_ref()], 'anything'])
    })
    expect(texts[0]).toMatch(/^error gen_server <pid> terminates\n {2}reason: 'no_calls'\n/)
    expect(texts[0]!.split('\n')).toContain(`  client: ${client}`)
  })

  test('that is a machine is told of with what it was about to do', async () => {
    const machine: gen_statem.Callbacks = {
      module: 'door',
      callback_mode: () => 'handle_event_function',
      init: () => ['ok', 'locked', { code: 1 }],
      handle_event: (_type, content) =>
        content === 'crash' ? ['stop', 'why'] : ['keep_state_and_data', ['postpone']],
    }
    const texts = await texts_of(async () => {
      const pid = ok(await gen_statem.start(machine))
      gen_statem.cast(pid, 'later')
      gen_statem.cast(pid, 'crash')
    })
    expect(texts[0]).toBe(
      [
        'error gen_statem <pid> (door) terminates',
        "  reason: 'why'",
        "  state: [ 'locked', { code: 1 } ]",
        "  callback mode: 'handle_event_function'",
        "  queue: [ [ 'cast', 'crash' ] ]",
        "  postponed: [ [ 'cast', 'later' ] ]",
      ].join('\n'),
    )
  })

  test('whose supervisor gives up is told of as that', async () => {
    const texts = await texts_of(async () => {
      process_flag('trap_exit', true)
      await supervisor.start_link(counter_sup)
      gen_server.cast('counter', 'one')
      await receive('never', 1).catch(() => {})
      gen_server.cast('counter', 'two')
    })
    expect(texts.at(-1)).toBe(
      [
        'error SUPERVISOR REPORT: <pid> (callbacks): child counter was restarted too often, the supervisor gives up',
        "  reason: 'reached_max_restart_intensity'",
        '  pid: <pid>',
        '  start: start_counter(3)',
        '  child: permanent worker, shutdown 5000 ms',
      ].join('\n'),
    )
  })

  test('that was started on demand is told of without what it was given, if it is temporary', async () => {
    const on_demand = (restart: supervisor.Restart): supervisor.Callbacks => ({
      init: () => [
        'ok',
        [{ strategy: 'simple_one_for_one' }, [{ id: 'counter', start: start_counter, restart }]],
      ],
    })
    const start_line = async (restart: supervisor.Restart) => {
      const texts = await texts_of(async () => {
        const sup = ok((await supervisor.start_link(on_demand(restart))) as ['ok', Pid])
        await supervisor.start_child(sup, [7])
        gen_server.cast('counter', 'why')
      })
      return texts.at(-1)!.match(/ {2}start: .*/)![0]
    }
    expect(await start_line('temporary')).toBe('  start: start_counter(…)')
    expect(await start_line('permanent')).toBe('  start: start_counter(7)')
  })

  test('that cannot be started again is told of with the pid that it had', async () => {
    let starts = 0
    const start = () => (++starts === 1 ? start_counter(0) : exit('no_disk'))
    const once: supervisor.Callbacks = {
      init: () => ['ok', [{}, [{ id: ['a', 1], start, shutdown: 'brutal_kill', type: 'supervisor' }]]],
    }
    const texts = await texts_of(async () => {
      process_flag('trap_exit', true)
      await supervisor.start_link(['local', 'once_sup'], once)
      gen_server.cast('counter', 'crash')
    })
    expect(texts.find(text => text.includes('could not'))).toBe(
      [
        "error SUPERVISOR REPORT: once_sup: child [ 'a', 1 ] could not be started",
        "  reason: [ 'EXIT', 'no_disk' ]",
        '  pid: <pid>',
        '  start: start()',
        '  child: permanent supervisor, shutdown brutal_kill',
      ].join('\n'),
    )
  })
})

describe('a process', () => {
  test('that crashes is told of with its stack, down to the code that is not ours', async () => {
    const texts = await texts_of(async () => {
      spawn(function lonely() {
        JSON.parse('{')
      })
    })
    expect(texts).toHaveLength(1)
    expect(texts[0]).toMatch(
      /^error <pid> process <pid> \(spawn\.lonely\) crashed\n {2}reason: SyntaxError: /,
    )
    expect(texts[0]).not.toContain('AsyncLocalStorage')
    expect(texts[0]).toMatch(/\n {6}at logger_formatter\.test\.ts$/)
  })

  test('of proc_lib is told of with all that was its own', async () => {
    const texts = await texts_of(async () => {
      proc_lib.spawn(function worker() {
        proc_lib.spawn_link(function helper() {
          return receive()
        })
        process_flag('trap_exit', true)
        put('key', 'value')
        send(self(), 'unread')
        exit(['no', 'disk'])
      })
    })
    expect(texts[0]).toMatch(
      /^error <pid> CRASH REPORT: <pid> crashed\n {2}reason: \[ 'no', 'disk' \]\n {6}at /,
    )
    for (const line of [
      '  initial call: proc_lib.worker',
      '  ancestors: <pid>',
      '  links: [ <pid> ]',
      "  messages: 1 waiting: [ 'unread' ]",
      "  dictionary: [ [ 'key', 'value' ] ]",
      '  trap_exit: true',
      '  neighbours: <pid> (proc_lib.helper), runnable, 0 messages',
    ]) {
      expect(texts[0]!.split('\n')).toContain(line)
    }
  })
})

describe('applications', () => {
  test('are told of in a line', () => {
    const exited = { application: 'a', type: 'permanent' }
    expect(shown_report(['application_controller', 'exit'], { ...exited, exited: 'stopped' })).toBe(
      'error application a (permanent) exited: stopped',
    )
    expect(shown_report(['application_controller', 'exit'], { ...exited, exited: ['shutdown', 1] })).toBe(
      "error application a (permanent) exited\n  reason: [ 'shutdown', 1 ]",
    )
    expect(shown_report(['application_controller', 'progress'], { application: 'a' })).toBe(
      'error PROGRESS REPORT: application a started',
    )
    expect(shown_report(['application_controller', 'halt'], { application: 'a', reason: 'killed' })).toBe(
      "error application a was not to end, all others are being stopped\n  reason: 'killed'",
    )
  })
})

test('an exit tells its reason', () => {
  expect(shown(['report', new Exit(['no', 'disk'])])).toMatch(/^error Exit: \[ 'no', 'disk' \]/)
})
