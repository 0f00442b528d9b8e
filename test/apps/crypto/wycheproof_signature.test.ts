// Which signatures hold: the vectors of test/vectors/verdicts and a selection of Wycheproof's own.

import { describe, expect, test } from '@jest/globals'
import { public_key_from_spki, type SignatureScheme, supports, verify } from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'
import { hold_verdicts, is_taken, read_verdicts } from '../../support/verdicts.ts'

interface Signed {
  /** EdDSA has none. */
  readonly digest?: SignatureScheme['digest']
  readonly message: string
  readonly signature: string
  /** A SubjectPublicKeyInfo. */
  readonly public_key: string
}

const files: readonly (readonly [file: string, algorithm: SignatureScheme['algorithm']])[] = [
  ['verdicts/rsa_pkcs1', 'rsa'],
  ['verdicts/rsa_pss', 'rsa_pss'],
  ['verdicts/dsa', 'dsa'],
  ['verdicts/ecdsa', 'ecdsa'],
  ['verdicts/eddsa', 'eddsa'],
  ['wycheproof/ed25519', 'eddsa'],
]

with_each_provider(() => {
  describe.each(files)('%s', (file, algorithm) => {
    const groups = read_verdicts<Signed>(file)

    test('the provider has the algorithm', () => {
      expect(supports().public_keys).toContain(algorithm)
    })

    test.each(groups)('a signature holds when it should, and only then: $name', group => {
      hold_verdicts(group, vector => holds(algorithm, vector))
    })

    test.each(groups)('the key is one wherever a signature by it holds: $name', group => {
      expect(group.tests.filter(is_taken).every(vector => key_of(vector) !== undefined)).toBe(true)
    })
  })
})

const key_of = ({ public_key }: Signed) => public_key_from_spki(hex(public_key))

function holds(algorithm: SignatureScheme['algorithm'], vector: Signed): boolean {
  const key = key_of(vector)
  if (!key) return false
  const scheme = { algorithm, digest: vector.digest ?? 'none' }
  return verify(scheme, hex(vector.message), hex(vector.signature), key)
}
