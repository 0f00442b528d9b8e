import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { brief_term, printable } from '../../../runtime/erlang/brief.ts'
import { make_ref } from '../../../runtime/erlang/pid.ts'

describe('A term as short text', () => {
  const ref = make_ref()
  class Account {
    readonly balance = 7
  }
  test.each([
    ['hello', "'hello'"],
    ["it's\\\n", "'it\\'s\\\\\\n'"],
    [1, '1'],
    [12n, '12'],
    [undefined, 'undefined'],
    [null, 'null'],
    [ref, `${ref}`],
    [['add', [1, 2], []], "['add', [1, 2], []]"],
    [{ a: 1, b: { c: 'd' } }, "{ a: 1, b: { c: 'd' } }"],
    [{}, '{}'],
    [Object.create(null), '{}'],
    [new Account(), 'Account'],
    [new Map([[1, 2]]), 'Map(1)'],
    [new Set([1, 2]), 'Set(2)'],
    [new Uint8Array(3), 'Uint8Array(3)'],
    [new TypeError('no'), 'TypeError: no'],
    [function named() {}, 'named'],
    [() => {}, 'function'],
    [[[[[[1]]]]], '[[[[…]]]]'],
  ])('shows %p', (term, text) => {
    expect(brief_term(term)).toBe(text)
  })

  test('runs none of the program, and takes what it cannot look into as it is', () => {
    const getter = Object.defineProperty({}, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('looked')
      },
    })
    expect(brief_term([getter])).toBe('[{ trap: [get] }]')
    const unwilling = new Proxy({}, { getPrototypeOf: () => ({}).constructor.prototype.nothing.at })
    expect(brief_term(['a', unwilling])).toBe("['a', …")
  })

  test('looks only at the beginning of what is large', () => {
    let looked = 0
    const large = new Proxy(Array.from({ length: 1e5 }), {
      getOwnPropertyDescriptor(list, key) {
        looked++
        return Reflect.getOwnPropertyDescriptor(list, key)
      },
    })
    expect(brief_term(large, 20)).toBe('[undefined, undefin…')
    expect(looked).toBeLessThan(10)
    expect(brief_term('x'.repeat(1e6), 5)).toBe("'xxx…")
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(brief_term(cyclic)).toBe('[[[[…]]]]')
  })

  test('is never longer than asked, one line, and without control characters', () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer({ min: 1, max: 80 }), (term, most) => {
        const text = brief_term(term, most)
        expect(text.length).toBeLessThanOrEqual(most)
        expect(text).not.toMatch(/\p{C}/u)
      }),
    )
  })
})

test('What has no shape of its own is not shown', () => {
  expect(printable('a\u{1b}[2J\u{202e}é漢')).toBe('a\u{fffd}[2J\u{fffd}é漢')
})
