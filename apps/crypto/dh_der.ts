// Diffie-Hellman keys in DER, which is how OpenSSL takes them: PKCS #3 parameters in PKCS#8 (RFC 5958) and in
// SubjectPublicKeyInfo. The generator in them is not the group's, since a power does not depend on it: with 2, OpenSSL
// would know groups by name and refuse what is outside of the subgroup that 2 generates, where half of SRP's numbers are.

import { tag } from './der.ts'
import { integer, integer_size, length, write_integer } from './der_writer.ts'

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
