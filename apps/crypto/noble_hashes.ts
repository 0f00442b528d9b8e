// The hash functions and the random bytes of the portable provider.

import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes } from '@noble/hashes/utils.js'
import type { HashType, IoData } from './provider.ts'

export const hashes = { md5, sha: sha1, sha224, sha256, sha384, sha512 } as const satisfies Record<
  HashType,
  unknown
>

// The most that the Web Crypto API gives at once.
const max_random_size = 65_536

export function hash_of(type: HashType, data: IoData): Uint8Array {
  return feed(hashes[type].create(), data).digest()
}

export function hmac_of(type: HashType, key: Uint8Array, data: IoData): Uint8Array {
  return feed(hmac.create(hashes[type], key), data).digest()
}

export function strong_rand_bytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += max_random_size) {
    bytes.set(randomBytes(Math.min(size - at, max_random_size)), at)
  }
  return bytes
}

function feed<State extends { update(data: Uint8Array): State }>(state: State, data: IoData): State {
  if (data instanceof Uint8Array) return state.update(data)
  for (const piece of data) state.update(piece)
  return state
}

export function one_piece(data: IoData): Uint8Array {
  return data instanceof Uint8Array ? data : concatBytes(...data)
}
