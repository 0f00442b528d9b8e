// The cryptographic primitives that ssl and public_key are made of, named as OTP's crypto application names
// them. What does the work is a provider: OpenSSL by way of Node, or the portable @noble packages.

import { Exit } from '../../runtime/erlang/term.ts'
import { provider, supports } from './current_provider.ts'
import { read_private_key, read_public_key } from './keys.ts'
import { hash_names } from './openssl_names.ts'
import type {
  AeadCipher,
  AeadKey,
  BlockCipher,
  CipherState,
  Direction,
  HashState,
  HashType,
  IoData,
  Pbkdf2,
  PrivateKey,
  PublicKey,
  Rc2Cipher,
  SignatureScheme,
} from './provider.ts'
import { rc2_cbc_init } from './rc2.ts'
import { rc4_init } from './rc4.ts'
import { permits } from './rsa_pss.ts'

export { provider_name, supports, use_provider } from './current_provider.ts'
export type { DhGroup, DhGroupName, DhKey, DhKeyPair } from './dh.ts'
export { dh_compute_key, dh_generate_key, dh_group, dh_group_bits, is_dh_group } from './dh.ts'
export { agreement_key, compute_key, ec_point, generate_key } from './key_agreement.ts'
export {
  generate_private_key,
  type KeyParameters,
  private_key_to_pkcs8,
  public_key_of,
} from './key_generation.ts'
export type {
  AeadCipher,
  AeadKey,
  BlockCipher,
  CipherState,
  Curve,
  Direction,
  HashState,
  HashType,
  IoData,
  KeyAgreementKey,
  KeyPair,
  KeyType,
  Pbkdf2,
  PrivateKey,
  ProviderName,
  PssParameters,
  PublicKey,
  Rc2Cipher,
  SignatureAlgorithm,
  SignatureScheme,
  Supports,
} from './provider.ts'
export {
  private_decrypt,
  private_encrypt,
  public_decrypt,
  public_encrypt,
  type RsaOptions,
  type RsaPadding,
} from './rsa_encryption.ts'
export {
  type SrpKey,
  srp_client_key,
  srp_client_premaster,
  srp_server_key,
  srp_server_premaster,
  srp_user_key,
} from './srp.ts'
export { type SrpGroupName, srp_group_name, srp_groups } from './srp_groups.ts'

// ---- Hashes

/**
 * The hash of `data`.
 *
 * @see OTP: `crypto:hash/2`
 */
export function hash(type: HashType, data: IoData): Uint8Array {
  return provider.hash(type, data)
}

/**
 * Begins a hash whose data comes piece by piece.
 *
 * @see OTP: `crypto:hash_init/1`
 */
export function hash_init(type: HashType): HashState {
  return provider.hash_init(type)
}

/**
 * Feeds `data` to a hash.
 *
 * @returns `state` itself, changed
 * @see OTP: `crypto:hash_update/2`
 */
export function hash_update(state: HashState, data: IoData): HashState {
  if (data instanceof Uint8Array) state.update(data)
  else for (const piece of data) state.update(piece)
  return state
}

/**
 * The hash of what `state` was fed so far. The state can be fed, and asked, again.
 *
 * @see OTP: `crypto:hash_final/1`
 */
export function hash_final(state: HashState): Uint8Array {
  return state.digest()
}

/**
 * The HMAC (RFC 2104) of `data`.
 *
 * @param key - of any length
 * @see OTP: `crypto:mac/4`
 */
export function mac(_type: 'hmac', digest: HashType, key: Uint8Array, data: IoData): Uint8Array {
  return provider.hmac(digest, key, data)
}

/**
 * Whether two byte strings are the same, in a time that depends on their length only.
 *
 * @returns false when they differ in length
 * @see OTP: `crypto:hash_equals/2`
 */
export function hash_equals(left: Uint8Array, right: Uint8Array): boolean {
  return provider.hash_equals(left, right)
}

// ---- Ciphers

/** A copy of a key for {@link crypto_one_time_aead_encrypt} and its kin: what a key costs is then paid once only. */
export const aead_key = (key: Uint8Array): AeadKey => ({ bytes: Uint8Array.from(key) })

/**
 * Encrypts and authenticates.
 *
 * @param iv - 12 bytes (`chacha20_poly1305_draft`: 8), never used twice with one key
 * @param aad - authenticated, but not part of the result
 * @returns the ciphertext followed by its 16 byte tag, in a buffer of their own
 * @see OTP: `crypto:crypto_one_time_aead/6`; RFC 5116 §2.1
 */
export function crypto_one_time_aead_encrypt(
  cipher: AeadCipher,
  key: Uint8Array | AeadKey,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const [ciphertext, tag] = provider.aead_encrypt(cipher, key, iv, plaintext, aad)
  const both = new Uint8Array(ciphertext.length + tag.length)
  both.set(ciphertext)
  both.set(tag, ciphertext.length)
  return both
}

/**
 * As {@link crypto_one_time_aead_encrypt}, for those who put the two into a larger whole themselves: what joins
 * them costs a quarter of the encryption of a full TLS record.
 *
 * @returns the ciphertext, and the 16 byte tag
 */
export function crypto_one_time_aead_encrypt_parts(
  cipher: AeadCipher,
  key: Uint8Array | AeadKey,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): readonly [ciphertext: Uint8Array, tag: Uint8Array] {
  return provider.aead_encrypt(cipher, key, iv, plaintext, aad)
}

/**
 * Checks and decrypts.
 *
 * @param ciphertext_and_tag - what {@link crypto_one_time_aead_encrypt} made
 * @returns the plaintext in a buffer of its own, or undefined when anything of it does not authenticate
 * @see OTP: `crypto:crypto_one_time_aead/7`; RFC 5116 §2.2
 */
export function crypto_one_time_aead_decrypt(
  cipher: AeadCipher,
  key: Uint8Array | AeadKey,
  iv: Uint8Array,
  ciphertext_and_tag: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  return provider.aead_decrypt(cipher, key, iv, ciphertext_and_tag, aad)
}

/**
 * A cipher that lives as long as the stream it encrypts or decrypts. Nothing is padded.
 *
 * @param iv - one block; RC4 has none and takes no bytes
 * @throws {@link Exit} `['notsup', cipher]` when the provider does not have it
 * @see OTP: `crypto:crypto_init/4`
 */
export function cipher_init(
  cipher: BlockCipher | Rc2Cipher | 'rc4',
  key: Uint8Array,
  iv: Uint8Array,
  direction: Direction,
): CipherState {
  if (cipher === 'rc4') return rc4_init(key)
  if (is_rc2(cipher)) return rc2_cbc_init(cipher, key, iv, direction)
  if (!supports().ciphers.includes(cipher)) throw new Exit(['notsup', cipher])
  return provider.cipher_init(cipher, key, iv, direction)
}

function is_rc2(cipher: BlockCipher | Rc2Cipher): cipher is Rc2Cipher {
  return cipher.startsWith('rc2')
}

/**
 * The next part of the stream.
 *
 * @param data - whole blocks; with RC4 any number of bytes
 * @returns as many bytes
 * @throws {@link Exit} `['badarg', …]` when `data` ends within a block
 * @see OTP: `crypto:crypto_update/2`
 */
export function cipher_update(state: CipherState, data: Uint8Array): Uint8Array {
  if (data.length % state.block_size !== 0) {
    throw new Exit(['badarg', `${data.length} bytes are not blocks of ${state.block_size}`])
  }
  return state.update(data)
}

/**
 * A key made of a password.
 *
 * @see OTP: `crypto:pbkdf2_hmac/5`; RFC 8018 §5.2
 */
export function pbkdf2_hmac(digest: HashType, password: Uint8Array, how: Pbkdf2): Uint8Array {
  return provider.pbkdf2(digest, password, how)
}

/**
 * `size` bytes that nobody can predict.
 *
 * @see OTP: `crypto:strong_rand_bytes/1`
 */
export function strong_rand_bytes(size: number): Uint8Array {
  return provider.strong_rand_bytes(size)
}

/** Overwrites a secret that is no longer needed. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0)
}

// ---- Signatures and RSA

/**
 * The public key in a DER encoded SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): RSA, RSASSA-PSS, DSA, EC on a named curve,
 * Ed25519 or Ed448.
 *
 * @returns undefined when it is malformed, not a point of its curve, or of a kind that the provider does not have
 */
export function public_key_from_spki(der: Uint8Array): PublicKey | undefined {
  const key = read_public_key(der)
  return key && provider.accepts_public_key(key) ? key : undefined
}

/**
 * The private key in a DER encoded, unencrypted PKCS#8 PrivateKeyInfo (RFC 5958), of the same kinds.
 *
 * @returns undefined when it is malformed or of an unknown kind
 */
export function private_key_from_pkcs8(der: Uint8Array): PrivateKey | undefined {
  const key = read_private_key(der)
  return key && provider.accepts_private_key(key) ? key : undefined
}

/**
 * Signs `data`, which is hashed on the way as the scheme says.
 *
 * @throws {@link Exit} `['badarg', …]` when the scheme is not one of the key's or, with the digest `'none'`, `data`
 *   is too long for the key; `['notsup', …]` when the provider makes no such signatures, see {@link supports}
 * @throws an error of the provider's when an RSA key is too short for the digest
 * @see OTP: `crypto:sign/4`
 */
export function sign(scheme: SignatureScheme, data: IoData, key: PrivateKey): Uint8Array {
  if (!fits(scheme, key)) {
    throw new Exit(['badarg', `${scheme.algorithm} with ${scheme.digest} by a key of type ${key.type}`])
  }
  if (scheme.algorithm === 'rsa' && scheme.digest === 'none') check_room(key, size_of(data))
  return provider.sign(scheme, data, key)
}

/**
 * Whether `signature` is one of `data` by the owner of `key`. Whatever a peer sends, this does not throw.
 *
 * @returns false also when the scheme is not one of the key's
 * @see OTP: `crypto:verify/5`
 */
export function verify(
  scheme: SignatureScheme,
  data: IoData,
  signature: Uint8Array,
  key: PublicKey,
): boolean {
  return fits(scheme, key) && provider.verify(scheme, data, signature, key)
}

/**
 * Encrypts with PKCS#1 v1.5 padding.
 *
 * @param data - at least 11 bytes shorter than the modulus
 * @returns as many bytes as the modulus has
 * @throws {@link Exit} `['badarg', …]` when the key is not an RSA key or `data` is too long for it
 * @see OTP: `crypto:public_encrypt/4`; RFC 8017 §7.2.1
 */
export function rsa_public_encrypt(key: PublicKey, data: Uint8Array): Uint8Array {
  if (key.type !== 'rsa') throw new Exit(['badarg', `encryption with a key of type ${key.type}`])
  check_room(key, data.length)
  return provider.rsa_public_encrypt(key, data)
}

/**
 * The RSA private operation alone. The padding is still there, to be taken off in constant time by the caller
 * (RFC 5246 §7.4.7.1).
 *
 * @returns as many bytes as the modulus has, or undefined when `data` has another length or is not below the
 *   modulus, which everybody can see
 * @throws {@link Exit} `['badarg', …]` when the key is not an RSA key, `['notsup', …]` when the provider has no
 *   RSA private keys, see {@link supports}
 */
export function rsa_private_decrypt_raw(key: PrivateKey, data: Uint8Array): Uint8Array | undefined {
  if (key.type !== 'rsa') throw new Exit(['badarg', `decryption with a key of type ${key.type}`])
  if (data.length !== Math.ceil(key.bits / 8)) return undefined
  return provider.rsa_private_decrypt_raw(key, data)
}

/** PKCS#1 v1.5 padding takes 11 bytes at least. */
function check_room(key: PublicKey | PrivateKey, size: number): void {
  const room = Math.ceil(key.bits / 8) - 11
  if (size > room) throw new Exit(['badarg', `${size} bytes for a key with room for ${room}`])
}

function size_of(data: IoData): number {
  return data instanceof Uint8Array ? data.length : data.reduce((sum, piece) => sum + piece.length, 0)
}

/** Whether a key of this type makes such signatures. */
function fits(scheme: SignatureScheme, key: PublicKey | PrivateKey): boolean {
  const { algorithm, digest } = scheme
  switch (key.type) {
    case 'rsa':
      return algorithm === 'rsa' ? is_digest(digest) : algorithm === 'rsa_pss' && is_hash(digest)
    case 'rsa_pss':
      return algorithm === 'rsa_pss' && is_hash(digest) && permits(key, scheme)
    case 'dsa':
      return algorithm === 'dsa' && is_hash(digest) && digest !== 'md5'
    case 'ec':
      return algorithm === 'ecdsa' && is_hash(digest)
    default:
      return algorithm === 'eddsa' && digest === 'none'
  }
}

/** OpenSSL takes a name that nobody knows for the digest of its own choice. */
function is_hash(digest: SignatureScheme['digest']): digest is HashType {
  return Object.hasOwn(hash_names, digest)
}

function is_digest(digest: SignatureScheme['digest']): boolean {
  return is_hash(digest) || digest === 'md5sha' || digest === 'none'
}
