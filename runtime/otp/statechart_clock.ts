// The clock that xstate is given: `after` and delayed events run on the runtime's timers.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import { current } from '../erlang/process.ts'

/**
 * Something that happens later. It comes through the mailbox of the process that asked for it, and until it is
 * handled it can be cancelled.
 */
export class Alarm {
  readonly ring: () => void
  timer: Timer | undefined = undefined
  cancelled = false

  constructor(ring: () => void) {
    this.ring = ring
  }
}

/** Rings in the process that set the alarm, if that still lives. */
export const chart_clock = {
  setTimeout(ring: () => void, delay: number): Alarm {
    const process = current()
    const alarm = new Alarm(ring)
    alarm.timer = set_timer(delay, () => process.deliver(alarm))
    return alarm
  },

  clearTimeout(alarm: Alarm): void {
    alarm.cancelled = true
    if (alarm.timer !== undefined) clear_timer(alarm.timer)
  },
}
