// Somebody for every key exchange, and what both sides are set to for it.

import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import type { HandshakeConfig, OwnIdentity } from '../../ssl_app/handshake/handshake_data.ts'
import { key_exchange_parts } from '../../ssl_app/handshake/key_exchange_parts.ts'
import {
  type CipherSuite,
  type KeyExchange,
  known_suites,
  suite_definition,
} from '../../ssl_app/record/cipher_suites.ts'
import { is_at_least, type ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import { make_ca, make_leaf } from './certificates.ts'
import { make_dsa_identity } from './certificates_of_other_keys.ts'
import { path, shared_secrets } from './engine_pair.ts'
import { own_identity, type Settings, type World } from './walks.ts'

/** `ec_by_rsa`: a key on a curve, certified with RSA. */
type Kind = 'rsa' | 'dsa' | 'ec' | 'ec_by_rsa'

export interface Everybody extends World {
  readonly identities: Readonly<Record<Kind, OwnIdentity>>
  /** PKCS#8: the key of `identities.rsa`. */
  readonly rsa_key: Uint8Array
}

/** All that decides what a handshake is made of. */
export interface Scene {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  /** What a client does that is asked for a certificate; undefined: it is not asked. */
  readonly client_certificate?: 'shown' | 'none' | undefined
  /** The server tells which identity it wants, where the key exchange has a place for that. */
  readonly hint?: boolean
  /** The server gives tickets. */
  readonly ticket?: boolean
  /** The client chooses a protocol by NPN. */
  readonly next_protocol?: boolean
}

export const key_exchanges = Object.keys(key_exchange_parts) as readonly KeyExchange[]

export const versions: readonly ProtocolVersion[] = ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2']

/** The 106 of OTP, and the three of a draft, which have no names. */
export const every_suite: readonly CipherSuite[] = [
  ...known_suites(),
  ...[0xcc13, 0xcc14, 0xcc15].map(code => suite_definition(code)!),
]

/** A suite of each key exchange that can be used with a version; those of TLS 1.0 on curves are none for SSL 3.0. */
export const suite_for = (key_exchange: KeyExchange, version: ProtocolVersion): CipherSuite | undefined =>
  every_suite.find(
    ({ key_exchange: its, since, cipher }) =>
      its === key_exchange && is_at_least(version, since) && cipher === 'aes_128_cbc',
  )

const kinds: Readonly<Partial<Record<KeyExchange, Kind>>> = {
  rsa: 'rsa',
  rsa_psk: 'rsa',
  dhe_rsa: 'rsa',
  srp_rsa: 'rsa',
  ecdhe_rsa: 'rsa',
  dhe_dss: 'dsa',
  srp_dss: 'dsa',
  ecdhe_ecdsa: 'ec',
  ecdh_ecdsa: 'ec',
  ecdh_rsa: 'ec_by_rsa',
}

export async function make_everybody(): Promise<Everybody> {
  const [ca, rsa_ca] = await Promise.all([
    make_ca(),
    make_ca({ algorithm: 'rsa', subject: 'CN=Test Root with RSA' }),
  ])
  const on_curve = { key_usage: ['digitalSignature', 'keyAgreement'] } as const
  const [rsa, ec, ec_by_rsa, client, dsa] = await Promise.all([
    make_leaf(rsa_ca, { algorithm: 'rsa' }),
    make_leaf(ca, on_curve),
    make_leaf(rsa_ca, on_curve),
    make_leaf(ca),
    make_dsa_identity(ca),
  ])
  const by_rsa = (identity: OwnIdentity): OwnIdentity => ({
    ...identity,
    traits: { ...identity.traits, signed_with: 'rsa' },
  })
  const identities = {
    rsa: by_rsa(own_identity(rsa, 'rsa')),
    ec: own_identity(ec, 'secp256r1'),
    ec_by_rsa: by_rsa(own_identity(ec_by_rsa, 'secp256r1')),
    dsa,
  }
  return {
    ca,
    trusted: new TrustStore([ca.cert_der, rsa_ca.cert_der]),
    server: identities.ec,
    client: own_identity(client, 'secp256r1'),
    identities,
    rsa_key: rsa.key_pkcs8_der,
  }
}

/** Who serves suites of that kind: nobody, where nobody has to show who it is. */
export function identities_for({ identities }: Everybody, key_exchange: KeyExchange): readonly OwnIdentity[] {
  const kind = kinds[key_exchange]
  return kind ? [identities[kind]] : []
}

export function scene_settings(everybody: Everybody, scene: Scene): Settings {
  const { version, suite, client_certificate, hint, ticket, next_protocol } = scene
  const both: Partial<HandshakeConfig> = {
    versions: [version],
    ciphers: [suite],
    session_tickets: ticket === true,
    has_user_lookup: suite.group === 'psk' || suite.group === 'srp',
    trusted: everybody.trusted,
  }
  const { user, password, psk_identity } = shared_secrets
  return {
    client: {
      ...both,
      identities: client_certificate === 'shown' ? [client_of(everybody, version)] : [],
      srp_identity: suite.group === 'srp' ? { user, password } : undefined,
      psk_identity: suite.group === 'psk' ? psk_identity : undefined,
      next_protocol_selector: next_protocol
        ? { precedence: 'server', protocols: ['b', 'c'], otherwise: undefined }
        : undefined,
    },
    server: {
      ...both,
      identities: identities_for(everybody, suite.key_exchange),
      path: path('server', { verify: client_certificate === undefined ? 'verify_none' : 'verify_peer' }),
      psk_identity: hint ? psk_identity : undefined,
      next_protocols_advertised: next_protocol ? ['a', 'b'] : undefined,
    },
  }
}

/** SSL 3.0 is older than keys on curves. */
const client_of = ({ client, identities }: Everybody, version: ProtocolVersion): OwnIdentity =>
  version === 'sslv3' ? identities.rsa : client
