// Numbers about the whole system, which cost next to nothing to take.

import { timer_count } from '../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { all as ets_tables } from '../../runtime/erlang/ets.ts'
import { node } from '../../runtime/erlang/links.ts'
import { queue_length, total_reductions } from '../../runtime/erlang/scheduler.ts'
import { system_info as erlang_system_info } from '../../runtime/erlang/statistics.ts'
import { get_key } from '../kernel/application.ts'

/** What {@link system_info} tells. */
export interface SystemInfo {
  readonly node: string
  /** The number of the process of the operating system. */
  readonly os_pid: number
  /** The program that it runs: the path of its main file. */
  readonly program: string
  /** The versions of this package and of Node. */
  readonly versions: { readonly kista: string; readonly node: string }
  /** Milliseconds since the program began. */
  readonly uptime: number
  readonly process_count: number
  readonly port_count: number
  readonly timer_count: number
  readonly ets_count: number
  /** How many tasks are ready and wait for their turn. */
  readonly run_queue: number
  /** Since the program began. */
  readonly reductions: number
  /** Milliseconds of CPU that the program took, all its threads. */
  readonly runtime: number
  readonly memory: Memory
}

/** Bytes. */
export interface Memory {
  /** All that the program holds of the machine's memory. */
  readonly rss: number
  /** JavaScript's objects, and the room for them. */
  readonly heap_used: number
  readonly heap_total: number
  /** What objects hold outside that room, buffers included. */
  readonly external: number
  readonly array_buffers: number
}

/** An overview of the running system. */
export function system_info(): SystemInfo {
  const { user, system } = process.cpuUsage()
  return {
    node: node(),
    os_pid: process.pid,
    program: process.argv[1] ?? '',
    versions: { kista: get_key('kernel', 'vsn')?.[1] ?? '', node: process.versions.node },
    uptime: Math.round(monotonic_time() - erlang_system_info('start_time')),
    process_count: erlang_system_info('process_count'),
    port_count: erlang_system_info('port_count'),
    timer_count: timer_count(),
    ets_count: ets_tables().length,
    run_queue: queue_length(),
    reductions: total_reductions(),
    runtime: Math.round((user + system) / 1e3),
    memory: memory(),
  }
}

function memory(): Memory {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  return { rss, heap_used: heapUsed, heap_total: heapTotal, external, array_buffers: arrayBuffers }
}
