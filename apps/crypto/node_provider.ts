// The default provider: OpenSSL, through node:crypto. What it does with keys that sign is in `node_public_key.ts`.

import * as node from 'node:crypto'
import { type ChaCha20, draft_decrypt, draft_encrypt } from './chacha20_poly1305_draft.ts'
import { all_curves, type Curve, is_montgomery } from './curves.ts'
import { dh_private_key, dh_public_key } from './dh_der.ts'
import { octet_key_jwk } from './jwk.ts'
import { node_public_key, set_private_value, view } from './node_public_key.ts'
import { aead_names, block_cipher_names, curve_name, hash_names } from './openssl_names.ts'
import type { AeadKey, KeyAgreementKey, KeyPair, ModularPower, Provider, Supports } from './provider.ts'
import { rc2_ciphers } from './rc2.ts'

const tag_size = 16
// Node's types have one overload for GCM and one for ChaCha20, which are called alike.
type AnyAead = 'aes-128-gcm'
const aead_options = { authTagLength: tag_size } as const

const secret_key_objects = new WeakMap<AeadKey, node.KeyObject>()
/** Random bytes to be given out: a call into OpenSSL costs ten times as much as the few bytes it is made for. */
const pool = Buffer.allocUnsafeSlow(4096)
const largest_from_pool = 256
let pool_used = pool.length

/** The primitives of OpenSSL, through Node. All that `crypto.ts` offers is here, as far as this Node was built with it. */
export const node_provider: Provider = {
  name: 'node',
  supports,

  hash(type, data) {
    if (data instanceof Uint8Array) return node.hash(hash_names[type], data, 'buffer')
    const state = node.createHash(hash_names[type])
    for (const piece of data) state.update(piece)
    return state.digest()
  },

  hash_init(type) {
    const state = node.createHash(hash_names[type])
    return { update: data => void state.update(data), digest: () => state.copy().digest() }
  },

  hmac(type, key, data) {
    const state = node.createHmac(hash_names[type], key)
    if (data instanceof Uint8Array) return state.update(data).digest()
    for (const piece of data) state.update(piece)
    return state.digest()
  },

  hash_equals: (left, right) => left.length === right.length && node.timingSafeEqual(left, right),
  strong_rand_bytes: size => (size <= largest_from_pool ? from_pool(size) : node.randomBytes(size)),

  // Node cannot give a GCM context a second nonce, so each call makes one.
  aead_encrypt(cipher, key, iv, plaintext, aad) {
    if (cipher === 'chacha20_poly1305_draft')
      return draft_encrypt(chacha20, [bytes_of(key), iv], plaintext, aad)
    const state = node.createCipheriv(aead_names[cipher] as AnyAead, secret_key(key), iv, aead_options)
    state.setAAD(aad)
    const ciphertext = state.update(plaintext)
    state.final()
    return [ciphertext, state.getAuthTag()]
  },

  aead_decrypt(cipher, key, iv, ciphertext_and_tag, aad) {
    if (cipher === 'chacha20_poly1305_draft') {
      return draft_decrypt(chacha20, [bytes_of(key), iv], ciphertext_and_tag, aad)
    }
    const size = ciphertext_and_tag.length - tag_size
    if (size < 0) return undefined
    const state = node.createDecipheriv(aead_names[cipher] as AnyAead, secret_key(key), iv, aead_options)
    state.setAAD(aad)
    state.setAuthTag(ciphertext_and_tag.subarray(size))
    const plaintext = state.update(ciphertext_and_tag.subarray(0, size))
    try {
      state.final()
    } catch {
      return undefined
    }
    return plaintext
  },

  cipher_init(cipher, key, iv, direction) {
    const create = direction === 'encrypt' ? node.createCipheriv : node.createDecipheriv
    const whole_key = cipher === 'des_cbc' ? Uint8Array.of(...key, ...key, ...key) : key
    const state = create(block_cipher_names[cipher], whole_key, iv)
    state.setAutoPadding(false)
    return { block_size: iv.length, update: data => state.update(data) }
  },

  generate_key(curve, private_value) {
    if (is_montgomery(curve)) return generate_montgomery(curve, private_value)
    return generate_weierstrass(curve, private_value)
  },

  uncompressed_point: (curve, point) =>
    node.ECDH.convertKey(point, curve_name(curve), undefined, undefined, 'uncompressed') as Buffer,

  modular_power,

  pbkdf2: (digest, password, { salt, iterations, size }) =>
    node.pbkdf2Sync(password, salt, iterations, size, hash_names[digest]),

  ...node_public_key,
}

const chacha20: ChaCha20 = {
  // OpenSSL's iv begins with the number of the block, little endian.
  xor: (key, nonce, data, block) =>
    node
      .createCipheriv(
        aead_names.chacha20_poly1305_draft,
        key,
        Uint8Array.of(block, 0, 0, 0, 0, 0, 0, 0, ...nonce),
      )
      .update(data),
  hash_equals: node.timingSafeEqual,
}

const bytes_of = (key: Uint8Array | AeadKey): Uint8Array => (key instanceof Uint8Array ? key : key.bytes)

/** What Node makes of the bytes of a key costs more than half of a short record on some versions. */
function secret_key(key: Uint8Array | AeadKey): Uint8Array | node.KeyObject {
  if (key instanceof Uint8Array) return key
  let object = secret_key_objects.get(key)
  if (object === undefined) {
    object = node.createSecretKey(key.bytes)
    secret_key_objects.set(key, object)
  }
  return object
}

// What was given out is not kept.
function from_pool(size: number): Uint8Array {
  if (pool_used + size > pool.length) {
    node.randomFillSync(pool)
    pool_used = 0
  }
  const next = pool.subarray(pool_used, pool_used + size)
  const bytes = new Uint8Array(next)
  next.fill(0)
  pool_used += size
  return bytes
}

let supported: Supports | undefined

function supports(): Supports {
  supported ??= ask_openssl()
  return supported
}

function ask_openssl(): Supports {
  const openssl_hashs = new Set(node.getHashes())
  const openssl_ciphers = new Set(node.getCiphers())
  const openssl_curves = new Set(node.getCurves())
  const ciphers = { ...aead_names, ...block_cipher_names }
  const algorithms = ['rsa', 'rsa_pss', 'dsa', 'ecdsa', 'eddsa'] as const
  return {
    hashs: names_of(hash_names).filter(type => openssl_hashs.has(hash_names[type])),
    ciphers: [
      ...names_of(ciphers).filter(cipher => openssl_ciphers.has(ciphers[cipher])),
      ...rc2_ciphers,
      'rc4',
    ],
    curves: all_curves.filter(curve => is_montgomery(curve) || openssl_curves.has(curve_name(curve))),
    public_keys: algorithms,
    private_keys: algorithms,
  }
}

function names_of<Name extends string>(table: Record<Name, string>): readonly Name[] {
  return Object.keys(table) as Name[]
}

// ---- Key agreement

// Much faster than making, exporting and importing key objects.
function generate_weierstrass(curve: Curve, private_value?: Uint8Array): KeyPair {
  const ecdh = node.createECDH(curve_name(curve))
  if (private_value) set_private_value(ecdh, private_value)
  else ecdh.generateKeys()
  const private_key: KeyAgreementKey = {
    curve,
    compute(peer_public) {
      try {
        return ecdh.computeSecret(peer_public)
      } catch {
        return undefined
      }
    },
  }
  return { public_key: ecdh.getPublicKey(), private_key }
}

// RFC 8410 §7: all of the PKCS#8 encoding that comes before the private value.
const montgomery_pkcs8 = {
  x25519: '302e020100300506032b656e04220420',
  x448: '3046020100300506032b656f043a0438',
} as const

function generate_montgomery(curve: 'x25519' | 'x448', private_value?: Uint8Array): KeyPair {
  const [key, { x }] = private_value ? montgomery_pair_of(curve, private_value) : fresh_montgomery_pair(curve)
  const private_key: KeyAgreementKey = {
    curve,
    compute(peer_public) {
      try {
        const publicKey = node.createPublicKey({ key: octet_key_jwk(curve, peer_public), format: 'jwk' })
        return node.diffieHellman({ privateKey: key, publicKey })
      } catch {
        // RFC 7748 §6: the result must not be zero, which OpenSSL refuses.
        return undefined
      }
    },
  }
  return { public_key: Buffer.from(x ?? '', 'base64url'), private_key }
}

type MontgomeryPair = readonly [node.KeyObject, node.JsonWebKey]

// Node's types do not know that it can give a public key as a JWK.
const generate_with_jwk = node.generateKeyPairSync as unknown as (
  curve: 'x25519' | 'x448',
  options: { readonly publicKeyEncoding: { readonly format: 'jwk' } },
) => { readonly privateKey: node.KeyObject; readonly publicKey: node.JsonWebKey }

// Exported afterwards, the public key could block the program for ever: Node 20 locks a key while it exports it, and
// if just then the garbage collector finds what made that key, that waits for the same lock.
function fresh_montgomery_pair(curve: 'x25519' | 'x448'): MontgomeryPair {
  const { privateKey, publicKey } = generate_with_jwk(curve, { publicKeyEncoding: { format: 'jwk' } })
  return [privateKey, publicKey]
}

function montgomery_pair_of(curve: 'x25519' | 'x448', private_value: Uint8Array): MontgomeryPair {
  const key = montgomery_key_of(curve, private_value)
  return [key, node.createPublicKey(key).export({ format: 'jwk' })]
}

function montgomery_key_of(curve: 'x25519' | 'x448', private_value: Uint8Array): node.KeyObject {
  const key = Buffer.concat([Buffer.from(montgomery_pkcs8[curve], 'hex'), private_value])
  const object = node.createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  key.fill(0)
  return object
}

// OpenSSL raises to a power in constant time where it takes that for Diffie-Hellman. `createDiffieHellman` would
// first look for seconds whether the modulus is a safe prime.
function modular_power(exponent: Uint8Array, modulus: Uint8Array): ModularPower {
  const der = dh_private_key(modulus, exponent)
  const privateKey = node.createPrivateKey({ key: view(der), format: 'der', type: 'pkcs8' })
  der.fill(0)
  return base => {
    try {
      const der = dh_public_key(modulus, base)
      const publicKey = node.createPublicKey({ key: view(der), format: 'der', type: 'spki' })
      return node.diffieHellman({ privateKey, publicKey })
    } catch {
      // Base or result is one that tells nothing.
      return undefined
    }
  }
}
