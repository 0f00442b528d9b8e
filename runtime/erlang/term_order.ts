// Erlang's order of terms, as far as TypeScript has them, and when two terms are the same.

import { Pid, Port, Ref } from './pid.ts'
import type { Term } from './term.ts'

/**
 * Erlang's standard order: number < atom < reference < function < port < pid < tuple < object < binary. Tuples are
 * compared by length first, then element by element; atoms (strings, booleans, undefined, null) by the code units
 * of their names; pids and references by age; functions and objects, which are equal to nothing but themselves, by
 * which was compared first. An integer and a bigint of the same value are equal, as 1 and 1.0 are in Erlang.
 *
 * @returns negative, zero or positive: `left` comes before `right`, is equal to it, or comes after it
 * @see OTP: the reference manual, "Term Comparisons"
 */
export function compare_terms(left: Term, right: Term): number {
  if (left === right) return 0
  if (typeof left === 'number' && typeof right === 'number') return compare_numbers(left, right)
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : 1
  const rank = rank_of(left)
  const distance = rank - rank_of(right)
  return distance === 0 ? comparisons[rank]!(left, right) : distance
}

/** Whether two terms are the same in Erlang's sense, `=:=`; nothing in them stands for anything else. */
export function same_terms(left: Term, right: Term): boolean {
  if (left === right) return true
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((element, index) => same_terms(element, right[index]))
  }
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compare_bytes(left, right) === 0
  return Number.isNaN(left) && Number.isNaN(right)
}

const identities = new WeakMap<WeakKey, number>()
let last_identity = 0

/** A number of its own for what is equal only to itself; lower for what was asked about earlier. */
export function identity_of(thing: WeakKey): number {
  let identity = identities.get(thing)
  if (identity === undefined) {
    identity = ++last_identity
    identities.set(thing, identity)
  }
  return identity
}

const ranks = {
  number: 0,
  atom: 1,
  reference: 2,
  function: 3,
  port: 4,
  pid: 5,
  tuple: 6,
  object: 7,
  binary: 8,
}

function rank_of(term: Term): number {
  if (typeof term === 'number' || typeof term === 'bigint') return ranks.number
  if (typeof term === 'function') return ranks.function
  if (typeof term !== 'object' || term === null) return ranks.atom
  if (Array.isArray(term)) return ranks.tuple
  if (term instanceof Uint8Array) return ranks.binary
  if (term instanceof Pid) return ranks.pid
  if (term instanceof Ref) return ranks.reference
  return term instanceof Port ? ranks.port : ranks.object
}

const by_id = (left: { id: number }, right: { id: number }): number => left.id - right.id
const by_identity = (left: WeakKey, right: WeakKey): number => identity_of(left) - identity_of(right)

/** For each rank, how two different terms of it compare. */
const comparisons: readonly ((left: Term, right: Term) => number)[] = [
  compare_numbers,
  compare_atoms,
  by_id,
  by_identity,
  by_id,
  by_id,
  compare_tuples,
  by_identity,
  compare_bytes,
]

/** What is no number at all comes after all that are. */
function compare_numbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1
  if (left > right) return 1
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
}

function compare_atoms(left: Term, right: Term): number {
  const names = [name_of(left), name_of(right)] as const
  if (names[0] !== names[1]) return names[0] < names[1] ? -1 : 1
  if (typeof left !== 'symbol' || typeof right !== 'symbol') return typeof left < typeof right ? -1 : 1
  return symbol_identity(left) - symbol_identity(right)
}

const name_of = (atom: Term): string => (typeof atom === 'symbol' ? (atom.description ?? '') : String(atom))

/** Symbols of the global registry differ by name; the others are equal to nothing but themselves. */
const symbol_identity = (symbol: symbol): number =>
  Symbol.keyFor(symbol) === undefined ? identity_of(symbol) : 0

function compare_tuples(left: readonly Term[], right: readonly Term[]): number {
  if (left.length !== right.length) return left.length - right.length
  for (let index = 0; index < left.length; index++) {
    const order = compare_terms(left[index], right[index])
    if (order !== 0) return order
  }
  return 0
}

function compare_bytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    if (left[index] !== right[index]) return left[index]! - right[index]!
  }
  return left.length - right.length
}
