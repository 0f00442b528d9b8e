import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cipher_init, cipher_update, type Rc2Cipher, supports } from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'

const zeros = new Uint8Array(8)
const encrypt = (cipher: Rc2Cipher, key: Uint8Array, data: Uint8Array, iv = zeros) =>
  cipher_update(cipher_init(cipher, key, iv, 'encrypt'), data)

describe('RC2', () => {
  test.each([
    ['rc2_64_cbc', 'ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['rc2_64_cbc', '3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
    ['rc2_64_cbc', '88', '0000000000000000', '61a8a244adacccf0'],
    ['rc2_64_cbc', '88bca90e90875a', '0000000000000000', '6ccf4308974c267f'],
    ['rc2_64_cbc', '88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '1a807d272bbe5db1'],
    ['rc2_cbc', '88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
  ] as const)('encrypts as RFC 2268 §5 has it: %s %s', (cipher, key, plain, encrypted) => {
    expect(to_hex(encrypt(cipher, hex(key), hex(plain)))).toBe(encrypted)
  })

  test.each([
    ['rc2_cbc', 16, 'f10ff3ce42e6be78162422e8a1a15c374e8c64e2eb8867841e5600aaacf1525b'],
    ['rc2_64_cbc', 8, '2665ce24a09d0e1ec652d24231d1b5b1b7c18eb9662800654e60b54236b275be'],
    ['rc2_40_cbc', 5, '379cab6122c100b6e5b106c9693e307550e4282446f5a4a6fccc4b70ea8c2fb3'],
  ] as const)('encrypts streams as OpenSSL does: %s', (cipher, size, encrypted) => {
    const key = Uint8Array.from({ length: size }, (_, index) => index)
    const plain = Uint8Array.from({ length: 32 }, (_, index) => index)
    const iv = Uint8Array.from({ length: 8 }, (_, index) => 0xf0 + index)
    expect(to_hex(encrypt(cipher, key, plain, iv))).toBe(encrypted)
    const state = cipher_init(cipher, key, iv, 'decrypt')
    const pieces = [hex(encrypted.slice(0, 16)), hex(encrypted.slice(16))]
    expect(pieces.map(piece => to_hex(cipher_update(state, piece))).join('')).toBe(to_hex(plain))
  })

  test('decrypts what it encrypted, with keys of any length', () => {
    const blocks = fc.nat(5).chain(count => fc.uint8Array({ minLength: 8 * count, maxLength: 8 * count }))
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), blocks, (key, data) => {
        for (const cipher of ['rc2_cbc', 'rc2_64_cbc', 'rc2_40_cbc'] as const) {
          const state = cipher_init(cipher, key, zeros, 'decrypt')
          expect(to_hex(cipher_update(state, encrypt(cipher, key, data)))).toBe(to_hex(data))
        }
      }),
    )
  })

  test('takes keys and vectors of its sizes only, and whole blocks', () => {
    for (const size of [0, 129]) {
      expect(() => encrypt('rc2_cbc', new Uint8Array(size), zeros)).toThrow('badarg')
    }
    expect(() => encrypt('rc2_cbc', zeros, zeros, new Uint8Array(7))).toThrow('badarg')
    expect(() => encrypt('rc2_cbc', zeros, new Uint8Array(9))).toThrow('badarg')
  })
})

with_each_provider(() => {
  test('RC2 is there', () => {
    expect(supports().ciphers).toEqual(expect.arrayContaining(['rc2_cbc', 'rc2_64_cbc', 'rc2_40_cbc']))
  })
})
