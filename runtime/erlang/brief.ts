// Terms as short text, for tables of a running system: however large a term is, only its beginning is looked at, and
// what looks at it runs none of the program's code.

import { Pid, Port, Ref } from './pid.ts'
import type { Term } from './term.ts'

/** How deep a term is shown. */
const deepest = 4

/**
 * The beginning of a term as text, in one line, without characters that would move a cursor.
 *
 * @param most - characters
 */
export function brief_term(term: Term, most = 60): string {
  const text = new Beginning(most)
  try {
    add_term(text, term, 0)
  } catch {
    text.add('…') // a proxy that does not want to be looked at
  }
  return text.text
}

/** Text of a program as it may be shown: without control characters and what else has no shape of its own. */
export const printable = (text: string): string => text.replace(/\p{C}/gu, '\u{fffd}')

/** Text that takes no more once it is full. */
class Beginning {
  #text = ''
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get full(): boolean {
    return this.#text.length > this.#most
  }

  get left(): number {
    return Math.max(0, this.#most + 1 - this.#text.length)
  }

  get text(): string {
    return this.full ? `${this.#text.slice(0, Math.max(0, this.#most - 1))}…` : this.#text
  }

  add(text: string): void {
    this.#text += printable(text.slice(0, this.left))
  }
}

function add_term(to: Beginning, term: Term, depth: number): void {
  if (typeof term === 'string') to.add(quoted(term.slice(0, to.left)))
  else if (typeof term === 'function') to.add(name_of(term, 'function'))
  else if (typeof term !== 'object' || term === null) to.add(String(term))
  else if (term instanceof Pid || term instanceof Port || term instanceof Ref) to.add(term.toString())
  else if (depth === deepest) to.add('…')
  else if (Array.isArray(term)) add_list(to, term, depth)
  else add_object(to, term, depth)
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`

function add_list(to: Beginning, list: readonly Term[], depth: number): void {
  to.add('[')
  for (let index = 0; index < list.length && !to.full; index++) {
    if (index > 0) to.add(', ')
    add_value(to, Object.getOwnPropertyDescriptor(list, index), depth)
  }
  to.add(']')
}

function add_object(to: Beginning, object: object, depth: number): void {
  const made_by = Object.getPrototypeOf(object)?.constructor
  const is_plain = made_by === undefined || made_by === Object
  if (!is_plain) to.add(name_of(made_by, 'object'))
  if (object instanceof Error) to.add(`: ${own_text(object, 'message')}`)
  else if (object instanceof Map || object instanceof Set) to.add(`(${size_of(object)})`)
  else if (ArrayBuffer.isView(object)) to.add(`(${object.byteLength})`)
  else if (is_plain) add_fields(to, object, depth)
}

function add_fields(to: Beginning, object: object, depth: number): void {
  let separator = '{ '
  for (const key in object) {
    if (to.full) return
    to.add(`${separator}${key}: `)
    separator = ', '
    add_value(to, Object.getOwnPropertyDescriptor(object, key), depth)
  }
  to.add(separator === ', ' ? ' }' : '{}')
}

function add_value(to: Beginning, property: PropertyDescriptor | undefined, depth: number): void {
  if (property?.get === undefined) add_term(to, property?.value, depth + 1)
  else to.add('[get]')
}

const size_of = (of: Map<Term, Term> | Set<Term>): number =>
  of instanceof Map ? map_size.call(of) : set_size.call(of)
const map_size: () => number = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!
const set_size: () => number = Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!

const name_of = (what: object, otherwise: string): string => own_text(what, 'name') || otherwise

function own_text(object: object, key: string): string {
  const text = Object.getOwnPropertyDescriptor(object, key)?.value
  return typeof text === 'string' ? text : ''
}
