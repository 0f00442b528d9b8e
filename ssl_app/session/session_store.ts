// A cache together with the module that keeps it. A module of the user's may fail, take its time, and give back what
// it was never given: whoever asks here is told of sessions, or of nothing.

import { time_offset } from '../../runtime/erlang/clock.ts'
import { report } from '../../runtime/erlang/report.ts'
import { Exit, type Reason, type Term } from '../../runtime/erlang/term.ts'
import { and_then, is_pending } from '../certificate/awaitable.ts'
import type { Role } from '../record/tls_v1.ts'
import { is_session, type Session } from './ssl_session.ts'
import { ssl_session_cache } from './ssl_session_cache.ts'
import type { Answer, Key, PartialKey, SessionCacheApi } from './ssl_session_cache_api.ts'

/** What a store is made of. */
export interface StoreOptions {
  readonly role: Role
  /** What was configured, whatever it is; undefined: the module that is there anyway. */
  readonly module: Term
  readonly init_args: readonly Term[]
  /** How many sessions there are to be at most. */
  readonly max: number
}

export interface SessionStore {
  readonly role: Role
  readonly module: SessionCacheApi
  readonly cache: Term
  readonly max: number
}

type Callback = keyof SessionCacheApi
type Entry = readonly [Key, Session]

const required: readonly Callback[] = [
  'init',
  'terminate',
  'lookup',
  'update',
  'delete',
  'foldl',
  'select_session',
]

/**
 * Starts the caches of both roles, or none.
 *
 * @throws {@link Exit} `['session_cb', ['undef', names]]`: these are no functions of a module;
 *   `['session_cb', ['init', reason]]`: it failed to start
 */
export async function open_stores(
  client: StoreOptions,
  server: StoreOptions,
): Promise<Readonly<Record<Role, SessionStore>>> {
  const of_clients = await open_store(client)
  try {
    return { client: of_clients, server: await open_store(server) }
  } catch (thrown) {
    await close_store(of_clients)
    throw thrown
  }
}

export async function close_store({ module, cache }: SessionStore): Promise<void> {
  try {
    await module.terminate(cache)
  } catch {
    // OTP: it is as good as any other end.
  }
}

/** The session of that key. */
export function lookup(store: SessionStore, key: Key): Answer<Session | undefined> {
  const found = attempt(store, 'lookup', undefined, () => store.module.lookup(store.cache, key))
  return and_then(found, session => {
    const mine = taken_out(store, 'lookup', session)
    if (mine === undefined || Buffer.compare(mine.session_id, key[1]) === 0) return mine
    complain(store, 'lookup', 'another session')
    return undefined
  })
}

/** The first of those that belong together that `accept` accepts; that counts as its use. */
export function select(
  store: SessionStore,
  partial_key: PartialKey,
  accept: (session: Session) => boolean,
): Answer<Session | undefined> {
  return and_then(select_all(store, partial_key), sessions => {
    const found = sessions.find(accept)
    return found && is_own(store) ? lookup(store, [partial_key, found.session_id]) : found
  })
}

/** All that belong together, in the order of the module. */
export function select_all(store: SessionStore, partial_key: PartialKey): Answer<readonly Session[]> {
  const { module, cache } = store
  const all = attempt(store, 'select_session', [], () => module.select_session(cache, partial_key))
  return and_then(all, sessions => {
    if (is_own(store)) return sessions
    if (Array.isArray(sessions))
      return sessions.flatMap(session => taken_out(store, 'select_session', session) ?? [])
    complain(store, 'select_session', 'not a list')
    return []
  })
}

/** All of them. */
export function entries(store: SessionStore): Answer<readonly Entry[]> {
  const found: Entry[] = []
  const collect = (entry: unknown): null => {
    if (!is_entry(entry)) throw new Exit('not an entry')
    const session = taken_out(store, 'foldl', entry[1])
    if (session !== undefined) found.push([entry[0], session])
    return null
  }
  const done = attempt(store, 'foldl', null, () => store.module.foldl<null>(collect, null, store.cache))
  return and_then(done, () => found)
}

/** Puts a session in, or another one in its place; if that is one too many, others go. */
export async function update(store: SessionStore, key: Key, session: Session): Promise<void> {
  await attempt(store, 'update', undefined, () =>
    store.module.update(store.cache, key, put_in(store, session)),
  )
  if (!is_own(store)) await make_room(store, session)
}

export function remove(store: SessionStore, key: Key): Answer<unknown> {
  return attempt(store, 'delete', undefined, () => store.module.delete(store.cache, key))
}

async function open_store({ role, module, init_args, max }: StoreOptions): Promise<SessionStore> {
  if (module === undefined || module === ssl_session_cache) {
    return {
      role,
      module: ssl_session_cache,
      cache: ssl_session_cache.init([
        ['role', role],
        ['max', max],
      ]),
      max,
    }
  }
  const missing = required.filter(name => typeof module?.[name] !== 'function')
  if (missing.length > 0) throw new Exit(['session_cb', ['undef', missing]])
  try {
    return { role, module, cache: await module.init([['role', role], ...init_args]), max }
  } catch (thrown) {
    throw new Exit(['session_cb', ['init', reason_of(thrown)]])
  }
}

/** Own sessions are not written down, looked over or copied. */
const is_own = ({ module }: SessionStore): boolean => module === ssl_session_cache

/**
 * Deletes the oldest sessions, of a cache that tells how many it has: the new one stays. With them go as many more as
 * save the next ones from looking through all of the cache again.
 */
async function make_room(store: SessionStore, added: Session): Promise<void> {
  const { module, cache, max } = store
  const { size } = module
  if (typeof size !== 'function') return
  const count = await attempt(store, 'size', 0, () => module.size!(cache))
  if (!(count > max)) return
  const others = (await entries(store)).filter(
    ([, { session_id }]) => max === 0 || Buffer.compare(session_id, added.session_id) !== 0,
  )
  const oldest_first = others.toSorted(([, left], [, right]) => left.time_stamp - right.time_stamp)
  const excess = count - max + Math.floor(max / 8)
  for (const [key] of oldest_first.slice(0, excess)) await remove(store, key)
}

/**
 * Outside this program, only the system's clock means something: a cache may be there when the program is started
 * anew, or belong to several.
 */
function put_in(store: SessionStore, session: Session): Session {
  if (is_own(store)) return session
  return { ...session, time_stamp: Math.round(session.time_stamp + time_offset()) }
}

function taken_out(store: SessionStore, callback: Callback, session: unknown): Session | undefined {
  if (is_own(store)) return session as Session | undefined
  if (session === undefined || session === null) return undefined
  if (is_session(session)) return { ...session, time_stamp: session.time_stamp - time_offset() }
  complain(store, callback, 'not a session')
  return undefined
}

const is_entry = (value: unknown): value is readonly [Key, unknown] =>
  Array.isArray(value) && Array.isArray(value[0]) && value[0][1] instanceof Uint8Array

/** What a callback gives, or `otherwise` if it fails. */
function attempt<Value>(
  store: SessionStore,
  callback: Callback,
  otherwise: Value,
  call: () => Answer<Value>,
): Answer<Value> {
  const failed = (thrown: unknown): Value => {
    complain(store, callback, reason_of(thrown))
    return otherwise
  }
  try {
    const answer = call()
    return is_pending(answer) ? Promise.resolve(answer).catch(failed) : answer
  } catch (thrown) {
    return failed(thrown)
  }
}

function complain({ role }: SessionStore, callback: Callback, reason: Reason): void {
  report('error', { label: ['ssl', 'session_cb'], report: { role, callback, reason } })
}

const reason_of = (thrown: unknown): Reason => (thrown instanceof Exit ? thrown.reason : thrown)
