// The ciphers that suites name, and how those work that are implemented. RFC 5246 appendix C

import { type AeadCipher, type BlockCipher, supports } from '../../apps/crypto/crypto.ts'

/** OTP: `ssl:cipher()` */
export type BulkCipher =
  | 'rc4_128'
  | 'des_cbc'
  | '3des_ede_cbc'
  | 'aes_128_cbc'
  | 'aes_256_cbc'
  | 'aes_128_gcm'
  | 'aes_256_gcm'
  | 'chacha20_poly1305'

/** Sizes are in bytes. A nonce has two parts: what the keys give, and what travels with each record. */
export interface AeadAlgorithm {
  readonly mode: 'aead'
  readonly cipher: AeadCipher
  readonly key_size: number
  readonly implicit_nonce: number
  readonly explicit_nonce: number
}

/** Sizes are in bytes. */
export interface CbcAlgorithm {
  readonly mode: 'cbc'
  readonly cipher: BlockCipher
  readonly key_size: number
  readonly block_size: number
}

const gcm = { mode: 'aead', implicit_nonce: 4, explicit_nonce: 8 } as const
const chacha20 = { mode: 'aead', implicit_nonce: 12, explicit_nonce: 0 } as const
const aes_cbc = { mode: 'cbc', block_size: 16 } as const

const algorithms: Readonly<Partial<Record<BulkCipher, AeadAlgorithm | CbcAlgorithm>>> = {
  aes_128_gcm: { ...gcm, cipher: 'aes_128_gcm', key_size: 16 },
  aes_256_gcm: { ...gcm, cipher: 'aes_256_gcm', key_size: 32 },
  chacha20_poly1305: { ...chacha20, cipher: 'chacha20_poly1305', key_size: 32 },
  aes_128_cbc: { ...aes_cbc, cipher: 'aes_128_cbc', key_size: 16 },
  aes_256_cbc: { ...aes_cbc, cipher: 'aes_256_cbc', key_size: 32 },
}

/** How the cipher works; undefined if it is not implemented, here or by the crypto provider in use. */
export function bulk_algorithm(cipher: BulkCipher): AeadAlgorithm | CbcAlgorithm | undefined {
  const algorithm = algorithms[cipher]
  return algorithm && supports().ciphers.includes(algorithm.cipher) ? algorithm : undefined
}
