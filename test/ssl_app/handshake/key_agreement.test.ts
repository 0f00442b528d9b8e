import { expect, test } from '@jest/globals'
import { generate_key } from '../../../apps/crypto/crypto.ts'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import { derive_master_secret, ecdhe_premaster } from '../../../ssl_app/handshake/key_agreement.ts'
import { suites } from '../../../ssl_app/record/cipher_suites.ts'
import { extended_master_secret, handshake_hash, master_secret } from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import { some_secrets } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const data: HandshakeData = {
  ...nothing_known('client', config('client'), environment()),
  history: [hex('01'), hex('0203')],
  version: 'tlsv1.2',
  suite: suites('tlsv1.2').find(({ prf }) => prf === 'sha384')!,
  client_random: some_secrets.client_random,
  server_random: some_secrets.server_random,
}

with_each_provider(() => {
  test.each(['x25519', 'secp256r1', 'secp384r1'] as const)('both sides come to one secret on %s', curve => {
    const [ours, theirs] = [generate_key(curve), generate_key(curve)]
    const secret = ecdhe_premaster({ ...ours, curve }, theirs.public_key)
    expect([...secret]).toEqual([...ecdhe_premaster({ ...theirs, curve }, ours.public_key)])
    const other = ecdhe_premaster({ ...ours, curve }, generate_key(curve).public_key)
    expect([...other]).not.toEqual([...secret])
  })

  test.each(['x25519', 'secp256r1'] as const)('what is no value of %s is refused', curve => {
    const own = { ...generate_key(curve), curve }
    for (const value of ['', '00', '00'.repeat(32), '04'.repeat(65)]) {
      expect(thrown_alert(() => ecdhe_premaster(own, hex(value)))).toBe('illegal_parameter')
    }
  })

  test('a master secret is bound to the handshake when both sides want that', () => {
    const premaster = new Uint8Array(32).fill(5)
    const expected = extended_master_secret('sha384', premaster, handshake_hash('sha384', data.history))
    const bound = derive_master_secret({ ...data, extended_master_secret: true }, Uint8Array.from(premaster))
    expect([...bound]).toEqual([...expected])

    const plain = derive_master_secret({ ...data, extended_master_secret: false }, Uint8Array.from(premaster))
    expect([...plain]).toEqual([...master_secret('sha384', premaster, some_secrets)])
  })

  test('nothing is left of the premaster secret', () => {
    for (const extended_master_secret of [true, false]) {
      const premaster = new Uint8Array(32).fill(5)
      derive_master_secret({ ...data, extended_master_secret }, premaster)
      expect(premaster.every(byte => byte === 0)).toBe(true)
    }
  })
})
