// What the options of a connection come down to for its handshake: files are read, keys and certificates decoded.

import { type Curve, hash, type PrivateKey, sign, supports, verify } from '../../apps/crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { select_extension } from '../../apps/public_key/pubkey_extensions.ts'
import { decode_private_key, subject_public_key } from '../../apps/public_key/pubkey_keys.ts'
import { id_ce_keyUsage } from '../../apps/public_key/pubkey_oids.ts'
import { cacerts_get } from '../../apps/public_key/pubkey_os_cacerts.ts'
import { signature_scheme } from '../../apps/public_key/pubkey_signature.ts'
import { type PemEntry, pem_entry_decode } from '../../apps/public_key/public_key.ts'
import { report } from '../../runtime/erlang/report.ts'
import type { Reason, Result, Term } from '../../runtime/erlang/term.ts'
import { certificate_chain } from '../certificate/ssl_certificate.ts'
import * as ssl_pem_cache from '../certificate/ssl_pem_cache.ts'
import { empty_trust_store, TrustStore } from '../certificate/ssl_pkix_db.ts'
import type { HandshakeConfig, OwnIdentity } from '../handshake/handshake_data.ts'
import { default_signature_algs, hash_sign } from '../handshake/hash_signs.ts'
import { find_scheme } from '../handshake/ssl_handshake.ts'
import type { CertificateTraits } from '../record/cipher_choice.ts'
import type { Role } from '../record/tls_v1.ts'
import type { SslOptions } from './connection_options.ts'

const preferred_groups: readonly Curve[] = ['x25519', 'secp256r1', 'x448', 'secp521r1', 'secp384r1']
const key_types: readonly string[] = ['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey', 'PrivateKeyInfo']

/** Configurations by the options they come from, good as long as no file was dropped from the PEM cache. */
const configurations = new WeakMap<
  SslOptions,
  { readonly generation: number; readonly config: HandshakeConfig }
>()

/** Why options cannot be used. Thrown and caught in this file only. */
class Unusable extends Error {
  readonly reason: Reason

  constructor(reason: Reason) {
    super('unusable options')
    this.reason = reason
  }
}

/**
 * The configuration of a handshake. Connections with the same options share it.
 *
 * @returns `['error', reason]`: `['options', ['certfile', file, ['error', code]]]`, and the same of `keyfile` and
 *   `cacertfile`, for a file that cannot be read; `['certfile', why]` and so on for one that cannot be decoded;
 *   `['options', ['cert', why]]` and `['options', ['key', why]]`
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
  const trusted = await trust_store(options)
  const { curves } = supports()
  return {
    versions: options.versions,
    ciphers: options.ciphers,
    groups: preferred_groups.filter(curve => curves.includes(curve)),
    signature_algs: usable_signature_algs(),
    identity: await own_identity(options, trusted),
    trusted,
    path: {
      role,
      verify: options.verify,
      verify_fun: options.verify_fun,
      partial_chain: options.partial_chain,
      depth: options.depth,
      hostname: options.hostname,
    },
    fail_if_no_peer_cert: options.fail_if_no_peer_cert,
    honor_cipher_order: options.honor_cipher_order,
    alpn: role === 'client' ? options.alpn_advertised_protocols : options.alpn_preferred_protocols,
    server_name: options.server_name,
    policy: policy(options, trusted),
  }
}

const usable_signature_algs = () => {
  const { public_keys } = supports()
  return default_signature_algs.filter(scheme => public_keys.includes(hash_sign(scheme)!.algorithm))
}

// ---- Whom to trust

const stores = new WeakMap<object, TrustStore>()

async function trust_store(options: SslOptions): Promise<TrustStore> {
  if (options.cacerts !== undefined) return shared_store(options.cacerts, options.cacerts)
  if (options.cacertfile !== undefined) {
    const [tag, found] = await ssl_pem_cache.trust_store(options.cacertfile)
    if (tag === 'error') throw unreadable('cacertfile', options.cacertfile, found)
    return found
  }
  if (!options.platform_cacerts) return empty_trust_store
  const certificates = cacerts_get()
  return shared_store(
    certificates,
    certificates.map(({ der }) => der),
  )
}

/** One store for each list, however many connections were given it. */
function shared_store(list: object, ders: readonly Uint8Array[]): TrustStore {
  let store = stores.get(list)
  if (store === undefined) {
    store = new TrustStore(ders)
    stores.set(list, store)
    if (store.ignored > 0) {
      const message = `SSL WARNING: ignored ${store.ignored} CA certificates that could not be decoded`
      report('warning', { label: ['ssl', 'cacerts'], report: { message } })
    }
  }
  return store
}

// ---- Who one is

async function own_identity(options: SslOptions, trusted: TrustStore): Promise<OwnIdentity | undefined> {
  const [own, ...more] = await own_certificates(options)
  if (own === undefined) return undefined
  const { cert, certfile } = options
  const certificate = decoded(() => decode_certificate(own), cert ? ['cert'] : ['certfile', certfile])
  const key = await private_key(options)
  check_pair(key, certificate)
  return { chain: certificate_chain(own, more, trusted), key, traits: traits(certificate) }
}

async function own_certificates({ cert, certfile }: SslOptions): Promise<readonly Uint8Array[]> {
  if (cert !== undefined) return [cert]
  if (certfile === undefined) return []
  const entries = await read_pem('certfile', certfile)
  const certificates = entries.filter(([type]) => type === 'Certificate').map(([, der]) => der)
  if (certificates.length === 0) throw new Unusable(['certfile', ['badmatch', []]])
  return certificates
}

async function private_key({ key, keyfile, certfile, password }: SslOptions): Promise<PrivateKey> {
  if (key !== undefined) return decoded(() => decode_private_key(...key), ['key'])
  const file = keyfile ?? certfile
  if (file === undefined) throw new Unusable(['options', ['keyfile', '']])
  const entries = (await read_pem('keyfile', file)).filter(([type]) => key_types.includes(type as string))
  const [only] = entries
  if (only === undefined || entries.length > 1) {
    throw new Unusable(['keyfile', ['badmatch', entries.map(([type]) => type)]])
  }
  return decoded(() => pem_entry_decode(only, password) as PrivateKey, ['keyfile', file])
}

async function read_pem(option: string, file: string): Promise<readonly PemEntry[]> {
  const [tag, found] = await ssl_pem_cache.pem_entries(file)
  if (tag === 'error') throw unreadable(option, file, found)
  return found
}

const unreadable = (option: string, file: string, why: Reason): Unusable =>
  new Unusable(Array.isArray(why) ? [option, why] : ['options', [option, file, ['error', why]]])

/** What goes wrong in decoding is told without what was to be decoded. */
function decoded<Value>(
  decode: () => Value,
  [option, file]: readonly [option: string, file?: string | undefined],
): Value {
  try {
    return decode()
  } catch (error) {
    const why = ['error', error instanceof Error ? error.message : 'badarg']
    throw new Unusable(['options', file === undefined ? [option, why] : [option, file, why]])
  }
}

/** A key that is not the certificate's would only be noticed by the peer. */
function check_pair(key: PrivateKey, certificate: OTPCertificate): void {
  const public_key = decoded(() => subject_public_key(certificate), ['cert'])
  const probe = new Uint8Array(32)
  const found = find_scheme(key, default_signature_algs, default_signature_algs)
  const scheme = found && hash_sign(found)
  if (scheme === undefined) throw new Unusable(['options', ['key', 'is of a kind that signs no handshakes']])
  const fits = key.type === public_key.type && verify(scheme, probe, sign(scheme, probe, key), public_key)
  if (!fits) throw new Unusable(['options', ['key', 'is not the key of the certificate']])
}

function traits(certificate: OTPCertificate): CertificateTraits {
  const { type } = subject_public_key(certificate)
  const signed = signature_scheme(certificate.signatureAlgorithm)?.algorithm
  return {
    key: type === 'rsa' || type === 'dsa' ? type : 'ec',
    signed_with: signed === 'dsa' ? 'dsa' : signed === 'rsa' || signed === 'rsa_pss' ? 'rsa' : 'ecdsa',
    key_usage: select_extension(id_ce_keyUsage, certificate.tbsCertificate.extensions),
  }
}

// ---- What sessions are good for

const identities = new WeakMap<object, number>()
let last_identity = 0

/** A text for each function, object or simple value: the same for the same one. */
function identity_of(thing: Term): string {
  if (typeof thing !== 'function' && (typeof thing !== 'object' || thing === null)) {
    return `${typeof thing} ${String(thing)}`
  }
  let known = identities.get(thing)
  if (known === undefined) {
    known = ++last_identity
    identities.set(thing, known)
  }
  return `#${known}`
}

const fingerprints = new WeakMap<TrustStore, string>()

/** Authorities that are given anew with each connection are the same if their DER is. */
function identity_of_trusted({ cacerts }: SslOptions, trusted: TrustStore): string {
  if (cacerts === undefined) return identity_of(trusted)
  const known = fingerprints.get(trusted)
  if (known !== undefined) return known
  const fingerprint = cacerts.map(der => Buffer.from(hash('sha256', der)).toString('base64')).join()
  fingerprints.set(trusted, fingerprint)
  return fingerprint
}

/** Sessions go on only among connections that would check the peer in the same way, for the same name. */
const policy = (options: SslOptions, trusted: TrustStore): string =>
  JSON.stringify([
    options.verify,
    options.fail_if_no_peer_cert,
    options.depth,
    options.hostname,
    options.server_name,
    identity_of_trusted(options, trusted),
    options.verify_fun?.map(identity_of),
    identity_of(options.partial_chain),
  ])
