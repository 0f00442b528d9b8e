// Records under a block cipher in CBC mode with a MAC: first the MAC, then padding, then encryption (RFC 5246
// §6.2.3.2); or, where both sides know it, the MAC last (RFC 7366). What is wrong with a record that does not
// open, no time and no answer tells (Lucky 13).

import {
  type CipherState as BlockCipherState,
  cipher_init,
  cipher_update,
  type Direction,
  hash_equals,
} from '../../apps/crypto/crypto.ts'
import type { RecordPlace } from './additional_data.ts'
import type { CbcAlgorithm } from './bulk_ciphers.ts'
import { bytes_at, is_zero, less, same_bytes } from './constant_time.ts'
import { mac_size, make_up_work, type RecordMac, record_mac } from './record_mac.ts'
import { Alert } from './ssl_alert.ts'
import type { WriteKeys } from './tls_v1.ts'

/**
 * What padding is right: up to 255 bytes, each of which is their number; as many of any value; or, in SSL 3.0,
 * less than a block of any value.
 */
export type PaddingRule = 'counted' | 'any' | 'below_a_block'

export interface CbcParameters {
  readonly algorithm: CbcAlgorithm
  readonly mac: RecordMac
  /** The MAC covers what is encrypted, and is not encrypted itself. */
  readonly encrypt_then_mac: boolean
  readonly padding: PaddingRule
  /** Each record brings its own IV, from TLS 1.1 on; before, it is the last block of the record before. */
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

const most_padding = 255

export function cbc_init(parameters: CbcParameters, keys: WriteKeys, direction: Direction): CbcState {
  const { algorithm, explicit_iv } = parameters
  const iv = explicit_iv ? new Uint8Array(algorithm.block_size) : keys.iv
  const blocks = cipher_init(algorithm.cipher, keys.key, iv, direction)
  return { kind: 'cbc', parameters, keys, blocks }
}

export function cbc_seal(state: CbcState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  const { mac, encrypt_then_mac } = state.parameters
  if (!encrypt_then_mac) return [encrypt(state, content, record_mac(mac, place, content))]

  const encrypted = encrypt(state, content, none)
  return [encrypted, record_mac(mac, place, encrypted)]
}

/** @throws {@link Alert} `bad_record_mac`, whatever is wrong */
export function cbc_open(state: CbcState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  const { algorithm, mac, encrypt_then_mac, explicit_iv } = state.parameters
  const block = algorithm.block_size
  const size = mac_size(mac.hash)
  const start = explicit_iv ? block : 0
  if (fragment.length < start + size + 1) throw new Alert('bad_record_mac')
  const encrypted = encrypt_then_mac ? fragment.subarray(0, fragment.length - size) : fragment
  if (encrypted.length % block !== 0) throw new Alert('bad_record_mac')

  if (encrypt_then_mac) {
    const expected = record_mac(mac, place, encrypted)
    if (!hash_equals(expected, fragment.subarray(encrypted.length))) throw new Alert('bad_record_mac')
  }
  const plain = cipher_update(state.blocks, encrypted).subarray(start)
  return encrypt_then_mac ? without_padding(state, plain) : authenticated(state, place, plain)
}

const none = new Uint8Array(0)

/** IV if there is one, content, MAC if there is one, padding. */
function encrypt(state: CbcState, content: Uint8Array, code: Uint8Array): Uint8Array {
  const { algorithm, explicit_iv, random } = state.parameters
  const block = algorithm.block_size
  const start = explicit_iv ? block : 0
  const end = start + content.length + code.length
  const padding = block - 1 - (end % block)

  const plain = Buffer.allocUnsafe(end + padding + 1)
  if (explicit_iv) plain.set(random(block))
  plain.set(content, start)
  plain.set(code, start + content.length)
  plain.fill(padding, end)
  return cipher_update(state.blocks, plain)
}

/** The content before MAC and padding. Both are secret until both are checked. */
function authenticated(state: CbcState, place: RecordPlace, plain: Uint8Array): Uint8Array {
  const { mac } = state.parameters
  const size = mac_size(mac.hash)
  const { padding, well_formed, most } = padding_of(state, plain, size)
  const longest = plain.length - size - 1
  const length = longest - padding
  const content = plain.subarray(0, length)

  const expected = record_mac(mac, place, content)
  make_up_work(mac, length, longest)
  const received = bytes_at(plain, length, size, Math.max(0, longest - most))
  if ((well_formed & same_bytes(expected, received)) === 0) throw new Alert('bad_record_mac')
  return content
}

/** The content before padding that the peer is known to have made. */
function without_padding(state: CbcState, plain: Uint8Array): Uint8Array {
  const { padding, well_formed } = padding_of(state, plain, 0)
  if (well_formed === 0) throw new Alert('bad_record_mac')
  return plain.subarray(0, plain.length - 1 - padding)
}

interface Padding {
  /** How many bytes of it stand before the last byte. */
  readonly padding: number
  /** The mask of whether it is right. */
  readonly well_formed: number
  /** How many bytes it could have been, as everybody can see. */
  readonly most: number
}

/**
 * The padding of a record that has a MAC of `size` bytes before it. Wrong padding counts as none, so that there is
 * always a MAC to check.
 */
function padding_of(state: CbcState, plain: Uint8Array, size: number): Padding {
  const { algorithm, padding: rule } = state.parameters
  const last = plain.length - 1
  const claimed = plain[last]!
  const most = rule === 'below_a_block' ? algorithm.block_size - 1 : most_padding
  let wrong = less(last, size + claimed) | less(most, claimed)
  if (rule === 'counted') {
    const seen = Math.min(most, last)
    for (let back = 1; back <= seen; back++) {
      wrong |= less(back - 1, claimed) & (plain[last - back]! ^ claimed)
    }
  }
  const well_formed = is_zero(wrong)
  return { padding: claimed & well_formed, well_formed, most }
}
