// Looking at processes that understand system messages, as all behaviours do, and holding them: for debugging, and
// for changing code.

import type { Pid } from '../erlang/pid.ts'
import { Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import type { DebugFunction, Install, Sink, Statistics, SystemEvent } from './sys_debug.ts'
import type { InCallback, Special, SysState } from './sys_loop.ts'

export {
  Debug,
  type DebugFunction,
  type DebugOption,
  debug_options,
  type Extras,
  type FormatEvent,
  type Install,
  type Sink,
  type Statistics,
  type SystemEvent,
  use_sink,
} from './sys_debug.ts'
export {
  get_log,
  handle_debug,
  handle_system_msg,
  type InCallback,
  type Special,
  type SysState,
  status_items,
} from './sys_loop.ts'

/** What {@link get_status} gives. The last element says what the behaviour tells of itself. */
export type Status = readonly [
  'status',
  Pid,
  readonly ['module', string],
  readonly [
    dictionary: readonly (readonly [Term, Term])[],
    SysState,
    parent: Pid,
    debug: readonly Term[],
    Term,
  ],
]

/** Whether events are printed, and how many are kept: `[true, 10]` is the default of `true`. */
export type LogFlag = true | readonly [true, size: number] | false

// What asks a process takes it or its name first, and last a time in milliseconds, by default 5000.

// ---- Its state

/**
 * The state of the process: of a `gen_server` its state, of a `gen_statem` `[state, data]`, of a `gen_event` its
 * handlers.
 *
 * @throws {@link Exit} `[reason, ['sys', function, args]]`, where the reason is `'noproc'`, `'timeout'`,
 *   `'calling_self'`, or why the process ended; `['callback_failed', …]` when it could not tell
 * @see OTP: `sys:get_state/1,2`
 */
export async function get_state<State = Term>(name: gen.ServerRef, timeout?: Timeout): Promise<State> {
  return value_of(await ask(name, 'get_state', ['get_state'], timeout))
}

/**
 * Has the process go on with what `replace` makes of its state. When `replace` fails, it goes on with the one it has.
 *
 * @returns the new state
 * @throws {@link Exit} `['callback_failed', [behaviour, 'system_replace_state'], [class, reason]]` when `replace` does;
 *   otherwise as {@link get_state}
 * @see OTP: `sys:replace_state/2,3`
 */
export async function replace_state<State = Term>(
  name: gen.ServerRef,
  replace: (state: State) => State,
  timeout?: Timeout,
): Promise<State> {
  return value_of(await ask(name, ['replace_state', replace], ['replace_state', replace], timeout))
}

/**
 * Everything about the process, as its `format_status` lets it be told.
 *
 * @throws {@link Exit} as {@link get_state}
 * @see OTP: `sys:get_status/1,2`
 */
export const get_status = (name: gen.ServerRef, timeout?: Timeout): Promise<Status> =>
  ask(name, 'get_status', ['get_status'], timeout)

/**
 * Where a behaviour hangs: the callback that gave a promise which has not settled, with what it was called for and
 * since when. It is known without asking the process, which would not answer.
 *
 * @returns undefined when it is in no callback, or is nobody that could tell
 */
export function in_callback(name: gen.ServerRef): InCallback | undefined {
  const loop = gen.process_of(name)?.loop as Partial<Special> | undefined
  return loop?.in_callback?.()
}

// ---- Holding it

/**
 * Holds the process: it handles system messages only, and keeps all others for later.
 *
 * @throws {@link Exit} as {@link get_state}
 * @see OTP: `sys:suspend/1,2`
 */
export const suspend = (name: gen.ServerRef, timeout?: Timeout): Promise<'ok'> =>
  ask(name, 'suspend', ['suspend'], timeout)

/** Has a suspended process go on. Throws as {@link suspend}. OTP: `sys:resume/1,2`. */
export const resume = (name: gen.ServerRef, timeout?: Timeout): Promise<'ok'> =>
  ask(name, 'resume', ['resume'], timeout)

/**
 * Has a suspended process change its state for a new version, by its callback `code_change`.
 *
 * @param module - the name of the callbacks; or the new ones, whose `code_change` is called and with which it goes on
 * @returns `['error', reason]` with what `code_change` gave or with which it failed; and for one that is not suspended
 * @see OTP: `sys:change_code/4,5`
 */
export function change_code(
  name: gen.ServerRef,
  module: string | object,
  ...[old_vsn, extra, timeout]: readonly [old_vsn: Term, extra: Term, timeout?: Timeout]
): Promise<'ok' | readonly ['error', Reason]> {
  const request = ['change_code', module, old_vsn, extra] as const
  return ask(name, request, request, timeout)
}

/** Ends the process with `reason`, by way of its `terminate`, without waiting for that. OTP: `sys:terminate/2,3`. */
export const terminate = (name: gen.ServerRef, reason: Reason, timeout?: Timeout): Promise<'ok'> =>
  ask(name, ['terminate', reason], ['terminate', reason], timeout)

// ---- Debugging it

/** Prints each event of the process from now on, or does not; where to is for `use_sink` to say. OTP: `sys:trace/2,3`. */
export const trace = (name: gen.ServerRef, on: boolean, timeout?: Timeout): Promise<'ok'> =>
  ask(name, ['debug', ['trace', on]], ['trace', on], timeout)

/**
 * Keeps the last events of the process, 10 or as many as told; prints them, or gives them.
 *
 * @returns `['ok', events]` for `'get'`, oldest first; else `'ok'`
 * @see OTP: `sys:log/2,3`
 */
export function log(
  name: gen.ServerRef,
  flag: 'get',
  timeout?: Timeout,
): Promise<readonly ['ok', SystemEvent[]]>
export function log(name: gen.ServerRef, flag: LogFlag | 'print', timeout?: Timeout): Promise<'ok'>
export function log(name: gen.ServerRef, flag: Term, timeout?: Timeout): Promise<Term> {
  return ask(name, ['debug', ['log', flag]], ['log', flag], timeout)
}

/**
 * Writes each event as a line of text from now on, or no more. The runtime knows no files: what takes the lines is a
 * function, such as `line => file.write(line + '\n')`. If it fails, it gets no more.
 *
 * @throws {@link Exit} as {@link get_state}
 * @see OTP: `sys:log_to_file/2,3`, which takes the name of a file
 */
export const log_to_file = (name: gen.ServerRef, write: Sink | false, timeout?: Timeout): Promise<'ok'> =>
  ask(name, ['debug', ['log_to_file', write]], ['log_to_file', write], timeout)

/**
 * Counts what comes and goes, or does not, or gives what was counted.
 *
 * @returns `['ok', statistics]` or `['ok', 'no_statistics']` for `'get'`; else `'ok'`
 * @throws {@link Exit} as {@link get_state}
 * @see OTP: `sys:statistics/2,3`
 */
export function statistics(
  name: gen.ServerRef,
  flag: 'get',
  timeout?: Timeout,
): Promise<readonly ['ok', Statistics | 'no_statistics']>
export function statistics(name: gen.ServerRef, flag: boolean, timeout?: Timeout): Promise<'ok'>
export function statistics(name: gen.ServerRef, flag: Term, timeout?: Timeout): Promise<Term> {
  return ask(name, ['debug', ['statistics', flag]], ['statistics', flag], timeout)
}

/**
 * Gives each event to a function from now on, unless one of the same id is there already.
 *
 * @throws {@link Exit} as {@link get_state}
 * @see OTP: `sys:install/2,3`
 */
export const install = <State>(name: gen.ServerRef, what: Install<State>, timeout?: Timeout): Promise<'ok'> =>
  ask(name, ['debug', ['install', what]], ['install', what], timeout)

/** Takes an installed function away, by its id or by itself. Throws as {@link install}. OTP: `sys:remove/2,3`. */
export const remove = (
  name: gen.ServerRef,
  id: DebugFunction<any> | Term,
  timeout?: Timeout,
): Promise<'ok'> => ask(name, ['debug', ['remove', id]], ['remove', id], timeout)

/** Ends all debugging of the process. Throws as {@link install}. OTP: `sys:no_debug/1,2`. */
export const no_debug = (name: gen.ServerRef, timeout?: Timeout): Promise<'ok'> =>
  ask(name, ['debug', 'no_debug'], ['no_debug'], timeout)

// ---- Internals

function ask(
  name: gen.ServerRef,
  request: Term,
  [called, ...args]: readonly [string, ...Term[]],
  timeout?: Timeout,
): Promise<Term> {
  const given = timeout === undefined ? [name, ...args] : [name, ...args, timeout]
  return gen.call(name, ['system', request], timeout ?? 5_000, ['sys', called, given])
}

function value_of([tag, value]: readonly ['ok' | 'error', Term]): Term {
  if (tag === 'error') throw new Exit(value)
  return value
}
