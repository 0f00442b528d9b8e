// What a handshake knows and what it asks for: all that its pure functions work on.

import {
  type Curve,
  type DhGroup,
  type DhKeyPair,
  type KeyPair,
  type PrivateKey,
  type PublicKey,
  type SrpGroupName,
  type SrpKey,
  wipe,
} from '../../apps/crypto/crypto.ts'
import type { Awaitable } from '../certificate/awaitable.ts'
import type { PathOptions } from '../certificate/ssl_certificate.ts'
import type { TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { CertificateTraits } from '../record/cipher_choice.ts'
import type { CipherSuite } from '../record/cipher_suites.ts'
import type { AlertDescription } from '../record/ssl_alert.ts'
import type { RecordLimits } from '../record/ssl_record.ts'
import type { Role } from '../record/tls_v1.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import type { SignatureScheme } from './hash_signs.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import type { ServerParams } from './key_exchange.ts'

/** Who one is and can prove to be. */
export interface OwnIdentity {
  /** DER, the own certificate first. */
  readonly chain: readonly Uint8Array[]
  readonly key: PrivateKey
  readonly traits: CertificateTraits
  /** DER: the names of those who issued the certificates of the chain. */
  readonly issuers: readonly Uint8Array[]
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
  /** The preferred first. */
  readonly identities: readonly OwnIdentity[]
  readonly trusted: TrustStore
  /** How the peer's certificates are checked; a server asks for them only with `verify_peer`. */
  readonly path: PathOptions
  readonly fail_if_no_peer_cert: boolean
  readonly honor_cipher_order: boolean
  /** Server: whether its own order of `groups` counts. */
  readonly honor_ecc_order: boolean
  /** Client: what it offers; server: what it can speak, in order of preference; undefined: no ALPN. */
  readonly alpn: readonly string[] | undefined
  /** Client: the name to send. */
  readonly server_name: string | undefined
  /** Under what policy sessions are made: see `Session.policy`. */
  readonly policy: string
  /** Client: it tries again with an older version than it knows. RFC 7507 */
  readonly fallback: boolean
  /** Server: the group of its ephemeral Diffie-Hellman keys. */
  readonly dh: DhGroup
  /** Client: who it is to the server; server: a hint which identity it wants. */
  readonly psk_identity: Uint8Array | undefined
  /** Client: UTF-8. */
  readonly srp_identity: { readonly user: Uint8Array; readonly password: Uint8Array } | undefined
  /** Whether there is somebody to ask for secrets: see {@link Environment.user_secret}. */
  readonly has_user_lookup: boolean
  /** Client: whether it asks for an answer of the server's OCSP responder, and for one to this very question. */
  readonly stapling: { readonly nonce: boolean } | undefined
  /** Server: what it tells a client that knows NPN but not ALPN. */
  readonly next_protocols_advertised: readonly string[] | undefined
  /** Client: how it chooses of what a server advertises by NPN. */
  readonly next_protocol_selector: NextProtocolSelector | undefined
  /** Whether nothing is renegotiated with a peer that does not know RFC 5746. */
  readonly secure_renegotiate: boolean
  /** Server: whether clients may ask for a new handshake. */
  readonly client_renegotiation: boolean
  /** Whether what stands in the padding is looked at in TLS 1.0. */
  readonly padding_check: boolean
  /** Client: whether it takes tickets; server: whether it gives them. RFC 5077 */
  readonly session_tickets: boolean
  /** Client: what it asks for. RFC 6066 §4 */
  readonly max_fragment_length: MaxFragmentLength | undefined
  /** Bytes of content that a protected record to this side may have; undefined: as many as ever. RFC 8449 */
  readonly record_size_limit: number | undefined
}

/** RFC 6066 §4 */
export type MaxFragmentLength = 512 | 1024 | 2048 | 4096

/** OTP: the option `client_preferred_next_protocols` */
export interface NextProtocolSelector {
  /** Whose order counts. */
  readonly precedence: Role
  readonly protocols: readonly string[]
  /** What is taken when nothing is in common; undefined: the handshake fails. */
  readonly otherwise: string | undefined
}

/** What a user is known by on a server that speaks SRP. */
export interface SrpUser {
  readonly group: SrpGroupName
  readonly salt: Uint8Array
  /** `SHA1(salt | SHA1(user | ':' | password))`: RFC 5054 §2.4 calls it x. */
  readonly derived_key: Uint8Array
}

/** What anybody can see of a user that speaks SRP. */
export interface SrpUserTraits {
  readonly group: SrpGroupName
  /** In bytes. */
  readonly salt_size: number
}

/** What a message needs that only the user can tell. OTP: the first two arguments of `user_lookup_fun` */
export type Question =
  /** Server: whose identity the client claims; client: the server's hint, if it gave one. */
  | readonly ['psk', Uint8Array | undefined]
  /** Server: the user that the client claims to be. */
  | readonly ['srp', Uint8Array]

/** What the user tells; `'error'`: nothing is known of that identity. */
export type UserSecret = readonly ['psk', Uint8Array] | readonly ['srp', SrpUser] | 'error'

/** What a handshake takes from the world: chance, time, and the sessions there are. */
export interface Environment {
  random_bytes(size: number): Uint8Array
  generate_key(curve: Curve): KeyPair
  /** Undefined: no keys can be made in this group. */
  dh_generate_key(group: DhGroup): DhKeyPair | undefined
  srp_client_key(group: SrpGroupName): SrpKey
  srp_server_key(group: SrpGroupName, derived_key: Uint8Array): SrpKey
  /** Milliseconds since 1970. */
  system_time(): number
  /** Milliseconds of a clock that never goes back. */
  monotonic_time(): number
  /** The peer's hello has come: a promise holds the handshake up until it tells under which configuration it goes on. */
  hello_heard?(
    extensions: ClientHello['extensions'] | ServerHello['extensions'],
  ): PromiseLike<HandshakeConfig> | undefined
  /** Server: the session of that ticket or id, if this server is willing to go on with it under `config`. */
  resume(asked: ResumptionWish, config: HandshakeConfig): Awaitable<Session | undefined>
  /** Server: the session as something that the client can keep in its stead; undefined: it cannot. RFC 5077 */
  seal_ticket(session: Session): Ticket | undefined
  user_secret(question: Question): Awaitable<UserSecret>
  /** Server: bytes that nobody knows, always the same: what is told of users that there are not. */
  readonly unknown_users_seed: Uint8Array
  /** Server: what the users of SRP have in common; undefined: none was asked for yet. */
  readonly known_users?: SrpUserTraits | undefined
}

/** RFC 5077 §3.3 */
export interface Ticket {
  readonly bytes: Uint8Array
  /** For how many seconds the server means to know it; 0: it does not say. */
  readonly lifetime_hint: number
}

/** How a client asks to go on with a session. */
export interface ResumptionWish {
  readonly session_id: Uint8Array
  /** Empty or undefined: it has none. */
  readonly ticket: Uint8Array | undefined
  /** As whom it would log in with SRP. */
  readonly srp_user: Uint8Array | undefined
  /** The name it asks for. */
  readonly server_name: string | undefined
  readonly max_fragment_length: number | undefined
}

/** One side's half of a key exchange. */
export type OwnShare =
  | readonly ['ecdh', Curve, KeyPair]
  | readonly ['dh', DhGroup, DhKeyPair]
  | readonly ['srp', SrpGroupName, SrpKey]

/** The Finished messages of a handshake. RFC 5746 §3.1 */
export type VerifyData = Readonly<Record<Role, Uint8Array | undefined>>

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
  /** When this is a renegotiation: what the handshake before it has left. */
  readonly previous: HandshakeData | undefined
  /** All messages so far, header included, both sides'. */
  readonly history: readonly Uint8Array[]
  /** The negotiated version. */
  readonly version: ProtocolVersion | undefined
  /** The wire code of the newest version that the client has told of. */
  readonly client_version: number | undefined
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
  readonly encrypt_then_mac: boolean | undefined
  /** Whether the peer knows RFC 5746. */
  readonly secure_renegotiation: boolean | undefined
  readonly verify_data: VerifyData
  /** The protocol that ALPN or NPN chose. */
  readonly protocol: string | undefined
  /** What the server has advertised by NPN: the client is to tell its choice. */
  readonly next_protocols: readonly string[] | undefined
  /** Server: the name that the client asked for. */
  readonly server_name: string | undefined
  /** Bytes, where both sides have agreed on smaller records by RFC 6066 §4. */
  readonly max_fragment_length: number | undefined
  /** A ticket comes, or is to be given, at the end. */
  readonly ticket_expected: boolean
  /** Client: what the server has given it. */
  readonly ticket: Ticket | undefined
  /** The scheme that this side signs with, in TLS 1.2. */
  readonly scheme: SignatureScheme | undefined
  /** Server: a curve that both sides know; client: the one that the server uses. */
  readonly curve: Curve | undefined
  /** Server: its half of the key exchange, until it is used. */
  readonly own_share: OwnShare | undefined
  /** Client: what the server has told of its half. */
  readonly peer_share: ServerParams | undefined
  /** Client: the server's hint for a pre-shared key. */
  readonly psk_hint: Uint8Array | undefined
  /** Server: who the client says it is, to PSK or SRP. */
  readonly identity: Uint8Array | undefined
  /** What the user told of the peer, until it is used. */
  readonly user_secret: UserSecret | undefined
  /** Client: bytes that the server's OCSP responder is to have signed; undefined: none were sent. RFC 8954 */
  readonly status_nonce: Uint8Array | undefined
  /** Client: the server has promised an answer of its OCSP responder. */
  readonly status_expected: boolean
  /** Client: DER; what the server has shown, until that answer has come, or would have. */
  readonly shown: readonly Uint8Array[] | undefined
  readonly peer: Peer | undefined
  /** Client: the server wants to know who it is. */
  readonly certificate_requested: boolean | undefined
  /** Server: who it is in this handshake; client: who it is, if it was asked, to what the server would take. */
  readonly own: OwnIdentity | undefined
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
  | readonly ['limits', RecordLimits]
  | readonly ['warning', AlertDescription]
  | readonly ['connected']

/** What the record layer needs to make its keys. */
export interface PendingKeys {
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  readonly encrypt_then_mac: boolean
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
  previous?: HandshakeData,
): HandshakeData => ({
  role,
  config,
  environment,
  previous,
  history: [],
  version: undefined,
  client_version: undefined,
  client_random: undefined,
  server_random: undefined,
  client_hello: undefined,
  offered: undefined,
  resumed: false,
  session_id: undefined,
  suite: undefined,
  extended_master_secret: undefined,
  encrypt_then_mac: undefined,
  secure_renegotiation: undefined,
  verify_data: { client: undefined, server: undefined },
  protocol: previous?.protocol,
  next_protocols: undefined,
  server_name: undefined,
  max_fragment_length: undefined,
  ticket_expected: false,
  ticket: undefined,
  scheme: undefined,
  curve: undefined,
  own_share: undefined,
  peer_share: undefined,
  psk_hint: undefined,
  identity: undefined,
  user_secret: undefined,
  status_nonce: undefined,
  status_expected: false,
  shown: undefined,
  peer: undefined,
  certificate_requested: undefined,
  own: undefined,
  master_secret: undefined,
})

/** What remains of a handshake that is done. */
export function forget_handshake(data: HandshakeData): HandshakeData {
  wipe_secret(data.user_secret)
  if (data.previous?.master_secret) wipe(data.previous.master_secret)
  return {
    ...data,
    previous: undefined,
    history: [],
    client_hello: undefined,
    status_nonce: undefined,
    next_protocols: undefined,
    own_share: undefined,
    peer_share: undefined,
    user_secret: undefined,
  }
}

/** What remains of a connection that is over. Secrets are overwritten. */
export function forget_secrets(data: HandshakeData): HandshakeData {
  if (data.master_secret) wipe(data.master_secret)
  wipe_secret(data.user_secret)
  const previous = data.previous && forget_secrets(data.previous)
  return { ...data, previous, own_share: undefined, user_secret: undefined, master_secret: undefined }
}

/** It is a copy: what a user has given is the user's. */
function wipe_secret(secret: UserSecret | undefined): void {
  if (secret === undefined || secret === 'error') return
  wipe(secret[0] === 'psk' ? secret[1] : secret[1].derived_key)
}
