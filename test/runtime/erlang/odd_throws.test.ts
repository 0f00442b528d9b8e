import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { receive } from '../../../runtime/erlang/receive.ts'
import { report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { run, spawn_monitor } from '../../../runtime/erlang/spawn.ts'
import { Exit } from '../../../runtime/erlang/term.ts'
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
