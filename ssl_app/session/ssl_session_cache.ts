// The place where sessions are kept if nobody brings a better one: in memory, as many as there is room for. When it
// is full, the session that has longest been neither made nor used goes.

import type { Session } from './ssl_session.ts'
import type { InitArguments, Key, PartialKey, SessionCacheApi } from './ssl_session_cache_api.ts'

type Entry = readonly [Key, Session]

/** Mutable: what was put in or looked up last stands last, in both maps. */
export interface SessionCache {
  readonly max: number
  readonly entries: Map<string, Entry>
  /** What belongs together: names of entries. */
  readonly groups: Map<string, Set<string>>
}

export const ssl_session_cache = {
  /** `['max', n]` among its arguments tells how many sessions there is room for. Default: any number */
  init([, ...args]: InitArguments): SessionCache {
    const found = args.find(arg => Array.isArray(arg) && arg[0] === 'max')
    return { max: found?.[1] ?? Number.POSITIVE_INFINITY, entries: new Map(), groups: new Map() }
  },

  terminate({ entries, groups }: SessionCache): void {
    entries.clear()
    groups.clear()
  },

  lookup(cache: SessionCache, key: Key): Session | undefined {
    const entry = cache.entries.get(name_of(key))
    if (entry !== undefined) put(cache, entry)
    return entry?.[1]
  },

  update(cache: SessionCache, key: Key, session: Session): void {
    put(cache, [key, session])
    if (cache.entries.size > cache.max) {
      const [oldest] = cache.entries.values().next().value!
      ssl_session_cache.delete(cache, oldest)
    }
  },

  delete({ entries, groups }: SessionCache, key: Key): void {
    const name = name_of(key)
    entries.delete(name)
    const group_name = String(key[0])
    const group = groups.get(group_name)
    if (group?.delete(name) && group.size === 0) groups.delete(group_name)
  },

  foldl<Acc>(fun: (entry: Entry, acc: Acc) => Acc, acc: Acc, { entries }: SessionCache): Acc {
    let result = acc
    for (const entry of [...entries.values()]) result = fun(entry, result)
    return result
  },

  /** The latest first. */
  select_session({ entries, groups }: SessionCache, partial_key: PartialKey): readonly Session[] {
    const names = groups.get(String(partial_key)) ?? []
    return [...names].map(name => entries.get(name)![1]).reverse()
  },

  size: ({ entries }: SessionCache): number => entries.size,
} satisfies SessionCacheApi<SessionCache>

function put({ entries, groups }: SessionCache, entry: Entry): void {
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
