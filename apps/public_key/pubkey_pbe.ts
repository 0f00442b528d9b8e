// Keys encrypted with a password: the older way of PEM files, PBES1 and PBES2 of PKCS#5 (RFC 8018 §6), and that of
// PKCS#12 (RFC 7292 appendix C).

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { BlockCipher, HashType, Rc2Cipher } from '../crypto/crypto.ts'
import { cipher_init, cipher_update, pbkdf2_hmac, supports, wipe } from '../crypto/crypto.ts'
import { type AlgorithmIdentifier, read_algorithm_identifier } from './otp_certificate.ts'
import { type DerReader, read_der, universal } from './pubkey_der.ts'
import { integer, null_value, object_identifier, octet_string, sequence } from './pubkey_der_writer.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'
import {
  type Hashing,
  openssl_key,
  pbkdf1,
  pkcs12_key,
  pkcs12_password,
  pkcs12_purpose,
} from './pubkey_pbe_keys.ts'
import type { CipherInfo } from './pubkey_pem.ts'

/** Whoever encrypts or decrypts. A string stands for its UTF-8, in PKCS#12 for its UTF-16. */
export type Password = string | Uint8Array

interface Cipher {
  readonly cipher: BlockCipher | Rc2Cipher
  /** As a DEK-Info header writes it. */
  readonly dek_name: string
  readonly oid: Oid
  /** In bytes. */
  readonly key_size: number
  readonly block_size: number
}

const rc2: Cipher = { cipher: 'rc2_cbc', dek_name: 'RC2-CBC', oid: oids.rc2CBC, key_size: 16, block_size: 8 }

const ciphers: readonly Cipher[] = [
  { cipher: 'des_cbc', dek_name: 'DES-CBC', oid: oids.desCBC, key_size: 8, block_size: 8 },
  { cipher: 'des_ede3_cbc', dek_name: 'DES-EDE3-CBC', oid: oids.des_EDE3_CBC, key_size: 24, block_size: 8 },
  rc2,
  { cipher: 'aes_128_cbc', dek_name: 'AES-128-CBC', oid: oids.id_aes128_CBC, key_size: 16, block_size: 16 },
  { cipher: 'aes_192_cbc', dek_name: 'AES-192-CBC', oid: oids.id_aes192_CBC, key_size: 24, block_size: 16 },
  { cipher: 'aes_256_cbc', dek_name: 'AES-256-CBC', oid: oids.id_aes256_CBC, key_size: 32, block_size: 16 },
]

const hmacs: ReadonlyMap<Oid, HashType> = new Map([
  [oids.id_hmacWithSHA1, 'sha'],
  [oids.id_hmacWithSHA224, 'sha224'],
  [oids.id_hmacWithSHA256, 'sha256'],
  [oids.id_hmacWithSHA384, 'sha384'],
  [oids.id_hmacWithSHA512, 'sha512'],
])

/** A hash for the key, and a cipher of 8 bytes a block. */
interface Scheme {
  readonly digest: HashType
  readonly cipher: BlockCipher | Rc2Cipher
  readonly key_size: number
}

/** RFC 8018 §A.3 */
const pbes1_schemes: ReadonlyMap<Oid, Scheme> = new Map<Oid, Scheme>([
  [oids.pbeWithMD5AndDES_CBC, { digest: 'md5', cipher: 'des_cbc', key_size: 8 }],
  [oids.pbeWithMD5AndRC2_CBC, { digest: 'md5', cipher: 'rc2_64_cbc', key_size: 8 }],
  [oids.pbeWithSHA1AndDES_CBC, { digest: 'sha', cipher: 'des_cbc', key_size: 8 }],
  [oids.pbeWithSHA1AndRC2_CBC, { digest: 'sha', cipher: 'rc2_64_cbc', key_size: 8 }],
])

/** RFC 7292 appendix C; 3DES with two keys is one with three, of which the last is the first. */
const pkcs12_schemes: ReadonlyMap<Oid, Scheme> = new Map<Oid, Scheme>([
  [oids.pbeWithSHAAnd3_KeyTripleDES_CBC, { digest: 'sha', cipher: 'des_ede3_cbc', key_size: 24 }],
  [oids.pbeWithSHAAnd2_KeyTripleDES_CBC, { digest: 'sha', cipher: 'des_ede3_cbc', key_size: 16 }],
  [oids.pbeWithSHAAnd128BitRC2_CBC, { digest: 'sha', cipher: 'rc2_cbc', key_size: 16 }],
  [oids.pbeWithSHAAnd40BitRC2_CBC, { digest: 'sha', cipher: 'rc2_40_cbc', key_size: 5 }],
])

/** How many bits of an RC2 key count, as its parameters have it: RFC 8018 §B.2.3. */
const rc2_versions: ReadonlyMap<number, Rc2Cipher> = new Map<number, Rc2Cipher>([
  [160, 'rc2_40_cbc'],
  [120, 'rc2_64_cbc'],
  [58, 'rc2_cbc'],
])

/** Beyond this a file keeps the process busy for minutes. Where each is a call from JavaScript, it is so much sooner. */
const max_iterations = { pbkdf2: 10_000_000, others: 1_000_000 } as const

/** What a cipher needs to run. */
interface Keyed {
  readonly cipher: BlockCipher | Rc2Cipher
  readonly block_size: number
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

/**
 * What was encrypted with `password`.
 *
 * @throws {@link DecodeError} when the password is a wrong one (as far as the padding tells), or the way of encryption
 *   none that is known: ciphers are DES, 3DES, RC2 and AES, in CBC mode
 */
export function decrypt(encrypted: Uint8Array, info: CipherInfo, password: Password): Uint8Array {
  const { cipher, block_size, key, iv } = derive(info, password)
  if (encrypted.length === 0 || encrypted.length % block_size !== 0) throw new DecodeError('not whole blocks')
  const padded = cipher_update(cipher_init(cipher, key, iv, 'decrypt'), encrypted)
  wipe(key)
  return without_padding(padded, block_size)
}

/** `bytes` encrypted with `password`. Errors as of {@link decrypt}. */
export function encrypt(bytes: Uint8Array, info: CipherInfo, password: Password): Uint8Array {
  const { cipher, block_size, key, iv } = derive(info, password)
  const padding = block_size - (bytes.length % block_size)
  const padded = new Uint8Array(bytes.length + padding).fill(padding)
  padded.set(bytes)
  const encrypted = cipher_update(cipher_init(cipher, key, iv, 'encrypt'), padded)
  wipe(key)
  wipe(padded)
  return encrypted
}

/**
 * How to encrypt a PKCS#8 key with AES-256-CBC and PBKDF2 over HMAC-SHA-256: RFC 8018 §6.2.
 *
 * @param salt - at least 8 random bytes
 * @param iv - 16 random bytes
 */
export function pbes2(salt: Uint8Array, iv: Uint8Array, iterations: number): CipherInfo {
  const prf = sequence(object_identifier(oids.id_hmacWithSHA256), null_value())
  const pbkdf2_parameters = sequence(octet_string(salt), integer(iterations), prf)
  const key_derivation = sequence(object_identifier(oids.id_PBKDF2), pbkdf2_parameters)
  const scheme = sequence(object_identifier(oids.id_aes256_CBC), octet_string(iv))
  return [oids.id_PBES2, sequence(key_derivation, scheme)]
}

function derive([name, parameters]: CipherInfo, password: Password): Keyed {
  if (name === oids.id_PBES2) return derive_pbes2(parameters, utf8(password))
  const pbes1 = pbes1_schemes.get(name)
  if (pbes1) return derive_pbes1(pbes1, parameters, utf8(password))
  const pkcs12 = pkcs12_schemes.get(name)
  if (pkcs12) return derive_pkcs12(pkcs12, parameters, password)

  const cipher = find_cipher(name, parameters)
  return {
    ...cipher,
    key: openssl_key(utf8(password), parameters.subarray(0, 8), cipher.key_size),
    iv: parameters,
  }
}

const utf8 = (password: Password): Uint8Array =>
  typeof password === 'string' ? new TextEncoder().encode(password) : password

function find_cipher(name: string, iv: Uint8Array): Cipher {
  const found = ciphers.find(({ dek_name, oid }) => dek_name === name || oid === name)
  if (!found || !supports().ciphers.includes(found.cipher)) throw new DecodeError(`no cipher ${name}`)
  if (iv.length !== found.block_size) throw new DecodeError('an initialization vector of the wrong size')
  return found
}

// ---- PBES1 and PKCS#12

/** RFC 8018 §6.1: the key, and behind it the vector. */
function derive_pbes1(
  { digest, cipher, key_size }: Scheme,
  parameters: Uint8Array,
  password: Uint8Array,
): Keyed {
  const key = pbkdf1(password, read_hashing(parameters, digest))
  return { cipher, block_size: 8, key: key.slice(0, key_size), iv: key.slice(key_size, key_size + 8) }
}

/** RFC 7292 §B.4 */
function derive_pkcs12(
  { digest, cipher, key_size }: Scheme,
  parameters: Uint8Array,
  password: Password,
): Keyed {
  const hashing = read_hashing(parameters, digest)
  const text = typeof password === 'string' ? password : new TextDecoder().decode(password)
  const secret = pkcs12_password(text)
  const key = pkcs12_key(secret, hashing, { size: key_size, purpose: pkcs12_purpose.key })
  const iv = pkcs12_key(secret, hashing, { size: 8, purpose: pkcs12_purpose.iv })
  wipe(secret)
  const has_two_keys = cipher === 'des_ede3_cbc' && key_size === 16
  return { cipher, block_size: 8, key: has_two_keys ? Uint8Array.of(...key, ...key.subarray(0, 8)) : key, iv }
}

/** PBEParameter, RFC 8018 §A.3; that of PKCS#12 is the same, with a salt of any length. */
function read_hashing(parameters: Uint8Array, digest: HashType): Hashing {
  const { salt, iterations } = read_der(parameters, from =>
    from.enter(universal.sequence, inside => ({
      salt: inside.octet_string(),
      iterations: inside.small_integer(),
    })),
  )
  check_iterations(iterations, max_iterations.others)
  if (salt.length === 0) throw new DecodeError('a salt of no bytes')
  return { digest, salt, iterations }
}

function check_iterations(iterations: number, most: number): void {
  if (iterations < 1 || iterations > most) throw new DecodeError(`${iterations} iterations`)
}

// ---- PBES2

function derive_pbes2(parameters: Uint8Array, password: Uint8Array): Keyed {
  const [key_derivation, scheme] = read_der(parameters, from =>
    from.list(universal.sequence, read_algorithm_identifier),
  )
  if (!key_derivation || !scheme) throw new DecodeError('not the parameters of PBES2')
  const [cipher, iv] = scheme.algorithm === rc2.oid ? read_rc2(scheme) : read_block_cipher(scheme)
  const key = derive_pbkdf2(key_derivation, password, cipher)
  return { cipher: cipher.cipher, block_size: cipher.block_size, key, iv }
}

function read_block_cipher({
  algorithm,
  parameters,
}: AlgorithmIdentifier): readonly [Cipher, iv: Uint8Array] {
  const iv = read_der(parameters ?? new Uint8Array(), from => from.octet_string())
  return [find_cipher(algorithm, iv), iv]
}

/** RC2-CBC-Parameter: RFC 8018 §B.2.3. */
function read_rc2({ parameters }: AlgorithmIdentifier): readonly [Cipher, iv: Uint8Array] {
  const [version, iv] = read_der(parameters ?? new Uint8Array(), from =>
    from.enter(universal.sequence, inside => [inside.small_integer(), inside.octet_string()] as const),
  )
  const cipher = rc2_versions.get(version)
  if (!cipher) throw new DecodeError(`no RC2 of version ${version}`)
  return [{ ...find_cipher(rc2.oid, iv), cipher }, iv]
}

function derive_pbkdf2(how: AlgorithmIdentifier, password: Uint8Array, cipher: Cipher): Uint8Array {
  if (how.algorithm !== oids.id_PBKDF2) throw new DecodeError(`no key derivation ${how.algorithm}`)
  const parameters = read_der(how.parameters ?? new Uint8Array(), read_pbkdf2_parameters)
  const { salt, iterations, key_size = cipher.key_size, prf } = parameters
  const digest = hmacs.get(prf)
  if (!digest) throw new DecodeError(`no HMAC ${prf}`)
  const is_right_size =
    cipher.oid === rc2.oid ? key_size >= 1 && key_size <= 128 : key_size === cipher.key_size
  if (!is_right_size) throw new DecodeError('a key of the wrong size')
  check_iterations(iterations, max_iterations.pbkdf2)
  return pbkdf2_hmac(digest, password, { salt, iterations, size: key_size })
}

function read_pbkdf2_parameters(from: DerReader) {
  return from.enter(universal.sequence, inside => ({
    salt: inside.octet_string(),
    iterations: inside.small_integer(),
    key_size: inside.next_is(universal.integer) ? inside.small_integer() : undefined,
    prf: inside.at_end ? oids.id_hmacWithSHA1 : read_algorithm_identifier(inside).algorithm,
  }))
}

/** RFC 8018 §6.1.1 */
function without_padding(padded: Uint8Array, block_size: number): Uint8Array {
  const size = padded.at(-1)!
  const padding = padded.subarray(padded.length - size)
  if (size === 0 || size > block_size || padding.some(byte => byte !== size))
    throw new DecodeError('a wrong password')
  return padded.subarray(0, padded.length - size)
}
