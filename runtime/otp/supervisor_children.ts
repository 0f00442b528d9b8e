// The children of one supervisor, in order, found by id and by pid.

import type { Pid } from '../erlang/pid.ts'
import type { Term } from '../erlang/term.ts'
import type { FullChildSpec } from './child_spec.ts'
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
  /** Those that are to be restarted and have no id, by the processes that they had. */
  readonly #by_former_pid = new Map<Pid, Child>()
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
    if (child.pid === undefined) return
    this.#by_pid.delete(child.pid)
    this.#by_former_pid.delete(child.pid)
  }

  /** It could not be started again: that is to be tried once more. */
  to_be_restarted(child: Child): void {
    child.restarting = true
    if (this.#on_demand !== undefined && child.pid !== undefined) this.#by_former_pid.set(child.pid, child)
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

  /** A child on demand that is to be restarted. */
  with_former_pid(pid: Pid): Child | undefined {
    return this.#by_former_pid.get(pid)
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
