// Child specifications and supervisor flags: their defaults, and what is wrong with those that are wrong.

import type { Pid } from '../erlang/pid.ts'
import type { Reason, Result, Term, Timeout } from '../erlang/term.ts'
import type { Promised } from './gen.ts'
import { type Intensity, type Strategy, strategies } from './restart_strategy.ts'
import { ById } from './supervisor_ids.ts'

/** What a child's start function gives. OTP: `supervisor:startchild_ret()` of the function itself. */
export type StartedChild =
  | readonly ['ok', Pid]
  | readonly ['ok', Pid, info: Term]
  | 'ignore'
  | readonly ['error', Reason]

/** Starts a child and links it to the running process, as the `start_link` of every behaviour does. */
export type StartFunction = (...args: any[]) => Promised<StartedChild>

/** `permanent`: restarted always; `transient`: unless it ends in an orderly way; `temporary`: never. */
export type Restart = 'permanent' | 'transient' | 'temporary'

/** How a child is stopped: killed; asked, and killed after so many milliseconds; asked, and waited for. */
export type Shutdown = 'brutal_kill' | Timeout

/** After the end of which significant children a supervisor ends itself. OTP: `supervisor:auto_shutdown()`. */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant'

/** A child as a supervisor is told of it. OTP: `supervisor:child_spec()`. */
export interface ChildSpec {
  /** What the supervisor knows it by. */
  readonly id: Term
  /** The function that starts it, with its arguments if it takes any. */
  readonly start: StartFunction | readonly [StartFunction, args?: readonly Term[]]
  /** Default: `'permanent'` */
  readonly restart?: Restart
  /**
   * Whether its end can be the end of the supervisor, as the flag `auto_shutdown` says. Default: false. A child
   * that is `permanent` cannot be significant.
   */
  readonly significant?: boolean
  /** Default: 5000 for a worker, `'infinity'` for a supervisor */
  readonly shutdown?: Shutdown
  /** Default: `'worker'` */
  readonly type?: 'worker' | 'supervisor'
  /** What `which_children` tells. Default: none */
  readonly modules?: readonly Term[] | 'dynamic'
}

/** A child specification with every key. */
export interface FullChildSpec extends Required<ChildSpec> {
  readonly start: readonly [StartFunction, args: readonly Term[]]
}

/** How a supervisor treats its children. OTP: `supervisor:sup_flags()`. */
export interface SupFlags extends Partial<Intensity> {
  /** Default: `'one_for_one'` */
  readonly strategy?: Strategy
  /** How many restarts are borne within `period`. Default: 1 */
  readonly intensity?: number
  /** Seconds. Default: 5 */
  readonly period?: number
  /** Whether the supervisor ends with its significant children. Default: `'never'`, and then none may be significant */
  readonly auto_shutdown?: AutoShutdown
  /**
   * Milliseconds without a message after which the supervisor hibernates, or less than twice as many.
   * Default: `'infinity'`. OTP 28
   */
  readonly hibernate_after?: Timeout
}

/** Fills in what a child specification leaves out; what is wrong in it stays so. */
export function child_spec(spec: ChildSpec): FullChildSpec {
  const { id, start, restart = 'permanent', significant = false, type = 'worker', modules = [] } = spec
  const { shutdown = type === 'supervisor' ? 'infinity' : 5_000 } = spec
  return { id, start: full_start(start), restart, significant, shutdown, type, modules }
}

/** Fills in what supervisor flags leave out. */
export const sup_flags = (flags: SupFlags): Required<SupFlags> => ({
  strategy: 'one_for_one',
  intensity: 1,
  period: 5,
  auto_shutdown: 'never',
  hibernate_after: 'infinity',
  ...flags,
})

/**
 * What is wrong with a child specification, if anything is. OTP: `supervisor:check_childspecs/1`.
 *
 * @param auto_shutdown - the flag of the supervisor that is to have the child; undefined where that is not known
 */
export function check_child_spec(
  spec: ChildSpec,
  auto_shutdown: AutoShutdown | undefined,
): Result<FullChildSpec> {
  if (!is_record(spec)) return ['error', ['invalid_child_spec', spec]]
  if (!('id' in spec)) return ['error', 'missing_id']
  if (!('start' in spec)) return ['error', 'missing_start']
  for (const key of Object.keys(spec)) {
    if (!Object.hasOwn(child_checks, key)) return ['error', ['invalid_child_spec', spec]]
  }
  const full = child_spec(spec)
  const wrong = first_wrong(child_checks, full) ?? wrong_module(full) ?? wrong_together(full, auto_shutdown)
  return wrong ? ['error', wrong] : ['ok', full]
}

/** As {@link check_child_spec} for all of them, whose ids have to differ. */
export function check_child_specs(
  specs: readonly ChildSpec[],
  auto_shutdown: AutoShutdown | undefined,
): Result<FullChildSpec[]> {
  const all = new ById<FullChildSpec>()
  for (const spec of specs) {
    const [tag, full] = check_child_spec(spec, auto_shutdown)
    if (tag === 'error') return ['error', full]
    if (all.get(full.id) !== undefined) return ['error', ['duplicate_child_name', full.id]]
    all.set(full.id, full)
  }
  return ['ok', [...all.values()]]
}

/** Whether a value is one of {@link AutoShutdown}. */
export const is_auto_shutdown = (value: Term): value is AutoShutdown => auto_shutdowns.includes(value)

/** What is wrong with supervisor flags, if anything is. */
export function check_sup_flags(flags: SupFlags): Result<Required<SupFlags>> {
  const known = is_record(flags) && Object.keys(flags).every(key => Object.hasOwn(flag_checks, key))
  if (!known) return ['error', ['invalid_type', flags]]
  const full = sup_flags(flags)
  const wrong = first_wrong(flag_checks, full)
  return wrong ? ['error', wrong] : ['ok', full]
}

/** For each key: whether a value is right, and what it is called if not. */
type Checks<Subject> = {
  readonly [Key in keyof Subject]-?: readonly [right: (value: Term) => boolean, wrong: string]
}

const is_count = (value: Term) => Number.isInteger(value) && value >= 0
const one_of = (values: readonly Term[]) => (value: Term) => values.includes(value)
const is_record = (value: Term) => typeof value === 'object' && value !== null && !Array.isArray(value)

const auto_shutdowns: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant']

const child_checks: Checks<ChildSpec> = {
  id: [() => true, 'invalid_id'],
  start: [start => is_call(start), 'invalid_mfa'],
  restart: [one_of(['permanent', 'transient', 'temporary']), 'invalid_restart_type'],
  significant: [one_of([true, false]), 'invalid_significant'],
  type: [one_of(['worker', 'supervisor']), 'invalid_child_type'],
  shutdown: [value => value === 'brutal_kill' || value === 'infinity' || is_count(value), 'invalid_shutdown'],
  modules: [value => value === 'dynamic' || Array.isArray(value), 'invalid_modules'],
}

const flag_checks: Checks<SupFlags> = {
  strategy: [value => Object.hasOwn(strategies, value), 'invalid_strategy'],
  intensity: [is_count, 'invalid_intensity'],
  period: [value => is_count(value) && value > 0, 'invalid_period'],
  auto_shutdown: [is_auto_shutdown, 'invalid_auto_shutdown'],
  hibernate_after: [value => value === 'infinity' || is_count(value), 'invalid_hibernate_after'],
}

function full_start(start: ChildSpec['start']): FullChildSpec['start'] {
  if (typeof start === 'function') return [start, []]
  return Array.isArray(start) && start.length === 1 ? [start[0], []] : (start as FullChildSpec['start'])
}

function is_call(start: Term): boolean {
  return (
    Array.isArray(start) && start.length === 2 && typeof start[0] === 'function' && Array.isArray(start[1])
  )
}

/** A module is told by its name or by the callbacks themselves. */
function wrong_module({ modules }: FullChildSpec): Term {
  if (modules === 'dynamic') return undefined
  const wrong = modules.findIndex(module => typeof module !== 'string' && !is_record(module))
  return wrong < 0 ? undefined : ['invalid_module', modules[wrong]]
}

/** Each key may be right, and yet they do not go together. */
function wrong_together(
  { significant, restart }: FullChildSpec,
  auto_shutdown: AutoShutdown | undefined,
): Term {
  if (!significant) return undefined
  if (auto_shutdown === 'never') return ['bad_combination', { auto_shutdown, significant }]
  return restart === 'permanent' ? ['bad_combination', { restart, significant }] : undefined
}

function first_wrong<Subject extends object>(checks: Checks<Subject>, subject: Subject): Term {
  for (const key of Object.keys(checks) as (keyof Subject)[]) {
    const [right, wrong] = checks[key]
    if (!right(subject[key])) return [wrong, subject[key]]
  }
  return undefined
}
