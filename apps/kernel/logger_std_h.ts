// The handler that writes to the console, and in a burst of events says how many it drops.

import { clear_timer, set_timer, type Timer } from '../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import type { FullHandlerConfig, Handler, LogEvent } from './logger_config.ts'
import * as logger_formatter from './logger_formatter.ts'
import { reason_text } from './logger_terms.ts'

/** What {@link logger_std_h} is told in `config`. OTP: the configuration of `logger_std_h`. */
export interface Config {
  /** Default: `'standard_error'`, so that what a program itself puts out stays clean; OTP's is `'standard_io'` */
  readonly type?: 'standard_error' | 'standard_io'
  /** Events that are written within one window; what is beyond is counted only. Default: 500 */
  readonly burst_limit_max_count?: number
  /** Milliseconds. Default: 1000 */
  readonly burst_limit_window_time?: number
}

/** Writes events to the console, as the formatter makes texts of them. OTP: `logger_std_h`. */
export const logger_std_h: Handler = {
  log(event, config) {
    const { type, burst_limit_max_count, burst_limit_window_time } = full_config(config)
    const write = type === 'standard_io' ? to_standard_io : to_standard_error
    const burst = burst_of(config.id)
    if (burst.admits(burst_limit_max_count, burst_limit_window_time, write)) write(text_of(event, config))
  },

  check_config({ config }) {
    for (const key of Object.keys(config)) {
      const right = Object.hasOwn(checks, key) && checks[key as keyof Config](config[key])
      if (!right) return ['invalid_config', { [key]: config[key] }]
    }
    return undefined
  },

  removing_handler({ id }) {
    bursts.get(id)?.close()
    bursts.delete(id)
  },
}

type Write = (text: string) => void

const to_standard_error: Write = text => console.error(text)
const to_standard_io: Write = text => console.log(text)

const is_count = (value: Term): boolean => Number.isInteger(value) && value > 0

const checks: { readonly [Key in keyof Config]-?: (value: Term) => boolean } = {
  type: value => value === 'standard_error' || value === 'standard_io',
  burst_limit_max_count: is_count,
  burst_limit_window_time: is_count,
}

const full_config = ({ config }: FullHandlerConfig): Required<Config> => ({
  type: 'standard_error',
  burst_limit_max_count: 500,
  burst_limit_window_time: 1_000,
  ...(config as Config),
})

/** A formatter that fails costs its own layout, and not the event. OTP does the same. */
function text_of(event: LogEvent, { formatter }: FullHandlerConfig): string {
  try {
    return formatter(event)
  } catch (reason) {
    return `${logger_formatter.format(event)}\n  the formatter failed: ${reason_text(reason)}`
  }
}

/** Counts the events of one window of time. */
class Burst {
  #started = Number.NEGATIVE_INFINITY
  #count = 0
  #end: Timer | undefined = undefined

  /** Whether one more event may be written. */
  admits(limit: number, window: number, write: Write): boolean {
    const now = monotonic_time()
    const is_inside = now >= this.#started && now < this.#started + window
    if (!is_inside && this.#end === undefined) {
      this.#started = now
      this.#count = 0
    }
    if (++this.#count <= limit) return true
    if (this.#end === undefined) this.#begin_dropping(limit, window - (now - this.#started), write)
    return false
  }

  #begin_dropping(limit: number, time_left: number, write: Write): void {
    write(`logger: more than ${limit} events at once, the next ones are dropped`)
    const finish = () => {
      write(`logger: ${this.#count - limit} events were dropped`)
      this.#end = undefined
      this.#started = Number.NEGATIVE_INFINITY
    }
    this.#end = set_timer(time_left, finish, false)
  }

  close(): void {
    if (this.#end !== undefined) clear_timer(this.#end)
  }
}

const bursts = new Map<string, Burst>()

function burst_of(id: string): Burst {
  const burst = bursts.get(id) ?? new Burst()
  bursts.set(id, burst)
  return burst
}
