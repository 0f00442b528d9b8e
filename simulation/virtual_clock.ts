// Virtual time: it stands still while anybody can go on, and then jumps to the next timer.

import type { Clock } from '../runtime/erlang/clock.ts'

/** When virtual time begins: milliseconds since 1970. */
export const beginning = Date.UTC(2026, 0, 1)

/** A clock that goes on when it is told to. Times are in milliseconds. */
export class VirtualClock implements Clock {
  now = 0
  #at = Number.POSITIVE_INFINITY
  #ring: () => void = () => {}

  monotonic_time = (): number => this.now
  system_time = (): number => beginning + this.now
  keep_alive(_wanted: boolean): void {}

  set_alarm(delay: number, ring: () => void): void {
    this.#at = this.now + delay
    this.#ring = ring
  }

  clear_alarm(): void {
    this.#at = Number.POSITIVE_INFINITY
  }

  /** When the next timer is due; infinity when none is running. */
  get next_alarm(): number {
    return this.#at
  }

  /** Goes on to the next timer. @returns false when none is running */
  jump(): boolean {
    if (this.#at === Number.POSITIVE_INFINITY) return false
    this.now = this.#at
    this.clear_alarm()
    this.#ring()
    return true
  }

  /** Lets so many milliseconds pass, with all the timers that run out in them. */
  pass(milliseconds: number): void {
    const until = this.now + milliseconds
    while (this.#at <= until) this.jump()
    this.now = until
  }
}
