// What a crypto provider must be able to do. `node_provider.ts` and `noble_provider.ts` are the two there are;
// `crypto.ts` is the API in front of them. The names are those of OTP's crypto application.

import type { Curve } from './curves.ts'

export type { Curve } from './curves.ts'

/** OTP: `crypto:hash_algorithm()`. `'sha'` is SHA-1. */
export type HashType = 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** Bytes in one piece, or in several that are read one after the other. */
export type IoData = Uint8Array | readonly Uint8Array[]

/**
 * Key 16 or 32 bytes as the name says (ChaCha20: 32), nonce 12 bytes, tag 16 bytes.
 *
 * `chacha20_poly1305_draft` is the construction of draft-agl-tls-chacha20poly1305-04, before RFC 7539 changed it:
 * its nonce has 8 bytes.
 */
export type AeadCipher = 'aes_128_gcm' | 'aes_256_gcm' | 'chacha20_poly1305' | 'chacha20_poly1305_draft'

/** `des_cbc` takes a key of 8 bytes, `des_ede3_cbc` one of 24. */
export type BlockCipher = 'aes_128_cbc' | 'aes_192_cbc' | 'aes_256_cbc' | 'des_ede3_cbc' | 'des_cbc'

/** A key of 1 to 128 bytes, of which 128, 64 or 40 bits count. RFC 2268 */
export type Rc2Cipher = 'rc2_cbc' | 'rc2_64_cbc' | 'rc2_40_cbc'

/** What a cipher does. */
export type Direction = 'encrypt' | 'decrypt'

/** A key that is used many times. Its bytes are its own, and stay what they are until they are wiped. */
export interface AeadKey {
  readonly bytes: Uint8Array
}

/** A hash that is being fed. */
export interface HashState {
  update(data: Uint8Array): void
  /** The hash of what was fed so far; more can be fed afterwards. */
  digest(): Uint8Array
}

/** A cipher in the middle of a stream. */
export interface CipherState {
  /** In bytes; 1 for a stream cipher. */
  readonly block_size: number
  /** As many bytes as `data` has; for block ciphers these must be whole blocks. */
  update(data: Uint8Array): Uint8Array
}

/** The private half of a Diffie-Hellman key pair on a curve. It never leaves the provider. */
export interface KeyAgreementKey {
  readonly curve: Curve
  /** The shared secret, or undefined when `peer_public` is not a legal public value. */
  compute(peer_public: Uint8Array): Uint8Array | undefined
}

/** Keys for one agreement. OTP: what `crypto:generate_key/2` gives. */
export interface KeyPair {
  /** X9.62 uncompressed point, or for x25519 and x448 the raw value. */
  readonly public_key: Uint8Array
  readonly private_key: KeyAgreementKey
}

/**
 * Raises a base to a secret exponent that it keeps, modulo a number that it keeps too. Big endian; the result is as
 * long as the modulus. Undefined when base or result is 0, 1 or the modulus less one, which tell nothing, or when
 * the base is not below the modulus.
 */
export type ModularPower = (base: Uint8Array) => Uint8Array | undefined

/** What a key is for; X.509 tells by an OID. A key of type `'rsa_pss'` is an RSA key that makes PSS signatures only. */
export type KeyType = 'rsa' | 'rsa_pss' | 'dsa' | 'ec' | 'ed25519' | 'ed448'

/** What a key for RSASSA-PSS is restricted to: RFC 4055 §3.3. OTP: `#'RSASSA-PSS-params'{}`. */
export interface PssParameters {
  readonly digest: HashType
  readonly mgf1_digest: HashType
  /** In bytes: salts must not be shorter. */
  readonly salt_length: number
}

/** A public key that was checked to be well formed and, on a curve, to be a point of it. */
export interface PublicKey {
  readonly kind: 'public'
  readonly type: KeyType
  /** The size of the modulus (rsa, dsa) or of the field (the others). */
  readonly bits: number
  /** Only where `type` is `'ec'`. */
  readonly curve?: Curve
  /** Only where `type` is `'rsa_pss'`, and the key is restricted. */
  readonly pss?: PssParameters
  /** The DER encoded SubjectPublicKeyInfo it was made from. */
  readonly spki: Uint8Array
}

/** A private key. What is secret in it cannot be printed, logged or sent by accident. */
export interface PrivateKey {
  readonly kind: 'private'
  readonly type: KeyType
  /** The size of the modulus (rsa, dsa) or of the field (the others). */
  readonly bits: number
  /** Only where `type` is `'ec'`. */
  readonly curve?: Curve
  /** Only where `type` is `'rsa_pss'`, and the key is restricted. */
  readonly pss?: PssParameters
}

/** The algorithms of signatures, each with one kind of key. */
export type SignatureAlgorithm = 'rsa' | 'rsa_pss' | 'dsa' | 'ecdsa' | 'eddsa'

/**
 * How a signature is made. `'rsa'` is RSASSA-PKCS1-v1_5; `'rsa_pss'` is RSASSA-PSS with MGF1; DSA and ECDSA signatures are DER; DSA never goes with MD5.
 *
 * The digest `'md5sha'` is RSA's in TLS before 1.2: MD5 and SHA-1 one after the other, without DigestInfo.
 * The digest `'none'` is EdDSA's, which hashes by itself. With RSA it signs the data as they are, padded, without
 * hash and DigestInfo: what SSL 3.0 does with its own kind of hash.
 */
export interface SignatureScheme {
  readonly algorithm: SignatureAlgorithm
  readonly digest: HashType | 'md5sha' | 'none'
  /** Of `'rsa_pss'`: the hash function of MGF1. Default: `digest` */
  readonly mgf1_digest?: HashType
  /**
   * Of `'rsa_pss'`: in bytes. Default: as long as the digest. `'auto'` signs with the longest there is room for, and
   * verifies any.
   */
  readonly salt_length?: number | 'auto'
}

/** What a provider can do here; a platform may lack some. OTP: `crypto:supports/0`. */
export interface Supports {
  readonly hashs: readonly HashType[]
  readonly ciphers: readonly (AeadCipher | BlockCipher | Rc2Cipher | 'rc4')[]
  readonly curves: readonly Curve[]
  /** What signatures can be verified with; `'rsa'` includes encryption. */
  readonly public_keys: readonly SignatureAlgorithm[]
  /** What signatures can be made with; `'rsa'` includes decryption. */
  readonly private_keys: readonly SignatureAlgorithm[]
}

/** How a key is made of a password: RFC 8018 §5.2. */
export interface Pbkdf2 {
  readonly salt: Uint8Array
  readonly iterations: number
  /** Of the key, in bytes. */
  readonly size: number
}

/** Who does the work: OpenSSL by `node:crypto`, or `@noble` in JavaScript alone. */
export type ProviderName = 'node' | 'noble'

/**
 * The door to one implementation of the primitives. `crypto.ts` has already made sure that a key fits the
 * scheme it is used with, and that a peer's public value has the form its curve asks for.
 */
export interface Provider {
  readonly name: ProviderName
  supports(): Supports

  hash(type: HashType, data: IoData): Uint8Array
  hash_init(type: HashType): HashState
  hmac(type: HashType, key: Uint8Array, data: IoData): Uint8Array
  hash_equals(left: Uint8Array, right: Uint8Array): boolean
  pbkdf2(digest: HashType, password: Uint8Array, how: Pbkdf2): Uint8Array
  strong_rand_bytes(size: number): Uint8Array

  aead_encrypt(
    cipher: AeadCipher,
    key: Uint8Array | AeadKey,
    iv: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array,
  ): readonly [ciphertext: Uint8Array, tag: Uint8Array]
  aead_decrypt(
    cipher: AeadCipher,
    key: Uint8Array | AeadKey,
    iv: Uint8Array,
    ciphertext_and_tag: Uint8Array,
    aad: Uint8Array,
  ): Uint8Array | undefined
  cipher_init(cipher: BlockCipher, key: Uint8Array, iv: Uint8Array, direction: Direction): CipherState

  /** With `private_value`, the pair that has it; throws when it is not one of the curve's. */
  generate_key(curve: Curve, private_value?: Uint8Array): KeyPair
  /** A point of a public key, which may be compressed, in the form that keys are exchanged in. */
  uncompressed_point(curve: Curve, point: Uint8Array): Uint8Array
  /** @param modulus - odd, 512 to 8192 bits, without leading zeros */
  modular_power(exponent: Uint8Array, modulus: Uint8Array): ModularPower

  /** Whether the provider can use this key. It may keep what it has learnt about it. */
  accepts_public_key(key: PublicKey): boolean
  /** Whether this is a key. That the provider can do nothing with its type is no reason to refuse it. */
  accepts_private_key(key: PrivateKey): boolean
  sign(scheme: SignatureScheme, data: IoData, key: PrivateKey): Uint8Array
  verify(scheme: SignatureScheme, data: IoData, signature: Uint8Array, key: PublicKey): boolean
  rsa_public_encrypt(key: PublicKey, data: Uint8Array): Uint8Array
  /** RSAEP; undefined unless `data` is as long as the modulus and below it. */
  rsa_public_raw(key: PublicKey, data: Uint8Array): Uint8Array | undefined
  rsa_private_decrypt_raw(key: PrivateKey, data: Uint8Array): Uint8Array | undefined

  /** The PKCS#8 of a fresh key. */
  generate_rsa_key(bits: number, exponent: number): Uint8Array
  /** A fresh private value, of any length. */
  generate_scalar(curve: Curve): Uint8Array
  /** The public key of a private one of EdDSA. */
  edwards_point(key: PrivateKey): Uint8Array
}
