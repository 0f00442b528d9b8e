// What is told of a process that crashed, and of the neighbours it takes along.

import { members } from '../erlang/few.ts'
import { Pid } from '../erlang/pid.ts'
import type { Process } from '../erlang/process.ts'
import { process_info } from '../erlang/process_flags.ts'
import { name_of } from '../erlang/registry.ts'
import { report } from '../erlang/report.ts'
import { Exit, type Reason, type Term } from '../erlang/term.ts'

/** How something ended: the class, the reason, and where, unless the reason is an `Error`, which says that itself. */
export type ErrorInfo = readonly [
  class_: 'error' | 'exit' | 'throw',
  reason: Reason,
  stack: string | undefined,
]

/** Whether a process that ends so has nothing to explain. */
export const is_orderly = (reason: Reason): boolean =>
  reason === 'normal' || reason === 'shutdown' || (Array.isArray(reason) && reason[0] === 'shutdown')

/** What something thrown says of itself. */
export function error_info(thrown: unknown): ErrorInfo {
  if (thrown instanceof Exit) return ['exit', thrown.reason, thrown.stack]
  return thrown instanceof Error ? ['error', thrown, undefined] : ['throw', thrown, undefined]
}

/** Tells of the crash of a process that is about to end. OTP: `proc_lib:crash_report/4`. */
export function crash_report(process: Process, info: ErrorInfo): void {
  const { dictionary, monitors: _monitors, ...about } = portrait(process)
  report('error', {
    label: ['proc_lib', 'crash'],
    report: { ...about, error_info: info, dictionary, neighbours: neighbours_of(process) },
  })
}

function portrait(process: Process): Record<string, Term> {
  const { registered_name, initial_call, status, message_queue_len, messages, links, monitors } =
    process_info(process.pid)!
  const { trap_exit, dictionary } = process
  const ancestors = process.ancestors ?? []
  return {
    initial_call,
    pid: process.pid,
    registered_name,
    ancestors,
    message_queue_len,
    messages,
    links,
    monitors,
    dictionary: [...(dictionary ?? [])],
    trap_exit,
    status,
  }
}

/** The processes of the same make that the crash reaches by links: those that do not trap exits. */
function neighbours_of(process: Process): Record<string, Term>[] {
  const found = new Set([process])
  for (const one of found) {
    for (const other of members(one.links)) {
      const neighbour = other instanceof Pid ? (other.entity as Process | undefined) : undefined
      if (neighbour?.ancestors !== undefined && !neighbour.trap_exit) found.add(neighbour)
    }
  }
  found.delete(process)
  return Array.from(found, neighbour => {
    const { dictionary: _dictionary, messages: _messages, ...about } = portrait(neighbour)
    return about
  })
}

/** What a process is called in reports: its name, or its pid. */
export const name_or_pid = (pid: Pid): string | Pid => name_of(pid) ?? pid
