// One wheel over one alarm of the clock: the timers that everything else in the runtime is made of.

import { the_clock } from './clock.ts'
import { report } from './report.ts'
import { run_outside } from './self.ts'
import type { Term } from './term.ts'
import { type Entry, max_delay, type TimerHolder, TimerWheel } from './timer_wheel.ts'

/** A running timer. */
export type Timer = Entry

let wheel = new_wheel()
let alarm_at = Number.POSITIVE_INFINITY
let keeping_alive = 0

/**
 * Calls `fire` once `delay` milliseconds have passed, never earlier, outside any process.
 *
 * @param keeps_alive - false for housekeeping for which a program that is done should not wait
 * @param holder - whose it is, for {@link running_timers}
 * @throws RangeError when `delay` is not a number of 0 to 2^32 - 1
 */
export function set_timer(delay: number, fire: () => void, keeps_alive = true, holder?: TimerHolder): Timer {
  if (!(delay >= 0 && delay <= max_delay)) throw new RangeError(`a timer of ${delay} ms`)
  const now = the_clock().monotonic_time()
  if (wheel.size === 0) wheel.advance(now)
  const entry = wheel.add(Math.ceil(now + delay), fire, keeps_alive, holder)
  if (keeps_alive && ++keeping_alive === 1) the_clock().keep_alive(true)
  if (entry.due < alarm_at) arm(now)
  return entry
}

/** @returns the milliseconds that were left, or false when it has fired or was cleared before */
export function clear_timer(timer: Timer): number | false {
  if (!wheel.remove(timer)) return false
  release(timer)
  return left_of(timer)
}

/** The milliseconds left, or false when it has fired or was cleared. */
export function time_left(timer: Timer): number | false {
  return timer.slot === undefined ? false : left_of(timer)
}

/** How many timers are running. */
export const timer_count = (): number => wheel.size

/** A timer that is running, for who looks at the system. */
export interface TimerInfo {
  /** Milliseconds. */
  readonly left: number
  /** The pid or name it is for; undefined for one of the runtime's own, such as the time limit of a call. */
  readonly destination: Term
  /** What it will send. */
  readonly message: Term
}

/** Every timer that runs, the next one first. */
export const running_timers = (): TimerInfo[] =>
  wheel
    .entries()
    .sort((one, other) => one.due - other.due)
    .map(timer => ({
      left: left_of(timer),
      destination: timer.holder?.destination,
      message: timer.holder?.message,
    }))

/** Forgets every timer and starts on the clock that is now in place: for tests that put another clock in. */
export function reset_timers(): void {
  the_clock().clear_alarm()
  wheel.clear()
  wheel = new_wheel()
  alarm_at = Number.POSITIVE_INFINITY
  keeping_alive = 0
}

const left_of = (timer: Timer): number => Math.max(0, Math.round(timer.due - the_clock().monotonic_time()))

function release(timer: Timer): void {
  if (timer.keeps_alive && --keeping_alive === 0) the_clock().keep_alive(false)
}

function new_wheel(): TimerWheel {
  return new TimerWheel(the_clock().monotonic_time(), fire)
}

/** One timer that fails is told of, and does not hold up the others. */
function fire(timer: Timer): void {
  release(timer)
  try {
    timer.fire()
  } catch (reason) {
    report('error', { label: ['error', 'timer'], report: { reason } })
  }
}

function arm(now: number): void {
  const stop = wheel.next_stop()
  if (stop === undefined) {
    alarm_at = Number.POSITIVE_INFINITY
    the_clock().clear_alarm()
    return
  }
  alarm_at = stop
  run_outside(() => the_clock().set_alarm(Math.max(0, stop - now), ring))
  the_clock().keep_alive(keeping_alive > 0)
}

function ring(): void {
  // What is set meanwhile need not arm the alarm: it is armed once, at the end.
  alarm_at = Number.NEGATIVE_INFINITY
  try {
    wheel.advance(the_clock().monotonic_time())
  } finally {
    arm(the_clock().monotonic_time())
  }
}
