// What supervisors report while each test of a file runs, with nothing of the test before left over.

import { beforeEach } from '@jest/globals'
import { told, with_caught_reports } from './caught_reports.ts'
import { clear_log } from './supervised.ts'

/** Catches reports around each test of the file that calls it, and empties the log of children before it. */
export function with_supervision_reports(): void {
  with_caught_reports()
  beforeEach(clear_log)
}

/** The error reports of supervisors. */
export const troubles = () =>
  told.filter(({ level, label }) => level === 'error' && label.startsWith('supervisor'))

/** Of what kind those are. */
export const labels = () => troubles().map(({ label }) => label.slice('supervisor '.length))
