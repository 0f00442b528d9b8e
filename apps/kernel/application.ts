// Applications: components that are described, started and stopped as units, each a supervision tree or a library.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Process } from '../../runtime/erlang/process.ts'
import { running } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { type Done, Exit, matches, type Result, type Term } from '../../runtime/erlang/term.ts'
import { load_config } from './application_config.ts'
import { permit_application, start_application, stop_application } from './application_controller.ts'
import { type Mode, modes, start_all } from './application_order.ts'
import { type AppSpec, application_starter, type FullAppSpec, type RestartType } from './application_spec.ts'
import * as table from './application_table.ts'
import { kernel_app, stdlib_app } from './kernel_app.ts'

export type { ConfigMistake } from './application_config.ts'
export type { Mode } from './application_order.ts'
export type { AppSpec, Callbacks, Env, FullAppSpec, RestartType, StartPhase } from './application_spec.ts'
export type { Config } from './application_table.ts'
export { application_starter, load_config }

/** An application as it is listed. */
export type AppInfo = readonly [name: string, description: string, vsn: string]

// ---- Loading

/**
 * Makes an application known, so that others can name it. A second `load` changes nothing.
 *
 * @returns `'ok'`, or `['error', reason]`: `['already_loaded', name]`, `['bad_application', spec]`, or
 *   `['not_loaded', name]` of an application that it includes
 * @see OTP: `application:load/1`
 */
export const load = (spec: AppSpec): Done => table.load(spec)

/** As {@link load}; an application of that name that is loaded already is as good. */
export function ensure_loaded(spec: AppSpec): Done {
  const loaded = load(spec)
  return loaded !== 'ok' && loaded[1][0] === 'already_loaded' ? 'ok' : loaded
}

/**
 * Forgets an application and its parameters.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_loaded', name]`, `['running', name]`
 * @see OTP: `application:unload/1`
 */
export const unload = (name: string): Done => table.unload(name)

/** The applications that are loaded, the latest first. OTP: `application:loaded_applications/0`. */
export const loaded_applications = (): AppInfo[] => table.loaded_specs().map(info_of).reverse()

/** The applications that are running, the latest first. OTP: `application:which_applications/0`. */
export function which_applications(): AppInfo[] {
  return with_status('running').map(([name]) => info_of(table.spec_of(name)!))
}

/** What is known of all applications. */
export interface Info {
  readonly loaded: readonly AppInfo[]
  /** Those that are on their way. */
  readonly starting: readonly string[]
  readonly running: readonly string[]
  /** Those that were started, and with which type; one that ended by itself and was not stopped is among them. */
  readonly started: readonly (readonly [name: string, type: RestartType])[]
  /** Those that will be started, and how, once they are permitted to run. */
  readonly start_p_false: readonly (readonly [name: string, type: RestartType])[]
}

/** What is known of all applications, the latest first. OTP: `application:info/0`. */
export const info = (): Info => ({
  loaded: loaded_applications(),
  starting: with_status('starting').map(([name]) => name),
  running: with_status('running').map(([name]) => name),
  started: table
    .started_entries()
    .filter(([, { status }]) => status !== 'starting')
    .map(([name, { type }]) => [name, type]),
  start_p_false: table.held_entries(),
})

// ---- Starting and stopping

/**
 * Starts an application that is loaded; those it depends on have to run. Outside any process too.
 *
 * When an application ends by itself, because its top supervisor did, it depends on `type` what comes of the others:
 * - `'temporary'`: nothing; it is told of, that is all
 * - `'permanent'`: all other applications but the kernel are stopped, the latest first
 * - `'transient'`: as `'permanent'`, unless the reason is `'normal'` (which a supervisor's never is)
 *
 * Where OTP then halts the node, this one tells of it with a report of level `emergency` and sets
 * `process.exitCode` to 1: the program ends as failed as soon as nothing outside the applications keeps it running.
 *
 * @param type - default: `'temporary'`
 * @returns `'ok'` once it runs, or at once if it may not, see {@link permit}; or `['error', reason]`:
 *   - `['already_started', name]`
 *   - `['not_loaded', name]`
 *   - `['not_started', dependency]`, or `['not_running', dependency]` when that has ended by itself
 *   - `[reason, [module, 'start', ['normal', args]]]`: the application gave `['error', reason]`
 *   - `['bad_return', [[module, 'start', ['normal', args]], what]]`: it gave something else, or
 *     `['EXIT', reason]` for having failed
 *   - `[reason, [module, 'start_phase', [phase, 'normal', args]]]`, and `['bad_return_value', …]`: a start phase
 *   - `'shutdown'`: another one ended meanwhile with which all are stopped
 *   - `['invalid_restart_type', type]`
 *   - `['bad_config', mistake]`: the file that `KISTA_CONFIG` names, see {@link load_config}
 * @see OTP: `application:start/1,2`
 */
export async function start(name: string, type: RestartType = 'temporary'): Promise<Done> {
  if (!restart_types.includes(type)) return ['error', ['invalid_restart_type', type]]
  return in_process(() => start_application(name, type))
}

/**
 * As {@link start}; an application that is running already is as good. OTP: `application:ensure_started/1,2`.
 */
export async function ensure_started(name: string, type: RestartType = 'temporary'): Promise<Done> {
  const started = await start(name, type)
  return is_already_started(started, name) ? 'ok' : started
}

/**
 * Loads an application and starts it, as a boot script does; one that runs already is as good.
 *
 * @param spec - or the name of an application that is loaded
 * @returns as {@link load} and {@link start}
 * @see OTP: `application:start_boot/1,2`
 */
export async function start_boot(spec: AppSpec | string, type: RestartType = 'temporary'): Promise<Done> {
  const loaded = typeof spec === 'string' ? 'ok' : ensure_loaded(spec)
  return loaded === 'ok' ? ensure_started(typeof spec === 'string' ? spec : spec.application, type) : loaded
}

/**
 * Starts applications with all they depend on. If one fails to start, those that were started for it are stopped.
 *
 * @param mode - `'serial'`: one after the other; `'concurrent'`: each as soon as those it depends on run
 * @returns `['ok', names]`, the applications that had to be started, in that order; or `['error', reason]`: `[name,
 *   reason]` with one of {@link start}, or `['invalid_mode', mode]`
 * @see OTP: `application:ensure_all_started/1,2,3`
 */
export async function ensure_all_started(
  names: string | readonly string[],
  type: RestartType = 'temporary',
  mode: Mode = 'serial',
): Promise<Result<string[]>> {
  if (!modes.includes(mode)) return ['error', ['invalid_mode', mode]]
  const wanted = typeof names === 'string' ? [names] : names
  return in_process(() => start_all(wanted, mode, { start: name => start(name, type), stop }))
}

/**
 * Stops an application: `prep_stop`, then its supervision tree, then `stop`, then what is left of its processes.
 * A process of the application that calls this waits for ever.
 *
 * @returns `'ok'` once all that is done, or `['error', ['not_started', name]]`
 * @see OTP: `application:stop/1`
 */
export const stop = (name: string): Promise<Done> => in_process(() => stop_application(name))

/**
 * Says whether an application may run. One that may not is stopped if it runs; if it is started then, that gives
 * `'ok'` at once, and it is really started when it may run again, as is one that was stopped by this or has ended by
 * itself. What is not permitted from the beginning is said by the parameter `permissions` of the kernel:
 * `{ kernel: { permissions: { name: false } } }`.
 *
 * @returns `'ok'` once it is stopped, or runs if it was to; `['error', ['not_loaded', name]]`; or as {@link start}
 * @throws {@link Exit} `'badarg'` if `permitted` is no boolean
 * @see OTP: `application:permit/2`
 */
export async function permit(name: string, permitted: boolean): Promise<Done> {
  if (typeof permitted !== 'boolean') throw new Exit('badarg')
  return in_process(() => permit_application(name, permitted))
}

/**
 * Moves an application over from another node: there are none, so it is always refused.
 *
 * @returns `['error', ['not_distributed', name]]`, or `['error', ['not_loaded', name]]`
 * @see OTP: `application:takeover/2`
 */
export const takeover = (name: string): Done => [
  'error',
  [table.spec_of(name) === undefined ? 'not_loaded' : 'not_distributed', name],
]

/**
 * How the application that the running process belongs to is being started: `'normal'`, or `'local'` once it runs.
 * Undefined in a process that belongs to none. OTP: `application:start_type/0`.
 */
export function start_type(): 'normal' | 'local' | undefined {
  const name = get_application()?.[1]
  if (name === undefined) return undefined
  return table.started_entry(name)?.status === 'starting' ? 'normal' : 'local'
}

/**
 * The top supervisor of an application.
 *
 * @returns `['ok', pid]`; undefined while it does not run, or if it has no processes
 * @see OTP: `application:get_supervisor/1`
 */
export function get_supervisor(name: string): readonly ['ok', Pid] | undefined {
  const top = table.started_entry(name)?.top
  return top === undefined ? undefined : ['ok', top]
}

// ---- Parameters

/**
 * A parameter: of an application, of one with a default, or, with only a key, of the application that the running
 * process belongs to.
 *
 * @returns `['ok', value]` or undefined; with a default, the bare value
 * @see OTP: `application:get_env/1,2,3`
 */
export function get_env(key: string): readonly ['ok', Term] | undefined
export function get_env(name: string, key: string): readonly ['ok', Term] | undefined
export function get_env(name: string, key: string, default_value: Term): Term
export function get_env(...asked: [string, string?, Term?]): Term {
  const name = asked.length === 1 ? get_application()?.[1] : asked[0]
  const key = asked.length === 1 ? asked[0] : asked[1]!
  const found = name !== undefined && table.has_parameter(name, key)
  if (asked.length === 3) return found ? table.parameter(name, key) : asked[2]
  return found ? ['ok', table.parameter(name, key)] : undefined
}

/**
 * All parameters of an application.
 *
 * @param name - default: the application that the running process belongs to
 * @see OTP: `application:get_all_env/0,1`
 */
export const get_all_env = (name = get_application()?.[1]): Readonly<Record<string, Term>> =>
  name === undefined ? {} : table.all_parameters(name)

/** What {@link set_env} and {@link unset_env} may do besides. */
export interface SetEnvOptions {
  /** The value outlasts a later `load`, which else brings that of configuration or specification, if any. Default: false */
  readonly persistent?: boolean
  /** How long it may take, in milliseconds. Here it is done at once, in any case. Default: 5000 */
  readonly timeout?: number | 'infinity'
}

/**
 * Sets a parameter, or several of several applications: `{ app: { key: value } }`. An application reads them when it
 * comes to that, often only at its start.
 *
 * @throws {@link Exit} `['badarg', option]` for an option that there is not, or not with that value; `['badarg', text]` if `config` is not right
 * @see OTP: `application:set_env/1,2,3,4`
 */
export function set_env(config: table.Config, options?: SetEnvOptions): 'ok'
export function set_env(name: string, key: string, value: Term, options?: SetEnvOptions): 'ok'
export function set_env(name: string | table.Config, ...asked: readonly Term[]): 'ok' {
  if (typeof name !== 'string') return set_envs(name, is_persistent(asked[0]))
  const [key, value, options] = asked
  table.set_parameter(name, key, value, is_persistent(options))
  return 'ok'
}

/**
 * Takes a parameter away; with `persistent` it stays away, though a later `load` would bring it.
 *
 * @throws {@link Exit} `['badarg', option]` for an option that there is not, or not with that value
 * @see OTP: `application:unset_env/2,3`
 */
export function unset_env(name: string, key: string, options: SetEnvOptions = {}): 'ok' {
  table.unset_parameter(name, key, is_persistent(options))
  return 'ok'
}

/**
 * One key of the specification of an application that is loaded: with only the key, of the one that the running
 * process belongs to.
 *
 * @returns `['ok', value]`, or undefined when there is no such application or key
 * @see OTP: `application:get_key/1,2`
 */
export function get_key<Key extends keyof FullAppSpec>(
  key: Key,
): readonly ['ok', FullAppSpec[Key]] | undefined
export function get_key<Key extends keyof FullAppSpec>(
  name: string,
  key: Key,
): readonly ['ok', FullAppSpec[Key]] | undefined
export function get_key(...asked: [string, string?]): Term {
  const all = asked.length === 1 ? get_all_key() : get_all_key(asked[0])
  const key = asked.at(-1) as keyof FullAppSpec
  return all !== undefined && Object.hasOwn(all[1], key) ? ['ok', all[1][key]] : undefined
}

/**
 * The specification of an application as it stands now, its parameters included.
 *
 * @param name - default: the application that the running process belongs to
 * @see OTP: `application:get_all_key/0,1`
 */
export function get_all_key(name = get_application()?.[1]): readonly ['ok', FullAppSpec] | undefined {
  const spec = name === undefined ? undefined : table.spec_of(name)
  return spec && ['ok', { ...spec, env: get_all_env(spec.application) }]
}

/**
 * The application that a process belongs to, by its group leader.
 *
 * @param pid - default: the running process
 * @returns `['ok', name]` or undefined
 * @see OTP: `application:get_application/0,1`
 */
export function get_application(pid?: Pid): readonly ['ok', string] | undefined {
  const process = (pid === undefined ? running() : pid.entity) as Process | undefined
  const name = process?.group_leader && table.mastered_by(process.group_leader)
  return name === undefined ? undefined : ['ok', name]
}

// ---- Internals

const restart_types: readonly string[] = ['permanent', 'transient', 'temporary']

const info_of = ({ application, description, vsn }: FullAppSpec): AppInfo => [application, description, vsn]

const with_status = (wanted: table.Started['status']) =>
  table.started_entries().filter(([, { status }]) => status === wanted)

/** Programs start their applications from where no process is: this gives them one. */
const in_process = <Value>(body: () => Promise<Value>): Promise<Value> =>
  running() === undefined ? run(body) : body()

const is_already_started = (result: Done, name: string): boolean =>
  result !== 'ok' && matches(['already_started', name], result[1])

function is_persistent(options: SetEnvOptions = {}): boolean {
  const { persistent = false, timeout = 'infinity', ...unknown } = options
  const [option] = Object.keys(unknown)
  if (option !== undefined) throw new Exit(['badarg', option])
  if (typeof persistent !== 'boolean') throw new Exit(['badarg', 'persistent'])
  if (timeout !== 'infinity' && !(Number.isInteger(timeout) && timeout >= 0))
    throw new Exit(['badarg', 'timeout'])
  return persistent
}

function set_envs(config: table.Config, persistent: boolean): 'ok' {
  const is_object = (value: Term) => typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!is_object(config)) throw new Exit(['badarg', 'not an object of applications'])
  for (const [name, env] of Object.entries(config)) {
    if (!is_object(env)) throw new Exit(['badarg', `application: ${name}; parameters must be an object`])
  }
  for (const [name, env] of Object.entries(config)) {
    for (const [key, value] of Object.entries(env)) table.set_parameter(name, key, value, persistent)
  }
  return 'ok'
}

load(kernel_app)
load(stdlib_app)
