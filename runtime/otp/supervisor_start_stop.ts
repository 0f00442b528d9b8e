// How the children of a supervisor are started, and stopped one by one or all at once.

import { exit } from '../erlang/links.ts'
import { Pid } from '../erlang/pid.ts'
import { is_a, type Reason, reason_of, type Term } from '../erlang/term.ts'
import { await_down, take_exits } from './await_down.ts'
import type { FullChildSpec, StartedChild } from './child_spec.ts'
import { type Child, type Children, new_child } from './supervisor_children.ts'
import { offender, report_error, type SupName } from './supervisor_reports.ts'

// ---- Starting

/** Starts a child; it is to be added, if that has not been done yet, when this gives `'ok'`. */
export async function start_child(child: Child): Promise<StartedChild> {
  const [start, args] = child.spec.start
  let started: Term
  try {
    started = await start(...args, ...child.extra_args)
  } catch (thrown) {
    if (is_a(thrown, Error)) return ['error', ['EXIT', reason_of(thrown)]]
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
