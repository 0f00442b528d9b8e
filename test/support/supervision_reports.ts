// What supervisors report while each test of a file runs, with nothing of the test before left over.

import { afterEach, beforeEach } from '@jest/globals'
import { kill_everybody } from './clean_slate.ts'
import { catch_reports, release_reports, type Told } from './reports.ts'
import { clear_log } from './supervised.ts'

/** All reports of the test that runs. */
export let told: Told[] = []

/** Catches reports around each test of the file that calls it. */
export function with_supervision_reports(): void {
  beforeEach(() => {
    told = catch_reports()
    clear_log()
  })
  afterEach(() => {
    release_reports()
    kill_everybody()
  })
}

/** The error reports of supervisors. */
export const troubles = () =>
  told.filter(({ level, label }) => level === 'error' && label.startsWith('supervisor'))

/** Of what kind those are. */
export const labels = () => troubles().map(({ label }) => label.slice('supervisor '.length))
