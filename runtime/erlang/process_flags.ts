// What a process knows and says about itself and others: flags, dictionary, information.

import { members } from './few.ts'
import type { Pid } from './pid.ts'
import { current, living, type Process } from './process.ts'
import { name_of } from './registry.ts'
import { running } from './self.ts'
import { Exit, type Term } from './term.ts'

/**
 * Sets a flag of the running process. `trap_exit`: exit signals become messages `['EXIT', from, reason]`.
 *
 * @returns the value it had
 * @see OTP: `erlang:process_flag/2`
 */
export function process_flag(flag: 'trap_exit', value: boolean): boolean {
  if (flag !== 'trap_exit' || typeof value !== 'boolean') throw new Exit('badarg')
  const process = current()
  const before = process.trap_exit
  process.trap_exit = value
  return before
}

/** OTP: `erlang:is_process_alive/1` */
export const is_process_alive = (pid: Pid): boolean => pid.entity !== undefined

/** Every living process, oldest first. OTP: `erlang:processes/0`. */
export const processes = (): Pid[] => Array.from(living(), process => process.pid)

/** What {@link process_info} can tell. */
export interface ProcessInfo {
  readonly registered_name: string | undefined
  readonly initial_call: Term
  readonly status: 'running' | 'runnable' | 'waiting'
  readonly message_queue_len: number
  readonly messages: readonly Term[]
  readonly links: readonly Term[]
  readonly monitors: readonly Term[]
  readonly monitored_by: readonly Pid[]
  readonly trap_exit: boolean
  readonly dictionary: ReadonlyMap<Term, Term>
  readonly group_leader: Pid | undefined
  readonly parent: Pid | undefined
  readonly reductions: number
}

const items: { readonly [Item in keyof ProcessInfo]: (process: Process) => ProcessInfo[Item] } = {
  registered_name: process => name_of(process.pid),
  initial_call: process => process.initial_call,
  status: process => (process === running() ? 'running' : process.waiting ? 'waiting' : 'runnable'),
  message_queue_len: process => process.mailbox.length,
  messages: process => process.mailbox.messages(),
  links: process => members(process.links),
  monitors: process => members(process.monitors).map(monitor => [monitor.type, monitor.object]),
  monitored_by: process => members(process.monitored_by).map(monitor => monitor.watcher.pid),
  trap_exit: process => process.trap_exit,
  dictionary: process => dictionary_of(process),
  group_leader: process => process.group_leader,
  parent: process => process.parent,
  reductions: process => process.reductions,
}

/**
 * What is known of a living process: one item, or all of them.
 *
 * @returns undefined when the process has ended
 * @throws {@link Exit} `'badarg'` for an item that is not known
 * @see OTP: `erlang:process_info/1,2`
 */
export function process_info(pid: Pid): ProcessInfo | undefined
export function process_info<Item extends keyof ProcessInfo>(
  pid: Pid,
  item: Item,
): [Item, ProcessInfo[Item]] | undefined
export function process_info(pid: Pid, item?: keyof ProcessInfo): Term {
  if (item !== undefined && !Object.hasOwn(items, item)) throw new Exit('badarg')
  const process = pid.entity as Process | undefined
  if (process === undefined) return undefined
  if (item !== undefined) return [item, items[item](process)]
  return Object.fromEntries(Object.entries(items).map(([name, tell]) => [name, tell(process)]))
}

// The dictionary. What `proc_lib` keeps there stands in fields of the process, so that most need no map.

/** @returns what stood under `key` before. OTP: `erlang:put/2` */
export function put(key: Term, value: Term): Term {
  const process = current()
  const { rare } = process
  rare.dictionary ??= new Map()
  const before = rare.dictionary.get(key)
  rare.dictionary.set(key, value)
  return before
}

/** What stands under `key` in the dictionary of the running process, or undefined. OTP: `erlang:get/1`. */
export function get(key: Term): Term {
  const process = current()
  if (process.dictionary?.has(key)) return process.dictionary.get(key)
  return dictionary_of(process).get(key)
}

/** Takes `key` out. @returns what stood there. OTP: `erlang:erase/1` */
export function erase(key: Term): Term {
  const dictionary = current().rarities?.dictionary
  const before = dictionary?.get(key)
  dictionary?.delete(key)
  return before
}

/** The whole dictionary of the running process. OTP: `erlang:get/0`. */
export const get_all = (): ReadonlyMap<Term, Term> => dictionary_of(current())

function dictionary_of(process: Process): ReadonlyMap<Term, Term> {
  const all = new Map<Term, Term>()
  if (process.ancestors !== undefined) {
    all.set('$ancestors', process.ancestors)
    all.set('$initial_call', process.initial_call)
  }
  for (const [key, value] of process.dictionary ?? []) all.set(key, value)
  return all
}
