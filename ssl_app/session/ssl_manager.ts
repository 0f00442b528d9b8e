// Keeps the sessions of clients and servers. Who wants one looks it up directly; what is registered, invalidated or
// too old goes through the process.

import { monotonic_time } from '../../runtime/erlang/clock.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { self } from '../../runtime/erlang/self.ts'
import { max_delay } from '../../runtime/erlang/timer_wheel.ts'
import { send_after } from '../../runtime/erlang/timers.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import type { Role } from '../record/tls_v1.ts'
import { is_alive, is_equivalent, is_expired, type Session } from './ssl_session.ts'
import { ssl_session_cache as cache_api, type SessionCache } from './ssl_session_cache.ts'
import type { Key, PartialKey } from './ssl_session_cache_api.ts'

/** What of the application's environment concerns sessions. */
export interface SessionEnvironment {
  /** Seconds after which a session is too old. */
  readonly session_lifetime: number
  readonly session_cache_client_max: number
  readonly session_cache_server_max: number
  /** Milliseconds that an invalidated session stays, marked as such. */
  readonly session_delay_cleanup_time: number
}

/** Where a session belongs: of a client, to the host as it was given to `connect`; of a server, to its own port. */
export type SessionKey =
  | readonly [role: 'client', host: string, port: number]
  | readonly [role: 'server', port: number]

/** What is looked up without asking the process. */
interface Tables extends Readonly<Record<Role, SessionCache>> {
  readonly lifetime: number
}

type State = Tables & { readonly cleanup_delay: number }

type Cast =
  | readonly ['register_session', SessionKey, Session]
  | readonly ['invalidate_session', SessionKey, Session]

type Info = 'validate_sessions' | readonly ['delayed_clean_session', Role, readonly Key[]]

const name = 'ssl_manager'
/** Milliseconds */
const validation_interval = 60_000
/** Milliseconds by which the first validation comes after the first session could have become too old. */
const validation_grace = 5_000

const defaults: SessionEnvironment = {
  session_lifetime: 86_400,
  session_cache_client_max: 1_000,
  session_cache_server_max: 1_000,
  session_delay_cleanup_time: 60_000,
}

/** They go with the process that they belong to. */
const tables = new WeakMap<Pid, Tables>()

// ---- API

/**
 * Starts the manager, linked to the running process.
 *
 * @param environment - what is absent or no whole number of 0 or more is as the manual has it
 */
export const start_link = (environment: Partial<SessionEnvironment> = {}): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', name], callbacks, environment)

/**
 * A session that a client can offer to that server: the latest that is good, and that `accept` accepts. Undefined
 * also when the application is not started.
 *
 * @param host - as given to `connect`
 */
export function client_session(
  host: string,
  port: number,
  accept: (session: Session) => boolean,
): Session | undefined {
  const kept = kept_tables()
  if (kept === undefined) return undefined
  const now = monotonic_time()
  const found = cache_api
    .select_session(kept.client, [host, port])
    .find(session => is_alive(session, kept.lifetime, now) && accept(session))
  // Looked up once more, so that the cache knows that it was used.
  return found && cache_api.lookup(kept.client, [[host, port], found.session_id])
}

/** The session of that id, if it is good. Undefined also when the application is not started. */
export function server_session(port: number, session_id: Uint8Array): Session | undefined {
  const kept = kept_tables()
  const found = kept && cache_api.lookup(kept.server, [port, session_id])
  return found && is_alive(found, kept.lifetime, monotonic_time()) ? found : undefined
}

/**
 * Lets later connections go on with the session. A client's session takes the place of an equivalent one to the same
 * server, which the server did not want any more or which was made at the same time.
 */
export function register_session(key: SessionKey, session: Session): void {
  gen_server.cast(name, ['register_session', key, session] satisfies Cast)
}

/** No later connection goes on with the session. */
export function invalidate_session(key: SessionKey, session: Session): void {
  gen_server.cast(name, ['invalidate_session', key, session] satisfies Cast)
}

// ---- Callbacks

const callbacks: gen_server.Callbacks<State, never, Cast, Partial<SessionEnvironment>> = {
  module: name,

  init(environment) {
    process_flag('trap_exit', true)
    const of = (key: keyof SessionEnvironment) => usable(environment[key]) ?? defaults[key]
    const state: State = {
      client: cache_api.init({ role: 'client', max: of('session_cache_client_max') }),
      server: cache_api.init({ role: 'server', max: of('session_cache_server_max') }),
      lifetime: of('session_lifetime'),
      cleanup_delay: of('session_delay_cleanup_time'),
    }
    tables.set(self(), state)
    tell_later(state.lifetime * 1_000 + validation_grace, 'validate_sessions')
    return ['ok', state]
  },

  handle_cast([request, session_key, session], state) {
    const [role, partial_key] = split(session_key)
    const key = [partial_key, session.session_id] as const
    if (request === 'invalidate_session') invalidate(state, role, [key])
    else register(state[role], role, key, session)
    return ['noreply', state]
  },

  handle_info(info, state) {
    if (info === 'validate_sessions') {
      for (const role of ['client', 'server'] as const) invalidate(state, role, expired(state, role))
      tell_later(validation_interval, 'validate_sessions')
    } else if (info?.[0] === 'delayed_clean_session') {
      const [, role, keys] = info as Extract<Info, readonly unknown[]>
      clean(state[role], keys)
    }
    return ['noreply', state]
  },

  terminate(_reason, { client, server }) {
    cache_api.terminate(client)
    cache_api.terminate(server)
  },

  /** Sessions hold secrets: a report tells what was asked for, and none of them. */
  format_status: ({ state: { lifetime, cleanup_delay }, message }) => ({
    state: { lifetime, cleanup_delay },
    message: message?.[1]?.[0],
  }),
}

// ---- Internals

function kept_tables(): Tables | undefined {
  const manager = whereis(name) as Pid | undefined
  return manager && tables.get(manager)
}

const usable = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined

function split(key: SessionKey): readonly [Role, PartialKey] {
  return key[0] === 'client' ? ['client', [key[1], key[2]]] : ['server', key[1]]
}

function register(cache: SessionCache, role: Role, key: Key, session: Session): void {
  if (session.session_id.length === 0) return
  if (role === 'client') {
    for (const other of cache_api.select_session(cache, key[0])) {
      if (is_equivalent(other, session)) cache_api.delete(cache, [key[0], other.session_id])
    }
  }
  cache_api.update(cache, key, session)
}

/** Marks them, and deletes them after a while. */
function invalidate(state: State, role: Role, keys: readonly Key[]): void {
  const cache = state[role]
  const marked = keys.filter(key => {
    const session = cache_api.lookup(cache, key)
    if (session?.is_resumable !== true) return false
    cache_api.update(cache, key, { ...session, is_resumable: false })
    return true
  })
  if (marked.length > 0) tell_later(state.cleanup_delay, ['delayed_clean_session', role, marked])
}

/** Those that are too old, as far as they are not marked already. */
function expired({ lifetime, ...caches }: State, role: Role): Key[] {
  const now = monotonic_time()
  const collect = ([key, session]: readonly [Key, Session], keys: Key[]): Key[] => {
    if (session.is_resumable && is_expired(session, lifetime, now)) keys.push(key)
    return keys
  }
  return cache_api.foldl(collect, [], caches[role])
}

/** One that was registered anew meanwhile stays. */
function clean(cache: SessionCache, keys: readonly Key[]): void {
  for (const key of keys) {
    if (cache_api.lookup(cache, key)?.is_resumable === false) cache_api.delete(cache, key)
  }
}

function tell_later(delay: number, info: Info): void {
  send_after(Math.min(delay, max_delay), self(), info, { keeps_alive: false })
}
