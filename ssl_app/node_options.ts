// Options as people of Node write them, as options of `ssl`: those that decide about a connection's security.

import { all_curves, type Curve } from '../apps/crypto/curves.ts'
import type { SignatureAlg } from './connection/certificate_options.ts'
import type { SecurityOptions } from './connection/connection_options.ts'
import { signature_scheme_names } from './handshake/hash_signs.ts'
import { authorities, dh_parameters, type Identity, own_identity, type Pem } from './node_certificates.ts'
import { version_names } from './node_facts.ts'
import { refuse } from './node_refusals.ts'
import { suite_from_name } from './record/suite_names.ts'
import type { ProtocolVersion } from './record/tls_version.ts'
import { versions } from './ssl_application.ts'

/** A version as Node writes it. */
export type NodeVersion = 'SSLv3' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** What decides about security on either side. Names and meanings are those of `tls.createSecureContext()`. */
export interface SecureContextOptions extends Identity {
  /** Authorities, PEM. Default of a client: those of the platform */
  readonly ca?: Pem | readonly Pem[] | undefined
  /**
   * Names of cipher suites, OpenSSL's or those of the RFCs, `:` between them, the preferred first. Words for many, such
   * as `HIGH`, are not known.
   */
  readonly ciphers?: string | undefined
  /** `'auto'`, or names of curves, `:` between them. */
  readonly ecdhCurve?: string | undefined
  /** How may be signed, by the names of OpenSSL or of RFC 8446, `:` between them. */
  readonly sigalgs?: string | undefined
  /** Default: `'TLSv1.2'` */
  readonly minVersion?: NodeVersion | undefined
  /** There is nothing newer than TLS 1.2. Default: `'TLSv1.3'` */
  readonly maxVersion?: NodeVersion | undefined
  /** Of a server: `'auto'`, or DH PARAMETERS, PEM. */
  readonly dhparam?: Pem | undefined
  /** Of a server: whether its order of suites counts and not the client's. Default: true */
  readonly honorCipherOrder?: boolean | undefined
}

/** The names in {@link SecureContextOptions}. */
export const context_names = [
  'ca',
  'cert',
  'ciphers',
  'dhparam',
  'ecdhCurve',
  'honorCipherOrder',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'sigalgs',
] as const satisfies readonly (keyof SecureContextOptions)[]

/** What {@link context_options} gives. */
export type ContextOptions = Pick<
  SecurityOptions,
  | 'cacerts'
  | 'cert'
  | 'certs_keys'
  | 'ciphers'
  | 'dh'
  | 'eccs'
  | 'honor_cipher_order'
  | 'key'
  | 'signature_algs'
  | 'versions'
>

/**
 * The options of `ssl` that these stand for.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for what cannot be
 */
export function context_options(role: 'client' | 'server', given: SecureContextOptions): ContextOptions {
  const { ca, ciphers, dhparam, ecdhCurve, honorCipherOrder, sigalgs } = given
  if (role === 'client' && (dhparam ?? honorCipherOrder) !== undefined) {
    refuse(dhparam === undefined ? 'honorCipherOrder' : 'dhparam', 'it is for servers')
  }
  return {
    ...own_identity(given),
    versions: between(given.minVersion ?? 'TLSv1.2', given.maxVersion ?? 'TLSv1.3'),
    ...(ca !== undefined && { cacerts: authorities(ca) }),
    ...(ciphers !== undefined && { ciphers: suites(ciphers) }),
    ...(ecdhCurve !== undefined && ecdhCurve !== 'auto' && { eccs: curves(ecdhCurve) }),
    ...(sigalgs !== undefined && { signature_algs: signatures(sigalgs) }),
    ...(dhparam !== undefined && dhparam !== 'auto' && { dh: dh_parameters(dhparam) }),
    ...(role === 'server' && { honor_cipher_order: honorCipherOrder ?? true }),
  }
}

// ---- One by one

const in_order: readonly string[] = [...Object.values(version_names), 'TLSv1.3']

function between(least: string, most: string): ProtocolVersion[] {
  const [from, to] = [in_order.indexOf(least), in_order.indexOf(most)]
  if (from < 0) refuse('minVersion', 'there is no such version')
  if (to < 0) refuse('maxVersion', 'there is no such version')
  if (from > to) refuse('maxVersion', `it is older than minVersion, ${least}`)
  const all = Object.keys(version_names) as ProtocolVersion[]
  const wanted = all.slice(from, to + 1).filter(version => versions().available.includes(version))
  return wanted.length > 0 ? wanted : refuse('minVersion', 'TLS 1.2 is the newest that is spoken')
}

/** The suites of TLS 1.3 name no key exchange: `TLS_AES_128_GCM_SHA256`. */
const of_tls_1_3 = /^TLS_(?!.*_WITH_)/

/** Suites of TLS 1.3 are left out, as that version is. */
function suites(ciphers: string): string[] {
  const names = ciphers.split(/[:, ]+/).filter(name => name !== '' && !of_tls_1_3.test(name))
  const wrong = names.find(name => suite_from_name(name) === undefined)
  if (wrong !== undefined) refuse('ciphers', `there is no suite called ${wrong}`)
  return names.length > 0 ? names : refuse('ciphers', 'there is none of TLS 1.2')
}

const curve_names: Readonly<Record<string, Curve>> = {
  'P-256': 'secp256r1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  prime256v1: 'secp256r1',
  X25519: 'x25519',
  X448: 'x448',
}

function curves(names: string): Curve[] {
  return names.split(':').map(name => {
    const curve = Object.hasOwn(curve_names, name) ? curve_names[name]! : (name as Curve)
    return all_curves.includes(curve) ? curve : refuse('ecdhCurve', `there is no ${name}`)
  })
}

function signatures(names: string): SignatureAlg[] {
  return names.split(':').map(name => {
    const [, algorithm, bits] = /^(RSA|ECDSA|DSA|RSA-PSS|PSS)\+SHA(1|224|256|384|512)$/i.exec(name) ?? []
    const known = algorithm === undefined ? name.toLowerCase() : signature_name(algorithm, bits!)
    const is_known = Array.isArray(known) || (signature_scheme_names as readonly unknown[]).includes(known)
    return is_known ? (known as SignatureAlg) : refuse('sigalgs', `there is no ${name}`)
  })
}

function signature_name(algorithm: string, bits: string): SignatureAlg | string {
  if (/PSS/i.test(algorithm)) return `rsa_pss_rsae_sha${bits}`
  return [bits === '1' ? 'sha' : `sha${bits}`, algorithm.toLowerCase()] as unknown as SignatureAlg
}

/** Names of protocols, or the bytes of the extension: each name behind its length. RFC 7301 §3.1 */
export function protocols(given: readonly (string | Uint8Array)[] | Uint8Array): (string | Uint8Array)[] {
  if (!(given instanceof Uint8Array)) return [...given]
  const names: Uint8Array[] = []
  for (let at = 0; at < given.length; at += 1 + given[at]!) {
    const name = given.subarray(at + 1, at + 1 + given[at]!)
    if (name.length === 0 || name.length < given[at]!) refuse('ALPNProtocols', 'its lengths are wrong')
    names.push(name)
  }
  return names
}
