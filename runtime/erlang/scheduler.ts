// The run queue. What may run is run at once while the reduction budget of this turn of the event loop lasts, and
// then waits for the next turn, so that sockets and Node's own timers get theirs.

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
  /** Which of `length` waiting tasks comes next: an index. */
  pick(length: number): number
  /** Calls `next_turn` soon, after other events have had their chance. */
  defer(next_turn: () => void): void
  /** Told of each task that is about to run, where not {@link direct}. */
  begins?(task: Task): void
}

/** Reductions before the event loop is let on: 1 to 2 ms of light messages. */
export const reductions_per_turn = 2_000
/** Milliseconds after which a turn ends, whatever is left of its reductions. */
const longest_turn = 4
const reductions_between_looks = 64

const fair_policy: Policy = { direct: true, pick: () => 0, defer: next_turn => setImmediate(next_turn) }

let policy = fair_policy
let budget = reductions_per_turn
let turn_started = 0
/** A ring, whose size is a power of two: {@link waiting} tasks from `front` on. */
let queue: (Task | undefined)[] = new Array(1_024).fill(undefined)
let front = 0
let waiting = 0
/** Tasks that run inside one another. */
let depth = 0
/** How many of them may: each takes some of the stack. */
const deepest = 20
let driven: 'no' | 'this turn' | 'next turn' = 'no'
const soon = Promise.resolve()

export function use_policy(other: Policy | 'fair'): void {
  policy = other === 'fair' ? fair_policy : other
  budget = reductions_per_turn
}

/** Tasks that wait for their turn. */
export const queue_length = (): number => waiting

/** Counts one reduction. @returns whether the caller may go on at once */
export function spend(): boolean {
  if (--budget % reductions_between_looks === 0 && performance.now() - turn_started > longest_turn) budget = 0
  return budget > 0 && policy.direct
}

/** Counts work that is worth more than one reduction. OTP: `erlang:bump_reductions/1`. */
export function bump_reductions(reductions: number): void {
  budget -= reductions
}

/** Whether this turn of the event loop has reductions left. */
export const may_continue = (): boolean => budget > 0

export function enqueue(task: Task): void {
  if (waiting === queue.length) grow()
  queue[(front + waiting) & (queue.length - 1)] = task
  waiting++
  drive()
}

/**
 * Runs a task inside the one that is running, which waits for what comes of it and so need not let it queue.
 *
 * @returns false when it has to queue all the same, and has not been run
 */
export function run_inside(task: Task): boolean {
  if (budget <= 0 || !policy.direct || depth >= deepest) return false
  depth++
  try {
    task.run()
  } finally {
    depth--
  }
  return true
}

function drive(): void {
  if (driven !== 'no') return
  if (budget > 0 && policy.direct) {
    driven = 'this turn'
    soon.then(run_tasks)
  } else {
    driven = 'next turn'
    policy.defer(next_turn)
  }
}

function next_turn(): void {
  budget = policy.direct ? reductions_per_turn : 1
  turn_started = performance.now()
  if (policy.direct) run_tasks()
  else run_one()
}

function run_tasks(): void {
  try {
    while (waiting > 0 && budget > 0) take().run()
  } finally {
    driven = 'no'
    if (waiting > 0) drive()
  }
}

function run_one(): void {
  try {
    if (waiting === 0) return
    const task = take()
    policy.begins?.(task)
    task.run()
  } finally {
    driven = 'no'
    if (waiting > 0) drive()
  }
}

function take(): Task {
  const mask = queue.length - 1
  const index = (front + policy.pick(waiting)) & mask
  const task = queue[index]!
  queue[index] = queue[front]
  queue[front] = undefined
  front = (front + 1) & mask
  waiting--
  return task
}

function grow(): void {
  const size = queue.length
  const larger = new Array<Task | undefined>(size * 2).fill(undefined)
  for (let index = 0; index < waiting; index++) larger[index] = queue[(front + index) & (size - 1)]
  queue = larger
  front = 0
}
