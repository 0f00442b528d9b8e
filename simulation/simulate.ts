// Runs a whole system in virtual time, with a schedule that a seed decides.

import { use_inet_driver } from '../apps/kernel/inet_db.ts'
import { run_outside } from '../runtime/erlang/self.ts'
import { run } from '../runtime/erlang/spawn.ts'
import { Driver } from './driver.ts'
import { SimulatedNetwork } from './network.ts'
import { check_fate, type Fate, type NetworkOptions, type Segment } from './network_options.ts'
import { check_options, type SimulationOptions } from './options.ts'
import { Random } from './random.ts'
import { SimulationError } from './simulation_error.ts'
import type { TraceEvent } from './trace.ts'
import { format_event } from './trace.ts'

/** What the program in a simulation is given. */
export interface Simulation {
  readonly seed: number
  /** Random numbers for the program: how often it draws does not change the schedule. */
  readonly random: Random
  /** What the sockets of the program go through, unless they use the machine's network. */
  readonly network: SimulatedNetwork
  /** Virtual milliseconds since the beginning. */
  now(): number
  /** Puts a line into the trace. */
  note(text: string): void
}

/** A program that runs in a simulation, as its first process. */
export type Program<Value> = (simulation: Simulation) => Value | PromiseLike<Value>

/** What {@link record} gives. */
export interface Recorded<Value> {
  readonly outcome: readonly ['ok', Value] | readonly ['error', SimulationError]
  /** One line for each event. Equal for two runs with one seed. */
  readonly trace: readonly string[]
}

/**
 * Runs `program` in a process, in virtual time: when nobody can go on, the clock jumps to the next timer. Which process
 * goes on when several can is decided by the seed alone; so what happened with a seed happens with it each time.
 *
 * Each turn of a process handles one message, or goes from one `await` of a `receive` or `call` to the next. What the
 * platform does (files, names of hosts, `crypto.subtle`) happens when it happens: the clock waits for it, but the seed
 * does not decide it; the trace tells it as `outside`. `Math.random`, `Date.now` and the like are not replaced either.
 *
 * One simulation runs at a time. Whatever it leaves is ended when it is over. Reports go to the trace,
 * or to the logger from when the program itself is the first to start an application, and so the kernel.
 *
 * @returns what `program` gives
 * @throws {@link SimulationError} which names the seed, with `cause`: what `program` threw; `Deadlock`;
 *   `LimitReached`; `LeftBehind`, with `leaves_nothing`
 * @throws Error when a simulation runs already, or timers are running that do not belong to it
 * @throws RangeError for an option that there is not, or whose value makes no sense
 *
 * @example
 * await simulate(async ({ random }) => {
 *   const pid = spawn(() => receive('stop'))
 *   send_after(random.below(1_000), pid, 'stop')
 *   const ref = monitor('process', pid)
 *   await receive(['DOWN', ref, 'process', pid, 'normal'])
 * }, { seed: 17, leaves_nothing: true })
 */
export function simulate<Value>(program: Program<Value>, options: SimulationOptions = {}): Promise<Value> {
  return run_outside(() => simulated(program, options))
}

async function simulated<Value>(program: Program<Value>, options: SimulationOptions): Promise<Value> {
  check_options(options)
  const { seed = 1 } = options
  // Each has numbers of its own, so that what one of them does changes nothing for the others.
  const source = new Random(seed)
  const [of_schedule, of_network, of_program] = [source.fork(), source.fork(), source.fork()]
  const driver = await Driver.begin(of_schedule, options)
  const { recorder, clock } = driver
  const network = new SimulatedNetwork(of_network, network_options(options, driver), text =>
    recorder.note('network', undefined, [text]),
  )
  if (options.network !== 'machine') use_inet_driver(network)
  const simulation: Simulation = {
    seed,
    random: of_program,
    network,
    now: () => clock.now,
    note: text => recorder.note('note', undefined, [text]),
  }
  try {
    const value = await driver.until_settled(run(() => program(simulation)))
    await driver.wind_down()
    return value
  } catch (cause) {
    throw new SimulationError(cause, { seed, ...driver.told(), replay: replay_of(seed, options) })
  } finally {
    if (options.network !== 'machine') use_inet_driver('node')
    await driver.end()
  }
}

/**
 * As {@link simulate}, and keeps the whole trace.
 *
 * @throws what {@link simulate} throws, except {@link SimulationError}
 */
export async function record<Value>(
  program: Program<Value>,
  options: SimulationOptions = {},
): Promise<Recorded<Value>> {
  const trace: string[] = []
  const on_event = (event: TraceEvent) => {
    trace.push(format_event(event))
    options.on_event?.(event)
  }
  try {
    return { outcome: ['ok', await simulate(program, { ...options, on_event })], trace }
  } catch (error) {
    if (error instanceof SimulationError) return { outcome: ['error', error], trace }
    throw error
  }
}

/** The options of the network. A `fate` that fails is called by whoever sends, and yet none of their business. */
function network_options({ network = {} }: SimulationOptions, driver: Driver): NetworkOptions {
  if (network === 'machine') return {}
  const { fate } = network
  if (fate === undefined) return network
  const told = (segment: Segment): Fate => {
    try {
      const decided = fate(segment)
      check_fate(decided)
      return decided
    } catch (error) {
      driver.fail(error)
      return 'arrives'
    }
  }
  return { ...network, fate: told }
}

function replay_of(seed: number, { choices }: SimulationOptions): string {
  const schedule = choices === undefined ? '' : `, choices: ${choices}`
  return `await simulate(program, { seed: ${seed}${schedule} })  // and the options it ran with`
}
