// The end of each turn of a connection in its state `connection`: what can be delivered is, and what is wanted is read.

import type { Action, ReplyAction, StateResult } from '../../runtime/otp/gen_statem.ts'
import type { Connection } from './connection_data.ts'
import { deliver, has_hearer, read_on, refuse_senders } from './connection_io.ts'

type Result = StateResult<Connection>

/** The name of the timer that sends an idle connection into hibernation. */
const idle = 'idle'

/** Delivers what can be delivered, and reads on if more is wanted. At the end, nobody can send any more. */
export function go_on(data: Connection, replies: readonly ReplyAction[] = []): Result {
  const delivery = deliver(data)
  const can_send = has_hearer(data) && !delivery.over
  const refused = can_send ? [] : refuse_senders(data, ['error', 'closed'])
  const actions = [...replies, ...refused, ...delivery.replies]
  if (delivery.over) return ['stop_and_reply', ending_reason(data), actions]
  return read_on(data) ? keep(data, actions) : go_on(data, actions)
}

/** Nothing more to do until something happens; an idle connection hibernates in time. */
export function keep(data: Connection, actions: readonly Action[] = []): Result {
  const { engine, options } = data
  const { hibernate_after } = options
  if (hibernate_after !== undefined && engine?.connected)
    return ['keep_state_and_data', [...actions, ['timeout', hibernate_after, idle]]]
  return actions.length === 0 ? 'keep_state_and_data' : ['keep_state_and_data', actions]
}

/** OTP: what a connection's process ends with. */
function ending_reason({ failed, ending, engine }: Connection) {
  if (failed) return ['shutdown', 'own_alert']
  if (ending === undefined) return 'normal'
  if (ending !== 'closed') return ['shutdown', 'peer_alert']
  return ['shutdown', engine!.behind_close === undefined ? 'transport_closed' : 'peer_close']
}
