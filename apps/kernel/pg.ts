// Process groups: processes join groups by any term, and whoever wants to know who is in one looks or is told.
// A scope is a server with groups of its own; the scope `pg` is there when the kernel's parameter `start_pg` is true.

import * as ets from '../../runtime/erlang/ets.ts'
import { demonitor as drop_monitor, monitor as start_monitor } from '../../runtime/erlang/links.ts'
import { nothing } from '../../runtime/erlang/mailbox.ts'
import { Pid, type Ref } from '../../runtime/erlang/pid.ts'
import { current } from '../../runtime/erlang/process.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { same_terms } from '../../runtime/erlang/term_order.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'

/** The name of a scope. */
export type Scope = string
/** The name of a group: any term. */
export type Group = Term

/** The groups of a scope, in a table of its name, which anybody reads. */
type GroupRow = readonly [group: Group, members: readonly Pid[]]
/** Who wants to know of a group. */
type WatcherRow = readonly [group: Group, ref: Ref, watcher: Pid]

interface State {
  readonly groups: ets.Table<GroupRow>
  readonly watchers: ets.Table<WatcherRow>
  /** Who wants to know of all groups, by the monitor on them. */
  readonly scope_watchers: Map<Ref, Pid>
  /** Who wants to know of one group, by the monitor on them. */
  readonly group_watchers: Map<Ref, WatcherRow>
  /** The groups of each process, one for each time that it joined; the last first. */
  readonly memberships: Map<Pid, Membership>
}

interface Membership {
  /** The server's monitor on the process. */
  readonly monitor: Ref
  groups: readonly Group[]
}

type Call =
  | readonly ['join' | 'leave', Group, readonly Pid[]]
  | readonly ['monitor_scope', Pid]
  | readonly ['monitor', Group, Pid]
  | readonly ['demonitor', Ref]

const default_scope = 'pg'

// ---- API

/** Starts a scope that is linked to nobody. OTP: `pg:start/1`. */
export const start = (scope: Scope = default_scope): Promise<gen_server.StartResult> =>
  gen_server.start(['local', scope], callbacks, scope)

/** Starts a scope, linked to the running process. OTP: `pg:start_link/0,1`. */
export const start_link = (scope: Scope = default_scope): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', scope], callbacks, scope)

/**
 * Has a process, or several, join a group; as often as it joins, it is in it. It leaves all groups when it ends.
 *
 * @param asked - `(group, pids)` or `(scope, group, pids)`
 * @throws {@link Exit} `'badarg'` for what is no process; as {@link gen_server.call}, when there is no such scope
 * @see OTP: `pg:join/2,3`
 */
export function join(group: Group, pids: Pid | readonly Pid[]): Promise<'ok'>
export function join(scope: Scope, group: Group, pids: Pid | readonly Pid[]): Promise<'ok'>
export async function join(...asked: readonly Term[]): Promise<'ok'> {
  const [scope, group, pids] = with_scope(asked, 3)
  return gen_server.call<'ok'>(scope, ['join', group, checked_pids(pids)], 'infinity')
}

/**
 * Has a process, or several, leave a group, once each.
 *
 * @param asked - `(group, pids)` or `(scope, group, pids)`
 * @returns `'not_joined'` when none of them was in it
 * @throws {@link Exit} as {@link join}
 * @see OTP: `pg:leave/2,3`
 */
export function leave(group: Group, pids: Pid | readonly Pid[]): Promise<'ok' | 'not_joined'>
export function leave(scope: Scope, group: Group, pids: Pid | readonly Pid[]): Promise<'ok' | 'not_joined'>
export async function leave(...asked: readonly Term[]): Promise<'ok' | 'not_joined'> {
  const [scope, group, pids] = with_scope(asked, 3)
  return gen_server.call<'ok'>(scope, ['leave', group, checked_pids(pids)], 'infinity')
}

/**
 * Tells the running process of all groups from now on: `[ref, 'join', group, pids]` and `[ref, 'leave', group, pids]`.
 *
 * @returns the reference, and the groups with their members as they are now
 * @throws {@link Exit} as {@link gen_server.call}, when there is no such scope
 * @see OTP: `pg:monitor_scope/0,1`
 */
export const monitor_scope = (
  scope: Scope = default_scope,
): Promise<readonly [ref: Ref, groups: ReadonlyMap<Group, readonly Pid[]>]> =>
  gen_server.call(scope, ['monitor_scope', self()], 'infinity')

/**
 * Tells the running process of one group from now on, as {@link monitor_scope} does.
 *
 * @param asked - `(group)` or `(scope, group)`
 * @returns the reference, and the members as they are now
 * @throws {@link Exit} as {@link gen_server.call}, when there is no such scope
 * @see OTP: `pg:monitor/1,2`
 */
export function monitor(group: Group): Promise<readonly [ref: Ref, members: readonly Pid[]]>
export function monitor(scope: Scope, group: Group): Promise<readonly [ref: Ref, members: readonly Pid[]]>
export function monitor(...asked: readonly Term[]): Promise<readonly [ref: Ref, members: readonly Pid[]]> {
  const [scope, group] = with_scope(asked, 2)
  return gen_server.call(scope, ['monitor', group, self()], 'infinity')
}

/**
 * Ends what {@link monitor_scope} or {@link monitor} began, and takes what it has told and is not yet received out of
 * the mailbox.
 *
 * @param asked - `(ref)` or `(scope, ref)`
 * @returns false when there is no such monitor
 * @throws {@link Exit} as {@link gen_server.call}, when there is no such scope
 * @see OTP: `pg:demonitor/1,2`
 */
export function demonitor(ref: Ref): Promise<'ok' | false>
export function demonitor(scope: Scope, ref: Ref): Promise<'ok' | false>
export async function demonitor(...asked: readonly Term[]): Promise<'ok' | false> {
  const [scope, ref] = with_scope(asked, 2)
  const done = await gen_server.call<'ok' | false>(scope, ['demonitor', ref], 'infinity')
  if (done === 'ok') flush(ref)
  return done
}

/**
 * The members of a group, the last that joined first; none when there is no such group or scope.
 *
 * @param asked - `(group)` or `(scope, group)`
 * @see OTP: `pg:get_members/1,2`
 */
export function get_members(group: Group): readonly Pid[]
export function get_members(scope: Scope, group: Group): readonly Pid[]
export function get_members(...asked: readonly Term[]): readonly Pid[] {
  const [scope, group] = with_scope(asked, 2)
  if (ets.whereis(scope) === undefined) return []
  return ets.lookup_element<GroupRow, 2, readonly Pid[]>(scope, group, 2, [])
}

/** As {@link get_members}: all members are on this node. OTP: `pg:get_local_members/1,2`. */
export const get_local_members = get_members

/**
 * All groups that are known.
 *
 * @throws {@link Exit} `'badarg'` when there is no such scope
 * @see OTP: `pg:which_groups/0,1`
 */
export const which_groups = (scope: Scope = default_scope): Group[] =>
  ets.select<GroupRow, Term, Group>(scope, { give: ([group]) => group })

/** As {@link which_groups}: all members are on this node. OTP: `pg:which_local_groups/0,1`. */
export const which_local_groups = which_groups

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, Call, Term, Scope> = {
  module: 'pg',

  init: scope => [
    'ok',
    {
      groups: ets.new<GroupRow>(scope, { named_table: true }),
      watchers: ets.new<WatcherRow>('pg_watchers', { type: 'bag', access: 'private' }),
      scope_watchers: new Map(),
      group_watchers: new Map(),
      memberships: new Map(),
    },
  ],

  handle_call(request, _from, state) {
    switch (request[0]) {
      case 'join':
        return ['reply', join_group(state, request[1], request[2]), state]
      case 'leave':
        return ['reply', leave_group(state, request[1], request[2]), state]
      case 'monitor_scope':
        return ['reply', watch_scope(state, request[1]), state]
      case 'monitor':
        return ['reply', watch_group(state, request[1], request[2]), state]
      case 'demonitor':
        return ['reply', unwatch(state, request[1]), state]
    }
  },

  handle_info(message, state) {
    if (!Array.isArray(message) || message[0] !== 'DOWN') return ['noreply', state]
    const [, ref, , pid] = message
    if (!forget_watcher(state, ref)) leave_all(state, pid)
    return ['noreply', state]
  },
}

// ---- Internals

function join_group(state: State, group: Group, pids: readonly Pid[]): 'ok' {
  for (const pid of pids) {
    const membership = state.memberships.get(pid)
    if (membership !== undefined) membership.groups = [group, ...membership.groups]
    else state.memberships.set(pid, { monitor: start_monitor('process', pid), groups: [group] })
  }
  ets.insert(state.groups, [group, [...pids, ...members_of(state, group)]])
  tell(state, 'join', group, pids)
  return 'ok'
}

function leave_group(state: State, group: Group, pids: readonly Pid[]): 'ok' | 'not_joined' {
  const left = pids.filter(pid => leave_once(state, group, pid))
  if (left.length === 0) return 'not_joined'
  take_out(state, group, left)
  tell(state, 'leave', group, pids)
  return 'ok'
}

/** @returns whether the process was in the group */
function leave_once(state: State, group: Group, pid: Pid): boolean {
  const membership = state.memberships.get(pid)
  const index = membership?.groups.findIndex(other => same_terms(other, group)) ?? -1
  if (membership === undefined || index < 0) return false
  membership.groups = membership.groups.toSpliced(index, 1)
  if (membership.groups.length > 0) return true
  drop_monitor(membership.monitor, { flush: true })
  state.memberships.delete(pid)
  return true
}

/** A process has ended. */
function leave_all(state: State, pid: Pid): void {
  const membership = state.memberships.get(pid)
  state.memberships.delete(pid)
  for (const group of membership?.groups ?? []) {
    take_out(state, group, [pid])
    tell(state, 'leave', group, [pid])
  }
}

/** Takes each of the processes out of the table of a group once; a group without members is none. */
function take_out(state: State, group: Group, pids: readonly Pid[]): void {
  let members = members_of(state, group)
  for (const pid of pids) members = members.toSpliced(members.indexOf(pid), 1)
  if (members.length > 0) ets.insert(state.groups, [group, members])
  else ets.delete(state.groups, group)
}

const members_of = ({ groups }: State, group: Group): readonly Pid[] =>
  ets.lookup(groups, group)[0]?.[1] ?? []

function tell(state: State, what: 'join' | 'leave', group: Group, pids: readonly Pid[]): void {
  for (const [ref, watcher] of state.scope_watchers) send(watcher, [ref, what, group, pids])
  for (const [, ref, watcher] of ets.lookup(state.watchers, group)) send(watcher, [ref, what, group, pids])
}

function watch_scope(state: State, watcher: Pid): readonly [Ref, ReadonlyMap<Group, readonly Pid[]>] {
  const ref = start_monitor('process', watcher)
  state.scope_watchers.set(ref, watcher)
  return [ref, new Map(ets.tab2list(state.groups))]
}

function watch_group(state: State, group: Group, watcher: Pid): readonly [Ref, readonly Pid[]] {
  const ref = start_monitor('process', watcher)
  const row: WatcherRow = [group, ref, watcher]
  state.group_watchers.set(ref, row)
  ets.insert(state.watchers, row)
  return [ref, members_of(state, group)]
}

function unwatch(state: State, ref: Ref): 'ok' | false {
  if (!forget_watcher(state, ref)) return false
  drop_monitor(ref, { flush: true })
  return 'ok'
}

function forget_watcher(state: State, ref: Ref): boolean {
  const row = state.group_watchers.get(ref)
  if (row === undefined) return state.scope_watchers.delete(ref)
  ets.delete_object(state.watchers, row)
  return state.group_watchers.delete(ref)
}

/** What a monitor has told and is not yet received. */
function flush(ref: Ref): void {
  const { mailbox } = current()
  const told = (message: Term) => Array.isArray(message) && message.length === 4 && message[0] === ref
  while (mailbox.take(told) !== nothing);
}

function with_scope(asked: readonly Term[], size: number): readonly Term[] {
  return asked.length === size ? asked : [default_scope, ...asked]
}

function checked_pids(pids: Term): readonly Pid[] {
  const list = Array.isArray(pids) ? pids : [pids]
  if (!list.every(pid => pid instanceof Pid)) throw new Exit('badarg')
  return list
}
