// What the logger is told to do: from which level on, through which filters, and by which handlers.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Level, Report } from '../../runtime/erlang/report.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'

/** From which level on something is told. */
export type Threshold = Level | 'all' | 'none'

/** What is known of an event besides the message; a program may add keys. OTP: `logger:metadata()`. */
export interface Metadata {
  /** Microseconds since 1970. OTP: `logger:timestamp()` */
  readonly time?: number
  /** The process that logged it; undefined outside any process. */
  readonly pid?: Pid | undefined
  /** Its group leader. */
  readonly gl?: Pid | undefined
  /** Where it was logged: the module, which `set_module_level` knows, and if it is known the function. */
  readonly mfa?: readonly [module: string, function_name?: string | undefined, arity?: number | undefined]
  readonly file?: string
  readonly line?: number
  /** What it is about, for filters: the runtime's own events are of `['otp', …]`. */
  readonly domain?: readonly string[]
  /** Makes a text of the report, or a format with its arguments. */
  readonly report_cb?: ReportCallback
  readonly [key: string]: Term
}

/** How much of terms is shown, and whether on one line. */
export interface ReportLimits {
  readonly depth: number | 'unlimited'
  readonly chars_limit: number | 'unlimited'
  readonly single_line: boolean
}

/** OTP: `logger:report_cb()`. */
export type ReportCallback = (
  report: Term,
  limits: ReportLimits,
) => string | readonly [string, readonly Term[]]

/** What handlers get. OTP: `logger:log_event()`. */
export interface LogEvent {
  readonly level: Level
  readonly msg:
    | readonly ['string', string]
    /** A {@link Report} of the runtime, an `Error`, or any other term. */
    | readonly ['report', Report | Term]
    | readonly ['format', string, readonly Term[]]
  readonly meta: Metadata & { readonly time: number }
}

type Verdict = LogEvent | 'stop' | 'ignore'

/**
 * What becomes of an event: it goes on, as it is or changed; it is dropped; the filter does not care. A function, or a
 * function with its second argument. OTP: `logger:filter()`.
 */
export type Filter =
  | ((event: LogEvent) => Verdict)
  | readonly [filter: (event: LogEvent, argument: Term) => Verdict, argument: Term]

/** Filters, each with the name by which it is removed, in the order in which they are asked. */
export type Filters = readonly (readonly [id: string, filter: Filter])[]

/** A module that makes texts of events, such as `logger_formatter`. OTP: the callback functions of a formatter. */
export interface FormatterModule<Config = Term> {
  format(event: LogEvent, config?: Config): string
  /** @returns `'ok'`, or `['error', reason]` for a configuration that is not right */
  check_config?(config: Config): 'ok' | readonly ['error', Term]
}

/** Makes a text of an event: a function, or a module with its configuration. OTP: `{Module, Config}`. */
export type Formatter = ((event: LogEvent) => string) | readonly [FormatterModule, Term]

/** OTP: `logger:handler_config()`. */
export interface HandlerConfig {
  /** Default: `'all'` */
  readonly level?: Threshold
  /** They are asked in this order. Default: none */
  readonly filters?: Filters
  /** What becomes of an event that all filters have ignored. Default: `'log'` */
  readonly filter_default?: 'log' | 'stop'
  /** Default: `[logger_formatter, {}]` */
  readonly formatter?: Formatter
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
  /** What listings and errors call it. Default: `'handler'` */
  readonly module?: string
  /** Tells of an event. If it throws, or the promise it gives is rejected, the handler is removed. */
  log(event: LogEvent, config: FullHandlerConfig): unknown
  /** The handler is about to be added. @returns `['ok', config]`, the configuration it goes by, or `['error', reason]` */
  adding_handler?(config: FullHandlerConfig): Result<FullHandlerConfig>
  /**
   * The configuration is about to be changed: with `'set'` what was left out is back at its default, with `'update'`
   * it is as it was. @returns as `adding_handler`
   */
  changing_config?(
    how: 'set' | 'update',
    before: FullHandlerConfig,
    after: FullHandlerConfig,
  ): Result<FullHandlerConfig>
  /** What `get_handler_config` shows of the configuration. Default: all of it */
  filter_config?(config: FullHandlerConfig): FullHandlerConfig
  /** The handler has been removed: what it holds is let go. */
  removing_handler?(config: FullHandlerConfig): void
}

/** OTP: `logger:primary_config()`. */
export interface PrimaryConfig {
  readonly level: Threshold
  /** Asked before those of handlers. */
  readonly filters: Filters
  readonly filter_default: 'log' | 'stop'
  /** What every event carries, unless it says otherwise itself. */
  readonly metadata: Metadata
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

/** Whether something is a level. */
export const is_level = (level: Term): level is Level => levels.includes(level)

/** Whether something is a level, `'all'` or `'none'`. */
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
  if (!is_object(given)) return ['error', ['invalid_config', given]]
  for (const key of Object.keys(given)) {
    if (key === 'id' && (given as Term).id !== id) {
      return ['error', ['illegal_config_change', { id }, { id: (given as Term).id }]]
    }
    if (key !== 'id' && !Object.hasOwn(handler_checks, key)) return ['error', ['invalid_config', key]]
  }
  const config: FullHandlerConfig = { ...before, ...given, id }
  for (const key of Object.keys(handler_checks) as (keyof HandlerConfig)[]) {
    if (!handler_checks[key](config[key])) return ['error', [`invalid_${key}`, config[key]]]
  }
  const wrong = what_the_formatter_refuses(config.formatter)
  return wrong === undefined ? ['ok', config] : ['error', wrong]
}

/** What is wrong with a primary configuration, if something is. */
export function check_primary_config(given: Partial<PrimaryConfig>): Done {
  if (!is_object(given)) return ['error', ['invalid_primary_config', given]]
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(primary_checks, key)) return ['error', ['invalid_primary_config', [key, value]]]
    if (primary_checks[key as keyof PrimaryConfig](value)) continue
    return [
      'error',
      key === 'metadata' ? ['invalid_primary_config', [key, value]] : [`invalid_${key}`, value],
    ]
  }
  return 'ok'
}

type Done = 'ok' | readonly ['error', Term]

/** @returns the reason, if its configuration is not right */
function what_the_formatter_refuses(formatter: Formatter): Term {
  if (typeof formatter === 'function') return undefined
  const [module, config] = formatter
  const checked = module.check_config?.(config) ?? 'ok'
  return checked === 'ok' ? undefined : checked[1]
}

/** Whether something is an object with keys, and no list. */
export const is_object = (value: Term): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const is_function = (value: Term): boolean => typeof value === 'function'
const is_pair = (value: Term): boolean => Array.isArray(value) && value.length === 2

/** Whether something can stand in a list of filters. */
export const is_filter = (value: Term): value is Filter =>
  is_function(value) || (is_pair(value) && is_function(value[0]))

const is_named_filter = (value: Term): boolean =>
  is_pair(value) && typeof value[0] === 'string' && is_filter(value[1])

const is_filters = (filters: Term): boolean =>
  Array.isArray(filters) &&
  filters.every(is_named_filter) &&
  new Set(filters.map(([id]) => id)).size === filters.length

const is_filter_default = (value: Term): boolean => value === 'log' || value === 'stop'

const handler_checks: { readonly [Key in keyof HandlerConfig]-?: (value: Term) => boolean } = {
  level: is_threshold,
  filters: is_filters,
  filter_default: is_filter_default,
  formatter: value => is_function(value) || (is_pair(value) && is_function(value[0]?.format)),
  config: is_object,
}

const primary_checks: { readonly [Key in keyof PrimaryConfig]: (value: Term) => boolean } = {
  level: is_threshold,
  filters: is_filters,
  filter_default: is_filter_default,
  metadata: is_object,
}
