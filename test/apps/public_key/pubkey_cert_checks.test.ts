// Checks of a path that its user chooses, and bounds on what a hostile path may ask for.

import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_certificate, type OTPCertificate } from '../../../apps/public_key/otp_certificate.ts'
import { type PathChecks, path_events, validate_path } from '../../../apps/public_key/pubkey_cert.ts'
import { context } from '../../../apps/public_key/pubkey_der.ts'
import { element, object_identifier, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import type { NameToWrite } from '../../../apps/public_key/x509.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import {
  make_ca,
  make_intermediate,
  make_leaf,
  make_self_signed,
  type TestCertificate,
  type TestOptions,
  test_key,
} from '../../support/certificates.ts'

const now = Date.UTC(2026, 0, 1)

let root: TestCertificate
let intermediate: TestCertificate
let leaf: TestCertificate

beforeAll(async () => {
  root = await make_ca()
  intermediate = await make_intermediate(root)
  leaf = await make_leaf(intermediate)
})

type Checks = Partial<PathChecks>

const decoded = ({ cert_der }: TestCertificate) => decode_certificate(cert_der)

/** What is wrong, in the order in which it is told. */
function faults(anchor: OTPCertificate, path: readonly OTPCertificate[], checks: Checks = {}): unknown[] {
  const events = [...path_events(anchor, path, { now, ...checks })].map(([, event]) => event)
  return events.flatMap(event => (event[0] === 'bad_cert' ? [event[1]] : []))
}

const faults_of = (path: readonly TestCertificate[], checks: Checks = {}) =>
  faults(decoded(path[0]!), path.slice(1).map(decoded), checks)

describe('an anchor', () => {
  const issuing = async (options: TestOptions) => {
    const anchor = await make_self_signed(options)
    return faults_of([anchor, await make_leaf(anchor, { subject: 'CN=below' })])
  }

  test('must be an authority to issue anything', async () => {
    expect(await issuing({})).toEqual(['invalid_key_usage'])
    expect(await issuing({ key_usage: undefined })).toEqual(['missing_basic_constraint'])
    const no_authority = { key_usage: undefined, basic_constraints: { cA: false } }
    expect(await issuing(no_authority)).toEqual(['missing_basic_constraint'])
    expect(await issuing({ key_usage: undefined, basic_constraints: { cA: true } })).toEqual([])
    expect(await issuing({ key_usage: ['keyCertSign'] })).toEqual([])
  })

  test('need not be one to be the peer', async () => {
    expect(faults_of([await make_self_signed()])).toEqual([])
  })

  test('may be from before there were extensions, which an authority below may not', () => {
    const older = ({ tbsCertificate, ...rest }: OTPCertificate): OTPCertificate => ({
      ...rest,
      tbsCertificate: { ...tbsCertificate, version: 'v1', extensions: [] },
    })
    const [top, between, peer] = [root, intermediate, leaf].map(decoded) as [
      OTPCertificate,
      OTPCertificate,
      OTPCertificate,
    ]
    expect(faults(older(top), [between, peer])).toEqual([])
    expect(faults(top, [older(between), peer])).toEqual(['missing_basic_constraint'])
  })
})

test('a certificate that is in the path twice is refused', async () => {
  const renewed = await make_intermediate(intermediate, { key: intermediate.key })
  const peer = await make_leaf(renewed)
  expect(faults_of([root, intermediate, renewed, peer])).toEqual([])
  expect(faults_of([root, intermediate, renewed, renewed, peer])).toEqual(['duplicate_cert_in_path'])
})

describe('the signatures that are allowed', () => {
  const ecdsa_sha256 = { algorithm: 'ecdsa', digest: 'sha256' } as const

  test('are all unless they are named', () => {
    expect(faults_of([root, intermediate, leaf], { allowed_signatures: [ecdsa_sha256] })).toEqual([])
    expect(faults_of([root, intermediate, leaf], { allowed_signatures: [] })).toEqual([
      'unsupported_signature',
      'unsupported_signature',
    ])
  })

  test('are told by algorithm and by digest', async () => {
    const old = await make_leaf(intermediate, { hash: 'SHA-1' })
    const allowing = (...digests: readonly ('sha' | 'sha256')[]) => ({
      allowed_signatures: [ecdsa_sha256, ...digests.map(digest => ({ algorithm: 'rsa', digest }) as const)],
    })
    expect(faults_of([root, intermediate, old], allowing('sha'))).toEqual(['unsupported_signature'])
    const rsa_root = await make_ca({ algorithm: 'rsa' })
    const below = await make_leaf(rsa_root)
    expect(faults_of([rsa_root, below], allowing('sha'))).toEqual(['unsupported_signature'])
    expect(faults_of([rsa_root, below], allowing('sha', 'sha256'))).toEqual([])
  })

  test('do not concern the anchor’s own', async () => {
    const old_root = await make_ca({ hash: 'SHA-1' })
    const path = [old_root, await make_leaf(old_root)]
    expect(faults_of(path, { allowed_signatures: [ecdsa_sha256] })).toEqual([])
  })

  test('do not have one that nobody knows', () => {
    const { signature, ...tbs } = decoded(leaf).tbsCertificate
    const algorithm = { ...signature, algorithm: '1.2.3' }
    const odd = {
      ...decoded(leaf),
      signatureAlgorithm: algorithm,
      tbsCertificate: { ...tbs, signature: algorithm },
    }
    const checks = { allowed_signatures: [ecdsa_sha256] }
    expect(faults(decoded(intermediate), [odd], checks)).toEqual([
      'unsupported_signature',
      'invalid_signature',
    ])
  })
})

describe('the length of a key', () => {
  test('must be at least as long as one wants of its kind', async () => {
    const rsa_root = await make_ca({ algorithm: 'rsa' })
    const below = await make_leaf(rsa_root)
    const path = [root, intermediate, leaf]
    expect(faults_of(path, { least_key_bits: { ec: 256, rsa: 4096 } })).toEqual([])
    expect(faults_of(path, { least_key_bits: { ec: 257 } })).toEqual([
      ['weak_key', 256],
      ['weak_key', 256],
    ])
    const rsa_peer = await make_leaf(rsa_root, { key: await test_key('rsa') })
    expect(faults_of([rsa_root, rsa_peer], { least_key_bits: { rsa: 2049 } })).toEqual([['weak_key', 2048]])
    expect(faults_of([rsa_root, below], { least_key_bits: { rsa: 2049 } })).toEqual([])
    expect(faults_of([rsa_root], { least_key_bits: { rsa: 2049 } })).toEqual([['weak_key', 2048]])
  })

  test('of another kind is no matter', async () => {
    const peer = await make_leaf(root, { algorithm: 'ed25519' })
    expect(faults_of([root, peer], { least_key_bits: { rsa: 9999, dsa: 9999, ec: 9 } })).toEqual([])
  })
})

describe('the policies of a path', () => {
  const policy = (oid: string, critical = false) => ({
    extensions: [
      {
        extnID: oids.id_ce_certificatePolicies,
        critical,
        extnValue: sequence(sequence(object_identifier(oid))),
      },
    ],
  })

  test('are told with its outcome, and what is wrong with them after the signature', async () => {
    const below = await make_intermediate(root, policy('1.2.3', true))
    const peer = await make_leaf(below, policy('1.2.3'))
    const other = await make_leaf(intermediate, policy('1.2.4'))
    const path = [below, peer].map(decoded)
    const validated = validate_path(decoded(root), path, { now, explicit_policy: true })
    expect(validated).toMatchObject(['ok', { policies: [{ valid_policy: '1.2.3' }] }])
    const checks = { explicit_policy: true, policy_set: ['1.2.5'], hostname: 'x.example' }
    expect(faults_of([root, below, peer], checks)).toEqual([
      ['policy_requirement_not_met', ['1.2.5']],
      'hostname_check_failed',
    ])
    expect(faults_of([root, below, other], checks)).toEqual([
      'invalid_signature',
      ['policy_requirement_not_met', ['1.2.5']],
      'hostname_check_failed',
    ])
  })

  test('may be asked for by a certificate', async () => {
    const constraint = element(context(0), Uint8Array.of(0))
    const asking = await make_intermediate(root, {
      extensions: [{ extnID: oids.id_ce_policyConstraints, critical: true, extnValue: sequence(constraint) }],
    })
    const [tag, answer] = validate_path(decoded(root), [asking, await make_leaf(asking)].map(decoded), {
      now,
    })
    expect([tag, answer]).toEqual(['error', ['bad_cert', ['policy_requirement_not_met', [oids.anyPolicy]]]])
  })
})

describe('a user’s say in the check of the host', () => {
  const hostname = 'other.example'

  test('can let a certificate pass, or not', () => {
    const path = [root, intermediate, leaf]
    expect(faults_of(path, { hostname })).toEqual(['hostname_check_failed'])
    const customized = (customize_hostname_check: PathChecks['customize_hostname_check']) =>
      faults_of(path, { hostname, customize_hostname_check })
    expect(customized({ match_fun: () => true })).toEqual([])
    expect(customized({ fail_callback: () => true })).toEqual([])
    expect(customized({ fail_callback: () => false })).toEqual(['hostname_check_failed'])
  })

  test('that fails is no consent', () => {
    const fail_callback = () => {
      throw new Error('oops')
    }
    const checks = { hostname, customize_hostname_check: { fail_callback } }
    expect(faults_of([root, intermediate, leaf], checks)).toEqual(['hostname_check_failed'])
  })
})

test.each(['bücher.example', 'bücher.example.'])(
  'the host %s is held to the constraints of its authority',
  async hostname => {
    const named = async (name_constraints: { permitted: readonly NameToWrite[] }) => {
      const below = await make_intermediate(root, { name_constraints })
      const subject = 'CN=xn--bcher-kva.example'
      const peer = await make_leaf(below, { subject, subject_alt_names: undefined })
      return faults_of([root, below, peer], { hostname })
    }
    expect(await named({ permitted: [['dNSName', 'example']] })).toEqual([])
    expect(await named({ permitted: [['dNSName', 'org']] })).toEqual(['hostname_check_failed'])
  },
)

test('whatever bytes of a path are changed, it is judged or cannot be decoded', () => {
  const change = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.nat(), fc.integer({ min: 0, max: 255 }))
  const checks = {
    allowed_signatures: [],
    least_key_bits: { ec: 9999 },
    hostname: 'x.example',
    extended_key_usage: 'serverAuth',
    explicit_policy: true,
  } as const
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
      const ders = [intermediate, leaf].map(({ cert_der }) => Uint8Array.from(cert_der))
      for (const [which, at, byte] of changes) ders[which]![at % ders[which]!.length] = byte
      try {
        expect(faults(decoded(root), ders.map(decode_certificate), checks).length).toBeGreaterThan(0)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }),
    { numRuns: 1000 },
  )
})

test('dates that are none are told as such', () => {
  const { tbsCertificate, ...rest } = decoded(leaf)
  for (const damage of [{ notBefore: Number.NaN }, { notAfter: Number.NaN }]) {
    const validity = { ...tbsCertificate.validity, ...damage }
    const odd = { ...rest, tbsCertificate: { ...tbsCertificate, validity } }
    expect(faults(decoded(intermediate), [odd])).toEqual(['invalid_validity_dates'])
  }
})

test('a path of a hundred certificates is checked without a fault, and as one too long for a depth', async () => {
  const path = [root]
  for (let index = 0; index < 100; index++) {
    path.push(await make_intermediate(path.at(-1)!, { subject: `CN=${index}`, key: intermediate.key }))
  }
  expect(faults_of(path)).toEqual([])
  expect(faults_of(path, { max_path_length: 10 })).toEqual(Array(89).fill('max_path_length_reached'))
})
