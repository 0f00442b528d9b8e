// What cipher suites are called: as maps of their parts, by the names of the RFCs, and by OpenSSL's, each of which has a
// rule.

import type { BulkCipher } from './bulk_ciphers.ts'
import {
  type CipherSuite,
  type KeyExchange,
  known_suites,
  type MacHash,
  type SuiteHash,
  suite_from_erlang,
} from './cipher_suites.ts'

/** A suite by its parts. OTP: `ssl:erl_cipher_suite()` */
export interface SuiteMap {
  readonly key_exchange: KeyExchange
  readonly cipher: BulkCipher
  /** `'aead'`: the cipher authenticates by itself. */
  readonly mac: Exclude<MacHash, 'null'> | 'aead'
  /** `'default_prf'`: the suite says nothing about it, and the version does. */
  readonly prf: SuiteHash | 'default_prf'
}

export const suite_map = ({ key_exchange, cipher, mac, erlang }: CipherSuite): SuiteMap => ({
  key_exchange,
  cipher,
  mac: mac === 'null' ? 'aead' : mac,
  prf: erlang[3] ?? 'default_prf',
})

/** The suite that a map means; what it says of the PRF may be the default. */
export function suite_from_map(map: Readonly<Record<string, unknown>>): CipherSuite | undefined {
  const { key_exchange, cipher, mac, prf = 'default_prf' } = map
  if (mac === 'null') return undefined
  const suite = suite_from_erlang([key_exchange, cipher, mac === 'aead' ? 'null' : mac])
  return suite && (prf === 'default_prf' || prf === suite.prf) ? suite : undefined
}

// ---- Names

const rfc_key_exchanges: Readonly<Partial<Record<KeyExchange, string>>> = {
  dh_anon: 'DH_anon',
  ecdh_anon: 'ECDH_anon',
  srp_anon: 'SRP_SHA',
  srp_rsa: 'SRP_SHA_RSA',
  srp_dss: 'SRP_SHA_DSS',
}

/** As in the registry of IANA, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. */
export function rfc_name({ key_exchange, cipher, mac, prf }: CipherSuite): string {
  const who = rfc_key_exchanges[key_exchange] ?? key_exchange.toUpperCase()
  const hash = mac === 'null' ? prf : mac
  return `TLS_${who}_WITH_${cipher.toUpperCase()}_${hash.toUpperCase()}`
}

/** What OpenSSL puts in front of the names that OTP 7.3 does not know. */
const openssl_key_exchanges: Readonly<Partial<Record<KeyExchange, string>>> = {
  dh_anon: 'ADH',
  ecdh_anon: 'AECDH',
  psk: 'PSK',
  dhe_psk: 'DHE-PSK',
  rsa_psk: 'RSA-PSK',
  srp_anon: 'SRP',
}

const openssl_ciphers: Readonly<Record<'anonymous' | 'psk' | 'srp', Partial<Record<BulkCipher, string>>>> = {
  anonymous: { aes_128_cbc: 'AES128', aes_256_cbc: 'AES256', des_cbc: 'DES-CBC', '3des_ede_cbc': 'DES-CBC3' },
  psk: { aes_128_cbc: 'AES128-CBC', aes_256_cbc: 'AES256-CBC', '3des_ede_cbc': '3DES-EDE-CBC' },
  srp: { aes_128_cbc: 'AES-128-CBC', aes_256_cbc: 'AES-256-CBC', '3des_ede_cbc': '3DES-EDE-CBC' },
}

const openssl_everywhere: Readonly<Partial<Record<BulkCipher, string>>> = {
  aes_128_gcm: 'AES128-GCM',
  aes_256_gcm: 'AES256-GCM',
  rc4_128: 'RC4',
}

/** OpenSSL's name of any suite in the table. */
export function full_openssl_name({ openssl, key_exchange, group, cipher, mac, prf }: CipherSuite): string {
  if (openssl !== undefined) return openssl
  const ciphers = openssl_ciphers[group as keyof typeof openssl_ciphers]
  const hash = mac === 'null' ? prf : mac
  const named = openssl_everywhere[cipher] ?? ciphers[cipher]
  return `${openssl_key_exchanges[key_exchange]}-${named}-${hash.toUpperCase()}`
}

const by_name = new Map(
  known_suites().flatMap(suite => [
    [rfc_name(suite), suite],
    [full_openssl_name(suite), suite],
  ]),
)

/** The suite of that name, of either kind. */
export const suite_from_name = (name: string): CipherSuite | undefined => by_name.get(name)
