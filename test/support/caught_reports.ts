// What is reported while each test of a file runs, with nothing of the test before left over.

import { afterEach, beforeEach } from '@jest/globals'
import { kill_everybody } from './clean_slate.ts'
import { catch_reports, release_reports, type Told } from './reports.ts'

/** All reports of the test that runs. */
export let told: Told[] = []

/** Catches reports around each test of the file that calls it, and ends all processes after it. */
export function with_caught_reports(): void {
  beforeEach(() => {
    told = catch_reports()
  })
  afterEach(() => {
    release_reports()
    kill_everybody()
  })
}

/** Of what kind they are: `'gen_server terminate'` and the like. */
export const labels = (): string[] => told.map(({ label }) => label)
