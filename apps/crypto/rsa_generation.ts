// Fresh RSA keys with big integers, for the provider that has nothing else: RFC 8017 §3, FIPS 186-4 appendix B.3.3.

import { bytes_of, inverse, number_of, power } from './big_numbers.ts'
import { tag } from './der.ts'
import { integer, length } from './der_writer.ts'

type Random = (size: number) => Uint8Array

/** rsaEncryption with NULL, RFC 3279 §2.3.1. */
const algorithm = [0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0]

const small_primes = primes_below(2000)
/** What is not a prime passes one of them less often than once in four times; a random number far less often. */
const rounds = 16

/**
 * The PKCS#8 of a fresh key.
 *
 * @param bits - of the modulus, even
 * @param public_exponent - odd, above 1
 */
export function make_rsa_key(bits: number, public_exponent: number, random: Random): Uint8Array {
  const e = BigInt(public_exponent)
  for (;;) {
    const p = prime_for(bits / 2, e, random)
    const q = prime_for(bits / 2, e, random)
    const d = inverse(e, (p - 1n) * (q - 1n))
    // FIPS 186-4 §B.3.1: neither close to one another, nor a private exponent that could be guessed.
    const distance = p > q ? p - q : q - p
    if (d === undefined || distance >> BigInt(bits / 2 - 100) === 0n) continue
    return private_key_info([p * q, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)!])
  }
}

/** Of exactly that many bits, the two highest of which are set: so the product of two has twice as many. */
function prime_for(bits: number, e: bigint, random: Random): bigint {
  const size = Math.ceil(bits / 8)
  const top = 3n << BigInt(bits - 2)
  for (;;) {
    const candidate = BigInt.asUintN(bits, number_of(random(size))) | top | 1n
    if (inverse(e, candidate - 1n) === undefined) continue
    if (small_primes.some(prime => candidate % prime === 0n && candidate !== prime)) continue
    if (is_probable_prime(candidate, random)) return candidate
  }
}

/** Miller and Rabin: FIPS 186-4 appendix C.3.1. */
function is_probable_prime(number: bigint, random: Random): boolean {
  const size = Math.ceil(number.toString(16).length / 2)
  let [odd, twos] = [number - 1n, 0]
  for (; odd % 2n === 0n; odd /= 2n) twos++
  for (let round = 0; round < rounds; round++) {
    const witness = (number_of(random(size)) % (number - 3n)) + 2n
    if (!passes(power(witness, odd, number), number, twos)) return false
  }
  return true
}

function passes(first: bigint, number: bigint, twos: number): boolean {
  let value = first
  if (value === 1n) return true
  for (let step = 0; step < twos; step++) {
    if (value === number - 1n) return true
    value = (value * value) % number
  }
  return false
}

function primes_below(limit: number): bigint[] {
  const primes: number[] = []
  for (let number = 3; number < limit; number += 2) {
    if (!primes.some(prime => number % prime === 0)) primes.push(number)
  }
  return primes.map(BigInt)
}

/** RFC 5958 §2, RFC 8017 §A.1.2 */
function private_key_info(numbers: readonly bigint[]): Uint8Array {
  const version = [tag.integer, 1, 0]
  const key = sequence([...version, ...numbers.flatMap(number => [...integer(bytes_of(number))])])
  return Uint8Array.from(
    sequence([...version, ...algorithm, tag.octet_string, ...length(key.length), ...key]),
  )
}

const sequence = (contents: readonly number[]) => [tag.sequence, ...length(contents.length), ...contents]
