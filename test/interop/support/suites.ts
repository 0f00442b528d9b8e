// The cipher suites the interoperability tests go through, under the name that each program has for them.

export type KeyType = 'rsa' | 'ecdsa'

export interface Suite {
  /** As IANA registers it. */
  readonly name: string
  readonly openssl: string
  readonly gnutls: { readonly key_exchange: string; readonly cipher: string; readonly mac: string }
  /** As `ssl` writes it, without the PRF. */
  readonly erlang: readonly [key_exchange: string, cipher: string, mac: string]
  /** The kind of key its server certificate has. */
  readonly key: KeyType
}

const ciphers = [
  // IANA, OpenSSL, GnuTLS cipher, GnuTLS MAC, ssl cipher, ssl MAC
  ['AES_128_GCM_SHA256', 'AES128-GCM-SHA256', 'AES-128-GCM', 'AEAD', 'aes_128_gcm', 'null'],
  ['AES_256_GCM_SHA384', 'AES256-GCM-SHA384', 'AES-256-GCM', 'AEAD', 'aes_256_gcm', 'null'],
  ['CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305', 'CHACHA20-POLY1305', 'AEAD', 'chacha20_poly1305', 'null'],
  ['AES_128_CBC_SHA', 'AES128-SHA', 'AES-128-CBC', 'SHA1', 'aes_128_cbc', 'sha'],
  ['AES_256_CBC_SHA', 'AES256-SHA', 'AES-256-CBC', 'SHA1', 'aes_256_cbc', 'sha'],
  ['AES_128_CBC_SHA256', 'AES128-SHA256', 'AES-128-CBC', 'SHA256', 'aes_128_cbc', 'sha256'],
  ['AES_256_CBC_SHA384', 'AES256-SHA384', 'AES-256-CBC', 'SHA384', 'aes_256_cbc', 'sha384'],
] as const

const key_types: readonly KeyType[] = ['rsa', 'ecdsa']

/** TLS 1.2, ECDHE with either kind of certificate. */
export const suites: readonly Suite[] = key_types.flatMap(key =>
  ciphers.map(([iana, openssl, gnutls_cipher, gnutls_mac, cipher, mac]) => ({
    name: `TLS_ECDHE_${key.toUpperCase()}_WITH_${iana}`,
    openssl: `ECDHE-${key.toUpperCase()}-${openssl}`,
    gnutls: { key_exchange: `ECDHE-${key.toUpperCase()}`, cipher: gnutls_cipher, mac: gnutls_mac },
    erlang: [`ecdhe_${key}`, cipher, mac],
    key,
  })),
)

export function suites_for(key: KeyType): readonly Suite[] {
  return suites.filter(suite => suite.key === key)
}

/** @returns the IANA name, or OpenSSL's own if the tests know no such suite */
export function from_openssl_name(name: string): string {
  return suites.find(suite => suite.openssl === name)?.name ?? name
}

/** @returns the IANA name of a suite as `ssl` writes it, or what was given if the tests know no such suite */
export function from_erlang_suite(suite: readonly string[]): string {
  const same = suites.find(({ erlang }) => erlang.every((part, index) => part === suite[index]))
  return same?.name ?? suite.join()
}
