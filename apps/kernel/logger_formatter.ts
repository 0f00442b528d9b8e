// Events as text: a line that says when, how bad, who and what, and under it the rest.

import type { LogEvent } from './logger_config.ts'
import { is_report, type Layout, lay_out } from './logger_reports.ts'
import { error_text, term_text } from './logger_terms.ts'

/**
 * An event as a person reads it: local time, level, process, message. Reports of the runtime get a headline and a
 * line for each thing that belongs to it.
 *
 * @see OTP: `logger_formatter:format/2`
 */
export function format(event: LogEvent): string {
  const { level, msg, meta } = event
  const { headline, facts } = layout_of(msg)
  const pid = meta.pid ?? (msg[0] === 'report' && is_report(msg[1]) ? msg[1].report.pid : undefined)
  const head = [local_time(meta.time / 1_000), level, pid, indented(headline)]
  const lines = facts.map(([name, text]) => (text === undefined ? [] : [`  ${name}: ${indented(text)}`]))
  return [head.filter(part => part !== undefined).join(' '), ...lines.flat()].join('\n')
}

/** A moment as RFC 3339 §5.6 writes it, in the time zone of the machine. @param time - milliseconds since 1970 */
export function local_time(time: number): string {
  const ahead = -new Date(time).getTimezoneOffset()
  const [hours, minutes] = [Math.trunc(Math.abs(ahead) / 60), Math.abs(ahead) % 60]
  const zone = [hours, minutes].map(part => String(part).padStart(2, '0')).join(':')
  return `${new Date(time + ahead * 60_000).toISOString().slice(0, -1)}${ahead < 0 ? '-' : '+'}${zone}`
}

function layout_of([tag, what]: LogEvent['msg']): Layout {
  if (tag === 'string') return { headline: what, facts: [] }
  if (is_report(what)) return lay_out(what)
  return { headline: what instanceof Error ? error_text(what) : term_text(what), facts: [] }
}

const indented = (text: string): string => text.replaceAll('\n', '\n    ')
