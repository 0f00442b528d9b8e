import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { format_term } from '../../../runtime/erlang/io_lib.ts'
import { make_ref, Pid, Port } from '../../../runtime/erlang/pid.ts'
import { report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { Exit } from '../../../runtime/erlang/term.ts'

afterEach(() => {
  use_report_handler()
  jest.restoreAllMocks()
})

describe('format_term', () => {
  test('writes terms as a program writes them', () => {
    expect(format_term(['ok', { a: 1, b: 'x' }])).toBe("[ 'ok', { a: 1, b: 'x' } ]")
    expect(format_term('normal')).toBe("'normal'")
    expect(format_term(undefined)).toBe('undefined')
  })

  test('writes pids, ports and references as Erlang does', () => {
    const [pid, port, ref] = [new Pid(), new Port(), make_ref()]
    expect(format_term([pid, port, ref])).toBe(
      `[ <0.${pid.id}.0>, #Port<0.${port.id}>, #Ref<0.0.${ref.id}> ]`,
    )
  })

  test('writes an error with its stack', () => {
    const text = format_term(new TypeError('x is not a function'))
    expect(text).toContain('TypeError: x is not a function')
    expect(text).toContain('io_lib.test')
  })

  test('writes an exit with its reason, wherever it stands', () => {
    expect(format_term(new Exit(['badmatch', ['error', 'enoent']]))).toContain(
      "Exit: [ 'badmatch', [ 'error', 'enoent' ] ]",
    )
    expect(format_term(['EXIT', new Exit('noproc')])).toContain("Exit: 'noproc'")
  })

  test('cuts what is long', () => {
    expect(format_term(Array.from({ length: 1_000 }, () => 0)).length).toBeLessThan(500)
    expect(format_term('x'.repeat(100_000)).length).toBeLessThan(5_000)
    let deep: unknown = 'bottom'
    for (let depth = 0; depth < 50; depth++) deep = [deep]
    expect(format_term(deep)).not.toContain('bottom')
  })

  test('breaks lines at the width', () => {
    const term = ['some_tag', 'some_other_tag', 'a_third_tag']
    expect(format_term(term)).not.toContain('\n')
    expect(format_term(term, 20)).toContain('\n')
  })
})

describe('a report', () => {
  test('goes to the handler that is in place', () => {
    const seen: unknown[] = []
    const first = use_report_handler((level, what) => seen.push([level, what.label]))
    report('warning', { label: ['a', 'b'], report: {} })
    expect(seen).toEqual([['warning', ['a', 'b']]])
    use_report_handler(first)
    expect(use_report_handler()).toBe(first)
  })

  test('goes to standard error as long as there is no logger, if it matters', () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
    report('error', { label: ['error', 'process'], report: { reason: 'boom' } })
    report('info', { label: ['progress'], report: {} })
    report('debug', { label: ['detail'], report: {} })
    expect(printed.mock.calls).toEqual([["error: error process { reason: 'boom' }"]])
  })
})
