// The children of one supervisor: found by id and by pid, started, stopped one by one or all at once.

import { exit } from '../erlang/links.ts'
import { Pid } from '../erlang/pid.ts'
import { reason_of } from '../erlang/process.ts'
import { report } from '../erlang/report.ts'
import type { Reason, Term } from '../erlang/term.ts'
import { await_down, take_exits } from './await_down.ts'
import type { FullChildSpec, StartedChild } from './child_spec.ts'
import { ById } from './supervisor_ids.ts'

/** A child, running or not. */
export interface Child {
  spec: FullChildSpec
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
  /** Children that are started on demand are all of one specification, and have no id to be found by. */
  readonly #on_demand: Set<Child> | undefined
  readonly #by_pid = new Map<Pid, Child>()
  #by_id = new ById<Child>()

  constructor(on_demand: boolean) {
    this.#on_demand = on_demand ? new Set() : undefined
  }

  get size(): number {
    return (this.#on_demand ?? this.#by_id).size
  }

  /** How many have a process. */
  get running(): number {
    return this.#by_pid.size
  }

  [Symbol.iterator](): Iterator<Child> & Iterable<Child> {
    return (this.#on_demand ?? this.#by_id).values()
  }

  add(child: Child): void {
    if (this.#on_demand === undefined) this.#by_id.set(child.spec.id, child)
    else this.#on_demand.add(child)
    if (child.pid !== undefined) this.#by_pid.set(child.pid, child)
  }

  remove(child: Child): void {
    this.gone(child)
    if (this.#on_demand === undefined) this.#by_id.delete(child.spec.id)
    else this.#on_demand.delete(child)
  }

  has(child: Child): boolean {
    return this.#on_demand?.has(child) ?? this.#by_id.get(child.spec.id) === child
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

  with_id(id: Term): Child | undefined {
    return this.#by_id.get(id)
  }

  with_pid(pid: Pid): Child | undefined {
    return this.#by_pid.get(pid)
  }

  /** Brings the children into the order of other specifications; those that have none there come after them. */
  respecify(specs: readonly FullChildSpec[]): void {
    const before = this.#by_id
    this.#by_id = new ById()
    for (const spec of specs) {
      const child = before.get(spec.id) ?? new_child(spec)
      child.spec = spec
      this.#by_id.set(spec.id, child)
    }
    for (const child of before.values()) {
      if (this.#by_id.get(child.spec.id) === undefined) this.#by_id.set(child.spec.id, child)
    }
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
export const stop_child = (name: SupName, child: Child, children: Children): Promise<void> =>
  stop_children(name, [child], children)

/** Stops children one after the other, each as {@link stop_child} does. */
export async function stop_children(
  name: SupName,
  in_order: readonly Child[],
  children: Children,
): Promise<void> {
  const ended = new Map<Pid, Reason>()
  for (const child of in_order) {
    const { pid } = child
    if (pid !== undefined && !child.restarting) {
      // When one has ended before it was asked to, others may have as well: their ends are looked up together.
      if (pid.entity === undefined && !ended.has(pid)) take_exits(processes_of(in_order), ended)
      if (!ended.has(pid)) for (const [, why] of await stop_processes([pid], child.spec)) ended.set(pid, why)
      const reason = ended.get(pid)
      if (!is_proper_end(reason, child.spec)) report_error(name, 'shutdown_error', reason, offender(child))
    }
    children.gone(child)
  }
}

/** The processes of children that were not stopped yet. */
function processes_of(children: readonly Child[]): Set<Pid> {
  const pids = new Set<Pid>()
  for (const { pid, restarting } of children) {
    if (pid !== undefined && !restarting) pids.add(pid)
  }
  return pids
}

/** Stops all children of one specification at once. */
export async function stop_all_at_once(
  name: SupName,
  children: Children,
  spec: FullChildSpec,
): Promise<void> {
  const pids = [...processes_of([...children])]
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
    significant: spec.significant,
    shutdown: spec.shutdown,
    child_type: spec.type,
  }
}
