// The portable provider, made of the @noble packages: JavaScript alone, which computes with BigInt and looks things up
// in tables, and so is not constant in time. What they do not have, such as DES, is ours.

import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20orig, chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { equalBytes } from '@noble/ciphers/utils.js'
import { x448 } from '@noble/curves/ed448.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { Exit } from '../../runtime/erlang/term.ts'
import { bytes_of as bytes_of_number, number_of, power } from './big_numbers.ts'
import { type ChaCha20, draft_decrypt, draft_encrypt } from './chacha20_poly1305_draft.ts'
import { type Curve, curve_size, is_montgomery } from './curves.ts'
import { des_cbc_init } from './des.ts'
import { noble_curve_names, secret_key, weierstrass_curve } from './noble_curves.ts'
import { hash_of, hashes, hmac_of, strong_rand_bytes } from './noble_hashes.ts'
import { noble_public_key } from './noble_public_key.ts'
import { prime_curve_names } from './prime_curves.ts'
import type { AeadCipher, AeadKey, KeyPair, ModularPower, Provider, Supports } from './provider.ts'
import { rc2_ciphers } from './rc2.ts'

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

const tag_size = 16
const block_size = 16

const block_ciphers = ['aes_128_cbc', 'aes_192_cbc', 'aes_256_cbc', 'des_ede3_cbc', 'des_cbc'] as const
const aead_ciphers = ['aes_128_gcm', 'aes_256_gcm', 'chacha20_poly1305', 'chacha20_poly1305_draft'] as const

const supported: Supports = {
  hashs: ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'],
  ciphers: [...aead_ciphers, ...block_ciphers, ...rc2_ciphers, 'rc4'],
  // Those over binary fields are missing.
  curves: [...noble_curve_names, ...prime_curve_names, 'x25519', 'x448'],
  public_keys: ['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'],
  private_keys: ['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'],
}

/** The primitives of @noble/hashes, @noble/ciphers and @noble/curves. */
export const noble_provider: Provider = {
  name: 'noble',
  supports: () => supported,

  hash: hash_of,

  hash_init(type) {
    const state = hashes[type].create()
    return { update: data => void state.update(data), digest: () => state.clone().digest() }
  },

  hmac: hmac_of,

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

  pbkdf2: (digest, password, { salt, iterations, size }) =>
    pbkdf2(hashes[digest], password, salt, { c: iterations, dkLen: size }),

  ...noble_public_key,
}

/** @noble looks at it when it decrypts, and then nobody could tell it from a wrong tag. */
function check_key(cipher: AeadCipher, key: Uint8Array): void {
  const size = cipher === 'aes_128_gcm' ? 16 : 32
  if (key.length !== size) throw new Exit(['badarg', `a key of ${key.length} bytes for ${cipher}`])
}

const bytes_of = (key: Uint8Array | AeadKey): Uint8Array => (key instanceof Uint8Array ? key : key.bytes)

// ---- Key agreement

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
