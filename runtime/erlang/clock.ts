// The clock that timers and timestamps read: the machine's own, or one that a test moves by hand.

/** What a clock can do. Times are in milliseconds. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  monotonic_time(): number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  system_time(): number
  /** Calls `ring` once, not before `delay` has passed, and forgets an earlier alarm. */
  set_alarm(delay: number, ring: () => void): void
  clear_alarm(): void
  /** Whether the alarm alone is to keep the program running. */
  keep_alive(wanted: boolean): void
}

/** The longest that Node waits, in milliseconds. */
const longest_timeout = 2 ** 31 - 1

let alarm: NodeJS.Timeout | undefined
/** Whether the alarm is to keep the program running, whether it does, and whether that is about to be looked at. */
let wanted = false
let held = false
let looking = false

/** Letting go of the alarm costs, and mostly it is wanted again in the same turn of the event loop. */
function look(): void {
  looking = false
  if (wanted || !held) return
  alarm?.unref()
  held = false
}

/** The machine's clock, and one Node timer. */
export const real_clock: Clock = {
  monotonic_time: () => performance.now(),
  system_time: () => Date.now(),
  set_alarm(delay, ring) {
    clearTimeout(alarm)
    alarm = setTimeout(ring, Math.min(Math.ceil(delay), longest_timeout))
    held = true
  },
  clear_alarm() {
    clearTimeout(alarm)
    alarm = undefined
  },
  keep_alive(now_wanted) {
    wanted = now_wanted
    if (wanted === held || looking) return
    if (!wanted) {
      looking = true
      setImmediate(look)
    } else {
      alarm?.ref()
      held = true
    }
  },
}

let clock = real_clock

/** Puts another clock in place; timers that are already running are not moved over to it. */
export function use_clock(other: Clock): void {
  clock.clear_alarm()
  clock = other
}

export const the_clock = (): Clock => clock

/** Milliseconds of a clock that never goes back. OTP: `erlang:monotonic_time(millisecond)`. */
export const monotonic_time = (): number => clock.monotonic_time()

/** Milliseconds since 1970, by the wall clock. OTP: `erlang:system_time(millisecond)`. */
export const system_time = (): number => clock.system_time()
