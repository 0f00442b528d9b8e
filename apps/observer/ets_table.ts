// The ETS tables as a table.

import * as ets from '../../runtime/erlang/ets.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { largest } from './largest.ts'
import { process_name } from './process_table.ts'

/** An ETS table. */
export interface EtsRow {
  readonly id: ets.Tid
  readonly name: string
  readonly named_table: boolean
  readonly type: ets.TableType
  readonly protection: ets.TableAccess
  readonly keypos: number
  /** How many rows it has. */
  readonly size: number
  readonly owner: Pid
  readonly owner_name: string
}

/** Which tables, and in which order. */
export interface EtsTableOptions {
  /** `'size'`: the largest first; `'id'`: the oldest first. Default: `'id'` */
  readonly sort_by?: 'id' | 'size'
  /** How many rows at most. Default: all */
  readonly limit?: number
}

/** The ETS tables there are. OTP: `ets:i/0`. */
export function ets_table(options: EtsTableOptions = {}): EtsRow[] {
  const { sort_by = 'id', limit = Number.POSITIVE_INFINITY } = options
  const tables = ets.all() as ets.Tid[]
  if (sort_by === 'id') return tables.slice(0, limit).map(row)
  return largest(tables, limit, table => ets.info(table, 'size') ?? 0).map(row)
}

function row(table: ets.Tid): EtsRow {
  const { id, name, named_table, type, protection, keypos, size, owner } = ets.info(table)!
  return { id, name, named_table, type, protection, keypos, size, owner, owner_name: process_name(owner) }
}
