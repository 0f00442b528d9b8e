// What RSA does with a public key (RFC 8017): plain big integers suffice, since nothing in it is secret but the
// message that is encrypted, and that only in the padding.

import { bytes_of, number_of, power } from './big_numbers.ts'
import type { HashType } from './provider.ts'

export interface RsaPublicKey {
  readonly bits: number
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
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

/** RSAEP and RSAVP1: undefined unless `input` is as long as the modulus and below it. RFC 8017 §5.1.1, §5.2.2 */
export function public_operation(key: RsaPublicKey, input: Uint8Array): Uint8Array | undefined {
  const size = modulus_size(key)
  if (input.length !== size) return undefined
  const number = number_of(input)
  if (number >= number_of(key.modulus)) return undefined
  return bytes_of(power_of(number, key), size)
}

function power_of(base: bigint, key: RsaPublicKey): bigint {
  return power(base, number_of(key.exponent), number_of(key.modulus))
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
