// One process: its mailbox, who waits in it, and the signals that reach it: messages, exits, links, monitors.

import { add, type Few, has, members, remove } from './few.ts'
import { Mailbox, nothing } from './mailbox.ts'
import { type Entity, Pid, type Port, Ref } from './pid.ts'
import {
  awake,
  drop_all,
  is_wanted,
  type Loop,
  let_go,
  listed,
  one_by_one,
  type Resource,
  report_crash,
  type Waiter,
  type WitnessOf,
  with_waiter,
  without_waiter,
} from './process_roles.ts'
import { long_mailbox, Rarities } from './rarities.ts'
import { forget } from './registry.ts'
import type { Priority } from './run_queue.ts'
import { enqueue, may_continue, run_inside, spend, type Task, turn_start } from './scheduler.ts'
import { type Context, context, type Entrance, enter } from './self.ts'
import { Exit, is_a, type Reason, reason_of, type Term } from './term.ts'

export type { Loop, Resource, Waiter } from './process_roles.ts'

/** What can be monitored. */
export interface Monitored {
  monitored_by: Few<Monitor>
}

/** A monitor, which is its own reference. */
export class Monitor extends Ref {
  readonly watcher: Process
  readonly target: Monitored
  readonly object: Pid | Port | readonly [name: string, node: string]

  constructor(watcher: Process, target: Monitored, object: Monitor['object']) {
    super()
    this.watcher = watcher
    this.target = target
    this.object = object
  }

  /** What is monitored. */
  get type(): 'process' | 'port' {
    return this.target instanceof Process ? 'process' : 'port'
  }

  /** Tells the watcher, once, that the target is gone. */
  down(reason: Reason): void {
    this.watcher.deliver(['DOWN', this, this.type, this.object, reason])
  }
}

/** One who watches every process there is: a simulation, which keeps a trace of them. */
export type Witness = WitnessOf<Process>

let witness: Witness | undefined

/** Puts a witness in place, or none. */
export function use_witness(other: Witness | undefined): void {
  witness = other
}

/** Messages that one process handles before another gets its turn. */
const messages_per_slice = 100

const all = new Map<number, Process>()

/** Every living process, oldest first. */
export const living = (): IterableIterator<Process> => all.values()

/** How many processes there are. */
export const process_count = (): number => all.size

/** The process that is running. @throws as {@link context} does */
export const current = (): Process => context() as Process

/** One function for all processes, since it is called for every slice. */
const work = (process: Process): void => process.work()

/** A process: its mailbox, what it is linked to and owns, and whether it runs, waits or has ended. */
export class Process implements Entity, Task, Context {
  readonly pid = new Pid()
  readonly mailbox = new Mailbox()
  alive = true
  /** Why it ended, once it has. */
  exit_reason: Reason = undefined
  trap_exit = false
  /** Set while a handler or the process's own function runs or is parked; an idle loop is not busy. */
  busy = true
  reductions = 0
  loop: Loop | undefined = undefined
  group_leader: Pid | undefined = undefined
  parent: Pid | undefined = undefined
  ancestors: readonly (Pid | string)[] | undefined = undefined
  rarities: Rarities | undefined = undefined
  links: Few<Pid | Port> = undefined
  monitors: Few<Monitor> = undefined
  monitored_by: Few<Monitor> = undefined
  owned: Few<Resource> = undefined
  #waiters: Waiter | undefined = undefined
  entrance: Entrance | undefined = undefined
  #initial_call: Term = undefined

  constructor() {
    this.pid.entity = this
    all.set(this.pid.id, this)
    if (witness !== undefined) witness.born(this)
  }

  get waiting(): boolean {
    return this.#waiters !== undefined || !this.busy
  }

  /** What the process was started with, for reports; of its own function, which is kept as it is, the name. */
  get initial_call(): Term {
    const call = this.#initial_call
    return typeof call === 'function' ? ['spawn', call.name] : call
  }

  set initial_call(call: Term) {
    this.#initial_call = call
  }

  get priority(): Priority | undefined {
    return this.rarities?.priority
  }

  get dictionary(): ReadonlyMap<Term, Term> | undefined {
    return this.rarities?.dictionary
  }

  /** Where the rarer things are kept. */
  get rare(): Rarities {
    this.rarities ??= new Rarities()
    return this.rarities
  }

  /** Who waits for a message in it, longest first. */
  waiters(): Waiter[] {
    return listed(this.#waiters)
  }

  // ---- Messages

  deliver(message: Term): void {
    if (!this.alive) return
    if (witness !== undefined) witness.gets(this, message)
    if (this.#waiters !== undefined && this.#hand_over(message)) return
    this.mailbox.push(message)
    if (!this.busy) {
      this.busy = true
      enqueue(this, this.priority)
    }
    if (this.mailbox.length >= long_mailbox.length) long_mailbox.look(this)
  }

  /** As {@link deliver}, by a sender that waits for what comes of it: an idle loop handles the message at once. */
  deliver_and_wait(message: Term): void {
    if (this.busy || this.#waiters !== undefined || !this.alive) {
      this.deliver(message)
      return
    }
    if (witness !== undefined) witness.gets(this, message)
    this.busy = true
    this.mailbox.push(message)
    if (!run_inside(this)) enqueue(this, this.priority)
  }

  /** Parks a waiter until a message comes that it wants. */
  park(waiter: Waiter): void {
    this.#waiters = with_waiter(this.#waiters, waiter)
  }

  /** Takes a waiter out, because it has waited long enough. */
  unpark(waiter: Waiter): void {
    this.#waiters = without_waiter(this.#waiters, waiter)
  }

  /** Takes all waiters out, because what they wait for will not be needed. */
  drop_waiters(): void {
    drop_all(this.#waiters)
    this.#waiters = undefined
  }

  #hand_over(message: Term): boolean {
    if (this.rarities !== undefined && this.rarities.held !== undefined) return false
    for (let waiter = this.#waiters; waiter !== undefined; waiter = waiter.next) {
      if (!is_wanted(waiter, message)) continue
      this.#give(waiter, message)
      return true
    }
    return false
  }

  #give(waiter: Waiter, message: Term): void {
    this.unpark(waiter)
    this.reductions++
    waiter.take(message)
    const priority = this.rarities === undefined ? undefined : this.rarities.priority
    if (spend() && priority !== 'low') waiter.run()
    else enqueue(waiter, priority)
  }

  // ---- Being suspended

  /** Has what would run wait, and messages stay where they are, until {@link resume}. */
  suspend(): void {
    this.rare.held ??= []
  }

  get suspended(): boolean {
    return this.rarities !== undefined && this.rarities.held !== undefined
  }

  /** Keeps a task back if the process is suspended. @returns whether it is */
  hold(task: Task): boolean {
    if (!this.suspended) return false
    this.rarities!.held!.push(task)
    return true
  }

  resume(): void {
    const held = this.rarities?.held
    if (held === undefined) return
    this.rarities!.held = undefined
    for (const waiter of listed(this.#waiters)) {
      const message = this.mailbox.take(message => waiter.wants(message))
      if (message !== nothing) this.#give(waiter, message)
    }
    for (const task of held) enqueue(task, this.priority)
  }

  // ---- Running

  /** Goes on as `loop`: from now on the scheduler calls it with each message. */
  become(loop: Loop): void {
    this.loop = loop
    this.rest()
  }

  /** The handler is done: the next message, or idle. */
  rest(): void {
    if (!this.alive) return
    if (this.mailbox.length === 0 && this.loop!.pending !== true) this.busy = false
    else enqueue(this, this.priority)
  }

  /** Something other than a message gave an idle loop something to do. */
  wake(): void {
    if (this.busy || !this.alive) return
    this.busy = true
    enqueue(this, this.priority)
  }

  /** A slice of the loop's work. */
  run(): void {
    if (!this.alive || this.hold(this)) return
    this.entrance ??= awake(this)
    enter(this.entrance, this, work)
    if (this.rarities?.long_queue) long_mailbox.look(this)
  }

  /** @internal As this process: handles messages until it is another's turn. */
  work(): void {
    for (let left = messages_per_slice; left > 0 && this.alive && may_continue(); left--) {
      const loop = this.loop!
      const pending = loop.pending === true
      if (!pending && this.mailbox.length === 0) {
        this.busy = false
        return
      }
      spend()
      this.reductions++
      try {
        const message = pending ? undefined : this.mailbox.shift()
        const parked = pending ? loop.go_on!() : loop.handle(message)
        if (parked !== undefined) {
          this.#park_on(parked, message)
          return
        }
      } catch (error) {
        this.crash(error)
        return
      }
    }
    this.rest()
  }

  /** A handler has not settled yet. */
  #park_on(parked: PromiseLike<void>, message: Term): void {
    const { rare } = this
    rare.handling = message
    rare.since = turn_start()
    const settled = () => {
      rare.handling = nothing
      this.rest()
    }
    parked.then(settled, error => this.crash(error))
  }

  // ---- Exit signals

  exit_signal(from: Pid | Port, reason: Reason, by_link: boolean): void {
    if (!this.alive) return
    if (by_link && !has(this.links, from)) return
    if (by_link) this.links = remove(this.links, from)
    if (reason === 'kill' && !by_link) this.end('killed')
    else if (this.trap_exit) this.deliver(['EXIT', from, reason])
    else if (reason !== 'normal' || from === this.pid) this.end(reason)
  }

  /** Ends the process because of what was thrown in it, which is told unless it is an exit. */
  crash(error: unknown): void {
    if (!this.alive) return
    this.end(reason_of(error))
    if (!is_a(error, Exit)) report_crash(this, this.exit_reason)
  }

  /** Ends the process: nothing of it runs any more, what it owns is let go, and who asked to know is told. */
  end(reason: Reason): void {
    if (!this.alive) return
    this.alive = false
    this.exit_reason = reason
    this.pid.entity = undefined
    all.delete(this.pid.id)
    if (witness !== undefined) witness.ended(this)
    forget(this.pid)
    this.mailbox.clear()
    this.loop?.drop?.()
    this.loop = undefined
    this.drop_waiters()
    this.entrance = undefined
    bid_farewell(this)
  }

  // ---- Links and monitors

  link(other: Pid | Port): void {
    this.links = add(this.links, other)
  }

  unlink(other: Pid | Port): void {
    this.links = remove(this.links, other)
  }

  own(resource: Resource): void {
    this.owned = add(this.owned, resource)
  }

  disown(resource: Resource): void {
    this.owned = remove(this.owned, resource)
  }
}

/** Starts a monitor on a living process. */
export function start_monitor(
  watcher: Process,
  target: Process,
  object: Monitor['object'] = target.pid,
): Monitor {
  return add_monitor(new Monitor(watcher, target, object))
}

/** Puts a monitor in its place, between two that are living. */
export function add_monitor<Of extends Monitor>(monitor: Of): Of {
  const { watcher, target } = monitor
  watcher.monitors = add(watcher.monitors, monitor)
  target.monitored_by = add(target.monitored_by, monitor)
  return monitor
}

/** @returns whether the monitor was still there */
export function stop_monitor(monitor: Monitor): boolean {
  const { watcher, target } = monitor
  if (!has(watcher.monitors, monitor)) return false
  watcher.monitors = remove(watcher.monitors, monitor)
  target.monitored_by = remove(target.monitored_by, monitor)
  return true
}

/** Processes that have ended and whose neighbours are still to be told: a list, since each may end others. */
const bid_farewell = one_by_one(tell)

function tell(gone: Process): void {
  const reason = gone.exit_reason
  for (const resource of members(gone.owned)) let_go(resource)
  for (const monitor of members(gone.monitors)) stop_monitor(monitor)
  for (const other of members(gone.links)) other.entity?.exit_signal(gone.pid, reason, true)
  for (const monitor of members(gone.monitored_by)) {
    stop_monitor(monitor)
    monitor.down(reason)
  }
  gone.links = gone.owned = gone.monitors = gone.monitored_by = gone.rarities = undefined
}
