// What a place to keep sessions in must be able to do. OTP: the behaviour `ssl_session_cache_api`.

import type { Term } from '../../runtime/erlang/term.ts'
import type { Role } from '../record/tls_v1.ts'
import type { Session } from './ssl_session.ts'

/** Where sessions belong: a client's to the server's host and port, a server's to its own port. */
export type PartialKey = readonly [host: string, port: number] | number

/** What one session is found by. */
export type Key = readonly [PartialKey, session_id: Uint8Array]

/** What {@link SessionCacheApi.init} is told: whose sessions they are, and `session_cb_init_args`. */
export type InitArguments = readonly [readonly ['role', Role], ...Term[]]

/** At once; or later, when somebody else has to be asked, as another process or another machine. */
export type Answer<Value> = Value | PromiseLike<Value>

/**
 * A module that keeps sessions, for the keys `session_cb`, `client_session_cb` and `server_session_cb` of the
 * application's environment. A session is to come back as it was put in; what is in it is nobody's business here, and
 * as secret as what it protects. `encode_session` and `decode_session` make bytes of it and back.
 *
 * A callback that fails is told to the logger: it has found nothing, or done nothing.
 */
export interface SessionCacheApi<Cache = Term> {
  /** Called once for each role, in the process of the session manager, which does not start if it fails. */
  init(args: InitArguments): Answer<Cache>
  /** Only the manager does. Nobody hears whether it fails. */
  terminate(cache: Cache): unknown
  /** The session of that key; any process may ask. Also undefined, or null, when there is none. */
  lookup(cache: Cache, key: Key): Answer<Session | undefined | null>
  /** Puts a session in, or another one in its place. Only the manager does. */
  update(cache: Cache, key: Key, session: Session): unknown
  /** Only the manager does. */
  delete(cache: Cache, key: Key): unknown
  /** Only the manager does. */
  foldl<Acc>(fun: (entry: readonly [Key, Session], acc: Acc) => Acc, acc: Acc, cache: Cache): Answer<Acc>
  /** All sessions that belong together, those to be tried first in front; any process may ask. */
  select_session(cache: Cache, partial_key: PartialKey): Answer<readonly Session[]>
  /** How many sessions there are. Without it, a cache sees to it by itself that there are not too many. */
  size?(cache: Cache): Answer<number>
}
