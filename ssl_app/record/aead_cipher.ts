// Records under a cipher that encrypts and authenticates in one: AES-GCM (RFC 5288), ChaCha20 (RFC 7905, and the
// draft before it).

import {
  type AeadKey,
  aead_key,
  crypto_one_time_aead_decrypt,
  crypto_one_time_aead_encrypt_parts,
  wipe,
} from '../../apps/crypto/crypto.ts'
import { additional_data, type RecordPlace, xor_sequence } from './additional_data.ts'
import type { AeadAlgorithm } from './bulk_ciphers.ts'
import { Alert } from './ssl_alert.ts'
import type { WriteKeys } from './tls_v1.ts'

export interface AeadState {
  readonly kind: 'aead'
  readonly algorithm: AeadAlgorithm
  readonly key: AeadKey
  /** 12 bytes; a record's nonce is this with the sequence number in its last 8. */
  readonly iv: Uint8Array
}

const iv_size = 12
const tag_size = 16
const sequence_at = 4

// Used again for each record: see additional_data.
const nonce = Buffer.alloc(iv_size)
const counter = nonce.subarray(sequence_at)

/**
 * @param random - where the part of the nonce that travels begins to count
 */
export function aead_init(
  algorithm: AeadAlgorithm,
  keys: WriteKeys,
  random: (size: number) => Uint8Array,
): AeadState {
  const { implicit_nonce, explicit_nonce } = algorithm
  const iv = new Uint8Array(iv_size)
  iv.set(keys.iv)
  if (explicit_nonce > 0) iv.set(random(explicit_nonce), implicit_nonce)
  const key = aead_key(keys.key)
  wipe(keys.key)
  return { kind: 'aead', algorithm, key, iv }
}

/** @returns the fragment in pieces, of which the first is good until the next call */
export function aead_seal(state: AeadState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  const { cipher, explicit_nonce } = state.algorithm
  set_nonce(state, place.sequence)
  const covered = additional_data(place, content.length)
  const iv = nonce_of(state)
  const [ciphertext, tag] = crypto_one_time_aead_encrypt_parts(cipher, state.key, iv, content, covered)
  return explicit_nonce > 0 ? [counter, ciphertext, tag] : [ciphertext, tag]
}

/** @throws {@link Alert} `bad_record_mac` */
export function aead_open(state: AeadState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  const { cipher, explicit_nonce } = state.algorithm
  const length = fragment.length - explicit_nonce - tag_size
  if (length < 0) throw new Alert('bad_record_mac')

  set_nonce(state, place.sequence)
  if (explicit_nonce > 0) counter.set(fragment.subarray(0, explicit_nonce))
  const covered = additional_data(place, length)
  const content = crypto_one_time_aead_decrypt(
    cipher,
    state.key,
    nonce_of(state),
    fragment.subarray(explicit_nonce),
    covered,
  )
  if (!content) throw new Alert('bad_record_mac')
  return content
}

const nonce_of = (state: AeadState): Uint8Array => (state.algorithm.nonce_size === iv_size ? nonce : counter)

/** Never the same twice: the sequence number is in it, and keys are used in one direction only. */
function set_nonce(state: AeadState, sequence: number): void {
  nonce.set(state.iv)
  xor_sequence(nonce, sequence_at, sequence)
}
