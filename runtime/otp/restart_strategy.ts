// When a child ends, who goes down with it, and how often that may happen: decided here, with no process in sight.

/** Which children are stopped and started anew when one of them has to be. */
export interface RestartStrategy {
  /**
   * @param children - all of them, in the order in which they were started
   * @returns those concerned, `failed` among them, in the same order
   */
  affected<Child>(children: Iterable<Child>, failed: Child): readonly Child[]
}

/** Only the child itself. */
export const one_for_one: RestartStrategy = {
  affected: (_children, failed) => [failed],
}

/** Every child. */
export const one_for_all: RestartStrategy = {
  affected: children => [...children],
}

/** The child and those that were started after it. */
export const rest_for_one: RestartStrategy = {
  affected(children, failed) {
    const all = [...children]
    return all.slice(all.indexOf(failed))
  },
}

/** As {@link one_for_one}, for children that are all alike and are started on demand. */
export const simple_one_for_one: RestartStrategy = one_for_one

export const strategies = { one_for_one, one_for_all, rest_for_one, simple_one_for_one } as const

/** OTP: `supervisor:strategy()` */
export type Strategy = keyof typeof strategies

/** More than `intensity` restarts within `period` seconds are too many. */
export interface Intensity {
  readonly intensity: number
  readonly period: number
}

/** The restarts of the last `period` seconds. Noting one takes the same time however many there were. */
export class Restarts {
  /** When they were, in milliseconds, the oldest first; those before `#oldest` count no more. */
  #times: number[] = []
  #oldest = 0

  /** How many are kept: at most twice those that count. */
  get size(): number {
    return this.#times.length
  }

  /**
   * Notes a restart.
   *
   * @param now - milliseconds
   * @returns whether it is one too many
   */
  add(now: number, { intensity, period }: Intensity): boolean {
    this.#times.push(now)
    while (this.#times[this.#oldest]! < now - period * 1_000) this.#oldest++
    if (this.#oldest > this.#times.length / 2) this.#forget()
    return this.#times.length - this.#oldest > intensity
  }

  #forget(): void {
    this.#times = this.#times.slice(this.#oldest)
    this.#oldest = 0
  }
}
