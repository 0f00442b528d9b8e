// A client's check of what a server chose of what it was offered.

import { accept_suite } from '../record/cipher_choice.ts'
import { renegotiation_info_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import { type ProtocolVersion, version_from_code } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import { refuse_another_server, refuse_unbound_secret } from './bound_secret.ts'
import { is_downgraded } from './downgrade.ts'
import { is_block_cipher, refuse_weaker_order } from './encrypt_then_mac.ts'
import type { HandshakeConfig, HandshakeData } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { extension_code, get_extension } from './hello_extensions.ts'
import { choose_next_protocol } from './next_protocol.ts'
import { check_server } from './renegotiation_info.ts'
import { go_on_with } from './resumption.ts'

/**
 * Takes over what the server chose.
 *
 * @throws {@link Alert} `protocol_version`, `illegal_parameter`, `unsupported_extension`, `handshake_failure`:
 *   the server chose what it was not offered
 */
export function accept_server_hello(data: HandshakeData, hello: ServerHello): HandshakeData {
  const { config, offered } = data
  const version = accept_version(data, hello)
  if (hello.compression_method !== 'null') throw new Alert('illegal_parameter', 'compression method')
  refuse_unasked(data.client_hello!, hello, version)
  refuse_unreadable(hello)

  const suite = accept_suite(hello.cipher_suite, config.ciphers, version)
  const encrypt_then_mac = get_extension(hello.extensions, 'encrypt_then_mac') ?? false
  if (encrypt_then_mac && !is_block_cipher(suite)) throw new Alert('illegal_parameter', 'encrypt_then_mac')
  const chosen: HandshakeData = {
    ...data,
    version,
    server_random: new Uint8Array(hello.random),
    session_id: new Uint8Array(hello.session_id),
    suite,
    encrypt_then_mac,
    extended_master_secret: get_extension(hello.extensions, 'extended_master_secret') ?? false,
    secure_renegotiation: check_server(data, hello),
    max_fragment_length: get_extension(hello.extensions, 'max_fragment_length'),
    ticket_expected: get_extension(hello.extensions, 'session_ticket') ?? false,
    status_expected: get_extension(hello.extensions, 'status_request') ?? false,
    ...accept_protocol(data, hello),
  }
  const resumed = offered !== undefined && same_id(offered.session_id, hello.session_id)
  const accepted = resumed ? resume(chosen, offered, version) : chosen
  refuse_weaker_order(accepted)
  refuse_unbound_secret(accepted)
  return accepted
}

/** RFC 5246 §7.4.1.3; a renegotiation stays with the version. */
function accept_version({ config, previous }: HandshakeData, hello: ServerHello): ProtocolVersion {
  const version = version_from_code(hello.server_version)
  if (version === undefined || !config.versions.includes(version)) {
    throw new Alert('protocol_version', hello.server_version)
  }
  if (previous && previous.version !== version) throw new Alert('protocol_version', 'renegotiated')
  if (is_downgraded(hello.random, version, config.versions)) throw new Alert('illegal_parameter', 'downgrade')
  return version
}

const renegotiation_info = extension_code(['renegotiation_info', new Uint8Array(0)])

/**
 * RFC 5246 §7.4.1.4: a server may answer only what it was asked; the SCSV asks for renegotiation_info, which is also all
 * that SSL 3.0 has to answer.
 */
function refuse_unasked(
  asked: ClientHello,
  { extensions = [] }: ServerHello,
  version: ProtocolVersion,
): void {
  const codes = new Set(version === 'sslv3' ? [] : (asked.extensions ?? []).map(extension_code))
  const asks_again = get_extension(asked.extensions, 'renegotiation_info') !== undefined
  if (asks_again || asked.cipher_suites.includes(renegotiation_info_scsv)) codes.add(renegotiation_info)
  const unasked = extensions.find(extension => !codes.has(extension_code(extension)))
  if (unasked) throw new Alert('unsupported_extension', unasked[0])
}

/** RFC 8422 §5.2 */
function refuse_unreadable({ extensions }: ServerHello): void {
  const formats = get_extension(extensions, 'ec_point_formats')
  if (formats && !formats.includes('uncompressed')) throw new Alert('illegal_parameter', 'point formats')
}

/** RFC 7301 §3.1; draft-agl-tls-nextprotoneg-04 §3. A server that knows both has to choose between them. */
function accept_protocol(
  { config, protocol }: HandshakeData,
  { extensions }: ServerHello,
): Pick<HandshakeData, 'protocol' | 'next_protocols'> {
  const next_protocols = get_extension(extensions, 'next_protocol_negotiation')
  const chosen = get_extension(extensions, 'alpn')
  if (next_protocols === undefined)
    return { protocol: accept_alpn(config, chosen) ?? protocol, next_protocols }
  if (chosen !== undefined) throw new Alert('handshake_failure', 'ALPN and NPN')
  return { protocol: choose_next_protocol(config.next_protocol_selector!, next_protocols), next_protocols }
}

function accept_alpn({ alpn }: HandshakeConfig, chosen: string | undefined): string | undefined {
  if (chosen !== undefined && !alpn?.includes(chosen)) throw new Alert('illegal_parameter', ['alpn', chosen])
  return chosen
}

/** RFC 5246 §7.4.1.3, RFC 7627 §5.3: what the session was made with stays. */
function resume(data: HandshakeData, session: Session, version: ProtocolVersion): HandshakeData {
  if (session.version !== version || session.cipher_suite !== data.suite!.code) {
    throw new Alert('illegal_parameter', 'a resumed session with another version or suite')
  }
  if (session.extended_master_secret !== data.extended_master_secret) {
    throw new Alert('handshake_failure', 'a resumed session with another kind of master secret')
  }
  refuse_another_server(data, session.peer_certificate)
  return go_on_with(data, session)
}

const same_id = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length > 0 && left.length === right.length && left.every((byte, index) => byte === right[index])
