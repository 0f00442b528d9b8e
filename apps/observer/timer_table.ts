// The timers that run, as a table.

import { running_timers } from '../../runtime/erlang/alarm.ts'
import { brief_term } from '../../runtime/erlang/brief.ts'
import { Pid } from '../../runtime/erlang/pid.ts'
import { process_name } from './process_table.ts'

/** A timer. */
export interface TimerRow {
  /** Milliseconds. */
  readonly left: number
  /** Whom it is for, a pid or a name; undefined for one of the runtime's own, such as the time limit of a call. */
  readonly destination: Pid | string | undefined
  /** What that is called. */
  readonly name: string
  /** What it will send, as text; `''` when it does something else, such as ending a `receive`. */
  readonly message: string
}

/** Which timers. */
export interface TimerTableOptions {
  /** How many rows at most. Default: all */
  readonly limit?: number
}

/** The timers that run, the next one first. */
export function timer_table(options: TimerTableOptions = {}): TimerRow[] {
  const { limit = Number.POSITIVE_INFINITY } = options
  return running_timers()
    .slice(0, limit)
    .map(({ left, destination, message }) => ({
      left,
      destination,
      name: destination instanceof Pid ? process_name(destination) : (destination ?? ''),
      message: message === undefined ? '' : brief_term(message),
    }))
}
