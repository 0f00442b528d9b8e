// Places to keep sessions in, such as a user could bring: none of them keeps what it is given, only what can be made
// of it and back.

import { deserialize, serialize } from 'node:v8'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { decode_session, encode_session } from '../../ssl_app/session/session_codec.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import type {
  InitArguments,
  Key,
  PartialKey,
  SessionCacheApi,
} from '../../ssl_app/session/ssl_session_cache_api.ts'

/** Such a module, and what it was told. */
export interface Recorded<Cache> extends SessionCacheApi<Cache> {
  readonly started: InitArguments[]
  readonly ended: Cache[]
}

type Text = Map<string, string>

const name_of = ([partial_key, id]: Key): string =>
  JSON.stringify([partial_key, Buffer.from(id).toString('hex')])

/** Writes all of it down as texts: sessions in bytes of their own, which `encode_session` makes. */
export function text_cache(): Recorded<Text> {
  const [started, ended]: [InitArguments[], Text[]] = [[], []]
  const read = (text: string): Session => decode_session(Buffer.from(text, 'base64'))!
  return {
    started,
    ended,
    init(args) {
      started.push(args)
      return new Map()
    },
    terminate: cache => ended.push(cache),
    lookup(cache, key) {
      const text = cache.get(name_of(key))
      return text === undefined ? null : read(text)
    },
    update: (cache, key, session) =>
      cache.set(name_of(key), Buffer.from(encode_session(session)).toString('base64')),
    delete: (cache, key) => cache.delete(name_of(key)),
    foldl(fun, acc, cache) {
      let result = acc
      for (const [name, text] of cache) {
        const [partial_key, id] = JSON.parse(name)
        result = fun([[partial_key, Buffer.from(id, 'hex')], read(text)], result)
      }
      return result
    },
    select_session: (cache, partial_key) =>
      [...cache]
        .filter(([name]) => JSON.stringify(JSON.parse(name)[0]) === JSON.stringify(partial_key))
        .map(([, text]) => read(text)),
    size: cache => cache.size,
  }
}

type Entry = readonly [name: string, key: Key, session: Buffer]
type Call = readonly ['insert', Key, Buffer] | readonly ['delete', Key] | 'entries'

/** A process that holds a list: it can only be asked, and answers later. Sessions go there as they are cloned. */
export function list_cache(): Recorded<Pid> {
  const [started, ended]: [InitArguments[], Pid[]] = [[], []]
  const ask = (server: Pid, request: Call): Promise<any> => gen_server.call(server, request)
  const entries = async (server: Pid): Promise<(readonly [Key, Session])[]> =>
    (await ask(server, 'entries')).map(([, key, session]: Entry) => [key, deserialize(session)])
  return {
    started,
    ended,
    async init(args) {
      started.push(args)
      return ok(await gen_server.start_link(list_server))
    },
    async terminate(server) {
      await gen_server.stop(server)
      ended.push(server)
    },
    lookup: async (server, key) =>
      (await entries(server)).find(([other]) => name_of(other) === name_of(key))?.[1],
    update: (server, key, session) => ask(server, ['insert', key, serialize(session)]),
    delete: (server, key) => ask(server, ['delete', key]),
    foldl: async (fun, acc, server) =>
      (await entries(server)).reduce((result, entry) => fun(entry, result), acc),
    select_session: async (server, partial_key: PartialKey) =>
      (await entries(server))
        .filter(([[other]]) => JSON.stringify(other) === JSON.stringify(partial_key))
        .map(([, session]) => session),
    size: async server => (await entries(server)).length,
  }
}

const list_server: gen_server.Callbacks<readonly Entry[], Call> = {
  module: 'list_cache',
  init: () => ['ok', []],
  handle_call(request, _from, list) {
    if (request === 'entries') return ['reply', list, list]
    const name = name_of(request[1])
    const others = list.filter(([other]) => other !== name)
    return request[0] === 'delete'
      ? ['reply', 'ok', others]
      : ['reply', 'ok', [...others, [name, request[1], request[2]]]]
  },
}

/** A module that does nothing, but for what a test wants it to. */
export const module_with = (changes: Partial<SessionCacheApi>): SessionCacheApi => ({
  init: () => new Map(),
  terminate: () => undefined,
  lookup: () => undefined,
  update: () => undefined,
  delete: () => undefined,
  foldl: (_fun, acc) => acc,
  select_session: () => [],
  ...changes,
})
