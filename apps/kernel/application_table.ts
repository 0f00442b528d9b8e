// What is known of applications: their specifications, their parameters, and which of them run. Anybody reads it at
// any time; only the application controller writes who runs. OTP: the ETS table `ac_tab`.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Done, Term } from '../../runtime/erlang/term.ts'
import {
  type AppSpec,
  check_app_spec,
  type Env,
  type FullAppSpec,
  type RestartType,
} from './application_spec.ts'

/** An application that was started and not stopped since. */
export interface Started {
  readonly type: RestartType
  /** `ended`: it did so by itself, and counts as started until it is stopped or started again. */
  readonly status: 'starting' | 'running' | 'ended'
  /** The application master; undefined for an application that has no processes. */
  readonly master: Pid | undefined
  /** Its top supervisor, while it runs. */
  readonly top?: Pid | undefined
}

/** What a program is configured to: parameters that come before those of the specifications. */
export type Config = Readonly<Record<string, Env>>

/** What a new configuration means for an application. */
export interface EnvChange {
  readonly changed: Env
  readonly added: Env
  readonly removed: readonly string[]
}

const loaded = new Map<string, FullAppSpec>()
const parameters = new Map<string, Map<string, Term>>()
/** The parameters that a later `load` leaves as they are, or away. */
const persistent = new Map<string, Set<string>>()
let config: Config = {}
/** In the order in which they came to run. */
const started = new Map<string, Started>()

// ---- Specifications

/** OTP: `application:load/1` */
export function load(given: AppSpec): Done {
  const [tag, spec] = check_app_spec(given)
  if (tag === 'error') return ['error', spec]
  const name = spec.application
  if (loaded.has(name)) return ['error', ['already_loaded', name]]
  const missing = spec.included_applications.find(other => !loaded.has(other))
  if (missing !== undefined) return ['error', ['not_loaded', missing]]

  loaded.set(name, spec)
  // What was set beforehand stays where nobody else says anything.
  parameters.set(name, new Map([...(parameters.get(name) ?? []), ...initial_parameters(spec)]))
  return 'ok'
}

/** What an application begins with: what was set to last, else what is configured, else what its specification says. */
function initial_parameters({ application, env }: FullAppSpec): Map<string, Term> {
  const values = new Map(Object.entries({ ...env, ...own(config, application) }))
  for (const key of persistent.get(application) ?? []) {
    const before = parameters.get(application)
    if (before?.has(key)) values.set(key, before.get(key))
    else values.delete(key)
  }
  return values
}

const own = (of: Config, name: string): Env | undefined => (Object.hasOwn(of, name) ? of[name] : undefined)

/** OTP: `application:unload/1` */
export function unload(name: string): Done {
  const status = started.get(name)?.status
  if (status === 'running' || status === 'starting') return ['error', ['running', name]]
  if (!loaded.delete(name)) return ['error', ['not_loaded', name]]
  held.delete(name)
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

export function unset_parameter(name: string, key: string, keep: boolean): void {
  parameters.get(name)?.delete(key)
  if (keep) set_default(persistent, name, new Set()).add(key)
  else persistent.get(name)?.delete(key)
}

/**
 * Puts another configuration in place; what loaded applications begin with is then theirs.
 *
 * @returns what that changes, by application, if anything
 */
export function use_config(other: Config): ReadonlyMap<string, EnvChange> {
  config = other
  const changes = new Map<string, EnvChange>()
  for (const [name, spec] of loaded) {
    const before = parameters.get(name)!
    const after = initial_parameters(spec)
    parameters.set(name, after)
    const kept = [...after].filter(([key]) => before.has(key))
    const change = {
      changed: Object.fromEntries(kept.filter(([key, value]) => !is_same(before.get(key), value))),
      added: Object.fromEntries([...after].filter(([key]) => !before.has(key))),
      removed: [...before.keys()].filter(key => !after.has(key)),
    }
    const size = Object.keys(change.changed).length + Object.keys(change.added).length
    if (size + change.removed.length > 0) changes.set(name, change)
  }
  return changes
}

/** Two terms of the same shape and content, as what two readings of one file give. */
function is_same(one: Term, other: Term): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  const keys = Object.keys(one)
  return (
    (Array.isArray(one) || Object.getPrototypeOf(one) === Object.prototype) &&
    keys.length === Object.keys(other).length &&
    keys.every(key => Object.hasOwn(other, key) && is_same(one[key], other[key]))
  )
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
  held.clear()
}

// ---- Permissions

/** Applications whose start waits for permission, and how they are to be started. OTP: `start_p_false` */
const held = new Map<string, RestartType>()

/** Whether an application may run here: the parameter `permissions` of the kernel may say no. */
export function is_permitted(name: string): boolean {
  const permissions = parameter('kernel', 'permissions') ?? {}
  return !(Object.hasOwn(permissions, name) && permissions[name] === false)
}

export const set_permission = (name: string, permitted: boolean): void =>
  set_parameter('kernel', 'permissions', { ...parameter('kernel', 'permissions'), [name]: permitted }, false)

export const hold = (name: string, type: RestartType): void => {
  held.set(name, type)
}

/** The application is held no more. @returns how it is to be started, if it was */
export function release(name: string): RestartType | undefined {
  const type = held.get(name)
  held.delete(name)
  return type
}

/** Those that are held, the latest first. */
export const held_entries = (): [name: string, type: RestartType][] => [...held].reverse()
