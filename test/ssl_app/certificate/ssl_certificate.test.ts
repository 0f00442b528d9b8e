import { describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import { id_kp_clientAuth, id_kp_serverAuth } from '../../../apps/public_key/pubkey_oids.ts'
import { is_self_signed } from '../../../ssl_app/certificate/path_search.ts'
import { certificate_chain, validate_peer } from '../../../ssl_app/certificate/ssl_certificate.ts'
import {
  make_ca,
  make_intermediate,
  make_leaf,
  make_self_signed,
  type TestCertificate,
  type TestOptions,
  valid_from,
  valid_until,
} from '../../support/certificates.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { now, path } from '../../support/engine_pair.ts'
import {
  alert_for,
  ders,
  direct,
  leaf,
  lower,
  other_root,
  root,
  store,
  upper,
  validate,
} from '../../support/peer_path.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

with_each_provider(() => {
  test('a peer is known by a chain up to a trusted root', () => {
    const shown = [leaf, lower, upper]
    const { certificate, public_key } = validate({ shown })
    expect(certificate).toEqual(leaf.cert_der)
    expect(public_key).toEqual(subject_public_key(decode_certificate(leaf.cert_der)))
    expect(alert_for({ shown: [direct] })).toBe('none')
    expect(alert_for({ shown: [...shown, root] })).toBe('none')
  })

  test('a peer is known with RSA as with curves', async () => {
    const ca = await make_ca({ algorithm: 'rsa' })
    const peer = await make_leaf(ca, { algorithm: 'rsa' })
    expect(validate({ shown: [peer], trusted: [ca] }).public_key.type).toBe('rsa')
  })

  test('a peer is not known by a signature that another key made', async () => {
    const impostor = await make_ca()
    expect(alert_for({ shown: [await make_leaf(impostor)] })).toBe('unknown_ca')
  })
})

describe('a chain', () => {
  test('may come in any order behind the peer, with certificates that do not belong to it', () => {
    expect(alert_for({ shown: [leaf, upper, other_root, root, lower, direct, upper] })).toBe('none')
  })

  test('may lack those that are among the trusted ones', () => {
    expect(alert_for({ shown: [leaf], trusted: [root, upper, lower] })).toBe('none')
    expect(alert_for({ shown: [leaf, lower], trusted: [upper, root] })).toBe('none')
    expect(alert_for({ shown: [leaf, upper], trusted: [lower, root] })).toBe('none')
  })

  test('must begin with the peer', () => {
    expect(alert_for({ shown: [lower, leaf, upper], hostname: 'localhost' })).toBe('handshake_failure')
  })

  test('may end at a root that another one has certified too', async () => {
    const cross = await make_intermediate(other_root, { subject: 'CN=Test Root', key: root.key })
    expect(alert_for({ shown: [direct, cross] })).toBe('none')
    expect(alert_for({ shown: [direct, cross], trusted: [other_root] })).toBe('none')
    expect(alert_for({ shown: [direct], trusted: [cross, root] })).toBe('none')
  })

  test('may go in circles without end', async () => {
    const one = await make_ca({ subject: 'CN=One' })
    const two = await make_intermediate(one, { subject: 'CN=Two' })
    const one_by_two = await make_intermediate(two, { subject: 'CN=One', key: one.key })
    const peer = await make_leaf(two)
    const two_by_one = two
    expect(alert_for({ shown: [peer, two_by_one, one_by_two] })).toBe('unknown_ca')
    expect(alert_for({ shown: [peer], trusted: [two_by_one, one_by_two] })).toBe('unknown_ca')
  })

  test('is followed by the keys where all of its certificates have one name', async () => {
    const subject = 'CN=One Name'
    const chain = [await make_ca({ subject })]
    while (chain.length < 20) chain.unshift(await make_intermediate(chain[0]!, { subject }))
    const peer = await make_leaf(chain[0]!)
    const alert = (shown: readonly TestCertificate[]) =>
      alert_for({ shown, trusted: [chain.at(-1)!], depth: 100 })
    expect(alert([peer, ...chain])).toBe('none')
    expect(alert([peer, ...chain.toReversed()])).toBe('none')
  })

  test('that is endless is not followed to its end', async () => {
    let issuer = root
    const chain: TestCertificate[] = []
    for (let count = 0; count < 40; count++) {
      issuer = await make_intermediate(issuer, { subject: `CN=Link ${count}`, key: root.key })
      chain.unshift(issuer)
    }
    const peer = await make_leaf(issuer)
    expect(alert_for({ shown: [peer, ...chain], depth: 255 })).toBe('unknown_ca')
  })
})

describe('an alert tells what is wrong', () => {
  const peer = (options: TestOptions) => make_leaf(root, options)
  const ca = (options: TestOptions) => make_intermediate(root, options)

  test('unknown_ca: nobody who is trusted', () => {
    expect(alert_for({ shown: [leaf, lower, upper], trusted: [] })).toBe('unknown_ca')
    expect(alert_for({ shown: [leaf, lower, upper, root], trusted: [other_root] })).toBe('unknown_ca')
    expect(alert_for({ shown: [leaf, upper] })).toBe('unknown_ca')
  })

  test('unknown_ca: an authority is trusted that is not the root', () => {
    expect(alert_for({ shown: [leaf, lower], trusted: [upper] })).toBe('unknown_ca')
    expect(alert_for({ shown: [leaf], trusted: [leaf] })).toBe('unknown_ca')
  })

  test('bad_certificate: a peer that signed for itself, trusted or not', async () => {
    const self_signed = await make_self_signed()
    expect(alert_for({ shown: [self_signed] })).toBe('bad_certificate')
    expect(alert_for({ shown: [self_signed], trusted: [self_signed] })).toBe('bad_certificate')
    expect(alert_for({ shown: [self_signed, root] })).toBe('bad_certificate')
  })

  test('bad_certificate: a name that the authority may not certify', async () => {
    const bound = await ca({ name_constraints: { permitted: [['dNSName', 'example.com']] } })
    expect(alert_for({ shown: [await make_leaf(bound), bound] })).toBe('bad_certificate')
  })

  test('certificate_expired: too late, and too early', () => {
    expect(alert_for({ shown: [direct], at: valid_until + 1_000 })).toBe('certificate_expired')
    expect(alert_for({ shown: [direct], at: valid_from - 1 })).toBe('certificate_expired')
    expect(alert_for({ shown: [direct], at: valid_from })).toBe('none')
  })

  test('certificate_expired: an authority between', async () => {
    const expired = await ca({ not_after: now - 1_000 })
    expect(alert_for({ shown: [await make_leaf(expired), expired] })).toBe('certificate_expired')
  })

  test('unsupported_certificate: a critical extension that nobody knows', async () => {
    const extension = { extnID: '1.2.3.4', extnValue: Buffer.of(5, 0) }
    const with_extension = (critical: boolean) => peer({ extensions: [{ ...extension, critical }] })
    expect(alert_for({ shown: [await with_extension(true)] })).toBe('unsupported_certificate')
    expect(alert_for({ shown: [await with_extension(false)] })).toBe('none')
  })

  test.each<[string, TestOptions]>([
    ['is none', { basic_constraints: { cA: false } }],
    ['does not say that it is one', { basic_constraints: undefined }],
    ['may not sign', { key_usage: ['digitalSignature'] }],
  ])('handshake_failure: an authority that %s', async (_what, options) => {
    const wrong = await ca(options)
    expect(alert_for({ shown: [await make_leaf(wrong), wrong] })).toBe('handshake_failure')
  })

  test('handshake_failure: a peer whose key is for the other role', async () => {
    const server_only = await peer({ ext_key_usage: [id_kp_serverAuth] })
    const client_only = await peer({ ext_key_usage: [id_kp_clientAuth] })
    const unsaid = await peer({ ext_key_usage: undefined })
    expect(alert_for({ shown: [client_only], role: 'client' })).toBe('handshake_failure')
    expect(alert_for({ shown: [server_only], role: 'server' })).toBe('handshake_failure')
    expect(alert_for({ shown: [server_only], role: 'client' })).toBe('none')
    expect(alert_for({ shown: [client_only], role: 'server' })).toBe('none')
    expect(alert_for({ shown: [unsaid], role: 'server' })).toBe('none')
  })

  test('handshake_failure: more authorities between than the depth allows', () => {
    const shown = [leaf, lower, upper]
    expect(alert_for({ shown, depth: 2 })).toBe('none')
    expect(alert_for({ shown, depth: 1 })).toBe('handshake_failure')
    expect(alert_for({ shown: [direct], depth: 0 })).toBe('none')
  })

  test('handshake_failure: more authorities below one than that allows', async () => {
    const last = await ca({ basic_constraints: { cA: true, pathLenConstraint: 0 }, subject: 'CN=Last' })
    const beyond = await make_intermediate(last, { subject: 'CN=Beyond' })
    expect(alert_for({ shown: [await make_leaf(last), last] })).toBe('none')
    expect(alert_for({ shown: [await make_leaf(beyond), beyond, last] })).toBe('handshake_failure')
  })

  test('handshake_failure: a certificate for another host', () => {
    for (const hostname of ['localhost', '127.0.0.1', '::1', undefined]) {
      expect(alert_for({ shown: [direct], hostname })).toBe('none')
    }
    for (const hostname of ['example.com', '127.0.0.2', '']) {
      expect(alert_for({ shown: [direct], hostname })).toBe('handshake_failure')
    }
  })

  test('certificate_unknown: what is no certificate, or has no key that can be used', () => {
    const options = path('client', { verify: 'verify_none' })
    const garbage = (...chain: Uint8Array[]) =>
      thrown_alert(() => validate_peer(chain, store(root), options, { now }))
    expect(garbage(Buffer.from('nonsense'))).toBe('certificate_unknown')
    expect(garbage(direct.cert_der, new Uint8Array(0))).toBe('certificate_unknown')
    const unknown_key = Buffer.from(direct.cert_der)
    // The object identifier of P-256, cut to one that no curve has.
    const curve = unknown_key.indexOf(Buffer.from('2a8648ce3d030107', 'hex'))
    unknown_key[curve + 7] = 0x7f
    expect(garbage(unknown_key)).toBe('certificate_unknown')
  })
})

describe('the chain to show', () => {
  const chain = (
    own: TestCertificate,
    more: readonly TestCertificate[],
    trusted: readonly TestCertificate[],
  ) => certificate_chain(own.cert_der, ders(more), store(...trusted))

  test('is the own certificate and those that issued it, as far as they are known', () => {
    expect(chain(leaf, [], [])).toEqual(ders([leaf]))
    expect(chain(leaf, [], [upper])).toEqual(ders([leaf]))
    expect(chain(leaf, [], [upper, lower])).toEqual(ders([leaf, lower, upper]))
    expect(chain(leaf, [], [root, upper, lower])).toEqual(ders([leaf, lower, upper, root]))
  })

  test('is made of what came along with the certificate first, in whatever order', () => {
    expect(chain(leaf, [other_root, upper, lower], [])).toEqual(ders([leaf, lower, upper]))
    expect(chain(leaf, [lower], [root, upper])).toEqual(ders([leaf, lower, upper, root]))
  })

  test('of who signed for itself is one certificate', async () => {
    const self_signed = await make_self_signed()
    expect(chain(self_signed, [root], [self_signed])).toEqual(ders([self_signed]))
  })

  test('goes round no circle', async () => {
    const one = await make_ca({ subject: 'CN=One' })
    const two = await make_intermediate(one, { subject: 'CN=Two' })
    const one_by_two = await make_intermediate(two, { subject: 'CN=One', key: one.key })
    const own = await make_leaf(two)
    expect(chain(own, [], [two, one_by_two])).toEqual(ders([own, two, one_by_two]))
  })

  test('leaves out what cannot be decoded', () => {
    const more = [Buffer.from('nonsense'), lower.cert_der]
    expect(certificate_chain(leaf.cert_der, more, store())).toEqual(ders([leaf, lower]))
  })
})

test('who signed for itself is not who only says so', async () => {
  const rolled_over = await make_intermediate(root, { subject: 'CN=Test Root' })
  const is = ({ cert_der }: TestCertificate) => is_self_signed(decode_certificate(cert_der))
  expect([is(root), is(await make_self_signed()), is(lower), is(rolled_over)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})
