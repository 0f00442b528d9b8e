// Erlang's built-in term storage: tables of rows that processes share. Rows are tuples, are not copied, and are not
// to be changed; keys are the same if they are as tuples and binaries by value, and as objects by identity.

import type { AnyRow } from './ets_store.ts'
import {
  checked_row,
  EtsTable,
  type Heir,
  is_heir,
  named_table,
  own_table,
  readable,
  type Table,
  type TableName,
  type TableOptions,
  type Tid,
  tables,
  writable,
} from './ets_table.ts'
import { Pid } from './pid.ts'
import { current, type Process } from './process.ts'
import { Exit, type Term } from './term.ts'
import { same_terms } from './term_order.ts'

export {
  type CompiledMatchSpec,
  info,
  is_compiled_ms,
  type MoreTableInfo,
  match_spec_compile,
  match_spec_run,
  type SafeFixed,
  type TableInfo,
  test_ms,
} from './ets_info.ts'
export type { MatchSpec } from './ets_match_spec.ts'
export type { Clause, Condition, PatternOf, RowsLike } from './ets_pattern.ts'
export {
  type Continuation,
  type EndOfTable,
  match,
  match_delete,
  match_object,
  type Piece,
  select,
  select_count,
  select_delete,
  select_replace,
  select_reverse,
} from './ets_select.ts'
export type { AnyRow } from './ets_store.ts'
export type { Heir, Table, TableAccess, TableName, TableOptions, TableType, Tid } from './ets_table.ts'
export {
  first,
  first_lookup,
  foldl,
  foldr,
  last,
  last_lookup,
  next,
  next_lookup,
  prev,
  prev_lookup,
  safe_fixtable,
  tab2list,
} from './ets_traverse.ts'
export { type Counter, type UpdateOp, update_counter, update_element } from './ets_update.ts'
// Two of its names are words of JavaScript: `ets.new`, `ets.delete`.
export { delete_table as delete, new_table as new }

// ---- Tables

/**
 * Makes a table, which belongs to the running process and goes when that ends, unless there is an heir.
 *
 * @returns its identifier; its name, for a named table
 * @throws {@link Exit} `'badarg'`: an option has a wrong value, or the name is taken; `['badarg', option]`: there is
 *   no such option
 *
 * @example
 * const ages = ets.new<['user', string, number]>('ages', { keypos: 2 })
 * ets.insert(ages, ['user', 'joe', 62])
 * ets.lookup(ages, 'joe') // [['user', 'joe', 62]]
 * @see OTP: `ets:new/2`
 */
function new_table<Row extends AnyRow = AnyRow>(
  name: string,
  options: TableOptions & { readonly named_table: true },
): TableName<Row>
function new_table<Row extends AnyRow = AnyRow>(name: string, options?: TableOptions): Tid<Row>
function new_table(name: string, options: TableOptions = {}): Tid | string {
  return new EtsTable(name, options, current()).handle
}

/**
 * Deletes a table; with a key, the rows that have it.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not writable
 * @see OTP: `ets:delete/1,2`
 */
function delete_table<Row extends AnyRow>(table: Table<Row>): true
function delete_table<Row extends AnyRow>(table: Table<Row>, key: Row[number]): true
function delete_table(...asked: [table: Table<any>, key?: Term]): true {
  const table = writable(asked[0])
  if (asked.length === 1) table.drop()
  else for (const entry of table.store.entries_of(asked[1])) table.store.remove(entry)
  return true
}

/** All tables, oldest first: the name of a named one, else its identifier. OTP: `ets:all/0`. */
export const all = (): (Tid | string)[] => tables().map(table => table.handle)

/** The identifier of the table of that name, or undefined. OTP: `ets:whereis/1`. */
export const whereis = <Row extends AnyRow>(name: TableName<Row> | string): Tid<Row> | undefined =>
  named_table(name)?.tid as Tid<any> | undefined

/**
 * Gives a table another name.
 *
 * @returns the name
 * @throws {@link Exit} `'badarg'`: no such table, not writable, or it is named and the name is taken
 * @see OTP: `ets:rename/2`
 */
export function rename<Row extends AnyRow>(table: Table<Row>, name: string): TableName<Row> {
  writable(table).rename(name)
  return name as TableName<Row>
}

/**
 * Hands a table of the running process over to another, which gets `['ETS-TRANSFER', table, from, data]`.
 *
 * @throws {@link Exit} `'badarg'`: it is not the owner, or the other is not alive or owns it already
 * @see OTP: `ets:give_away/3`
 */
export function give_away(table: Table<any>, pid: Pid, data: Term): true {
  const given = own_table(table)
  const heir = pid instanceof Pid ? (pid.entity as Process | undefined) : undefined
  if (heir === undefined || heir === given.owner) throw new Exit('badarg')
  given.give_to(heir, data)
  return true
}

/**
 * Sets who inherits a table of the running process.
 *
 * @throws {@link Exit} `'badarg'`: it is not the owner, or that is no heir
 * @see OTP: `ets:setopts/2`
 */
export function setopts(table: Table<any>, options: { readonly heir: Heir }): true {
  const mine = own_table(table)
  if (Object.keys(options).join() !== 'heir' || !is_heir(options.heir)) throw new Exit('badarg')
  mine.heir = options.heir
  return true
}

// ---- Rows

/**
 * Inserts a row, in the place of one with the same key unless the table is a bag. What OTP's `insert` does with a
 * list is {@link insert_list} here, since a list of rows looks as a row does.
 *
 * @throws {@link Exit} `'badarg'`: no such table, not writable, or no row
 * @see OTP: `ets:insert/2`
 */
export function insert<Row extends AnyRow>(table: Table<Row>, row: Row): true {
  const found = writable(table)
  found.store.insert(checked_row(found, row))
  return true
}

/** As {@link insert}, all of them or, when one is no row, none. OTP: `ets:insert/2` with a list. */
export function insert_list<Row extends AnyRow>(table: Table<Row>, rows: readonly Row[]): true {
  const found = writable(table)
  for (const row of checked_rows(found, rows)) found.store.insert(row)
  return true
}

/**
 * Inserts a row unless its key is there.
 *
 * @returns whether it was inserted
 * @throws {@link Exit} `'badarg'`, as {@link insert}
 * @see OTP: `ets:insert_new/2`
 */
export const insert_new = <Row extends AnyRow>(table: Table<Row>, row: Row): boolean =>
  insert_new_list(table, [row])

/** As {@link insert_new}, all of them or, when one key is there, none. OTP: `ets:insert_new/2` with a list. */
export function insert_new_list<Row extends AnyRow>(table: Table<Row>, rows: readonly Row[]): boolean {
  const found = writable(table)
  if (checked_rows(found, rows).some(row => found.store.has(found.key_of(row)))) return false
  for (const row of rows) found.store.insert(row)
  return true
}

/**
 * The rows with that key: at most one, unless the table is a bag, where the oldest comes first.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not readable
 * @see OTP: `ets:lookup/2`
 */
export const lookup = <Row extends AnyRow>(table: Table<Row>, key: Row[number]): Row[] =>
  readable(table).store.lookup(key) as Row[]

/** The element at a position, from 1, of a row. */
export type ElementAt<Row extends AnyRow, Position extends number> = [undefined, ...Row][Position]

/**
 * The element at a position, from 1, of the row with that key; of a bag, a list of those of all its rows.
 *
 * @param if_none - what to give when the key is not there
 * @throws {@link Exit} `'badarg'`: not readable, no such position, or no such key and no `if_none`
 * @see OTP: `ets:lookup_element/3,4`
 */
export function lookup_element<Row extends AnyRow, const Position extends number, Default = never>(
  ...asked:
    | readonly [table: Table<Row>, key: Row[number], position: Position]
    | readonly [table: Table<Row>, key: Row[number], position: Position, if_none: Default]
): ElementAt<Row, Position> | Default
export function lookup_element(...asked: Term[]): Term {
  const [name, key, position, if_none] = asked
  const table = readable(name)
  const rows = table.store.lookup(key)
  if (rows.length === 0 && asked.length === 4) return if_none
  const in_range = (row: AnyRow) => Number.isInteger(position) && position >= 1 && position <= row.length
  if (rows.length === 0 || !rows.every(in_range)) throw new Exit('badarg')
  return table.has_unique_keys ? rows[0]![position - 1] : rows.map(row => row[position - 1])
}

/**
 * Whether a row has that key.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not readable
 * @see OTP: `ets:member/2`
 */
export const member = <Row extends AnyRow>(table: Table<Row>, key: Row[number]): boolean =>
  readable(table).store.has(key)

/**
 * Takes the rows with that key out, and gives them.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not writable
 * @see OTP: `ets:take/2`
 */
export function take<Row extends AnyRow>(table: Table<Row>, key: Row[number]): Row[] {
  const { store } = writable(table)
  const entries = store.entries_of(key)
  for (const entry of entries) store.remove(entry)
  return entries.map(entry => entry.row as Row)
}

/**
 * Deletes that very row: of a duplicate_bag, as often as it is there.
 *
 * @throws {@link Exit} `'badarg'`: no such table, not writable, or no row
 * @see OTP: `ets:delete_object/2`
 */
export function delete_object<Row extends AnyRow>(table: Table<Row>, row: Row): true {
  const found = writable(table)
  const key = found.key_of(checked_row(found, row))
  for (const entry of found.store.entries_of(key)) {
    if (same_terms(entry.row, row)) found.store.remove(entry)
  }
  return true
}

/**
 * Deletes all rows.
 *
 * @throws {@link Exit} `'badarg'`: no such table, or not writable
 * @see OTP: `ets:delete_all_objects/1`
 */
export function delete_all_objects(table: Table<any>): true {
  writable(table).store.clear()
  return true
}

function checked_rows(table: EtsTable, rows: readonly AnyRow[]): readonly AnyRow[] {
  if (!Array.isArray(rows)) throw new Exit('badarg')
  for (const row of rows) checked_row(table, row)
  return rows
}
