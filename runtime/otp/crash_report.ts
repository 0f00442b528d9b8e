// What is told of a process that crashed, and of the neighbours it takes along.

import { members } from '../erlang/few.ts'
import { format_term } from '../erlang/io_lib.ts'
import { Pid } from '../erlang/pid.ts'
import type { Process } from '../erlang/process.ts'
import { process_info } from '../erlang/process_flags.ts'
import { name_of } from '../erlang/registry.ts'
import { report } from '../erlang/report.ts'
import { Exit, is_a, type Reason, type Term } from '../erlang/term.ts'

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
  if (is_a(thrown, Exit)) return ['exit', thrown.reason, thrown.stack]
  return is_a(thrown, Error) ? ['error', thrown, undefined] : ['throw', thrown, undefined]
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
  const {
    registered_name,
    initial_call,
    status,
    message_queue_len,
    messages,
    links,
    monitors,
    dictionary,
    label,
  } = process_info(process.pid)!
  const { trap_exit, reductions } = process
  const ancestors = process.ancestors ?? []
  return {
    initial_call,
    pid: process.pid,
    registered_name,
    ...(label === undefined ? {} : { process_label: label }),
    ancestors,
    message_queue_len,
    messages,
    links,
    monitors,
    dictionary: [...dictionary].filter(([key]) => !kept_by_proc_lib.has(key)),
    trap_exit,
    status,
    reductions,
  }
}

/** Under which key of the dictionary a process keeps its label. */
export const label_key = '$process_label'
const kept_by_proc_lib: ReadonlySet<Term> = new Set(['$ancestors', '$initial_call', label_key])

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

/** A crash report as text. OTP: `proc_lib:format/1`. */
export function format_crash_report({ neighbours, error_info, ...crasher }: Record<string, Term>): string {
  const { initial_call, pid, registered_name, ...others } = crasher
  const lines = [
    '  crasher:',
    ...lines_of({ initial_call, pid, registered_name }),
    ...(error_info === undefined ? [] : exception_lines(error_info)),
    ...lines_of(others),
    '  neighbours:',
  ]
  for (const neighbour of neighbours ?? []) {
    lines.push('    neighbour:', ...lines_of(neighbour).map(line => `  ${line}`))
  }
  return `${lines.join('\n')}\n`
}

const lines_of = (facts: Record<string, Term>): string[] =>
  Object.entries(facts).map(([name, fact]) => {
    const title = name === 'initial_call' ? 'initial call' : name
    return `    ${title}: ${name === 'initial_call' ? call_text(fact) : format_term(fact)}`
  })

/** `counter:init/1`, or what is known. */
const call_text = (call: Term): string =>
  Array.isArray(call)
    ? call.slice(0, 2).join(':') + (call.length > 2 ? `/${call[2]}` : '')
    : format_term(call)

function exception_lines([class_, reason, stack]: ErrorInfo): string[] {
  const frames = stack?.split('\n').filter(line => line.startsWith('    at ')) ?? []
  return [`    exception ${class_}: ${format_term(reason)}`, ...frames.map(line => `  ${line}`)]
}
