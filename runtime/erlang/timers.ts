// Erlang's timers: a message after some time.

import { clear_timer, set_timer, type Timer, time_left } from './alarm.ts'
import { monotonic_time } from './clock.ts'
import { deep_freeze, freezes_messages } from './debug.ts'
import { Pid, Ref } from './pid.ts'
import { current, type Process, type Resource } from './process.ts'
import { whereis } from './registry.ts'
import { Exit, type Term } from './term.ts'
import type { TimerHolder } from './timer_wheel.ts'

/** OTP: the options of `erlang:send_after/4` and `erlang:start_timer/4`. */
export interface TimerOptions {
  /** `time` is a moment, as {@link monotonic_time} tells it; one that has passed is now. Default: false */
  readonly abs?: boolean
  /** False for housekeeping for which a program that is done should not wait. Default: true */
  readonly keeps_alive?: boolean
}

/** OTP: the options of `erlang:cancel_timer/2`. */
export interface CancelTimerOptions {
  /** Gives `'ok'` at once; the result comes as a message `['cancel_timer', ref, result]`. */
  readonly async?: boolean
  /** False: nobody wants the result, which is `'ok'`, and no message comes. Default: true */
  readonly info?: boolean
}

/** A running timer, which is its own reference; it goes with the process it is for. */
class TimerRef extends Ref implements Resource, TimerHolder {
  readonly destination: Pid | string
  readonly message: Term
  readonly #timer: Timer
  readonly #owner: Process | undefined

  /** @param message - what to send, of this reference */
  constructor(
    time: number,
    destination: Pid | string,
    message: (ref: Ref) => Term,
    options: TimerOptions | undefined,
  ) {
    if (!(destination instanceof Pid || typeof destination === 'string')) throw new Exit('badarg')
    super()
    this.destination = destination
    this.message = message(this)
    this.#owner = destination instanceof Pid ? (destination.entity as Process | undefined) : undefined
    this.#timer = set_timer(delay_of(time, options), () => this.#fire(), options?.keeps_alive, this)
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

  #fire(): void {
    this.#owner?.disown(this)
    const { destination } = this
    const receiver = destination instanceof Pid ? destination : whereis(destination)
    receiver?.entity?.deliver(this.message)
  }
}

/** @throws Exit `'badarg'` for options that there are not */
function delay_of(time: number, options: TimerOptions | undefined): number {
  if (options === undefined) return time
  const { abs = false, keeps_alive: _keeps_alive, ...unknown } = options
  if (Object.keys(unknown).length > 0) throw new Exit('badarg')
  return abs ? Math.max(0, time - monotonic_time()) : time
}

/**
 * Sends `message` to a process, or to who bears the name then, once `time` milliseconds have passed.
 *
 * @throws RangeError when `time` is not 0 to 2^32 - 1; {@link Exit} `'badarg'` for options that there are not, and for
 *   a destination that is neither a pid nor a name
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
 * @returns the milliseconds that were left, or false when it has fired, was cancelled, or is no timer; `'ok'` with
 *   `async` or without `info`
 * @throws {@link Exit} `'badarg'` when it is no reference, and for options that there are not
 * @see OTP: `erlang:cancel_timer/1,2`
 */
export function cancel_timer(ref: Ref): number | false
export function cancel_timer(ref: Ref, options: CancelTimerOptions): number | false | 'ok'
export function cancel_timer(ref: Ref, options?: CancelTimerOptions): number | false | 'ok' {
  if (!(ref instanceof Ref)) throw new Exit('badarg')
  if (options === undefined) return cancelled(ref)
  const { async = false, info = true, ...unknown } = options
  if (Object.keys(unknown).length > 0) throw new Exit('badarg')
  const left = cancelled(ref)
  if (!info) return 'ok'
  return async ? told('cancel_timer', ref, left) : left
}

const cancelled = (ref: Ref): number | false => ref instanceof TimerRef && ref.cancel()

/**
 * The milliseconds left, or false when it runs no more. With `async` `'ok'`, and a message `['read_timer', ref, left]`.
 *
 * @throws {@link Exit} as {@link cancel_timer} does
 * @see OTP: `erlang:read_timer/1,2`
 */
export function read_timer(ref: Ref): number | false
export function read_timer(ref: Ref, options: { readonly async?: boolean }): number | false | 'ok'
export function read_timer(ref: Ref, options: { readonly async?: boolean } = {}): number | false | 'ok' {
  const { async = false, ...unknown } = options
  if (!(ref instanceof Ref) || Object.keys(unknown).length > 0) throw new Exit('badarg')
  const left = ref instanceof TimerRef ? ref.left() : false
  return async ? told('read_timer', ref, left) : left
}

function told(what: string, ref: Ref, left: number | false): 'ok' {
  current().deliver([what, ref, left])
  return 'ok'
}
