// The part of `ets` that changes elements of rows in place: no other process sees anything between.

import type { AnyRow, Entry } from './ets_store.ts'
import { checked_row, type EtsTable, type Table, writable } from './ets_table.ts'
import { Exit, type Term } from './term.ts'

/** An integer; one that may grow beyond 2^53 is a bigint. */
export type Counter = number | bigint

/**
 * What is added, and to which element, from 1; with a threshold: if the counter comes to stand above it (below, when
 * what is added is negative), it is set to `set_value` instead.
 */
export type UpdateOp =
  | readonly [position: number, increment: Counter]
  | readonly [position: number, increment: Counter, threshold: Counter, set_value: Counter]

/**
 * Adds to a counter, or several, of the row of a key, and gives what they stand at then. A number alone is added to
 * the element behind the key. With `default_row`, that is inserted first, with `key` in it, if the key is not there.
 *
 * @returns the counter; of a list of operations, a list of counters
 * @throws {@link Exit} `'badarg'`, and nothing is changed: not writable; a bag; no such key; no integer at the
 *   position; the key's own position; a number that would grow beyond 2^53
 * @see OTP: `ets:update_counter/3,4`
 */
export function update_counter<Row extends AnyRow>(
  table: Table<Row>,
  key: Row[number],
  operation: UpdateOp | Counter,
  default_row?: Row,
): Counter
export function update_counter<Row extends AnyRow>(
  table: Table<Row>,
  key: Row[number],
  operations: readonly UpdateOp[],
  default_row?: Row,
): Counter[]
export function update_counter(name: Table<any>, key: Term, asked: Term, default_row?: AnyRow): Term {
  const table = table_with_unique_keys(name)
  const entry = table.store.entries_of(key)[0]
  const row = (entry?.row ?? row_by_default(table, key, default_row)).slice()
  const counted = count_all(table, row, asked)
  put(table, entry, row)
  return counted
}

function count_all(table: EtsTable, row: Term[], asked: Term): Counter | Counter[] {
  if (!Array.isArray(asked)) return count(table, row, [table.keypos + 1, asked])
  if (is_operation(asked)) return count(table, row, asked)
  return asked.map(operation => count(table, row, operation))
}

/** A list of operations is one whose elements are tuples. */
const is_operation = (asked: readonly Term[]): boolean => asked.length > 0 && !Array.isArray(asked[0])

/**
 * Puts other values at positions, from 1, of the row of a key. With `default_row`, that is inserted first, with
 * `key` in it, if the key is not there.
 *
 * @param changes - `[position, value]`, or a list of these
 * @returns whether the key was there, or a default
 * @throws {@link Exit} `'badarg'`, and nothing is changed: not writable; a bag; no such position; the key's own
 * @see OTP: `ets:update_element/3,4`
 */
export function update_element<Row extends AnyRow>(
  name: Table<Row>,
  key: Row[number],
  changes: readonly [position: number, value: Term] | readonly (readonly [position: number, value: Term])[],
  default_row?: Row,
): boolean {
  const table = table_with_unique_keys(name)
  const asked: readonly Term[] = changes
  if (!Array.isArray(asked)) throw new Exit('badarg')
  const several = is_operation(asked) ? [asked] : asked
  const entry = table.store.entries_of(key)[0]
  if (entry === undefined && default_row === undefined) return false
  if (!several.every(change => is_change(table, change))) throw new Exit('badarg')
  const row = [...(entry?.row ?? row_by_default(table, key, default_row))]
  for (const [position, value] of several) row[checked_position(row, position) - 1] = value
  put(table, entry, row)
  return true
}

function table_with_unique_keys(name: Table<any>): EtsTable {
  const table = writable(name)
  if (!table.has_unique_keys) throw new Exit('badarg')
  return table
}

function row_by_default(table: EtsTable, key: Term, default_row: AnyRow | undefined): AnyRow {
  if (default_row === undefined) throw new Exit('badarg')
  return checked_row(table, default_row).with(table.keypos - 1, key)
}

function put(table: EtsTable, entry: Entry | undefined, row: AnyRow): void {
  checked_row(table, row)
  if (entry === undefined) table.store.insert(row)
  else table.store.replace(entry, row)
}

function count(table: EtsTable, row: Term[], operation: Term): Counter {
  const [position, increment, threshold, set_value] = checked_operation(operation)
  if (position === table.keypos) throw new Exit('badarg')
  const index = checked_position(row, position) - 1
  const counter = sum(row[index], increment)
  const beyond = threshold !== undefined && (increment < 0 ? counter < threshold : counter > threshold)
  row[index] = beyond ? set_value : counter
  return row[index]
}

function checked_operation(operation: Term): UpdateOp {
  const right =
    Array.isArray(operation) &&
    is_counter(operation[1]) &&
    (operation.length === 2 ||
      (operation.length === 4 && is_counter(operation[2]) && is_counter(operation[3])))
  if (!right) throw new Exit('badarg')
  return operation as unknown as UpdateOp
}

const is_counter = (term: Term): term is Counter => typeof term === 'bigint' || Number.isSafeInteger(term)

/** A bigint if one of the two is; else a number, which must stay exact. */
function sum(counter: Term, increment: Counter): Counter {
  if (!is_counter(counter)) throw new Exit('badarg')
  if (typeof counter === 'bigint' || typeof increment === 'bigint') return BigInt(counter) + BigInt(increment)
  const result = counter + increment
  if (!Number.isSafeInteger(result)) throw new Exit('badarg')
  return result
}

const is_change = (table: EtsTable, change: Term): boolean =>
  Array.isArray(change) && change.length === 2 && Number.isInteger(change[0]) && change[0] !== table.keypos

function checked_position(row: AnyRow, position: Term): number {
  if (!Number.isInteger(position) || position < 1 || position > row.length) throw new Exit('badarg')
  return position
}
