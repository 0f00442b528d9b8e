// What the module timer is made of: something done once, at fixed times, or at fixed times and one after the other.

import { clear_timer, set_timer, type Timer } from './alarm.ts'
import { monotonic_time } from './clock.ts'
import { type Pid, Ref } from './pid.ts'
import type { Process, Resource } from './process.ts'
import { context, running } from './self.ts'

/** A timer, which is its own reference; it goes with its owner, if it has one. */
export abstract class Scheduled extends Ref implements Resource {
  protected timer: Timer | undefined = undefined
  protected readonly owner: Process | undefined

  constructor(owner: Process | undefined) {
    super()
    if (running()?.alive === false) context()
    this.owner = owner
    owner?.own(this)
  }

  cancel(): void {
    this.owner?.disown(this)
    this.release()
  }

  release(): void {
    if (this.timer !== undefined) clear_timer(this.timer)
  }
}

/** Acts once; whom it is for may have ended before it began, and then there is nothing to be done. */
export class Once extends Scheduled {
  constructor(time: number, act: (() => void) | undefined, owner: Process | undefined) {
    super(owner)
    if (act === undefined) return
    this.timer = set_timer(time, () => {
      this.owner?.disown(this)
      act()
    })
  }
}

/** Acts at fixed times, counted from its start, until its owner ends. */
export class Interval extends Scheduled {
  readonly #time: number
  readonly #act: () => void
  #due = monotonic_time()

  constructor(time: number, act: () => void, owner: Process | undefined) {
    super(owner)
    this.#time = time
    this.#act = act
    if (owner !== undefined) this.#arm()
  }

  #arm(): void {
    this.#due += this.#time
    this.timer = set_timer(Math.max(0, this.#due - monotonic_time()), () => this.#fire())
  }

  #fire(): void {
    this.#arm()
    this.#act()
  }
}

/** Starts a process at fixed times, or later, when the one before has ended. */
export class Repetition extends Scheduled {
  readonly #time: number
  readonly #start: () => Pid
  #over = false
  #due = monotonic_time()

  constructor(time: number, start: () => Pid, owner: Process) {
    super(owner)
    this.#time = time
    this.#start = start
    this.#arm()
  }

  #arm(): void {
    if (this.#over) return
    this.#due += this.#time
    this.timer = set_timer(Math.max(0, this.#due - monotonic_time()), () => {
      const process = this.#start().entity as Process
      process.own({ release: () => this.#arm() })
    })
  }

  override release(): void {
    this.#over = true
    super.release()
  }
}
