// Virtual time with the order of processes that they have in real time: when none can go on, the clock jumps to the
// next timer, so that an hour of OTP takes a millisecond. For every order that there is, see simulation/.

import { reset_timers } from '../../runtime/erlang/alarm.ts'
import { real_clock, use_clock } from '../../runtime/erlang/clock.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { quiet } from '../../simulation/quiet.ts'
import { VirtualClock } from '../../simulation/virtual_clock.ts'

export { quiet }

/** Real milliseconds without any progress before a test is said to hang. */
const patience = 3_000

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
