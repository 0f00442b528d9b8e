// The store of tables of type bag and duplicate_bag: many rows for a key, side by side, oldest first.

import type { Node } from './ets_list.ts'
import { ListStore } from './ets_list_store.ts'
import type { AnyRow, Entry } from './ets_store.ts'
import type { Term } from './term.ts'
import { same_terms } from './term_order.ts'

/** The rows of one key: a stretch of the list. */
interface Group {
  first: Node
  last: Node
  /** How many of them have not been taken out. */
  alive: number
}

export class BagStore extends ListStore<Group> {
  readonly #duplicates: boolean

  /** @param duplicates - whether the same row may be there more than once */
  constructor(position: number, duplicates: boolean) {
    super(position)
    this.#duplicates = duplicates
  }

  has(key: Term): boolean {
    const group = this.index.get(key)
    return group !== undefined && group.alive > 0
  }

  entries_of(key: Term): Entry[] {
    const group = this.index.get(key)
    return group === undefined ? [] : living(group)
  }

  insert(row: AnyRow): void {
    const key = row[this.position]
    const group = this.index.get(key)
    if (group === undefined) {
      const node = this.list.append(row)
      this.index.set(key, { first: node, last: node, alive: 1 })
    } else {
      if (!this.#duplicates && holds(group, row)) return
      group.last = this.list.insert(row, group.last)
      group.alive++
    }
    this.size++
  }

  remove(entry: Entry): void {
    const node = entry as Node
    const group = this.index.get(node.row[this.position])!
    node.alive = false
    group.alive--
    this.size--
    if (this.fixed) this.removed.push(node)
    else this.#forget(node, group)
  }

  protected last_of(group: Group): Node {
    return group.last
  }

  protected forget_late(node: Node): void {
    this.#forget(node, this.index.get(node.row[this.position])!)
  }

  #forget(node: Node, group: Group): void {
    if (group.first === group.last) this.index.delete(node.row[this.position])
    else if (node === group.first) group.first = node.next!
    else if (node === group.last) group.last = node.previous!
    this.list.unlink(node)
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
