// What takes part in a process: who waits in it, a behaviour that runs on it, and what it owns.

import { type Few, members } from './few.ts'
import type { Pid } from './pid.ts'
import { report } from './report.ts'
import type { Task } from './scheduler.ts'
import { type Context, type Entrance, entrance_of, run_outside } from './self.ts'
import type { Reason, Term } from './term.ts'

/** One who waits for a message inside a process: a `receive`, or a call that awaits its reply. */
export interface Waiter extends Task {
  wants(message: Term): boolean
  /** Hands over the message; `run` then lets the waiter go on. */
  take(message: Term): void
  /** The process ended: whatever the waiter holds outside is let go. */
  drop(): void
  next: Waiter | undefined
  /** The one before; of the first one, the last. */
  previous: Waiter | undefined
  /** What it waits for, where more can be told than that it is a message. */
  readonly waits_for?: Term
}

/** A behaviour without a stack of its own: the scheduler calls it with one message at a time. */
export interface Loop {
  /** A handler that returns a promise parks its process until it settles. */
  handle(message: Term): undefined | PromiseLike<void>
  /** Whether there is something to do, by {@link go_on}, before the next message. */
  readonly pending?: boolean
  go_on?(): undefined | PromiseLike<void>
  /** The process ended: what the loop holds outside is let go. */
  drop?(): void
}

/** What ends with the process that owns it. */
export interface Resource {
  /** Called once, outside any process. */
  release(): void
  /** A loop of the process is about to run, for the first time or after it has hibernated. */
  awakes?(): void
}

/** Makes the way into a process whose loop is about to run and that has none, or that has let go of it. */
export function awake(process: Context & { readonly owned: Few<Resource> }): Entrance {
  for (const resource of members(process.owned)) resource.awakes?.()
  return entrance_of(process)
}

/** One who watches every process there is. */
export interface WitnessOf<Process> {
  born(process: Process): void
  gets(process: Process, message: Term): void
  ended(process: Process): void
}

/** A resource that cannot be let go is told of, and keeps nobody from being told of the end. */
export function let_go(resource: Resource): void {
  try {
    run_outside(() => resource.release())
  } catch (failure) {
    report('error', { label: ['error', 'release'], report: { resource, reason: failure } })
  }
}

/** A message that cannot be looked at, as a Proxy may be, is one that nobody wants; its sender does not suffer for it. */
export function is_wanted(waiter: Waiter, message: Term): boolean {
  try {
    return waiter.wants(message)
  } catch {
    return false
  }
}

/** Does `act` to each in turn, and last to those that come meanwhile: what nests without end needs no stack. */
export function one_by_one<Member>(act: (member: Member) => void): (member: Member) => void {
  const members: Member[] = []
  return member => {
    if (members.push(member) > 1) return
    try {
      for (let next = 0; next < members.length; next++) act(members[next]!)
    } finally {
      members.length = 0
    }
  }
}

/** What OTP's emulator logs when a process that is not under `proc_lib` dies of an error. */
export function report_crash(who: { readonly pid: Pid; readonly initial_call: Term }, reason: Reason): void {
  const { pid, initial_call } = who
  run_outside(() => report('error', { label: ['error', 'process'], report: { pid, initial_call, reason } }))
}

/** The list with one more at its end; most processes have one waiter at a time, or none. */
export function with_waiter(first: Waiter | undefined, waiter: Waiter): Waiter {
  if (first === undefined) {
    waiter.previous = waiter
    return waiter
  }
  const last = first.previous!
  last.next = waiter
  waiter.previous = last
  first.previous = waiter
  return first
}

/** The list without one of those that are in it; one that is in none changes nothing. */
export function without_waiter(first: Waiter | undefined, waiter: Waiter): Waiter | undefined {
  const { next, previous } = waiter
  if (first === undefined || previous === undefined) return first
  waiter.next = waiter.previous = undefined
  if (first === waiter) {
    if (next !== undefined) next.previous = previous
    return next
  }
  previous.next = next
  if (next === undefined) first.previous = previous
  else next.previous = previous
  return first
}

/** Tells all of a list that they wait no more. */
export function drop_all(first: Waiter | undefined): void {
  for (const waiter of listed(first)) {
    waiter.next = waiter.previous = undefined
    waiter.drop()
  }
}

/** The waiters of a list, longest first. */
export function listed(first: Waiter | undefined): Waiter[] {
  const all: Waiter[] = []
  for (let waiter = first; waiter !== undefined; waiter = waiter.next) all.push(waiter)
  return all
}
