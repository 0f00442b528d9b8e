// Diffie-Hellman keys in DER, which is how OpenSSL takes them: PKCS #3 parameters in PKCS#8 (RFC 5958) and in
// SubjectPublicKeyInfo. The generator in them is not the group's, since a power does not depend on it: with 2, OpenSSL
// would know groups by name and refuse what is outside of the subgroup that 2 generates, where half of SRP's numbers are.

import { bit_length } from './big_numbers.ts'
import { tag } from './der.ts'

/** dhKeyAgreement, PKCS #3 §9. */
const algorithm = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01]
const generator = [tag.integer, 1, 3]
const version = [tag.integer, 1, 0]

/** The PKCS#8 of a private value: a secret, in one buffer of its own. */
export function dh_private_key(modulus: Uint8Array, private_value: Uint8Array): Uint8Array {
  const parameters = algorithm_identifier(modulus)
  const size = integer_size(private_value)
  const head = [...version, ...parameters, tag.octet_string, ...length(size)]
  const beginning = [tag.sequence, ...length(head.length + size), ...head]
  const der = new Uint8Array(beginning.length + size)
  der.set(beginning)
  write_integer(der.subarray(beginning.length), private_value)
  return der
}

/** The SubjectPublicKeyInfo of a public value. */
export function dh_public_key(modulus: Uint8Array, public_value: Uint8Array): Uint8Array {
  const key = [0, ...integer(public_value)]
  const info = [...algorithm_identifier(modulus), tag.bit_string, ...length(key.length), ...key]
  return Uint8Array.of(tag.sequence, ...length(info.length), ...info)
}

function algorithm_identifier(modulus: Uint8Array): number[] {
  const numbers = [...integer(modulus), ...generator]
  const contents = [...algorithm, tag.sequence, ...length(numbers.length), ...numbers]
  return [tag.sequence, ...length(contents.length), ...contents]
}

function integer(number: Uint8Array): Uint8Array {
  const der = new Uint8Array(integer_size(number))
  write_integer(der, number)
  return der
}

/** Of the whole element. */
function integer_size(number: Uint8Array): number {
  const contents = contents_size(number)
  return 1 + length(contents).length + contents
}

function write_integer(into: Uint8Array, number: Uint8Array): void {
  const contents = contents_size(number)
  const digits = number.subarray(-contents)
  into.set([tag.integer, ...length(contents)])
  into.set(digits, into.length - digits.length)
}

/** There is one bit for the sign. */
function contents_size(number: Uint8Array): number {
  return Math.floor(bit_length(number) / 8) + 1
}

function length(size: number): number[] {
  if (size < 0x80) return [size]
  return size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
}
