// The store of a table of type set: one row for each key, in no order that is promised.

import type { Node } from './ets_list.ts'
import { ListStore } from './ets_list_store.ts'
import type { AnyRow, Entry } from './ets_store.ts'
import type { Term } from './term.ts'

export class SetStore extends ListStore<Node> {
  has(key: Term): boolean {
    return this.index.get(key)?.alive === true
  }

  override lookup(key: Term): AnyRow[] {
    const node = this.index.get(key)
    return node?.alive ? [node.row] : []
  }

  entries_of(key: Term): Entry[] {
    const node = this.index.get(key)
    return node?.alive ? [node] : []
  }

  insert(row: AnyRow): void {
    const key = row[this.position]
    const node = this.index.get(key)
    if (node === undefined) {
      this.index.set(key, this.list.append(row))
      this.size++
      return
    }
    node.row = row
    if (node.alive) return
    node.alive = true
    this.size++
  }

  remove(entry: Entry): void {
    entry.alive = false
    this.size--
    if (this.fixed) this.removed.push(entry as Node)
    else this.#forget(entry as Node)
  }

  protected last_of(node: Node): Node {
    return node
  }

  /** It may have come back, and even have been taken out once more. */
  protected forget_late(node: Node): void {
    if (!node.alive && this.index.get(node.row[this.position]) === node) this.#forget(node)
  }

  #forget(node: Node): void {
    this.index.delete(node.row[this.position])
    this.list.unlink(node)
  }
}
