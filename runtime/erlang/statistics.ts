// Numbers about the whole system.

import { monotonic_time, the_clock } from './clock.ts'
import { ports } from './port.ts'
import { process_count } from './process.ts'
import { queue_length, total_reductions } from './scheduler.ts'
import { Exit } from './term.ts'

/** What {@link statistics} tells. Pairs are the total, and what came since the last time it was asked for. */
export interface Statistics {
  /** Tasks that are ready and wait for their turn. */
  readonly run_queue: number
  readonly total_run_queue_lengths: number
  /** These, and the one that is running. */
  readonly total_active_tasks: number
  readonly reductions: readonly [total: number, since: number]
  readonly exact_reductions: readonly [total: number, since: number]
  /** Milliseconds of CPU that the program took, all its threads. */
  readonly runtime: readonly [total: number, since: number]
  /** Milliseconds since the program began. */
  readonly wall_clock: readonly [total: number, since: number]
}

/**
 * Numbers about the system since it began.
 *
 * @throws {@link Exit} `'badarg'` for an item that there is not
 * @see OTP: `erlang:statistics/1`
 */
export function statistics<Item extends keyof Statistics>(item: Item): Statistics[Item] {
  if (!Object.hasOwn(tellers, item)) throw new Exit('badarg')
  return tellers[item]()
}

const cpu_time = (): number => {
  const { user, system } = process.cpuUsage()
  return Math.floor((user + system) / 1e3)
}

const tellers: { readonly [Item in keyof Statistics]: () => Statistics[Item] } = {
  run_queue: queue_length,
  total_run_queue_lengths: queue_length,
  total_active_tasks: () => queue_length() + 1,
  reductions: growing(total_reductions),
  exact_reductions: growing(total_reductions),
  runtime: growing(cpu_time),
  wall_clock: growing(() => Math.floor(monotonic_time() - started)),
}

function growing(total: () => number): () => readonly [number, number] {
  let before = 0
  return () => {
    const now = total()
    const since = now - before
    before = now
    return [now, since]
  }
}

const started = the_clock().monotonic_time()

/** What {@link system_info} tells. */
export interface SystemInfo {
  readonly process_count: number
  readonly port_count: number
  /** One: all processes share one thread. */
  readonly schedulers: 1
  readonly schedulers_online: 1
  /** When the program began, by `monotonic_time`. */
  readonly start_time: number
  /** `'volatile'`: it changes when somebody sets the clock. */
  readonly time_offset: 'volatile'
}

/**
 * What the system is like.
 *
 * @throws {@link Exit} `'badarg'` for an item that there is not
 * @see OTP: `erlang:system_info/1`
 */
export function system_info<Item extends keyof SystemInfo>(item: Item): SystemInfo[Item] {
  if (!Object.hasOwn(facts, item)) throw new Exit('badarg')
  return facts[item]()
}

const facts: { readonly [Item in keyof SystemInfo]: () => SystemInfo[Item] } = {
  process_count,
  port_count: () => ports().length,
  schedulers: () => 1,
  schedulers_online: () => 1,
  start_time: () => started,
  time_offset: () => 'volatile',
}

let last_integer = 0

/** OTP: the modifiers of `erlang:unique_integer/1`. Each integer is positive and greater than those before anyway. */
export interface UniqueIntegerOptions {
  readonly positive?: boolean
  readonly monotonic?: boolean
}

/**
 * An integer unlike any other of this program's.
 *
 * @throws {@link Exit} `'badarg'` for an option that there is not
 * @see OTP: `erlang:unique_integer/0,1`
 */
export function unique_integer(options: UniqueIntegerOptions = {}): number {
  const { positive: _positive, monotonic: _monotonic, ...unknown } = options
  if (Object.keys(unknown).length > 0) throw new Exit('badarg')
  return ++last_integer
}
