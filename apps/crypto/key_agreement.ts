// Diffie-Hellman on curves: with fresh keys, and with those of certificates.

import { Exit } from '../../runtime/erlang/term.ts'
import { provider, supports } from './current_provider.ts'
import { curve_size, has_public_form } from './curves.ts'
import { components_of_private, components_of_public } from './keys.ts'
import type { Curve, KeyAgreementKey, KeyPair, PrivateKey, PublicKey } from './provider.ts'

/**
 * A fresh key pair for Diffie-Hellman on a curve.
 *
 * @param private_value - makes the pair that has this private value, big endian (RFC 7748: as it is written
 *   there), as long as one coordinate (RFC 7748: as the public value)
 * @throws {@link Exit} `['notsup', curve]` when the provider does not have the curve, `['badarg', …]` when
 *   `private_value` is not one of the curve's
 * @see OTP: `crypto:generate_key/2`, `crypto:generate_key/3`
 */
export function generate_key(curve: Curve, private_value?: Uint8Array): KeyPair {
  if (!supports().curves.includes(curve)) throw new Exit(['notsup', curve])
  if (private_value && private_value.length !== curve_size(curve)) {
    throw new Exit(['badarg', `a private value of ${private_value.length} bytes on ${curve}`])
  }
  return provider.generate_key(curve, private_value)
}

/**
 * The secret shared with the owner of `peer_public`: the x coordinate, with its leading zeros.
 *
 * @param peer_public - an uncompressed point (X9.62 §4.3.6), or the raw value (RFC 7748 §5)
 * @returns undefined when the peer's value is no legal public key: of another form, off the curve, or one whose
 *   shared secret everybody knows (RFC 7748 §6)
 * @throws {@link Exit} `['badarg', …]` when `private_key` is of another curve
 * @see OTP: `crypto:compute_key/4`
 */
export function compute_key(
  curve: Curve,
  peer_public: Uint8Array,
  private_key: KeyAgreementKey,
): Uint8Array | undefined {
  if (private_key.curve !== curve) throw new Exit(['badarg', `a key on ${private_key.curve}, not ${curve}`])
  if (!has_public_form(curve, peer_public)) return undefined
  return private_key.compute(peer_public)
}

/**
 * The private key of a certificate for {@link compute_key}: static ECDH, RFC 4492 §2.1 and §2.3.
 *
 * @throws {@link Exit} `['badarg', …]` when the key is not of type `'ec'`, `['notsup', curve]` when the provider
 *   does not have its curve
 * @see OTP: `public_key:compute_key/2`
 */
export function agreement_key(key: PrivateKey): KeyAgreementKey {
  const components = components_of_private(key)
  if (components.type !== 'ec') throw new Exit(['badarg', `key agreement with a key of type ${key.type}`])
  return generate_key(components.curve, components.scalar).private_key
}

/**
 * The public key of a certificate for {@link compute_key}: its uncompressed point, X9.62 §4.3.6.
 *
 * @throws {@link Exit} `['badarg', …]` when the key is not of type `'ec'`
 * @see OTP: `#'ECPoint'{}` of public_key
 */
export function ec_point(key: PublicKey): Uint8Array {
  const components = components_of_public(key)
  if (components.type !== 'ec') throw new Exit(['badarg', `a point of a key of type ${key.type}`])
  const { curve, point } = components
  return has_public_form(curve, point) ? point : provider.uncompressed_point(curve, point)
}
