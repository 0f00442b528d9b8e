// The little DER (X.690) that is written here: lengths and non-negative integers.

import { bit_length } from './big_numbers.ts'
import { tag } from './der.ts'

/** The length octets of contents of that size, which is below 2^16. */
export function length(size: number): number[] {
  if (size < 0x80) return [size]
  return size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
}

/** The INTEGER of a number, big endian. */
export function integer(number: Uint8Array): Uint8Array {
  const der = new Uint8Array(integer_size(number))
  write_integer(der, number)
  return der
}

/** How many bytes the whole INTEGER has. */
export function integer_size(number: Uint8Array): number {
  const contents = contents_size(number)
  return 1 + length(contents).length + contents
}

/** As {@link integer}, to the end of `into`, all of which it needs. */
export function write_integer(into: Uint8Array, number: Uint8Array): void {
  const contents = contents_size(number)
  const digits = number.subarray(-contents)
  into.set([tag.integer, ...length(contents)])
  into.set(digits, into.length - digits.length)
}

/** There is one bit for the sign. */
function contents_size(number: Uint8Array): number {
  return Math.floor(bit_length(number) / 8) + 1
}
