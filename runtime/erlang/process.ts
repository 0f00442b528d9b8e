// One process: its mailbox, who waits in it, and the signals that reach it: messages, exits, links, monitors.

import { add, type Few, has, members, remove } from './few.ts'
import { Mailbox } from './mailbox.ts'
import { type Entity, Pid, type Port, Ref } from './pid.ts'
import { forget } from './registry.ts'
import { report } from './report.ts'
import { enqueue, may_continue, run_inside, spend, type Task } from './scheduler.ts'
import { type Context, context, type Entrance, enter, entrance_of, run_outside } from './self.ts'
import { Exit, type Reason, type Term } from './term.ts'

/** One who waits for a message inside a process: a `receive`, or a call that awaits its reply. */
export interface Waiter extends Task {
  wants(message: Term): boolean
  /** Hands over the message; `run` then lets the waiter go on. */
  take(message: Term): void
  /** The process ended: whatever the waiter holds outside is let go. */
  drop(): void
  next: Waiter | undefined
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
}

/** A monitor, which is its own reference. */
export class Monitor extends Ref {
  readonly watcher: Process
  readonly target: Process
  readonly object: Pid | readonly [name: string, node: string]

  constructor(watcher: Process, target: Process, object: Monitor['object']) {
    super()
    this.watcher = watcher
    this.target = target
    this.object = object
  }
}

/** One who watches every process there is: a simulation, which keeps a trace of them. */
export interface Witness {
  born(process: Process): void
  gets(process: Process, message: Term): void
  ended(process: Process): void
}

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
  /** What the process was started with, and by whom, for reports. */
  initial_call: Term = undefined
  ancestors: readonly (Pid | string)[] | undefined = undefined
  dictionary: Map<Term, Term> | undefined = undefined
  links: Few<Pid | Port> = undefined
  monitors: Few<Monitor> = undefined
  monitored_by: Few<Monitor> = undefined
  owned: Few<Resource> = undefined
  #waiters: Waiter | undefined = undefined
  #entrance: Entrance | undefined = undefined

  constructor() {
    this.pid.entity = this
    all.set(this.pid.id, this)
    if (witness !== undefined) witness.born(this)
  }

  get waiting(): boolean {
    return this.#waiters !== undefined || !this.busy
  }

  /** Who waits for a message in it, longest first. */
  waiters(): Waiter[] {
    const all: Waiter[] = []
    for (let waiter = this.#waiters; waiter !== undefined; waiter = waiter.next) all.push(waiter)
    return all
  }

  // ---- Messages

  deliver(message: Term): void {
    if (!this.alive) return
    if (witness !== undefined) witness.gets(this, message)
    if (this.#waiters !== undefined && this.#hand_over(message)) return
    this.mailbox.push(message)
    if (!this.busy) {
      this.busy = true
      enqueue(this)
    }
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
    if (!run_inside(this)) enqueue(this)
  }

  /** Parks a waiter until a message comes that it wants. */
  park(waiter: Waiter): void {
    if (this.#waiters === undefined) {
      this.#waiters = waiter
      return
    }
    let last = this.#waiters
    while (last.next !== undefined) last = last.next
    last.next = waiter
  }

  /** Takes a waiter out, because it has waited long enough. */
  unpark(waiter: Waiter): void {
    if (this.#waiters === waiter) {
      this.#waiters = waiter.next
    } else {
      for (let before = this.#waiters; before !== undefined; before = before.next) {
        if (before.next === waiter) before.next = waiter.next
      }
    }
    waiter.next = undefined
  }

  #hand_over(message: Term): boolean {
    for (let waiter = this.#waiters; waiter !== undefined; waiter = waiter.next) {
      if (!waiter.wants(message)) continue
      this.unpark(waiter)
      this.reductions++
      waiter.take(message)
      if (spend()) waiter.run()
      else enqueue(waiter)
      return true
    }
    return false
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
    else enqueue(this)
  }

  /** Something other than a message gave an idle loop something to do. */
  wake(): void {
    if (this.busy || !this.alive) return
    this.busy = true
    enqueue(this)
  }

  /** A slice of the loop's work. */
  run(): void {
    if (!this.alive) return
    this.#entrance ??= entrance_of(this)
    enter(this.#entrance, this, work)
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
        const parked = pending ? loop.go_on!() : loop.handle(this.mailbox.shift())
        if (parked !== undefined) {
          parked.then(
            () => this.rest(),
            error => this.crash(error),
          )
          return
        }
      } catch (error) {
        this.crash(error)
        return
      }
    }
    this.rest()
  }

  // ---- Exit signals

  exit_signal(from: Pid | Port, reason: Reason, by_link: boolean): void {
    if (!this.alive) return
    if (by_link) {
      if (!has(this.links, from)) return
      this.links = remove(this.links, from)
    }
    if (reason === 'kill' && !by_link) this.end('killed')
    else if (this.trap_exit) this.deliver(['EXIT', from, reason])
    else if (reason !== 'normal' || from === this.pid) this.end(reason)
  }

  /** Ends the process because of what was thrown in it. */
  crash(error: unknown): void {
    if (this.alive) this.end(reason_of(error))
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
    for (let waiter = this.#waiters; waiter !== undefined; waiter = waiter.next) waiter.drop()
    this.#waiters = this.#entrance = undefined
    bid_farewell(this, reason)
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
  const monitor = new Monitor(watcher, target, object)
  add_monitor(monitor)
  return monitor
}

/** Puts a monitor in its place, between two living processes. */
export function add_monitor(monitor: Monitor): void {
  const { watcher, target } = monitor
  watcher.monitors = add(watcher.monitors, monitor)
  target.monitored_by = add(target.monitored_by, monitor)
}

/** @returns whether the monitor was still there */
export function stop_monitor(monitor: Monitor): boolean {
  const { watcher, target } = monitor
  if (!has(watcher.monitors, monitor)) return false
  watcher.monitors = remove(watcher.monitors, monitor)
  target.monitored_by = remove(target.monitored_by, monitor)
  return true
}

/** The exit reason that something thrown stands for. OTP: `{nocatch, Term}` for what is not an error. */
export function reason_of(error: unknown): Reason {
  if (error instanceof Exit) return error.reason
  return error instanceof Error ? error : ['nocatch', error]
}

/** Processes that have ended and whose neighbours are still to be told: a list, since each may end others. */
const farewells: [Process, Reason][] = []
let telling = false

function bid_farewell(process: Process, reason: Reason): void {
  farewells.push([process, reason])
  if (telling) return
  telling = true
  for (let next = 0; next < farewells.length; next++) tell(...farewells[next]!)
  farewells.length = 0
  telling = false
}

function tell(gone: Process, reason: Reason): void {
  for (const resource of members(gone.owned)) let_go(resource)
  for (const monitor of members(gone.monitors)) stop_monitor(monitor)
  for (const other of members(gone.links)) other.entity?.exit_signal(gone.pid, reason, true)
  for (const monitor of members(gone.monitored_by)) {
    stop_monitor(monitor)
    monitor.watcher.deliver(['DOWN', monitor, 'process', monitor.object, reason])
  }
  gone.links = gone.owned = gone.monitors = gone.monitored_by = gone.dictionary = undefined
}

/** A resource that cannot be let go is told of, and keeps nobody from being told of the end. */
function let_go(resource: Resource): void {
  try {
    run_outside(() => resource.release())
  } catch (failure) {
    report('error', { label: ['error', 'release'], report: { resource, reason: failure } })
  }
}
