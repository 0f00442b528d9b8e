// The command `kista`: what it does with its arguments, and what it says.

import { printable } from '../../runtime/erlang/brief.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { format_term } from '../../runtime/erlang/io_lib.ts'
import type { Reason, Result } from '../../runtime/erlang/term.ts'
import { get_key } from '../kernel/application.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import { type Arguments, parse_arguments, usage } from './kista_arguments.ts'
import { directory } from './observer_directory.ts'
import { views } from './snapshot.ts'
import { watch } from './top.ts'
import { new_model } from './top_model.ts'
import { overview } from './top_screen.ts'
import { view_lines } from './top_tables.ts'
import type { Terminal } from './top_terminal.ts'
import { type Column, table_lines, uptime_text } from './top_text.ts'
import { ask, connect, find, type NotFound, nodes, type WatchedNode } from './watched_node.ts'

/** Where the command's output goes. */
export interface Output {
  /** Takes lines. */
  print(text: string): void
  complain(text: string): void
  /** Undefined when there is none to be taken over. */
  readonly terminal: Terminal | undefined
}

/** Milliseconds that a node may take for a table. */
const patience = 10_000

/**
 * Does what the arguments say. Runs in a process.
 *
 * @returns what the program is to exit with: 0; 1 when there is no such node, or it does not answer; 2 for wrong arguments
 */
export async function main(given: readonly string[], output: Output): Promise<0 | 1 | 2> {
  const [tag, wanted] = parse_arguments(given)
  if (tag === 'error') {
    output.complain(`kista: ${printable(wanted)}\n\n${usage.trimEnd()}`)
    return 2
  }
  switch (wanted.command) {
    case 'help':
      output.print(usage.trimEnd())
      return 0
    case 'version':
      output.print(`${get_key('kernel', 'vsn')![1]}`)
      return 0
    case 'list':
      return list(wanted, output)
    case 'top':
      return top(wanted, output)
  }
}

// ---- Internals

async function list({ json }: Arguments, output: Output): Promise<0 | 1> {
  const { print } = output
  const [tag, found] = await nodes()
  if (tag === 'error') return failed(explain(found), output)
  if (json) print(JSON.stringify(found, undefined, 2))
  else if (found.length === 0) print(explain('none'))
  else for (const line of table_lines(node_columns, found)) print(line)
  return 0
}

const node_columns: readonly Column<WatchedNode>[] = [
  { title: 'NAME', width: 24, text: ({ name }) => name },
  { title: 'PID', width: 8, text: ({ system }) => `${system?.os_pid ?? ''}` },
  { title: 'PROCESSES', width: 9, right: true, text: ({ system }) => `${system?.process_count ?? ''}` },
  { title: 'UP', width: 12, right: true, text: ({ system }) => (system ? uptime_text(system.uptime) : '') },
  { title: 'PROGRAM', width: 40, text: ({ system }) => system?.program ?? 'does not answer' },
]

async function top(wanted: Arguments, output: Output): Promise<0 | 1> {
  const [tag, node] = await find(wanted.node)
  if (tag === 'error') return failed(explain(node), output)
  const [connected, socket] = await connect(node.name)
  if (connected === 'error') return failed(`${node.name} cannot be reached: ${format_term(socket)}`, output)
  const { terminal } = output
  const shown =
    terminal === undefined || wanted.once || wanted.json
      ? await print_once(node.name, socket, wanted, output)
      : await show(node.name, socket, wanted, terminal)
  gen_tcp.close(socket)
  return shown[0] === 'ok' ? 0 : failed(`${node.name} ${ended(shown[1])}`, output)
}

function show(name: string, socket: gen_tcp.Socket, wanted: Arguments, terminal: Terminal) {
  const { view = 'processes', sort_by, interval } = wanted
  const model = new_model(name, { view, sort_by, size: terminal.size(), now: monotonic_time() })
  return watch({ socket, interval }, model, terminal)
}

async function print_once(
  name: string,
  socket: gen_tcp.Socket,
  { json, view, sort_by, limit }: Arguments,
  { print }: Output,
): Promise<Result<'printed', Reason>> {
  const wanted = view ?? 'processes'
  const asked = json && view === undefined ? views : [wanted]
  const [tag, snapshot] = await ask(socket, { views: asked, sort_by, limit }, patience)
  if (tag === 'error') return [tag, snapshot]
  if (json) print(JSON.stringify({ name, ...snapshot }, undefined, 2))
  else
    for (const line of [...overview(name, snapshot.system), '', ...view_lines(snapshot, wanted)]) print(line)
  return ['ok', 'printed']
}

function failed(text: string, { complain }: Output): 1 {
  complain(`kista: ${printable(text)}`)
  return 1
}

function explain(why: NotFound): string {
  if (why === 'none') return `there is no node to be watched in ${directory()}; see kista --help`
  switch (why[0]) {
    case 'several':
      return `there are several nodes, say which one: ${why[1].join(', ')}`
    case 'unknown':
      return `there is no node ${why[1]}; kista list tells which there are`
    case 'directory':
      return why[1][0] === 'unsafe_directory'
        ? `${why[1][1]} is not yours, or not closed to all others (mode 0700): nothing in it can be trusted`
        : `${directory()} cannot be read: ${why[1]}`
  }
}

function ended(reason: Reason): string {
  if (reason === 'closed') return 'has ended, or is watched by too many'
  if (reason === 'timeout') return 'does not answer'
  if (reason === 'version') return 'is of another version of kista'
  return `answers ${format_term(reason)}`
}
