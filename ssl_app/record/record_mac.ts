// The MAC of a record where the cipher does not authenticate: HMAC in TLS, what came before it in SSL 3.0.

import { hash, mac } from '../../apps/crypto/crypto.ts'
import {
  additional_data,
  additional_data_size,
  type RecordPlace,
  ssl_v3_data,
  ssl_v3_data_size,
} from './additional_data.ts'
import type { MacHash } from './cipher_suites.ts'
import * as ssl_v3 from './ssl_v3.ts'

export type RecordHash = Exclude<MacHash, 'null'>

/** How the records of one direction are authenticated. */
export interface RecordMac {
  readonly hash: RecordHash
  readonly ssl_v3: boolean
  readonly key: Uint8Array
}

/** In bytes: the result, what is compressed at a time (as a power of 2), and the length that ends the last block. */
const hashes: Readonly<Record<RecordHash, { size: number; block_bits: number; length_size: number }>> = {
  md5: { size: 16, block_bits: 6, length_size: 8 },
  sha: { size: 20, block_bits: 6, length_size: 8 },
  sha256: { size: 32, block_bits: 6, length_size: 8 },
  sha384: { size: 48, block_bits: 7, length_size: 16 },
}

/** Enough to hash for the longest padding that can turn out to be none. */
const ballast = new Uint8Array(4 * 128)

/** The size of a hash, and of a MAC made with it, in bytes. */
export function mac_size(type: RecordHash): number {
  return hashes[type].size
}

/**
 * The MAC of a record: it covers sequence number, type, version (not in SSL 3.0), length and content.
 *
 * @see RFC 5246 §6.2.3.1; RFC 6101 §5.2.3.1
 */
export function record_mac(how: RecordMac, place: RecordPlace, content: Uint8Array): Uint8Array {
  if (how.ssl_v3) return ssl_v3.mac(how.hash, how.key, [ssl_v3_data(place, content.length), content])
  return mac('hmac', how.hash, how.key, [additional_data(place, content.length), content])
}

/**
 * A MAC over `length` bytes compresses fewer blocks than one over `longest`: compresses the others here. Each hash
 * ends with a block of its own, so that this hashes something in every case.
 */
export function make_up_work(how: RecordMac, length: number, longest: number): void {
  const missing = compressions(how, longest) - compressions(how, length)
  hash(how.hash, ballast.subarray(0, missing << hashes[how.hash].block_bits))
}

/**
 * How many blocks the inner hash of the MAC compresses for so much content, but for the block of an HMAC's key;
 * without a division, which takes its time.
 */
function compressions(how: RecordMac, length: number): number {
  const { size, block_bits, length_size } = hashes[how.hash]
  const before = how.ssl_v3 ? size + ssl_v3.pad_size(how.hash) + ssl_v3_data_size : additional_data_size
  const end_mark = 1
  const hashed = before + length + end_mark + length_size
  return (hashed + (1 << block_bits) - 1) >> block_bits
}
