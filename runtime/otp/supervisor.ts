// A supervisor: a process that starts its children in order, starts them anew when they end, stops them in the
// reverse order, and gives up when that happens too often.

import { hibernate_after } from '../erlang/drowsiness.ts'
import { is_pid, type Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import type { Done, Reason, Result, Term } from '../erlang/term.ts'
import {
  type AutoShutdown,
  type ChildSpec,
  check_child_specs,
  type FullChildSpec,
  is_auto_shutdown,
  type SupFlags,
} from './child_spec.ts'
import { module_of, type Promised, type ServerName, type ServerRef, type StartResult } from './gen.ts'
import * as gen_server from './gen_server.ts'
import { Supervision } from './supervision.ts'
import { answer, type ChildCount, type ChildInfo } from './supervision_requests.ts'
import { sup_name } from './supervisor_reports.ts'

export {
  type AutoShutdown,
  type ChildSpec,
  child_spec,
  type FullChildSpec,
  type Restart,
  type Shutdown,
  type StartedChild,
  type StartFunction,
  type SupFlags,
} from './child_spec.ts'
export type { Strategy } from './restart_strategy.ts'
export type { ChildCount, ChildInfo } from './supervision_requests.ts'

/**
 * The callbacks of a supervisor.
 *
 * @see OTP: the callback functions of `supervisor`
 */
export interface Callbacks<Args = Term> {
  /** What reports call these callbacks. */
  readonly module?: string
  /**
   * Which children there are to be, in the order in which they are started.
   *
   * It is called anew by `sys.change_code(supervisor, 'supervisor', old_vsn, extra)`, or that of new callbacks, where
   * `extra` is such. Then children that are there go on, and are under their new specifications from now on; those
   * that are new are not started, and those that are not named any more stay, as the last ones; `'ignore'` changes
   * nothing. Whether children are started on demand cannot be changed.
   */
  init(args: Args): Promised<readonly ['ok', readonly [SupFlags, readonly ChildSpec[]]] | 'ignore'>
}

// ---- API

/**
 * Starts a supervisor and all its children, and links it to the running process.
 *
 * @param asked - `(callbacks, args?)` or `(name, callbacks, args?)`, where the name is `['local', name]`,
 *   `['global', name]` or `['via', module, name]`
 * @returns `['ok', pid]` once all children have been started; `'ignore'`; or `['error', reason]`:
 *   - `['already_started', pid]`: the name is taken
 *   - `['shutdown', ['failed_to_start_child', id, reason]]`: a child failed; those before it have been stopped
 *   - `['supervisor_data', what]`, `['start_spec', what]`, `['bad_start_spec', specs]`, `['bad_return', result]`:
 *     what `init` gave is wrong
 * @see OTP: `supervisor:start_link/2,3`
 */
export function start_link<Args = Term>(
  ...asked:
    | readonly [callbacks: Callbacks<Args>, args?: Args]
    | readonly [name: ServerName, callbacks: Callbacks<Args>, args?: Args]
): Promise<StartResult> {
  const given = asked as Term
  if (!Array.isArray(given[0])) return gen_server.start_link(behaviour, given)
  const [name, callbacks, args] = given
  return gen_server.start_link(name, behaviour, [callbacks, args, name])
}

/**
 * Adds a child and starts it. Under `simple_one_for_one` what is given are arguments instead, which are added to
 * those of the one specification.
 *
 * @returns what the start function gave, as `['ok', pid]` or `['ok', pid, info]`; `['ok', undefined]` when that was
 *   `'ignore'`; or `['error', reason]`:
 *   - `['already_started', pid]` or `'already_present'`: there is a child with this id
 *   - `[reason, specification]`: it could not be started (under `simple_one_for_one` just the reason)
 *   - what is wrong with the specification, as {@link check_childspecs} tells it
 * @throws `Exit` `[reason, ['gen_server', 'call', …]]`, as every function here that asks a supervisor, where the
 *   reason is `'noproc'`, `'calling_self'`, or why it ended meanwhile
 * @see OTP: `supervisor:start_child/2`
 */
export const start_child = (
  supervisor: ServerRef,
  child: ChildSpec | readonly Term[],
): Promise<readonly ['ok', Pid | undefined] | readonly ['ok', Pid, Term] | readonly ['error', Reason]> =>
  call(supervisor, ['start_child', child])

/**
 * Stops a child; its specification is kept, unless it is `temporary`. Under `simple_one_for_one` the child is told
 * by its pid.
 *
 * @returns `'ok'`, or `['error', reason]`: `'not_found'`, or `'simple_one_for_one'` for an id there
 * @see OTP: `supervisor:terminate_child/2`
 */
export const terminate_child = (supervisor: ServerRef, id: Term): Promise<Done> =>
  call(supervisor, ['terminate_child', id])

/**
 * Starts a child again that is not running.
 *
 * @returns as {@link start_child}, and the reasons `'running'`, `'restarting'`, `'not_found'`, `'simple_one_for_one'`
 * @see OTP: `supervisor:restart_child/2`
 */
export const restart_child = (
  supervisor: ServerRef,
  id: Term,
): Promise<readonly ['ok', Pid | undefined] | readonly ['ok', Pid, Term] | readonly ['error', Reason]> =>
  call(supervisor, ['restart_child', id])

/**
 * Forgets the specification of a child that is not running.
 *
 * @returns `'ok'`, or `['error', reason]`: `'running'`, `'restarting'`, `'not_found'`, `'simple_one_for_one'`
 * @see OTP: `supervisor:delete_child/2`
 */
export const delete_child = (supervisor: ServerRef, id: Term): Promise<Done> =>
  call(supervisor, ['delete_child', id])

/**
 * All children, the one that was started last first. It answers when it is done with what it does, such as a restart.
 *
 * @throws `Exit` as {@link start_child}
 * @see OTP: `supervisor:which_children/1`
 */
export const which_children = (supervisor: ServerRef): Promise<ChildInfo[]> =>
  call(supervisor, ['which_children'])

/**
 * One child, told by its id, or by its pid under `simple_one_for_one`.
 *
 * @returns `['ok', child]`, or `['error', reason]`: `'not_found'`, or `'simple_one_for_one'` for an id there
 * @see OTP 27: `supervisor:which_child/2`
 */
export const which_child = (supervisor: ServerRef, id: Term): Promise<Result<ChildInfo>> =>
  call(supervisor, ['which_child', id])

/**
 * How many children there are; it takes no longer when they are many.
 *
 * @throws `Exit` as {@link start_child}
 * @see OTP: `supervisor:count_children/1`
 */
export const count_children = (supervisor: ServerRef): Promise<ChildCount> =>
  call(supervisor, ['count_children'])

/**
 * The specification of a child, told by its id or its pid, with every key.
 *
 * @returns `['ok', specification]` or `['error', 'not_found']`
 * @see OTP: `supervisor:get_childspec/2`
 */
export const get_childspec = (
  supervisor: ServerRef,
  child: Term,
): Promise<Result<FullChildSpec, 'not_found'>> => call(supervisor, ['get_childspec', child])

/**
 * Whether specifications are right.
 *
 * @param auto_shutdown - the flag of the supervisor that they are for; undefined where it is not known, and then
 *   nothing is said about that
 * @returns `'ok'`, or `['error', reason]`: `'missing_id'`, `'missing_start'`, `['duplicate_child_name', id]`,
 *   `['invalid_mfa', start]`, `['invalid_restart_type', …]`, `['invalid_significant', …]`, `['invalid_shutdown', …]`,
 *   `['invalid_child_type', …]`, `['invalid_modules', …]`, `['invalid_module', module]`,
 *   `['invalid_child_spec', spec]`, `['bad_combination', { restart: 'permanent', significant: true }]`,
 *   `['bad_combination', { auto_shutdown: 'never', significant: true }]`, `['badarg', argument]`
 * @see OTP: `supervisor:check_childspecs/1,2`
 */
export function check_childspecs(specs: readonly ChildSpec[], auto_shutdown?: AutoShutdown): Done {
  if (!Array.isArray(specs)) return ['error', ['badarg', specs]]
  if (auto_shutdown !== undefined && !is_auto_shutdown(auto_shutdown)) {
    return ['error', ['badarg', auto_shutdown]]
  }
  const checked = check_child_specs(specs, auto_shutdown)
  return checked[0] === 'ok' ? 'ok' : checked
}

function call<Answer>(supervisor: ServerRef, request: Term): Promise<Answer> {
  return gen_server.call(supervisor, request, 'infinity')
}

// ---- Callbacks

const behaviour: gen_server.Callbacks<Supervision, readonly [string, Term?], Term, readonly Term[]> = {
  module: 'supervisor',

  async init([callbacks, args, name]) {
    const process = current()
    process.trap_exit = true
    process.initial_call = ['supervisor', module_of(callbacks), 1]
    const given = await callbacks.init(args)
    if (given === 'ignore') return given
    if (!is_plan(given)) return ['stop', ['bad_return', [module_of(callbacks), 'init', given]]]

    const supervision = Supervision.of(sup_name(name, module_of(callbacks)), given[1])
    if (supervision[0] === 'error') return ['stop', supervision[1]]
    origins.set(supervision[1], { callbacks, args })
    const failure = await supervision[1].start_all()
    if (failure !== 'ok') return ['stop', failure[1]]
    hibernate_after(process, supervision[1].flags.hibernate_after)
    return supervision
  },

  async handle_call([request, term], _from, supervision) {
    return ['reply', await answer(supervision, request, term), supervision]
  },

  async handle_cast([request, child], supervision) {
    if (request !== 'try_again_restart') return ['noreply', supervision]
    return (await supervision.try_again(child)) ? ['noreply', supervision] : ['stop', 'shutdown', supervision]
  },

  async handle_info(message, supervision) {
    if (!Array.isArray(message) || message[0] !== 'EXIT') {
      supervision.report_unexpected(message)
      return ['noreply', supervision]
    }
    const [, pid, reason] = message
    if (!is_pid(pid) || (await supervision.child_ended(pid, reason))) return ['noreply', supervision]
    return ['stop', 'shutdown', supervision]
  },

  terminate: (_reason, supervision) => supervision.stop_all(),

  async code_change(_old_vsn, supervision, extra) {
    const { callbacks: before, args } = origins.get(supervision)!
    const callbacks: Callbacks = typeof extra?.init === 'function' ? extra : before
    const given = await callbacks.init(args)
    if (given !== 'ignore') {
      if (!is_plan(given)) return ['error', ['bad_return', [module_of(callbacks), 'init', given]]]
      const changed = supervision.change(given[1])
      if (changed !== 'ok') return changed
      hibernate_after(current(), supervision.flags.hibernate_after)
    }
    origins.set(supervision, { callbacks, args })
    return ['ok', supervision]
  },

  format_status: ({ state }) => ({ state: state.status() }),
}

// ---- Internals

/** With what each supervisor was started: needed again only when its code changes. */
const origins = new WeakMap<Supervision, { readonly callbacks: Callbacks; readonly args: Term }>()

const is_plan = (given: Term): boolean =>
  Array.isArray(given) &&
  given[0] === 'ok' &&
  Array.isArray(given[1]) &&
  given[1].length === 2 &&
  Array.isArray(given[1][1])
