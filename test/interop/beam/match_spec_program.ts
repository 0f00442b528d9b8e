// Random match specifications, as Erlang and as TypeScript write them, and searches of a table with them.

import fc from 'fast-check'
import type { TableType } from '../../../runtime/erlang/ets.ts'
import type { Term } from '../../../runtime/erlang/term.ts'

/** A term that knows whether it is a tuple or a list; atoms are strings. */
export type Part = number | boolean | string | Tuple | readonly Part[]

interface Tuple {
  readonly tuple: readonly Part[]
}

export type Operation = readonly [name: string, ...args: Part[]]
export type Searches = readonly [type: TableType, operations: readonly Operation[]]

const is_tuple = (part: Part): part is Tuple => typeof part === 'object' && 'tuple' in part

/** As Erlang writes it. */
export function erlang(part: Part): string {
  if (typeof part === 'string') return `'${part}'`
  if (typeof part !== 'object') return String(part)
  return is_tuple(part) ? `{${part.tuple.map(erlang)}}` : `[${part.map(erlang)}]`
}

/** As TypeScript has it. */
export function term_of(part: Part): Term {
  if (typeof part !== 'object') return part
  return (is_tuple(part) ? part.tuple : part).map(term_of)
}

/** As Erlang prints it when tuples are lists. */
export function printed(term: Term): string {
  if (Array.isArray(term)) return `[${term.map(printed)}]`
  return typeof term === 'string' && !/^[a-z]\w*$/.test(term) ? `'${term}'` : String(term)
}

// ---- What is made by chance

type Parts = fc.Arbitrary<Part>

const tuple = (...parts: readonly (Parts | Part)[]): Parts =>
  fc.tuple(...parts.map(arbitrary)).map(parts => ({ tuple: parts }))
const list = (part: Parts, min: number, max: number): Parts =>
  fc.array(part, { minLength: min, maxLength: max })
const arbitrary = (part: Parts | Part): Parts => (part instanceof fc.Arbitrary ? part : fc.constant(part))
const one_of = (...parts: readonly (Parts | Part)[]): Parts => fc.oneof(...parts.map(arbitrary))

const small = fc.integer({ min: -1, max: 4 })
const value = one_of(small, 'x', 'y', true, false)
const key = one_of(small, 'a', 'b', tuple(one_of('a', 'b'), small), tuple('x', 'y', small), tuple())
const rows = tuple(key, small, value)
const row = one_of(rows, rows, tuple(key, value, value), tuple(key, value), tuple())
const pattern = one_of(
  '_',
  '$1',
  tuple('$1', '$2', '_'),
  tuple('$1', '$2', '$2'),
  tuple('$2', '$1'),
  tuple(key, '$1', '_'),
  tuple(tuple('a', '$1'), '_', '$1'),
  tuple('_', value, '$1'),
)
const function_names = [
  '+',
  '-',
  '*',
  'div',
  'rem',
  'band',
  '==',
  '=:=',
  '<',
  '=<',
  '>',
  '>=',
  '/=',
  '=/=',
] as const
const conjunctions = ['and', 'or', 'xor', 'andalso', 'orelse'] as const

function expression(depth: number): Parts {
  // Not all variables, `$$`: a list, which is told from a tuple there and not here.
  const plain = one_of('$1', '$2', '$_', 'x', true, small)
  if (depth === 0) return plain
  const inner = expression(depth - 1)
  return one_of(
    plain,
    tuple(one_of(...function_names), inner, inner),
    tuple(one_of(...conjunctions), inner, inner),
    tuple(one_of('not', 'abs', 'is_atom', 'is_integer', 'is_tuple'), inner),
    tuple('element', 1, inner),
    tuple(tuple(inner, inner)),
    tuple('const', tuple('$1', 1)),
  )
}

const clause = tuple(
  tuple('$1', '$2', one_of('_', '$1', value)),
  list(expression(2), 0, 2),
  list(expression(2), 1, 2),
)
const spec = list(clause, 1, 2)
const replacing = tuple(
  tuple('$1', '$2', '$3'),
  list(expression(1), 0, 1),
  list(tuple(tuple('$1', expression(1), 'x')), 1, 1),
)
const call = (name: string, ...args: readonly (Parts | Part)[]): fc.Arbitrary<Operation> =>
  fc.tuple(...args.map(arbitrary)).map(given => [name, ...given] as const)

const everywhere = [
  ...[row, list(rows, 0, 3)].map(what => call('insert', what)),
  ...['match', 'match_object'].map(name => call(name, pattern)),
  call('match_delete', tuple('_', value, value)),
  ...['select', 'select', 'select_count', 'select_delete'].map(name => call(name, spec)),
  call('tab2list'),
]
const replace = call('select_replace', list(replacing, 1, 1))
const reverse = call('select_reverse', spec)

const operations: Record<TableType, fc.Arbitrary<Operation>> = {
  set: fc.oneof(...everywhere, replace),
  ordered_set: fc.oneof(...everywhere, reverse, replace),
  bag: fc.oneof(...everywhere),
  duplicate_bag: fc.oneof(...everywhere, replace),
}

/** Programs for tables of one type. */
export const searches = (type: TableType): fc.Arbitrary<Searches> =>
  fc.tuple(fc.constant(type), fc.array(operations[type], { minLength: 30, maxLength: 40 }))
