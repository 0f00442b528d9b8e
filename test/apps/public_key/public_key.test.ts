import { describe, expect, test } from '@jest/globals'
import { id_ce_authorityKeyIdentifier } from '../../../apps/public_key/pubkey_oids.ts'
import {
  der_decode,
  type ExtensionValues,
  pem_decode,
  pem_encode,
  pem_entry_decode,
  pem_entry_encode,
  pkix_decode_cert,
  pkix_is_issuer,
  pkix_is_self_signed,
  pkix_issuer_id,
  pkix_normalize_name,
  pkix_path_validation,
  pkix_test_data,
  pkix_test_root_cert,
  pkix_verify_hostname,
  sign,
  subject_public_key,
  type TestConfig,
  verify,
} from '../../../apps/public_key/public_key.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { make_ca, make_intermediate, make_leaf, make_self_signed } from '../../support/certificates.ts'

const message = new TextEncoder().encode('message')

describe('a PEM file', () => {
  test('of a certificate and its key gives both', async () => {
    const made = await make_self_signed()
    const [cert, key] = pem_decode(made.cert_pem + made.key_pem).map(entry => pem_entry_decode(entry))
    expect(cert).toMatchObject({ tbsCertificate: { version: 'v3' } })
    expect(key).toMatchObject({ kind: 'private', type: 'ec' })
  })

  test('is made of entries', () => {
    const entry = pem_entry_encode('DHParameter', Uint8Array.of(0x30, 0))
    expect(pem_encode([entry])).toBe('-----BEGIN DH PARAMETERS-----\nMAA=\n-----END DH PARAMETERS-----\n\n')
  })
})

describe('signatures', () => {
  test.each(['rsa', 'secp256r1', 'ed25519'] as const)(
    'with %s keys are verified, and no others',
    async algorithm => {
      const made = await make_self_signed({ algorithm })
      const private_key = der_decode('PrivateKeyInfo', made.key_pkcs8_der)
      const public_key = subject_public_key(pkix_decode_cert(made.cert_der, 'otp'))
      const digest = algorithm === 'ed25519' ? 'none' : 'sha256'
      const signature = sign(message, digest, private_key)
      expect(verify(message, digest, signature, public_key)).toBe(true)
      expect(verify(message.subarray(1), digest, signature, public_key)).toBe(false)
      expect(verify(message, digest, signature.subarray(1), public_key)).toBe(false)
    },
  )
})

describe('who issued a certificate', () => {
  test('is told by its names', async () => {
    const root = await make_ca()
    const below = await make_intermediate(root)
    const leaf = await make_leaf(below)
    expect(pkix_is_self_signed(root.cert_der)).toBe(true)
    expect(pkix_is_self_signed(below.cert_der)).toBe(false)
    expect(pkix_is_issuer(leaf.cert_der, below.cert_der)).toBe(true)
    expect(pkix_is_issuer(leaf.cert_der, root.cert_der)).toBe(false)
  })

  test('is told by the identifier of a certificate', async () => {
    const root = await make_ca({ subject: 'CN=Root Of ALL' })
    const leaf = await make_leaf(root, { serial_number: 99n })
    const { issuer } = pkix_decode_cert(leaf.cert_der, 'otp').tbsCertificate
    expect(pkix_issuer_id(leaf.cert_der, 'self')).toEqual(['ok', [99n, pkix_normalize_name(issuer)]])
    expect(pkix_normalize_name(issuer).rdnSequence[0]![0]!.value).toEqual(['utf8String', 'root of all'])
    expect(pkix_issuer_id(leaf.cert_der, 'other')).toEqual(['error', 'issuer_not_found'])
  })

  test('is told by the certificate, if it names the one of its issuer', async () => {
    const leaf = pkix_decode_cert((await make_leaf(await make_ca())).cert_der, 'otp')
    const naming = (key_identifier: ExtensionValues[typeof id_ce_authorityKeyIdentifier]) => {
      const extensions = [
        { extnID: id_ce_authorityKeyIdentifier, critical: false, extnValue: key_identifier },
      ]
      return { ...leaf, tbsCertificate: { ...leaf.tbsCertificate, extensions } }
    }
    const { issuer } = leaf.tbsCertificate
    const authorityCertIssuer = [
      ['dNSName', 'ca.example'],
      ['directoryName', issuer],
    ] as const
    const serial = { authorityCertSerialNumber: 77n }
    expect(pkix_issuer_id(naming({ authorityCertIssuer, ...serial }), 'other')).toEqual([
      'ok',
      [77n, pkix_normalize_name(issuer)],
    ])
    expect(pkix_issuer_id(naming({ authorityCertIssuer }), 'other')).toEqual(['error', 'issuer_not_found'])
    expect(pkix_issuer_id(naming(serial), 'other')).toEqual(['error', 'issuer_not_found'])
  })
})

describe('test data', () => {
  test('lets each side validate the other', async () => {
    const { server_config, client_config } = await pkix_test_data()
    const validate = (own: TestConfig, other: TestConfig, extended_key_usage: 'serverAuth' | 'clientAuth') =>
      pkix_path_validation(own.cacerts[0]!, [other.cert], { extended_key_usage })
    expect(validate(client_config, server_config, 'serverAuth')).toMatchObject(['ok', {}])
    expect(validate(server_config, client_config, 'clientAuth')).toMatchObject(['ok', {}])
    expect(validate(server_config, client_config, 'serverAuth')).toEqual([
      'error',
      ['bad_cert', 'invalid_ext_key_usage'],
    ])
    for (const host of ['localhost', '127.0.0.1', '::1']) {
      const reference = host === 'localhost' ? (['dns_id', host] as const) : (['ip', host] as const)
      expect(pkix_verify_hostname(server_config.cert, [reference])).toBe(true)
    }
    const [type, der] = server_config.key
    const { public_key } = ok(validate(client_config, server_config, 'serverAuth'))
    expect(verify(message, 'sha256', sign(message, 'sha256', der_decode(type, der)), public_key)).toBe(true)
  })

  test('has one root for both sides if it is given one', async () => {
    const root = await pkix_test_root_cert('The only root')
    const chain = { root, intermediates: [{}] }
    const { server_config, client_config } = await pkix_test_data({
      server_chain: chain,
      client_chain: chain,
    })
    for (const { cert, cacerts } of [server_config, client_config]) {
      expect(cacerts[0]).toEqual(root.cert)
      expect(pkix_path_validation(root.cert, [cacerts[1]!, cert])).toMatchObject(['ok', {}])
    }
  })

  test('has the chains that were asked for', async () => {
    const { server_config, client_config } = await pkix_test_data({
      server_chain: {
        root: { subject: 'CN=my root' },
        intermediates: [{}, { key: 'secp384r1' }],
        peer: { subject: 'CN=my server', subject_alt_names: undefined },
      },
    })
    const [root] = client_config.cacerts
    const [, first, second] = server_config.cacerts
    expect(server_config.cacerts).toHaveLength(3)
    expect(client_config.cacerts).toHaveLength(1)
    expect(pkix_path_validation(root!, [first!, second!, server_config.cert])).toMatchObject(['ok', {}])
    expect(pkix_verify_hostname(server_config.cert, [['dns_id', 'my server']])).toBe(true)
    expect(pkix_verify_hostname(server_config.cert, [['dns_id', 'localhost']])).toBe(false)
  })
})
