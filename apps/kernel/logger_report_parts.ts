// What layouts of reports are made of: names, calls and lists of terms as short texts.

import type { Report } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { reason_text, stack_text, term_text } from './logger_terms.ts'

/** What a report tells, by name. */
export type Facts = Report['report']

/** A report as text: what it is about, and lines with a name each; those without a text are left out. */
export interface Layout {
  readonly headline: string
  readonly facts: readonly (readonly [name: string, text: string | undefined])[]
}

export type LayOut = (facts: Facts, label: readonly string[]) => Layout

/** The layout of a report whose headline says it all, but for the facts that are left over. */
export const titled =
  (headline: (facts: Facts) => string, ...told_by_it: readonly string[]): LayOut =>
  facts => ({
    headline: headline(facts),
    facts: item_by_item(Object.entries(facts).filter(([name]) => !told_by_it.includes(name))),
  })

/** Facts as they are, a line each. */
export const item_by_item = (facts: readonly (readonly [string, Term])[]): Layout['facts'] =>
  facts
    .filter(([, term]) => term !== undefined)
    .map(([name, term]) => [name, name === 'reason' ? reason_text(term) : term_text(term)])

/** A name as it is; anything else as a term. */
export const name_text = (name: Term): string => (typeof name === 'string' ? name : term_text(name))

/** What a process is called: its name, or its pid. */
export const called = ({ registered_name, pid }: Facts): string => name_text(registered_name ?? pid)

/** `['counter', 'init', 1]` as `counter.init`, and whatever else as it is. */
export function call_text(call: Term): string {
  if (!Array.isArray(call)) return term_text(call)
  return call
    .slice(0, 2)
    .filter(part => typeof part === 'string' && part !== '')
    .join('.')
}

/** Why something crashed, and where. */
export function error_info_text([, reason, stack]: readonly [string, Term, string | undefined]): string {
  return stack === undefined || reason instanceof Error
    ? reason_text(reason)
    : [reason_text(reason), stack_text(stack)].filter(text => text !== '').join('\n')
}

/** Callback modules in brackets, if there are any to tell. */
export const module_text = (modules: readonly string[] | undefined): string =>
  modules === undefined ? '' : ` (${modules.join(', ')})`

/** Who called, and what is known of that one: its name, or that it has ended. */
export function client_text(info: readonly [client: Term, known: Term] | undefined): string | undefined {
  if (info === undefined) return undefined
  const [client, known] = info
  return known === client ? `${client}` : `${client} (${known})`
}

/** A list as a term, unless it is empty. */
export const list_text = (list: readonly Term[] | undefined): string | undefined =>
  list === undefined || list.length === 0 ? undefined : term_text(list)

/** Names one after the other, unless there are none. */
export const names_text = (names: readonly Term[]): string | undefined =>
  names.length === 0 ? undefined : names.map(name_text).join(', ')

/** A list with a line for each element, unless it is empty. */
export const lines_text = (
  list: readonly Term[] | undefined,
  one: (term: Term) => string,
): string | undefined => (list === undefined || list.length === 0 ? undefined : list.map(one).join('\n'))
