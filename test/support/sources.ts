// Reads the sources of the product as text: what a file imports, what in it is code, what the package exports.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

export interface Import {
  readonly file: string
  readonly line: number
  /** A path from the root for our own files, else the name of a package. */
  readonly target: string
  readonly outside: boolean
  /** What is imported, as it is written. */
  readonly names: string
  /** Nothing of it is left when the program runs. */
  readonly only_types: boolean
}

export interface Source {
  readonly file: string
  readonly text: string
  /** The text without comments, and without what stands in strings and templates. */
  readonly code: string
  readonly imports: readonly Import[]
}

/** The files behind the entry points of package.json. */
export function exported_files(): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.values<{ default?: string } | string>(exports)
    .map(entry => (typeof entry === 'string' ? entry : (entry.default ?? '')))
    .filter(file => file.startsWith('./dist/'))
    .map(file => file.replace('./dist/', '').replace(/\.js$/, '.ts'))
}

/** Every source below these folders. */
export function read_sources(...folders: string[]): Source[] {
  return folders.flatMap(folder => files_below(folder)).map(read_source)
}

function files_below(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

function read_source(file: string): Source {
  const text = readFileSync(join(root, file), 'utf8')
  return { file, text, code: code_of(text), imports: imports_of(file, text) }
}

/** Blanks comments, strings, templates and regular expressions; line breaks stay where they are. */
export function code_of(text: string): string {
  const noise =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?;{}\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g
  return text.replace(noise, found => found.replace(/[^\n]/g, ' '))
}

const static_import =
  /^(?:import|export)\s+(type\s+)?(?:(\{[^}]*\}|[\w*$][^'";=(]*?)\s+from\s+)?['"]([^'"]+)['"]/gm
const dynamic_import = /\bimport\(\s*(?:\/\*[\s\S]*?\*\/\s*)?(['"`])([^'"`]+)\1/g

/** What `text`, which stands in `file`, imports and hands on. */
export function imports_of(file: string, text: string): Import[] {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/[^\n]*/gm, found => found.replace(/[^\n]/g, ' '))
  const found: Import[] = []
  const note = (at: number, name: string, names: string, only_types: boolean) => {
    const outside = !name.startsWith('.')
    const target = outside ? name : posix.normalize(posix.join(posix.dirname(file), name))
    found.push({ file, line: bare.slice(0, at).split('\n').length, target, outside, names, only_types })
  }
  for (const match of bare.matchAll(static_import)) {
    const names = match[2] ?? ''
    note(match.index, match[3]!, names, match[1] !== undefined || names_only_types(names))
  }
  for (const match of bare.matchAll(dynamic_import)) note(match.index, match[2]!, '', false)
  return found
}

function names_only_types(clause: string): boolean {
  if (!clause.startsWith('{')) return false
  const names = clause
    .slice(1, -1)
    .split(',')
    .map(name => name.trim())
  return names.filter(name => name !== '').every(name => name.startsWith('type '))
}
