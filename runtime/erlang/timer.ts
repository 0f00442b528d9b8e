// OTP's module timer: functions called and messages sent after some time or again and again. Times are in milliseconds.

import { monotonic_time } from './clock.ts'
import { deep_freeze, freezes_messages } from './debug.ts'
import { exit } from './links.ts'
import { Pid, type Port, type Ref } from './pid.ts'
import { current, type Process, type Resource } from './process.ts'
import { after, receive } from './receive.ts'
import { whereis } from './registry.ts'
import { self } from './self.ts'
import { type Body, spawn } from './spawn.ts'
import type { Reason, Result, Term, Timeout } from './term.ts'
import { Interval, Once, Repetition, Scheduled } from './timer_tasks.ts'
import { max_delay } from './timer_wheel.ts'

/** A timer of this module, by which it can be cancelled. OTP: `timer:tref()`. */
export type TRef = Ref & Resource

/** `'badarg'`: the time is no integer of 0 to 2^32 - 1, or there is nothing to be done then. */
type Started = Result<TRef, 'badarg'>

type TimeUnit = keyof typeof per_millisecond

const per_millisecond = { second: 1e-3, millisecond: 1, microsecond: 1e3, nanosecond: 1e6 }

// ---- Once

/**
 * Has a process of its own call `body(...args)` once `time` has passed.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:apply_after/2,3,4`
 */
export function apply_after<Arguments extends readonly Term[]>(
  time: number,
  body: Body<Arguments>,
  args?: Arguments,
): Started {
  if (!is_applicable(time, body, args)) return badarg
  const given = (args ?? []) as unknown as Arguments
  return ['ok', new Once(time, () => spawn(body, ...given), undefined)]
}

/**
 * Sends a message once `time` has passed, to a process, or to who bears the name then; without a destination, to
 * the running process. The timer goes with the process it is for.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:send_after/2,3`
 */
export function send_after(time: number, message: Term): Started
export function send_after(time: number, destination: Pid | string, message: Term): Started
export function send_after(...asked: [number, Term, Term?]): Started {
  const [time, destination, message] = with_destination(asked)
  if (!is_time(time) || !is_destination(destination)) return badarg
  if (freezes_messages()) deep_freeze(message)
  return ['ok', once(time, destination, bearer => bearer.entity?.deliver(message))]
}

/**
 * Sends an exit signal once `time` has passed, to a process, or to who bears the name then; without a target, to
 * the running process.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:exit_after/2,3`
 */
export function exit_after(time: number, reason: Reason): Started
export function exit_after(time: number, target: Pid | string, reason: Reason): Started
export function exit_after(...asked: [number, Term, Term?]): Started {
  const [time, target, reason] = with_destination(asked)
  if (!is_time(time) || !is_destination(target)) return badarg
  return ['ok', once(time, target, bearer => exit(bearer, reason))]
}

/** As {@link exit_after} with the reason `'kill'`. OTP: `timer:kill_after/1,2`. */
export const kill_after = (time: number, target: Pid | string = self()): Started =>
  exit_after(time, target, 'kill')

// ---- Again and again

/**
 * Has a process of its own call `body(...args)` each time that `time` has passed, whether the one before is done or
 * not, until the running process ends. The calls do not drift: the nth is due `n * time` after now.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:apply_interval/2,3,4`
 */
export function apply_interval<Arguments extends readonly Term[]>(
  time: number,
  body: Body<Arguments>,
  args?: Arguments,
): Started {
  return repeated(Interval, time, body, args)
}

/**
 * As {@link apply_interval}, but each call waits until the one before is done. What is late for that is made up
 * for as soon as may be.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:apply_repeatedly/2,3,4`
 */
export function apply_repeatedly<Arguments extends readonly Term[]>(
  time: number,
  body: Body<Arguments>,
  args?: Arguments,
): Started {
  return repeated(Repetition, time, body, args)
}

function repeated<Arguments extends readonly Term[]>(
  Kind: typeof Interval | typeof Repetition,
  time: number,
  body: Body<Arguments>,
  args = [] as unknown as Arguments,
): Started {
  if (!is_applicable(time, body, args)) return badarg
  return ['ok', new Kind(time, () => spawn(body, ...args), current())]
}

/**
 * Sends a message each time that `time` has passed, until the process ends that it is for: `destination`, or who
 * bears that name now; without a destination, the running process. The messages do not drift.
 *
 * @returns `['ok', ref]` or `['error', 'badarg']`
 * @see OTP: `timer:send_interval/2,3`
 */
export function send_interval(time: number, message: Term): Started
export function send_interval(time: number, destination: Pid | string, message: Term): Started
export function send_interval(...asked: [number, Term, Term?]): Started {
  const [time, destination, message] = with_destination(asked)
  if (!is_time(time) || !is_destination(destination)) return badarg
  if (freezes_messages()) deep_freeze(message)
  const process = process_of(typeof destination === 'string' ? whereis(destination) : destination)
  return ['ok', new Interval(time, () => process?.deliver(message), process)]
}

/**
 * Stops a timer; what it has sent may be in a mailbox already.
 *
 * @returns `['ok', 'cancel']`, also when the timer has run out; `['error', 'badarg']` for what is no timer
 * @see OTP: `timer:cancel/1`
 */
export function cancel(timer: TRef): Result<'cancel', 'badarg'> {
  if (!(timer instanceof Scheduled)) return badarg
  timer.cancel()
  return ['ok', 'cancel']
}

// ---- The running process

/**
 * Has the running process wait; `'infinity'`: until it is ended.
 *
 * @throws RangeError when `time` is not 0 to 2^32 - 1 and not `'infinity'`
 * @see OTP: `timer:sleep/1`
 */
export const sleep = (time: Timeout): Promise<'ok'> => receive(after(time, () => 'ok' as const))

/**
 * How long a call took, and what it gave; of a function that gives a promise, a promise of that.
 *
 * @param unit - of the time, which is an integer. Default: microseconds
 * @returns `[time, value]`
 * @see OTP: `timer:tc/1,2,3`
 */
export function tc<Arguments extends readonly Term[], Value>(
  body: (...args: Arguments) => PromiseLike<Value>,
  args?: Arguments,
  unit?: TimeUnit,
): Promise<[time: number, value: Value]>
export function tc<Arguments extends readonly Term[], Value>(
  body: (...args: Arguments) => Value,
  args?: Arguments,
  unit?: TimeUnit,
): [time: number, value: Value]
export function tc(
  body: (...args: Term[]) => Term,
  args: readonly Term[] = [],
  unit: TimeUnit = 'microsecond',
) {
  const started = monotonic_time()
  const taken = (value: Term) => [Math.round((monotonic_time() - started) * per_millisecond[unit]), value]
  const value = body(...args)
  return typeof value?.then === 'function' ? value.then(taken) : taken(value)
}

// ---- Times

/** Does nothing: there is no server to be started. OTP: `timer:start/0`. */
export const start = (): 'ok' => 'ok'

/** A time as `erlang:timestamp/0` gives it. */
export type Timestamp = readonly [megaseconds: number, seconds: number, microseconds: number]

/** Microseconds from `earlier` to `later`. OTP: `timer:now_diff/2`. */
export const now_diff = (later: Timestamp, earlier: Timestamp): number =>
  (later[0] - earlier[0]) * 1e12 + (later[1] - earlier[1]) * 1e6 + (later[2] - earlier[2])

/** Milliseconds in so many seconds. OTP: `timer:seconds/1`. */
export const seconds = (count: number): number => count * 1_000

/** Milliseconds in so many minutes. OTP: `timer:minutes/1`. */
export const minutes = (count: number): number => count * 60_000

/** Milliseconds in so many hours. OTP: `timer:hours/1`. */
export const hours = (count: number): number => count * 3_600_000

/** Milliseconds in hours, minutes and seconds. OTP: `timer:hms/3`. */
export const hms = (h: number, m: number, s: number): number => hours(h) + minutes(m) + seconds(s)

// ---- Arguments

const badarg = ['error', 'badarg'] as const

const is_time = (time: Term): boolean => Number.isInteger(time) && time >= 0 && time <= max_delay

const is_applicable = (time: Term, body: Term, args: Term): boolean =>
  is_time(time) && typeof body === 'function' && (args === undefined || Array.isArray(args))

const is_destination = (destination: Term): boolean =>
  destination instanceof Pid || typeof destination === 'string'

const with_destination = (asked: readonly Term[]): readonly [number, Pid | string, Term] =>
  asked.length === 2 ? [asked[0], self(), asked[1]] : [asked[0], asked[1], asked[2]]

const process_of = (bearer: Pid | Port | undefined): Process | undefined =>
  bearer instanceof Pid ? (bearer.entity as Process | undefined) : undefined

/** Acts on a process, with which the timer goes, or on who bears the name then. */
function once(time: number, destination: Pid | string, act: (bearer: Pid | Port) => void): TRef {
  if (destination instanceof Pid) {
    const process = process_of(destination)
    return new Once(time, process && (() => act(destination)), process)
  }
  const act_on_bearer = () => {
    const bearer = whereis(destination)
    if (bearer !== undefined) act(bearer)
  }
  return new Once(time, act_on_bearer, undefined)
}
