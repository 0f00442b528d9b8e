// What a connection's process keeps.

import type { Pid, Ref } from '../../runtime/erlang/pid.ts'
import type { From } from '../../runtime/otp/gen.ts'
import type { HandshakeConfig } from '../handshake/handshake_data.ts'
import type { SignatureAndHashAlgorithm } from '../handshake/hash_signs.ts'
import type { ClientHelloExtension, ServerHelloExtension } from '../handshake/hello_extensions.ts'
import type { NamedGroup } from '../handshake/named_groups.ts'
import type { TlsEngine } from '../handshake/tls_engine.ts'
import type { Role } from '../record/tls_v1.ts'
import type * as ssl_manager from '../session/ssl_manager.ts'
import type { Session } from '../session/ssl_session.ts'
import type { SslOptions } from './connection_options.ts'
import type { SslSocket, TransportSocket } from './ssl_socket.ts'
import type { EmulatedOptions, UserData } from './user_data.ts'

/** Somebody's data on its way out. */
export interface Sender {
  readonly from: From
  /** What is not encrypted yet, in pieces; mutable. */
  readonly pieces: Uint8Array[]
}

/** Somebody who waits in `recv`. */
export interface Receiver {
  readonly from: From
  /** Bytes wanted of a raw stream; 0: whatever comes. */
  readonly length: number
  /** Tells when it has waited long enough. */
  readonly timer: Ref | undefined
}

/** A new handshake that this side has wanted. */
export interface Renegotiation {
  /** Who waits for it; undefined: the keys have been used for long enough. */
  readonly from: From | undefined
  /** Undefined as long as it goes on. */
  readonly outcome: 'done' | 'rejected' | undefined
}

/** Who waits for the transport to be given back, and who gets it. */
export interface Downgrade {
  readonly from: From
  readonly owner: Pid
}

/** The extensions of a hello. */
export type HelloExtensions = readonly (ClientHelloExtension | ServerHelloExtension)[] | undefined

/**
 * What the peer's hello says, as far as it says it. What has no name here is a number.
 *
 * @see OTP: `ssl:protocol_extensions()`
 */
export interface ProtocolExtensions {
  /** The name that a client asks for. */
  readonly sni?: string
  /** What a client offers by ALPN, the preferred first; or the one that a server has chosen. */
  readonly alpn?: readonly string[]
  /** A client knows NPN: empty; what a server advertises by it. */
  readonly next_protocol_negotiation?: readonly string[]
  readonly signature_algs?: readonly SignatureAndHashAlgorithm[]
  readonly elliptic_curves?: readonly NamedGroup[]
  readonly ec_point_formats?: readonly (string | number)[]
  /** Bytes. RFC 6066 §4 */
  readonly max_fragment_length?: number
  /** Who a client is to SRP, UTF-8. */
  readonly srp?: Uint8Array
}

/** A handshake that stands still. */
export interface Paused {
  readonly extensions: ProtocolExtensions
  go_on(config: HandshakeConfig): void
}

/** Why no more data will come: `'closed'`, or an alert. */
export type Ending = 'closed' | readonly ['tls_alert', string]

/** Where sessions of a connection are found: by the server's address, or on a server by its port. */
export type SessionKey = ssl_manager.SessionKey

/** What a connection starts with. */
export interface ConnectionStart {
  readonly role: Role
  readonly host: string | undefined
  readonly session_key: SessionKey
  readonly transport_socket: TransportSocket
  readonly options: SslOptions
  readonly emulated: EmulatedOptions
  readonly owner: Pid
}

/** Mutable: it belongs to its process. */
export interface Connection {
  readonly socket: SslSocket
  readonly role: Role
  /** Client: as given to `connect`. Server: undefined. */
  readonly host: string | undefined
  /** What sessions of this connection are found by. */
  readonly session_key: SessionKey
  readonly user: UserData
  /** Those that count; on a server they may be those for the name that the client asks for. */
  options: SslOptions
  /** Those that the handshake was begun with. */
  base: SslOptions
  owner: Pid
  owner_monitor: Ref
  /** There once the handshake was begun. */
  engine: TlsEngine | undefined
  /** Who waits for the handshake. */
  starter: From | undefined
  receivers: Receiver[]
  senders: Sender[]
  /** The transport has taken all it can for now. */
  congested: boolean
  /** The transport has not taken yet what the peer has made us say. */
  answering: boolean
  /** The peer has said something. */
  heard: boolean
  /** The transport was asked for data, and has not brought any yet. */
  reading: boolean
  ending: Ending | undefined
  /** The ending is our own doing: the peer is given time to read why. */
  failed: boolean
  /** The peer was told that no more data will come from here. */
  closing: boolean
  /** Server: a ClientHello came, with this name or without one, and waits for the options of that name. */
  asked_name: readonly [string | undefined] | undefined
  /** Somebody was asked for what the handshake needs to know, and has not answered. */
  inquiring: boolean
  /** The handshake is to stand still when the peer's hello has come. */
  pausing: boolean
  /** It does. */
  paused: Paused | undefined
  /** Client: a session to go on with is looked for; the handshake begins when that is done. */
  seeking: boolean
  /** Client: the server wants a new handshake. */
  hello_requested: boolean
  renegotiation: Renegotiation | undefined
  downgrade: Downgrade | undefined
  /** Server: the name that the client asked for, if it has options of its own. */
  sni_hostname: string | undefined
  /** Records that were sent under the present keys when they had been agreed on. */
  records_before: number
  /** The session that this connection has made. */
  session: Session | undefined
  /** Client: the session with which it asked to go on. */
  offered: Session | undefined
}
