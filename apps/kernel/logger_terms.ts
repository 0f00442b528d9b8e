// Terms in reports: errors with their stacks once, where they are the point, and in a word everywhere else.

import { format_term } from '../../runtime/erlang/io_lib.ts'
import { Exit, type Reason, type Term } from '../../runtime/erlang/term.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')
/** Characters that one term may take. */
const longest_text = 5_000
/** How many errors inside a reason are told with their stacks, and how deep they are looked for. */
const most_errors = 3
const deepest = 6

/** A text that is not longer than so many characters, and says how much is missing. */
export const shorten = (text: string, longest = longest_text): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length - longest} more characters)`

/** A term, errors in it by name and message only. */
export function term_text(term: Term): string {
  try {
    if (term instanceof Error) return shorten(headline(term))
    const shown = depth_in_force === undefined ? term : cut_to_depth(term, depth_in_force)
    return shorten(format_term(without_stacks(shown, deepest)))
  } catch (failure) {
    return `<a term that cannot be shown: ${failure}>`
  }
}

let depth_in_force: number | undefined

/** Has terms shown only so deep, and lists only so long, while `body` runs. */
export function at_depth<Value>(depth: number | 'unlimited' | undefined, body: () => Value): Value {
  const before = depth_in_force
  depth_in_force = depth === 'unlimited' ? undefined : depth
  try {
    return body()
  } finally {
    depth_in_force = before
  }
}

/** Why something ended: the term, and the stacks of the errors in it. */
export function reason_text(reason: Reason): string {
  try {
    const errors = new Set<Error>()
    find_errors(reason, errors, deepest)
    const stacks = Array.from(errors).slice(0, most_errors).map(error_text)
    return shorten((reason instanceof Error ? stacks : [term_text(reason), ...stacks]).join('\n'))
  } catch {
    return term_text(reason)
  }
}

/** An error with its stack, and with what caused it. */
export function error_text(error: Error): string {
  const text = [headline(error), stack_text(error.stack ?? '')].filter(part => part !== '').join('\n')
  return error.cause instanceof Error ? `${text}\ncaused by ${error_text(error.cause)}` : text
}

const runtime_folder = new URL('../../runtime/', import.meta.url)

/** The places of a stack, one a line: without those in Node, and without the way from the scheduler to the handler. */
export function stack_text(stack: string): string {
  const places = stack.split('\n').filter(line => /^\s+at (?!.*\bnode:)/.test(line))
  while (places.at(-1)?.includes(runtime_folder.pathname)) places.pop()
  return places.map(place => `  ${place.trim()}`).join('\n')
}

/** An error as a word in a term. */
class Named {
  readonly #error: Error

  constructor(error: Error) {
    this.#error = error
  }

  [inspect](): string {
    return `[${headline(this.#error)}]`
  }
}

const the_rest = { [inspect]: () => '...' }

/** A term without what is deeper; each list and object with one item less than it is still deep, as OTP counts. */
function cut_to_depth(term: Term, depth: number): Term {
  if (typeof term !== 'object' || term === null || term instanceof Error) return term
  const is_list = Array.isArray(term)
  if (!is_list && Object.getPrototypeOf(term) !== Object.prototype) return term
  if (depth <= 1) return the_rest
  if (is_list) {
    const kept = term.slice(0, depth - 1).map(part => cut_to_depth(part, depth - 1))
    return term.length < depth ? kept : [...kept, the_rest]
  }
  const entries = Object.entries(term)
  const kept = entries.slice(0, depth - 1).map(([key, part]) => [key, cut_to_depth(part, depth - 1)])
  if (entries.length >= depth) kept.push(['...', the_rest])
  return Object.fromEntries(kept)
}

function headline(error: Error): string {
  if (error instanceof Exit) return `Exit: ${term_text(error.reason)}`
  const message = error.message.trimEnd()
  return message === '' ? error.name : `${error.name}: ${message}`
}

function without_stacks(term: Term, depth: number): Term {
  if (term instanceof Error) return new Named(term)
  if (!Array.isArray(term) || depth === 0) return term
  return term.some(part => part instanceof Error || Array.isArray(part))
    ? term.map(part => without_stacks(part, depth - 1))
    : term
}

function find_errors(term: Term, found: Set<Error>, depth: number): void {
  if (term instanceof Error) found.add(term)
  else if (Array.isArray(term) && depth > 0) for (const part of term) find_errors(part, found, depth - 1)
}
