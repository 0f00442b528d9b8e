// A handler of events that does what it is told and notes what it is called for.

import type { Pid } from '../../runtime/erlang/pid.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as gen_event from '../../runtime/otp/gen_event.ts'

/** What the handlers were called for, in order: emptied by {@link take_log}. */
let log: string[] = []

/** What was noted since the last time. */
export function take_log(): string[] {
  const taken = log
  log = []
  return taken
}

export const note = (line: string): void => {
  log.push(line)
}

type Does<Result> = (state: Term) => gen_event.Promised<Result>

/** `['to', state, does]` is for the handler with this state; anything else is noted by all. */
export type Event = string | readonly ['to', state: Term, does: Does<Term>]

/**
 * A handler whose state is what it is added with: `['init', does]` says what else `init` gives. After a swap the
 * state is the first argument. A state `['last', does]` says what `terminate` does.
 */
export const obedient: gen_event.Callbacks<Term, Event, Does<Term>, Term> = {
  module: 'obedient',
  init(args) {
    if (args[0] === 'init') return args[1]()
    if (!Array.isArray(args) || args[0] === 'last') return ['ok', args]
    note(`init ${args[0]} after ${JSON.stringify(args[1])}`)
    return ['ok', args[0]]
  },
  handle_event(event, state) {
    if (Array.isArray(event) && event[0] === 'to') return event[1] === state ? event[2](state) : ['ok', state]
    note(`${state} event ${event}`)
    return ['ok', state]
  },
  handle_call: (does, state) => does(state),
  handle_info(info, state) {
    note(`${state} info ${Array.isArray(info) ? info[0] : info}`)
    return ['ok', state]
  },
  terminate(args, state) {
    note(`${Array.isArray(state) ? state[0] : state} terminate ${JSON.stringify(args)}`)
    return Array.isArray(state) ? state[1]() : `end of ${state}`
  },
}

/** An obedient handler with an id. */
export const handler = (id: Term) => [obedient, id] as const

/** A manager with obedient handlers of these ids, which are their states too; the last one is the first. */
export async function start_manager(...ids: string[]): Promise<Pid> {
  const manager = ok(await gen_event.start_link())
  for (const id of ids) await gen_event.add_handler(manager, handler(id), id)
  return manager
}

/** Ids of the handlers, the one that was added last first. */
export const ids_of = async (manager: Pid): Promise<Term[]> =>
  (await gen_event.which_handlers(manager)).map(one => (Array.isArray(one) ? one[1] : one))
