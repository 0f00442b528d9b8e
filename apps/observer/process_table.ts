// The processes as a table. All are looked at in one pass that only reads; rows are made of those that are wanted.

import { brief_term, printable } from '../../runtime/erlang/brief.ts'
import { current_function_text, initial_call_text } from '../../runtime/erlang/c.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { is_pid, type Pid, type Port } from '../../runtime/erlang/pid.ts'
import { living, type Process } from '../../runtime/erlang/process.ts'
import { type ProcessInfo, process_info } from '../../runtime/erlang/process_info.ts'
import { registered, whereis } from '../../runtime/erlang/registry.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { in_callback } from '../../runtime/otp/sys.ts'
import { get_application } from '../kernel/application.ts'
import { largest } from './largest.ts'

/** A process. */
export interface ProcessRow {
  readonly pid: Pid
  readonly registered_name: string | undefined
  /** Its registered name, else its label, else what it was started with, as text: `counter:init/1`. */
  readonly name: string
  /** The application that it belongs to. */
  readonly application: string | undefined
  readonly status: ProcessInfo['status']
  readonly message_queue_len: number
  /** Since it was started. */
  readonly reductions: number
  /** Since the table that was given as `since`; undefined without one. */
  readonly reductions_since: number | undefined
  /** What it does, as text: `loop`, `receive`, `gen_server:call('bank', 'balance')`, `handle_call ['add', 1]`. */
  readonly current_function: string
  /** Milliseconds since a callback was called that has not given its result; undefined when none is under way. */
  readonly in_callback: number | undefined
  readonly links: readonly (Pid | Port)[]
}

/** What a table can be sorted by: numbers with the largest first; names from a to z, those without one last. */
export type SortKey = (typeof sort_keys)[number]

/** Every {@link SortKey}. */
export const sort_keys = ['reductions_since', 'reductions', 'message_queue_len', 'name', 'pid'] as const

/** How many reductions each process had at some moment, by the number of its pid. */
export type ReductionCounts = ReadonlyMap<number, number>

/** Which processes, and in which order. */
export interface ProcessTableOptions {
  /** Default: `'pid'`, the oldest first */
  readonly sort_by?: SortKey
  /** How many rows at most. Default: all */
  readonly limit?: number
  /** From when `reductions_since` counts: what {@link count_reductions} gave. */
  readonly since?: ReductionCounts | undefined
}

/**
 * The processes that are alive.
 *
 * @example
 * observer.process_table({ sort_by: 'message_queue_len', limit: 10 })
 */
export function process_table(options: ProcessTableOptions = {}): ProcessRow[] {
  const { sort_by = 'pid', limit = Number.POSITIVE_INFINITY, since } = options
  return chosen(sort_by, limit, since).map(process => row(process, since))
}

/** The reductions of all processes at this moment, to be given to {@link process_table} later. */
export function count_reductions(): ReductionCounts {
  const counts = new Map<number, number>()
  for (const process of living()) counts.set(process.pid.id, process.reductions)
  return counts
}

/** A process that has messages waiting. */
export interface MessageQueueRow {
  readonly pid: Pid
  readonly name: string
  readonly message_queue_len: number
  readonly current_function: string
  /** The beginnings of the oldest of its messages, as text. */
  readonly messages: readonly string[]
}

/** Which processes, and how much of their messages. */
export interface MessageQueuesOptions {
  /** Only processes with so many messages. Default: 1 */
  readonly at_least?: number
  /** How many rows at most. Default: all */
  readonly limit?: number
  /** How many messages of each are shown. Default: 3 */
  readonly messages?: number
}

/** The processes in which messages wait, the longest queue first. */
export function message_queues(options: MessageQueuesOptions = {}): MessageQueueRow[] {
  const { at_least = 1, limit = Number.POSITIVE_INFINITY, messages = 3 } = options
  const long = Array.from(living()).filter(({ mailbox }) => mailbox.length >= at_least)
  return largest(long, limit, length_of).map(process => {
    const { pid, name, message_queue_len, current_function } = row(process, undefined)
    const oldest = process.mailbox.messages(messages).map(message => brief_term(message))
    return { pid, name, message_queue_len, current_function, messages: oldest }
  })
}

/** What a process is called in tables: see {@link ProcessRow.name}. */
export function process_name(pid: Pid): string {
  const info = process_info(pid, ['registered_name', 'label', 'initial_call'])
  if (info === undefined) return ''
  const [[, registered_name], [, label], [, call]] = info
  if (registered_name !== undefined) return registered_name
  if (label === undefined) return initial_call_text(call)
  return typeof label === 'string' ? printable(label.slice(0, longest_name)) : brief_term(label, longest_name)
}

// ---- Internals

const longest_name = 60

function chosen(sort_by: SortKey, limit: number, since: ReductionCounts | undefined): Process[] {
  switch (sort_by) {
    case 'pid':
      return oldest(limit)
    case 'name':
      return by_name(limit)
    case 'message_queue_len':
      return largest(living(), limit, length_of)
    case 'reductions':
      return largest(living(), limit, process => process.reductions)
    case 'reductions_since':
      return largest(living(), limit, process => reductions_since(process, since))
  }
}

const length_of = ({ mailbox }: Process): number => mailbox.length

const reductions_since = ({ pid, reductions }: Process, since: ReductionCounts | undefined): number =>
  reductions - (since?.get(pid.id) ?? 0)

function oldest(limit: number, passed_over: ReadonlySet<Process> = new Set()): Process[] {
  const found: Process[] = []
  for (const process of living()) {
    if (found.length >= limit) break
    if (!passed_over.has(process)) found.push(process)
  }
  return found
}

function by_name(limit: number): Process[] {
  const named = registered()
    .sort()
    .map(name => whereis(name))
    .filter(is_pid)
    .map(pid => pid.entity as Process)
  if (named.length >= limit) return named.slice(0, limit)
  return [...named, ...oldest(limit - named.length, new Set(named))]
}

/** What a callback was called with, without the envelope it came in. */
function request_in(message: Term): Term {
  if (!Array.isArray(message)) return message
  if (message[0] === '$gen_call' && message.length === 3) return message[2]
  return message[0] === '$gen_cast' && message.length === 2 ? message[1] : message
}

const asked = [
  'registered_name',
  'status',
  'message_queue_len',
  'reductions',
  'current_function',
  'links',
] as const

function row(process: Process, since: ReductionCounts | undefined): ProcessRow {
  const { pid } = process
  const [[, registered_name], [, status], [, message_queue_len], [, reductions], [, doing], [, links]] =
    process_info(pid, asked)!
  const callback = in_callback(pid)
  return {
    pid,
    registered_name,
    name: process_name(pid),
    application: get_application(pid)?.[1],
    status,
    message_queue_len,
    reductions,
    reductions_since: since === undefined ? undefined : reductions_since(process, since),
    current_function:
      callback === undefined
        ? current_function_text(doing)
        : `${callback.callback} ${brief_term(request_in(callback.message))}`,
    in_callback: callback === undefined ? undefined : Math.round(monotonic_time() - callback.since),
    links,
  }
}
