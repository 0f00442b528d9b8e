// What the handshake of a connection has come to, as people of Node ask for it.

import { certificate_as_object } from '../apps/crypto/node_certificate.ts'
import { ntoa } from '../apps/kernel/inet.ts'
import type { Result, Term } from '../runtime/erlang/term.ts'
import type { SslSocket } from './connection/ssl_socket.ts'
import { suite_from_erlang } from './record/cipher_suites.ts'
import { full_openssl_name, rfc_name } from './record/suite_names.ts'
import * as ssl from './ssl.ts'

/** Where one end of a connection is. */
export interface NodeAddress {
  readonly address: string
  readonly family: 'IPv4' | 'IPv6'
  readonly port: number
}

/** What is known of a connection once its handshake is done. */
export interface Facts {
  readonly authorized: boolean
  readonly authorizationError: Error | null
  readonly alpnProtocol: string | false
  readonly servername: string | false
  /** `'TLSv1.2'`, `'TLSv1.1'`, `'TLSv1'`, `'SSLv3'` */
  readonly protocol: string | null
  /** `name`: OpenSSL's. `standardName`: that of the RFCs. `version`: in which the suite is used. */
  readonly cipher: { readonly name: string; readonly standardName: string; readonly version: string }
  /** As Node describes one; empty when the peer has shown none. */
  readonly certificate: Readonly<Record<string, any>>
  readonly resumed: boolean
  readonly remote: NodeAddress | undefined
  readonly local: NodeAddress | undefined
}

/** Before anything is known. */
export const no_facts: Facts = {
  authorized: false,
  authorizationError: null,
  alpnProtocol: false,
  servername: false,
  protocol: null,
  cipher: { name: '', standardName: '', version: '' },
  certificate: {},
  resumed: false,
  remote: undefined,
  local: undefined,
}

/** The versions as OpenSSL, and so Node, writes them, the oldest first. */
export const version_names = {
  sslv3: 'SSLv3',
  tlsv1: 'TLSv1',
  'tlsv1.1': 'TLSv1.1',
  'tlsv1.2': 'TLSv1.2',
} as const

const items = ['protocol', 'cipher_suite', 'sni_hostname', 'session_resumption', 'verify'] as const

/**
 * Asks a connection that has shaken hands.
 *
 * @param overlooked - what was wrong with the peer's certificate
 * @returns `['error', 'closed']` when it is over already
 */
export async function facts_of(socket: SslSocket, overlooked: Error | null = null): Promise<Result<Facts>> {
  const told = await ssl.connection_information(socket, items)
  if (told[0] === 'error') return told
  const information = told[1] as Record<(typeof items)[number], Term>
  const shown = await ssl.peercert(socket)
  const agreed = await ssl.negotiated_protocol(socket)
  const protocol = version_names[information.protocol as keyof typeof version_names]
  const verified = information.verify === 'verify_peer' && shown[0] === 'ok'
  const facts: Facts = {
    authorized: verified && overlooked === null,
    authorizationError: overlooked,
    alpnProtocol: agreed[0] === 'ok' ? agreed[1] : false,
    servername: information.sni_hostname ?? false,
    protocol,
    cipher: { ...suite_names(information.cipher_suite), version: protocol },
    certificate: shown[0] === 'ok' ? certificate_as_object(shown[1]) : {},
    resumed: information.session_resumption,
    remote: node_address(ssl.peername(socket)),
    local: node_address(ssl.sockname(socket)),
  }
  return ['ok', facts]
}

function suite_names(erlang: readonly string[]) {
  const suite = suite_from_erlang(erlang)!
  return { name: full_openssl_name(suite), standardName: rfc_name(suite) }
}

/** An address as Node tells it; undefined for what has none, such as a unix domain socket. */
export function node_address([tag, address]: Result<Term>): NodeAddress | undefined {
  if (tag === 'error') return undefined
  const text = ntoa(address[0])
  if (typeof text !== 'string') return undefined
  return { address: text, family: text.includes(':') ? 'IPv6' : 'IPv4', port: address[1] }
}
