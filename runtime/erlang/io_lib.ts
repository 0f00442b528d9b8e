// Terms as text for people, in the notation a TypeScript program writes them.

import { inspect } from 'node:util'
import { Exit, type Term } from './term.ts'

/**
 * A term as text: `['ok', <0.12.0>]`. Long lists, deep terms and long strings are cut.
 *
 * @param width - columns before it breaks into lines
 * @see OTP: `io_lib:format("~tp", [Term])`
 */
export function format_term(term: Term, width = 100): string {
  if (term instanceof Error && !(term instanceof Exit)) return format_error(term)
  return inspect(term, { depth: 6, breakLength: width, maxArrayLength: 40, maxStringLength: 4_000 })
}

function format_error(error: Error): string {
  return error.stack ?? `${error.name}: ${error.message}`
}
