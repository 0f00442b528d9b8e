// Keys compared by value: what stands under a tuple or a binary is found by any other that is the same.

import { Pid, Port, Ref } from './pid.ts'
import type { Term } from './term.ts'
import { identity_of } from './term_order.ts'

/** A map from terms. Atoms, numbers, pids and the like are the keys of a `Map`; tuples and binaries, of another. */
export class KeyIndex<Value> {
  readonly #plain = new Map<Term, Value>()
  readonly #compound = new Map<string, Value>()

  get(key: Term): Value | undefined {
    return is_compound(key) ? this.#compound.get(key_text(key)) : this.#plain.get(key)
  }

  set(key: Term, value: Value): void {
    if (is_compound(key)) this.#compound.set(key_text(key), value)
    else this.#plain.set(key, value)
  }

  delete(key: Term): void {
    if (is_compound(key)) this.#compound.delete(key_text(key))
    else this.#plain.delete(key)
  }

  clear(): void {
    this.#plain.clear()
    this.#compound.clear()
  }
}

const is_compound = (key: Term): key is readonly Term[] | Uint8Array =>
  typeof key === 'object' && (Array.isArray(key) || key instanceof Uint8Array)

/** A text that is the same for terms that are the same, and for no others. */
export function key_text(term: Term): string {
  switch (typeof term) {
    case 'string':
      return `s${term.length}:${term}`
    case 'number':
      return `n${term};`
    case 'bigint':
      return `i${term};`
    case 'object':
      return term === null ? 'null;' : object_text(term)
    case 'function':
      return `o${identity_of(term)};`
    case 'symbol':
      return Symbol.keyFor(term) === undefined
        ? `o${identity_of(term)};`
        : `k${key_text(Symbol.keyFor(term))}`
    default:
      return `${term};`
  }
}

function object_text(term: object): string {
  if (Array.isArray(term)) {
    let text = '['
    for (const element of term) text += key_text(element)
    return `${text}]`
  }
  if (term instanceof Uint8Array) return `b${term.length}:${bytes_text(term)}`
  if (term instanceof Pid || term instanceof Ref || term instanceof Port) return `p${term.id};`
  return `o${identity_of(term)};`
}

/** As many as can be given to a function without trouble for the stack. */
const bytes_at_once = 1_024

function bytes_text(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += bytes_at_once) {
    text += String.fromCharCode(...bytes.subarray(from, from + bytes_at_once))
  }
  return text
}
