// What engines pass through of the charts: each step of each engine is written down while tests run.

import { jest } from '@jest/globals'
import {
  type ChartMessage,
  type ChartState,
  type ChartTable,
  chart_table,
  type Facts,
} from '../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../ssl_app/handshake/client_chart.ts'
import { facts } from '../../ssl_app/handshake/facts.ts'
import { Progress } from '../../ssl_app/handshake/progress.ts'
import { server_chart } from '../../ssl_app/handshake/server_chart.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'

/** A step, by what was known behind it. */
export interface Move {
  readonly role: Role
  readonly from: ChartState
  readonly message: ChartMessage
  readonly facts: Facts
  readonly to: ChartState
}

export const tables: Readonly<Record<Role, ChartTable>> = {
  client: chart_table(client_chart),
  server: chart_table(server_chart),
}

/** From here on, all steps of all engines; a HelloRequest in a handshake is a step that leads nowhere. */
export function record_moves(): readonly Move[] {
  const moves: Move[] = []
  const { move, accepts } = Progress.prototype
  jest.spyOn(Progress.prototype, 'move').mockImplementation(function (this: Progress, message, data) {
    const from = this.state
    move.call(this, message, data)
    moves.push({
      role: data.role,
      from,
      message: message as ChartMessage,
      facts: facts(data),
      to: this.state,
    })
  })
  jest.spyOn(Progress.prototype, 'accepts').mockImplementation(function (this: Progress, message, data) {
    const legal = accepts.call(this, message, data)
    const { state } = this
    if (message === 'hello_request' && legal) {
      moves.push({ role: data.role, from: state, message, facts: facts(data), to: state })
    }
    return legal
  })
  return moves
}

/** The branches of a chart: `hello on server_hello 1` is the second that leads out of `hello` on that message. */
export function branches({ rows }: ChartTable): string[] {
  return [...rows].flatMap(([state, { on, always }]) => [
    ...[...on].flatMap(([message, ways]) => ways.map((_, at) => `${state} on ${message} ${at}`)),
    ...always.map((_, at) => `${state} always ${at}`),
  ])
}

/** The branches that a step has taken. */
export function branches_of({ role, from, message, facts: known }: Move): string[] {
  const { rows } = tables[role]
  const chosen = (ways: readonly { readonly guard: keyof Facts | undefined }[]) =>
    ways.findIndex(({ guard }) => guard === undefined || known[guard])
  const first = chosen(rows.get(from)!.on.get(message)!)
  const taken = [`${from} on ${message} ${first}`]
  let state = rows.get(from)!.on.get(message)![first]!.target ?? from
  for (;;) {
    const { always } = rows.get(state)!
    const onward = chosen(always)
    if (onward === -1) return taken
    taken.push(`${state} always ${onward}`)
    state = always[onward]!.target!
  }
}
