// The run queue. What may run is run at once while the reduction budget of this turn of the event loop lasts, and
// then waits for the next turn, so that sockets and Node's own timers get theirs.

/** Something that waits for its turn. */
export interface Task {
  run(): void
}

/** How the run queue is ordered and driven; a simulation puts its own in place. */
export interface Policy {
  /** Whether a woken process may go on at once; if not, all goes through the run queue. */
  readonly direct: boolean
  /** Which of `length` waiting tasks comes next: an index. */
  pick(length: number): number
  /** Calls `next_turn` soon, after other events have had their chance. */
  defer(next_turn: () => void): void
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
let queue: (Task | undefined)[] = []
let front = 0
let driven: 'no' | 'this turn' | 'next turn' = 'no'
const soon = Promise.resolve()

export function use_policy(other: Policy | 'fair'): void {
  policy = other === 'fair' ? fair_policy : other
}

/** Tasks that wait for their turn. */
export const queue_length = (): number => queue.length - front

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
  queue.push(task)
  drive()
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
  budget = reductions_per_turn
  turn_started = performance.now()
  run_tasks()
}

function run_tasks(): void {
  try {
    while (front < queue.length && budget > 0) take().run()
  } finally {
    driven = 'no'
    if (front < queue.length) drive()
  }
}

function take(): Task {
  const index = front + policy.pick(queue.length - front)
  const task = queue[index]!
  queue[index] = queue[front]
  queue[front] = undefined
  front++
  if (front === queue.length) {
    queue = []
    front = 0
  } else if (front > 1_024 && front * 2 > queue.length) {
    queue = queue.slice(front)
    front = 0
  }
  return task
}
