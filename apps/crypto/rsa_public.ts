// What RSA does with a public key (RFC 8017): plain big integers suffice, since nothing in it is secret but the
// message that is encrypted, and that only in the padding.

import { bytes_of, number_of, power } from './big_numbers.ts'
import type { HashType } from './provider.ts'

export interface RsaPublicKey {
  readonly bits: number
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
}

/** A hash function, as PSS needs it. */
export interface Digest {
  readonly size: number
  readonly hash: (...pieces: Uint8Array[]) => Uint8Array
}

const sha2_arc = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02] as const

/** The contents of the hash functions' object identifiers. RFC 8017 §B.1 */
const hash_oids: Readonly<Record<HashType, readonly number[]>> = {
  md5: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05],
  sha: [0x2b, 0x0e, 0x03, 0x02, 0x1a],
  sha224: [...sha2_arc, 4],
  sha256: [...sha2_arc, 1],
  sha384: [...sha2_arc, 2],
  sha512: [...sha2_arc, 3],
}

/** The DER encoded DigestInfo that a PKCS#1 v1.5 signature contains. RFC 8017 §9.2 */
export function digest_info(type: HashType, hash: Uint8Array): Uint8Array {
  const oid = hash_oids[type]
  const algorithm = [0x06, oid.length, ...oid, 0x05, 0x00]
  const contents = [0x30, algorithm.length, ...algorithm, 0x04, hash.length, ...hash]
  return Uint8Array.of(0x30, contents.length, ...contents)
}

/**
 * Whether `signature` contains `signed`, a {@link digest_info} or what TLS 1.0 puts in its place. It is compared
 * with the one encoding there is, and not parsed.
 *
 * @see RFC 8017 §8.2.2
 */
export function verify_pkcs1(key: RsaPublicKey, signature: Uint8Array, signed: Uint8Array): boolean {
  const expected = padded(signed, modulus_size(key))
  return expected !== undefined && same(public_operation(key, signature), expected)
}

/** `signed` with the padding of signatures, RFC 8017 §9.2; undefined when there is no room for that. */
export function padded(signed: Uint8Array, size: number): Uint8Array | undefined {
  const padding = size - 3 - signed.length
  if (padding < 8) return undefined
  const block = new Uint8Array(size).fill(0xff)
  block.set([0, 1])
  block[2 + padding] = 0
  block.set(signed, 3 + padding)
  return block
}

/**
 * Whether `signature` is an RSASSA-PSS signature of a message with this hash; the salt is as long as the hash.
 *
 * @see RFC 8017 §8.1.2, §9.1.2
 */
export function verify_pss(
  key: RsaPublicKey,
  signature: Uint8Array,
  message_hash: Uint8Array,
  digest: Digest,
): boolean {
  const opened = public_operation(key, signature)
  if (!opened) return false

  const em_bits = key.bits - 1
  const em_size = Math.ceil(em_bits / 8)
  const em = opened.subarray(opened.length - em_size)
  const db_size = em_size - digest.size - 1
  const salt_at = db_size - digest.size
  const unused = (0xff00 >> (em_size * 8 - em_bits)) & 0xff
  if (salt_at < 1 || em.at(-1) !== 0xbc || (em[0]! & unused) !== 0) return false
  if (opened.length > em_size && opened[0] !== 0) return false

  const hash = em.subarray(db_size, -1)
  const mask = mgf1(hash, db_size, digest)
  const db = em.subarray(0, db_size).map((byte, index) => byte ^ mask[index]!)
  db[0]! &= ~unused
  if (db.subarray(0, salt_at - 1).some(byte => byte !== 0) || db[salt_at - 1] !== 1) return false
  return same(hash, digest.hash(new Uint8Array(8), message_hash, db.subarray(salt_at)))
}

/**
 * Encrypts with PKCS#1 v1.5 padding.
 *
 * @param random - gives that many unpredictable bytes
 * @see RFC 8017 §7.2.1
 */
export function encrypt_pkcs1(
  key: RsaPublicKey,
  data: Uint8Array,
  random: (size: number) => Uint8Array,
): Uint8Array {
  const size = modulus_size(key)
  const block = new Uint8Array(size)
  block[1] = 2
  block.set(nonzero(size - 3 - data.length, random), 2)
  block.set(data, size - data.length)
  const encrypted = bytes_of(power_of(number_of(block), key), size)
  block.fill(0)
  return encrypted
}

/** What `input` is the private operation's result of, or undefined when it cannot be one. */
function public_operation(key: RsaPublicKey, input: Uint8Array): Uint8Array | undefined {
  const size = modulus_size(key)
  if (input.length !== size) return undefined
  const number = number_of(input)
  if (number >= number_of(key.modulus)) return undefined
  return bytes_of(power_of(number, key), size)
}

function power_of(base: bigint, key: RsaPublicKey): bigint {
  return power(base, number_of(key.exponent), number_of(key.modulus))
}

/** RFC 8017 §B.2.1 */
export function mgf1(seed: Uint8Array, size: number, digest: Digest): Uint8Array {
  const mask = new Uint8Array(Math.ceil(size / digest.size) * digest.size)
  for (let block = 0; block * digest.size < size; block++) {
    mask.set(digest.hash(seed, Uint8Array.of(0, 0, 0, block)), block * digest.size)
  }
  return mask
}

function nonzero(size: number, random: (size: number) => Uint8Array): Uint8Array {
  const bytes = random(size)
  for (let index = 0; index < size; index++) {
    while (bytes[index] === 0) bytes.set(random(1), index)
  }
  return bytes
}

function modulus_size(key: RsaPublicKey): number {
  return key.modulus.length
}

function same(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left?.length === right.length && left.every((byte, index) => byte === right[index])
}
