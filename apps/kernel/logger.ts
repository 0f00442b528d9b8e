// The logger: programs tell it events of a level, and handlers bring those that matter to people.

import type { Level } from '../../runtime/erlang/report.ts'
import { run_outside } from '../../runtime/erlang/self.ts'
import type { Done, Result, Term } from '../../runtime/erlang/term.ts'
import { handler_defaults, remove, settings, log as tell } from './logger_backend.ts'
import {
  check_handler_config,
  type FullHandlerConfig,
  type Handler,
  type HandlerConfig,
  type Installed,
  is_threshold,
  levels,
  type Metadata,
  type PrimaryConfig,
  severity,
  type Threshold,
} from './logger_config.ts'

export type { Level } from '../../runtime/erlang/report.ts'
export type {
  Filter,
  FullHandlerConfig,
  Handler,
  HandlerConfig,
  LogEvent,
  Metadata,
  PrimaryConfig,
  Threshold,
} from './logger_config.ts'

/** What can be logged: a text, an error, or a report, which is an object that says what there is to say. */
export type Message = string | Error | Readonly<Record<string, Term>>

// ---- Logging

/**
 * Logs an event. It is told to the handlers before this returns; whatever they do, it does not fail.
 *
 * @param metadata - what else handlers and filters may want to know; `time` and `pid` are filled in
 * @returns `'ok'`; `['error', ['invalid_level', level]]`
 * @see OTP: `logger:log/2,3`
 */
export function log(level: Level, message: Message, metadata: Metadata = {}): Done {
  if (!levels.includes(level)) return ['error', ['invalid_level', level]]
  tell(level, typeof message === 'string' ? ['string', message] : ['report', message], metadata)
  return 'ok'
}

type Log = (message: Message, metadata?: Metadata) => 'ok'

const at =
  (level: Level): Log =>
  (message, metadata = {}) => {
    log(level, message, metadata)
    return 'ok'
  }

/** OTP: `logger:emergency/1,2` */
export const emergency = at('emergency')
/** OTP: `logger:alert/1,2` */
export const alert = at('alert')
/** OTP: `logger:critical/1,2` */
export const critical = at('critical')
/** OTP: `logger:error/1,2` */
export const error = at('error')
/** OTP: `logger:warning/1,2` */
export const warning = at('warning')
/** OTP: `logger:notice/1,2` */
export const notice = at('notice')
/** Below the level that is told at first. OTP: `logger:info/1,2`. */
export const info = at('info')
/** OTP: `logger:debug/1,2` */
export const debug = at('debug')

/** Whether the first level is less (`'lt'`), as (`'eq'`) or more (`'gt'`) severe. OTP: `logger:compare_levels/2`. */
export function compare_levels(one: Threshold, other: Threshold): 'lt' | 'eq' | 'gt' {
  if (one === other) return 'eq'
  return severity(one) > severity(other) ? 'lt' : 'gt'
}

// ---- Configuration

/**
 * Sets from which level on events are told to any handler. At first it is `'notice'`; progress reports are `'info'`.
 *
 * @returns `'ok'`, or `['error', reason]`: `['invalid_level', level]`, `['invalid_primary_config', [key, value]]`
 * @see OTP: `logger:set_primary_config/2`
 */
export function set_primary_config(key: keyof PrimaryConfig, value: Term): Done {
  if (key !== 'level') return ['error', ['invalid_primary_config', [key, value]]]
  if (!is_threshold(value)) return ['error', ['invalid_level', value]]
  settings.primary = { ...settings.primary, [key]: value }
  return 'ok'
}

/** OTP: `logger:get_primary_config/0` */
export const get_primary_config = (): PrimaryConfig => settings.primary

/**
 * Adds a handler: each event that gets through its level and its filters is told to it, in the order in which
 * handlers were added. From the beginning there is `'default'`, which writes to the console's standard error.
 *
 * @returns `'ok'`, or `['error', reason]`:
 *   - `['already_exist', id]`
 *   - `['invalid_id', id]`, `['invalid_handler', handler]`, `['invalid_level', level]`, `['invalid_filters', filters]`,
 *     `['invalid_filter_default', what]`, `['invalid_formatter', formatter]`, `['invalid_config', what]`
 * @see OTP: `logger:add_handler/3`
 */
export function add_handler(id: string, handler: Handler, config: HandlerConfig = {}): Done {
  if (typeof id !== 'string' || id === '') return ['error', ['invalid_id', id]]
  if (settings.handlers.has(id)) return ['error', ['already_exist', id]]
  if (typeof handler?.log !== 'function') return ['error', ['invalid_handler', handler]]
  const checked = check(handler, check_handler_config(id, config, handler_defaults))
  if (checked[0] === 'error') return checked
  settings.handlers.set(id, { handler, config: checked[1], busy: false })
  return 'ok'
}

/** @returns `'ok'`, or `['error', ['not_found', id]]`. OTP: `logger:remove_handler/1` */
export function remove_handler(id: string): Done {
  const installed = settings.handlers.get(id)
  if (installed === undefined) return ['error', ['not_found', id]]
  remove(installed)
  return 'ok'
}

/**
 * Sets one key of a handler's configuration, or the whole: what that leaves out is as for a new handler.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_found', id]`, or what {@link add_handler} finds wrong
 * @see OTP: `logger:set_handler_config/2,3`
 */
export function set_handler_config(id: string, config: HandlerConfig): Done
export function set_handler_config<Key extends keyof HandlerConfig>(
  id: string,
  key: Key,
  value: HandlerConfig[Key],
): Done
export function set_handler_config(...asked: [string, HandlerConfig] | [string, string, Term]): Done {
  const installed = settings.handlers.get(asked[0])
  if (installed === undefined) return ['error', ['not_found', asked[0]]]
  return asked.length === 2
    ? change(installed, asked[1], handler_defaults)
    : change(installed, { [asked[1]]: asked[2] }, installed.config)
}

/** @returns `['ok', config]`, or `['error', ['not_found', id]]`. OTP: `logger:get_handler_config/1` */
export function get_handler_config(id: string): Result<FullHandlerConfig> {
  const installed = settings.handlers.get(id)
  return installed === undefined ? ['error', ['not_found', id]] : ['ok', installed.config]
}

/** OTP: `logger:get_handler_ids/0` */
export const get_handler_ids = (): string[] => [...settings.handlers.keys()]

// ---- Internals

function change(installed: Installed, given: HandlerConfig, before: Required<HandlerConfig>): Done {
  const checked = check(installed.handler, check_handler_config(installed.config.id, given, before))
  if (checked[0] === 'error') return checked
  installed.config = checked[1]
  return 'ok'
}

/** Lets the handler itself have its say about its configuration. */
function check(handler: Handler, checked: Result<FullHandlerConfig>): Result<FullHandlerConfig> {
  if (checked[0] === 'error') return checked
  try {
    const wrong = run_outside(() => handler.check_config?.(checked[1]))
    return wrong === undefined ? checked : ['error', wrong]
  } catch (reason) {
    return ['error', ['callback_crashed', reason]]
  }
}
