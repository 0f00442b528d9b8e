// What a table keeps its rows in: a store for each type of table, with one way to go through them.

import type { Term } from './term.ts'

/** A row of a table: a tuple that is not changed. */
export type AnyRow = readonly Term[]

/** One row's place in a store. */
export interface Entry {
  row: AnyRow
  /** False once it has been taken out. */
  alive: boolean
}

/** Rows under their keys. */
export interface Store {
  readonly size: number
  has(key: Term): boolean
  lookup(key: Term): AnyRow[]
  /** The entries with this key, which must be alive. */
  entries_of(key: Term): Entry[]
  insert(row: AnyRow): void
  /** Puts another row, with the same key, in the place of that of a living entry. */
  replace(entry: Entry, row: AnyRow): void
  /** Takes a living entry out. */
  remove(entry: Entry): void
  clear(): void
  /**
   * The living entry that follows, or the first. Whatever happens to the table meanwhile, even to `entry` itself:
   * who goes on from entry to entry comes once to each that stays.
   */
  after(entry: Entry | undefined): Entry | undefined
  /** The same from the other end, for an order that has one; else as `after`. */
  before(entry: Entry | undefined): Entry | undefined
  /**
   * The first living entry of the key that follows `key`.
   *
   * @throws {@link Exit} `'badarg'` when the order of the store does not say where `key` would be
   */
  after_key(key: Term): Entry | undefined
  before_key(key: Term): Entry | undefined
  /** From now on until {@link unfix} keys that are taken out still have a place. */
  fix(): void
  unfix(): void
}
