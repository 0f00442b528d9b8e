// RSA encryption (RFC 8017 §7) with each padding, over what the providers do: the bare operations with either key.
// What decides about a padding that was decrypted is constant in time, as far as JavaScript is.

import { Exit } from '../../runtime/erlang/term.ts'
import { fixed_equal } from './big_numbers.ts'
import { provider } from './current_provider.ts'
import { components_of_private } from './keys.ts'
import type { HashType, PrivateKey, PublicKey } from './provider.ts'
import { type HashFunction, mgf1 } from './rsa_pss.ts'
import { hash_size } from './rsa_pss_parameters.ts'
import { padded } from './rsa_public.ts'

/** How what is encrypted is padded to the size of the key. OTP: `crypto:rsa_padding()`. */
export type RsaPadding = 'rsa_pkcs1_padding' | 'rsa_pkcs1_oaep_padding' | 'rsa_no_padding'

/** OTP: `crypto:pk_encrypt_decrypt_opts()`. */
export interface RsaOptions {
  /** Default: `'rsa_pkcs1_padding'` */
  readonly rsa_padding?: RsaPadding
  /** Of OAEP. Default: SHA-1 */
  readonly rsa_oaep_md?: HashType
  /** The hash function of MGF1 in OAEP. Default: that of OAEP */
  readonly rsa_mgf1_md?: HashType
  /** Of OAEP. Default: none */
  readonly rsa_oaep_label?: Uint8Array
}

/** PKCS#1 v1.5 padding takes 11 bytes at least. */
const least_padding = 11

/**
 * Encrypts for the owner of `key`.
 *
 * @returns as many bytes as the modulus has
 * @throws {@link Exit} `['badarg', …]` when the key is not an RSA key, or `data` is too long for it; without padding,
 *   when it is not as long as the modulus, or not below it
 * @see OTP: `crypto:public_encrypt/4`; RFC 8017 §7.1.1, §7.2.1
 */
export function public_encrypt(data: Uint8Array, key: PublicKey, options: RsaOptions = {}): Uint8Array {
  const size = size_of(key)
  switch (options.rsa_padding ?? 'rsa_pkcs1_padding') {
    case 'rsa_pkcs1_padding':
      check_room(data, size - least_padding)
      return provider.rsa_public_encrypt(key, data)
    case 'rsa_pkcs1_oaep_padding':
      return below(provider.rsa_public_raw(key, oaep_block(data, size, oaep(options))))
    case 'rsa_no_padding':
      return below(provider.rsa_public_raw(key, data))
    default:
      return no_such(options)
  }
}

/**
 * Decrypts what was encrypted with the public half of `key`.
 *
 * With PKCS#1 v1.5 padding that is wrong, the answer is what nobody can tell from a message: bytes that depend on key
 * and ciphertext only, of a length that does too (Bleichenbacher's attack has nothing to go by). So what was decrypted
 * has to be authenticated by other means.
 *
 * @throws {@link Exit} `['badarg', …]` when the key is not an RSA key; `'decrypt_failed'` when `data` is no ciphertext,
 *   or what it has under OAEP is not what it should be
 * @see OTP: `crypto:private_decrypt/4`; RFC 8017 §7.1.2; draft-irtf-cfrg-rsa-guidance §7
 */
export function private_decrypt(data: Uint8Array, key: PrivateKey, options: RsaOptions = {}): Uint8Array {
  const size = size_of(key)
  const block = data.length === size ? provider.rsa_private_decrypt_raw(key, data) : undefined
  if (!block) throw new Exit('decrypt_failed')
  switch (options.rsa_padding ?? 'rsa_pkcs1_padding') {
    case 'rsa_pkcs1_padding':
      return pkcs1_message(block, instead_of_message(key, data))
    case 'rsa_pkcs1_oaep_padding':
      return oaep_message(block, oaep(options))
    case 'rsa_no_padding':
      return block
    default:
      return no_such(options)
  }
}

/**
 * Applies the private key to `data`, for everybody to read: a signature without hash. Pads as signatures are padded.
 *
 * @throws {@link Exit} `['badarg', …]` as {@link public_encrypt}, and for OAEP, which is not for that
 * @see OTP: `crypto:private_encrypt/4`; RFC 8017 §8.2.1
 */
export function private_encrypt(data: Uint8Array, key: PrivateKey, options: RsaOptions = {}): Uint8Array {
  const size = size_of(key)
  switch (options.rsa_padding ?? 'rsa_pkcs1_padding') {
    case 'rsa_pkcs1_padding':
      check_room(data, size - least_padding)
      return below(provider.rsa_private_decrypt_raw(key, padded(data, size)!))
    case 'rsa_no_padding':
      check_whole(data, size)
      return below(provider.rsa_private_decrypt_raw(key, data))
    default:
      return no_such(options)
  }
}

/**
 * What the owner of `key` applied the private half to.
 *
 * @throws {@link Exit} `'decrypt_failed'` when it is not that; `['badarg', …]` as {@link private_encrypt}
 * @see OTP: `crypto:public_decrypt/4`; RFC 8017 §8.2.2
 */
export function public_decrypt(data: Uint8Array, key: PublicKey, options: RsaOptions = {}): Uint8Array {
  const size = size_of(key)
  const padding = options.rsa_padding ?? 'rsa_pkcs1_padding'
  if (padding !== 'rsa_pkcs1_padding' && padding !== 'rsa_no_padding') return no_such(options)
  const block = data.length === size ? provider.rsa_public_raw(key, data) : undefined
  if (!block) throw new Exit('decrypt_failed')
  return padding === 'rsa_no_padding' ? block : signed_message(block)
}

// ---- PKCS#1 v1.5

/** What a block of type 1 holds, RFC 8017 §9.2. Nothing in it is secret. */
function signed_message(block: Uint8Array): Uint8Array {
  const end = block.indexOf(0, 2)
  const good = block[0] === 0 && block[1] === 1 && end >= least_padding - 1
  if (!good || block.subarray(2, end).some(byte => byte !== 0xff)) throw new Exit('decrypt_failed')
  return block.subarray(end + 1)
}

/** What stands in for a message that there is not. */
interface Instead {
  /** As long as a block; the message is at its end. */
  readonly bytes: Uint8Array
  readonly length: number
}

/** What a block of type 2 holds, or else something like it. Which of both is not told by time. */
function pkcs1_message(block: Uint8Array, { bytes, length }: Instead): Uint8Array {
  let found = 0
  let end = 0
  for (let at = 2; at < block.length; at++) {
    const here = is_zero(block[at]!) & ~found
    end = select(here, at, end)
    found |= here
  }
  const good = is_zero(block[0]!) & is_zero(block[1]! ^ 2) & found & ~less(end, least_padding - 1)
  const start = select(good, end + 1, block.length - length)
  const both = block.map((byte, at) => select(good, byte, bytes[at]!))
  return both.subarray(start)
}

/** RFC 8017 says nothing of it; draft-irtf-cfrg-rsa-guidance §7.2 does, and OpenSSL 3.2 gives the same bytes. */
function instead_of_message(key: PrivateKey, ciphertext: Uint8Array): Instead {
  const size = ciphertext.length
  const secret = derivation_key(key, ciphertext)
  const lengths = pseudorandom(secret, 'length', 256)
  const bytes = pseudorandom(secret, 'message', size)
  const longest = size - 2 - 8
  let mask = longest
  for (const by of [1, 2, 4, 8]) mask |= mask >> by
  let length = 0
  for (let at = 0; at < lengths.length; at += 2) {
    const candidate = ((lengths[at]! << 8) | lengths[at + 1]!) & mask
    length = select(less(candidate, longest), candidate, length)
  }
  return { bytes, length }
}

function derivation_key(key: PrivateKey, ciphertext: Uint8Array): Uint8Array {
  const components = components_of_private(key)
  if (components.type !== 'rsa') throw new Exit(['badarg', key.type])
  const { private_exponent } = components.numbers
  const whole = new Uint8Array(ciphertext.length)
  whole.set(private_exponent.subarray(-whole.length), Math.max(whole.length - private_exponent.length, 0))
  const secret = provider.hmac('sha256', provider.hash('sha256', whole), ciphertext)
  whole.fill(0)
  return secret
}

function pseudorandom(key: Uint8Array, label: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const name = new TextEncoder().encode(label)
  const bits = Uint8Array.of((size * 8) >> 8, (size * 8) & 0xff)
  for (let at = 0, block = 0; at < size; at += 32, block++) {
    const part = provider.hmac('sha256', key, [Uint8Array.of(block >> 8, block & 0xff), name, bits])
    bytes.set(part.subarray(0, size - at), at)
  }
  return bytes
}

// ---- OAEP

interface Oaep {
  readonly digest: HashType
  readonly mgf1_digest: HashType
  readonly label_hash: Uint8Array
}

function oaep({ rsa_oaep_md: digest = 'sha', rsa_mgf1_md, rsa_oaep_label }: RsaOptions): Oaep {
  const label_hash = provider.hash(digest, rsa_oaep_label ?? new Uint8Array())
  return { digest, mgf1_digest: rsa_mgf1_md ?? digest, label_hash }
}

/** RFC 8017 §7.1.1 */
function oaep_block(data: Uint8Array, size: number, { digest, mgf1_digest, label_hash }: Oaep): Uint8Array {
  const hash_length = hash_size[digest]
  check_room(data, size - 2 * hash_length - 2)
  const block = new Uint8Array(size)
  const seed = block.subarray(1, 1 + hash_length)
  const db = block.subarray(1 + hash_length)
  db.set(label_hash)
  db[db.length - data.length - 1] = 1
  db.set(data, db.length - data.length)
  seed.set(provider.strong_rand_bytes(hash_length))
  xor(db, mgf1(seed, db.length, mgf1_digest, hash))
  xor(seed, mgf1(db, seed.length, mgf1_digest, hash))
  return block
}

/** RFC 8017 §7.1.2: which of its conditions does not hold must not show (Manger's attack). */
function oaep_message(block: Uint8Array, { digest, mgf1_digest, label_hash }: Oaep): Uint8Array {
  const hash_length = hash_size[digest]
  if (block.length < 2 * hash_length + 2) throw new Exit('decrypt_failed')
  const seed = block.slice(1, 1 + hash_length)
  const db = block.slice(1 + hash_length)
  xor(seed, mgf1(db, seed.length, mgf1_digest, hash))
  xor(db, mgf1(seed, db.length, mgf1_digest, hash))

  let bad = ~is_zero(block[0]!) | (fixed_equal(db.subarray(0, hash_length), label_hash) ? 0 : -1)
  let found = 0
  let start = 0
  for (let at = hash_length; at < db.length; at++) {
    const one = is_zero(db[at]! ^ 1) & ~found
    start = select(one, at + 1, start)
    bad |= ~found & ~one & ~is_zero(db[at]!)
    found |= one
  }
  if (bad | ~found) throw new Exit('decrypt_failed')
  return db.subarray(start)
}

const hash: HashFunction = (type, ...pieces) => provider.hash(type, pieces)

function xor(bytes: Uint8Array, mask: Uint8Array): void {
  for (const [at, byte] of mask.entries()) bytes[at]! ^= byte
}

// ---- Sizes

function size_of(key: PublicKey | PrivateKey): number {
  if (key.type !== 'rsa') throw new Exit(['badarg', `encryption with a key of type ${key.type}`])
  return Math.ceil(key.bits / 8)
}

function check_room(data: Uint8Array, room: number): void {
  if (data.length > room)
    throw new Exit(['badarg', `${data.length} bytes for a key with room for ${Math.max(room, 0)}`])
}

function check_whole(data: Uint8Array, size: number): void {
  if (data.length !== size)
    throw new Exit(['badarg', `${data.length} bytes without padding for a key of ${size}`])
}

function below(result: Uint8Array | undefined): Uint8Array {
  if (!result) throw new Exit(['badarg', 'not as long as the modulus, or not below it'])
  return result
}

function no_such({ rsa_padding }: RsaOptions): never {
  throw new Exit(['badarg', `no ${rsa_padding} for this`])
}

// ---- Constant time: a mask is -1 for yes and 0 for no

const is_zero = (value: number): number => ~((value | -value) >> 31)

const less = (left: number, right: number): number => (left - right) >> 31

const select = (mask: number, yes: number, no: number): number => (yes & mask) | (no & ~mask)
