// Writes the DER of the keys that tests make up.

/** One element: identifier, length, and the pieces of its contents. */
export function der(identifier: number, ...pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const contents = pieces.flatMap(piece => [...piece])
  const size = contents.length
  if (size < 0x80) return Uint8Array.of(identifier, size, ...contents)
  if (size < 0x100) return Uint8Array.of(identifier, 0x81, size, ...contents)
  return Uint8Array.of(identifier, 0x82, size >> 8, size & 0xff, ...contents)
}

/** An OBJECT IDENTIFIER such as `'1.2.840.113549.1.1.1'`. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  return der(0x06, [first * 40 + second, ...arcs].flatMap(base_128))
}

/** A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export function spki(algorithm: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  return der(0x30, der(0x30, ...algorithm), der(0x03, [0], key))
}

/** A PKCS#8 PrivateKeyInfo (RFC 5958). */
export function pkcs8(algorithm: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  return der(0x30, der(0x02, [0]), der(0x30, ...algorithm), der(0x04, key))
}

function base_128(arc: number): number[] {
  const septets = [arc & 0x7f]
  for (let rest = arc >> 7; rest > 0; rest >>= 7) septets.unshift((rest & 0x7f) | 0x80)
  return septets
}
