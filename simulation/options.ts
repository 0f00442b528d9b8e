// How a simulation is run: its options, and their limits.

import { type NetworkOptions, network_traits } from './network_options.ts'
import type { TraceEvent } from './trace.ts'

/** How a simulation is run. */
export interface SimulationOptions {
  /** Decides everything that could go one way or another: an integer. Default: 1 */
  readonly seed?: number
  /** The network that `gen_tcp` and `inet` use; `'machine'`: the real one, whose ways no seed decides. */
  readonly network?: NetworkOptions | 'machine'
  /** Whether it counts as a failure when processes, ports or timers are left a while after the end. Default: false */
  readonly leaves_nothing?: boolean
  /** Virtual milliseconds after the end in which the rest may finish. Default: 200 000 */
  readonly grace?: number
  /**
   * The most virtual milliseconds that one turn of a process takes. With 0, the default, time stands still while anybody
   * can go on; with more, timers run out in the middle of work.
   */
  readonly step_time?: number
  /** The most turns that are given to processes. Default: 1 000 000 */
  readonly max_steps?: number
  /** The most virtual milliseconds. Default: 30 days */
  readonly max_time?: number
  /**
   * How many choices of the schedule come from the seed; after them who came first is served first. `explore`
   * finds a small number with which a failure remains. Default: all
   */
  readonly choices?: number
  /** Called with everything that happens. */
  readonly on_event?: (event: TraceEvent) => void
}

const names: { readonly [Name in keyof SimulationOptions]-?: true } = {
  seed: true,
  network: true,
  leaves_nothing: true,
  grace: true,
  step_time: true,
  max_steps: true,
  max_time: true,
  choices: true,
  on_event: true,
}

/** @throws RangeError for an option that there is not, or whose value makes no sense */
export function check_options(options: SimulationOptions): void {
  const unknown = Object.keys(options).find(name => !Object.hasOwn(names, name))
  if (unknown !== undefined) throw new RangeError(`no option ${unknown}`)
  const { seed = 0 } = options
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed of ${seed}`)
  for (const name of ['grace', 'step_time', 'max_steps', 'max_time', 'choices'] as const) {
    const value = options[name]
    if (value !== undefined && !(value >= 0)) throw new RangeError(`${name} of ${value}`)
  }
  if (options.network !== undefined && options.network !== 'machine') network_traits(options.network)
}
