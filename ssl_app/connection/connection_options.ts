// The options of a connection: as users write them, and as they are once they were checked and completed.

import type {
  ConnectOptions as TcpConnectOptions,
  ListenOptions as TcpListenOptions,
} from '../../apps/kernel/inet_options.ts'
import type { CombinedCert } from '../../apps/public_key/pubkey_os_cacerts.ts'
import type { VerifyFun } from '../../apps/public_key/verify_fun.ts'
import type { Result, Term } from '../../runtime/erlang/term.ts'
import type { PartialChain } from '../certificate/ssl_certificate.ts'
import type { CiphersOption } from '../record/cipher_choice.ts'
import type { CipherSuite, ErlangSuite } from '../record/cipher_suites.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import type { CbInfo } from './ssl_socket.ts'

// ---- As users write them

/** A private key: the type of the DER, and the DER. */
export type KeyOption = readonly [
  type: 'RSAPrivateKey' | 'DSAPrivateKey' | 'ECPrivateKey' | 'PrivateKeyInfo',
  der: Uint8Array,
]

/** The path of a file, also as its bytes in UTF-8. */
export type Path = string | Uint8Array

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

/** What decides about one connection's security, whichever side it is on. */
interface CommonOptions {
  /** Default: `['tlsv1.2']` */
  readonly versions?: readonly ProtocolVersion[]
  /**
   * Whether the peer must show a certificate that holds. With `'verify_peer'` it must lead to one of `cacerts` or
   * `cacertfile`, one of which is to be given unless a `verify_fun` decides; a client checks also that the
   * certificate is for the host it wants. A client that overlooks this option gets that, and where it
   * gives no authorities those of the platform count. Default of a server: `'verify_none'`
   */
  readonly verify?: 'verify_peer' | 'verify_none'
  /**
   * Function and initial state. It is asked about every error, every unknown extension and every certificate that is
   * good, and can overlook what is wrong. Default: overlooks nothing with `'verify_peer'`, all with `'verify_none'`
   */
  readonly verify_fun?: VerifyFun<Term>
  /** May trust a certificate that the peer shows where no authority is known. Default: `() => 'unknown_ca'` */
  readonly partial_chain?: PartialChain
  /**
   * How many certificates that are not self-issued may stand between the peer's and the authority's: 0 to 255.
   * Default: 1
   */
  readonly depth?: number
  /** The own certificate, DER; it takes precedence over `certfile`. */
  readonly cert?: Uint8Array
  /** PEM: the first certificate is the own one, others after it are those that issued it. */
  readonly certfile?: Path
  /** The own key; it takes precedence over `keyfile`. */
  readonly key?: KeyOption
  /** PEM, with exactly one private key. Default: `certfile` */
  readonly keyfile?: Path
  /** Of the key in `keyfile`, if that is encrypted. */
  readonly password?: string
  /**
   * Authorities, DER, or as `public_key.cacerts_get()` gives them; they take precedence over `cacertfile`. Those
   * between the own certificate and its root are sent along.
   */
  readonly cacerts?: readonly (Uint8Array | CombinedCert)[]
  /** PEM: as `cacerts`. Connections share what was read from it. */
  readonly cacertfile?: Path
  /**
   * Cipher suites by tuple, OpenSSL name or wire code, the preferred first. Default: all that need not be asked for
   * by name
   */
  readonly ciphers?: CiphersOption
  /** Client: whether to go on with an earlier session if it can; server: whether it may. Default: true */
  readonly reuse_sessions?: boolean
  /** Milliseconds without any event after which a connection lets go of what it does not need. Default: never */
  readonly hibernate_after?: number | 'infinity' | undefined
  /** Whether alerts, sent or received, and handshakes that break off are told to the logger. Default: true */
  readonly log_alert?: boolean
}

interface ServerOptions {
  /** The protocols the server can speak, the preferred first. Default: no protocol is negotiated */
  readonly alpn_preferred_protocols?: readonly ProtocolName[]
  /** With `'verify_peer'`: whether a client must show a certificate. Default: false */
  readonly fail_if_no_peer_cert?: boolean
  /** With `reuse_sessions`: is asked before a session goes on. Default: it does */
  readonly reuse_session?: ReuseSessionFun
  /** Whether the server's order of suites counts and not the client's. Default: false */
  readonly honor_cipher_order?: boolean
}

/** What `handshake` on an accepted socket, `sni_hosts` and `sni_fun` can say anew; the rest stays. */
export interface SecurityOptions extends CommonOptions, ServerOptions {}

interface TransportOptions {
  /**
   * The transport: a module with the functions of `gen_tcp` and `inet`, and the tags of its messages.
   * Default: TCP, `'tcp'`, `'tcp_closed'`, `'tcp_error'`
   */
  readonly cb_info?: CbInfo
}

/** OTP: the options of `ssl:connect/2,3,4`; those of sockets among them. */
export interface ConnectOptions extends CommonOptions, TransportOptions, TcpConnectOptions {
  /** The protocols the client can speak, the preferred first. Default: no protocol is negotiated */
  readonly alpn_advertised_protocols?: readonly ProtocolName[]
  /**
   * The name to ask the server for, and that its certificate must be for; `'disable'`: none, and the certificate may
   * be for any. Default: the host connected to
   */
  readonly server_name_indication?: string
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
export interface OptionValues {
  readonly versions: readonly ProtocolVersion[]
  readonly verify: 'verify_peer' | 'verify_none'
  /** Undefined: what `verify` stands for. */
  readonly verify_fun: VerifyFun<Term> | undefined
  readonly partial_chain: PartialChain | undefined
  readonly depth: number
  readonly cert: Uint8Array | undefined
  readonly certfile: string | undefined
  readonly key: KeyOption | undefined
  readonly keyfile: string | undefined
  readonly password: string
  /** DER; not empty. */
  readonly cacerts: readonly Uint8Array[] | undefined
  readonly cacertfile: string | undefined
  /** The preferred first. */
  readonly ciphers: readonly CipherSuite[]
  readonly reuse_sessions: boolean
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
  readonly sni_hosts: Readonly<Record<string, SecurityOptions>> | undefined
  readonly sni_fun: SniFun | undefined
}

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
