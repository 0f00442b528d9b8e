// Does the same to a random table in Kista.

import { Exit, ets, run, type Term } from '../../../runtime/index.ts'
import type { Clause, Encoded, TableOp, TableProgram } from './table_program.ts'
import type { Written } from './trace.ts'

/** @returns what each operation gave, and what the table held then */
export function run_tables(program: TableProgram): Promise<Written[]> {
  return run(() => {
    const table = new Table(program)
    return program.ops.map(op => [op[0], table.try(op), written(table.in_order(ets.tab2list(table.id)))])
  })
}

type Step = (table: ets.Table, key: Term) => Term
type Piece = '$end_of_table' | readonly [Term[], ets.Continuation | '$end_of_table']

class Table {
  readonly id: ets.Table
  readonly #ordered: boolean

  constructor({ type, keypos }: TableProgram) {
    this.id = ets.new('table', { type, keypos })
    this.#ordered = type === 'ordered_set'
  }

  try(op: TableOp): Written {
    try {
      return written(this.#perform(op))
    } catch (thrown) {
      return ['raised', thrown instanceof Exit ? thrown.reason : String(thrown)]
    }
  }

  #perform(op: TableOp): Term {
    const { id } = this
    switch (op[0]) {
      case 'insert_list':
      case 'insert_new_list':
        return ets[op[0]](id, decoded(op[1]))
      case 'lookup_element':
        return ets.lookup_element(id, decoded(op[1]), op[2])
      case 'update_counter':
        return this.#count(op)
      case 'update_element':
        return ets.update_element(id, decoded(op[1]), one_or_all(op[2].map(place), op[3]))
      case 'match':
      case 'match_object':
        return this.in_order(ets[op[0] as 'match'](id, decoded(op[1])))
      case 'match_limit':
        return this.#pieces(op[2], ets.match, ets.match(id, decoded(op[1]), op[2]))
      case 'match_object_limit':
        return this.#pieces(op[2], ets.match_object, ets.match_object(id, decoded(op[1]), op[2]))
      case 'select':
      case 'select_reverse':
        return this.in_order(ets[op[0]](id, spec(op[1])))
      case 'select_limit':
        return this.#pieces(op[2], ets.select, ets.select(id, spec(op[1]), op[2]))
      case 'select_reverse_limit':
        return this.#pieces(op[2], ets.select_reverse, ets.select_reverse(id, spec(op[1]), op[2]))
      case 'select_count':
      case 'select_delete':
        return ets[op[0]](id, spec(op[1]))
      case 'select_replace':
        return ets.select_replace(id, spec([op[1]]))
      default:
        return this.#perform_short(op)
    }
  }

  #perform_short(op: TableOp): Term {
    const { id } = this
    switch (op[0]) {
      case 'keys':
        return this.in_order(walk(id, ets.next, ets.first(id)))
      case 'keys_back':
        return this.in_order(walk(id, ets.prev, ets.last(id)))
      case 'tab2list':
        return this.in_order(ets.tab2list(id))
      case 'foldl':
        return this.in_order(ets.foldl<Term, Term[]>((row, rows) => [row, ...rows], [], id))
      case 'size':
        return ets.info(id, 'size')
      case 'clear':
        return ets.delete_all_objects(id)
      case 'first':
      case 'last':
        return this.#key_in_order(ets[op[0]](id))
      case 'next':
      case 'prev':
        return this.#key_in_order(ets[op[0]](id, decoded(op[1])))
      default:
        return ets[op[0] as 'lookup'](id, decoded(op[1] as Encoded))
    }
  }

  #count([, key, counts, bare, standard]: Extract<TableOp, readonly ['update_counter', ...unknown[]]>): Term {
    const all = counts.map(([how, ...given]) => (how === 'by' ? given[0] : given))
    const asked = one_or_all(all, bare)
    return ets.update_counter(this.id, decoded(key), asked, ...decoded(standard))
  }

  /** Where a table has no order, the pieces may be any, but not too large. */
  #pieces(limit: number, next: (at: ets.Continuation) => Piece, first: Piece): Term {
    const pieces: Term[][] = []
    for (let piece = first; piece !== '$end_of_table'; ) {
      pieces.push(piece[0])
      if (piece[0].length > limit) throw new Error('a piece is too large')
      piece = piece[1] === '$end_of_table' ? piece[1] : next(piece[1])
    }
    return this.#ordered ? pieces : this.in_order(pieces.flat())
  }

  in_order(terms: readonly Term[]): Term {
    return this.#ordered ? terms : ['any_order', terms]
  }

  #key_in_order(key: Term): Term {
    return this.#ordered ? key : 'any_key'
  }
}

function walk(id: ets.Table, next: Step, first: Term): Term[] {
  const keys: Term[] = []
  for (let key = first; key !== '$end_of_table'; key = next(id, key)) keys.push(key)
  return keys
}

const one_or_all = (all: readonly Term[], bare: boolean): Term => (bare && all.length === 1 ? all[0] : all)

const place = ([, position, term]: readonly ['at', number, Encoded]): Term => [position, decoded(term)]

const spec = (clauses: readonly Clause[]): ets.MatchSpec =>
  clauses.map(([, head, guards, body]) => [decoded(head), decoded(guards), [decoded(body)]])

function decoded(term: Encoded): Term {
  if (!Array.isArray(term)) return term
  const [tag, ...parts] = term
  return tag === 'binary' ? Uint8Array.from(parts) : parts.map(decoded)
}

function written(term: Term): Written {
  if (Array.isArray(term)) return term.map(written)
  if (term instanceof Uint8Array) return ['bytes', ...term]
  return typeof term === 'number' && !Number.isInteger(term) ? String(term) : term
}

/** What has no order, in one that is the same on both sides. */
export function in_any_order(term: Written): Written {
  if (!Array.isArray(term)) return term
  const parts = term.map(in_any_order)
  if (parts[0] !== 'any_order') return parts
  return (parts[1] as Written[]).map(part => JSON.stringify(part)).sort()
}
