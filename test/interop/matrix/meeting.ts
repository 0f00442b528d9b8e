// Where a client and a server of the matrix meet: a handshake over the loopback, a line there and its answer back, and
// again with the session of the first; and whether it was what was asked for.

import { setTimeout as delay } from 'node:timers/promises'
import type { Connected, Refused, RunningServer } from '../support/peer.ts'
import type { Batch, Cell } from './cells.ts'
import { type Call, type MatrixPeer, type MatrixServer, type Visit, version_names } from './matrix_peer.ts'
import { peers } from './peers.ts'
import type { Secrets } from './secrets.ts'
import { iana_name } from './suite_names.ts'

/** What came of a cell. Of a red one, why, and what the programs said. */
export type Outcome =
  | { readonly colour: 'green'; readonly resumed: boolean }
  | { readonly colour: 'red'; readonly why: string }

/** Whom the peers meet. */
export interface Against {
  /** Kista, or who is in its place. */
  readonly opposite: MatrixPeer
  /** Whether the two shall resume the session. */
  readonly resumes: (cell: Cell) => boolean
  readonly secrets: Secrets
}

export interface Meeting {
  fill(cell: Cell): Promise<Outcome>
  end(): Promise<void>
}

export function meet(batch: Batch, against: Against): Meeting {
  const peer = peers[batch.peer]
  const { opposite } = against
  const [client, server] = batch.role === 'client' ? [opposite, peer] : [peer, opposite]
  return server.serves_at_once ? with_many(client, server, against) : with_one(client, server, batch, against)
}

export function red(why: string): Outcome {
  return { colour: 'red', why }
}

/** One server for the whole batch: it takes its time to start. */
function with_one(client: MatrixPeer, server: MatrixPeer, batch: Batch, against: Against): Meeting {
  const suites = batch.cells.map(({ suite }) => suite)
  const serving = server.serve({ version: batch.version, suites }, against.secrets)
  return {
    async fill(cell) {
      const running = await serving
      const call = call_of(cell, running, against)
      return judge(call, running, await client.connect(call, against.secrets))
    },
    async end() {
      await serving.then(
        running => running.stop(),
        () => {}, // every cell has told of it
      )
    },
  }
}

/** A server for each cell, so that none can stand in another's way. */
function with_many(client: MatrixPeer, server: MatrixPeer, against: Against): Meeting {
  return {
    async fill(cell) {
      const { version, suite } = cell
      const running = await server.serve({ version, suites: [suite] }, against.secrets)
      try {
        const call = call_of(cell, running, against)
        const report = await client.connect(call, against.secrets)
        const visit = await last_visit(running, call.resume ? 2 : 1)
        if (!report.ok) return red(`${visit?.ok === false ? visit.output : ''}\n${report.output}`)
        const outcome = judge(call, running, report)
        return outcome.colour === 'green' && visit ? judge(call, running, { ...report, ...visit }) : outcome
      } finally {
        await running.stop()
      }
    },
    end: async () => {},
  }
}

/** What the server says of the last of `count` connections: a little later than the client, if ever. */
async function last_visit(server: MatrixServer, count: number): Promise<Visit | undefined> {
  let last: Visit | undefined
  for (let left = count; left > 0; left--) {
    const visit = await Promise.race([server.visit?.(), delay(1000, undefined, { ref: false })])
    if (!visit) break
    last = visit
  }
  return last
}

function call_of(cell: Cell, { port }: RunningServer, { resumes }: Against): Call {
  const { version, suite, peer, role } = cell
  const line = `hello, ${role === 'client' ? peer : 'peer'}`
  return { version, suite, port, line, resume: resumes(cell) }
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
  const wrong = Object.entries(expected).find(([name, value]) => report[name as 'suite'] !== value)
  if (!wrong) return { colour: 'green', resumed: call.resume }
  const [name, value] = wrong
  return red(`${name}: ${report[name as 'suite']}, and should be ${value}\n${report.output}`)
}
