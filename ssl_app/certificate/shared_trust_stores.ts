// One trust store for those who trust the same certificates, however many connections they are and in however many
// lists the certificates were given. It goes when the last of them has gone.

import { hash } from '../../apps/crypto/crypto.ts'
import { TrustStore } from './ssl_pkix_db.ts'

/** By the digests of their certificates, in their order. */
const stores = new Map<string, WeakRef<TrustStore>>()

const forgotten = new FinalizationRegistry<string>(key => {
  // Another one may have taken the place meanwhile.
  if (stores.get(key)?.deref() === undefined) stores.delete(key)
})

const digests = new WeakMap<Uint8Array, Uint8Array>()

/**
 * The store of these certificates.
 *
 * @param ders - DER; whoever gives an array again must not have changed its bytes
 */
export function shared_trust_store(ders: readonly Uint8Array[]): TrustStore {
  const key = Buffer.from(hash('sha256', ders.map(digest))).toString('base64')
  const known = stores.get(key)?.deref()
  if (known !== undefined) return known
  // Bytes that somebody overwrites must not be those that others trust.
  const store = new TrustStore(ders.map(der => new Uint8Array(der)))
  stores.set(key, new WeakRef(store))
  forgotten.register(store, key)
  return store
}

/** How many sets of certificates are in use, or were until a moment ago. */
export const shared_trust_store_count = (): number => stores.size

function digest(der: Uint8Array): Uint8Array {
  let known = digests.get(der)
  if (known === undefined) {
    known = hash('sha256', der)
    digests.set(der, known)
  }
  return known
}
