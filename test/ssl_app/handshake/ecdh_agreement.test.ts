import { describe, expect, test } from '@jest/globals'
import { type Curve, generate_key, supports } from '../../../apps/crypto/crypto.ts'
import { all_curves } from '../../../apps/crypto/curves.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import { ecdhe, static_ecdh } from '../../../ssl_app/handshake/ecdh_agreement.ts'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { make_everybody } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const everybody = await make_everybody()
const { ec } = everybody.identities
const certificate = ec.chain[0]!
const peer = { certificate, public_key: subject_public_key(decode_certificate(certificate)) }

const data = (curve: Curve, changes: Partial<HandshakeData> = {}): HandshakeData => ({
  ...nothing_known('client', config('client', { groups: [curve], identities: [ec] }), environment()),
  own: ec,
  curve,
  ...changes,
})

const p256_generator =
  '04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'

/** What is no point, or one that gives the secret away. */
const illegal: readonly (readonly [Curve, string])[] = [
  ['secp256r1', p256_generator.replace(/f5$/, 'f4')],
  ['secp256r1', `02${p256_generator.slice(3, 67)}`],
  ['secp256r1', '00'],
  ['secp256r1', `04${'00'.repeat(64)}`],
  ['secp256r1', `04${'ff'.repeat(64)}`],
  ['secp256r1', `${p256_generator}00`],
  ['x25519', '00'.repeat(32)],
  ['x25519', `01${'00'.repeat(31)}`],
  ['x25519', `ed${'ff'.repeat(30)}7f`],
  ['x25519', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  ['x25519', '09'.repeat(31)],
  ['x448', '00'.repeat(56)],
  ['x448', `01${'00'.repeat(55)}`],
]

with_each_provider(() => {
  const usable = () => all_curves.filter(curve => supports().curves.includes(curve))

  test('both sides come to one secret on every curve that there is', () => {
    const curves = usable()
    expect(curves).toEqual(expect.arrayContaining(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1']))
    for (const curve of curves) {
      const [own_share, peer_share] = ecdhe.offer!(data(curve))
      expect(thrown_alert(() => ecdhe.check!(data(curve), peer_share))).toBe('none')
      const { share, secret } = ecdhe.answer(data(curve, { peer_share }))
      expect([curve, ...ecdhe.agree(data(curve, { own_share }), share)]).toEqual([curve, ...secret])
    }
  })

  test('both sides come to one secret with the key of a certificate', () => {
    const { share, secret } = static_ecdh.answer(data('secp256r1', { peer }))
    expect([...static_ecdh.agree(data('secp256r1'), share)]).toEqual([...secret])
    const other = static_ecdh.answer(data('secp256r1', { peer }))
    expect([...other.secret]).not.toEqual([...secret])
  })

  test.each(illegal)('neither side takes a value that is none, on %s: %s', (curve, digits) => {
    const value = hex(digits)
    const peer_share = ['ecdh', { curve, public: value }] as const
    expect(thrown_alert(() => ecdhe.answer(data(curve, { peer_share })))).toBe('illegal_parameter')
    const own_share = ['ecdh', curve, generate_key(curve)] as const
    expect(thrown_alert(() => ecdhe.agree(data(curve, { own_share }), value))).toBe('illegal_parameter')
    if (curve !== 'secp256r1') return
    expect(thrown_alert(() => static_ecdh.agree(data(curve), value))).toBe('illegal_parameter')
  })
})

describe('a client refuses a curve that it has not offered', () => {
  test.each(['secp256r1', 0x0a0a, 'secp521r1'] as const)('%s in the share', curve => {
    const params = ['ecdh', { curve, public: hex('04') }] as const
    expect(thrown_alert(() => ecdhe.check!(data('x25519'), params))).toBe('illegal_parameter')
  })

  test('be it that of the certificate', () => {
    expect(thrown_alert(() => static_ecdh.answer(data('x25519', { peer })))).toBe('illegal_parameter')
  })
})
