// The part of `ets` that tells about tables, and tries match specifications without one.

import { compile_match_spec, type MatchSpec, MatchSpecError } from './ets_match_spec.ts'
import { no_match, type Selector } from './ets_pattern.ts'
import type { AnyRow } from './ets_store.ts'
import {
  type EtsTable,
  type Heir,
  type Table,
  type TableAccess,
  type TableType,
  type Tid,
  table_of,
} from './ets_table.ts'
import { node } from './links.ts'
import type { Pid } from './pid.ts'
import { Exit, type Result, type Term } from './term.ts'

/** What {@link info} tells of a table. */
export interface TableInfo {
  readonly id: Tid
  readonly name: string
  readonly named_table: boolean
  readonly type: TableType
  readonly keypos: number
  readonly protection: TableAccess
  readonly owner: Pid
  readonly heir: Pid | 'none'
  /** How many rows there are. */
  readonly size: number
  readonly node: string
}

/** Who holds a table still, how often, and since when. */
export type SafeFixed<Time> = false | readonly [since: Time, holders: readonly (readonly [Pid, number])[]]

/** What {@link info} tells of a table when it is asked for it. */
export interface MoreTableInfo extends TableInfo {
  /** Whether the table is held still by `safe_fixtable`. */
  readonly fixed: boolean
  /** The time is `[megaseconds, seconds, microseconds]` since 1970. */
  readonly safe_fixed: SafeFixed<readonly [number, number, number]>
  /** The time is in milliseconds of `monotonic_time`. */
  readonly safe_fixed_monotonic_time: SafeFixed<number>
}

const items: { readonly [Item in keyof MoreTableInfo]: (table: EtsTable) => MoreTableInfo[Item] } = {
  id: table => table.tid as unknown as Tid,
  name: table => table.name,
  named_table: table => table.is_named,
  type: table => table.type,
  keypos: table => table.keypos,
  protection: table => table.access,
  owner: table => table.owner.pid,
  heir: ({ heir }: { heir: Heir }) => (heir === 'none' ? heir : heir[0]),
  size: table => table.store.size,
  node: () => node(),
  fixed: table => table.held_since !== undefined,
  safe_fixed: table => table.held_since !== undefined && [timestamp(table.held_since[1]), table.holders()],
  safe_fixed_monotonic_time: table =>
    table.held_since !== undefined && [table.held_since[0], table.holders()],
}
const asked_for: readonly string[] = ['fixed', 'safe_fixed', 'safe_fixed_monotonic_time']
const told = Object.entries(items).filter(([item]) => !asked_for.includes(item))

/** From milliseconds since 1970. */
function timestamp(time: number): readonly [number, number, number] {
  const seconds = Math.floor(time / 1_000)
  return [Math.floor(seconds / 1e6), seconds % 1e6, Math.round((time - seconds * 1_000) * 1_000)]
}

/**
 * What is known of a table, whoever may read it: one item, or all but those on holding it still.
 *
 * @returns undefined when there is no such table
 * @throws {@link Exit} `'badarg'` for an item that is not known
 * @see OTP: `ets:info/1,2`
 */
export function info(table: Table<any>): TableInfo | undefined
export function info<Item extends keyof MoreTableInfo>(
  table: Table<any>,
  item: Item,
): MoreTableInfo[Item] | undefined
export function info(name: Table<any>, item?: keyof MoreTableInfo): Term {
  if (item !== undefined && !Object.hasOwn(items, item)) throw new Exit('badarg')
  const table = table_of(name)
  if (table === undefined) return undefined
  if (item !== undefined) return items[item](table)
  return Object.fromEntries(told.map(([name, tell]) => [name, tell(table)]))
}

// ---- Match specifications without a table

/** A match specification made ready by {@link match_spec_compile}. OTP: `ets:compiled_match_spec()`. */
export class CompiledMatchSpec {
  readonly #selector: Selector

  /** @internal */
  constructor(selector: Selector) {
    this.#selector = selector
  }

  /** @internal */
  run(rows: readonly AnyRow[]): Term[] {
    return rows.map(row => this.#selector.apply(row)).filter(given => given !== no_match)
  }
}

/**
 * Makes a match specification ready for {@link match_spec_run}.
 *
 * @throws {@link Exit} `'badarg'` when it is none
 * @see OTP: `ets:match_spec_compile/1`
 */
export const match_spec_compile = (spec: MatchSpec): CompiledMatchSpec =>
  new CompiledMatchSpec(compile_match_spec(spec, 0))

/** What a match specification gives for the rows of a list. OTP: `ets:match_spec_run/2`. */
export const match_spec_run = (rows: readonly AnyRow[], compiled: CompiledMatchSpec): Term[] =>
  compiled.run(rows)

/** OTP: `ets:is_compiled_ms/1` */
export const is_compiled_ms = (term: Term): term is CompiledMatchSpec => term instanceof CompiledMatchSpec

/**
 * What a match specification gives for one row.
 *
 * @returns `['ok', value]`, where the value is false for a row that is not selected; or `['error', errors]`, with
 *   what is wrong with the specification as `['error', text]`
 * @throws {@link Exit} `'badarg'` when the row is no tuple
 * @see OTP: `ets:test_ms/2`
 */
export function test_ms(row: AnyRow, spec: MatchSpec): Result<Term, (readonly ['error', string])[]> {
  if (!Array.isArray(row)) throw new Exit('badarg')
  try {
    const given = compile_match_spec(spec, 0).apply(row)
    return ['ok', given === no_match ? false : given]
  } catch (error) {
    if (error instanceof MatchSpecError) return ['error', [['error', error.text]]]
    throw error
  }
}
