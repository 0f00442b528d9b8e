// Terms as the trace of a simulation shows them: pids, references and ports are numbered from where the simulation
// began, and of binaries only the size is told; so that two runs that did the same read the same.

import { Pid, Port, Ref } from '../runtime/erlang/pid.ts'
import { Exit, type Term } from '../runtime/erlang/term.ts'

const deepest = 4
const most_elements = 8
const longest_string = 60

/**
 * The term as text.
 *
 * @param base - the identity that was given out last when the simulation began
 */
export function render(term: Term, base: number, depth = 0): string {
  if (term === null || typeof term !== 'object') return render_plain(term)
  if (term instanceof Pid) return `<${number_of(term, base)}>`
  if (term instanceof Ref) return `#Ref<${number_of(term, base)}>`
  if (term instanceof Port) return `#Port<${number_of(term, base)}>`
  if (term instanceof Uint8Array) return `<<${term.length} bytes>>`
  if (term instanceof Exit) return `Exit ${render(term.reason, base, depth + 1)}`
  if (term instanceof Error) return `${term.name}: ${term.message}`
  if (depth >= deepest) return '…'
  if (Array.isArray(term)) return `[${elements(term, item => render(item, base, depth + 1))}]`
  if (!is_record(term)) return term.constructor?.name ?? 'object'
  return `{${elements(Object.entries(term), ([key, value]) => `${key}: ${render(value, base, depth + 1)}`)}}`
}

/** What was there before the simulation has no number in it. */
const number_of = ({ id }: Pid | Ref | Port, base: number): number | 'earlier' =>
  id > base ? id - base : 'earlier'

function render_plain(term: Term): string {
  if (typeof term === 'function') return `fun ${term.name === '' ? '-' : term.name}`
  if (typeof term !== 'string') return String(term)
  return term.length > longest_string ? `'${term.slice(0, longest_string)}…'` : `'${term}'`
}

function elements<Item>(items: readonly Item[], show: (item: Item) => string): string {
  const shown = items.slice(0, most_elements).map(show).join(', ')
  return items.length > most_elements ? `${shown}, … ${items.length - most_elements} more` : shown
}

/** Objects with a class of their own have insides that are nobody else's. */
function is_record(term: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(term)
  return prototype === null || prototype === Object.prototype
}
