// The matrix as text: a row for each version with each suite, two columns for each peer, and under it what is red,
// and why the rest is empty.

import { type Cell, cipher_title, every_cell, peer_names, roles, rows, title } from './cells.ts'
import { cells_to_fill } from './choice.ts'
import { type Excuse, excuse_for, excuse_for_resumption } from './excuses.ts'
import type { Outcome } from './meeting.ts'
import type { Outcomes } from './run.ts'

const legend = [
  "Kista as client (C) and as server (S) of each peer's. R: both spoke, and resumed the session on a second",
  'connection; o: both spoke; X: red; a dot: the peer can not, for the reason below; a blank: not tried.',
]

const width = 5

/** @param seconds - how long it took */
export function print_matrix(outcomes: Outcomes, seconds: number): string {
  const lines = [...legend, '', heading()]
  const marks = new Map([...outcomes].map(([cell, outcome]) => [title(cell), mark_of(outcome)]))
  const is_partial = marks.size < cells_to_fill().length
  let above = ''
  for (const { version, suite } of rows()) {
    const group = `${version} ${suite.key_exchange}`
    const cells = peer_names.map(peer => roles.map(role => ({ peer, role, version, suite })))
    if (is_partial && !cells.flat().some(cell => marks.has(title(cell)))) continue
    const row = cells.map(pair =>
      pair
        .map(cell => mark(cell, marks))
        .join(' ')
        .padEnd(width),
    )
    lines.push(
      `${(group === above ? '' : group).padEnd(20)} ${cipher_title(suite).padEnd(26)}${row.join('  ')}`,
    )
    above = group
  }
  return [...lines, '', ...red_cells(outcomes), ...excuses_used(), '', summary(outcomes, seconds), ''].join(
    '\n',
  )
}

function heading(): string {
  const columns = peer_names.map(name => short_names[name].padEnd(width))
  return `${''.padEnd(47)}${columns.join('  ')}\n${''.padEnd(47)}${peer_names.map(() => 'C S'.padEnd(width)).join('  ')}`
}

const short_names: Readonly<Record<Cell['peer'], string>> = {
  openssl: 'ossl',
  gnutls: 'gnutl',
  java: 'java',
  erlang: 'erl',
  'old node': 'n0.12',
  'bouncy castle': 'bc',
}

function mark(cell: Cell, marks: ReadonlyMap<string, string>): string {
  return excuse_for(cell) ? '.' : (marks.get(title(cell)) ?? ' ')
}

function mark_of(outcome: Outcome): string {
  if (outcome.colour === 'red') return 'X'
  return outcome.resumed ? 'R' : 'o'
}

/** With the first lines of why. */
function red_cells(outcomes: Outcomes): readonly string[] {
  const lines = [...outcomes].flatMap(([cell, outcome]) => {
    if (outcome.colour === 'green') return []
    const first = outcome.why.split('\n').filter(line => line.trim() !== '')
    return [`X ${title(cell)}`, ...first.slice(0, 3).map(line => `    ${line.slice(0, 160)}`)]
  })
  return lines.length === 0 ? [] : ['Red:', ...lines, '']
}

function excuses_used(): readonly string[] {
  const cells = every_cell()
  const of_cells = by_excuse(cells, excuse_for)
  const of_resumptions = by_excuse(
    cells.filter(cell => excuse_for(cell) === undefined),
    excuse_for_resumption,
  )
  const lines = (counted: ReadonlyMap<Excuse, number>) =>
    [...counted].map(([{ peers, why }, count]) => `${`${count}`.padStart(5)}  ${peers.join(', ')}: ${why}`)
  return [
    ...['Empty, and why:', ...lines(of_cells)],
    ...(of_resumptions.size === 0 ? [] : ['Without a resumption, and why:', ...lines(of_resumptions)]),
    ...['Rows in which no peer here can do anything:', ...empty_rows()],
  ]
}

function by_excuse(cells: readonly Cell[], excuse: (cell: Cell) => Excuse | undefined) {
  const counted = new Map<Excuse, number>()
  for (const cell of cells) {
    const found = excuse(cell)
    if (found) counted.set(found, (counted.get(found) ?? 0) + 1)
  }
  return counted
}

/** The versions and suites that nobody but Kista can do, one line per version and key exchange. */
function empty_rows(): readonly string[] {
  const groups = new Map<string, string[]>()
  for (const { version, suite } of rows()) {
    const cells = peer_names.flatMap(peer => roles.map(role => ({ peer, role, version, suite })))
    if (cells.some(cell => excuse_for(cell) === undefined)) continue
    const name = `${version} ${suite.key_exchange}`
    groups.set(name, [...(groups.get(name) ?? []), cipher_title(suite)])
  }
  return [...groups].map(([name, ciphers]) => `       ${name}: ${ciphers.join(', ')}`)
}

function summary(outcomes: Outcomes, seconds: number): string {
  const all = [...outcomes.values()]
  const green = all.filter(({ colour }) => colour === 'green').length
  const resumed = all.filter(outcome => outcome.colour === 'green' && outcome.resumed).length
  const empty = every_cell().length - all.length
  return `${green} cells green, ${resumed} of them with a resumption; ${all.length - green} red; ${empty} others; ${Math.round(seconds)} s`
}
