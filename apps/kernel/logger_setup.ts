// The logger as the configuration of a program wants it: the parameters `logger` and `logger_level`.

import type { Done, Term } from '../../runtime/erlang/term.ts'
import { parameter } from './application_table.ts'
import {
  default_handler,
  note_loudest,
  primary_defaults,
  remove,
  settings,
  use_primary,
} from './logger_backend.ts'
import {
  check_primary_config,
  type Filters,
  type Handler,
  type HandlerConfig,
  is_object,
  type Threshold,
} from './logger_config.ts'
import * as logger_filters from './logger_filters.ts'
import * as logger_formatter from './logger_formatter.ts'
import { add_handler, remove_handler } from './logger_handlers.ts'
import { set_module_level } from './logger_metadata.ts'
import { logger_std_h } from './logger_std_h.ts'

/**
 * What the parameter `logger` says, an item after the other. In a JSON file the modules that come along go by their
 * names: `'logger_std_h'` as a handler, `'logger_formatter'` in a formatter, `'logger_filters.domain'` in a filter.
 *
 * - `['handler', id, handler, config?]`; `['handler', 'default', 'undefined']` removes that one
 * - `['filters', filter_default, filters]`: the primary ones
 * - `['module_level', level, modules]`
 *
 * OTP: the parameter `logger` of the application `kernel`
 */
export type LoggerConfig = readonly (
  | readonly ['handler', id: string, handler: Handler | string, config?: HandlerConfig]
  | readonly ['filters', filter_default: 'log' | 'stop', filters: Filters]
  | readonly ['module_level', level: Threshold, modules: readonly string[]]
)[]

/**
 * Carries out what an application's parameter `logger` says, or such a list itself.
 *
 * @returns `'ok'`, or `['error', reason]`: `['bad_config', ['logger', item]]` for what is no such item, or what is
 *   wrong with one. Those before it have been carried out
 * @see OTP: `logger:add_handlers/1`
 */
export function add_handlers(source: string | LoggerConfig): Done {
  const list: Term = typeof source === 'string' ? (parameter(source, 'logger') ?? []) : source
  if (!Array.isArray(list)) return ['error', ['bad_config', ['logger', list]]]
  for (const item of list) {
    const done = carry_out(item)
    if (done !== 'ok') return done
  }
  return 'ok'
}

/**
 * Has everything as it is at the beginning, and then as the parameters `logger_level` and `logger` of the kernel say.
 *
 * @returns `'ok'`, or `['error', reason]`: `['invalid_level', level]`, or as {@link add_handlers}
 * @see OTP: `logger:reconfigure/0`
 */
export function reconfigure(): Done {
  for (const installed of [...settings.handlers.values()]) remove(installed)
  settings.module_levels.clear()
  use_primary(primary_defaults)
  note_loudest()
  add_handler('default', logger_std_h, default_handler)
  return configure()
}

/** Carries out what the kernel's parameters say. */
export function configure(): Done {
  const level = parameter('kernel', 'logger_level')
  const given = level === undefined ? {} : { level }
  const checked = check_primary_config(given)
  if (checked !== 'ok') return checked
  use_primary({ ...settings.primary, ...given })
  return add_handlers('kernel')
}

// ---- Internals

function carry_out(item: Term): Done {
  const [what, first, second, third] = Array.isArray(item) ? item : []
  if (what === 'handler') return set_handler(first, second, third)
  if (what === 'module_level') return set_module_level(second, first)
  if (what !== 'filters') return ['error', ['bad_config', ['logger', item]]]
  const given = { filter_default: first, filters: named_filters(second) }
  const checked = check_primary_config(given)
  if (checked === 'ok') use_primary({ ...settings.primary, ...given })
  return checked
}

/** A handler `default` that is configured takes the place of the one that is there. */
function set_handler(id: Term, handler: Term, config: Term = {}): Done {
  if (id === 'default') remove_handler(id)
  if (handler === 'undefined') return 'ok'
  const found = handler === 'logger_std_h' ? logger_std_h : handler
  if (!is_object(config)) return add_handler(id, found, config)
  const defaults = id === 'default' ? { formatter: default_handler.formatter } : {}
  const named = { ...defaults, ...config }
  if (named.filters !== undefined) named.filters = named_filters(named.filters)
  if (named.formatter?.[0] === 'logger_formatter') named.formatter = [logger_formatter, named.formatter[1]]
  return add_handler(id, found, named)
}

const filters_by_name: Readonly<Record<string, Term>> = {
  'logger_filters.domain': logger_filters.domain,
  'logger_filters.level': logger_filters.level,
  'logger_filters.progress': logger_filters.progress,
  'logger_filters.remote_gl': logger_filters.remote_gl,
}

function named_filters(filters: Term): Term {
  if (!Array.isArray(filters)) return filters
  return filters.map(filter => {
    const name = filter?.[1]?.[0]
    return typeof name === 'string' ? [filter[0], [filters_by_name[name] ?? name, filter[1][1]]] : filter
  })
}
