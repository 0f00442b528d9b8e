// The numbers that TLS gives to the curves of a key exchange.

import type { Curve } from '../../apps/crypto/curves.ts'
import { type Codec, names, uint16 } from '../../runtime/binary/codec.ts'

/** RFC 4492 §5.1.1, RFC 7027 §2, RFC 8422 §5.1.1 */
const group_codes: Readonly<Record<Curve, number>> = {
  sect163k1: 1,
  sect163r1: 2,
  sect163r2: 3,
  sect193r1: 4,
  sect193r2: 5,
  sect233k1: 6,
  sect233r1: 7,
  sect239k1: 8,
  sect283k1: 9,
  sect283r1: 10,
  sect409k1: 11,
  sect409r1: 12,
  sect571k1: 13,
  sect571r1: 14,
  secp160k1: 15,
  secp160r1: 16,
  secp160r2: 17,
  secp192k1: 18,
  secp192r1: 19,
  secp224k1: 20,
  secp224r1: 21,
  secp256k1: 22,
  secp256r1: 23,
  secp384r1: 24,
  secp521r1: 25,
  brainpoolP256r1: 26,
  brainpoolP384r1: 27,
  brainpoolP512r1: 28,
  x25519: 29,
  x448: 30,
}

/** A curve; a group that is none of them stays its number. */
export type NamedGroup = Curve | number

export const named_group: Codec<NamedGroup> = names(uint16, group_codes)
