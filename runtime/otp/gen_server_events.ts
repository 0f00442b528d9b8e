// How the events of a gen_server are printed, when it is traced.

import { format_term } from '../erlang/io_lib.ts'
import type { Term } from '../erlang/term.ts'
import { message_text, name_text, type SystemEvent } from './sys_debug.ts'

/** An event in one line, as `sys:trace` of OTP prints it. */
export const format_event = (event: SystemEvent, name: Term): string =>
  `*DBG* ${name_text(name)} ${event_text(event)}`

function event_text(event: SystemEvent): string {
  const [kind, what, from, state] = event
  switch (kind) {
    case 'in':
      return `got ${message_text(what)}`
    case 'out':
      return `sent ${format_term(what)} to ${from[0]}, new state ${format_term(state)}`
    case 'noreply':
      return `new state ${format_term(what)}`
    default:
      return `dbg  ${format_term(event)}`
  }
}
