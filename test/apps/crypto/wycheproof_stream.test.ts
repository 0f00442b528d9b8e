// RC4, DES and triple DES against OpenSSL's: the vectors of test/vectors/verdicts/streams.json.

import { expect, test } from '@jest/globals'
import { type BlockCipher, cipher_init, cipher_update } from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { type Group, read_verdicts } from '../../support/verdicts.ts'

interface Keystream {
  readonly cipher: 'rc4'
  readonly key: string
  /** Where in the stream: in octets from its beginning. */
  readonly at: number
  readonly stream: string
}

interface Blocks {
  readonly cipher: BlockCipher
  readonly key: string
  readonly iv: string
  readonly plaintext: string
  readonly ciphertext: string
}

const groups = read_verdicts<Keystream | Blocks>('verdicts/streams')
const [rc4] = groups.filter(({ name }) => name === 'rc4') as readonly Group<Keystream>[]
const blocks = groups.filter(({ name }) => name !== 'rc4') as readonly Group<Blocks>[]

with_each_provider(() => {
  test.each(rc4!.tests)('RC4 with $comment', ({ key, at, stream }) => {
    const state = cipher_init('rc4', hex(key), new Uint8Array(0), 'encrypt')
    cipher_update(state, new Uint8Array(at))
    expect(to_hex(cipher_update(state, new Uint8Array(16)))).toBe(stream)
  })

  test.each(blocks)('$name encrypts and decrypts as OpenSSL does, in one piece or block by block', group => {
    const run = (
      { cipher, key, iv }: Blocks,
      input: string,
      direction: 'encrypt' | 'decrypt',
      step: number,
    ) => {
      const state = cipher_init(cipher, hex(key), hex(iv), direction)
      const pieces: string[] = []
      const bytes = hex(input)
      for (let at = 0; at < bytes.length; at += step) {
        pieces.push(to_hex(cipher_update(state, bytes.subarray(at, at + step))))
      }
      return pieces.join('')
    }
    for (const step of [8, 16, 1024]) {
      const made = group.tests.map(vector => [
        vector.comment,
        run(vector, vector.plaintext, 'encrypt', step),
        run(vector, vector.ciphertext, 'decrypt', step),
      ])
      expect(made).toEqual(group.tests.map(vector => [vector.comment, vector.ciphertext, vector.plaintext]))
    }
  })
})
