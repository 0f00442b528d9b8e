// Messages as events of a machine, and how they are printed when it is traced.

import { format_term } from '../erlang/io_lib.ts'
import type { Term } from '../erlang/term.ts'
import type { ChartEvent } from './statechart_actor.ts'
import { name_text, type SystemEvent } from './sys_debug.ts'

/**
 * An event is itself. Any other message is one too: its type is that of a string the string, of a tuple its tag, of
 * all else `'info'`; and the message is in it, as `message`.
 */
export function event_of(message: Term): ChartEvent {
  if (typeof message === 'string') return { type: message, message }
  if (!Array.isArray(message)) return typeof message?.type === 'string' ? message : { type: 'info', message }
  return { type: typeof message[0] === 'string' ? message[0] : 'info', message }
}

/** An event of a machine's process in one line, for `sys.trace`. */
export function format_event([kind, event, before, after]: SystemEvent, name: Term): string {
  const { type, ...more } = event as ChartEvent
  const what = Object.keys(more).length === 0 ? type : `${type} ${format_term(more)}`
  const states = kind === 'in' || before === after ? '' : ` => ${format_term(after)}`
  return `*DBG* ${name_text(name)} ${kind === 'in' ? 'receive' : kind} ${what} in state ${format_term(before)}${states}`
}
