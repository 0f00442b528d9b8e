// Virtual time: when no process can go on, the clock jumps to the next timer, so that an hour of OTP takes a
// millisecond and comes out the same each time.

import { reset_timers } from '../../runtime/erlang/alarm.ts'
import { type Clock, real_clock, use_clock } from '../../runtime/erlang/clock.ts'
import { queue_length } from '../../runtime/erlang/scheduler.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { beginning } from './manual_time.ts'

const turns_of_quiet = 3
/** Real milliseconds without any progress before a test is said to hang. */
const patience = 3_000

class VirtualClock implements Clock {
  now = 0
  #at = Number.POSITIVE_INFINITY
  #ring: () => void = () => {}

  monotonic_time = (): number => this.now
  system_time = (): number => beginning + this.now
  keep_alive(): void {}

  set_alarm(delay: number, ring: () => void): void {
    this.#at = this.now + delay
    this.#ring = ring
  }

  clear_alarm(): void {
    this.#at = Number.POSITIVE_INFINITY
  }

  /** @returns false when no alarm is set */
  jump(): boolean {
    if (this.#at === Number.POSITIVE_INFINITY) return false
    this.now = this.#at
    this.clear_alarm()
    this.#ring()
    return true
  }
}

/** Runs `body` in a process, in virtual time. */
export async function in_virtual_time<Value>(body: () => Promise<Value> | Value): Promise<Value> {
  const clock = new VirtualClock()
  use_clock(clock)
  reset_timers()
  try {
    let done = false
    const result = run(body).finally(() => {
      done = true
    })
    result.catch(() => {})
    await drive(clock, () => done)
    return await result
  } finally {
    use_clock(real_clock)
    reset_timers()
  }
}

async function drive(clock: VirtualClock, is_done: () => boolean): Promise<void> {
  let progress = Date.now()
  while (!is_done()) {
    await quiet()
    if (is_done()) return
    if (clock.jump()) progress = Date.now()
    else if (Date.now() - progress > patience) throw new Error('nobody can go on, and no timer is running')
  }
}

/** Lets everything run that can run without time going on. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < turns_of_quiet; turns++) {
    if (queue_length() > 0) turns = 0
    await new Promise(resolve => setImmediate(resolve))
  }
}
