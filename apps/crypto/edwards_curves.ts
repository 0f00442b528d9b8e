// What has to be known of the curves of EdDSA (RFC 8032 §5) before a key on them is taken for one.

import { number_of } from './big_numbers.ts'

interface EdwardsCurve {
  readonly prime: bigint
  /** How many bits of an encoded point belong to y; the one above them is the sign of x. */
  readonly y_bits: number
  /** The y of the points whose order divides the cofactor. */
  readonly small_orders: readonly bigint[]
}

const p25519 = 2n ** 255n - 19n
const p448 = 2n ** 448n - 2n ** 224n - 1n
/** Of two of the points of order 8; the other two have its negative. */
const order_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

const curves: Readonly<Record<'ed25519' | 'ed448', EdwardsCurve>> = {
  ed25519: { prime: p25519, y_bits: 255, small_orders: [0n, 1n, p25519 - 1n, order_8, p25519 - order_8] },
  ed448: { prime: p448, y_bits: 455, small_orders: [0n, 1n, p448 - 1n] },
}

/**
 * Whether an encoded point is of small order, however it is written. For such a public key anybody can make
 * signatures, some of them right for every message. RFC 8032 does not ask for the check, and not every OpenSSL makes it.
 *
 * @param point - as long as the curve's points are
 */
export function is_small_order(curve: 'ed25519' | 'ed448', point: Uint8Array): boolean {
  const { prime, y_bits, small_orders } = curves[curve]
  const y = BigInt.asUintN(y_bits, number_of(point.toReversed()))
  return small_orders.includes(y % prime)
}
