// The store of a table of type set: one row for each key, in no order that is promised.

import { KeyIndex } from './ets_key.ts'
import { type Node, NodeList } from './ets_list.ts'
import type { AnyRow, Entry, Store } from './ets_store.ts'
import { Exit, type Term } from './term.ts'

export class SetStore implements Store {
  size = 0
  readonly #position: number
  readonly #index = new KeyIndex<Node>()
  readonly #list = new NodeList()
  #fixed = false
  /** What was taken out while the table was fixed: it keeps its place until then. */
  #removed: Node[] = []

  /** @param position - of the key in a row, from 0 */
  constructor(position: number) {
    this.#position = position
  }

  has(key: Term): boolean {
    return this.#index.get(key)?.alive === true
  }

  lookup(key: Term): AnyRow[] {
    const node = this.#index.get(key)
    return node?.alive ? [node.row] : []
  }

  entries_of(key: Term): Entry[] {
    const node = this.#index.get(key)
    return node?.alive ? [node] : []
  }

  insert(row: AnyRow): void {
    const key = row[this.#position]
    const node = this.#index.get(key)
    if (node === undefined) {
      this.#index.set(key, this.#list.append(row))
      this.size++
      return
    }
    node.row = row
    if (node.alive) return
    node.alive = true
    this.size++
  }

  replace(entry: Entry, row: AnyRow): void {
    entry.row = row
  }

  remove(entry: Entry): void {
    entry.alive = false
    this.size--
    if (this.#fixed) this.#removed.push(entry as Node)
    else this.#forget(entry as Node)
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
    const node = this.#index.get(key)
    if (node === undefined) throw new Exit('badarg')
    return this.#list.after(node)
  }

  before_key(key: Term): Entry | undefined {
    return this.after_key(key)
  }

  fix(): void {
    this.#fixed = true
  }

  unfix(): void {
    this.#fixed = false
    for (const node of this.#removed) {
      // It may have come back, and even have been taken out once more.
      if (!node.alive && this.#index.get(node.row[this.#position]) === node) this.#forget(node)
    }
    this.#removed = []
  }

  #forget(node: Node): void {
    this.#index.delete(node.row[this.#position])
    this.#list.unlink(node)
  }
}
