// Where a JSON text goes wrong.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { JsonError, outline_of } from '../../../apps/kernel/application_json.ts'

const mistake_in = (text: string): unknown => {
  try {
    outline_of(text)
    return undefined
  } catch (thrown) {
    return thrown instanceof JsonError ? [thrown.place.line, thrown.place.column, thrown.message] : thrown
  }
}

describe('an outline', () => {
  test('names what is at the top, and where its value begins', () => {
    expect(outline_of('{ "a": {"x": 1},\n  "b\\n" :  [2] }').members).toEqual([
      ['a', { line: 1, column: 8 }],
      ['b\n', { line: 2, column: 12 }],
    ])
    expect(outline_of(' [1, {"a": 2}] ').members).toEqual([])
  })

  test('is soon done with a long text that does not end', () => {
    const long = 'a'.repeat(100_000)
    expect(mistake_in(`["${long}`)).toEqual([1, 2, 'this text is not right'])
    expect(mistake_in(`["${long}\\x"]`)).toEqual([1, 2, 'this text is not right'])
    expect(mistake_in(`["${long}"]`)).toBeUndefined()
  })

  test('is refused for exactly what is no JSON', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '1',
      '-',
      '.5',
      'e3',
      'null',
      ' ',
      '\\',
      '\n',
      '0',
    )
    const texts = fc.oneof(
      fc.json(),
      fc.array(pieces, { maxLength: 8 }).map(parts => parts.join('')),
      fc.tuple(fc.json(), fc.nat(), pieces).map(([text, at, piece]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + piece + text.slice(place + 1)
      }),
    )
    fc.assert(
      fc.property(texts, text => {
        let parses = true
        try {
          JSON.parse(text)
        } catch {
          parses = false
        }
        const mistake = mistake_in(text)
        if (mistake !== undefined)
          expect(mistake).toEqual([expect.any(Number), expect.any(Number), expect.any(String)])
        return (mistake === undefined) === parses
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['{\n  "a": 1,\n}', [3, 1, 'a name in double quotes is expected']],
    ['{"a" 1}', [1, 6, 'a colon is expected']],
    ['{"a": 1 "b": 2}', [1, 9, 'a comma or } is expected']],
    ['[1, ]', [1, 5, 'a value is expected']],
    ['[1\n2]', [2, 1, 'a comma or ] is expected']],
    ['{"a": "x\n"}', [1, 7, 'this text is not right']],
    ['{} x', [1, 4, 'nothing more is expected']],
    ['', [1, 1, 'a value is expected']],
  ])('tells where %j is wrong', (text, mistake) => {
    expect(mistake_in(text)).toEqual(mistake)
  })
})
