// What the logger is told to do: from which level on, and by which handlers.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Level, Report } from '../../runtime/erlang/report.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'

/** From which level on something is told. */
export type Threshold = Level | 'all' | 'none'

/** What is known of an event besides the message; a program may add keys. */
export interface Metadata {
  /** Microseconds since 1970. OTP: `logger:timestamp()` */
  readonly time?: number
  /** The process that logged it; undefined outside any process. */
  readonly pid?: Pid | undefined
  readonly [key: string]: Term
}

/** What handlers get. OTP: `logger:log_event()`. */
export interface LogEvent {
  readonly level: Level
  readonly msg:
    | readonly ['string', string]
    /** A {@link Report} of the runtime, an `Error`, or any other term. */
    | readonly ['report', Report | Term]
  readonly meta: Metadata & { readonly time: number }
}

/** What becomes of an event: it goes on, as it is or changed; it is dropped; the filter does not care. */
export type Filter = (event: LogEvent) => LogEvent | 'stop' | 'ignore'

/** OTP: `logger:handler_config()`. */
export interface HandlerConfig {
  /** Default: `'all'` */
  readonly level?: Threshold
  /** They are asked in this order. Default: none */
  readonly filters?: readonly (readonly [id: string, filter: Filter])[]
  /** What becomes of an event that all filters have ignored. Default: `'log'` */
  readonly filter_default?: 'log' | 'stop'
  /** Makes a text of an event. Default: `logger_formatter.format` */
  readonly formatter?: (event: LogEvent) => string
  /** What the handler itself wants to know. Default: `{}` */
  readonly config?: Readonly<Record<string, Term>>
}

/** A handler's configuration with every key. */
export interface FullHandlerConfig extends Required<HandlerConfig> {
  readonly id: string
}

/**
 * Where events go. All functions are called outside any process. OTP: the callback functions of a logger handler.
 */
export interface Handler {
  /** Tells of an event. If it throws, or the promise it gives is rejected, the handler is removed. */
  log(event: LogEvent, config: FullHandlerConfig): unknown
  /** Looks at the configuration of a handler that is to be added or changed. @returns what is wrong with it, if something is */
  check_config?(config: FullHandlerConfig): Term | undefined
  /** The handler has been removed: what it holds is let go. */
  removing_handler?(config: FullHandlerConfig): void
}

/** OTP: `logger:primary_config()`. */
export interface PrimaryConfig {
  readonly level: Threshold
}

/** A handler that is in use. */
export interface Installed {
  readonly handler: Handler
  config: FullHandlerConfig
  /** It is telling of an event just now; what it logs itself meanwhile is not for it. */
  busy: boolean
}

/** From the most to the least severe. */
export const levels: readonly Level[] = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
]

export const is_threshold = (level: Term): level is Threshold =>
  level === 'all' || level === 'none' || levels.includes(level)

/** 0 for `'emergency'`, the more the less severe; `'all'` is beyond every level, `'none'` before. */
export function severity(level: Threshold): number {
  if (level === 'all') return levels.length
  return level === 'none' ? -1 : levels.indexOf(level)
}

/** What is wrong with a handler's configuration, if something is; fills in what it leaves out. */
export function check_handler_config(
  id: string,
  given: HandlerConfig,
  before: Required<HandlerConfig>,
): Result<FullHandlerConfig> {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(checks, key)) return ['error', ['invalid_config', key]]
  }
  const config: FullHandlerConfig = { ...before, ...given, id }
  for (const key of Object.keys(checks) as (keyof HandlerConfig)[]) {
    if (!checks[key](config[key])) return ['error', [`invalid_${key}`, config[key]]]
  }
  return ['ok', config]
}

const is_function = (value: Term): boolean => typeof value === 'function'

const checks: { readonly [Key in keyof HandlerConfig]-?: (value: Term) => boolean } = {
  level: is_threshold,
  filters: filters => Array.isArray(filters) && filters.every(is_filter),
  filter_default: value => value === 'log' || value === 'stop',
  formatter: is_function,
  config: value => typeof value === 'object' && value !== null && !Array.isArray(value),
}

const is_filter = (value: Term): boolean =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && is_function(value[1])
