// What an application is described by, as a `.app` file does it in OTP, and what is wrong with a wrong description.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Reason, Result, Term } from '../../runtime/erlang/term.ts'
import type { Promised } from '../../runtime/otp/gen.ts'

/**
 * What happens to the others when an application ends by itself. `permanent`: they are all stopped; `transient`:
 * unless it ended with reason `'normal'`; `temporary`: nothing. OTP: `application:restart_type()`.
 */
export type RestartType = 'permanent' | 'transient' | 'temporary'

/** The callbacks of an application. OTP: the callback functions of `application`. */
export interface Callbacks<Args = any, State = any> {
  /** What reports and reasons call these callbacks. Default: the name of the application */
  readonly module?: string
  /**
   * Starts the top supervisor, as `supervisor.start_link` does, and gives its result. It runs in the application
   * master, which traps exits and is the group leader of all processes of the application.
   */
  start(
    type: 'normal',
    args: Args,
  ): Promised<readonly ['ok', Pid] | readonly ['ok', Pid, State] | readonly ['error', Reason] | 'ignore'>
  /**
   * Goes on with the start, once the top supervisor runs: called for each of the application's `start_phases`, in
   * their order. Anything but `'ok'` fails the start. OTP: `Module:start_phase/3`.
   */
  start_phase?(phase: string, type: 'normal', args: Term): Promised<'ok' | readonly ['error', Reason]>
  /**
   * Parameters of the running application have changed by a new configuration: those that have another value, those
   * that are new, and the names of those that are gone. OTP: `Module:config_change/3`.
   */
  config_change?(
    changed: Env,
    added: Env,
    removed: readonly string[],
  ): Promised<'ok' | readonly ['error', Reason]>
  /** Called before the supervision tree is stopped, or when the top supervisor has ended. @returns the new state */
  prep_stop?(state: State): Promised<State>
  /** Called when the supervision tree is gone; what it gives is ignored. */
  stop?(state: State): unknown
}

/** The parameters of an application. */
export type Env = Readonly<Record<string, Term>>

/** A phase of a start: its name, and what `start_phase` is given. */
export type StartPhase = readonly [phase: string, args: Term]

/**
 * Stands as the callbacks in `mod: [application_starter, [callbacks, args]]`: then each start phase is called in the
 * application itself and in those that it includes, as far as they have a phase of that name.
 *
 * OTP: `{mod, {application_starter, [Module, StartArgs]}}`
 */
export const application_starter: Callbacks<readonly [Callbacks, Term]> = {
  module: 'application_starter',
  start: (type, [callbacks, args]) => callbacks.start(type, args),
}

/** An application. OTP: the file `Name.app`, `application:application_spec()`. */
export interface AppSpec {
  readonly application: string
  /** One line for people. Default: `''` */
  readonly description?: string
  /** Its version. Default: `''` */
  readonly vsn?: string
  /** The names that its processes register. Default: none */
  readonly registered?: readonly string[]
  /** The applications that have to run before it is started. Default: none */
  readonly applications?: readonly string[]
  /** Those of `applications` that may be missing: one that is not loaded does not keep it from starting. */
  readonly optional_applications?: readonly string[]
  /** Applications that are loaded and that this one starts itself, in its own supervision tree. Default: none */
  readonly included_applications?: readonly string[]
  /** Its modules, as `logger.set_application_level` knows them by their names. Default: none */
  readonly modules?: readonly string[]
  /** The phases of its start after `start`, each with what `start_phase` is given. Default: none */
  readonly start_phases?: readonly StartPhase[]
  /** Milliseconds after which it is stopped, as if by itself, with reason `'normal'`. Default: `'infinity'` */
  readonly maxT?: number | 'infinity'
  /** Its parameters, for `get_env`. Default: none */
  readonly env?: Env
  /** The callbacks, and the arguments of `start`. Without it the application has no processes. */
  readonly mod?: readonly [callbacks: Callbacks, args: Term]
}

/** An application, with every key. */
export interface FullAppSpec extends Required<Omit<AppSpec, 'mod' | 'start_phases'>> {
  readonly mod: AppSpec['mod'] | undefined
  readonly start_phases: readonly StartPhase[] | undefined
}

/** Fills in what a specification leaves out. @returns `['error', ['bad_application', spec]]` for what is none */
export function check_app_spec(spec: AppSpec): Result<FullAppSpec> {
  if (!is_object(spec) || !Object.keys(spec).every(key => Object.hasOwn(checks, key))) {
    return ['error', ['bad_application', spec]]
  }
  const full: FullAppSpec = { ...defaults, ...spec }
  for (const key of Object.keys(checks) as (keyof AppSpec)[]) {
    if (!checks[key](full[key])) return ['error', ['bad_application', spec]]
  }
  // A phase that nobody can be told of would be passed over without a word.
  const callbacks = callbacks_of(full)
  const phases_without_callback =
    full.start_phases !== undefined && callbacks !== undefined && callbacks.start_phase === undefined
  return phases_without_callback ? ['error', ['bad_application', spec]] : ['ok', full]
}

/** The callbacks of an application, those that `application_starter` is given included. */
export const callbacks_of = ({ mod }: FullAppSpec): Callbacks | undefined =>
  mod?.[0] === application_starter ? mod[1][0] : mod?.[0]

/** What reports and reasons call the callbacks of an application. */
export const app_module = (spec: FullAppSpec): string => callbacks_of(spec)?.module ?? spec.application

const defaults = {
  description: '',
  vsn: '',
  registered: [],
  applications: [],
  optional_applications: [],
  included_applications: [],
  modules: [],
  start_phases: undefined,
  maxT: 'infinity',
  env: {},
  mod: undefined,
} as const

const is_object = (value: Term): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const is_text = (value: Term): boolean => typeof value === 'string'
const is_names = (value: Term): boolean => Array.isArray(value) && value.every(is_text)
const is_callback = (value: Term): boolean => value === undefined || typeof value === 'function'
const is_time = (value: Term): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32
const is_pair = (value: Term): boolean => Array.isArray(value) && value.length === 2

const is_callbacks = (value: Term): boolean =>
  is_object(value) &&
  typeof value.start === 'function' &&
  [value.prep_stop, value.stop, value.start_phase, value.config_change].every(is_callback)

const is_start_phase = (value: Term): boolean => is_pair(value) && is_text(value[0])

const checks: { readonly [Key in keyof AppSpec]-?: (value: Term) => boolean } = {
  application: name => is_text(name) && name !== '',
  description: is_text,
  vsn: is_text,
  registered: is_names,
  applications: is_names,
  optional_applications: is_names,
  included_applications: is_names,
  modules: is_names,
  start_phases: value => value === undefined || (Array.isArray(value) && value.every(is_start_phase)),
  maxT: time => time === 'infinity' || is_time(time),
  env: is_object,
  mod: mod =>
    mod === undefined ||
    (is_pair(mod) && (mod[0] === application_starter ? is_started(mod[1]) : is_callbacks(mod[0]))),
}

const is_started = (args: Term): boolean => is_pair(args) && is_callbacks(args[0])
