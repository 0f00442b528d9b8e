// Logging with the place where it is done, as the macros of `logger.hrl` do it.

import type { Metadata } from './logger_config.ts'
import { type Log, log_at } from './logger_message.ts'

/** What {@link macros} gives: a function for each level. */
export interface Macros {
  readonly LOG_EMERGENCY: Log
  readonly LOG_ALERT: Log
  readonly LOG_CRITICAL: Log
  readonly LOG_ERROR: Log
  readonly LOG_WARNING: Log
  readonly LOG_NOTICE: Log
  readonly LOG_INFO: Log
  readonly LOG_DEBUG: Log
}

/**
 * Functions for one module that log as `logger.error` and the others do, and add `mfa`, `file` and `line` to the
 * metadata. The level that `set_module_level` has set for the module holds for them. The place is looked for only
 * when the event is told of.
 *
 * @param module - the name that levels are set for
 * @see OTP: `?LOG_ERROR` and the like, `logger.hrl`
 *
 * @example
 * const { LOG_INFO } = logger.macros('my_server')
 * LOG_INFO('~p connections', [count])
 */
export function macros(module: string): Macros {
  return {
    LOG_EMERGENCY: log_at('emergency', module, () => place_in(module)),
    LOG_ALERT: log_at('alert', module, () => place_in(module)),
    LOG_CRITICAL: log_at('critical', module, () => place_in(module)),
    LOG_ERROR: log_at('error', module, () => place_in(module)),
    LOG_WARNING: log_at('warning', module, () => place_in(module)),
    LOG_NOTICE: log_at('notice', module, () => place_in(module)),
    LOG_INFO: log_at('info', module, () => place_in(module)),
    LOG_DEBUG: log_at('debug', module, () => place_in(module)),
  }
}

/** Places on a stack that are the logger's own: this function, the one that asks, and the one that logs. */
const own_places = 3
const place_pattern = /^\s+at (?:(?:async )?(.*?) \()?(.*?):(\d+):\d+\)?$/

function place_in(module: string): Metadata {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = own_places + 1
  const { stack } = new Error()
  Error.stackTraceLimit = limit
  const lines = stack?.split('\n').filter(line => line.startsWith('    at ')) ?? []
  const [, name, file, line] = place_pattern.exec(lines[own_places] ?? '') ?? []
  const mfa = [module, name] as const
  return file === undefined ? { mfa } : { mfa, file: file.replace(/^file:\/\//, ''), line: Number(line) }
}
