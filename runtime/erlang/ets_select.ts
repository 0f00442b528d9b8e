// The part of `ets` that searches: select and match, whole, in pieces, and to delete, count or replace.

import { compile_match_spec, compile_pattern_for, type MatchSpec } from './ets_match_spec.ts'
import {
  type Clause,
  type Condition,
  compile_clause,
  no_match,
  type PatternOf,
  type RowsLike,
  type Selector,
} from './ets_pattern.ts'
import type { AnyRow, Entry } from './ets_store.ts'
import { checked_row, type EtsTable, readable, type Table, writable } from './ets_table.ts'
import { Exit, type Term } from './term.ts'
import { compare_terms, same_terms } from './term_order.ts'

/** There is nothing more. OTP: `'$end_of_table'`. */
export type EndOfTable = '$end_of_table'

/** Where a search in pieces goes on. It stays valid whatever happens to the table, unless that is deleted. */
export interface Continuation<Given = Term> {
  /** How many results one piece has at most. */
  readonly limit: number
  /** What the search gives; nothing of it is there when the program runs. */
  readonly gives?: Given
}

/** A piece of what was searched for, and where to go on; or the end. */
export type Piece<Given> =
  | readonly [found: Given[], continuation: Continuation<Given> | EndOfTable]
  | EndOfTable

class Search implements Continuation {
  readonly table: Table
  readonly selector: Selector
  readonly limit: number
  readonly backwards: boolean
  entry: Entry | undefined

  constructor(table: Table, selector: Selector, limit: number, backwards: boolean) {
    if (!Number.isInteger(limit) || limit < 1) throw new Exit('badarg')
    this.table = table
    this.selector = selector
    this.limit = limit
    this.backwards = backwards
  }

  /** The search from another place on: what was given out before can be gone on with once more. */
  from(entry: Entry): Search {
    const search = new Search(this.table, this.selector, this.limit, this.backwards)
    search.entry = entry
    return search
  }
}

// ---- Select

/**
 * What a clause, or Erlang's match specification, gives for the rows that it selects; with a limit, so many of them
 * at most, and a continuation with which the next are asked for.
 *
 * A bound key is looked up; otherwise all rows are gone through.
 *
 * @example
 * const names = ets.select(users, { match: ['user', _, _], when: ([, , age]) => age > 5, give: ([, name]) => name })
 * const same = ets.select(users, [[['user', '$1', '$2'], [['>', '$2', 5]], ['$1']]])
 * @throws {@link Exit} `'badarg'`: no such table, not readable, no such search; what `give` throws
 * @see OTP: `ets:select/1,2,3`
 */
export function select<Given>(continuation: Continuation<Given> | EndOfTable): Piece<Given>
export function select<
  Row extends AnyRow,
  const Pattern extends PatternOf<Row> = PatternOf<Row>,
  Given = RowsLike<Row, Pattern>,
>(table: Table<Row>, clause: Clause<Row, Pattern, Given>): Given[]
export function select<
  Row extends AnyRow,
  const Pattern extends PatternOf<Row> = PatternOf<Row>,
  Given = RowsLike<Row, Pattern>,
>(table: Table<Row>, clause: Clause<Row, Pattern, Given>, limit: number): Piece<Given>
export function select(table: Table, spec: MatchSpec): Term[]
export function select(table: Table, spec: MatchSpec, limit: number): Piece<Term>
export function select(...asked: Term[]): Term {
  return search(asked, false, compile)
}

/**
 * As {@link select}, from the last row of an ordered_set to the first; other tables have no order.
 *
 * @throws {@link Exit} `'badarg'`, as {@link select}
 * @see OTP: `ets:select_reverse/1,2,3`
 */
export const select_reverse = ((...asked: Term[]): Term => search(asked, true, compile)) as typeof select

/**
 * How many rows a condition selects; or for how many a match specification gives true.
 *
 * @throws {@link Exit} `'badarg'`, as {@link select}
 * @see OTP: `ets:select_count/2`
 */
export function select_count<Row extends AnyRow, const Pattern extends PatternOf<Row> = PatternOf<Row>>(
  table: Table<Row>,
  condition: Condition<Row, Pattern> | MatchSpec,
): number {
  return chosen(readable(table), condition).length
}

/**
 * Deletes the rows that a condition selects; or for which a match specification gives true.
 *
 * @returns how many there were
 * @throws {@link Exit} `'badarg'`: no such table, not writable, no such search
 * @see OTP: `ets:select_delete/2`
 */
export function select_delete<Row extends AnyRow, const Pattern extends PatternOf<Row> = PatternOf<Row>>(
  table: Table<Row>,
  condition: Condition<Row, Pattern> | MatchSpec,
): number {
  const found = writable(table)
  const entries = chosen(found, condition).filter(entry => entry.alive)
  for (const entry of entries) found.store.remove(entry)
  return entries.length
}

/**
 * Puts what a clause or a match specification gives in the place of the rows that it selects: all or, when it
 * fails, none.
 *
 * @returns how many there were
 * @throws {@link Exit} `'badarg'`: not writable; a bag; a row that is none or has another key
 * @see OTP: `ets:select_replace/2`
 */
export function select_replace<Row extends AnyRow, const Pattern extends PatternOf<Row> = PatternOf<Row>>(
  table: Table<Row>,
  spec: Clause<Row, Pattern, Row> | MatchSpec,
): number {
  const found = writable(table)
  if (found.type === 'bag') throw new Exit('badarg')
  const selector = compile(found, spec)
  const replaced: [Entry, AnyRow][] = []
  for (const entry of candidates(found, selector)) {
    const row = selector.apply(entry.row)
    if (row === no_match) continue
    if (!has_key_of(found, checked_row(found, row), entry.row)) throw new Exit('badarg')
    replaced.push([entry, row])
  }
  for (const [entry, row] of replaced) found.store.replace(entry, row)
  return replaced.length
}

// ---- Match, in Erlang's form

/**
 * The values of the variables `'$1'`, `'$2'` … of a pattern, in order, for each row that fits. `'_'` and `_`
 * stand for anything, and so the strings `'_'` and `'$1'` cannot be looked for: who makes patterns of what
 * others sent uses {@link select} with a clause, in which a string is a string.
 *
 * A pattern that no row can be, such as a number, finds nothing.
 *
 * @throws {@link Exit} `'badarg'`: no such table, not readable, a limit that is none
 * @see OTP: `ets:match/1,2,3`
 */
export function match(continuation: Continuation<Term[]> | EndOfTable): Piece<Term[]>
export function match(table: Table<any>, pattern: Term): Term[][]
export function match(table: Table<any>, pattern: Term, limit: number): Piece<Term[]>
export function match(...asked: Term[]): Term {
  return search(asked, false, (table, pattern) => compile_pattern_for('$$', pattern, table.keypos - 1))
}

/**
 * The rows that fit a pattern, which is as that of {@link match}.
 *
 * @throws {@link Exit} `'badarg'`, as {@link match}
 * @see OTP: `ets:match_object/1,2,3`
 */
export function match_object<Row extends AnyRow>(continuation: Continuation<Row> | EndOfTable): Piece<Row>
export function match_object<Row extends AnyRow>(table: Table<Row>, pattern: Term): Row[]
export function match_object<Row extends AnyRow>(table: Table<Row>, pattern: Term, limit: number): Piece<Row>
export function match_object(...asked: Term[]): Term {
  return search(asked, false, (table, pattern) => compile_pattern_for('$_', pattern, table.keypos - 1))
}

/**
 * Deletes the rows that fit a pattern, which is as that of {@link match}.
 *
 * @throws {@link Exit} `'badarg'`, as {@link match}, or not writable
 * @see OTP: `ets:match_delete/2`
 */
export function match_delete(table: Table<any>, pattern: Term): true {
  const found = writable(table)
  const selector = compile_pattern_for('$_', pattern, found.keypos - 1)
  for (const entry of candidates(found, selector)) {
    if (selector.apply(entry.row) !== no_match) found.store.remove(entry)
  }
  return true
}

// ---- How it is searched

type Compile = (table: EtsTable, spec: Term) => Selector

function compile(table: EtsTable, spec: Term): Selector {
  const position = table.keypos - 1
  if (Array.isArray(spec)) return compile_match_spec(spec as unknown as MatchSpec, position)
  if (typeof spec !== 'object' || spec === null) throw new Exit('badarg')
  return compile_clause(spec, position, true)
}

function search(asked: readonly Term[], backwards: boolean, compile: Compile): Term {
  if (asked.length === 1) return go_on(asked[0])
  const [name, spec, limit] = asked
  const table = readable(name)
  const selector = compile(table, spec)
  if (asked.length === 3) return piece(table, new Search(name, selector, limit, backwards))
  const found: Term[] = []
  for (const entry of candidates(table, selector, backwards)) {
    const given = selector.apply(entry.row)
    if (given !== no_match) found.push(given)
  }
  return found
}

function go_on(continuation: Term): Piece<Term> {
  if (continuation === '$end_of_table') return continuation
  if (!(continuation instanceof Search)) throw new Exit('badarg')
  return piece(readable(continuation.table), continuation)
}

function piece(table: EtsTable, search: Search): Piece<Term> {
  const found: Term[] = []
  for (const entry of candidates(table, search.selector, search.backwards, search.entry)) {
    const given = search.selector.apply(entry.row)
    if (given === no_match) continue
    found.push(given)
    if (found.length === search.limit) return [found, search.from(entry)]
  }
  return found.length === 0 ? '$end_of_table' : [found, '$end_of_table']
}

/** The entries among which those are that are selected, of one key or all; those that follow `last`. */
function* candidates(table: EtsTable, { key }: Selector, backwards = false, last?: Entry): Generator<Entry> {
  const { store } = table
  const next = (entry: Entry | undefined) => (backwards ? store.before(entry) : store.after(entry))
  let entry = key === undefined || last !== undefined ? next(last) : store.entries_of(key[0])[0]
  for (; entry !== undefined; entry = next(entry)) {
    if (key !== undefined && !same_terms(table.key_of(entry.row), key[0])) return
    yield entry
  }
}

/** The entries that a condition selects, before any of them is touched. */
function chosen(table: EtsTable, condition: Term): Entry[] {
  const by_spec = Array.isArray(condition)
  const selector = by_spec ? compile(table, condition) : compile_clause(condition, table.keypos - 1, false)
  const entries: Entry[] = []
  for (const entry of candidates(table, selector)) {
    const given = selector.apply(entry.row)
    if (by_spec ? given === true : given !== no_match) entries.push(entry)
  }
  return entries
}

function has_key_of(table: EtsTable, row: AnyRow, other: AnyRow): boolean {
  const [key, other_key] = [table.key_of(row), table.key_of(other)]
  return table.type === 'ordered_set' ? compare_terms(key, other_key) === 0 : same_terms(key, other_key)
}
