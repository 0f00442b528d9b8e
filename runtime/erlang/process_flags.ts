// What a process sets for itself: its flags, its group leader, its dictionary.

import { Pid } from './pid.ts'
import { current, living, type Process } from './process.ts'
import { dictionary_of } from './process_info.ts'
import { is_priority, type Priority } from './run_queue.ts'
import { is_not_supported } from './spawn.ts'
import { Exit, matches, type Term } from './term.ts'

export { type CurrentFunction, type ProcessInfo, process_info } from './process_info.ts'

/** OTP: the flags of `erlang:process_flag/2` that have a meaning here. */
export interface ProcessFlags {
  /** Exit signals become messages `['EXIT', from, reason]`. */
  readonly trap_exit: boolean
  /**
   * How soon the process has its turn among others that are ready: `'max'` before all, then `'high'`; a `'low'` one
   * after each seven `'normal'` ones, or when there are no others.
   */
  readonly priority: Priority
  /** Always `'off_heap'`: messages are shared, so that no process has any on a heap of its own. */
  readonly message_queue_data: 'off_heap'
}

/**
 * Sets a flag of the running process.
 *
 * @returns the value it had
 * @throws {@link Exit} `'badarg'` for a flag or a value that there is not; `['not_supported', flag]` for one of OTP's
 *   that has no meaning here: those about a process's own heap (`max_heap_size`, `min_heap_size`,
 *   `min_bin_vheap_size`, `fullsweep_after`), `message_queue_data` `'on_heap'`, `save_calls`, `sensitive`,
 *   `error_handler`, `async_dist`
 * @see OTP: `erlang:process_flag/2`
 */
export function process_flag<Flag extends keyof ProcessFlags>(
  flag: Flag,
  value: ProcessFlags[Flag],
): ProcessFlags[Flag]
export function process_flag(flag: keyof ProcessFlags, value: Term): Term {
  const set = Object.hasOwn(setters, flag) ? setters[flag] : undefined
  if (set !== undefined) return set(current(), value)
  if (is_not_supported(flag) || foreign.has(flag)) throw new Exit(['not_supported', flag])
  throw new Exit('badarg')
}

/** Flags about what there is no such thing as here: distribution, modules loaded when called, traced calls. */
const foreign: ReadonlySet<string> = new Set(['save_calls', 'sensitive', 'error_handler', 'async_dist'])

const setters: {
  readonly [Flag in keyof ProcessFlags]: (process: Process, value: Term) => ProcessFlags[Flag]
} = {
  trap_exit(process, value) {
    if (typeof value !== 'boolean') throw new Exit('badarg')
    const before = process.trap_exit
    process.trap_exit = value
    return before
  },
  priority(process, value) {
    if (!is_priority(value)) throw new Exit('badarg')
    const before = process.priority ?? 'normal'
    if (value !== before) process.rare.priority = value
    return before
  },
  message_queue_data(_process, value) {
    if (value === 'on_heap') throw new Exit(['not_supported', 'message_queue_data', 'on_heap'])
    if (value !== 'off_heap') throw new Exit('badarg')
    return 'off_heap'
  },
}

/** Whether a process has not ended. @throws {@link Exit} `'badarg'` for what is no pid. OTP: `erlang:is_process_alive/1` */
export function is_process_alive(pid: Pid): boolean {
  if (!(pid instanceof Pid)) throw new Exit('badarg')
  return pid.entity !== undefined
}

/** Every living process, oldest first. OTP: `erlang:processes/0`. */
export const processes = (): Pid[] => Array.from(living(), process => process.pid)

/**
 * The group leader: of an application's processes its master; otherwise that of the one who started the process, and
 * undefined where nobody gave any. With two arguments: gives a process another one, which those that it starts from
 * now on have too.
 *
 * @throws {@link Exit} `'badarg'` when `pid` has ended
 * @see OTP: `erlang:group_leader/0,2`
 */
export function group_leader(): Pid | undefined
export function group_leader(leader: Pid, pid: Pid): true
export function group_leader(...asked: [] | [leader: Pid, pid: Pid]): Pid | undefined | true {
  if (asked.length === 0) return current().group_leader
  const [leader, pid] = asked
  if (!(leader instanceof Pid && pid instanceof Pid) || pid.entity === undefined) throw new Exit('badarg')
  const process = pid.entity as Process
  process.group_leader = leader
  return true
}

// The dictionary. What `proc_lib` keeps there stands in fields of the process, so that most need no map.

/** Puts a value under `key` in the running process's dictionary. @returns what stood there. OTP: `erlang:put/2` */
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

/** Takes `key` out of the running process's dictionary. @returns what stood there. OTP: `erlang:erase/1` */
export function erase(key: Term): Term {
  const dictionary = current().rarities?.dictionary
  const before = dictionary?.get(key)
  dictionary?.delete(key)
  return before
}

/** Empties the dictionary of the running process. @returns all that stood there. OTP: `erlang:erase/0` */
export function erase_all(): ReadonlyMap<Term, Term> {
  const all = get_all()
  current().rarities?.dictionary?.clear()
  return all
}

/** The whole dictionary of the running process. OTP: `erlang:get/0`. */
export const get_all = (): ReadonlyMap<Term, Term> => dictionary_of(current())

/**
 * The keys in the dictionary of the running process; with a value, those that it stands under.
 *
 * @see OTP: `erlang:get_keys/0,1`
 */
export function get_keys(...asked: [] | [value: Term]): Term[] {
  const all = dictionary_of(current())
  if (asked.length === 0) return [...all.keys()]
  return [...all].filter(([, value]) => matches(asked[0], value)).map(([key]) => key)
}
