// A table and its rights: who owns it, who may read and write it, who inherits it, who holds it still.

import { the_clock } from './clock.ts'
import { deep_freeze, freezes_messages } from './debug.ts'
import { BagStore } from './ets_bag.ts'
import { SetStore } from './ets_set.ts'
import type { AnyRow, Store } from './ets_store.ts'
import { TreeStore } from './ets_tree.ts'
import { Pid, Ref } from './pid.ts'
import { current, type Process, type Resource } from './process.ts'
import { context, running } from './self.ts'
import { Exit, type Term } from './term.ts'

/** Keeps tables of different rows apart; nothing of it is there when the program runs. */
declare const rows: unique symbol

/** The identifier of a table whose rows are of type `Row`. OTP: `ets:tid()`. */
export interface Tid<Row extends AnyRow = AnyRow> extends Ref {
  readonly [rows]: Row
}

/** The name of a named table, which remembers the type of its rows. */
export type TableName<Row extends AnyRow = AnyRow> = string & { readonly [rows]: Row }

/**
 * What the functions of `ets` take for a table. A plain string may be the name of a table of any rows.
 * OTP: `ets:table()`.
 */
export type Table<Row extends AnyRow = AnyRow> = Tid<Row> | TableName<Row> | string

/** How many rows a key has, and in which order keys come. OTP: `ets:table_type()`. */
export type TableType = 'set' | 'ordered_set' | 'bag' | 'duplicate_bag'
/** What processes other than its owner may do with a table. OTP: `ets:table_access()`. */
export type TableAccess = 'public' | 'protected' | 'private'

/** Who gets the table when its owner ends, and what that one is told. */
export type Heir = 'none' | readonly [pid: Pid, data: Term]

/** How a table is made. OTP: the options of `ets:new/2`, but for those that tune the BEAM's locks and memory. */
export interface TableOptions {
  /** Default: `'set'` */
  readonly type?: TableType
  /** Who may do what: all may do all; all may read and the owner write; only the owner. Default: `'protected'` */
  readonly access?: TableAccess
  /** Whether the table can be reached by its name. Default: false */
  readonly named_table?: boolean
  /** Where the key stands in a row, from 1. Default: 1 */
  readonly keypos?: number
  /** Default: `'none'` */
  readonly heir?: Heir
}

const defaults = {
  type: 'set',
  access: 'protected',
  named_table: false,
  keypos: 1,
  heir: 'none',
} satisfies TableOptions

const stores: Record<TableType, (position: number) => Store> = {
  set: position => new SetStore(position),
  ordered_set: position => new TreeStore(position),
  bag: position => new BagStore(position, false),
  duplicate_bag: position => new BagStore(position, true),
}

/** What a tid is while the program runs. */
class TableRef extends Ref {
  table: EtsTable | undefined
}

const all = new Set<EtsTable>()
const named = new Map<string, EtsTable>()

/** All tables, oldest first. */
export const tables = (): EtsTable[] => [...all]

/** The table of this name, if there is one. */
export const named_table = (name: string): EtsTable | undefined => named.get(name)

/** The table, or undefined when it is gone. */
export function table_of(table: Table<any>): EtsTable | undefined {
  if (typeof table === 'string') return named.get(table)
  return table instanceof TableRef ? table.table : undefined
}

/** The table, for one who reads it. @throws {@link Exit} `'badarg'`: there is none, or it is private to another */
export function readable(table: Table<any>): EtsTable {
  const who = running()
  if (who?.alive === false) context()
  const found = table_of(table)
  if (found === undefined || (found.access === 'private' && found.owner !== who)) throw new Exit('badarg')
  return found
}

/** The table, for one who writes it. @throws {@link Exit} `'badarg'`: there is none, or only its owner may */
export function writable(table: Table<any>): EtsTable {
  const who = running()
  if (who?.alive === false) context()
  const found = table_of(table)
  if (found === undefined || (found.access !== 'public' && found.owner !== who)) throw new Exit('badarg')
  return found
}

/** The table, for its owner. @throws {@link Exit} `'badarg'`: there is none, or it is another's */
export function own_table(table: Table<any>): EtsTable {
  const found = table_of(table)
  if (found === undefined || found.owner !== current()) throw new Exit('badarg')
  return found
}

/** A row that may go into the table. @throws {@link Exit} `'badarg'`: it is no tuple, or too short for a key */
export function checked_row(table: EtsTable, row: Term): AnyRow {
  if (!Array.isArray(row) || row.length < table.keypos) throw new Exit('badarg')
  if (freezes_messages()) deep_freeze(row)
  return row
}

/** One process that holds a table still, so many times; it lets go when it ends. */
class Hold implements Resource {
  count = 0
  readonly process: Process
  readonly #table: EtsTable

  constructor(process: Process, table: EtsTable) {
    this.process = process
    this.#table = table
  }

  release(): void {
    this.#table.let_go(this)
  }
}

export class EtsTable implements Resource {
  readonly tid = new TableRef()
  readonly type: TableType
  readonly access: TableAccess
  readonly keypos: number
  readonly is_named: boolean
  readonly store: Store
  name: string
  owner: Process
  heir: Heir
  /** Since when it is held still, in milliseconds of the monotonic and of the system clock. */
  held_since: readonly [monotonic: number, system: number] | undefined = undefined
  readonly #holds = new Map<Process, Hold>()

  constructor(name: string, given: TableOptions, owner: Process) {
    const options = check_options(name, given)
    this.name = name
    this.type = options.type
    this.access = options.access
    this.keypos = options.keypos
    this.is_named = options.named_table
    this.heir = options.heir
    this.store = stores[options.type](options.keypos - 1)
    this.owner = owner
    owner.own(this)
    this.tid.table = this
    all.add(this)
    if (this.is_named) named.set(name, this)
  }

  /** What the table is called by: its name, or else its tid. */
  get handle(): Tid | string {
    return this.is_named ? this.name : (this.tid as Ref as Tid)
  }

  /** Whether it has not been deleted. */
  get exists(): boolean {
    return this.tid.table !== undefined
  }

  key_of(row: AnyRow): Term {
    return row[this.keypos - 1]
  }

  /** Whether a key is in a table at most once. */
  get has_unique_keys(): boolean {
    return this.type === 'set' || this.type === 'ordered_set'
  }

  rename(name: string): void {
    if (typeof name !== 'string' || (this.is_named && is_taken(name))) throw new Exit('badarg')
    if (this.is_named) {
      named.delete(this.name)
      named.set(name, this)
    }
    this.name = name
  }

  /** Hands the table over and tells the new owner. */
  give_to(heir: Process, data: Term): void {
    const from = this.owner
    from.disown(this)
    this.owner = heir
    heir.own(this)
    heir.deliver(['ETS-TRANSFER', this.handle, from.pid, data])
  }

  drop(): void {
    this.owner.disown(this)
    for (const hold of this.#holds.values()) hold.process.disown(hold)
    this.#holds.clear()
    this.tid.table = undefined
    all.delete(this)
    if (this.is_named) named.delete(this.name)
  }

  /** Its owner has ended. */
  release(): void {
    const heir = this.heir === 'none' ? undefined : (this.heir[0].entity as Process | undefined)
    if (heir?.alive) this.give_to(heir, this.heir[1])
    else this.drop()
  }

  // ---- Held still

  /** Who holds the table still, and how often. */
  holders(): readonly (readonly [Pid, number])[] {
    return Array.from(this.#holds.values(), hold => [hold.process.pid, hold.count])
  }

  fix(process: Process): void {
    let hold = this.#holds.get(process)
    if (hold === undefined) {
      hold = new Hold(process, this)
      this.#holds.set(process, hold)
      process.own(hold)
    }
    hold.count++
    if (this.held_since !== undefined) return
    this.held_since = [the_clock().monotonic_time(), the_clock().system_time()]
    this.store.fix()
  }

  unfix(process: Process): void {
    const hold = this.#holds.get(process)
    if (hold === undefined || --hold.count > 0) return
    process.disown(hold)
    this.let_go(hold)
  }

  /** @internal One holder less. */
  let_go(hold: Hold): void {
    this.#holds.delete(hold.process)
    if (this.#holds.size > 0) return
    this.held_since = undefined
    this.store.unfix()
  }
}

function check_options(name: string, given: TableOptions): Required<TableOptions> {
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(defaults, option)) throw new Exit(['badarg', option])
  }
  const options = { ...defaults, ...given }
  const { keypos, heir } = options
  const right =
    typeof name === 'string' &&
    Object.hasOwn(stores, options.type) &&
    ['public', 'protected', 'private'].includes(options.access) &&
    typeof options.named_table === 'boolean' &&
    Number.isInteger(keypos) &&
    keypos > 0 &&
    is_heir(heir)
  if (!right || (options.named_table && is_taken(name))) throw new Exit('badarg')
  return options
}

export const is_heir = (heir: Term): heir is Heir =>
  heir === 'none' || (Array.isArray(heir) && heir.length === 2 && heir[0] instanceof Pid)

const is_taken = (name: string): boolean => name === '' || name === 'undefined' || named.has(name)
