// The curves that have a name in TLS: how large they are, and what certificates and keys call them.

/** Field sizes in bits. */
const field_bits = {
  sect571r1: 571,
  sect571k1: 571,
  secp521r1: 521,
  brainpoolP512r1: 512,
  sect409k1: 409,
  sect409r1: 409,
  brainpoolP384r1: 384,
  secp384r1: 384,
  sect283k1: 283,
  sect283r1: 283,
  brainpoolP256r1: 256,
  secp256k1: 256,
  secp256r1: 256,
  sect239k1: 239,
  sect233k1: 233,
  sect233r1: 233,
  secp224k1: 224,
  secp224r1: 224,
  sect193r1: 193,
  sect193r2: 193,
  secp192k1: 192,
  secp192r1: 192,
  sect163k1: 163,
  sect163r1: 163,
  sect163r2: 163,
  secp160k1: 160,
  secp160r1: 160,
  secp160r2: 160,
  x25519: 255,
  x448: 448,
} as const

/** A named curve. OTP: `crypto:named_curve()`. */
export type Curve = keyof typeof field_bits

/** Every curve that has a name here, in OTP's order of preference, the Montgomery curves last. */
export const all_curves = Object.keys(field_bits) as readonly Curve[]

/** RFC 5480 §2.1.1.1, SEC 2 §A.2, RFC 5639 §4.1. x25519 and x448 sign nothing, so no certificate names them. */
const curve_of_oid: ReadonlyMap<string, Curve> = new Map<string, Curve>([
  ['1.3.132.0.39', 'sect571r1'],
  ['1.3.132.0.38', 'sect571k1'],
  ['1.3.132.0.35', 'secp521r1'],
  ['1.3.36.3.3.2.8.1.1.13', 'brainpoolP512r1'],
  ['1.3.132.0.36', 'sect409k1'],
  ['1.3.132.0.37', 'sect409r1'],
  ['1.3.36.3.3.2.8.1.1.11', 'brainpoolP384r1'],
  ['1.3.132.0.34', 'secp384r1'],
  ['1.3.132.0.16', 'sect283k1'],
  ['1.3.132.0.17', 'sect283r1'],
  ['1.3.36.3.3.2.8.1.1.7', 'brainpoolP256r1'],
  ['1.3.132.0.10', 'secp256k1'],
  ['1.2.840.10045.3.1.7', 'secp256r1'],
  ['1.3.132.0.3', 'sect239k1'],
  ['1.3.132.0.26', 'sect233k1'],
  ['1.3.132.0.27', 'sect233r1'],
  ['1.3.132.0.32', 'secp224k1'],
  ['1.3.132.0.33', 'secp224r1'],
  ['1.3.132.0.24', 'sect193r1'],
  ['1.3.132.0.25', 'sect193r2'],
  ['1.3.132.0.31', 'secp192k1'],
  ['1.2.840.10045.3.1.1', 'secp192r1'],
  ['1.3.132.0.1', 'sect163k1'],
  ['1.3.132.0.2', 'sect163r1'],
  ['1.3.132.0.15', 'sect163r2'],
  ['1.3.132.0.9', 'secp160k1'],
  ['1.3.132.0.8', 'secp160r1'],
  ['1.3.132.0.30', 'secp160r2'],
])

/** The curve that an object identifier such as `'1.3.132.0.34'` stands for. */
export function named_curve(oid: string): Curve | undefined {
  return curve_of_oid.get(oid)
}

const oid_of_curve: ReadonlyMap<Curve, string> = new Map(
  Array.from(curve_of_oid, ([oid, curve]) => [curve, oid] as const),
)

/**
 * The contents of the object identifier of a curve.
 *
 * @throws {@link TypeError} for x25519 and x448
 */
export function curve_oid(curve: Curve): Uint8Array {
  const oid = oid_of_curve.get(curve)
  if (oid === undefined) throw new TypeError(`${curve} is named by no certificate`)
  const [first, second, ...rest] = oid.split('.').map(Number)
  return Uint8Array.from([first! * 40 + second!, ...rest].flatMap(base_128))
}

/** Arcs of curves are below 2^14. */
function base_128(arc: number): number[] {
  return arc < 0x80 ? [arc] : [0x80 | (arc >> 7), arc & 0x7f]
}

/** The size of the field, in bits. */
export function curve_bits(curve: Curve): number {
  return field_bits[curve]
}

/** The size of one coordinate, and of a shared secret, in bytes. */
export function curve_size(curve: Curve): number {
  return Math.ceil(field_bits[curve] / 8)
}

/** Whether `curve` is one of RFC 7748, whose public values are a bare coordinate. */
export function is_montgomery(curve: Curve): curve is 'x25519' | 'x448' {
  return curve === 'x25519' || curve === 'x448'
}

/**
 * Whether `value` has the form of a public value on `curve`: an uncompressed point (X9.62 §4.3.6), which is all
 * that TLS permits, or the coordinate alone (RFC 7748 §5). Whether the point is on the curve is for the provider.
 */
export function has_public_form(curve: Curve, value: Uint8Array): boolean {
  if (is_montgomery(curve)) return value.length === curve_size(curve)
  return value.length === 1 + 2 * curve_size(curve) && value[0] === 4
}

/** Whether `value` has the form of a compressed point, which a certificate may contain. */
export function is_compressed(curve: Curve, value: Uint8Array): boolean {
  return value.length === 1 + curve_size(curve) && (value[0] === 2 || value[0] === 3)
}
