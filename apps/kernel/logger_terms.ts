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
    return shorten(term instanceof Error ? headline(term) : format_term(without_stacks(term, deepest)))
  } catch (failure) {
    return `<a term that cannot be shown: ${failure}>`
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
