// What a node tells of itself at one moment: the overview, and the tables that were asked for. As JSON it goes over a
// socket, and there pids, ports and references are text.

import { Pid, Port, Ref } from '../../runtime/erlang/pid.ts'
import { type ApplicationNode, application_tree } from './application_tree.ts'
import { type EtsRow, ets_table } from './ets_table.ts'
import { type PortRow, port_table } from './port_table.ts'
import {
  count_reductions,
  type MessageQueueRow,
  message_queues,
  type ProcessRow,
  process_table,
  type ReductionCounts,
  type SortKey,
} from './process_table.ts'
import { type SystemInfo, system_info } from './system_info.ts'
import { type TimerRow, timer_table } from './timer_table.ts'

/** The tables. */
export interface Views {
  readonly processes: readonly ProcessRow[]
  /** The processes in which messages wait. */
  readonly queues: readonly MessageQueueRow[]
  /** Applications with their supervision trees. */
  readonly tree: readonly ApplicationNode[]
  readonly ports: readonly PortRow[]
  readonly timers: readonly TimerRow[]
  readonly ets: readonly EtsRow[]
}

/** The name of a table. */
export type View = keyof Views

/** Every {@link View}. */
export const views: readonly View[] = ['processes', 'queues', 'tree', 'ports', 'timers', 'ets']

/** What is asked of a node. */
export interface SnapshotRequest {
  readonly views: readonly View[]
  readonly sort_by: SortKey
  /** How many rows of each table, and children of each tree, at most. */
  readonly limit: number
}

/** What a node tells: the overview, and the tables that were asked for. */
export interface Snapshot extends Partial<Views> {
  readonly system: SystemInfo
}

/** As it comes out of JSON: pids, ports and references are text. */
export type Plain<Type> = Type extends Pid | Port | Ref
  ? string
  : Type extends readonly (infer Element)[]
    ? readonly Plain<Element>[]
    : Type extends object
      ? { readonly [Key in keyof Type]: Plain<Type[Key]> }
      : Type

/** A supervisor that takes longer, in milliseconds, is shown as busy. */
const supervisor_timeout = 500

/** One who takes snapshots, one after another, and knows how many reductions there were at the last one. */
export class Photographer {
  #counts: ReductionCounts | undefined = undefined

  /** Takes a snapshot, in a process. */
  async take({ views, sort_by, limit }: SnapshotRequest): Promise<Snapshot> {
    const wanted = new Set(views)
    if (!wanted.has('processes')) this.#counts = undefined
    return {
      system: system_info(),
      ...(wanted.has('processes') && { processes: this.#processes(sort_by, limit) }),
      ...(wanted.has('queues') && { queues: message_queues({ limit }) }),
      ...(wanted.has('tree') && { tree: await application_tree({ limit, timeout: supervisor_timeout }) }),
      ...(wanted.has('ports') && { ports: port_table({ limit }) }),
      ...(wanted.has('timers') && { timers: timer_table({ limit }) }),
      ...(wanted.has('ets') && { ets: ets_table({ limit, sort_by: 'size' }) }),
    }
  }

  /** All are counted only where somebody wants to know, since that takes a while when there are many. */
  #processes(sort_by: SortKey, limit: number): ProcessRow[] {
    const since = this.#counts
    this.#counts = sort_by === 'reductions_since' ? count_reductions() : undefined
    return process_table({ sort_by, limit, since })
  }
}

/** A snapshot as JSON. */
export const to_json = (snapshot: Snapshot): string =>
  JSON.stringify(snapshot, (_, value) =>
    value instanceof Pid || value instanceof Port || value instanceof Ref ? value.toString() : value,
  )
