// The place where sessions are kept if nobody brings a better one: in memory, as many as there is room for. When it
// is full, the session that has longest been neither made nor used goes.

import type { Session } from './ssl_session.ts'
import type { CacheArguments, Key, PartialKey, SessionCacheApi } from './ssl_session_cache_api.ts'

/** Mutable: what was put in or looked up last stands last, in both maps. */
export interface SessionCache {
  readonly max: number
  readonly entries: Map<string, readonly [Key, Session]>
  /** What belongs together: names of entries. */
  readonly groups: Map<string, Set<string>>
}

export const ssl_session_cache: SessionCacheApi<SessionCache> = {
  init: ({ max }: CacheArguments) => ({ max, entries: new Map(), groups: new Map() }),

  terminate({ entries, groups }) {
    entries.clear()
    groups.clear()
  },

  lookup(cache, key) {
    const entry = cache.entries.get(name_of(key))
    if (entry !== undefined) put(cache, entry)
    return entry?.[1]
  },

  update(cache, key, session) {
    put(cache, [key, session])
    if (cache.entries.size > cache.max) {
      const [oldest] = cache.entries.values().next().value!
      ssl_session_cache.delete(cache, oldest)
    }
  },

  delete({ entries, groups }, key) {
    const name = name_of(key)
    entries.delete(name)
    const group_name = String(key[0])
    const group = groups.get(group_name)
    if (group?.delete(name) && group.size === 0) groups.delete(group_name)
  },

  foldl(fun, acc, { entries }) {
    let result = acc
    for (const entry of [...entries.values()]) result = fun(entry, result)
    return result
  },

  /** The latest first. */
  select_session({ entries, groups }, partial_key) {
    const names = groups.get(String(partial_key)) ?? []
    return [...names].map(name => entries.get(name)![1]).reverse()
  },

  size: ({ entries }) => entries.size,
}

function put({ entries, groups }: SessionCache, entry: readonly [Key, Session]): void {
  const name = name_of(entry[0])
  entries.delete(name)
  entries.set(name, entry)
  const group = group_of(groups, entry[0][0])
  group.delete(name)
  group.add(name)
}

function group_of(groups: SessionCache['groups'], partial_key: PartialKey): Set<string> {
  const name = String(partial_key)
  const group = groups.get(name) ?? new Set()
  groups.set(name, group)
  return group
}

const name_of = ([partial_key, session_id]: Key): string =>
  `${partial_key} ${Buffer.from(session_id).toString('latin1')}`
