// Links, monitors and exit signals: how the end of one process reaches others.

import { Pid, type Port, Ref } from './pid.ts'
import { current, Monitor, type Process, start_monitor, stop_monitor } from './process.ts'
import { whereis } from './registry.ts'
import { context, running } from './self.ts'
import { _, Exit, matches, type Reason, type Term } from './term.ts'

/** The name of this node, which is not distributed. OTP: `node/0`. */
export const node = (): string => 'nonode@nohost'

/**
 * Ends the running process with `reason`, unless it is caught. With two arguments: sends `pid` an exit signal, as
 * if a process linked to it had ended; `'kill'` ends it whatever it traps, and its neighbours see `'killed'`.
 *
 * @throws {@link Exit} `reason` in the form with one argument
 * @see OTP: `erlang:exit/1`, `erlang:exit/2`
 */
export function exit(reason: Reason): never
export function exit(destination: Pid | Port, reason: Reason): true
export function exit(...asked: [Reason] | [Pid | Port, Reason]): true {
  if (asked.length === 1) throw new Exit(asked[0])
  const [destination, reason] = asked
  const sender = running()
  if (sender?.alive === false) context()
  destination.entity?.exit_signal(sender?.pid ?? outside, reason, false)
  if (sender?.alive === false) throw new Exit(reason)
  return true
}

/** Who signals that code outside any process sends come from. */
const outside = new Pid()

/**
 * Links the running process to another process or a port: when one ends, the other gets an exit signal.
 *
 * @throws {@link Exit} `'noproc'` if it has ended already; a process that traps exits gets that as a message
 *   `['EXIT', other, 'noproc']` instead
 * @see OTP: `erlang:link/1`
 */
export function link(other: Pid | Port): true {
  const process = current()
  if (other === process.pid) return true
  if (other.entity === undefined) {
    if (!process.trap_exit) throw new Exit('noproc')
    process.deliver(['EXIT', other, 'noproc'])
    return true
  }
  process.link(other)
  other.entity.link(process.pid)
  return true
}

/**
 * Takes a link away; once it has returned, no exit signal comes through that link any more.
 *
 * @see OTP: `erlang:unlink/1`
 */
export function unlink(other: Pid | Port): true {
  const process = current()
  process.unlink(other)
  other.entity?.unlink(process.pid)
  return true
}

/**
 * Asks for one message `['DOWN', ref, 'process', object, reason]` when a process ends; at once, with reason
 * `'noproc'`, if it is gone already. `object` is the pid, or `[name, node]` when it was asked for by name.
 *
 * @throws {@link Exit} `'badarg'` for another type
 * @see OTP: `erlang:monitor/2`
 */
export function monitor(type: 'process', target: Pid | string): Ref {
  if (type !== 'process') throw new Exit('badarg')
  const process = current()
  const pid = typeof target === 'string' ? whereis(target) : target
  const object = typeof target === 'string' ? ([target, node()] as const) : target
  if (pid instanceof Pid && pid.entity !== undefined) {
    return start_monitor(process, pid.entity as Process, object)
  }
  const ref = new Ref()
  process.deliver(['DOWN', ref, 'process', object, 'noproc'])
  return ref
}

/** What `demonitor` may do besides. */
export interface DemonitorOptions {
  /** Takes a `DOWN` message that has come already out of the mailbox. */
  readonly flush?: boolean
  /** Gives false when the monitor was not there any more. */
  readonly info?: boolean
}

/**
 * Takes a monitor away: once it has returned, its `DOWN` message comes no more.
 *
 * @see OTP: `erlang:demonitor/2`
 */
export function demonitor(ref: Ref, options: DemonitorOptions = {}): boolean {
  const process = current()
  const mine = ref instanceof Monitor && ref.watcher === process
  const found = mine && stop_monitor(ref)
  if (options.flush && !found) process.mailbox.take(down_message(ref))
  return options.info ? found : true
}

const down_message =
  (ref: Ref) =>
  (message: Term): boolean =>
    matches(['DOWN', ref, _, _, _], message)
