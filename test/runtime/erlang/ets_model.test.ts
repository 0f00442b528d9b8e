// Random operations on tables of each type, held against a list of rows that is searched from end to end.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as ets from '../../../runtime/erlang/ets.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { _, matches, type Term } from '../../../runtime/erlang/term.ts'
import { compare_terms } from '../../../runtime/erlang/term_order.ts'

type Row = readonly [Term, number, string]
const types = ['set', 'ordered_set', 'bag', 'duplicate_bag'] as const

class Model {
  rows: Row[] = []
  readonly #type: ets.TableType

  constructor(type: ets.TableType) {
    this.#type = type
  }

  lookup = (key: Term) => this.rows.filter(row => matches(row[0], key))

  insert(row: Row) {
    const place = this.rows.findIndex(other => matches(other[0], row[0]))
    if (place >= 0 && this.#type.endsWith('set')) this.rows[place] = row
    else if (this.#type !== 'bag' || !this.rows.some(other => matches(other, row))) this.rows.push(row)
  }

  insert_list(rows: readonly Row[]): true {
    for (const row of rows) this.insert(row)
    return true
  }

  insert_new(rows: readonly Row[]) {
    if (rows.some(row => this.lookup(row[0]).length > 0)) return false
    return this.insert_list(rows)
  }

  remove(is_wanted: (row: Row) => boolean) {
    const found = this.rows.filter(is_wanted)
    this.rows = this.rows.filter(row => !is_wanted(row))
    return found
  }

  drop(is_wanted: (row: Row) => boolean): true {
    this.remove(is_wanted)
    return true
  }

  add(key: Term, increment: number) {
    const row = this.lookup(key)[0] ?? [key, 0, 'new']
    this.insert([key, row[1] + increment, row[2]])
    return row[1] + increment
  }
}

const key = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom('a', 'b', true, undefined, null, '1', ''),
  fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 })),
  fc.constantFrom(Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(97)),
)
const row: fc.Arbitrary<Row> = fc.tuple(key, fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'))

type Operation =
  | readonly ['insert' | 'insert_new' | 'delete_object', Row]
  | readonly ['insert_list' | 'insert_new_list', Row[]]
  | readonly ['delete' | 'take' | 'lookup', Term]
  | readonly ['select_delete' | 'match_delete' | 'replace' | 'count', number]
  | readonly ['update_counter', Term]
  | readonly ['fix' | 'unfix' | 'clear']

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('insert', 'insert_new', 'delete_object'), row) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('insert_list', 'insert_new_list'), fc.array(row)) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('delete', 'take', 'lookup', 'update_counter'), key) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom('select_delete', 'match_delete', 'replace', 'count'),
      fc.integer({ min: 0, max: 3 }),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('fix', 'unfix', 'clear')) },
)

/** Does the same to a table and to its model. @returns what each gave */
function act(table: ets.Tid<Row>, model: Model, type: ets.TableType, [name, given]: Operation): [Term, Term] {
  switch (name) {
    case 'insert':
      return [ets.insert(table, given), model.insert_list([given])]
    case 'insert_new':
      return [ets.insert_new(table, given), model.insert_new([given])]
    case 'insert_list':
      return [ets.insert_list(table, given), model.insert_list(given)]
    case 'insert_new_list':
      return [ets.insert_new_list(table, given), model.insert_new(given)]
    case 'delete_object':
      return [ets.delete_object(table, given), model.drop(one => matches(given, one))]
    case 'delete':
      return [ets.delete(table, given), model.drop(one => matches(given, one[0]))]
    case 'take':
      return [ets.take(table, given), model.remove(one => matches(given, one[0]))]
    case 'lookup':
      return [ets.lookup(table, given), model.lookup(given)]
    case 'select_delete': {
      const found = ets.select_delete(table, { match: [_, given, _], when: one => one[2] === 'x' })
      return [found, model.remove(one => one[1] === given && one[2] === 'x').length]
    }
    case 'match_delete':
      return [ets.match_delete(table, ['_', given, 'y']), model.drop(one => matches([_, given, 'y'], one))]
    case 'replace': {
      if (type === 'bag') return [0, 0]
      const spec: ets.MatchSpec = [[['$1', given, '$3'], [], [[['$1', ['+', given, 1], '$3']]]]]
      const count = model.rows.filter(one => one[1] === given).length
      model.rows = model.rows.map(one => (one[1] === given ? [one[0], given + 1, one[2]] : one))
      return [ets.select_replace(table, spec), count]
    }
    case 'count':
      return [
        ets.select_count(table, [[['_', '$1', '_'], [['>=', '$1', given]], [true]]]),
        model.rows.filter(one => one[1] >= given).length,
      ]
    case 'update_counter':
      if (!type.endsWith('set')) return [0, 0]
      return [ets.update_counter(table, given, [2, 3], [0, 0, 'new']), model.add(given, 3)]
    case 'clear':
      return [ets.delete_all_objects(table), model.drop(() => true)]
    default:
      return [ets.safe_fixtable(table, name === 'fix'), true]
  }
}

const by_term = (rows: readonly Row[]) => [...rows].sort(compare_terms)

/** All that can be seen of a table, each by another way. */
function check(table: ets.Tid<Row>, model: Model, type: ets.TableType) {
  const rows = ets.tab2list(table)
  expect(by_term(rows)).toEqual(by_term(model.rows))
  if (type === 'ordered_set') expect(rows).toEqual(by_term(model.rows))
  expect(ets.info(table, 'size')).toBe(model.rows.length)
  for (const [one] of model.rows) expect(ets.lookup(table, one)).toEqual(model.lookup(one))
  const keys: Term[] = []
  for (let at: Term = ets.first(table); at !== '$end_of_table'; at = ets.next(table, at)) keys.push(at)
  expect(keys.flatMap(at => ets.lookup(table, at))).toEqual(rows)
  const pieces: Row[] = []
  let piece = ets.match_object(table, '_', 2)
  for (; piece !== '$end_of_table'; piece = ets.match_object(piece[1])) pieces.push(...piece[0])
  expect(pieces).toEqual(rows)
  if (type !== 'ordered_set') return
  expect(ets.select_reverse(table, {})).toEqual(rows.toReversed())
  const back: Term[] = []
  for (let at: Term = ets.last(table); at !== '$end_of_table'; at = ets.prev(table, at)) back.push(at)
  expect(back).toEqual(keys.toReversed())
}

describe.each(types)('a table of type %s', type => {
  test('is at any time what a list of rows would be', async () => {
    await run(() => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 40 }), operations => {
          const table = ets.new<Row>('model', { type })
          const model = new Model(type)
          for (const one of operations) {
            const [found, expected] = act(table, model, type, one)
            expect(found).toEqual(expected)
          }
          check(table, model, type)
          ets.delete(table)
        }),
        { numRuns: 300 },
      )
    })
  })
})
