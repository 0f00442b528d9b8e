// A state machine: a process that has a state and data, and handles one event at a time, as the state it is in does.

import type { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import type { Reason, Term, Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import type { Callbacks, ReplyAction } from './gen_statem_callbacks.ts'
import { Machine } from './gen_statem_loop.ts'
import * as proc_lib from './proc_lib.ts'
import type { Extras } from './sys_debug.ts'

export type {
  From,
  Promised,
  ServerName,
  ServerRef,
  StartMonitorResult,
  StartOptions,
  StartResult,
} from './gen.ts'
export type {
  Action,
  Actions,
  CallbackMode,
  Callbacks,
  EnterAction,
  EventType,
  InitResult,
  ReplyAction,
  StateFunction,
  StateResult,
  Status,
  TimeoutAction,
  TimeoutType,
} from './gen_statem_callbacks.ts'

/** How long a call may take. OTP: the last argument of `gen_statem:call/3`. */
export type CallTimeout = Timeout | readonly ['clean_timeout' | 'dirty_timeout', Timeout]

// ---- API

/**
 * Starts a state machine that is linked to nobody.
 *
 * @param asked - `(callbacks, args?, options?)` or `(['local', name], callbacks, args?, options?)`
 * @returns as `gen_server.start` does
 * @see OTP: `gen_statem:start/3,4`
 */
export const start = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, Args, any>, Args>
): Promise<gen.StartResult> => gen.start_behaviour('nolink', init_it, asked)

/** As {@link start}, and linked to the running process, its parent. OTP: `gen_statem:start_link/3,4`. */
export const start_link = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, Args, any>, Args>
): Promise<gen.StartResult> => gen.start_behaviour('link', init_it, asked)

/** As {@link start}, and monitored: gives `['ok', [pid, ref]]`. OTP: `gen_statem:start_monitor/3,4`. */
export const start_monitor = <Args = Term>(
  ...asked: gen.StartArguments<Callbacks<any, Args, any>, Args>
): Promise<gen.StartMonitorResult> => gen.start_behaviour_monitor(init_it, asked)

/**
 * Makes a synchronous call: the state gets an event `['call', from]`, and answers by the action `['reply', from, …]`.
 *
 * @param timeout - milliseconds. Default: no limit. A late reply never arrives, so that `['clean_timeout', time]` and
 *   `['dirty_timeout', time]` are the same as the time alone
 * @throws {@link Exit} `[reason, ['gen_statem', 'call', [machine, request, timeout]]]`, where the reason is `'noproc'`,
 *   `'timeout'`, `'calling_self'`, or why the machine ended
 * @see OTP: `gen_statem:call/2,3`
 */
export function call<Answer = Term>(
  machine: gen.ServerRef,
  request: Term,
  timeout: CallTimeout = 'infinity',
): Promise<Answer> {
  const form = ['gen_statem', 'call', [machine, request, timeout]] as const
  const time = typeof timeout === 'object' ? limit_of(timeout) : timeout
  return gen.call(machine, ['$gen_call', request], time, form) as Promise<Answer>
}

/** Sends an event `'cast'`, if the machine is there. OTP: `gen_statem:cast/2`. */
export const cast = (machine: gen.ServerRef, event: Term): 'ok' => gen.cast(machine, '$gen_cast', event)

/**
 * Answers one call, or those of several reply actions; any process may do that.
 *
 * @see OTP: `gen_statem:reply/1,2`
 */
export function reply(from: gen.From, answer: Term): 'ok'
export function reply(replies: ReplyAction | readonly ReplyAction[]): 'ok'
export function reply(...asked: readonly [gen.From, Term] | readonly [Term]): 'ok' {
  if (asked.length === 2) return gen.reply(asked[0], asked[1])
  const replies: readonly ReplyAction[] = asked[0][0] === 'reply' ? asked : asked[0]
  for (const [, from, answer] of replies) gen.reply(from, answer)
  return 'ok'
}

/**
 * Asks the machine to end with `reason`, by way of `terminate`, and waits until it has.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 * @see OTP: `gen_statem:stop/1,3`
 */
export const stop = (machine: gen.ServerRef, reason: Reason = 'normal', timeout?: Timeout): Promise<'ok'> =>
  proc_lib.stop(machine, reason, timeout)

// ---- Internals

/** @returns NaN, which is no timeout, for what is none */
const limit_of = ([kind, time]: readonly Term[]): Timeout =>
  kind === 'clean_timeout' || kind === 'dirty_timeout' ? time : Number.NaN

async function init_it(
  callbacks: Callbacks,
  args: Term,
  parent: Pid | undefined,
  extras: Extras | undefined,
): Promise<void> {
  const process = current()
  const bad = 'bad_return_from_init'
  const result = await gen.call_init(given => callbacks.init(given), args, bad)
  if (result.length !== 3 && result.length !== 4) gen.bad_init(result, bad)
  const [, state, data, actions] = result
  const machine = new Machine(process, callbacks, { parent, extras })
  gen.started(process)
  const parked = machine.begin(state, data, actions)
  if (parked !== undefined) await parked
  if (process.alive) process.become(machine)
  else machine.drop()
}
