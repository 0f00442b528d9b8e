// Follows the entry points of the package to every declaration that a user can name or is handed.

import { posix } from 'node:path'

export interface Declaration {
  readonly file: string
  readonly line: number
  readonly kind: string
  /** How a user comes to it, such as `kista.ets.lookup`; behind `>` stand types that others are made of. */
  readonly path: string
  /** The text of its docstring; undefined without one. */
  readonly docstring: string | undefined
  /** What it is declared as, comments left out. */
  readonly code: string
}

/** What a name stands for: a declaration `name` in `file`. */
interface Target {
  readonly file: string
  readonly name: string
}

interface Module {
  readonly text: string
  /** Where the declarations of its top level begin: the first of each name, for functions with overloads. */
  readonly declared: ReadonlyMap<string, RegExpExecArray>
  readonly exported: ReadonlySet<string>
  readonly handed_on: ReadonlyMap<string, Target>
  readonly imported: ReadonlyMap<string, Target>
  /** `export *` and `export * as name`. */
  readonly whole: readonly { readonly name: string; readonly file: string }[]
}

const declaration =
  /^(export )?(?:declare )?(?:abstract )?(?:async )?(function|const|let|class|interface|type)\*? (\w+)/gm
const named = /^(import|export) (?:type )?\{([^}]*)\}(?: from '([^']*)')?/gm
const whole = /^export \*(?: as (\w+))? from '(\.[^']*)'/gm
const next_at_top_level =
  /\n(?=\/\*\*|\/\/|(?:export|const|let|function|class|interface|type|async|abstract)\b)/

/**
 * @param entry_points - the file behind each entry point of the package
 * @param text_of - reads a file
 * @returns every declaration that an entry point exports, and every exported type, interface and class that one of these
 * is made of
 */
export function public_declarations(
  entry_points: ReadonlyMap<string, string>,
  text_of: (file: string) => string,
): Declaration[] {
  const walk = new Walk(text_of)
  for (const [name, file] of entry_points) walk.whole(file, name)
  return Array.from(walk.found.values())
}

class Walk {
  readonly found = new Map<string, Declaration>()
  readonly #modules = new Map<string, Module>()
  readonly #text_of: (file: string) => string

  constructor(text_of: (file: string) => string) {
    this.#text_of = text_of
  }

  /** All that a file exports. */
  whole(file: string, path: string): void {
    const module = this.#module_of(file)
    for (const name of module.exported) this.#visit({ file, name }, `${path}.${name}`)
    for (const { name, file: other } of module.whole) this.whole(other, name ? `${path}.${name}` : path)
  }

  #visit(target: Target, path: string): void {
    const { file, name } = this.#home_of(target)
    if (this.found.has(`${file} ${name}`)) return
    const module = this.#module_of(file)
    const declared = describe_declaration(file, module.text, module.declared.get(name)!, path)
    this.found.set(`${file} ${name}`, declared)
    for (const [type] of declared.code.matchAll(/\b[A-Z]\w+\b/g)) {
      const part = module.exported.has(type) ? { file, name: type } : module.imported.get(type)
      if (part) this.#visit(part, `${path} > ${type}`)
    }
  }

  /** Where a name that files hand on to each other is declared. */
  #home_of(target: Target): Target {
    const module = this.#module_of(target.file)
    if (module.declared.has(target.name)) return target
    const elsewhere = module.handed_on.get(target.name) ?? module.imported.get(target.name)
    if (!elsewhere) throw new Error(`${target.file} has no ${target.name}`)
    return this.#home_of(elsewhere)
  }

  #module_of(file: string): Module {
    const known = this.#modules.get(file)
    if (known) return known
    const read = read_module(file, this.#text_of(file))
    this.#modules.set(file, read)
    return read
  }
}

function describe_declaration(file: string, text: string, start: RegExpExecArray, path: string): Declaration {
  const before = text.slice(0, start.index)
  const from = text.slice(start.index)
  const block = from.slice(0, 1 + (next_at_top_level.exec(from.slice(1))?.index ?? from.length))
  return {
    file,
    line: before.split('\n').length,
    kind: start[2]!,
    path,
    docstring: /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)?.[1]?.trim(),
    code: block.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'/g, ''),
  }
}

function read_module(file: string, text: string): Module {
  const beside = (path: string): string => posix.normalize(posix.join(posix.dirname(file), path))
  const declared = new Map<string, RegExpExecArray>()
  const exported = new Set<string>()
  for (const start of text.matchAll(declaration)) {
    const [, is_exported, , name] = start
    if (!declared.has(name!)) declared.set(name!, start)
    if (is_exported) exported.add(name!)
  }
  const imported = new Map<string, Target>()
  const handed_on = new Map<string, Target>()
  for (const [, verb, names, path] of text.matchAll(named)) {
    if (path && !path.startsWith('.')) continue
    for (const [name, as] of names_of(names!)) {
      const target = { file: path ? beside(path) : file, name }
      if (verb === 'import') imported.set(as, target)
      else {
        exported.add(as)
        if (path || as !== name) handed_on.set(as, target)
      }
    }
  }
  const stars = Array.from(text.matchAll(whole), ([, name, path]) => ({
    name: name ?? '',
    file: beside(path!),
  }))
  return { text, declared, exported, handed_on, imported, whole: stars }
}

/** `a, type B as C` are `a` as itself and `B` as `C`. */
function names_of(clause: string): [name: string, as: string][] {
  const names = clause.split(',').map(name => name.trim().replace(/^type /, ''))
  return names
    .filter(name => name !== '')
    .map(name => {
      const [original, as] = name.split(/\s+as\s+/)
      return [original!, as ?? original!]
    })
}
