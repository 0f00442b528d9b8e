// Whether work has a bound: not how fast it is, which is for `test/bench` to say.

/** Milliseconds of the processor: far more than anything takes that has a bound, and far less than what has none. */
export const endless = 8_000

/** Milliseconds that the processor has spent. */
export function spent(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  return since(before)
}

/** As {@link spent}, of what takes its time. */
export async function spent_on(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return since(before)
}

function since(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
