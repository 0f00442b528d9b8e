// Drives a simulation: gives one turn after another, lets time go on when nobody can run, waits for what the platform
// still does, and cleans up.

import { reset_timers, timer_count } from '../runtime/erlang/alarm.ts'
import { real_clock, use_clock } from '../runtime/erlang/clock.ts'
import { use_witness } from '../runtime/erlang/process.ts'
import { type ReportHandler, use_report_handler } from '../runtime/erlang/report.ts'
import { use_policy } from '../runtime/erlang/scheduler.ts'
import type { SimulationOptions } from './options.ts'
import { next_turn, quiet } from './quiet.ts'
import type { Random } from './random.ts'
import { SeededPolicy } from './seeded_policy.ts'
import { Deadlock, type Failure, LeftBehind, LimitReached } from './simulation_error.ts'
import { awaits_platform, type Before, left_behind, newcomers, situation, who_waits } from './situation.ts'
import { Recorder } from './trace.ts'
import { VirtualClock } from './virtual_clock.ts'

/** Turns of the event loop that are given to what the platform was asked for before. */
const turns_of_patience = 2_000
/** Real milliseconds that the platform is given before nobody is said to be able to go on. */
const patience = { if_awaited: 1_000, otherwise: 20 }
/** Turns of processes between two looks at the event loop. */
const steps_between_looks = 500
const default_grace = 200_000
const default_max_steps = 1_000_000
const default_max_time = 30 * 24 * 3_600_000

let simulating = false

export class Driver {
  readonly clock = new VirtualClock()
  readonly recorder: Recorder
  readonly #policy: SeededPolicy
  readonly #options: SimulationOptions
  readonly #random: Random
  readonly #before: Before
  readonly #reports_before: ReportHandler
  readonly #requests_before = requests()
  #failure: { readonly cause: unknown } | undefined = undefined

  /** Puts the simulation's clock, run queue and report handler in place. */
  static async begin(random: Random, options: SimulationOptions): Promise<Driver> {
    if (simulating) throw new Error('a simulation is running already')
    simulating = true
    try {
      await quiet()
      // What is still asked for then, such as the next line of a terminal, is not worth waiting for later either.
      for (let turns = 0; turns < turns_of_patience && requests() > 0; turns++) await next_turn()
      if (timer_count() > 0)
        throw new Error(`${timer_count()} timers are running that are not the simulation's`)
      return new Driver(random, options)
    } catch (error) {
      simulating = false
      throw error
    }
  }

  private constructor(random: Random, options: SimulationOptions) {
    this.#options = options
    this.#random = random.fork()
    this.#before = situation()
    this.recorder = new Recorder(() => this.clock.now, options.on_event)
    this.#policy = new SeededPolicy(random, options.choices ?? Number.POSITIVE_INFINITY, this.recorder.runs)
    use_clock(this.clock)
    reset_timers()
    use_policy(this.#policy)
    use_witness(this.recorder)
    this.#reports_before = use_report_handler((level, report) => this.recorder.reported(level, report))
  }

  /** What is told when it fails. */
  told(): Pick<Failure, 'steps' | 'time' | 'choices' | 'trace'> {
    const { step } = this.recorder
    return { steps: step, time: this.clock.now, choices: this.#policy.choices, trace: this.recorder.tail() }
  }

  /** Something that is not the program's has failed: the simulation ends with it, whatever the program makes of it. */
  fail(cause: unknown): void {
    this.#failure ??= { cause }
  }

  // ---- Going on

  /** Drives until `result` is there. @throws Deadlock, LimitReached, or what `result` rejects with */
  async until_settled<Value>(result: Promise<Value>): Promise<Value> {
    let settled = false
    const settle = () => {
      settled = true
    }
    result.then(settle, settle)
    for (;;) {
      await microtasks_done()
      if (this.#failure !== undefined) throw this.#failure.cause
      if (settled) return result
      if (await this.#go_on(Number.POSITIVE_INFINITY)) continue
      if (settled) return result
      if (!(await this.#something_outside(() => settled))) {
        throw new Deadlock(who_waits(this.#before, this.recorder.show))
      }
    }
  }

  /** Drives until nothing of the program is left, or its time of grace is over. @throws LeftBehind, LimitReached */
  async wind_down(): Promise<void> {
    const until = this.clock.now + (this.#options.grace ?? default_grace)
    const left = () => left_behind(this.#before, this.recorder.show)
    do await microtasks_done()
    while ((this.#policy.waiting || left().length > 0) && (await this.#go_on(until)))
    if (this.#failure !== undefined) throw this.#failure.cause
    if (this.#options.leaves_nothing === true && left().length > 0) throw new LeftBehind(left())
  }

  /** Ends what is left, and puts everything back in its place. */
  async end(): Promise<void> {
    for (const process of newcomers(this.#before)) process.end('killed')
    use_report_handler(this.#reports_before)
    use_witness(undefined)
    use_policy('fair')
    use_clock(real_clock)
    reset_timers()
    this.#policy.turn()
    await quiet()
    simulating = false
  }

  /** One turn, or the next timer. @returns false when there is neither before `until` */
  async #go_on(until: number): Promise<boolean> {
    if (this.#policy.waiting || (await this.#disturbed())) {
      await this.#step()
      return true
    }
    const { next_alarm } = this.clock
    if (next_alarm > until || next_alarm === Number.POSITIVE_INFINITY) return false
    if (next_alarm > (this.#options.max_time ?? default_max_time)) {
      throw new LimitReached(`it takes more than ${this.clock.now} ms`)
    }
    return this.clock.jump()
  }

  async #step(): Promise<void> {
    const { step_time = 0, max_steps = default_max_steps } = this.#options
    if (this.recorder.step >= max_steps) throw new LimitReached(`it takes more than ${max_steps} steps`)
    this.#policy.turn()
    if (step_time > 0) this.clock.pass(this.#random.below(step_time + 1))
    if (this.recorder.step % steps_between_looks === 0) await next_turn()
  }

  // ---- Outside

  /** Whether something outside has made somebody go on, before time does: waits for what the platform still does. */
  async #disturbed(): Promise<boolean> {
    const { events } = this.recorder
    for (let turns = 0; turns < 1 || requests() > this.#requests_before; turns++) {
      await next_turn()
      if (this.#policy.waiting || this.recorder.events > events) {
        this.recorder.note('outside', undefined, [''])
        return this.#policy.waiting
      }
    }
    return false
  }

  /** Waits a while, in real time, for the platform to make somebody go on. */
  async #something_outside(settled: () => boolean): Promise<boolean> {
    const given = awaits_platform(this.#before) ? patience.if_awaited : patience.otherwise
    const until = performance.now() + given
    while (performance.now() < until) {
      if (settled() || (await this.#disturbed())) return true
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    return settled()
  }
}

/** Holds when all that follows from the last turn has happened: Node comes to this when no promise is left to go on. */
const microtasks_done = (): Promise<void> => new Promise(resolve => process.nextTick(resolve))

/** What the platform has been asked for and has not answered: files and names. */
const requests = (): number =>
  process.getActiveResourcesInfo().filter(name => /Req(Wrap|Promise|Callback)?$/.test(name)).length
