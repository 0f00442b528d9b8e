// How the records of one direction are protected: what each suite needs for it, and the ways there are.

import { type AeadCipher, type BlockCipher, type Direction, wipe } from '../../apps/crypto/crypto.ts'
import type { RecordPlace } from './additional_data.ts'
import { type AeadState, aead_init, aead_nonces, aead_open, aead_seal } from './aead_cipher.ts'
import {
  block_sizes,
  type CbcHash,
  type CbcState,
  cbc_init,
  cbc_open,
  cbc_seal,
  mac_size,
} from './cbc_cipher.ts'
import type { BulkCipher, CipherSuite } from './cipher_suites.ts'
import { Alert } from './ssl_alert.ts'
import type { KeySizes, WriteKeys } from './tls_v1.ts'
import { is_at_least, type ProtocolVersion } from './tls_version.ts'

/** What was negotiated about the protection of records. */
export interface Protection {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  /** Gives as many unpredictable bytes, as `crypto.strong_rand_bytes` does. */
  readonly random: (size: number) => Uint8Array
}

/**
 * The keys of one direction, and what the next record depends on. `'null'` protects nothing; `'wiped'` has
 * forgotten its keys and refuses to be used.
 */
export type CipherState = AeadState | CbcState | { readonly kind: 'null' } | { readonly kind: 'wiped' }

/** `key` is the size of the key in bytes. */
type Algorithm =
  | { readonly mode: 'aead'; readonly cipher: AeadCipher; readonly key: number }
  | { readonly mode: 'cbc'; readonly cipher: BlockCipher; readonly key: number }

const algorithms: Readonly<Partial<Record<BulkCipher, Algorithm>>> = {
  aes_128_gcm: { mode: 'aead', cipher: 'aes_128_gcm', key: 16 },
  aes_256_gcm: { mode: 'aead', cipher: 'aes_256_gcm', key: 32 },
  chacha20_poly1305: { mode: 'aead', cipher: 'chacha20_poly1305', key: 32 },
  aes_128_cbc: { mode: 'cbc', cipher: 'aes_128_cbc', key: 16 },
  aes_256_cbc: { mode: 'cbc', cipher: 'aes_256_cbc', key: 32 },
}

export const null_cipher: CipherState = { kind: 'null' }

/** What the key block of a suite is made of. RFC 5246 §6.3 and appendix C; RFC 5288 §3; RFC 7905 §2 */
export function key_sizes(suite: CipherSuite, version: ProtocolVersion): KeySizes {
  const { mode, cipher, key } = algorithm_of(suite)
  if (mode === 'aead') return { mac_key: 0, key, iv: aead_nonces[cipher].implicit }
  return { mac_key: mac_size(hash_of(suite)), key, iv: has_explicit_iv(version) ? 0 : block_sizes[cipher] }
}

/**
 * The state that one direction begins with under new keys, of the sizes that {@link key_sizes} tells. The keys
 * become its own: {@link wipe_cipher} overwrites them.
 */
export function init_cipher(protection: Protection, keys: WriteKeys, direction: Direction): CipherState {
  const { suite, version, random } = protection
  const algorithm = algorithm_of(suite)
  if (algorithm.mode === 'aead') return aead_init(algorithm.cipher, keys, random)

  const { cipher } = algorithm
  const parameters = { cipher, hash: hash_of(suite), explicit_iv: has_explicit_iv(version), random }
  return cbc_init(parameters, keys, direction)
}

/**
 * Protects the content of one record. A CBC state moves on by this.
 *
 * @returns the fragment of the record, in pieces that are good until the next call
 */
export function seal(state: CipherState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  switch (state.kind) {
    case 'aead':
      return aead_seal(state, place, content)
    case 'cbc':
      return cbc_seal(state, place, content)
    case 'null':
      return [content]
    case 'wiped':
      throw new Alert('internal_error', 'the keys are gone')
  }
}

/**
 * The content of a protected record. A CBC state moves on by this.
 *
 * @throws {@link Alert} `bad_record_mac` for whatever was not made by {@link seal} with the same keys and place
 */
export function open(state: CipherState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  switch (state.kind) {
    case 'aead':
      return aead_open(state, place, fragment)
    case 'cbc':
      return cbc_open(state, place, fragment)
    case 'null':
      return fragment
    case 'wiped':
      throw new Alert('internal_error', 'the keys are gone')
  }
}

/** Overwrites the keys. What comes back refuses to be used. */
export function wipe_cipher(state: CipherState): CipherState {
  if (state.kind === 'aead') {
    wipe(state.key)
    wipe(state.iv)
  }
  if (state.kind === 'cbc') wipe(state.mac_key)
  return { kind: 'wiped' }
}

function algorithm_of(suite: CipherSuite): Algorithm {
  const algorithm = algorithms[suite.cipher]
  if (!algorithm) throw new Error(`${suite.cipher} is not implemented`)
  return algorithm
}

function hash_of(suite: CipherSuite): CbcHash {
  if (suite.mac === 'null') throw new Error(`${suite.cipher} needs a MAC`)
  return suite.mac
}

/** RFC 4346 §6.2.3.2; before it, each record began with the last block of the one before. */
function has_explicit_iv(version: ProtocolVersion): boolean {
  return is_at_least(version, 'tlsv1.1')
}
