import { describe, expect, test } from '@jest/globals'
import { public_key_from_spki } from '../../../apps/crypto/crypto.ts'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import type { HandshakeData } from '../../../ssl_app/handshake/handshake_data.ts'
import { client_key_exchange } from '../../../ssl_app/handshake/key_exchange.ts'
import { rsa } from '../../../ssl_app/handshake/rsa_agreement.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { der, oid, spki } from '../../support/der_writer.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { environment } from '../../support/engine_pair.ts'
import { make_everybody, scene_settings, suite_for } from '../../support/everybody.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { Walk } from '../../support/walks.ts'

const everybody = await make_everybody()

const versions: readonly ProtocolVersion[] = ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3']
const exchanges = versions.flatMap(version =>
  (['rsa', 'rsa_psk'] as const).flatMap(key_exchange => {
    const suite = suite_for(key_exchange, version)
    return suite ? [{ version, key_exchange, suite }] : []
  }),
)

/** What can stand in the place of an encrypted premaster secret. */
const shares: Readonly<Record<string, (good: Uint8Array, data: HandshakeData) => Uint8Array>> = {
  'one for another secret': (_good, data) => rsa.answer(data).share,
  'one for another version': (_good, data) => rsa.answer({ ...data, client_version: 0x0300 ^ 0x0f }).share,
  'one with a bit turned': good => good.map((byte, index) => (index === 99 ? byte ^ 1 : byte)),
  'a one': good => good.map((_, index) => (index === good.length - 1 ? 1 : 0)),
  zeros: good => new Uint8Array(good.length),
  'more than the modulus': good => new Uint8Array(good.length).fill(0xff),
  'a byte too few': good => good.subarray(1),
  'a byte too many': good => Buffer.concat([Uint8Array.of(0), good]),
  nothing: () => new Uint8Array(0),
}

with_each_provider(() => {
  describe.each(exchanges)('in $version with $key_exchange, a server', scene => {
    test.each(Object.keys(shares))('says at Finished, and not before, that it was sent %s', name => {
      const walk = new Walk('server', everybody, scene_settings(everybody, scene))
      walk.flight()
      const format = client_key_exchange(scene.version, scene.key_exchange)
      walk.rogue.replace('client_key_exchange', body => {
        const { share, ...others } = decode(format, body)
        return encode(format, { ...others, share: shares[name]!(share!, walk.rogue.data) })
      })

      const said_before = walk.effects.length
      walk.steps(2)
      expect(walk.rogue.upcoming).toBe('finished')
      expect(walk.effects).toHaveLength(said_before)
      walk.steps(1)
      expect(walk.refusal).toBe('bad_record_mac')
    })
  })

  test('a client has nothing to say to a key without room for its secret', () => {
    const integers = [der(2, [0], new Uint8Array(48).fill(0xff)), der(2, [1, 0, 1])]
    const public_key = public_key_from_spki(
      spki([oid('1.2.840.113549.1.1.1'), der(5)], der(0x30, ...integers)),
    )!
    const peer = { public_key, certificate: new Uint8Array(0) }
    const known = { environment: environment(), client_version: 0x0303, peer } as Partial<HandshakeData>
    expect(thrown_alert(() => rsa.answer(known as HandshakeData))).toBe('insufficient_security')
  })
})
