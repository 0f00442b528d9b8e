// What `kista top` shows, as lines and as what a terminal is sent.

import { printable } from '../../runtime/erlang/brief.ts'
import type { Plain, Snapshot, View } from './snapshot.ts'
import { views } from './snapshot.ts'
import type { SystemInfo } from './system_info.ts'
import { view_lines } from './top_tables.ts'
import { bytes_text, count_text, cropped, time_text, uptime_text } from './top_text.ts'

/** Characters. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What is to be shown. */
export interface Shown {
  /** What the node is called. */
  readonly name: string
  readonly view: View
  readonly snapshot: Plain<Snapshot> | undefined
  /** The overview of the snapshot before, for what happened since. */
  readonly previous: SystemInfo | undefined
  /** Milliseconds for which there has been no answer, if that is long. */
  readonly silent: number | undefined
  /** How many rows of the table are passed over. */
  readonly first: number
}

/** One line of a screen. */
export interface Line {
  readonly text: string
  /** Shown light on dark and dark on light the other way round. */
  readonly reverse?: true
}

const keys =
  'q quit  1-6 tab view  sort: r reds/s R reds m messages n name p pid  up down page-up page-down home'

/** The overview in three lines. */
export function overview(name: string, system: SystemInfo, previous?: SystemInfo): string[] {
  const { versions, memory } = system
  return [
    `${name}  pid ${system.os_pid}  up ${uptime_text(system.uptime)}  kista ${versions.kista}  node ${versions.node}  ${system.program}`,
    `processes ${system.process_count}  ports ${system.port_count}  timers ${system.timer_count}  ets ${system.ets_count}  run queue ${system.run_queue}  ${rates(system, previous)}`,
    `memory ${bytes_text(memory.rss)}  heap ${bytes_text(memory.heap_used)} of ${bytes_text(memory.heap_total)}  external ${bytes_text(memory.external)}  buffers ${bytes_text(memory.array_buffers)}`,
  ].map(printable)
}

function rates(system: SystemInfo, previous: SystemInfo | undefined): string {
  const elapsed = previous === undefined ? 0 : system.uptime - previous.uptime
  if (previous === undefined || elapsed <= 0) {
    return `reductions ${count_text(system.reductions)}  cpu ${time_text(system.runtime)}`
  }
  const reductions = ((system.reductions - previous.reductions) * 1e3) / elapsed
  const cpu = ((system.runtime - previous.runtime) * 100) / elapsed
  return `reductions ${count_text(Math.round(reductions))}/s  cpu ${cpu.toFixed(1)} %`
}

/** The rows of the table that is shown, with its titles first. */
export const body = ({ snapshot, view, previous }: Shown): string[] =>
  snapshot === undefined
    ? []
    : view_lines(snapshot, view, previous && snapshot.system.uptime - previous.uptime)

/** How many rows of a table a screen has room for. */
export const page = ({ rows }: Size): number => Math.max(0, rows - frame)
/** Lines that are no rows of the table: overview, views, titles, keys. */
const frame = 6

/** The screen as it fits: never more lines or longer ones than there is room for. */
export function screen(shown: Shown, size: Size): Line[] {
  const { snapshot, name, previous } = shown
  const [titles = '', ...rows] = body(shown)
  const head = snapshot === undefined ? [name, '', ''] : overview(name, snapshot.system, previous)
  const visible = rows.slice(shown.first, shown.first + page(size))
  const empty = Array.from({ length: page(size) - visible.length }, () => '')
  const lines: Line[] = [
    ...head.map(text => ({ text })),
    { text: tabs(shown) },
    { text: titles.padEnd(size.columns), reverse: true },
    ...[...visible, ...empty].map(text => ({ text })),
    { text: keys },
  ]
  return lines.slice(0, size.rows).map(line => ({ ...line, text: cropped(line.text, size.columns) }))
}

function tabs({ view, silent, snapshot, first }: Shown): string {
  const names = views.map((name, index) =>
    name === view ? `[${index + 1} ${name}]` : ` ${index + 1} ${name} `,
  )
  const from = first === 0 ? '' : `  from row ${first + 1}`
  const state =
    silent !== undefined
      ? `  no answer for ${time_text(silent)}`
      : snapshot === undefined
        ? '  waiting'
        : from
  return names.join('') + state
}

/** What a terminal is sent to show these lines and nothing else. */
export function to_ansi(lines: readonly Line[]): string {
  const shown = lines.map(({ text, reverse }) => `${reverse ? `${csi}7m${text}${csi}0m` : text}${csi}K`)
  return `${csi}H${shown.join('\r\n')}${csi}J`
}

const csi = '\u{1b}['

/** What makes a terminal keep what it shows for later: another screen, no cursor, long lines cut. */
export const enter_screen = `${csi}?1049h${csi}?25l${csi}?7l`
/** The reverse of {@link enter_screen}. */
export const leave_screen = `${csi}?7h${csi}?25h${csi}?1049l`
