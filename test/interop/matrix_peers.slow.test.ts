// The matrix with its peers among themselves, each version and key exchange of each: what is red here is the
// harness's fault or a peer's, and never Kista's.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { batches_of, type Cell, peer_names, title } from './matrix/cells.ts'
import { cells_to_fill, opposite_of } from './matrix/choice.ts'
import { peers } from './matrix/peers.ts'
import { type Outcome, run_cells, stop_peers } from './matrix/run.ts'
import { make_secrets, type Secrets } from './matrix/secrets.ts'
import { describe_with } from './support/requires.ts'

let secrets: Secrets

beforeAll(async () => {
  secrets = await make_secrets()
}, 60_000)

afterAll(async () => {
  await stop_peers()
  await secrets.remove()
})

describe_with(Object.values(peers), 'The peers of the matrix', () => {
  test('manage among themselves what they are to manage with Kista', async () => {
    const batches = batches_of(cells_to_fill())
    const cells = batches.flatMap(batch => (process.env.EVERY_CELL ? batch.cells : batch.cells.slice(0, 1)))
    const outcomes: [Cell, Outcome][] = []

    for (const name of peer_names) {
      const opposite_cells = cells.filter(cell => opposite_of(cell) === name)
      outcomes.push(...(await run_cells(opposite_cells, secrets, peers[name])))
    }

    const red = outcomes.flatMap(([cell, outcome]) =>
      outcome.colour === 'red' ? [`${title(cell)}: ${outcome.why.slice(0, 300)}`] : [],
    )
    expect(red).toEqual([])
  }, 600_000)
})
