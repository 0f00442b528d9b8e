// The functions that a match specification may call: Erlang's guard functions, on terms as TypeScript has them.

import { is_plain_object } from './ets_pattern.ts'
import { node } from './links.ts'
import { is_pid, is_port, is_reference } from './pid.ts'
import { self } from './self.ts'
import { Exit, type Term } from './term.ts'
import { compare_terms, same_terms } from './term_order.ts'

/** A function of match specifications: with so many arguments, of terms; it throws for others than its own. */
interface GuardFunction {
  readonly arity: readonly [least: number, most: number]
  readonly call: (...args: Term[]) => Term
}

const any_number = Number.POSITIVE_INFINITY

/** Fails as a guard does whose arguments are of another type. */
function need(right: boolean): void {
  if (!right) throw new Exit('badarg')
}

function boolean(term: Term): boolean {
  need(typeof term === 'boolean')
  return term
}

function tuple(term: Term): readonly Term[] {
  need(Array.isArray(term))
  return term
}

function binary(term: Term): Uint8Array {
  need(term instanceof Uint8Array)
  return term
}

function map(term: Term): ReadonlyMap<Term, Term> | Readonly<Record<string, Term>> {
  need(is_map(term))
  return term
}

const is_map = (term: Term): boolean => term instanceof Map || is_plain_object(term)
const is_number = (term: Term): boolean => typeof term === 'number' || typeof term === 'bigint'
const is_integer = (term: Term): boolean => typeof term === 'bigint' || Number.isInteger(term)
const is_atom = (term: Term): boolean =>
  term === undefined || term === null || typeof term === 'string' || typeof term === 'boolean'

function number(term: Term): number | bigint {
  need(is_number(term))
  return term
}

/** Arithmetic: exact if one of the two is a bigint and the other an integer. */
function calculate(
  left: Term,
  right: Term,
  with_numbers: (left: number, right: number) => number,
  with_bigints: (left: bigint, right: bigint) => bigint,
): number | bigint {
  if (typeof number(left) === typeof number(right)) {
    return typeof left === 'number' ? with_numbers(left, right) : with_bigints(left, right)
  }
  if (is_integer(left) && is_integer(right)) return with_bigints(BigInt(left), BigInt(right))
  return with_numbers(Number(left), Number(right))
}

/** Integers are a bigint again only if they were, or have become too large to be anything else. */
function with_integers(left: Term, right: Term, what: (left: bigint, right: bigint) => bigint): Term {
  need(is_integer(left) && is_integer(right))
  const result = what(BigInt(left), BigInt(right))
  const exact = Number(result)
  return typeof left === 'number' && typeof right === 'number' && Number.isSafeInteger(exact) ? exact : result
}

/** Rounded to an integer, by `round` for what is positive. */
function rounded(term: Term, round: (positive: number) => number): number | bigint {
  const value = number(term)
  return typeof value === 'bigint' ? value : value < 0 ? 0 - round(-value) : round(value)
}

function size_of(term: Term): number {
  return term instanceof Uint8Array ? term.length : tuple(term).length
}

function of_map(key: Term, given: Term): Term {
  const from = map(given)
  need(has_key(key, from))
  return from instanceof Map ? from.get(key) : (from as Readonly<Record<string, Term>>)[key]
}

function has_key(key: Term, given: Term): boolean {
  const from = map(given)
  return from instanceof Map ? from.has(key) : typeof key === 'string' && Object.hasOwn(from, key)
}

function element(position: Term, of: Term): Term {
  need(Number.isInteger(position) && position >= 1 && position <= tuple(of).length)
  return of[position - 1]
}

function part(of: Term, start: Term, length: Term): Uint8Array {
  const { length: size } = binary(of)
  need(Number.isInteger(start) && Number.isInteger(length))
  const [from, to] = length < 0 ? [start + length, start] : [start, start + length]
  need(from >= 0 && to <= size)
  return of.subarray(from, to)
}

const first = (list: Term): Term => element(1, list)

function rest(list: Term): readonly Term[] {
  need(tuple(list).length > 0)
  return list.slice(1)
}

const takes = (arity: number, call: GuardFunction['call']): GuardFunction => ({ arity: [arity, arity], call })
const takes_any = (call: GuardFunction['call']): GuardFunction => ({ arity: [1, any_number], call })

const type_tests: Readonly<Record<string, GuardFunction>> = {
  is_atom: takes(1, is_atom),
  is_float: takes(1, term => typeof term === 'number' && !Number.isInteger(term)),
  is_integer: takes(1, is_integer),
  is_number: takes(1, is_number),
  is_list: takes(1, Array.isArray),
  is_tuple: takes(1, Array.isArray),
  is_pid: takes(1, is_pid),
  is_port: takes(1, is_port),
  is_reference: takes(1, is_reference),
  is_map: takes(1, is_map),
  is_map_key: takes(2, has_key),
  is_binary: takes(1, term => term instanceof Uint8Array),
  is_function: takes(1, term => typeof term === 'function'),
  is_record: {
    arity: [2, 3],
    call: (term, tag, size = term?.length) =>
      Array.isArray(term) && term.length === size && same_terms(term[0], tag),
  },
}

const comparisons: Readonly<Record<string, GuardFunction>> = {
  '==': takes(2, (left, right) => compare_terms(left, right) === 0),
  '/=': takes(2, (left, right) => compare_terms(left, right) !== 0),
  '=:=': takes(2, same_terms),
  '=/=': takes(2, (left, right) => !same_terms(left, right)),
  '<': takes(2, (left, right) => compare_terms(left, right) < 0),
  '=<': takes(2, (left, right) => compare_terms(left, right) <= 0),
  '>': takes(2, (left, right) => compare_terms(left, right) > 0),
  '>=': takes(2, (left, right) => compare_terms(left, right) >= 0),
  max: takes(2, (left, right) => (compare_terms(left, right) < 0 ? right : left)),
  min: takes(2, (left, right) => (compare_terms(left, right) > 0 ? right : left)),
}

const sign = (calculated: (left: Term, right: Term) => Term): GuardFunction => ({
  arity: [1, 2],
  call: (...args) =>
    args.length === 1 ? calculated(zero_of(args[0]), args[0]) : calculated(args[0], args[1]),
})
const zero_of = (term: Term): Term => (typeof term === 'bigint' ? 0n : 0)

const arithmetic: Readonly<Record<string, GuardFunction>> = {
  '+': sign((left, right) =>
    calculate(
      left,
      right,
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ),
  '-': sign((left, right) =>
    calculate(
      left,
      right,
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ),
  '*': takes(2, (left, right) =>
    calculate(
      left,
      right,
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ),
  '/': takes(2, (left, right) => {
    need(Number(number(right)) !== 0)
    return Number(number(left)) / Number(right)
  }),
  div: takes(2, (left, right) => with_integers(left, right, (a, b) => a / b)),
  rem: takes(2, (left, right) => with_integers(left, right, (a, b) => a % b)),
  band: takes(2, (left, right) => with_integers(left, right, (a, b) => a & b)),
  bor: takes(2, (left, right) => with_integers(left, right, (a, b) => a | b)),
  bxor: takes(2, (left, right) => with_integers(left, right, (a, b) => a ^ b)),
  bnot: takes(1, term => with_integers(term, 0, a => ~a)),
  bsl: takes(2, (left, right) => with_integers(left, right, (a, b) => a << b)),
  bsr: takes(2, (left, right) => with_integers(left, right, (a, b) => a >> b)),
  abs: takes(1, term => (number(term) < 0 ? -term : term)),
  float: takes(1, term => Number(number(term))),
  round: takes(1, term => rounded(term, Math.round)),
  trunc: takes(1, term => rounded(term, Math.floor)),
  floor: takes(1, term => (typeof number(term) === 'bigint' ? term : Math.floor(term))),
  ceil: takes(1, term => (typeof number(term) === 'bigint' ? term : 0 + Math.ceil(term))),
}

const parts: Readonly<Record<string, GuardFunction>> = {
  element: takes(2, element),
  hd: takes(1, first),
  tl: takes(1, rest),
  length: takes(1, term => tuple(term).length),
  size: takes(1, size_of),
  byte_size: takes(1, term => binary(term).length),
  bit_size: takes(1, term => binary(term).length * 8),
  binary_part: takes(3, part),
  map_get: takes(2, of_map),
  map_size: takes(1, term => (map(term) instanceof Map ? term.size : Object.keys(term).length)),
  node: takes(0, node),
  self: takes(0, self),
}

const logic: Readonly<Record<string, GuardFunction>> = {
  and: takes_any((...terms) => terms.map(boolean).every(Boolean)),
  or: takes_any((...terms) => terms.map(boolean).some(Boolean)),
  xor: takes(2, (left, right) => boolean(left) !== boolean(right)),
  not: takes(1, term => !boolean(term)),
}

/** Every function but `andalso` and `orelse`, which do not always want all their arguments. */
const functions = new Map(
  Object.entries({ ...type_tests, ...comparisons, ...arithmetic, ...parts, ...logic }),
)

/** The function that is called so, or undefined. */
export const guard_function = (name: string): GuardFunction | undefined => functions.get(name)
