// What SSL 3.0 derives from secrets, before there was HMAC: everything is MD5 and SHA-1 one around the other.

import { hash, wipe } from '../../apps/crypto/crypto.ts'
import { type KeySizes, type Randoms, type Role, split_key_block, type WriteKeys } from './tls_v1.ts'

/**
 * The hashes that a MAC can be made with, and how many bytes of padding go with each: as often the hash's size as
 * fits into 48. The standard knows the first two; for the others this is how OpenSSL went on.
 */
const pad_sizes = { md5: 48, sha: 40, sha256: 32, sha384: 48 } as const

type Hash = keyof typeof pad_sizes

const master_secret_size = 48
const md5_size = 16
const pad_1 = new Uint8Array(48).fill(0x36)
const pad_2 = new Uint8Array(48).fill(0x5c)
const senders: Readonly<Record<Role, Uint8Array>> = {
  client: Buffer.from('CLNT', 'latin1'),
  server: Buffer.from('SRVR', 'latin1'),
}

/** 48 bytes. RFC 6101 §6.1 */
export function master_secret(premaster_secret: Uint8Array, randoms: Randoms): Uint8Array {
  return expand(premaster_secret, [randoms.client_random, randoms.server_random], master_secret_size)
}

/** The keys of both directions. RFC 6101 §6.2.2 */
export function write_keys(
  master: Uint8Array,
  randoms: Randoms,
  sizes: KeySizes,
): Readonly<Record<Role, WriteKeys>> {
  const size = 2 * (sizes.mac_key + sizes.key + sizes.iv)
  const block = expand(master, [randoms.server_random, randoms.client_random], size)
  const keys = split_key_block(block, sizes)
  wipe(block)
  return keys
}

/** What proves in Finished that both sides saw the same handshake: 36 bytes. RFC 6101 §5.6.9 */
export function finished(master: Uint8Array, sender: Role, messages: readonly Uint8Array[]): Uint8Array {
  const seen = [...messages, senders[sender]]
  return Buffer.concat([nested_hash('md5', master, seen), nested_hash('sha', master, seen)])
}

/** What an RSA key signs in CertificateVerify: 36 bytes, without a DigestInfo. RFC 6101 §5.6.8 */
export function rsa_signed(master: Uint8Array, messages: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([nested_hash('md5', master, messages), nested_hash('sha', master, messages)])
}

/** What another key signs in CertificateVerify: its SHA-1 is the hash that the standard asks for. RFC 6101 §5.6.8 */
export function dss_signed(master: Uint8Array, messages: readonly Uint8Array[]): Uint8Array[] {
  return outer_pieces('sha', master, hash('sha', [...messages, master, pad('sha', pad_1)]))
}

/** The MAC of a record, or of whatever `data` is. RFC 6101 §5.2.3.1 */
export function mac(type: Hash, secret: Uint8Array, data: readonly Uint8Array[]): Uint8Array {
  return hash(type, outer_pieces(type, secret, hash(type, [secret, pad(type, pad_1), ...data])))
}

/** How many bytes stand between the secret and the data in the inner hash of a MAC. */
export function pad_size(type: Hash): number {
  return pad_sizes[type]
}

/** The hash around the hash, which the MAC has the other way round: here the secret comes behind the data. */
function nested_hash(type: Hash, secret: Uint8Array, data: readonly Uint8Array[]): Uint8Array {
  return hash(type, outer_pieces(type, secret, hash(type, [...data, secret, pad(type, pad_1)])))
}

const outer_pieces = (type: Hash, secret: Uint8Array, inner: Uint8Array): Uint8Array[] => [
  secret,
  pad(type, pad_2),
  inner,
]

const pad = (type: Hash, bytes: Uint8Array): Uint8Array => bytes.subarray(0, pad_sizes[type])

/** `'A'`, `'BB'`, `'CCC'` and so on, each hashed with the secret and the seed, until there is enough. */
function expand(secret: Uint8Array, seed: readonly Uint8Array[], size: number): Uint8Array {
  const result = new Uint8Array(size)
  for (let at = 0, round = 1; at < size; at += md5_size, round++) {
    const label = new Uint8Array(round).fill(0x40 + round)
    const inner = hash('sha', [label, secret, ...seed])
    const block = hash('md5', [secret, inner])
    result.set(block.subarray(0, size - at), at)
  }
  return result
}
