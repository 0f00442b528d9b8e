// Match specifications: what is expected here, OTP gives.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as ets from '../../../runtime/erlang/ets.ts'
import { node } from '../../../runtime/erlang/links.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'
import { open_port, port_close } from '../../../runtime/erlang/port.ts'
import { self } from '../../../runtime/erlang/self.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { _, type Term } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'

afterEach(kill_everybody)

const binary = Uint8Array.from('hello', letter => letter.charCodeAt(0))
const row = [5, 'abc', ['x', 'y'], ['q', 'r'], binary, { a: 1 }, 2.5, new Map([['k', 'v']])]
const head = row.map((_element, index) => `$${index + 1}`)

/** What an expression in a body gives for the row. */
const value_of = (expression: Term): Term => ets.test_ms(row, [[head, [], [expression]]])[1]

describe('an expression', () => {
  test.each<[Term, Term]>([
    [['/', '$1', 2], 2.5],
    [['/', '$1', 0], 'EXIT'],
    [['+', '$1', 2], 7],
    [['+', '$1', 2n], 7n],
    [['+', 1.5, 2n], 3.5],
    [['+', 1n, 2n], 3n],
    [['+', '$2', 1], 'EXIT'],
    [['+', '$1'], 5],
    [['-', '$1'], -5],
    [['-', 5n], -5n],
    [['-', '$1', 1], 4],
    [['*', 2, 3], 6],
    [['div', '$1', 2], 2],
    [['div', -7, 2], -3],
    [['div', 1, 0], 'EXIT'],
    [['rem', -7, '$1'], -2],
    [['rem', -5, 5], 0],
    [['rem', 2.5, 5], 'EXIT'],
    [['band', '$1', 4], 4],
    [['bor', '$1', 2], 7],
    [['bxor', 5, 1], 4],
    [['bnot', '$1'], -6],
    [['bsl', 1, '$1'], 32],
    [['bsl', 1, 80], 2n ** 80n],
    [['bsr', 8, 1], 4],
    [['bsl', 1.5, 1], 'EXIT'],
    [['abs', -3], 3],
    [['abs', -3n], 3n],
    [['abs', '$2'], 'EXIT'],
    [['float', 2n], 2],
    [['round', '$7'], 3],
    [['round', -2.5], -3],
    [['round', 7n], 7n],
    [['trunc', -2.5], -2],
    [['floor', -2.5], -3],
    [['floor', 3n], 3n],
    [['ceil', -0.5], 0],
    [['ceil', 3n], 3n],
  ])('%p is %p', (expression, value) => {
    expect(value_of(expression)).toBe(value)
  })

  test.each<[Term, Term]>([
    [['element', 1, '$4'], 'q'],
    [['element', 3, '$4'], 'EXIT'],
    [['element', 0, '$4'], 'EXIT'],
    [['element', 1, '$1'], 'EXIT'],
    [['hd', '$3'], 'x'],
    [['hd', []], 'EXIT'],
    [['tl', '$3'], ['y']],
    [['tl', []], 'EXIT'],
    [['length', '$3'], 2],
    [['length', '$2'], 'EXIT'],
    [['size', '$4'], 2],
    [['size', '$5'], 5],
    [['byte_size', '$5'], 5],
    [['bit_size', '$5'], 40],
    [['byte_size', '$4'], 'EXIT'],
    [['binary_part', '$5', 1, 2], binary.subarray(1, 3)],
    [['binary_part', '$5', 3, -2], binary.subarray(1, 3)],
    [['binary_part', '$5', 4, 2], 'EXIT'],
    [['map_get', 'a', '$6'], 1],
    [['map_get', 'b', '$6'], 'EXIT'],
    [['map_get', 'k', '$8'], 'v'],
    [['map_get', 'k', '$1'], 'EXIT'],
    [['is_map_key', 'a', '$6'], true],
    [['is_map_key', 'toString', '$6'], false],
    [['is_map_key', 'k', '$8'], true],
    [['map_size', '$6'], 1],
    [['map_size', '$8'], 1],
    [['node'], node()],
    [
      ['const', ['a', '$1']],
      ['a', '$1'],
    ],
    [[['$1', [['$2']]]], [5, ['abc']]],
    [[[]], []],
    [[], []],
    [
      ['$1', ['+', '$1', 1]],
      [5, 6],
    ],
    [
      ['any', 'list'],
      ['any', 'list'],
    ],
    [{ key: '$1' }, { key: 5 }],
    ['$_', row],
    ['$$', row],
    ['_', '_'],
    [binary, binary],
  ])('%p is %p', (expression, value) => {
    expect(value_of(expression)).toEqual(value)
  })

  test.each<[Term, Term]>([
    [['and', true, true, false], false],
    [['and', true], true],
    [['and', false, 1], 'EXIT'],
    [['or', false, true], true],
    [['or', true, 1], 'EXIT'],
    [['xor', true, false], true],
    [['not', true], false],
    [['not', 1], 'EXIT'],
    [['andalso', false, 1], false],
    [['andalso', true, 1], 1],
    [['andalso', true, 7, false], 'EXIT'],
    [['orelse', true, 1], true],
    [['orelse', false, false, 7], 7],
    [['orelse', 1, true], 'EXIT'],
    [['==', 1, 1n], true],
    [['=:=', 1, 1n], false],
    [['/=', 1, 1n], false],
    [['=/=', 1, 1n], true],
    [['=:=', '$3', ['x', 'y']], true],
    [['<', '$1', '$2'], true],
    [['=<', 1, 1], true],
    [['>', 1, 2], false],
    [['>=', 2, 2], true],
    [['max', '$1', 9], 9],
    [['max', 9, '$1'], 9],
    [['min', '$1', 'abc'], 5],
    [['min', 'abc', '$1'], 5],
    [['is_atom', 'a'], true],
    [['is_atom', true], true],
    [['is_atom', undefined], true],
    [['is_atom', null], true],
    [['is_atom', 1], false],
    [['is_float', '$7'], true],
    [['is_float', '$1'], false],
    [['is_integer', '$1'], true],
    [['is_integer', 1n], true],
    [['is_integer', '$7'], false],
    [['is_number', '$7'], true],
    [['is_number', '$2'], false],
    [['is_list', '$3'], true],
    [['is_tuple', '$4'], true],
    [['is_tuple', '$1'], false],
    [['is_map', '$6'], true],
    [['is_map', '$8'], true],
    [['is_map', '$4'], false],
    [['is_binary', '$5'], true],
    [['is_function', '$1'], false],
    [['is_record', '$4', 'q'], true],
    [['is_record', '$4', 'q', 2], true],
    [['is_record', '$4', 'z', 2], false],
    [['is_record', '$1', 'q'], false],
  ])('%p is %p', (expression, value) => {
    expect(value_of(expression)).toBe(value)
  })

  test('knows pids, references and ports', async () => {
    await run(() => {
      const { port } = open_port({ close: () => {} })
      const things = [self(), make_ref(), port, () => 1, {}]
      const tests = ['is_pid', 'is_reference', 'is_port', 'is_function', 'is_map']
      for (const [index, name] of tests.entries()) {
        const compiled = ets.match_spec_compile([[['$1'], [[name, '$1']], ['$1']]])
        expect(
          ets.match_spec_run(
            things.map(thing => [thing]),
            compiled,
          ),
        ).toEqual([things[index]])
      }
      expect(ets.test_ms([1], [['_', [], [['self']]]])).toEqual(['ok', self()])
      port_close(port)
    })
  })
})

describe('a head', () => {
  const matched = (pattern: Term, rows: readonly Term[][]) =>
    ets.match_spec_run(rows, ets.match_spec_compile([[pattern, [], ['$_']]]))

  test.each<[Term, Term[][], number[]]>([
    ['_', [[1], [2, 3]], [0, 1]],
    ['$1', [[1], [2, 3]], [0, 1]],
    [_, [[1], [2, 3]], [0, 1]],
    ['a', [[1], ['a']], []],
    [1, [[1], ['a']], []],
    [['_'], [[1], [2, 3]], [0]],
    [
      ['$1', '$1'],
      [
        [1, 1],
        [1, 2],
        [['a'], ['a']],
      ],
      [0, 2],
    ],
    [
      ['$1', ['$2', '$1']],
      [
        [1, [2, 1]],
        [1, [2, 3]],
        [1, 2],
      ],
      [0],
    ],
    [
      [{ x: '$1' }, '$1'],
      [
        [{ x: 1, y: 2 }, 1],
        [{ x: 2 }, 1],
        [{ y: 1 }, 1],
        [5, 5],
      ],
      [0],
    ],
    [[{}], [[{ a: 1 }], [[]], [new Map()], [null]], [0]],
    [[Uint8Array.of(1)], [[Uint8Array.of(1)], [Uint8Array.of(2)]], [0]],
    [['$a'], [['$a'], ['b']], [0]],
    [['$123456789'], [['$123456789'], ['b']], [0]],
    [[], [[], [1]], [0]],
  ])('%p fits', (pattern, rows, fitting) => {
    expect(matched(pattern, rows)).toEqual(fitting.map(index => rows[index]))
  })

  test('binds its variables anew for each row, and knows them in order', () => {
    const compiled = ets.match_spec_compile([[['$9', '$2', '_'], [], ['$$']]])
    expect(ets.is_compiled_ms(compiled)).toBe(true)
    expect(ets.is_compiled_ms([])).toBe(false)
    expect(
      ets.match_spec_run(
        [
          [1, 2, 3],
          [4, 5, 6],
          [7, 8],
        ],
        compiled,
      ),
    ).toEqual([
      [2, 1],
      [5, 4],
    ])
  })
})

describe('a specification', () => {
  test('is decided by the first clause that fits', () => {
    const spec: ets.MatchSpec = [
      [['$1'], [['is_atom', '$1']], ['atom']],
      [
        ['$1'],
        [
          ['>', '$1', 5],
          ['<', '$1', 10],
        ],
        ['large'],
      ],
      [['$1'], [], ['$1', 'other']],
    ]
    const given = ['a', 7, 12, 3].map(term => ets.test_ms([term], spec)[1])
    expect(given).toEqual(['atom', 'large', 'other', 'other'])
    expect(ets.test_ms([1, 2], spec)).toEqual(['ok', false])
  })

  test('takes a guard that fails, or is not true, for false', () => {
    for (const guard of [
      ['hd', []],
      ['is_atom', ['hd', []]],
      1,
      'true',
      false,
      ['+', 1, 1],
      [[true]],
      [],
      [1],
    ]) {
      expect(ets.test_ms([1], [['_', [guard], ['x']]])).toEqual(['ok', false])
    }
    expect(ets.test_ms([1], [['_', [true], ['x']]])).toEqual(['ok', 'x'])
  })

  test('gives the last of several expressions, and EXIT for what fails in one', () => {
    expect(ets.test_ms([1], [['_', [], ['a', 'b']]])).toEqual(['ok', 'b'])
    expect(ets.test_ms([1], [['_', [], [['hd', []], 'b']]])).toEqual(['ok', 'b'])
    expect(ets.test_ms([1], [['$1', [], [[['a', ['hd', []]]]]]])).toEqual(['ok', ['a', 'EXIT']])
    expect(ets.test_ms([1], [['_', [], [['is_atom', ['hd', []]]]]])).toEqual(['ok', true])
    expect(ets.test_ms([1], [['_', [], [['+', 1, ['hd', []]]]]])).toEqual(['ok', 'EXIT'])
  })

  test.each<[Term, string]>([
    ['x', 'A match specification is a list of clauses.'],
    [[['_', []]], 'A clause has three parts.'],
    [['clause'], 'A clause has three parts.'],
    [[['_', 'guard', ['x']]], 'Guards are a list, and a body is a list that is not empty.'],
    [[['_', [], []]], 'Guards are a list, and a body is a list that is not empty.'],
    [[['_', [], ['$7']]], 'Variable $7 is unbound.'],
    [[['_', [['is_atm', 1]], ['x']]], 'There is no guard function is_atm.'],
    [[['_', [], [['hd', 1, 2]]]], 'There is no function hd of 2 arguments.'],
    [[['_', [], [['and']]]], 'There is no function and of 0 arguments.'],
    [[['_', [], [['const']]]], 'The form const has one argument.'],
    [[['_', [], [['andalso']]]], 'A special form has at least one argument.'],
  ])('%j is none', async (spec, text) => {
    expect(ets.test_ms([1], spec)).toEqual(['error', [['error', text]]])
    expect(() => ets.match_spec_compile(spec)).toThrow('badarg')
    if (Array.isArray(spec)) await run(() => expect(() => ets.select(ets.new('t'), spec)).toThrow('badarg'))
  })

  test('is tried with a row', () => {
    expect(() => ets.test_ms('row' as never, [])).toThrow('badarg')
  })
})
