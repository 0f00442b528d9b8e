// What the options of a connection come down to for its handshake: files are read, keys and certificates decoded.

import { type Curve, type DhGroup, dh_group, is_dh_group, supports } from '../../apps/crypto/crypto.ts'
import { all_curves, curve_bits } from '../../apps/crypto/curves.ts'
import { decode_dh_params } from '../../apps/public_key/pubkey_dh.ts'
import { cacerts_get } from '../../apps/public_key/pubkey_os_cacerts.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { report } from '../../runtime/erlang/report.ts'
import type { Result } from '../../runtime/erlang/term.ts'
import { shared_trust_store } from '../certificate/shared_trust_stores.ts'
import * as ssl_pem_cache from '../certificate/ssl_pem_cache.ts'
import { empty_trust_store, type TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { HandshakeConfig } from '../handshake/handshake_data.ts'
import { default_signature_algs, hash_sign } from '../handshake/hash_signs.ts'
import type { Role } from '../record/tls_v1.ts'
import { decoded, read_pem, Unusable, unreadable } from './config_files.ts'
import type { SslOptions } from './connection_options.ts'
import { own_identities } from './own_identity.ts'
import { path_options } from './path_options.ts'
import { session_policy } from './session_policy.ts'

const preferred_curves: readonly Curve[] = ['x25519', 'secp256r1', 'x448', 'secp521r1', 'secp384r1']

/** The curves in use today first, then the others as OTP prefers them, but none that is weaker. */
const default_curves: readonly Curve[] = [
  ...preferred_curves,
  ...all_curves.filter(curve => curve_bits(curve) >= 255 && !preferred_curves.includes(curve)),
]

/** Configurations by the options they come from, good as long as no file was dropped from the PEM cache. */
const configurations = new WeakMap<
  SslOptions,
  { readonly generation: number; readonly config: HandshakeConfig }
>()

/**
 * The configuration of a handshake. Connections with the same options share it.
 *
 * @returns `['error', reason]`: `['options', ['certfile', file, ['error', code]]]`, and the same of `keyfile` and
 *   `cacertfile` and `dhfile`, for a file that cannot be read; `['certfile', why]` and so on for one that is no PEM;
 *   `['options', ['certfile', file, ['error', why]]]` and so on for one whose contents cannot be decoded;
 *   `['options', ['cert', why]]`, and the same of `key` and `dh`
 */
export async function handshake_config(options: SslOptions, role: Role): Promise<Result<HandshakeConfig>> {
  const known = configurations.get(options)
  const generation = ssl_pem_cache.generation()
  if (known?.generation === generation) return ['ok', known.config]
  try {
    const config = await make_config(options, role)
    configurations.set(options, { generation, config })
    return ['ok', config]
  } catch (error) {
    if (error instanceof Unusable) return ['error', error.reason]
    throw error
  }
}

async function make_config(options: SslOptions, role: Role): Promise<HandshakeConfig> {
  const trusted = await authorities(options)
  return {
    versions: options.versions,
    ciphers: options.ciphers,
    groups: usable_groups(options),
    signature_algs: options.signature_algs ?? usable_signature_algs(),
    identities: await own_identities(options, trusted),
    trusted,
    path: path_options(options, role),
    fail_if_no_peer_cert: options.fail_if_no_peer_cert,
    honor_cipher_order: options.honor_cipher_order,
    honor_ecc_order: options.honor_ecc_order,
    alpn: role === 'client' ? options.alpn_advertised_protocols : options.alpn_preferred_protocols,
    server_name: options.server_name,
    policy: session_policy(options, trusted),
    fallback: options.fallback,
    dh: await own_dh_group(options),
    ...shared_secrets(options, role),
    stapling: options.stapling && { nonce: options.stapling.ocsp_nonce },
    next_protocols_advertised: options.next_protocols_advertised,
    next_protocol_selector: next_protocol_selector(options),
    secure_renegotiate: options.secure_renegotiate,
    client_renegotiation: options.client_renegotiation,
    padding_check: options.padding_check,
    session_tickets: options.session_tickets !== 'disabled',
    max_fragment_length: options.max_fragment_length,
    record_size_limit: options.record_size_limit,
  }
}

function usable_groups({ eccs = default_curves }: SslOptions): readonly Curve[] {
  const { curves } = supports()
  return eccs.filter(curve => curves.includes(curve))
}

const usable_signature_algs = () => {
  const { public_keys } = supports()
  return default_signature_algs.filter(scheme => public_keys.includes(hash_sign(scheme)!.algorithm))
}

// ---- Whom to trust

const stores = new WeakMap<object, TrustStore>()

async function authorities({ cacerts, cacertfile, platform_cacerts }: SslOptions): Promise<TrustStore> {
  if (cacerts !== undefined) return shared_store(cacerts, cacerts)
  if (cacertfile !== undefined) return authorities_of_file(cacertfile)
  if (!platform_cacerts) return empty_trust_store
  const certificates = cacerts_get()
  return shared_store(
    certificates,
    certificates.map(({ der }) => der),
  )
}

async function authorities_of_file(file: string): Promise<TrustStore> {
  const [tag, store] = await ssl_pem_cache.trust_store(file)
  if (tag === 'error') throw unreadable('cacertfile', file, store)
  return store
}

/** One store for each list, however many connections were given it. */
function shared_store(list: object, ders: readonly Uint8Array[]): TrustStore {
  let store = stores.get(list)
  if (store === undefined) {
    store = shared_trust_store(ders)
    stores.set(list, store)
    if (store.ignored > 0) {
      const message = `SSL WARNING: ignored ${store.ignored} CA certificates that could not be decoded`
      report('warning', { label: ['ssl', 'cacerts'], report: { message } })
    }
  }
  return store
}

// ---- Whom to agree with on keys

/** RFC 3526 group 14: what nobody has chosen is as strong as RSA keys of that size. */
const default_group = dh_group('modp2048')

async function own_dh_group({ dh, dhfile }: SslOptions): Promise<DhGroup> {
  if (dh !== undefined) return usable_group(dh, ['dh'])
  if (dhfile === undefined) return default_group
  const entries = await read_pem('dhfile', dhfile)
  const parameters = entries.find(([type]) => type === 'DHParameter')
  return parameters === undefined ? default_group : usable_group(parameters[1], ['dhfile', dhfile])
}

/** @throws {@link Unusable} also for numbers that keys cannot be made with */
const usable_group = (der: Uint8Array, where: readonly [string, string?]): DhGroup =>
  decoded(() => {
    const group = decode_dh_params(der)
    if (!is_dh_group(group)) throw new DecodeError('not a group of 512 to 8192 bits')
    return group
  }, where)

// ---- What both sides tell

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What OTP tells a server that wants to know more than a client was told. */
const nobody = 'psk_identity'

/** What of the options concerns secrets that both sides know already. */
function shared_secrets({ psk_identity, srp_identity, user_lookup_fun }: SslOptions, role: Role) {
  const identity = psk_identity ?? (role === 'client' ? nobody : undefined)
  return {
    psk_identity: identity === undefined ? undefined : utf8(identity),
    srp_identity: srp_identity && { user: utf8(srp_identity[0]), password: utf8(srp_identity[1]) },
    has_user_lookup: user_lookup_fun !== undefined,
  }
}

function next_protocol_selector({ client_preferred_next_protocols }: SslOptions) {
  if (client_preferred_next_protocols === undefined) return undefined
  const [precedence, protocols, otherwise] = client_preferred_next_protocols
  return { precedence, protocols, otherwise }
}
