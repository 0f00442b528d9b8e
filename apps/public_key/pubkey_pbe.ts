// Keys encrypted with a password: the older way of PEM files, whose key is an MD5 of the password, and PBES2 of
// PKCS#5 (RFC 8018 §6.2).

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { BlockCipher, HashType } from '../crypto/crypto.ts'
import { cipher_init, cipher_update, hash, mac, supports, wipe } from '../crypto/crypto.ts'
import { type AlgorithmIdentifier, read_algorithm_identifier } from './otp_certificate.ts'
import { type DerReader, read_der, universal } from './pubkey_der.ts'
import { integer, null_value, object_identifier, octet_string, sequence } from './pubkey_der_writer.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'
import type { CipherInfo } from './pubkey_pem.ts'

interface Cipher {
  readonly cipher: BlockCipher
  /** As a DEK-Info header writes it. */
  readonly dek_name: string
  readonly oid: Oid
  /** In bytes. */
  readonly key_size: number
  readonly block_size: number
}

const ciphers: readonly Cipher[] = [
  { cipher: 'des_cbc', dek_name: 'DES-CBC', oid: oids.desCBC, key_size: 8, block_size: 8 },
  { cipher: 'des_ede3_cbc', dek_name: 'DES-EDE3-CBC', oid: oids.des_EDE3_CBC, key_size: 24, block_size: 8 },
  { cipher: 'aes_128_cbc', dek_name: 'AES-128-CBC', oid: oids.id_aes128_CBC, key_size: 16, block_size: 16 },
  { cipher: 'aes_256_cbc', dek_name: 'AES-256-CBC', oid: oids.id_aes256_CBC, key_size: 32, block_size: 16 },
]

const hmacs: ReadonlyMap<Oid, HashType> = new Map([
  [oids.id_hmacWithSHA1, 'sha'],
  [oids.id_hmacWithSHA224, 'sha224'],
  [oids.id_hmacWithSHA256, 'sha256'],
  [oids.id_hmacWithSHA384, 'sha384'],
  [oids.id_hmacWithSHA512, 'sha512'],
])

/** Beyond this a file keeps the process busy for minutes. */
const max_iterations = 10_000_000

/** What a cipher needs to run. */
interface Keyed {
  readonly cipher: Cipher
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

/**
 * What was encrypted with `password`.
 *
 * @throws {@link DecodeError} when the password is a wrong one (as far as the padding tells), or the cipher is
 *   none of DES, 3DES, AES-128 and AES-256, all in CBC mode
 */
export function decrypt(encrypted: Uint8Array, info: CipherInfo, password: string | Uint8Array): Uint8Array {
  const { cipher, key, iv } = derive(info, password)
  if (encrypted.length === 0 || encrypted.length % cipher.block_size !== 0)
    throw new DecodeError('not whole blocks')
  const padded = cipher_update(cipher_init(cipher.cipher, key, iv, 'decrypt'), encrypted)
  wipe(key)
  return without_padding(padded, cipher.block_size)
}

/** `bytes` encrypted with `password`. Errors as of {@link decrypt}. */
export function encrypt(bytes: Uint8Array, info: CipherInfo, password: string | Uint8Array): Uint8Array {
  const { cipher, key, iv } = derive(info, password)
  const padding = cipher.block_size - (bytes.length % cipher.block_size)
  const padded = new Uint8Array(bytes.length + padding).fill(padding)
  padded.set(bytes)
  const encrypted = cipher_update(cipher_init(cipher.cipher, key, iv, 'encrypt'), padded)
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

function derive([name, parameters]: CipherInfo, password: string | Uint8Array): Keyed {
  const secret = typeof password === 'string' ? new TextEncoder().encode(password) : password
  return name === oids.id_PBES2 ? derive_pbes2(parameters, secret) : derive_dek(name, parameters, secret)
}

function find_cipher(name: string, iv: Uint8Array): Cipher {
  const found = ciphers.find(({ dek_name, oid }) => dek_name === name || oid === name)
  if (!found || !supports().ciphers.includes(found.cipher)) throw new DecodeError(`no cipher ${name}`)
  if (iv.length !== found.block_size) throw new DecodeError('an initialization vector of the wrong size')
  return found
}

/** MD5 over the password and a salt, again over the result until there is enough for the key. */
function derive_dek(name: string, iv: Uint8Array, password: Uint8Array): Keyed {
  const cipher = find_cipher(name, iv)
  const salt = iv.subarray(0, 8)
  const key = new Uint8Array(cipher.key_size)
  let digest = new Uint8Array()
  for (let at = 0; at < key.length; at += digest.length) {
    digest = Uint8Array.from(hash('md5', [digest, password, salt]))
    key.set(digest.subarray(0, key.length - at), at)
  }
  return { cipher, key, iv }
}

function derive_pbes2(parameters: Uint8Array, password: Uint8Array): Keyed {
  const [key_derivation, scheme] = read_der(parameters, from =>
    from.list(universal.sequence, read_algorithm_identifier),
  )
  if (!key_derivation || !scheme) throw new DecodeError('not the parameters of PBES2')
  const iv = read_der(scheme.parameters ?? new Uint8Array(), from => from.octet_string())
  const cipher = find_cipher(scheme.algorithm, iv)
  return { cipher, key: derive_pbkdf2(key_derivation, password, cipher.key_size), iv }
}

function derive_pbkdf2(how: AlgorithmIdentifier, password: Uint8Array, size: number): Uint8Array {
  if (how.algorithm !== oids.id_PBKDF2) throw new DecodeError(`no key derivation ${how.algorithm}`)
  const { salt, iterations, key_size, prf } = read_der(
    how.parameters ?? new Uint8Array(),
    read_pbkdf2_parameters,
  )
  const digest = hmacs.get(prf)
  if (!digest) throw new DecodeError(`no HMAC ${prf}`)
  if (key_size !== undefined && key_size !== size) throw new DecodeError('a key of the wrong size')
  if (iterations < 1 || iterations > max_iterations) throw new DecodeError(`${iterations} iterations`)
  return pbkdf2(digest, password, { salt, iterations, size })
}

function read_pbkdf2_parameters(from: DerReader) {
  return from.enter(universal.sequence, inside => ({
    salt: inside.octet_string(),
    iterations: inside.small_integer(),
    key_size: inside.next_is(universal.integer) ? inside.small_integer() : undefined,
    prf: inside.at_end ? oids.id_hmacWithSHA1 : read_algorithm_identifier(inside).algorithm,
  }))
}

/** RFC 8018 §5.2 */
function pbkdf2(
  digest: HashType,
  password: Uint8Array,
  {
    salt,
    iterations,
    size,
  }: { readonly salt: Uint8Array; readonly iterations: number; readonly size: number },
): Uint8Array {
  const key = new Uint8Array(size)
  for (let at = 0, block = 1; at < size; block++) {
    let round = mac('hmac', digest, password, [salt, Uint8Array.of(0, 0, 0, block)])
    const sum = Uint8Array.from(round)
    for (let iteration = 1; iteration < iterations; iteration++) {
      round = mac('hmac', digest, password, round)
      for (let index = 0; index < sum.length; index++) sum[index]! ^= round[index]!
    }
    key.set(sum.subarray(0, size - at), at)
    at += sum.length
  }
  return key
}

/** RFC 8018 §6.1.1 */
function without_padding(padded: Uint8Array, block_size: number): Uint8Array {
  const size = padded.at(-1)!
  const padding = padded.subarray(padded.length - size)
  if (size === 0 || size > block_size || padding.some(byte => byte !== size))
    throw new DecodeError('a wrong password')
  return padded.subarray(0, padded.length - size)
}
