// What a handshake knows and what it asks for: all that its pure functions work on.

import { type Curve, type KeyPair, type PrivateKey, type PublicKey, wipe } from '../../apps/crypto/crypto.ts'
import type { PathOptions } from '../certificate/ssl_certificate.ts'
import type { TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { CertificateTraits } from '../record/cipher_choice.ts'
import type { CipherSuite } from '../record/cipher_suites.ts'
import type { AlertDescription } from '../record/ssl_alert.ts'
import type { Role } from '../record/tls_v1.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import type { SignatureScheme } from './hash_signs.ts'
import type { ClientHello } from './hello.ts'

/** Who one is and can prove to be. */
export interface OwnIdentity {
  /** DER, the own certificate first. */
  readonly chain: readonly Uint8Array[]
  readonly key: PrivateKey
  readonly traits: CertificateTraits
}

/** What the options of a connection come down to. */
export interface HandshakeConfig {
  readonly versions: readonly ProtocolVersion[]
  /** In order of preference. */
  readonly ciphers: readonly CipherSuite[]
  /** In order of preference. */
  readonly groups: readonly Curve[]
  /** In order of preference. */
  readonly signature_algs: readonly SignatureScheme[]
  readonly identity: OwnIdentity | undefined
  readonly trusted: TrustStore
  /** How the peer's certificates are checked; a server asks for them only with `verify_peer`. */
  readonly path: PathOptions
  readonly fail_if_no_peer_cert: boolean
  readonly honor_cipher_order: boolean
  /** Client: what it offers; server: what it can speak, in order of preference; undefined: no ALPN. */
  readonly alpn: readonly string[] | undefined
  /** Client: the name to send. */
  readonly server_name: string | undefined
  /** Under what policy sessions are made: see `Session.policy`. */
  readonly policy: string
}

/** What a handshake takes from the world: chance, time, and the sessions there are. */
export interface Environment {
  random_bytes(size: number): Uint8Array
  generate_key(curve: Curve): KeyPair
  /** Milliseconds since 1970. */
  system_time(): number
  /** Milliseconds of a clock that never goes back. */
  monotonic_time(): number
  /** Server: the session of that id, if this server is willing to go on with it. */
  resume(session_id: Uint8Array): Session | undefined
}

/** The peer, as its certificates show it. */
export interface Peer {
  /** DER, its own certificate. */
  readonly certificate: Uint8Array
  readonly public_key: PublicKey
}

/**
 * What is known so far. The charts see to it that what a state needs was learnt in a state before it. What stays when
 * the handshake is done is no view of what was received, which would keep all of it in memory.
 */
export interface HandshakeData {
  readonly role: Role
  readonly config: HandshakeConfig
  readonly environment: Environment
  /** All messages so far, header included, both sides'. */
  readonly history: readonly Uint8Array[]
  /** The negotiated version. */
  readonly version: ProtocolVersion | undefined
  readonly client_random: Uint8Array | undefined
  readonly server_random: Uint8Array | undefined
  /** Client: what it asked for. */
  readonly client_hello: ClientHello | undefined
  /** The session the client offers, or the one that goes on. */
  readonly offered: Session | undefined
  readonly resumed: boolean
  readonly session_id: Uint8Array | undefined
  readonly suite: CipherSuite | undefined
  readonly extended_master_secret: boolean | undefined
  /** Whether the peer knows RFC 5746. */
  readonly secure_renegotiation: boolean | undefined
  /** The protocol that ALPN chose. */
  readonly alpn: string | undefined
  /** Server: the name that the client asked for. */
  readonly server_name: string | undefined
  /** The scheme that this side signs with; a client that has none to offer shows no certificate. */
  readonly scheme: SignatureScheme | undefined
  /** Server: its half of the key exchange, until it is used. */
  readonly key_pair: (KeyPair & { readonly curve: Curve }) | undefined
  /** Client: the group and public value of the server. */
  readonly peer_share: { readonly curve: Curve; readonly public: Uint8Array } | undefined
  readonly peer: Peer | undefined
  /** Client: the server wants to know who it is. */
  readonly certificate_requested: boolean | undefined
  /** Of this connection alone: sessions have copies. */
  readonly master_secret: Uint8Array | undefined
}

/** What a step of the handshake wants done, in order. */
export type Action =
  /** A handshake message, whole. */
  | readonly ['send', Uint8Array]
  /** A `change_cipher_spec`; what is sent after it is sent under the new keys. */
  | readonly ['change_cipher_spec']
  /** The keys are there: they wait until a `change_cipher_spec` puts them to use. */
  | readonly ['pending_keys', PendingKeys]
  | readonly ['warning', AlertDescription]
  | readonly ['connected']

/** What the record layer needs to make its keys. */
export interface PendingKeys {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  readonly master_secret: Uint8Array
  readonly client_random: Uint8Array
  readonly server_random: Uint8Array
}

export type Step = readonly [HandshakeData, ...Action[]]

/** Where every handshake begins. All is named, so that what each step makes of it has one shape. */
export const nothing_known = (
  role: Role,
  config: HandshakeConfig,
  environment: Environment,
): HandshakeData => ({
  role,
  config,
  environment,
  history: [],
  version: undefined,
  client_random: undefined,
  server_random: undefined,
  client_hello: undefined,
  offered: undefined,
  resumed: false,
  session_id: undefined,
  suite: undefined,
  extended_master_secret: undefined,
  secure_renegotiation: undefined,
  alpn: undefined,
  server_name: undefined,
  scheme: undefined,
  key_pair: undefined,
  peer_share: undefined,
  peer: undefined,
  certificate_requested: undefined,
  master_secret: undefined,
})

/** What remains of a handshake that is done. */
export const forget_handshake = (data: HandshakeData): HandshakeData => ({
  ...data,
  history: [],
  client_hello: undefined,
  key_pair: undefined,
  peer_share: undefined,
})

/** What remains of a connection that is over. The master secret is overwritten. */
export function forget_secrets(data: HandshakeData): HandshakeData {
  if (data.master_secret) wipe(data.master_secret)
  return { ...data, key_pair: undefined, master_secret: undefined }
}
