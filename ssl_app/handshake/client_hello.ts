// What a client asks for, and its check of what the server chose of it.

import { accept_suite } from '../record/cipher_choice.ts'
import { renegotiation_info_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import {
  highest_version,
  type ProtocolVersion,
  version_codes,
  version_from_code,
} from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import type { HandshakeConfig, HandshakeData, Step } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { type ClientHelloExtension, extension_code, get_extension } from './hello_extensions.ts'
import { go_on_with } from './resumption.ts'
import { hello_random, write } from './ssl_handshake.ts'

/**
 * The first message of a connection.
 *
 * @param offered - a session to go on with, if the server is willing
 */
export function start(data: HandshakeData, offered: Session | undefined): Step {
  const { config, environment } = data
  const client_hello: ClientHello = {
    client_version: version_codes[highest_version(config.versions)],
    random: hello_random(environment),
    session_id: offered?.session_id ?? new Uint8Array(0),
    cipher_suites: [renegotiation_info_scsv, ...config.ciphers.map(({ code }) => code)],
    compression_methods: ['null'],
    extensions: extensions(config),
  }
  const [written, actions] = write(data, ['client_hello', client_hello])
  return [{ ...written, client_hello, client_random: client_hello.random, offered }, ...actions]
}

/**
 * Takes over what the server chose.
 *
 * @throws {@link Alert} `protocol_version`, `illegal_parameter`, `unsupported_extension`, `handshake_failure`:
 *   the server chose what it was not offered
 */
export function accept_server_hello(data: HandshakeData, hello: ServerHello): HandshakeData {
  const { config, offered } = data
  const version = version_from_code(hello.server_version)
  if (version === undefined || !config.versions.includes(version)) {
    throw new Alert('protocol_version', hello.server_version)
  }
  if (hello.compression_method !== 'null') throw new Alert('illegal_parameter', 'compression method')
  refuse_unasked(data.client_hello!, hello)
  refuse_unreadable(hello)

  const chosen = {
    ...data,
    version,
    server_random: new Uint8Array(hello.random),
    session_id: new Uint8Array(hello.session_id),
    suite: accept_suite(hello.cipher_suite, config.ciphers, version),
    extended_master_secret: get_extension(hello.extensions, 'extended_master_secret') ?? false,
    secure_renegotiation: accept_renegotiation_info(hello),
    alpn: accept_alpn(config, hello),
  }
  const resumed = offered !== undefined && same_id(offered.session_id, hello.session_id)
  return resumed ? resume(chosen, offered, version) : chosen
}

function extensions(config: HandshakeConfig): ClientHelloExtension[] {
  const list: ClientHelloExtension[] = []
  if (config.server_name !== undefined) list.push(['server_name', config.server_name])
  list.push(['extended_master_secret', true])
  list.push(['supported_groups', config.groups], ['ec_point_formats', ['uncompressed']])
  if (config.alpn !== undefined) list.push(['alpn', config.alpn])
  list.push(['signature_algorithms', config.signature_algs])
  return list
}

/** RFC 5246 §7.4.1.4: a server may answer only what it was asked; the SCSV asks for renegotiation_info. */
function refuse_unasked(asked: ClientHello, { extensions = [] }: ServerHello): void {
  const codes = new Set((asked.extensions ?? []).map(extension_code))
  for (const extension of extensions) {
    if (extension[0] === 'renegotiation_info' || codes.has(extension_code(extension))) continue
    throw new Alert('unsupported_extension', extension[0])
  }
}

/** RFC 8422 §5.2 */
function refuse_unreadable({ extensions }: ServerHello): void {
  const formats = get_extension(extensions, 'ec_point_formats')
  if (formats && !formats.includes('uncompressed')) throw new Alert('illegal_parameter', 'point formats')
}

/** RFC 5746 §3.4: whether it is there, and empty as it must be at first. */
function accept_renegotiation_info({ extensions }: ServerHello): boolean {
  const verify_data = get_extension(extensions, 'renegotiation_info')
  if (verify_data !== undefined && verify_data.length > 0)
    throw new Alert('handshake_failure', 'renegotiation_info')
  return verify_data !== undefined
}

/** RFC 7301 §3.1 */
function accept_alpn({ alpn }: HandshakeConfig, { extensions }: ServerHello): string | undefined {
  const chosen = get_extension(extensions, 'alpn')
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
  return go_on_with(data, session)
}

const same_id = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length > 0 && left.length === right.length && left.every((byte, index) => byte === right[index])
