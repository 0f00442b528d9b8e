// What a crash report tells of a connection: enough to find the fault, and no keys, passwords or data.

import type { Term } from '../../runtime/erlang/term.ts'
import type { EventType, Status } from '../../runtime/otp/gen_statem.ts'
import type { Connection } from './connection_data.ts'

/** What reports must not show: it can be taken out, but not seen. */
export class Hidden<Value> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  get value(): Value {
    return this.#value
  }
}

/** OTP: `ssl_connection:format_status/2` */
export const format_status = ({ data, queue, postponed }: Status): Partial<Status> => ({
  data: outline(data),
  queue: queue.map(outline_event),
  postponed: postponed.map(outline_event),
})

function outline(connection: Connection): Term {
  const {
    engine,
    user,
    options,
    base: _,
    session,
    offered,
    receivers,
    senders,
    starter,
    paused,
    ...others
  } = connection
  return {
    ...others,
    engine: engine?.state_name,
    user: user.options,
    log_alert: options.log_alert,
    has_session: session !== undefined,
    has_offered: offered !== undefined,
    receivers: receivers.length,
    senders: senders.length,
    is_paused: paused !== undefined,
    has_starter: starter !== undefined,
  }
}

const outline_event = ([type, content]: readonly [EventType, Term]) => [type, name_of(content)] as const

/** The word that a request or message begins with. */
function name_of(content: Term): Term {
  const name = Array.isArray(content) ? content[0] : undefined
  return typeof name === 'string' || typeof name === 'symbol' ? name : typeof content
}
