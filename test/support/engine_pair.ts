// Two engines that talk to each other in memory.

import {
  dh_generate_key,
  dh_group,
  generate_key,
  private_key_from_pkcs8,
  srp_client_key,
  srp_server_key,
  srp_user_key,
  strong_rand_bytes,
} from '../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import type { Effect } from '../../ssl_app/handshake/effects.ts'
import type {
  Environment,
  HandshakeConfig,
  Question,
  ResumptionWish,
  UserSecret,
} from '../../ssl_app/handshake/handshake_data.ts'
import { default_signature_algs } from '../../ssl_app/handshake/hash_signs.ts'
import type { TlsEngine } from '../../ssl_app/handshake/tls_engine.ts'
import { suites } from '../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { decode_session, encode_session } from '../../ssl_app/session/session_codec.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import type { TestCertificate } from './certificates.ts'

export const now = Date.UTC(2026, 0, 1)

/** What the users of both sides know of each other. */
export const shared_secrets = {
  psk_identity: Buffer.from('somebody'),
  psk: Buffer.from('a secret of both sides'),
  user: Buffer.from('alice'),
  password: Buffer.from('password123'),
  salt: Buffer.from('some salt'),
} as const

/**
 * An environment with true chance and a time that stands still. It is willing to go on with the sessions it is given,
 * and with those in its tickets, which anybody can read.
 */
export function environment(
  sessions: readonly Session[] = [],
  changes: Partial<Environment> = {},
): Environment {
  return {
    random_bytes: strong_rand_bytes,
    generate_key: curve => generate_key(curve),
    dh_generate_key: group => dh_generate_key(group),
    srp_client_key: group => srp_client_key(group),
    srp_server_key: (group, derived_key) => srp_server_key(group, derived_key),
    system_time: () => now,
    monotonic_time: () => 0,
    resume: wish => wished_session(wish, sessions),
    seal_ticket: session => ({ bytes: encode_session(session), lifetime_hint: 7200 }),
    user_secret,
    unknown_users_seed: new Uint8Array(32).fill(6),
    ...changes,
  }
}

function wished_session({ session_id, ticket }: ResumptionWish, sessions: readonly Session[]) {
  if (ticket?.length) return decode_session(ticket)
  return sessions.find(session => Buffer.compare(session.session_id, session_id) === 0)
}

/** What the users tell: always a fresh copy, since it is wiped after use. */
export function user_secret([kind, who]: Question): UserSecret {
  const { psk_identity, psk, user, password, salt } = shared_secrets
  if (kind === 'psk') {
    const known = who === undefined || who.length === 0 || Buffer.compare(who, psk_identity) === 0
    return known ? ['psk', new Uint8Array(psk)] : 'error'
  }
  if (Buffer.compare(who, user) !== 0) return 'error'
  return ['srp', { group: 'srp_1024', salt, derived_key: srp_user_key(salt, user, password) }]
}

/** A configuration with the defaults of an engine's role. */
export function config(role: Role, changes: Partial<HandshakeConfig> = {}): HandshakeConfig {
  return {
    versions: ['tlsv1.2'],
    ciphers: suites('tlsv1.2'),
    groups: ['x25519', 'secp256r1', 'secp384r1'],
    signature_algs: default_signature_algs,
    identities: [],
    trusted: new TrustStore([]),
    path: path(role),
    fail_if_no_peer_cert: false,
    honor_cipher_order: false,
    honor_ecc_order: true,
    alpn: undefined,
    server_name: undefined,
    policy: '',
    fallback: false,
    dh: dh_group('modp1024'),
    psk_identity: undefined,
    srp_identity: undefined,
    has_user_lookup: false,
    stapling: undefined,
    next_protocols_advertised: undefined,
    next_protocol_selector: undefined,
    secure_renegotiate: true,
    client_renegotiation: true,
    padding_check: true,
    session_tickets: false,
    max_fragment_length: undefined,
    record_size_limit: undefined,
    ...changes,
  }
}

/** How peers are checked: a client trusts and checks, a server does not ask. */
export const path = (
  role: Role,
  changes: Partial<HandshakeConfig['path']> = {},
): HandshakeConfig['path'] => ({
  role,
  verify: role === 'client' ? 'verify_peer' : 'verify_none',
  verify_fun: undefined,
  partial_chain: undefined,
  depth: 1,
  hostname: undefined,
  ...changes,
})

/** Who `leaf` is. */
export function identity(leaf: TestCertificate, key: 'rsa' | 'ec', ...issuers: TestCertificate[]) {
  return {
    chain: [leaf, ...issuers].map(({ cert_der }) => cert_der),
    key: private_key_from_pkcs8(leaf.key_pkcs8_der)!,
    traits: { key, signed_with: key === 'rsa' ? 'rsa' : 'ecdsa' },
    issuers: [leaf, ...issuers].map(({ cert_der }) => decode_certificate(cert_der).tbsCertificate.issuer.der),
  } as const
}

/** What came of a conversation. */
export interface Outcome {
  readonly client: TlsEngine
  readonly server: TlsEngine
  readonly client_effects: Effect[]
  readonly server_effects: Effect[]
}

/** How bytes are cut on their way. */
export type Cut = (bytes: Uint8Array) => readonly Uint8Array[]

/** Lets both sides talk, the client first, until neither has anything more to say. */
export function converse(client: TlsEngine, server: TlsEngine, offered?: Session, cut: Cut = whole): Outcome {
  return exchange({ client, server }, { client: client.start(offered) }, cut)
}

/** Lets both sides talk, beginning with what they have already said, until neither has anything more to say. */
export function exchange(
  { client, server }: Readonly<Record<Role, TlsEngine>>,
  said: Partial<Record<Role, readonly Effect[]>>,
  cut: Cut = whole,
): Outcome {
  const outcome: Outcome = { client, server, client_effects: [], server_effects: [] }
  const to_server = carry(said.client ?? [], outcome.client_effects)
  const to_client = carry(said.server ?? [], outcome.server_effects)
  while (to_server.length > 0 || to_client.length > 0) {
    for (const bytes of to_server.splice(0).flatMap(cut)) {
      to_client.push(...carry(serve(server, bytes), outcome.server_effects))
    }
    for (const bytes of to_client.splice(0).flatMap(cut)) {
      to_server.push(...carry(serve(client, bytes), outcome.client_effects))
    }
  }
  return outcome
}

/**
 * An engine whose owner does what it asks for: the server needs no other options, whatever name it is asked for, and the
 * client begins a new handshake when it is asked to.
 */
export function serve(engine: TlsEngine, bytes: Uint8Array): Effect[] {
  const effects = engine.receive(bytes)
  const asks = (name: Effect[0]) => effects.some(([tag]) => tag === name)
  if (asks('client_hello')) return [...effects, ...engine.configure(engine.data.config)]
  if (asks('hello_request')) return [...effects, ...engine.renegotiate()]
  return effects
}

/** The effects of one name. */
export const those = <Tag extends Effect[0]>(effects: readonly Effect[], tag: Tag) =>
  effects.filter((effect): effect is Extract<Effect, readonly [Tag, unknown]> => effect[0] === tag)

const whole: Cut = bytes => [bytes]

function carry(effects: readonly Effect[], kept: Effect[]): Uint8Array[] {
  kept.push(...effects)
  return those(effects, 'transmit').flatMap(([, pieces]) => pieces)
}
