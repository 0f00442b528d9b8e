// Applications: components that are described, started and stopped as units, each a supervision tree or a library.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Process } from '../../runtime/erlang/process.ts'
import { running } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { type Done, Exit, type Result, type Term } from '../../runtime/erlang/term.ts'
import { start_application, stop_application } from './application_controller.ts'
import type { AppSpec, FullAppSpec, RestartType } from './application_spec.ts'
import * as table from './application_table.ts'
import { kernel_app, stdlib_app } from './kernel_app.ts'

export type { AppSpec, Callbacks, FullAppSpec, RestartType } from './application_spec.ts'

/** An application as it is listed. */
export type AppInfo = readonly [name: string, description: string, vsn: string]

// ---- Loading

/**
 * Makes an application known, so that others can name it. A second `load` changes nothing.
 *
 * @returns `'ok'`, or `['error', reason]`: `['already_loaded', name]`, `['bad_application', spec]`
 * @see OTP: `application:load/1`
 */
export const load = (spec: AppSpec): Done => table.load(spec)

/**
 * Forgets an application and its parameters.
 *
 * @returns `'ok'`, or `['error', reason]`: `['not_loaded', name]`, `['running', name]`
 * @see OTP: `application:unload/1`
 */
export const unload = (name: string): Done => table.unload(name)

/** The applications that are loaded, the latest first. OTP: `application:loaded_applications/0`. */
export const loaded_applications = (): AppInfo[] => table.loaded_specs().map(info).reverse()

/** The applications that are running, the latest first. OTP: `application:which_applications/0`. */
export function which_applications(): AppInfo[] {
  const running = table.started_entries().filter(([, { status }]) => status === 'running')
  return running.map(([name]) => info(table.spec_of(name)!))
}

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
 * @returns `'ok'` once it runs, or `['error', reason]`:
 *   - `['already_started', name]`
 *   - `['not_loaded', name]`
 *   - `['not_started', dependency]`, or `['not_running', dependency]` when that has ended by itself
 *   - `[reason, [module, 'start', ['normal', args]]]`: the application gave `['error', reason]`
 *   - `['bad_return', [[module, 'start', ['normal', args]], what]]`: it gave something else, or
 *     `['EXIT', reason]` for having failed
 *   - `['invalid_restart_type', type]`
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
  return is_error(started, ['already_started', name]) ? 'ok' : started
}

/**
 * Starts applications with all they depend on. If one fails to start, those that were started for it are stopped.
 *
 * @returns `['ok', names]`, the applications that had to be started, in that order; or `['error', [name, reason]]`,
 *   the reason being one of {@link start}
 * @see OTP: `application:ensure_all_started/1,2`
 */
export async function ensure_all_started(
  names: string | readonly string[],
  type: RestartType = 'temporary',
): Promise<Result<string[]>> {
  const started: string[] = []
  for (const name of typeof names === 'string' ? [names] : names) {
    const failure = await start_with_dependencies(name, type, { started, on_the_way: [] })
    if (failure === undefined) continue
    for (const other of started.reverse()) await stop(other)
    return failure
  }
  return ['ok', started]
}

/**
 * Stops an application: `prep_stop`, then its supervision tree, then `stop`, then what is left of its processes.
 * A process of the application that calls this waits for ever.
 *
 * @returns `'ok'` once all that is done, or `['error', ['not_started', name]]`
 * @see OTP: `application:stop/1`
 */
export const stop = (name: string): Promise<Done> => in_process(() => stop_application(name))

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

/** All parameters of an application. OTP: `application:get_all_env/1`. */
export const get_all_env = (name: string): Readonly<Record<string, Term>> => table.all_parameters(name)

/** What {@link set_env} may do besides. */
export interface SetEnvOptions {
  /** The value outlasts a later `load`, which else brings the one of the specification. Default: false */
  readonly persistent?: boolean
}

/**
 * Sets a parameter; the application reads it when it comes to that, often only at its start.
 *
 * @throws {@link Exit} `['badarg', option]` for an option that is not known
 * @see OTP: `application:set_env/3,4`
 */
export function set_env(name: string, key: string, value: Term, options: SetEnvOptions = {}): 'ok' {
  for (const option of Object.keys(options)) {
    if (option !== 'persistent') throw new Exit(['badarg', option])
  }
  table.set_parameter(name, key, value, options.persistent === true)
  return 'ok'
}

/** Takes a parameter away. OTP: `application:unset_env/2`. */
export function unset_env(name: string, key: string): 'ok' {
  table.unset_parameter(name, key)
  return 'ok'
}

/**
 * One key of the specification of an application that is loaded.
 *
 * @returns `['ok', value]`, or undefined when there is no such application or key
 * @see OTP: `application:get_key/2`
 */
export function get_key<Key extends keyof FullAppSpec>(
  name: string,
  key: Key,
): readonly ['ok', FullAppSpec[Key]] | undefined {
  const all = get_all_key(name)
  return all !== undefined && Object.hasOwn(all[1], key) ? ['ok', all[1][key]] : undefined
}

/** The specification of an application as it stands now, its parameters included. OTP: `application:get_all_key/1`. */
export function get_all_key(name: string): readonly ['ok', FullAppSpec] | undefined {
  const spec = table.spec_of(name)
  return spec && ['ok', { ...spec, env: get_all_env(name) }]
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

const info = ({ application, description, vsn }: FullAppSpec): AppInfo => [application, description, vsn]

/** Programs start their applications from where no process is: this gives them one. */
const in_process = <Value>(body: () => Promise<Value>): Promise<Value> =>
  running() === undefined ? run(body) : body()

const is_error = (result: Done, [tag, name]: readonly [string, string?]): boolean =>
  result !== 'ok' &&
  Array.isArray(result[1]) &&
  result[1][0] === tag &&
  (name ?? result[1][1]) === result[1][1]

/** @returns the failure, if there is one */
async function start_with_dependencies(
  name: string,
  type: RestartType,
  progress: { readonly started: string[]; readonly on_the_way: readonly string[] },
): Promise<readonly ['error', Term] | undefined> {
  const on_the_way = [...progress.on_the_way, name]
  for (;;) {
    const result = await start(name, type)
    if (result === 'ok') {
      progress.started.push(name)
      return undefined
    }
    if (is_error(result, ['already_started', name])) return undefined
    // Applications that depend on each other can none of them be the first.
    if (!is_error(result, ['not_started']) || on_the_way.includes(result[1][1])) {
      return ['error', [name, result[1]]]
    }
    const failure = await start_with_dependencies(result[1][1], type, { ...progress, on_the_way })
    if (failure !== undefined) return failure
  }
}

load(kernel_app)
load(stdlib_app)
