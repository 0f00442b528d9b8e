// Random match specifications find and make what they find and make on the BEAM.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as ets from '../../../runtime/erlang/ets.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { compare_terms } from '../../../runtime/erlang/term_order.ts'
import { describe_with, missing_program } from '../support/requires.ts'
import { erlang, type Operation, printed, type Searches, searches, term_of } from './match_spec_program.ts'
import { seed } from './seed.ts'

const beam = { missing: () => missing_program('escript') }
const side = fileURLToPath(new URL('match_spec_side.escript', import.meta.url))
const programs_per_type = 50
const types = ['set', 'ordered_set', 'bag', 'duplicate_bag'] as const
const functions: Readonly<Record<string, Term>> = ets

function on_beam(programs: readonly Searches[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kista-match-specs-'))
  try {
    const call = ([name, ...args]: Operation) => `{${name},${erlang(args)}}`
    const text = programs.map(([type, operations]) => `{${type},[${operations.map(call)}]}.\n`)
    writeFileSync(join(folder, 'programs'), text.join(''))
    const answers = execFileSync('escript', [side, join(folder, 'programs')], { maxBuffer: 2 ** 28 })
    return answers.toString().trimEnd().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function here(programs: readonly Searches[]): string[] {
  return programs.flatMap(([type, operations]) => {
    const table = ets.new('table', { type })
    const answers = operations.map(([name, ...args]) => {
      const result = call(table, name, args.map(term_of), Array.isArray(args[0]))
      // A set or bag has its rows in another order there.
      const sorted = Array.isArray(result) && type !== 'ordered_set'
      return printed(sorted ? result.toSorted(compare_terms) : result)
    })
    ets.delete(table)
    return answers
  })
}

function call(table: ets.Table, name: string, args: readonly Term[], of_list: boolean): Term {
  const several = of_list && name === 'insert' ? `${name}_list` : name
  try {
    return functions[several](table, ...args)
  } catch (error) {
    return (error as { reason: Term }).reason
  }
}

describe_with([beam], 'match specifications', () => {
  test.each(types)('find in a table of type %s what they find on the BEAM', async type => {
    const programs = fc.sample(searches(type), { numRuns: programs_per_type, seed })
    const expected = on_beam(programs)
    const found = await run(() => here(programs))
    const asked = programs.flatMap(([, operations]) =>
      operations.map(([name, ...args]) => `${name} ${erlang(args)}`),
    )
    const differing = asked
      .map((operation, index) => ({ operation, here: found[index], on_beam: expected[index], seed }))
      .filter(({ here, on_beam }) => here !== on_beam)
    expect(differing).toEqual([])
    expect(found.length).toBe(expected.length)
  })
})
