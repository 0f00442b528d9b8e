// The clock that timers and timestamps read: the machine's own, or one that a test moves by hand.

import { Exit } from './term.ts'

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

/**
 * A unit of time, or how many there are of it in a second. `'native'` is the millisecond, which times without a unit
 * are in too, with what fraction of it the clock knows.
 *
 * OTP: `erlang:time_unit()`
 */
export type TimeUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond' | 'native' | number

/**
 * A clock that never goes back: milliseconds with a fraction, or a whole number of `unit`.
 *
 * @throws {@link Exit} `'badarg'` for a unit that there is not
 * @see OTP: `erlang:monotonic_time/0,1`
 */
export function monotonic_time(unit?: TimeUnit): number {
  const now = clock.monotonic_time()
  return unit === undefined ? now : convert_time_unit(now, 'native', unit)
}

/**
 * Time since 1970, by the wall clock: milliseconds, or a whole number of `unit`. Nanoseconds are more than a number
 * holds exactly, and are rounded to some hundreds.
 *
 * @throws {@link Exit} `'badarg'` for a unit that there is not
 * @see OTP: `erlang:system_time/0,1`
 */
export function system_time(unit?: TimeUnit): number {
  const now = clock.system_time()
  return unit === undefined ? now : convert_time_unit(now, 'native', unit)
}

/**
 * What is to be added to {@link monotonic_time} to get {@link system_time}. It changes when somebody sets the clock.
 *
 * @throws {@link Exit} `'badarg'` for a unit that there is not
 * @see OTP: `erlang:time_offset/0,1`
 */
export function time_offset(unit?: TimeUnit): number {
  const offset = clock.system_time() - clock.monotonic_time()
  return unit === undefined ? offset : convert_time_unit(offset, 'native', unit)
}

/** System time as `[megaseconds, seconds, microseconds]`. OTP: `erlang:timestamp/0`. */
export function timestamp(): readonly [megaseconds: number, seconds: number, microseconds: number] {
  const now = system_time('microsecond')
  return [Math.floor(now / 1e12), Math.floor(now / 1e6) % 1e6, now % 1e6]
}

/**
 * A time in another unit, rounded down.
 *
 * @throws {@link Exit} `'badarg'` for a unit that there is not
 * @see OTP: `erlang:convert_time_unit/3`
 */
export function convert_time_unit(time: number, from: TimeUnit, to: TimeUnit): number {
  const [per_second_from, per_second_to] = [per_second(from), per_second(to)]
  const factor = per_second_to / per_second_from
  return Math.floor(Number.isInteger(factor) ? time * factor : (time * per_second_to) / per_second_from)
}

function per_second(unit: TimeUnit): number {
  if (typeof unit === 'string' && Object.hasOwn(units, unit)) return units[unit]
  if (typeof unit === 'number' && Number.isInteger(unit) && unit > 0) return unit
  throw new Exit('badarg')
}

const units: Readonly<Record<Exclude<TimeUnit, number>, number>> = {
  second: 1,
  millisecond: 1e3,
  native: 1e3,
  microsecond: 1e6,
  nanosecond: 1e9,
}
