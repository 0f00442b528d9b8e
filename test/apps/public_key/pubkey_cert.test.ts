import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { null_value, object_identifier, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../../apps/public_key/pubkey_oids.ts'
import type { PathValidationOptions, VerifyFun } from '../../../apps/public_key/public_key.ts'
import { pkix_path_validation, subject_public_key } from '../../../apps/public_key/public_key.ts'
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

const now = Date.UTC(2026, 0, 1)

let root: TestCertificate
let intermediate: TestCertificate
let leaf: TestCertificate

beforeAll(async () => {
  root = await make_ca()
  intermediate = await make_intermediate(root)
  leaf = await make_leaf(intermediate)
})

type Options = Partial<PathValidationOptions<unknown>>

function validate(anchor: TestCertificate, path: readonly TestCertificate[], options: Options = {}) {
  return pkix_path_validation(
    anchor.cert_der,
    path.map(({ cert_der }) => cert_der),
    { now, ...options },
  )
}

/** What the verify_fun is told when it overlooks everything. */
function events(
  anchor: TestCertificate | 'unknown_ca' | 'selfsigned_peer',
  path: readonly TestCertificate[],
  options: Options = {},
): string[] {
  const verify_fun: VerifyFun<readonly string[]> = [
    (_certificate, event, seen) => {
      if (typeof event === 'string') return ['valid', [...seen, event]]
      return ['valid', [...seen, event[0] === 'bad_cert' ? String(event[1]) : event[1].extnID]]
    },
    [],
  ]
  const trusted = typeof anchor === 'string' ? anchor : anchor.cert_der
  const ders = path.map(({ cert_der }) => cert_der)
  const [tag, answer] = pkix_path_validation<readonly string[]>(trusted, ders, {
    now,
    ...options,
    verify_fun,
  })
  if (tag === 'error') throw new Error(`refused: ${answer}`)
  return answer.state.filter(event => !/^\d/.test(event))
}

const refused = (reason: string) => ['error', ['bad_cert', reason]]

with_each_provider(provider => {
  const algorithms = ['rsa', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519'] as const

  test.each(algorithms)(
    'a path signed with %s keys is valid, and gives the key of the peer',
    async algorithm => {
      const ca = await make_ca({ algorithm })
      const below = await make_intermediate(ca, { algorithm })
      const peer = await make_leaf(below, { algorithm })
      const public_key = subject_public_key(decode_certificate(peer.cert_der))
      expect(validate(ca, [below, peer])).toEqual(['ok', { public_key, policies: [], state: [] }])
      expect(validate(ca, [peer])).toEqual(refused('invalid_issuer'))
      expect(provider).toMatch(/node|noble/)
    },
  )

  test.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const)(
    'a signature over %s is verified',
    async hash => {
      for (const algorithm of ['rsa', 'secp256r1'] as const) {
        const ca = await make_ca({ algorithm })
        expect(validate(ca, [await make_leaf(ca, { hash })])).toMatchObject(['ok', {}])
      }
    },
  )

  test('a certificate signed by another key of the same name is refused', async () => {
    const impostor = await make_ca()
    expect(validate(root, [await make_leaf(impostor)])).toEqual(refused('invalid_signature'))
  })

  test('a certificate whose bytes were changed is refused', async () => {
    const changed = Uint8Array.from(leaf.cert_der)
    const at = Buffer.from(changed).indexOf('localhost')
    changed[at] = 'L'.charCodeAt(0)
    const answer = pkix_path_validation(root.cert_der, [intermediate.cert_der, changed], { now })
    expect(answer).toEqual(refused('invalid_signature'))
  })
})

describe('a path', () => {
  test('can be of the peer alone', async () => {
    expect(validate(root, [await make_leaf(root)])).toMatchObject(['ok', { state: [] }])
  })

  test('is refused in another order', () => {
    expect(validate(root, [leaf, intermediate])).toEqual(refused('invalid_key_usage'))
  })

  test('is refused when another authority issued it', async () => {
    const other = await make_ca({ subject: 'CN=Other Root' })
    expect(validate(other, [intermediate, leaf])).toEqual(refused('invalid_issuer'))
  })

  test('is valid when the names of issuer and subject differ in case and white space only', async () => {
    const cased = await make_ca({ subject: 'CN=test  ROOT' })
    const issued = await make_leaf({ cert: root.cert, key: cased.key })
    expect(validate(cased, [issued])).toMatchObject(['ok', {}])
  })

  test('need not begin at a root', () => {
    expect(validate(intermediate, [leaf])).toMatchObject(['ok', {}])
  })

  test('is checked certificate by certificate, the peer last', () => {
    expect(events(root, [intermediate, leaf])).toEqual(['valid', 'valid_peer'])
  })

  test('is checked from the length of the path to the host name', async () => {
    const other = await make_ca({ subject: 'CN=Other Root' })
    const below = await make_intermediate(other, {
      basic_constraints: undefined,
      key_usage: ['cRLSign'],
      not_after: valid_from + 1000,
    })
    const constrained = await make_ca({ subject: 'CN=Third' })
    const wrong = await make_leaf(constrained, {
      not_before: valid_until - 1000,
      ext_key_usage: [oids.id_kp_clientAuth],
    })
    const checks = { max_path_length: 0, extended_key_usage: 'serverAuth', hostname: 'example.com' } as const
    expect(events(root, [below, wrong], checks)).toEqual([
      'invalid_key_usage',
      'missing_basic_constraint',
      'cert_expired',
      'invalid_issuer',
      'invalid_signature',
      'valid',
      'max_path_length_reached',
      'invalid_ext_key_usage',
      'cert_expired',
      'invalid_issuer',
      'invalid_signature',
      'hostname_check_failed',
      'valid_peer',
    ])
  })

  test('of which a certificate cannot be decoded is no path', () => {
    expect(() => pkix_path_validation(root.cert_der, [leaf.cert_der.subarray(1)], { now })).toThrow('tag')
  })

  test('is by default validated now', async () => {
    const day = 86_400_000
    const today = { not_before: Date.now() - day, not_after: Date.now() + day }
    const ca = await make_ca()
    const current = await make_leaf(ca, today)
    const past = await make_leaf(ca, { ...today, not_after: Date.now() - day / 2 })
    expect(pkix_path_validation(ca.cert_der, [current.cert_der])).toMatchObject(['ok', {}])
    expect(pkix_path_validation(ca.cert_der, [past.cert_der])).toEqual(refused('cert_expired'))
  })
})

describe('a certificate', () => {
  test('is valid from its first to its last second', async () => {
    const peer = await make_leaf(root, { not_before: now, not_after: now + 60_000 })
    expect(validate(root, [peer], { now })).toMatchObject(['ok', {}])
    expect(validate(root, [peer], { now: now + 60_999 })).toMatchObject(['ok', {}])
    expect(validate(root, [peer], { now: now - 1 })).toEqual(refused('cert_expired'))
    expect(validate(root, [peer], { now: now + 61_000 })).toEqual(refused('cert_expired'))
  })

  const authority = async (options: TestOptions) => {
    const below = await make_intermediate(root, options)
    return validate(root, [below, await make_leaf(below)])
  }

  test.each([
    ['missing_basic_constraint', 'does not say that it is an authority', { basic_constraints: undefined }],
    ['missing_basic_constraint', 'says that it is none', { basic_constraints: { cA: false } }],
    [
      'missing_basic_constraint',
      'says nothing at all',
      { basic_constraints: undefined, key_usage: undefined },
    ],
    ['invalid_key_usage', 'must not sign certificates', { key_usage: ['digitalSignature', 'cRLSign'] }],
    ['cert_expired', 'has expired', { not_after: now - 1000 }],
    ['cert_expired', 'is not valid yet', { not_before: now + 1000 }],
  ] as const)('of an authority is refused with %s when it %s', async (reason, _why, options) => {
    expect(await authority(options)).toEqual(refused(reason))
  })

  test('of an authority need not say what its key is for', async () => {
    expect(await authority({ key_usage: undefined })).toMatchObject(['ok', {}])
  })

  test('of a peer issues nothing', async () => {
    const below = await make_leaf(leaf, { subject: 'CN=below' })
    expect(validate(intermediate, [leaf, below])).toEqual(refused('invalid_key_usage'))
  })
})

describe('the length of a path', () => {
  test('is how many authorities stand between anchor and peer', () => {
    expect(validate(root, [intermediate, leaf], { max_path_length: 1 })).toMatchObject(['ok', {}])
    expect(validate(root, [intermediate, leaf], { max_path_length: 0 })).toEqual(
      refused('max_path_length_reached'),
    )
    expect(validate(intermediate, [leaf], { max_path_length: 0 })).toMatchObject(['ok', {}])
  })

  test('can be limited by each authority', async () => {
    const last = await make_intermediate(root, { basic_constraints: { cA: true, pathLenConstraint: 0 } })
    const beyond = await make_intermediate(last, { subject: 'CN=Beyond' })
    const peer = await make_leaf(beyond)
    expect(validate(root, [last, await make_leaf(last)])).toMatchObject(['ok', {}])
    expect(validate(root, [last, beyond, peer])).toEqual(refused('max_path_length_reached'))
  })

  test('does not grow by an authority’s own new key', async () => {
    const last = await make_intermediate(root, { basic_constraints: { cA: true, pathLenConstraint: 0 } })
    const renewed = await make_intermediate(last)
    const path = [last, renewed, await make_leaf(renewed)]
    expect(validate(root, path)).toMatchObject(['ok', {}])
    expect(validate(root, path, { max_path_length: 1 })).toMatchObject(['ok', {}])
  })

  test('is not limited by the anchor', async () => {
    const anchor = await make_ca({ basic_constraints: { cA: true, pathLenConstraint: 0 } })
    const below = await make_intermediate(anchor)
    expect(validate(anchor, [below, await make_leaf(below)])).toMatchObject(['ok', {}])
  })
})

describe('the purpose of the peer’s key', () => {
  const peer_for = async (ext_key_usage: readonly string[] | undefined) => {
    const peer = await make_leaf(root, { ext_key_usage })
    return (extended_key_usage: 'serverAuth' | 'clientAuth') => validate(root, [peer], { extended_key_usage })
  }

  test('must be the one asked for, if the certificate has any', async () => {
    const server = await peer_for([oids.id_kp_serverAuth])
    expect(server('serverAuth')).toMatchObject(['ok', {}])
    expect(server('clientAuth')).toEqual(refused('invalid_ext_key_usage'))
    const client = await peer_for([oids.id_kp_clientAuth])
    expect(client('clientAuth')).toMatchObject(['ok', {}])
    expect(client('serverAuth')).toEqual(refused('invalid_ext_key_usage'))
  })

  test('can be any', async () => {
    const any = await peer_for(['1.3.6.1.5.5.7.3.9', oids.anyExtendedKeyUsage])
    expect(any('serverAuth')).toMatchObject(['ok', {}])
    expect(any('clientAuth')).toMatchObject(['ok', {}])
    const none = await peer_for(undefined)
    expect(none('serverAuth')).toMatchObject(['ok', {}])
  })

  test('is bounded by what the authorities’ keys are for, unless those may be for anything', async () => {
    const through = async (below: TestOptions, options: Options = {}) => {
      const authority = await make_intermediate(root, below)
      const checks = { extended_key_usage: 'serverAuth', ...options } as const
      return validate(root, [authority, await make_leaf(authority)], checks)
    }
    const other = { ext_key_usage: [oids.id_kp_clientAuth] }
    expect(await through(other)).toEqual(refused('invalid_ext_key_usage'))
    expect(await through(other, { allow_any_ca_purpose: true })).toMatchObject(['ok', {}])
    expect(await through({ ext_key_usage: [oids.id_kp_serverAuth] })).toMatchObject(['ok', {}])
    expect(await through({ ext_key_usage: [oids.anyExtendedKeyUsage] })).toMatchObject(['ok', {}])
    const extnValue = sequence(object_identifier(oids.anyExtendedKeyUsage))
    const insisting = { extensions: [{ extnID: oids.id_ce_extKeyUsage, critical: true, extnValue }] }
    expect(await through(insisting)).toEqual(refused('invalid_ext_key_usage'))
    expect(await through(insisting, { allow_any_ca_purpose: true })).toMatchObject(['ok', {}])
  })
})

describe('the host', () => {
  test.each(['localhost', 'LOCALHOST', '127.0.0.1', '::1'])('can be %s', hostname => {
    expect(validate(root, [intermediate, leaf], { hostname })).toMatchObject(['ok', {}])
  })

  test.each(['localhost.example', '127.0.0.2', '::2'])(
    'of a certificate for another is refused, as %s',
    hostname => {
      expect(validate(root, [intermediate, leaf], { hostname })).toEqual(refused('hostname_check_failed'))
    },
  )

  test('in the common name must be one that the authority may name', async () => {
    const name_constraints = { permitted: [['dNSName', 'example.com']] } as const
    const below = await make_intermediate(root, { name_constraints })
    const named = (subject: string) => make_leaf(below, { subject, subject_alt_names: undefined })
    const good = await named('CN=a.example.com')
    const bad = await named('CN=a.example.org')
    expect(validate(root, [below, good], { hostname: 'a.example.com' })).toMatchObject(['ok', {}])
    expect(validate(root, [below, bad])).toMatchObject(['ok', {}])
    expect(validate(root, [below, bad], { hostname: 'a.example.org' })).toEqual(
      refused('hostname_check_failed'),
    )
  })
})

describe('an extension', () => {
  const with_extension = async (extnID: string, critical: boolean) => {
    const peer = await make_leaf(root, { extensions: [{ extnID, critical, extnValue: null_value() }] })
    return validate(root, [peer])
  }

  test('that nobody knows may be there unless it is critical', async () => {
    expect(await with_extension('1.2.3.4', false)).toMatchObject(['ok', {}])
    expect(await with_extension('1.2.3.4', true)).toEqual(refused('unknown_critical_extension'))
  })

  test('about policies is no matter for the verify_fun', async () => {
    const policies = sequence(sequence(object_identifier('1.2.3')))
    const peer = await make_leaf(root, {
      extensions: [{ extnID: oids.id_ce_certificatePolicies, critical: true, extnValue: policies }],
    })
    expect(events(root, [peer])).toEqual(['valid_peer'])
    expect(validate(root, [peer])).toMatchObject(['ok', {}])
  })
})

describe('without an anchor', () => {
  const overlook: VerifyFun<number> = [(_certificate, _event, count) => ['valid', count + 1], 0]

  test.each(['unknown_ca', 'selfsigned_peer'] as const)('a path is refused with %s', reason => {
    expect(pkix_path_validation(reason, [leaf.cert_der], { now })).toEqual(refused(reason))
    expect(pkix_path_validation(reason, [], { now, verify_fun: overlook })).toEqual(refused(reason))
  })

  test('the first certificate is one if the verify_fun says so, and the others are checked', async () => {
    expect(events('unknown_ca', [intermediate, leaf])).toEqual(['unknown_ca', 'valid_peer'])
    const impostor = await make_intermediate(root)
    expect(events('unknown_ca', [impostor, leaf])).toEqual(['unknown_ca', 'invalid_signature', 'valid_peer'])
  })

  test('a peer that is overlooked must still be valid, and the one wanted', async () => {
    const own = await make_self_signed({ not_after: now - 1000, ext_key_usage: [oids.id_kp_clientAuth] })
    const checks = { hostname: 'example.com', extended_key_usage: 'serverAuth' } as const
    expect(events('selfsigned_peer', [own], checks)).toEqual([
      'selfsigned_peer',
      'invalid_ext_key_usage',
      'cert_expired',
      'hostname_check_failed',
      'valid_peer',
    ])
    expect(events('selfsigned_peer', [await make_self_signed()], { hostname: 'localhost' })).toEqual([
      'selfsigned_peer',
      'valid_peer',
    ])
  })

  test('nothing is needed when the peer’s certificate is the anchor', () => {
    expect(events(leaf, [], { hostname: 'localhost', extended_key_usage: 'clientAuth' })).toEqual([
      'valid_peer',
    ])
    expect(validate(leaf, [], { hostname: 'example.com' })).toEqual(refused('hostname_check_failed'))
  })
})
