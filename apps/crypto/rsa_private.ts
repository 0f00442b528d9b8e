// What RSA does with a private key (RFC 8017), for the provider that has nothing but big integers. The input is
// blinded, so that the time that it takes tells nothing of what is decrypted or signed.

import { bytes_of, inverse, modulo, number_of, power } from './big_numbers.ts'
import type { RsaPrivateNumbers } from './keys.ts'
import { type Digest, mgf1, padded } from './rsa_public.ts'

/** Gives that many unpredictable bytes. */
export type Random = (size: number) => Uint8Array

// One in 2^512 is not invertible.
const most_attempts = 8

/** Whether these numbers belong together: RFC 8017 §3.2. */
export function is_rsa_private_key(key: RsaPrivateNumbers): boolean {
  const { n, e, p, q, dp, dq, qinv } = numbers_of(key)
  if (p <= 1n || q <= 1n || p * q !== n) return false
  return (e * dp) % (p - 1n) === 1n && (e * dq) % (q - 1n) === 1n && qinv < p && (q * qinv) % p === 1n
}

/**
 * A PKCS#1 v1.5 signature that contains `signed`, or undefined when the key is too short for that.
 *
 * @see RFC 8017 §8.2.1
 */
export function sign_pkcs1(
  key: RsaPrivateNumbers,
  signed: Uint8Array,
  random: Random,
): Uint8Array | undefined {
  const block = padded(signed, key.modulus.length)
  return block && private_operation(key, block, random)
}

/**
 * An RSASSA-PSS signature of a message with this hash, with a salt as long; undefined when the key is too short.
 *
 * @see RFC 8017 §8.1.1, §9.1.1
 */
export function sign_pss(
  key: RsaPrivateNumbers,
  message_hash: Uint8Array,
  digest: Digest,
  random: Random,
): Uint8Array | undefined {
  const em_bits = number_of(key.modulus).toString(2).length - 1
  const em_size = Math.ceil(em_bits / 8)
  const db_size = em_size - digest.size - 1
  const salt_at = db_size - digest.size
  if (salt_at < 1) return undefined

  const salt = random(digest.size)
  const hash = digest.hash(new Uint8Array(8), message_hash, salt)
  const db = mgf1(hash, db_size, digest).subarray(0, db_size)
  db[salt_at - 1]! ^= 1
  for (const [index, byte] of salt.entries()) db[salt_at + index]! ^= byte
  db[0]! &= 0xff >> (em_size * 8 - em_bits)

  const block = new Uint8Array(key.modulus.length)
  block.set(db, block.length - em_size)
  block.set(hash, block.length - digest.size - 1)
  block[block.length - 1] = 0xbc
  return private_operation(key, block, random)
}

/**
 * RSADP and RSASP1, by the Chinese remainder theorem: RFC 8017 §5.1.2.
 *
 * @returns as many bytes as the modulus has, or undefined when `input` is not below it
 */
export function private_operation(
  key: RsaPrivateNumbers,
  input: Uint8Array,
  random: Random,
): Uint8Array | undefined {
  const { n, e, p, q, dp, dq, qinv } = numbers_of(key)
  const number = number_of(input)
  if (number >= n) return undefined

  const [blind, unblind] = blinding(n, random)
  const blinded = (number * power(blind, e, n)) % n
  const modulo_p = power(blinded % p, dp, p)
  const modulo_q = power(blinded % q, dq, q)
  const result = modulo_q + q * modulo((modulo_p - modulo_q) * qinv, p)
  return bytes_of((result * unblind) % n, key.modulus.length)
}

/** A random number, and its inverse. */
function blinding(n: bigint, random: Random): readonly [blind: bigint, unblind: bigint] {
  const size = Math.ceil(n.toString(16).length / 2)
  for (let attempt = 0; attempt < most_attempts; attempt++) {
    const blind = number_of(random(size)) % n
    const unblind = inverse(blind, n)
    if (unblind !== undefined) return [blind, unblind]
  }
  throw new Error('no random number has an inverse')
}

function numbers_of(key: RsaPrivateNumbers) {
  return {
    n: number_of(key.modulus),
    e: number_of(key.exponent),
    p: number_of(key.p),
    q: number_of(key.q),
    dp: number_of(key.dp),
    dq: number_of(key.dq),
    qinv: number_of(key.qinv),
  }
}
