// The same programs on the BEAM, if it is installed: compiled on the spot and run with one scheduler.

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { print_table, type Rates, type Row } from './measure.ts'

const run = promisify(execFile)
const sources = fileURLToPath(new URL('../../../test/bench/', import.meta.url))

/** Something to measure: its name on both sides, what is counted, and how it comes out here. */
export type Bench = readonly [name: string, unit: string, measured: () => Promise<Rates>]

/** Measures a group of programs here and on the BEAM, and prints the table. */
export async function bench_beside_beam(group: string, benches: readonly Bench[]): Promise<void> {
  const beam = await run_on_beam(group)
  const rows: Row[] = []
  for (const [name, unit, measured] of benches)
    rows.push({ name, unit, kista: await measured(), other: beam?.get(name) })
  print_table(group, 'BEAM', rows)
}

/**
 * Compiles `test/bench/*_bench.erl`, runs one group of their programs, and reads the lines that it prints: name,
 * things per second and things per CPU second (or a dash), with tabs between.
 *
 * @returns the rates by name; undefined, with a word about it, when there is no Erlang
 */
async function run_on_beam(group: string): Promise<Map<string, Rates> | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-bench-'))
  try {
    await run('erlc', ['-o', folder, join(sources, 'otp_bench.erl'), join(sources, 'statem_bench.erl')])
    const start = ['-noshell', '-pa', folder, '-s', 'otp_bench', 'main', group, '-s', 'init', 'stop']
    const { stdout } = await run('erl', ['+S', '1', '+sbwt', 'none', ...start])
    return new Map(stdout.trim().split('\n').map(read_line))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    console.log('no erl and erlc here: nothing to compare processes with')
    return undefined
  } finally {
    await rm(folder, { recursive: true })
  }
}

function read_line(line: string): [string, Rates] {
  const [name, per_second, per_cpu_second] = line.split('\t')
  const of_cpu = per_cpu_second === '-' ? undefined : Number(per_cpu_second)
  return [name!, { per_second: Number(per_second), per_cpu_second: of_cpu }]
}
