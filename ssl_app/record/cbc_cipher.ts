// Records under a block cipher in CBC mode with a MAC: first the MAC, then padding, then encryption.
// RFC 5246 §6.2.3.2. What is wrong with a record that does not open, no time and no answer tells (Lucky 13).

import {
  type CipherState as BlockCipherState,
  cipher_init,
  cipher_update,
  type Direction,
  hash,
  mac,
} from '../../apps/crypto/crypto.ts'
import { additional_data, additional_data_size, type RecordPlace } from './additional_data.ts'
import type { CbcAlgorithm } from './bulk_ciphers.ts'
import type { MacHash } from './cipher_suites.ts'
import { bytes_at, is_zero, less, same_bytes } from './constant_time.ts'
import { Alert } from './ssl_alert.ts'
import type { WriteKeys } from './tls_v1.ts'

export type CbcHash = Exclude<MacHash, 'null'>

export interface CbcParameters {
  readonly algorithm: CbcAlgorithm
  readonly hash: CbcHash
  /** Each record brings its own IV, from TLS 1.1 on. */
  readonly explicit_iv: boolean
  /** Gives unpredictable bytes. */
  readonly random: (size: number) => Uint8Array
}

export interface CbcState {
  readonly kind: 'cbc'
  readonly parameters: CbcParameters
  readonly keys: WriteKeys
  /** It lives as long as the keys: an explicit IV is one more block, whose plaintext means nothing. */
  readonly blocks: BlockCipherState
}

/** In bytes: the result, what is compressed at a time, and the length that ends the last block. */
const hashes: Readonly<Record<CbcHash, { size: number; block_bits: number; length_size: number }>> = {
  md5: { size: 16, block_bits: 6, length_size: 8 },
  sha: { size: 20, block_bits: 6, length_size: 8 },
  sha256: { size: 32, block_bits: 6, length_size: 8 },
  sha384: { size: 48, block_bits: 7, length_size: 16 },
}

const most_padding = 255

/** Enough to hash for the longest padding that can turn out to be none. */
const ballast = new Uint8Array(4 * 128)

/** The size of a hash, and of a MAC made with it, in bytes. */
export function mac_size(type: CbcHash): number {
  return hashes[type].size
}

export function cbc_init(parameters: CbcParameters, keys: WriteKeys, direction: Direction): CbcState {
  const { algorithm, explicit_iv } = parameters
  const iv = explicit_iv ? new Uint8Array(algorithm.block_size) : keys.iv
  const blocks = cipher_init(algorithm.cipher, keys.key, iv, direction)
  return { kind: 'cbc', parameters, keys, blocks }
}

export function cbc_seal(state: CbcState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  const { algorithm, explicit_iv, random } = state.parameters
  const block = algorithm.block_size
  const code = content_mac(state, place, content)
  const start = explicit_iv ? block : 0
  const end = start + content.length + code.length
  const padding = block - 1 - (end % block)

  const plain = Buffer.allocUnsafe(end + padding + 1)
  if (explicit_iv) plain.set(random(block))
  plain.set(content, start)
  plain.set(code, start + content.length)
  plain.fill(padding, end)
  return [cipher_update(state.blocks, plain)]
}

/** @throws {@link Alert} `bad_record_mac`, whatever is wrong */
export function cbc_open(state: CbcState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  const { algorithm, explicit_iv, hash: type } = state.parameters
  const block = algorithm.block_size
  const { size } = hashes[type]
  const start = explicit_iv ? block : 0
  if (fragment.length % block !== 0 || fragment.length < start + size + 1) throw new Alert('bad_record_mac')

  const plain = cipher_update(state.blocks, fragment).subarray(start)
  const { padding, well_formed } = padding_of(plain, size)
  const longest = plain.length - size - 1
  const length = longest - padding
  const content = plain.subarray(0, length)

  const expected = content_mac(state, place, content)
  make_up_work(type, length, longest)
  const received = bytes_at(plain, length, size, Math.max(0, longest - most_padding))
  if ((well_formed & same_bytes(expected, received)) === 0) throw new Alert('bad_record_mac')
  return content
}

/** RFC 5246 §6.2.3.1: the MAC covers sequence number, type, version, length and content. */
function content_mac(state: CbcState, place: RecordPlace, content: Uint8Array): Uint8Array {
  const header = additional_data(place, content.length)
  return mac('hmac', state.parameters.hash, state.keys.mac_key, [header, content])
}

/**
 * How many bytes of padding stand before the last byte, and the mask of whether all of them are right. Wrong
 * padding counts as none, so that there is always a MAC to check.
 */
function padding_of(plain: Uint8Array, size: number): { padding: number; well_formed: number } {
  const last = plain.length - 1
  const claimed = plain[last]!
  const seen = Math.min(most_padding, last)
  let wrong = less(last, size + claimed)
  for (let back = 1; back <= seen; back++) {
    wrong |= less(back - 1, claimed) & (plain[last - back]! ^ claimed)
  }
  const well_formed = is_zero(wrong)
  return { padding: claimed & well_formed, well_formed }
}

/**
 * A MAC over `length` bytes compresses fewer blocks than one over `longest`: compress the others here. Each hash
 * ends with a block of its own, so that this hashes something in every case.
 */
function make_up_work(type: CbcHash, length: number, longest: number): void {
  const missing = compressions(type, longest) - compressions(type, length)
  hash(type, ballast.subarray(0, missing << hashes[type].block_bits))
}

/** How many blocks the inner hash of the MAC compresses for so much content; without a division, which takes its time. */
function compressions(type: CbcHash, length: number): number {
  const { block_bits, length_size } = hashes[type]
  const end_mark = 1
  const hashed = additional_data_size + length + end_mark + length_size
  return (hashed + (1 << block_bits) - 1) >> block_bits
}
