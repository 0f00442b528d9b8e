// What is known of applications: their specifications, their parameters, and which of them run. Anybody reads it at
// any time; only the application controller writes who runs. OTP: the ETS table `ac_tab`.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Done, Term } from '../../runtime/erlang/term.ts'
import { type AppSpec, check_app_spec, type FullAppSpec, type RestartType } from './application_spec.ts'

/** An application that was started and not stopped since. */
export interface Started {
  readonly type: RestartType
  /** `ended`: it did so by itself, and counts as started until it is stopped or started again. */
  readonly status: 'starting' | 'running' | 'ended'
  /** The application master; undefined for an application that has no processes. */
  readonly master: Pid | undefined
}

const loaded = new Map<string, FullAppSpec>()
const parameters = new Map<string, Map<string, Term>>()
/** The parameters that a later `load` leaves as they are. */
const persistent = new Map<string, Set<string>>()
/** In the order in which they came to run. */
const started = new Map<string, Started>()

// ---- Specifications

/** OTP: `application:load/1` */
export function load(given: AppSpec): Done {
  const [tag, spec] = check_app_spec(given)
  if (tag === 'error') return ['error', spec]
  const name = spec.application
  if (loaded.has(name)) return ['error', ['already_loaded', name]]

  loaded.set(name, spec)
  const values = new Map(Object.entries(spec.env))
  for (const key of persistent.get(name) ?? []) values.set(key, parameters.get(name)!.get(key))
  parameters.set(name, values)
  return 'ok'
}

/** OTP: `application:unload/1` */
export function unload(name: string): Done {
  const status = started.get(name)?.status
  if (status === 'running' || status === 'starting') return ['error', ['running', name]]
  if (!loaded.delete(name)) return ['error', ['not_loaded', name]]
  parameters.delete(name)
  persistent.delete(name)
  return 'ok'
}

export const spec_of = (name: string): FullAppSpec | undefined => loaded.get(name)

/** All that are loaded, in the order in which they were. */
export const loaded_specs = (): FullAppSpec[] => [...loaded.values()]

// ---- Parameters

export const has_parameter = (name: string, key: string): boolean => parameters.get(name)?.has(key) === true

export const parameter = (name: string, key: string): Term => parameters.get(name)?.get(key)

export const all_parameters = (name: string): Record<string, Term> =>
  Object.fromEntries(parameters.get(name) ?? [])

export function set_parameter(name: string, key: string, value: Term, keep: boolean): void {
  set_default(parameters, name, new Map()).set(key, value)
  if (keep) set_default(persistent, name, new Set()).add(key)
}

export function unset_parameter(name: string, key: string): void {
  parameters.get(name)?.delete(key)
  persistent.get(name)?.delete(key)
}

function set_default<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  if (!map.has(key)) map.set(key, value)
  return map.get(key)!
}

// ---- Who runs

export const started_entry = (name: string): Started | undefined => started.get(name)

/** The applications that were started and not stopped, the one that came to run last first. */
export const started_entries = (): [name: string, Started][] => [...started].reverse()

/** The name of the application that a process is the master of. */
export function mastered_by(master: Pid): string | undefined {
  for (const [name, entry] of started) {
    if (entry.master === master && entry.status !== 'ended') return name
  }
  return undefined
}

/** Notes what has become of an application; it is now the last in order. */
export function note_started(name: string, entry: Started): void {
  started.delete(name)
  started.set(name, entry)
}

export function note_stopped(name: string): void {
  started.delete(name)
}

/** Nobody knows any more who runs: the controller is gone. */
export function forget_started(): void {
  started.clear()
}
