// Lists of cipher suites for the option `ciphers`: made, filtered, put in another order, and their names. Part of the
// module ssl.

import { supports } from '../apps/crypto/crypto.ts'
import { Exit } from '../runtime/erlang/term.ts'
import { available_versions, supported_versions } from './connection/ssl_environment.ts'
import {
  default_signature_algs,
  hash_sign,
  type SignatureScheme,
  signature_scheme_names,
} from './handshake/hash_signs.ts'
import {
  all_suites,
  type CipherSuite,
  type ErlangSuite,
  implemented,
  openssl_name,
  suite_from_erlang,
  suites,
} from './record/cipher_suites.ts'
import {
  full_openssl_name,
  rfc_name,
  type SuiteMap,
  suite_from_map,
  suite_from_name,
  suite_map,
} from './record/suite_names.ts'
import { highest_version, type ProtocolVersion } from './record/tls_version.ts'

/** Which suites {@link cipher_suites} is to tell. */
export type SuiteDescription = 'default' | 'all' | 'exclusive' | 'anonymous' | 'exclusive_anonymous'

/** A suite as {@link cipher_suites} tells it in any of its forms but for names. */
export type Suite = SuiteMap | ErlangSuite

/**
 * Which suites stay, by their parts: all functions that are given must agree.
 *
 * @see OTP: `ssl:cipher_filters()`
 */
export interface CipherFilters {
  readonly key_exchange?: (key_exchange: SuiteMap['key_exchange']) => boolean
  readonly cipher?: (cipher: SuiteMap['cipher']) => boolean
  readonly mac?: (mac: SuiteMap['mac']) => boolean
  readonly prf?: (prf: SuiteMap['prf']) => boolean
}

/**
 * The cipher suites of a version, the preferred first, as far as the crypto of this program has them. The application
 * need not be started.
 *
 * @param description -
 *   - `'default'`: those that are used unless the option `ciphers` says otherwise
 *   - `'all'`: all with which a server shows a certificate
 *   - `'anonymous'`: those without: anonymous ones, PSK and SRP
 *   - `'exclusive'`, `'exclusive_anonymous'`: of these, what no older version has
 * @param representation - names, of the RFCs or OpenSSL's. Default: maps
 * @throws {@link Exit} `'badarg'` for another description, version or representation
 * @see OTP: `ssl:cipher_suites/2,3`
 */
export function cipher_suites(description: SuiteDescription, version: ProtocolVersion): SuiteMap[]
export function cipher_suites(
  description: SuiteDescription,
  version: ProtocolVersion,
  representation: 'rfc' | 'openssl',
): string[]
/**
 * The cipher suites of the newest version that is used unless the option `versions` says otherwise, the preferred first.
 *
 * @param type - `'erlang'`: those used by default; `'openssl'`: the same by OpenSSL's names; `'all'`: also those that
 *   are only used when the option `ciphers` asks for them
 * @throws {@link Exit} `'badarg'` for another type
 * @see OTP: `ssl:cipher_suites/0,1`
 */
export function cipher_suites(type?: 'erlang' | 'all'): ErlangSuite[]
export function cipher_suites(type: 'openssl'): (string | ErlangSuite)[]
export function cipher_suites(
  which: SuiteDescription | 'erlang' | 'openssl' = 'erlang',
  version?: ProtocolVersion,
  representation?: 'rfc' | 'openssl',
): (string | Suite)[] {
  if (version === undefined) return suites_of_old(which)
  const shown = representations.get(representation)
  if (shown === undefined) throw new Exit(['badarg', representation])
  return described(which, version).map(shown)
}

const representations = new Map<unknown, (suite: CipherSuite) => string | SuiteMap>([
  [undefined, suite_map],
  ['rfc', rfc_name],
  ['openssl', full_openssl_name],
])

/** As the manual of 7.3 has it. */
function suites_of_old(type: string): (string | ErlangSuite)[] {
  const highest = highest_version(supported_versions())
  if (type === 'all') return all_suites(highest).map(({ erlang }) => erlang)
  if (type === 'openssl') return suites(highest).map(openssl_name)
  if (type !== 'erlang') throw new Exit(['badarg', type])
  return suites(highest).map(({ erlang }) => erlang)
}

/** With these a server needs no certificate. */
const without_certificate: readonly string[] = ['dh_anon', 'ecdh_anon', 'psk', 'dhe_psk', 'srp_anon']

function described(description: string, version: ProtocolVersion): CipherSuite[] {
  if (!(available_versions as readonly string[]).includes(version)) throw new Exit(['badarg', version])
  const of_kind = (anonymous: boolean) =>
    all_suites(version).filter(({ key_exchange }) => without_certificate.includes(key_exchange) === anonymous)
  const is_new = ({ since }: CipherSuite) => since === version
  switch (description) {
    case 'default':
      return suites(version)
    case 'all':
      return of_kind(false)
    case 'anonymous':
      return of_kind(true)
    case 'exclusive':
      return of_kind(false).filter(is_new)
    case 'exclusive_anonymous':
      return of_kind(true).filter(is_new)
    default:
      throw new Exit(['badarg', description])
  }
}

// ---- Order

/**
 * What of a list all filters agree to, and the crypto of this program has.
 *
 * @throws {@link Exit} `'badarg'` for what is no suite, and for a filter of something else than a suite's parts
 * @see OTP: `ssl:filter_cipher_suites/2`
 */
export function filter_cipher_suites<Any extends Suite>(list: readonly Any[], filters: CipherFilters): Any[] {
  const parts = Object.entries(filters)
  const wrong = parts.find(([part, agrees]) => !is_part(part) || typeof agrees !== 'function')
  if (wrong) throw new Exit(['badarg', wrong])
  return list.filter(one => {
    const suite = suite_of(one)
    const map = suite_map(suite)
    return implemented(suite) && parts.every(([part, agrees]) => agrees(map[part as keyof SuiteMap]))
  })
}

/**
 * Puts suites to the front of a list, where they are the most preferred; those that stand in it already move.
 *
 * @param preferred - suites, or filters that choose some of the list
 * @throws {@link Exit} as {@link filter_cipher_suites}
 * @see OTP: `ssl:prepend_cipher_suites/2`
 */
export function prepend_cipher_suites<Any extends Suite>(
  preferred: readonly Any[] | CipherFilters,
  list: readonly Any[],
): Any[] {
  const chosen = chosen_of(preferred, list)
  return [...chosen, ...without(list, chosen)]
}

/**
 * Puts suites to the end of a list, where they are the least preferred; those that stand in it already move.
 *
 * @param deferred - suites, or filters that choose some of the list
 * @throws {@link Exit} as {@link filter_cipher_suites}
 * @see OTP: `ssl:append_cipher_suites/2`
 */
export function append_cipher_suites<Any extends Suite>(
  deferred: readonly Any[] | CipherFilters,
  list: readonly Any[],
): Any[] {
  const chosen = chosen_of(deferred, list)
  return [...without(list, chosen), ...chosen]
}

const is_list = <Any extends Suite>(chosen: readonly Any[] | CipherFilters): chosen is readonly Any[] =>
  Array.isArray(chosen)

const chosen_of = <Any extends Suite>(chosen: readonly Any[] | CipherFilters, list: readonly Any[]) =>
  is_list(chosen) ? chosen : filter_cipher_suites(list, chosen)

/** In whichever form they are written. */
function without<Any extends Suite>(list: readonly Any[], chosen: readonly Any[]): Any[] {
  const gone = new Set(chosen.map(suite_of))
  return list.filter(one => !gone.has(suite_of(one)))
}

const is_part = (name: string): boolean => ['key_exchange', 'cipher', 'mac', 'prf'].includes(name)

// ---- Names

/**
 * The name of a suite in the RFCs, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
 *
 * @throws {@link Exit} `'badarg'` for what is no suite
 * @see OTP: `ssl:suite_to_str/1`
 */
export const suite_to_str = (suite: Suite): string => rfc_name(suite_of(suite))

/**
 * OpenSSL's name of a suite, such as `ECDHE-RSA-AES128-GCM-SHA256`.
 *
 * @throws {@link Exit} `'badarg'` for what is no suite
 * @see OTP: `ssl:suite_to_openssl_str/1`
 */
export const suite_to_openssl_str = (suite: Suite): string => full_openssl_name(suite_of(suite))

/**
 * The suite of a name, of the RFCs or OpenSSL's.
 *
 * @returns it, without an `'ok'`; `['error', ['not_recognized', name]]`
 * @see OTP: `ssl:str_to_suite/1`
 */
export function str_to_suite(
  name: string,
): SuiteMap | readonly ['error', readonly ['not_recognized', string]] {
  const suite = suite_from_name(name)
  return suite === undefined ? ['error', ['not_recognized', name]] : suite_map(suite)
}

function suite_of(written: Suite): CipherSuite {
  const is_record = typeof written === 'object' && written !== null
  const suite = Array.isArray(written)
    ? suite_from_erlang(written)
    : is_record && suite_from_map(written as unknown as Readonly<Record<string, unknown>>)
  if (!suite) throw new Exit(['badarg', written])
  return suite
}

// ---- Signatures

/**
 * The signature schemes of TLS 1.2 for the option `signature_algs`, the preferred first, as far as the crypto of this program
 * has them. The application need not be started.
 *
 * @param description - `'default'`: those that are used unless the option says otherwise; `'all'`: also older ones
 * @throws {@link Exit} `'badarg'` for another description, and for a version whose signatures are not negotiated
 * @see OTP: `ssl:signature_algs/2`
 */
export function signature_algs(description: 'default' | 'all', version: 'tlsv1.2'): SignatureScheme[] {
  if (version !== 'tlsv1.2') throw new Exit(['badarg', version])
  const { public_keys } = supports()
  const usable = (scheme: SignatureScheme) => public_keys.includes(hash_sign(scheme)!.algorithm)
  if (description === 'default') return default_signature_algs.filter(usable)
  if (description !== 'all') throw new Exit(['badarg', description])
  const older = signature_scheme_names.filter(scheme => !default_signature_algs.includes(scheme))
  return [...default_signature_algs, ...older].filter(usable)
}
