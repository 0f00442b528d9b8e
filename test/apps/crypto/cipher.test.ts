import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type AeadCipher,
  type BlockCipher,
  cipher_init,
  cipher_update,
  crypto_one_time_aead_decrypt,
  crypto_one_time_aead_encrypt,
  crypto_one_time_aead_encrypt_parts,
  supports,
  use_provider,
} from '../../../apps/crypto/crypto.ts'
import { provider } from '../../../apps/crypto/current_provider.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { aeads, cbc, rc4 } from '../../vectors/cipher_vectors.ts'

const digits = (pieces: string) => to_hex(hex(pieces))

with_each_provider(() => {
  describe.each(aeads)('$cipher, $title', ({ cipher, ...vector }) => {
    const [key, iv, aad] = [hex(vector.key), hex(vector.iv), hex(vector.aad)]
    const plaintext = hex(vector.plaintext)
    const sealed = hex(vector.ciphertext + vector.tag)

    test('encrypts to the published ciphertext and tag, joined or in parts', () => {
      expect(to_hex(crypto_one_time_aead_encrypt(cipher, key, iv, plaintext, aad))).toBe(to_hex(sealed))
      const [ciphertext, tag] = crypto_one_time_aead_encrypt_parts(cipher, key, iv, plaintext, aad)
      expect(to_hex(ciphertext)).toBe(digits(vector.ciphertext))
      expect(to_hex(tag)).toBe(vector.tag)
    })

    test('decrypts it again', () => {
      const opened = crypto_one_time_aead_decrypt(cipher, key, iv, sealed, aad)
      expect(opened && to_hex(opened)).toBe(to_hex(plaintext))
    })

    test('refuses it with any one bit changed, in whichever part', () => {
      const open = (bytes: Uint8Array, iv_used = iv, aad_used = aad) =>
        crypto_one_time_aead_decrypt(cipher, key, iv_used, bytes, aad_used)
      for (let index = 0; index < sealed.length; index++) {
        expect(open(changed(sealed, index))).toBeUndefined()
      }
      expect(open(sealed, changed(iv, 0))).toBeUndefined()
      expect(open(sealed, iv, Uint8Array.of(...aad, 0))).toBeUndefined()
    })

    test('refuses each shorter beginning of it', () => {
      for (let size = 0; size < sealed.length; size++) {
        expect(crypto_one_time_aead_decrypt(cipher, key, iv, sealed.subarray(0, size), aad)).toBeUndefined()
      }
    })
  })

  describe.each(cbc)('$cipher, $title', ({ cipher, ...vector }) => {
    const [key, iv] = [hex(vector.key), hex(vector.iv)]
    const [plaintext, ciphertext] = [hex(vector.plaintext), hex(vector.ciphertext)]

    test('encrypts and decrypts as published, in one piece', () => {
      expect(to_hex(cipher_update(cipher_init(cipher, key, iv, 'encrypt'), plaintext))).toBe(
        to_hex(ciphertext),
      )
      expect(to_hex(cipher_update(cipher_init(cipher, key, iv, 'decrypt'), ciphertext))).toBe(
        to_hex(plaintext),
      )
    })

    test('encrypts and decrypts as published, block by block', () => {
      expect(to_hex(block_by_block(cipher, 'encrypt'))).toBe(to_hex(ciphertext))
      expect(to_hex(block_by_block(cipher, 'decrypt'))).toBe(to_hex(plaintext))
    })

    function block_by_block(name: BlockCipher, direction: 'encrypt' | 'decrypt') {
      const state = cipher_init(name, key, iv, direction)
      const input = direction === 'encrypt' ? plaintext : ciphertext
      const blocks: Uint8Array[] = [cipher_update(state, new Uint8Array(0))]
      for (let at = 0; at < input.length; at += iv.length) {
        blocks.push(cipher_update(state, input.subarray(at, at + iv.length)))
      }
      return Buffer.concat(blocks)
    }

    test('gives out nothing for data that ends within a block', () => {
      const state = cipher_init(cipher, key, iv, 'decrypt')
      expect(() => cipher_update(state, ciphertext.subarray(1))).toThrow('are not blocks of')
      expect(to_hex(cipher_update(state, ciphertext))).toBe(to_hex(plaintext))
    })
  })

  test('every cipher is there', () => {
    const rc2 = ['rc2_cbc', 'rc2_64_cbc', 'rc2_40_cbc']
    const all = [...new Set([...aeads, ...cbc].map(({ cipher }) => cipher)), ...rc2, 'rc4']
    expect([...supports().ciphers].sort()).toEqual(all.sort())
  })

  test('a cipher that the provider does not list is refused by name', () => {
    const listed = jest.spyOn(provider, 'supports')
    listed.mockReturnValue({ ...supports(), ciphers: ['aes_128_gcm'] })
    expect(() => cipher_init('des_cbc', new Uint8Array(8), new Uint8Array(8), 'encrypt')).toThrow(
      expect.objectContaining({ reason: ['notsup', 'des_cbc'] }),
    )
    listed.mockRestore()
  })

  test.each(rc4)(
    'RC4 with the key %s gives the published key stream, however it is cut',
    (key, at_0, at_4096) => {
      const beginning = hex(at_0)
      const whole = cipher_init('rc4', hex(key), new Uint8Array(0), 'encrypt')
      const stream = cipher_update(whole, new Uint8Array(4112))
      expect(to_hex(stream.subarray(0, beginning.length))).toBe(to_hex(beginning))
      expect(to_hex(stream.subarray(4096))).toBe(at_4096)

      const cut = cipher_init('rc4', hex(key), new Uint8Array(0), 'decrypt')
      let at = 0
      for (const size of [1, 0, 200, 3911]) {
        const zeros = cipher_update(cut, stream.subarray(at, at + size))
        expect(to_hex(zeros)).toBe('00'.repeat(size))
        at += size
      }
    },
  )
})

describe('the two providers agree', () => {
  const any_data = fc.uint8Array({ maxLength: 700 })

  test.each(supports().ciphers.filter(is_aead))('on %s', async cipher => {
    const size = cipher === 'aes_128_gcm' ? 16 : 32
    const iv_size = cipher === 'chacha20_poly1305_draft' ? 8 : 12
    const any_key = fc.uint8Array({ minLength: size, maxLength: size })
    const any_iv = fc.uint8Array({ minLength: iv_size, maxLength: iv_size })
    await fc.assert(
      fc.asyncProperty(any_key, any_iv, any_data, any_data, async (key, iv, plaintext, aad) => {
        await use_provider('noble')
        const sealed = crypto_one_time_aead_encrypt(cipher, key, iv, plaintext, aad)
        await use_provider('node')
        expect(to_hex(crypto_one_time_aead_encrypt(cipher, key, iv, plaintext, aad))).toBe(to_hex(sealed))
        const opened = crypto_one_time_aead_decrypt(cipher, key, iv, sealed, aad)
        await use_provider('noble')
        expect(opened).toBeDefined()
        expect(to_hex(opened!)).toBe(to_hex(plaintext))
        expect(to_hex(crypto_one_time_aead_decrypt(cipher, key, iv, sealed, aad)!)).toBe(to_hex(plaintext))
        await use_provider('node')
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['aes_128_cbc', 16, 16],
    ['aes_192_cbc', 24, 16],
    ['aes_256_cbc', 32, 16],
    ['des_cbc', 8, 8],
    ['des_ede3_cbc', 24, 8],
  ] as const)('on %s, wherever the stream is cut between blocks', async (cipher, size, block) => {
    const any_key = fc.uint8Array({ minLength: size, maxLength: size })
    const any_iv = fc.uint8Array({ minLength: block, maxLength: block })
    const any_blocks = fc.nat(6).chain(n => fc.uint8Array({ minLength: block * n, maxLength: block * n }))
    const any_stream = fc.array(any_blocks, { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(any_key, any_iv, any_stream, async (key, iv, pieces) => {
        await use_provider('noble')
        const states = [
          cipher_init(cipher, key, iv, 'encrypt'),
          cipher_init(cipher, key, iv, 'decrypt'),
        ] as const
        const sealed = pieces.map(piece => cipher_update(states[0], piece))
        const opened = sealed.map(piece => cipher_update(states[1], piece))
        await use_provider('node')
        const node = cipher_init(cipher, key, iv, 'encrypt')
        expect(to_hex(cipher_update(node, Buffer.concat(pieces)))).toBe(to_hex(Buffer.concat(sealed)))
        expect(to_hex(Buffer.concat(opened))).toBe(to_hex(Buffer.concat(pieces)))
      }),
      { numRuns: 50 },
    )
  })
})

function is_aead(cipher: string): cipher is AeadCipher {
  return cipher.includes('gcm') || cipher.includes('poly1305')
}

function changed(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.map((byte, at) => (at === index ? byte ^ 0x10 : byte))
}
