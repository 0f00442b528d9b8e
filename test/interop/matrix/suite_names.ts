// What the programs call a suite: IANA's name, OpenSSL's, Java's, and GnuTLS's in its three parts.

import type { BulkCipher } from '../../../ssl_app/record/bulk_ciphers.ts'
import type { CipherSuite, KeyExchange, MacHash } from '../../../ssl_app/record/cipher_suites.ts'

/** As it is registered: `TLS_DHE_RSA_WITH_AES_128_CBC_SHA` */
export function iana_name(suite: CipherSuite): string {
  const hash = suite.mac === 'null' ? suite.prf : suite.mac
  return `TLS_${iana_key_exchanges[suite.key_exchange]}_WITH_${suite.cipher}_${hash}`.replace(
    /(?<=_WITH_).*/,
    cipher => cipher.toUpperCase(),
  )
}

/** As OpenSSL has called it at any time since 1.0: `DHE-RSA-AES128-SHA`, `EDH-RSA-DES-CBC3-SHA` */
export function openssl_name({ key_exchange, cipher, mac, prf }: CipherSuite): string {
  const is_psk = key_exchange.endsWith('psk')
  const is_srp = key_exchange.startsWith('srp')
  const bits = cipher.replace(/^aes_(\d+)_.*/, '$1')
  const hash = (mac === 'null' ? prf : mac).toUpperCase()
  const prefix = openssl_prefixes[key_exchange] ?? `${key_exchange.toUpperCase().replaceAll('_', '-')}-`
  switch (cipher) {
    case 'rc4_128':
      return `${prefix}RC4-${hash}`
    case 'des_cbc':
      return `${prefix.replace(/^DHE-/, 'EDH-')}DES-CBC-${hash}`
    case '3des_ede_cbc':
      if (is_psk || is_srp) return `${prefix}3DES-EDE-CBC-${hash}`
      return `${prefix.replace(/^DHE-/, 'EDH-')}DES-CBC3-${hash}`
    case 'aes_128_cbc':
    case 'aes_256_cbc':
      return `${prefix}AES${is_srp ? '-' : ''}${bits}${is_psk || is_srp ? '-CBC' : ''}-${hash}`
    case 'aes_128_gcm':
    case 'aes_256_gcm':
      return `${prefix}AES${bits}-GCM-${hash}`
    case 'chacha20_poly1305':
      return `${prefix}CHACHA20-POLY1305`
  }
}

/** Java has kept the names of SSL's day for some: `SSL_RSA_WITH_RC4_128_MD5` */
export function java_name(suite: CipherSuite): string {
  const is_old = ['rsa', 'dhe_rsa', 'dhe_dss', 'dh_anon'].includes(suite.key_exchange)
  const has_old_cipher = ['rc4_128', 'des_cbc', '3des_ede_cbc'].includes(suite.cipher)
  return is_old && has_old_cipher ? iana_name(suite).replace(/^TLS/, 'SSL') : iana_name(suite)
}

export interface GnutlsName {
  readonly key_exchange: string
  readonly cipher: string
  readonly mac: string
}

/** @returns `undefined` for a suite that GnuTLS has no words for */
export function gnutls_name({ key_exchange, cipher, mac }: CipherSuite): GnutlsName | undefined {
  const names = [gnutls_key_exchanges[key_exchange], gnutls_ciphers[cipher], gnutls_macs[mac]]
  const [of_key_exchange, of_cipher, of_mac] = names
  if (!of_key_exchange || !of_cipher || !of_mac) return undefined
  return { key_exchange: of_key_exchange, cipher: of_cipher, mac: of_mac }
}

const iana_key_exchanges: Readonly<Record<KeyExchange, string>> = {
  rsa: 'RSA',
  dhe_rsa: 'DHE_RSA',
  dhe_dss: 'DHE_DSS',
  ecdhe_rsa: 'ECDHE_RSA',
  ecdhe_ecdsa: 'ECDHE_ECDSA',
  ecdh_rsa: 'ECDH_RSA',
  ecdh_ecdsa: 'ECDH_ECDSA',
  dh_anon: 'DH_anon',
  ecdh_anon: 'ECDH_anon',
  psk: 'PSK',
  dhe_psk: 'DHE_PSK',
  rsa_psk: 'RSA_PSK',
  srp_anon: 'SRP_SHA',
  srp_rsa: 'SRP_SHA_RSA',
  srp_dss: 'SRP_SHA_DSS',
}

/** Where it is not the key exchange itself in capitals. */
const openssl_prefixes: Readonly<Partial<Record<KeyExchange, string>>> = {
  rsa: '',
  dh_anon: 'ADH-',
  ecdh_anon: 'AECDH-',
  srp_anon: 'SRP-',
}

const gnutls_key_exchanges: Readonly<Partial<Record<KeyExchange, string>>> = {
  rsa: 'RSA',
  dhe_rsa: 'DHE-RSA',
  dhe_dss: 'DHE-DSS',
  ecdhe_rsa: 'ECDHE-RSA',
  ecdhe_ecdsa: 'ECDHE-ECDSA',
  dh_anon: 'ANON-DH',
  ecdh_anon: 'ANON-ECDH',
  psk: 'PSK',
  dhe_psk: 'DHE-PSK',
  rsa_psk: 'RSA-PSK',
  srp_anon: 'SRP',
  srp_rsa: 'SRP-RSA',
  srp_dss: 'SRP-DSS',
}

const gnutls_ciphers: Readonly<Partial<Record<BulkCipher, string>>> = {
  rc4_128: 'ARCFOUR-128',
  '3des_ede_cbc': '3DES-CBC',
  aes_128_cbc: 'AES-128-CBC',
  aes_256_cbc: 'AES-256-CBC',
  aes_128_gcm: 'AES-128-GCM',
  aes_256_gcm: 'AES-256-GCM',
  chacha20_poly1305: 'CHACHA20-POLY1305',
}

const gnutls_macs: Readonly<Record<MacHash, string>> = {
  md5: 'MD5',
  sha: 'SHA1',
  sha256: 'SHA256',
  sha384: 'SHA384',
  null: 'AEAD',
}
