// Non-negative integers as bytes, big endian, and as BigInt; and powers of them. What BigInt does takes a time that
// depends on the numbers, so that this is for what is public, and for the provider that has nothing else.

const window_bits = 4n
const window_mask = (1n << window_bits) - 1n

export function number_of(bytes: Uint8Array): bigint {
  return number_of_hex(Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''))
}

export function number_of_hex(digits: string): bigint {
  return BigInt(`0x${digits || '0'}`)
}

/** `number` in `size` bytes, which must be enough; by default in as few as it takes. */
export function bytes_of(number: bigint, size: number = byte_size(number)): Uint8Array {
  const digits = number.toString(16).padStart(size * 2, '0')
  return Uint8Array.from({ length: size }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}

/** How many bits `bytes` has without leading zeros. */
export function bit_length(bytes: Uint8Array): number {
  const first = bytes.findIndex(byte => byte !== 0)
  if (first < 0) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24)
}

/** `bytes` from its first byte that is not zero. */
export function without_leading_zeros(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.length - Math.ceil(bit_length(bytes) / 8))
}

/** Whether two byte strings are the same. Which bytes differ does not change how long it takes. */
export function fixed_equal(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let different = 0
  for (const [index, byte] of left.entries()) different |= byte ^ right[index]!
  return different === 0
}

/** The remainder that is not negative. */
export function modulo(number: bigint, modulus: bigint): bigint {
  const rest = number % modulus
  return rest < 0n ? rest + modulus : rest
}

/**
 * `base` to the power of `exponent`, modulo `modulus`. Which multiplications are made depends on the size of the
 * exponent only; how long each takes is not constant.
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n % modulus]
  for (let digit = 1n; digit <= window_mask; digit++) powers.push((powers.at(-1)! * base) % modulus)

  const digits = BigInt(Math.ceil(exponent.toString(16).length / Number(window_bits / 4n)))
  let result = powers[0]!
  for (let at = digits - 1n; at >= 0n; at--) {
    for (let count = 0n; count < window_bits; count++) result = (result * result) % modulus
    result = (result * powers[Number((exponent >> (at * window_bits)) & window_mask)]!) % modulus
  }
  return result
}

/** What times `number` is 1, modulo `modulus`; undefined when they have a divisor in common. */
export function inverse(number: bigint, modulus: bigint): bigint | undefined {
  let [rest, next] = [modulus, modulo(number, modulus)]
  let [factor, next_factor] = [0n, 1n]
  while (next !== 0n) {
    const times = rest / next
    ;[rest, next] = [next, rest - times * next]
    ;[factor, next_factor] = [next_factor, factor - times * next_factor]
  }
  return rest === 1n ? modulo(factor, modulus) : undefined
}

function byte_size(number: bigint): number {
  return number === 0n ? 0 : Math.ceil(number.toString(16).length / 2)
}
