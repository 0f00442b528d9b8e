// Tries one seed after another, and tells of the first that fails in the simplest form that is cheap to find.

import type { SimulationOptions } from './options.ts'
import { type Program, type Simulation, simulate } from './simulate.ts'
import { SimulationError } from './simulation_error.ts'

/** How {@link explore} tries, beside how each simulation is run. */
export interface ExploreOptions extends Omit<SimulationOptions, 'seed' | 'choices'> {
  /** The first seed; the others follow it. Default: 1 */
  readonly first_seed?: number
  /** Simulations that may be spent on making a failure simpler. Default: 24 */
  readonly attempts_to_simplify?: number
}

/** What came of it when no seed failed. */
export interface Explored {
  readonly runs: number
  /** Turns given to processes, in all of them together. */
  readonly steps: number
  /** How many different traces there were: few, for many runs, means that there is little left to find. */
  readonly schedules: number
}

/**
 * Simulates `program` with `runs` seeds, one after the other. `leaves_nothing` holds unless it is given as false.
 *
 * @throws {@link SimulationError} for the first seed that fails, with the fewest choices of the schedule that could be
 *   found with which it still does; its message tells how to see it again
 * @throws RangeError unless `runs` is a number of times
 * @throws what {@link simulate} throws besides
 *
 * @example
 * await explore(1_000, async () => {
 *   const counter = ok(await gen_server.start_link(callbacks, 0))
 *   const calls = Array.from({ length: 3 }, () => spawn_monitor(() => gen_server.call(counter, 'next')))
 *   for (const [pid, ref] of calls) await receive(['DOWN', ref, 'process', pid, 'normal'])
 *   await gen_server.stop(counter)
 * })
 */
export async function explore(
  runs: number,
  program: Program<unknown>,
  options: ExploreOptions = {},
): Promise<Explored> {
  if (!(Number.isSafeInteger(runs) && runs >= 0)) throw new RangeError(`${runs} runs`)
  const { first_seed = 1, attempts_to_simplify = 24, ...rest } = options
  const traces = new Set<number>()
  let steps = 0
  for (let seed = first_seed; seed < first_seed + runs; seed++) {
    const digest = new Digest()
    const on_event: SimulationOptions['on_event'] = event => {
      digest.add(`${event.kind}${event.who}${event.detail}`)
      if (event.kind === 'runs') steps++
      rest.on_event?.(event)
    }
    const attempt = { leaves_nothing: true, ...rest, seed, on_event }
    const failure = await failure_of(program, attempt)
    if (failure !== undefined) throw await simplest(program, attempt, failure, attempts_to_simplify)
    traces.add(digest.value)
  }
  return { runs, steps, schedules: traces.size }
}

async function failure_of(
  program: Program<unknown>,
  options: SimulationOptions,
): Promise<SimulationError | undefined> {
  try {
    await simulate((simulation: Simulation) => program(simulation), options)
    return undefined
  } catch (error) {
    if (error instanceof SimulationError) return error
    throw error
  }
}

/** Halves the number of choices as long as it fails, then looks between. That it fails with fewer need not follow. */
async function simplest(
  program: Program<unknown>,
  options: SimulationOptions,
  failure: SimulationError,
  attempts: number,
): Promise<SimulationError> {
  let found = failure
  let too_few = -1
  for (let left = attempts; left > 0 && found.choices - too_few > 1; left--) {
    const choices = too_few < 0 ? Math.floor(found.choices / 2) : Math.floor((found.choices + too_few) / 2)
    const simpler = await failure_of(program, { ...options, choices })
    if (simpler === undefined) too_few = choices
    else found = simpler
  }
  return found
}

/** Tells traces apart (FNV-1a). */
class Digest {
  value = 0x811c9dc5

  add(text: string): void {
    for (let index = 0; index < text.length; index++) {
      this.value = Math.imul(this.value ^ text.charCodeAt(index), 0x01000193) >>> 0
    }
  }
}
