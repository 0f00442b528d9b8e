// Every curve that there is, wanted by one side or by both, with either provider.

import { describe, expect, test } from '@jest/globals'
import { supports } from '../../../apps/crypto/crypto.ts'
import { all_curves, type Curve } from '../../../apps/crypto/curves.ts'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { shared_curve } from '../../support/shared_curve.ts'

with_each_provider(provider => {
  const is_there = (curve: Curve) => provider === 'node' || !curve.startsWith('sect')
  const curves = all_curves.filter(is_there)

  test('there are those that OTP has, and those of RFC 7748', () => {
    expect(supports().curves.toSorted()).toEqual(curves.toSorted())
    expect(curves).toHaveLength(provider === 'node' ? 30 : 16)
  })

  describe.each(curves)('%s', curve => {
    test('is agreed on where one side wants nothing else, and both tell', () => {
      expect(shared_curve({ groups: [curve] }, { groups: curves })).toEqual([curve, curve])
      expect(shared_curve({ groups: curves }, { groups: [curve] })).toEqual([curve, curve])
    })
  })

  test.each<[Partial<HandshakeConfig>, Curve]>([
    [{}, 'secp384r1'],
    [{ honor_ecc_order: true }, 'secp384r1'],
    [{ honor_ecc_order: false }, 'x25519'],
  ])('of several a server with %j takes %s', (changes, curve) => {
    const client = { groups: ['secp521r1', 'x25519', 'secp384r1'] } as const
    const server = { groups: ['x448', 'secp384r1', 'x25519'], ...changes } as const
    expect(shared_curve(client, server)).toEqual([curve, curve])
  })
})
