// Time that a test moves by hand: for processes that also wait for something outside, such as a file.

import { reset_timers } from '../../runtime/erlang/alarm.ts'
import { type Clock, real_clock, use_clock } from '../../runtime/erlang/clock.ts'
import { run } from '../../runtime/erlang/spawn.ts'

/** When such time begins: milliseconds since 1970. */
export const beginning = Date.UTC(2026, 0, 1)

export class ManualClock implements Clock {
  now = 0
  /** Whether the program would wait for the timers. */
  kept_alive = false
  #at = Number.POSITIVE_INFINITY
  #ring: () => void = () => {}

  monotonic_time = (): number => this.now
  system_time = (): number => beginning + this.now

  keep_alive(wanted: boolean): void {
    this.kept_alive = wanted
  }

  set_alarm(delay: number, ring: () => void): void {
    this.#at = this.now + delay
    this.#ring = ring
  }

  clear_alarm(): void {
    this.#at = Number.POSITIVE_INFINITY
  }

  /** Lets so many milliseconds pass, with all the timers that run out in them. */
  pass(milliseconds: number): void {
    const until = this.now + milliseconds
    while (this.#at <= until) {
      this.now = this.#at
      this.clear_alarm()
      this.#ring()
    }
    this.now = until
  }
}

/** Runs `body` in a process, with a clock of its own. */
export async function in_manual_time<Value>(body: (clock: ManualClock) => Promise<Value>): Promise<Value> {
  const clock = new ManualClock()
  use_clock(clock)
  reset_timers()
  try {
    return await run(() => body(clock))
  } finally {
    use_clock(real_clock)
    reset_timers()
  }
}
