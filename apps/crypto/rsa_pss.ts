// RSASSA-PSS (RFC 8017 §8.1, §9.1): how a hash and a salt are put into a block for the private key, and what such a
// block must look like. The block is worth nothing without RSA, which the providers do.

import { fixed_equal } from './big_numbers.ts'
import type { HashType, PrivateKey, PublicKey, SignatureScheme } from './provider.ts'
import { hash_size } from './rsa_pss_parameters.ts'

/** Hash functions, as the padding of RSA needs them. */
export type HashFunction = (type: HashType, ...pieces: Uint8Array[]) => Uint8Array

/** What a signature is made with. */
export interface PssForm {
  readonly digest: HashType
  readonly mgf1_digest: HashType
  /** In bytes; `'auto'`: as long as there is room for, and of any length when it is verified. */
  readonly salt_length: number | 'auto'
  /** In bytes: shorter salts are refused. */
  readonly least_salt: number
}

/** How `key` makes signatures of this scheme, which is one of PSS. */
export function pss_form(scheme: SignatureScheme, key: PrivateKey | PublicKey): PssForm {
  const digest = scheme.digest as HashType
  const { mgf1_digest = digest, salt_length = hash_size[digest] } = scheme
  return { digest, mgf1_digest, salt_length, least_salt: key.pss?.salt_length ?? 0 }
}

/** Whether a key that is restricted makes such signatures. RFC 4055 §3.3 */
export function permits({ pss }: PrivateKey | PublicKey, scheme: SignatureScheme): boolean {
  if (!pss) return true
  const { digest, mgf1_digest = digest, salt_length = hash_size[digest as HashType] } = scheme
  if (digest !== pss.digest || mgf1_digest !== pss.mgf1_digest) return false
  return salt_length === 'auto' || salt_length >= pss.salt_length
}

/**
 * The block that is signed, as long as the modulus; undefined when the key is too short.
 *
 * @param modulus_bits - of the key
 * @param random - gives that many unpredictable bytes
 * @see RFC 8017 §9.1.1
 */
export function pss_block(
  form: PssForm,
  message_hash: Uint8Array,
  modulus_bits: number,
  { hash, random }: { readonly hash: HashFunction; readonly random: (size: number) => Uint8Array },
): Uint8Array | undefined {
  const { em_size, db_size, excess_bits } = sizes(form, modulus_bits)
  const salt_length = form.salt_length === 'auto' ? db_size - 1 : form.salt_length
  const salt_at = db_size - salt_length
  if (salt_at < 1 || salt_length < form.least_salt) return undefined

  const salt = random(salt_length)
  const seed = hash(form.digest, new Uint8Array(8), message_hash, salt)
  const db = mgf1(seed, db_size, form.mgf1_digest, hash)
  db[salt_at - 1]! ^= 1
  for (const [index, byte] of salt.entries()) db[salt_at + index]! ^= byte
  db[0]! &= 0xff >> excess_bits

  const block = new Uint8Array(Math.ceil(modulus_bits / 8))
  block.set(db, block.length - em_size)
  block.set(seed, block.length - seed.length - 1)
  block[block.length - 1] = 0xbc
  return block
}

/**
 * Whether `block`, which is as long as the modulus, was made of a message with this hash.
 *
 * @see RFC 8017 §9.1.2
 */
export function is_pss_block(
  form: PssForm,
  message_hash: Uint8Array,
  block: Uint8Array,
  { hash, modulus_bits }: { readonly hash: HashFunction; readonly modulus_bits: number },
): boolean {
  const { em_size, db_size, excess_bits } = sizes(form, modulus_bits)
  if (db_size < 1 || block.length < em_size) return false
  const em = block.subarray(block.length - em_size)
  const unused = (0xff00 >> excess_bits) & 0xff
  if (em.at(-1) !== 0xbc || (em[0]! & unused) !== 0) return false
  if (block.length > em_size && block[0] !== 0) return false

  const seed = em.subarray(db_size, -1)
  const mask = mgf1(seed, db_size, form.mgf1_digest, hash)
  const db = em.subarray(0, db_size).map((byte, index) => byte ^ mask[index]!)
  db[0]! &= ~unused
  const one = db.findIndex(byte => byte !== 0)
  if (db[one] !== 1) return false
  const salt = db.subarray(one + 1)
  if (salt.length < form.least_salt) return false
  if (form.salt_length !== 'auto' && salt.length !== form.salt_length) return false
  return fixed_equal(seed, hash(form.digest, new Uint8Array(8), message_hash, salt))
}

/** RFC 8017 §B.2.1 */
export function mgf1(seed: Uint8Array, size: number, digest: HashType, hash: HashFunction): Uint8Array {
  const mask = new Uint8Array(Math.ceil(size / hash_size[digest]) * hash_size[digest])
  for (let block = 0; block * hash_size[digest] < size; block++) {
    mask.set(hash(digest, seed, Uint8Array.of(0, 0, block >> 8, block & 0xff)), block * hash_size[digest])
  }
  return mask.subarray(0, size)
}

/** The encoded message is one bit shorter than the modulus, which can make it one byte shorter. */
function sizes({ digest }: PssForm, modulus_bits: number) {
  const em_size = Math.ceil((modulus_bits - 1) / 8)
  const db_size = em_size - hash_size[digest] - 1
  return { em_size, db_size, excess_bits: em_size * 8 - (modulus_bits - 1) }
}
