// Fresh keys that sign or decrypt, and what can be had of a private key: its public half, and its DER.

import { Exit } from '../../runtime/erlang/term.ts'
import { bytes_of, number_of, without_leading_zeros } from './big_numbers.ts'
import { provider, supports } from './current_provider.ts'
import { type Curve, curve_oid, curve_size, is_montgomery } from './curves.ts'
import { tag } from './der.ts'
import { integer, length } from './der_writer.ts'
import { components_of_private, type PrivateComponents, read_private_key, read_public_key } from './keys.ts'
import type { PrivateKey, PublicKey } from './provider.ts'

/** What kind of key: RSA with so many bits and that public exponent, or one on a curve. */
export type KeyParameters =
  | readonly ['rsa', bits: number, public_exponent: number]
  | readonly ['namedCurve', Exclude<Curve, 'x25519' | 'x448'> | 'ed25519' | 'ed448']

// OpenSSL's lower limit, and half of the upper one, where a key takes minutes.
const rsa_bits = { least: 512, most: 8192 } as const

const edwards = {
  ed25519: { oid: [0x2b, 0x65, 0x70], size: 32 },
  ed448: { oid: [0x2b, 0x65, 0x71], size: 57 },
} as const

const id_rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]
const id_dsa = [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1]
const id_ec = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]

// Next to none is longer than the field, on curves whose order is.
const most_attempts = 100

/**
 * A fresh private key. One of RSA takes a tenth of a second and more, and with the `noble` provider many seconds.
 *
 * @throws {@link Exit} `['badarg', …]` when there are no such keys: RSA has an even number of bits, 512 to 8192, and
 *   an odd exponent of at least 3; `['notsup', curve]` when the provider does not have the curve
 * @see OTP: `crypto:generate_key/2`, `public_key:generate_key/1`
 */
export function generate_private_key(parameters: KeyParameters): PrivateKey {
  const der = parameters[0] === 'rsa' ? rsa_key(parameters[1], parameters[2]) : curve_key(parameters[1])
  const key = read_private_key(der)
  der.fill(0)
  if (!key) throw new Exit(['badarg', parameters])
  return key
}

const public_halves = new WeakMap<PrivateKey, PublicKey>()

/**
 * The public half of a private key.
 *
 * @throws {@link Exit} `['notsup', curve]` when the provider does not have the key's curve
 * @see OTP: the public fields of `#'RSAPrivateKey'{}` and `#'ECPrivateKey'{}`
 */
export function public_key_of(key: PrivateKey): PublicKey {
  const known = public_halves.get(key)
  if (known) return known
  const half = read_public_key(public_info(key))
  if (!half) throw new Exit(['badarg', `a public key of type ${key.type}`])
  public_halves.set(key, half)
  return half
}

/**
 * The PKCS#8 of a private key, unencrypted: this is the way out for what is secret.
 *
 * @returns a copy, to be wiped by who asked for it
 * @see RFC 5958 §2. OTP: `public_key:der_encode('PrivateKeyInfo', Key)`
 */
export function private_key_to_pkcs8(key: PrivateKey): Uint8Array {
  return Uint8Array.from(components_of_private(key).pkcs8)
}

// ---- Private keys

function rsa_key(bits: number, exponent: number): Uint8Array {
  const fits = Number.isInteger(bits) && bits % 2 === 0 && bits >= rsa_bits.least && bits <= rsa_bits.most
  const is_exponent = Number.isInteger(exponent) && exponent % 2 === 1 && exponent >= 3 && exponent < 2 ** 32
  if (!fits || !is_exponent) throw new Exit(['badarg', `RSA with ${bits} bits and the exponent ${exponent}`])
  return provider.generate_rsa_key(bits, exponent)
}

function curve_key(name: (KeyParameters & readonly ['namedCurve', unknown])[1]): Uint8Array {
  if (name === 'ed25519' || name === 'ed448') return edwards_key(name)
  if (!supports().curves.includes(name) || is_montgomery(name)) throw new Exit(['notsup', name])
  const size = curve_size(name)
  for (let attempt = 0; attempt < most_attempts; attempt++) {
    const scalar = without_leading_zeros(provider.generate_scalar(name))
    if (scalar.length <= size) return ec_key(name, bytes_of(number_of(scalar), size))
  }
  throw new Exit(['notsup', name])
}

/** RFC 8410 §7 */
function edwards_key(name: 'ed25519' | 'ed448'): Uint8Array {
  const { oid, size } = edwards[name]
  return private_key_info(algorithm(oid), element(tag.octet_string, provider.strong_rand_bytes(size)))
}

/** RFC 5915 §3, RFC 5480 §2.1.1 */
function ec_key(name: Curve, scalar: Uint8Array): Uint8Array {
  const { public_key } = provider.generate_key(name, scalar)
  const key = element(
    tag.sequence,
    [tag.integer, 1, 1],
    element(tag.octet_string, scalar),
    element(0xa1, element(tag.bit_string, [0], public_key)),
  )
  return private_key_info(algorithm(id_ec, element(tag.object_identifier, curve_oid(name))), key)
}

function private_key_info(identifier: Uint8Array, key: Uint8Array): Uint8Array {
  return element(tag.sequence, [tag.integer, 1, 0], identifier, element(tag.octet_string, key))
}

// ---- Public keys

function public_info(key: PrivateKey): Uint8Array {
  const components = components_of_private(key)
  const [identifier, value] = public_parts(components, key)
  return element(tag.sequence, identifier, element(tag.bit_string, [0], value))
}

function public_parts(components: PrivateComponents, key: PrivateKey): readonly [Uint8Array, Uint8Array] {
  switch (components.type) {
    case 'rsa': {
      const { modulus, exponent } = components.numbers
      const numbers = element(tag.sequence, integer(modulus), integer(exponent))
      return [components.algorithm ?? algorithm(id_rsa, [tag.null, 0]), numbers]
    }
    case 'dsa': {
      const { p, q, g } = components.parameters
      const numbers = element(tag.sequence, integer(p), integer(q), integer(g))
      const y = provider.modular_power(components.x, p)(g)
      if (!y) throw new Exit(['badarg', 'a DSA key that has no public half'])
      return [algorithm(id_dsa, numbers), integer(y)]
    }
    case 'ec': {
      const { curve, scalar } = components
      if (!supports().curves.includes(curve)) throw new Exit(['notsup', curve])
      const named = element(tag.object_identifier, curve_oid(curve))
      return [algorithm(id_ec, named), provider.generate_key(curve, scalar).public_key]
    }
    default:
      return [algorithm(edwards[components.type].oid), provider.edwards_point(key)]
  }
}

// ---- DER

type Bytes = Uint8Array | readonly number[]

const algorithm = (oid: Bytes, ...parameters: Bytes[]) =>
  element(tag.sequence, element(tag.object_identifier, oid), ...parameters)

function element(identifier: number, ...parts: readonly Bytes[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const head = [identifier, ...length(size)]
  const der = new Uint8Array(head.length + size)
  der.set(head)
  let at = head.length
  for (const part of parts) {
    der.set(part, at)
    at += part.length
  }
  return der
}
