// Templates: what of an event stands where in a line.

import type { Term } from '../../runtime/erlang/term.ts'
import type { Metadata } from './logger_config.ts'

/** What stands under a key of the metadata, or under a key in that: `['pid']`, `['request', 'id']`. */
export type MetaKey = readonly [string, ...string[]]

/**
 * A part of a template: a text as it is; a key in a list, for what stands under it; or a key, with what is written if
 * something stands under it, and what if nothing does. OTP writes keys as atoms, which here would be texts.
 *
 * OTP: `logger_formatter:template()`
 */
export type Template = readonly TemplatePart[]
type TemplatePart = string | MetaKey | readonly [key: MetaKey, if_there: Template, if_not: Template]

/** Whether something is a template, down to its last part. */
export const is_template = (value: Term): value is Template =>
  Array.isArray(value) && value.every(part => typeof part === 'string' || is_key(part) || is_choice(part))

const is_key = (part: Term): part is MetaKey =>
  Array.isArray(part) && part.length > 0 && part.every(key => typeof key === 'string')

const is_choice = (part: Term): boolean =>
  Array.isArray(part) && part.length === 3 && is_key(part[0]) && is_template(part[1]) && is_template(part[2])

/**
 * Fills in a template.
 *
 * @param text_of - the text of what stands under a key; undefined if nothing does
 */
export function fill(template: Template, text_of: (key: MetaKey) => string | undefined): string {
  return template
    .map(part => {
      if (typeof part === 'string') return part
      if (is_key(part)) return text_of(part) ?? ''
      const [key, if_there, if_not] = part as Exclude<TemplatePart, string | MetaKey>
      return fill(text_of(key) === undefined ? if_not : if_there, text_of)
    })
    .join('')
}

/** What stands under a key. */
export function value_of(meta: Metadata, key: MetaKey): Term {
  let value: Term = meta
  for (const part of key) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}
