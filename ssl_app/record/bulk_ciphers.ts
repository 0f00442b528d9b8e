// The ciphers that suites name, and how they work. RFC 5246 appendix C

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
  /** The last so many bytes of 12 are the nonce: 8 are nothing but the sequence number. */
  readonly nonce_size: 8 | 12
}

/** Sizes are in bytes. */
export interface CbcAlgorithm {
  readonly mode: 'cbc'
  readonly cipher: BlockCipher
  readonly key_size: number
  readonly block_size: number
}

/** Sizes are in bytes. */
export interface StreamAlgorithm {
  readonly mode: 'stream'
  readonly cipher: 'rc4'
  readonly key_size: number
}

/** How a bulk cipher works. */
export type BulkAlgorithm = AeadAlgorithm | CbcAlgorithm | StreamAlgorithm

const gcm = { mode: 'aead', implicit_nonce: 4, explicit_nonce: 8, nonce_size: 12 } as const
const chacha20 = { mode: 'aead', key_size: 32, explicit_nonce: 0 } as const
const aes_cbc = { mode: 'cbc', block_size: 16 } as const
const des_cbc = { mode: 'cbc', block_size: 8 } as const

const algorithms: Readonly<Record<BulkCipher, BulkAlgorithm>> = {
  aes_128_gcm: { ...gcm, cipher: 'aes_128_gcm', key_size: 16 },
  aes_256_gcm: { ...gcm, cipher: 'aes_256_gcm', key_size: 32 },
  chacha20_poly1305: { ...chacha20, cipher: 'chacha20_poly1305', implicit_nonce: 12, nonce_size: 12 },
  aes_128_cbc: { ...aes_cbc, cipher: 'aes_128_cbc', key_size: 16 },
  aes_256_cbc: { ...aes_cbc, cipher: 'aes_256_cbc', key_size: 32 },
  '3des_ede_cbc': { ...des_cbc, cipher: 'des_ede3_cbc', key_size: 24 },
  des_cbc: { ...des_cbc, cipher: 'des_cbc', key_size: 8 },
  rc4_128: { mode: 'stream', cipher: 'rc4', key_size: 16 },
}

/** draft-agl-tls-chacha20poly1305-04 §5: nothing of the nonce comes from the keys. */
const draft_chacha20: AeadAlgorithm = {
  ...chacha20,
  cipher: 'chacha20_poly1305_draft',
  implicit_nonce: 0,
  nonce_size: 8,
}

/**
 * How the cipher works; undefined if the crypto provider in use does not have it.
 *
 * @param draft - ChaCha20 as in the draft before RFC 7905
 */
export function bulk_algorithm(cipher: BulkCipher, draft = false): BulkAlgorithm | undefined {
  const algorithm = draft && cipher === 'chacha20_poly1305' ? draft_chacha20 : algorithms[cipher]
  return supports().ciphers.includes(algorithm.cipher) ? algorithm : undefined
}
