// What a client asks for.

import { ocsp_request_extensions } from '../../apps/public_key/pubkey_ocsp.ts'
import { fallback_scsv, renegotiation_info_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import { highest_version, is_at_least, version_codes } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import { is_block_cipher } from './encrypt_then_mac.ts'
import type { HandshakeConfig, HandshakeData, Step } from './handshake_data.ts'
import type { ClientHello } from './hello.ts'
import type { ClientHelloExtension } from './hello_extensions.ts'
import { is_on_curve } from './key_exchange_parts.ts'
import { wished_limits } from './record_limits.ts'
import { hello_random, write } from './ssl_handshake.ts'

/** Bytes: as many as a responder has to take. RFC 9654 §2.1 */
const nonce_size = 32

/**
 * The first message of a handshake.
 *
 * @param session - to go on with, if the server is willing
 * @throws {@link Alert} `no_renegotiation`: the server does not know RFC 5746, and must
 */
export function start(data: HandshakeData, session: Session | undefined): Step {
  const { config, environment, previous } = data
  if (previous && !previous.secure_renegotiation && config.secure_renegotiate) {
    throw new Alert('no_renegotiation', 'not without RFC 5746')
  }
  const offered = session && recognisable(data, session)
  const status_nonce = config.stapling?.nonce ? environment.random_bytes(nonce_size) : undefined
  const client_hello: ClientHello = {
    client_version: version_codes[highest_version(config.versions)],
    random: hello_random(environment),
    session_id: offered?.session_id ?? new Uint8Array(0),
    cipher_suites: suites(data),
    compression_methods: ['null'],
    extensions: extensions({ ...data, status_nonce }, offered),
  }
  const { client_version, random: client_random } = client_hello
  const [written, actions] = write(data, ['client_hello', client_hello])
  return [{ ...written, client_hello, client_version, client_random, offered, status_nonce }, ...actions]
}

/** RFC 5077 §3.4: a server that takes the ticket says so by giving the id back, which nobody else can know. */
function recognisable({ environment, config }: HandshakeData, session: Session): Session {
  if (session.ticket === undefined || !config.session_tickets) return session
  return { ...session, session_id: environment.random_bytes(32) }
}

/** RFC 5746 §3.4 and §3.5, RFC 7507 §4 */
function suites({ config, previous }: HandshakeData): number[] {
  const codes = config.ciphers.map(({ code }) => code)
  if (config.fallback) codes.push(fallback_scsv)
  return previous ? codes : [renegotiation_info_scsv, ...codes]
}

/** SSL 3.0 has no extensions, but for what cannot be said otherwise. RFC 5746 §4.5, RFC 5054 §2.5.1 */
function extensions(data: HandshakeData, offered: Session | undefined): ClientHelloExtension[] | undefined {
  const { config, previous } = data
  const list = highest_version(config.versions) === 'sslv3' ? [] : tls_extensions(data, offered)
  if (config.srp_identity) list.push(['srp', config.srp_identity.user])
  if (previous?.secure_renegotiation) list.push(['renegotiation_info', previous.verify_data.client!])
  return list.length === 0 ? undefined : list
}

function tls_extensions(
  { config, previous, status_nonce }: HandshakeData,
  offered: Session | undefined,
): ClientHelloExtension[] {
  const list: ClientHelloExtension[] = []
  if (config.server_name !== undefined) list.push(['server_name', config.server_name])
  if (config.stapling) list.push(['status_request', ['ocsp', status_request(status_nonce)]])
  list.push(...wished_limits(config), ['extended_master_secret', true])
  if (config.ciphers.some(is_block_cipher)) list.push(['encrypt_then_mac', true])
  if (config.session_tickets) list.push(['session_ticket', offered?.ticket ?? new Uint8Array(0)])
  if (config.ciphers.some(is_on_curve)) {
    list.push(['supported_groups', config.groups], ['ec_point_formats', ['uncompressed']])
  }
  if (!previous) list.push(...protocols(config))
  if (is_at_least(highest_version(config.versions), 'tlsv1.2')) {
    list.push(['signature_algorithms', config.signature_algs])
  }
  return list
}

/** RFC 6066 §8: an answer of any responder will do. */
const status_request = (nonce: Uint8Array | undefined) => ({
  responder_ids: new Uint8Array(0),
  request_extensions: ocsp_request_extensions(nonce),
})

/** What application protocol is to be spoken is said once, at the beginning. */
function protocols({ alpn, next_protocol_selector }: HandshakeConfig): ClientHelloExtension[] {
  const list: ClientHelloExtension[] = []
  if (alpn !== undefined) list.push(['alpn', alpn])
  if (next_protocol_selector !== undefined) list.push(['next_protocol_negotiation', true])
  return list
}
