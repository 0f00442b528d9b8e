import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { link } from '../../../runtime/erlang/links.ts'
import { on, receive } from '../../../runtime/erlang/receive.ts'
import { report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { send } from '../../../runtime/erlang/send.ts'
import { run, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { reports_during } from '../../support/reports.ts'

afterEach(() => {
  use_report_handler()
  jest.restoreAllMocks()
  kill_everybody()
})

const refuse = (): never => {
  throw new Error('hands off')
}
const hostile = Object.defineProperty({ toString: refuse, toJSON: refuse }, 'then', { get: refuse })
const unreadable = Object.defineProperties(new Error(), { stack: { get: refuse }, message: { get: refuse } })

const odd: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a string', 'oh no'],
  ['a number', Number.NaN],
  ['a symbol', Symbol('odd')],
  ['a frozen object', Object.freeze({ frozen: true })],
  ['a function', refuse],
  ['an object that fails whenever it is looked at', hostile],
]

describe.each(odd)('a throw of %s', (_name, thrown) => {
  test.each([
    ['at once', () => throw_it(thrown)],
    ['after an await', () => throw_later(thrown)],
  ])('%s ends the process with nocatch, and is told', async (_when, body) => {
    const told = await reports_during(() =>
      run(async () => {
        const [, ref] = spawn_monitor(body)
        const [, which, , , reason] = await receive()
        expect(which).toBe(ref)
        expect(reason[0]).toBe('nocatch')
        expect(Object.is(reason[1], thrown)).toBe(true)
      }),
    )
    expect(told).toHaveLength(1)
  })
})

function throw_it(what: unknown): never {
  throw what
}

async function throw_later(what: unknown): Promise<never> {
  await null
  throw what
}

test('an error that cannot be read is the reason all the same', async () => {
  const told = await reports_during(() =>
    run(async () => {
      spawn_monitor(() => throw_it(unreadable))
      expect((await receive())[4] === unreadable).toBe(true)
    }),
  )
  expect(told).toHaveLength(1)
})

test('an exit with such a reason has a message', () => {
  expect(new Exit(hostile).message).toBe('object')
  expect(new Exit(unreadable).message).toBe('object')
  expect(new Exit(10n).message).toBe('10')
})

test('a report of such things is written as far as it can be', () => {
  const written = jest.spyOn(console, 'error').mockImplementation(() => {})
  const custom = { [Symbol.for('nodejs.util.inspect.custom')]: refuse }
  report('error', { label: ['error', 'process'], report: { pid: 1, reason: custom } })
  expect(written.mock.calls).toEqual([['error: error process [pid, reason]']])
})

/** A Proxy that fails whatever is done to it, be it only to ask of which class it is. */
const untouchable = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

test('what does not even let itself be asked what it is ends the process that throws it, and harms nobody else', async () => {
  const told = await reports_during(() =>
    run(async () => {
      const watched = spawn_monitor(() => throw_it(untouchable()))
      const [, linked] = spawn_monitor(async () => {
        link(watched[0])
        await receive()
      })
      // One that waits has the reason looked at as soon as it comes.
      await receive(
        on(['DOWN', watched[1], _, _, ['nocatch', ['never']]], () => expect('').toBe('never')),
        on(['DOWN', watched[1], 'process', _, _], message => void send(self(), message)),
      )
      expect((await receive(['DOWN', linked, _, _, _]))[4]).toBe('noproc')
      const [, , , , [tag]] = await receive(['DOWN', watched[1], _, _, _])
      expect(tag).toBe('nocatch')
    }),
  )
  expect(told).toHaveLength(1)
})

test('a message that cannot be looked at does not harm its sender, whether anybody waits or not', async () => {
  await run(async () => {
    const [pid, ref] = spawn_monitor(async () => {
      await receive([['fits']])
      await receive([['fits']])
    })
    await receive(_, 1).catch(() => {})
    send(pid, untouchable())
    send(pid, [untouchable()])
    send(pid, [['fits']])
    send(pid, [['fits']])
    expect((await receive(['DOWN', ref, _, _, _]))[4]).toBe('normal')
  })
})

test('a server whose callback gives what cannot be looked at ends, and that is told', async () => {
  const told = await reports_during(() =>
    run(async () => {
      const callbacks = { init: () => ['ok', 0] as const, handle_info: untouchable as () => never }
      const [server, ref] = ok(await gen_server.start_monitor(callbacks))
      send(server, 'go')
      expect((await receive(['DOWN', ref, _, _, _]))[4]).toBeInstanceOf(TypeError)
    }),
  )
  expect(told).toHaveLength(1)
})
