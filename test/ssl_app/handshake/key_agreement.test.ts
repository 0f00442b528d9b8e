import { describe, expect, test } from '@jest/globals'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import {
  agreement_of,
  client_share,
  derive_master_secret,
  parts_of,
  server_premaster,
} from '../../../ssl_app/handshake/key_agreement.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import { suites } from '../../../ssl_app/record/cipher_suites.ts'
import { extended_master_secret, master_secret } from '../../../ssl_app/record/key_schedule.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { key_exchanges, suite_for } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { some_secrets } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const suite = suites('tlsv1.2').find(({ prf }) => prf === 'sha384')!
const agreed = { version: 'tlsv1.2', suite } as const
const data: HandshakeData = {
  ...nothing_known('client', config('client'), environment()),
  ...agreed,
  history: [hex('01'), hex('0203')],
  client_random: some_secrets.client_random,
  server_random: some_secrets.server_random,
}

with_each_provider(() => {
  test('a master secret is bound to the handshake when both sides want that', () => {
    const premaster = new Uint8Array(32).fill(5)
    const bound = derive_master_secret({ ...data, extended_master_secret: true }, Uint8Array.from(premaster))
    expect([...bound]).toEqual([...extended_master_secret(agreed, premaster, data.history)])

    const plain = derive_master_secret({ ...data, extended_master_secret: false }, Uint8Array.from(premaster))
    expect([...plain]).toEqual([...master_secret(agreed, premaster, some_secrets)])
  })

  test('nothing is left of the premaster secret', () => {
    for (const extended_master_secret of [true, false]) {
      const premaster = new Uint8Array(32).fill(5)
      derive_master_secret({ ...data, extended_master_secret }, premaster)
      expect(premaster.every(byte => byte === 0)).toBe(true)
    }
  })
})

describe('every key exchange', () => {
  const of = (key_exchange: KeyExchange): HandshakeData => ({
    ...data,
    suite: suite_for(key_exchange, 'tlsv1.2')!,
  })

  test.each(key_exchanges)('of %s has an agreement, unless a shared key is all there is', name => {
    const agreement = agreement_of(of(name))
    expect(agreement === undefined).toBe(name === 'psk')
    expect(agreement?.offer !== undefined).toBe(parts_of(of(name)).ephemeral)
  })

  test('with a shared key alone has no share', () => {
    const secret = { ...of('psk'), user_secret: ['psk', hex('0a0b')] } as const
    expect(client_share(secret)).toEqual({ share: undefined, premaster: hex('0002000000020a0b') })
  })

  test('that has no secret is a mistake of our own', () => {
    expect(thrown_alert(() => server_premaster(of('dh_anon'), undefined))).toBe('internal_error')
  })
})
