// Suspending processes and letting them go on: for debugging.

import { Pid } from './pid.ts'
import { current, type Process, type Resource } from './process.ts'
import { Exit, type Term } from './term.ts'

/** OTP: the options of `erlang:suspend_process/2`. */
export interface SuspendOptions {
  /** Sends `[tag, 'suspended']`, or `[tag, 'exited']`, to the one who suspends; with `true` nothing is sent. */
  readonly asynchronous?: Term
  /** Does nothing if the running process has suspended it already. */
  readonly unless_suspending?: boolean
}

/**
 * Suspends another process: messages to it stay in its mailbox, it is woken by nothing, and one that is awaiting
 * something outside goes no further than its next `receive`. What is in the middle of a callback finishes that
 * first. It goes on when each `suspend_process` was answered by a {@link resume_process}, or when those who
 * suspended it have ended. It can be ended meanwhile.
 *
 * @returns false only if `unless_suspending` kept it from counting once more
 * @throws {@link Exit} `'badarg'` for the running process itself, for one that has ended unless `asynchronous`, and
 *   for options that there are not
 * @see OTP: `erlang:suspend_process/1,2`
 */
export function suspend_process(pid: Pid, options: SuspendOptions = {}): boolean {
  const { asynchronous, unless_suspending = false, ...unknown } = options
  const suspender = current()
  if (!(pid instanceof Pid) || pid === suspender.pid || Object.keys(unknown).length > 0)
    throw new Exit('badarg')
  const tell = (what: 'suspended' | 'exited') => {
    if (asynchronous !== true) suspender.deliver([asynchronous, what])
  }
  const process = pid.entity as Process | undefined
  if (process === undefined) {
    if (asynchronous === undefined) throw new Exit('badarg')
    tell('exited')
    return true
  }
  const counts = suspensions_of(suspender)
  const before = counts.get(pid) ?? 0
  if (before > 0 && unless_suspending) return false
  counts.set(pid, before + 1)
  if (before === 0) {
    process.rare.suspenders++
    process.suspend()
  }
  if (asynchronous !== undefined) tell('suspended')
  return true
}

/**
 * Takes back one {@link suspend_process} of the running process.
 *
 * @throws {@link Exit} `'badarg'` when it has not suspended that one, or that one has ended
 * @see OTP: `erlang:resume_process/1`
 */
export function resume_process(pid: Pid): true {
  const counts = current().rarities?.suspending
  const count = counts?.get(pid)
  if (counts === undefined || count === undefined || pid.entity === undefined) throw new Exit('badarg')
  if (count > 1) {
    counts.set(pid, count - 1)
    return true
  }
  counts.delete(pid)
  let_go_on(pid)
  return true
}

/** Whom a process has suspended, and how often, without those that have ended. The first time it comes to own them: with it their suspension ends. */
function suspensions_of(suspender: Process): Map<Pid, number> {
  const { rare } = suspender
  if (rare.suspending === undefined) {
    rare.suspending = new Map()
    suspender.own(new Suspensions(rare.suspending))
  }
  for (const pid of rare.suspending.keys()) if (pid.entity === undefined) rare.suspending.delete(pid)
  return rare.suspending
}

class Suspensions implements Resource {
  readonly #counts: ReadonlyMap<Pid, number>

  constructor(counts: ReadonlyMap<Pid, number>) {
    this.#counts = counts
  }

  release(): void {
    for (const pid of this.#counts.keys()) let_go_on(pid)
  }
}

function let_go_on(pid: Pid): void {
  const process = pid.entity as Process | undefined
  if (process !== undefined && --process.rare.suspenders === 0) process.resume()
}
