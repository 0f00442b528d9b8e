// Which values the options that concern certificates may have, and what they come to.

import { supports } from '../apps/crypto/crypto.ts'
import type { LeastKeyBits } from '../apps/public_key/pubkey_cert.ts'
import type { HostnameCheck } from '../apps/public_key/pubkey_hostname.ts'
import type { CombinedCert } from '../apps/public_key/pubkey_os_cacerts.ts'
import type { PolicyOptions } from '../apps/public_key/pubkey_policies.ts'
import { type Awaitable, is_pending } from './certificate/awaitable.ts'
import type { SslVerifyFun } from './certificate/path_verdict.ts'
import * as ssl_crl_cache from './certificate/ssl_crl_cache.ts'
import type {
  CertificateValues,
  CertKeyValues,
  CrlCacheOption,
  KeyValue,
  OldVerifyFun,
  Password,
} from './connection/certificate_options.ts'
import { hash_sign, type SignatureScheme, signature_scheme_names } from './handshake/hash_signs.ts'
import {
  boolean,
  type Check,
  fun_and_state,
  is_record,
  not_told,
  path,
  path_or_none,
  told,
  when,
} from './ssl_option_checks.ts'

// ---- Who one is

/** One DER, or a list of them that is not empty. */
export const own_certificates: Check<readonly Uint8Array[]> = value => {
  const ders = value instanceof Uint8Array ? [value] : value
  return when(Array.isArray(ders) && ders.length > 0 && ders.every(is_bytes), ders)
}

const key_types = {
  RSAPrivateKey: 'RSAPrivateKey',
  DSAPrivateKey: 'DSAPrivateKey',
  ECPrivateKey: 'ECPrivateKey',
  PrivateKeyInfo: 'PrivateKeyInfo',
  rsa: 'RSAPrivateKey',
  dsa: 'DSAPrivateKey',
} as const satisfies Record<string, KeyValue[0]>

export const key: Check<KeyValue> = value => {
  if (!Array.isArray(value) || value.length !== 2) return 'refused'
  const [type, der] = value
  const known = typeof type === 'string' && Object.hasOwn(key_types, type)
  return when(known && is_bytes(der), [key_types[type as keyof typeof key_types], der])
}

export const password: Check<Password> = value =>
  when(typeof value === 'string' || typeof value === 'function' || is_bytes(value), value)

const cert_key_checks: { readonly [Name in keyof CertKeyValues]: Check<CertKeyValues[Name]> } = {
  cert: own_certificates,
  certfile: path_or_none,
  key,
  keyfile: path,
  password,
}

/** @returns `['error', ['options', [name, value]]]` for the first of what a certificate and its key are given by */
export const certs_keys: Check<readonly CertKeyValues[]> = value => {
  if (!Array.isArray(value) || !value.every(is_record)) return 'refused'
  const checked: CertKeyValues[] = []
  for (const conf of value) {
    const values: Record<string, unknown> = { password: '' }
    for (const [name, given] of Object.entries(conf)) {
      if (given === undefined) continue
      const known = Object.hasOwn(cert_key_checks, name)
      const answer = known ? cert_key_checks[name as keyof CertKeyValues](given) : 'refused'
      if (answer === 'refused') return ['error', ['options', [name, known ? told(name, given) : not_told]]]
      values[name] = answer[1]
    }
    const { cert, certfile, key, keyfile = certfile, password } = values as Partial<CertKeyValues>
    checked.push({ cert, certfile, key, keyfile, password: password! })
  }
  return ['ok', checked]
}

// ---- Whom to believe

/**
 * The same list gives the same DERs, as long as the same are in it, so that what is made of them can be kept; no
 * certificates are as none given.
 */
export const certificates: Check<readonly Uint8Array[] | undefined> = value => {
  if (!Array.isArray(value)) return 'refused'
  if (value.length === 0) return ['ok', undefined]
  const ders = value.map(der_of)
  if (!ders.every(is_bytes)) return 'refused'
  const known = known_ders.get(value)
  if (known?.length === ders.length && known.every((der, at) => der === ders[at])) return ['ok', known]
  known_ders.set(value, ders)
  return ['ok', ders]
}

const der_of = (certificate: unknown): unknown =>
  is_bytes(certificate) ? certificate : (certificate as CombinedCert | null | undefined)?.der

/** By the list that was given. */
const known_ders = new WeakMap<readonly unknown[], readonly Uint8Array[]>()

const modes: ReadonlyMap<unknown, CertificateValues['verify']> = new Map<
  unknown,
  CertificateValues['verify']
>([
  ['verify_none', 'verify_none'],
  ['verify_peer', 'verify_peer'],
  [0, 'verify_none'],
  [1, 'verify_peer'],
  [2, 'verify_peer'],
])

/** The older numbers are words for the same; 1 and 2 say more, of a server's clients. */
export const verify: Check<CertificateValues['verify']> = value => {
  const mode = modes.get(value)
  return mode === undefined ? 'refused' : ['ok', mode]
}

/** A function alone is of the older form. */
export const verify_fun: Check<SslVerifyFun> = value =>
  typeof value === 'function' ? ['ok', [ask_old_fun, value]] : fun_and_state(value)

/** Always the same function, so that sessions go on among connections with the same older one, its state. */
const ask_old_fun: SslVerifyFun[0] = (_certificate, event, fun: OldVerifyFun) => {
  if (event === 'valid' || event === 'valid_peer') return ['valid', fun]
  if (event[0] === 'extension') return ['unknown', fun]
  const conclude = (overlooked: boolean) =>
    overlooked === true ? (['valid', fun] as const) : (['fail', event] as const)
  const answer: Awaitable<boolean> = fun([event])
  return is_pending(answer) ? answer.then(conclude) : conclude(answer)
}

export const hostname_check: Check<HostnameCheck> = value => {
  if (!is_record(value)) return 'refused'
  const names = ['match_fun', 'fqdn_fun', 'fail_callback']
  const good = ([name, fun]: [string, unknown]) =>
    names.includes(name) && (fun === undefined || typeof fun === 'function')
  return when(Object.entries(value).every(good), value)
}

// ---- What certificates must be like

const is_oid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-2](\.(0|[1-9]\d*))+$/.test(value)

const policy_checks: { readonly [Name in keyof PolicyOptions]-?: (value: unknown) => boolean } = {
  policy_set: value => Array.isArray(value) && value.every(is_oid),
  explicit_policy: value => typeof value === 'boolean',
  inhibit_policy_mapping: value => typeof value === 'boolean',
  inhibit_any_policy: value => typeof value === 'boolean',
}

/** @returns `['error', ['options', ['cert_policy_opts', [name, value]]]]` for the first that cannot be one */
export const policies: Check<PolicyOptions> = value => {
  if (!is_record(value)) return 'refused'
  for (const [name, given] of Object.entries(value)) {
    if (given === undefined) continue
    const known = Object.hasOwn(policy_checks, name)
    if (known && policy_checks[name as keyof PolicyOptions](given)) continue
    return ['error', ['options', ['cert_policy_opts', [name, given]]]]
  }
  return ['ok', value]
}

/** In bits: what is as hard to break as a key of OpenSSL's security level 1. */
export const default_least_key_bits: Required<LeastKeyBits> = { rsa: 1024, dsa: 1024, ec: 160 }

const most_key_bits = 65_536

/** What is not mentioned is as ever. */
export const least_key_bits: Check<Required<LeastKeyBits>> = value => {
  if (!is_record(value)) return 'refused'
  const given = Object.entries(value).filter(([, bits]) => bits !== undefined)
  const good = ([type, bits]: [string, unknown]) =>
    Object.hasOwn(default_least_key_bits, type) &&
    Number.isInteger(bits) &&
    (bits as number) >= 0 &&
    (bits as number) <= most_key_bits
  return when(given.every(good), { ...default_least_key_bits, ...Object.fromEntries(given) })
}

// ---- Signatures

/**
 * Names of schemes, also OTP's, and OTP's pairs. What is unknown, or what the crypto of this program does not have, is
 * left out, as in OTP.
 *
 * @param reason - OTP's word for a list of which nothing remains
 */
export const signature_algs =
  (option: string, reason: string): Check<readonly SignatureScheme[]> =>
  value => {
    if (!Array.isArray(value)) return 'refused'
    const { public_keys } = supports()
    const usable = value
      .map(scheme_name)
      .filter(name => name !== undefined && public_keys.includes(hash_sign(name)!.algorithm))
    if (usable.length === 0) return ['error', ['options', [reason, [option, value]]]]
    return ['ok', [...new Set(usable as SignatureScheme[])]]
  }

const names_of_otp: Readonly<Record<string, SignatureScheme>> = {
  eddsa_ed25519: 'ed25519',
  eddsa_ed448: 'ed448',
}

function scheme_name(given: unknown): SignatureScheme | undefined {
  if (typeof given === 'string') {
    const name = Object.hasOwn(names_of_otp, given) ? names_of_otp[given] : given
    return signature_scheme_names.find(known => known === name)
  }
  if (!Array.isArray(given) || given.length !== 2) return undefined
  const [hash, algorithm] = given
  return signature_scheme_names.find(known => {
    const scheme = hash_sign(known)!
    return scheme.digest === hash && scheme.algorithm === algorithm
  })
}

// ---- Revocation

/** What a program has put in, and nothing that would have to be fetched. */
export const default_crl_cache: CrlCacheOption = [ssl_crl_cache, ['internal', []]]

const cache_functions = ['lookup', 'select', 'fresh_crl']

export const crl_cache: Check<CrlCacheOption> = value => {
  if (!Array.isArray(value) || value.length !== 2) return 'refused'
  const [module, place] = value
  const is_module = cache_functions.every(name => typeof module?.[name] === 'function')
  return when(is_module && Array.isArray(place) && place.length === 2 && Array.isArray(place[1]), value)
}

/** @returns undefined for `'no_staple'` */
export const stapling: Check<CertificateValues['stapling']> = value => {
  if (value === 'no_staple') return ['ok', undefined]
  if (value === 'staple') return ['ok', { ocsp_nonce: true }]
  if (!is_record(value) || !Object.keys(value).every(name => name === 'ocsp_nonce')) return 'refused'
  const { ocsp_nonce = true } = value
  return boolean(ocsp_nonce) === 'refused' ? 'refused' : ['ok', { ocsp_nonce: ocsp_nonce as boolean }]
}

const is_bytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
