// DSA (FIPS 186-4 §4) with big integers. The secret number of a signature is made of key and message, as RFC 6979
// has it, so that no weak random number can give away the key.

import { Exit } from '../../runtime/erlang/term.ts'
import { bit_length, bytes_of, inverse, number_of, power } from './big_numbers.ts'
import { decode, tag } from './der.ts'
import { integer, length } from './der_writer.ts'
import type { DsaParameters } from './keys.ts'

/** HMAC with the hash function of the signature. */
export type Hmac = (key: Uint8Array, ...pieces: Uint8Array[]) => Uint8Array

/** The sizes of q that there are: FIPS 186-4 §4.2, and §4.1 of its first edition. */
const subgroup_bits = [160, 224, 256]

/** The standard stops at 3072. A chain of certificates with much larger keys would take seconds to verify. */
const max_modulus_bits = 4096

// One number in 2^160 does not do, or half of them are not below q; with parameters that are none, no number does.
const most_attempts = 200

/** Whether the parameters have a legal size, and `y` can be a public key with them. */
export function is_dsa_public_key({ p, q, g }: DsaParameters, y: Uint8Array): boolean {
  if (bit_length(p) > max_modulus_bits) return false
  const modulus = number_of(p)
  const between = (number: bigint, top: bigint) => number > 1n && number < top
  if (!subgroup_bits.includes(number_of(q).toString(2).length) || number_of(q) >= modulus) return false
  return between(number_of(g), modulus) && between(number_of(y), modulus)
}

/** Whether `x` can be a private key with these parameters. */
export function is_dsa_private_key(parameters: DsaParameters, x: Uint8Array): boolean {
  const number = number_of(x)
  return is_dsa_public_key(parameters, parameters.g) && number > 0n && number < number_of(parameters.q)
}

/**
 * The signature of a message with this hash, DER.
 *
 * @throws {@link Exit} `['badarg', …]` when the parameters are not those of a group
 * @see FIPS 186-4 §4.6; RFC 3279 §2.2.2
 */
export function sign_dsa(parameters: DsaParameters, x: Uint8Array, hash: Uint8Array, hmac: Hmac): Uint8Array {
  const [p, q, g] = [number_of(parameters.p), number_of(parameters.q), number_of(parameters.g)]
  const z = leftmost(hash, q)
  for (const k of secret_numbers(number_of(x), z, q, hmac)) {
    // Added so that it always has the same size: g to the power of q is 1.
    const r = power(g, same_size(k, q), p) % q
    const s = (power(k, q - 2n, q) * (z + number_of(x) * r)) % q
    if (r !== 0n && s !== 0n) return signature_value(r, s)
  }
  throw new Exit(['badarg', 'a DSA key that makes no signatures'])
}

/**
 * Whether `signature` is one of a message with this hash.
 *
 * @see FIPS 186-4 §4.7
 */
export function verify_dsa(
  parameters: DsaParameters,
  y: Uint8Array,
  hash: Uint8Array,
  signature: Uint8Array,
): boolean {
  const [p, q, g] = [number_of(parameters.p), number_of(parameters.q), number_of(parameters.g)]
  const [r, s] = read_signature(signature) ?? [0n, 0n]
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false
  const w = inverse(s, q)
  if (w === undefined) return false
  const u1 = (leftmost(hash, q) * w) % q
  const u2 = (r * w) % q
  return ((power(g, u1, p) * power(number_of(y), u2, p)) % p) % q === r
}

/** As many bits of the hash as `q` has: FIPS 186-4 §4.6, bits2int of RFC 6979 §2.3.2. */
function leftmost(bytes: Uint8Array, q: bigint): bigint {
  const excess = bytes.length * 8 - q.toString(2).length
  return number_of(bytes) >> BigInt(Math.max(excess, 0))
}

function same_size(k: bigint, q: bigint): bigint {
  const once = k + q
  return once >> BigInt(q.toString(2).length) ? once : once + q
}

/** RFC 6979 §3.2 */
function* secret_numbers(x: bigint, z: bigint, q: bigint, hmac: Hmac): Generator<bigint> {
  const size = Math.ceil(q.toString(16).length / 2)
  const seed = [bytes_of(x, size), bytes_of(z % q, size)]
  const hash_size = hmac(new Uint8Array(0)).length
  let key: Uint8Array = new Uint8Array(hash_size)
  let value: Uint8Array = new Uint8Array(hash_size).fill(1)
  for (const step of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(step), ...seed)
    value = hmac(key, value)
  }
  for (let attempt = 0; attempt < most_attempts; attempt++) {
    let bytes: Uint8Array = new Uint8Array(0)
    while (bytes.length < size) {
      value = hmac(key, value)
      bytes = Uint8Array.of(...bytes, ...value)
    }
    const k = leftmost(bytes, q)
    if (k > 0n && k < q) yield k
    key = hmac(key, value, Uint8Array.of(0))
    value = hmac(key, value)
  }
}

function signature_value(r: bigint, s: bigint): Uint8Array {
  const numbers = [...integer(bytes_of(r)), ...integer(bytes_of(s))]
  return Uint8Array.of(tag.sequence, ...length(numbers.length), ...numbers)
}

function read_signature(der: Uint8Array): readonly [r: bigint, s: bigint] | undefined {
  return decode(der, from => {
    const numbers = from.sequence()
    const [r, s] = [number_of(numbers.unsigned()), number_of(numbers.unsigned())]
    numbers.end()
    return [r, s]
  })
}
