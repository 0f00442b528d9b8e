// What OpenSSL 3.0 puts into its hellos by default, and with it curl and Node.

/** The finite field groups of RFC 7919 have no name in ours. */
export const openssl_groups = [
  'x25519',
  'secp256r1',
  'x448',
  'secp521r1',
  'secp384r1',
  256,
  257,
  258,
  259,
  260,
] as const

/** Neither have DSA with SHA-384 and SHA-512, and RSA-PSS with keys of its own. */
export const openssl_schemes = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  'ecdsa_sha224',
  'rsa_pkcs1_sha224',
  'dsa_sha224',
  'dsa_sha256',
  0x0502,
  0x0602,
] as const

export const all_point_formats = [
  'uncompressed',
  'ansiX962_compressed_prime',
  'ansiX962_compressed_char2',
] as const
