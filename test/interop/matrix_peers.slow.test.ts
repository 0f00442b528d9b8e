// The matrix with its peers among themselves, each version and key exchange of each: what is red here is the
// harness's fault or a peer's, and never Kista's.

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { opposite_of, resumes_with } from './matrix/among_peers.ts'
import { batches_of, peer_names, title } from './matrix/cells.ts'
import { cells_to_fill, cells_with } from './matrix/choice.ts'
import { peers } from './matrix/peers.ts'
import { run_cells, stop_peers } from './matrix/run.ts'
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

/** One of each batch; or those whose title has all the words of CELLS. */
const cells = process.env.CELLS
  ? cells_with(process.env.CELLS)
  : batches_of(cells_to_fill()).flatMap(batch => batch.cells.slice(0, 1))

describe_with(Object.values(peers), 'The peers of the matrix', () => {
  test.each(peer_names)(
    'get along with %s in the place of Kista',
    async name => {
      const outcomes = await run_cells(
        cells.filter(cell => opposite_of(cell) === name),
        { opposite: peers[name], resumes: cell => resumes_with(cell, name), secrets },
      )

      const red = [...outcomes].flatMap(([cell, outcome]) =>
        outcome.colour === 'red' ? [`${title(cell)}: ${outcome.why}`] : [],
      )
      expect(red).toEqual([])
    },
    300_000,
  )
})
