// Whose public value leads to a secret, and whose is refused, on the curves: the vectors of test/vectors/verdicts and a
// selection of Wycheproof's own.

import { expect, test } from '@jest/globals'
import { type Curve, compute_key, generate_key, public_key_from_spki } from '../../../apps/crypto/crypto.ts'
import { oid, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { hold_verdicts, type Judged, read_verdicts } from '../../support/verdicts.ts'

interface Agreement {
  readonly curve: Curve
  /** Of the curve, where it stands in certificates. */
  readonly oid?: string
  readonly private: string
  readonly peer: string
  /** Where the value leads to a secret, be that taken or not. */
  readonly shared?: string
}

const groups = ['verdicts/ecdh', 'verdicts/xdh', 'wycheproof/ecdh', 'wycheproof/x25519'].flatMap(path =>
  read_verdicts<Agreement>(path),
)

const points = groups.filter(({ tests }) => tests[0]?.oid !== undefined)

with_each_provider(() => {
  test.each(groups)('the secret is the right one, or there is none: $name', group => {
    hold_verdicts(group, vector => {
      const mine = generate_key(vector.curve, hex(vector.private))
      const shared = compute_key(vector.curve, hex(vector.peer), mine.private_key)
      if (shared) expect(to_hex(shared)).toBe(vector.shared)
      return shared !== undefined
    })
  })

  test.each(points)('in a certificate a point may be compressed as well, and nothing else: $name', group => {
    const permitted = { ...group, tests: group.tests.map(as_in_certificate) }
    hold_verdicts(permitted, vector => {
      const algorithm = [oid('1.2.840.10045.2.1'), oid(vector.oid!)]
      return public_key_from_spki(spki(algorithm, hex(vector.peer))) !== undefined
    })
  })
})

/** RFC 5480 §2.2 */
function as_in_certificate<Vector extends Judged>(vector: Vector): Vector {
  return vector.comment.startsWith('compressed') && vector.verdict === 'refused'
    ? { ...vector, verdict: 'accepted' }
    : vector
}
