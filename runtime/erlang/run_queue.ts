// The tasks that wait for their turn, by priority: `max` before `high` before the others, and of these a `low` one
// after each seven that are `normal`, or when there are no others.

/** OTP: `erlang:priority_level()`. */
export type Priority = 'low' | 'normal' | 'high' | 'max'

/** Whether a term is a priority. */
export const is_priority = (term: unknown): term is Priority => levels.has(term)

const levels: ReadonlySet<unknown> = new Set<Priority>(['low', 'normal', 'high', 'max'])

const normal_before_low = 7

export class RunQueue<Task> {
  readonly #normal = new Ring<Task>()
  /** Made once there is a task that is not normal. */
  #ranked: Readonly<Record<'max' | 'high' | 'low', Ring<Task>>> | undefined
  #ranked_length = 0
  #normal_in_a_row = 0

  get length(): number {
    return this.#normal.length + this.#ranked_length
  }

  push(task: Task, priority: Priority | undefined): void {
    if (priority === undefined || priority === 'normal') {
      this.#normal.push(task)
      return
    }
    this.#ranked ??= { max: new Ring(), high: new Ring(), low: new Ring() }
    this.#ranked[priority].push(task)
    this.#ranked_length++
  }

  /**
   * Takes out the next one; there must be one.
   *
   * @param pick - which of so many that are equally urgent: an index
   */
  take(pick: (length: number) => number): Task {
    if (this.#ranked_length === 0) return this.#normal.take(pick)
    return this.#next_ring().take(pick)
  }

  #next_ring(): Ring<Task> {
    const { max, high, low } = this.#ranked!
    const urgent = max.length > 0 ? max : high.length > 0 ? high : undefined
    if (urgent === undefined && this.#normal.length > 0) {
      if (++this.#normal_in_a_row <= normal_before_low) return this.#normal
    }
    this.#ranked_length--
    if (urgent !== undefined) return urgent
    this.#normal_in_a_row = 0
    return low
  }
}

/** First in, first out; its size is a power of two: `length` tasks from `#front` on. */
class Ring<Task> {
  length = 0
  #tasks: (Task | undefined)[] = new Array(1_024).fill(undefined)
  #front = 0

  push(task: Task): void {
    if (this.length === this.#tasks.length) this.#grow()
    this.#tasks[(this.#front + this.length) & (this.#tasks.length - 1)] = task
    this.length++
  }

  take(pick: (length: number) => number): Task {
    const mask = this.#tasks.length - 1
    const index = (this.#front + pick(this.length)) & mask
    const task = this.#tasks[index]!
    this.#tasks[index] = this.#tasks[this.#front]
    this.#tasks[this.#front] = undefined
    this.#front = (this.#front + 1) & mask
    this.length--
    return task
  }

  #grow(): void {
    const size = this.#tasks.length
    const larger = new Array<Task | undefined>(size * 2).fill(undefined)
    for (let index = 0; index < this.length; index++) {
      larger[index] = this.#tasks[(this.#front + index) & (size - 1)]
    }
    this.#tasks = larger
    this.#front = 0
  }
}
