// What a server says to the extensions of a ClientHello.

import { Alert } from '../record/ssl_alert.ts'
import type { ProtocolVersion } from '../record/tls_version.ts'
import type { HandshakeData } from './handshake_data.ts'
import type { ClientHello } from './hello.ts'
import { get_extension, type ServerHelloExtension } from './hello_extensions.ts'
import { is_on_curve } from './key_exchange_parts.ts'
import { granted_limits } from './record_limits.ts'
import { server_info } from './renegotiation_info.ts'

/**
 * What counts of what a client says: in SSL 3.0, which has no extensions, only what cannot be said otherwise. The client
 * is told of nothing else, and so must not find that its server goes by it.
 *
 * @see RFC 5746 §4.5, RFC 5054 §2.5.1
 */
export const understood_extensions = (
  { extensions }: ClientHello,
  version: ProtocolVersion,
): ClientHello['extensions'] =>
  version === 'sslv3' ? extensions?.filter(([name]) => in_ssl_v3.has(name)) : extensions

const in_ssl_v3: ReadonlySet<unknown> = new Set(['server_name', 'srp', 'renegotiation_info'])

/**
 * The application protocol, by ALPN if the client knows that, else what NPN tells of. A renegotiation leaves it.
 *
 * @throws {@link Alert} `no_application_protocol`: nothing in common
 * @see RFC 7301 §3.2; draft-agl-tls-nextprotoneg-04 §3
 */
export function choose_protocol(
  { config, previous, protocol }: HandshakeData,
  { extensions }: ClientHello,
): Pick<HandshakeData, 'protocol' | 'next_protocols'> {
  const { alpn, next_protocols_advertised } = config
  const offered = get_extension(extensions, 'alpn')
  if (previous !== undefined) return { protocol, next_protocols: undefined }
  if (offered !== undefined && alpn !== undefined) {
    const chosen = alpn.find(name => offered.includes(name))
    if (chosen === undefined) throw new Alert('no_application_protocol', offered)
    return { protocol: chosen, next_protocols: undefined }
  }
  const knows_npn = get_extension(extensions, 'next_protocol_negotiation') !== undefined
  return { protocol, next_protocols: knows_npn ? next_protocols_advertised : undefined }
}

/** No extensions at all, where there is nothing to say: a client that sent none may not understand any. */
export function answered_extensions(
  data: HandshakeData,
  hello: ClientHello,
): ServerHelloExtension[] | undefined {
  const { config, suite, resumed, previous, protocol, next_protocols } = data
  const list: ServerHelloExtension[] = []
  if (data.secure_renegotiation) list.push(['renegotiation_info', server_info(data)])
  const granted = granted_limits(config, hello)
  if (granted) list.push(granted[0])
  if (data.extended_master_secret) list.push(['extended_master_secret', true])
  if (data.encrypt_then_mac) list.push(['encrypt_then_mac', true])
  if (data.ticket_expected) list.push(['session_ticket', true])
  if (get_extension(hello.extensions, 'ec_point_formats') && is_on_curve(suite!) && !resumed) {
    list.push(['ec_point_formats', ['uncompressed']])
  }
  if (next_protocols) list.push(['next_protocol_negotiation', next_protocols])
  if (protocol !== undefined && !next_protocols && !previous) list.push(['alpn', protocol])
  return list.length === 0 ? undefined : list
}
