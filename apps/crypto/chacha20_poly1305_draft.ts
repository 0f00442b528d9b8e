// ChaCha20 with Poly1305 as Google's servers had it before RFC 7539: draft-agl-tls-chacha20poly1305-04. The nonce has
// 8 bytes, and what is authenticated is put together in another way.

import { poly1305 } from './poly1305.ts'

/** What a provider has of it. */
export interface ChaCha20 {
  /** `data` XORed with the key stream from a block of 64 bytes on. */
  readonly xor: (key: Uint8Array, nonce: Uint8Array, data: Uint8Array, block: 0 | 1) => Uint8Array
  readonly hash_equals: (left: Uint8Array, right: Uint8Array) => boolean
}

const tag_size = 16
const length_size = 8
const poly1305_key_size = 32

/** The ciphertext and its tag: §5 of the draft. */
export function draft_encrypt(
  { xor }: ChaCha20,
  [key, nonce]: readonly [key: Uint8Array, nonce: Uint8Array],
  plaintext: Uint8Array,
  aad: Uint8Array,
): readonly [ciphertext: Uint8Array, tag: Uint8Array] {
  const ciphertext = xor(key, nonce, plaintext, 1)
  return [ciphertext, tag_of(xor(key, nonce, new Uint8Array(poly1305_key_size), 0), ciphertext, aad)]
}

/** The plaintext, or undefined when the tag, the last 16 bytes, is not the right one. */
export function draft_decrypt(
  { xor, hash_equals }: ChaCha20,
  [key, nonce]: readonly [key: Uint8Array, nonce: Uint8Array],
  ciphertext_and_tag: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const size = ciphertext_and_tag.length - tag_size
  if (size < 0) return undefined
  const ciphertext = ciphertext_and_tag.subarray(0, size)
  const tag = tag_of(xor(key, nonce, new Uint8Array(poly1305_key_size), 0), ciphertext, aad)
  return hash_equals(tag, ciphertext_and_tag.subarray(size)) ? xor(key, nonce, ciphertext, 1) : undefined
}

/** Over both parts, each followed by its length, little endian, and without padding between them. */
function tag_of(one_time_key: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Uint8Array {
  const message = new Uint8Array(aad.length + ciphertext.length + 2 * length_size)
  const lengths = new DataView(message.buffer)
  message.set(aad)
  lengths.setUint32(aad.length, aad.length, true)
  message.set(ciphertext, aad.length + length_size)
  lengths.setUint32(message.length - length_size, ciphertext.length, true)
  const tag = poly1305(one_time_key, message)
  one_time_key.fill(0)
  return tag
}
