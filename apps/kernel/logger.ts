// The logger: programs tell it events of a level, and handlers bring those that matter to people.

import { system_time } from '../../runtime/erlang/clock.ts'
import type { Level } from '../../runtime/erlang/report.ts'
import { type Done, Exit, type Term } from '../../runtime/erlang/term.ts'
import { primary_defaults, settings, use_primary } from './logger_backend.ts'
import {
  check_primary_config,
  type Filter,
  type FullHandlerConfig,
  is_filter,
  is_level,
  is_object,
  is_threshold,
  type Metadata,
  type PrimaryConfig,
  severity,
  type Threshold,
} from './logger_config.ts'
import {
  add_handler,
  add_handler_filter,
  get_handler_config,
  get_handler_configs,
  get_handler_ids,
  remove_handler,
  remove_handler_filter,
  set_handler_config,
  update_formatter_config,
  update_handler_config,
} from './logger_handlers.ts'
import { macros } from './logger_macros.ts'
import { type LazyMessage, type Log, type LogReport, log_at } from './logger_message.ts'
import {
  allow,
  get_module_level,
  get_process_metadata,
  set_application_level,
  set_module_level,
  set_process_metadata,
  unset_application_level,
  unset_module_level,
  unset_process_metadata,
  update_process_metadata,
} from './logger_metadata.ts'
import { add_handlers, reconfigure } from './logger_setup.ts'
import { term_text } from './logger_terms.ts'

export type { Level } from '../../runtime/erlang/report.ts'
export type {
  Filter,
  Filters,
  Formatter,
  FormatterModule,
  FullHandlerConfig,
  Handler,
  HandlerConfig,
  LogEvent,
  Metadata,
  PrimaryConfig,
  ReportCallback,
  Threshold,
} from './logger_config.ts'
export type { Macros } from './logger_macros.ts'
export type { Lazy, LazyMessage, Log, LogReport, Message } from './logger_message.ts'
export type { LoggerConfig } from './logger_setup.ts'
export {
  add_handler,
  add_handler_filter,
  add_handlers,
  allow,
  get_handler_config,
  get_handler_ids,
  get_module_level,
  get_process_metadata,
  macros,
  reconfigure,
  remove_handler,
  remove_handler_filter,
  set_application_level,
  set_handler_config,
  set_module_level,
  set_process_metadata,
  unset_application_level,
  unset_module_level,
  unset_process_metadata,
  update_formatter_config,
  update_handler_config,
  update_process_metadata,
}

// ---- Logging

/** OTP: `logger:emergency/1,2,3` */
export const emergency = log_at('emergency')
/** OTP: `logger:alert/1,2,3` */
export const alert = log_at('alert')
/** OTP: `logger:critical/1,2,3` */
export const critical = log_at('critical')
/** OTP: `logger:error/1,2,3` */
export const error = log_at('error')
/** OTP: `logger:warning/1,2,3` */
export const warning = log_at('warning')
/** OTP: `logger:notice/1,2,3` */
export const notice = log_at('notice')
/** Below the level that is told at first. OTP: `logger:info/1,2,3`. */
export const info = log_at('info')
/** OTP: `logger:debug/1,2,3` */
export const debug = log_at('debug')

const by_level: Readonly<Record<Level, Log>> = {
  emergency,
  alert,
  critical,
  error,
  warning,
  notice,
  info,
  debug,
}

/**
 * Logs an event, in one of the forms of {@link Log}. It is told to the handlers before this returns; whatever they do,
 * it does not fail.
 *
 * @returns `'ok'`; `['error', ['invalid_level', level]]`
 * @see OTP: `logger:log/2,3,4`
 */
export function log(level: Level, text: string, metadata?: Metadata): Done
export function log(level: Level, format: string, args: readonly Term[], metadata?: Metadata): Done
export function log(level: Level, report: LogReport, metadata?: Metadata): Done
export function log(level: Level, lazy: LazyMessage, argument?: Term, metadata?: Metadata): Done
export function log(level: Level, message: Term, second?: Term, third?: Metadata): Done {
  if (!is_level(level)) return ['error', ['invalid_level', level]]
  return by_level[level](message, second, third)
}

/**
 * Whether the first level is less (`'lt'`), as (`'eq'`) or more (`'gt'`) severe.
 *
 * @throws {@link Exit} `'badarg'` for what is no level
 * @see OTP: `logger:compare_levels/2`
 */
export function compare_levels(one: Threshold, other: Threshold): 'lt' | 'eq' | 'gt' {
  if (!is_threshold(one) || !is_threshold(other)) throw new Exit('badarg')
  if (one === other) return 'eq'
  return severity(one) > severity(other) ? 'lt' : 'gt'
}

/** A time stamp for metadata: microseconds since 1970. OTP: `logger:timestamp/0`. */
export const timestamp = (): number => system_time() * 1_000

/**
 * A report as the text that a formatter makes of it if it is not told otherwise: `key: value`, a line each.
 *
 * @see OTP: `logger:format_report/1`
 */
export const format_report = (report: Readonly<Record<string, Term>>): string =>
  Object.entries(report)
    .map(([key, value]) => `    ${key}: ${typeof value === 'string' ? value : term_text(value)}`)
    .join('\n')

// ---- Primary configuration

/**
 * Sets what holds for all events, one key or all: what is left out is as at the beginning.
 *
 * - `level`: from which one on events are told of. At first it is `'notice'`; progress reports are `'info'`
 * - `filters`, `filter_default`: asked before those of handlers
 * - `metadata`: what every event carries
 *
 * @returns `'ok'`, or `['error', reason]`: `['invalid_level', level]`, `['invalid_filters', filters]`,
 *   `['invalid_filter_default', what]`, `['invalid_primary_config', [key, value]]`
 * @see OTP: `logger:set_primary_config/1,2`
 */
export function set_primary_config(config: Partial<PrimaryConfig>): Done
export function set_primary_config<Key extends keyof PrimaryConfig>(key: Key, value: PrimaryConfig[Key]): Done
export function set_primary_config(...given: [Partial<PrimaryConfig>] | [string, Term]): Done {
  return given.length === 1
    ? change_primary(given[0], primary_defaults)
    : change_primary({ [given[0]]: given[1] }, settings.primary)
}

/** As {@link set_primary_config}, but what is left out is as it was. OTP: `logger:update_primary_config/1`. */
export const update_primary_config = (config: Partial<PrimaryConfig>): Done =>
  change_primary(config, settings.primary)

/** OTP: `logger:get_primary_config/0` */
export const get_primary_config = (): PrimaryConfig => settings.primary

/**
 * Adds a filter that is asked before those of handlers, after those that are there.
 *
 * @returns `'ok'`, or `['error', reason]`: `['already_exist', id]`, `['invalid_filter', [id, filter]]`
 * @see OTP: `logger:add_primary_filter/2`
 */
export function add_primary_filter(id: string, filter: Filter): Done {
  if (typeof id !== 'string' || !is_filter(filter)) return ['error', ['invalid_filter', [id, filter]]]
  const { filters } = settings.primary
  if (filters.some(([other]) => other === id)) return ['error', ['already_exist', id]]
  return set_primary_config('filters', [...filters, [id, filter]])
}

/** @returns `'ok'`, or `['error', ['not_found', id]]`. OTP: `logger:remove_primary_filter/1` */
export function remove_primary_filter(id: string): Done {
  const filters = settings.primary.filters.filter(([other]) => other !== id)
  if (filters.length === settings.primary.filters.length) return ['error', ['not_found', id]]
  return set_primary_config('filters', filters)
}

function change_primary(given: Partial<PrimaryConfig>, before: PrimaryConfig): Done {
  const checked = check_primary_config(given)
  if (checked === 'ok') use_primary({ ...before, ...given })
  return checked
}

// ---- All of it

/** All that the logger is told to do. */
export interface Config {
  readonly primary: PrimaryConfig
  readonly handlers: readonly FullHandlerConfig[]
  readonly module_levels: readonly (readonly [module: string, level: Threshold])[]
}

/** OTP: `logger:get_config/0` */
export const get_config = (): Config => ({
  primary: get_primary_config(),
  handlers: get_handler_configs(),
  module_levels: get_module_level(),
})

/**
 * Writes to standard output what the logger is told to do: all of it, or one part.
 *
 * @throws {@link Exit} `'badarg'` for another part
 * @see OTP: `logger:i/0,1`
 */
export function i(part: 'all' | keyof Config = 'all'): 'ok' {
  const config = get_config()
  if (part !== 'all' && !Object.hasOwn(config, part)) throw new Exit('badarg')
  const parts = part === 'all' ? (['primary', 'handlers', 'module_levels'] as const) : [part]
  console.log(parts.flatMap(name => texts[name](config)).join('\n'))
  return 'ok'
}

const texts: { readonly [Part in keyof Config]: (config: Config) => string[] } = {
  primary: ({ primary }) => ['Primary configuration:', ...lines_of(primary, 1)],
  handlers: ({ handlers }) => [
    'Handler configuration:',
    ...handlers.flatMap(({ id, ...config }) => [
      `    Id: ${id}`,
      `        Module: ${settings.handlers.get(id)?.handler.module ?? 'handler'}`,
      ...lines_of(config, 2),
    ]),
  ],
  module_levels: ({ module_levels }) => [
    'Level set per module:',
    ...(module_levels.length === 0
      ? ['    (none)']
      : module_levels.map(([module, level]) => `    Module: ${module}\n        Level: ${level}`)),
  ],
}

function lines_of(config: object, depth: number): string[] {
  const margin = '    '.repeat(depth)
  return Object.entries(config).flatMap(([key, value]) => {
    if (key === 'formatter' && Array.isArray(value))
      return [`${margin}formatter:`, ...lines_of(value[1], depth + 1)]
    if (!is_object(value)) return [`${margin}${key}: ${term_text(value)}`]
    return [`${margin}${key}:`, ...lines_of(value, depth + 1)]
  })
}
