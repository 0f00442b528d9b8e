// Measuring: how much is done in a second, of the clock and of the CPU, and how it is printed.

/** What was counted, and in what time it was done. */
export interface Measure {
  readonly count: number
  readonly wall_seconds: number
  /** Of all threads, in user and in system mode. */
  readonly cpu_seconds: number
}

/** One line of a table: the same work by us and by who we are compared with. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly kista: Rates
  /** Undefined when there is nobody to compare with. */
  readonly other: Rates | undefined
}

export interface Rates {
  readonly per_second: number
  /** Undefined for what takes no time, such as bytes. */
  readonly per_cpu_second: number | undefined
}

const rounds = 5

/**
 * Does `work` twice to warm up and then five times; gives the round that took the median CPU time. The garbage of a
 * round is collected when it has to be, as in life: a collection by hand makes V8 forget what it has learnt.
 *
 * @param count - how many things one round does
 */
export async function measure(count: number, work: () => Promise<unknown>): Promise<Measure> {
  await work()
  await work()
  const measures: Measure[] = []
  for (let round = 0; round < rounds; round++) {
    const wall = performance.now()
    const cpu = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(cpu)
    const wall_seconds = (performance.now() - wall) / 1e3
    measures.push({ count, wall_seconds, cpu_seconds: (user + system) / 1e6 })
  }
  measures.sort((one, other) => one.cpu_seconds - other.cpu_seconds)
  return measures[rounds >> 1]!
}

export const rates = ({ count, wall_seconds, cpu_seconds }: Measure): Rates => {
  return { per_second: count / wall_seconds, per_cpu_second: count / cpu_seconds }
}

/** Bytes of heap that each of `count` things takes that `make` makes and `keep` holds on to. */
export async function bytes_each(count: number, make: (count: number) => Promise<unknown>): Promise<Rates> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('run with node --expose-gc')
  await make(100)
  await settled_heap(gc)
  const before = await settled_heap(gc)
  const kept = await make(count)
  const after = await settled_heap(gc)
  if (kept === undefined) throw new Error('what was made must be kept')
  return { per_second: (after - before) / count, per_cpu_second: undefined }
}

async function settled_heap(gc: () => void): Promise<number> {
  for (let round = 0; round < 3; round++) {
    gc()
    await new Promise(resolve => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Prints rows as a table; the ratio is ours to theirs. */
export function print_table(title: string, other_name: string, rows: readonly Row[]): void {
  const head = ['', 'unit', 'Kista', 'per CPU s', other_name, 'per CPU s', 'ratio', 'of CPU']
  const lines = rows.map(({ name, unit, kista, other }) => [
    name,
    unit,
    short(kista.per_second),
    short(kista.per_cpu_second),
    short(other?.per_second),
    short(other?.per_cpu_second),
    ratio(kista.per_second, other?.per_second),
    ratio(kista.per_cpu_second, other?.per_cpu_second),
  ])
  const table = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...table.map(line => line[column]!.length)))
  const pad = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  console.log(`\n${title}`)
  for (const line of table) console.log(line.map(pad).join('  ').trimEnd())
}

function short(rate: number | undefined): string {
  if (rate === undefined) return '-'
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M`
  if (rate >= 1e4) return `${(rate / 1e3).toFixed(0)} k`
  return rate >= 100 ? rate.toFixed(0) : rate.toFixed(1)
}

function ratio(ours: number | undefined, theirs: number | undefined): string {
  return ours === undefined || theirs === undefined ? '-' : (ours / theirs).toFixed(2)
}
