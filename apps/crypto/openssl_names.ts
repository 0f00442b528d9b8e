// What OpenSSL calls the things to which OTP gave other names.

import type { Curve } from './curves.ts'
import type { AeadCipher, BlockCipher, HashType } from './provider.ts'

export const hash_names = {
  md5: 'md5',
  sha: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
} as const satisfies Record<HashType, string>

export const aead_names = {
  aes_128_gcm: 'aes-128-gcm',
  aes_256_gcm: 'aes-256-gcm',
  chacha20_poly1305: 'chacha20-poly1305',
  // The cipher alone; what authenticates is put on top of it here.
  chacha20_poly1305_draft: 'chacha20',
} as const satisfies Record<AeadCipher, string>

/** Single DES is gone from OpenSSL 3, but is triple DES with one key three times. */
export const block_cipher_names = {
  aes_128_cbc: 'aes-128-cbc',
  aes_192_cbc: 'aes-192-cbc',
  aes_256_cbc: 'aes-256-cbc',
  des_ede3_cbc: 'des-ede3-cbc',
  des_cbc: 'des-ede3-cbc',
} as const satisfies Record<BlockCipher, string>

export function curve_name(curve: Curve): string {
  if (curve === 'secp256r1') return 'prime256v1'
  if (curve === 'secp192r1') return 'prime192v1'
  return curve
}
