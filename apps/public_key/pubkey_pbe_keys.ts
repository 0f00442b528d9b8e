// Keys made of passwords: PBKDF1 and PBKDF2 of PKCS#5 (RFC 8018 §5), the way of PKCS#12 (RFC 7292 appendix B), and the
// one of OpenSSL's older PEM files.

import { type HashType, hash } from '../crypto/crypto.ts'

/** Salt, and how often a hash is repeated. */
export interface Hashing {
  readonly digest: HashType
  readonly salt: Uint8Array
  readonly iterations: number
}

/** RFC 8018 §5.1: as many bytes as the hash has. */
export function pbkdf1(password: Uint8Array, { digest, salt, iterations }: Hashing): Uint8Array {
  return repeated(digest, [password, salt], iterations)
}

/** MD5 over the password and a salt, again over the result until there is enough. */
export function openssl_key(password: Uint8Array, salt: Uint8Array, size: number): Uint8Array {
  const key = new Uint8Array(size)
  let digest = new Uint8Array()
  for (let at = 0; at < size; at += digest.length) {
    digest = Uint8Array.from(hash('md5', [digest, password, salt]))
    key.set(digest.subarray(0, size - at), at)
  }
  return key
}

/** What the bytes are for: RFC 7292 §B.3. */
export const pkcs12_purpose = { key: 1, iv: 2 } as const

/**
 * RFC 7292 §B.2.
 *
 * @param password - as PKCS#12 writes it, see {@link pkcs12_password}
 * @param wanted - how many bytes, and what for
 */
export function pkcs12_key(
  password: Uint8Array,
  { digest, salt, iterations }: Hashing,
  { size, purpose }: { readonly size: number; readonly purpose: number },
): Uint8Array {
  const block_size = digest === 'sha384' || digest === 'sha512' ? 128 : 64
  const diversifier = new Uint8Array(block_size).fill(purpose)
  const input = Uint8Array.of(...filled(salt, block_size), ...filled(password, block_size))
  const key = new Uint8Array(size)
  for (let at = 0; at < size; ) {
    const block = repeated(digest, [diversifier, input], iterations)
    key.set(block.subarray(0, size - at), at)
    at += block.length
    const added = repeat_to(block, block_size)
    for (let from = 0; from < input.length; from += block_size) {
      add(input.subarray(from, from + block_size), added)
    }
  }
  return key
}

/** UTF-16, big endian, with a zero at its end: RFC 7292 §B.1. */
export function pkcs12_password(password: string): Uint8Array {
  const text = `${password}\0`
  const bytes = new Uint8Array(2 * text.length)
  for (let at = 0; at < text.length; at++) {
    bytes[2 * at] = text.charCodeAt(at) >> 8
    bytes[2 * at + 1] = text.charCodeAt(at)
  }
  return bytes
}

function repeated(digest: HashType, data: readonly Uint8Array[], times: number): Uint8Array {
  let result = hash(digest, data)
  for (let time = 1; time < times; time++) result = hash(digest, result)
  return result
}

/** As many whole blocks as it takes to hold `bytes`, full of them. */
function filled(bytes: Uint8Array, block_size: number): Uint8Array {
  return repeat_to(bytes, block_size * Math.ceil(bytes.length / block_size))
}

function repeat_to(bytes: Uint8Array, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => bytes[at % bytes.length]!)
}

/** Adds `more` and 1 to a number of as many bytes; what does not fit is lost. */
function add(number: Uint8Array, more: Uint8Array): void {
  let carry = 1
  for (let at = number.length - 1; at >= 0; at--) {
    const sum = number[at]! + more[at]! + carry
    number[at] = sum
    carry = sum >> 8
  }
}
