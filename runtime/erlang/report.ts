// Where reports go: the runtime tells of crashes and progress, and the logger, once it is there, takes them over.

import { format_term } from './io_lib.ts'
import type { Term } from './term.ts'

/** From the most to the least severe. OTP: `logger:level()`. */
export type Level = 'emergency' | 'alert' | 'critical' | 'error' | 'warning' | 'notice' | 'info' | 'debug'

/** What is to be told: the label says of what kind it is, as in OTP's `logger:report()`. */
export interface Report {
  readonly label: readonly string[]
  readonly report: Readonly<Record<string, Term>>
}

export type ReportHandler = (level: Level, report: Report) => void

const to_stderr: ReportHandler = (level, { label, report: facts }) => {
  if (level === 'info' || level === 'debug') return
  console.error(`${level}: ${label.join(' ')} ${text_of(facts)}`)
}

/** A fact may be anything, and unwilling to be looked at. */
function text_of(facts: Report['report']): string {
  try {
    return format_term(facts)
  } catch {
    return `[${Object.keys(facts).join(', ')}]`
  }
}

let handler = to_stderr

/** Passes a report on. It does not fail, whatever the handler does: who reports has trouble enough. */
export function report(level: Level, what: Report): void {
  try {
    handler(level, what)
  } catch (reason) {
    to_stderr('error', { label: ['error', 'report_handler'], report: { reason } })
    to_stderr(level, what)
  }
}

/** Puts another handler in place, or the first one back. @returns the one that was there */
export function use_report_handler(other: ReportHandler = to_stderr): ReportHandler {
  const before = handler
  handler = other
  return before
}
