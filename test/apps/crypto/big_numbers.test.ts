import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  bit_length,
  bytes_of,
  inverse,
  modulo,
  number_of,
  number_of_hex,
  power,
  without_leading_zeros,
} from '../../../apps/crypto/big_numbers.ts'
import { modp_prime } from '../../../apps/crypto/modp_primes.ts'
import { hex, to_hex } from '../../support/hex.ts'

const any_bytes = fc.uint8Array({ maxLength: 40 })

test('numbers are written as they were read, without leading zeros or with as many as asked for', () => {
  fc.assert(
    fc.property(any_bytes, bytes => {
      const number = number_of(bytes)
      expect(to_hex(bytes_of(number, bytes.length))).toBe(to_hex(bytes))
      expect(to_hex(bytes_of(number))).toBe(to_hex(without_leading_zeros(bytes)))
      expect(number_of_hex(to_hex(bytes))).toBe(number)
    }),
  )
})

test('the bits of a number are counted from the first that is set', () => {
  fc.assert(
    fc.property(any_bytes, bytes => {
      const number = number_of(bytes)
      expect(bit_length(bytes)).toBe(number === 0n ? 0 : number.toString(2).length)
    }),
  )
})

test('a remainder is not negative', () => {
  expect([-7n, -6n, -1n, 0n, 6n, 7n].map(number => modulo(number, 6n))).toEqual([5n, 0n, 5n, 0n, 0n, 1n])
})

test('a power is a product', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 70n }),
      fc.nat(300),
      fc.bigInt({ min: 1n }),
      (base, times, m) => {
        let product = 1n % m
        for (let count = 0; count < times; count++) product = (product * base) % m
        expect(power(base, BigInt(times), m)).toBe(product)
      },
    ),
  )
})

describe('an inverse', () => {
  test('is there where the numbers have no divisor in common, and gives one', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 2n, max: 2n ** 80n }), (number, modulus) => {
        const found = inverse(number, modulus)
        if (found !== undefined) {
          expect(found >= 0n && found < modulus).toBe(true)
          expect(modulo(found * number, modulus)).toBe(1n)
        } else {
          expect(common_divisor(modulo(number, modulus), modulus)).not.toBe(1n)
        }
      }),
    )
  })
})

function common_divisor(one: bigint, other: bigint): bigint {
  return other === 0n ? one : common_divisor(other, one % other)
}

describe('the primes of RFC 2409 and RFC 3526', () => {
  test.each([1024, 1536, 2048, 3072, 4096, 6144, 8192])(
    'with %i bits begins and ends as they all do',
    bits => {
      const prime = modp_prime(bits)
      expect(prime.length * 8).toBe(bits)
      expect(to_hex(prime.subarray(0, 16))).toBe('ffffffffffffffffc90fdaa22168c234')
      expect(to_hex(prime.subarray(-8))).toBe('ff'.repeat(8))
    },
  )

  test('are made of the digits of pi', () => {
    // Machin: pi = 16 arctan(1/5) - 4 arctan(1/239), with 64 bits more than it takes.
    const unit = 1n << (8192n - 130n + 64n)
    const pi = (16n * arctan(5n, unit) - 4n * arctan(239n, unit)) >> 64n
    const addition = 4_743_158n
    const prime = (1n << 8192n) - (1n << 8128n) - 1n + ((pi + addition) << 64n)
    expect(to_hex(modp_prime(8192))).toBe(to_hex(hex(prime.toString(16))))
  })
})

/** arctan(1 / x), in units. */
function arctan(x: bigint, unit: bigint): bigint {
  let term = unit / x
  let sum = term
  for (let odd = 3n, sign = -1n; term > 0n; odd += 2n, sign = -sign) {
    term /= x * x
    sum += (sign * term) / odd
  }
  return sum
}
