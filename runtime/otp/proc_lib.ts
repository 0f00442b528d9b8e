// Processes with a pedigree: they know their ancestors, tell their starter when they are ready, and are reported
// when they crash. All behaviours start so.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import { Pid, type Ref } from '../erlang/pid.ts'
import {
  current,
  type Monitor,
  start_monitor as monitor_process,
  type Process,
  reason_of,
  stop_monitor,
  type Waiter,
} from '../erlang/process.ts'
import { type Body, type SpawnOptions, spawn_opt } from '../erlang/spawn.ts'
import { Exit, matches, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import { await_down } from './await_down.ts'
import { crash_report, error_info, is_orderly, name_or_pid } from './crash_report.ts'
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

/** Tells the starter of the running process that it is ready, and gives it `result`. OTP: `proc_lib:init_ack/1`. */
export function init_ack(result: Term): 'ok' {
  const process = current()
  process.parent?.entity?.deliver(['ack', process.pid, result])
  return 'ok'
}

/**
 * Gives the starter `result` once the running process, which could not start, has ended because of `error`.
 *
 * @throws `error`
 * @see OTP: `proc_lib:init_fail/2`
 */
export function init_fail(result: Term, error: unknown): never {
  const process = current()
  process.parent?.entity?.deliver(['nack', process.pid, result])
  throw error
}

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
  const ended = await await_down([pid], timeout, () =>
    pid.entity?.deliver(['system', from, ['terminate', reason]]),
  )
  if (!ended.has(pid)) throw new Exit('timeout')
  const why = ended.get(pid)
  if (!matches(reason, why)) throw new Exit(why)
  return 'ok'
}

/** Ends a process of this make for what was thrown in it or for why it stops, with a report unless that is orderly. */
export function leave(process: Process, thrown: unknown): void {
  if (!process.alive) return
  const reason = reason_of(thrown)
  if (!is_orderly(reason)) crash_report(process, error_info(thrown))
  process.end(reason)
}

// ---- Internals

function begin(body: Body, args: readonly Term[], options: SpawnOptions): Process {
  const pid = spawn_opt(() => live(body, args), options)
  const process = pid.entity as Process
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
