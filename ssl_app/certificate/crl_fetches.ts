// Revocation lists that are being fetched, each by a process of its own, for all who want the same one: a list that
// thousands of connections miss at once is asked for once. When nobody wants it any more, it is given up.

import { demonitor, exit, monitor } from '../../runtime/erlang/links.ts'
import type { Pid, Ref } from '../../runtime/erlang/pid.ts'
import { report } from '../../runtime/erlang/report.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import { spawn_link } from '../../runtime/erlang/spawn.ts'
import { Exit, type Reason, type Term, type Timeout } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { crls_in } from './crl_files.ts'
import { http_get } from './http_get.ts'

/** DER; none when there is nothing to be had. */
type Fetched = readonly Uint8Array[]

/** One who has asked is monitored. */
interface Fetch {
  readonly key: string
  readonly uri: string
  readonly fetcher: Pid
  readonly waiting: Map<Ref, gen_server.From>
}

/** Belongs to a server that traps exits, and that hands on the messages it does not know. */
export class Fetches {
  readonly #fetches = new Map<string, Fetch>()

  /** How many there are. */
  get size(): number {
    return this.#fetches.size
  }

  /**
   * Gets the lists at `uri`, and answers with their DER.
   *
   * @param timeout - milliseconds that it may take. Who asks later for what is on its way has no longer to wait
   */
  ask(uri: string, timeout: Timeout, from: gen_server.From): void {
    const fetch = this.#fetch(uri, timeout)
    fetch.waiting.set(monitor('process', from[0]), from)
  }

  /** A message to the server, which may tell that a fetch is done, or one who has asked is gone. */
  take(info: Term): void {
    if (!Array.isArray(info)) return
    const [tag, about, what] = info
    if (tag === 'fetched') this.#done(about, what)
    else if (tag === 'EXIT') this.#failed(about, what)
    else if (tag === 'DOWN') this.#forget(about)
  }

  #fetch(uri: string, timeout: Timeout): Fetch {
    const key = `${timeout} ${uri}`
    const under_way = this.#fetches.get(key)
    if (under_way !== undefined) return under_way
    const fetch: Fetch = { key, uri, fetcher: spawn_link(get, self(), uri, timeout), waiting: new Map() }
    this.#fetches.set(key, fetch)
    return fetch
  }

  #done(fetcher: Pid, fetched: Fetched): void {
    const fetch = this.#of(fetcher)
    if (fetch === undefined) return
    this.#fetches.delete(fetch.key)
    for (const [ref, from] of fetch.waiting) {
      demonitor(ref, { flush: true })
      gen_server.reply(from, fetched)
    }
  }

  #failed(fetcher: Pid, reason: Reason): void {
    const fetch = this.#of(fetcher)
    if (fetch === undefined) return
    report('notice', { label: ['ssl', 'crl_fetch'], report: { uri: fetch.uri, reason } })
    this.#done(fetcher, [])
  }

  #forget(ref: Ref): void {
    for (const { key, fetcher, waiting } of this.#fetches.values()) {
      if (!waiting.delete(ref)) continue
      if (waiting.size > 0) return
      this.#fetches.delete(key)
      exit(fetcher, 'kill')
      return
    }
  }

  #of(fetcher: Pid): Fetch | undefined {
    for (const fetch of this.#fetches.values()) if (fetch.fetcher === fetcher) return fetch
    return undefined
  }
}

/** What a fetcher does: it ends with the reason for which there is nothing. */
async function get(server: Pid, uri: string, timeout: Timeout): Promise<void> {
  const [tag, found] = crls_in(await http_get(uri, timeout))
  if (tag === 'error') throw new Exit(found)
  if (found.length === 0) throw new Exit('no_crl')
  send(server, ['fetched', self(), found.map(({ der }) => der)])
}
