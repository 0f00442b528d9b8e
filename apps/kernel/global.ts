// OTP's module global, for the one node there is: names that are any term, and locks. A name goes with its process.
// Who imports it can start and reach behaviours as `['global', name]`.

import { KeyIndex } from '../../runtime/erlang/ets_key.ts'
import { exit } from '../../runtime/erlang/links.ts'
import { Pid } from '../../runtime/erlang/pid.ts'
import type { Process, Resource } from '../../runtime/erlang/process.ts'
import { report } from '../../runtime/erlang/report.ts'
import { send as send_to } from '../../runtime/erlang/send.ts'
import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { use_global } from '../../runtime/otp/gen_names.ts'

export { del_lock, type LockId, type Retries, set_lock, trans } from './global_locks.ts'

/** A name: any term. */
export type Name = Term

/**
 * Chooses who keeps a name when two nodes meet on which it is another's, or neither: `'none'`. Since there is one
 * node, that does not come about here.
 */
export type Resolve = (name: Name, one: Pid, other: Pid) => Pid | 'none'

/** A name and its bearer; it goes with that process. */
class Registration implements Resource {
  readonly name: Name
  readonly pid: Pid

  constructor(name: Name, pid: Pid) {
    this.name = name
    this.pid = pid
  }

  release(): void {
    if (by_name.get(this.name) !== this) return
    by_name.delete(this.name)
    by_pid.delete(this.pid)
  }
}

const by_name = new KeyIndex<Registration>()
const by_pid = new Map<Pid, Registration>()

// ---- Names

/**
 * Gives a process a name.
 *
 * @param resolve - for nodes that meet. Default: {@link random_exit_name}
 * @returns `'no'` when the name is taken or the process has another, which is reported
 * @throws {@link Exit} `'badarg'` for what is no process or no function
 * @see OTP: `global:register_name/2,3`
 */
export function register_name(name: Name, pid: Pid, resolve: Resolve = random_exit_name): 'yes' | 'no' {
  check(pid, resolve)
  return by_name.get(name) === undefined ? bestow(name, pid) : 'no'
}

/**
 * Gives a process a name, which is taken from who had it.
 *
 * @returns `'no'` when the process has another name, which is reported
 * @throws {@link Exit} `'badarg'` for what is no process or no function
 * @see OTP: `global:re_register_name/2,3`
 */
export function re_register_name(name: Name, pid: Pid, resolve: Resolve = random_exit_name): 'yes' | 'no' {
  check(pid, resolve)
  if (by_name.get(name)?.pid !== pid && by_pid.has(pid)) return bestow(name, pid)
  unregister_name(name)
  return bestow(name, pid)
}

/** Takes a name away, if anybody has it. OTP: `global:unregister_name/1`. */
export function unregister_name(name: Name): void {
  const registration = by_name.get(name)
  if (registration === undefined) return
  registration.release()
  const bearer = registration.pid.entity as Process | undefined
  bearer?.disown(registration)
}

/** Who has the name, or undefined. OTP: `global:whereis_name/1`. */
export const whereis_name = (name: Name): Pid | undefined => by_name.get(name)?.pid

/** All names. OTP: `global:registered_names/0`. */
export const registered_names = (): Name[] => Array.from(by_pid.values(), ({ name }) => name)

/**
 * Sends a message to who has the name.
 *
 * @returns that process
 * @throws {@link Exit} `['badarg', [name, message]]` when nobody has it
 * @see OTP: `global:send/2`
 */
export function send(name: Name, message: Term): Pid {
  const pid = whereis_name(name)
  if (pid === undefined) throw new Exit(['badarg', [name, message]])
  send_to(pid, message)
  return pid
}

/** Waits until all nodes agree on the names: there is one. OTP: `global:sync/0`. */
export const sync = (): 'ok' => 'ok'

/** Keeps one of the two, by chance, and kills the other. OTP: `global:random_exit_name/3`. */
export function random_exit_name(_name: Name, one: Pid, other: Pid): Pid {
  const [kept, dropped] = by_chance(one, other)
  exit(dropped, 'kill')
  return kept
}

/** Keeps one of the two, by chance, and tells the other. OTP: `global:random_notify_name/3`. */
export function random_notify_name(name: Name, one: Pid, other: Pid): Pid {
  const [kept, dropped] = by_chance(one, other)
  send_to(dropped, ['global_name_conflict', name])
  return kept
}

/** Keeps neither, and tells both. OTP: `global:notify_all_name/3`. */
export function notify_all_name(name: Name, one: Pid, other: Pid): 'none' {
  send_to(one, ['global_name_conflict', name, other])
  send_to(other, ['global_name_conflict', name, one])
  return 'none'
}

const by_chance = (one: Pid, other: Pid): readonly [Pid, Pid] =>
  Math.random() < 0.5 ? [one, other] : [other, one]

function check(pid: Term, resolve: Term): void {
  if (!(pid instanceof Pid) || typeof resolve !== 'function') throw new Exit('badarg')
}

/** The name is free. A process that has ended has it no longer. */
function bestow(name: Name, pid: Pid): 'yes' | 'no' {
  const process = pid.entity as Process | undefined
  if (process === undefined) return 'yes'
  const other = by_pid.get(pid)
  if (other !== undefined) {
    report('error', { label: ['error', 'global'], report: { several_names: [name, other.name], pid } })
    return 'no'
  }
  const registration = new Registration(name, pid)
  by_name.set(name, registration)
  by_pid.set(pid, registration)
  process.own(registration)
  return 'yes'
}

use_global({ register_name, unregister_name, whereis_name, send })
