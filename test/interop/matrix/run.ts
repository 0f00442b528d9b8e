// Fills the cells of the matrix: several servers at a time, the cells of one server after each other, each cell within
// its time.

import { setTimeout as delay } from 'node:timers/promises'
import { type Batch, batches_of, type Cell } from './cells.ts'
import { type Against, meet, type Outcome, red } from './meeting.ts'
import { peers } from './peers.ts'

export type Outcomes = ReadonlyMap<Cell, Outcome>

/** How long a cell may take, in milliseconds: two connections, and the start of a program. */
const patience = 20_000

/** A batch in which so many cells have taken too long is not gone on with. */
const most_late = 2

/** So many batches at a time: while one waits for its peer, another has the processor. */
const at_a_time = 4

/** Fills `cells`, all of which can be filled: see excuses.ts. */
export async function run_cells(cells: readonly Cell[], against: Against): Promise<Outcomes> {
  const outcomes = new Map<Cell, Outcome>()
  const left = [...batches_of(cells)]
  const work = async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) await run_batch(batch, against, outcomes)
  }
  await Promise.all(Array.from({ length: at_a_time }, work))
  return outcomes
}

/** Ends what the peers have kept running. */
export async function stop_peers(): Promise<void> {
  await Promise.all(Object.values(peers).map(peer => peer.stop()))
}

async function run_batch(batch: Batch, against: Against, outcomes: Map<Cell, Outcome>): Promise<void> {
  const meeting = meet(batch, against)
  let late = 0
  for (const cell of batch.cells) {
    const outcome = late < most_late ? await in_time(() => meeting.fill(cell)) : given_up
    if (outcome === too_late) late++
    outcomes.set(cell, outcome)
  }
  await meeting.end()
}

const too_late = red(`nothing came of it in ${patience} ms`)
const given_up = red('not tried: those before it took too long')

async function in_time(fill: () => Promise<Outcome>): Promise<Outcome> {
  const calm = new AbortController()
  const alarm = delay(patience, too_late, { signal: calm.signal })
  try {
    return await Promise.race([fill(), alarm])
  } catch (error) {
    return red(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    alarm.catch(() => {}) // it is called off
    calm.abort()
  }
}
