// The tests of the matrix, or of some cells of it: one for each peer and role.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describe_with } from '../support/requires.ts'
import { with_kista } from '../support/setting.ts'
import { type Cell, peer_names, roles, title } from './cells.ts'
import { excuse_for_resumption } from './excuses.ts'
import { kista } from './kista_peer.ts'
import type { Outcome } from './meeting.ts'
import { peers } from './peers.ts'
import { type Outcomes, run_cells, stop_peers } from './run.ts'
import { make_secrets, type Secrets } from './secrets.ts'

/** What all of them may take together, in milliseconds. */
const patience = 600_000

/** @returns what has come of the cells so far */
export function describe_matrix(name: string, cells: readonly Cell[]): () => Outcomes {
  const all = new Map<Cell, Outcome>()
  let secrets: Secrets
  with_kista()
  beforeAll(async () => {
    secrets = await make_secrets()
  }, patience)
  afterAll(async () => {
    await stop_peers()
    await secrets.remove()
  })

  for (const peer of peer_names) {
    for (const role of roles) {
      const its = cells.filter(cell => cell.peer === peer && cell.role === role)
      if (its.length === 0) continue
      describe_with([peers[peer]], `${name}: Kista as ${role} with ${peer}`, () => {
        test(
          `shakes hands in every way that both know, ${its.length} in all`,
          async () => {
            const resumes = (cell: Cell) => excuse_for_resumption(cell) === undefined
            const outcomes = await run_cells(its, { opposite: kista, resumes, secrets })

            for (const [cell, outcome] of outcomes) all.set(cell, outcome)
            expect(red_ones(outcomes)).toEqual([])
          },
          patience,
        )
      })
    }
  }
  test(`${name}: no cell is left empty but for a reason`, () => {
    const empty = cells.filter(cell => !all.has(cell) && peers[cell.peer].missing() === undefined)

    expect(empty.map(title)).toEqual([])
  })
  return () => all
}

/** Each red cell, and the first that is said of why. */
function red_ones(outcomes: Outcomes): readonly string[] {
  return [...outcomes].flatMap(([cell, outcome]) =>
    outcome.colour === 'red' ? [`${title(cell)}: ${outcome.why.trim().slice(0, 500)}`] : [],
  )
}
