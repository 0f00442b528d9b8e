// Who is there, and what each waits for: for the one who asks why nobody goes on, or who was left behind.

import { Request } from '../apps/kernel/inet_request.ts'
import { timer_count } from '../runtime/erlang/alarm.ts'
import { members } from '../runtime/erlang/few.ts'
import type { Port } from '../runtime/erlang/pid.ts'
import { port_info, ports } from '../runtime/erlang/port.ts'
import { living, type Process } from '../runtime/erlang/process.ts'
import { name_of } from '../runtime/erlang/registry.ts'
import type { Term } from '../runtime/erlang/term.ts'

type Show = (term: Term) => string

/** What there was when the simulation began, which is not its business. */
export interface Before {
  readonly processes: ReadonlySet<Process>
  readonly ports: ReadonlySet<Port>
}

export const situation = (): Before => ({
  processes: new Set(living()),
  ports: new Set(ports()),
})

/** The processes that have come since. */
export const newcomers = (before: Before): Process[] =>
  Array.from(living()).filter(process => !before.processes.has(process))

/** One line for each process, and what it waits for. */
export const who_waits = (before: Before, show: Show): string[] =>
  newcomers(before).map(process => {
    const name = name_of(process.pid)
    const called = name === undefined ? '' : ` ${name}`
    return `${show(process.pid)}${called} ${show(process.initial_call)} ${state_of(process, show)}`
  })

/** One line for everything that has come since and is still there: processes, ports, timers. */
export function left_behind(before: Before, show: Show): string[] {
  const open = ports().filter(port => !before.ports.has(port))
  const timers = timer_count()
  return [
    ...who_waits(before, show),
    ...open.map(port => `${show(port)} of ${show(port_info(port)?.connected)}`),
    ...(timers > 0 ? [`${timers} timers`] : []),
  ]
}

/** Whether anybody waits for what is neither of the runtime nor of the simulated network, such as a file. */
export const awaits_platform = (before: Before): boolean =>
  newcomers(before).some(process => process.busy && !process.waiting && !waits_for_socket(process))

const waits_for_socket = (process: Process): boolean =>
  members(process.owned).some(resource => resource instanceof Request)

function state_of(process: Process, show: Show): string {
  const queued = process.mailbox.length
  const mail = queued === 0 ? '' : `, ${queued} messages queued, first ${show(process.mailbox.messages()[0])}`
  const [waiter] = process.waiters()
  if (waiter?.waits_for !== undefined) return `waits in ${show(waiter.waits_for)}${mail}`
  if (waiter !== undefined) return `waits for a message${mail}`
  if (!process.busy) return 'is idle'
  if (waits_for_socket(process)) return `waits for a socket${mail}`
  return `waits for something that is not of the runtime${mail}`
}
