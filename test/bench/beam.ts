// The same programs on the BEAM, if it is installed: compiled on the spot and run with one scheduler.

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Rates } from './measure.ts'

const run = promisify(execFile)
const sources = fileURLToPath(new URL('../../../test/bench/', import.meta.url))

/**
 * Compiles `test/bench/MODULE.erl`, runs its `main/0`, and reads the lines that it prints: name, things per second
 * and things per CPU second (or a dash), with tabs between.
 *
 * @returns the rates by name; undefined, with a word about it, when there is no Erlang
 */
export async function run_on_beam(module: string): Promise<Map<string, Rates> | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kista-bench-'))
  try {
    await run('erlc', ['-o', folder, join(sources, `${module}.erl`)])
    const flags = [
      '+S',
      '1',
      '+sbwt',
      'none',
      '-noshell',
      '-pa',
      folder,
      '-s',
      module,
      'main',
      '-s',
      'init',
      'stop',
    ]
    const { stdout } = await run('erl', flags)
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
