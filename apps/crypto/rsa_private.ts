// What RSA does with a private key (RFC 8017), for the provider that has nothing but big integers. The input is
// blinded, so that the time that it takes tells nothing of what is decrypted or signed.

import { bytes_of, inverse, modulo, number_of, power } from './big_numbers.ts'
import type { RsaPrivateNumbers } from './keys.ts'
import { padded } from './rsa_public.ts'

/** Gives that many unpredictable bytes. */
export type Random = (size: number) => Uint8Array

// One in 2^512 is not invertible.
const most_attempts = 8

/** Whether these numbers belong together: RFC 8017 §3.2. */
export function is_rsa_private_key(key: RsaPrivateNumbers): boolean {
  const { n, e, d, p, q, dp, dq, qinv } = numbers_of(key)
  if (p <= 1n || q <= 1n || p * q !== n) return false
  const is_inverse = (exponent: bigint, prime: bigint) => (e * exponent) % (prime - 1n) === 1n
  if (!is_inverse(dp, p) || !is_inverse(dq, q) || !is_inverse(d, p) || !is_inverse(d, q)) return false
  return qinv < p && (q * qinv) % p === 1n
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
    d: number_of(key.private_exponent),
    p: number_of(key.p),
    q: number_of(key.q),
    dp: number_of(key.dp),
    dq: number_of(key.dq),
    qinv: number_of(key.qinv),
  }
}
