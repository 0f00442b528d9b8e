// How a process hibernates that runs a loop: it has no stack to let go of, but what it keeps so that its next message
// is handled sooner.

import { clear_timer, set_timer, type Timer } from './alarm.ts'
import { type Few, members } from './few.ts'
import type { Process, Resource } from './process.ts'
import type { Timeout } from './term.ts'

/**
 * Lets go of what only makes the next message faster, unless that is there already. Measured on a `gen_server` that
 * has handled a message: 80 of 510 bytes on Node 20, 260 of 690 on Node 24, and 115 more if a callback was `async`.
 *
 * @see OTP: `hibernate` in the results of callbacks
 */
export function lie_down(process: Process): void {
  if (process.mailbox.length > 0) return
  process.entrance = undefined
  if (process.rarities?.unused) process.rarities = undefined
}

/**
 * Has a process lie down each time that it has been idle for so many milliseconds, or for less than twice as many: its
 * messages are not timed one by one. A time that was set before is forgotten.
 *
 * @see OTP: `hibernate_after` in `gen_server:start_opt()`
 */
export function hibernate_after(process: Process, time: Timeout): void {
  for (const resource of members(process.owned as Few<Resource>)) {
    if (resource instanceof Drowsiness) resource.leave()
  }
  if (time !== 'infinity') new Drowsiness(process, time)
}

/** Looks from time to time whether the process has done anything, as long as it is awake. */
class Drowsiness implements Resource {
  readonly #process: Process
  readonly #time: number
  #timer: Timer | undefined = undefined
  #reductions = 0

  constructor(process: Process, time: number) {
    this.#process = process
    this.#time = time
    process.own(this)
    this.awakes()
  }

  awakes(): void {
    if (this.#timer !== undefined) return
    this.#reductions = this.#process.reductions
    this.#timer = set_timer(this.#time, () => this.#look(), false)
  }

  #look(): void {
    this.#timer = undefined
    const { busy, reductions } = this.#process
    if (busy || reductions !== this.#reductions) this.awakes()
    else lie_down(this.#process)
  }

  leave(): void {
    this.release()
    this.#process.disown(this)
  }

  release(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }
}
