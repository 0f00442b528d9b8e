import { describe, expect, test } from '@jest/globals'
import { all_curves } from '../../../apps/crypto/curves.ts'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import { named_group } from '../../../ssl_app/handshake/named_groups.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

describe('named_group', () => {
  test_codec_laws(named_group, values.named_group)

  test('gives each curve of crypto a number of its own, 1 to 30', () => {
    const codes = all_curves.map(curve => encode(named_group, curve)[1]!)
    expect(codes.sort((left, right) => left - right)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    )
  })

  test('has the numbers that everybody uses', () => {
    const numbers = ['0016', '0017', '0018', '0019', '001a', '001b', '001c', '001d', '001e', '0100']
    expect(numbers.map(digits => decode(named_group, hex(digits)))).toEqual([
      'secp256k1',
      'secp256r1',
      'secp384r1',
      'secp521r1',
      'brainpoolP256r1',
      'brainpoolP384r1',
      'brainpoolP512r1',
      'x25519',
      'x448',
      0x0100,
    ])
  })
})
