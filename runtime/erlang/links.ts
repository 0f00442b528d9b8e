// Links, monitors and exit signals: how the end of one process reaches others.

import { are_monitor_options, type MonitorOptions, start_tagged_monitor, TaggedMonitor } from './aliases.ts'
import { Pid, Port, Ref } from './pid.ts'
import { add_monitor, current, Monitor, type Monitored, stop_monitor } from './process.ts'
import { whereis } from './registry.ts'
import { context, running } from './self.ts'
import { _, Exit, matches, type Reason, type Term } from './term.ts'

/** The name of this node, which is not distributed. OTP: `node/0`. */
export const node = (): string => 'nonode@nohost'

/**
 * Ends the running process with `reason`, unless it is caught. With two arguments: sends `pid` an exit signal, as
 * if a process linked to it had ended; `'kill'` ends it whatever it traps, and its neighbours see `'killed'`.
 *
 * @throws {@link Exit} `reason` in the form with one argument; `'badarg'` when `pid` is none
 * @see OTP: `erlang:exit/1`, `erlang:exit/2`
 */
export function exit(reason: Reason): never
export function exit(destination: Pid | Port, reason: Reason): true
export function exit(...asked: [Reason] | [Pid | Port, Reason]): true {
  if (asked.length === 1) throw new Exit(asked[0])
  const [destination, reason] = asked
  if (!(destination instanceof Pid || destination instanceof Port)) throw new Exit('badarg')
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
 *   `['EXIT', other, 'noproc']` instead; `'badarg'` when `other` is neither process nor port
 * @see OTP: `erlang:link/1`
 */
export function link(other: Pid | Port): true {
  if (!(other instanceof Pid || other instanceof Port)) throw new Exit('badarg')
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
 * Takes a link away; once it has returned, no exit signal comes through that link any more. A message `'EXIT'` that
 * has come before stays in the mailbox.
 *
 * @throws {@link Exit} `'badarg'` when `other` is neither process nor port
 * @see OTP: `erlang:unlink/1`
 */
export function unlink(other: Pid | Port): true {
  if (!(other instanceof Pid || other instanceof Port)) throw new Exit('badarg')
  const process = current()
  process.unlink(other)
  other.entity?.unlink(process.pid)
  return true
}

/**
 * Asks for one message `['DOWN', ref, type, object, reason]` when a process ends or a port is closed; at once, with
 * reason `'noproc'`, if it is gone already. `object` is the pid or port, or `[name, node]` when it was asked for by
 * name.
 *
 * @throws {@link Exit} `'badarg'` for another type, for a target that is not of that type, for options that there
 *   are not
 * @see OTP: `erlang:monitor/2,3`
 */
export function monitor(type: 'process', target: Pid | string, options?: MonitorOptions): Ref
export function monitor(type: 'port', target: Port | string, options?: MonitorOptions): Ref
export function monitor(
  type: 'process' | 'port',
  target: Pid | Port | string,
  options?: MonitorOptions,
): Ref {
  const watcher = current()
  const is_named = typeof target === 'string'
  if (!(is_named || is_of(type, target))) throw new Exit('badarg')
  if (options !== undefined && !are_monitor_options(options)) throw new Exit('badarg')
  const bearer = is_named ? whereis(target) : target
  const object = is_named ? ([target, node()] as const) : target
  const entity = is_of(type, bearer) ? (bearer.entity as Monitored | undefined) : undefined
  if (entity === watcher) return new Ref() // nobody hears of its own end, and there is nothing to be told before
  if (options !== undefined) return start_tagged_monitor(watcher, entity, object, { ...options, type })
  if (entity !== undefined) return add_monitor(new Monitor(watcher, entity, object))
  const ref = new Ref()
  watcher.deliver(['DOWN', ref, type, object, 'noproc'])
  return ref
}

/** @throws Exit `'badarg'` when there is no such type */
function is_of(type: 'process' | 'port', target: Term): target is Pid | Port {
  if (type === 'process') return target instanceof Pid
  if (type === 'port') return target instanceof Port
  throw new Exit('badarg')
}

/** OTP: the options of `erlang:demonitor/2`. */
export interface DemonitorOptions {
  /** Takes a `DOWN` message that has come already out of the mailbox. */
  readonly flush?: boolean
  /** Gives false when the monitor was not there any more. */
  readonly info?: boolean
}

/**
 * Takes a monitor of the running process away: once it has returned, its `DOWN` message comes no more.
 *
 * @returns true; with `info` false if the monitor was not there any more
 * @throws {@link Exit} `'badarg'` when it is no reference, and for options that there are not
 * @see OTP: `erlang:demonitor/2`
 */
export function demonitor(ref: Ref, options: DemonitorOptions = {}): boolean {
  const process = current()
  const { flush = false, info = false, ...unknown } = options
  if (!(ref instanceof Ref) || Object.keys(unknown).length > 0) throw new Exit('badarg')
  const mine = ref instanceof Monitor && ref.watcher === process
  const found = mine && stop_monitor(ref)
  if (found && ref instanceof TaggedMonitor) ref.stopped()
  if (flush && !found) process.mailbox.take(down_message(ref), ref.id)
  return info ? found : true
}

const down_message =
  (ref: Ref) =>
  (message: Term): boolean =>
    matches([_, ref, _, _, _], message)
