// The portable provider, and the only door to the @noble packages: JavaScript alone, which computes with BigInt and
// looks things up in tables, and so is not constant in time. What they do not have, such as RSA, DSA and DES, is ours.

import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20orig, chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { equalBytes } from '@noble/ciphers/utils.js'
import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { ed448, x448 } from '@noble/curves/ed448.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes } from '@noble/hashes/utils.js'
import { Exit } from '../../runtime/erlang/term.ts'
import { bytes_of as bytes_of_number, number_of, power } from './big_numbers.ts'
import { type ChaCha20, draft_decrypt, draft_encrypt } from './chacha20_poly1305_draft.ts'
import { type Curve, curve_size, is_montgomery } from './curves.ts'
import { des_cbc_init } from './des.ts'
import { type Hmac, is_dsa_private_key, is_dsa_public_key, sign_dsa, verify_dsa } from './dsa.ts'
import { components_of_private, components_of_public, type RsaPrivateNumbers } from './keys.ts'
import { is_prime_curve, prime_curve, prime_curve_names } from './prime_curves.ts'
import type {
  AeadCipher,
  AeadKey,
  HashType,
  IoData,
  KeyPair,
  ModularPower,
  Provider,
  SignatureScheme,
  Supports,
} from './provider.ts'
import { is_rsa_private_key, private_operation, sign_pkcs1, sign_pss } from './rsa_private.ts'
import {
  type Digest,
  digest_info,
  encrypt_pkcs1,
  type RsaPublicKey,
  verify_pkcs1,
  verify_pss,
} from './rsa_public.ts'

const hashes = { md5, sha: sha1, sha224, sha256, sha384, sha512 } as const satisfies Record<HashType, unknown>

const aeads = {
  aes_128_gcm: gcm,
  aes_256_gcm: gcm,
  chacha20_poly1305: chacha20poly1305,
} as const satisfies Record<Exclude<AeadCipher, 'chacha20_poly1305_draft'>, unknown>

const chacha20: ChaCha20 = {
  xor: (key, nonce, data, block) => chacha20orig(key, nonce, data, undefined, block),
  hash_equals: equalBytes,
}

const montgomery_curves = { x25519, x448 } as const
const edwards_curves = { ed25519, ed448 } as const

/** Those of `prime_curves.ts` are added when they are first asked for. */
const weierstrass_curves = new Map<Curve, typeof p256>([
  ['secp521r1', p521],
  ['brainpoolP512r1', brainpoolP512r1],
  ['brainpoolP384r1', brainpoolP384r1],
  ['secp384r1', p384],
  ['brainpoolP256r1', brainpoolP256r1],
  ['secp256k1', secp256k1],
  ['secp256r1', p256],
])

const tag_size = 16
const block_size = 16
// The most that the Web Crypto API gives at once.
const max_random_size = 65_536

// The digest comes from here, in DER, and both values of s are right.
const ecdsa_options = { prehash: false, lowS: false, format: 'der' } as const

const block_ciphers = ['aes_128_cbc', 'aes_256_cbc', 'des_ede3_cbc', 'des_cbc'] as const
const aead_ciphers = ['aes_128_gcm', 'aes_256_gcm', 'chacha20_poly1305', 'chacha20_poly1305_draft'] as const

const supported: Supports = {
  hashs: ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'],
  ciphers: [...aead_ciphers, ...block_ciphers, 'rc4'],
  // Those over binary fields are missing.
  curves: [...weierstrass_curves.keys(), ...prime_curve_names, 'x25519', 'x448'],
  public_keys: ['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'],
  private_keys: ['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'],
}

/** The primitives of @noble/hashes, @noble/ciphers and @noble/curves. */
export const noble_provider: Provider = {
  name: 'noble',
  supports: () => supported,

  hash(type, data) {
    return feed(hashes[type].create(), data).digest()
  },

  hash_init(type) {
    const state = hashes[type].create()
    return { update: data => void state.update(data), digest: () => state.clone().digest() }
  },

  hmac(type, key, data) {
    return feed(hmac.create(hashes[type], key), data).digest()
  },

  hash_equals: equalBytes,
  strong_rand_bytes,

  aead_encrypt(cipher, key, iv, plaintext, aad) {
    check_key(cipher, bytes_of(key))
    if (cipher === 'chacha20_poly1305_draft')
      return draft_encrypt(chacha20, [bytes_of(key), iv], plaintext, aad)
    const both = aeads[cipher](bytes_of(key), iv, aad).encrypt(plaintext)
    return [both.subarray(0, -tag_size), both.subarray(-tag_size)]
  },

  aead_decrypt(cipher, key, iv, ciphertext_and_tag, aad) {
    check_key(cipher, bytes_of(key))
    if (ciphertext_and_tag.length < tag_size) return undefined
    if (cipher === 'chacha20_poly1305_draft') {
      return draft_decrypt(chacha20, [bytes_of(key), iv], ciphertext_and_tag, aad)
    }
    const state = aeads[cipher](bytes_of(key), iv, aad)
    try {
      return state.decrypt(ciphertext_and_tag)
    } catch {
      return undefined
    }
  },

  cipher_init(cipher, key, iv, direction) {
    if (cipher === 'des_cbc' || cipher === 'des_ede3_cbc') return des_cbc_init(key, iv, direction)
    // The stream is cut into runs of CBC, each of which begins with the last ciphertext block before it.
    let last = Uint8Array.from(iv)
    const update = (data: Uint8Array) => {
      if (data.length === 0) return data.slice()
      const run = cbc(key, last, { disablePadding: true })
      const result = direction === 'encrypt' ? run.encrypt(data) : run.decrypt(data)
      last = new Uint8Array((direction === 'encrypt' ? result : data).subarray(-block_size))
      return result
    }
    return { block_size, update }
  },

  generate_key(curve, private_value) {
    if (is_montgomery(curve)) return generate_montgomery(curve, private_value)
    return generate_weierstrass(curve, private_value)
  },

  uncompressed_point: (curve, point) => weierstrass_curve(curve).Point.fromBytes(point).toBytes(false),
  modular_power,

  accepts_public_key(key) {
    const components = components_of_public(key)
    switch (components.type) {
      case 'ec':
        return find_curve(components.curve)?.utils.isValidPublicKey(components.point) ?? false
      case 'dsa':
        return is_dsa_public_key(components.parameters, components.y)
      default:
        return true
    }
  },

  accepts_private_key(key) {
    const components = components_of_private(key)
    switch (components.type) {
      case 'rsa':
        return is_rsa_private_key(components.numbers)
      case 'dsa':
        return is_dsa_private_key(components.parameters, components.x)
      case 'ec': {
        const curve = find_curve(components.curve)
        return curve?.utils.isValidSecretKey(secret_key(curve, components.scalar)) ?? true
      }
      default:
        return true
    }
  },

  sign(scheme, data, key) {
    const components = components_of_private(key)
    switch (components.type) {
      case 'rsa':
        return sign_rsa(scheme, data, components.numbers)
      case 'dsa':
        return sign_dsa(components.parameters, components.x, digest_of(scheme, data), hmac_of(scheme))
      case 'ec': {
        const curve = weierstrass_curve(components.curve)
        return curve.sign(digest_of(scheme, data), secret_key(curve, components.scalar), ecdsa_options)
      }
      default:
        return edwards_curves[components.type].sign(one_piece(data), components.seed)
    }
  },

  verify(scheme, data, signature, key) {
    const components = components_of_public(key)
    switch (components.type) {
      case 'rsa':
        return verify_rsa(scheme, data, signature, components)
      case 'dsa':
        return verify_dsa(components.parameters, components.y, digest_of(scheme, data), signature)
      case 'ec': {
        const curve = find_curve(components.curve)
        if (!curve) return false
        return never_throws(() =>
          curve.verify(signature, digest_of(scheme, data), components.point, ecdsa_options),
        )
      }
      default: {
        const curve = edwards_curves[components.type]
        return never_throws(() =>
          curve.verify(signature, one_piece(data), components.point, { zip215: false }),
        )
      }
    }
  },

  rsa_public_encrypt(key, data) {
    const components = components_of_public(key)
    if (components.type !== 'rsa') throw new Exit(['badarg', 'not an RSA key'])
    return encrypt_pkcs1(components, data, strong_rand_bytes)
  },

  rsa_private_decrypt_raw(key, data) {
    const components = components_of_private(key)
    if (components.type !== 'rsa') throw new Exit(['badarg', 'not an RSA key'])
    return private_operation(components.numbers, data, strong_rand_bytes)
  },
}

/** @noble looks at it when it decrypts, and then nobody could tell it from a wrong tag. */
function check_key(cipher: AeadCipher, key: Uint8Array): void {
  const size = cipher === 'aes_128_gcm' ? 16 : 32
  if (key.length !== size) throw new Exit(['badarg', `a key of ${key.length} bytes for ${cipher}`])
}

const bytes_of = (key: Uint8Array | AeadKey): Uint8Array => (key instanceof Uint8Array ? key : key.bytes)

function strong_rand_bytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += max_random_size) {
    bytes.set(randomBytes(Math.min(size - at, max_random_size)), at)
  }
  return bytes
}

// ---- Key agreement

function weierstrass_curve(name: Curve): typeof p256 {
  const curve = find_curve(name)
  if (!curve) throw new Exit(['notsup', name])
  return curve
}

function find_curve(name: Curve): typeof p256 | undefined {
  const known = weierstrass_curves.get(name)
  if (known || !is_prime_curve(name)) return known
  const made = ecdsa(weierstrass(prime_curve(name)), sha256)
  weierstrass_curves.set(name, made)
  return made
}

/** Some curves have an order that is longer than their field. */
function secret_key(curve: typeof p256, scalar: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(curve.lengths.secretKey ?? scalar.length)
  bytes.set(scalar, bytes.length - scalar.length)
  return bytes
}

function generate_weierstrass(name: Curve, private_value?: Uint8Array): KeyPair {
  const curve = weierstrass_curve(name)
  const secret = private_value ? secret_key(curve, private_value) : curve.utils.randomSecretKey()
  if (!curve.utils.isValidSecretKey(secret)) {
    throw new Exit(['badarg', 'not below the order of the curve, or zero'])
  }
  const compute = (peer_public: Uint8Array) => {
    if (!curve.utils.isValidPublicKey(peer_public, false)) return undefined
    const point = curve.getSharedSecret(secret, peer_public, false)
    return point.slice(1, 1 + curve_size(name))
  }
  return { public_key: curve.getPublicKey(secret, false), private_key: { curve: name, compute } }
}

function generate_montgomery(name: 'x25519' | 'x448', private_value?: Uint8Array): KeyPair {
  const curve = montgomery_curves[name]
  const secret = private_value ? new Uint8Array(private_value) : curve.utils.randomSecretKey()
  const compute = (peer_public: Uint8Array) => {
    try {
      return curve.getSharedSecret(secret, peer_public)
    } catch {
      // RFC 7748 §6: the peer's value is one of those that lead to zero.
      return undefined
    }
  }
  return { public_key: curve.getPublicKey(secret), private_key: { curve: name, compute } }
}

function modular_power(exponent: Uint8Array, modulus: Uint8Array): ModularPower {
  const kept = new Uint8Array(exponent)
  const p = number_of(modulus)
  const tells_nothing = (number: bigint) => number <= 1n || number >= p - 1n
  return base => {
    const number = number_of(base)
    if (tells_nothing(number)) return undefined
    const result = power(number, number_of(kept), p)
    return tells_nothing(result) ? undefined : bytes_of_number(result, modulus.length)
  }
}

// ---- Signatures

function sign_rsa(scheme: SignatureScheme, data: IoData, key: RsaPrivateNumbers): Uint8Array {
  const signature =
    scheme.algorithm === 'rsa_pss'
      ? sign_pss(key, digest_of(scheme, data), pss_digest(scheme), strong_rand_bytes)
      : sign_pkcs1(key, signed_by_pkcs1(scheme, data), strong_rand_bytes)
  if (!signature) throw new Exit(['badarg', `${scheme.digest} for a key that is too short`])
  return signature
}

function verify_rsa(
  scheme: SignatureScheme,
  data: IoData,
  signature: Uint8Array,
  key: RsaPublicKey,
): boolean {
  if (scheme.algorithm === 'rsa') return verify_pkcs1(key, signature, signed_by_pkcs1(scheme, data))
  return verify_pss(key, signature, digest_of(scheme, data), pss_digest(scheme))
}

/** What a PKCS#1 v1.5 signature contains. */
function signed_by_pkcs1({ digest }: SignatureScheme, data: IoData): Uint8Array {
  if (digest === 'md5sha') return md5sha(data)
  if (digest === 'none') return one_piece(data)
  return digest_info(digest, noble_provider.hash(digest, data))
}

function pss_digest(scheme: SignatureScheme): Digest {
  const hash = (...pieces: Uint8Array[]) => digest_of(scheme, pieces)
  return { size: hash().length, hash }
}

function hmac_of(scheme: SignatureScheme): Hmac {
  const digest = hash_type(scheme)
  return (key, ...pieces) => noble_provider.hmac(digest, key, pieces)
}

function digest_of(scheme: SignatureScheme, data: IoData): Uint8Array {
  return noble_provider.hash(hash_type(scheme), data)
}

function hash_type({ digest }: SignatureScheme): HashType {
  if (digest === 'md5sha' || digest === 'none') throw new Exit(['badarg', digest])
  return digest
}

function md5sha(data: IoData): Uint8Array {
  return one_piece([noble_provider.hash('md5', data), noble_provider.hash('sha', data)])
}

// @noble throws on what has not even the form of a signature.
function never_throws(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

// ---- Bytes

function feed<State extends { update(data: Uint8Array): State }>(state: State, data: IoData): State {
  if (data instanceof Uint8Array) return state.update(data)
  for (const piece of data) state.update(piece)
  return state
}

function one_piece(data: IoData): Uint8Array {
  return data instanceof Uint8Array ? data : concatBytes(...data)
}
