// Fills the cells of the matrix: every one a handshake over the loopback, a line there and its answer back, and again
// with the session of the first, each within its time.

import { setTimeout as delay } from 'node:timers/promises'
import type { Connected, Refused, RunningServer } from '../support/peer.ts'
import { type Batch, batches_of, type Cell } from './cells.ts'
import { excuse_for_resumption } from './excuses.ts'
import { type Call, type MatrixPeer, type MatrixServer, type Visit, version_names } from './matrix_peer.ts'
import { peers } from './peers.ts'
import type { Secrets } from './secrets.ts'
import { iana_name } from './suite_names.ts'

/** What came of a cell. Of a red one, why, and what the programs said. */
export type Outcome =
  | { readonly colour: 'green'; readonly resumed: boolean }
  | { readonly colour: 'red'; readonly why: string }

export type Outcomes = ReadonlyMap<Cell, Outcome>

/** How long a cell may take, in milliseconds: two connections, and the start of a program. */
const patience = 20_000

/** A batch in which so many cells have taken too long is not gone on with. */
const most_late = 2

/** So many batches at a time: while one waits for its peer, another has the processor. */
const at_a_time = 4

/**
 * Fills `cells`, all of which can be filled: see excuses.ts.
 *
 * @param opposite - Kista, or who is in its place
 */
export async function run_cells(
  cells: readonly Cell[],
  secrets: Secrets,
  opposite: MatrixPeer,
): Promise<Outcomes> {
  const outcomes = new Map<Cell, Outcome>()
  const left = [...batches_of(cells)]
  const work = async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) {
      for (const [cell, outcome] of await run_batch(batch, opposite, secrets)) {
        outcomes.set(cell, outcome)
      }
    }
  }
  await Promise.all(Array.from({ length: at_a_time }, work))
  return outcomes
}

/** Ends what the peers have kept running. */
export async function stop_peers(): Promise<void> {
  await Promise.all(Object.values(peers).map(peer => peer.stop()))
}

async function run_batch(batch: Batch, opposite: MatrixPeer, secrets: Secrets): Promise<Outcomes> {
  const peer = peers[batch.peer]
  const [client, server] = batch.role === 'client' ? [opposite, peer] : [peer, opposite]
  const table = server.serves_at_once
    ? table_for_one(client, server, secrets)
    : table_for_all(client, server, batch, secrets)
  const outcomes = new Map<Cell, Outcome>()
  let late = 0
  for (const cell of batch.cells) {
    const outcome = late < most_late ? await in_time(() => table.fill(cell)) : given_up
    if (outcome === too_late) late++
    outcomes.set(cell, outcome)
  }
  await table.clear()
  return outcomes
}

const red = (why: string): Outcome => ({ colour: 'red', why })
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

// ---- Where client and server meet

interface Table {
  fill(cell: Cell): Promise<Outcome>
  clear(): Promise<void>
}

/** One server for the whole batch: others' take their time to start. */
function table_for_all(client: MatrixPeer, server: MatrixPeer, batch: Batch, secrets: Secrets): Table {
  const suites = batch.cells.map(({ suite }) => suite)
  const serving = server.serve({ version: batch.version, suites }, secrets)
  return {
    async fill(cell) {
      const running = await serving
      const call = call_of(cell, running.port)
      return judge(call, running, await client.connect(call, secrets))
    },
    async clear() {
      await serving.then(
        running => running.stop(),
        () => {}, // every cell has told of it
      )
    },
  }
}

/** A server for each cell, so that none can stand in another's way. */
function table_for_one(client: MatrixPeer, server: MatrixPeer, secrets: Secrets): Table {
  return {
    async fill(cell) {
      const { version, suite } = cell
      const running = await server.serve({ version, suites: [suite] }, secrets)
      try {
        const call = call_of(cell, running.port)
        const report = await client.connect(call, secrets)
        const visit = await last_visit(running, call.resume && report.ok ? 2 : 1)
        if (!report.ok) return red(`${report.output}\n${visit?.ok === false ? visit.output : ''}`)
        const outcome = judge(call, running, report)
        return outcome.colour === 'green' && visit ? judge(call, running, { ...report, ...visit }) : outcome
      } finally {
        await running.stop()
      }
    },
    clear: async () => {},
  }
}

/** What the server says of the last of `count` connections: a little later than the client, if ever. */
async function last_visit(server: MatrixServer, count: number): Promise<Visit | undefined> {
  let last: Visit | undefined
  for (let left = count; left > 0; left--) {
    const visit = await Promise.race([server.visit?.(), delay(1000)])
    if (!visit) break
    last = visit
  }
  return last
}

function call_of(cell: Cell, port: number): Call {
  const { version, suite } = cell
  const line = `hello from ${cell.role === 'client' ? 'kista' : cell.peer}`
  return { version, suite, port, line, resume: excuse_for_resumption(cell) === undefined }
}

/** Whether it was what was asked for: line, version, suite and resumption. */
function judge(call: Call, server: RunningServer, report: Connected | Refused): Outcome {
  if (!report.ok) return red(`${report.output}\n${server.output()}`)
  const expected = {
    received: server.answer_to(call.line),
    protocol: version_names[call.version],
    suite: iana_name(call.suite),
    resumed: call.resume,
  }
  const [wrong] = Object.entries(expected).filter(([name, value]) => report[name as 'suite'] !== value)
  if (!wrong) return { colour: 'green', resumed: call.resume }
  const [name, value] = wrong
  return red(`${name}: ${report[name as 'suite']}, and should be ${value}\n${report.output}`)
}
