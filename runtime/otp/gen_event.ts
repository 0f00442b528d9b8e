// An event manager: a process with any number of handlers, each with a state of its own, that are all told of every
// event. They can be added and removed while it runs, and one that fails is removed without harm to the others.

import type { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { self } from '../erlang/self.ts'
import { Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import type { Handler } from './gen_event_callbacks.ts'
import { EventManager } from './gen_event_loop.ts'
import { whereis_server } from './gen_names.ts'
import { type RequestId, type Requests, reqids_add, start_request } from './gen_request.ts'
import * as proc_lib from './proc_lib.ts'
import type { Extras } from './sys_debug.ts'

export type {
  Promised,
  ServerName,
  ServerRef,
  StartMonitorResult,
  StartOptions,
  StartResult,
} from './gen.ts'
export type {
  Callbacks,
  Handler,
  InitResult,
  Next,
  Reply,
  Status,
  TerminateArgs,
} from './gen_event_callbacks.ts'
export type { HandlerState } from './gen_event_loop.ts'
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

/** A name or none, and options, for the functions that start a manager. */
export type StartArguments =
  | readonly [options?: gen.StartOptions]
  | readonly [name: gen.ServerName, options?: gen.StartOptions]

// ---- Starting and stopping

/**
 * Starts an event manager, without any handlers, that is linked to nobody.
 *
 * @param asked - `(options?)` or `(name, options?)`, where the name is `['local', name]`, `['global', name]` or
 *   `['via', module, name]`
 * @returns `['ok', pid]`, or `['error', ['already_started', pid]]` when the name is taken
 * @see OTP: `gen_event:start/0,1,2`
 */
export const start = (...asked: StartArguments): Promise<gen.StartResult> =>
  gen.start_behaviour('nolink', init_it, arguments_of(asked))

/**
 * As {@link start}, and linked to the running process, its parent, with which it ends, after all handlers were
 * terminated.
 *
 * @see OTP: `gen_event:start_link/0,1,2`
 */
export const start_link = (...asked: StartArguments): Promise<gen.StartResult> =>
  gen.start_behaviour('link', init_it, arguments_of(asked))

/** As {@link start}, and monitored: gives `['ok', [pid, ref]]`. OTP: `gen_event:start_monitor/0,1,2`. */
export const start_monitor = (...asked: StartArguments): Promise<gen.StartMonitorResult> =>
  gen.start_behaviour_monitor(init_it, arguments_of(asked))

/**
 * Asks the manager to end with `reason`, after all handlers were terminated, and waits until it has.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 * @see OTP: `gen_event:stop/1,3`
 */
export const stop = (manager: gen.ServerRef, reason: Reason = 'normal', timeout?: Timeout): Promise<'ok'> =>
  proc_lib.stop(manager, reason, timeout)

// ---- Handlers
// These throw an `Exit` with the bare reason: `'noproc'`, `'calling_self'`, or why the manager ended.

/**
 * Adds a handler. It will be told of events before those that are there already.
 *
 * @param handler - its callbacks, or `[callbacks, id]` where several handlers have the same ones
 * @param args - what its `init` gets
 * @returns `'ok'`; `['EXIT', reason]` when `init` crashed; or what else it gave, such as `['error', reason]`
 * @see OTP: `gen_event:add_handler/3`
 */
export const add_handler = <Args = Term>(
  manager: gen.ServerRef,
  handler: Handler<any, any, any, Args>,
  args: NoInfer<Args>,
): Promise<Term> => ask(manager, ['add_handler', handler, args])

/**
 * As {@link add_handler}, and supervises the handler. The manager and the running process are linked, and
 * stay so even if `init` fails. When that process ends, the handler is removed, by
 * `terminate(['stop', reason], state)`; when the handler is removed, the process gets the message
 * `['gen_event_EXIT', handler, reason]`, where the reason is
 * - `'normal'`, when it was deleted or removed itself
 * - `'shutdown'`, when the manager ends
 * - `['swapped', new_handler, pid]`, when it was replaced by one that is supervised by `pid`
 * - `['EXIT', reason]`, when it crashed; or what a callback gave that it may not
 *
 * @see OTP: `gen_event:add_sup_handler/3`
 */
export const add_sup_handler = <Args = Term>(
  manager: gen.ServerRef,
  handler: Handler<any, any, any, Args>,
  args: NoInfer<Args>,
): Promise<Term> => ask(manager, ['add_sup_handler', handler, args, self()])

/**
 * Removes a handler.
 *
 * @param args - what its `terminate` gets
 * @returns what `terminate` gave, `['EXIT', reason]` when it crashed, `'ok'` when there is none; or
 *   `['error', 'module_not_found']`
 * @see OTP: `gen_event:delete_handler/3`
 */
export const delete_handler = (manager: gen.ServerRef, handler: Handler, args: Term): Promise<Term> =>
  ask(manager, ['delete_handler', handler, args])

/**
 * Replaces a handler. `terminate` of the old one gets `args1`, and `init` of the new one `[args2, result]` with what
 * that gave, or with `'error'` when there was no such handler. If the old one was supervised, so is the new one.
 *
 * @returns `'ok'`, or `['error', given]` with what else `init` gave, `['EXIT', reason]` when it crashed; the old one is
 *   gone in any case
 * @see OTP: `gen_event:swap_handler/3`
 */
export const swap_handler = (
  manager: gen.ServerRef,
  [handler1, args1]: readonly [handler1: Handler, args1: Term],
  [handler2, args2]: readonly [handler2: Handler, args2: Term],
): Promise<Term> => ask(manager, ['swap_handler', handler1, args1, handler2, args2])

/** As {@link swap_handler}, and supervises the new one as {@link add_sup_handler} does. OTP: `swap_sup_handler/3`. */
export const swap_sup_handler = (
  manager: gen.ServerRef,
  [handler1, args1]: readonly [handler1: Handler, args1: Term],
  [handler2, args2]: readonly [handler2: Handler, args2: Term],
): Promise<Term> => ask(manager, ['swap_handler', handler1, args1, handler2, args2, self()])

/** All handlers, the one that was added last first. OTP: `gen_event:which_handlers/1`. */
export const which_handlers = (manager: gen.ServerRef): Promise<Handler[]> => ask(manager, 'which_handlers')

// ---- Events and calls

/**
 * Tells all handlers of an event, and does not wait for them: `handle_event` gets it.
 *
 * @throws {@link Exit} `'badarg'` when nobody has the name; one that has ended is not told of
 * @see OTP: `gen_event:notify/2`
 */
export function notify(manager: gen.ServerRef, event: Term): 'ok' {
  if (has_no_bearer(manager)) throw new Exit('badarg')
  return gen.cast(manager, 'notify', event)
}

/**
 * As {@link notify}, and waits until all handlers have been told.
 *
 * @throws {@link Exit} as {@link add_handler}
 * @see OTP: `gen_event:sync_notify/2`
 */
export const sync_notify = (manager: gen.ServerRef, event: Term): Promise<'ok'> =>
  ask(manager, ['sync_notify', event])

/**
 * Makes a call to one handler: its `handle_call` gets the request.
 *
 * @param timeout - milliseconds. Default: 5000
 * @returns the answer; `['error', 'bad_module']` when there is no such handler; `['error', ['EXIT', reason]]` when it
 *   crashed, and `['error', term]` when it gave what it may not: it is removed then
 * @throws {@link Exit} `[reason, ['gen_event', 'call', [manager, handler, request, timeout]]]` (without the timeout,
 *   when none was given), where the reason is `'noproc'`, `'timeout'`, `'calling_self'`, or why the manager ended
 * @see OTP: `gen_event:call/3,4`
 */
export function call<Request = Term, Answer = Term>(
  manager: gen.ServerRef,
  handler: Handler<any, any, Request, any>,
  request: NoInfer<Request>,
  timeout?: Timeout,
): Promise<Answer> {
  const args = timeout === undefined ? [manager, handler, request] : [manager, handler, request, timeout]
  const form = ['gen_event', 'call', args] as const
  return gen.call(manager, ['$gen_call', ['call', handler, request]], timeout ?? 5_000, form)
}

/**
 * Sends a call to one handler, without waiting: what it gives can be looked at or waited for later, as the answer of
 * any `send_request`.
 *
 * @param collection - a label, and requests to which this one is to be added
 * @returns the request; or the requests, this one among them
 * @see OTP: `gen_event:send_request/3,5`
 */
export function send_request<Request = Term, Answer = Term>(
  manager: gen.ServerRef,
  handler: Handler<any, any, Request, any>,
  request: NoInfer<Request>,
): RequestId<Answer>
export function send_request<Request = Term>(
  manager: gen.ServerRef,
  handler: Handler<any, any, Request, any>,
  request: NoInfer<Request>,
  ...collection: readonly [label: Term, requests: Requests]
): Requests
export function send_request(
  manager: gen.ServerRef,
  handler: Handler,
  request: Term,
  ...collection: readonly [label: Term, requests: Requests] | readonly []
): Term {
  const id = start_request(manager, '$gen_call', ['call', handler, request])
  return collection.length === 0 ? id : reqids_add(id, ...collection)
}

// ---- Internals

/** Whether it is a name that nobody has; of a process on another node that is not known. */
function has_no_bearer(manager: gen.ServerRef): boolean {
  const is_elsewhere = Array.isArray(manager) && manager.length === 2 && manager[0] !== 'global'
  return !is_elsewhere && whereis_server(manager) === undefined
}

/** All managers begin alike; what reports call them is their name. */
const no_callbacks = { module: 'gen_event' }

function arguments_of(asked: StartArguments): gen.StartArguments<typeof no_callbacks, Term> {
  if (!Array.isArray(asked[0])) return [no_callbacks, undefined, asked[0] as gen.StartOptions | undefined]
  const [name, options] = asked as readonly [gen.ServerName, gen.StartOptions?]
  return [name, no_callbacks, undefined, options]
}

async function ask(manager: gen.ServerRef, request: Term): Promise<Term> {
  try {
    return await gen.call(manager, ['$gen_call', request], 'infinity', [
      'gen_event',
      'call',
      [manager, request],
    ])
  } catch (thrown) {
    throw thrown instanceof Exit && Array.isArray(thrown.reason) ? new Exit(thrown.reason[0]) : thrown
  }
}

function init_it(
  _callbacks: typeof no_callbacks,
  _args: Term,
  parent: Pid | undefined,
  extras: Extras | undefined,
): void {
  const process = current()
  process.trap_exit = true
  process.initial_call = ['gen_event', 'init_it', 6]
  const manager = new EventManager(process, parent, extras)
  gen.started(process)
  process.become(manager)
}
