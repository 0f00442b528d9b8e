// The store of a table of type ordered_set: one row for each key, in Erlang's order of terms. The one door to sorted-btree.

import sorted_btree from 'sorted-btree'
import type { AnyRow, Entry, Store } from './ets_store.ts'
import type { Term } from './term.ts'
import { compare_terms } from './term_order.ts'

/** Stands in the tree for the key `undefined`, by which the tree means none. */
const the_undefined = Symbol('undefined')

const in_tree = (key: Term): Term => (key === undefined ? the_undefined : key)
const outside = (key: Term): Term => (key === the_undefined ? undefined : key)

function compare(left: Term, right: Term): number {
  if (typeof left === 'number' && typeof right === 'number' && left !== right) {
    if (left < right) return -1
    if (left > right) return 1
  }
  return compare_terms(outside(left), outside(right))
}

export class TreeStore implements Store {
  readonly #position: number
  readonly #tree = new sorted_btree.default<Term, Entry>(undefined, compare)

  /** @param position - of the key in a row, from 0 */
  constructor(position: number) {
    this.#position = position
  }

  get size(): number {
    return this.#tree.size
  }

  has(key: Term): boolean {
    return this.#tree.has(in_tree(key))
  }

  lookup(key: Term): AnyRow[] {
    const entry = this.#tree.get(in_tree(key))
    return entry === undefined ? [] : [entry.row]
  }

  entries_of(key: Term): Entry[] {
    const entry = this.#tree.get(in_tree(key))
    return entry === undefined ? [] : [entry]
  }

  insert(row: AnyRow): void {
    const key = in_tree(row[this.#position])
    const entry = this.#tree.get(key)
    if (entry === undefined) this.#tree.set(key, { row, alive: true })
    else entry.row = row
  }

  replace(entry: Entry, row: AnyRow): void {
    entry.row = row
  }

  remove(entry: Entry): void {
    entry.alive = false
    this.#tree.delete(this.#key(entry))
  }

  clear(): void {
    for (const entry of this.#tree.values()) entry.alive = false
    this.#tree.clear()
  }

  after(entry: Entry | undefined): Entry | undefined {
    return this.#tree.nextHigherPair(entry && this.#key(entry))?.[1]
  }

  before(entry: Entry | undefined): Entry | undefined {
    return this.#tree.nextLowerPair(entry && this.#key(entry))?.[1]
  }

  after_key(key: Term): Entry | undefined {
    return this.#tree.nextHigherPair(in_tree(key))?.[1]
  }

  before_key(key: Term): Entry | undefined {
    return this.#tree.nextLowerPair(in_tree(key))?.[1]
  }

  // Every key has its place in the order, whether it is there or not.
  fix(): void {}
  unfix(): void {}

  #key(entry: Entry): Term {
    return in_tree(entry.row[this.#position])
  }
}
