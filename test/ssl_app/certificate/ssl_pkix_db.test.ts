import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { empty_trust_store, TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../../support/certificates.ts'

let root: TestCertificate
let other_root: TestCertificate
/** The authority of the first root, certified by the other one. */
let cross: TestCertificate
let leaf: TestCertificate

beforeAll(async () => {
  root = await make_ca({ subject: 'CN=Root, O=One' })
  other_root = await make_ca({ subject: 'CN=Root, O=Two' })
  cross = await make_intermediate(other_root, { subject: 'CN=Root, O=One', key: root.key })
  leaf = await make_leaf(root)
})

const store = (...certificates: TestCertificate[]) =>
  new TrustStore(certificates.map(({ cert_der }) => cert_der))
const decoded = ({ cert_der }: TestCertificate) => decode_certificate(cert_der)
const issuers = (of: TrustStore, certificate: TestCertificate) =>
  of.issuers(decoded(certificate)).map(({ der }) => Buffer.from(der))

describe('a trust store', () => {
  test('finds who may have issued a certificate by the name', () => {
    expect(issuers(store(other_root, root, leaf), leaf)).toEqual([Buffer.from(root.cert_der)])
    expect(issuers(store(other_root), leaf)).toEqual([])
  })

  test('gives those first that end a path, in whatever order it got them', () => {
    const both = [root, cross].map(({ cert_der }) => Buffer.from(cert_der))
    expect(issuers(store(root, cross), leaf)).toEqual(both)
    expect(issuers(store(cross, root), leaf)).toEqual(both)
  })

  test('has what it was given, and nothing else of that name', () => {
    expect(store(root).has(decoded(root))).toBe(true)
    expect(store(root).has(decoded(cross))).toBe(false)
    expect(store(root).has(decoded(other_root))).toBe(false)
  })

  test('tells each name once', () => {
    const names = [root, other_root].map(certificate => decoded(certificate).tbsCertificate.subject.der)
    expect(store(root, cross, other_root, root).subjects()).toEqual(names)
  })

  test('holds a certificate once however often it is given', () => {
    expect(issuers(store(root, root), leaf)).toHaveLength(1)
  })

  test('leaves out what is no certificate, and counts it', () => {
    const truncated = root.cert_der.subarray(0, -1)
    const trusted = new TrustStore([Buffer.from('nonsense'), root.cert_der, truncated, new Uint8Array(0)])
    expect(trusted.ignored).toBe(3)
    expect(trusted.has(decoded(root))).toBe(true)
  })

  test('without certificates trusts nobody', () => {
    expect([empty_trust_store.ignored, empty_trust_store.subjects()]).toEqual([0, []])
    expect(issuers(empty_trust_store, leaf)).toEqual([])
  })
})
