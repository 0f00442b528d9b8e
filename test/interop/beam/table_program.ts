// Random tables: one of each type, and what is done to it, one thing after another.

import fc from 'fast-check'

/** A term, written so that both sides can make it: a tuple says that it is one, and a binary its bytes. */
export type Encoded =
  | number
  | string
  | boolean
  | readonly ['tuple', ...Encoded[]]
  | readonly ['binary', ...number[]]
  | Encodeds
type Encodeds = readonly ['list', ...Encoded[]]

export type Clause = readonly ['clause', head: Encoded, guards: Encodeds, body: Encoded]
type Place = readonly ['at', position: number, Encoded]
type Count =
  | readonly ['by', number]
  | readonly ['at', position: number, number]
  | readonly ['limit', position: number, increment: number, threshold: number, set_value: number]

export type TableOp =
  | readonly ['insert' | 'insert_new' | 'delete_object', row: Encoded]
  | readonly ['insert_list' | 'insert_new_list', rows: Encodeds]
  | readonly ['lookup' | 'member' | 'take' | 'delete' | 'next' | 'prev', key: Encoded]
  | readonly ['lookup_element', key: Encoded, position: number]
  | readonly ['update_counter', key: Encoded, readonly Count[], bare: boolean, standard: Encodeds]
  | readonly ['update_element', key: Encoded, readonly Place[], bare: boolean]
  | readonly ['match' | 'match_object' | 'match_delete', pattern: Encoded]
  | readonly ['match_limit' | 'match_object_limit', pattern: Encoded, limit: number]
  | readonly ['select' | 'select_reverse' | 'select_count' | 'select_delete', readonly Clause[]]
  | readonly ['select_limit' | 'select_reverse_limit', readonly Clause[], limit: number]
  | readonly ['select_replace', Clause]
  | readonly ['first' | 'last' | 'keys' | 'keys_back' | 'tab2list' | 'size' | 'clear' | 'foldl']

export interface TableProgram {
  readonly type: 'set' | 'ordered_set' | 'bag' | 'duplicate_bag'
  readonly keypos: 1 | 2
  readonly ops: readonly TableOp[]
}

const tuple = (...elements: readonly fc.Arbitrary<Encoded>[]): fc.Arbitrary<Encoded> =>
  fc.tuple(fc.constant('tuple' as const), ...elements) as fc.Arbitrary<Encoded>
const list = (elements: fc.Arbitrary<readonly Encoded[]>): fc.Arbitrary<Encodeds> =>
  elements.map(terms => ['list', ...terms])
const one = <const Term>(...terms: readonly Term[]) => fc.constantFrom(...terms)

const plain: fc.Arbitrary<Encoded> = fc.oneof(
  fc.integer({ min: -2, max: 3 }),
  one<Encoded>(1.5, -0.5, 'a', 'b', 'ab', '', 'B', true, false, ['binary'], ['binary', 97], ['binary', 1, 2]),
)
/** What has an order of its own among keys: numbers, atoms, tuples by length, binaries. */
const key: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 3, arbitrary: plain },
  {
    weight: 1,
    arbitrary: fc.oneof(
      one<Encoded>(['tuple']),
      tuple(plain),
      tuple(plain, plain),
      tuple(tuple(plain), plain),
    ),
  },
)
const value: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: plain },
)

/** Rows with the key in the first place or in the second. */
const rows_of = (keypos: 1 | 2): fc.Arbitrary<Encoded> =>
  fc.oneof(
    { weight: 5, arbitrary: keypos === 1 ? tuple(key, value, value) : tuple(value, key, value) },
    { weight: 1, arbitrary: keypos === 1 ? tuple(key, value) : tuple(value, key) },
  )

/** Now and then one that is too short, or none. */
const rows_or_not = (keypos: 1 | 2): fc.Arbitrary<Encoded> =>
  fc.oneof(
    { weight: 24, arbitrary: rows_of(keypos) },
    { weight: 2, arbitrary: tuple(key) },
    { weight: 1, arbitrary: one<Encoded>('a', 1) },
  )

const variable = one('_', '$1', '$2', '$1')
const pattern: fc.Arbitrary<Encoded> = fc.oneof(
  {
    weight: 6,
    arbitrary: tuple(fc.oneof(variable, key), fc.oneof(variable, value), fc.oneof(variable, value)),
  },
  { weight: 2, arbitrary: tuple(fc.oneof(variable, key), fc.oneof(variable, value)) },
  { weight: 1, arbitrary: tuple(tuple(variable, fc.oneof(variable, plain)), variable, variable) },
  one<Encoded>('_', '$1', 'a', ['tuple', '$1', '$2', '$3']),
)

/** Some of them fail: a variable may be unbound, which makes the whole specification wrong. */
const operand: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 4, arbitrary: one('$1', '$1', '$1', '$2') },
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: key.map(term => ['tuple', 'const', term] as const) },
  // Never with a result such as 1.0, which in TypeScript is 1.
  tuple(one('+', '-', 'div', 'rem', 'element'), fc.integer({ min: -2, max: 3 }), one('$1', '$1', '$2')),
)
const comparison = tuple(one('<', '>', '=<', '>=', '==', '=:=', '/=', '=/='), operand, operand)
const test = tuple(
  one('is_atom', 'is_integer', 'is_number', 'is_float', 'is_tuple', 'is_binary'),
  one('$1', '$_'),
)
const guard: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 4, arbitrary: comparison },
  { weight: 2, arbitrary: test },
  tuple(one('andalso', 'orelse', 'and', 'or', 'xor'), comparison, test),
  tuple(one('not'), test),
)
const body: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 4, arbitrary: one<Encoded>('$_', '$$', '$1', true) },
  { weight: 1, arbitrary: tuple(tuple(operand, operand)) },
  { weight: 1, arbitrary: operand },
  { weight: 1, arbitrary: guard },
)
const clause: fc.Arbitrary<Clause> = fc.tuple(
  one('clause'),
  pattern,
  list(fc.array(guard, { maxLength: 2 })),
  body,
)
const spec = fc.array(clause, { minLength: 1, maxLength: 2 })
const limit = fc.integer({ min: 1, max: 3 })

/** What keeps the key, which OTP wants to see before it looks at any row. */
const replacing = (keypos: 1 | 2): fc.Arbitrary<Clause> =>
  fc.tuple(
    one('clause'),
    one<Encoded>(['tuple', '$1', '$2', '$3']),
    list(fc.array(guard, { maxLength: 1 })),
    keypos === 1 ? tuple(tuple(one('$1'), operand, one('$3'))) : tuple(tuple(operand, one('$2'), one('$3'))),
  )

const position = fc.integer({ min: 0, max: 4 })
const small = fc.integer({ min: -3, max: 3 })
const count: fc.Arbitrary<Count> = fc.oneof(
  fc.tuple(one('at'), position, small),
  fc.tuple(one('limit'), position, small, small, small),
)

const ops_on = (keypos: 1 | 2): fc.Arbitrary<TableOp> => {
  const row = rows_or_not(keypos)
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(one('insert', 'insert', 'insert_new'), row) },
    {
      weight: 4,
      arbitrary: fc.tuple(one('insert_list', 'insert_new_list'), list(fc.array(row, { maxLength: 4 }))),
    },
    { weight: 6, arbitrary: fc.tuple(one('lookup', 'member', 'take', 'delete', 'next', 'prev'), key) },
    { weight: 1, arbitrary: fc.tuple(one('delete_object'), row) },
    { weight: 1, arbitrary: fc.tuple(one('lookup_element'), key, position) },
    { weight: 2, arbitrary: counting(keypos) },
    { weight: 2, arbitrary: fc.tuple(one('update_element'), key, places, fc.boolean()) },
    { weight: 3, arbitrary: fc.tuple(one('match', 'match_object', 'match_delete'), pattern) },
    { weight: 2, arbitrary: fc.tuple(one('match_limit', 'match_object_limit'), pattern, limit) },
    {
      weight: 4,
      arbitrary: fc.tuple(one('select', 'select_reverse', 'select_count', 'select_delete'), spec),
    },
    { weight: 2, arbitrary: fc.tuple(one('select_limit', 'select_reverse_limit'), spec, limit) },
    { weight: 1, arbitrary: fc.tuple(one('select_replace'), replacing(keypos)) },
    {
      weight: 3,
      arbitrary: one(
        ['first'],
        ['last'],
        ['keys'],
        ['keys_back'],
        ['tab2list'],
        ['size'],
        ['foldl'],
        ['clear'],
      ),
    },
  )
}

const places = fc.array(fc.tuple(one('at'), position, value), { minLength: 1, maxLength: 2 })
/** One that is too short for its key, given for a row that is not there, would end the BEAM. */
const counting = (keypos: 1 | 2): fc.Arbitrary<TableOp> =>
  fc.tuple(
    one('update_counter'),
    key,
    fc.oneof(fc.tuple(fc.tuple(one('by'), small)), fc.array(count, { minLength: 1, maxLength: 2 })),
    fc.boolean(),
    list(fc.array(rows_of(keypos), { maxLength: 1 })),
  )

export const table_program: fc.Arbitrary<TableProgram> = fc.constantFrom<1 | 2>(1, 1, 2).chain(keypos =>
  fc.record({
    type: fc.constantFrom('set', 'ordered_set', 'ordered_set', 'bag', 'duplicate_bag'),
    keypos: fc.constant(keypos),
    ops: fc.array(ops_on(keypos), { maxLength: 30, size: 'max' }),
  }),
)

/** The program as arrays, which the BEAM's side gets as tuples and lists. */
export const terms_of = ({ type, keypos, ops }: TableProgram): unknown => ['tables', type, keypos, ops]
