// From lists of cipher suites to the one of a connection: the `ciphers` option, what a server's certificate
// allows, the server's choice, and the client's check of it.

import type { Result } from '../../runtime/erlang/term.ts'
import {
  type CipherSuite,
  type ErlangSuite,
  implemented,
  is_suite_of,
  type KeyExchange,
  suite_definition,
  suite_from_erlang,
  suites,
} from './cipher_suites.ts'
import { Alert } from './ssl_alert.ts'
import { type SuiteMap, suite_from_map, suite_from_name } from './suite_names.ts'
import { is_at_least, type ProtocolVersion } from './tls_version.ts'

/**
 * The option `ciphers`: tuples, maps, names (of the RFCs or OpenSSL's) or wire codes (two bytes each) in order of
 * preference, or names in one string with `:` between them. OTP: `ssl:ciphers()`
 */
export type CiphersOption = string | readonly (ErlangSuite | SuiteMap | string | Uint8Array)[]

/** What of a server's certificate decides which suites it can be used with. */
export interface CertificateTraits {
  readonly key: 'rsa' | 'dsa' | 'ec' | 'eddsa'
  /** The kind of signature that the certificate itself carries. */
  readonly signed_with: 'rsa' | 'dsa' | 'ecdsa'
  /** RFC 5280 §4.2.1.3; absent when the certificate has no such extension, which allows everything. */
  readonly key_usage?: readonly string[] | undefined
}

interface Need {
  /** One of these. */
  readonly key?: readonly CertificateTraits['key'][]
  readonly usage?: 'digitalSignature' | 'keyEncipherment' | 'keyAgreement'
  /** Before TLS 1.2. */
  readonly signed_with?: 'rsa' | 'ecdsa'
  readonly curve?: true
  /** What somebody must be able to tell. */
  readonly secret?: 'psk' | 'srp'
}

const rsa_decrypts: Need = { key: ['rsa'], usage: 'keyEncipherment', signed_with: 'rsa' }
const rsa_signs: Need = { key: ['rsa'], usage: 'digitalSignature', signed_with: 'rsa' }
const dsa_signs: Need = { key: ['dsa'], usage: 'digitalSignature' }
const ec_agrees: Need = { key: ['ec'], usage: 'keyAgreement', curve: true }

/** What each key exchange asks of the server's certificate, of the peer's curves, and of secrets. */
const needs: Readonly<Record<KeyExchange, Need>> = {
  rsa: rsa_decrypts,
  rsa_psk: { ...rsa_decrypts, secret: 'psk' },
  dhe_rsa: rsa_signs,
  srp_rsa: { ...rsa_signs, secret: 'srp' },
  ecdhe_rsa: { ...rsa_signs, curve: true },
  ecdhe_ecdsa: { key: ['ec', 'eddsa'], usage: 'digitalSignature', signed_with: 'ecdsa', curve: true },
  ecdh_rsa: { ...ec_agrees, signed_with: 'rsa' },
  ecdh_ecdsa: { ...ec_agrees, signed_with: 'ecdsa' },
  dhe_dss: dsa_signs,
  srp_dss: { ...dsa_signs, secret: 'srp' },
  ecdh_anon: { curve: true },
  dh_anon: {},
  psk: { secret: 'psk' },
  dhe_psk: { secret: 'psk' },
  srp_anon: { secret: 'srp' },
}

/**
 * The suites that a value of the option `ciphers` names, in its order. Those that are not for `version` are left
 * out, and wire codes that stand for nothing are too; if nothing remains, the default suites.
 *
 * @param version - the highest one configured
 * @returns `['error', ['options', ['ciphers', value]]]` for an unknown name or tuple, for no list at all, and when
 *   nothing remains because it is not implemented
 */
export function parse_ciphers(
  value: unknown,
  version: ProtocolVersion,
): Result<CipherSuite[], readonly ['options', readonly ['ciphers', unknown]]> {
  const refused = ['error', ['options', ['ciphers', value]]] as const
  const named = typeof value === 'string' ? value.split(':').filter(name => name !== '') : value
  if (!Array.isArray(named)) return refused

  const chosen = new Set<CipherSuite>()
  let is_lacking = false
  for (const name of named) {
    const suite = named_suite(name)
    if (suite === undefined) return refused
    if (suite === 'unknown_code') continue
    if (is_suite_of(suite, version)) chosen.add(suite)
    else is_lacking ||= !implemented(suite)
  }
  if (chosen.size > 0) return ['ok', [...chosen]]
  return is_lacking ? refused : ['ok', suites(version)]
}

/** What of a configured list can be used with `version`, in its order. */
export function suites_for_version(
  configured: readonly CipherSuite[],
  version: ProtocolVersion,
): CipherSuite[] {
  return configured.filter(suite => is_suite_of(suite, version))
}

/**
 * What of its list a server with this certificate can use. Without a certificate the list stays whole: its
 * anonymous and PSK suites need none.
 *
 * From TLS 1.2 on it does not matter how the certificate itself is signed (RFC 5246 §7.4.2).
 */
export function suites_for_certificate(
  configured: readonly CipherSuite[],
  version: ProtocolVersion,
  certificate: CertificateTraits | undefined,
): CipherSuite[] {
  if (!certificate) return [...configured]
  return configured.filter(({ key_exchange }) => serves(certificate, needs[key_exchange], version))
}

/** What remains when client and server have no curve in common. */
export function suites_without_curves(configured: readonly CipherSuite[]): CipherSuite[] {
  return configured.filter(({ key_exchange }) => !needs[key_exchange].curve)
}

/** What remains when the client does not know the curve of the key in the server's certificate. RFC 8422 §5.3 */
export function suites_without_key_curve(configured: readonly CipherSuite[]): CipherSuite[] {
  return configured.filter(({ key_exchange }) => !needs[key_exchange].key?.includes('ec'))
}

/**
 * What remains of a list where not every kind of secret is known: to a client its user name and password for SRP and
 * whom to ask for shared keys, to a server whom to ask for either, and whether the client has said who it is.
 */
export function suites_for_secrets(
  configured: readonly CipherSuite[],
  known: Readonly<Record<'psk' | 'srp', boolean>>,
): CipherSuite[] {
  return configured.filter(({ key_exchange }) => {
    const { secret } = needs[key_exchange]
    return secret === undefined || known[secret]
  })
}

/**
 * The server's choice.
 *
 * @param offered - wire codes in the client's order
 * @param candidates - what the server can use, in its own order
 * @param honor_cipher_order - the server's order counts and not the client's
 * @throws {@link Alert} `insufficient_security`: nothing in common
 */
export function select_suite(
  offered: readonly number[],
  candidates: readonly CipherSuite[],
  honor_cipher_order: boolean,
): CipherSuite {
  const chosen = honor_cipher_order
    ? candidates.find(suite => offered.includes(suite.code))
    : first_candidate(offered, candidates)
  if (!chosen) throw new Alert('insufficient_security', 'no suitable ciphers')
  return chosen
}

/**
 * The client's check of what the server chose.
 *
 * @param version - the negotiated one
 * @throws {@link Alert} `illegal_parameter`: never offered, or not for this version
 */
export function accept_suite(
  code: number,
  offered: readonly CipherSuite[],
  version: ProtocolVersion,
): CipherSuite {
  const chosen = offered.find(suite => suite.code === code)
  if (!chosen || !is_at_least(version, chosen.since)) throw new Alert('illegal_parameter', ['suite', code])
  return chosen
}

function named_suite(name: unknown): CipherSuite | 'unknown_code' | undefined {
  if (typeof name === 'string') return suite_from_name(name)
  if (Array.isArray(name)) return suite_from_erlang(name)
  if (typeof name !== 'object' || name === null) return undefined
  if (!(name instanceof Uint8Array)) return suite_from_map(name as Readonly<Record<string, unknown>>)
  if (name.length !== 2) return undefined
  return suite_definition((name[0]! << 8) | name[1]!) ?? 'unknown_code'
}

function serves(certificate: CertificateTraits, need: Need, version: ProtocolVersion): boolean {
  const { key, signed_with, key_usage } = certificate
  if (need.key && !need.key.includes(key)) return false
  if (need.usage && key_usage && !key_usage.includes(need.usage)) return false
  if (is_at_least(version, 'tlsv1.2')) return true
  // EdDSA is known only by the schemes that came with TLS 1.2.
  if (need.key && key === 'eddsa') return false
  return signed_with === 'dsa' || !need.signed_with || need.signed_with === signed_with
}

function first_candidate(
  offered: readonly number[],
  candidates: readonly CipherSuite[],
): CipherSuite | undefined {
  const by_code = new Map(candidates.map(suite => [suite.code, suite]))
  const code = offered.find(offer => by_code.has(offer))
  return code === undefined ? undefined : by_code.get(code)
}
