// The options of a connection: as users write them, and as they are once they were checked and completed.

import type { Curve, SrpGroupName } from '../../apps/crypto/crypto.ts'
import type {
  ConnectOptions as TcpConnectOptions,
  ListenOptions as TcpListenOptions,
} from '../../apps/kernel/inet_options.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'
import type { MaxFragmentLength } from '../handshake/handshake_data.ts'
import type { CiphersOption } from '../record/cipher_choice.ts'
import type { CipherSuite, ErlangSuite } from '../record/cipher_suites.ts'
import type { Role } from '../record/tls_v1.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import type {
  CertificateOptions,
  CertificateValues,
  ClientCertificateOptions,
  Path,
} from './certificate_options.ts'
import type { CbInfo } from './ssl_socket.ts'

// ---- As users write them

/** The name of an application protocol, 1 to 255 bytes. In a string each code unit is a byte. */
export type ProtocolName = string | Uint8Array

/**
 * A server's say in whether a session goes on.
 *
 * @param peer_certificate - DER; undefined when the client has shown none
 * @param compression - 0: none
 */
export type ReuseSessionFun = (
  session_id: Uint8Array,
  peer_certificate: Uint8Array | undefined,
  compression: 0,
  cipher_suite: ErlangSuite,
) => boolean

/** The options for connections whose client asks for that name; undefined: those there are. */
export type SniFun = (
  server_name: string,
) => SecurityOptions | undefined | PromiseLike<SecurityOptions | undefined>

/**
 * Tells the secret of somebody who is known by a name, and is given what stands behind it in the option.
 *
 * - `'psk'`: a server is given the identity that the client claims, a client the server's hint, or undefined if there
 *   is none; it gives `['ok', secret]`
 * - `'srp'`, servers only: the user's name, UTF-8; it gives `['ok', [group, salt, derived_key]]`, where the derived key
 *   is `SHA1(salt | SHA1(user | ':' | password))`
 *
 * @returns anything else means that nobody is known by that name
 */
export type UserLookupFun = (
  kind: 'psk' | 'srp',
  name: Uint8Array | undefined,
  state: Term,
) => UserLookupResult | PromiseLike<UserLookupResult>

/** What a {@link UserLookupFun} gives. */
export type UserLookupResult =
  | readonly ['ok', Uint8Array | readonly [group: SrpGroupName, salt: Uint8Array, derived_key: Uint8Array]]
  | 'error'

/**
 * Whose order counts in the choice of a protocol by NPN, the client's protocols, and the one that is taken when there is
 * none in common.
 */
export type NextProtocols =
  | readonly [precedence: Role, protocols: readonly ProtocolName[]]
  | readonly [precedence: Role, protocols: readonly ProtocolName[], otherwise: ProtocolName]

/** What decides about one connection's security, whichever side it is on. */
interface CommonOptions extends CertificateOptions {
  /**
   * In any order. Default: what the application's environment says under `protocol_version`, else all but `'sslv3'`
   */
  readonly versions?: readonly ProtocolVersion[]
  /**
   * Cipher suites by tuple, map, name or wire code, the preferred first. Default: all that need not be asked for
   * by name
   */
  readonly ciphers?: CiphersOption
  /**
   * Curves for keys of the occasion, the preferred first; a client knows no others, also not of a certificate whose key
   * is to agree. Default: x25519, secp256r1, x448, secp521r1, secp384r1, then what else is no shorter
   */
  readonly eccs?: readonly Curve[]
  /** Function and state: tells the secrets of PSK and SRP. Whoever uses suites of these must have it. */
  readonly user_lookup_fun?: readonly [UserLookupFun, state: Term]
  /**
   * Client: who it is to a server that asks for a pre-shared key, 1 to 65535 bytes of UTF-8. Default: `psk_identity`.
   * Server: a hint for that. Default: none
   */
  readonly psk_identity?: string
  /** Whether to renegotiate only with a peer that does so securely, by RFC 5746. Default: false */
  readonly secure_renegotiate?: boolean
  /**
   * After how many records sent new keys are agreed on, at least 1. More than 2^28 is as that many, the default.
   */
  readonly renegotiate_at?: number
  /**
   * Whether the padding of TLS 1.0 is looked at. `false` opens the connection to attacks, and is for peers that get it
   * wrong. Default: true
   */
  readonly padding_check?: boolean
  /**
   * Bytes of content that the peer may put into one protected record, 64 to 16384, if it knows RFC 8449.
   * Default: nothing is said, and records are as large as ever
   */
  readonly record_size_limit?: number
  /** Has no effect, as in OTP: a client is verified each time. */
  readonly verify_client_once?: boolean
  /** Has no effect, as in OTP: what once chose between two implementations. */
  readonly ssl_imp?: Term
  /** Has no effect: there are no nodes to connect. */
  readonly erl_dist?: boolean
  /** There is no other. */
  readonly protocol?: 'tls'
  /** Client: whether to go on with an earlier session if it can; server: whether it may. Default: true */
  readonly reuse_sessions?: boolean
  /** Milliseconds without any event after which a connection lets go of what it does not need. Default: never */
  readonly hibernate_after?: number | 'infinity' | undefined
  /** Whether alerts, sent or received, and handshakes that break off are told to the logger. Default: true */
  readonly log_alert?: boolean
}

interface ServerOptions {
  /** The group for ephemeral Diffie-Hellman keys: DHParameter, DER; it takes precedence over `dhfile`. */
  readonly dh?: Uint8Array
  /** PEM, with `DH PARAMETERS`. Without any of both, or in the file: the group of 2048 bits of RFC 3526 */
  readonly dhfile?: Path
  /** Whether clients may ask for a new handshake on a connection. Default: true */
  readonly client_renegotiation?: boolean
  /** What a client that knows NPN is told it can choose from. Default: no NPN */
  readonly next_protocols_advertised?: readonly ProtocolName[]
  /** The protocols the server can speak, the preferred first. Default: no protocol is negotiated */
  readonly alpn_preferred_protocols?: readonly ProtocolName[]
  /** With `'verify_peer'`: whether a client must show a certificate. Default: false */
  readonly fail_if_no_peer_cert?: boolean
  /** With `reuse_sessions`: is asked before a session goes on. Default: it does */
  readonly reuse_session?: ReuseSessionFun
  /** Whether the server's order of suites counts and not the client's. Default: false */
  readonly honor_cipher_order?: boolean
  /** Whether the server's order of curves counts and not the client's. Default: true */
  readonly honor_ecc_order?: boolean
}

/** What `handshake` on an accepted socket, `sni_hosts` and `sni_fun` can say anew; the rest stays. */
export interface SecurityOptions extends CommonOptions, ServerOptions {
  /**
   * `'hello'`: the handshake stands still once the client's hello has come, so that one can look at it, and say options
   * anew: see `handshake_continue`. Default: `'full'`
   */
  readonly handshake?: 'full' | 'hello'
  /**
   * Whether clients that can are given their session to keep, sealed, so that it goes on though the server has forgotten
   * it. Default: `'disabled'`
   */
  readonly session_tickets?: 'disabled' | 'stateless'
}

interface TransportOptions {
  /**
   * The transport: a module with the functions of `gen_tcp` and `inet`, and the tags of its messages.
   * Default: TCP, `'tcp'`, `'tcp_closed'`, `'tcp_error'`
   */
  readonly cb_info?: CbInfo
}

/** OTP: the options of `ssl:connect/2,3,4`; those of sockets among them. */
export interface ConnectOptions
  extends CommonOptions,
    ClientCertificateOptions,
    TransportOptions,
    TcpConnectOptions {
  /** The protocols the client can speak, the preferred first. Default: no protocol is negotiated */
  readonly alpn_advertised_protocols?: readonly ProtocolName[]
  /**
   * The name to ask the server for, and that its certificate must be for; `'disable'`: none, and the certificate may
   * be for any. Default: the host connected to
   */
  readonly server_name_indication?: string
  /** The protocols for NPN, and how to choose among them. Default: no NPN */
  readonly client_preferred_next_protocols?: NextProtocols
  /** User, 1 to 255 bytes of UTF-8, and password for SRP. Without it no suites of SRP can be used. */
  readonly srp_identity?: readonly [user: string, password: string]
  /**
   * Whether this is another try after one with a newer version has failed: a server that knows a newer one refuses it.
   * Default: false. RFC 7507
   */
  readonly fallback?: boolean
  /** Whether to take the tickets that a server gives, and to show them when a session is to go on. Default: `'auto'` */
  readonly session_tickets?: 'disabled' | 'auto'
  /** Bytes of content that records may have in either direction, if the server agrees. Default: 16384 */
  readonly max_fragment_length?: MaxFragmentLength
  /** `'hello'`: see {@link PausingConnectOptions}. Default: `'full'` */
  readonly handshake?: 'full'
}

/** {@link ConnectOptions} for a handshake that stands still once the server's hello has come: no session is offered. */
export interface PausingConnectOptions extends Omit<ConnectOptions, 'handshake'> {
  readonly handshake: 'hello'
}

/** OTP: the options of `ssl:listen/2`; those of sockets among them. */
export interface ListenOptions extends SecurityOptions, TransportOptions, TcpListenOptions {
  /** Other options by the name that the client asks for, which must be the very same. Not with `sni_fun`. */
  readonly sni_hosts?: Readonly<Record<string, SecurityOptions>>
  /** Gives other options by the name that the client asks for. Not with `sni_hosts`. */
  readonly sni_fun?: SniFun
}

// ---- Checked and completed

/** What each option comes to, given or not. */
export interface OptionValues extends CertificateValues {
  readonly versions: readonly ProtocolVersion[]
  /** The preferred first. */
  readonly ciphers: readonly CipherSuite[]
  /** The preferred first; not empty. */
  readonly eccs: readonly Curve[] | undefined
  readonly dh: Uint8Array | undefined
  readonly dhfile: string | undefined
  readonly user_lookup_fun: readonly [UserLookupFun, state: Term] | undefined
  readonly psk_identity: string | undefined
  readonly srp_identity: readonly [user: string, password: string] | undefined
  readonly fallback: boolean
  readonly secure_renegotiate: boolean
  readonly client_renegotiation: boolean
  /** Records; at most 2^28. */
  readonly renegotiate_at: number
  /** Each code unit is a byte. */
  readonly next_protocols_advertised: readonly string[] | undefined
  /** Each code unit is a byte. */
  readonly client_preferred_next_protocols: NextProtocolValues | undefined
  readonly padding_check: boolean
  readonly session_tickets: 'disabled' | 'auto' | 'stateless'
  readonly max_fragment_length: MaxFragmentLength | undefined
  readonly record_size_limit: number | undefined
  readonly verify_client_once: boolean
  readonly ssl_imp: Term
  readonly erl_dist: boolean
  readonly protocol: 'tls'
  readonly reuse_sessions: boolean
  readonly handshake: 'full' | 'hello'
  /** Milliseconds; undefined: never. */
  readonly hibernate_after: number | undefined
  readonly log_alert: boolean
  readonly cb_info: CbInfo
  /** Each code unit is a byte. */
  readonly alpn_advertised_protocols: readonly string[] | undefined
  readonly server_name_indication: string | undefined
  /** Each code unit is a byte. */
  readonly alpn_preferred_protocols: readonly string[] | undefined
  readonly fail_if_no_peer_cert: boolean
  readonly reuse_session: ReuseSessionFun | undefined
  readonly honor_cipher_order: boolean
  readonly honor_ecc_order: boolean
  readonly sni_hosts: Readonly<Record<string, SecurityOptions>> | undefined
  readonly sni_fun: SniFun | undefined
}

/** {@link NextProtocols}, with names in which each code unit is a byte. */
export type NextProtocolValues =
  | readonly [precedence: Role, protocols: readonly string[]]
  | readonly [precedence: Role, protocols: readonly string[], otherwise: string]

/** The options of one connection. Who keeps what follows from them can do so by this object: it never changes. */
export interface SslOptions extends OptionValues {
  /** Client: no authorities were given, and those of the platform count. */
  readonly platform_cacerts: boolean
  /** Client: the name to send. */
  readonly server_name: string | undefined
  /** Client: the name or address that the server's certificate must be for; undefined: any. */
  readonly hostname: string | undefined
  /**
   * Server: the options for a client that asks for that name, `undefined` when they are these. Undefined when there
   * is nothing to look up. For one name of `sni_hosts` it is the same object each time.
   */
  readonly sni: SniLookup | undefined
}

export type SniLookup = (
  server_name: string,
) => Result<SslOptions | undefined> | Promise<Result<SslOptions | undefined>>
