// Processes with a pedigree: they know their ancestors, tell their starter when they are ready, and are reported
// when they crash. All behaviours start so.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import type { MonitorOptions } from '../erlang/aliases.ts'
import { hibernate as hibernate_process } from '../erlang/hibernate.ts'
import { Pid, type Ref } from '../erlang/pid.ts'
import {
  current,
  type Monitor,
  start_monitor as monitor_process,
  type Process,
  stop_monitor,
  type Waiter,
} from '../erlang/process.ts'
import { process_info, put } from '../erlang/process_flags.ts'
import { type Body, check_spawn_options, type SpawnOptions, start as spawn_process } from '../erlang/spawn.ts'
import { Exit, matches, type Reason, reason_of, type Term, type Timeout } from '../erlang/term.ts'
import { await_down } from './await_down.ts'
import {
  crash_report,
  error_info,
  format_crash_report,
  is_orderly,
  label_key,
  name_or_pid,
} from './crash_report.ts'
import { type ServerRef, whereis_server } from './gen_names.ts'

/** OTP: the options of `proc_lib:start/5`; a link or a monitor is the function's business. */
export type StartSpawnOptions = Omit<SpawnOptions, 'link' | 'monitor'>

/**
 * Starts a process that runs `body(...args)`, as `spawn` does; it knows its ancestors, and a crash is reported.
 *
 * @see OTP: `proc_lib:spawn/3`
 */
export function spawn<Arguments extends readonly Term[]>(body: Body<Arguments>, ...args: Arguments): Pid {
  return begin(body as Body, args, {}).pid
}

/** As {@link spawn}, and links the two. OTP: `proc_lib:spawn_link/3`. */
export function spawn_link<Arguments extends readonly Term[]>(
  body: Body<Arguments>,
  ...args: Arguments
): Pid {
  return begin(body as Body, args, { link: true }).pid
}

/**
 * As {@link spawn}, with the options of `spawn_opt`.
 *
 * @returns the pid, or `[pid, ref]` with `monitor`
 * @see OTP: `proc_lib:spawn_opt/2`
 */
export function spawn_opt(
  body: Body<[]>,
  options: SpawnOptions & { readonly monitor: true | MonitorOptions },
): [Pid, Ref]
export function spawn_opt(body: Body<[]>, options: SpawnOptions): Pid
export function spawn_opt(body: Body<[]>, options: SpawnOptions): Pid | [Pid, Ref] {
  const process = begin(body as Body, [], options)
  return options.monitor ? [process.pid, process.monitored_by as Monitor] : process.pid
}

/**
 * Starts a process and waits until it has called {@link init_ack} or {@link init_fail}, or has ended.
 *
 * @param timeout - milliseconds; a process that is not ready by then is killed
 * @returns what the process gave; `['error', reason]` when it ended first, `['error', 'timeout']` when it was late
 * @see OTP: `proc_lib:start/4`
 */
export function start(
  body: Body,
  args: readonly Term[] = [],
  timeout: Timeout = 'infinity',
  options: StartSpawnOptions = {},
): Promise<Term> {
  return ready(begin(body, args, options), timeout, false)
}

/**
 * As {@link start}, and links the two. A starter that does not trap exits goes down with a process that fails;
 * one that does gets no `EXIT` message from it.
 *
 * @see OTP: `proc_lib:start_link/4`
 */
export function start_link(
  body: Body,
  args: readonly Term[] = [],
  timeout: Timeout = 'infinity',
  options: StartSpawnOptions = {},
): Promise<Term> {
  return ready(begin(body, args, { ...options, link: true }), timeout, false)
}

/**
 * As {@link start}, and monitors the process; the `DOWN` message comes also when it fails to start.
 *
 * @returns `[what start gives, ref]`
 * @see OTP: `proc_lib:start_monitor/4`
 */
export async function start_monitor(
  body: Body,
  args: readonly Term[] = [],
  timeout: Timeout = 'infinity',
  options: StartSpawnOptions = {},
): Promise<[result: Term, ref: Ref]> {
  const process = begin(body, args, options)
  const result = ready(process, timeout, true)
  const ref = process.monitored_by as Monitor
  return [await result, ref]
}

/**
 * Tells the starter of the running process that it is ready, and gives it `result`.
 *
 * @param asked - `(result)`, or `(starter, result)`
 * @see OTP: `proc_lib:init_ack/1,2`
 */
export function init_ack(...asked: readonly [result: Term] | readonly [starter: Pid, result: Term]): 'ok' {
  const process = current()
  const [starter, result] = asked.length === 2 ? asked : [process.parent, asked[0]]
  starter?.entity?.deliver(['ack', process.pid, result])
  return 'ok'
}

/**
 * Gives the starter `result` once the running process, which could not start, has ended because of `error`.
 *
 * @param asked - `(result, error)`, or `(starter, result, error)`
 * @throws `error`
 * @see OTP: `proc_lib:init_fail/2,3`
 */
export function init_fail(
  ...asked: readonly [result: Term, error: unknown] | readonly [starter: Pid, result: Term, error: unknown]
): never {
  const process = current()
  const [starter, result, error] = asked.length === 3 ? asked : [process.parent, ...asked]
  starter?.entity?.deliver(['nack', process.pid, result])
  throw error
}

/**
 * With what a process was started, such as `['counter', 'init', 1]`.
 *
 * @returns false for one that `proc_lib` has not started, or that has ended
 * @see OTP: `proc_lib:initial_call/1`
 */
export function initial_call(pid: Pid): Term {
  const process = pid.entity as Process | undefined
  return process?.ancestors === undefined ? false : process.initial_call
}

/**
 * As {@link initial_call}, and something for any process: for lists of them.
 *
 * @see OTP: `proc_lib:translate_initial_call/1`
 */
export const translate_initial_call = (pid: Pid): Term => initial_call(pid) || ['proc_lib', 'init_p', 5]

/** Says what the running process is, for those who look at it and for its crash report. OTP: `proc_lib:set_label/1`. */
export function set_label(label: Term): 'ok' {
  put(label_key, label)
  return 'ok'
}

/** What a process says that it is; undefined if it says nothing or has ended. OTP: `proc_lib:get_label/1`. */
export const get_label = (pid: Pid): Term => process_info(pid, 'label')?.[1]

/**
 * Lets go of all that the running process was about to do, and goes on with `body(...args)` once there is a message for
 * it; a crash of that is reported too.
 *
 * @returns a promise that never settles
 * @see OTP: `proc_lib:hibernate/3`
 */
export const hibernate = <Arguments extends readonly Term[]>(
  body: Body<Arguments>,
  ...args: Arguments
): Promise<never> => hibernate_process(live as Body, body, args)

/**
 * Asks a behaviour to end, and waits until it has.
 *
 * @param timeout - milliseconds
 * @throws {@link Exit} `'noproc'`; `'timeout'`; or why it ended, when that is not `reason`
 * @see OTP: `proc_lib:stop/3`
 */
export async function stop(
  server: ServerRef,
  reason: Reason = 'normal',
  timeout: Timeout = 'infinity',
): Promise<'ok'> {
  const pid = whereis_server(server)
  if (pid?.entity === undefined) throw new Exit('noproc')
  if (pid === current().pid) throw new Exit('calling_self')
  // The answer is for nobody: what counts is the end.
  const from = [new Pid(), pid]
  const ask = () => pid.entity?.deliver(['system', from, ['terminate', reason]])
  const ended = await await_down([pid], timeout, ask, 'kept')
  if (!ended.has(pid)) throw new Exit('timeout')
  const why = ended.get(pid)
  if (!matches(reason, why)) throw new Exit(why)
  return 'ok'
}

/**
 * A crash report as text, for people: the crasher, and the neighbours that it took along.
 *
 * @param report - what the report `['proc_lib', 'crash']` tells
 * @see OTP: `proc_lib:format/1`
 */
export const format = (report: Readonly<Record<string, Term>>): string => format_crash_report(report)

/** Ends a process of this make for what was thrown in it or for why it stops, with a report unless that is orderly. */
export function leave(process: Process, thrown: unknown): void {
  if (!process.alive) return
  const reason = reason_of(thrown)
  if (!is_orderly(reason)) crash_report(process, error_info(thrown))
  process.end(reason)
}

// ---- Internals

function begin(body: Body, args: readonly Term[], options: SpawnOptions): Process {
  check_spawn_options(options)
  const process = spawn_process(live as Body, [body, args], options)
  process.initial_call = ['proc_lib', body.name]
  process.ancestors = ancestors_of_children(process.parent?.entity as Process | undefined)
  return process
}

async function live(body: Body, args: readonly Term[]): Promise<void> {
  const process = current()
  try {
    await body(...args)
  } catch (error) {
    leave(process, error)
  }
}

const lineages = new WeakMap<Process, readonly (Pid | string)[]>()

/** What a process's children have as ancestors: one list for all of them, since they may be many. */
function ancestors_of_children(parent: Process | undefined): readonly (Pid | string)[] {
  if (parent === undefined) return []
  const known = lineages.get(parent)
  const called = name_or_pid(parent.pid)
  if (known !== undefined && known[0] === called) return known
  const lineage = [called, ...(parent.ancestors ?? [])]
  lineages.set(parent, lineage)
  return lineage
}

function ready(child: Process, timeout: Timeout, keep_monitor: boolean): Promise<Term> {
  const starter = current()
  return new Promise(resolve => new Start(starter, child, resolve).wait(timeout, keep_monitor))
}

/** A starter that waits for its child to be ready. */
class Start implements Waiter {
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  readonly #starter: Process
  readonly #child: Process
  readonly #resolve: (result: Term) => void
  readonly #monitor: Monitor
  #keep_monitor = false
  #timer: Timer | undefined = undefined
  #failure: Term = undefined
  #done = false
  #result: Term = undefined

  constructor(starter: Process, child: Process, resolve: (result: Term) => void) {
    this.#starter = starter
    this.#child = child
    this.#resolve = resolve
    this.#monitor = monitor_process(starter, child)
  }

  /** Who waits: for who watches. */
  get process(): Process {
    return this.#starter
  }

  get waits_for(): Term {
    return ['proc_lib', 'start', [this.#child.pid]]
  }

  wait(timeout: Timeout, keep_monitor: boolean): void {
    this.#keep_monitor = keep_monitor
    this.#starter.park(this)
    if (timeout === 'infinity') return
    this.#timer = set_timer(timeout, () => {
      this.#failure = ['error', 'timeout']
      this.#child.exit_signal(this.#starter.pid, 'kill', false)
    })
  }

  wants(message: Term): boolean {
    if (!Array.isArray(message)) return false
    if (message[0] === 'DOWN') return message[1] === this.#monitor
    return (
      message[1] === this.#child.pid &&
      (message[0] === 'ack' || message[0] === 'nack' || message[0] === 'EXIT')
    )
  }

  take(message: Term): void {
    const [tag] = message
    if (tag === 'nack') {
      // It is still to end; what it gave is the result once it has.
      this.#failure ??= message[2]
      this.#starter.park(this)
      return
    }
    if (tag === 'DOWN' && this.#keep_monitor) this.#starter.mailbox.push(message)
    const reason = tag === 'DOWN' ? message[4] : message[2]
    this.#finish(tag === 'ack' ? reason : (this.#failure ?? ['error', reason]))
  }

  #finish(result: Term): void {
    this.drop()
    if (!this.#keep_monitor) stop_monitor(this.#monitor)
    this.#result = result
    this.#done = true
  }

  drop(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  run(): void {
    if (this.#done && this.#starter.alive) this.#resolve(this.#result)
  }
}
