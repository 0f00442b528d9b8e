// The short prime curves that the portable packages do not bring along, as numbers: SEC 2 §2.4 to §2.6.

import { number_of_hex } from './big_numbers.ts'
import type { Curve } from './curves.ts'

/** y^2 = x^3 + ax + b modulo p; the point (Gx, Gy) has the order n, and there are no others: h is 1. */
export interface PrimeCurve {
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
  readonly n: bigint
  readonly h: bigint
  readonly Gx: bigint
  readonly Gy: bigint
}

type Digits = readonly [p: string, a: string, b: string, n: string, Gx: string, Gy: string]

const digits = {
  secp160k1: [
    'fffffffffffffffffffffffffffffffeffffac73',
    '0',
    '7',
    '100000000000000000001b8fa16dfab9aca16b6b3',
    '3b4c382ce37aa192a4019e763036f4f5dd4d7ebb',
    '938cf935318fdced6bc28286531733c3f03c4fee',
  ],
  secp160r1: [
    'ffffffffffffffffffffffffffffffff7fffffff',
    'ffffffffffffffffffffffffffffffff7ffffffc',
    '1c97befc54bd7a8b65acf89f81d4d4adc565fa45',
    '100000000000000000001f4c8f927aed3ca752257',
    '4a96b5688ef573284664698968c38bb913cbfc82',
    '23a628553168947d59dcc912042351377ac5fb32',
  ],
  secp160r2: [
    'fffffffffffffffffffffffffffffffeffffac73',
    'fffffffffffffffffffffffffffffffeffffac70',
    'b4e134d3fb59eb8bab57274904664d5af50388ba',
    '100000000000000000000351ee786a818f3a1a16b',
    '52dcb034293a117e1f4ff11b30f7199d3144ce6d',
    'feaffef2e331f296e071fa0df9982cfea7d43f2e',
  ],
  secp192k1: [
    'fffffffffffffffffffffffffffffffffffffffeffffee37',
    '0',
    '3',
    'fffffffffffffffffffffffe26f2fc170f69466a74defd8d',
    'db4ff10ec057e9ae26b07d0280b7f4341da5d1b1eae06c7d',
    '9b2f2f6d9c5628a7844163d015be86344082aa88d95e2f9d',
  ],
  secp192r1: [
    'fffffffffffffffffffffffffffffffeffffffffffffffff',
    'fffffffffffffffffffffffffffffffefffffffffffffffc',
    '64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1',
    'ffffffffffffffffffffffff99def836146bc9b1b4d22831',
    '188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012',
    '7192b95ffc8da78631011ed6b24cdd573f977a11e794811',
  ],
  secp224k1: [
    'fffffffffffffffffffffffffffffffffffffffffffffffeffffe56d',
    '0',
    '5',
    '10000000000000000000000000001dce8d2ec6184caf0a971769fb1f7',
    'a1455b334df099df30fc28a169a467e9e47075a90f7e650eb6b7a45c',
    '7e089fed7fba344282cafbd6f7e319f7c0b0bd59e2ca4bdb556d61a5',
  ],
  secp224r1: [
    'ffffffffffffffffffffffffffffffff000000000000000000000001',
    'fffffffffffffffffffffffffffffffefffffffffffffffffffffffe',
    'b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4',
    'ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d',
    'b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21',
    'bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34',
  ],
} as const satisfies Partial<Record<Curve, Digits>>

/** The name of one of them. */
export type PrimeCurveName = keyof typeof digits

/** The curves that there are. */
export const prime_curve_names = Object.keys(digits) as readonly PrimeCurveName[]

/** Whether `curve` is one of {@link prime_curve_names}. */
export function is_prime_curve(curve: Curve): curve is PrimeCurveName {
  return Object.hasOwn(digits, curve)
}

/** The numbers of a curve. */
export function prime_curve(name: PrimeCurveName): PrimeCurve {
  const [p, a, b, n, Gx, Gy] = digits[name]
  return {
    p: number_of_hex(p),
    a: number_of_hex(a),
    b: number_of_hex(b),
    n: number_of_hex(n),
    h: 1n,
    Gx: number_of_hex(Gx),
    Gy: number_of_hex(Gy),
  }
}
