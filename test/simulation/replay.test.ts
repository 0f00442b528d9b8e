import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { record, type SimulationOptions } from '../../simulation/index.ts'
import { seeds, time_limit } from './how_many.ts'
import { random_program } from './random_programs.ts'

jest.setTimeout(time_limit)

const options: fc.Arbitrary<SimulationOptions> = fc.record({
  seed: fc.integer(),
  step_time: fc.constantFrom(0, 3),
  choices: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 20),
})

const trace_of = async (options: SimulationOptions) => {
  const { outcome, trace } = await record(random_program, options)
  return [outcome[0], ...trace]
}

describe('Two simulations with the same seed', () => {
  test('do the same, event by event, whatever the program', async () => {
    let events = 0
    await fc.assert(
      fc.asyncProperty(options, async options => {
        const first = await trace_of(options)
        expect(await trace_of(options)).toEqual(first)
        events += first.length
      }),
      { numRuns: seeds(200) },
    )
    expect(events).toBeGreaterThan(5_000)
  })
})

describe('Simulations with other seeds', () => {
  test('differ, more often than not', async () => {
    const traces = new Set<string>()
    for (let seed = 1; seed <= 50; seed++) traces.add((await trace_of({ seed })).join('\n'))
    expect(traces.size).toBeGreaterThan(45)
  })
})
