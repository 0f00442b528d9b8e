// What the default provider does with keys that sign and with RSA: OpenSSL, through node:crypto.

import * as node from 'node:crypto'
import { Exit } from '../../runtime/erlang/term.ts'
import { is_dsa_public_key } from './dsa.ts'
import { public_jwk } from './jwk.ts'
import { components_of_private, components_of_public } from './keys.ts'
import { curve_name, hash_names } from './openssl_names.ts'
import type { HashType, IoData, PrivateKey, Provider, PublicKey, SignatureScheme } from './provider.ts'
import { is_pss_block, type PssForm, pss_block, pss_form } from './rsa_pss.ts'

type PublicKeyFunctions =
  | 'accepts_public_key'
  | 'accepts_private_key'
  | 'sign'
  | 'verify'
  | 'rsa_public_encrypt'
  | 'rsa_public_raw'
  | 'rsa_private_decrypt_raw'
  | 'generate_rsa_key'
  | 'generate_scalar'
  | 'edwards_point'

const public_key_objects = new WeakMap<PublicKey, node.KeyObject>()
const private_key_objects = new WeakMap<PrivateKey, node.KeyObject>()

/** That part of the provider. */
export const node_public_key: Pick<Provider, PublicKeyFunctions> = {
  accepts_public_key(key) {
    const components = components_of_public(key)
    // OpenSSL has no objection to numbers with which anybody could sign.
    if (components.type === 'dsa' && !is_dsa_public_key(components.parameters, components.y)) return false
    return succeeds(() => public_key_object(key))
  },
  accepts_private_key: key => succeeds(() => check_private_key(key)),

  sign(scheme, data, key) {
    if (scheme.algorithm === 'rsa_pss') return sign_pss(scheme, data, key)
    return sign_with(scheme, data, private_key_object(key))
  },

  verify(scheme, data, signature, key) {
    const object = public_key_object(key)
    try {
      if (scheme.algorithm === 'rsa_pss') return verify_pss(scheme, data, signature, key)
      return verify_with(scheme, data, signature, object)
    } catch {
      // OpenSSL reports what is no signature at all as an error.
      return false
    }
  },

  rsa_public_encrypt: (key, data) =>
    node.publicEncrypt({ key: public_key_object(key), padding: node.constants.RSA_PKCS1_PADDING }, data),

  rsa_public_raw(key, data) {
    const object = public_key_object(key)
    return unless_refused(() =>
      node.publicEncrypt({ key: object, padding: node.constants.RSA_NO_PADDING }, data),
    )
  },

  rsa_private_decrypt_raw(key, data) {
    const object = private_key_object(key)
    return unless_refused(() =>
      node.privateDecrypt({ key: object, padding: node.constants.RSA_NO_PADDING }, data),
    )
  },

  generate_rsa_key(modulusLength, publicExponent) {
    const { privateKey } = node.generateKeyPairSync('rsa', {
      modulusLength,
      publicExponent,
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    })
    return privateKey
  },

  generate_scalar(curve) {
    const ecdh = node.createECDH(curve_name(curve))
    ecdh.generateKeys()
    return ecdh.getPrivateKey()
  },

  edwards_point(key) {
    const { x } = node.createPublicKey(private_key_object(key)).export({ format: 'jwk' })
    return Buffer.from(x ?? '', 'base64url')
  },
}

/** Gives a private value to OpenSSL, which takes it for what it is in every other way. */
export function set_private_value(ecdh: node.ECDH, private_value: Uint8Array): void {
  try {
    ecdh.setPrivateKey(private_value)
  } catch {
    throw new Exit(['badarg', 'not below the order of the curve, or zero'])
  }
}

/** A copy would leave secrets in the pool that Node's small buffers share. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function succeeds(import_key: () => unknown): boolean {
  return unless_refused(() => [import_key()]) !== undefined
}

function unless_refused<Value>(compute: () => Value): Value | undefined {
  try {
    return compute()
  } catch {
    return undefined
  }
}

// ---- Signatures

function sign_with(scheme: SignatureScheme, data: IoData, key: node.KeyObject): Uint8Array {
  const padded = padded_as_it_is(scheme, data)
  if (padded) return node.privateEncrypt({ key, padding: node.constants.RSA_PKCS1_PADDING }, padded)
  return node.sign(openssl_digest(scheme.digest), one_piece(data), key)
}

function verify_with(
  scheme: SignatureScheme,
  data: IoData,
  signature: Uint8Array,
  key: node.KeyObject,
): boolean {
  const padded = padded_as_it_is(scheme, data)
  if (padded) {
    return node.publicDecrypt({ key, padding: node.constants.RSA_PKCS1_PADDING }, signature).equals(padded)
  }
  return node.verify(openssl_digest(scheme.digest), one_piece(data), key, signature)
}

/** What an RSA signature without DigestInfo contains. */
function padded_as_it_is({ algorithm, digest }: SignatureScheme, data: IoData): Uint8Array | undefined {
  if (digest === 'md5sha') return Buffer.concat([hash('md5', one_piece(data)), hash('sha', one_piece(data))])
  return algorithm === 'rsa' && digest === 'none' ? one_piece(data) : undefined
}

function openssl_digest(digest: SignatureScheme['digest']): string | undefined {
  return digest === 'none' || digest === 'md5sha' ? undefined : hash_names[digest]
}

// ---- PSS

function sign_pss(scheme: SignatureScheme, data: IoData, key: PrivateKey): Uint8Array {
  const form = pss_form(scheme, key)
  const object = private_key_object(key)
  const options = openssl_pss(form, object)
  if (options) return node.sign(hash_names[form.digest], one_piece(data), options)

  const means = { hash, random: node.randomBytes }
  const block = pss_block(form, hash(form.digest, one_piece(data)), key.bits, means)
  if (!block) throw new Exit(['badarg', `${form.digest} for a key that is too short`])
  return node.privateEncrypt({ key: object, padding: node.constants.RSA_NO_PADDING }, block)
}

function verify_pss(scheme: SignatureScheme, data: IoData, signature: Uint8Array, key: PublicKey): boolean {
  const form = pss_form(scheme, key)
  const options = openssl_pss(form, public_key_object(key))
  if (options) return node.verify(hash_names[form.digest], one_piece(data), options, signature)

  const block = node_public_key.rsa_public_raw(key, signature)
  const means = { hash, modulus_bits: key.bits }
  return block !== undefined && is_pss_block(form, hash(form.digest, one_piece(data)), block, means)
}

/** Node has no way to tell OpenSSL of two different hash functions, nor of the least length of a salt. */
function openssl_pss({ digest, mgf1_digest, salt_length, least_salt }: PssForm, key: node.KeyObject) {
  const { RSA_PKCS1_PSS_PADDING: padding } = node.constants
  if (digest !== mgf1_digest || salt_length === 'auto' || salt_length < least_salt) return undefined
  return { key, padding, saltLength: salt_length }
}

function hash(type: HashType, ...pieces: Uint8Array[]): Uint8Array {
  const state = node.createHash(hash_names[type])
  for (const piece of pieces) state.update(piece)
  return state.digest()
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

/** A key for PSS becomes any RSA key: what it is restricted to is seen to here. */
function import_public_key(key: PublicKey): node.KeyObject {
  const jwk = public_jwk(components_of_public(key))
  if (jwk) return node.createPublicKey({ key: jwk, format: 'jwk' })
  return node.createPublicKey({ key: view(key.spki), format: 'der', type: 'spki' })
}

function private_key_object(key: PrivateKey): node.KeyObject {
  const kept = private_key_objects.get(key)
  if (kept) return kept
  const object = import_private_key(key)
  private_key_objects.set(key, object)
  return object
}

function import_private_key(key: PrivateKey): node.KeyObject {
  const components = components_of_private(key)
  if (key.type === 'rsa_pss' && components.type === 'rsa') {
    return node.createPrivateKey({ key: view(components.pkcs1), format: 'der', type: 'pkcs1' })
  }
  return node.createPrivateKey({ key: view(components.pkcs8), format: 'der', type: 'pkcs8' })
}

// OpenSSL takes a PKCS#8 scalar for what it is, and looks at it only here.
function check_private_key(key: PrivateKey): void {
  private_key_object(key)
  const components = components_of_private(key)
  if (components.type !== 'ec') return
  set_private_value(node.createECDH(curve_name(components.curve)), components.scalar)
}
