// Records under a cipher that encrypts and authenticates in one: AES-GCM (RFC 5288), ChaCha20 (RFC 7905).

import {
  type AeadCipher,
  crypto_one_time_aead_decrypt,
  crypto_one_time_aead_encrypt_parts,
} from '../../apps/crypto/crypto.ts'
import { additional_data, type RecordPlace, xor_sequence } from './additional_data.ts'
import { Alert } from './ssl_alert.ts'
import type { WriteKeys } from './tls_v1.ts'

export interface AeadState {
  readonly kind: 'aead'
  readonly cipher: AeadCipher
  readonly key: Uint8Array
  /** 12 bytes; a record's nonce is this with the sequence number in its last 8. */
  readonly iv: Uint8Array
  /** How many bytes of the nonce, the last ones, travel with the record. */
  readonly explicit: number
}

const iv_size = 12
const tag_size = 16
const sequence_at = 4

/** How many bytes of a nonce the keys give, and how many each record brings. */
export const aead_nonces: Readonly<Record<AeadCipher, { implicit: number; explicit: number }>> = {
  aes_128_gcm: { implicit: 4, explicit: 8 },
  aes_256_gcm: { implicit: 4, explicit: 8 },
  chacha20_poly1305: { implicit: 12, explicit: 0 },
}

// Used again for each record: see additional_data.
const nonce = Buffer.alloc(iv_size)
const explicit_nonce = nonce.subarray(sequence_at)

/**
 * @param random - where the part of the nonce that travels begins to count
 */
export function aead_init(
  cipher: AeadCipher,
  keys: WriteKeys,
  random: (size: number) => Uint8Array,
): AeadState {
  const { implicit, explicit } = aead_nonces[cipher]
  const iv = new Uint8Array(iv_size)
  iv.set(keys.iv)
  if (explicit > 0) iv.set(random(explicit), implicit)
  return { kind: 'aead', cipher, key: keys.key, iv, explicit }
}

/** @returns the fragment in pieces, of which the first is good until the next call */
export function aead_seal(state: AeadState, place: RecordPlace, content: Uint8Array): Uint8Array[] {
  const { cipher, key, explicit } = state
  set_nonce(state, place.sequence)
  const covered = additional_data(place, content.length)
  const [ciphertext, tag] = crypto_one_time_aead_encrypt_parts(cipher, key, nonce, content, covered)
  return explicit > 0 ? [explicit_nonce, ciphertext, tag] : [ciphertext, tag]
}

/** @throws {@link Alert} `bad_record_mac` */
export function aead_open(state: AeadState, place: RecordPlace, fragment: Uint8Array): Uint8Array {
  const { cipher, key, explicit } = state
  const length = fragment.length - explicit - tag_size
  if (length < 0) throw new Alert('bad_record_mac')

  set_nonce(state, place.sequence)
  if (explicit > 0) explicit_nonce.set(fragment.subarray(0, explicit))
  const covered = additional_data(place, length)
  const content = crypto_one_time_aead_decrypt(cipher, key, nonce, fragment.subarray(explicit), covered)
  if (!content) throw new Alert('bad_record_mac')
  return content
}

/** Never the same twice: the sequence number is in it, and keys are used in one direction only. */
function set_nonce(state: AeadState, sequence: number): void {
  nonce.set(state.iv)
  xor_sequence(nonce, sequence_at, sequence)
}
