// How far a handshake has come: the place in one side's chart, and the function that counts there.

import type { Role } from '../record/tls_v1.ts'
import {
  accepts,
  type ChartMessage,
  type ChartState,
  type ChartTable,
  chart_table,
  next_state,
  type OuterState,
  outer_state,
} from './chart_table.ts'
import { client_chart } from './client_chart.ts'
import { client_states } from './client_states.ts'
import { facts } from './facts.ts'
import type { HandshakeData, Step } from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import { server_chart } from './server_chart.ts'
import { server_states } from './server_states.ts'

interface Side {
  readonly table: ChartTable
  readonly states: StateFunctions
}

const sides: Readonly<Record<Role, Side>> = {
  client: { table: chart_table(client_chart), states: client_states },
  server: { table: chart_table(server_chart), states: server_states },
}

/** Mutable. */
export class Progress {
  readonly #side: Side
  #state: ChartState

  constructor(role: Role) {
    this.#side = sides[role]
    this.#state = this.#side.table.initial
  }

  /** As the chart names it, `certify.server_hello_done`. */
  get state(): ChartState {
    return this.#state
  }

  /** As the log names it: `hello`, `certify`, `cipher`, `abbreviated` or `connection`. */
  get outer(): OuterState {
    return outer_state(this.#side.table, this.#state)
  }

  /** Whether a message may come now; one that has only a number may not. */
  accepts(message: string | number, data: HandshakeData): boolean {
    return accepts(this.#side.table, this.#state, String(message), facts(data))
  }

  /**
   * What a message comes to that may come now.
   *
   * @throws Alert
   */
  step(message: Message, data: HandshakeData): Step {
    return this.#side.states[this.outer](message, data)
  }

  /** Goes on from the message, by what is known after it. */
  move(message: Message[0] | ChartMessage, data: HandshakeData): void {
    this.#state = next_state(this.#side.table, this.#state, String(message), facts(data))
  }
}
