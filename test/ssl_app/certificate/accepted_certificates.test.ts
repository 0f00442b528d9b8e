import { describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { decode_shown, keep_accepted } from '../../../ssl_app/certificate/accepted_certificates.ts'
import { make_leaf } from '../../support/certificates.ts'
import { alert_for, direct, leaf, lower, other_root, root, upper, validate } from '../../support/peer_path.ts'

const ders = await Promise.all(Array.from({ length: 257 }, () => make_leaf(root))).then(leaves =>
  leaves.map(({ cert_der }) => cert_der),
)

const keep = (der: Uint8Array): void => keep_accepted([decode_shown(der)])
const is_kept = (der: Uint8Array): boolean => {
  const once = decode_shown(der)
  return decode_shown(der) === once
}

describe('a certificate that a peer shows', () => {
  test('is decoded like any other', () => {
    expect(decode_shown(direct.cert_der)).toEqual(decode_certificate(direct.cert_der))
  })

  test('does not keep in memory what it came in', () => {
    const flight = Buffer.concat([new Uint8Array(1000), direct.cert_der, new Uint8Array(1000)])
    const view = flight.subarray(1000, -1000)
    expect(decode_shown(view).der.buffer.byteLength).toBe(direct.cert_der.length)
  })

  test('is kept when its path was accepted, and all of that path is', () => {
    for (const { cert_der } of [leaf, lower, upper]) expect(is_kept(cert_der)).toBe(false)
    validate({ shown: [leaf, lower, upper, other_root] })
    for (const { cert_der } of [leaf, lower, upper]) expect(is_kept(cert_der)).toBe(true)
    expect(is_kept(other_root.cert_der)).toBe(false)
  })

  test('is checked again each time, kept or not', () => {
    validate({ shown: [direct] })
    expect(is_kept(direct.cert_der)).toBe(true)
    expect(alert_for({ shown: [direct] })).toBe('none')
    expect(alert_for({ shown: [direct], trusted: [other_root] })).toBe('unknown_ca')
    expect(alert_for({ shown: [direct], at: Date.UTC(2050, 0, 1) })).toBe('certificate_expired')
    expect(alert_for({ shown: [direct], hostname: 'other.example' })).toBe('handshake_failure')
  })

  test('is not kept when it was refused', async () => {
    const stranger = await make_leaf(other_root)
    expect(alert_for({ shown: [stranger] })).toBe('unknown_ca')
    expect(is_kept(stranger.cert_der)).toBe(false)
  })

  test('is not kept when it is large', async () => {
    const names = Array.from({ length: 400 }, (_, index) => ['dNSName', `host-${index}.example.com`] as const)
    const large = await make_leaf(root, { subject_alt_names: names })
    expect(alert_for({ shown: [large] })).toBe('none')
    expect(is_kept(large.cert_der)).toBe(false)
  })

  test('makes room when it was used longest ago', () => {
    for (const der of ders.slice(0, 256)) keep(der)
    expect(ders.slice(0, 256).every(is_kept)).toBe(true)
    keep(ders[0]!)
    keep(ders[256]!)
    expect(is_kept(ders[0]!)).toBe(true)
    expect(is_kept(ders[1]!)).toBe(false)
    expect(is_kept(ders[256]!)).toBe(true)
  })
})
