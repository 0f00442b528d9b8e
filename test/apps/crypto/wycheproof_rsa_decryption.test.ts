// In which RSA ciphertexts a server finds a premaster secret, and in which it does as if: the vectors of
// test/vectors/verdicts/rsa_decrypt.json.

import { expect, test } from '@jest/globals'
import { private_key_from_pkcs8, rsa_private_decrypt_raw } from '../../../apps/crypto/crypto.ts'
import { premaster_in } from '../../../ssl_app/handshake/rsa_agreement.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { hold_verdicts, read_verdicts } from '../../support/verdicts.ts'

interface Encrypted {
  /** PKCS#8 */
  readonly private_key: string
  /** What the ClientHello said. */
  readonly version: string
  readonly ciphertext: string
  /** What the private operation gives, where it is a ciphertext. */
  readonly block?: string
}

const groups = read_verdicts<Encrypted>('verdicts/rsa_decrypt')
const otherwise = new Uint8Array(48).fill(0x99)

with_each_provider(() => {
  test.each(groups)('decryption gives all of the block, or nothing: $name', ({ tests }) => {
    const found = tests.map(vector => [vector.comment, decrypted(vector)])
    expect(found).toEqual(tests.map(({ comment, block }) => [comment, block]))
  })

  test.each(groups)('the secret is taken that is padded as it should be, and no other: $name', group => {
    hold_verdicts(group, vector => {
      const block = decrypted(vector)
      if (block === undefined) return false
      const premaster = premaster_in(hex(block), Number.parseInt(vector.version, 16), otherwise)
      if (to_hex(premaster) === to_hex(otherwise)) return false
      expect(to_hex(premaster)).toBe(block.slice(-96))
      return true
    })
  })
})

function decrypted({ private_key, ciphertext }: Encrypted): string | undefined {
  const key = private_key_from_pkcs8(hex(private_key))
  const block = rsa_private_decrypt_raw(key!, hex(ciphertext))
  return block && to_hex(block)
}
