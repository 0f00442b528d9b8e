// Rows in the order in which they came, each of which can be taken out in constant time.

import type { AnyRow, Entry } from './ets_store.ts'

/** A place in the list. Who was taken out still knows who followed. */
export interface Node extends Entry {
  previous: Node | undefined
  next: Node | undefined
}

export class NodeList {
  first: Node | undefined
  #last: Node | undefined

  append(row: AnyRow): Node {
    return this.insert(row, this.#last)
  }

  /** Puts a row behind `previous`, or first. */
  insert(row: AnyRow, previous: Node | undefined): Node {
    const next = previous === undefined ? this.first : previous.next
    const node: Node = { row, alive: true, previous, next }
    if (previous === undefined) this.first = node
    else previous.next = node
    if (next === undefined) this.#last = node
    else next.previous = node
    return node
  }

  unlink(node: Node): void {
    const { previous, next } = node
    if (previous === undefined) this.first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
  }

  /** Takes all out. */
  clear(): void {
    for (let node = this.first; node !== undefined; node = node.next) node.alive = false
    this.first = this.#last = undefined
  }

  /** The living node that follows, or the first. */
  after(node: Node | undefined): Node | undefined {
    let next = node === undefined ? this.first : node.next
    while (next !== undefined && !next.alive) next = next.next
    return next
  }
}
