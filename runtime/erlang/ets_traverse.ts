// The part of `ets` that goes from key to key and from row to row.

import type { AnyRow, Entry } from './ets_store.ts'
import { type EtsTable, readable, type Table } from './ets_table.ts'
import { current } from './process.ts'
import { Exit, type Term } from './term.ts'

type EndOfTable = '$end_of_table'
type KeyOf<Row extends AnyRow> = Row[number]

// ---- Keys, one after the other

/**
 * The first key, in Erlang's order of terms for an ordered_set.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not readable
 * @see OTP: `ets:first/1`
 */
export const first = <Row extends AnyRow>(table: Table<Row>): KeyOf<Row> | EndOfTable =>
  key_at(table, ({ store }) => store.after(undefined))

/** The last key; the first of a table that has no order. As {@link first}. OTP: `ets:last/1`. */
export const last = <Row extends AnyRow>(table: Table<Row>): KeyOf<Row> | EndOfTable =>
  key_at(table, ({ store }) => store.before(undefined))

/**
 * The key behind `key`. Who goes from key to key while rows are deleted holds the table still by
 * {@link safe_fixtable}, or has an ordered_set, where each key has its place whether it is there or not.
 *
 * @throws {@link Exit} `'badarg'`: no such table, not readable, or no such key in a table without an order
 * @see OTP: `ets:next/2`
 */
export const next = <Row extends AnyRow>(table: Table<Row>, key: KeyOf<Row>): KeyOf<Row> | EndOfTable =>
  key_at(table, ({ store }) => store.after_key(key))

/** The key before `key`; in a table without an order, as {@link next}. OTP: `ets:prev/2`. */
export const prev = <Row extends AnyRow>(table: Table<Row>, key: KeyOf<Row>): KeyOf<Row> | EndOfTable =>
  key_at(table, ({ store }) => store.before_key(key))

type Found<Row extends AnyRow> = readonly [key: KeyOf<Row>, rows: Row[]] | EndOfTable

/** As {@link first}, with the rows of the key. OTP: `ets:first_lookup/1`. */
export const first_lookup = <Row extends AnyRow>(table: Table<Row>): Found<Row> =>
  rows_at(table, ({ store }) => store.after(undefined))

/** As {@link last}, with the rows of the key. OTP: `ets:last_lookup/1`. */
export const last_lookup = <Row extends AnyRow>(table: Table<Row>): Found<Row> =>
  rows_at(table, ({ store }) => store.before(undefined))

/** As {@link next}, with the rows of the key. OTP: `ets:next_lookup/2`. */
export const next_lookup = <Row extends AnyRow>(table: Table<Row>, key: KeyOf<Row>): Found<Row> =>
  rows_at(table, ({ store }) => store.after_key(key))

/** As {@link prev}, with the rows of the key. OTP: `ets:prev_lookup/2`. */
export const prev_lookup = <Row extends AnyRow>(table: Table<Row>, key: KeyOf<Row>): Found<Row> =>
  rows_at(table, ({ store }) => store.before_key(key))

/**
 * Holds a table still, or lets it go: meanwhile who goes by {@link next} from key to key comes once to each that
 * stays, whatever is deleted. It is counted for each process, and let go when the process ends.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not readable
 * @see OTP: `ets:safe_fixtable/2`
 */
export function safe_fixtable(table: Table<any>, fix: boolean): true {
  const found = readable(table)
  if (typeof fix !== 'boolean') throw new Exit('badarg')
  if (fix) found.fix(current())
  else found.unfix(current())
  return true
}

// ---- Rows, one after the other

/**
 * All rows, in order for an ordered_set.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not readable
 * @see OTP: `ets:tab2list/1`
 */
export const tab2list = <Row extends AnyRow>(table: Table<Row>): Row[] =>
  entries_of(readable(table)).map(entry => entry.row as Row)

/**
 * Folds over the rows that are there now and still there when their turn comes; what is inserted meanwhile is
 * not seen.
 *
 * @throws {@link Exit} `'badarg'`: no such table, not readable, or deleted meanwhile; what `fold` throws
 * @see OTP: `ets:foldl/3`
 */
export function foldl<Row extends AnyRow, Value>(
  fold: (row: Row, value: Value) => Value,
  first_value: Value,
  table: Table<Row>,
): Value {
  const found = readable(table)
  return fold_over(found, entries_of(found), fold, first_value)
}

/** As {@link foldl}, from the last row of an ordered_set to the first. OTP: `ets:foldr/3`. */
export function foldr<Row extends AnyRow, Value>(
  fold: (row: Row, value: Value) => Value,
  first_value: Value,
  table: Table<Row>,
): Value {
  const found = readable(table)
  return fold_over(found, entries_of(found).reverse(), fold, first_value)
}

function fold_over<Row extends AnyRow, Value>(
  table: EtsTable,
  entries: readonly Entry[],
  fold: (row: Row, value: Value) => Value,
  first_value: Value,
): Value {
  let value = first_value
  for (const entry of entries) {
    if (entry.alive) value = fold(entry.row as Row, value)
    if (!table.exists) throw new Exit('badarg')
  }
  return value
}

function entries_of({ store }: EtsTable): Entry[] {
  const entries: Entry[] = []
  for (let entry = store.after(undefined); entry !== undefined; entry = store.after(entry))
    entries.push(entry)
  return entries
}

type Step = (table: EtsTable) => Entry | undefined

function key_at(name: Table<any>, step: Step): Term {
  const table = readable(name)
  const entry = step(table)
  return entry === undefined ? '$end_of_table' : table.key_of(entry.row)
}

function rows_at(name: Table<any>, step: Step): Term {
  const table = readable(name)
  const entry = step(table)
  if (entry === undefined) return '$end_of_table'
  const key = table.key_of(entry.row)
  return [key, table.store.lookup(key)]
}
