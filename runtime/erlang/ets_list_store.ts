// What the stores of sets and of bags share: their rows stand in a list, and an index knows where those of a key are.

import { KeyIndex } from './ets_key.ts'
import { type Node, NodeList } from './ets_list.ts'
import type { AnyRow, Entry, Store } from './ets_store.ts'
import { Exit, type Term } from './term.ts'

/** A store in the order of a list, which is the same in both directions. */
export abstract class ListStore<Place> implements Store {
  size = 0
  protected readonly position: number
  protected readonly index = new KeyIndex<Place>()
  protected readonly list = new NodeList()
  protected fixed = false
  /** What was taken out while the table was fixed: it keeps its place until then. */
  protected removed: Node[] = []

  /** @param position - of the key in a row, from 0 */
  constructor(position: number) {
    this.position = position
  }

  abstract has(key: Term): boolean
  abstract entries_of(key: Term): Entry[]
  abstract insert(row: AnyRow): void
  abstract remove(entry: Entry): void
  /** Where the rows of a key end. */
  protected abstract last_of(place: Place): Node
  /** Lets go of a row that was taken out while the table was fixed. */
  protected abstract forget_late(node: Node): void

  replace(entry: Entry, row: AnyRow): void {
    entry.row = row
  }

  clear(): void {
    if (this.fixed) {
      for (let node = this.list.after(undefined); node; node = this.list.after(node)) this.remove(node)
      return
    }
    this.index.clear()
    this.list.clear()
    this.size = 0
  }

  lookup(key: Term): AnyRow[] {
    return this.entries_of(key).map(entry => entry.row)
  }

  after(entry: Entry | undefined): Entry | undefined {
    return this.list.after(entry as Node | undefined)
  }

  before(entry: Entry | undefined): Entry | undefined {
    return this.after(entry)
  }

  after_key(key: Term): Entry | undefined {
    const place = this.index.get(key)
    if (place === undefined) throw new Exit('badarg')
    return this.list.after(this.last_of(place))
  }

  before_key(key: Term): Entry | undefined {
    return this.after_key(key)
  }

  fix(): void {
    this.fixed = true
  }

  unfix(): void {
    this.fixed = false
    for (const node of this.removed) this.forget_late(node)
    this.removed = []
  }
}
