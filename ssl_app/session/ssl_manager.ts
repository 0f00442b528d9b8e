// Keeps the sessions of clients and servers. Who wants one looks it up directly; what is registered, invalidated or
// too old goes through the process.

import { get_env } from '../../apps/kernel/application.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_flag } from '../../runtime/erlang/process_flags.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { self } from '../../runtime/erlang/self.ts'
import { Exit, type Term } from '../../runtime/erlang/term.ts'
import { max_delay } from '../../runtime/erlang/timer_wheel.ts'
import { send_after } from '../../runtime/erlang/timers.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { and_then } from '../certificate/awaitable.ts'
import type { Role } from '../record/tls_v1.ts'
import * as session_store from './session_store.ts'
import * as session_tickets from './session_tickets.ts'
import { is_alive, is_equivalent, is_expired, type Session } from './ssl_session.ts'
import type { Answer, Key, PartialKey } from './ssl_session_cache_api.ts'

/** What of the application's environment concerns sessions. */
export interface SessionEnvironment {
  /** Seconds after which a session is too old. */
  readonly session_lifetime: number
  readonly session_cache_client_max: number
  readonly session_cache_server_max: number
  /** Milliseconds that an invalidated session stays, marked as such. */
  readonly session_delay_cleanup_time: number
  /** Where sessions are kept: a `SessionCacheApi`. */
  readonly session_cb: Term
  /** A list of what its `init` gets after the role. */
  readonly session_cb_init_args: Term
  /** These take the place of the two above for one role. OTP 23.2 */
  readonly client_session_cb: Term
  readonly client_session_cb_init_args: Term
  readonly server_session_cb: Term
  readonly server_session_cb_init_args: Term
}

type Numbers = Omit<SessionEnvironment, `${string}session_cb${string}`>

/** Where a session belongs: of a client, to the host as it was given to `connect`; of a server, to its own port. */
export type SessionKey =
  | readonly [role: 'client', host: string, port: number]
  | readonly [role: 'server', port: number]

/** What is looked up without asking the process. */
interface State extends Readonly<Record<Role, session_store.SessionStore>> {
  readonly tickets: session_tickets.TicketBox
  /** What it was started with. */
  readonly numbers: Numbers
}

type Cast =
  | readonly ['register_session', SessionKey, Session]
  | readonly ['invalidate_session', SessionKey, Session]

type Info = 'validate_sessions' | readonly ['delayed_clean_session', Role, readonly Key[]]

const name = 'ssl_manager'
/** Milliseconds */
const validation_interval = 60_000
/** Milliseconds by which the first validation comes after the first session could have become too old. */
const validation_grace = 5_000
/** Seconds; it is a `uint32`. */
const longest_hint = 0xffff_ffff

const defaults: Numbers = {
  session_lifetime: 86_400,
  session_cache_client_max: 1_000,
  session_cache_server_max: 1_000,
  session_delay_cleanup_time: 60_000,
}

/** They go with the process that they belong to. */
const states = new WeakMap<Pid, State>()

// ---- API

/**
 * Starts the manager, linked to the running process.
 *
 * @param environment - what is absent is as the manual has it; so is what is no whole number of 0 or more, or no list
 * @returns `['error', ['session_cb', ['undef', names]]]`: the module that is to keep sessions does not have these
 *   functions; `['error', ['session_cb', ['init', reason]]]`: it failed to start
 */
export const start_link = (environment: Partial<SessionEnvironment> = {}): Promise<gen_server.StartResult> =>
  gen_server.start_link(['local', name], callbacks, environment)

/**
 * A session that a client can offer to that server: the first that is good, and that `accept` accepts. Undefined also
 * when the application is not started.
 *
 * @param host - as given to `connect`
 * @returns a promise only if a module of the user's gives one; it is kept in any case
 */
export function client_session(
  host: string,
  port: number,
  accept: (session: Session) => boolean,
): Answer<Session | undefined> {
  const state = manager_state()
  if (state === undefined) return undefined
  const { lifetime, now } = times(state)
  const is_good = (session: Session) => is_alive(session, lifetime, now) && accept(session)
  return session_store.select(state.client, [host, port], is_good)
}

/**
 * The session of that id, if it is good. Undefined also when the application is not started.
 *
 * @returns a promise as {@link client_session}
 */
export function server_session(port: number, session_id: Uint8Array): Answer<Session | undefined> {
  const state = manager_state()
  if (state === undefined) return undefined
  return and_then(session_store.lookup(state.server, [port, session_id]), found => {
    const { lifetime, now } = times(state)
    return found && is_alive(found, lifetime, now) ? found : undefined
  })
}

/**
 * A server's session as a ticket, for its client to keep: {@link open_ticket} knows it on the same port. Nothing is
 * kept here but the keys, which live as long as the manager.
 *
 * @returns undefined when the session is too old or too large, or the application is not started. RFC 5077
 */
export function seal_ticket(port: number, session: Session): Uint8Array | undefined {
  const state = manager_state()
  return state && session_tickets.seal(state.tickets, port, session, times(state))
}

/**
 * The session of a ticket, if it is good; undefined for whatever else somebody may send. Its id is the one that it was
 * made with: the client now goes by another one, if it has sent one (RFC 5077 §3.4).
 */
export function open_ticket(port: number, ticket: Uint8Array): Session | undefined {
  const state = manager_state()
  return state && session_tickets.open(state.tickets, port, ticket, times(state))
}

/** For how many seconds from now a ticket of this session is good: what its client is told. RFC 5077 §3.3 */
export function ticket_lifetime(session: Session): number {
  const state = manager_state()
  return state === undefined ? 0 : Math.min(session_tickets.time_left(session, times(state)), longest_hint)
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

  async init(environment) {
    process_flag('trap_exit', true)
    const numbers = numbers_of(environment)
    try {
      const of = (role: Role) => store_options(role, environment, numbers)
      const stores = await session_store.open_stores(of('client'), of('server'))
      const state: State = { ...stores, tickets: session_tickets.make_ticket_box(), numbers }
      states.set(self(), state)
      tell_later(times(state).lifetime * 1_000 + validation_grace, 'validate_sessions')
      return ['ok', state]
    } catch (thrown) {
      if (thrown instanceof Exit) return ['error', thrown.reason]
      throw thrown
    }
  },

  async handle_cast([request, session_key, session], state) {
    const [role, partial_key] = split(session_key)
    const key = [partial_key, session.session_id] as const
    if (request === 'invalidate_session') await invalidate(state, role, [key])
    else await register(state[role], key, session)
    return ['noreply', state]
  },

  async handle_info(info, state) {
    if (info === 'validate_sessions') {
      for (const role of ['client', 'server'] as const)
        await invalidate(state, role, await expired(state, role))
      session_tickets.forget_old(state.tickets, times(state))
      tell_later(validation_interval, 'validate_sessions')
    } else if (info?.[0] === 'delayed_clean_session') {
      const [, role, keys] = info as Extract<Info, readonly unknown[]>
      await clean(state[role], keys)
    }
    return ['noreply', state]
  },

  async terminate(_reason, { client, server, tickets }) {
    session_tickets.forget_all(tickets)
    await session_store.close_store(client)
    await session_store.close_store(server)
  },

  /** Sessions hold secrets: a report tells what was asked for, and none of them. */
  format_status: ({ state: { numbers }, message }) => ({ state: numbers, message: message?.[1]?.[0] }),
}

// ---- Internals

function manager_state(): State | undefined {
  const manager = whereis(name) as Pid | undefined
  return manager && states.get(manager)
}

const usable = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined

function numbers_of(environment: Partial<SessionEnvironment>): Numbers {
  const given = (key: keyof Numbers): number => usable(environment[key]) ?? defaults[key]
  return {
    session_lifetime: given('session_lifetime'),
    session_cache_client_max: given('session_cache_client_max'),
    session_cache_server_max: given('session_cache_server_max'),
    session_delay_cleanup_time: given('session_delay_cleanup_time'),
  }
}

/** OTP reads these whenever it needs them, so that they can be changed. */
const current = ({ numbers }: State, key: 'session_lifetime' | 'session_delay_cleanup_time'): number =>
  usable(get_env('ssl', key, undefined)) ?? numbers[key]

const times = (state: State): session_tickets.Times => ({
  lifetime: current(state, 'session_lifetime'),
  now: monotonic_time(),
})

function store_options(
  role: Role,
  environment: Partial<SessionEnvironment>,
  numbers: Numbers,
): session_store.StoreOptions {
  const own = environment[`${role}_session_cb`]
  const [module, init_args] =
    own === undefined
      ? [environment.session_cb, environment.session_cb_init_args]
      : [own, environment[`${role}_session_cb_init_args`]]
  return {
    role,
    module,
    init_args: Array.isArray(init_args) ? init_args : [],
    max: numbers[`session_cache_${role}_max`],
  }
}

function split(key: SessionKey): readonly [Role, PartialKey] {
  return key[0] === 'client' ? ['client', [key[1], key[2]]] : ['server', key[1]]
}

async function register(store: session_store.SessionStore, key: Key, session: Session): Promise<void> {
  if (session.session_id.length === 0) return
  if (store.role === 'client') {
    for (const other of await session_store.select_all(store, key[0])) {
      if (is_equivalent(other, session)) await session_store.remove(store, [key[0], other.session_id])
    }
  }
  await session_store.update(store, key, session)
}

/** Marks them, and deletes them after a while. */
async function invalidate(state: State, role: Role, keys: readonly Key[]): Promise<void> {
  const store = state[role]
  const marked: Key[] = []
  for (const key of keys) {
    const session = await session_store.lookup(store, key)
    if (session?.is_resumable !== true) continue
    await session_store.update(store, key, { ...session, is_resumable: false })
    marked.push(key)
  }
  if (marked.length === 0) return
  tell_later(current(state, 'session_delay_cleanup_time'), ['delayed_clean_session', role, marked])
}

/** Those that are too old, as far as they are not marked already. */
async function expired(state: State, role: Role): Promise<readonly Key[]> {
  const { lifetime, now } = times(state)
  const all = await session_store.entries(state[role])
  return all
    .filter(([, session]) => session.is_resumable && is_expired(session, lifetime, now))
    .map(([key]) => key)
}

/** One that was registered anew meanwhile stays. */
async function clean(store: session_store.SessionStore, keys: readonly Key[]): Promise<void> {
  for (const key of keys) {
    const session = await session_store.lookup(store, key)
    if (session?.is_resumable === false) await session_store.remove(store, key)
  }
}

function tell_later(delay: number, info: Info): void {
  send_after(Math.min(delay, max_delay), self(), info, { keeps_alive: false })
}
