// Two engines that talk to each other in memory.

import {
  type Curve,
  generate_key,
  private_key_from_pkcs8,
  strong_rand_bytes,
} from '../../apps/crypto/crypto.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import type { Environment, HandshakeConfig } from '../../ssl_app/handshake/handshake_data.ts'
import { default_signature_algs } from '../../ssl_app/handshake/hash_signs.ts'
import type { Effect, TlsEngine } from '../../ssl_app/handshake/tls_engine.ts'
import { suites } from '../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'
import type { TestCertificate } from './certificates.ts'

export const now = Date.UTC(2026, 0, 1)

/** An environment with true chance and a time that stands still; it keeps what sessions it is given. */
export function environment(sessions: readonly Session[] = []): Environment {
  return {
    random_bytes: strong_rand_bytes,
    generate_key: (curve: Curve) => generate_key(curve),
    system_time: () => now,
    monotonic_time: () => 0,
    resume: id => sessions.find(({ session_id }) => Buffer.compare(session_id, id) === 0),
  }
}

/** A configuration with the defaults of an engine's role. */
export function config(role: Role, changes: Partial<HandshakeConfig> = {}): HandshakeConfig {
  return {
    versions: ['tlsv1.2'],
    ciphers: suites('tlsv1.2'),
    groups: ['x25519', 'secp256r1', 'secp384r1'],
    signature_algs: default_signature_algs,
    identity: undefined,
    trusted: new TrustStore([]),
    path: path(role),
    fail_if_no_peer_cert: false,
    honor_cipher_order: false,
    alpn: undefined,
    server_name: undefined,
    policy: '',
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

/** Lets both sides talk until neither has anything more to say. */
export function converse(client: TlsEngine, server: TlsEngine, offered?: Session, cut: Cut = whole): Outcome {
  const outcome: Outcome = { client, server, client_effects: [], server_effects: [] }
  const to_server = carry(client.start(offered), outcome.client_effects)
  const to_client: Uint8Array[] = []
  while (to_server.length > 0 || to_client.length > 0) {
    for (const bytes of to_server.splice(0).flatMap(cut)) {
      to_client.push(...carry(serve(server, bytes), outcome.server_effects))
    }
    for (const bytes of to_client.splice(0).flatMap(cut)) {
      to_server.push(...carry(client.receive(bytes), outcome.client_effects))
    }
  }
  return outcome
}

/** A server that needs no other options, whatever name it is asked for. */
export function serve(server: TlsEngine, bytes: Uint8Array): Effect[] {
  const effects = server.receive(bytes)
  if (!effects.some(([tag]) => tag === 'client_hello')) return effects
  return [...effects, ...server.configure(server.data.config)]
}

/** The effects of one name. */
export const those = <Tag extends Effect[0]>(effects: readonly Effect[], tag: Tag) =>
  effects.filter((effect): effect is Extract<Effect, readonly [Tag, unknown]> => effect[0] === tag)

const whole: Cut = bytes => [bytes]

function carry(effects: readonly Effect[], kept: Effect[]): Uint8Array[] {
  kept.push(...effects)
  return those(effects, 'transmit').flatMap(([, pieces]) => pieces)
}
