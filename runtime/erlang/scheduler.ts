// The scheduler. What may run is run at once while the reduction budget of this turn of the event loop lasts, and
// then waits for the next turn, so that sockets and Node's own timers get theirs.

import { type Priority, RunQueue } from './run_queue.ts'
import type { Context } from './self.ts'

/** Something that waits for its turn. */
export interface Task {
  /** Whose turn it is, where that is not the task itself: for who watches. */
  readonly process?: Context
  run(): void
}

/** How the run queue is ordered and driven; a simulation puts its own in place. */
export interface Policy {
  /**
   * Whether a woken process may go on at once; if not, all goes through the run queue, one task a turn, and a task
   * handles one message.
   */
  readonly direct: boolean
  /** Which of `length` waiting tasks, of those that are most urgent, comes next: an index. */
  pick(length: number): number
  /** Calls `next_turn` soon, after other events have had their chance. */
  defer(next_turn: () => void): void
  /** Told of each task that is about to run, where not {@link direct}. */
  begins?(task: Task): void
}

/** Is told how long each task took, with all that came of it at once, in milliseconds. */
export type TaskWatcher = (task: Task, elapsed: number) => void

/** Reductions before the event loop is let on: 1 to 2 ms of light messages. */
export const reductions_per_turn = 2_000
/** Milliseconds after which a turn ends, whatever is left of its reductions. */
const longest_turn = 4
const reductions_between_looks = 64

const fair_policy: Policy = { direct: true, pick: () => 0, defer: next_turn => setImmediate(next_turn) }

let policy = fair_policy
let watcher: TaskWatcher | undefined
let direct = true
let budget = reductions_per_turn
let turn_started = 0
/** Reductions of earlier turns. */
let counted = 0
const queue = new RunQueue<Task>()
/** Tasks that run inside one another. */
let depth = 0
/** How many of them may: each takes some of the stack. */
const deepest = 20
let driven: 'no' | 'this turn' | 'next turn' = 'no'
const soon = Promise.resolve()
const pick = (length: number): number => policy.pick(length)

/** Puts another policy in place, or the fair one back. */
export function use_policy(other: Policy | 'fair'): void {
  policy = other === 'fair' ? fair_policy : other
  counted += reductions_per_turn - budget
  budget = reductions_per_turn
  direct = policy.direct && watcher === undefined
}

/**
 * Has each task's time taken. For that one task runs after the other, each to its end, which takes several times as
 * long as when nobody watches.
 */
export function watch_tasks(other: TaskWatcher | undefined): void {
  watcher = other
  direct = policy.direct && watcher === undefined
}

/** Tasks that wait for their turn. OTP: `erlang:statistics(total_run_queue_lengths)`. */
export const queue_length = (): number => queue.length

/** Reductions since the program began. */
export const total_reductions = (): number => counted + reductions_per_turn - budget

/** When this turn of the event loop began, as `performance.now()` tells time. */
export const turn_start = (): number => turn_started

/** Counts one reduction. @returns whether the caller may go on at once */
export function spend(): boolean {
  if (--budget % reductions_between_looks === 0 && performance.now() - turn_started > longest_turn) end_turn()
  return budget > 0 && direct
}

/** Counts work that is worth more than one reduction. OTP: `erlang:bump_reductions/1`. */
export function bump_reductions(reductions: number): void {
  budget -= reductions
}

/** Whether this turn of the event loop has reductions left. */
export const may_continue = (): boolean => budget > 0

/** Puts a task into the run queue. @param priority - of the process that it belongs to. Default: normal */
export function enqueue(task: Task, priority?: Priority): void {
  queue.push(task, priority)
  drive()
}

/**
 * Runs a task inside the one that is running, which waits for what comes of it and so need not let it queue.
 *
 * @returns false when it has to queue all the same, and has not been run
 */
export function run_inside(task: Task): boolean {
  if (budget <= 0 || !direct || depth >= deepest) return false
  depth++
  try {
    task.run()
  } finally {
    depth--
  }
  return true
}

function end_turn(): void {
  counted -= Math.max(budget, 0)
  budget = Math.min(budget, 0)
}

function drive(): void {
  if (driven !== 'no') return
  if (budget > 0 && policy.direct) {
    driven = 'this turn'
    if (watcher === undefined) soon.then(run_tasks)
    else process.nextTick(run_watched)
  } else {
    driven = 'next turn'
    policy.defer(next_turn)
  }
}

function next_turn(): void {
  counted += reductions_per_turn - budget
  budget = policy.direct ? reductions_per_turn : 1
  turn_started = performance.now()
  if (!policy.direct) run_one()
  else if (watcher === undefined) run_tasks()
  else run_watched()
}

function run_tasks(): void {
  try {
    while (queue.length > 0 && budget > 0 && watcher === undefined) queue.take(pick).run()
  } finally {
    driven = 'no'
    if (queue.length > 0) drive()
  }
}

/** One task, where the policy says when the next one has its turn. */
function run_one(): void {
  try {
    if (queue.length === 0) return
    const task = queue.take(pick)
    policy.begins?.(task)
    task.run()
  } finally {
    driven = 'no'
    if (queue.length > 0) drive()
  }
}

/** One task; the next one has its turn when all that this one made ready has run. */
function run_watched(): void {
  if (queue.length === 0) {
    driven = 'no'
    return
  }
  const task = queue.take(pick)
  const started = performance.now()
  const finished = () => {
    watcher?.(task, performance.now() - started)
    driven = 'no'
    if (queue.length > 0) drive()
  }
  // A tick that is asked for in a microtask comes when there are no more microtasks.
  soon.then(() => process.nextTick(finished))
  task.run()
}
