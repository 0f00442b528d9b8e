// What all events of a process carry, and the levels of modules.

import { erase, get, put } from '../../runtime/erlang/process_flags.ts'
import type { Level } from '../../runtime/erlang/report.ts'
import { running } from '../../runtime/erlang/self.ts'
import { type Done, Exit, type Term } from '../../runtime/erlang/term.ts'
import { spec_of } from './application_table.ts'
import { is_allowed, note_loudest, process_metadata_key, settings } from './logger_backend.ts'
import { is_level, is_object, is_threshold, type Metadata, type Threshold } from './logger_config.ts'

// ---- Metadata of processes

/**
 * Has all events that the running process logs from now on carry `metadata`, unless they say otherwise themselves.
 *
 * @throws {@link Exit} `'badarg'` for what is no object
 * @see OTP: `logger:set_process_metadata/1`
 */
export function set_process_metadata(metadata: Metadata): 'ok' {
  if (!is_object(metadata)) throw new Exit('badarg')
  put(process_metadata_key, metadata)
  return 'ok'
}

/**
 * As {@link set_process_metadata}; what was set before and has other keys stays.
 *
 * @throws {@link Exit} `'badarg'` for what is no object
 * @see OTP: `logger:update_process_metadata/1`
 */
export function update_process_metadata(metadata: Metadata): 'ok' {
  if (!is_object(metadata)) throw new Exit('badarg')
  return set_process_metadata({ ...get_process_metadata(), ...metadata })
}

/** What the running process has set, or undefined. OTP: `logger:get_process_metadata/0`. */
export const get_process_metadata = (): Metadata | undefined =>
  running() === undefined ? undefined : get(process_metadata_key)

/** OTP: `logger:unset_process_metadata/0` */
export function unset_process_metadata(): 'ok' {
  erase(process_metadata_key)
  return 'ok'
}

// ---- Levels of modules

/**
 * Sets from which level on events of modules are told of, whatever the primary level is. The module of an event is
 * the first part of `mfa` in its metadata, as `logger.macros` fills it in; of the runtime's reports it is the first
 * part of their label, such as `'supervisor'` or `'ssl'`.
 *
 * @returns `'ok'`, or `['error', reason]`: `['invalid_level', level]`, `['not_a_list_of_modules', modules]`
 * @see OTP: `logger:set_module_level/2`
 */
export function set_module_level(modules: string | readonly string[], level: Threshold): Done {
  if (!is_threshold(level)) return ['error', ['invalid_level', level]]
  const names: Term = typeof modules === 'string' ? [modules] : modules
  if (!is_names(names)) return ['error', ['not_a_list_of_modules', modules]]
  for (const name of names) settings.module_levels.set(name, level)
  note_loudest()
  return 'ok'
}

/**
 * Has the primary level hold for modules again; without an argument for all.
 *
 * @returns `'ok'`, or `['error', ['not_a_list_of_modules', modules]]`
 * @see OTP: `logger:unset_module_level/0,1`
 */
export function unset_module_level(modules?: string | readonly string[]): Done {
  const names: Term =
    typeof modules === 'string' ? [modules] : (modules ?? [...settings.module_levels.keys()])
  if (!is_names(names)) return ['error', ['not_a_list_of_modules', modules]]
  for (const name of names) settings.module_levels.delete(name)
  note_loudest()
  return 'ok'
}

/** The levels that are set: of these modules, or of all. OTP: `logger:get_module_level/0,1`. */
export function get_module_level(modules?: string | readonly string[]): (readonly [string, Threshold])[] {
  const wanted = typeof modules === 'string' ? [modules] : modules
  return [...settings.module_levels].filter(([name]) => wanted === undefined || wanted.includes(name))
}

/**
 * As {@link set_module_level}, of all modules that the specification of a loaded application names in `modules`.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_loaded', name]`, `['invalid_level', level]`
 * @see OTP: `logger:set_application_level/2`
 */
export function set_application_level(name: string, level: Threshold): Done {
  const spec = spec_of(name)
  return spec === undefined ? ['error', ['not_loaded', name]] : set_module_level(spec.modules, level)
}

/** @returns `'ok'`, or `['error', ['not_loaded', name]]`. OTP: `logger:unset_application_level/1` */
export function unset_application_level(name: string): Done {
  const spec = spec_of(name)
  return spec === undefined ? ['error', ['not_loaded', name]] : unset_module_level(spec.modules)
}

/** Whether an event of this level, of this module, is told of. OTP: `logger:allow/2`. */
export const allow = (level: Level, module?: string): boolean => is_level(level) && is_allowed(level, module)

const is_names = (value: Term): boolean =>
  Array.isArray(value) && value.every(name => typeof name === 'string')
