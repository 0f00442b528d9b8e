// A server: a process that holds a state, answers calls, and takes casts and any other message, one at a time.

import { hibernate_after } from '../erlang/drowsiness.ts'
import { node } from '../erlang/links.ts'
import type { Pid } from '../erlang/pid.ts'
import { current } from '../erlang/process.ts'
import { Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import * as gen from './gen.ts'
import { check_registered } from './gen_names.ts'
import { type RequestId, type Requests, reqids_add, start_request } from './gen_request.ts'
import type { Callbacks, Next } from './gen_server_callbacks.ts'
import { Server } from './gen_server_loop.ts'
import type {
  AnswerOf,
  CallOf,
  CastOf,
  FromOf,
  PidOf,
  ServerOf,
  Serves,
  UntypedServer,
} from './gen_server_protocol.ts'
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
export type { Callbacks, InitResult, Next, NoReply, Reply, Status } from './gen_server_callbacks.ts'
export {
  type AnswerOf,
  type CallbacksOf,
  type CallOf,
  type CastOf,
  type ClausesOf,
  clauses,
  type FromOf,
  type Protocol,
  ref,
  type ServerOf,
} from './gen_server_protocol.ts'

/** How a process enters the loop of a server. OTP: `gen_server:enter_loop_opt()`. */
export type EnterLoopOptions = Pick<gen.StartOptions, 'debug' | 'hibernate_after'>

/** What a server is started with; callbacks that keep to a protocol say so, and then the server is known to have it. */
type StartArguments<Args, Declared> = gen.StartArguments<
  Callbacks<any, any, any, Args> & Serves<Declared>,
  Args
>

// ---- API

/**
 * Starts a server that is linked to nobody.
 *
 * Takes `(callbacks, args?, options?)` or `(name, callbacks, args?, options?)`, where the name is `['local', name]`,
 * `['global', name]` or `['via', module, name]`.
 *
 * @returns `['ok', pid]` once `init` is done; `'ignore'`; or `['error', reason]`:
 *   - `['already_started', pid]`: the name is taken
 *   - `'timeout'`: `init` took longer than `options.timeout`, and the process was killed
 *   - the reason that `init` gave, or with which it crashed
 * @throws {@link Exit} `['badarg', …]` for a name or an option that is none
 * @see OTP: `gen_server:start/3,4`
 */
export const start = <Args = Term, Declared = unknown>(
  ...asked: StartArguments<Args, Declared>
): Promise<gen.StartResult<PidOf<Pid, Declared>>> =>
  gen.start_behaviour('nolink', init_it, asked) as Promise<gen.StartResult<Term>>

/**
 * As {@link start}, and linked to the running process, its parent, with which it ends: if it traps exits, after
 * `terminate` was called. A parent that does not trap exits goes down with a server whose `init` fails.
 *
 * @see OTP: `gen_server:start_link/3,4`
 */
export const start_link = <Args = Term, Declared = unknown>(
  ...asked: StartArguments<Args, Declared>
): Promise<gen.StartResult<PidOf<Pid, Declared>>> =>
  gen.start_behaviour('link', init_it, asked) as Promise<gen.StartResult<Term>>

/** As {@link start}, and monitored: gives `['ok', [pid, ref]]`. OTP: `gen_server:start_monitor/3,4`. */
export const start_monitor = <Args = Term, Declared = unknown>(
  ...asked: StartArguments<Args, Declared>
): Promise<gen.StartMonitorResult<PidOf<Pid, Declared>>> =>
  gen.start_behaviour_monitor(init_it, asked) as Promise<gen.StartMonitorResult<Term>>

/**
 * Makes a synchronous call: `handle_call` gets the request. What a server that keeps to a protocol is asked is checked
 * against it, as is its answer.
 *
 * @param timeout - milliseconds. Default: 5000
 * @throws {@link Exit} `[reason, ['gen_server', 'call', [server, request, timeout]]]` (without the timeout, when
 *   none was given), where the reason is `'noproc'`, `'timeout'`, `'calling_self'`, `['nodedown', node]`, or why the
 *   server ended
 * @see OTP: `gen_server:call/2,3`
 */
export function call<Declared, const Request extends CallOf<Declared>>(
  server: ServerOf<Declared>,
  request: Request,
  timeout?: Timeout,
): Promise<AnswerOf<Declared, Request>>
export function call<Answer = Term>(server: UntypedServer, request: Term, timeout?: Timeout): Promise<Answer>
export function call(server: gen.ServerRef, request: Term, timeout?: Timeout): Promise<Term> {
  const args = timeout === undefined ? [server, request] : [server, request, timeout]
  const form = ['gen_server', 'call', args] as const
  return gen.call(server, ['$gen_call', request], timeout ?? 5_000, form)
}

/** Sends a request that is not answered: `handle_cast` gets it, if the server is there. OTP: `gen_server:cast/2`. */
export function cast<Declared>(server: ServerOf<Declared>, request: CastOf<Declared>): 'ok'
export function cast(server: UntypedServer, request: Term): 'ok'
export function cast(server: gen.ServerRef, request: Term): 'ok' {
  return gen.cast(server, '$gen_cast', request)
}

/**
 * Answers a call for which `handle_call` gave no reply; any process may do that.
 *
 * @see OTP: `gen_server:reply/2`
 */
export const reply = <Answer>(from: FromOf<Answer>, answer: NoInfer<Answer>): 'ok' => gen.reply(from, answer)

/**
 * Makes a call without waiting for what comes of it: `wait_response` and `receive_response` do that, or
 * `check_response` tells whether a message that was received is about it.
 *
 * @param label - with a collection of requests: what the request is called in there
 * @returns the request; with a collection, that with the request in it
 * @see OTP: `gen_server:send_request/2,4`
 */
export function send_request<Declared, const Request extends CallOf<Declared>>(
  server: ServerOf<Declared>,
  request: Request,
): RequestId<AnswerOf<Declared, Request>>
export function send_request<Answer = Term>(server: UntypedServer, request: Term): RequestId<Answer>
export function send_request<Declared>(
  server: ServerOf<Declared>,
  request: CallOf<Declared>,
  label: Term,
  requests: Requests,
): Requests
export function send_request(server: UntypedServer, request: Term, label: Term, requests: Requests): Requests
export function send_request(server: gen.ServerRef, request: Term, label?: Term, requests?: Requests): Term {
  const id = start_request(server, '$gen_call', request)
  return requests === undefined ? id : reqids_add(id, label, requests)
}

/**
 * Calls the servers of one name on several nodes; there is but one node.
 *
 * @param asked - `(name, request)` or `(nodes, name, request, timeout?)`, in milliseconds. Default: no limit
 * @returns `[replies, bad_nodes]`: pairs of a node and its answer, and the nodes that gave none
 * @see OTP: `gen_server:multi_call/2,3,4`
 */
export async function multi_call(
  ...asked: readonly [name: string, Term] | readonly [nodes: readonly string[], string, Term, Timeout?]
): Promise<[replies: (readonly [node: string, Term])[], bad_nodes: string[]]> {
  const [nodes, name, request, timeout = 'infinity'] =
    typeof asked[0] === 'string'
      ? [[node()], asked[0], asked[1] as Term]
      : (asked as readonly [Term, string, Term, Timeout?])
  const replies: (readonly [string, Term])[] = []
  const bad_nodes: string[] = []
  const one = async (on_node: string) => {
    try {
      replies.push([on_node, await call([name, on_node], request, timeout)])
    } catch {
      bad_nodes.push(on_node)
    }
  }
  await Promise.all(nodes.map(one))
  return [replies, bad_nodes]
}

/**
 * Casts to the servers of one name on several nodes; there is but one node.
 *
 * @param asked - `(name, request)` or `(nodes, name, request)`
 * @see OTP: `gen_server:abcast/2,3`
 */
export function abcast(
  ...asked: readonly [name: string, Term] | readonly [nodes: readonly string[], string, Term]
): 'abcast' {
  const [nodes, name, request]: readonly Term[] = asked.length === 2 ? [[node()], ...asked] : asked
  for (const one of nodes) cast([name, one], request)
  return 'abcast'
}

/**
 * Asks the server to end with `reason`, by way of `terminate`, and waits until it has.
 *
 * @param timeout - milliseconds. Default: no limit
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 * @see OTP: `gen_server:stop/1,3`
 */
export const stop = (server: gen.ServerRef, reason: Reason = 'normal', timeout?: Timeout): Promise<'ok'> =>
  proc_lib.stop(server, reason, timeout)

/**
 * Makes the running process, which `proc_lib` has started, a server; it does not come back. Its parent is who
 * started it.
 *
 * @param asked - `(callbacks, options, state)`, and then the name that the process has, what comes next, or both
 * @throws {@link Exit} `'process_was_not_started_by_proc_lib'`; `'process_not_registered'` when it has not that name
 * @see OTP: `gen_server:enter_loop/3,4,5`
 */
export async function enter_loop<State>(
  callbacks: Callbacks<State, any, any, any>,
  options: EnterLoopOptions,
  state: State,
  ...asked: readonly [Next?] | readonly [gen.ServerName, Next?]
): Promise<never> {
  const process = current()
  if (process.ancestors === undefined) throw new Exit('process_was_not_started_by_proc_lib')
  const named = Array.isArray(asked[0]) && asked[0][0] !== 'continue'
  const name = named ? (asked[0] as gen.ServerName) : undefined
  if (name !== undefined) check_registered(name, process.pid)
  const server = new Server(process, callbacks, process.parent, gen.extras_of(name, options))
  const next = (named ? asked[1] : asked[0]) ?? 'infinity'
  if (!server.begin(state, next)) throw new Exit(['badarg', next])
  hibernate_after(process, options.hibernate_after ?? 'infinity')
  process.become(server)
  return new Promise(() => {})
}

// ---- Internals

async function init_it(
  callbacks: Callbacks,
  args: Term,
  parent: Pid | undefined,
  extras: Extras | undefined,
): Promise<void> {
  const process = current()
  const result = await gen.call_init(given => callbacks.init(given), args)
  if (result.length > 3) gen.bad_init(result)
  const server = new Server(process, callbacks, parent, extras)
  const [, state, next] = result
  if (!server.begin(state, result.length === 3 ? next : 'infinity')) gen.bad_init(result)
  gen.started(process)
  process.become(server)
}
