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
  /** Called before the supervision tree is stopped, or when the top supervisor has ended. @returns the new state */
  prep_stop?(state: State): Promised<State>
  /** Called when the supervision tree is gone; what it gives is ignored. */
  stop?(state: State): unknown
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
  /** Its parameters, for `get_env`. Default: none */
  readonly env?: Readonly<Record<string, Term>>
  /** The callbacks, and the arguments of `start`. Without it the application has no processes. */
  readonly mod?: readonly [callbacks: Callbacks, args: Term]
}

/** An application, with every key. */
export interface FullAppSpec extends Required<Omit<AppSpec, 'mod'>> {
  readonly mod: AppSpec['mod'] | undefined
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
  return ['ok', full]
}

/** What reports and reasons call the callbacks of an application. */
export const app_module = ({ application, mod }: FullAppSpec): string => mod?.[0].module ?? application

const defaults = {
  description: '',
  vsn: '',
  registered: [],
  applications: [],
  env: {},
  mod: undefined,
} as const

const is_object = (value: Term): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const is_text = (value: Term): boolean => typeof value === 'string'
const is_names = (value: Term): boolean => Array.isArray(value) && value.every(is_text)
const is_callback = (value: Term): boolean => value === undefined || typeof value === 'function'

const checks: { readonly [Key in keyof AppSpec]-?: (value: Term) => boolean } = {
  application: name => is_text(name) && name !== '',
  description: is_text,
  vsn: is_text,
  registered: is_names,
  applications: is_names,
  env: is_object,
  mod: mod => mod === undefined || (Array.isArray(mod) && mod.length === 2 && is_callbacks(mod[0])),
}

const is_callbacks = (value: Term): boolean =>
  is_object(value) &&
  typeof value.start === 'function' &&
  is_callback(value.prep_stop) &&
  is_callback(value.stop)
