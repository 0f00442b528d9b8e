// The children of one supervisor: found by id and by pid, started, stopped one by one or all at once.

import { exit } from '../erlang/links.ts'
import { Pid } from '../erlang/pid.ts'
import { reason_of } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import { matches, type Reason, type Term } from '../erlang/term.ts'
import { await_down } from './await_down.ts'
import type { FullChildSpec, StartedChild } from './child_spec.ts'

/** A child, running or not. */
export interface Child {
  readonly spec: FullChildSpec
  /** What `start_child` adds to the arguments of the start function, under `simple_one_for_one`. */
  readonly extra_args: readonly Term[]
  /** The process; the former one, while the child is `restarting`. */
  pid: Pid | undefined
  /** It could not be started again, and that is going to be tried once more. */
  restarting: boolean
}

/** In which way a supervisor is named in its reports. OTP: `{local, Name}` or `{Pid, Module}`. */
export type SupName = readonly ['local', string] | readonly [Pid, string]

export const new_child = (spec: FullChildSpec, extra_args: readonly Term[] = []): Child => ({
  spec,
  extra_args,
  pid: undefined,
  restarting: false,
})

/** All children, in the order in which they were added. */
export class Children {
  readonly #by_key = new Map<Term, Child>()
  readonly #by_pid = new Map<Pid, Child>()
  /** Children that are started on demand are all of one specification, and have no id to be found by. */
  readonly #on_demand: boolean

  constructor(on_demand: boolean) {
    this.#on_demand = on_demand
  }

  get size(): number {
    return this.#by_key.size
  }

  [Symbol.iterator](): Iterator<Child> & Iterable<Child> {
    return this.#by_key.values()
  }

  add(child: Child): void {
    this.#by_key.set(this.#on_demand ? child : child.spec.id, child)
    if (child.pid !== undefined) this.#by_pid.set(child.pid, child)
  }

  remove(child: Child): void {
    this.gone(child)
    this.#by_key.delete(this.#on_demand ? child : child.spec.id)
  }

  has(child: Child): boolean {
    return this.#by_key.get(this.#on_demand ? child : child.spec.id) === child
  }

  /** The process has ended; the child still tells which one it was. */
  ended(child: Child): void {
    if (child.pid !== undefined) this.#by_pid.delete(child.pid)
  }

  /** The child has no process any more, nor is it to get one by itself. */
  gone(child: Child): void {
    this.ended(child)
    child.pid = undefined
    child.restarting = false
  }

  /** The child with this id; ids that are tuples are compared by what is in them. */
  with_id(id: Term): Child | undefined {
    if (this.#on_demand) return undefined
    const found = this.#by_key.get(id)
    if (found !== undefined || !Array.isArray(id)) return found
    for (const child of this.#by_key.values()) {
      if (matches(child.spec.id, id)) return child
    }
    return undefined
  }

  with_pid(pid: Pid): Child | undefined {
    return this.#by_pid.get(pid)
  }
}

// ---- Starting

/** Starts a child; it is to be added, if that has not been done yet, when this gives `'ok'`. */
export async function start_child(child: Child): Promise<StartedChild> {
  const [start, args] = child.spec.start
  let started: Term
  try {
    started = await start(...args, ...child.extra_args)
  } catch (thrown) {
    if (thrown instanceof Error) return ['error', ['EXIT', reason_of(thrown)]]
    started = thrown
  }
  if (started === 'ignore') return started
  if (!Array.isArray(started)) return ['error', started]
  if (started[0] === 'ok' && started[1] instanceof Pid) return started as StartedChild & unknown[]
  return started[0] === 'error' && started.length === 2 ? ['error', started[1]] : ['error', started]
}

// ---- Stopping

/** Stops a child as its specification says, if it runs, and tells when it did not end as it should have. */
export async function stop_child(name: SupName, child: Child, children: Children): Promise<void> {
  const { pid } = child
  if (pid !== undefined && !child.restarting) {
    const ended = await stop_processes([pid], child.spec)
    const reason = ended.get(pid)
    if (!is_proper_end(reason, child.spec)) report_error(name, 'shutdown_error', reason, offender(child))
  }
  children.gone(child)
}

/** Stops all children of one specification at once. */
export async function stop_all_at_once(
  name: SupName,
  children: Children,
  spec: FullChildSpec,
): Promise<void> {
  const pids: Pid[] = []
  for (const child of children) {
    if (child.pid !== undefined && !child.restarting) pids.push(child.pid)
  }
  const failures = new Map<Reason, number>()
  for (const reason of (await stop_processes(pids, spec)).values()) {
    if (!is_proper_end(reason, spec)) failures.set(reason, (failures.get(reason) ?? 0) + 1)
  }
  for (const [reason, nb_children] of failures) {
    const { pid: _pid, ...about } = offender(new_child(spec))
    report_error(name, 'shutdown_error', reason, { nb_children, ...about })
  }
}

async function stop_processes(pids: readonly Pid[], { shutdown }: FullChildSpec): Promise<Map<Pid, Reason>> {
  const kill = (pid: Pid) => exit(pid, 'kill')
  if (shutdown === 'brutal_kill') return await_down(pids, 'infinity', kill)
  const ended = await await_down(pids, shutdown, pid => exit(pid, 'shutdown'))
  if (ended.size === pids.length) return ended
  const late = pids.filter(pid => !ended.has(pid))
  return new Map([...ended, ...(await await_down(late, 'infinity', kill))])
}

function is_proper_end(reason: Reason, { shutdown, restart }: FullChildSpec): boolean {
  if (reason === (shutdown === 'brutal_kill' ? 'killed' : 'shutdown')) return true
  if (restart === 'permanent') return false
  return reason === 'normal' || reason === 'shutdown' || (Array.isArray(reason) && reason[0] === 'shutdown')
}

// ---- Reports

/** Tells that a child was started. */
export const report_progress = (supervisor: SupName, child: Child): void =>
  report('info', { label: ['supervisor', 'progress'], report: { supervisor, started: offender(child) } })

/** Tells what went wrong with a child. */
export function report_error(
  supervisor: SupName,
  error_context: 'start_error' | 'child_terminated' | 'shutdown_error' | 'shutdown',
  reason: Reason,
  about: Term,
): void {
  const facts = { supervisor, errorContext: error_context, reason, offender: about }
  report('error', { label: ['supervisor', error_context], report: facts })
}

/**
 * A child, as reports tell of it. What a temporary one was given on demand is nobody's business, for there may be
 * secrets in it: as in OTP, where such arguments are not kept.
 */
export function offender({ spec, pid, restarting, extra_args }: Child): Record<string, Term> {
  const [start, args] = spec.start
  const is_private = spec.restart === 'temporary' && extra_args.length > 0
  return {
    pid: restarting ? ['restarting', pid] : pid,
    id: spec.id,
    mfargs: [start.name, is_private ? undefined : [...args, ...extra_args]],
    restart_type: spec.restart,
    shutdown: spec.shutdown,
    child_type: spec.type,
  }
}
