// The store of tables of type bag and duplicate_bag: many rows for a key, side by side, oldest first.

import { KeyIndex } from './ets_key.ts'
import { type Node, NodeList } from './ets_list.ts'
import type { AnyRow, Entry, Store } from './ets_store.ts'
import { Exit, type Term } from './term.ts'
import { same_terms } from './term_order.ts'

/** The rows of one key: a stretch of the list. */
interface Group {
  first: Node
  last: Node
  /** How many of them have not been taken out. */
  alive: number
}

export class BagStore implements Store {
  size = 0
  readonly #position: number
  readonly #duplicates: boolean
  readonly #index = new KeyIndex<Group>()
  readonly #list = new NodeList()
  #fixed = false
  #removed: Node[] = []

  /**
   * @param position - of the key in a row, from 0
   * @param duplicates - whether the same row may be there more than once
   */
  constructor(position: number, duplicates: boolean) {
    this.#position = position
    this.#duplicates = duplicates
  }

  has(key: Term): boolean {
    const group = this.#index.get(key)
    return group !== undefined && group.alive > 0
  }

  lookup(key: Term): AnyRow[] {
    return this.entries_of(key).map(entry => entry.row)
  }

  entries_of(key: Term): Entry[] {
    const group = this.#index.get(key)
    return group === undefined ? [] : living(group)
  }

  insert(row: AnyRow): void {
    const key = row[this.#position]
    const group = this.#index.get(key)
    if (group === undefined) {
      const node = this.#list.append(row)
      this.#index.set(key, { first: node, last: node, alive: 1 })
    } else {
      if (!this.#duplicates && holds(group, row)) return
      group.last = this.#list.insert(row, group.last)
      group.alive++
    }
    this.size++
  }

  replace(entry: Entry, row: AnyRow): void {
    entry.row = row
  }

  remove(entry: Entry): void {
    const node = entry as Node
    const group = this.#index.get(node.row[this.#position])!
    node.alive = false
    group.alive--
    this.size--
    if (this.#fixed) this.#removed.push(node)
    else this.#forget(node, group)
  }

  clear(): void {
    if (this.#fixed) {
      for (let node = this.#list.after(undefined); node; node = this.#list.after(node)) this.remove(node)
      return
    }
    this.#index.clear()
    this.#list.clear()
    this.size = 0
  }

  after(entry: Entry | undefined): Entry | undefined {
    return this.#list.after(entry as Node | undefined)
  }

  before(entry: Entry | undefined): Entry | undefined {
    return this.after(entry)
  }

  after_key(key: Term): Entry | undefined {
    const group = this.#index.get(key)
    if (group === undefined) throw new Exit('badarg')
    return this.#list.after(group.last)
  }

  before_key(key: Term): Entry | undefined {
    return this.after_key(key)
  }

  fix(): void {
    this.#fixed = true
  }

  unfix(): void {
    this.#fixed = false
    for (const node of this.#removed) this.#forget(node, this.#index.get(node.row[this.#position])!)
    this.#removed = []
  }

  #forget(node: Node, group: Group): void {
    if (group.first === group.last) this.#index.delete(node.row[this.#position])
    else if (node === group.first) group.first = node.next!
    else if (node === group.last) group.last = node.previous!
    this.#list.unlink(node)
  }
}

function living(group: Group): Node[] {
  const found: Node[] = []
  for (let node = group.first; ; node = node.next!) {
    if (node.alive) found.push(node)
    if (node === group.last) return found
  }
}

function holds(group: Group, row: AnyRow): boolean {
  for (let node = group.first; ; node = node.next!) {
    if (node.alive && same_terms(node.row, row)) return true
    if (node === group.last) return false
  }
}
