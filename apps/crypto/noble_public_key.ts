// What the portable provider does with keys that sign and with RSA, which is ours, as DSA is.

import { ed448 } from '@noble/curves/ed448.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { Exit } from '../../runtime/erlang/term.ts'
import { type Hmac, is_dsa_private_key, is_dsa_public_key, sign_dsa, verify_dsa } from './dsa.ts'
import { components_of_private, components_of_public, type RsaPrivateNumbers } from './keys.ts'
import { find_curve, secret_key, weierstrass_curve } from './noble_curves.ts'
import { hash_of, hmac_of, one_piece, strong_rand_bytes } from './noble_hashes.ts'
import type { HashType, IoData, PrivateKey, Provider, PublicKey, SignatureScheme } from './provider.ts'
import { make_rsa_key } from './rsa_generation.ts'
import { is_rsa_private_key, private_operation, sign_pkcs1 } from './rsa_private.ts'
import { is_pss_block, pss_block, pss_form } from './rsa_pss.ts'
import {
  digest_info,
  encrypt_pkcs1,
  public_operation,
  type RsaPublicKey,
  verify_pkcs1,
} from './rsa_public.ts'

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

const edwards_curves = { ed25519, ed448 } as const

// The digest comes from here, in DER, and both values of s are right.
const ecdsa_options = { prehash: false, lowS: false, format: 'der' } as const

/** That part of the provider. */
export const noble_public_key: Pick<Provider, PublicKeyFunctions> = {
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
        return sign_rsa(scheme, data, key, components.numbers)
      case 'dsa':
        return sign_dsa(components.parameters, components.x, digest_of(scheme, data), hmac_for(scheme))
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
        return scheme.algorithm === 'rsa_pss'
          ? verify_pss(scheme, data, signature, key)
          : verify_pkcs1(components, signature, signed_by_pkcs1(scheme, data))
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
    return encrypt_pkcs1(rsa_public(key), data, strong_rand_bytes)
  },

  rsa_public_raw: (key, data) => public_operation(rsa_public(key), data),

  rsa_private_decrypt_raw(key, data) {
    const components = components_of_private(key)
    if (components.type !== 'rsa') throw new Exit(['badarg', 'not an RSA key'])
    return private_operation(components.numbers, data, strong_rand_bytes)
  },

  generate_rsa_key: (bits, exponent) => make_rsa_key(bits, exponent, strong_rand_bytes),
  generate_scalar: curve => weierstrass_curve(curve).utils.randomSecretKey(),

  edwards_point(key) {
    const components = components_of_private(key)
    if (components.type !== 'ed25519' && components.type !== 'ed448') throw new Exit(['badarg', key.type])
    return edwards_curves[components.type].getPublicKey(components.seed)
  },
}

function rsa_public(key: PublicKey): RsaPublicKey {
  const components = components_of_public(key)
  if (components.type !== 'rsa') throw new Exit(['badarg', 'not an RSA key'])
  return components
}

// ---- Signatures

function sign_rsa(
  scheme: SignatureScheme,
  data: IoData,
  key: PrivateKey,
  numbers: RsaPrivateNumbers,
): Uint8Array {
  const signature =
    scheme.algorithm === 'rsa_pss'
      ? sign_pss(scheme, data, key, numbers)
      : sign_pkcs1(numbers, signed_by_pkcs1(scheme, data), strong_rand_bytes)
  if (!signature) throw new Exit(['badarg', `${scheme.digest} for a key that is too short`])
  return signature
}

function sign_pss(
  scheme: SignatureScheme,
  data: IoData,
  key: PrivateKey,
  numbers: RsaPrivateNumbers,
): Uint8Array | undefined {
  const means = { hash, random: strong_rand_bytes }
  const block = pss_block(pss_form(scheme, key), digest_of(scheme, data), key.bits, means)
  return block && private_operation(numbers, block, strong_rand_bytes)
}

function verify_pss(scheme: SignatureScheme, data: IoData, signature: Uint8Array, key: PublicKey): boolean {
  const block = public_operation(rsa_public(key), signature)
  if (!block) return false
  const means = { hash, modulus_bits: key.bits }
  return is_pss_block(pss_form(scheme, key), digest_of(scheme, data), block, means)
}

const hash = (type: HashType, ...pieces: Uint8Array[]) => hash_of(type, pieces)

/** What a PKCS#1 v1.5 signature contains. */
function signed_by_pkcs1({ digest }: SignatureScheme, data: IoData): Uint8Array {
  if (digest === 'md5sha') return md5sha(data)
  if (digest === 'none') return one_piece(data)
  return digest_info(digest, hash_of(digest, data))
}

function hmac_for(scheme: SignatureScheme): Hmac {
  const digest = hash_type(scheme)
  return (key, ...pieces) => hmac_of(digest, key, pieces)
}

function digest_of(scheme: SignatureScheme, data: IoData): Uint8Array {
  return hash_of(hash_type(scheme), data)
}

function hash_type({ digest }: SignatureScheme): HashType {
  if (digest === 'md5sha' || digest === 'none') throw new Exit(['badarg', digest])
  return digest
}

function md5sha(data: IoData): Uint8Array {
  return one_piece([hash_of('md5', data), hash_of('sha', data)])
}

// @noble throws on what has not even the form of a signature.
function never_throws(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}
