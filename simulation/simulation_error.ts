// How a simulation fails: with what it takes to see the failure again.

import type { TraceEvent } from './trace.ts'
import { format_event } from './trace.ts'

/** What is known of a simulation that failed. */
export interface Failure {
  readonly seed: number
  /** Turns that were given to processes. */
  readonly steps: number
  /** Virtual milliseconds. */
  readonly time: number
  /** Choices of the schedule that were the seed's. */
  readonly choices: number
  /** What happened last, oldest first. */
  readonly trace: readonly TraceEvent[]
  /** How to see it again, as code. */
  readonly replay: string
}

/** A simulation failed. `cause` is what the program threw, or an error that says what else went wrong. */
export class SimulationError extends Error implements Failure {
  override readonly name = 'SimulationError'
  readonly seed: number
  readonly steps: number
  readonly time: number
  readonly choices: number
  readonly trace: readonly TraceEvent[]
  readonly replay: string

  constructor(cause: unknown, failure: Failure) {
    const { seed, steps, time, choices, trace, replay } = failure
    const events = trace.map(format_event).join('\n')
    const heading = `seed ${seed} fails after ${steps} steps and ${time} ms: ${words_of(cause)}`
    super(`${heading}\n\nSee it again with\n  ${replay}\n\nWhat happened last:\n${events}`, { cause })
    this.seed = seed
    this.steps = steps
    this.time = time
    this.choices = choices
    this.trace = trace
    this.replay = replay
  }
}

const words_of = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Nobody can go on, and no timer is running. */
export class Deadlock extends Error {
  override readonly name = 'Deadlock'
  /** One line for each process: what it waits for. */
  readonly processes: readonly string[]

  constructor(processes: readonly string[]) {
    super(`nobody can go on:\n${processes.map(line => `  ${line}`).join('\n')}`)
    this.processes = processes
  }
}

/** The program was done, and something of it was still there. */
export class LeftBehind extends Error {
  override readonly name = 'LeftBehind'
  /** One line for each process, each port, and for the timers. */
  readonly left: readonly string[]

  constructor(left: readonly string[]) {
    super(`left behind:\n${left.map(line => `  ${line}`).join('\n')}`)
    this.left = left
  }
}

/** It took more steps, or more virtual time, than it may. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
}
