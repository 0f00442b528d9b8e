// A map that does not change: each change gives a new one, and the old one stays as it was.

/**
 * The newest of the maps that were made of one another has the table. An older one knows how the next one differs, and
 * makes a table of its own only if it is looked at once more. So a change of a large map costs no more than one of a
 * small map, as long as the newest is the one in use.
 */
export class VersionedMap<Key, Value> {
  #table: Map<Key, Value> | undefined
  #next: VersionedMap<Key, Value> | undefined = undefined
  #key: Key | undefined = undefined
  /** What stands here under the key that the next one changed, if there is anything. */
  #value: readonly [Value] | undefined = undefined

  constructor(table = new Map<Key, Value>()) {
    this.#table = table
  }

  with(key: Key, value: Value): VersionedMap<Key, Value> {
    return this.#changed(key, table => table.set(key, value))
  }

  without(key: Key): VersionedMap<Key, Value> {
    return this.#changed(key, table => table.delete(key))
  }

  /** What is in it: to be looked at, not to be kept. */
  get entries(): ReadonlyMap<Key, Value> {
    return this.#own()
  }

  #changed(key: Key, change: (table: Map<Key, Value>) => void): VersionedMap<Key, Value> {
    const table = this.#own()
    this.#key = key
    this.#value = table.has(key) ? [table.get(key) as Value] : undefined
    change(table)
    this.#table = undefined
    this.#next = new VersionedMap(table)
    return this.#next
  }

  #own(): Map<Key, Value> {
    if (this.#table !== undefined) return this.#table
    const later: VersionedMap<Key, Value>[] = []
    let newest: VersionedMap<Key, Value> = this
    while (newest.#table === undefined) {
      later.push(newest)
      newest = newest.#next!
    }
    const table = new Map(newest.#table)
    for (const version of later.reverse()) version.#undo(table)
    this.#table = table
    this.#next = undefined
    return table
  }

  #undo(table: Map<Key, Value>): void {
    const key = this.#key as Key
    if (this.#value === undefined) table.delete(key)
    else table.set(key, this.#value[0])
  }
}
