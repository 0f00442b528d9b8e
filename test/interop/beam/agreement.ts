// The test that Kista and the BEAM agree on random programs. A failure tells the smallest program that was found, what
// differs, and the seed with which it comes again.

import { afterAll, beforeAll, test } from '@jest/globals'
import fc from 'fast-check'
import { catch_reports, release_reports } from '../../support/reports.ts'
import { describe_with } from '../support/requires.ts'
import { beam, run_on_beam } from './beam_side.ts'
import { run_in_kista } from './kista_side.ts'
import type { Program } from './program.ts'
import { difference } from './trace.ts'

/** Set BEAM_SEED to run the programs of an earlier run again. */
const seed = Number(process.env.BEAM_SEED ?? Math.floor(Math.random() * 2 ** 31))
const patience = 400_000

export function agrees_on(name: string, programs: fc.Arbitrary<Program>, count: number): void {
  describe_with([beam], 'Kista and the BEAM', () => {
    beforeAll(() => void catch_reports())
    afterAll(release_reports)

    test(`agree on ${count} random ${name} (seed ${seed})`, () => agree(programs, count), patience)
  })
}

async function agree(programs: fc.Arbitrary<Program>, count: number): Promise<void> {
  const sample = fc.sample(programs, { seed, numRuns: count })
  const theirs = await run_on_beam(sample)
  for (const [index, program] of sample.entries()) {
    const trace = theirs[index]
    if (trace === undefined) continue
    if (difference(await run_in_kista(program), trace) !== undefined) await shrink(programs, index)
  }
  const unheard = theirs.filter(trace => trace === undefined).length
  if (unheard > count / 10)
    throw new Error(`${unheard} of ${count} programs could not keep their time on the BEAM`)
}

/** Fails with the smallest program that still differs. */
async function shrink(programs: fc.Arbitrary<Program>, index: number): Promise<void> {
  const same = fc.asyncProperty(programs, async program => {
    const [trace] = await run_on_beam([program])
    if (trace === undefined) return
    const told = difference(await run_in_kista(program), trace)
    if (told !== undefined) throw new Error(told)
  })
  await fc.assert(same, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: patience / 4 })
  throw new Error(`program ${index} of seed ${seed} differed once, and not when it was run again`)
}
