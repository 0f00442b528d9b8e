// Tells one process of others that hold up the system: that run long at a stretch, or whose mailboxes get long.

import { Pid } from './pid.ts'
import { living, Process, type Resource } from './process.ts'
import { long_mailbox } from './rarities.ts'
import { type Task, watch_tasks } from './scheduler.ts'
import { Exit, type Term } from './term.ts'

/** OTP: the options of `erlang:system_monitor/2`, those that have a meaning here. */
export interface SystemMonitorOptions {
  /**
   * Milliseconds: who runs so long without giving way is told of by `['monitor', pid, 'long_schedule', { timeout }]`,
   * `timeout` being the time it took. Every task's time is taken then, which makes messages several times as dear.
   */
  readonly long_schedule?: number
  /**
   * Numbers of messages: `['monitor', pid, 'long_message_queue', true]` comes when a mailbox has grown to `enable`,
   * and `false` instead of `true` when it has then shrunk to `disable`.
   */
  readonly long_message_queue?: readonly [disable: number, enable: number]
}

interface Setting {
  readonly watcher: Process
  readonly options: SystemMonitorOptions
  readonly resource: Resource
}

let setting: Setting | undefined

/**
 * Has a process told of others that hold up the system; it is not told of itself. There is one such process at a
 * time, and none when it ends. With one argument `undefined`: nobody is told any more. With none: only looks.
 *
 * @returns who was told before, and with which options; undefined if nobody
 * @throws {@link Exit} `'badarg'` for a process that has ended, an option that there is not or a value that it cannot
 *   have; `['not_supported', option]` for one of OTP's that has no meaning here: `long_gc`, `large_heap`, `busy_port`,
 *   `busy_dist_port`
 * @see OTP: `erlang:system_monitor/0,1,2`
 */
export function system_monitor(
  ...asked: [] | [undefined] | [watcher: Pid, options: SystemMonitorOptions]
): readonly [Pid, SystemMonitorOptions] | undefined {
  const before = setting && ([setting.watcher.pid, setting.options] as const)
  if (asked.length === 0) return before
  const [pid, options = {}] = asked
  if (pid !== undefined) check(pid, options)
  switch_off()
  if (pid !== undefined && Object.keys(options).length > 0) switch_on(pid.entity as Process, options)
  return before
}

const not_supported: ReadonlySet<string> = new Set(['long_gc', 'large_heap', 'busy_port', 'busy_dist_port'])

function check(pid: Pid, options: SystemMonitorOptions): void {
  for (const option of Object.keys(options)) {
    if (not_supported.has(option)) throw new Exit(['not_supported', option])
  }
  const { long_schedule = 1, long_message_queue = [0, 1], ...unknown } = options
  const [disable, enable] = long_message_queue
  const sound = is_count(long_schedule) && is_count(disable) && is_count(enable) && disable < enable
  if (!(pid instanceof Pid) || pid.entity === undefined || !sound || Object.keys(unknown).length > 0) {
    throw new Exit('badarg')
  }
}

const is_count = (value: Term): boolean => Number.isInteger(value) && value >= 0

function switch_on(watcher: Process, options: SystemMonitorOptions): void {
  const resource = { release: switch_off }
  setting = { watcher, options, resource }
  watcher.own(resource)
  const { long_schedule, long_message_queue } = options
  if (long_schedule !== undefined) watch_tasks((task, elapsed) => told_of(task, elapsed, long_schedule))
  if (long_message_queue === undefined) return
  const [disable, enable] = long_message_queue
  long_mailbox.length = enable
  long_mailbox.look = process => look_at_queue(process as Process, disable, enable)
}

function switch_off(): void {
  if (setting === undefined) return
  setting.watcher.disown(setting.resource)
  setting = undefined
  watch_tasks(undefined)
  long_mailbox.length = Number.POSITIVE_INFINITY
  for (const { rarities } of living()) if (rarities !== undefined) rarities.long_queue = false
}

function told_of(task: Task, elapsed: number, limit: number): void {
  const process = task instanceof Process ? task : task.process
  if (process !== undefined && elapsed >= limit) {
    tell(process.pid, 'long_schedule', { timeout: Math.round(elapsed) })
  }
}

/** Only what crosses a limit is told. */
function look_at_queue(process: Process, disable: number, enable: number): void {
  const { length } = process.mailbox
  const was_long = process.rarities?.long_queue === true
  const is_long = was_long ? length > disable : length >= enable
  if (is_long === was_long || process === setting?.watcher) return
  process.rare.long_queue = is_long
  tell(process.pid, 'long_message_queue', is_long)
}

function tell(pid: Pid, what: string, info: Term): void {
  if (pid !== setting?.watcher.pid) setting?.watcher.deliver(['monitor', pid, what, info])
}
