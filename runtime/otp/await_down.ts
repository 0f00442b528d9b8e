// Waiting for processes to end: for those who stop others, and have to know that it happened.

import { clear_timer, set_timer, type Timer } from '../erlang/alarm.ts'
import type { Pid } from '../erlang/pid.ts'
import {
  current,
  type Monitor,
  type Process,
  start_monitor,
  stop_monitor,
  type Waiter,
} from '../erlang/process.ts'
import type { Reason, Term, Timeout } from '../erlang/term.ts'

/**
 * Does to each process what should make it end, and waits until it has.
 *
 * @param timeout - milliseconds for all of them together
 * @param exits - whether messages `EXIT` that come from the processes meanwhile are taken away, or kept: the running
 *   process may be linked to them
 * @returns why each one ended; those that did not in time are missing
 */
export function await_down(
  pids: Iterable<Pid>,
  timeout: Timeout,
  provoke: (pid: Pid) => void,
  exits: 'taken' | 'kept' = 'taken',
): Promise<Map<Pid, Reason>> {
  const process = current()
  return new Promise(resolve => new Wake(process, exits, resolve).begin(pids, timeout, provoke))
}

/** Takes messages `EXIT` of processes that have ended out of the mailbox, all in one go, and notes their reasons. */
export function take_exits(pids: ReadonlySet<Pid>, reasons: Map<Pid, Reason>): void {
  const { mailbox } = current()
  const messages = mailbox.messages()
  mailbox.clear()
  for (const message of messages) {
    const found = Array.isArray(message) && message[0] === 'EXIT' && pids.has(message[1])
    if (found) reasons.set(message[1], message[2])
    else mailbox.push(message)
  }
}

class Wake implements Waiter {
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  readonly process: Process
  readonly #exits: 'taken' | 'kept'
  readonly #resolve: (ended: Map<Pid, Reason>) => void
  readonly #ended = new Map<Pid, Reason>()
  readonly #living = new Map<Pid, Monitor>()
  #timer: Timer | undefined = undefined

  constructor(process: Process, exits: 'taken' | 'kept', resolve: (ended: Map<Pid, Reason>) => void) {
    this.process = process
    this.#exits = exits
    this.#resolve = resolve
  }

  begin(pids: Iterable<Pid>, timeout: Timeout, provoke: (pid: Pid) => void): void {
    const gone = new Set<Pid>()
    for (const pid of pids) {
      if (pid.entity === undefined) gone.add(pid)
      else this.#living.set(pid, start_monitor(this.process, pid.entity as Process))
    }
    if (gone.size > 0) this.#look_back(gone)
    this.process.park(this)
    for (const pid of [...this.#living.keys()]) provoke(pid)
    if (this.#living.size === 0) this.#finish()
    else if (timeout !== 'infinity') this.#timer = set_timer(timeout, () => this.#finish())
  }

  wants(message: Term): boolean {
    if (!Array.isArray(message)) return false
    if (message[0] === 'EXIT') return this.#exits === 'taken' && this.#living.has(message[1])
    return message[0] === 'DOWN' && this.#living.get(message[3]) === message[1]
  }

  take(message: Term): void {
    if (message[0] === 'DOWN') {
      this.#living.delete(message[3])
      this.#ended.set(message[3], message[4])
    }
    this.process.park(this)
  }

  run(): void {
    if (this.#living.size === 0) this.#finish()
  }

  drop(): void {
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }

  #finish(): void {
    this.drop()
    this.process.unpark(this)
    for (const monitor of this.#living.values()) stop_monitor(monitor)
    if (this.process.alive) this.#resolve(this.#ended)
  }

  /** Those that ended before may have left word in the mailbox. */
  #look_back(gone: ReadonlySet<Pid>): void {
    for (const pid of gone) this.#ended.set(pid, 'noproc')
    if (this.#exits === 'taken') take_exits(gone, this.#ended)
  }
}
