// What is done with keys: signatures, RSA encryption, fresh keys, agreements. Part of the module public_key.

import { Exit } from '../../runtime/erlang/term.ts'
import type {
  Curve,
  DhGroup,
  DhKey,
  HashType,
  IoData,
  KeyAgreementKey,
  PrivateKey,
  PublicKey,
  RsaOptions,
  SignatureScheme,
} from '../crypto/crypto.ts'
import * as crypto from '../crypto/crypto.ts'
import { named_curve } from '../crypto/curves.ts'
import type { AlgorithmIdentifier } from './otp_certificate.ts'
import { id_Ed448, id_Ed25519, type Oid } from './pubkey_oids.ts'
import { hash_type, signature_scheme } from './pubkey_signature.ts'

/** How RSA signs; other keys have no options. OTP: `crypto:pk_sign_verify_opts()`. */
export interface SignOptions {
  /** Default: `'rsa_pkcs1_padding'`, for keys that are for PSS alone PSS */
  readonly rsa_padding?: 'rsa_pkcs1_padding' | 'rsa_pkcs1_pss_padding'
  /**
   * Of PSS, in bytes; -1: as long as the digest; -2: the longest there is room for, and when verifying any. Default: -2
   */
  readonly rsa_pss_saltlen?: number
  /** Of PSS: the hash function of MGF1. Default: that of the signature, or what the key is restricted to */
  readonly rsa_mgf1_md?: HashType
}

// ---- Signatures

/**
 * Signs `data`.
 *
 * @param digest - what is hashed with; `'none'` for Ed25519 and Ed448
 * @throws `Exit` `['badarg', …]` when such keys do not sign with that digest, or with those options
 * @see OTP: `public_key:sign/3,4`
 */
export function sign(
  data: IoData,
  digest: HashType | 'none',
  key: PrivateKey,
  options: SignOptions = {},
): Uint8Array {
  return crypto.sign(scheme_for(key, digest, options), data, key)
}

/**
 * Whether `signature` is one of `data`. Whatever a peer sends, this does not throw.
 *
 * @param options - as of {@link sign}
 * @see OTP: `public_key:verify/4,5`
 */
export function verify(
  data: IoData,
  digest: HashType | 'none',
  signature: Uint8Array,
  key: PublicKey,
  options: SignOptions = {},
): boolean {
  return crypto.verify(scheme_for(key, digest, options), data, signature, key)
}

const algorithms = {
  rsa: 'rsa',
  rsa_pss: 'rsa_pss',
  dsa: 'dsa',
  ec: 'ecdsa',
  ed25519: 'eddsa',
  ed448: 'eddsa',
} as const

function scheme_for(
  key: PrivateKey | PublicKey,
  digest: SignatureScheme['digest'],
  options: SignOptions,
): SignatureScheme {
  const is_pss = key.type === 'rsa_pss' || options.rsa_padding === 'rsa_pkcs1_pss_padding'
  if (!is_pss) return { algorithm: algorithms[key.type], digest }
  if (options.rsa_padding === 'rsa_pkcs1_padding') return { algorithm: 'rsa', digest }
  const mgf1_digest = options.rsa_mgf1_md ?? key.pss?.mgf1_digest
  const salt = salt_length(options.rsa_pss_saltlen ?? -2)
  return {
    algorithm: 'rsa_pss',
    digest,
    ...(mgf1_digest && { mgf1_digest }),
    ...(salt !== undefined && { salt_length: salt }),
  }
}

function salt_length(option: number): number | 'auto' | undefined {
  if (option === -1) return undefined
  if (option === -2) return 'auto'
  if (!Number.isInteger(option) || option < 0) throw new Exit(['badarg', ['rsa_pss_saltlen', option]])
  return option
}

/**
 * How such signatures are made, or undefined when that is not known.
 *
 * @param algorithm - as certificates have it, or its object identifier alone
 * @throws `DecodeError` when it has parameters that it cannot have
 * @see OTP: `public_key:pkix_sign_types/1`
 */
export function pkix_sign_types(algorithm: AlgorithmIdentifier | Oid): SignatureScheme | undefined {
  return signature_scheme(typeof algorithm === 'string' ? { algorithm } : algorithm)
}

/**
 * The hash function with this object identifier, or undefined.
 *
 * @see OTP: `public_key:pkix_hash_type/1`
 */
export function pkix_hash_type(oid: Oid): HashType | undefined {
  return hash_type(oid)
}

// ---- Encryption

/**
 * Encrypts for the owner of a key.
 *
 * @throws `Exit` `['badarg', …]` when it is not an RSA key, or `data` is too long for it or for the padding
 * @see OTP: `public_key:encrypt_public/2,3`
 */
export function encrypt_public(
  data: Uint8Array,
  key: PublicKey | PrivateKey,
  options: RsaOptions = {},
): Uint8Array {
  return crypto.public_encrypt(data, public_half(key), options)
}

/**
 * Decrypts what {@link encrypt_public} made. With PKCS#1 v1.5 padding, the default, something else that is no ciphertext
 * gives other bytes and no error, so that nobody can find out what is one.
 *
 * @throws `Exit` `'decrypt_failed'`; `['badarg', …]` when it is not an RSA key
 * @see OTP: `public_key:decrypt_private/2,3`
 */
export function decrypt_private(data: Uint8Array, key: PrivateKey, options: RsaOptions = {}): Uint8Array {
  return crypto.private_decrypt(data, key, options)
}

/**
 * Applies the private key to `data`, which the public key then shows to everybody: a signature without hash.
 *
 * @throws `Exit` as {@link encrypt_public}
 * @see OTP: `public_key:encrypt_private/2,3`
 */
export function encrypt_private(data: Uint8Array, key: PrivateKey, options: RsaOptions = {}): Uint8Array {
  return crypto.private_encrypt(data, key, options)
}

/**
 * What {@link encrypt_private} was given.
 *
 * @throws `Exit` `'decrypt_failed'`; `['badarg', …]` when it is not an RSA key
 * @see OTP: `public_key:decrypt_public/2,3`
 */
export function decrypt_public(
  data: Uint8Array,
  key: PublicKey | PrivateKey,
  options: RsaOptions = {},
): Uint8Array {
  return crypto.public_decrypt(data, public_half(key), options)
}

function public_half(key: PublicKey | PrivateKey): PublicKey {
  return key.kind === 'public' ? key : crypto.public_key_of(key)
}

// ---- Fresh keys and agreements

/** A curve that keys of certificates are on, by its name or its object identifier. */
export type KeyCurve = Exclude<Curve, 'x25519' | 'x448'> | 'ed25519' | 'ed448'

/** What {@link generate_key} makes. OTP: its argument. */
export type KeyToGenerate =
  | readonly ['rsa', bits: number, public_exponent: number]
  | readonly ['namedCurve', KeyCurve | Oid]

/** A public value, and the private one that it goes with. */
export type AgreementPair<Key> = readonly [public_key: Uint8Array, private_key: Key]

const edwards_oids: Readonly<Record<Oid, KeyCurve>> = { [id_Ed25519]: 'ed25519', [id_Ed448]: 'ed448' }

/**
 * A fresh key: for RSA or on a curve a private key, of which `public_key_of` gives the other half; in a Diffie-Hellman
 * group, and on the curves x25519 and x448, which are for nothing else, both values.
 *
 * @throws `Exit` `['badarg', …]` when there are no such keys, `['notsup', curve]` when the provider does not have it
 * @see OTP: `public_key:generate_key/1`
 */
export function generate_key(
  parameters: readonly ['namedCurve', 'x25519' | 'x448'],
): AgreementPair<KeyAgreementKey>
export function generate_key(parameters: KeyToGenerate): PrivateKey
export function generate_key(parameters: DhGroup): AgreementPair<DhKey>
export function generate_key(
  parameters: KeyToGenerate | DhGroup | readonly ['namedCurve', 'x25519' | 'x448'],
): PrivateKey | AgreementPair<KeyAgreementKey | DhKey> {
  if ('p' in parameters) return generate_dh_key(parameters)
  if (parameters[0] === 'rsa') return crypto.generate_private_key(parameters)
  const [, name] = parameters
  const curve = edwards_oids[name] ?? named_curve(name) ?? name
  if (curve === 'x25519' || curve === 'x448') {
    const { public_key, private_key } = crypto.generate_key(curve)
    return [public_key, private_key]
  }
  return crypto.generate_private_key(['namedCurve', curve as KeyCurve])
}

function generate_dh_key(group: DhGroup): AgreementPair<DhKey> {
  const pair = crypto.dh_generate_key(group)
  if (!pair) throw new Exit(['badarg', 'no group that keys can be made in'])
  return [pair.public_key, pair.private_key]
}

/**
 * The secret shared with the owner of another key: on one curve, or in one Diffie-Hellman group.
 *
 * @param other - the other's public key, or the value that it is: a point, a number
 * @param own - what {@link generate_key} gave
 * @throws `Exit` `['badarg', …]` when they do not go together, or the other's is no legal public key
 * @see OTP: `public_key:compute_key/2,3`
 */
export function compute_key(
  other: PublicKey | Uint8Array,
  own: PrivateKey | DhKey | KeyAgreementKey,
): Uint8Array {
  const secret = 'group' in own ? dh_secret(other, own) : curve_secret(other, own)
  if (!secret) throw new Exit(['badarg', 'no legal public key'])
  return secret
}

function dh_secret(other: PublicKey | Uint8Array, own: DhKey): Uint8Array | undefined {
  return other instanceof Uint8Array ? crypto.dh_compute_key(own.group, other, own) : undefined
}

function curve_secret(
  other: PublicKey | Uint8Array,
  own: PrivateKey | KeyAgreementKey,
): Uint8Array | undefined {
  const key = 'compute' in own ? own : crypto.agreement_key(own)
  if (other instanceof Uint8Array) return crypto.compute_key(key.curve, other, key)
  return other.curve === key.curve ? crypto.compute_key(key.curve, crypto.ec_point(other), key) : undefined
}
