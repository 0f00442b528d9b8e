// The arguments of the command `kista`.

import type { Result } from '../../runtime/erlang/term.ts'
import { most_rows } from './observer_protocol.ts'
import { type SortKey, sort_keys } from './process_table.ts'
import { type View, views } from './snapshot.ts'

/** What the user wants. */
export interface Arguments {
  readonly command: 'top' | 'list' | 'help' | 'version'
  /** Which node: its name or its process of the operating system. */
  readonly node: string | undefined
  /** Undefined: nobody said. */
  readonly view: View | undefined
  readonly sort_by: SortKey
  readonly limit: number
  /** Milliseconds. */
  readonly interval: number
  readonly once: boolean
  readonly json: boolean
}

const defaults: Arguments = {
  command: 'help',
  node: undefined,
  view: undefined,
  sort_by: 'reductions_since',
  limit: 100,
  interval: 1_000,
  once: false,
  json: false,
}

/** What `kista --help` says. */
export const usage = `Usage:
  kista top [name|pid]  watches a running node; the only one, if it is not told which
  kista list            lists the nodes that can be watched
  kista --help, kista --version

A program can be watched when it has called observer.start() of kista/observer, or was started with
  KISTA_OBSERVER=name node --import kista/observer program.js

Options:
  --interval seconds    how often it is asked: 0.1 to 3600, by default 1
  --view view           ${views.join(', ')}
  --sort key            ${sort_keys.join(', ')}
  --once                prints one table and ends, as it does when its output is no terminal
  --limit rows          of what it prints: 1 to ${most_rows}, by default ${defaults.limit}
  --json                prints JSON and ends; without --view, all views
`

type Taken = Partial<Arguments> | undefined

/** Each option with what its value means; undefined for a value that it cannot have. */
const with_value: Readonly<Record<string, (value: string) => Taken>> = {
  '--interval': value => in_range(Number(value) * 1_000, 100, 3_600_000, interval => ({ interval })),
  '--view': value => one_of(views, value, view => ({ view })),
  '--sort': value => one_of(sort_keys, value, sort_by => ({ sort_by })),
  '--limit': value =>
    in_range(Number(value), 1, most_rows, limit => (Number.isInteger(limit) ? { limit } : undefined)),
}

const without_value: Readonly<Record<string, Partial<Arguments>>> = {
  '--once': { once: true },
  '--json': { json: true },
  '--help': { command: 'help' },
  '-h': { command: 'help' },
  '--version': { command: 'version' },
}

/** @returns `['error', text]` with what is wrong, for people */
export function parse_arguments(given: readonly string[]): Result<Arguments, string> {
  const words: string[] = []
  let options: Partial<Arguments> = {}
  for (let next = 0; next < given.length; next++) {
    const [word, value] = split(given[next]!)
    if (!word.startsWith('-')) words.push(word)
    else if (Object.hasOwn(without_value, word) && value === undefined) {
      options = { ...options, ...without_value[word] }
    } else if (Object.hasOwn(with_value, word)) {
      const text = value ?? given[++next]
      const taken = text === undefined ? undefined : with_value[word]!(text)
      if (taken === undefined) return ['error', `${word} cannot be ${text ?? 'without a value'}`]
      options = { ...options, ...taken }
    } else return ['error', `there is no option ${given[next]}`]
  }
  return commanded(words, options)
}

function commanded(words: readonly string[], options: Partial<Arguments>): Result<Arguments, string> {
  const [command = 'help', node, ...more] = words
  if (options.command !== undefined) return ['ok', { ...defaults, ...options }]
  if (command !== 'top' && command !== 'list' && command !== 'help') {
    return ['error', `there is no command ${command}`]
  }
  const unwanted = command === 'top' ? more[0] : node
  if (unwanted !== undefined) return ['error', `kista ${command} does not take ${unwanted}`]
  return ['ok', { ...defaults, ...options, command, node }]
}

/** `--view=ets` is `--view ets`. */
function split(word: string): [string, string?] {
  const at = word.indexOf('=')
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word]
}

const in_range = (value: number, least: number, most: number, take: (value: number) => Taken): Taken =>
  value >= least && value <= most ? take(value) : undefined

function one_of<Name extends string>(
  names: readonly Name[],
  value: string,
  take: (name: Name) => Taken,
): Taken {
  const name = names.find(name => name === value)
  return name === undefined ? undefined : take(name)
}
