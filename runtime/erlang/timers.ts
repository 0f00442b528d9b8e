// Erlang's timers: a message after some time.

import { clear_timer, set_timer, type Timer, time_left } from './alarm.ts'
import { deep_freeze, freezes_messages } from './debug.ts'
import { Pid, Ref } from './pid.ts'
import type { Process, Resource } from './process.ts'
import { whereis } from './registry.ts'
import type { Term } from './term.ts'

export interface TimerOptions {
  /** False for housekeeping for which a program that is done should not wait. Default: true */
  readonly keeps_alive?: boolean
}

/** A running timer, which is its own reference; it goes with the process it is for. */
class TimerRef extends Ref implements Resource {
  readonly #timer: Timer
  readonly #owner: Process | undefined

  constructor(
    time: number,
    destination: Pid | string,
    message: (ref: Ref) => Term,
    options: TimerOptions | undefined,
  ) {
    super()
    this.#owner = destination instanceof Pid ? (destination.entity as Process | undefined) : undefined
    const fire = () => {
      this.#owner?.disown(this)
      const receiver = destination instanceof Pid ? destination : whereis(destination)
      receiver?.entity?.deliver(message(this))
    }
    this.#timer = set_timer(time, fire, options?.keeps_alive)
    if (this.#owner !== undefined) this.#owner.own(this)
    else if (destination instanceof Pid) clear_timer(this.#timer)
  }

  left(): number | false {
    return time_left(this.#timer)
  }

  cancel(): number | false {
    this.#owner?.disown(this)
    return clear_timer(this.#timer)
  }

  release(): void {
    clear_timer(this.#timer)
  }
}

/**
 * Sends `message` to a process, or to who bears the name then, once `time` milliseconds have passed.
 *
 * @throws RangeError when `time` is not 0 to 2^32 - 1
 * @see OTP: `erlang:send_after/3,4`
 */
export function send_after(
  time: number,
  destination: Pid | string,
  message: Term,
  options?: TimerOptions,
): Ref {
  if (freezes_messages()) deep_freeze(message)
  return new TimerRef(time, destination, () => message, options)
}

/** As {@link send_after}, but what comes is `['timeout', ref, message]`. OTP: `erlang:start_timer/3,4`. */
export function start_timer(
  time: number,
  destination: Pid | string,
  message: Term,
  options?: TimerOptions,
): Ref {
  if (freezes_messages()) deep_freeze(message)
  return new TimerRef(time, destination, ref => ['timeout', ref, message], options)
}

/**
 * Stops a timer. Its message may be in the mailbox already.
 *
 * @returns the milliseconds that were left, or false when it has fired, was cancelled, or is no timer
 * @see OTP: `erlang:cancel_timer/1`
 */
export const cancel_timer = (ref: Ref): number | false => (ref instanceof TimerRef ? ref.cancel() : false)

/** The milliseconds left, or false when it runs no more. OTP: `erlang:read_timer/1`. */
export const read_timer = (ref: Ref): number | false => (ref instanceof TimerRef ? ref.left() : false)
