// Key handles, and what is inside them: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) and PKCS#8 (RFC 5958) taken
// apart. The insides are kept beside the handles and not in them, so that no log can show a secret.

import { Exit } from '../../runtime/erlang/term.ts'
import { bit_length } from './big_numbers.ts'
import { type Curve, curve_bits, curve_size, has_public_form, is_compressed, named_curve } from './curves.ts'
import { type DerReader, decode, refuse, tag } from './der.ts'
import { is_small_order } from './edwards_curves.ts'
import type { KeyType, PrivateKey, PssParameters, PublicKey } from './provider.ts'
import { read_pss_parameters } from './rsa_pss_parameters.ts'

type EdwardsType = 'ed25519' | 'ed448'

/** FIPS 186-4 §4.1 */
export interface DsaParameters {
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly g: Uint8Array
}

/** RFC 8017 §A.1.2, under the names of §3.2. */
export interface RsaPrivateNumbers {
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
  readonly private_exponent: Uint8Array
  readonly p: Uint8Array
  readonly q: Uint8Array
  /** The private exponent modulo p - 1. */
  readonly dp: Uint8Array
  /** The private exponent modulo q - 1. */
  readonly dq: Uint8Array
  /** The inverse of q modulo p. */
  readonly qinv: Uint8Array
}

/** What a public key consists of; one of type `'rsa_pss'` of what any RSA key does. Numbers are big endian without leading zeros. */
export type PublicComponents =
  | {
      readonly type: 'rsa'
      readonly bits: number
      readonly pss?: PssParameters | undefined
      readonly modulus: Uint8Array
      readonly exponent: Uint8Array
    }
  | {
      readonly type: 'dsa'
      readonly bits: number
      readonly parameters: DsaParameters
      readonly y: Uint8Array
    }
  | { readonly type: 'ec'; readonly bits: number; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly type: EdwardsType; readonly bits: number; readonly point: Uint8Array }

/** What a private key consists of, as far as a provider without a PKCS#8 reader can use it. */
export type PrivateComponents =
  | {
      readonly type: 'rsa'
      readonly bits: number
      readonly pkcs8: Uint8Array
      readonly pss?: PssParameters | undefined
      /** Of a key of type `'rsa_pss'`: the AlgorithmIdentifier. */
      readonly algorithm?: Uint8Array
      /** The RSAPrivateKey in the PKCS#8. */
      readonly pkcs1: Uint8Array
      readonly numbers: RsaPrivateNumbers
    }
  | {
      readonly type: 'dsa'
      readonly bits: number
      readonly pkcs8: Uint8Array
      readonly parameters: DsaParameters
      readonly x: Uint8Array
    }
  | {
      readonly type: 'ec'
      readonly bits: number
      readonly pkcs8: Uint8Array
      readonly curve: Curve
      /** As long as the curve's coordinates. */
      readonly scalar: Uint8Array
    }
  | {
      readonly type: EdwardsType
      readonly bits: number
      readonly pkcs8: Uint8Array
      readonly seed: Uint8Array
    }

const key_type: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  ['1.2.840.113549.1.1.1', 'rsa'],
  ['1.2.840.113549.1.1.10', 'rsa_pss'],
  ['1.2.840.10040.4.1', 'dsa'],
  ['1.2.840.10045.2.1', 'ec'],
  ['1.3.101.112', 'ed25519'],
  ['1.3.101.113', 'ed448'],
])

const edwards_size = { ed25519: 32, ed448: 57 } as const
const edwards_bits = { ed25519: 255, ed448: 448 } as const

// Beyond these, one verification costs a peer nothing and us seconds. OpenSSL draws the same lines.
const max_modulus_bits = 16_384
const max_exponent_bits = 64

const public_components = new WeakMap<PublicKey, PublicComponents>()
const private_components = new WeakMap<PrivateKey, PrivateComponents>()

/** The key in a SubjectPublicKeyInfo, or undefined when it is malformed or of an unknown type. */
export function read_public_key(der: Uint8Array): PublicKey | undefined {
  const spki = Uint8Array.from(der)
  const read = decode(spki, subject_public_key_info)
  if (!read) return undefined

  const [type, components] = read
  const key: PublicKey = Object.freeze({ kind: 'public', type, ...open_parts(components), spki })
  public_components.set(key, components)
  return key
}

/** The key in a PKCS#8 PrivateKeyInfo, or undefined when it is malformed or of an unknown type. */
export function read_private_key(der: Uint8Array): PrivateKey | undefined {
  const pkcs8 = Uint8Array.from(der)
  const read = decode(pkcs8, from => private_key_info(from, pkcs8))
  if (!read) return undefined

  const [type, components] = read
  const key: PrivateKey = Object.freeze({ kind: 'private', type, ...open_parts(components) })
  private_components.set(key, components)
  return key
}

/** What is inside a handle that {@link read_public_key} made. */
export function components_of_public(key: PublicKey): PublicComponents {
  return inside(public_components, key)
}

/** What is inside a handle that {@link read_private_key} made. */
export function components_of_private(key: PrivateKey): PrivateComponents {
  return inside(private_components, key)
}

/** What everybody may see of a key. */
function open_parts(components: PublicComponents | PrivateComponents) {
  const { type, bits } = components
  if (type === 'ec') return { bits, curve: components.curve }
  return type === 'rsa' && components.pss ? { bits, pss: components.pss } : { bits }
}

function inside<Key extends object, Components>(all: WeakMap<Key, Components>, key: Key): Components {
  const components = all.get(key)
  if (!components)
    throw new Exit(['badarg', 'not a key made by public_key_from_spki or private_key_from_pkcs8'])
  return components
}

// ---- SubjectPublicKeyInfo

function subject_public_key_info(from: DerReader): readonly [KeyType, PublicComponents] {
  const info = from.sequence()
  const algorithm = info.sequence()
  const type = key_type.get(algorithm.object_identifier()) ?? refuse()
  const components = public_key_of(type, algorithm, info)
  algorithm.end()
  info.end()
  return [type, components]
}

function public_key_of(type: KeyType, algorithm: DerReader, info: DerReader): PublicComponents {
  switch (type) {
    case 'rsa':
      null_parameters(algorithm)
      return rsa_public_key(info.bit_string())
    case 'rsa_pss': {
      const pss = read_pss_parameters(algorithm)
      return { ...rsa_public_key(info.bit_string()), pss }
    }
    case 'dsa': {
      const parameters = dss_parameters(algorithm)
      return { type, bits: bit_length(parameters.p), parameters, y: integer_alone(info.bit_string()) }
    }
    case 'ec': {
      const curve = ec_parameters(algorithm)
      const point = info.bit_string()
      if (!has_public_form(curve, point) && !is_compressed(curve, point)) refuse()
      return { type, bits: curve_bits(curve), curve, point }
    }
    default: {
      const point = info.bit_string()
      if (point.length !== edwards_size[type] || is_small_order(type, point)) refuse()
      return { type, bits: edwards_bits[type], point }
    }
  }
}

function rsa_public_key(der: Uint8Array): PublicComponents & { readonly type: 'rsa' } {
  const key = decode(der, from => {
    const fields = from.sequence()
    const modulus = fields.unsigned()
    const exponent = fields.unsigned()
    fields.end()
    return { modulus, exponent }
  })
  if (!key) return refuse()

  const bits = bit_length(key.modulus)
  if (bits > max_modulus_bits || bit_length(key.exponent) > max_exponent_bits) refuse()
  if (!is_odd(key.modulus) || !is_odd(key.exponent) || bit_length(key.exponent) < 2) refuse()
  return { type: 'rsa', bits, ...key }
}

// ---- PKCS#8

function private_key_info(from: DerReader, pkcs8: Uint8Array): readonly [KeyType, PrivateComponents] {
  const info = from.sequence()
  if (info.small() > 1) refuse()
  const [algorithm, identifier] = info.sequence_and_der()
  const type = key_type.get(algorithm.object_identifier()) ?? refuse()
  const components = private_key_of(type, algorithm, info.octet_string(), pkcs8)
  algorithm.end()
  // Attributes and the public key may follow; nobody here needs them.
  if (type === 'rsa_pss' && components.type === 'rsa') return [type, { ...components, algorithm: identifier }]
  return [type, components]
}

function private_key_of(
  type: KeyType,
  algorithm: DerReader,
  key: Uint8Array,
  pkcs8: Uint8Array,
): PrivateComponents {
  switch (type) {
    case 'rsa':
      null_parameters(algorithm)
      return rsa_private_key(key, pkcs8)
    case 'rsa_pss': {
      const pss = read_pss_parameters(algorithm)
      return { ...rsa_private_key(key, pkcs8), pss }
    }
    case 'dsa': {
      const parameters = dss_parameters(algorithm)
      return { type, bits: bit_length(parameters.p), pkcs8, parameters, x: integer_alone(key) }
    }
    case 'ec': {
      const curve = ec_parameters(algorithm)
      return { type, bits: curve_bits(curve), pkcs8, curve, scalar: ec_private_key(key, curve_size(curve)) }
    }
    default: {
      const seed = decode(key, inner => inner.octet_string())
      if (seed?.length !== edwards_size[type]) return refuse()
      return { type, bits: edwards_bits[type], pkcs8, seed }
    }
  }
}

/** RFC 8017 §A.1.2; of two primes only. */
function rsa_private_key(der: Uint8Array, pkcs8: Uint8Array): PrivateComponents & { readonly type: 'rsa' } {
  const numbers = decode(der, from => {
    const fields = from.sequence()
    if (fields.small() !== 0) refuse()
    const modulus = fields.unsigned()
    const exponent = fields.unsigned()
    const private_exponent = fields.unsigned()
    const [p, q] = [fields.unsigned(), fields.unsigned()]
    const [dp, dq] = [fields.unsigned(), fields.unsigned()]
    const qinv = fields.unsigned()
    fields.end()
    return { modulus, exponent, private_exponent, p, q, dp, dq, qinv }
  })
  if (!numbers) return refuse()
  const bits = bit_length(numbers.modulus)
  if (bits > max_modulus_bits || !is_odd(numbers.p) || !is_odd(numbers.q)) refuse()
  return { type: 'rsa', bits, pkcs8, pkcs1: der, numbers }
}

/** RFC 5915. Some writers leave out the scalar's leading zeros, others have one too many. */
function ec_private_key(der: Uint8Array, size: number): Uint8Array {
  const written = decode(der, from => {
    const fields = from.sequence()
    if (fields.small() !== 1) refuse()
    return fields.octet_string()
  })
  if (!written) return refuse()

  const excess = Math.max(written.length - size, 0)
  if (written.subarray(0, excess).some(byte => byte !== 0)) refuse()
  const scalar = new Uint8Array(size)
  scalar.set(written.subarray(excess), size - (written.length - excess))
  return scalar
}

// ---- Parameters

/** RFC 3279 §2.3.1 asks for NULL; some leave it out. */
function null_parameters(algorithm: DerReader): void {
  if (!algorithm.at_end && algorithm.element(tag.null).length !== 0) refuse()
}

function ec_parameters(algorithm: DerReader): Curve {
  return named_curve(algorithm.object_identifier()) ?? refuse()
}

/** RFC 3279 §2.3.2 */
function dss_parameters(algorithm: DerReader): DsaParameters {
  const numbers = algorithm.sequence()
  const [p, q, g] = [numbers.unsigned(), numbers.unsigned(), numbers.unsigned()]
  numbers.end()
  if (bit_length(p) > max_modulus_bits || !is_odd(p) || !is_odd(q)) refuse()
  return { p, q, g }
}

function integer_alone(der: Uint8Array): Uint8Array {
  return decode(der, from => from.unsigned()) ?? refuse()
}

function is_odd(number: Uint8Array): boolean {
  return ((number.at(-1) ?? 0) & 1) === 1
}
