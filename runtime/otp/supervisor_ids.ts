// Children by their ids, in the order in which they came: ids that are tuples or binaries are the same when there
// is the same in them.

import { matches, type Term } from '../erlang/term.ts'

export class ById<Value> {
  readonly #values = new Map<Term, Value>()
  /** The ids that are compared by what is in them, under what they look like. */
  readonly #compound = new Map<string, Term[]>()

  get size(): number {
    return this.#values.size
  }

  get(id: Term): Value | undefined {
    return this.#values.get(this.#known(id))
  }

  /** One that is there already keeps its place. */
  set(id: Term, value: Value): void {
    const known = this.#known(id)
    if (known === id && is_compound(id) && !this.#values.has(id)) this.#note(id)
    this.#values.set(known, value)
  }

  delete(id: Term): void {
    const known = this.#known(id)
    this.#values.delete(known)
    if (!is_compound(known)) return
    const look = look_of(known)
    const left = this.#compound.get(look)?.filter(other => other !== known) ?? []
    if (left.length > 0) this.#compound.set(look, left)
    else this.#compound.delete(look)
  }

  values(): IterableIterator<Value> {
    return this.#values.values()
  }

  /** The id under which this one is kept, or itself. */
  #known(id: Term): Term {
    if (!is_compound(id)) return id
    return this.#compound.get(look_of(id))?.find(other => matches(other, id)) ?? id
  }

  #note(id: Term): void {
    const look = look_of(id)
    const alike = this.#compound.get(look)
    if (alike === undefined) this.#compound.set(look, [id])
    else alike.push(id)
  }
}

const is_compound = (id: Term): boolean => Array.isArray(id) || id instanceof Uint8Array

/** The same for ids that are the same, and mostly another for others. */
function look_of(id: Term): string {
  if (Array.isArray(id)) return `[${id.map(look_of).join()}]`
  if (id instanceof Uint8Array) return `<<${id.join()}>>`
  return (typeof id === 'object' && id !== null) || typeof id === 'function'
    ? 'object'
    : `${typeof id} ${String(id)}`
}
