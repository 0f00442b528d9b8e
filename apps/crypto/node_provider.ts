// The default provider, and the only door to node:crypto.

import * as node from 'node:crypto'
import { Exit } from '../../runtime/erlang/term.ts'
import { all_curves, type Curve, is_montgomery } from './curves.ts'
import { components_of_private, components_of_public } from './keys.ts'
import type {
  AeadCipher,
  BlockCipher,
  HashType,
  IoData,
  KeyAgreementKey,
  KeyPair,
  PrivateKey,
  Provider,
  PublicKey,
  SignatureScheme,
  Supports,
} from './provider.ts'

const hash_names = {
  md5: 'md5',
  sha: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
} as const satisfies Record<HashType, string>

const aead_names = {
  aes_128_gcm: 'aes-128-gcm',
  aes_256_gcm: 'aes-256-gcm',
  chacha20_poly1305: 'chacha20-poly1305',
} as const satisfies Record<AeadCipher, string>

// Single DES is gone from OpenSSL 3, but is triple DES with one key three times.
const block_cipher_names = {
  aes_128_cbc: 'aes-128-cbc',
  aes_256_cbc: 'aes-256-cbc',
  des_ede3_cbc: 'des-ede3-cbc',
  des_cbc: 'des-ede3-cbc',
} as const satisfies Record<BlockCipher, string>

const tag_size = 16
const aead_options = { authTagLength: tag_size } as const

const public_key_objects = new WeakMap<PublicKey, node.KeyObject>()
const private_key_objects = new WeakMap<PrivateKey, node.KeyObject>()

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
  strong_rand_bytes: size => node.randomBytes(size),

  // Node cannot give a GCM context a second nonce, so each call makes one.
  aead_encrypt(cipher, key, iv, plaintext, aad) {
    const state = node.createCipheriv(aead_names[cipher] as 'aes-128-gcm', key, iv, aead_options)
    state.setAAD(aad)
    const ciphertext = state.update(plaintext)
    state.final()
    return [ciphertext, state.getAuthTag()]
  },

  aead_decrypt(cipher, key, iv, ciphertext_and_tag, aad) {
    const size = ciphertext_and_tag.length - tag_size
    if (size < 0) return undefined
    const state = node.createDecipheriv(aead_names[cipher] as 'aes-128-gcm', key, iv, aead_options)
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
    const whole_key = cipher === 'des_cbc' ? Buffer.concat([key, key, key]) : key
    const state = create(block_cipher_names[cipher], whole_key, iv)
    state.setAutoPadding(false)
    return { block_size: iv.length, update: data => state.update(data) }
  },

  generate_key(curve, private_value) {
    if (is_montgomery(curve)) return generate_montgomery(curve, private_value)
    return generate_weierstrass(curve, private_value)
  },

  accepts_public_key: key => succeeds(() => public_key_object(key)),
  accepts_private_key: key => succeeds(() => private_key_object(key)),
  sign: (scheme, data, key) => sign_with(scheme, data, private_key_object(key)),

  verify(scheme, data, signature, key) {
    const object = public_key_object(key)
    try {
      return verify_with(scheme, data, signature, object)
    } catch {
      // OpenSSL reports what is no signature at all as an error.
      return false
    }
  },

  rsa_public_encrypt: (key, data) =>
    node.publicEncrypt({ key: public_key_object(key), padding: node.constants.RSA_PKCS1_PADDING }, data),

  rsa_private_decrypt_raw(key, data) {
    const object = private_key_object(key)
    try {
      return node.privateDecrypt({ key: object, padding: node.constants.RSA_NO_PADDING }, data)
    } catch {
      return undefined
    }
  },
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
    ciphers: [...names_of(ciphers).filter(cipher => openssl_ciphers.has(ciphers[cipher])), 'rc4'],
    curves: all_curves.filter(curve => is_montgomery(curve) || openssl_curves.has(openssl_curve(curve))),
    public_keys: algorithms,
    private_keys: algorithms,
  }
}

function names_of<Name extends string>(table: Record<Name, string>): readonly Name[] {
  return Object.keys(table) as Name[]
}

function succeeds(import_key: () => unknown): boolean {
  try {
    import_key()
    return true
  } catch {
    return false
  }
}

// ---- Key agreement

function openssl_curve(curve: Curve): string {
  if (curve === 'secp256r1') return 'prime256v1'
  if (curve === 'secp192r1') return 'prime192v1'
  return curve
}

// Much faster than making, exporting and importing key objects.
function generate_weierstrass(curve: Curve, private_value?: Uint8Array): KeyPair {
  const ecdh = node.createECDH(openssl_curve(curve))
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

function set_private_value(ecdh: node.ECDH, private_value: Uint8Array): void {
  try {
    ecdh.setPrivateKey(private_value)
  } catch {
    throw new Exit(['badarg', 'not below the order of the curve, or zero'])
  }
}

// RFC 8410 §7: all of the PKCS#8 encoding that comes before the private value.
const montgomery_pkcs8 = {
  x25519: '302e020100300506032b656e04220420',
  x448: '3046020100300506032b656f043a0438',
} as const

function generate_montgomery(curve: 'x25519' | 'x448', private_value?: Uint8Array): KeyPair {
  const key = private_value ? montgomery_key_of(curve, private_value) : fresh_montgomery_key(curve)
  const public_key = Buffer.from(node.createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
  const crv = curve === 'x25519' ? 'X25519' : 'X448'
  const private_key: KeyAgreementKey = {
    curve,
    compute(peer_public) {
      try {
        const publicKey = public_key_of_jwk({ kty: 'OKP', crv, x: base64url(peer_public) })
        return node.diffieHellman({ privateKey: key, publicKey })
      } catch {
        // RFC 7748 §6: the result must not be zero, which OpenSSL refuses.
        return undefined
      }
    },
  }
  return { public_key, private_key }
}

function fresh_montgomery_key(curve: 'x25519' | 'x448'): node.KeyObject {
  const pair = curve === 'x25519' ? node.generateKeyPairSync('x25519') : node.generateKeyPairSync('x448')
  return pair.privateKey
}

function montgomery_key_of(curve: 'x25519' | 'x448', private_value: Uint8Array): node.KeyObject {
  const key = Buffer.concat([Buffer.from(montgomery_pkcs8[curve], 'hex'), private_value])
  const object = node.createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  key.fill(0)
  return object
}

// ---- Signatures

function sign_with(scheme: SignatureScheme, data: IoData, key: node.KeyObject): Uint8Array {
  const { algorithm, digest } = scheme
  if (digest === 'md5sha') {
    return node.privateEncrypt({ key, padding: node.constants.RSA_PKCS1_PADDING }, md5sha(data))
  }
  return node.sign(openssl_digest(digest), one_piece(data), signing_key(algorithm, key))
}

function verify_with(
  scheme: SignatureScheme,
  data: IoData,
  signature: Uint8Array,
  key: node.KeyObject,
): boolean {
  const { algorithm, digest } = scheme
  if (digest === 'md5sha') {
    const signed = node.publicDecrypt({ key, padding: node.constants.RSA_PKCS1_PADDING }, signature)
    return signed.equals(md5sha(data))
  }
  return node.verify(openssl_digest(digest), one_piece(data), signing_key(algorithm, key), signature)
}

function signing_key(algorithm: SignatureScheme['algorithm'], key: node.KeyObject) {
  if (algorithm !== 'rsa_pss') return key
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = node.constants
  return { key, padding, saltLength }
}

function openssl_digest(digest: HashType | 'none'): string | undefined {
  return digest === 'none' ? undefined : hash_names[digest]
}

function md5sha(data: IoData): Buffer {
  return Buffer.concat([node_provider.hash('md5', data), node_provider.hash('sha', data)])
}

function one_piece(data: IoData): Uint8Array {
  return data instanceof Uint8Array ? data : Buffer.concat(data)
}

// ---- Keys

function public_key_object(key: PublicKey): node.KeyObject {
  const kept = public_key_objects.get(key)
  if (kept) return kept
  const object = import_public_key(key)
  public_key_objects.set(key, object)
  return object
}

// OpenSSL 3 needs ten times as long to find its way through DER as to take the numbers themselves.
function import_public_key(key: PublicKey): node.KeyObject {
  const components = components_of_public(key)
  switch (components.type) {
    case 'rsa':
      return public_key_of_jwk({
        kty: 'RSA',
        n: base64url(components.modulus),
        e: base64url(components.exponent),
      })
    case 'ed25519':
      return public_key_of_jwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(components.point) })
    case 'ed448':
      return public_key_of_jwk({ kty: 'OKP', crv: 'Ed448', x: base64url(components.point) })
    default:
      return node.createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
  }
}

function private_key_object(key: PrivateKey): node.KeyObject {
  const kept = private_key_objects.get(key)
  if (kept) return kept
  const der = Buffer.from(components_of_private(key).pkcs8)
  const object = node.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  private_key_objects.set(key, object)
  return object
}

function public_key_of_jwk(key: node.JsonWebKey): node.KeyObject {
  return node.createPublicKey({ key, format: 'jwk' })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
