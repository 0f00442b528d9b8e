// The curves y^2 = x^3 + ax + b of the portable provider.

import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { Exit } from '../../runtime/erlang/term.ts'
import type { Curve } from './curves.ts'
import { is_prime_curve, prime_curve } from './prime_curves.ts'

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

/** Those that the packages bring along. */
export const noble_curve_names: readonly Curve[] = [...weierstrass_curves.keys()]

/** @throws {@link Exit} `['notsup', name]` */
export function weierstrass_curve(name: Curve): typeof p256 {
  const curve = find_curve(name)
  if (!curve) throw new Exit(['notsup', name])
  return curve
}

export function find_curve(name: Curve): typeof p256 | undefined {
  const known = weierstrass_curves.get(name)
  if (known || !is_prime_curve(name)) return known
  const made = ecdsa(weierstrass(prime_curve(name)), sha256)
  weierstrass_curves.set(name, made)
  return made
}

/** Some curves have an order that is longer than their field. */
export function secret_key(curve: typeof p256, scalar: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(curve.lengths.secretKey ?? scalar.length)
  bytes.set(scalar, bytes.length - scalar.length)
  return bytes
}
