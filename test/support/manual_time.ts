// Time that a test moves by hand: for processes that also wait for something outside, such as a file.

import { reset_timers } from '../../runtime/erlang/alarm.ts'
import { real_clock, use_clock } from '../../runtime/erlang/clock.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { beginning, VirtualClock } from '../../simulation/virtual_clock.ts'

export { beginning }

export class ManualClock extends VirtualClock {
  /** Whether the program would wait for the timers. */
  kept_alive = false

  override keep_alive(wanted: boolean): void {
    this.kept_alive = wanted
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
