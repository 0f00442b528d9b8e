// What a server chooses of what a client asks for.

import type { Curve } from '../../apps/crypto/crypto.ts'
import {
  select_suite,
  suites_for_secrets,
  suites_for_version,
  suites_without_curves,
} from '../record/cipher_choice.ts'
import { type CipherSuite, fallback_scsv } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { RecordLimits } from '../record/ssl_record.ts'
import { highest_version, type ProtocolVersion, version_codes } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import { refuse_unbound_secret } from './bound_secret.ts'
import { mark_downgrade } from './downgrade.ts'
import { is_block_cipher, refuse_weaker_order } from './encrypt_then_mac.ts'
import type { HandshakeConfig, HandshakeData } from './handshake_data.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { type ClientHelloExtension, type ExtensionName, get_extension } from './hello_extensions.ts'
import { is_certified } from './key_exchange_parts.ts'
import type { NamedGroup } from './named_groups.ts'
import { serving_identities, shown_identity } from './own_identities.ts'
import { granted_length, granted_limits } from './record_limits.ts'
import { check_client } from './renegotiation_info.ts'
import { go_on_with } from './resumption.ts'
import { answered_extensions, choose_protocol, understood_extensions } from './server_extensions.ts'
import { hello_random } from './ssl_handshake.ts'

/** What a server that has read a ClientHello goes on with. */
export interface Choice {
  readonly data: HandshakeData
  readonly server_hello: ServerHello
  /** How large records are from now on; undefined: as large as before. */
  readonly limits: RecordLimits | undefined
}

/**
 * Chooses version, suite, curve and extensions, or a session to go on with.
 *
 * @throws {@link Alert} `protocol_version`, `insufficient_security`, `inappropriate_fallback`,
 *   `no_application_protocol`, `handshake_failure`, `illegal_parameter`, `no_renegotiation`, `unknown_psk_identity`;
 *   `internal_error` where all that is in common needs a certificate, and there is none
 */
export function choose(data: HandshakeData, told: ClientHello): Choice {
  if (!told.compression_methods.includes('null')) throw new Alert('illegal_parameter', 'compression methods')
  const version = choose_version(data, told)
  const hello = { ...told, extensions: understood_extensions(told, version) }
  const asked: HandshakeData = {
    ...data,
    version,
    client_version: hello.client_version,
    client_random: new Uint8Array(hello.random),
    server_random: mark_downgrade(hello_random(data.environment), version, data.config.versions),
    server_name: get_extension(hello.extensions, 'server_name'),
    extended_master_secret: asks_for(hello, 'extended_master_secret'),
    secure_renegotiation: check_client(data, hello),
    max_fragment_length: granted_length(hello.extensions),
    ...choose_protocol(data, hello),
  }
  const session = session_to_resume(asked, hello)
  const chosen = session === undefined ? begin(asked, hello) : go_on(asked, hello, session)
  refuse_weaker_order(chosen)
  refuse_unbound_secret(chosen)
  const [, limits] = granted_limits(data.config, hello) ?? []
  return { data: chosen, server_hello: answer(chosen, hello), limits }
}

function begin(asked: HandshakeData, hello: ClientHello): HandshakeData {
  const { config, environment } = asked
  const curve = common_curve(asked, hello)
  const suite = choose_suite(asked, hello, curve)
  const ticket_expected = config.session_tickets && asks_for(hello, 'session_ticket')
  return {
    ...asked,
    ...(is_certified(suite) && shown_identity(asked, hello, suite)),
    suite,
    curve,
    offered: undefined,
    ticket_expected,
    session_id: ticket_expected ? new Uint8Array(0) : environment.random_bytes(32),
    encrypt_then_mac: wants_encrypt_then_mac(hello, suite),
  }
}

/** RFC 5246 §7.4.1.3: the id comes back, whether the session was found by it or by a ticket (RFC 5077 §3.4). */
function go_on(asked: HandshakeData, hello: ClientHello, session: Session): HandshakeData {
  const suite = asked.config.ciphers.find(({ code }) => code === session.cipher_suite)!
  const session_id = new Uint8Array(hello.session_id)
  const encrypt_then_mac = wants_encrypt_then_mac(hello, suite)
  return { ...go_on_with(asked, session), suite, session_id, encrypt_then_mac }
}

/** RFC 5246 §E.1, RFC 7507 §3; a renegotiation stays with the version. */
function choose_version({ config, previous }: HandshakeData, hello: ClientHello): ProtocolVersion {
  const { versions } = config
  const could_do_better = version_codes[highest_version(versions)] > hello.client_version
  if (could_do_better && hello.cipher_suites.includes(fallback_scsv))
    throw new Alert('inappropriate_fallback')
  const possible = previous ? [previous.version!] : versions
  const understood = possible.filter(version => version_codes[version] <= hello.client_version)
  if (understood.length === 0) throw new Alert('protocol_version', hello.client_version)
  return highest_version(understood)
}

/**
 * RFC 8422 §5.1: a client that says nothing of its curves can do any; nearly all of those can do P-256.
 *
 * @throws {@link Alert} `illegal_parameter`: no uncompressed points, which every client must understand (§5.1.2)
 */
function common_curve({ config }: HandshakeData, hello: ClientHello): Curve | undefined {
  const offered = get_extension(hello.extensions, 'supported_groups')
  const formats = get_extension(hello.extensions, 'ec_point_formats') ?? ['uncompressed']
  const readable = formats.includes('uncompressed')
  if (offered !== undefined && !readable) throw new Alert('illegal_parameter', 'point formats')
  return readable ? preferred_curve(config, offered ?? ['secp256r1']) : undefined
}

function preferred_curve(
  { groups, honor_ecc_order }: HandshakeConfig,
  offered: readonly NamedGroup[],
): Curve | undefined {
  if (honor_ecc_order) return groups.find(curve => offered.includes(curve))
  return offered.find((group): group is Curve => groups.some(curve => curve === group))
}

function choose_suite(data: HandshakeData, hello: ClientHello, curve: Curve | undefined): CipherSuite {
  const possible = possible_suites(data, curve)
  const candidates = possible.filter(suite => !is_certified(suite) || shown_identity(data, hello, suite))
  const { cipher_suites } = hello
  const offers = (suites: readonly CipherSuite[]) => suites.some(({ code }) => cipher_suites.includes(code))
  if (!offers(candidates)) {
    const configured = suites_for_version(data.config.ciphers, data.version!)
    if (data.config.identities.length === 0 && offers(configured.filter(is_certified)))
      throw new Alert('internal_error', 'no certificate')
    if (offers(possible.filter(suite => serving_identities(data, hello, suite).length > 0)))
      throw new Alert('handshake_failure', 'no common signature algorithm')
    if (!asks_for(hello, 'srp') && offers(configured.filter(({ group }) => group === 'srp'))) {
      throw new Alert('unknown_psk_identity', 'no user name')
    }
  }
  return select_suite(cipher_suites, candidates, data.config.honor_cipher_order)
}

/** What certificates have nothing to do with. */
function possible_suites(data: HandshakeData, curve: Curve | undefined): CipherSuite[] {
  const { ciphers, has_user_lookup } = data.config
  const has_user = has_user_lookup && data.user_secret !== undefined
  const known = { psk: has_user_lookup, srp: has_user }
  const configured = suites_for_secrets(suites_for_version(ciphers, data.version!), known)
  return curve === undefined ? suites_without_curves(configured) : configured
}

/** RFC 7366 §3: it is for block ciphers. */
const wants_encrypt_then_mac = (hello: ClientHello, suite: CipherSuite): boolean =>
  is_block_cipher(suite) && asks_for(hello, 'encrypt_then_mac')

const asks_for = (hello: ClientHello, name: ExtensionName & ClientHelloExtension[0]): boolean =>
  get_extension(hello.extensions, name) !== undefined

/**
 * RFC 5246 §7.4.1.3, RFC 7627 §5.3. A session goes on only with the version, suite and kind of master secret that
 * it was made with; what else it needs to be is for the environment to say.
 */
function session_to_resume(data: HandshakeData, hello: ClientHello): Session | undefined {
  const session = data.offered
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

const answer = (data: HandshakeData, hello: ClientHello): ServerHello => ({
  server_version: version_codes[data.version!],
  random: data.server_random!,
  session_id: data.session_id!,
  cipher_suite: data.suite!.code,
  compression_method: 'null',
  extensions: answered_extensions(data, hello),
})
