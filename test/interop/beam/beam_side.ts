// Runs random programs on the BEAM, with one scheduler; many at a time, since in some of them time has to pass.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { start_process } from '../support/peer_process.ts'
import { missing_program } from '../support/requires.ts'

export const beam = { missing: () => missing_program('erl') ?? missing_program('erlc') }

const sources = [
  'beam_side',
  'stillness',
  'supervision_side',
  'statem_side',
  'statem_machine',
  'event_side',
  'table_side',
].map(name => fileURLToPath(new URL(`${name}.erl`, import.meta.url)))
const at_a_time = 50
/** How often a program is tried whose pauses the machine would not keep. */
const tries = 4

let compiled: string | undefined

afterAll(() => {
  if (compiled !== undefined) rmSync(compiled, { recursive: true })
})

function compile(): string {
  if (compiled !== undefined) return compiled
  compiled = mkdtempSync(join(tmpdir(), 'kista-beam-'))
  execFileSync('erlc', ['-o', compiled, ...sources])
  return compiled
}

/** Of what kind a program is, and itself, in arrays that become tuples and lists. */
export type BeamProgram = readonly [kind: readonly [string, ...unknown[]], terms: unknown]

/** @returns their traces; undefined for one whose pauses came out too long, however often it was tried */
export async function run_on_beam<Trace>(programs: readonly BeamProgram[]): Promise<(Trace | undefined)[]> {
  const traces: (Trace | undefined)[] = []
  for (let from = 0; from < programs.length; from += at_a_time)
    traces.push(...(await run_batch<Trace>(programs.slice(from, from + at_a_time))))
  return traces
}

async function run_batch<Trace>(programs: readonly BeamProgram[]): Promise<(Trace | undefined)[]> {
  const traces = new Array<Trace | undefined>(programs.length).fill(undefined)
  const node = start_process('erl', ['+S', '1', '-noshell', '-pa', compile(), '-s', 'beam_side', 'main'])
  await node.wait_for(({ stdout }) => /^READY$/m.exec(stdout) ?? undefined)
  let left = [...programs.keys()]
  for (let tried = 0; tried < tries && left.length > 0; tried++) {
    const number = (index: number) => tried * programs.length + index
    for (const index of left) {
      const [kind, terms] = programs[index]!
      node.write(`{${number(index)}, ${erlang(kind)}, ${erlang(terms)}}.\n`)
    }
    for (const index of left) {
      const line = new RegExp(`^${number(index)} (.*)\\n`, 'm')
      const [, answer] = await node.wait_for(({ stdout }) => line.exec(stdout) ?? undefined)
      if (answer !== 'late') traces[index] = JSON.parse(answer!)
    }
    left = left.filter(index => traces[index] === undefined)
  }
  await node.finish()
  return traces
}

/** A program in Erlang's syntax: an array that starts with a word is a tuple, any other a list. */
function erlang(term: unknown): string {
  if (!Array.isArray(term)) return typeof term === 'string' ? `'${term}'` : String(term)
  const parts = term.map(erlang).join(', ')
  return typeof term[0] === 'string' ? `{${parts}}` : `[${parts}]`
}
