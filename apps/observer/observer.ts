// The package's entry point `kista/observer`: what a running system is doing, as data; and the application that lets
// `kista top` watch it from another terminal.

import { report } from '../../runtime/erlang/report.ts'
import type { Done } from '../../runtime/erlang/term.ts'
import * as application from '../kernel/application.ts'
import { observer_app } from './observer_app.ts'

export {
  type ApplicationNode,
  application_tree,
  supervision_tree,
  type TreeNode,
  type TreeOptions,
} from './application_tree.ts'
export { type EtsRow, type EtsTableOptions, ets_table } from './ets_table.ts'
export { type PortRow, type PortTableOptions, port_table, type SocketDetails } from './port_table.ts'
export {
  count_reductions,
  type MessageQueueRow,
  type MessageQueuesOptions,
  message_queues,
  type ProcessRow,
  type ProcessTableOptions,
  process_table,
  type ReductionCounts,
  type SortKey,
} from './process_table.ts'
export { type Memory, type SystemInfo, system_info } from './system_info.ts'
export { type TimerRow, type TimerTableOptions, timer_table } from './timer_table.ts'

/** How a node is to be watched. */
export interface StartOptions {
  /**
   * What `kista top` finds the node by: 1 to 64 letters, digits, `_`, `-` and `.`. Default: the parameter `name` of
   * the application `observer`, else the number of the operating system's process
   */
  readonly name?: string
}

/**
 * Lets this node be watched by `kista top`, on this machine and by this user only: starts the application `observer`,
 * which listens on a unix domain socket. It answers questions, and changes nothing. A program that is done ends as if
 * nobody watched.
 *
 * Importing this module with the environment variable `KISTA_OBSERVER` set does it too, with the value as the name:
 * `KISTA_OBSERVER=shop node --import kista/observer program.js`.
 *
 * @returns as `application.start`; when it could not listen, with `['bad_name', name]`, `'eaddrinuse'` (another node has
 *   that name), `['unsafe_directory', path]`, `'enametoolong'` or another POSIX code in its reason
 * @see OTP: `observer:start/0`
 */
export async function start(options: StartOptions = {}): Promise<Done> {
  application.ensure_loaded(observer_app)
  if (options.name !== undefined) application.set_env('observer', 'name', options.name)
  return application.start('observer')
}

/** Lets this node be watched no more. OTP: `observer:stop/0`. */
export const stop = (): Promise<Done> => application.stop('observer')

application.ensure_loaded(observer_app)

const { KISTA_OBSERVER } = process.env
if (KISTA_OBSERVER) {
  start({ name: KISTA_OBSERVER }).then(started => {
    if (started !== 'ok') report('error', { label: ['error', 'observer'], report: { reason: started[1] } })
  })
}
