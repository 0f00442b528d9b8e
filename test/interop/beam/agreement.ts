// The test that Kista and the BEAM agree on random programs. A failure tells the smallest program that was found, what
// differs, and the seed with which it comes again.

import { afterAll, beforeAll, test } from '@jest/globals'
import fc from 'fast-check'
import { catch_reports, release_reports } from '../../support/reports.ts'
import { describe_with } from '../support/requires.ts'
import { type BeamProgram, beam, run_on_beam } from './beam_side.ts'
import { seed } from './seed.ts'

/** A kind of programs, and how they are run and looked at. */
export interface Kind<Program, Trace> {
  readonly name: string
  readonly programs: fc.Arbitrary<Program>
  readonly for_beam: (program: Program) => BeamProgram
  readonly in_kista: (program: Program) => Promise<Trace>
  /** What differs first, or undefined when OTP allows one outcome where it allows the other. */
  readonly difference: (ours: Trace, theirs: Trace) => string | undefined
}

interface Known<Program, Trace> {
  readonly program: Program
  readonly kista: Trace
  readonly beam: Trace
}

const patience = 400_000

export function agree_on<Program, Trace>(count: number, kind: Kind<Program, Trace>): void {
  describe_with([beam], 'Kista and the BEAM', () => {
    beforeAll(() => void catch_reports())
    afterAll(release_reports)

    test(`agree on ${count} random ${kind.name} (seed ${seed})`, () => agree(count, kind), patience)
  })
}

async function agree<Program, Trace>(count: number, kind: Kind<Program, Trace>): Promise<void> {
  const sample = fc.sample(kind.programs, { seed, numRuns: count })
  const theirs = await run_on_beam<Trace>(sample.map(kind.for_beam))
  for (const [index, program] of sample.entries()) {
    const trace = theirs[index]
    if (trace === undefined) continue
    const ours: Trace = await kind.in_kista(program)
    const told = kind.difference(ours, trace)
    if (told === undefined) continue
    await shrink(kind, index)
    throw new Error(once(index, told, { program, kista: ours, beam: trace }))
  }
  const unheard = theirs.filter(trace => trace === undefined).length
  if (unheard > count / 10)
    throw new Error(`${unheard} of ${count} programs could not keep their time on the BEAM`)
}

/** All that is known of a difference that did not come again: it can be understood from nothing else. */
function once<Program, Trace>(index: number, told: string, known: Known<Program, Trace>): string {
  const parts = Object.entries(known).map(([what, it]) => `${what}: ${JSON.stringify(it)}`)
  return `program ${index} of seed ${seed} differed once, and not when it was run again: ${[told, ...parts].join('\n')}`
}

/** Fails with the smallest program that differs, if one does when it is run again. */
async function shrink<Program, Trace>(kind: Kind<Program, Trace>, index: number): Promise<void> {
  const same = fc.asyncProperty(kind.programs, async program => {
    const [trace] = await run_on_beam<Trace>([kind.for_beam(program)])
    if (trace === undefined) return
    const told = kind.difference(await kind.in_kista(program), trace)
    if (told !== undefined) throw new Error(told)
  })
  await fc.assert(same, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: patience / 4 })
}
