// How the records of one direction are protected: what each suite needs for it, and the ways there are.

import { type Direction, wipe } from '../../apps/crypto/crypto.ts'
import type { RecordPlace } from './additional_data.ts'
import { type AeadState, aead_init, aead_open, aead_seal } from './aead_cipher.ts'
import { type BulkAlgorithm, bulk_algorithm } from './bulk_ciphers.ts'
import { type CbcState, cbc_init, cbc_open, cbc_seal, type PaddingRule } from './cbc_cipher.ts'
import type { CipherSuite } from './cipher_suites.ts'
import { mac_size, type RecordHash, type RecordMac } from './record_mac.ts'
import { Alert } from './ssl_alert.ts'
import { type StreamState, stream_init, stream_open, stream_seal } from './stream_cipher.ts'
import type { KeySizes, WriteKeys } from './tls_v1.ts'
import { is_at_least, type ProtocolVersion } from './tls_version.ts'

/** What was negotiated about the protection of records. */
export interface Protection {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  /** Gives as many unpredictable bytes, as `crypto.strong_rand_bytes` does. */
  readonly random: (size: number) => Uint8Array
  /** The MAC covers what is encrypted, not the content. Counts for block ciphers from TLS 1.0 on. RFC 7366 */
  readonly encrypt_then_mac: boolean
  /** In TLS 1.0, whether padding must have the right bytes; its length is checked anyhow. OTP: `padding_check` */
  readonly padding_check: boolean
}

/**
 * The keys of one direction, and what the next record depends on. `'null'` protects nothing; `'wiped'` has
 * forgotten its keys and refuses to be used.
 */
export type CipherState =
  | AeadState
  | CbcState
  | StreamState
  | { readonly kind: 'null' }
  | { readonly kind: 'wiped' }

export const null_cipher: CipherState = { kind: 'null' }

/** What the key block of a suite is made of. RFC 5246 §6.3 and appendix C; RFC 5288 §3; RFC 7905 §2 */
export function key_sizes(suite: CipherSuite, version: ProtocolVersion): KeySizes {
  const algorithm = algorithm_of(suite)
  const { key_size: key } = algorithm
  if (algorithm.mode === 'aead') return { mac_key: 0, key, iv: algorithm.implicit_nonce }
  const chained = algorithm.mode === 'cbc' && !has_explicit_iv(version)
  return { mac_key: mac_size(hash_of(suite)), key, iv: chained ? algorithm.block_size : 0 }
}

/**
 * The state that one direction begins with under new keys, of the sizes that {@link key_sizes} tells. The keys
 * become its own: {@link wipe_cipher} overwrites them.
 */
export function init_cipher(protection: Protection, keys: WriteKeys, direction: Direction): CipherState {
  const { suite, version, random } = protection
  const algorithm = algorithm_of(suite)
  if (algorithm.mode === 'aead') return aead_init(algorithm, keys, random)

  const ssl_v3 = version === 'sslv3'
  const mac: RecordMac = { hash: hash_of(suite), ssl_v3, key: keys.mac_key }
  if (algorithm.mode === 'stream') return stream_init(algorithm, mac, keys)

  const encrypt_then_mac = protection.encrypt_then_mac && !ssl_v3
  const padding = padding_rule(protection)
  const explicit_iv = has_explicit_iv(version)
  return cbc_init({ algorithm, mac, encrypt_then_mac, padding, explicit_iv, random }, keys, direction)
}

/** Whether what a record is encrypted with is known before its content is chosen (BEAST). RFC 4346 §1.1 */
export function has_predictable_iv(state: CipherState): boolean {
  return state.kind === 'cbc' && !state.parameters.explicit_iv
}

/**
 * Protects the content of one record. A state that is no AEAD's moves on by this.
 *
 * @returns the fragment of the record, in pieces that are good until the next call
 */
export function seal(state: CipherState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  switch (state.kind) {
    case 'aead':
      return aead_seal(state, place, content)
    case 'cbc':
      return cbc_seal(state, place, content)
    case 'stream':
      return stream_seal(state, place, content)
    case 'null':
      return [content]
    case 'wiped':
      throw new Alert('internal_error', 'the keys are gone')
  }
}

/**
 * The content of a protected record. A state that is no AEAD's moves on by this.
 *
 * @throws {@link Alert} `bad_record_mac` for whatever was not made by {@link seal} with the same keys and place
 */
export function open(state: CipherState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  switch (state.kind) {
    case 'aead':
      return aead_open(state, place, fragment)
    case 'cbc':
      return cbc_open(state, place, fragment)
    case 'stream':
      return stream_open(state, place, fragment)
    case 'null':
      return fragment
    case 'wiped':
      throw new Alert('internal_error', 'the keys are gone')
  }
}

/** Overwrites the keys. What comes back refuses to be used. */
export function wipe_cipher(state: CipherState): CipherState {
  if (state.kind === 'aead') {
    wipe(state.key.bytes)
    wipe(state.iv)
  }
  if (state.kind === 'cbc' || state.kind === 'stream') {
    wipe(state.keys.mac_key)
    wipe(state.keys.key)
  }
  return { kind: 'wiped' }
}

function algorithm_of(suite: CipherSuite): BulkAlgorithm {
  const algorithm = bulk_algorithm(suite.cipher, suite.draft)
  if (!algorithm) throw new Error(`the crypto provider does not have ${suite.cipher}`)
  return algorithm
}

function hash_of(suite: CipherSuite): RecordHash {
  if (suite.mac === 'null') throw new Error(`${suite.cipher} needs a MAC`)
  return suite.mac
}

/** RFC 4346 §6.2.3.2; before it, each record began with the last block of the one before. */
function has_explicit_iv(version: ProtocolVersion): boolean {
  return is_at_least(version, 'tlsv1.1')
}

/** RFC 6101 §5.2.3.2; RFC 2246 §6.2.3.2 */
function padding_rule({ version, padding_check }: Protection): PaddingRule {
  if (version === 'sslv3') return 'below_a_block'
  return version === 'tlsv1' && !padding_check ? 'any' : 'counted'
}
