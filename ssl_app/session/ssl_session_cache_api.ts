// What a place to keep sessions in must be able to do. OTP: the behaviour `ssl_session_cache_api`.

import type { Term } from '../../runtime/erlang/term.ts'
import type { Role } from '../record/tls_v1.ts'
import type { Session } from './ssl_session.ts'

/** Where sessions belong: a client's to the server's host and port, a server's to its own port. */
export type PartialKey = readonly [host: string, port: number] | number

export type Key = readonly [PartialKey, session_id: Uint8Array]

/** What {@link SessionCacheApi.init} is told. */
export interface CacheArguments {
  readonly role: Role
  /** How many sessions are to be kept. */
  readonly max: number
}

/** A session is to come back as it was put in; what is in it is nobody's business here. */
export interface SessionCacheApi<Cache = Term> {
  /** Called once for each role, in the process of the session manager. */
  init(args: CacheArguments): Cache
  terminate(cache: Cache): unknown
  /** The session of that key; any process may ask. */
  lookup(cache: Cache, key: Key): Session | undefined
  /** Puts a session in, or another one in its place. Only the manager does. */
  update(cache: Cache, key: Key, session: Session): unknown
  /** Only the manager does. */
  delete(cache: Cache, key: Key): unknown
  foldl<Acc>(fun: (entry: readonly [Key, Session], acc: Acc) => Acc, acc: Acc, cache: Cache): Acc
  /** All sessions that belong together, those to be tried first in front; any process may ask. */
  select_session(cache: Cache, partial_key: PartialKey): readonly Session[]
  /** How many sessions there are. */
  size(cache: Cache): number
}
