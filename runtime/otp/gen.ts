// What all behaviours share: being started, under a name or not, and being called.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import { deep_freeze, freezes_messages } from '../erlang/debug.ts'
import { hibernate_after } from '../erlang/drowsiness.ts'
import { demonitor } from '../erlang/links.ts'
import type { Pid, Ref } from '../erlang/pid.ts'
import { add_monitor, current, Monitor, type Process, stop_monitor, type Waiter } from '../erlang/process.ts'
import { context, running } from '../erlang/self.ts'
import type { SpawnOptions } from '../erlang/spawn.ts'
import { Exit, is_a, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import { max_delay } from '../erlang/timer_wheel.ts'
import { name_or_pid } from './crash_report.ts'
import {
  check_name,
  leave_name,
  other_node,
  type ServerName,
  type ServerRef,
  take_name,
  whereis_server,
  who_has,
} from './gen_names.ts'
import { init_ack, init_fail, start, start_link, start_monitor } from './proc_lib.ts'
import { type DebugOption, debug_options, type Extras } from './sys_debug.ts'

export type { ServerName, ServerRef, ViaModule } from './gen_names.ts'

/** Who called, and which call: what {@link reply} needs. OTP: `gen_server:from()`. */
export type From = readonly [caller: Pid, tag: Term]

/** A callback's result, at once or by a promise; the process handles no other message until that settles. */
export type Promised<Value> = Value | PromiseLike<Value>

/** How a behaviour is started. OTP: `gen_server:start_opt()`. */
export interface StartOptions {
  /** Milliseconds that `init` may take; then the process is killed. Default: no limit. */
  readonly timeout?: Timeout | undefined
  /** What `sys` shows of it from the start on. */
  readonly debug?: readonly DebugOption[]
  /**
   * Milliseconds without a message after which it hibernates, or less than twice as many. It then lets go of what only
   * makes its next message faster: a behaviour that waits has no stack and no heap of its own. Default: never
   */
  readonly hibernate_after?: Timeout
  /** How its process is spawned; whether it is linked or monitored, the function that starts it says. */
  readonly spawn_opt?: Omit<SpawnOptions, 'link' | 'monitor'>
}

/** What starts a behaviour gives: its pid, or why there is none. OTP: `gen_server:start_ret()`. */
export type StartResult<Started = Pid> = readonly ['ok', Started] | 'ignore' | readonly ['error', Reason]
/** The same with a monitor, made before it could end. OTP: `gen_server:start_mon_ret()`. */
export type StartMonitorResult<Started = Pid> =
  | readonly ['ok', readonly [Started, Ref]]
  | 'ignore'
  | readonly ['error', Reason]

/** What the functions that start a behaviour take: a name or none, the callbacks, arguments, options. */
export type StartArguments<Callbacks, Args> =
  | readonly [callbacks: Callbacks, args?: NoInfer<Args>, options?: StartOptions | undefined]
  | readonly [
      name: ServerName,
      callbacks: Callbacks,
      args?: NoInfer<Args>,
      options?: StartOptions | undefined,
    ]

/**
 * A behaviour as {@link start_behaviour} sees it: runs `init` and goes on as a loop, which keeps `extras`: what was
 * asked for by options or by its name, if anything was.
 */
export type InitIt<Callbacks> = (
  callbacks: Callbacks,
  args: Term,
  parent: Pid | undefined,
  extras: Extras | undefined,
) => Promised<void>

// ---- Starting

/**
 * Starts a behaviour.
 *
 * @returns `['ok', pid]` once it is ready; `'ignore'`; `['error', reason]`, which is
 *   `['already_started', pid]` when the name is taken and `'timeout'` when it took too long
 * @throws {@link Exit} `'badarg'` for a name or an option that is none
 * @see OTP: `gen:start/6`
 */
export async function start_behaviour<Callbacks>(
  how: 'nolink' | 'link',
  init_it: InitIt<Callbacks>,
  asked: StartArguments<Callbacks, Term>,
): Promise<StartResult> {
  const { taken, timeout, spawn_opt, body } = plan(how, init_it, asked)
  if (taken) return ['error', ['already_started', taken]]
  return how === 'link' ? start_link(body, [], timeout, spawn_opt) : start(body, [], timeout, spawn_opt)
}

/** As {@link start_behaviour}, with a monitor instead of a link; gives `['ok', [pid, ref]]`. */
export async function start_behaviour_monitor<Callbacks>(
  init_it: InitIt<Callbacks>,
  asked: StartArguments<Callbacks, Term>,
): Promise<StartMonitorResult> {
  const { taken, timeout, spawn_opt, body } = plan('nolink', init_it, asked)
  if (taken) return ['error', ['already_started', taken]]
  const [result, ref] = await start_monitor(body, [], timeout, spawn_opt)
  if (result[0] === 'ok') return ['ok', [result[1], ref]]
  demonitor(ref, { flush: true })
  return result
}

function plan<Callbacks>(how: 'nolink' | 'link', init_it: InitIt<Callbacks>, asked: readonly Term[]) {
  const named = Array.isArray(asked[0])
  const [callbacks, args, options = {}] = named ? asked.slice(1) : asked
  const name = named ? check_name(asked[0]) : undefined
  const { timeout, spawn_opt, hibernate_after: idle } = options as StartOptions
  const extras = extras_of(name, options)
  const body = () => {
    const process = current()
    process.initial_call = initial_call(callbacks)
    if (name !== undefined) bear(name, process)
    if (idle !== undefined) hibernate_after(process, idle)
    return init_it(callbacks, args, how === 'link' ? process.parent : undefined, extras)
  }
  return { taken: name && who_has(name), timeout, spawn_opt, body }
}

const known_options = new Set(['timeout', 'debug', 'hibernate_after', 'spawn_opt'])

/** @throws {@link Exit} `['badarg', option]` */
function check_options({ hibernate_after: idle = 'infinity', spawn_opt, ...others }: StartOptions): void {
  for (const option of Object.keys(others)) {
    if (!known_options.has(option)) throw new Exit(['badarg', option])
  }
  if (idle !== 'infinity' && !(idle >= 0 && idle <= max_delay)) throw new Exit(['badarg', 'hibernate_after'])
  if (spawn_opt !== undefined && ('link' in spawn_opt || 'monitor' in spawn_opt))
    throw new Exit(['badarg', 'spawn_opt'])
}

/**
 * What a behaviour keeps of its name and options, if there is anything to keep.
 *
 * @throws {@link Exit} `'badarg'` and which option, for one that is none
 */
export function extras_of(name: ServerName | undefined, options: StartOptions): Extras | undefined {
  check_options(options)
  const debug = options.debug && debug_options(options.debug)
  const other_name = name === undefined || name[0] === 'local' ? undefined : name.at(-1)
  return debug === undefined && other_name === undefined ? undefined : { debug, name: other_name }
}

/** The names of those that have others than local ones, while their `init` runs. */
const names_at_start = new WeakMap<Process, ServerName>()

function bear(name: ServerName, process: Process): void {
  if (!take_name(name, process.pid)) {
    init_fail(['error', ['already_started', who_has(name)]], new Exit('normal'))
  }
  names_at_start.set(process, name)
}

/** What reports call a behaviour's callbacks: their `module`, if they have it. */
export const module_of = (callbacks: { readonly module?: string }): string => callbacks.module ?? 'callbacks'

const initial_calls = new WeakMap<object, Term>()

/** One term for all processes with the same callbacks, since they may be many. */
function initial_call(callbacks: object): Term {
  let call = initial_calls.get(callbacks)
  if (call === undefined) {
    call = [module_of(callbacks), 'init', 1]
    initial_calls.set(callbacks, call)
  }
  return call
}

/**
 * Calls a behaviour's `init` and sorts out what is no start: the starter is told, and the process ends.
 *
 * @param bad - what to call a result that no `init` may give
 * @returns the result, which is a tuple that starts with `'ok'`
 */
export async function call_init(
  init: (args: Term) => Term,
  args: Term,
  bad = 'bad_return_value',
): Promise<readonly ['ok', ...Term[]]> {
  let result: Term
  try {
    result = init(args)
    if (is_promise(result)) result = await result
  } catch (thrown) {
    if (is_a(thrown, Exit)) fail_to_start(['error', thrown.reason], thrown)
    if (is_a(thrown, Error)) fail_to_start(['error', thrown], thrown)
    result = thrown
  }
  if (result === 'ignore') fail_to_start(result, new Exit('normal'))
  if (!Array.isArray(result)) bad_init(result, bad)
  if (result[0] === 'ok' && result.length > 1) return result as ['ok', ...Term[]]
  if (result.length !== 2) bad_init(result, bad)
  if (result[0] === 'stop') fail_to_start(['error', result[1]], new Exit(result[1]))
  if (result[0] === 'error') fail_to_start(['error', result[1]], new Exit('normal'))
  bad_init(result, bad)
}

/** Ends a process whose `init` gave what no `init` may give. */
export function bad_init(result: Term, bad = 'bad_return_value'): never {
  const reason = [bad, result]
  return fail_to_start(['error', reason], new Exit(reason))
}

/** The process is ready: its starter gets `['ok', pid]`. */
export const started = (process: Process): 'ok' => init_ack(['ok', process.pid])

/** The name is free again before the starter hears of the failure, so that it can try once more. */
function fail_to_start(result: Term, error: unknown): never {
  const name = names_at_start.get(current())
  if (name !== undefined) leave_name(name)
  return init_fail(result, error)
}

/**
 * Whether a callback gave a promise of its result. Results are mostly tuples and atoms; what cannot be looked at is no
 * promise.
 */
export function is_promise(result: Term): result is PromiseLike<Term> {
  if (typeof result !== 'object' || result === null) return false
  try {
    return !Array.isArray(result) && typeof result.then === 'function'
  } catch {
    return false
  }
}

// ---- Calling

/** The form of a call, for the exit reason when it fails. OTP: `{Module, call, Args}`. */
export type CallForm = readonly [module: string, function_: string, args: readonly Term[]]

/**
 * Sends a process `[label, from, request]` and waits for its reply. Neither a late reply nor a late `DOWN` message
 * is ever left in the mailbox.
 *
 * @param form - what failed, if it fails
 * @throws {@link Exit} `[reason, form]`: `'noproc'`, `'timeout'`, `'calling_self'`, or why the callee ended
 * @see OTP: `gen:call/4`
 */
export function call(
  server: ServerRef,
  [label, request]: readonly [label: string, request: Term],
  timeout: Timeout,
  form: CallForm,
): Promise<Term> {
  const running_now = running()
  if (running_now?.alive === false) return new Promise(() => {})
  try {
    const caller = (running_now ?? current()) as Process
    if (freezes_messages()) deep_freeze(request)
    const callee = process_of(server)
    if (callee === undefined) throw new Exit([nobody(server), form])
    if (callee === caller) throw new Exit(['calling_self', form])
    if (timeout !== 'infinity' && !(timeout >= 0 && timeout <= max_delay)) throw new Exit(['badarg', form])
    return new Promise((resolve, reject) => {
      const call = new Call(caller, callee, form, resolve, reject)
      callee.deliver_and_wait([label, [caller.pid, call], request])
      call.limit(timeout)
    })
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Answers a call, from whatever process; an answer that comes too late is dropped.
 *
 * @see OTP: `gen_server:reply/2`
 */
export function reply(from: From, answer: Term): 'ok' {
  if (running()?.alive === false) context()
  if (freezes_messages()) deep_freeze(answer)
  const [caller, tag] = from
  const destination = tag instanceof Asked ? tag.alias : caller.entity
  destination?.deliver([tag, answer])
  return 'ok'
}

export const process_of = (server: ServerRef): Process | undefined =>
  whereis_server(server)?.entity as Process | undefined

/** Why there is nobody to call. */
const nobody = (server: ServerRef): Reason => {
  const elsewhere = other_node(server)
  return elsewhere === undefined ? 'noproc' : ['nodedown', elsewhere]
}

/** What was asked, and is monitored: it is the tag of the request, and as long as it is an alias, replies come to it. */
export abstract class Asked extends Monitor {}

/** A call on its way: the monitor on the callee, the alias for the reply, and the waiter, in one. */
class Call extends Asked implements Waiter {
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  readonly #form: CallForm
  readonly #resolve: (answer: Term) => void
  readonly #reject: (error: Exit) => void
  #timer: Timer | undefined = undefined
  #message: Term = undefined

  constructor(
    caller: Process,
    callee: Process,
    form: CallForm,
    resolve: (answer: Term) => void,
    reject: (error: Exit) => void,
  ) {
    super(caller, callee, callee.pid)
    this.#form = form
    this.#resolve = resolve
    this.#reject = reject
    this.alias = caller
    add_monitor(this)
    caller.park(this)
  }

  /** Waits so long, unless the answer is there already. */
  limit(timeout: Timeout): void {
    if (timeout === 'infinity' || this.#message !== undefined) return
    if (this.watcher.alive) this.#timer = set_timer(timeout, () => this.#late())
  }

  wants(message: Term): boolean {
    if (!Array.isArray(message)) return false
    return message[0] === this || (message[1] === this && message[0] === 'DOWN')
  }

  take(message: Term): void {
    this.#message = message
    this.drop()
    stop_monitor(this)
  }

  /** Whose call it is, and what is called: for who watches. */
  get process(): Process {
    return this.watcher
  }

  get waits_for(): CallForm {
    return this.#form
  }

  run(): void {
    if (!this.watcher.alive || this.watcher.hold(this)) return
    if (this.#message[0] === this) this.#resolve(this.#message[1])
    else this.#reject(new Exit([this.#message[4], this.#form]))
  }

  drop(): void {
    this.alias = undefined
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  /** A caller that is suspended sees its reply before it finds that the time is over. */
  #late(): void {
    if (this.#message !== undefined || this.watcher.hold({ run: () => this.#late() })) return
    this.watcher.unpark(this)
    this.drop()
    stop_monitor(this)
    this.#reject(new Exit(['timeout', this.#form]))
  }
}

// ---- Messages

/** Sends `[label, message]` to a process, if it is there. */
export function cast(server: ServerRef, label: string, message: Term): 'ok' {
  if (running()?.alive === false) context()
  if (freezes_messages()) deep_freeze(message)
  process_of(server)?.deliver([label, message])
  return 'ok'
}

/** Who made a call that was the last, for reports: OTP tells also where that one is, which cannot be known here. */
export function client_info([client]: From): readonly [Pid, Pid | string] {
  return [client, client.entity === undefined ? 'dead' : name_or_pid(client)]
}
