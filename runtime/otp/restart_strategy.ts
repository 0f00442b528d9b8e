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

/**
 * Notes a restart.
 *
 * @param restarts - when there were restarts before: milliseconds, the latest first
 * @param now - milliseconds on the same clock
 * @returns whether it is one too many, and the restarts that still count
 */
export function add_restart(
  restarts: readonly number[],
  now: number,
  { intensity, period }: Intensity,
): [too_many: boolean, restarts: readonly number[]] {
  const recent = restarts.filter(then => now - then <= period * 1_000)
  return [recent.length >= intensity, [now, ...recent]]
}
