// Formats with arguments: what OTP 25 writes was tried there.

import { describe, expect, test } from '@jest/globals'
import { format, format_safely } from '../../../apps/kernel/logger_io.ts'
import { Exit, type Term } from '../../../runtime/erlang/term.ts'

describe('a format', () => {
  test.each<[string, Term[], string]>([
    ['~10s|', ['abc'], '       abc|'],
    ['~-10s|', ['abc'], 'abc       |'],
    ['~2s|', ['abc'], 'ab|'],
    ['~5.2s|', ['abc'], '   ab|'],
    ['~*s|', [6, 'ab'], '    ab|'],
    ['~ts', [new TextEncoder().encode('hé')], 'hé'],
    ['~.16B ~.16b ~b', [255, 255, 2n ** 70n], 'FF ff 1180591620717411303424'],
    ['~5..0B ~-5B|~3B|', [42, 42, 12345], '00042 42   |***|'],
    ['~c~3c~.3c~5.3c|', [120, 120, 120, 120], 'xxxxxxx  xxx|'],
    ['~f ~.2f ~8.2f|', [1.5, 1.555, 1.5], '1.500000 1.55     1.50|'],
    ['~e ~.3e', [12.5, 12.5], '1.25000e+1 1.25e+1'],
    ['~g ~g ~g', [12.5, 0.01, 100000], '12.5000 1.00000e-2 1.00000e+5'],
    ['~i~p', [1, 2], '2'],
    ['~n~2n~~~3~', [], '\n\n\n~~~~'],
    ['~p ~w ~10p|', ['abc', ['ok', 1], 'x'], "'abc' [ 'ok', 1 ] 'x'|"],
    ['nothing', [], 'nothing'],
  ])('%j with %j', (text, args, expected) => {
    expect(format(text, args)).toBe(expected)
  })

  test('shows terms as deep as it is told to', () => {
    const shown: Term[] = []
    const show = (term: Term, depth?: number) => {
      shown.push([term, depth])
      return '.'
    }
    expect(format('~P ~W ~p', [[1], 5, [2], 6, [3]], show)).toBe('. . .')
    expect(shown).toEqual([
      [[1], 5],
      [[2], 6],
      [[3], undefined],
    ])
  })

  test.each<[string, Term[]]>([
    ['~p', []],
    ['~p', [1, 2]],
    ['~q', [1]],
    ['end ~', []],
    ['~b', ['x']],
    ['~b', [1.5]],
    ['~.99b', [1]],
    ['~s', [{}]],
    ['~f', ['1']],
    ['~c', ['x']],
    ['~*s', ['wide', 'x']],
  ])('%j with %j does not fit, which is told in the text if the text is all there is', (text, args) => {
    expect(() => format(text, args)).toThrow(Exit)
    expect(format_safely(text, args)).toMatch(`FORMAT ERROR: ${JSON.stringify(text)} - [`)
  })
})
