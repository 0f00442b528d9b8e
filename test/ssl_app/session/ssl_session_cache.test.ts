import { beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { type SessionCache, ssl_session_cache } from '../../../ssl_app/session/ssl_session_cache.ts'
import type { Key, PartialKey } from '../../../ssl_app/session/ssl_session_cache_api.ts'
import { make_session } from '../../support/sessions.ts'

const { delete: remove, foldl, init, lookup, select_session, size, terminate, update } = ssl_session_cache

const host: PartialKey = ['localhost', 4433]
let cache: SessionCache

beforeEach(() => {
  cache = init([
    ['role', 'client'],
    ['max', 3],
  ])
})

function put(partial_key: PartialKey = host, session = make_session()): readonly [Key, Session] {
  const key = [partial_key, session.session_id] as const
  update(cache, key, session)
  return [key, session]
}

const ids = (partial_key: PartialKey) =>
  select_session(cache, partial_key).map(({ session_id }) => session_id)

test('a session comes back as it was put in, by a key of the same content', () => {
  const [[, id], session] = put()
  expect(lookup(cache, [['localhost', 4433], Buffer.from(id)])).toBe(session)
})

test('a session is found by its own key only', () => {
  const [[, id]] = put()
  expect(lookup(cache, [['localhost', 4434], id])).toBeUndefined()
  expect(lookup(cache, [['localhos', 4433], id])).toBeUndefined()
  expect(lookup(cache, [4433, id])).toBeUndefined()
  expect(lookup(cache, [host, Buffer.from('another')])).toBeUndefined()
})

test('those that belong together are selected, the latest first', () => {
  const [, first] = put()
  put(['localhost', 4434])
  const [, second] = put()
  expect(ids(host)).toEqual([second.session_id, first.session_id])
  expect(ids(['example.com', 1])).toEqual([])
})

test('a session put in again takes the place of the one before', () => {
  const [key, session] = put()
  update(cache, key, { ...session, is_resumable: false })
  expect(size(cache)).toBe(1)
  expect(lookup(cache, key)).toEqual({ ...session, is_resumable: false })
})

test('a session that was deleted is gone, and deleting it again is nothing', () => {
  const [key] = put()
  const [, other] = put()
  remove(cache, key)
  remove(cache, key)
  expect(lookup(cache, key)).toBeUndefined()
  expect(ids(host)).toEqual([other.session_id])
  expect(size(cache)).toBe(1)
})

test('all are folded over, also when they are deleted meanwhile', () => {
  const entries = [put(), put(4433), put()]
  const found = foldl(
    (entry, all: Session[]) => {
      remove(cache, entry[0])
      return [...all, entry[1]]
    },
    [],
    cache,
  )
  expect(found).toEqual(entries.map(([, session]) => session))
  expect(size(cache)).toBe(0)
})

test('an ended cache holds nothing', () => {
  put()
  terminate(cache)
  expect([size(cache), ids(host)]).toEqual([0, []])
})

describe('a full cache', () => {
  test('keeps exactly as many as it has room for, and lets the oldest go', () => {
    const [oldest] = put()
    const others = [put(), put(), put()]
    expect(size(cache)).toBe(3)
    expect(lookup(cache, oldest)).toBeUndefined()
    for (const [key, session] of others) expect(lookup(cache, key)).toBe(session)
  })

  test('keeps what was used lately', () => {
    const [oldest] = put()
    const [next] = put()
    put()
    lookup(cache, oldest)
    put()
    expect(lookup(cache, oldest)).toBeDefined()
    expect(lookup(cache, next)).toBeUndefined()
  })

  test('with room for none keeps none', () => {
    cache = init([
      ['role', 'server'],
      ['max', 0],
    ])
    const [key] = put(4433)
    expect(lookup(cache, key)).toBeUndefined()
    expect(size(cache)).toBe(0)
  })

  test('does as a list would in which what is used goes to the end', () => {
    const step = fc.record({
      action: fc.constantFrom('update', 'lookup', 'delete'),
      port: fc.integer({ min: 1, max: 2 }),
      id: fc.integer({ min: 1, max: 4 }),
    })
    const property = fc.property(fc.array(step), steps => {
      cache = init([
        ['role', 'server'],
        ['max', 3],
      ])
      let model: string[] = []
      for (const { action, port, id } of steps) {
        const name = `${port} ${id}`
        const known = model.includes(name)
        const session = make_session({ session_id: Uint8Array.of(id), policy: name })
        model = action === 'lookup' && !known ? model : model.filter(other => other !== name)
        if (action === 'update' || (action === 'lookup' && known)) model.push(name)
        model = model.slice(-3)
        if (action === 'update') update(cache, [port, session.session_id], session)
        if (action === 'delete') remove(cache, [port, session.session_id])
        if (action === 'lookup') {
          expect(lookup(cache, [port, session.session_id])?.policy).toBe(known ? name : undefined)
        }
        expect(foldl(([, { policy }], all: string[]) => [...all, policy], [], cache)).toEqual(model)
        expect(select_session(cache, port).map(({ policy }) => policy)).toEqual(
          model.filter(other => other.startsWith(`${port} `)).reverse(),
        )
      }
    })
    fc.assert(property)
  })
})
