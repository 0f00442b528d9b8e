// What is known of a process, for others to look at.

import { members } from './few.ts'
import { nothing } from './mailbox.ts'
import { Pid, type Port } from './pid.ts'
import type { Process } from './process.ts'
import { name_of } from './registry.ts'
import type { Priority } from './run_queue.ts'
import { running } from './self.ts'
import { Exit, type Term } from './term.ts'

/**
 * Where a process is, as far as that can be known:
 *
 * - `['loop']`: a behaviour that is idle, or ready, or in a callback right now
 * - `['handle', message, since]`: a callback of a behaviour that has not settled; `since` is when the turn of the event
 *   loop began in which it was called, in milliseconds as `performance.now()` tells time
 * - `['receive']`, `['hibernate']`, or `['call', what]`: waiting for a message, or for the answer to a call
 * - `['run', name]`: its function, of that name, is running, or awaits something outside
 */
export type CurrentFunction =
  | readonly ['loop']
  | readonly ['handle', message: Term, since: number]
  | readonly ['receive' | 'hibernate']
  | readonly ['call', what: Term]
  | readonly ['run', name: Term]

/** What {@link process_info} can tell. */
export interface ProcessInfo {
  readonly registered_name: string | undefined
  readonly initial_call: Term
  readonly current_function: CurrentFunction
  /** `'suspended'` also of one that waits and is suspended. */
  readonly status: 'running' | 'runnable' | 'waiting' | 'suspended'
  readonly message_queue_len: number
  readonly messages: readonly Term[]
  readonly links: readonly (Pid | Port)[]
  /** `['process' | 'port', whom]`, where `whom` is a pid, a port, or `[name, node]`. */
  readonly monitors: readonly Term[]
  readonly monitored_by: readonly Pid[]
  readonly trap_exit: boolean
  readonly priority: Priority
  readonly dictionary: ReadonlyMap<Term, Term>
  readonly group_leader: Pid | undefined
  readonly parent: Pid | undefined
  readonly reductions: number
  /** Whom it has suspended, how often, and how often it is still to be suspended, which is never. */
  readonly suspending: readonly (readonly [Pid, number, 0])[]
  readonly message_queue_data: 'off_heap'
  /** What `proc_lib:set_label` gave it. */
  readonly label: Term
}

const items: { readonly [Item in keyof ProcessInfo]: (process: Process) => ProcessInfo[Item] } = {
  registered_name: process => name_of(process.pid),
  initial_call: process => process.initial_call,
  current_function: process => current_function(process),
  status: process => status(process),
  message_queue_len: process => process.mailbox.length,
  messages: process => process.mailbox.messages(),
  links: process => members(process.links),
  monitors: process => members(process.monitors).map(monitor => [monitor.type, monitor.object]),
  monitored_by: process => members(process.monitored_by).map(monitor => monitor.watcher.pid),
  trap_exit: process => process.trap_exit,
  priority: process => process.priority ?? 'normal',
  dictionary: process => dictionary_of(process),
  group_leader: process => process.group_leader,
  parent: process => process.parent,
  reductions: process => process.reductions,
  suspending: process => suspending(process),
  message_queue_data: () => 'off_heap',
  label: process => process.dictionary?.get('$process_label'),
}

/**
 * What is known of a living process: one item, some of them as pairs in the order asked for, or all of them.
 *
 * @returns undefined when the process has ended
 * @throws {@link Exit} `'badarg'` for an item that is not known, and for what is no pid
 * @see OTP: `erlang:process_info/1,2`
 */
export function process_info(pid: Pid): ProcessInfo | undefined
export function process_info<Item extends keyof ProcessInfo>(
  pid: Pid,
  item: Item,
): [Item, ProcessInfo[Item]] | undefined
export function process_info<const Items extends readonly (keyof ProcessInfo)[]>(
  pid: Pid,
  items: Items,
): { [Index in keyof Items]: [Items[Index], ProcessInfo[Items[Index]]] } | undefined
export function process_info(pid: Pid, asked?: keyof ProcessInfo | readonly (keyof ProcessInfo)[]): Term {
  const wanted = asked === undefined ? (Object.keys(items) as (keyof ProcessInfo)[]) : [asked].flat()
  if (!wanted.every(item => Object.hasOwn(items, item))) throw new Exit('badarg')
  if (!(pid instanceof Pid)) throw new Exit('badarg')
  const process = pid.entity as Process | undefined
  if (process === undefined) return undefined
  const told = wanted.map(item => [item, items[item](process)])
  if (asked === undefined) return Object.fromEntries(told)
  return Array.isArray(asked) ? told : told[0]
}

function suspending({ rarities }: Process): ProcessInfo['suspending'] {
  const counts = [...(rarities?.suspending ?? [])]
  return counts.filter(([pid]) => pid.entity !== undefined).map(([pid, count]) => [pid, count, 0])
}

/** The dictionary, with what `proc_lib` keeps there, which stands in fields of the process. */
export function dictionary_of(process: Process): ReadonlyMap<Term, Term> {
  const all = new Map<Term, Term>()
  if (process.ancestors !== undefined) {
    all.set('$ancestors', process.ancestors)
    all.set('$initial_call', process.initial_call)
  }
  for (const [key, value] of process.dictionary ?? []) all.set(key, value)
  return all
}

function status(process: Process): ProcessInfo['status'] {
  if (process === running()) return 'running'
  if (process.suspended) return 'suspended'
  return process.waiting ? 'waiting' : 'runnable'
}

function current_function(process: Process): CurrentFunction {
  const { rarities } = process
  if (rarities !== undefined && rarities.handling !== nothing) {
    return ['handle', rarities.handling, rarities.since]
  }
  if (process.loop !== undefined) return ['loop']
  const [waiter] = process.waiters()
  if (waiter === undefined) return ['run', process.initial_call]
  const { waits_for } = waiter
  if (waits_for === undefined) return ['receive']
  return waits_for === 'hibernate' ? ['hibernate'] : ['call', waits_for]
}
