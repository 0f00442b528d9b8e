// A cache of revocation lists as a user may have one, which notes what it is asked.

import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import type { Awaitable } from '../../ssl_app/certificate/awaitable.ts'
import type { CrlCacheApi } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'

/** What a cache has: lists by the first URI of a point, and of issuers. It notes what it is asked. */
export class Cache implements CrlCacheApi<Term> {
  readonly asked: Term[] = []
  readonly #at: Readonly<Record<string, readonly Uint8Array[]>>
  readonly #of_issuer: readonly Uint8Array[]

  constructor(at: Readonly<Record<string, readonly Uint8Array[]>>, of_issuer: readonly Uint8Array[] = []) {
    this.#at = at
    this.#of_issuer = of_issuer
  }

  lookup(point: DistributionPoint, handle: Term, issuer: Term): Awaitable<Term> {
    const uri = point.distributionPoint?.[0] === 'fullName' ? point.distributionPoint[1][0]![1] : undefined
    this.asked.push(['lookup', uri, handle, issuer])
    return this.#at[String(uri)] ?? 'not_available'
  }

  select(issuer: Term, handle: Term): Awaitable<Term> {
    this.asked.push(['select', issuer, handle])
    return this.#of_issuer
  }

  fresh_crl(point: DistributionPoint, crl: Uint8Array): Awaitable<Uint8Array> {
    this.asked.push(['fresh_crl', point, crl])
    return crl
  }

  get asked_for(): string[] {
    return this.asked.map(([callback, uri]) => (callback === 'lookup' ? uri : callback))
  }
}
