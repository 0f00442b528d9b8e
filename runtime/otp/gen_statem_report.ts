// What is told of a state machine: by its last report, by sys:get_status, and event by event when it is traced.

import { format_term } from '../erlang/io_lib.ts'
import type { Pid } from '../erlang/pid.ts'
import { report } from '../erlang/report.ts'
import type { Reason, Term } from '../erlang/term.ts'
import { is_orderly } from './crash_report.ts'
import { format_status } from './format_status.ts'
import { client_info, module_of } from './gen.ts'
import type { Gathered } from './gen_statem_actions.ts'
import type { Callbacks, EventType, Status } from './gen_statem_callbacks.ts'
import { type Mode, mode_term } from './gen_statem_mode.ts'
import { name_text, type SystemEvent } from './sys_debug.ts'
import type { SysState } from './sys_loop.ts'

/** What a machine knows of itself. */
export interface Portrait {
  readonly name: Term
  readonly parent: Pid
  /** Those that are called, and those that they were pushed over. */
  readonly callbacks: readonly [Callbacks, ...Callbacks[]]
  readonly mode: Mode
  /** Of what kind the event is that is handled, if there is one. */
  readonly type: EventType | undefined
  readonly status: Status
}

/** Reports the end of a machine, unless that is orderly. OTP: `gen_statem:error_info/7`. */
export function report_end({ name, callbacks, mode, type, status }: Portrait, reason: Reason): void {
  if (is_orderly(reason)) return
  const told = format_status<Status>(callbacks[0], { ...status, reason })
  const facts = {
    name,
    queue: told.queue,
    postponed: told.postponed,
    modules: callbacks.map(module_of),
    callback_mode: mode_term(mode),
    state: [told.state, told.data],
    timeouts: told.timeouts,
    log: told.log,
    reason: told.reason,
    client_info: Array.isArray(type) && type[0] === 'call' ? client_info(type[1]) : undefined,
  }
  report('error', { label: ['gen_statem', 'terminate'], report: facts })
}

/** The last element of what `sys.get_status` gives. OTP: `gen_statem:format_status/2`. */
export function status_term({ name, parent, callbacks, status }: Portrait, sys_state: SysState): Term {
  const told = format_status<Status>(callbacks[0], status)
  return [
    ['header', `Status for state machine ${name_text(name)}`],
    [
      'data',
      [
        ['Status', sys_state],
        ['Parent', parent],
        ['Modules', callbacks.map(module_of)],
        ['Time-outs', [told.timeouts?.length ?? 0, told.timeouts]],
        ['Logged Events', told.log],
        ['Postponed', told.postponed],
      ],
    ],
    ['data', [['State', [told.state, told.data]]]],
  ]
}

/**
 * What debugging shows of an event that was handled: what became of it, and the timeouts that were started, in OTP's
 * order, which is the last one first.
 *
 * @param event - none for entering the first state
 */
export function arrival(
  event: readonly [EventType, Term] | undefined,
  [before, after]: readonly [state_before: Term, state: Term],
  gathered: Gathered | undefined,
): SystemEvent[] {
  const kind = gathered?.postpone && event !== undefined ? 'postpone' : 'consume'
  const started = gathered?.timeouts?.filter(([, time]) => typeof time === 'number') ?? []
  return [
    [kind, event ?? ['internal', 'init_state'], before, after],
    ...started.reverse().map(timeout => ['start_timer', timeout, after]),
  ]
}

/** An event of a machine as text, for `sys.trace`. OTP: `gen_statem:print_event/3`. */
export function format_event(event: SystemEvent, name: Term): string {
  const [kind, what, state, next_state] = event
  const about = `*DBG* ${name_text(name)}`
  switch (kind) {
    case 'in':
      return `${about} receive ${event_text(what)} in state ${format_term(state)}`
    case 'out':
      return `${about} send ${format_term(what)} to ${state[0]}`
    case 'enter':
    case 'module':
      return `${about} ${kind} ${what} in state ${format_term(state)}`
    case 'start_timer':
      return `${about} start_timer ${format_term(what)} in state ${format_term(state)}`
    default: {
      const after = next_state === state ? '' : ` => ${format_term(next_state)}`
      return `${about} ${kind} ${event_text(what)} in state ${format_term(state)}${after}`
    }
  }
}

function event_text([type, content]: readonly [EventType, Term]): string {
  if (Array.isArray(type) && type[0] === 'call') return `call ${format_term(content)} from ${type[1][0]}`
  return `${typeof type === 'string' ? type : format_term(type)} ${format_term(content)}`
}
