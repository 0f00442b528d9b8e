import { describe, expect, test } from '@jest/globals'
import type { CertificateRequest } from '../../../ssl_app/handshake/certificates.ts'
import {
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type OwnIdentity,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { SignatureScheme } from '../../../ssl_app/handshake/hash_signs.ts'
import { asked_identity } from '../../../ssl_app/handshake/own_identities.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { make_pss_identity } from '../../support/certificates_of_other_keys.ts'
import { config, converse, environment, those } from '../../support/engine_pair.ts'
import { make_everybody, suite_for } from '../../support/everybody.ts'
import { engine, make_world } from '../../support/walks.ts'

const everybody = await make_everybody()
const { rsa, dsa, ec } = everybody.identities
const stranger = await make_world('ed25519')
const another_issuer = Uint8Array.of(0x30, 0)
const eddsa: OwnIdentity = {
  ...stranger.server,
  issuers: [another_issuer],
  traits: { ...stranger.server.traits, key: 'eddsa' },
}
const all = [rsa, ec, dsa]

describe('a server with several certificates', () => {
  /** Whom the server is, or by which alert it is nobody. */
  function chosen(
    key_exchanges: readonly KeyExchange[],
    identities: readonly OwnIdentity[],
    client: Partial<HandshakeConfig> = {},
    version: ProtocolVersion = 'tlsv1.2',
  ): OwnIdentity | string | undefined {
    const ciphers = key_exchanges.map(name => suite_for(name, version)!)
    const both = { versions: [version], ciphers, trusted: everybody.trusted }
    const settings = { client: { ...both, ...client }, server: { ...both, identities } }
    const { server, server_effects } = converse(
      engine('client', everybody, settings),
      engine('server', everybody, settings),
    )
    const [refused] = those(server_effects, 'own_alert')
    return refused ? refused[1].description : server.data.own
  }

  test.each([
    ['ecdhe_rsa', rsa],
    ['rsa', rsa],
    ['dhe_dss', dsa],
    ['ecdhe_ecdsa', ec],
  ] as const)('shows the one that %s needs', (key_exchange, identity) => {
    for (const version of ['tlsv1', 'tlsv1.2'] as const) {
      if (version === 'tlsv1' && identity === ec) continue
      expect(chosen([key_exchange], all, {}, version)).toBe(identity)
    }
  })

  test('goes by the order of the suites, and not of its certificates', () => {
    expect(chosen(['ecdhe_ecdsa', 'ecdhe_rsa'], all)).toBe(ec)
    expect(chosen(['ecdhe_rsa', 'ecdhe_ecdsa'], [ec, rsa])).toBe(rsa)
  })

  test('of two that fit shows the one that it prefers', () => {
    const other: OwnIdentity = { ...ec, issuers: [] }
    expect(chosen(['ecdhe_ecdsa'], [other, ec])).toBe(other)
    expect(chosen(['ecdhe_ecdsa'], [ec, other])).toBe(ec)
  })

  test('takes a later one, or another suite, where the client does not know the signatures of the first', () => {
    const signature_algs: readonly SignatureScheme[] = ['ecdsa_secp256r1_sha256', 'rsa_pkcs1_sha256']
    expect(chosen(['ecdhe_ecdsa'], [eddsa, ec], { signature_algs })).toBe(ec)
    expect(chosen(['ecdhe_ecdsa', 'ecdhe_rsa'], [eddsa, rsa], { signature_algs })).toBe(rsa)
  })

  test('refuses a client that knows none of its signatures', () => {
    expect(chosen(['ecdhe_ecdsa', 'ecdhe_rsa'], all, { signature_algs: ['ed448'] })).toBe('handshake_failure')
  })

  test('shows none on a curve that the client does not know', () => {
    expect(chosen(['ecdhe_ecdsa', 'ecdhe_rsa'], [ec, rsa], { groups: ['x25519', 'secp384r1'] })).toBe(rsa)
  })

  test('proves a key for PSS alone by its own schemes, and has none before TLS 1.2', async () => {
    const pss = await make_pss_identity(everybody.ca)
    expect(chosen(['rsa', 'ecdhe_rsa'], [pss])).toBe(pss)
    expect(chosen(['ecdhe_rsa'], [pss], {}, 'tlsv1.1')).toBe('insufficient_security')
    const only = await make_pss_identity(everybody.ca, { hashAlgorithm: 'sha384', saltLength: 48 })
    expect(chosen(['ecdhe_rsa'], [only])).toBe(only)
    const signature_algs = ['rsa_pss_rsae_sha384', 'rsa_pss_pss_sha256'] as const
    expect(chosen(['ecdhe_rsa'], [only], { signature_algs })).toBe('handshake_failure')
  })

  test('is nobody in a suite without certificates', () => {
    expect(chosen(['dh_anon'], all)).toBeUndefined()
  })
})

describe('a client with several certificates', () => {
  const request = (changes: Partial<CertificateRequest>): CertificateRequest => ({
    certificate_types: ['rsa_sign', 'dss_sign', 'ecdsa_sign'],
    supported_signature_algorithms: ['rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256', 'dsa_sha256'],
    certificate_authorities: [],
    ...changes,
  })

  const asked = (identities: readonly OwnIdentity[], changes: Partial<CertificateRequest> = {}) => {
    const data: HandshakeData = {
      ...nothing_known('client', config('client', { identities }), environment()),
      version: 'tlsv1.2',
    }
    return asked_identity(data, request(changes))
  }

  test('shows the one that it prefers, if the server names nothing else', () => {
    expect(asked(all)).toEqual({ own: rsa, scheme: 'rsa_pkcs1_sha256' })
    expect(asked([dsa, rsa])).toEqual({ own: dsa, scheme: 'dsa_sha256' })
  })

  test('shows the first that the server knows the signatures of', () => {
    expect(asked(all, { supported_signature_algorithms: ['ecdsa_secp256r1_sha256'] }).own).toBe(ec)
    expect(asked(all, { supported_signature_algorithms: ['ed25519'] })).toEqual({})
  })

  test('rather shows one of a kind that the server names', () => {
    expect(asked(all, { certificate_types: ['ecdsa_sign'] }).own).toBe(ec)
    expect(asked([rsa], { certificate_types: ['ecdsa_sign'] }).own).toBe(rsa)
  })

  test('rather shows one whose issuer the server names', () => {
    const certificate_authorities = [another_issuer]
    expect(
      asked([ec, eddsa], {
        certificate_authorities,
        supported_signature_algorithms: ['ecdsa_secp256r1_sha256', 'ed25519'],
      }).own,
    ).toBe(eddsa)
    expect(asked([ec], { certificate_authorities }).own).toBe(ec)
  })

  test('shows nobody, if it is nobody', () => {
    expect(asked([])).toEqual({})
  })
})
