// What authenticates and what does not: the vectors of test/vectors/verdicts/aead.json.

import { describe, expect, test } from '@jest/globals'
import {
  type AeadCipher,
  aead_key,
  crypto_one_time_aead_decrypt,
  crypto_one_time_aead_encrypt,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { hold_verdicts, is_taken, read_verdicts } from '../../support/verdicts.ts'

interface Sealed {
  readonly cipher: AeadCipher
  readonly key: string
  readonly iv: string
  readonly aad: string
  /** Where it is valid. */
  readonly plaintext?: string
  readonly sealed: string
}

const groups = read_verdicts<Sealed>('verdicts/aead')
const impossible = groups.filter(({ name }) => name.endsWith('of other sizes'))
const possible = groups.filter(group => !impossible.includes(group))

with_each_provider(() => {
  test.each(possible)('opened is what authenticates, and only that: $name', group => {
    hold_verdicts(group, vector => {
      const opened = open(vector, hex(vector.key))
      if (opened !== undefined) expect(to_hex(opened)).toBe(vector.plaintext)
      return opened !== undefined
    })
  })

  test.each(possible)('a key that is made ready beforehand opens the same: $name', group => {
    hold_verdicts(group, vector => open(vector, aead_key(hex(vector.key))) !== undefined)
  })

  test.each(possible)('sealed is what the others seal: $name', group => {
    const found = group.tests.filter(is_taken).map(({ cipher, key, iv, plaintext, aad }) => {
      return to_hex(crypto_one_time_aead_encrypt(cipher, hex(key), hex(iv), hex(plaintext ?? ''), hex(aad)))
    })
    expect(found).toEqual(group.tests.filter(is_taken).map(({ sealed }) => sealed))
  })

  describe.each(impossible)('$name', ({ tests }) => {
    test.each(tests)('$comment is an error of the caller', vector => {
      expect(() => open(vector, hex(vector.key))).toThrow()
      const { cipher, key, iv, sealed, aad } = vector
      expect(() => crypto_one_time_aead_encrypt(cipher, hex(key), hex(iv), hex(sealed), hex(aad))).toThrow()
    })
  })
})

function open({ cipher, iv, sealed, aad }: Sealed, key: Uint8Array | ReturnType<typeof aead_key>) {
  return crypto_one_time_aead_decrypt(cipher, key, hex(iv), hex(sealed), hex(aad))
}
