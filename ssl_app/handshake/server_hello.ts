// What a server chooses of what a client asks for.

import type { Curve } from '../../apps/crypto/crypto.ts'
import {
  select_suite,
  suites_for_certificate,
  suites_for_version,
  suites_without_curves,
} from '../record/cipher_choice.ts'
import { type CipherSuite, fallback_scsv, renegotiation_info_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import { highest_version, type ProtocolVersion, version_codes } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import type { HandshakeConfig, HandshakeData, OwnIdentity } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { get_extension, type ServerHelloExtension } from './hello_extensions.ts'
import { go_on_with } from './resumption.ts'
import { choose_scheme, hello_random } from './ssl_handshake.ts'

/** What a server that has read a ClientHello goes on with. */
export interface Choice {
  readonly data: HandshakeData
  readonly server_hello: ServerHello
  /** The curve of the key exchange; undefined when a session goes on. */
  readonly curve: Curve | undefined
}

/**
 * Chooses version, suite, curve and extensions, or a session to go on with.
 *
 * @throws {@link Alert} `protocol_version`, `insufficient_security`, `inappropriate_fallback`,
 *   `no_application_protocol`, `handshake_failure`, `illegal_parameter`; `internal_error` without a certificate
 */
export function choose(data: HandshakeData, hello: ClientHello): Choice {
  const { config, environment } = data
  if (!hello.compression_methods.includes('null')) throw new Alert('illegal_parameter', 'compression methods')
  const version = choose_version(config, hello)
  const asked = {
    ...data,
    version,
    client_random: new Uint8Array(hello.random),
    server_random: hello_random(environment),
    server_name: get_extension(hello.extensions, 'server_name'),
    extended_master_secret: get_extension(hello.extensions, 'extended_master_secret') ?? false,
    secure_renegotiation: knows_secure_renegotiation(hello),
    alpn: choose_alpn(config, hello),
  }
  const session = session_to_resume(asked, hello)
  if (session !== undefined) return go_on(asked, hello, session)
  return begin(asked, hello)
}

function begin(asked: HandshakeData, hello: ClientHello): Choice {
  const { config, environment } = asked
  const curve = common_curve(config, hello)
  const usable = usable_suites(asked, hello, curve)
  const suite = select_suite(hello.cipher_suites, usable, config.honor_cipher_order)
  const listed = get_extension(hello.extensions, 'signature_algorithms')
  const scheme = choose_scheme(config.identity!.key, config.signature_algs, listed)
  const data = { ...asked, suite, scheme, session_id: environment.random_bytes(32) }
  return { data, server_hello: answer(data, hello), curve }
}

function go_on(asked: HandshakeData, hello: ClientHello, session: Session): Choice {
  const suite = asked.config.ciphers.find(({ code }) => code === session.cipher_suite)!
  const data = { ...go_on_with(asked, session), suite }
  return { data, server_hello: answer(data, hello), curve: undefined }
}

/** RFC 5246 §E.1, RFC 7507 §3 */
function choose_version({ versions }: HandshakeConfig, hello: ClientHello): ProtocolVersion {
  const could_do_better = version_codes[highest_version(versions)] > hello.client_version
  if (could_do_better && hello.cipher_suites.includes(fallback_scsv))
    throw new Alert('inappropriate_fallback')
  const possible = versions.filter(version => version_codes[version] <= hello.client_version)
  if (possible.length === 0) throw new Alert('protocol_version', hello.client_version)
  return highest_version(possible)
}

/** RFC 5746 §3.6 */
function knows_secure_renegotiation(hello: ClientHello): boolean {
  const verify_data = get_extension(hello.extensions, 'renegotiation_info')
  if (verify_data !== undefined && verify_data.length > 0)
    throw new Alert('handshake_failure', 'renegotiation_info')
  return verify_data !== undefined || hello.cipher_suites.includes(renegotiation_info_scsv)
}

/** RFC 7301 §3.2 */
function choose_alpn({ alpn }: HandshakeConfig, hello: ClientHello): string | undefined {
  const offered = get_extension(hello.extensions, 'alpn')
  if (offered === undefined || alpn === undefined) return undefined
  const chosen = alpn.find(protocol => offered.includes(protocol))
  if (chosen === undefined) throw new Alert('no_application_protocol', offered)
  return chosen
}

/**
 * RFC 8422 §5.1: a client that says nothing of its curves can do any; nearly all of those can do P-256.
 *
 * @throws {@link Alert} `illegal_parameter`: no uncompressed points, which every client must understand (§5.1.2)
 */
function common_curve({ groups }: HandshakeConfig, hello: ClientHello): Curve | undefined {
  const offered = get_extension(hello.extensions, 'supported_groups')
  const formats = get_extension(hello.extensions, 'ec_point_formats') ?? ['uncompressed']
  const readable = formats.includes('uncompressed')
  if (offered !== undefined && !readable) throw new Alert('illegal_parameter', 'point formats')
  return readable ? groups.find(curve => (offered ?? ['secp256r1']).includes(curve)) : undefined
}

function usable_suites(data: HandshakeData, hello: ClientHello, curve: Curve | undefined): CipherSuite[] {
  const { ciphers, identity } = data.config
  if (identity === undefined) throw new Alert('internal_error', 'no certificate')
  const configured = suites_for_version(ciphers, data.version!)
  const certified = suites_for_certificate(configured, data.version!, identity.traits)
  if (curve === undefined) return suites_without_curves(certified)
  return is_key_readable(identity, hello)
    ? certified
    : certified.filter(({ key_exchange }) => key_exchange !== 'ecdhe_ecdsa')
}

/** RFC 8422 §5.3: a certificate on a curve that the client does not know is of no use to it. */
function is_key_readable({ key }: OwnIdentity, hello: ClientHello): boolean {
  const offered = get_extension(hello.extensions, 'supported_groups')
  return key.curve === undefined || offered === undefined || offered.includes(key.curve)
}

/**
 * RFC 5246 §7.4.1.3, RFC 7627 §5.3. A session goes on only with the version, suite and kind of master secret that
 * it was made with; what else it needs to be is for the environment to say.
 */
function session_to_resume(data: HandshakeData, hello: ClientHello): Session | undefined {
  if (hello.session_id.length === 0) return undefined
  const session = data.environment.resume(hello.session_id)
  if (session === undefined || session.version !== data.version) return undefined
  const { cipher_suite } = session
  const usable = suites_for_version(data.config.ciphers, data.version).some(
    ({ code }) => code === cipher_suite,
  )
  if (!usable || !hello.cipher_suites.includes(cipher_suite)) return undefined
  if (session.extended_master_secret && !data.extended_master_secret) {
    throw new Alert('handshake_failure', 'a session with extended master secret, resumed without')
  }
  return session.extended_master_secret === data.extended_master_secret ? session : undefined
}

function answer(data: HandshakeData, hello: ClientHello): ServerHello {
  return {
    server_version: version_codes[data.version!],
    random: data.server_random!,
    session_id: data.session_id!,
    cipher_suite: data.suite!.code,
    compression_method: 'null',
    extensions: extensions(data, hello),
  }
}

/** No extensions at all, where there is nothing to say: a client that sent none may not understand any. */
function extensions(data: HandshakeData, hello: ClientHello): ServerHelloExtension[] | undefined {
  const list: ServerHelloExtension[] = []
  if (data.secure_renegotiation) list.push(['renegotiation_info', new Uint8Array(0)])
  if (data.extended_master_secret) list.push(['extended_master_secret', true])
  if (get_extension(hello.extensions, 'ec_point_formats') && !data.resumed) {
    list.push(['ec_point_formats', ['uncompressed']])
  }
  if (data.alpn !== undefined) list.push(['alpn', data.alpn])
  return list.length === 0 ? undefined : list
}
