// Erlang's match specifications, made ready: what a head binds, which guards must hold, what a body gives.

import { guard_function } from './ets_guards.ts'
import {
  type Bindings,
  compile_head,
  type Head,
  is_plain_object,
  no_match,
  type Selector,
  variable_number,
} from './ets_pattern.ts'
import type { AnyRow } from './ets_store.ts'
import { Exit, type Term } from './term.ts'

/**
 * A match specification, as in Erlang: for a row the first clause counts whose head fits and whose guards are all
 * true; it gives the value of the last expression of its body.
 *
 * A head is a pattern with `'_'` and variables `'$1'`. In guards and bodies `'$1'` stands for the value of the
 * variable, `'$_'` for the row and `'$$'` for all variables in order. `['+', '$1', 1]` calls a function,
 * `['const', term]` is the term itself, `[[a, b]]` is a tuple, as `{{A, B}}` is in Erlang, and any other array is
 * a list of expressions. What fails in a body has the value `'EXIT'`.
 */
export type MatchSpec = readonly (readonly [head: Term, guards: readonly Term[], body: readonly Term[]])[]

/** `'badarg'`, and what is wrong with the match specification. */
export class MatchSpecError extends Exit {
  readonly text: string

  constructor(text: string) {
    super('badarg')
    this.text = text
  }
}

/** What an expression can see. */
interface Scope {
  row: AnyRow
  bindings: Bindings
}

type Expression = (scope: Scope) => Term

/** Where an expression stands. */
interface Place {
  readonly head: Head
  /** What fails has a value in a body, and fails a guard as a whole. */
  readonly in_body: boolean
}

interface CompiledClause {
  readonly head: Head
  readonly guards: readonly Expression[]
  readonly body: readonly Expression[]
}

/**
 * Makes a match specification ready for a table with its key at `position`, from 0.
 *
 * @throws {@link MatchSpecError} when it is none
 */
export function compile_match_spec(spec: MatchSpec, position: number): Selector {
  if (!Array.isArray(spec)) throw new MatchSpecError('A match specification is a list of clauses.')
  const clauses = spec.map(clause => compile_clause(clause, position))
  return {
    key: clauses.length === 1 ? clauses[0]!.head.key : undefined,
    apply(row) {
      for (const clause of clauses) {
        const scope: Scope = { row, bindings: [] }
        if (clause.head.fits(row, scope.bindings) && clause.guards.every(guard => is_true(guard, scope))) {
          return value_of(clause.body, scope)
        }
      }
      return no_match
    },
  }
}

/** A pattern as the only clause, which gives the variables in order, or the row. */
export const compile_pattern_for = (gives: '$$' | '$_', pattern: Term, position: number): Selector =>
  compile_match_spec([[pattern, [], [gives]]], position)

function compile_clause(clause: Term, position: number): CompiledClause {
  if (!Array.isArray(clause) || clause.length !== 3) throw new MatchSpecError('A clause has three parts.')
  const [pattern, guards, body] = clause
  if (!Array.isArray(guards) || !Array.isArray(body) || body.length === 0) {
    throw new MatchSpecError('Guards are a list, and a body is a list that is not empty.')
  }
  const head = compile_head(pattern, position)
  return {
    head,
    guards: guards.map(guard => compile_guard(guard, { head, in_body: false })),
    body: body.map(expression => compile(expression, { head, in_body: true })),
  }
}

function is_true(guard: Expression, scope: Scope): boolean {
  try {
    return guard(scope) === true
  } catch {
    return false
  }
}

function value_of(body: readonly Expression[], scope: Scope): Term {
  let value: Term
  for (const expression of body) value = expression(scope)
  return value
}

/** A list is never true: who writes one as a guard that begins with a name has misspelt a function. */
function compile_guard(guard: Term, place: Place): Expression {
  if (Array.isArray(guard) && typeof guard[0] === 'string' && !is_call(guard)) {
    throw new MatchSpecError(`There is no guard function ${String(guard[0])}.`)
  }
  return compile(guard, place)
}

const forms = ['const', 'andalso', 'orelse']

const is_call = (term: readonly Term[]): boolean =>
  typeof term[0] === 'string' && (forms.includes(term[0]) || guard_function(term[0]) !== undefined)

function compile(term: Term, place: Place): Expression {
  if (term === '$_') return scope => scope.row
  if (term === '$$') return variables(place)
  const number = variable_number(term)
  if (number !== undefined) return variable(number, place)
  if (Array.isArray(term)) {
    if (is_call(term)) return compile_call(term[0], term.slice(1), place)
    if (term.length === 1 && Array.isArray(term[0])) return compile_list(term[0], place)
    return compile_list(term, place)
  }
  return is_plain_object(term) ? compile_object(term, place) : () => term
}

function variable(number: number, place: Place): Expression {
  const index = place.head.variables.get(number)
  if (index === undefined) throw new MatchSpecError(`Variable $${number} is unbound.`)
  return scope => scope.bindings[index]
}

function variables(place: Place): Expression {
  const numbers = [...place.head.variables].sort(([left], [right]) => left - right)
  const indices = numbers.map(([, index]) => index)
  return scope => indices.map(index => scope.bindings[index])
}

function compile_list(terms: readonly Term[], place: Place): Expression {
  const expressions = terms.map(term => compile(term, place))
  return scope => expressions.map(expression => expression(scope))
}

function compile_object(term: Readonly<Record<string, Term>>, place: Place): Expression {
  const expressions = Object.entries(term).map(([key, value]) => [key, compile(value, place)] as const)
  return scope => Object.fromEntries(expressions.map(([key, expression]) => [key, expression(scope)]))
}

function compile_call(name: string, given: readonly Term[], place: Place): Expression {
  if (name === 'const') return constant(given)
  const args = given.map(arg => compile(arg, place))
  const called = compile_function(name, args)
  return place.in_body ? scope => value_or_exit(called, scope) : called
}

/** As in Erlang, what fails in a body has the value `'EXIT'`. */
function value_or_exit(expression: Expression, scope: Scope): Term {
  try {
    return expression(scope)
  } catch {
    return 'EXIT'
  }
}

function compile_function(name: string, args: readonly Expression[]): Expression {
  if (name === 'andalso' || name === 'orelse') return compile_shortcut(args, name === 'orelse')
  const { arity, call } = guard_function(name)!
  if (args.length < arity[0] || args.length > arity[1]) {
    throw new MatchSpecError(`There is no function ${name} of ${args.length} arguments.`)
  }
  return scope => call(...args.map(arg => arg(scope)))
}

function constant(given: readonly Term[]): Expression {
  if (given.length !== 1) throw new MatchSpecError('The form const has one argument.')
  return () => given[0]
}

/** `andalso` and `orelse`: goes on until one argument decides; the last need not be a boolean. */
function compile_shortcut(args: readonly Expression[], decides: boolean): Expression {
  const last = args.at(-1)
  if (last === undefined) throw new MatchSpecError('A special form has at least one argument.')
  const others = args.slice(0, -1)
  return scope => {
    for (const arg of others) {
      const value = arg(scope)
      if (typeof value !== 'boolean') throw new Exit('badarg')
      if (value === decides) return decides
    }
    return last(scope)
  }
}
