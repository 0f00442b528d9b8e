import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { KeyIndex, key_text } from '../../../runtime/erlang/ets_key.ts'
import { make_ref, Pid, Port } from '../../../runtime/erlang/pid.ts'
import { matches, type Term } from '../../../runtime/erlang/term.ts'
import { compare_terms, same_terms } from '../../../runtime/erlang/term_order.ts'

const things: readonly Term[] = [
  {},
  () => 1,
  Symbol('a'),
  new Pid(),
  new Port(),
  make_ref(),
  { a: 1 },
  () => 2,
]
const atoms = ['a', 'b', 'true', '', 'undefined', 'null', true, false, undefined, null, Symbol.for('a')]
const term: fc.Arbitrary<Term> = fc.letrec(tie => ({
  term: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(0.5, Number.NaN, 2 ** 60, Number.POSITIVE_INFINITY, -0),
    fc.constantFrom(...atoms),
    fc.constantFrom(...things),
    fc.uint8Array({ maxLength: 2, max: 2 }),
    fc.array(tie('term'), { maxLength: 3 }),
  ),
})).term

describe('the order of terms', () => {
  test('is Erlang’s', () => {
    const [pid, port, ref] = [new Pid(), new Port(), make_ref()]
    const fun = () => 1
    const ordered = [
      -1,
      0.5,
      1,
      2n ** 70n,
      Number.NaN,
      '',
      'a',
      'b',
      ref,
      fun,
      port,
      pid,
      [],
      ['b'],
      ['a', 1],
    ]
    const rest = [
      ['a', 2],
      [0, 0, 0],
      {},
      Uint8Array.of(),
      Uint8Array.of(1),
      Uint8Array.of(1, 0),
      Uint8Array.of(2),
    ]
    const all = [...ordered, ...rest]
    expect([...all].reverse().sort(compare_terms)).toEqual(all)
  })

  test('has booleans, undefined and null among the atoms, by name', () => {
    const sorted = ['t', true, 'u', undefined, 'n', null, false, 'f'].sort(compare_terms)
    // Arrays sort undefined last whatever the order says.
    expect(sorted.slice(0, -1)).toEqual(['f', false, 'n', null, 't', true, 'u'])
    expect(compare_terms(undefined, 'u')).toBeGreaterThan(0)
    expect(compare_terms(undefined, 'v')).toBeLessThan(0)
  })

  test('has pids, references and ports by age, and objects by when they were compared first', () => {
    const [a, b] = [make_ref(), make_ref()]
    expect(compare_terms(a, b)).toBeLessThan(0)
    expect(compare_terms(b, a)).toBeGreaterThan(0)
    const [first, second] = [{}, {}]
    expect(compare_terms(first, second)).toBeLessThan(0)
    expect(compare_terms(second, first)).toBeGreaterThan(0)
  })

  test('knows an integer whether it is a number or a bigint', () => {
    expect(compare_terms(1, 1n)).toBe(0)
    expect(compare_terms(1, 2n)).toBeLessThan(0)
    expect(same_terms(1, 1n)).toBe(false)
  })

  test('is total', () => {
    fc.assert(
      fc.property(term, term, term, (a, b, c) => {
        expect(Math.sign(compare_terms(a, b))).toBe(0 - Math.sign(compare_terms(b, a)))
        if (compare_terms(a, b) <= 0 && compare_terms(b, c) <= 0) {
          expect(compare_terms(a, c)).toBeLessThanOrEqual(0)
        }
        expect(compare_terms(a, a)).toBe(0)
      }),
    )
  })
})

test('terms are the same if they match each other, compare as equal, and have one key', () => {
  fc.assert(
    fc.property(term, term, (a, b) => {
      const same = same_terms(a, b)
      expect(matches(a, b)).toBe(same)
      expect(compare_terms(a, b) === 0).toBe(same)
      expect(key_text(a) === key_text(b)).toBe(same)
    }),
    { numRuns: 1_000 },
  )
})

test('two symbols, even of one name, are different atoms', () => {
  const symbols = [Symbol('a'), Symbol('a'), Symbol.for('a'), 'a', Symbol()]
  for (const one of symbols) {
    for (const other of symbols) {
      expect(same_terms(one, other)).toBe(one === other)
      expect(compare_terms(one, other) === 0).toBe(one === other)
      expect(key_text([one]) === key_text([other])).toBe(one === other)
    }
  }
})

describe('an index by key', () => {
  test('finds by value what is a tuple or a binary, and by identity what is an object', () => {
    const index = new KeyIndex<number>()
    const object = {}
    const keys: [Term, Term][] = [
      [1, 1],
      [
        ['a', [1]],
        ['a', [1]],
      ],
      [new Uint8Array(3_000), Buffer.alloc(3_000)],
      [
        [object, Uint8Array.of(1)],
        [object, Buffer.of(1)],
      ],
      [[2n ** 70n], [2n ** 70n]],
    ]
    keys.forEach(([key], value) => {
      index.set(key, value)
    })
    keys.forEach(([, key], value) => {
      expect(index.get(key)).toBe(value)
    })
    expect(index.get([{}, Uint8Array.of(1)])).toBeUndefined()
    expect(index.get('["a",[1]]')).toBeUndefined()
    for (const [key] of keys) index.delete(key)
    for (const [key] of keys) expect(index.get(key)).toBeUndefined()
    index.set([1], 1)
    index.clear()
    expect(index.get([1])).toBeUndefined()
  })

  test('keeps keys apart that read alike', () => {
    const alike: Term[] = [
      ['a', 'b'],
      ['as1:b'],
      [['a'], 'b'],
      [['a', 'b']],
      ['1'],
      [1],
      [1n],
      [true],
      ['true'],
      [null],
      ['null;'],
      [],
      [[]],
      Uint8Array.of(97),
      'a',
      ['a'],
    ]
    expect(new Set(alike.map(key_text)).size).toBe(alike.length)
  })
})
