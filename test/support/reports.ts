// Reports that a test expects: kept out of its output, and there to be looked at.

import { type Level, type Report, use_report_handler } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'

export interface Told {
  readonly level: Level
  readonly label: string
  readonly facts: Readonly<Record<string, Term>>
}

/** Collects reports from now on, until {@link release_reports}. */
export function catch_reports(): Told[] {
  const told: Told[] = []
  use_report_handler((level: Level, { label, report }: Report) => {
    told.push({ level, label: label.join(' '), facts: report })
  })
  return told
}

/** Lets reports go where they went before. */
export const release_reports = (): void => {
  use_report_handler()
}

/** What is reported while `body` runs. */
export async function reports_during(body: () => Promise<unknown>): Promise<Told[]> {
  const told: Told[] = []
  const before = use_report_handler((level: Level, { label, report }: Report) => {
    told.push({ level, label: label.join(' '), facts: report })
  })
  try {
    await body()
    return told
  } finally {
    use_report_handler(before)
  }
}
