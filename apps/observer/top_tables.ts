// The tables of `kista top`: which columns each view has.

import type { ApplicationNode, TreeNode } from './application_tree.ts'
import type { Plain, Snapshot, View, Views } from './snapshot.ts'
import { bytes_text, type Column, count_text, table_lines, time_text } from './top_text.ts'

type RowOf<Name extends Exclude<View, 'tree'>> = Plain<Views[Name][number]>

/**
 * A view of a snapshot as lines, the first of which has the titles.
 *
 * @param elapsed - milliseconds since the snapshot before, if there was one
 * @returns no lines for a view that is not in the snapshot
 */
export function view_lines(snapshot: Plain<Snapshot>, view: View, elapsed?: number): string[] {
  switch (view) {
    case 'processes':
      return snapshot.processes === undefined ? [] : table_lines(process_columns(elapsed), snapshot.processes)
    case 'queues':
      return snapshot.queues === undefined ? [] : table_lines(queue_columns, snapshot.queues)
    case 'tree':
      return snapshot.tree === undefined ? [] : table_lines(tree_columns, snapshot.tree.flatMap(branches))
    case 'ports':
      return snapshot.ports === undefined ? [] : table_lines(port_columns, snapshot.ports)
    case 'timers':
      return snapshot.timers === undefined ? [] : table_lines(timer_columns, snapshot.timers)
    case 'ets':
      return snapshot.ets === undefined ? [] : table_lines(ets_columns, snapshot.ets)
  }
}

/** A callback that takes longer, in milliseconds, is shown with its time. */
const long_callback = 1_000

const process_columns = (elapsed: number | undefined): Column<RowOf<'processes'>>[] => [
  { title: 'PID', width: 11, text: row => row.pid },
  { title: 'NAME', width: 26, text: row => row.name },
  { title: 'APPLICATION', width: 12, text: row => row.application ?? '' },
  { title: 'STATUS', width: 9, text: row => row.status },
  { title: 'REDS/S', width: 7, right: true, text: row => per_second(row.reductions_since, elapsed) },
  { title: 'REDS', width: 7, right: true, text: row => count_text(row.reductions) },
  { title: 'MSGS', width: 7, right: true, text: row => count_text(row.message_queue_len) },
  { title: 'CURRENT FUNCTION', width: 40, text: doing },
]

const per_second = (reductions: number | undefined, elapsed: number | undefined): string =>
  reductions === undefined || !elapsed ? '' : count_text(Math.round((reductions * 1e3) / elapsed))

const doing = ({ current_function, in_callback }: RowOf<'processes'>): string =>
  in_callback === undefined || in_callback < long_callback
    ? current_function
    : `for ${time_text(in_callback)}: ${current_function}`

const queue_columns: readonly Column<RowOf<'queues'>>[] = [
  { title: 'PID', width: 11, text: row => row.pid },
  { title: 'NAME', width: 26, text: row => row.name },
  { title: 'MSGS', width: 7, right: true, text: row => count_text(row.message_queue_len) },
  { title: 'CURRENT FUNCTION', width: 30, text: row => row.current_function },
  { title: 'OLDEST MESSAGES', width: 60, text: row => row.messages.join(' ') },
]

const port_columns: readonly Column<RowOf<'ports'>>[] = [
  { title: 'PORT', width: 14, text: row => row.port },
  { title: 'NAME', width: 10, text: row => row.name },
  { title: 'OWNER', width: 26, text: row => `${row.owner} ${row.owner_name}` },
  { title: 'IN', width: 9, right: true, text: row => bytes_text(row.input) },
  { title: 'OUT', width: 9, right: true, text: row => bytes_text(row.output) },
  { title: 'STATES', width: 16, text: row => row.socket?.states.join(' ') ?? '' },
  { title: 'LOCAL', width: 24, text: row => row.socket?.local_address ?? '' },
  { title: 'FOREIGN', width: 24, text: row => row.socket?.foreign_address ?? '' },
]

const timer_columns: readonly Column<RowOf<'timers'>>[] = [
  { title: 'LEFT', width: 12, right: true, text: row => time_text(row.left) },
  { title: 'FOR', width: 11, text: row => row.destination ?? 'runtime' },
  { title: 'NAME', width: 26, text: row => row.name },
  { title: 'MESSAGE', width: 60, text: row => row.message },
]

const ets_columns: readonly Column<RowOf<'ets'>>[] = [
  { title: 'NAME', width: 26, text: row => row.name },
  { title: 'TYPE', width: 13, text: row => row.type },
  { title: 'ACCESS', width: 9, text: row => row.protection },
  { title: 'ROWS', width: 8, right: true, text: row => count_text(row.size) },
  { title: 'OWNER', width: 40, text: row => `${row.owner} ${row.owner_name}` },
]

// ---- The tree

interface Branch {
  readonly text: string
  readonly pid?: string | undefined
  readonly state: string
  readonly strategy?: string | undefined
  readonly message_queue_len?: number | undefined
}

const tree_columns: readonly Column<Branch>[] = [
  { title: 'APPLICATION', width: 44, text: row => row.text },
  { title: 'PID', width: 11, text: row => row.pid ?? '' },
  { title: 'STATE', width: 10, text: row => row.state },
  { title: 'MSGS', width: 7, right: true, text: row => count_text(row.message_queue_len) },
  { title: 'STRATEGY', width: 18, text: row => row.strategy ?? '' },
]

function branches(app: Plain<ApplicationNode>): Branch[] {
  const head = { text: app.application ?? '(no application)', state: app.status }
  return [head, ...below(app.trees, 0, '')]
}

/** The lines of the children of one node. @param more - how many of them are not told */
function below(children: readonly Plain<TreeNode>[], more: number, indent: string): Branch[] {
  const lines = children.flatMap((child, index) => {
    const is_last = index === children.length - 1 && more === 0
    const own: Branch = { ...child, text: `${indent}${is_last ? '└─' : '├─'} ${title(child)}` }
    return [own, ...below(child.children, child.more, `${indent}${is_last ? '   ' : '│  '}`)]
  })
  return more === 0 ? lines : [...lines, { text: `${indent}└─ … ${more} more`, state: '' }]
}

/** The id, and the name where that says something else. */
function title({ id, name, type }: Plain<TreeNode>): string {
  if (name === undefined || name === id) return id || type
  return id === '' ? name : `${id} (${name})`
}
