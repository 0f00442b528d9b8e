// Which handlers there are, and what each is told to do.

import { run_outside } from '../../runtime/erlang/self.ts'
import type { Done, Result, Term } from '../../runtime/erlang/term.ts'
import { handler_defaults, remove, settings } from './logger_backend.ts'
import {
  check_handler_config,
  type Filter,
  type FullHandlerConfig,
  type Handler,
  type HandlerConfig,
  type Installed,
  is_filter,
  is_object,
} from './logger_config.ts'

/**
 * Adds a handler: each event that gets through its level and its filters is told to it, in the order in which
 * handlers were added. From the beginning there is `'default'`, which writes to the console's standard error.
 *
 * @returns `'ok'`, or `['error', reason]`:
 *   - `['already_exist', id]`
 *   - `['invalid_id', id]`, `['invalid_handler', handler]`, `['invalid_level', level]`, `['invalid_filters', filters]`,
 *     `['invalid_filter_default', what]`, `['invalid_formatter', formatter]`, `['invalid_config', what]`
 *   - `['handler_not_added', reason]`: the handler refuses the configuration, or its `adding_handler` fails:
 *     `['callback_crashed', thrown]`, `['bad_return', what]`
 *   - what the formatter finds wrong with its own
 * @see OTP: `logger:add_handler/3`
 */
export function add_handler(id: string, handler: Handler, config: HandlerConfig = {}): Done {
  if (typeof id !== 'string' || id === '') return ['error', ['invalid_id', id]]
  if (settings.handlers.has(id)) return ['error', ['already_exist', id]]
  if (typeof handler?.log !== 'function') return ['error', ['invalid_handler', handler]]
  const [tag, checked] = check_handler_config(id, config, handler_defaults)
  if (tag === 'error') return ['error', checked]
  const [added, own] = asked(id, () => handler.adding_handler?.(checked) ?? ['ok', checked])
  if (added === 'error') return ['error', ['handler_not_added', own]]
  settings.handlers.set(id, { handler, config: own, busy: false })
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
 * @returns `'ok'`, or `['error', reason]`: `['not_found', id]`, `['illegal_config_change', …]` for what stays as it
 *   was at the beginning, or what {@link add_handler} finds wrong
 * @see OTP: `logger:set_handler_config/2,3`
 */
export function set_handler_config(id: string, config: HandlerConfig): Done
export function set_handler_config<Key extends keyof HandlerConfig>(
  id: string,
  key: Key,
  value: HandlerConfig[Key],
): Done
export function set_handler_config(...given: [string, HandlerConfig] | [string, string, Term]): Done {
  const installed = settings.handlers.get(given[0])
  if (installed === undefined) return ['error', ['not_found', given[0]]]
  if (given.length === 2) return change(installed, 'set', given[1], handler_defaults)
  return change(installed, 'set', { [given[1]]: given[2] }, installed.config)
}

/**
 * As {@link set_handler_config}, but what is left out is as it was, inside `config` too.
 *
 * @see OTP: `logger:update_handler_config/2,3`
 */
export function update_handler_config(id: string, config: HandlerConfig): Done
export function update_handler_config<Key extends keyof HandlerConfig>(
  id: string,
  key: Key,
  value: HandlerConfig[Key],
): Done
export function update_handler_config(...given: [string, HandlerConfig] | [string, string, Term]): Done {
  const installed = settings.handlers.get(given[0])
  if (installed === undefined) return ['error', ['not_found', given[0]]]
  const changes: HandlerConfig = given.length === 2 ? given[1] : { [given[1]]: given[2] }
  const own = is_object(changes?.config) && { config: { ...installed.config.config, ...changes.config } }
  return change(installed, 'update', { ...changes, ...own }, installed.config)
}

/**
 * Changes keys in the configuration of a handler's formatter, which has to be `[module, config]`; the others stay.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_found', id]`, `['invalid_formatter', formatter]`, or what the
 *   formatter finds wrong
 * @see OTP: `logger:update_formatter_config/2,3`
 */
export function update_formatter_config(id: string, changes: Readonly<Record<string, Term>>): Done {
  const formatter = settings.handlers.get(id)?.config.formatter
  if (formatter === undefined) return ['error', ['not_found', id]]
  if (typeof formatter === 'function') return ['error', ['invalid_formatter', formatter]]
  return update_handler_config(id, 'formatter', [formatter[0], { ...formatter[1], ...changes }])
}

/** @returns `['ok', config]`, or `['error', ['not_found', id]]`. OTP: `logger:get_handler_config/1` */
export function get_handler_config(id: string): Result<FullHandlerConfig> {
  const installed = settings.handlers.get(id)
  return installed === undefined ? ['error', ['not_found', id]] : ['ok', shown(installed)]
}

/** The configurations of all handlers. OTP: `logger:get_handler_config/0`. */
export const get_handler_configs = (): FullHandlerConfig[] => [...settings.handlers.values()].map(shown)

/** OTP: `logger:get_handler_ids/0` */
export const get_handler_ids = (): string[] => [...settings.handlers.keys()]

/**
 * Adds a filter to a handler, after those that it has.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_found', handler]`, `['already_exist', id]`, `['invalid_filter',
 *   [id, filter]]`
 * @see OTP: `logger:add_handler_filter/3`
 */
export function add_handler_filter(handler: string, id: string, filter: Filter): Done {
  const installed = settings.handlers.get(handler)
  if (installed === undefined) return ['error', ['not_found', handler]]
  if (typeof id !== 'string' || !is_filter(filter)) return ['error', ['invalid_filter', [id, filter]]]
  const { filters } = installed.config
  if (filters.some(([other]) => other === id)) return ['error', ['already_exist', id]]
  return change(installed, 'set', { filters: [...filters, [id, filter]] }, installed.config)
}

/** @returns `'ok'`, or `['error', ['not_found', id]]`, of the handler or the filter. OTP: `logger:remove_handler_filter/2` */
export function remove_handler_filter(handler: string, id: string): Done {
  const installed = settings.handlers.get(handler)
  if (installed === undefined) return ['error', ['not_found', handler]]
  const filters = installed.config.filters.filter(([other]) => other !== id)
  if (filters.length === installed.config.filters.length) return ['error', ['not_found', id]]
  return change(installed, 'set', { filters }, installed.config)
}

// ---- Internals

const shown = ({ handler, config }: Installed): FullHandlerConfig => handler.filter_config?.(config) ?? config

function change(
  installed: Installed,
  how: 'set' | 'update',
  given: HandlerConfig,
  before: Required<HandlerConfig>,
): Done {
  const { handler, config } = installed
  const [tag, checked] = check_handler_config(config.id, given, before)
  if (tag === 'error') return ['error', checked]
  const [changed, own] = asked(
    config.id,
    () => handler.changing_config?.(how, config, checked) ?? ['ok', checked],
  )
  if (changed === 'error') return ['error', own]
  installed.config = own
  return 'ok'
}

/** Lets the handler itself have its say about its configuration. */
function asked(id: string, ask: () => Result<FullHandlerConfig>): Result<FullHandlerConfig> {
  try {
    const answer = run_outside(ask)
    return is_answer(id, answer) ? answer : ['error', ['bad_return', answer]]
  } catch (reason) {
    return ['error', ['callback_crashed', reason]]
  }
}

/** Whether it is an error, or a configuration that the logger can go by: handlers are the user's, and may be no TypeScript. */
function is_answer(id: string, answer: Term): answer is Result<FullHandlerConfig> {
  if (!Array.isArray(answer) || answer.length !== 2) return false
  if (answer[0] === 'error') return true
  const nothing_left_out = {} as Required<HandlerConfig>
  return answer[0] === 'ok' && check_handler_config(id, answer[1], nothing_left_out)[0] === 'ok'
}
