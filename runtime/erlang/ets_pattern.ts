// What is looked for in a table: patterns checked by the compiler, and patterns as Erlang writes them.

import type { AnyRow } from './ets_store.ts'
import { Pid, Port, Ref } from './pid.ts'
import { _, Exit, type Matched, matches, type Term, type Wildcard } from './term.ts'
import { same_terms } from './term_order.ts'

/** A pattern for an element of a row, or for a row: `_` stands for anything, tuples may hold it. */
export type PatternOf<Value> =
  | Wildcard
  | Value
  | (Value extends AnyRow ? { readonly [Index in keyof Value]: PatternOf<Value[Index]> } : never)

/** The rows among those of a table that a pattern can match. */
export type RowsLike<Row, Pattern> = [Fitting<Row, Matched<Pattern>>] extends [never]
  ? Row
  : Fitting<Row, Matched<Pattern>>

type Fitting<Row, Like> = Row extends AnyRow
  ? Like extends AnyRow
    ? Row['length'] extends Like['length']
      ? false extends { [Index in keyof Row]: Overlaps<Row[Index], Like[Index & keyof Like]> }[number]
        ? never
        : Row
      : never
    : Row
  : never

type Overlaps<Left, Right> = [Left] extends [Right] ? true : [Right] extends [Left] ? true : false

/** What is looked for: rows that fit `match`, if given, and for which `when`, if given, is true. */
export interface Condition<Row extends AnyRow, Pattern> {
  /** As in `receive`: `_` stands for anything, all else for itself. */
  readonly match?: Pattern
  /** A guard: one that fails is false. */
  readonly when?: (row: RowsLike<Row, Pattern>) => boolean
}

/** What is looked for, and what of it is wanted. */
export interface Clause<Row extends AnyRow, Pattern, Given> extends Condition<Row, Pattern> {
  /** What is given for a row. Default: the row itself */
  readonly give?: (row: RowsLike<Row, Pattern>) => Given
}

/** What a selector gives for a row that it does not select. */
export const no_match = Symbol('no match')

/** A search, made ready. */
export interface Selector {
  /** What is given for a row, or {@link no_match}. */
  apply(row: AnyRow): Term | typeof no_match
  /** The one key that a row can have which is selected, in an array; undefined when there may be others. */
  readonly key: readonly [Term] | undefined
}

/** Makes a condition, or a clause if `may_give`, ready for a table with its key at `position`, from 0. */
export function compile_clause(
  clause: Clause<AnyRow, Term, Term>,
  position: number,
  may_give: boolean,
): Selector {
  const { match = _, when, give } = clause
  for (const part of Object.keys(clause)) {
    if (part !== 'match' && part !== 'when' && !(part === 'give' && may_give))
      throw new Exit(['badarg', part])
  }
  const key = Array.isArray(match) && match.length > position ? match[position] : _
  return {
    key: holds_wildcard(key) ? undefined : [key],
    apply(row) {
      if (!matches(match, row) || (when !== undefined && !holds(when, row))) return no_match
      return give === undefined ? row : give(row)
    },
  }
}

function holds(guard: (row: Term) => boolean, row: AnyRow): boolean {
  try {
    return guard(row)
  } catch {
    return false
  }
}

const holds_wildcard = (pattern: Term): boolean =>
  pattern === _ || (Array.isArray(pattern) && pattern.some(holds_wildcard))

// ---- As Erlang writes them

/** The values of the variables of a pattern, each at its place. */
export type Bindings = Term[]

/** A pattern in Erlang's form, made ready. */
export interface Head {
  /** Whether a term fits; if so, the variables are bound. */
  fits(term: Term, bindings: Bindings): boolean
  /** The place of each variable `'$N'` among the bindings, by N. */
  readonly variables: ReadonlyMap<number, number>
  readonly key: readonly [Term] | undefined
}

type Test = (term: Term, bindings: Bindings) => boolean

const unbound = Symbol('unbound')
const anything: Test = () => true

/** The number of a variable `'$N'`; undefined for any other term. */
export function variable_number(term: Term): number | undefined {
  return typeof term === 'string' && /^\$\d{1,8}$/.test(term) ? Number(term.slice(1)) : undefined
}

const is_anything = (pattern: Term): boolean => pattern === '_' || pattern === _

/**
 * Makes a pattern in Erlang's form ready: `'_'` and `_` stand for anything, `'$1'` for a value that is the same
 * wherever it stands, an object for one that has at least its keys. Any other term is a pattern too, as in Erlang,
 * though no row fits it.
 */
export function compile_head(pattern: Term, position: number): Head {
  const variables = new Map<number, number>()
  const test = compile_pattern(pattern, variables)
  const places = variables.size
  const key = Array.isArray(pattern) && pattern.length > position ? pattern[position] : _
  return {
    variables,
    key: is_open(key) ? undefined : [key],
    fits(term, bindings) {
      for (let place = 0; place < places; place++) bindings[place] = unbound
      return test(term, bindings)
    },
  }
}

/** Whether a pattern fits more than one term. */
function is_open(pattern: Term): boolean {
  if (is_anything(pattern) || variable_number(pattern) !== undefined) return true
  return Array.isArray(pattern) ? pattern.some(is_open) : is_plain_object(pattern)
}

function compile_pattern(pattern: Term, variables: Map<number, number>): Test {
  if (is_anything(pattern)) return anything
  const number = variable_number(pattern)
  if (number !== undefined) return variable(number, variables)
  if (Array.isArray(pattern)) return tuple(pattern, variables)
  if (is_plain_object(pattern)) return object(pattern, variables)
  return term => same_terms(pattern, term)
}

function variable(number: number, variables: Map<number, number>): Test {
  const place = variables.get(number) ?? variables.size
  variables.set(number, place)
  return (term, bindings) => {
    if (bindings[place] !== unbound) return same_terms(bindings[place], term)
    bindings[place] = term
    return true
  }
}

function tuple(pattern: readonly Term[], variables: Map<number, number>): Test {
  const tests = pattern.map(element => compile_pattern(element, variables))
  return (term, bindings) =>
    Array.isArray(term) &&
    term.length === tests.length &&
    tests.every((test, index) => test(term[index], bindings))
}

function object(pattern: Readonly<Record<string, Term>>, variables: Map<number, number>): Test {
  const tests = Object.entries(pattern).map(
    ([key, value]) => [key, compile_pattern(value, variables)] as const,
  )
  return (term, bindings) =>
    is_plain_object(term) &&
    tests.every(([key, test]) => Object.hasOwn(term, key) && test(term[key], bindings))
}

/** An object that stands for a map: not a pid, a date or the like. */
export function is_plain_object(term: Term): term is Readonly<Record<string, Term>> {
  if (typeof term !== 'object' || term === null || Array.isArray(term)) return false
  if (term instanceof Pid || term instanceof Ref || term instanceof Port) return false
  const prototype = Object.getPrototypeOf(term)
  return prototype === Object.prototype || prototype === null
}
