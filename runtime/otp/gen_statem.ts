// A state machine: a process that has a state and data, and handles one event at a time, as the state it is in does.

import { hibernate_after } from '../erlang/drowsiness.ts'
import type { Pid } from '../erlang/pid.ts'
import { current, type Process } from '../erlang/process.ts'
import { Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import { check_registered } from './gen_names.ts'
import { type RequestId, type Requests, reqids_add, start_request } from './gen_request.ts'
import type { Actions, Callbacks, ReplyAction } from './gen_statem_callbacks.ts'
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
  ViaModule,
} from './gen.ts'
export {
  check_response,
  type LabelledResponse,
  type RequestId,
  type Requests,
  type Response,
  type ResponseTimeout,
  receive_response,
  reqids_add,
  reqids_new,
  reqids_size,
  reqids_to_list,
  wait_response,
} from './gen_request.ts'
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

/** How a process enters the loop of a machine. OTP: `gen_statem:enter_loop_opt()`. */
export type EnterLoopOptions = Pick<gen.StartOptions, 'debug' | 'hibernate_after'>

// ---- API

/**
 * Starts a state machine that is linked to nobody.
 *
 * @param asked - `(callbacks, args?, options?)` or `(name, callbacks, args?, options?)`
 * @returns as `gen_server.start` does
 *
 * @example
 * const switch_: gen_statem.Callbacks<number, void, 'off' | 'on'> = {
 *   callback_mode: () => 'state_functions',
 *   init: () => ['ok', 'off', 0],
 *   states: {
 *     off: (_type, _push, count) => ['next_state', 'on', count + 1, ['state_timeout', 10_000, 'off']],
 *     on: (_type, _push, count) => ['next_state', 'off', count],
 *   },
 * }
 * const pid = ok(await gen_statem.start(['local', 'switch'], switch_))
 * gen_statem.cast('switch', 'push')
 *
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
 * Makes a call without waiting for what comes of it: `wait_response` and `receive_response` do that, or
 * `check_response` tells whether a message that was received is about it.
 *
 * @param label - with a collection of requests: what the request is called in there
 * @returns the request; with a collection, that with the request in it
 * @see OTP: `gen_statem:send_request/2,4`
 */
export function send_request<Answer = Term>(machine: gen.ServerRef, request: Term): RequestId<Answer>
export function send_request(machine: gen.ServerRef, request: Term, label: Term, requests: Requests): Requests
export function send_request(machine: gen.ServerRef, request: Term, label?: Term, requests?: Requests): Term {
  const id = start_request(machine, '$gen_call', request)
  return requests === undefined ? id : reqids_add(id, label, requests)
}

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

/**
 * Makes the running process, which `proc_lib` has started, a machine; it does not come back. Its parent is who started
 * it. `init` is not called, but the state is entered.
 *
 * @param begin - the state, the data, and then the name that the process has or `self()`, or actions, or both
 * @throws {@link Exit} `'process_was_not_started_by_proc_lib'`; `'process_not_registered'` when it has not that name;
 *   `['bad_return_from_callback_mode', given]`
 * @see OTP: `gen_statem:enter_loop/4,5,6`
 */
export async function enter_loop<Data, State>(
  callbacks: Callbacks<Data, any, State>,
  options: EnterLoopOptions,
  ...begin: readonly [State, Data, Actions?] | readonly [State, Data, gen.ServerName | Pid, Actions?]
): Promise<never> {
  const process = current()
  if (process.ancestors === undefined) throw new Exit('process_was_not_started_by_proc_lib')
  const [state, data, server, more]: readonly Term[] = begin
  const named = is_name(server)
  const name = named ? server : undefined
  if (name !== undefined) check_registered(name, process.pid)
  const extras = gen.extras_of(name, options)
  hibernate_after(process, options.hibernate_after ?? 'infinity')
  const machine = new Machine(process, callbacks as Callbacks, { parent: process.parent, extras })
  await live(process, machine, machine.begin(state, data, named || server === process.pid ? more : server))
  return new Promise(() => {})
}

// ---- Internals

/** A name has the form of no action. */
const is_name = (term: Term): term is gen.ServerName =>
  Array.isArray(term) && (term[0] === 'local' || term[0] === 'global' || term[0] === 'via')

/** Goes on as the machine, once its first state is entered, unless that was its end. */
async function live(
  process: Process,
  machine: Machine,
  entering: undefined | PromiseLike<void>,
): Promise<void> {
  if (entering !== undefined) await entering
  if (process.alive) process.become(machine)
  else machine.drop()
}

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
  await live(process, machine, machine.begin(state, data, actions))
}
