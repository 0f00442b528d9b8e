// Of OTP's module c, the shell's commands, those that look at the system: tables of processes and of names.

import { brief_term, printable } from './brief.ts'
import { node } from './links.ts'
import { is_pid, type Pid } from './pid.ts'
import { port_info } from './port.ts'
import { type CurrentFunction, process_info, processes } from './process_flags.ts'
import { registered, whereis } from './registry.ts'
import type { Term } from './term.ts'

type Row = readonly [text: string, width: number, side?: 'right']

/**
 * Prints a table of processes: on a first line the pid, what it was started with, its reductions and the messages
 * that wait; on a second one its name and what it does.
 *
 * @param pids - those that have ended are left out. Default: all
 * @see OTP: `c:i/0`
 */
export function i(pids: readonly Pid[] = processes()): 'ok' {
  print_pair(['Pid', 'Initial Call', 'Reds', 'Msgs'], ['Registered', 'Current Function'])
  let [all_reductions, all_messages] = [0, 0]
  for (const pid of pids) {
    const info = process_info(pid, [...told])
    if (info === undefined) continue
    const [[, call], [, name], [, doing], [, reductions], [, messages]] = info
    all_reductions += reductions
    all_messages += messages
    const first = [`${pid}`, initial_call_text(call), `${reductions}`, `${messages}`] as const
    print_pair(first, [name ?? '', current_function_text(doing)])
  }
  print_pair(['Total', '', `${all_reductions}`, `${all_messages}`], ['', ''])
  return 'ok'
}

const told = [
  'initial_call',
  'registered_name',
  'current_function',
  'reductions',
  'message_queue_len',
] as const

/**
 * Prints the names of processes, and those of ports, in alphabetical order.
 *
 * @see OTP: `c:regs/0`
 */
export function regs(): 'ok' {
  const names = registered().sort()
  console.log(`\n** Registered procs on node ${node()} **`)
  print_registered('Name', 'Pid', 'Initial Call', 'Reds', 'Msgs')
  for (const name of names) {
    const pid = whereis(name)
    const info = is_pid(pid) ? process_info(pid, [...told]) : undefined
    if (info === undefined) continue
    const [[, call], , , [, reductions], [, messages]] = info
    print_registered(name, `${pid}`, initial_call_text(call), `${reductions}`, `${messages}`)
  }
  console.log(`\n** Registered ports on node ${node()} **`)
  print_line([name_column('Name'), ['Id', 15], ['Command', 40]])
  for (const name of names) {
    const port = whereis(name)
    if (port === undefined || is_pid(port)) continue
    print_line([name_column(name), [`${port}`, 15], [port_info(port)?.name ?? '', 40]])
  }
  return 'ok'
}

/** What a process was started with, as text: `counter:init/1`. */
export function initial_call_text(call: Term): string {
  if (!Array.isArray(call)) return call === undefined ? '' : brief_term(call)
  const [module, name, arity] = call
  const called = `${module}:${name === '' ? 'fun' : name}`
  return printable(arity === undefined ? called : `${called}/${arity}`)
}

/** Where a process is, as text: `receive`, `handle ['add', 1]`, `gen_server:call('bank', 'balance')`. */
export function current_function_text(doing: CurrentFunction): string {
  const [what, about] = doing
  if (what === 'run') return initial_call_text(about)
  if (what === 'handle') return `handle ${brief_term(about)}`
  if (what !== 'call') return what
  if (!Array.isArray(about) || !Array.isArray(about[2])) return `call ${brief_term(about)}`
  const [module, name, args] = about
  return printable(`${module}:${name}(${args.map((arg: Term) => brief_term(arg, 30)).join(', ')})`)
}

// ---- Internals

function print_pair(first: readonly [string, string, string, string], second: readonly [string, string]) {
  const [pid, call, reductions, messages] = first
  print_line([name_column(pid), [call, 36], [reductions, 10, 'right'], [messages, 8, 'right']])
  print_line([name_column(second[0]), [second[1], 56]])
}

function print_registered(...[name, pid, call, reductions, messages]: readonly string[]): void {
  const numbers: Row[] = [
    [reductions!, 10, 'right'],
    [messages!, 8, 'right'],
  ]
  print_line([name_column(name!), [pid!, 12], [call!, 28], ...numbers])
}

const name_column = (name: string): Row => [name, 21]

const print_line = (cells: readonly Row[]): void =>
  console.log(
    cells
      .map(([text, width, side]) =>
        side === 'right' ? text.padStart(width) : text.slice(0, width).padEnd(width),
      )
      .join(' ')
      .trimEnd(),
  )
